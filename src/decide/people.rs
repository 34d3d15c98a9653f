//! Who may approve, whose approvals count, and whether they fill the seats: each seat another person.

use super::truth::Truth;
use super::{Approval, ApprovalState, Change, Duty, Filled, Need, OpenSeat, Rota, RotaState, Verdict, rota};
use crate::calendar::{Instant, Place};
use crate::policy::{ApprovalRule, Id, Policy, Region, Role, Schedule, Seat, Seats, same_person};
use std::collections::{BTreeMap, BTreeSet};

/// The people of a policy and what the reviewers of a change said.
pub(super) struct People<'a> {
    policy: &'a Policy,
    change: &'a Change,
    rotas: &'a [Rota],
}

/// Where a seat is asked for: it matters to seats `in region`.
pub(super) type Where = Option<Id<Region>>;

impl<'a> People<'a> {
    pub fn new(policy: &'a Policy, change: &'a Change, rotas: &'a [Rota]) -> Self {
        Self { policy, change, rotas }
    }

    /// Whether someone has a role at an instant: as a member, through a team, or on call. Nothing where they may be on call by
    /// a calendar file that does not count.
    pub fn has_role(&self, person: &str, role: Id<Role>, at: Instant) -> Option<bool> {
        let role = &self.policy.roles[role];
        let has = role.members.iter().any(|member| same_person(member, person))
            || role.teams.iter().any(|&team| {
                self.policy.teams[team].members.iter().any(|member| same_person(member, person))
            })
            || self.shifts_of(role, person).any(|(place, when)| when.at(&place, at).is_some())
            || self.duties_of(role, person).any(|(schedule, duty)| {
                duty.during.contains(at) && rota::state(self.rotas, schedule, at) == RotaState::Known
            });
        let unknown =
            || self.schedules_of(role).any(|one| rota::state(self.rotas, one, at) != RotaState::Known);
        if has || !unknown() { Some(has) } else { None }
    }

    /// The first instant behind `at` at which someone may begin or cease to have a role.
    pub fn role_turns(&self, person: &str, role: Id<Role>, at: Instant) -> Instant {
        let role = &self.policy.roles[role];
        let turns =
            self.shifts_of(role, person).filter_map(|(place, when)| when.next_change_after(&place, at));
        let written = turns.min().unwrap_or(Instant::MAX);
        let read = self.schedules_of(role).map(|one| rota::next_turn(self.rotas, one, person, at));
        read.min().map_or(written, |read| written.min(read))
    }

    /// Calendar files that would have to be brought to know who may take these seats.
    pub fn rotas_wanted(&self, seats: &Seats, at: Instant) -> Vec<Need> {
        let roles = seats.seats.iter().flat_map(|seat| &seat.roles).map(|&role| &self.policy.roles[role]);
        let schedules = roles.flat_map(|role| self.schedules_of(role));
        let mut wanted: Vec<Need> = schedules
            .filter_map(|schedule| {
                let (file, _) = schedule.source.as_ref()?;
                let state = rota::state(self.rotas, schedule, at);
                let need = || Need::Rota { schedule: schedule.name.clone(), file: file.clone(), state };
                (state != RotaState::Known).then(need)
            })
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Whether someone wrote, committed or pushed the change and so may not approve it.
    pub fn is_barred(&self, person: &str) -> bool {
        let Change { authors, co_authors, committers, pushers, .. } = self.change;
        [authors, co_authors, committers, pushers]
            .into_iter()
            .flatten()
            .any(|barred| same_person(barred, person))
    }

    /// Whether someone may take a seat at an instant; nothing where nobody knows.
    pub fn may_sit(&self, person: &str, seat: &Seat, region: Where, at: Instant) -> Option<bool> {
        if seat.in_region && !self.answers_for(person, region) {
            return Some(false);
        }
        any_known(seat.roles.iter().map(|&role| self.has_role(person, role, at)))
    }

    /// Those who ask for changes at an instant and could fill one of the seats.
    pub fn objectors(&self, seats: &Seats, region: Where, at: Instant) -> BTreeSet<&'a str> {
        let requests = self.requests(at);
        requests.filter(|person| self.may_sit_in_any(person, seats, region, at) == Some(true)).collect()
    }

    /// Those who ask for changes at an instant, but for whom their own review bars.
    fn requests(&self, at: Instant) -> impl Iterator<Item = &'a str> {
        self.change
            .approvals
            .iter()
            .filter(move |review| review.state == ApprovalState::ChangesRequested && is_said(review, at))
            .filter(move |request| !self.is_withdrawn(request, at))
            .map(|request| request.person.as_str())
            .filter(|person| !self.is_barred(person))
    }

    /// Whether someone may take any of the seats at an instant; nothing where nobody knows.
    pub fn may_sit_in_any(&self, person: &str, seats: &Seats, region: Where, at: Instant) -> Option<bool> {
        any_known(seats.seats.iter().map(|seat| self.may_sit(person, seat, region, at)))
    }

    /// Whether approvals fill the seats at an instant. An eligible person who asks for changes makes it false.
    pub fn truth(&self, seats: &Seats, rule: Option<&ApprovalRule>, region: Where, at: Instant) -> Truth {
        let until = self.turns(seats, rule, at);
        if !self.objectors(seats, region, at).is_empty() {
            return Truth::until(Verdict::Block, until);
        }
        let may_object = |person: &str| self.may_sit_in_any(person, seats, region, at).is_none();
        if self.requests(at).any(may_object) {
            return Truth::until(Verdict::Pending, until);
        }
        let wanted: u64 = seats.seats.iter().map(|seat| u64::from(seat.count)).sum();
        let people = self.approvers(rule, at);
        let is_full = wanted <= people.len() as u64
            && self.seating(seats, &people, region, at).iter().flatten().count() as u64 == wanted;
        Truth::until(if is_full { Verdict::Allow } else { Verdict::Pending }, until)
    }

    /// Whether `person` and the approvals of others fill the seats: someone who acts counts for one of them,
    /// even as the change's author.
    pub fn truth_with(&self, person: &'a str, seats: &Seats, at: Instant) -> Truth {
        let until = self.turns(seats, None, at).min(
            seats
                .seats
                .iter()
                .flat_map(|seat| &seat.roles)
                .map(|&role| self.role_turns(person, role, at))
                .min()
                .unwrap_or(Instant::MAX),
        );
        match self.may_sit_in_any(person, seats, None, at) {
            Some(true) => {}
            Some(false) => return Truth::until(Verdict::Block, until),
            None => return Truth::until(Verdict::Pending, until),
        }
        let mut people = self.approvers(None, at);
        people.insert(person);
        let wanted: u64 = seats.seats.iter().map(|seat| u64::from(seat.count)).sum();
        let is_full = wanted <= people.len() as u64
            && self.seating(seats, &people, None, at).iter().flatten().count() as u64 == wanted;
        Truth::until(if is_full { Verdict::Allow } else { Verdict::Pending }, until)
    }

    /// Who sits where, and which seats are open with those who could take them.
    pub fn seats(
        &self,
        seats: &Seats,
        rule: Option<&ApprovalRule>,
        region: Where,
        at: Instant,
    ) -> (Vec<Filled>, Vec<OpenSeat>) {
        let people = self.approvers(rule, at);
        let seating = self.seating(seats, &people, region, at);
        let seated: BTreeSet<&str> = seating.iter().flatten().copied().collect();
        let mut filled = Vec::new();
        let mut open = Vec::new();
        for (seat, sitting) in seats.seats.iter().zip(&seating) {
            let roles = || seat.roles.iter().map(|&role| self.policy.roles[role].name.clone()).collect();
            filled.extend(sitting.iter().map(|&person| Filled { person: person.to_owned(), roles: roles() }));
            let left = seat.count.saturating_sub(u32::try_from(sitting.len()).unwrap_or(u32::MAX));
            if left > 0 {
                let eligible = self.eligible(seat, region, at);
                let eligible =
                    eligible.into_iter().filter(|person| !seated.contains(person.as_str())).collect();
                open.push(OpenSeat { count: left, roles: roles(), in_region: seat.in_region, eligible });
            }
        }
        filled.sort_unstable();
        (filled, open)
    }

    /// The first instant behind `at` at which what reviewers said, or their right to say it, may change.
    pub fn turns(&self, seats: &Seats, rule: Option<&ApprovalRule>, at: Instant) -> Instant {
        let mut turns = Instant::MAX;
        for review in &self.change.approvals {
            let expiry = expiry(review, rule);
            for edge in [review.given_at, expiry].into_iter().flatten().filter(|&edge| edge > at) {
                turns = turns.min(edge);
            }
            for &role in seats.seats.iter().flat_map(|seat| &seat.roles) {
                turns = turns.min(self.role_turns(&review.person, role, at));
            }
        }
        turns
    }

    fn approvers(&self, rule: Option<&ApprovalRule>, at: Instant) -> BTreeSet<&'a str> {
        let mut people: BTreeSet<&'a str> = BTreeSet::new();
        let approvers = self
            .change
            .approvals
            .iter()
            .filter(|review| review.state == ApprovalState::Approved && is_said(review, at))
            .filter(|approval| self.is_for_this_change(approval, rule))
            .filter(|approval| match rule.and_then(|rule| rule.valid_for) {
                None => true,
                Some(_) => expiry(approval, rule).is_some_and(|expiry| at < expiry),
            })
            .filter(|approval| !self.is_taken_back(approval, at))
            .map(|approval| approval.person.as_str())
            .filter(|person| !self.is_barred(person));
        for person in approvers {
            if !people.iter().any(|known| same_person(known, person)) {
                people.insert(person);
            }
        }
        people
    }

    fn is_for_this_change(&self, approval: &Approval, rule: Option<&ApprovalRule>) -> bool {
        let dismisses = rule.is_some_and(|rule| rule.dismiss_on_new_commit);
        let same_patch = approval.patch.is_some() && approval.patch == self.change.patch;
        approval.commit == self.change.commit || (!dismisses && same_patch)
    }

    /// Whether the same person asked for changes at the same time or later; a request without a time takes back all.
    fn is_taken_back(&self, approval: &Approval, at: Instant) -> bool {
        self.change.approvals.iter().any(|review| {
            review.state == ApprovalState::ChangesRequested
                && same_person(&review.person, &approval.person)
                && is_said(review, at)
                && (review.given_at.is_none() || review.given_at >= approval.given_at)
        })
    }

    /// Whether the same person approved later. Nothing is known to be later than a request without a time: it stands.
    fn is_withdrawn(&self, request: &Approval, at: Instant) -> bool {
        self.change.approvals.iter().any(|review| {
            review.state == ApprovalState::Approved
                && same_person(&review.person, &request.person)
                && is_said(review, at)
                && request.given_at.is_some_and(|asked| review.given_at.is_some_and(|given| given > asked))
        })
    }

    /// A largest matching of people to seats, by augmenting paths; the people of each seat, in order.
    fn seating<'p>(
        &self,
        seats: &Seats,
        people: &BTreeSet<&'p str>,
        region: Where,
        at: Instant,
    ) -> Vec<Vec<&'p str>> {
        let mut taken: BTreeMap<&'p str, usize> = BTreeMap::new();
        let may = |person: &str, seat: usize| {
            seats.seats.get(seat).is_some_and(|seat| self.may_sit(person, seat, region, at) == Some(true))
        };
        for &person in people {
            let mut visited = vec![false; seats.seats.len()];
            let counts = |seat: usize| seats.seats.get(seat).map_or(0, |seat| seat.count as usize);
            seat_person(person, &may, &counts, &mut taken, &mut visited);
        }
        let mut seating = vec![Vec::new(); seats.seats.len()];
        for (person, seat) in taken {
            if let Some(sitting) = seating.get_mut(seat) {
                sitting.push(person);
            }
        }
        seating
    }

    fn eligible(&self, seat: &Seat, region: Where, at: Instant) -> BTreeSet<String> {
        let mut people = BTreeSet::new();
        let mut duties = BTreeSet::new();
        for &role in &seat.roles {
            let role = &self.policy.roles[role];
            people.extend(role.members.iter());
            people.extend(role.teams.iter().flat_map(|&team| &self.policy.teams[team].members));
            for &schedule in &role.schedules {
                let schedule = &self.policy.schedules[schedule];
                let place = schedule.place();
                people.extend(
                    schedule
                        .shifts
                        .iter()
                        .filter(|shift| shift.when.at(&place, at).is_some())
                        .map(|shift| &shift.person),
                );
                duties.extend(rota::on_call(self.rotas, schedule, at).map(str::to_owned));
            }
        }
        people
            .into_iter()
            .chain(&duties)
            .filter(|person| !self.is_barred(person) && (!seat.in_region || self.answers_for(person, region)))
            .cloned()
            .collect()
    }

    /// Whether someone is in a team that answers for a region; a team without regions answers for all.
    fn answers_for(&self, person: &str, region: Where) -> bool {
        let Some(region) = region else { return true };
        self.policy.teams.rows().iter().any(|team| {
            (team.regions.is_empty() || team.regions.contains(&region))
                && team.members.iter().any(|member| same_person(member, person))
        })
    }

    fn schedules_of<'r>(&'r self, role: &'r Role) -> impl Iterator<Item = &'r Schedule> {
        role.schedules.iter().map(|&schedule| &self.policy.schedules[schedule])
    }

    fn duties_of<'r>(
        &'r self,
        role: &'r Role,
        person: &'r str,
    ) -> impl Iterator<Item = (&'r Schedule, &'r Duty)> {
        self.schedules_of(role).flat_map(move |schedule| {
            let duties = rota::of(self.rotas, schedule).into_iter().flat_map(|rota| &rota.duties);
            let own = duties.filter(move |duty| rota::is_on(schedule, duty, person));
            own.map(move |duty| (schedule, duty))
        })
    }

    fn shifts_of<'r>(
        &'r self,
        role: &'r Role,
        person: &'r str,
    ) -> impl Iterator<Item = (Place, &'r crate::calendar::Timetable)> {
        role.schedules.iter().flat_map(move |&schedule| {
            let schedule = &self.policy.schedules[schedule];
            schedule
                .shifts
                .iter()
                .filter(move |shift| same_person(&shift.person, person))
                .map(|shift| (schedule.place(), &shift.when))
        })
    }
}

/// True where any is, false where none is, and nothing where that rests on one that is not known.
fn any_known(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut any = Some(false);
    for truth in truths {
        match truth {
            Some(true) => return truth,
            Some(false) => {}
            None => any = None,
        }
    }
    any
}

fn is_said(review: &Approval, at: Instant) -> bool {
    !review.dismissed && review.given_at.is_none_or(|given| given <= at)
}

fn expiry(review: &Approval, rule: Option<&ApprovalRule>) -> Option<Instant> {
    let (valid_for, _) = rule?.valid_for?;
    Some(review.given_at?.plus(valid_for))
}

/// Seats a person, moving others to seats they may take as well where that makes room.
fn seat_person<'p>(
    person: &'p str,
    may: &impl Fn(&str, usize) -> bool,
    counts: &impl Fn(usize) -> usize,
    taken: &mut BTreeMap<&'p str, usize>,
    visited: &mut [bool],
) -> bool {
    for seat in 0..visited.len() {
        if !may(person, seat) || visited.get_mut(seat).is_none_or(|seen| std::mem::replace(seen, true)) {
            continue;
        }
        let sitting: Vec<&'p str> =
            taken.iter().filter(|(_, at)| **at == seat).map(|(person, _)| *person).collect();
        let has_room = sitting.len() < counts(seat)
            || sitting.into_iter().any(|other| seat_person(other, may, counts, taken, visited));
        if has_room {
            taken.insert(person, seat);
            return true;
        }
    }
    false
}
