//! What can be done about a place in one stroke: the mends of its findings, and what an author would else write by hand.

mod accept;
mod draft;
mod fields;
mod half_open;
mod mend;
#[cfg(test)]
mod tests;

use super::Analysis;
use crate::diag::{Diagnostic, Edit};
use crate::schema::Author;
use crate::source::Span;

/// Something that can be done.
#[derive(Debug, Clone)]
pub struct Action<'a> {
    /// What it does, as an imperative.
    pub title: String,
    /// What sort it is of.
    pub kind: ActionKind,
    /// What it replaces, all in files of the policy's author.
    pub edits: Vec<Edit>,
    /// The findings that it answers.
    pub mends: Vec<&'a Diagnostic>,
    /// Whether its finding leaves no other choice.
    pub is_preferred: bool,
}

/// Sorts of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// It answers a finding.
    Fix,
    /// It says the same in another form.
    Rewrite,
    /// It mends all of a file that leaves no choice.
    FixAll,
}

/// One sort of offer: what it is, and what there is of it in a span of one file.
type Offer = (ActionKind, for<'a> fn(&'a Analysis, Span) -> Vec<Action<'a>>);

/// Every sort of offer, in the order that editors list them.
static OFFERS: &[Offer] = &[
    (ActionKind::Fix, mend::fixes),
    (ActionKind::Fix, half_open::joined),
    (ActionKind::Fix, fields::missing),
    (ActionKind::Fix, accept::allowed),
    (ActionKind::Rewrite, half_open::rewritten),
    (ActionKind::FixAll, mend::all),
];

/// What can be done in a span of one file, of the kinds that are wanted.
pub fn actions(analysis: &Analysis, span: Span, is_wanted: impl Fn(ActionKind) -> bool) -> Vec<Action<'_>> {
    let is_own = |edit: &Edit| analysis.author(edit.span.file) == Author::Policy;
    OFFERS
        .iter()
        .filter(|(kind, _)| is_wanted(*kind))
        .flat_map(|(_, offer)| offer(analysis, span))
        .filter(|action| action.edits.iter().all(is_own))
        .collect()
}

/// The findings that speak of a place in a span.
fn found(analysis: &Analysis, span: Span) -> impl Iterator<Item = &Diagnostic> {
    analysis.found_in(span.file).filter(move |finding| {
        let at = finding.primary.span;
        at.start <= span.end && span.start <= at.end
    })
}
