//! Another name for what is declared, wherever it is said, in every file of the policy.
//!
//! What would come of it is read before it is offered: a name that the policy could not be read with, or that means something
//! else where it is used, is refused with what would be found.

use super::{Analysis, Cursor, Symbol};
use crate::diag::{Diagnostic, Edit, Habit, Level};
use crate::schema::Author;
use crate::source::Span;
use crate::syntax::tree::NodeKind;
use crate::syntax::{MAX_NAME, RESERVED};
use crate::world::MemoryWorld;
use std::collections::BTreeMap;

/// A name that can be changed.
#[derive(Debug, Clone, Copy)]
pub struct Renamable<'a> {
    /// What it stands for.
    pub symbol: Symbol<'a>,
    /// The name at the cursor, without quotes.
    pub span: Span,
}

impl<'a> Cursor<'a> {
    /// The name at the cursor, where the author can change it.
    ///
    /// # Errors
    /// Why not, for people.
    pub fn renamable(&self) -> Result<Renamable<'a>, String> {
        let analysis = self.analysis;
        let (Some(symbol), Some(span)) = (self.symbol(), self.name_span()) else {
            return Err("there is no name here that a policy declares".to_owned());
        };
        let name = symbol.name;
        let places = std::iter::once(symbol.span).chain(analysis.uses(symbol.span));
        let fixed = places.into_iter().find(|place| analysis.author(place.file) == Author::Library);
        match fixed {
            Some(_) if symbol.author == Author::Library => Err(format!(
                "`{name}` is the library's, and every policy that uses it calls it so: declare a `{}` of your own instead",
                symbol.keyword
            )),
            Some(place) => Err(format!(
                "the library asks for `{name}` by this name, at {}",
                analysis.sources.place(place)
            )),
            None => Ok(Renamable { symbol, span: bare(analysis, span) }),
        }
    }

    /// The edits that give what stands at the cursor the name `new` everywhere.
    ///
    /// # Errors
    /// Why it cannot be called so, for people.
    pub fn rename(&self, new: &str) -> Result<Vec<Edit>, String> {
        let Renamable { symbol, .. } = self.renamable()?;
        if new == symbol.name {
            return Ok(Vec::new());
        }
        let is_title = self.analysis.sources.text_of(symbol.span).starts_with('"');
        if is_title {
            is_text(new)?
        } else {
            is_name(new)?
        }
        if let Some(other) = taken(self.analysis, symbol, new) {
            let place = self.analysis.sources.place(other.1);
            return Err(format!("`{new}` is already a `{}`, declared at {place}", other.0));
        }
        let places = std::iter::once(symbol.span).chain(self.analysis.uses(symbol.span));
        let edits: Vec<Edit> =
            places.map(|place| Edit { span: bare(self.analysis, place), text: new.to_owned() }).collect();
        match changed(self.analysis, &edits) {
            None => Ok(edits),
            Some(Change::Found(said)) => Err(format!("called `{new}` it would not be understood: {said}")),
            Some(Change::Meant) => {
                Err(format!("`{new}` means something else where `{}` is used now", symbol.name))
            }
        }
    }
}

/// Whether a text can be a name (language section 2).
fn is_name(text: &str) -> Result<(), String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_well_formed = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_part)
        && !text.ends_with('-')
        && !text.contains("--")
        && !text.contains("-_");
    if !is_well_formed {
        return Err(format!(
            "`{text}` is no name: a name is a letter, then letters, digits and `_`, with `-` before a letter or a digit"
        ));
    }
    if RESERVED.contains(&text) || text == "use" {
        return Err(format!("`{text}` is a word of the language, and names nothing"));
    }
    if text.len() > MAX_NAME {
        return Err(format!("a name has at most {MAX_NAME} letters, and this one has {}", text.len()));
    }
    Ok(())
}

/// Whether a text can be a title.
fn is_text(text: &str) -> Result<(), String> {
    if text.trim().is_empty() || text.contains(['"', '\\']) || text.contains(char::is_control) {
        return Err("a title is a text on one line, without `\"` and `\\`".to_owned());
    }
    Ok(())
}

/// A name without the quotes around it.
fn bare(analysis: &Analysis, span: Span) -> Span {
    let text = analysis.sources.text_of(span);
    let inner = text.trim_matches('"');
    let lead = text.len() - text.trim_start_matches('"').len();
    let start = span.start as usize + lead;
    if inner.len() == text.len() { span } else { Span::new(span.file, start, start + inner.len()) }
}

/// What has the name already, among those that it must differ from: its keyword and place.
fn taken<'a>(analysis: &'a Analysis, symbol: Symbol<'_>, new: &str) -> Option<(&'a str, Span)> {
    let is_declaration =
        analysis.names.find(symbol.keyword, symbol.name).is_some_and(|known| known.span == symbol.span);
    if is_declaration {
        return analysis.names.in_space(symbol.keyword, new).map(|known| (known.keyword, known.span));
    }
    let cursor = Cursor::at(analysis, symbol.span.file, symbol.span.start)?;
    let around = cursor.nodes.len().checked_sub(2).and_then(|at| cursor.nodes.get(at))?;
    let NodeKind::Entry(around) = &around.kind else { return None };
    let beside = around.block.as_ref()?.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Entry(entry) if entry.word.text == symbol.keyword => Some(entry),
        _ => None,
    });
    let heads = beside.filter_map(|entry| Some((&entry.word.text, entry.head.as_ref()?.phrase().first()?)));
    let mut named = heads.filter(|(_, head)| head.word() == Some(new));
    named.next().map(|(keyword, head)| (keyword.as_str(), head.span))
}

/// How a policy differs from what it was.
enum Change {
    /// An error is found that was not, in words.
    Found(String),
    /// Other names lead to other declarations.
    Meant,
}

/// What edits of names would change besides the names.
fn changed(analysis: &Analysis, edits: &[Edit]) -> Option<Change> {
    let after = edited(analysis, edits)?;
    let (mut before, mut more) = (errors(analysis), Vec::new());
    for (code, finding) in
        after.diagnostics.iter().filter(|one| is_error(one)).map(|one| (one.code.name, one))
    {
        match before.get_mut(code).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => more.push(finding),
        }
    }
    if let Some(finding) = more.first() {
        let place = after.sources.place(finding.primary.span);
        return Some(Change::Found(format!("{} ({place})", finding.message)));
    }
    (after.references().len() != analysis.references().len()).then_some(Change::Meant)
}

fn is_error(finding: &Diagnostic) -> bool {
    finding.level == Level::Error
}

/// How often each code is found as an error.
fn errors(analysis: &Analysis) -> BTreeMap<&'static str, u32> {
    let mut counts = BTreeMap::new();
    for finding in analysis.diagnostics.iter().filter(|finding| is_error(finding)) {
        *counts.entry(finding.code.name).or_default() += 1;
    }
    counts
}

/// The policy as it would be read with edits carried out, by the same clock.
fn edited(analysis: &Analysis, edits: &[Edit]) -> Option<Analysis> {
    let clock = u64::try_from(analysis.now.unix()).unwrap_or(0);
    let mut world = MemoryWorld::at(clock);
    for module in analysis.modules.iter().filter(|module| module.author == Author::Policy) {
        let source = analysis.sources.get(module.file)?;
        let mut text = source.text().to_string();
        let mut here: Vec<&Edit> = edits.iter().filter(|edit| edit.span.file == module.file).collect();
        here.sort_by_key(|edit| edit.span);
        for edit in here.iter().rev() {
            text.get(edit.span.range())?;
            text.replace_range(edit.span.range(), &edit.text);
        }
        world = world.with_file(source.name(), text);
    }
    // Those that a file uses come before it: the last one is the policy's first file.
    let root = analysis.sources.get(analysis.modules.last()?.file)?.name();
    Analysis::of(&world, root, Habit::Always, None).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::{at_cursor, cursor, edited, read};

    const OTHER: &str = "region eu { zone \"Europe/Dublin\" }\nteam sre { zone \"Europe/Dublin\" }\n";

    /// What comes of calling what stands at the `|` of `main.ops` by another name: both files, or why not.
    #[track_caller]
    fn check(main: &str, new: &str, expected: Result<(&str, &str), &str>) {
        let (analysis, file, offset) = at_cursor(&[("main.ops", main), ("other.ops", OTHER)]);
        let edits = cursor(&analysis, file, offset).rename(new);
        let texts = edits.map(|edits| edited(&analysis, &edits));
        let shown = texts
            .as_ref()
            .map(|texts| (texts["main.ops"].as_str(), texts.get("other.ops").map_or("", String::as_str)));
        assert_eq!(shown.map_err(String::as_str), expected);
    }

    const MAIN: &str = "policy p { language 1 }\nuse \"./other.ops\"\ntier T1\nfreeze hard { block T1 }\nwindow w : hard {\n  during 2025-06-06T18:00Z .. 2025-06-07T00:00Z\n  regions eu\n  owner sre\n}\n";

    fn at(text: &str, cursor: &str) -> String {
        text.replacen(&cursor.replace('|', ""), cursor, 1)
    }

    #[test]
    fn a_name_changes_in_every_file() {
        check(
            &at(MAIN, "regions e|u"),
            "ireland",
            Ok((
                &MAIN.replace("regions eu", "regions ireland"),
                &OTHER.replace("region eu", "region ireland"),
            )),
        );
        check(&at(MAIN, "freeze har|d"), "full", Ok((&MAIN.replace("hard", "full"), OTHER)));
        check(&at(MAIN, "owner |sre"), "sre", Ok((MAIN, OTHER)));
    }

    #[test]
    fn a_title_keeps_its_quotes() {
        let text = |title: &str| {
            format!(
                "{MAIN}test \"{title}\" {{ given tier T1; given at 2025-06-05T00:00Z; expect allowed }}\n"
            )
        };
        check(&text("o|ne"), "number one", Ok((&text("number one"), OTHER)));
        check(&text("o|ne"), "a \"b\"", Err("a title is a text on one line, without `\"` and `\\`"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let form = "is no name: a name is a letter, then letters, digits and `_`, with `-` before a letter or a digit";
        for text in ["9x", "", "a b", "été", "a-", "a--b", "-a"] {
            check(&at(MAIN, "regions e|u"), text, Err(&format!("`{text}` {form}")));
        }
        check(&at(MAIN, "regions e|u"), "when", Err("`when` is a word of the language, and names nothing"));
        let long = "a".repeat(200);
        check(&at(MAIN, "regions e|u"), &long, Err("a name has at most 128 letters, and this one has 200"));
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let two = format!("{MAIN}region us {{ zone \"America/New_York\" }}\n");
        check(&at(&two, "regions e|u"), "us", Err("`us` is already a `region`, declared at main.ops:10"));
        let stages = format!(
            "{MAIN}service s {{ components a }}\ncomponent a\npipeline q for s {{\n  stage build\n  stage test {{ after bu|ild }}\n}}\n"
        );
        check(&stages, "test", Err("`test` is already a `stage`, declared at main.ops:14"));
    }

    #[test]
    fn what_is_not_the_authors_is_refused() {
        let main = "policy p { language 1 }\nuse std.tiers\nclaim \"x\" { hard blocks T|1 }\n";
        check(
            main,
            "T9",
            Err(
                "`T1` is the library's, and every policy that uses it calls it so: declare a `tier` of your own instead",
            ),
        );
        check(&at(MAIN, "poli|cy"), "x", Err("there is no name here that a policy declares"));
        let role = "policy p { language 1 }\nuse std.tiers\nrole sre-|owner { members \"ana\" }\nrole service-owner { members \"bo\" }\n";
        let (analysis, file, offset) = at_cursor(&[("main.ops", role)]);
        let said = cursor(&analysis, file, offset).rename("x").unwrap_err();
        assert!(
            said.starts_with("the library asks for `sre-owner` by this name, at std/tiers.ops:"),
            "{said}"
        );
    }

    #[test]
    fn a_name_that_would_not_be_understood_is_refused() {
        // A stage called after a kind has that kind; under another name it would have none.
        let text = format!(
            "{MAIN}component a\nservice s {{ components a }}\npipeline q for s {{\n  stage bui|ld\n}}\n"
        );
        let (analysis, file, offset) = at_cursor(&[("main.ops", &text), ("other.ops", OTHER)]);
        let said = cursor(&analysis, file, offset).rename("compile").unwrap_err();
        assert!(said.starts_with("called `compile` it would not be understood: "), "{said}");
    }

    /// What is found, less the name.
    fn said(analysis: &Analysis, name: &str) -> Vec<(&'static str, String)> {
        let said = analysis.diagnostics.iter();
        let mut said: Vec<_> = said.map(|one| (one.code.name, one.message.replace(name, "NAME"))).collect();
        said.sort();
        said
    }

    /// Every name of the policies that ship, one after the other: the same is found, and the way back leads to the same text.
    #[test]
    fn a_name_and_back_leaves_everything_as_it_was() {
        let files = [
            ("main.ops", include_str!("../../examples/sample/main.ops")),
            ("people.ops", include_str!("../../examples/sample/people.ops")),
            ("tests.ops", include_str!("../../examples/sample/tests.ops")),
        ];
        let before = read(&files);
        let own: Vec<(String, Span)> = before
            .names
            .iter()
            .filter(|(_, known)| known.author == Author::Policy)
            .map(|(name, known)| (name.to_owned(), known.span))
            .collect();
        let (mut renamed, mut refused) = (0, Vec::new());
        for (name, span) in own.iter().step_by(STEP) {
            let new = format!("{name}{}", if name.contains(' ') { " renamed" } else { "-renamed" });
            let edits = match cursor(&before, span.file, span.start + 1).rename(&new) {
                Ok(edits) => edits,
                Err(said) => {
                    refused.push(said);
                    continue;
                }
            };
            let texts = edited(&before, &edits);
            let files = files.map(|(file, _)| (file, texts[file].as_str()));
            let after = read(&files);
            assert_eq!(said(&after, &new), said(&before, name), "{name}");
            let back = after.names.iter().find(|(other, _)| *other == new).unwrap().1.span;
            let edits = cursor(&after, back.file, back.start + 1).rename(name).unwrap();
            assert_eq!(edited(&after, &edits), edited(&before, &[]), "{name}");
            renamed += 1;
        }
        let unexpected: Vec<&String> =
            refused.iter().filter(|said| !said.starts_with("the library asks for")).collect();
        assert!(unexpected.is_empty(), "{unexpected:#?}");
        assert!(renamed >= 5, "{renamed}");
    }

    /// So many names are passed over between two that are tried.
    const STEP: usize = 5;
}
