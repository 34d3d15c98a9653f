//! What several parts of the page say alike: kinds of freeze, people, scopes, regions that go one after the other.

use super::Shown;
use super::markup::{Markup, html};
use crate::calendar::Elapsed;
use crate::policy::{Bound, Component, FreezeKind, Id, Origin, Party, Policy, Region, Seats, Step};
use rust_decimal::Decimal;

/// A kind's rank among those that look different, the strictest first.
pub(super) fn rank(shown: &Shown<'_>, kind: Id<FreezeKind>) -> usize {
    shown.kinds.iter().position(|known| *known == kind).unwrap_or(0).min(3)
}

/// The class of a rank.
pub(super) fn class(shown: &Shown<'_>, kind: Id<FreezeKind>) -> &'static str {
    ["k0", "k1", "k2", "k3"].get(rank(shown, kind)).copied().unwrap_or("k3")
}

/// The name of a kind, set off by its colour.
pub(super) fn kind(shown: &Shown<'_>, kind: Id<FreezeKind>) -> Markup {
    let name = Markup::said(&shown.policy.kinds[kind].name);
    html!["<span class=\"kind ", class(shown, kind), "\">", name, "</span>"]
}

/// Names, with commas.
pub(super) fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> Markup {
    Markup::join(texts.into_iter().map(Markup::said), ", ")
}

/// Components, or everything.
pub(super) fn components(policy: &Policy, scope: Option<&Vec<Id<Component>>>) -> Markup {
    scope.map_or("everything".into(), |ids| names(ids.iter().map(|id| policy.components[*id].name.as_str())))
}

/// Regions, or all.
pub(super) fn regions(policy: &Policy, scope: Option<&Vec<Id<Region>>>) -> Markup {
    scope.map_or("all regions".into(), |ids| names(ids.iter().map(|id| policy.regions[*id].name.as_str())))
}

/// A role, a team or a person, by name.
pub(super) fn party(policy: &Policy, party: &Party) -> Markup {
    html!["<b>", Markup::said(policy.party_name(party)), "</b>"]
}

/// Who must say yes.
pub(super) fn seats(policy: &Policy, asked: &Seats) -> Markup {
    let seat = asked.seats.iter().map(|seat| {
        let roles = seat.roles.iter().map(|role| party(policy, &Party::Role(*role)));
        let region = if seat.in_region { " of the region" } else { "" };
        html![Markup::plain(seat.count), " of ", Markup::join(roles, " or "), region]
    });
    Markup::join(seat, " and ")
}

/// Regions that go one after the other.
pub(super) fn plan(policy: &Policy, plan: &[Vec<Id<Region>>], soak: Option<Elapsed>) -> Markup {
    let groups = plan.iter().map(|group| regions(policy, Some(group)));
    let soak = soak.filter(|_| plan.len() > 1).map_or_else(Markup::default, |soak| {
        html![", each healthy for ", Markup::plain(soak.show()), " before the next"]
    });
    html![Markup::join(groups, " then "), soak]
}

/// A share.
pub(super) fn percent(share: Decimal) -> Markup {
    Markup::plain(format!("{}%", (share * Decimal::ONE_HUNDRED).normalize()))
}

/// What holds, or fires.
pub(super) fn bound(bound: &Bound) -> Markup {
    Markup::code(&bound.text)
}

/// Steps as the policy writes them.
pub(super) fn written(steps: &[Step]) -> impl Iterator<Item = Markup> {
    steps.iter().map(|step| Markup::code(&step.text))
}

/// A paragraph of a declaration's own words; nothing where it has none.
pub(super) fn doc(text: &str) -> Markup {
    if text.trim().is_empty() { Markup::default() } else { html!["<p>", Markup::said(text.trim()), "</p>\n"] }
}

/// Where it is written.
pub(super) fn source(policy: &Policy, origin: Origin) -> Markup {
    html!["<small class=\"source\">", Markup::plain(policy.place(origin)), "</small>"]
}
