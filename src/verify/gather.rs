//! Differences of many cells, tiers and instants, put together so that a person reads each once: first by what happens at the same
//! instants, then by what happens to the same cells, then by what the clocks of several regions say alike.

use super::diff::{Cause, Clock, Difference, Turn};
use crate::calendar::{Instant, Interval, IntervalSet, LocalDateTime, Zone};
use crate::policy::{Action, Phase, Policy};
use crate::segments::space::{Cell, Witness};
use std::collections::{BTreeMap, BTreeSet};

/// How a verdict changed in one case.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turned {
    pub turn: Turn,
    pub cause: Cause,
    pub with: Witness,
}

/// Every difference found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What is told apart besides place and time.
    kinds: Vec<Turned>,
    rows: BTreeMap<Row, Vec<Interval>>,
}

/// Where a difference was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    region: Option<String>,
    kind: usize,
    tier: Option<String>,
    component: Option<String>,
    environment: Option<String>,
    ask: (Action, Phase),
}

/// A row with when it holds.
type Spell = (Row, Vec<Interval>);

impl Found {
    /// A difference in a kind of cell over stretches of time.
    pub fn add(
        &mut self,
        cell: &Cell,
        tier: Option<&String>,
        turned: &Turned,
        ask: (Action, Phase),
        intervals: &[Interval],
    ) {
        let kind = self.kind(turned);
        let each = |names: &[String]| -> Vec<Option<String>> {
            if names.is_empty() { vec![None] } else { names.iter().cloned().map(Some).collect() }
        };
        for component in each(&cell.components) {
            for environment in each(&cell.environments) {
                let row = Row {
                    region: cell.region.clone(),
                    kind,
                    tier: tier.cloned(),
                    component: component.clone(),
                    environment,
                    ask,
                };
                self.rows.entry(row).or_default().extend_from_slice(intervals);
            }
        }
    }

    /// What opens or closes altogether is one kind, whatever evidence it takes besides; else the evidence tells kinds apart.
    fn kind(&mut self, turned: &Turned) -> usize {
        let is_same = |known: &Turned| {
            (known.turn, known.cause) == (turned.turn, turned.cause)
                && (matches!(turned.turn, Turn::NewlyAllowed | Turn::NewlyBlocked)
                    || known.with == turned.with)
        };
        let known = self.kinds.iter().position(is_same);
        let at = known.unwrap_or_else(|| {
            self.kinds.push(turned.clone());
            self.kinds.len() - 1
        });
        if let Some(kind) = self.kinds.get_mut(at)
            && turned.with.size() < kind.with.size()
        {
            kind.with = turned.with.clone();
        }
        at
    }

    /// All of it, what widens first.
    pub fn differences(self, policy: &Policy) -> Vec<Difference> {
        let mut groups: BTreeMap<(Option<String>, usize), Vec<Spell>> = BTreeMap::new();
        for (row, when) in self.rows {
            let mut when: Vec<Interval> = when.into_iter().collect::<IntervalSet>().intervals().to_vec();
            // What the tier requires does not depend on the calendar, so the instants say nothing.
            if self.kinds.get(row.kind).is_some_and(|kind| kind.cause == Cause::Requirements) {
                when.clear();
            }
            groups.entry((row.region.clone(), row.kind)).or_default().push((row, when));
        }
        let mut found: Vec<Difference> = Vec::new();
        for ((region, kind), rows) in groups {
            let Some(turned) = self.kinds.get(kind) else { continue };
            for (rows, when) in simultaneous(rows) {
                let mut parts: Vec<Difference> = rows
                    .into_iter()
                    .map(|row| Difference {
                        turn: turned.turn,
                        cause: turned.cause,
                        with: turned.with.clone(),
                        tiers: row.tier.into_iter().collect(),
                        regions: region.iter().cloned().collect(),
                        components: row.component.into_iter().collect(),
                        environments: row.environment.into_iter().collect(),
                        asks: vec![row.ask],
                        when: when.clone(),
                        clock: Clock::Everywhere,
                    })
                    .collect();
                join(&mut parts, |one| &mut one.asks);
                join(&mut parts, |one| &mut one.environments);
                join(&mut parts, |one| &mut one.components);
                join(&mut parts, |one| &mut one.tiers);
                found.extend(parts);
            }
        }
        join(&mut found, |one| &mut one.regions);
        let mut found = by_local_time(found, policy);
        // What changes with the same evidence whenever the calendar is open is not said again where both change.
        let timeless: Vec<Difference> =
            found.iter().filter(|one| one.cause == Cause::Requirements).cloned().collect();
        let covers = |known: &Difference, one: &Difference| {
            (known.turn, &known.with) == (one.turn, &one.with)
                && one.tiers.iter().all(|tier| known.tiers.contains(tier))
                && one.regions.iter().all(|region| known.regions.contains(region))
                && one.components.iter().all(|component| known.components.contains(component))
                && one.asks.iter().all(|ask| known.asks.contains(ask))
        };
        found.retain(|one| one.cause != Cause::Both || !timeless.iter().any(|known| covers(known, one)));
        found.sort_by(|one, two| (one.turn, &one.when, &one.tiers).cmp(&(two.turn, &two.when, &two.tiers)));
        found
    }
}

/// Sets of rows with the instants at which just these hold. Rows without instants hold together.
fn simultaneous(rows: Vec<Spell>) -> Vec<(Vec<Row>, Vec<Interval>)> {
    let mut changes: Vec<(Instant, usize, bool)> = Vec::new();
    for (at, (_, when)) in rows.iter().enumerate() {
        changes.extend(when.iter().flat_map(|span| [(span.start, at, true), (span.end, at, false)]));
    }
    changes.sort_unstable_by_key(|(at, ..)| *at);
    let mut holding: BTreeSet<usize> = BTreeSet::new();
    let mut sets: BTreeMap<BTreeSet<usize>, Vec<Interval>> = BTreeMap::new();
    let timeless: BTreeSet<usize> =
        rows.iter().enumerate().filter(|(_, (_, when))| when.is_empty()).map(|(at, _)| at).collect();
    if !timeless.is_empty() {
        sets.insert(timeless, Vec::new());
    }
    let mut changes = changes.into_iter().peekable();
    while let Some((at, row, begins)) = changes.next() {
        if begins {
            holding.insert(row)
        } else {
            holding.remove(&row)
        };
        let Some(&(next, ..)) = changes.peek() else { break };
        if next > at && !holding.is_empty() {
            let when = sets.entry(holding.clone()).or_default();
            match when.last_mut() {
                Some(last) if last.end == at => last.end = next,
                _ => when.push(Interval::new(at, next)),
            }
        }
    }
    let name = |set: &BTreeSet<usize>| -> Vec<Row> {
        let mut seen = BTreeSet::new();
        let named = set.iter().filter_map(|at| Some(rows.get(*at)?.0.clone()));
        named.filter(|row| seen.insert(row.clone())).collect()
    };
    sets.into_iter().map(|(set, when)| (name(&set), when)).collect()
}

/// Differences of single regions that are at the same local times, each region's own, as one.
fn by_local_time(found: Vec<Difference>, policy: &Policy) -> Vec<Difference> {
    let zone =
        |region: &String| policy.regions.find(region).map_or(Zone::UTC, |id| policy.regions[id].place.zone);
    let mut groups: BTreeMap<(String, Vec<[LocalDateTime; 2]>), Difference> = BTreeMap::new();
    let mut alone = Vec::new();
    for mut difference in found {
        let [region] = difference.regions.as_slice() else {
            alone.push(difference);
            continue;
        };
        let zone = zone(region);
        let local =
            difference.when.iter().map(|span| [zone.local(span.start), zone.local(span.end)]).collect();
        let regions = std::mem::take(&mut difference.regions);
        let when = std::mem::take(&mut difference.when);
        let key = (format!("{difference:?}"), local);
        let group = groups.entry(key).or_insert_with(|| Difference { when, ..difference });
        group.regions.extend(regions);
        if group.regions.len() > 1 {
            group.clock = Clock::Local;
        }
    }
    alone.extend(groups.into_values());
    alone
}

/// Joins differences that agree in all but the list that `of` points at.
fn join<T: Clone + Ord>(rows: &mut Vec<Difference>, of: fn(&mut Difference) -> &mut Vec<T>) {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut joined: Vec<Difference> = Vec::new();
    for mut difference in std::mem::take(rows) {
        let list = std::mem::take(of(&mut difference));
        let at = *places.entry(format!("{difference:?}")).or_insert_with(|| {
            joined.push(difference);
            joined.len() - 1
        });
        if let Some(known) = joined.get_mut(at).map(of) {
            known.extend(list);
            let mut seen = BTreeSet::new();
            known.retain(|member| seen.insert(member.clone()));
        }
    }
    *rows = joined;
}
