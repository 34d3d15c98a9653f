//! The decision a second time, straight from the text of section 5: one cell, one environment, one action at a time, every
//! window scanned, every combination of people tried, every instant at which anything could change looked at.

use crate::generate::Case;
use opsc::calendar::{Elapsed, Instant, Interval, IntervalSet, Place};
use opsc::decide::{About, Approval, ApprovalState, EvidenceSource, Given, Intent, PolicyFrom, Verdict};
use opsc::policy::{
    Action, ApprovalRule, Condition, FactKind, FactSource, Id, Operator, PathScope, Phase, Region, Reuse,
    Role, Ruling, Seat, Seats, Tier, Value, Window,
};
use std::collections::{BTreeMap, BTreeSet};

/// True, false, or unknown.
type Truth = Option<bool>;

/// A reason in one cell.
pub type Said = BTreeMap<(About, String, usize), Verdict>;

#[derive(Clone, Copy)]
struct Micro {
    cell: usize,
    region: Option<usize>,
    component: Option<usize>,
    environment: Option<usize>,
    action: Action,
}

pub struct Oracle<'c> {
    case: &'c Case,
    micros: Vec<Micro>,
    cells: usize,
    phase: Phase,
    unknown: Vec<String>,
    /// When each window's timetable holds in each region.
    calendars: Vec<Vec<IntervalSet>>,
    pub horizon: Instant,
}

/// How far the oracle looks ahead.
pub const AHEAD: Elapsed = Elapsed::days(9);

impl<'c> Oracle<'c> {
    pub fn new(case: &'c Case) -> Self {
        let (policy, change) = (&case.policy, &case.change);
        let mut unknown = Vec::new();
        let mut known = |name: &String, found: Option<usize>| {
            if found.is_none() {
                unknown.push(name.clone());
            }
            found
        };
        let release = change
            .release
            .as_ref()
            .and_then(|name| known(name, policy.releases.find(name).map(Id::index)))
            .map(|index| &policy.releases.rows()[index]);

        let mut regions: BTreeSet<usize> = BTreeSet::new();
        for name in &change.regions {
            regions.extend(known(name, policy.regions.find(name).map(Id::index)));
        }
        if change.regions.is_empty() {
            regions.extend(
                release.iter().flat_map(|release| release.region_plan.iter().flatten()).map(|id| id.index()),
            );
        }

        let mut components: BTreeSet<usize> = BTreeSet::new();
        for name in &change.components {
            components.extend(known(name, policy.components.find(name).map(Id::index)));
        }
        if let Some(name) = &change.service
            && let Some(index) = known(name, policy.services.find(name).map(Id::index))
        {
            components.extend(policy.services.rows()[index].components.iter().map(|id| id.index()));
        }
        if change.components.is_empty() && change.service.is_none() {
            components.extend(
                release.iter().flat_map(|release| release.components.iter().flatten()).map(|id| id.index()),
            );
        }
        for path in &change.paths {
            let owners: Vec<usize> = (0..policy.components.len())
                .filter(|&index| policy.components.rows()[index].paths.iter().any(|glob| matches(glob, path)))
                .collect();
            components.extend(if owners.is_empty() {
                (0..policy.components.len()).collect()
            } else {
                owners
            });
        }

        let mut environments: BTreeSet<usize> = BTreeSet::new();
        match &change.environment {
            Some(name) => environments.extend(known(name, policy.environments.find(name).map(Id::index))),
            None => environments.extend(release.and_then(|release| release.environment).map(Id::index)),
        }
        if let Some(stated) = &change.tier {
            known(&stated.name, policy.tiers.find(&stated.name).map(Id::index));
        }
        for evidence in &change.evidence {
            known(&evidence.fact, policy.facts.find(&evidence.fact).map(Id::index));
        }
        if let Some(glass) = &change.break_glass {
            known(&glass.name, policy.break_glass.find(&glass.name).map(Id::index));
        }

        let actions = match change.action {
            Some(action) => vec![action],
            None => Action::ALL.to_vec(),
        };
        let own = match change.action {
            Some(Action::Merge) => Phase::Merge,
            Some(Action::Promote) | None => Phase::Promote,
            Some(_) => Phase::Deploy,
        };
        let phase = match (change.phase, change.action) {
            (Some(given), Some(_)) => given.max(own),
            (given, _) => given.unwrap_or(own),
        };
        let regions = or_all(regions, policy.regions.len());
        let components = or_all(components, policy.components.len());
        let environments = or_all(environments, policy.environments.len());
        let mut micros = Vec::new();
        let mut cells = 0;
        for &region in &regions {
            for &component in &components {
                for &environment in &environments {
                    for &action in &actions {
                        micros.push(Micro { cell: cells, region, component, environment, action });
                    }
                }
                cells += 1;
            }
        }
        let horizon = case.context.at.plus(AHEAD);
        let span = Interval::new(case.context.at.minus(Elapsed::days(30)), horizon.plus(Elapsed::days(30)));
        let places: Vec<Place> = match policy.regions.is_empty() {
            true => vec![crate::small::place("UTC")],
            false => policy.regions.rows().iter().map(|region| region.place.clone()).collect(),
        };
        let calendars = policy
            .windows
            .rows()
            .iter()
            .map(|window| {
                let of = |place: &Place| match window.follows.is_some() && window.when.patterns.is_empty() {
                    true => IntervalSet::from_iter([span]),
                    false => window.when.active(place, span),
                };
                places.iter().map(of).collect()
            })
            .collect();
        Self { case, micros, cells, phase, unknown, calendars, horizon }
    }

    pub fn allows(&self, at: Instant) -> bool {
        self.said(at).values().all(|verdict| *verdict == Verdict::Allow)
    }

    /// Every reason in every cell; where a name says several things in a cell, the worst.
    pub fn said(&self, at: Instant) -> Said {
        let mut said = Said::new();
        let mut say = |about: About, name: &str, cell: usize, truth: Truth| {
            let verdict = verdict(truth);
            let slot = said.entry((about, name.to_owned(), cell)).or_insert(verdict);
            *slot = (*slot).max(verdict);
        };
        let (policy, change) = (&self.case.policy, &self.case.change);
        let every_cell = 0..self.cells;

        for cell in every_cell.clone() {
            if self.case.context.policy_from == PolicyFrom::Change {
                say(About::Trust, &policy.name, cell, Some(false));
            }
            for name in &self.unknown {
                say(About::UnknownName, name, cell, Some(false));
            }
            for (id, fact) in policy.facts.iter() {
                if self.is_bad(id.index(), at) {
                    say(About::Evidence, &fact.name, cell, Some(false));
                }
            }
            if self.tier_is_unsaid() {
                say(About::Tier, "tier", cell, None);
            }
        }

        let tier = self.tier(at);
        let glass = self.glass(tier, at);
        let mut held_without_glass = false;
        let mut worst = Verdict::Allow;
        for micro in &self.micros {
            let mut freeze = |about: About, name: &str, truth: Truth, unaided: Truth| {
                say(about, name, micro.cell, truth);
                worst = worst.max(verdict(truth));
                held_without_glass |= unaided != Some(true);
            };
            for (id, window) in policy.windows.iter() {
                if !window.only && self.covers(window, micro) && self.is_active(id, micro.region, at) {
                    let follow = self.follow(window, tier, micro.region, at);
                    let holds = match &window.follows {
                        Some(follows) => follow == Some(true) || (follow.is_none() && follows.unknown_holds),
                        None => true,
                    };
                    let warns = window.warn_until.is_some_and(|until| at < until);
                    if holds {
                        let truth = if warns {
                            Some(true)
                        } else {
                            self.passes(window, &[id], micro, tier, glass, at)
                        };
                        let bare = if warns {
                            Some(true)
                        } else {
                            self.passes(window, &[id], micro, tier, Some(false), at)
                        };
                        freeze(About::Window, &window.name, truth, bare);
                    }
                }
                let stale =
                    window.vendor.as_ref().is_some_and(|vendor| match (vendor.recheck, vendor.checked) {
                        (Some(recheck), Some(checked)) => checked.plus(recheck) <= at,
                        (Some(_), None) => true,
                        (None, _) => false,
                    });
                if stale && self.covers(window, micro) && window.warn_until.is_none_or(|until| until <= at) {
                    let truth = or([None, self.passes(window, &[id], micro, tier, glass, at)]);
                    let bare = or([None, self.passes(window, &[id], micro, tier, Some(false), at)]);
                    freeze(About::StaleVendorFeed, &window.name, truth, bare);
                }
            }
            for (kind, declared) in policy.kinds.iter() {
                let only: Vec<Id<Window>> = policy
                    .windows
                    .iter()
                    .filter(|(_, window)| window.only && window.kind == kind && self.covers(window, micro))
                    .map(|(id, _)| id)
                    .collect();
                let permitted = only.iter().any(|&id| {
                    self.is_active(id, micro.region, at)
                        && self.follow(&policy.windows[id], tier, micro.region, at) == Some(true)
                });
                let warns =
                    only.iter().all(|&id| policy.windows[id].warn_until.is_some_and(|until| at < until));
                if !permitted && !warns {
                    let first = &policy.windows[only[0]];
                    let truth = self.passes(first, &only, micro, tier, glass, at);
                    let bare = self.passes(first, &only, micro, tier, Some(false), at);
                    freeze(About::OutsideOnly, &declared.name, truth, bare);
                }
            }
        }
        if held_without_glass
            && let Some(taken) = &change.break_glass
            && policy.break_glass.find(&taken.name).is_some()
        {
            for cell in every_cell.clone() {
                let capped = verdict(glass).min(worst);
                say(About::BreakGlass, &taken.name, cell, [Some(true), None, Some(false)][capped as usize]);
            }
        }

        let Some(tier) = tier else { return said };
        let all = self.tiers_asked(tier, at).into_iter().flat_map(|tier| &policy.tiers[tier].requirements);
        for requirement in all.filter(|requirement| requirement.phase <= self.phase) {
            for micro in &self.micros {
                let truth = self.holds(&requirement.condition, Some(tier), micro.region, at);
                say(About::Requirement, &requirement.text, micro.cell, truth);
                let mut asked = Vec::new();
                seats_of(&self.case.policy, &requirement.condition, &mut asked);
                for (seats, _) in asked {
                    for person in self.objectors(seats, micro.region, at) {
                        say(About::ChangesRequested, person, micro.cell, Some(false));
                    }
                }
            }
        }
        said
    }

    /// Every instant ahead at which anything could change, in order.
    pub fn edges(&self) -> Vec<Instant> {
        let (policy, change) = (&self.case.policy, &self.case.change);
        let mut edges: Vec<Instant> = Vec::new();
        edges.extend(self.calendars.iter().flatten().flat_map(IntervalSet::edges));
        for window in policy.windows.rows() {
            edges.extend(window.warn_until);
            edges.extend(
                window.vendor.iter().filter_map(|vendor| Some(vendor.checked?.plus(vendor.recheck?))),
            );
        }
        for exception in policy.exceptions.rows() {
            edges.extend(exception.starts);
            edges.push(exception.expires);
        }
        for evidence in &change.evidence {
            edges.extend(evidence.observed_at);
            for fact in policy.facts.rows() {
                edges.extend(evidence.observed_at.and_then(|observed| Some(observed.plus(fact.fresh?))));
            }
        }
        // Whatever began with a reading may have lasted long enough.
        let begun = edges.clone();
        for minutes in crate::generate::LASTING {
            edges.extend(begun.iter().map(|edge| edge.plus(Elapsed::minutes(minutes))));
        }
        for review in &change.approvals {
            edges.extend(review.given_at);
            for rule in policy.approvals.rows() {
                edges.extend(review.given_at.and_then(|given| Some(given.plus(rule.valid_for?.0))));
            }
        }
        let ahead = Interval::new(self.case.context.at, self.horizon);
        for schedule in policy.schedules.rows() {
            let place = crate::small::place(schedule.zone.name());
            for shift in &schedule.shifts {
                edges.extend(shift.when.active(&place, ahead).edges());
            }
        }
        if let Some(asked_at) = change.break_glass.as_ref().and_then(|taken| taken.asked_at) {
            for glass in policy.break_glass.rows() {
                let mut waited = asked_at;
                for level in &glass.escalation {
                    waited = waited.plus(level.within.unwrap_or(Elapsed::ZERO));
                    edges.push(waited);
                }
            }
        }
        edges.retain(|&edge| self.case.context.at < edge && edge < self.horizon);
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn covers(&self, window: &Window, micro: &Micro) -> bool {
        fn within<T>(scope: Option<&Vec<Id<T>>>, asked: Option<usize>) -> bool {
            match (scope, asked) {
                (Some(scope), Some(asked)) => scope.iter().any(|id| id.index() == asked),
                _ => true,
            }
        }
        within(window.regions.as_ref(), micro.region)
            && within(window.components.as_ref(), micro.component)
            && within(window.environments.as_ref(), micro.environment)
            && window.actions.as_ref().is_none_or(|actions| actions.contains(&micro.action))
    }

    fn is_active(&self, window: Id<Window>, region: Option<usize>, at: Instant) -> bool {
        self.calendars[window.index()][region.unwrap_or(0)].contains(at)
    }

    fn follow(&self, window: &Window, tier: Option<Id<Tier>>, region: Option<usize>, at: Instant) -> Truth {
        match &window.follows {
            Some(follow) => self.holds(&follow.condition, tier, region, at),
            None => Some(true),
        }
    }

    /// Whether a kind lets the change pass in a micro cell, where one of these windows is what holds it.
    fn passes(
        &self,
        window: &Window,
        lifted: &[Id<Window>],
        micro: &Micro,
        tier: Option<Id<Tier>>,
        glass: Truth,
        at: Instant,
    ) -> Truth {
        if self.is_exempt() {
            return Some(true);
        }
        let ruling = tier.and_then(|tier| self.case.policy.kinds[window.kind].ruling(tier));
        let by_kind = match ruling {
            Some(Ruling::Admit { when }) => self.holds(when, tier, micro.region, at),
            _ => Some(false),
        };
        let mut ways = vec![by_kind, glass];
        if matches!(ruling, Some(Ruling::Except)) {
            for exception in self.case.policy.exceptions.rows() {
                let scope = Window {
                    regions: exception.regions.clone(),
                    components: exception.components.clone(),
                    environments: exception.environments.clone(),
                    actions: None,
                    ..window.clone()
                };
                let reaches = Some(exception.tier) == tier
                    && exception.lifts.iter().any(|id| lifted.contains(id))
                    && self.covers(&scope, micro)
                    && exception.starts.is_none_or(|starts| starts <= at)
                    && at < exception.expires;
                let id = &self.case.change.id;
                let usable = match (&exception.reuse, &self.case.context.exceptions_used) {
                    (Reuse::Any, _) => Some(true),
                    (Reuse::ForChange(change), _) => Some(id.as_ref() == Some(change)),
                    (Reuse::Once, None) => None,
                    (Reuse::Once, Some(used)) => {
                        let mut used = used.iter().filter(|used| used.exception == exception.name);
                        Some(used.all(|used| used.change.is_some() && used.change == *id))
                    }
                };
                let approved = match &exception.approve {
                    Some(seats) => self.filled(seats, None, None, micro.region, at),
                    None => Some(true),
                };
                ways.push(and([Some(reaches), usable, approved]));
            }
        }
        or(ways)
    }

    fn is_exempt(&self) -> bool {
        let (policy, change, context) = (&self.case.policy, &self.case.change, &self.case.context);
        match &change.intent {
            Intent::Forward => false,
            Intent::Kill { flag } => {
                policy.flags.rows().iter().any(|declared| declared.name == *flag)
                    && change.action.is_none_or(|action| action == Action::Flag)
            }
            Intent::Rollback { lever, to } => {
                policy.levers.rows().iter().any(|row| row.name == *lever)
                    && context.earlier.iter().any(|earlier| {
                        earlier.allowed
                            && earlier.at <= context.at
                            && (earlier.release.as_ref() == Some(to) || earlier.commit.as_ref() == Some(to))
                    })
            }
        }
    }

    fn glass(&self, tier: Option<Id<Tier>>, at: Instant) -> Truth {
        let Some(taken) = &self.case.change.break_glass else { return Some(false) };
        let Some(id) = self.case.policy.break_glass.find(&taken.name) else { return Some(false) };
        let glass = &self.case.policy.break_glass[id];
        if glass.tiers.as_ref().is_some_and(|tiers| !tiers.iter().any(|served| Some(*served) == tier)) {
            return Some(false);
        }
        let mut all: Vec<Truth> = vec![self.filled(&glass.by, None, Some(&taken.by), None, at)];
        all.extend(glass.requires.iter().map(|(condition, ..)| self.holds(condition, tier, None, at)));
        if !glass.escalation.is_empty() {
            let mut levels = Vec::new();
            let mut waited = Elapsed::ZERO;
            for (position, level) in glass.escalation.iter().enumerate() {
                let answered = self.filled(&level.seats, None, None, None, at);
                let reached = position == 0 || taken.asked_at.is_some_and(|asked| asked.plus(waited) <= at);
                levels.push(and([answered, if reached { Some(true) } else { None }]));
                match level.within {
                    Some(within) => waited = Elapsed::seconds(waited.as_seconds() + within.as_seconds()),
                    None => break,
                }
            }
            all.push(or(levels));
        }
        and(all)
    }

    fn tier_is_unsaid(&self) -> bool {
        let (policy, change) = (&self.case.policy, &self.case.change);
        let by_paths = !change.paths.is_empty() && policy.classify.is_some();
        // A change of the policy has the riskiest tier where that is the one such changes have.
        let policy_change = policy.policy_change_tier().or(policy.tiers.ids().next_back());
        let is_known = self.touches_policy() && policy_change == policy.tiers.ids().next_back();
        change.tier.is_none()
            && change.release.is_none()
            && !by_paths
            && !is_known
            && !policy.tiers.is_empty()
    }

    fn touches_policy(&self) -> bool {
        let guarded = &self.case.context.guarded;
        self.case.change.paths.iter().any(|path| guarded.iter().any(|glob| matches(glob, path)))
    }

    fn test(&self, scope: PathScope, globs: &[String]) -> bool {
        let mut paths =
            self.case.change.paths.iter().map(|path| globs.iter().any(|glob| matches(glob, path)));
        match scope {
            PathScope::Any => paths.any(|matched| matched),
            PathScope::Every => !self.case.change.paths.is_empty() && paths.all(|matched| matched),
        }
    }

    /// The tier it has, were it no change of the policy.
    fn tier_by_itself(&self, at: Instant) -> Option<Id<Tier>> {
        let (policy, change) = (&self.case.policy, &self.case.change);
        let riskiest = policy.tiers.ids().next_back()?;
        let stated = match &change.tier {
            Some(stated) => Some(match policy.tiers.find(&stated.name) {
                Some(tier) => tier,
                None => return Some(riskiest),
            }),
            None => None,
        };
        let planned = change
            .release
            .as_ref()
            .and_then(|name| policy.releases.find(name))
            .map(|id| policy.releases[id].tier);
        let claim = stated.max(planned);
        let by_paths = self.by_paths();
        let found = match (claim, by_paths) {
            (Some(claim), Some(by_paths)) if claim < by_paths => {
                let lower_by = policy.classify.as_ref().and_then(|classify| classify.lower_by.as_ref());
                match lower_by.map(|seats| self.filled(seats, None, None, None, at)) {
                    Some(Some(true)) => claim,
                    _ => by_paths,
                }
            }
            (claim, by_paths) => claim.or(by_paths).unwrap_or(riskiest),
        };
        Some(found)
    }

    /// What the paths alone say.
    fn by_paths(&self) -> Option<Id<Tier>> {
        let (policy, change) = (&self.case.policy, &self.case.change);
        let mut by_paths = None;
        let riskiest = policy.tiers.ids().next_back()?;
        if let Some(classify) = policy.classify.as_ref().filter(|_| !change.paths.is_empty()) {
            for rule in &classify.rules {
                if rule.tests.iter().any(|test| self.test(test.scope, &test.globs)) {
                    by_paths = by_paths.max(Some(rule.tier));
                }
            }
            let is_spoken_of = |path: &String| {
                let matched = classify
                    .rules
                    .iter()
                    .flat_map(|rule| &rule.tests)
                    .filter(|test| self.test(test.scope, &test.globs));
                matched.into_iter().any(|test| test.globs.iter().any(|glob| matches(glob, path)))
            };
            if !change.paths.iter().all(is_spoken_of) {
                by_paths = by_paths.max(classify.otherwise.or(Some(riskiest)));
            }
        }
        by_paths
    }

    /// Every tier whose requirements are asked, beside the one that is judged.
    fn tiers_asked(&self, tier: Id<Tier>, at: Instant) -> BTreeSet<Id<Tier>> {
        let (policy, change) = (&self.case.policy, &self.case.change);
        let mut all = BTreeSet::from([tier]);
        if change.tier.as_ref().is_some_and(|stated| policy.tiers.find(&stated.name).is_none()) {
            return all;
        }
        let own = self.tier_by_itself(at);
        all.extend(self.by_paths().filter(|found| Some(*found) < own && !self.is_lowered(at)));
        if self.touches_policy() {
            all.extend(policy.policy_change_tier().or(policy.tiers.ids().next_back()));
            all.extend(own.filter(|_| !self.tier_is_unsaid()));
        }
        all
    }

    /// Whether a claim below what the paths say was let be.
    fn is_lowered(&self, at: Instant) -> bool {
        self.tier_by_itself(at) < self.by_paths()
    }

    /// The tier that is judged: at least that of a change of the policy where it is one.
    fn tier(&self, at: Instant) -> Option<Id<Tier>> {
        let policy = &self.case.policy;
        let found = self.tier_by_itself(at)?;
        let floor = policy.policy_change_tier().or(policy.tiers.ids().next_back())?;
        Some(if self.touches_policy() { found.max(floor) } else { found })
    }

    fn holds(
        &self,
        condition: &Condition,
        tier: Option<Id<Tier>>,
        region: Option<usize>,
        at: Instant,
    ) -> Truth {
        let policy = &self.case.policy;
        match condition {
            Condition::All(parts) => and(parts.iter().map(|part| self.holds(part, tier, region, at))),
            Condition::Any(parts) => or(parts.iter().map(|part| self.holds(part, tier, region, at))),
            Condition::Not(part) => self.holds(part, tier, region, at).map(|holds| !holds),
            Condition::Holds(fact, _) => Some(self.value(fact.index(), at)? == Value::Bool(true)),
            Condition::OneOf(fact, values, _) => Some(values.contains(&self.value(fact.index(), at)?)),
            Condition::Compare(fact, operator, bar, _) => {
                let value = self.value(fact.index(), at)?;
                let number = |value: &Value| match value {
                    Value::Choice(choice) => match &policy.facts[*fact].kind {
                        FactKind::OneOf(choices) => rust_decimal::Decimal::from(
                            choices.iter().position(|known| known == choice).unwrap(),
                        ),
                        _ => unreachable!("choices are values of `one of` facts"),
                    },
                    Value::Ratio(ratio) => *ratio,
                    _ => unreachable!("no other kinds are generated"),
                };
                let (value, bar) = (number(&value), number(bar));
                Some(match operator {
                    Operator::Equal => value == bar,
                    Operator::NotEqual => value != bar,
                    Operator::Less => value < bar,
                    Operator::LessOrEqual => value <= bar,
                    Operator::Greater => value > bar,
                    Operator::GreaterOrEqual => value >= bar,
                })
            }
            Condition::Sustained(fact, operator, bar, length, origin) => {
                let at_once = Condition::Compare(*fact, *operator, bar.clone(), *origin);
                let side = |instant| self.holds(&at_once, tier, region, instant);
                self.long_on_one_side(fact.index(), *length, at, &side)
            }
            Condition::Approved(seats) => self.filled(seats, None, None, region, at),
            Condition::Approval(rule, _) => {
                let rule = &policy.approvals[*rule];
                self.filled(&rule.seats, Some(rule), None, region, at)
            }
            Condition::TierIn(tiers, _) => Some(tier.is_some_and(|tier| tiers.contains(&tier))),
        }
    }

    /// The side that a fact was last on for so long without a break, where it is known ever since.
    fn long_on_one_side(
        &self,
        fact: usize,
        length: Elapsed,
        at: Instant,
        side: &dyn Fn(Instant) -> Truth,
    ) -> Truth {
        let declared = &self.case.policy.facts.rows()[fact];
        let mut edges: BTreeSet<Instant> = BTreeSet::new();
        for evidence in self.case.change.evidence.iter().filter(|evidence| evidence.fact == declared.name) {
            let observed = evidence.observed_at.unwrap_or(Instant::MIN);
            edges.extend(
                [Some(observed), declared.fresh.map(|fresh| observed.plus(fresh))].into_iter().flatten(),
            );
        }
        let ends: BTreeSet<Instant> =
            edges.iter().map(|edge| edge.plus(length)).chain([at]).filter(|end| *end <= at).collect();
        for end in ends.into_iter().rev() {
            if side(end).is_none() || edges.range(end..=at).any(|edge| side(*edge).is_none()) {
                return None;
            }
            let start = end.minus(length);
            let mut sides: BTreeSet<Option<bool>> =
                edges.iter().filter(|edge| start < **edge && **edge < end).map(|edge| side(*edge)).collect();
            sides.insert(side(start));
            if let [Some(only)] = sides.into_iter().collect::<Vec<_>>()[..] {
                return Some(only);
            }
        }
        None
    }

    /// What a fact is taken as; nothing where it is unknown, or bad.
    fn value(&self, fact: usize, at: Instant) -> Option<Value> {
        let values = self.values(fact, at)?;
        if values.len() == 1 { values.into_iter().next() } else { None }
    }

    fn is_bad(&self, fact: usize, at: Instant) -> bool {
        self.values(fact, at).is_none_or(|values| values.len() > 1)
    }

    /// What is validly asserted of a fact; nothing where an assertion cannot be read.
    fn values(&self, fact: usize, at: Instant) -> Option<BTreeSet<Value>> {
        let declared = &self.case.policy.facts.rows()[fact];
        let mut said = Vec::new();
        for evidence in self.case.change.evidence.iter().filter(|evidence| evidence.fact == declared.name) {
            let value = match (&declared.kind, &evidence.value) {
                (FactKind::Bool, Given::Bool(value)) => Value::Bool(*value),
                (FactKind::Bool, Given::Text(text)) if text == "true" => Value::Bool(true),
                (FactKind::OneOf(choices), Given::Text(text)) if choices.contains(text) => {
                    Value::Choice(text.clone())
                }
                (FactKind::Ratio, Given::Text(text)) => {
                    let percent: rust_decimal::Decimal = text.strip_suffix('%')?.parse().ok()?;
                    if percent < rust_decimal::Decimal::ZERO {
                        return None;
                    }
                    Value::Ratio(percent / rust_decimal::Decimal::ONE_HUNDRED)
                }
                _ => return None,
            };
            let accepted = declared.sources.is_empty()
                || declared.sources.iter().any(|source| match source {
                    FactSource::Ci => evidence.source == EvidenceSource::Ci,
                    FactSource::Operator => evidence.source == EvidenceSource::Operator,
                    FactSource::Label(None) => evidence.source == EvidenceSource::Label,
                    FactSource::Label(Some(role)) => {
                        evidence.source == EvidenceSource::Label
                            && evidence.actor.as_ref().is_some_and(|actor| self.has_role(actor, *role, at))
                    }
                    _ => false,
                });
            let observed = evidence.observed_at;
            let is_in_time = match (observed, declared.fresh) {
                (None, Some(_)) => false,
                (None, None) => true,
                (Some(observed), None) => observed <= at,
                (Some(observed), Some(fresh)) => observed <= at && at < observed.plus(fresh),
            };
            if accepted && is_in_time {
                said.push((&evidence.source, observed, value));
            }
        }
        let newest = |source: &EvidenceSource| {
            said.iter().filter(|(of, ..)| *of == source).map(|(_, when, _)| *when).max()
        };
        let current = said.iter().filter(|(source, when, _)| newest(source) == Some(*when));
        Some(current.map(|(_, _, value)| value.clone()).collect())
    }

    fn has_role(&self, person: &str, role: Id<Role>, at: Instant) -> bool {
        let policy = &self.case.policy;
        let role = &policy.roles[role];
        let in_team =
            role.teams.iter().any(|&team| policy.teams[team].members.iter().any(|member| member == person));
        let on_call = role.schedules.iter().any(|&schedule| {
            let schedule = &policy.schedules[schedule];
            let place = crate::small::place(schedule.zone.name());
            schedule.shifts.iter().any(|shift| shift.person == person && shift.when.at(&place, at).is_some())
        });
        role.members.iter().any(|member| member == person) || in_team || on_call
    }

    fn may_sit(&self, person: &str, seat: &Seat, region: Option<usize>, at: Instant) -> bool {
        let policy = &self.case.policy;
        let region: Option<Id<Region>> = region.and_then(|index| policy.regions.ids().nth(index));
        let answers = match (seat.in_region, region) {
            (true, Some(region)) => policy.teams.rows().iter().any(|team| {
                team.members.iter().any(|member| member == person)
                    && (team.regions.is_empty() || team.regions.contains(&region))
            }),
            _ => true,
        };
        answers && seat.roles.iter().any(|&role| self.has_role(person, role, at))
    }

    fn is_barred(&self, person: &str) -> bool {
        let change = &self.case.change;
        let everyone = [&change.authors, &change.co_authors, &change.committers, &change.pushers];
        everyone.into_iter().flatten().any(|barred| barred.to_lowercase() == person.to_lowercase())
    }

    fn objectors(&self, seats: &Seats, region: Option<usize>, at: Instant) -> BTreeSet<&'c str> {
        let reviews = &self.case.change.approvals;
        let standing = |review: &&Approval| {
            review.state == ApprovalState::ChangesRequested
                && is_said(review, at)
                && !reviews.iter().any(|later| {
                    later.person == review.person
                        && later.state == ApprovalState::Approved
                        && is_said(later, at)
                        && matches!((review.given_at, later.given_at), (Some(asked), Some(given)) if asked < given)
                })
        };
        reviews
            .iter()
            .filter(standing)
            .map(|review| review.person.as_str())
            .filter(|person| !self.is_barred(person))
            .filter(|person| seats.seats.iter().any(|seat| self.may_sit(person, seat, region, at)))
            .collect()
    }

    /// Whether approvals fill the seats. `acting` is someone who sits without an approval, and must have a seat.
    fn filled(
        &self,
        seats: &Seats,
        rule: Option<&ApprovalRule>,
        acting: Option<&str>,
        region: Option<usize>,
        at: Instant,
    ) -> Truth {
        match acting {
            Some(person) if !seats.seats.iter().any(|seat| self.may_sit(person, seat, region, at)) => {
                return Some(false);
            }
            None if !self.objectors(seats, region, at).is_empty() => return Some(false),
            _ => {}
        }
        let change = &self.case.change;
        let mut people: BTreeSet<&str> = acting.into_iter().collect();
        for approval in change.approvals.iter().filter(|review| review.state == ApprovalState::Approved) {
            let same_commit = approval.commit == change.commit;
            let same_patch = approval.patch.is_some() && approval.patch == change.patch;
            let is_bound =
                same_commit || (same_patch && !rule.is_some_and(|rule| rule.dismiss_on_new_commit));
            let unexpired = match (rule.and_then(|rule| rule.valid_for), approval.given_at) {
                (Some((span, _)), Some(given)) => at < given.plus(span),
                (Some(_), None) => false,
                (None, _) => true,
            };
            let taken_back = change.approvals.iter().any(|later| {
                later.person == approval.person
                    && later.state == ApprovalState::ChangesRequested
                    && is_said(later, at)
                    && match (later.given_at, approval.given_at) {
                        (Some(asked), Some(given)) => asked >= given,
                        (None, _) | (Some(_), None) => true,
                    }
            });
            if is_said(approval, at)
                && is_bound
                && unexpired
                && !taken_back
                && !self.is_barred(&approval.person)
            {
                people.insert(&approval.person);
            }
        }
        let slots: Vec<&Seat> =
            seats.seats.iter().flat_map(|seat| std::iter::repeat_n(seat, seat.count as usize)).collect();
        if self.seat_all(&slots, &people, region, at) { Some(true) } else { None }
    }

    /// Tries everyone on the first seat, and the others on the rest.
    fn seat_all(&self, slots: &[&Seat], people: &BTreeSet<&str>, region: Option<usize>, at: Instant) -> bool {
        let Some((first, rest)) = slots.split_first() else { return true };
        people.iter().filter(|person| self.may_sit(person, first, region, at)).any(|person| {
            let mut others = people.clone();
            others.remove(person);
            self.seat_all(rest, &others, region, at)
        })
    }
}

fn is_said(review: &Approval, at: Instant) -> bool {
    !review.dismissed && review.given_at.is_none_or(|given| given <= at)
}

fn or_all(chosen: BTreeSet<usize>, count: usize) -> Vec<Option<usize>> {
    match (chosen.is_empty(), count) {
        (true, 0) => vec![None],
        (true, count) => (0..count).map(Some).collect(),
        (false, _) => chosen.into_iter().map(Some).collect(),
    }
}

fn verdict(truth: Truth) -> Verdict {
    match truth {
        Some(true) => Verdict::Allow,
        None => Verdict::Pending,
        Some(false) => Verdict::Block,
    }
}

fn and(truths: impl IntoIterator<Item = Truth>) -> Truth {
    let truths: Vec<Truth> = truths.into_iter().collect();
    if truths.contains(&Some(false)) {
        Some(false)
    } else if truths.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn or(truths: impl IntoIterator<Item = Truth>) -> Truth {
    let truths: Vec<Truth> = truths.into_iter().collect();
    if truths.contains(&Some(true)) {
        Some(true)
    } else if truths.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn seats_of<'p>(
    policy: &'p opsc::policy::Policy,
    condition: &'p Condition,
    found: &mut Vec<(&'p Seats, Option<&'p ApprovalRule>)>,
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| seats_of(policy, part, found))
        }
        Condition::Not(part) => seats_of(policy, part, found),
        Condition::Approved(seats) => found.push((seats, None)),
        Condition::Approval(rule, _) => {
            found.push((&policy.approvals[*rule].seats, Some(&policy.approvals[*rule])))
        }
        _ => {}
    }
}

/// Globs as the generator writes them: `**` any folders, `*` anything within one name.
fn matches(glob: &str, path: &str) -> bool {
    fn segments(glob: &[&str], path: &[&str]) -> bool {
        match (glob.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((&"**", [])), _) => !path.is_empty(),
            (Some((&"**", rest)), _) => (0..=path.len()).any(|skipped| segments(rest, &path[skipped..])),
            (Some((glob, globs)), Some((name, names))) => {
                let fits = match glob.split_once('*') {
                    Some((before, after)) => {
                        name.len() >= before.len() + after.len()
                            && name.starts_with(before)
                            && name.ends_with(after)
                    }
                    None => glob == name,
                };
                fits && segments(globs, names)
            }
            _ => false,
        }
    }
    segments(&glob.split('/').collect::<Vec<_>>(), &path.split('/').collect::<Vec<_>>())
}
