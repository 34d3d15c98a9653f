//! What a new policy allows that an old one did not, and the other way round: exact over every cell, tier and phase that both know,
//! every instant of a span, and every combination of evidence and approvals that either can tell apart.

use super::replay::action_of;
use crate::calendar::Interval;
use crate::policy::{Action, Id, Named, Phase, Policy, Table, Tier};
use crate::segments::space::{Bdd, Cell, Judge, Place, Says, Space, States, TooLarge, Witness};
use std::collections::{BTreeMap, BTreeSet};
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

/// One way in which the policies differ, wherever it is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// How.
    pub turn: Turn,
    /// The least evidence and the fewest approvals for which they answer differently.
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
    /// When, in order.
    pub when: Vec<Interval>,
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

/// Compares what two policies decide within a span. `pulse` is told how many kinds of cell of how many were compared, and may end
/// the search.
pub fn diff(
    old: &Policy,
    new: &Policy,
    within: Interval,
    pulse: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Comparison {
    let mut comparison = Comparison { within: Some(within), unmatched: unmatched(old, new), ..Comparison::default() };
    let space = match Space::of(&[old, new], within) {
        Ok(space) => space,
        Err(TooLarge) => {
            comparison.undecided = Some("the policies ask for more evidence and people than can be told apart");
            return comparison;
        }
    };
    let (Some(before), Some(after)) = (Judge::of(&space, 0), Judge::of(&space, 1)) else { return comparison };
    let tiers = shared(&old.tiers, &new.tiers);
    let mut pairs = Pairs { space: &space, before, after, known: BTreeMap::new() };
    let mut states = space.states();
    let mut found: BTreeMap<Row, Vec<Interval>> = BTreeMap::new();
    let mut turns: Vec<(Turn, Witness)> = Vec::new();
    for (done, cell) in space.cells().iter().enumerate() {
        if pulse(done, space.cells().len()).is_break() {
            comparison.undecided = Some("the budget was spent before everything was compared");
            break;
        }
        comparison.cells += 1;
        for stretch in space.stretches(cell, &mut states) {
            comparison.stretches += 1;
            for (name, old_tier, new_tier) in &tiers {
                for (turn, with, ask) in pairs.turns(cell, &states, &stretch.states, (*old_tier, *new_tier)) {
                    let number = turns.iter().position(|known| *known == (turn, with.clone()));
                    let number = number.unwrap_or_else(|| {
                        turns.push((turn, with));
                        turns.len() - 1
                    });
                    let row = Row {
                        turn: number,
                        tier: name.clone(),
                        region: cell.region.clone(),
                        components: cell.components.clone(),
                        environments: cell.environments.clone(),
                        ask,
                    };
                    let when = found.entry(row).or_default();
                    match when.last_mut() {
                        Some(last) if last.end == stretch.interval.start => last.end = stretch.interval.end,
                        _ => when.push(stretch.interval),
                    }
                }
            }
        }
    }
    comparison.differences = grouped(found, &turns);
    comparison
}

/// The span of two policies' horizons.
pub fn horizon(old: &Policy, new: &Policy) -> Interval {
    Interval::new(old.horizon.start.min(new.horizon.start), old.horizon.end.max(new.horizon.end))
}

/// A difference in one kind of cell, for one tier and one question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    turn: usize,
    tier: Option<String>,
    region: Option<String>,
    components: Vec<String>,
    environments: Vec<String>,
    ask: (Action, Phase),
}

/// Two states and a question, as far as judges can tell them from others.
type PairKey = ([usize; 2], [Option<usize>; 2], Phase, [Option<usize>; 2]);

struct Pairs<'s, 'p> {
    space: &'s Space<'p>,
    before: Judge<'s, 'p>,
    after: Judge<'s, 'p>,
    known: BTreeMap<PairKey, Vec<(Turn, Witness)>>,
}

impl Pairs<'_, '_> {
    /// How the answers for a tier differ in a cell and its states, with what is asked. Each action is asked in its own phase, and in
    /// a later one only where that shows what its own does not.
    fn turns(
        &mut self,
        cell: &Cell,
        states: &[States],
        at: &[usize],
        tiers: (Option<Id<Tier>>, Option<Id<Tier>>),
    ) -> Vec<(Turn, Witness, (Action, Phase))> {
        let mut found = Vec::new();
        for phase in Phase::ALL {
            let own: Vec<Action> = cell.actions.iter().copied().filter(|action| action.phase() == phase).collect();
            if !own.is_empty() {
                for (turn, with) in self.compare(cell, states, at, tiers, phase) {
                    found.extend(own.iter().map(|action| (turn, with.clone(), (*action, phase))));
                }
            }
        }
        if found.is_empty() {
            for phase in Phase::ALL {
                let Some(action) = action_of(cell, phase).filter(|action| action.phase() != phase) else { continue };
                let turned = self.compare(cell, states, at, tiers, phase);
                found.extend(turned.into_iter().map(|(turn, with)| (turn, with, (action, phase))));
            }
        }
        found
    }

    fn compare(
        &mut self,
        cell: &Cell,
        states: &[States],
        at: &[usize],
        (old, new): (Option<Id<Tier>>, Option<Id<Tier>>),
        phase: Phase,
    ) -> Vec<(Turn, Witness)> {
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
        let was = self.before.verdict(before, *was, *here, old, phase);
        let is = self.after.verdict(after, *is, *there, new, phase);
        let turns = turned(self.space, &was, &is);
        self.known.insert(key, turns.clone());
        turns
    }
}

/// How one judgement became another.
fn turned(space: &Space<'_>, was: &Says, is: &Says) -> Vec<(Turn, Witness)> {
    let within = |set: &Bdd| set.and(space.everything());
    let (allowed, allows) = (within(&was.holds), within(&is.holds));
    let mut turns = Vec::new();
    let mut turn = |turn: Turn, among: &Bdd| {
        if let Some(witness) = space.witness(among) {
            turns.push((turn, witness));
        }
    };
    turn(if allowed.is_false() { Turn::NewlyAllowed } else { Turn::Looser }, &allows.and_not(&allowed));
    turn(if allows.is_false() { Turn::NewlyBlocked } else { Turn::Tighter }, &allowed.and_not(&allows));
    if allowed == allows {
        turn(Turn::Softer, &was.fails.and_not(&is.fails));
        turn(Turn::Harder, &is.fails.and_not(&was.fails));
    }
    turns
}

/// Rows that are alike but for one of their coordinates, put together.
fn grouped(found: BTreeMap<Row, Vec<Interval>>, turns: &[(Turn, Witness)]) -> Vec<Difference> {
    let mut rows: Vec<(usize, Difference)> = found
        .into_iter()
        .filter_map(|(row, when)| {
            let (turn, with) = turns.get(row.turn)?.clone();
            let difference = Difference {
                turn,
                with,
                tiers: row.tier.into_iter().collect(),
                regions: row.region.into_iter().collect(),
                components: row.components,
                environments: row.environments,
                asks: vec![row.ask],
                when,
            };
            Some((row.turn, difference))
        })
        .collect();
    join(&mut rows, |one| &mut one.asks);
    join(&mut rows, |one| &mut one.environments);
    join(&mut rows, |one| &mut one.components);
    join(&mut rows, |one| &mut one.tiers);
    join(&mut rows, |one| &mut one.regions);
    let mut differences: Vec<Difference> = rows.into_iter().map(|(_, difference)| difference).collect();
    differences.sort_by(|one, two| (one.turn, &one.when, &one.tiers).cmp(&(two.turn, &two.when, &two.tiers)));
    differences
}

/// Joins differences that agree in all but the list that `of` points at.
fn join<T: Clone + Ord>(rows: &mut Vec<(usize, Difference)>, of: fn(&mut Difference) -> &mut Vec<T>) {
    let mut joined: BTreeMap<String, (usize, Difference, Vec<T>)> = BTreeMap::new();
    for (number, mut difference) in std::mem::take(rows) {
        let list = std::mem::take(of(&mut difference));
        let key = format!("{number} {difference:?}");
        joined.entry(key).or_insert_with(|| (number, difference, Vec::new())).2.extend(list);
    }
    rows.extend(joined.into_values().map(|(number, mut difference, list)| {
        let mut seen = BTreeSet::new();
        *of(&mut difference) = list.into_iter().filter(|member| seen.insert(member.clone())).collect();
        (number, difference)
    }));
}

/// Tiers that both policies know, by name; where neither declares any, the one that stands for all.
fn shared(old: &Table<Tier>, new: &Table<Tier>) -> Vec<(Option<String>, Option<Id<Tier>>, Option<Id<Tier>>)> {
    if old.is_empty() && new.is_empty() {
        return vec![(None, None, None)];
    }
    new.iter()
        .filter_map(|(id, tier)| Some((Some(tier.name.clone()), Some(old.find(&tier.name)?), Some(id))))
        .collect()
}

fn unmatched(old: &Policy, new: &Policy) -> Vec<(&'static str, String, bool)> {
    fn of<T: Named>(kind: &'static str, old: &Table<T>, new: &Table<T>, found: &mut Vec<(&'static str, String, bool)>) {
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
