//! Who can give an approval when: by the hours that teams say and the shifts of schedules, in their own zones.

use crate::calendar::{Elapsed, Instant, Interval, IntervalSet, Zone};
use crate::decide::{Context, Decision, Need, OpenSeat, duties};
use crate::policy::{Policy, Role, same_person};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The people of a policy, from an instant on.
pub struct Staff<'a> {
    policy: &'a Policy,
    context: &'a Context,
    within: Interval,
    known: RefCell<BTreeMap<String, Option<IntervalSet>>>,
}

/// Someone who could approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// By the name that approvals carry.
    pub person: String,
    /// Where they work; UTC where nothing says it.
    pub zone: Zone,
    /// The first instant at which they are at work and their approval still counts; none where nothing says when they work.
    pub from: Option<Instant>,
}

/// An approval that a step waits for, and who could give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The approval's name, where it has one.
    pub name: Option<String>,
    /// The seat.
    pub seat: OpenSeat,
    /// By when it must be there.
    pub by: Instant,
    /// What is given before this counts no longer then.
    pub since: Instant,
    /// Those who could give it in time: the first to be at work first, then those of whom nothing says when they work.
    pub people: Vec<Approver>,
}

/// Whether approvals can be there by an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staffed {
    /// They can.
    Yes,
    /// They cannot, however long one waits.
    Never,
    /// Not before someone is at work, at this instant at the earliest.
    NotBefore(Instant),
}

impl<'a> Staff<'a> {
    /// Approvals are asked for from the context's instant on, and people looked at for so long.
    pub fn of(policy: &'a Policy, context: &'a Context, span: Elapsed) -> Self {
        let within = Interval::new(context.at, context.at.plus(span));
        Self { policy, context, within, known: RefCell::default() }
    }

    /// Whether those who are at work by `at` can give every approval that an answer misses.
    pub fn by(&self, answer: &Decision, at: Instant) -> Staffed {
        let mut next: Option<Instant> = None;
        for (since, seats) in self.missing(answer, at) {
            if self.fills(seats, |person| self.first_at_work(person, since, at) != Some(None)) {
                continue;
            }
            // Where even all of them are too few, no hour helps, unless others come on call.
            if !self.rotates(seats) && !self.fills(seats, |_| true) {
                continue;
            }
            let Some(turn) = self.next_turn(seats, at) else { return Staffed::Never };
            next = Some(next.map_or(turn, |known| known.max(turn)));
        }
        next.map_or(Staffed::Yes, Staffed::NotBefore)
    }

    /// The approvals that an answer misses, with those who could give them by `at`.
    pub fn requests(&self, answer: &Decision, at: Instant) -> Vec<Request> {
        let mut requests: Vec<Request> = Vec::new();
        for (name, seats) in approvals(answer) {
            let since = self.since(name, at);
            for seat in seats {
                let approver = |person: &String| {
                    let from = self.first_at_work(person, since, at);
                    let approver =
                        |from| Approver { person: person.clone(), zone: self.zone_of(person), from };
                    match from {
                        None => Some(approver(None)),
                        Some(from) => from.map(|from| approver(Some(from))),
                    }
                };
                let mut people: Vec<Approver> = seat.eligible.iter().filter_map(approver).collect();
                people.sort_by_key(|approver| (approver.from.is_none(), approver.from));
                let request = Request { name: name.cloned(), seat: seat.clone(), by: at, since, people };
                if !requests.contains(&request) {
                    requests.push(request);
                }
            }
        }
        requests
    }

    fn missing<'d>(&self, answer: &'d Decision, at: Instant) -> Vec<(Instant, &'d [OpenSeat])> {
        approvals(answer).map(|(name, seats)| (self.since(name, at), seats)).collect()
    }

    /// What is given before this does not count at an instant.
    fn since(&self, name: Option<&String>, at: Instant) -> Instant {
        let rule = name.and_then(|name| self.policy.approvals.find(name));
        let valid = rule.and_then(|rule| self.policy.approvals[rule].valid_for);
        let lapsed = valid.map(|(valid, _)| at.minus(valid).plus(Elapsed::seconds(1)));
        lapsed.map_or(self.within.start, |lapsed| lapsed.max(self.within.start))
    }

    /// Whether people of whom `may` holds fill all seats, each another.
    fn fills(&self, seats: &[OpenSeat], may: impl Fn(&str) -> bool) -> bool {
        let chairs: Vec<&OpenSeat> =
            seats.iter().flat_map(|seat| std::iter::repeat_n(seat, seat.count as usize)).collect();
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        (0..chairs.len()).all(|chair| seat(chair, &chairs, &may, &mut taken, &mut BTreeSet::new()))
    }

    /// The first instant behind `at` at which someone who may have one of the seats' roles comes to work or on call.
    fn next_turn(&self, seats: &[OpenSeat], at: Instant) -> Option<Instant> {
        let roles = seats.iter().flat_map(|seat| &seat.roles).filter_map(|role| self.policy.roles.find(role));
        let people: BTreeSet<String> =
            roles.flat_map(|role| self.people_of(&self.policy.roles[role])).collect();
        let turns = people.iter().filter_map(|person| self.at_work(person)?.next_after(at));
        turns.map(|work| work.start).min()
    }

    fn rotates(&self, seats: &[OpenSeat]) -> bool {
        let mut roles =
            seats.iter().flat_map(|seat| &seat.roles).filter_map(|role| self.policy.roles.find(role));
        roles.any(|role| !self.policy.roles[role].schedules.is_empty())
    }

    fn people_of(&self, role: &Role) -> Vec<String> {
        let teams = role.teams.iter().flat_map(|team| self.policy.teams[*team].members.clone());
        let schedules = || role.schedules.iter().map(|schedule| &self.policy.schedules[*schedule]);
        let written = schedules().flat_map(|schedule| &schedule.shifts).map(|shift| shift.person.clone());
        let read = schedules().flat_map(|schedule| {
            let rotas = self.context.rotas.iter().filter(|rota| rota.schedule == schedule.name);
            let names = rotas.flat_map(|rota| &rota.duties).flat_map(|duty| &duty.names);
            names.cloned().chain(schedule.called.iter().map(|(login, _)| login.clone())).collect::<Vec<_>>()
        });
        role.members.iter().cloned().chain(teams).chain(written).chain(read).collect()
    }

    /// When someone is first at work between two instants, both included; nothing where nothing says when they work.
    fn first_at_work(&self, person: &str, since: Instant, at: Instant) -> Option<Option<Instant>> {
        let work = self.at_work(person)?;
        let first = match work.at(since) {
            Some(_) => Some(since),
            None => work.next_after(since).map(|work| work.start),
        };
        Some(first.filter(|first| *first <= at))
    }

    /// When someone is at work; nothing where the policy does not say it.
    fn at_work(&self, person: &str) -> Option<IntervalSet> {
        if let Some(known) = self.known.borrow().get(person) {
            return known.clone();
        }
        let mut spans: Option<IntervalSet> = None;
        let mut add = |more: IntervalSet| spans = Some(spans.take().unwrap_or_default().union(&more));
        for team in self.policy.teams.rows() {
            if let Some(hours) = &team.hours
                && team.members.iter().any(|member| same_person(member, person))
            {
                add(hours.active(&self.policy.place_of_team(team), self.within));
            }
        }
        for schedule in self.policy.schedules.rows() {
            for shift in schedule.shifts.iter().filter(|shift| same_person(&shift.person, person)) {
                add(shift.when.active(&schedule.place(), self.within));
            }
            let read: IntervalSet = duties(&self.context.rotas, schedule, person).collect();
            if !read.is_empty() {
                add(read);
            }
        }
        self.known.borrow_mut().insert(person.to_owned(), spans.clone());
        spans
    }

    fn zone_of(&self, person: &str) -> Zone {
        let member =
            |team: &&crate::policy::Team| team.members.iter().any(|member| same_person(member, person));
        let teams = self.policy.teams.rows().iter().filter(member).filter_map(|team| team.zone);
        let on_call = self.policy.schedules.rows().iter().filter(|schedule| {
            let own = schedule.shifts.iter().any(|shift| same_person(&shift.person, person));
            own || duties(&self.context.rotas, schedule, person).next().is_some()
        });
        teams.chain(on_call.map(|schedule| schedule.zone)).next().unwrap_or(Zone::UTC)
    }
}

/// Approvals that an answer misses.
fn approvals(answer: &Decision) -> impl Iterator<Item = (Option<&String>, &[OpenSeat])> {
    answer.reasons.iter().flat_map(|reason| &reason.needs).filter_map(|need| match need {
        Need::Approvals { name, seats } => Some((name.as_ref(), seats.as_slice())),
        _ => None,
    })
}

/// Gives a chair to someone, moving others to chairs they may take as well where that makes room.
fn seat(
    chair: usize,
    chairs: &[&OpenSeat],
    may: &impl Fn(&str) -> bool,
    taken: &mut BTreeMap<String, usize>,
    tried: &mut BTreeSet<String>,
) -> bool {
    let Some(open) = chairs.get(chair) else { return false };
    for person in open.eligible.iter().filter(|person| may(person)) {
        if !tried.insert(person.clone()) {
            continue;
        }
        let holds = taken.get(person).copied();
        if holds.is_none_or(|other| seat(other, chairs, may, taken, tried)) {
            taken.insert(person.clone(), chair);
            return true;
        }
    }
    false
}
