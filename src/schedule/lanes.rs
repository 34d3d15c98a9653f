//! What holds where and when: a lane a region, for people to look at.

use crate::calendar::{Interval, IntervalSet};
use crate::policy::{Component, FreezeKind, Id, Policy, Region, Ruling, Tier, Window};
use std::collections::BTreeMap;

/// A region with every span in which a freeze kind holds there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The region; none where the policy declares none.
    pub region: Option<Id<Region>>,
    /// Spans in order of start, then of name.
    pub held: Vec<Held>,
}

/// A span in which a kind holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which window says so; with [`Self::is_outside`], the first `only` window whose hours it lies outside of.
    pub window: Id<Window>,
    /// The kind.
    pub kind: Id<FreezeKind>,
    /// When, cut at the bounds that were asked for.
    pub span: Interval,
    /// Whether it holds because no `only` window of its kind is open.
    pub is_outside: bool,
    /// The components it holds for; none means all.
    pub components: Option<Vec<Id<Component>>>,
}

impl Held {
    /// What it is called: its window, or that it lies outside an `only` window's hours.
    pub fn title(&self, policy: &Policy) -> String {
        let name = &policy.windows[self.window].name;
        if self.is_outside { format!("outside {name}") } else { name.clone() }
    }

    /// Why it is there: `because`, else the first line of its window's doc.
    pub fn reason(&self, policy: &Policy) -> String {
        let window = &policy.windows[self.window];
        window.because.clone().unwrap_or_else(|| window.doc.lines().next().unwrap_or("").trim().to_owned())
    }

    /// What it concerns: its components, or everything.
    pub fn concerned(&self, policy: &Policy) -> String {
        match &self.components {
            None => "everything".to_owned(),
            Some(components) => components
                .iter()
                .map(|id| policy.components[*id].name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

/// What to show.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Regions; empty means all.
    pub regions: Vec<Id<Region>>,
    /// Components; empty means all.
    pub components: Vec<Id<Component>>,
}

/// A lane for each region. Windows that follow a condition have no time of their own and are left out.
pub fn lanes(policy: &Policy, scope: &Scope, within: Interval) -> Vec<Lane> {
    let wanted = |region: &Option<Id<Region>>| {
        scope.regions.is_empty() || region.is_some_and(|id| scope.regions.contains(&id))
    };
    policy.regions_or_none().filter(wanted).map(|region| lane(policy, scope, within, region)).collect()
}

fn lane(policy: &Policy, scope: &Scope, within: Interval, region: Option<Id<Region>>) -> Lane {
    let place = policy.place_of(region);
    let mut held = Vec::new();
    for (id, window) in policy.windows.iter() {
        if !window.only && concerns(window, region, scope) {
            let components = window.components.clone().filter(|named| named.len() < policy.components.len());
            let spans = window.when.active(place, within).within(within);
            held.extend(spans.intervals().iter().map(|span| Held {
                window: id,
                kind: window.kind,
                span: *span,
                is_outside: false,
                components: components.clone(),
            }));
        }
    }
    for (hours, components) in only_hours(policy, scope, region) {
        let Some(first) = hours.first().copied() else { continue };
        let union =
            |open: IntervalSet, id: &Id<Window>| open.union(&policy.windows[*id].when.active(place, within));
        let closed = hours.iter().fold(IntervalSet::default(), union).complement().within(within);
        let every = components.len() == policy.components.len();
        held.extend(closed.intervals().iter().map(|span| Held {
            window: first,
            kind: policy.windows[first].kind,
            span: *span,
            is_outside: true,
            components: (!every).then(|| components.clone()),
        }));
    }
    held.sort_by_key(|held| (held.span, held.window, held.is_outside));
    Lane { region, held }
}

/// The `only` windows of one kind that share cells of a region, with the components of those cells: outside the union of
/// their hours the kind holds there.
fn only_hours(
    policy: &Policy,
    scope: &Scope,
    region: Option<Id<Region>>,
) -> BTreeMap<Vec<Id<Window>>, Vec<Id<Component>>> {
    let mut found: BTreeMap<Vec<Id<Window>>, Vec<Id<Component>>> = BTreeMap::new();
    for kind in policy.kinds.ids() {
        let hours: Vec<Id<Window>> = policy
            .windows
            .iter()
            .filter(|(_, window)| window.only && window.kind == kind && concerns(window, region, scope))
            .map(|(id, _)| id)
            .collect();
        if policy.components.is_empty() {
            found.entry(hours).or_default();
            continue;
        }
        for component in policy.components.ids() {
            let covers = |id: &&Id<Window>| policy.windows[**id].covers(None, Some(component), None, None);
            found.entry(hours.iter().filter(covers).copied().collect()).or_default().push(component);
        }
    }
    found.remove(&Vec::new());
    found
}

/// Whether a window has a time of its own and touches what is shown.
fn concerns(window: &Window, region: Option<Id<Region>>, scope: &Scope) -> bool {
    let touches = |components: &Vec<Id<Component>>| components.iter().any(|id| scope.components.contains(id));
    window.follows.is_none()
        && window.covers(region, None, None, None)
        && (scope.components.is_empty() || window.components.as_ref().is_none_or(touches))
}

/// Kinds with the number of tiers that each lets through as they are, the strictest first.
pub fn kinds_by_strictness(policy: &Policy) -> Vec<Id<FreezeKind>> {
    let admitted = |kind: &Id<FreezeKind>| -> usize {
        let admits = |tier: Id<Tier>| matches!(policy.kinds[*kind].ruling(tier), Some(Ruling::Admit { when }) if when.is_true());
        policy.tiers.ids().filter(|tier| admits(*tier)).count()
    };
    let mut kinds: Vec<Id<FreezeKind>> = policy.kinds.ids().collect();
    kinds.sort_by_key(admitted);
    kinds
}

/// A stretch in which none of some spans holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot<'l> {
    /// When; cut at the bounds that the lane was asked for.
    pub span: Interval,
    /// The span that ends where it begins; none at the first bound.
    pub behind: Option<&'l Held>,
    /// The span that begins where it ends; none at the last bound.
    pub ahead: Option<&'l Held>,
}

impl Lane {
    /// What it is called: its region, or everywhere where the policy has none.
    pub fn title(&self, policy: &Policy) -> String {
        self.region.map_or("everywhere".to_owned(), |id| policy.regions[id].name.clone())
    }

    /// The stretches between those spans that count, in order.
    pub fn slots(&self, within: Interval, counts: impl Fn(&Held) -> bool) -> impl Iterator<Item = Slot<'_>> {
        let mut from = within.start;
        let mut behind: Option<&Held> = None;
        let held = self.held.iter().filter(move |held| counts(held)).map(Some).chain([None]);
        held.filter_map(move |ahead| {
            let span = Interval::new(from, ahead.map_or(within.end, |held| held.span.start));
            let slot = Slot { span, behind, ahead };
            if let Some(held) = ahead.filter(|held| held.span.end > from) {
                from = held.span.end;
                behind = Some(held);
            }
            (!span.is_empty()).then_some(slot)
        })
    }

    /// The span's strictest kind at an instant, by an order of kinds.
    pub fn strictest(&self, order: &[Id<FreezeKind>], at: Interval) -> Option<Id<FreezeKind>> {
        let here = self.held.iter().filter(|held| held.span.overlaps(at)).map(|held| held.kind);
        here.min_by_key(|kind| order.iter().position(|known| known == kind))
    }
}
