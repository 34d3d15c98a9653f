//! Patterns as people read and write them: each alternative with its parts, what may be said next, and an example of it.

use super::atom::Atom;
use super::captures::Flat;
use super::compiled::{Kind, Slot};
use super::declaration::ClauseWord;
use super::pattern::{Pattern, Step};
use crate::syntax::tree::Expr;
use std::ops::Range;

/// One alternative of a pattern: `week WEEKDAY TIME .. WEEKDAY TIME`.
#[derive(Debug, Clone)]
pub struct Form<'p> {
    /// As it reads.
    pub text: String,
    /// Its words and parts, with the bytes of the text that stand for each.
    pub parts: Vec<(Range<usize>, Part<'p>)>,
}

/// A word or a part of a pattern, where it stands: two that read the same are not the same.
#[derive(Debug, Clone, Copy)]
pub struct Part<'p>(&'p Step);

impl PartialEq for Part<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Part<'_> {}

impl Part<'_> {
    /// The word that must stand here, or `..`; nothing where it is a part of some sort.
    pub fn word(self) -> Option<&'static str> {
        match self.0 {
            Step::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The name of the part, and its sort; nothing where it is a word.
    pub fn atom(self) -> Option<(&'static str, Atom)> {
        match self.0 {
            Step::One(label, atom) | Step::List(label, atom) => Some((label, *atom)),
            _ => None,
        }
    }

    /// Whether several may stand here, separated by commas.
    pub fn is_list(self) -> bool {
        matches!(self.0, Step::List(..))
    }
}

impl Pattern {
    /// The alternatives, with the parts of each.
    pub fn signatures(&self) -> Vec<Form<'_>> {
        let form = |steps| {
            let mut form = Form { text: String::new(), parts: Vec::new() };
            write(steps, &mut form);
            form
        };
        match self.steps.as_slice() {
            [Step::Choice(ways)] => ways.iter().map(|way| form(way)).collect(),
            steps => vec![form(steps)],
        }
    }

    /// What may be said behind these parts; nothing where they do not fit. A part that takes all that is left is what is
    /// said before it, so nothing is said behind it.
    pub fn goes_on(&self, parts: &[Expr]) -> Vec<Part<'_>> {
        Flat::of(parts).goes_on(self).into_iter().map(Part).collect()
    }

    /// Whether these parts are all that it asks for.
    pub fn fits(&self, parts: &[Expr]) -> bool {
        Flat::of(parts).matched(self).is_ok()
    }

    /// The words and parts of its shortest phrase, in order: the first of every choice, and nothing that can be left out.
    pub fn shortest(&self) -> Vec<Part<'_>> {
        fn walk<'p>(steps: &'p [Step], found: &mut Vec<Part<'p>>) {
            for step in steps {
                match step {
                    Step::Word(_) | Step::One(..) | Step::List(..) => found.push(Part(step)),
                    Step::Choice(ways) => walk(ways.first().map_or(&[], Vec::as_slice), found),
                    Step::Tag(_) | Step::Optional(_) | Step::Repeat(_) => {}
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.steps, &mut found);
        found
    }

    /// Its alternatives, where each is one word: `lower` or `higher`.
    pub fn choices(&self) -> Option<Vec<&'static str>> {
        let [Step::Choice(ways)] = self.steps.as_slice() else { return None };
        let word = |way: &Vec<Step>| match way.as_slice() {
            [Step::Word(word)] | [Step::Tag(_), Step::Word(word)] => Some(*word),
            _ => None,
        };
        ways.iter().map(word).collect()
    }
}

impl Kind {
    /// Every way it is written, as documentation writes it.
    pub fn forms(&self) -> Vec<String> {
        let block = if self.row.fields.is_empty() { "" } else { " { ... }" };
        let heads = with(&behind(self.row.keyword, &self.head), &self.annotation);
        heads.iter().map(|head| format!("{head}{}{block}", clauses(self.row.clauses))).collect()
    }

    /// Its doc.
    pub fn doc(&self) -> String {
        self.row.doc.to_owned()
    }
}

impl Slot {
    /// Every way it is written, as documentation writes it, without its block.
    pub fn forms(&self) -> Vec<String> {
        let heads = with(&behind(self.row.keyword, &self.pattern), &self.annotation);
        heads.iter().map(|head| format!("{head}{}", clauses(self.row.clauses))).collect()
    }

    /// Its doc, with all else that is to be known of it.
    pub fn doc(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if self.row.arity.required() {
            parts.push("required".to_owned());
        }
        if self.row.arity.repeats() {
            parts.push("may be repeated".to_owned());
        }
        if !self.row.default.is_empty() {
            parts.push(format!("without it: {}", self.row.default));
        }
        let facts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
        format!("{}{facts}", self.row.doc)
    }
}

fn behind(keyword: &str, pattern: &Pattern) -> Vec<String> {
    pattern.forms().iter().map(|form| format!("{keyword} {form}").trim().to_owned()).collect()
}

fn with(heads: &[String], annotation: &Pattern) -> Vec<String> {
    let behind: Vec<String> = annotation.forms().into_iter().filter(|form| !form.is_empty()).collect();
    if behind.is_empty() {
        return heads.to_vec();
    }
    heads.iter().map(|head| format!("{head} : {}", behind.join(" | "))).collect()
}

fn clauses(words: &[ClauseWord]) -> String {
    let shown = |word: &ClauseWord| match word {
        ClauseWord::When => " [when CONDITION]",
        ClauseWord::Where => " [where CONDITION]",
        ClauseWord::Because => " [because \"...\"]",
    };
    words.iter().map(shown).collect()
}

fn write<'p>(steps: &'p [Step], form: &mut Form<'p>) {
    let said = steps.iter().filter(|step| !matches!(step, Step::Tag(_)));
    for (number, step) in said.enumerate() {
        if number > 0 {
            form.text.push(' ');
        }
        let start = form.text.len();
        match step {
            Step::Word(word) => form.text.push_str(word),
            Step::One(_, atom) => form.text.push_str(&atom.placeholder()),
            Step::List(_, atom) => form.text.push_str(&format!("{}, ...", atom.placeholder())),
            Step::Tag(_) => {}
            Step::Choice(ways) => {
                form.text.push('(');
                for (number, way) in ways.iter().enumerate() {
                    form.text.push_str(if number > 0 { " | " } else { "" });
                    write(way, form);
                }
                form.text.push(')');
            }
            Step::Optional(inner) => {
                form.text.push('[');
                write(inner, form);
                form.text.push(']');
            }
            Step::Repeat(inner) => {
                form.text.push('[');
                write(inner, form);
                form.text.push_str(" ...]");
            }
        }
        if matches!(step, Step::Word(_) | Step::One(..) | Step::List(..)) {
            form.parts.push((start..form.text.len(), Part(step)));
        }
    }
}
