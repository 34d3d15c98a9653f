//! What holds when: every window, exception and shift that a decision in a cell can turn on, as sets of instants, and the
//! stretches of time in which the same of them hold.

use super::cells::{Cell, Place};
use crate::calendar::{Instant, Interval, IntervalSet};
use crate::policy::{
    Action, Component, Environment, Exception, FreezeKind, Id, Policy, Region, Schedule, Window,
};
use std::collections::{BTreeMap, BTreeSet};

/// Something that holds in a cell, or does not, at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A window of this kind that nothing tells from others of the kind.
    Kind(Id<FreezeKind>),
    /// A window by itself.
    Window(Id<Window>),
    /// A window that holds and only warns as yet.
    Warned(Id<Window>),
    /// An `only` window that covers the cell and is open.
    Open(Id<Window>),
    /// An `only` window that covers the cell and is not open.
    Shut(Id<Window>),
    /// An `only` window that covers the cell and only warns as yet.
    Warning(Id<Window>),
    /// A vendor's window whose calendar was last read too long ago.
    Stale(Id<Window>),
    /// An exception that reaches the cell.
    Exception(Id<Exception>),
    /// Someone's shift, by its position in the schedule.
    Shift(Id<Schedule>, usize),
    /// A span of time that a promise names, by its position among them.
    Span(usize),
}

/// What a timeline must tell apart although no decision does.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    pub windows: BTreeSet<Id<Window>>,
    pub spans: Vec<Interval>,
}

/// Where something covers; what is left out covers all.
type Scope<'p> = (
    Option<&'p [Id<Region>]>,
    Option<&'p [Id<Component>]>,
    Option<&'p [Id<Environment>]>,
    Option<&'p [Action]>,
);

/// Everything of one policy that depends on time.
#[derive(Debug)]
pub(super) struct Moments<'p> {
    within: Interval,
    spans: Vec<Interval>,
    /// By region, in the policy's order; one where it declares none.
    rows: Vec<Vec<(Item, Scope<'p>, IntervalSet)>>,
}

impl<'p> Moments<'p> {
    /// `shifts` are those of schedules that a decision asks for.
    pub fn of(
        policy: &'p Policy,
        within: Interval,
        marks: &Marks,
        shifts: &BTreeSet<(Id<Schedule>, usize)>,
    ) -> Self {
        let rows =
            policy.regions_or_none().map(|region| rows(policy, within, region, marks, shifts)).collect();
        Self { within, spans: marks.spans.clone(), rows }
    }

    /// The spans of time that promises name.
    pub fn spans(&self) -> &[Interval] {
        &self.spans
    }

    /// Every item that concerns a place, with when it holds.
    fn at(&self, place: Place) -> impl Iterator<Item = (Item, &IntervalSet)> {
        let rows = self.rows.get(place.region.map_or(0, Id::index)).into_iter().flatten();
        rows.filter(move |(_, (_, components, environments, actions), _)| {
            covers(*components, place.component)
                && covers(*environments, place.environment)
                && actions.is_none_or(|actions| actions.contains(&place.action))
        })
        .map(|(item, _, held)| (*item, held))
    }
}

fn covers<T: PartialEq>(scope: Option<&[T]>, asked: Option<T>) -> bool {
    scope.is_none_or(|scope| asked.is_none_or(|asked| scope.contains(&asked)))
}

fn rows<'p>(
    policy: &'p Policy,
    within: Interval,
    region: Option<Id<Region>>,
    marks: &Marks,
    shifts: &BTreeSet<(Id<Schedule>, usize)>,
) -> Vec<(Item, Scope<'p>, IntervalSet)> {
    let mut rows: Vec<(Item, Scope<'p>, IntervalSet)> = Vec::new();
    let mut plain: BTreeMap<(Id<FreezeKind>, Scope<'p>), Vec<Interval>> = BTreeMap::new();
    let lifted: BTreeSet<Id<Window>> =
        policy.exceptions.rows().iter().flat_map(|exception| exception.lifts.iter().copied()).collect();
    let place = policy.place_of(region);
    let all = IntervalSet::of(within);
    let before = |until: Option<Instant>| match until {
        None => IntervalSet::default(),
        Some(until) => all.within(Interval::new(Instant::MIN, until)),
    };
    for (id, window) in policy.windows.iter() {
        if !covers(window.regions.as_deref(), region) {
            continue;
        }
        let scope: Scope<'p> =
            (None, window.components.as_deref(), window.environments.as_deref(), window.actions.as_deref());
        if let Some(recheck) = window.vendor.as_ref().and_then(|vendor| vendor.recheck) {
            let checked = window.vendor.as_ref().and_then(|vendor| vendor.checked);
            let stale = checked.map_or(Instant::MIN, |checked| checked.plus(recheck));
            let from = stale.max(window.warn_until.unwrap_or(Instant::MIN));
            rows.push((Item::Stale(id), scope, all.within(Interval::new(from, Instant::MAX))));
        }
        let held = if window.when.patterns.is_empty() && window.follows.is_some() {
            all.clone()
        } else {
            window.when.active(place, within).within(within)
        };
        let warned = before(window.warn_until);
        if window.only {
            rows.push((Item::Warning(id), scope, warned));
            rows.push((Item::Shut(id), scope, all.difference(&held)));
            rows.push((Item::Open(id), scope, held));
            continue;
        }
        let is_told_apart = window.follows.is_some()
            || window.warn_until.is_some()
            || lifted.contains(&id)
            || marks.windows.contains(&id);
        if is_told_apart {
            rows.push((Item::Warned(id), scope, held.intersection(&warned)));
            rows.push((Item::Window(id), scope, held.difference(&warned)));
        } else {
            plain.entry((window.kind, scope)).or_default().extend_from_slice(held.intervals());
        }
    }
    rows.extend(
        plain.into_iter().map(|((kind, scope), held)| (Item::Kind(kind), scope, held.into_iter().collect())),
    );
    for (id, exception) in policy.exceptions.iter() {
        if covers(exception.regions.as_deref(), region) {
            let scope: Scope<'p> =
                (None, exception.components.as_deref(), exception.environments.as_deref(), None);
            let from = exception.starts.unwrap_or(Instant::MIN);
            rows.push((
                Item::Exception(id),
                scope,
                all.within(Interval::new(from, exception.expires.max(from))),
            ));
        }
    }
    for &(schedule, at) in shifts {
        let declared = &policy.schedules[schedule];
        if let Some(shift) = declared.shifts.get(at) {
            let held = shift.when.active(&declared.place(), within).within(within);
            rows.push((Item::Shift(schedule, at), (None, None, None, None), held));
        }
    }
    for (at, span) in marks.spans.iter().enumerate() {
        rows.push((Item::Span(at), (None, None, None, None), all.within(*span)));
    }
    rows.retain(|(_, _, held)| !held.is_empty());
    rows
}

/// Sets of items, each once: a state of a cell in one policy.
#[derive(Debug, Default)]
pub struct States {
    numbers: BTreeMap<Vec<Item>, usize>,
    items: Vec<Vec<Item>>,
}

impl States {
    fn number(&mut self, items: &[Item]) -> usize {
        if let Some(known) = self.numbers.get(items) {
            return *known;
        }
        self.items.push(items.to_vec());
        self.numbers.insert(items.to_vec(), self.items.len() - 1);
        self.items.len() - 1
    }

    /// What holds in a state, in order.
    pub fn items(&self, state: usize) -> &[Item] {
        self.items.get(state).map_or(&[], Vec::as_slice)
    }
}

/// A stretch of time in which a cell stays in one state of each policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// When.
    pub interval: Interval,
    /// The state in each policy.
    pub states: Vec<usize>,
}

/// The stretches of a cell over the horizon, in order and without a gap, in O(n log n) of what begins and ends there.
pub(super) fn stretches(cell: &Cell, moments: &[Moments<'_>], states: &mut [States]) -> Vec<Stretch> {
    let Some(within) = moments.first().map(|first| first.within) else { return Vec::new() };
    let mut items: Vec<(usize, Item)> = Vec::new();
    let mut numbers: BTreeMap<(usize, Item), usize> = BTreeMap::new();
    // When, which item, and by how much more or less of it holds from then on.
    let mut changes: Vec<(Instant, usize, bool)> = Vec::new();
    for (policy, (moments, place)) in moments.iter().zip(&cell.places).enumerate() {
        for (item, held) in moments.at(*place) {
            let number = *numbers.entry((policy, item)).or_insert_with(|| {
                items.push((policy, item));
                items.len() - 1
            });
            for interval in held.intervals() {
                changes.push((interval.start, number, true));
                changes.push((interval.end, number, false));
            }
        }
    }
    changes.sort_unstable_by_key(|(at, ..)| *at);
    let mut holding = vec![0_u32; items.len()];
    // What holds of each policy, in order, with the number of that state once it was asked for.
    let mut held: Vec<(Vec<Item>, Option<usize>)> = states.iter().map(|_| (Vec::new(), None)).collect();
    let mut found: Vec<Stretch> = Vec::new();
    let mut changes = changes.into_iter().peekable();
    let mut at = within.start;
    while at < within.end {
        while let Some((_, number, begins)) = changes.next_if(|(edge, ..)| *edge <= at) {
            let (Some(count), Some((policy, item))) = (holding.get_mut(number), items.get(number)) else {
                continue;
            };
            let before = *count;
            *count = if begins { before + 1 } else { before.saturating_sub(1) };
            if (before == 0) != (*count == 0)
                && let Some((held, known)) = held.get_mut(*policy)
            {
                *known = None;
                match held.binary_search(item) {
                    Ok(place) => drop(held.remove(place)),
                    Err(place) => held.insert(place, *item),
                }
            }
        }
        let end = changes.peek().map_or(within.end, |(edge, ..)| (*edge).min(within.end));
        let now: Vec<usize> = held
            .iter_mut()
            .zip(states.iter_mut())
            .map(|((held, known), states)| *known.get_or_insert_with(|| states.number(held)))
            .collect();
        match found.last_mut() {
            Some(last) if last.states == now => last.interval.end = end,
            _ => found.push(Stretch { interval: Interval::new(at, end), states: now }),
        }
        at = end;
    }
    found
}
