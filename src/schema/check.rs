//! Holds a parsed file against the schema: what stands there by its fields, and findings where it does not fit.

use super::captures::{Captures, Flat, LONGEST_PHRASE, Mismatch};
use super::codes::{
    DUPLICATE_FIELD, MISSING_FIELD, UNEXPECTED_BLOCK, UNEXPECTED_CLAUSE, UNKNOWN_DECLARATION, UNKNOWN_FIELD,
    WRONG_FORM,
};
use super::compiled::{Body, Kind, Slot, schema};
use super::declaration::{ClauseWord, Field};
use super::declared::{Declared, Fields, Given, Name, first_line};
use super::pattern::Pattern;
use super::suggest::{closest, one_of};
use crate::diag::{Diagnostic, Edit, Fix, Sink};
use crate::source::{Sources, Span};
use crate::syntax::tree::{Block, ClauseKind, Entry, Expr, ExprKind, Literal, Node, NodeKind, Tree, Word};
use std::fmt;

/// Who wrote a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The policy's.
    Policy,
    /// The library's.
    Library,
}

/// Every declaration of a file that the schema knows.
pub fn check<'t>(tree: &'t Tree, sources: &Sources, sink: &mut Sink) -> Vec<Declared<'t>> {
    let mut checker = Checker { sources, sink };
    tree.nodes.iter().filter_map(|node| checker.declaration(node)).collect()
}

/// What is wanted of one entry, be it a declaration or a field.
struct Wanted<'s> {
    first: Option<&'s Word>,
    head: &'s Pattern,
    annotation: &'s Pattern,
    clauses: &'static [ClauseWord],
}

/// What a phrase stands behind, as a message calls it.
#[derive(Clone, Copy)]
enum Whose<'s> {
    Word(&'s str),
    Colon(&'s str),
}

impl fmt::Display for Whose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(f, "`{word}`"),
            Self::Colon(word) => write!(f, "`:` behind `{word}`"),
        }
    }
}

/// The statements of a block that say one field.
#[derive(Clone, Default)]
struct Seen {
    first: Option<Span>,
    count: usize,
}

struct Checker<'s> {
    sources: &'s Sources,
    sink: &'s mut Sink,
}

impl Checker<'_> {
    fn declaration<'t>(&mut self, node: &'t Node) -> Option<Declared<'t>> {
        let NodeKind::Entry(entry) = &node.kind else { return None };
        let Some(kind) = schema().kind(&entry.word.text) else {
            self.unknown_declaration(entry);
            return None;
        };
        let name = name_of(kind, entry);
        let wanted =
            Wanted { first: None, head: &kind.head, annotation: &kind.annotation, clauses: kind.row.clauses };
        let (head, annotation) = self.parts(entry, &wanted);
        let fields = self.block(entry, kind.row.keyword, &kind.body);
        Some(Declared {
            kind,
            node,
            entry,
            name,
            head: head.unwrap_or_default(),
            annotation: annotation.unwrap_or_default(),
            fields,
        })
    }

    fn parts<'t>(
        &mut self,
        entry: &'t Entry,
        wanted: &Wanted<'_>,
    ) -> (Option<Captures<'t>>, Option<Captures<'t>>) {
        let word = &entry.word.text;
        let first = wanted.first.map(|word| Expr { span: word.span, kind: first_part(word) });
        let flat = Flat::new(first, entry.head.as_ref());
        let head = self.phrase(Whose::Word(word), entry.word.span, flat, wanted.head);
        let flat = Flat::new(None, entry.annotation.as_ref());
        let annotation = self.phrase(Whose::Colon(word), first_line(entry), flat, wanted.annotation);
        for clause in &entry.clauses {
            let (clause_word, broken) = match &clause.kind {
                ClauseKind::When(condition) => (ClauseWord::When, has_error(condition)),
                ClauseKind::Where(condition) => (ClauseWord::Where, has_error(condition)),
                ClauseKind::Because(_) => (ClauseWord::Because, false),
            };
            if !broken && !wanted.clauses.contains(&clause_word) {
                self.sink.push(
                    Diagnostic::new(
                        &UNEXPECTED_CLAUSE,
                        clause.span,
                        format!("`{word}` takes no `{}`", clause_word.name()),
                    )
                    .help(match wanted.clauses {
                        [] => format!("take it away: `{word}` stands without a clause"),
                        words => format!("it takes {}", one_of(words.iter().map(|word| word.name()))),
                    }),
                );
            }
        }
        (head, annotation)
    }

    fn phrase<'t>(
        &mut self,
        whose: Whose<'_>,
        behind: Span,
        flat: Flat<'t>,
        pattern: &Pattern,
    ) -> Option<Captures<'t>> {
        if flat.has_error() {
            return None;
        }
        if flat.len() > LONGEST_PHRASE {
            let message = format!(
                "{whose} is followed by {} parts; no more than {LONGEST_PHRASE} are read",
                flat.len()
            );
            self.sink
                .push(Diagnostic::new(&WRONG_FORM, behind, message).help("say it in several statements"));
            return None;
        }
        match flat.matched(pattern) {
            Ok(captures) => Some(captures),
            Err(mismatch) => {
                self.sink.push(wrong_form(self.sources, whose, behind, &mismatch, pattern));
                None
            }
        }
    }

    fn block<'t>(&mut self, entry: &'t Entry, owner: &str, body: &'static Body) -> Fields<'t> {
        let Some(block) = &entry.block else {
            self.missing(entry, owner, body, &vec![Seen::default(); body.fields.len()]);
            return Fields::default();
        };
        if body.fields.is_empty() {
            self.sink.push(
                Diagnostic::new(&UNEXPECTED_BLOCK, block.span, format!("`{owner}` takes no block"))
                    .help(format!("write what belongs to `{owner}` on its line and take the braces away")),
            );
            return Fields::default();
        }
        let mut seen = vec![Seen::default(); body.fields.len()];
        let given: Vec<Given<'t>> =
            block.nodes.iter().filter_map(|node| self.field(node, owner, body, &mut seen)).collect();
        self.missing(entry, owner, body, &seen);
        let said = |row: &Field| given.iter().filter(|given| std::ptr::eq(given.field, row)).count();
        let broken = body.fields.iter().zip(&seen).filter(|(slot, seen)| seen.count > said(slot.row));
        let broken = broken.map(|(slot, _)| slot.row.keyword).chain(misspelled(entry, body)).collect();
        Fields { given, broken }
    }

    fn field<'t>(
        &mut self,
        node: &'t Node,
        owner: &str,
        body: &'static Body,
        seen: &mut [Seen],
    ) -> Option<Given<'t>> {
        let entry = match &node.kind {
            NodeKind::Entry(entry) => entry,
            NodeKind::Use(used) => {
                let message = format!("`use` stands only at the top of a file, not inside `{owner}`");
                self.sink.push(Diagnostic::new(&UNKNOWN_FIELD, used.span, message));
                return None;
            }
            NodeKind::Error => return None,
        };
        let word = &entry.word;
        let position = body.position(&word.text);
        let (Some(slot), Some(seen)) =
            (position.and_then(|at| body.fields.get(at)), position.and_then(|at| seen.get_mut(at)))
        else {
            self.unknown_field(entry, owner, body);
            return None;
        };
        let row = slot.row;
        if let (Some(first), false) = (seen.first, row.arity.repeats()) {
            self.sink.push(
                Diagnostic::new(
                    &DUPLICATE_FIELD,
                    word.span,
                    format!("`{owner}` says `{}` twice", row.keyword),
                )
                .label("said again here")
                .also(first, "said first here")
                .help("keep one of the two"),
            );
            return None;
        }
        seen.first.get_or_insert(word.span);
        seen.count += 1;
        let wanted = Wanted {
            first: row.keyword.is_empty().then_some(word),
            head: &slot.pattern,
            annotation: &slot.annotation,
            clauses: row.clauses,
        };
        let (captures, annotation) = self.parts(entry, &wanted);
        let fields = self.block(entry, &word.text, &slot.body);
        let (captures, annotation) = (captures?, annotation?);
        Some(Given { field: row, node, entry, captures, annotation, fields })
    }

    /// Reports the fields that are required and not there, all at once: they are added in one place.
    fn missing(&mut self, entry: &Entry, owner: &str, body: &Body, seen: &[Seen]) {
        let required =
            body.fields.iter().zip(seen).filter(|(slot, seen)| slot.row.arity.required() && seen.count == 0);
        let mut missing: Vec<&Slot> = required.map(|(slot, _)| slot).collect();
        if missing.is_empty() {
            return;
        }
        let misspelled = misspelled(entry, body);
        missing.retain(|slot| !misspelled.contains(&slot.row.keyword));
        if missing.is_empty() {
            return;
        }
        let name = name_of_head(entry).map_or(String::new(), |name| format!(" `{}`", name.text));
        let words: Vec<String> = missing.iter().map(|slot| format!("`{}`", slot.row.keyword)).collect();
        let message = format!("`{owner}`{name} lacks {}", all_of_words(&words));
        let mut finding = Diagnostic::new(&MISSING_FIELD, first_line(entry), message);
        if let [only] = missing.as_slice() {
            finding = finding.note(only.row.doc);
        }
        let lines: Vec<String> =
            missing.iter().map(|slot| format!("`{}`", written(slot.row.keyword, &slot.pattern))).collect();
        finding = finding.help(format!("add {}", lines.join("; ")));
        let known: Vec<&str> =
            missing.iter().map(|slot| slot.row.insert).filter(|insert| !insert.is_empty()).collect();
        if !known.is_empty() {
            let insert = known.join("; ");
            let edit = match &entry.block {
                Some(block) => Edit { span: inside(block), text: format!(" {insert};") },
                None => Edit { span: first_line(entry).after(), text: format!(" {{ {insert} }}") },
            };
            finding.fixes.push(Fix { title: format!("add `{insert}`"), edits: vec![edit] });
        }
        self.sink.push(finding);
    }

    fn unknown_declaration(&mut self, entry: &Entry) {
        let word = &entry.word;
        let known = || schema().kinds().iter().map(|kind| kind.row.keyword);
        let mut finding =
            Diagnostic::new(&UNKNOWN_DECLARATION, word.span, format!("`{}` is no declaration", word.text));
        finding = match closest(&word.text, known()) {
            Some(near) => finding.fix(format!("write `{near}`"), word.span, near),
            None => match schema().kinds().iter().find(|kind| {
                kind.body.position(&word.text).is_some_and(|at| {
                    kind.body.fields.get(at).is_some_and(|slot| !slot.row.keyword.is_empty())
                })
            }) {
                Some(kind) => finding.help(format!(
                    "`{}` is said inside a declaration such as `{}`: is a brace closed too early?",
                    word.text, kind.row.keyword
                )),
                None => finding.help(format!("a file declares {}", one_of(known()))),
            },
        };
        self.sink.push(finding);
    }

    fn unknown_field(&mut self, entry: &Entry, owner: &str, body: &Body) {
        let word = &entry.word;
        let finding = Diagnostic::new(&UNKNOWN_FIELD, word.span, format!("`{owner}` has no `{}`", word.text));
        self.sink.push(match closest(&word.text, keywords(body)) {
            Some(near) => finding.fix(format!("write `{near}`"), word.span, near),
            None => finding.help(format!("`{owner}` takes {}", one_of(keywords(body)))),
        });
    }
}

/// The words that a block's statements begin with.
fn keywords(body: &Body) -> impl Iterator<Item = &'static str> {
    body.fields.iter().map(|slot| slot.row.keyword).filter(|keyword| !keyword.is_empty())
}

/// The fields that a statement of the block was taken for whose word is no field's: it was reported, and that they are
/// missing would be the same mistake told twice.
fn misspelled(entry: &Entry, body: &Body) -> Vec<&'static str> {
    let nodes = entry.block.iter().flat_map(|block| &block.nodes);
    let words = nodes.filter_map(|node| match &node.kind {
        NodeKind::Entry(inner) => Some(inner.word.text.as_str()),
        _ => None,
    });
    let unknown = words.filter(|word| body.position(word).is_none());
    unknown
        .flat_map(|word| {
            let near = closest(word, keywords(body));
            keywords(body).filter(move |keyword| near == Some(*keyword) || word.ends_with(keyword))
        })
        .collect()
}

/// What the first word of a statement is as a part of its phrase: a name, or a date where dates are listed.
fn first_part(word: &Word) -> ExprKind {
    if word.text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return ExprKind::Literal(Literal::Date);
    }
    ExprKind::Word(word.text.clone())
}

/// The name or title that a declaration gives, found even where the rest of its head does not fit.
fn name_of<'t>(kind: &Kind, entry: &'t Entry) -> Option<Name<'t>> {
    if kind.row.head.is_empty() { None } else { name_of_head(entry) }
}

fn name_of_head(entry: &Entry) -> Option<Name<'_>> {
    let first = entry.head.as_ref()?.phrase().first()?;
    match &first.kind {
        ExprKind::Word(text) | ExprKind::Text(text) => Some(Name { span: first.span, text }),
        _ => None,
    }
}

fn has_error(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Error)
}

/// The place just behind a block's opening brace.
fn inside(block: &Block) -> Span {
    Span { end: block.span.start + 1, ..block.span }.after()
}

fn written(keyword: &str, pattern: &Pattern) -> String {
    format!("{keyword} {pattern}").trim().to_owned()
}

fn wrong_form(
    sources: &Sources,
    whose: Whose<'_>,
    behind: Span,
    mismatch: &Mismatch,
    pattern: &Pattern,
) -> Diagnostic {
    let expected = one_of_words(&mismatch.expected);
    let finding = match mismatch.at {
        Some(at) => {
            let text = sources.text_of(at);
            let message = if expected.is_empty() {
                format!("{whose} does not go on with `{text}`")
            } else {
                format!("{whose} takes {expected} here, not `{text}`")
            };
            let finding = match meant(text, &mismatch.expected) {
                Some(meant) => {
                    Diagnostic::new(&WRONG_FORM, at, message).help(format!("did you mean `{meant}`?"))
                }
                None => Diagnostic::new(&WRONG_FORM, at, message),
            };
            let quotable = mismatch.atoms.iter().any(|atom| atom.is_quoted()) && is_plain(text);
            if quotable {
                finding.fix(format!("write `\"{text}\"`"), at, format!("\"{text}\""))
            } else {
                finding
            }
        }
        None => Diagnostic::new(&WRONG_FORM, behind, format!("{whose} lacks {expected}")),
    };
    match pattern.forms().as_slice() {
        [only] if only.is_empty() => finding.help("nothing stands there"),
        forms => finding.help(format!(
            "it is written {}",
            one_of_words(&forms.iter().map(|form| format!("`{form}`")).collect::<Vec<_>>())
        )),
    }
}

/// The word that was meant, if one that would have fitted is near: a keyword, or a weekday that was written out.
fn meant(text: &str, expected: &[String]) -> Option<String> {
    const WEEKDAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    if expected.iter().any(|wanted| wanted.starts_with("a weekday"))
        && let Some(day) =
            WEEKDAYS.into_iter().find(|day| text.to_ascii_lowercase().trim_end_matches('s') == *day)
    {
        let (first, rest) = day.get(..3)?.split_at(1);
        return Some(format!("{}{rest}", first.to_ascii_uppercase()));
    }
    let words = expected.iter().filter_map(|wanted| wanted.strip_prefix('`')?.strip_suffix('`'));
    closest(text, words).map(str::to_owned)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c))
}

fn all_of_words(words: &[String]) -> String {
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => words.concat(),
    }
}

fn one_of_words(words: &[String]) -> String {
    super::suggest::joined(words.iter().map(String::as_str))
}
