//! The one style as edits: only the blanks that differ are replaced, so that cursors and marks stay where they are.

use super::Analysis;
use crate::diag::Edit;
use crate::fmt;
use crate::source::{FileId, Span};

impl Analysis {
    /// What brings a file into the one style, in order of place; nothing where it cannot be read as a policy. The ends of
    /// its lines are the editor's own: they stay as they are.
    pub fn formatting(&self, file: FileId) -> Option<Vec<Edit>> {
        let text = self.sources.get(file)?.text();
        let formatted = fmt::format(&self.sources, file).ok()?;
        let edits = edits(file, text, &formatted);
        Some(edits.unwrap_or_else(|| vec![whole(file, text, &formatted)]))
    }

    /// The same, of the lines that a span touches.
    pub fn formatting_within(&self, span: Span) -> Option<Vec<Edit>> {
        let text = self.sources.get(span.file)?.text();
        let start = text.get(..span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
        let end = text.get(span.end as usize..)?.find('\n').map_or(text.len(), |at| span.end as usize + at);
        let lines = Span::new(span.file, start, end);
        let touches = |edit: &Edit| match edit.span.start == edit.span.end {
            true => lines.touches(edit.span.start),
            false => edit.span.start < lines.end && lines.start < edit.span.end,
        };
        Some(self.formatting(span.file)?.into_iter().filter(touches).collect())
    }
}

/// Formatting changes blanks, line ends, and the `;` between statements.
fn is_gap(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';')
}

/// The gaps that differ; nothing where something else does, as `==` that is written `=`.
fn edits(file: FileId, old: &str, new: &str) -> Option<Vec<Edit>> {
    let (mut at, mut to) = (0, 0);
    let gap = |text: &str, from: usize| {
        let rest = text.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| is_gap(byte)).count()
    };
    let returns = has_returns(old);
    let mut found = Vec::new();
    loop {
        let (end, until) = (gap(old, at), gap(new, to));
        let wanted = with_ends(new.get(to..until)?, returns);
        if old.get(at..end)? != wanted {
            found.push(Edit { span: Span::new(file, at, end), text: wanted });
        }
        match (old.get(end..)?.chars().next(), new.get(until..)?.chars().next()) {
            (None, None) => return Some(found),
            (Some(one), Some(other)) if one == other => {
                (at, to) = (end + one.len_utf8(), until + one.len_utf8());
            }
            _ => return None,
        }
    }
}

/// All from the first byte that differs to the last.
fn whole(file: FileId, old: &str, new: &str) -> Edit {
    let new = with_ends(new, has_returns(old));
    let same = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    let start = old.floor_char_boundary(same).min(new.floor_char_boundary(same));
    let (rest, fresh) = (old.get(start..).unwrap_or(""), new.get(start..).unwrap_or(""));
    let alike = rest.chars().rev().zip(fresh.chars().rev()).take_while(|(one, other)| one == other);
    let tail: usize = alike.map(|(character, _)| character.len_utf8()).sum();
    let text = fresh.get(..fresh.len() - tail).unwrap_or("").to_owned();
    Edit { span: Span::new(file, start, old.len() - tail), text }
}

/// Whether lines end as on Windows.
fn has_returns(text: &str) -> bool {
    text.find('\n').is_some_and(|at| text.get(..at).is_some_and(|line| line.ends_with('\r')))
}

/// A text with the ends of lines that the file has.
fn with_ends(text: &str, returns: bool) -> String {
    let plain = text.replace("\r\n", "\n");
    if returns { plain.replace('\n', "\r\n") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Habit;
    use crate::world::MemoryWorld;

    fn analysis(text: &str) -> (Analysis, FileId) {
        let world = MemoryWorld::at(0).with_file("main.ops", text);
        let analysis = Analysis::of(&world, "main.ops", Habit::Always, None).unwrap();
        let file = analysis.sources.find("main.ops").unwrap();
        (analysis, file)
    }

    fn applied(text: &str, edits: &[Edit]) -> String {
        let mut text = text.to_owned();
        for edit in edits.iter().rev() {
            text.replace_range(edit.span.range(), &edit.text);
        }
        text
    }

    /// The text with all edits, and how many there are.
    #[track_caller]
    fn check(text: &str, expected: &str, count: usize) {
        let (analysis, file) = analysis(text);
        let edits = analysis.formatting(file).unwrap();
        assert_eq!(applied(text, &edits), expected);
        assert_eq!(edits.len(), count, "{edits:?}");
    }

    #[test]
    fn only_what_differs_is_replaced() {
        check("policy p {language 1}\n", "policy p { language 1 }\n", 2);
        check("policy p { language 1 }\n", "policy p { language 1 }\n", 0);
        check("role r {\n    members \"é  ;b\";\n}\n", "role r {\n  members \"é  ;b\"\n}\n", 2);
    }

    #[test]
    fn the_ends_of_lines_stay() {
        check("policy p {\r\nlanguage 1\r\n}\r\n", "policy p {\r\n  language 1\r\n}\r\n", 1);
    }

    #[test]
    fn what_is_more_than_blanks_is_one_edit() {
        let (old, new) = ("// é\na==b  \nc\n", "// é\na = b\nc\n");
        let (_, file) = analysis(old);
        assert_eq!(edits(file, old, new), None);
        let edit = whole(file, old, new);
        assert_eq!((&old[edit.span.range()], edit.text.as_str()), ("==b  ", " = b"));
        assert_eq!(applied(old, &[edit]), new);
    }

    #[test]
    fn some_lines_can_be_formatted_alone() {
        let text = "policy  p { language 1 }\nrole  r {\n members \"a\"\n}\nteam  t {}\n";
        let (analysis, file) = analysis(text);
        let from = text.find("role").unwrap();
        let edits = analysis.formatting_within(Span::new(file, from, from + 12)).unwrap();
        assert_eq!(
            applied(text, &edits),
            "policy  p { language 1 }\nrole r {\n  members \"a\"\n}\nteam  t {}\n"
        );
    }

    #[test]
    fn a_broken_file_is_left_alone() {
        let (analysis, file) = analysis("policy p { language 1 \nrole r {\n");
        assert_eq!(analysis.formatting(file), None);
    }
}
