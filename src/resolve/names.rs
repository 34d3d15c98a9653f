//! Which names there are: unique in their space across a policy and everything it uses, with no shadowing.

use super::codes::{NAME_CLASH, UNKNOWN_NAME};
use super::library;
use crate::diag::{Diagnostic, Sink};
use crate::schema::suggest::{closest, first_of};
use crate::schema::{Author, Declared, schema};
use crate::source::Span;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// Every name that a policy declares.
#[derive(Debug)]
pub struct Names {
    spaces: BTreeMap<&'static str, BTreeMap<String, Known>>,
    counts: BTreeMap<&'static str, u32>,
    comparisons: AtomicU32,
}

/// A name that is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The keyword of its declaration.
    pub keyword: &'static str,
    /// Where the name stands.
    pub span: Span,
    /// Its position among the names of its keyword, from 0.
    pub ordinal: u32,
    /// Who declares it.
    pub author: Author,
}

/// How many names are compared in search of what was meant, before unknown names are only reported: a file of ten
/// thousand unknown names must not take a hundred million comparisons.
const COMPARISONS: u32 = 200_000;

impl Default for Names {
    fn default() -> Self {
        Self { spaces: BTreeMap::new(), counts: BTreeMap::new(), comparisons: AtomicU32::new(COMPARISONS) }
    }
}

impl Names {
    /// Adds the name of a declaration. Whether it is new: a second one is reported, and counts as declared.
    pub fn declare(&mut self, declared: &Declared<'_>, author: Author, sink: &mut Sink) -> bool {
        let Some(name) = declared.name else { return true };
        let row = declared.kind.row;
        let space = self.spaces.entry(row.space).or_default();
        if let Some(first) = space.get(name.text) {
            let (keyword, other) = (row.keyword, first.keyword);
            let mut finding = if keyword == other {
                Diagnostic::new(&NAME_CLASH, name.span, format!("`{}` names two `{keyword}`s", name.text))
            } else {
                Diagnostic::new(
                    &NAME_CLASH,
                    name.span,
                    format!("`{}` names a `{other}` and a `{keyword}`, which share their names", name.text),
                )
            };
            finding = finding.label("declared again here").also(first.span, "declared first here");
            sink.push(match (first.author, library_module(keyword, name.text)) {
                (Author::Library, Some(module)) => finding.help(format!(
                    "give it another name, or take only what you need: `use std.{module}.{{...}}`"
                )),
                _ => finding.help("give one of the two another name"),
            });
            return false;
        }
        let count = self.counts.entry(row.keyword).or_default();
        let known = Known { keyword: row.keyword, span: name.span, ordinal: *count, author };
        *count += 1;
        space.insert(name.text.to_owned(), known);
        true
    }

    /// What `name` is as a `keyword`.
    pub fn find(&self, keyword: &str, name: &str) -> Option<&Known> {
        self.in_space(keyword, name).filter(|known| known.keyword == keyword)
    }

    /// What `name` is in the space that `keyword` names live in.
    pub fn in_space(&self, keyword: &str, name: &str) -> Option<&Known> {
        self.spaces.get(schema().space(keyword))?.get(name)
    }

    /// Every name of a keyword, in order of the alphabet.
    pub fn of<'n>(&'n self, keyword: &'n str) -> impl Iterator<Item = &'n str> + 'n {
        let space = self.spaces.get(schema().space(keyword));
        space
            .into_iter()
            .flatten()
            .filter(move |(_, known)| known.keyword == keyword)
            .map(|(name, _)| name.as_str())
    }

    /// Every name, in order of its space and then the alphabet.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.spaces.values().flatten().map(|(name, known)| (name.as_str(), known))
    }

    /// The finding that no `keyword` is called `name`: what was probably meant, what there is, which `use` would bring it.
    pub fn unknown(&self, keyword: &str, name: &str, span: Span) -> Diagnostic {
        let finding = Diagnostic::new(&UNKNOWN_NAME, span, format!("no `{keyword}` is called `{name}`"));
        if let Some(other) = self.in_space(keyword, name) {
            return finding.also(other.span, format!("`{name}` is a `{}`", other.keyword));
        }
        if let Some(module) = library_module(keyword, name) {
            return finding.help(format!("the library has it: write `use std.{module}`"));
        }
        match self.meant(keyword, name) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => match self.counts.get(keyword).copied().unwrap_or(0) as usize {
                0 => finding.help(format!("declare it: `{keyword} {name} {{ ... }}`")),
                count => finding.help(format!("there is {}", first_of(self.of(keyword), count))),
            },
        }
    }

    /// The finding that none of these keywords, which share their names, declares `name`.
    pub fn unknown_among(&self, keywords: &[&'static str], name: &str, span: Span) -> Diagnostic {
        let words: Vec<String> = keywords.iter().map(|keyword| format!("no `{keyword}`")).collect();
        let message = format!("{} is called `{name}`", words.join(", "));
        let finding = Diagnostic::new(&UNKNOWN_NAME, span, message);
        if let Some(module) = keywords.iter().find_map(|keyword| library_module(keyword, name)) {
            return finding.help(format!("the library has it: write `use std.{module}`"));
        }
        let near: Vec<String> = keywords.iter().filter_map(|keyword| self.meant(keyword, name)).collect();
        match closest(name, near.iter().map(String::as_str)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding
                .help("declare it, as a `metric` where it is measured, as a `fact` where evidence says it"),
        }
    }

    /// The name that was probably meant. Never a mend: of two regions that differ in a letter, both are regions.
    fn meant(&self, keyword: &str, name: &str) -> Option<String> {
        let names = self.counts.get(keyword).copied().unwrap_or(0);
        let left = self.comparisons.load(Ordering::Relaxed);
        if left < names {
            return None;
        }
        self.comparisons.store(left - names, Ordering::Relaxed);
        closest(name, self.of(keyword)).map(str::to_owned)
    }
}

fn library_module(keyword: &str, name: &str) -> Option<&'static str> {
    library::declaring(keyword, name).map(|module| module.name)
}
