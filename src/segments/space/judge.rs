//! What a policy says of a cell in a state, over every combination of evidence: the decision of language section 5 once more,
//! for all changes at a time. Tests hold it equal to the gate.

use super::Space;
use super::cells::Place;
use super::crowd::OnCall;
use super::moments::{Item, States};
use super::says::Says;
use crate::policy::{
    Asking, Condition, Exception, Fact, FactSource, FreezeKind, Id, Phase, Policy, Region, Requirement,
    Reuse, Ruling, Seats, Tier, Window,
};
use biodivine_lib_bdd::Bdd;
use std::collections::{BTreeMap, BTreeSet};

/// Judges cells of one policy, and remembers what it found.
#[derive(Debug)]
pub struct Judge<'s, 'p> {
    space: &'s Space<'p>,
    at: usize,
    policy: &'p Policy,
    by_region: bool,
    frozen: BTreeMap<(usize, Whom), Says>,
    required: BTreeMap<(Vec<Item>, Phase, Whom), Says>,
    seated: BTreeMap<SeatsKey, Says>,
}

/// A tier, and the region where that matters.
type Whom = (Option<Id<Tier>>, Option<Id<Region>>);

/// A group of seats by what it asks for, its rule, the region where that matters, and who is on call.
type SeatsKey = (Vec<(u32, Vec<usize>, bool)>, Option<usize>, Option<Id<Region>>, Vec<OnCall>);

/// A question in a state: what of it a condition depends on.
#[derive(Debug, Clone)]
struct Asked {
    tier: Option<Id<Tier>>,
    region: Option<Id<Region>>,
    on_call: BTreeSet<OnCall>,
}

impl<'s, 'p> Judge<'s, 'p> {
    /// A judge of the policy at a position of the space; nothing where there is none.
    pub fn of(space: &'s Space<'p>, at: usize) -> Option<Self> {
        let policy = *space.policies.get(at)?;
        let by_region = super::conditions(policy)
            .flat_map(|condition| {
                let mut groups = Vec::new();
                super::groups_of((at, policy), condition, &mut groups);
                groups.into_iter().map(|(_, seats, _)| seats)
            })
            .chain(policy.exceptions.rows().iter().filter_map(|exception| exception.approve.as_ref()))
            .any(|seats| seats.seats.iter().any(|seat| seat.in_region));
        Some(Self {
            space,
            at,
            policy,
            by_region,
            frozen: BTreeMap::new(),
            required: BTreeMap::new(),
            seated: BTreeMap::new(),
        })
    }

    /// The tiers that a change may have: none alone where the policy declares none.
    pub fn tiers(&self) -> impl Iterator<Item = Option<Id<Tier>>> + use<> {
        let nothing = self.policy.tiers.is_empty().then_some(None);
        self.policy.tiers.ids().map(Some).chain(nothing)
    }

    /// The region of a place, where anything asks for people who answer for one.
    pub fn region_of(&self, place: Place) -> Option<Id<Region>> {
        place.region.filter(|_| self.by_region)
    }

    /// Where a change of this tier may land at a place in a phase, and where it is blocked; `state` is one of `states`, which
    /// must be the same list in every call.
    pub fn verdict(
        &mut self,
        states: &States,
        state: usize,
        place: Place,
        tier: Option<Id<Tier>>,
        phase: Phase,
    ) -> Says {
        let (frozen, required) = self.parts(states, state, place, tier, phase);
        frozen.and(&required)
    }

    /// What the calendar says, and what the tier requires by the phase: the verdict is the worse of both.
    pub fn parts(
        &mut self,
        states: &States,
        state: usize,
        place: Place,
        tier: Option<Id<Tier>>,
        phase: Phase,
    ) -> (Says, Says) {
        let items = states.items(state);
        let key = (state, (tier, self.region_of(place)));
        let frozen = match self.frozen.get(&key) {
            Some(known) => known.clone(),
            None => {
                let said = self.freezes(items, place, tier);
                self.frozen.insert(key, said.clone());
                said
            }
        };
        (frozen, self.requirements(items, place, tier, phase))
    }

    /// What the calendar says.
    fn freezes(&mut self, items: &[Item], place: Place, tier: Option<Id<Tier>>) -> Says {
        let asked = self.asked(items, place, tier);
        let mut said = Says::yes(&self.space.variables);
        for item in items {
            match *item {
                Item::Kind(kind) => said = said.and(&self.admitted(kind, &asked)),
                Item::Window(window) => {
                    let held = self.followed(window, &asked);
                    let passes = self.passage(self.policy.windows[window].kind, &[window], items, &asked);
                    said.holds = said.holds.and(&passes.holds.or(&held.not()));
                    said.fails = said.fails.or(&passes.fails.and(&held));
                }
                Item::Stale(window) => {
                    let passes = self.passage(self.policy.windows[window].kind, &[window], items, &asked);
                    said = said.and(&passes.or(&Says::unknown(&self.space.variables)));
                }
                _ => {}
            }
        }
        for (kind, covering) in self.only(items) {
            let is_warned = covering.iter().all(|window| items.contains(&Item::Warning(*window)));
            if is_warned {
                continue;
            }
            let shut = self.outside(&covering, items, &asked);
            let passes = self.passage(kind, &covering, items, &asked);
            said.holds = said.holds.and(&passes.holds.or(&shut.not()));
            said.fails = said.fails.or(&passes.fails.and(&shut));
        }
        said
    }

    /// What the tier requires by this phase.
    fn requirements(&mut self, items: &[Item], place: Place, tier: Option<Id<Tier>>, phase: Phase) -> Says {
        let on_call = items.iter().copied().filter(|item| matches!(item, Item::Shift(..))).collect();
        let key = (on_call, phase, (tier, self.region_of(place)));
        if let Some(known) = self.required.get(&key) {
            return known.clone();
        }
        let asked = self.asked(items, place, tier);
        let mut said = Says::yes(&self.space.variables);
        let requirements: &'p [Requirement] = tier.map_or(&[], |tier| &self.policy.tiers[tier].requirements);
        for requirement in requirements.iter().filter(|one| one.phase <= phase) {
            said = said.and(&self.condition(&requirement.condition, &asked));
            // Whoever may approve and asks for changes instead blocks, whatever else is enough.
            let mut groups = Vec::new();
            super::groups_of((self.at, self.policy), &requirement.condition, &mut groups);
            for (_, seats, rule) in groups {
                said.fails = said.fails.or(&self.seats(seats, rule.map(Id::index), &asked).fails);
                said.holds = said.holds.and_not(&said.fails);
            }
        }
        self.required.insert(key, said.clone());
        said
    }

    /// Where a promise speaks of a cell in a state.
    pub fn asking(
        &mut self,
        asking: &'p Asking,
        items: &[Item],
        place: Place,
        tier: Option<Id<Tier>>,
        phase: Phase,
    ) -> Bdd {
        let asked = self.asked(items, place, tier);
        let variables = &self.space.variables;
        let always = |holds: bool| if holds { variables.mk_true() } else { variables.mk_false() };
        match asking {
            Asking::All(parts) => parts.iter().fold(variables.mk_true(), |all, part| {
                if all.is_false() { all } else { all.and(&self.asking(part, items, place, tier, phase)) }
            }),
            Asking::Any(parts) => parts.iter().fold(variables.mk_false(), |any, part| {
                any.or(&self.asking(part, items, place, tier, phase))
            }),
            Asking::Not(part) => self.asking(part, items, place, tier, phase).not(),
            Asking::Tier(tiers) => always(tier.is_some_and(|tier| tiers.contains(&tier))),
            Asking::Region(regions) => always(place.region.is_some_and(|region| regions.contains(&region))),
            Asking::Component(components) => {
                always(place.component.is_some_and(|component| components.contains(&component)))
            }
            Asking::Environment(environments) => {
                always(place.environment.is_some_and(|environment| environments.contains(&environment)))
            }
            Asking::Action(actions) => always(actions.contains(&place.action)),
            Asking::Phase(phases) => always(phases.contains(&phase)),
            Asking::At(span) => {
                let spans = self.space.moments.get(self.at).map(|moments| moments.spans());
                let position = spans.and_then(|spans| spans.iter().position(|known| known == span));
                always(position.is_some_and(|position| items.contains(&Item::Span(position))))
            }
            Asking::DuringKind(kinds) => kinds
                .iter()
                .fold(variables.mk_false(), |any, kind| any.or(&self.applies(*kind, items, &asked))),
            Asking::DuringWindow(windows) => windows.iter().fold(variables.mk_false(), |any, window| {
                let holds = [Item::Window(*window), Item::Warned(*window), Item::Open(*window)];
                match holds.iter().any(|item| items.contains(item)) {
                    true => any.or(&self.followed(*window, &asked)),
                    false => any,
                }
            }),
            Asking::Evidence(condition) => self.condition(condition, &asked).holds,
            Asking::Unknown(fact) => match self.space.facts.get(self.policy.facts[*fact].name.as_str()) {
                Some(_) if !self.can_be_said(&self.policy.facts[*fact], &asked) => variables.mk_true(),
                None => variables.mk_true(),
                Some((range, readings)) => range.any(variables, |value| {
                    readings.list.get(value).is_some_and(|reading| reading.value.is_none())
                }),
            },
        }
    }

    fn asked(&self, items: &[Item], place: Place, tier: Option<Id<Tier>>) -> Asked {
        let on_call = items.iter().filter_map(|item| match item {
            Item::Shift(schedule, shift) => Some((self.at, *schedule, *shift)),
            _ => None,
        });
        Asked { tier, region: place.region, on_call: on_call.collect() }
    }

    /// `only` windows that cover the cell, by kind.
    fn only(&self, items: &[Item]) -> BTreeMap<Id<FreezeKind>, Vec<Id<Window>>> {
        let mut found: BTreeMap<Id<FreezeKind>, Vec<Id<Window>>> = BTreeMap::new();
        for item in items {
            if let Item::Open(window) | Item::Shut(window) = item {
                found.entry(self.policy.windows[*window].kind).or_default().push(*window);
            }
        }
        found
    }

    /// Where none of these `only` windows permits.
    fn outside(&mut self, covering: &[Id<Window>], items: &[Item], asked: &Asked) -> Bdd {
        let mut permitted = self.space.variables.mk_false();
        for window in covering.iter().filter(|window| items.contains(&Item::Open(**window))) {
            permitted = permitted.or(&match &self.policy.windows[*window].follows {
                None => self.space.variables.mk_true(),
                Some(follow) => self.condition(&follow.condition, asked).holds,
            });
        }
        permitted.not()
    }

    /// Where a kind applies in a state, be it that it only warns.
    fn applies(&mut self, kind: Id<FreezeKind>, items: &[Item], asked: &Asked) -> Bdd {
        let mut applies = self.space.variables.mk_false();
        for item in items {
            match *item {
                Item::Kind(of) if of == kind => return self.space.variables.mk_true(),
                Item::Window(window) | Item::Warned(window) if self.policy.windows[window].kind == kind => {
                    applies = applies.or(&self.followed(window, asked));
                }
                _ => {}
            }
        }
        match self.only(items).get(&kind) {
            Some(covering) => applies.or(&self.outside(covering, items, asked)),
            None => applies,
        }
    }

    /// Where a window holds as far as evidence goes.
    fn followed(&mut self, window: Id<Window>, asked: &Asked) -> Bdd {
        let Some(follow) = &self.policy.windows[window].follows else {
            return self.space.variables.mk_true();
        };
        let said = self.condition(&follow.condition, asked);
        if follow.unknown_holds { said.fails.not() } else { said.holds }
    }

    /// What lets a change pass windows of a kind: that the kind admits it, or an exception that lifts one of them.
    fn passage(
        &mut self,
        kind: Id<FreezeKind>,
        windows: &[Id<Window>],
        items: &[Item],
        asked: &Asked,
    ) -> Says {
        let mut said = self.admitted(kind, asked);
        let ruling = asked.tier.and_then(|tier| self.policy.kinds[kind].ruling(tier));
        if !matches!(ruling, Some(Ruling::Except)) {
            return said;
        }
        for item in items {
            let Item::Exception(id) = *item else { continue };
            let exception = &self.policy.exceptions[id];
            let lifts = exception.lifts.iter().any(|lifted| windows.contains(lifted));
            if lifts && Some(exception.tier) == asked.tier {
                said = said.or(&self.exception(exception, asked));
            }
        }
        said
    }

    fn admitted(&mut self, kind: Id<FreezeKind>, asked: &Asked) -> Says {
        match asked.tier.and_then(|tier| self.policy.kinds[kind].ruling(tier)) {
            Some(Ruling::Admit { when }) => self.condition(when, asked),
            Some(Ruling::Except | Ruling::Block) | None => Says::no(&self.space.variables),
        }
    }

    fn exception(&mut self, exception: &'p Exception, asked: &Asked) -> Says {
        let variables = &self.space.variables;
        let usable = match &exception.reuse {
            Reuse::Any => Says::yes(variables),
            Reuse::ForChange(id) => {
                let (range, ids) = &self.space.change;
                let position = ids.iter().position(|known| known == id);
                let holds = position.map_or_else(|| variables.mk_false(), |at| range.is(variables, at + 1));
                Says { fails: holds.not(), holds }
            }
            Reuse::Once => match self.space.once.get(exception.name.as_str()) {
                None => Says::unknown(variables),
                Some(range) => Says { holds: range.is(variables, 1), fails: range.is(variables, 2) },
            },
        };
        match &exception.approve {
            None => usable,
            Some(seats) => usable.and(&self.seats(seats, None, asked)),
        }
    }

    /// What a condition says.
    fn condition(&mut self, condition: &'p Condition, asked: &Asked) -> Says {
        let variables = &self.space.variables;
        match condition {
            Condition::All(parts) => {
                parts.iter().fold(Says::yes(variables), |all, part| all.and(&self.condition(part, asked)))
            }
            Condition::Any(parts) => {
                parts.iter().fold(Says::no(variables), |any, part| any.or(&self.condition(part, asked)))
            }
            Condition::Not(part) => self.condition(part, asked).not(),
            Condition::TierIn(tiers, _) => match asked.tier.is_some_and(|tier| tiers.contains(&tier)) {
                true => Says::yes(variables),
                false => Says::no(variables),
            },
            Condition::Approved(seats) => self.seats(seats, None, asked),
            Condition::Approval(rule, _) => {
                self.seats(&self.policy.approvals[*rule].seats, Some(rule.index()), asked)
            }
            Condition::Holds(fact, _)
            | Condition::Compare(fact, ..)
            | Condition::Sustained(fact, ..)
            | Condition::OneOf(fact, ..) => {
                let fact = &self.policy.facts[*fact];
                let Some((range, readings)) =
                    self.space.facts.get(fact.name.as_str()).filter(|_| self.can_be_said(fact, asked))
                else {
                    return Says::unknown(variables);
                };
                let said = readings.ask(&fact.kind, condition);
                let of = |wanted: bool| range.any(variables, |value| said.get(value) == Some(&Some(wanted)));
                Says { holds: of(true), fails: of(false) }
            }
        }
    }

    /// Whether there is anybody who may assert a fact: a label counts only from somebody who has the role.
    fn can_be_said(&self, fact: &Fact, asked: &Asked) -> bool {
        fact.sources.is_empty()
            || fact.sources.iter().any(|source| match source {
                FactSource::Label(Some(role)) => {
                    let role = &self.policy.roles[*role];
                    !role.members.is_empty()
                        || role.teams.iter().any(|team| !self.policy.teams[*team].members.is_empty())
                        || role.schedules.iter().any(|schedule| {
                            let on_call = |one: &OnCall| (one.0, one.1) == (self.at, *schedule);
                            self.policy.schedules[*schedule].source.is_some()
                                || asked.on_call.iter().any(on_call)
                        })
                }
                _ => true,
            })
    }

    fn seats(&mut self, seats: &'p Seats, rule: Option<usize>, asked: &Asked) -> Says {
        let each = seats.seats.iter().map(|seat| {
            (seat.count, seat.roles.iter().map(|role| role.index()).collect::<Vec<_>>(), seat.in_region)
        });
        let region = asked.region.filter(|_| seats.seats.iter().any(|seat| seat.in_region));
        let key = (each.collect::<Vec<_>>(), rule, region, asked.on_call.iter().copied().collect::<Vec<_>>());
        if let Some(known) = self.seated.get(&key) {
            return known.clone();
        }
        let rule = self.policy.approvals.ids().find(|id| Some(id.index()) == rule);
        let said =
            self.space.crowd.filled(&self.space.variables, (self.at, seats, rule), region, &asked.on_call);
        self.seated.insert(key, said.clone());
        said
    }
}
