//! What a name stands for: where it is declared and every place that says it. Goto, references, rename and hover ask here.

use super::{Analysis, Cursor};
use crate::schema::Author;
use crate::source::Span;

/// Something declared that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Its name as it is written, without quotes.
    pub name: &'a str,
    /// The word of its declaration: `window`; `stage` for what lives in a pipeline.
    pub keyword: &'a str,
    /// Where its declaration says the name.
    pub span: Span,
    /// Who declares it: what the library declares cannot be renamed.
    pub author: Author,
}

impl<'a> Cursor<'a> {
    /// What the name at the cursor stands for: the place is a use of it, or its declaration.
    pub fn symbol(&self) -> Option<Symbol<'a>> {
        let (file, offset) = (self.module.file, self.offset);
        let used = self.analysis.reference_at(file, offset).map(|reference| reference.to);
        let span = used
            .or_else(|| self.analysis.declaration_at(file, offset))
            .or_else(|| self.declared().filter(|span| span.touches(offset)))?;
        self.analysis.symbol(span)
    }

    /// The place at the cursor that names its symbol: what a rename replaces, or a highlight covers.
    pub fn name_span(&self) -> Option<Span> {
        let (file, offset) = (self.module.file, self.offset);
        let used = self.analysis.reference_at(file, offset).map(|reference| reference.at);
        used.or_else(|| self.symbol().map(|symbol| symbol.span))
    }
}

impl Analysis {
    /// What is declared by the name at `span`.
    pub fn symbol(&self, span: Span) -> Option<Symbol<'_>> {
        let cursor = Cursor::at(self, span.file, span.start)?;
        let name = self.sources.text_of(span).trim_matches('"');
        let keyword = cursor.entry().map_or("", |entry| &entry.word.text);
        Some(Symbol { name, keyword, span, author: cursor.module.author })
    }

    /// What the name at exactly this place leads to, where it is a use of one.
    pub(super) fn leads_to(&self, at: Span) -> Option<Span> {
        let behind = self.references().partition_point(|one| one.at < at);
        self.references().get(behind).filter(|one| one.at == at).map(|one| one.to)
    }

    /// Every use of what is declared at `declaration`, in order of place, without the declaration itself.
    pub fn uses(&self, declaration: Span) -> impl Iterator<Item = Span> {
        self.references().iter().filter(move |one| one.to == declaration).map(|one| one.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Habit;
    use crate::world::MemoryWorld;

    /// The symbol at the `|` in `main.ops`, with the texts of the lines that use it.
    #[track_caller]
    fn check(main: &str, other: &str, expected: &str) {
        let offset = main.find('|').unwrap();
        let text = main.replacen('|', "", 1);
        let world = MemoryWorld::at(0).with_file("main.ops", text).with_file("other.ops", other);
        let analysis = Analysis::of(&world, "main.ops", Habit::Always, None).unwrap();
        let file = analysis.sources.find("main.ops").unwrap();
        let cursor = Cursor::at(&analysis, file, u32::try_from(offset).unwrap()).unwrap();
        let shown = cursor.symbol().map_or("nothing".to_owned(), |symbol| {
            let uses: Vec<String> = analysis.uses(symbol.span).map(|at| analysis.sources.place(at)).collect();
            let place = analysis.sources.place(symbol.span);
            format!("{} {} at {place}, used at {}", symbol.keyword, symbol.name, uses.join(", "))
        });
        assert_eq!(shown, expected);
    }

    const OTHER: &str = "region eu { zone \"Europe/Dublin\" }\nteam sre { zone \"Europe/Dublin\" }\n";

    #[test]
    fn a_use_leads_to_its_declaration_in_another_file() {
        let main = "policy p { language 1 }\nuse \"./other.ops\"\ncomponent llm {}\nwindow w : hard {\n  during 2025-01-01T00:00Z .. 2025-01-02T00:00Z\n  regions e|u\n  owner sre\n}\nfreeze hard { block others }\n";
        check(main, OTHER, "region eu at other.ops:1, used at main.ops:6");
    }

    #[test]
    fn a_declaration_is_its_own_symbol() {
        let main = "policy p { language 1 }\nuse \"./other.ops\"\nfreeze |hard { block others }\nwindow w : hard { during 2025-01-01T00:00Z .. 2025-01-02T00:00Z }\n";
        check(main, OTHER, "freeze hard at main.ops:3, used at main.ops:4");
    }

    #[test]
    fn names_taken_from_the_library_are_uses() {
        let main = "policy p { language 1 }\nuse std.tiers.{T0, T1|}\nclaim \"x\" { hard blocks T1 }\nuse std.freezes\n";
        check(
            main,
            OTHER,
            "tier T1 at std/tiers.ops:18, used at main.ops:2, main.ops:3, std/freezes.ops:6, std/freezes.ops:11",
        );
    }

    #[test]
    fn stages_are_known_in_their_pipeline() {
        let main = "policy p { language 1 }\nservice s {}\npipeline q for s {\n  stage bui|ld {}\n  stage test { after build }\n}\n";
        check(main, OTHER, "stage build at main.ops:4, used at main.ops:5");
    }

    #[test]
    fn what_is_broken_elsewhere_hides_no_name() {
        let main = "policy p { language 1 }\nuse \"./other.ops\"\nteam { zone }}\nwindow w : hard {\n  regions e|u\n}\n";
        check(main, OTHER, "region eu at other.ops:1, used at main.ops:5");
    }

    #[test]
    fn a_keyword_is_no_name() {
        check("pol|icy p { language 1 }\n", OTHER, "nothing");
    }
}
