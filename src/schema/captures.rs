//! A phrase laid flat, matched against a pattern: what was captured, or the first part that does not fit.

use super::atom::Atom;
use super::pattern::{Pattern, Step};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind};
use std::borrow::Cow;

/// What a pattern captured, in the order it stands.
#[derive(Debug, Clone, Default)]
pub struct Captures<'t> {
    parts: Vec<(&'static str, Cow<'t, Expr>)>,
    tags: Vec<&'static str>,
}

/// Why a phrase does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The first part that does not fit; none where the phrase ends too early.
    pub at: Option<Span>,
    /// What would have fitted, as messages say it.
    pub expected: Vec<String>,
    /// The sorts among them.
    pub atoms: Vec<Atom>,
}

/// The flat parts of a phrase, with the whole they are the leftmost part of.
pub(super) struct Flat<'t> {
    parts: Vec<Cow<'t, Expr>>,
    whole: Option<&'t Expr>,
    /// How many parts stand before those of `whole`.
    added: usize,
}

/// Longer phrases are refused: no policy needs them, and matching goes as deep as a phrase is long.
pub(super) const LONGEST_PHRASE: usize = 1000;

impl<'t> Captures<'t> {
    /// The first part under this label.
    pub fn get(&self, label: &str) -> Option<&Expr> {
        self.parts.iter().find(|(name, _)| *name == label).map(|(_, part)| part.as_ref())
    }

    /// Every part under this label.
    pub fn all<'s>(&'s self, label: &'s str) -> impl Iterator<Item = &'s Expr> + 's {
        self.parts.iter().filter(move |(name, _)| *name == label).map(|(_, part)| part.as_ref())
    }

    /// Every part with its label.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Expr)> {
        self.parts.iter().map(|(label, part)| (*label, part.as_ref()))
    }

    /// Whether the alternative with this tag was taken.
    pub fn has(&self, tag: &str) -> bool {
        self.tags.contains(&tag)
    }

    /// The first tag passed: which alternative was taken.
    pub fn tag(&self) -> &'static str {
        self.tags.first().copied().unwrap_or("")
    }

    /// Every tag passed.
    pub fn tags(&self) -> &[&'static str] {
        &self.tags
    }
}

impl<'t> Flat<'t> {
    /// The parts of `head`; `first` is put before them.
    pub(super) fn new(first: Option<Expr>, head: Option<&'t Expr>) -> Self {
        let mut parts: Vec<Cow<'t, Expr>> = first.into_iter().map(Cow::Owned).collect();
        let added = parts.len();
        let Some(head) = head else { return Self { parts, whole: None, added } };
        let leftmost = leftmost(head);
        parts.extend(leftmost.phrase().iter().map(Cow::Borrowed));
        Self { parts, whole: (!std::ptr::eq(leftmost, head)).then_some(head), added }
    }

    /// These parts alone.
    pub(super) fn of(parts: &'t [Expr]) -> Self {
        Self { parts: parts.iter().map(Cow::Borrowed).collect(), whole: None, added: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether a part could not be read, so that a finding was already given.
    pub(super) fn has_error(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.kind, ExprKind::Error))
    }

    /// Everything from part `at` on, with the `and` and `or` that follow.
    fn rest(&self, at: usize) -> Option<Cow<'t, Expr>> {
        match self.whole {
            _ if at >= self.parts.len() => None,
            Some(whole) => without(whole, at.checked_sub(self.added)?).map(Cow::Owned),
            None => match self.parts.get(at..)? {
                [only] => Some(only.clone()),
                parts => {
                    let parts: Vec<Expr> = parts.iter().map(|part| part.as_ref().clone()).collect();
                    joined(&parts).map(Cow::Owned)
                }
            },
        }
    }

    /// Where the `and` or `or` behind the parts goes on.
    fn behind(&self) -> Option<Span> {
        match &self.whole?.kind {
            ExprKind::And(terms) | ExprKind::Or(terms) => terms.get(1).map(|term| term.span),
            _ => None,
        }
    }

    pub(super) fn matched(self, pattern: &Pattern) -> Result<Captures<'t>, Mismatch> {
        let mut matcher = Matcher::new(&self, Until::Ended);
        if matcher.run(&pattern.steps, None, 0) {
            return Ok(matcher.captures);
        }
        let at = self.parts.get(matcher.furthest).map(|part| part.span).or_else(|| self.behind());
        let mut mismatch = Mismatch { at, expected: Vec::new(), atoms: Vec::new() };
        for wanted in matcher.wanted {
            let words = wanted.describe();
            if !mismatch.expected.contains(&words) {
                mismatch.expected.push(words);
                mismatch.atoms.extend(wanted.atom());
            }
        }
        Err(mismatch)
    }

    /// Every step that a further part could be; none where the parts so far do not fit.
    pub(super) fn goes_on<'p>(&self, pattern: &'p Pattern) -> Vec<&'p Step> {
        let mut matcher = Matcher::new(self, Until::Exhausted);
        matcher.run(&pattern.steps, None, 0);
        let is_fit = matcher.furthest == self.parts.len();
        let steps = matcher.wanted.into_iter().filter(|_| is_fit).filter_map(|wanted| match wanted {
            Wanted::Step(step) => Some(step),
            Wanted::End => None,
        });
        steps.collect()
    }
}

fn leftmost(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::And(terms) | ExprKind::Or(terms) => terms.first().map_or(expr, leftmost),
        _ => expr,
    }
}

/// The expression with the first `count` parts of its leftmost phrase gone.
fn without(expr: &Expr, count: usize) -> Option<Expr> {
    let trimmed = |terms: &[Expr]| {
        let (first, others) = terms.split_first()?;
        Some(std::iter::once(without(first, count)?).chain(others.iter().cloned()).collect::<Vec<Expr>>())
    };
    let (kind, start) = match &expr.kind {
        ExprKind::And(terms) => {
            let terms = trimmed(terms)?;
            let start = terms.first()?.span;
            (ExprKind::And(terms), start)
        }
        ExprKind::Or(terms) => {
            let terms = trimmed(terms)?;
            let start = terms.first()?.span;
            (ExprKind::Or(terms), start)
        }
        _ if count == 0 => return Some(expr.clone()),
        _ => return joined(expr.phrase().get(count..)?),
    };
    Some(Expr { span: start.to(expr.span), kind })
}

fn joined(parts: &[Expr]) -> Option<Expr> {
    match parts {
        [] => None,
        [only] => Some(only.clone()),
        [first, .., last] => {
            Some(Expr { span: first.span.to(last.span), kind: ExprKind::Phrase(parts.to_vec()) })
        }
    }
}

/// When a way through a pattern is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Once the parts are at their end.
    Ended,
    /// Never: every way is tried, to see how each would go on.
    Exhausted,
}

struct Matcher<'m, 't, 'p> {
    flat: &'m Flat<'t>,
    until: Until,
    captures: Captures<'t>,
    furthest: usize,
    /// What would have fitted there.
    wanted: Vec<Wanted<'p>>,
}

/// What would have fitted. Put into words only where nothing else did: most phrases fit in the end.
#[derive(Clone, Copy)]
enum Wanted<'p> {
    Step(&'p Step),
    End,
}

impl Wanted<'_> {
    fn describe(self) -> String {
        match self {
            Self::Step(Step::Word(word)) => format!("`{word}`"),
            Self::Step(_) => self.atom().map_or(String::new(), Atom::describe),
            Self::End => "nothing more".to_owned(),
        }
    }

    fn atom(self) -> Option<Atom> {
        match self {
            Self::Step(Step::One(_, atom) | Step::List(_, atom)) => Some(*atom),
            Self::Step(_) | Self::End => None,
        }
    }
}

/// The steps that come after the ones at hand.
struct Then<'s, 'p> {
    steps: &'p [Step],
    then: Option<&'s Then<'s, 'p>>,
}

impl<'m, 't, 'p> Matcher<'m, 't, 'p> {
    fn new(flat: &'m Flat<'t>, until: Until) -> Self {
        Self { flat, until, captures: Captures::default(), furthest: 0, wanted: Vec::new() }
    }

    fn run(&mut self, steps: &'p [Step], then: Option<&Then<'_, 'p>>, at: usize) -> bool {
        let Some((step, steps)) = steps.split_first() else {
            return match then {
                Some(then) => self.run(then.steps, then.then, at),
                None => self.at_end(at),
            };
        };
        let rest = Then { steps, then };
        match step {
            Step::Word(word) => {
                let fits = self.flat.parts.get(at).is_some_and(|part| match part.kind {
                    ExprKind::Range => *word == "..",
                    _ => part.word() == Some(word),
                });
                if fits { self.run(steps, then, at + 1) } else { self.miss(at, Some(Wanted::Step(step))) }
            }
            Step::One(label, atom) if atom.takes_rest() => match self.flat.rest(at) {
                Some(rest) => {
                    let mark = self.captures.parts.len();
                    self.captures.parts.push((label, rest));
                    let behind = self.flat.parts.len();
                    self.ends(steps, then, behind) || self.undo(mark)
                }
                None => self.miss(at, Some(Wanted::Step(step))),
            },
            Step::One(label, atom) => match self.flat.parts.get(at) {
                Some(part) if atom.accepts(part) => {
                    let mark = self.captures.parts.len();
                    self.captures.parts.push((label, part.clone()));
                    self.run(steps, then, at + 1) || self.undo(mark)
                }
                _ => self.miss(at, Some(Wanted::Step(step))),
            },
            Step::List(label, atom) => match self.flat.parts.get(at) {
                Some(part) if part.list().iter().all(|member| atom.accepts(member)) => {
                    let mark = self.captures.parts.len();
                    match part {
                        Cow::Borrowed(part) => {
                            self.captures
                                .parts
                                .extend(part.list().iter().map(|member| (*label, Cow::Borrowed(member))));
                        }
                        Cow::Owned(part) => {
                            let members =
                                part.list().iter().map(|member| (*label, Cow::Owned(member.clone())));
                            self.captures.parts.extend(members);
                        }
                    }
                    self.run(steps, then, at + 1) || self.undo(mark)
                }
                _ => self.miss(at, Some(Wanted::Step(step))),
            },
            Step::Tag(tag) => {
                let mark = self.captures.tags.len();
                self.captures.tags.push(tag);
                self.run(steps, then, at) || {
                    self.captures.tags.truncate(mark);
                    false
                }
            }
            Step::Choice(ways) => ways.iter().any(|way| self.run(way, Some(&rest), at)),
            Step::Optional(inner) => self.run(inner, Some(&rest), at) || self.run(steps, then, at),
            Step::Repeat(inner) => {
                let again = Then { steps: std::slice::from_ref(step), then: Some(&rest) };
                self.run(inner, Some(&again), at) || self.run(steps, then, at)
            }
        }
    }

    /// Like [`Self::run`] behind a part that took everything, `and` and `or` with it.
    fn ends(&mut self, steps: &'p [Step], then: Option<&Then<'_, 'p>>, at: usize) -> bool {
        let optional = |steps: &[Step]| {
            steps.iter().all(|step| matches!(step, Step::Optional(_) | Step::Repeat(_) | Step::Tag(_)))
        };
        let mut then = then;
        let mut passes = optional(steps);
        while let Some(next) = then {
            passes &= optional(next.steps);
            then = next.then;
        }
        passes && self.until == Until::Ended || self.miss(at, Some(Wanted::End))
    }

    fn at_end(&mut self, at: usize) -> bool {
        if at < self.flat.parts.len() || self.flat.whole.is_some() || self.until == Until::Exhausted {
            return self.miss(at, None);
        }
        true
    }

    fn undo(&mut self, mark: usize) -> bool {
        self.captures.parts.truncate(mark);
        false
    }

    fn miss(&mut self, at: usize, wanted: Option<Wanted<'p>>) -> bool {
        if at > self.furthest {
            self.furthest = at;
            self.wanted.clear();
        }
        if at == self.furthest {
            self.wanted.extend(wanted);
        }
        false
    }
}
