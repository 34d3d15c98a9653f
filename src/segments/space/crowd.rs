//! Who may approve, as far as it matters how many do: people who have the same roles are alike, and only as many of them
//! are told apart as any group of seats can use. Seats are filled exactly where every set of them has people enough (Hall's
//! theorem), which a decision diagram counts.

use super::range::{Bits, Range};
use super::says::Says;
use crate::calendar::Elapsed;
use crate::policy::{
    ApprovalRule, Condition, Id, Policy, Region, Role, Schedule, Seat, Seats, Team, same_person,
};
use biodivine_lib_bdd::{Bdd, BddVariableSet};
use std::collections::{BTreeMap, BTreeSet};

/// More seats than this in one group are not counted: each set of them is.
const MOST_SEATS: usize = 10;
/// More ways than this for people of one kind to behave are not told apart.
const MOST_VALUES: usize = 4000;

/// Seats that a policy asks for, under the rule that says which approvals count for them.
pub(super) type Group<'p> = (usize, &'p Seats, Option<Id<ApprovalRule>>);

/// On call at an instant: the policy, its schedule, the shift.
pub(super) type OnCall = (usize, Id<Schedule>, usize);

/// How an approval was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// How long before now.
    pub age: Elapsed,
    /// For another commit with the same patch.
    pub of_patch: bool,
    /// Rules it counts for, each with its policy; it always counts for seats without a rule.
    rules: BTreeSet<(usize, usize)>,
}

/// People who are alike.
#[derive(Debug)]
struct Alike {
    traits: Traits,
    /// As many of them as matter, by name.
    people: Vec<String>,
    range: Range,
    values: Vec<Behaviour>,
}

/// What tells one person from another.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Traits {
    /// Roles that somebody always has.
    roles: BTreeSet<(usize, Id<Role>)>,
    /// Teams somebody is in, where seats ask for people of a region.
    teams: BTreeSet<(usize, Id<Team>)>,
    /// Shifts somebody may be on.
    shifts: BTreeSet<OnCall>,
}

/// What people who are alike do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Behaviour {
    /// How many approve, by standing and way.
    approving: Vec<Vec<usize>>,
    /// Whether another one asks for changes, and in which standing.
    objecting: Option<usize>,
}

impl Behaviour {
    /// How many people say anything.
    fn size(&self) -> usize {
        self.approving.iter().flatten().sum::<usize>() + usize::from(self.objecting.is_some())
    }
}

/// Who does what, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Approvals: who, how, and on call by which calendar file.
    pub approvals: Vec<(String, Way, Option<String>)>,
    /// Requests for changes: who, and on call by which calendar file.
    pub requests: Vec<(String, Option<String>)>,
}

/// Everyone whose review can matter.
#[derive(Debug)]
pub(super) struct Crowd<'p> {
    policies: Vec<&'p Policy>,
    alike: Vec<Alike>,
    ways: Vec<Way>,
    /// What a person may be besides the traits: nothing more, or on call by the calendar file of a schedule.
    standings: Vec<Option<(usize, Id<Schedule>)>>,
}

impl<'p> Crowd<'p> {
    /// Nothing where there are too many ways for people to behave.
    pub fn of(policies: &[&'p Policy], groups: &[Group<'p>], bits: &mut Bits) -> Option<Self> {
        if groups.iter().any(|(_, seats, _)| seats.seats.len() > MOST_SEATS) {
            return None;
        }
        let roles: BTreeSet<(usize, Id<Role>)> = groups
            .iter()
            .flat_map(|(policy, seats, _)| {
                seats.seats.iter().flat_map(|seat| seat.roles.iter().map(|role| (*policy, *role)))
            })
            .collect();
        let in_region = groups.iter().any(|(_, seats, _)| seats.seats.iter().any(|seat| seat.in_region));
        let mut standings = vec![None];
        for &(policy, role) in &roles {
            for &schedule in &policies.get(policy)?.roles[role].schedules {
                let is_read = policies.get(policy)?.schedules[schedule].source.is_some();
                let standing = Some((policy, schedule));
                if is_read && !standings.contains(&standing) {
                    standings.push(standing);
                }
            }
        }
        let ways = ways(policies, groups);
        let wanted =
            |(_, seats, _): &Group<'_>| seats.seats.iter().map(|seat| seat.count as usize).sum::<usize>();
        let most = groups.iter().map(wanted).max().unwrap_or(0);
        let mut alike = Vec::new();
        for (traits, mut people) in everyone(policies, &roles, in_region) {
            // Whoever nobody knows may still be on call by a calendar file.
            let is_known = !traits.roles.is_empty() || !traits.shifts.is_empty();
            if !is_known && standings.len() == 1 {
                continue;
            }
            if traits == Traits::default() {
                people.extend((0..=most).map(|number| format!("on-call-{number}")));
            }
            people.truncate(most * ways.len() * standings.len() + 1);
            let values = behaviours(people.len(), most, standings.len(), ways.len())?;
            alike.push(Alike { range: bits.range(values.len()), traits, people, values });
        }
        Some(Self { policies: policies.to_vec(), alike, ways, standings })
    }

    /// Where the bits spell something that people can do.
    pub fn valid(&self, variables: &BddVariableSet) -> Bdd {
        let valid = self.alike.iter().map(|alike| alike.range.valid(variables));
        valid.fold(variables.mk_true(), |all, one| all.and(&one))
    }

    /// Ranges, in the order of their bits.
    pub fn ranges(&self) -> impl Iterator<Item = &Range> {
        self.alike.iter().map(|alike| &alike.range)
    }

    /// How many people say anything where a range, by its position, has a value.
    pub fn size(&self, range: usize, value: usize) -> usize {
        self.alike.get(range).and_then(|alike| alike.values.get(value)).map_or(0, Behaviour::size)
    }

    /// What people do where the ranges have these values, in their order.
    pub fn said(&self, values: &[usize]) -> Said {
        let mut said = Said::default();
        for (alike, value) in self.alike.iter().zip(values) {
            let Some(behaviour) = alike.values.get(*value) else { continue };
            let mut people = alike.people.iter();
            for (ways, standing) in behaviour.approving.iter().zip(&self.standings) {
                for (count, way) in ways.iter().zip(&self.ways) {
                    for person in people.by_ref().take(*count) {
                        said.approvals.push((person.clone(), way.clone(), self.file_of(*standing)));
                    }
                }
            }
            if let Some((standing, person)) = behaviour.objecting.zip(people.next()) {
                let standing = self.standings.get(standing).copied().flatten();
                said.requests.push((person.clone(), self.file_of(standing)));
            }
        }
        said
    }

    fn file_of(&self, standing: Option<(usize, Id<Schedule>)>) -> Option<String> {
        let (policy, schedule) = standing?;
        Some(self.policies.get(policy)?.schedules[schedule].name.clone())
    }

    /// Where seats are filled, and where somebody who may take one asks for changes.
    pub fn filled(
        &self,
        variables: &BddVariableSet,
        (policy, seats, rule): Group<'p>,
        region: Option<Id<Region>>,
        on_call: &BTreeSet<OnCall>,
    ) -> Says {
        let objected = self.objected(variables, (policy, seats, rule), region, on_call);
        let mut filled = variables.mk_true();
        for chosen in 1..1_usize << seats.seats.len() {
            let set: Vec<&Seat> = (0..)
                .zip(&seats.seats)
                .filter(|(at, _)| chosen >> at & 1 == 1)
                .map(|(_, seat)| seat)
                .collect();
            let wanted = set.iter().map(|seat| seat.count as usize).sum();
            filled = filled.and(&self.at_least(variables, wanted, |alike, standing, way| {
                (rule.is_none() || rule.is_some_and(|rule| way.rules.contains(&(policy, rule.index()))))
                    && set.iter().any(|seat| self.may_sit(alike, standing, policy, seat, region, on_call))
            }));
        }
        Says { holds: filled.and_not(&objected), fails: objected }
    }

    /// Where somebody who may take one of the seats asks for changes.
    pub fn objected(
        &self,
        variables: &BddVariableSet,
        (policy, seats, _): Group<'p>,
        region: Option<Id<Region>>,
        on_call: &BTreeSet<OnCall>,
    ) -> Bdd {
        self.alike.iter().fold(variables.mk_false(), |any, alike| {
            let counts = |value: usize| {
                let standing = alike.values.get(value).and_then(|behaviour| behaviour.objecting);
                standing.is_some_and(|standing| {
                    seats
                        .seats
                        .iter()
                        .any(|seat| self.may_sit(alike, standing, policy, seat, region, on_call))
                })
            };
            any.or(&alike.range.any(variables, counts))
        })
    }

    /// Where anybody asks for changes.
    pub fn opposed(&self, variables: &BddVariableSet) -> Bdd {
        let objects = |alike: &Alike, value: usize| {
            alike.values.get(value).is_some_and(|behaviour| behaviour.objecting.is_some())
        };
        let opposed =
            self.alike.iter().map(|alike| alike.range.any(variables, |value| objects(alike, value)));
        opposed.fold(variables.mk_false(), |any, one| any.or(&one))
    }

    /// Where so many approvals count.
    fn at_least(
        &self,
        variables: &BddVariableSet,
        wanted: usize,
        counts: impl Fn(&Alike, usize, &Way) -> bool,
    ) -> Bdd {
        let mut sums: BTreeMap<usize, Bdd> = BTreeMap::from([(0, variables.mk_true())]);
        for alike in &self.alike {
            let counted: Vec<usize> = alike
                .values
                .iter()
                .map(|behaviour| {
                    let each = behaviour.approving.iter().enumerate().flat_map(|(standing, ways)| {
                        ways.iter().zip(&self.ways).map(move |(count, way)| (standing, *count, way))
                    });
                    each.filter(|(standing, _, way)| counts(alike, *standing, way))
                        .map(|(_, count, _)| count)
                        .sum()
                })
                .collect();
            let distinct: BTreeSet<usize> = counted.iter().copied().collect();
            if distinct.iter().all(|count| *count == 0) {
                continue;
            }
            let mut next: BTreeMap<usize, Bdd> = BTreeMap::new();
            for count in distinct {
                let here = alike.range.any(variables, |value| counted.get(value) == Some(&count));
                for (sum, reached) in &sums {
                    let slot = next.entry((sum + count).min(wanted)).or_insert_with(|| variables.mk_false());
                    *slot = slot.or(&reached.and(&here));
                }
            }
            sums = next;
        }
        sums.remove(&wanted).unwrap_or_else(|| variables.mk_false())
    }

    fn may_sit(
        &self,
        alike: &Alike,
        standing: usize,
        policy: usize,
        seat: &Seat,
        region: Option<Id<Region>>,
        on_call: &BTreeSet<OnCall>,
    ) -> bool {
        let Some(of) = self.policies.get(policy) else { return false };
        let answers = |region: Id<Region>| {
            alike.traits.teams.iter().any(|(in_policy, team)| {
                let regions = &of.teams[*team].regions;
                *in_policy == policy && (regions.is_empty() || regions.contains(&region))
            })
        };
        if seat.in_region && region.is_some_and(|region| !answers(region)) {
            return false;
        }
        let read = self.standings.get(standing).copied().flatten();
        seat.roles.iter().any(|role| {
            alike.traits.roles.contains(&(policy, *role))
                || of.roles[*role].schedules.iter().any(|schedule| {
                    read == Some((policy, *schedule))
                        || alike
                            .traits
                            .shifts
                            .iter()
                            .any(|shift| (shift.0, shift.1) == (policy, *schedule) && on_call.contains(shift))
                })
        })
    }
}

/// Every group of seats that a condition asks for.
pub(super) fn groups_of<'p>(
    policy: (usize, &'p Policy),
    condition: &'p Condition,
    into: &mut Vec<Group<'p>>,
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                groups_of(policy, part, into);
            }
        }
        Condition::Not(part) => groups_of(policy, part, into),
        Condition::Approved(seats) => into.push((policy.0, seats, None)),
        Condition::Approval(rule, _) => into.push((policy.0, &policy.1.approvals[*rule].seats, Some(*rule))),
        _ => {}
    }
}

/// Ways to give an approval that count for different rules: of each age that a rule tells apart, for this commit or for its
/// patch alone.
fn ways(policies: &[&Policy], groups: &[Group<'_>]) -> Vec<Way> {
    let rules: BTreeMap<(usize, usize), &ApprovalRule> = groups
        .iter()
        .filter_map(|(policy, _, rule)| {
            let rule = (*rule)?;
            Some(((*policy, rule.index()), &policies.get(*policy)?.approvals[rule]))
        })
        .collect();
    let mut ages: Vec<Elapsed> = rules.values().filter_map(|rule| Some(rule.valid_for?.0)).collect();
    ages.push(Elapsed::ZERO);
    ages.sort_unstable();
    ages.dedup();
    let mut ways: Vec<Way> = Vec::new();
    for age in ages {
        for of_patch in [false, true] {
            let counts = |rule: &ApprovalRule| {
                rule.valid_for.is_none_or(|(length, _)| age < length)
                    && !(of_patch && rule.dismiss_on_new_commit)
            };
            let rules = rules.iter().filter(|(_, rule)| counts(rule)).map(|(key, _)| *key).collect();
            let way = Way { age, of_patch, rules };
            if !ways.iter().any(|known| known.rules == way.rules) {
                ways.push(way);
            }
        }
    }
    ways
}

/// Everyone a policy names, by what tells them apart. Those whom nothing qualifies are one kind, without a name.
fn everyone(
    policies: &[&Policy],
    roles: &BTreeSet<(usize, Id<Role>)>,
    in_region: bool,
) -> BTreeMap<Traits, Vec<String>> {
    let mut people: Vec<(String, Traits)> = Vec::new();
    let mut add = |name: &str, put: &dyn Fn(&mut Traits)| {
        let known = people.iter().position(|(known, _)| same_person(known, name));
        let at = known.unwrap_or_else(|| {
            people.push((name.to_owned(), Traits::default()));
            people.len() - 1
        });
        if let Some((_, traits)) = people.get_mut(at) {
            put(traits);
        }
    };
    for &(policy, role) in roles {
        let Some(of) = policies.get(policy) else { continue };
        let declared = &of.roles[role];
        let of_teams = declared.teams.iter().flat_map(|team| &of.teams[*team].members);
        for member in declared.members.iter().chain(of_teams) {
            add(member, &|traits| {
                traits.roles.insert((policy, role));
            });
        }
        for &schedule in &declared.schedules {
            for (at, shift) in of.schedules[schedule].shifts.iter().enumerate() {
                add(&shift.person, &|traits| {
                    traits.shifts.insert((policy, schedule, at));
                });
            }
        }
    }
    if in_region {
        for (policy, of) in policies.iter().enumerate() {
            for (id, team) in of.teams.iter() {
                for member in &team.members {
                    add(member, &|traits| {
                        traits.teams.insert((policy, id));
                    });
                }
            }
        }
    }
    let mut alike = BTreeMap::from([(Traits::default(), Vec::new())]);
    for (name, traits) in people {
        alike.entry(traits).or_insert_with(Vec::new).push(name);
    }
    alike
}

/// Everything that so many people who are alike can do, approving at most `most` times in each standing and way. That
/// nobody says anything is first; then, the fewer act, the earlier.
fn behaviours(people: usize, most: usize, standings: usize, ways: usize) -> Option<Vec<Behaviour>> {
    let mut counts: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..standings * ways {
        let mut longer = Vec::new();
        for count in &counts {
            let taken: usize = count.iter().sum();
            for next in 0..=most.min(people.saturating_sub(taken)) {
                longer.push(count.iter().copied().chain([next]).collect());
            }
        }
        if longer.len() > MOST_VALUES {
            return None;
        }
        counts = longer;
    }
    let mut values = Vec::new();
    for count in counts {
        let approving: Vec<Vec<usize>> = count.chunks(ways.max(1)).map(<[usize]>::to_vec).collect();
        let others = people > count.iter().sum::<usize>();
        let objecting = (0..standings).filter(|_| others).map(Some);
        for objecting in std::iter::once(None).chain(objecting) {
            values.push(Behaviour { approving: approving.clone(), objecting });
        }
    }
    values.sort_by_key(Behaviour::size);
    Some(values)
}
