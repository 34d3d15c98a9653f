//! The cases that a policy's tests lack: one second before each edge of each window and at it, and round each change of the clocks,
//! with what the policy answers now.

use super::{TestRun, question};
use crate::calendar::{Elapsed, Instant, Interval, Occurrence, Zone};
use crate::decide::{About, Decision, Need, Prepared, Verdict};
use crate::policy::{Component, Environment, Id, Phase, Policy, Region, Request, Ruling, Tier, Window};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// So many spans of one window are looked at in one region, besides those at changes of the clocks.
const SPANS: usize = 2;

/// Test blocks for every edge that no question asks about: each window's first spans in the horizon, and those next to the changes of
/// the clocks in its first year; nothing where none is missing. Regions in which a window has the same edges need one of them.
pub fn suggest(policy: &Policy, runs: &[TestRun<'_>]) -> String {
    let prepared = Prepared::new(policy);
    let mut text = String::new();
    for (id, window) in policy.windows.iter() {
        let Some(tier) = stopped(policy, window) else { continue };
        let mut rows = String::new();
        let mut seen: BTreeSet<Instant> = BTreeSet::new();
        let regions = policy.regions_or_none();
        let covered = |region: &Option<Id<Region>>| window.covers(*region, None, None, None);
        for region in regions.filter(covered) {
            for at in edges(policy, window, region) {
                if !seen.insert(at) {
                    continue;
                }
                for at in [at.minus(Elapsed::seconds(1)), at] {
                    if !is_asked(policy, runs, window, region, at) {
                        row(policy, &prepared, &asked(policy, id, tier, region, at), &mut rows);
                    }
                }
            }
        }
        if !rows.is_empty() {
            block(policy, id, tier, &rows, &mut text);
        }
    }
    text
}

/// The least risky tier that a window stops, outright where there is one; nothing where it stops none.
fn stopped(policy: &Policy, window: &Window) -> Option<Option<Id<Tier>>> {
    let rulings = || policy.tiers.ids().zip(&policy.kinds[window.kind].rulings);
    let blocked = rulings().find(|(_, (ruling, _))| *ruling == Ruling::Block);
    let stopped =
        blocked.or_else(|| rulings().find(|(_, (ruling, _))| !matches!(ruling, Ruling::Admit { .. })));
    match stopped {
        Some((tier, _)) => Some(Some(tier)),
        None => policy.tiers.is_empty().then_some(None),
    }
}

/// The first spans of a window in a region, and those at the changes of the clocks: where each begins and ends.
fn edges(policy: &Policy, window: &Window, region: Option<Id<Region>>) -> BTreeSet<Instant> {
    let place = policy.place_of(region);
    let read = window.when.read(place);
    let horizon = policy.horizon;
    let year = horizon.intersect(Interval::new(horizon.start, horizon.start.plus(Elapsed::days(366))));
    // What is dated lies anywhere in the horizon; what recurs is there from the beginning.
    let mut spans: Vec<Occurrence> = read.occurrences(year);
    if spans.is_empty() {
        spans = read.occurrences(horizon);
    }
    spans.truncate(SPANS);
    let day = Elapsed::days(1);
    for change in clock_changes(window.when.zone.unwrap_or(place.zone), year) {
        spans.extend(read.occurrences(Interval::new(change.minus(day), change.plus(day))));
    }
    let edges = spans.iter().flat_map(|span| [span.interval.start, span.interval.end]);
    edges.filter(|at| horizon.contains(*at) && *at > horizon.start).collect()
}

/// The first seconds of another distance from UTC.
fn clock_changes(zone: Zone, within: Interval) -> Vec<Instant> {
    let mut found = Vec::new();
    let mut before = within.start;
    while before < within.end {
        let after = before.plus(Elapsed::days(1)).min(within.end);
        if zone.offset(before) != zone.offset(after) {
            let (mut low, mut high) = (before.unix(), after.unix());
            while high - low > 1 {
                let middle = i64::midpoint(low, high);
                let is_before = zone.offset(Instant::from_unix(middle)) == zone.offset(before);
                *(if is_before { &mut low } else { &mut high }) = middle;
            }
            found.push(Instant::from_unix(high));
        }
        before = after;
    }
    found
}

/// Whether a question asks about that second in that region, of something that the window covers.
fn is_asked(
    policy: &Policy,
    runs: &[TestRun<'_>],
    window: &Window,
    region: Option<Id<Region>>,
    at: Instant,
) -> bool {
    let covers = |request: &Request| {
        let regions = &request.regions;
        let is_there = regions.is_empty() || region.is_none_or(|region| regions.contains(&region));
        let scope = window.components.as_deref();
        let components = &request.components;
        let is_of_scope = scope.is_none_or(|scope| {
            components.is_empty() || components.iter().any(|component| scope.contains(component))
        });
        let is_stopped = request.tier.is_none_or(|tier| {
            !matches!(policy.kinds[window.kind].ruling(tier), Some(Ruling::Admit { when }) if when.is_true())
        });
        is_there && is_of_scope && is_stopped
    };
    let asked = runs.iter().flat_map(|run| &run.cases).map(|case| &case.case.request);
    asked.filter(|request| request.at == Some(at)).any(covers)
}

fn asked(
    policy: &Policy,
    id: Id<Window>,
    tier: Option<Id<Tier>>,
    region: Option<Id<Region>>,
    at: Instant,
) -> Request {
    let window = &policy.windows[id];
    let action = window.actions.as_ref().and_then(|actions| actions.first().copied());
    Request {
        tier,
        action,
        phase: action.is_none().then_some(Phase::Deploy),
        environment: environment(window),
        regions: region.into_iter().collect(),
        components: component(policy, window).into_iter().collect(),
        at: Some(at),
        ..Request::default()
    }
}

fn environment(window: &Window) -> Option<Id<Environment>> {
    window.environments.as_ref().and_then(|environments| environments.first().copied())
}

fn component(policy: &Policy, window: &Window) -> Option<Id<Component>> {
    let first = window.components.as_ref().and_then(|components| components.first().copied());
    first.or_else(|| policy.components.ids().next())
}

fn row(policy: &Policy, prepared: &Prepared<'_>, request: &Request, rows: &mut String) {
    let Some(at) = request.at else { return };
    let (change, context) = question::of(policy, request, at);
    let decision = prepared.decide(&change, &context);
    let region = request.regions.first().map(|region| format!(" {}", policy.regions[*region].name));
    let _ = writeln!(rows, "    row {at}{} : {}", region.unwrap_or_default(), expected(policy, &decision));
}

/// What the policy answers now, as a row says it.
fn expected(policy: &Policy, decision: &Decision) -> String {
    let reasons = || decision.reasons.iter().filter(|reason| reason.verdict == decision.verdict);
    let listed = |word: &str, names: BTreeSet<&str>| match names.is_empty() {
        true => String::new(),
        false => format!(" {word} {}", names.into_iter().collect::<Vec<_>>().join(", ")),
    };
    match decision.verdict {
        Verdict::Allow => "allowed".to_owned(),
        Verdict::Block => {
            let of_freezes =
                reasons().filter(|reason| matches!(reason.about, About::Window | About::OutsideOnly));
            let names = of_freezes.map(|reason| reason.name.as_str()).collect();
            let until = decision.opens_at.map_or(String::new(), |until| format!(" until {until}"));
            format!("blocked{}{until}", listed("by", names))
        }
        Verdict::Pending => {
            let needs = reasons().flat_map(|reason| &reason.needs);
            let facts = needs.filter_map(|need| match need {
                Need::Evidence { fact, .. } if policy.facts.find(fact).is_some() => Some(fact.as_str()),
                _ => None,
            });
            format!("pending{}", listed("on", facts.collect()))
        }
    }
}

/// A test of one window: what all its questions share, then one a row.
fn block(policy: &Policy, id: Id<Window>, tier: Option<Id<Tier>>, rows: &str, text: &mut String) {
    let window = &policy.windows[id];
    let plain = format!("the edges of {}", window.name);
    let is_free = |name: &String| policy.tests.find(name).is_none();
    let numbered = (2..).map(|number| format!("{plain}, {number}"));
    let title = std::iter::once(plain.clone()).chain(numbered).find(is_free).unwrap_or_default();
    let action = window.actions.as_ref().and_then(|actions| actions.first());
    let given = [
        tier.map(|tier| format!("tier {}", policy.tiers[tier].name)),
        component(policy, window).map(|id| format!("component {}", policy.components[id].name)),
        environment(window).map(|id| format!("environment {}", policy.environments[id].name)),
        Some(action.map_or("phase deploy".to_owned(), |action| format!("action {}", action.name()))),
    ];
    let given: Vec<String> = given.into_iter().flatten().collect();
    let columns = if policy.regions.is_empty() { "at" } else { "at, region" };
    let blank = if text.is_empty() { "" } else { "\n" };
    let _ = write!(
        text,
        "{blank}test \"{title}\" {{\n  given {}\n  table {columns} {{\n{rows}  }}\n}}\n",
        given.join("; ")
    );
}
