//! What a new policy allows that an old one did not, and the other way round: exact over every cell, tier and phase that both know,
//! every instant of a span, and every combination of evidence and approvals that either can tell apart.

use super::gather::{Found, Turned};
use super::replay::action_of;
use crate::calendar::Interval;
use crate::policy::{Action, Id, Named, Phase, Policy, Table, Tier};
use crate::segments::space::{Bdd, Cell, Judge, Place, Says, Space, States, TooLarge, Witness};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// How a verdict changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// What could never land can.
    NewlyAllowed,
    /// What could land needs less, or something else.
    Looser,
    /// What could land cannot.
    NewlyBlocked,
    /// What could land needs more.
    Tighter,
    /// What was blocked waits for something instead. It still does not land.
    Softer,
    /// What waited for something is blocked instead.
    Harder,
}

impl Turn {
    /// The words in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewlyAllowed => "newly allowed",
            Self::Looser => "looser",
            Self::NewlyBlocked => "newly blocked",
            Self::Tighter => "tighter",
            Self::Softer => "pending, no longer blocked",
            Self::Harder => "blocked, no longer pending",
        }
    }

    /// Whether something may land that could not.
    pub fn widens(self) -> bool {
        matches!(self, Self::NewlyAllowed | Self::Looser)
    }
}

/// What makes a verdict change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The calendar: windows, kinds, exceptions.
    Calendar,
    /// What the tier requires, whenever the calendar is open.
    Requirements,
    /// Both at a time.
    Both,
}

/// How the spans of a difference are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// The same instants everywhere.
    Everywhere,
    /// The same local times in each region; the instants are those of the first.
    Local,
}

/// One way in which the policies differ, wherever it is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// How.
    pub turn: Turn,
    /// Why.
    pub cause: Cause,
    /// The smallest evidence and approvals for which they answer differently, by [`Witness::size`].
    pub with: Witness,
    /// The tiers; none where the policies declare none.
    pub tiers: Vec<String>,
    /// The regions.
    pub regions: Vec<String>,
    /// The components.
    pub components: Vec<String>,
    /// The environments.
    pub environments: Vec<String>,
    /// What is done, and in which phase it is asked.
    pub asks: Vec<(Action, Phase)>,
    /// When, in order; what requirements change, they change whenever the calendar is open.
    pub when: Vec<Interval>,
    /// How that is to be read.
    pub clock: Clock,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Every difference, what widens first.
    pub differences: Vec<Difference>,
    /// The span that was looked at.
    pub within: Option<Interval>,
    /// Stretches of time that were compared, over all kinds of cell.
    pub stretches: u64,
    /// Kinds of cell that were compared.
    pub cells: u64,
    /// Why not everything was compared.
    pub undecided: Option<&'static str>,
    /// Regions, components, environments and tiers that only one of the policies knows: the kind of declaration, the name, and
    /// whether the new policy is the one that does.
    pub unmatched: Vec<(&'static str, String, bool)>,
}

impl Comparison {
    /// Whether something may land that could not.
    pub fn widens(&self) -> bool {
        self.differences.iter().any(|difference| difference.turn.widens())
    }
}

/// Compares what two policies decide within a span. `pulse` is told, often, how many kinds of cell of how many were compared, and may
/// end the search.
pub fn diff(
    old: &Policy,
    new: &Policy,
    within: Interval,
    pulse: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Comparison {
    let mut comparison =
        Comparison { within: Some(within), unmatched: unmatched(old, new), ..Comparison::default() };
    let space = match Space::of(&[old, new], within) {
        Ok(space) => space,
        Err(TooLarge) => {
            comparison.undecided =
                Some("the policies ask for more evidence and people than can be told apart");
            return comparison;
        }
    };
    let (Some(before), Some(after)) = (Judge::of(&space, 0), Judge::of(&space, 1)) else { return comparison };
    let tiers = shared(&old.tiers, &new.tiers);
    let mut pairs = Pairs { space: &space, domain: space.unopposed(), before, after, known: BTreeMap::new() };
    let mut states = space.states();
    let mut found = Found::default();
    let all = space.cells().len();
    'cells: for (done, cell) in space.cells().iter().enumerate() {
        comparison.cells += 1;
        // Each pair of states is compared once, however often it comes back.
        let mut pairs_of_states: BTreeMap<Vec<usize>, Vec<Interval>> = BTreeMap::new();
        for stretch in space.stretches(cell, &mut states) {
            comparison.stretches += 1;
            pairs_of_states.entry(stretch.states).or_default().push(stretch.interval);
        }
        for (at, intervals) in pairs_of_states {
            if pulse(done, all).is_break() {
                comparison.undecided = Some("the budget was spent before everything was compared");
                break 'cells;
            }
            for (name, both) in &tiers {
                for (turned, ask) in pairs.turns(cell, &states, &at, *both) {
                    found.add(cell, name.as_ref(), &turned, ask, &intervals);
                }
            }
        }
    }
    let _ = pulse(all, all);
    comparison.differences = found.differences(new);
    comparison
}

/// The span of two policies' horizons.
pub fn horizon(old: &Policy, new: &Policy) -> Interval {
    Interval::new(old.horizon.start.min(new.horizon.start), old.horizon.end.max(new.horizon.end))
}

/// A tier of the old policy and that of the same name in the new one.
type Tiers = (Option<Id<Tier>>, Option<Id<Tier>>);

/// Two states and a question, as far as judges can tell them from others.
type PairKey = ([usize; 2], [Option<usize>; 2], Phase, [Option<usize>; 2]);

struct Pairs<'s, 'p> {
    space: &'s Space<'p>,
    /// What is compared: combinations in which nobody asks for changes. Whoever may do so may approve as well, and shows there.
    domain: Bdd,
    before: Judge<'s, 'p>,
    after: Judge<'s, 'p>,
    known: BTreeMap<PairKey, Vec<Turned>>,
}

impl Pairs<'_, '_> {
    /// How the answers for a tier differ in a cell and its states, with what is asked. Each action is asked in its own phase, and in
    /// a later one only where that shows what its own does not.
    fn turns(
        &mut self,
        cell: &Cell,
        states: &[States],
        at: &[usize],
        tiers: Tiers,
    ) -> Vec<(Turned, (Action, Phase))> {
        let mut found = Vec::new();
        for phase in Phase::ALL {
            let own: Vec<Action> =
                cell.actions.iter().copied().filter(|action| action.phase() == phase).collect();
            if !own.is_empty() {
                for turned in self.compare(cell, states, at, tiers, phase) {
                    found.extend(own.iter().map(|action| (turned.clone(), (*action, phase))));
                }
            }
        }
        if found.is_empty() {
            for phase in Phase::ALL {
                let Some(action) = action_of(cell, phase).filter(|action| action.phase() != phase) else {
                    continue;
                };
                let turned = self.compare(cell, states, at, tiers, phase);
                found.extend(turned.into_iter().map(|turned| (turned, (action, phase))));
            }
        }
        found
    }

    fn compare(
        &mut self,
        cell: &Cell,
        states: &[States],
        at: &[usize],
        (old, new): Tiers,
        phase: Phase,
    ) -> Vec<Turned> {
        let ([before, after], [was, is], [here, there]) = (states, at, cell.places.as_slice()) else {
            return Vec::new();
        };
        let region = |judge: &Judge<'_, '_>, place: &Place| judge.region_of(*place).map(Id::index);
        let key: PairKey = (
            [*was, *is],
            [old.map(Id::index), new.map(Id::index)],
            phase,
            [region(&self.before, here), region(&self.after, there)],
        );
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let (frozen, required) = self.before.parts(before, *was, *here, old, phase);
        let (freezes, requires) = self.after.parts(after, *is, *there, new, phase);
        let is_same = |one: &Says, other: &Says| {
            let within = |set: &Bdd| set.and(&self.domain);
            within(&one.holds) == within(&other.holds) && within(&one.fails) == within(&other.fails)
        };
        let cause = if is_same(&required, &requires) {
            Cause::Calendar
        } else if is_same(&frozen, &freezes) {
            Cause::Requirements
        } else {
            Cause::Both
        };
        let turns = turned(self.space, &self.domain, &frozen.and(&required), &freezes.and(&requires), cause);
        self.known.insert(key, turns.clone());
        turns
    }
}

/// How one judgement became another.
fn turned(space: &Space<'_>, domain: &Bdd, was: &Says, is: &Says, cause: Cause) -> Vec<Turned> {
    let within = |set: &Bdd| set.and(domain);
    let (allowed, allows) = (within(&was.holds), within(&is.holds));
    let mut turns = Vec::new();
    let mut turn = |turn: Turn, among: &Bdd| {
        turns.extend(space.witness(among).map(|with| Turned { turn, cause, with }));
    };
    turn(if allowed.is_false() { Turn::NewlyAllowed } else { Turn::Looser }, &allows.and_not(&allowed));
    turn(if allows.is_false() { Turn::NewlyBlocked } else { Turn::Tighter }, &allowed.and_not(&allows));
    if allowed == allows {
        turn(Turn::Softer, &within(&was.fails).and_not(&is.fails));
        turn(Turn::Harder, &within(&is.fails).and_not(&was.fails));
    }
    turns
}

/// Tiers that both policies know, by name; where neither declares any, the one that stands for all.
fn shared(old: &Table<Tier>, new: &Table<Tier>) -> Vec<(Option<String>, Tiers)> {
    if old.is_empty() && new.is_empty() {
        return vec![(None, (None, None))];
    }
    new.iter()
        .filter_map(|(id, tier)| Some((Some(tier.name.clone()), (Some(old.find(&tier.name)?), Some(id)))))
        .collect()
}

fn unmatched(old: &Policy, new: &Policy) -> Vec<(&'static str, String, bool)> {
    fn of<T: Named>(
        kind: &'static str,
        old: &Table<T>,
        new: &Table<T>,
        found: &mut Vec<(&'static str, String, bool)>,
    ) {
        // Where one declares none of the kind, any name is as good as another there.
        if old.is_empty() != new.is_empty() && kind != "tier" {
            return;
        }
        let only = |one: &Table<T>, other: &Table<T>| -> Vec<String> {
            let names = one.rows().iter().map(Named::name).filter(|name| other.find(name).is_none());
            names.map(str::to_owned).collect()
        };
        found.extend(only(old, new).into_iter().map(|name| (kind, name, false)));
        found.extend(only(new, old).into_iter().map(|name| (kind, name, true)));
    }
    let mut found = Vec::new();
    of("tier", &old.tiers, &new.tiers, &mut found);
    of("region", &old.regions, &new.regions, &mut found);
    of("component", &old.components, &new.components, &mut found);
    of("environment", &old.environments, &new.environments, &mut found);
    found
}
