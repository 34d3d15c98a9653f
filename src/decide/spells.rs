//! When the windows of a policy hold in a region: by a scan for one question, by an index for many.

use crate::calendar::{Instant, Interval, Pattern, Place, TimeOfDay, Timetable};
use crate::policy::{Id, Policy, Region, Window};

/// How a decision asks the calendar. `region` is none where the policy declares no region.
pub(super) trait Spells {
    /// Windows that are not `only`, are wanted and hold at `at`, each with the whole stretch round it, in the policy's order.
    fn active(
        &self,
        region: Option<Id<Region>>,
        at: Instant,
        wanted: &dyn Fn(Id<Window>) -> bool,
    ) -> Vec<(Id<Window>, Interval)>;

    /// The first instant behind `at` and before `limit` at which a wanted window that is not `only` begins to hold;
    /// `limit` where none does.
    fn next_start(
        &self,
        region: Option<Id<Region>>,
        at: Instant,
        limit: Instant,
        wanted: &dyn Fn(Id<Window>) -> bool,
    ) -> Instant;

    /// The stretch round `at` in which the timetable of a window holds, if it does.
    fn at(&self, window: Id<Window>, region: Option<Id<Region>>, at: Instant) -> Option<Interval>;

    /// The first instant behind `at` at which the timetable of a window begins or ceases to hold.
    fn next_change(&self, window: Id<Window>, region: Option<Id<Region>>, at: Instant) -> Instant;

    /// Windows written `only`.
    fn only(&self) -> &[Id<Window>];

    /// Windows of vendors that must be rechecked.
    fn vendors(&self) -> &[Id<Window>];

    /// Windows that follow a condition and are not `only`.
    fn following(&self) -> &[Id<Window>];
}

/// The place a region's local times are read in.
pub(super) fn place(policy: &Policy, region: Option<Id<Region>>) -> &Place {
    policy.place_of(region)
}

/// The stretch round `at` in which a window holds. One that only follows a condition holds by its timetable always.
pub(super) fn stretch(window: &Window, place: &Place, at: Instant) -> Option<Interval> {
    if is_unbounded(window) { Some(Interval::ALWAYS) } else { window.when.at(place, at) }
}

/// The first instant behind `at` at which a window's timetable begins or ceases to hold.
pub(super) fn change_behind(window: &Window, place: &Place, at: Instant) -> Instant {
    if is_unbounded(window) || is_over(&window.when, at) {
        return Instant::MAX;
    }
    window.when.next_change_after(place, at).unwrap_or(Instant::MAX)
}

/// Whether a window has no timetable and follows a condition alone.
pub(super) fn is_unbounded(window: &Window) -> bool {
    window.when.patterns.is_empty() && window.follows.is_some()
}

/// Windows by what makes them special, found in one pass.
#[derive(Debug, Default)]
pub(super) struct Special {
    pub only: Vec<Id<Window>>,
    pub vendors: Vec<Id<Window>>,
    pub following: Vec<Id<Window>>,
    pub plain: Vec<Row>,
}

/// A window that is not `only`, with seconds from 1970 outside of which it cannot hold: what does not hold is passed over
/// without a look at the window itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub id: Id<Window>,
    start: i64,
    end: i64,
}

impl Row {
    fn of(id: Id<Window>, window: &Window) -> Self {
        let always = (i64::MIN, i64::MAX);
        let bounds = window.when.patterns.iter().map(|pattern| outer_bounds(pattern).unwrap_or(always));
        let (start, end) = if is_unbounded(window) {
            always
        } else {
            bounds.fold((i64::MAX, i64::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)))
        };
        Self { id, start, end }
    }

    fn may_hold(&self, at: Instant) -> bool {
        (self.start..self.end).contains(&at.unix())
    }

    fn may_start(&self, behind: Instant, before: Instant) -> bool {
        self.end > behind.unix() && self.start < before.unix()
    }

    /// Whether the window may hold within `around`.
    pub fn may_overlap(&self, around: Interval) -> bool {
        self.start < around.end.unix() && around.start.unix() < self.end
    }
}

impl Special {
    pub fn of(policy: &Policy) -> Self {
        let mut special = Self::default();
        for (id, window) in policy.windows.iter() {
            if window.only {
                special.only.push(id);
            } else {
                special.plain.push(Row::of(id, window));
            }
            if window.vendor.as_ref().is_some_and(|vendor| vendor.recheck.is_some()) {
                special.vendors.push(id);
            }
            if window.follows.is_some() && !window.only {
                special.following.push(id);
            }
        }
        special
    }
}

/// Asks every window anew: what a process does that decides once.
pub(super) struct Scan<'a> {
    policy: &'a Policy,
    special: Special,
}

impl<'a> Scan<'a> {
    pub fn new(policy: &'a Policy) -> Self {
        Self { policy, special: Special::of(policy) }
    }

    /// Windows that are not `only`.
    pub fn plain(&self) -> &[Row] {
        &self.special.plain
    }
}

impl Spells for Scan<'_> {
    fn active(
        &self,
        region: Option<Id<Region>>,
        at: Instant,
        wanted: &dyn Fn(Id<Window>) -> bool,
    ) -> Vec<(Id<Window>, Interval)> {
        let near = self.special.plain.iter().filter(|row| row.may_hold(at)).map(|row| row.id);
        let wanted = near.filter(|&id| wanted(id));
        wanted.filter_map(|id| self.at(id, region, at).map(|stretch| (id, stretch))).collect()
    }

    fn next_start(
        &self,
        region: Option<Id<Region>>,
        at: Instant,
        limit: Instant,
        wanted: &dyn Fn(Id<Window>) -> bool,
    ) -> Instant {
        let place = place(self.policy, region);
        self.special.plain.iter().fold(limit, |first, row| {
            if row.may_start(at, first) && wanted(row.id) {
                first.min(start_behind(&self.policy.windows[row.id], place, at))
            } else {
                first
            }
        })
    }

    fn at(&self, window: Id<Window>, region: Option<Id<Region>>, at: Instant) -> Option<Interval> {
        stretch(&self.policy.windows[window], place(self.policy, region), at)
    }

    fn next_change(&self, window: Id<Window>, region: Option<Id<Region>>, at: Instant) -> Instant {
        change_behind(&self.policy.windows[window], place(self.policy, region), at)
    }

    fn only(&self) -> &[Id<Window>] {
        &self.special.only
    }

    fn vendors(&self) -> &[Id<Window>] {
        &self.special.vendors
    }

    fn following(&self) -> &[Id<Window>] {
        &self.special.following
    }
}

/// The first instant behind `at` at which a window begins to hold.
fn start_behind(window: &Window, place: &Place, at: Instant) -> Instant {
    if is_unbounded(window) {
        return Instant::MAX;
    }
    let Some(change) = window.when.next_change_after(place, at) else { return Instant::MAX };
    if window.when.at(place, change).is_some() {
        return change;
    }
    window.when.next_change_after(place, change).unwrap_or(Instant::MAX)
}

/// No zone's clock is further than this from UTC, in seconds, with room to spare.
const WIDEST_OFFSET: i64 = 2 * 86_400;

/// Bounds in seconds from 1970 outside of which a pattern that does not recur cannot hold; none for one that recurs.
fn outer_bounds(pattern: &Pattern) -> Option<(i64, i64)> {
    let midnight = |date| TimeOfDay::MIDNIGHT.on(date).and_utc().timestamp();
    match pattern {
        Pattern::Once(interval) => Some((interval.start.unix(), interval.end.unix())),
        Pattern::OnceLocal { start, end } => {
            Some((start.and_utc().timestamp() - WIDEST_OFFSET, end.and_utc().timestamp() + WIDEST_OFFSET))
        }
        Pattern::Dates(span) => {
            Some((midnight(span.first) - WIDEST_OFFSET, midnight(span.last) + 86_400 + WIDEST_OFFSET))
        }
        _ => None,
    }
}

fn is_over(timetable: &Timetable, at: Instant) -> bool {
    timetable.patterns.iter().all(|pattern| outer_bounds(pattern).is_some_and(|(_, end)| end <= at.unix()))
}
