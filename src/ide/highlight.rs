//! Every place of one file that says the name at the cursor.

use super::Cursor;
use crate::source::Span;

/// What a place does with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// It declares it.
    Declares,
    /// It uses it.
    Uses,
}

impl Cursor<'_> {
    /// Every place of the cursor's file that says the name at the cursor, in order.
    pub fn mentions(&self) -> Vec<(Span, Mention)> {
        let Some(symbol) = self.symbol() else { return Vec::new() };
        let uses = self.analysis.uses(symbol.span).map(|span| (span, Mention::Uses));
        let all = std::iter::once((symbol.span, Mention::Declares)).chain(uses);
        let mut here: Vec<_> = all.filter(|(span, _)| span.file == self.module.file).collect();
        here.sort_by_key(|(span, _)| *span);
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::{at_cursor, cursor};

    #[track_caller]
    fn check(text: &str, expected: &[(u32, Mention)]) {
        let (analysis, file, offset) =
            at_cursor(&[("main.ops", text), ("other.ops", "role r { members \"ana\" }\n")]);
        let mentions = cursor(&analysis, file, offset).mentions();
        let lines: Vec<(u32, Mention)> = mentions
            .iter()
            .map(|(span, mention)| (analysis.sources.position(*span).line, *mention))
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_name_is_shown_wherever_the_file_says_it() {
        let text =
            "policy p { language 1 }\nclaim \"x\" { hard blocks T|1 }\ntier T1\nfreeze hard { block T1 }\n";
        check(text, &[(2, Mention::Uses), (3, Mention::Declares), (4, Mention::Uses)]);
    }

    #[test]
    fn what_another_file_says_is_not_shown() {
        let text = "policy p { language 1 }\nuse \"./other.ops\"\napproval a { approve 1 of |r }\n";
        check(text, &[(3, Mention::Uses)]);
        check("pol|icy p { language 1 }\n", &[]);
    }
}
