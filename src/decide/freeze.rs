//! The calendar's part of a decision: windows that hold, `only` windows that do not, vendors' calendars that grew old.

use super::Verdict;
use super::exceptions::Exceptions;
use super::finding::{Finding, Findings, Passage, Subject};
use super::question::{Exemption, Question};
use super::scope::Scope;
use super::truth::Truth;
use crate::calendar::{Instant, Interval};
use crate::policy::{
    Action, Component, Environment, Exception, FreezeKind, Id, Region, Ruling, Tier, Window,
};

/// Judging the freezes of one region at one instant.
pub(super) struct Freezes<'q, 'a> {
    question: &'q Question<'a>,
    at: Instant,
    tier: Option<Id<Tier>>,
    /// The position among the asked regions.
    position: usize,
    region: Option<Id<Region>>,
    exceptions: Exceptions<'q, 'a>,
    /// What each kind says of the tier, exceptions and emergencies left out.
    kinds: Vec<Truth>,
    glass: Truth,
}

impl<'q, 'a> Freezes<'q, 'a> {
    pub fn new(
        question: &'q Question<'a>,
        at: Instant,
        tier: Option<Id<Tier>>,
        position: usize,
        glass: Truth,
    ) -> Self {
        let region = question.scope.regions.get(position).copied().flatten();
        let kinds =
            question.policy.kinds.rows().iter().map(|kind| match tier.and_then(|tier| kind.ruling(tier)) {
                Some(Ruling::Admit { when }) => question.asker.truth(when, tier, region, at),
                Some(Ruling::Except | Ruling::Block) | None => Truth::FALSE,
            });
        let exceptions = Exceptions { question, at, tier, region };
        Self { question, at, tier, position, region, exceptions, kinds: kinds.collect(), glass }
    }

    /// Everything the calendar says.
    pub fn judge(&self, findings: &mut Findings<'a>) {
        let wanted = |id: Id<Window>| self.covers(&self.question.policy.windows[id]);
        for (id, stretch) in self.question.spells.active(self.region, self.at, &wanted) {
            self.window(id, stretch, findings);
        }
        for &id in self.question.spells.following() {
            let window = &self.question.policy.windows[id];
            if self.covers(window) && self.matters(window) {
                findings.turns = findings.turns.min(self.follow(window).turns());
            }
        }
        self.outside_only(findings);
        for &id in self.question.spells.vendors() {
            self.vendor(id, findings);
        }
        for &kind in &self.kinds {
            findings.turns = findings.turns.min(kind.turns());
        }
    }

    /// The first instant behind now and before `limit` at which a window that may hold the change starts.
    pub fn next_start(&self, limit: Instant) -> Instant {
        if self.question.exemption == Exemption::Granted {
            return limit;
        }
        let wanted = |id: Id<Window>| {
            let window = &self.question.policy.windows[id];
            self.matters(window) && self.covers(window)
        };
        self.question.spells.next_start(self.region, self.at, limit, &wanted)
    }

    /// Whether a window concerns anything that is asked in this region.
    fn covers(&self, window: &Window) -> bool {
        let scope = &self.question.scope;
        window
            .regions
            .as_ref()
            .is_none_or(|regions| self.region.is_none_or(|region| regions.contains(&region)))
            && Scope::covers(window.components.as_deref(), &scope.components)
            && Scope::covers(window.environments.as_deref(), &scope.environments)
            && window
                .actions
                .as_ref()
                .is_none_or(|actions| scope.actions.iter().any(|action| actions.contains(action)))
    }

    /// Whether the window's kind does not simply admit the change now.
    fn matters(&self, window: &Window) -> bool {
        self.kind(window.kind).verdict != Verdict::Allow
    }

    fn kind(&self, kind: Id<FreezeKind>) -> Truth {
        self.kinds.get(kind.index()).copied().unwrap_or(Truth::FALSE)
    }

    fn follow(&self, window: &Window) -> Truth {
        match &window.follows {
            None => Truth::TRUE,
            Some(follow) => self.question.asker.truth(&follow.condition, self.tier, self.region, self.at),
        }
    }

    fn window(&self, id: Id<Window>, stretch: Interval, findings: &mut Findings<'a>) {
        let window = &self.question.policy.windows[id];
        let follow = self.follow(window);
        let holds = match (&window.follows, follow.verdict) {
            (None, _) | (Some(_), Verdict::Allow) => true,
            (Some(follow), Verdict::Pending) => follow.unknown_holds,
            (Some(_), Verdict::Block) => false,
        };
        if !holds {
            return;
        }
        let shown = match window.follows {
            None => Some(stretch),
            Some(_) if stretch == Interval::ALWAYS => None,
            Some(_) => Some(Interval::new(Instant::MIN, stretch.end)),
        };
        let subject = Subject::Window(id);
        for (components, truth, passage) in
            self.passages(window, |component| self.exceptions.everywhere(id, window, component))
        {
            let warns = window.warn_until.filter(|&until| self.at < until);
            let (truth, passage) = match (warns, passage) {
                // A warning needs no glass broken.
                (Some(until), None | Some(Passage::BreakGlass)) => (
                    Truth::any([truth, Truth::until(Verdict::Allow, until)]),
                    Some(Passage::WarnUntil(until)),
                ),
                _ => (truth, passage),
            };
            let ends = stretch.end.min(follow.turns());
            let truth = match truth.verdict {
                Verdict::Allow => truth,
                Verdict::Pending | Verdict::Block => Truth {
                    allow_until: truth.allow_until.min(ends),
                    block_until: truth.block_until.min(ends),
                    ..truth
                },
            };
            findings.list.push(Finding {
                subject,
                truth,
                region: Some(self.position),
                components,
                stretch: shown,
                passage,
            });
        }
    }

    fn vendor(&self, id: Id<Window>, findings: &mut Findings<'a>) {
        let window = &self.question.policy.windows[id];
        let Some((vendor, recheck)) =
            window.vendor.as_ref().and_then(|vendor| Some((vendor, vendor.recheck?)))
        else {
            return;
        };
        if !self.covers(window) {
            return;
        }
        let stale_from = vendor.checked.map_or(Instant::MIN, |checked| checked.plus(recheck));
        let from = stale_from.max(window.warn_until.unwrap_or(Instant::MIN));
        if self.at < from {
            findings.turns = findings.turns.min(from);
            return;
        }
        for (components, truth, passage) in
            self.passages(window, |component| self.exceptions.everywhere(id, window, component))
        {
            let truth = Truth::any([truth, Truth::until(Verdict::Pending, Instant::MAX)]);
            findings.list.push(Finding {
                subject: Subject::StaleVendor(id),
                truth,
                region: Some(self.position),
                components,
                stretch: None,
                passage,
            });
        }
    }

    /// What lets the change pass a freeze of `window`'s kind, in groups of the components it covers that are alike.
    fn passages(
        &self,
        window: &Window,
        lifted: impl Fn(Option<Id<Component>>) -> (Truth, Option<Id<Exception>>),
    ) -> Vec<(Option<Vec<usize>>, Truth, Option<Passage>)> {
        let asked = &self.question.scope.components;
        let covered = covered(window.components.as_deref(), asked);
        if !self.is_exceptional(window.kind) {
            let (truth, passage) = self.passage(window.kind, (Truth::FALSE, None));
            return vec![(covered, truth, passage)];
        }
        let each = covered.unwrap_or_else(|| (0..asked.len()).collect()).into_iter().map(|position| {
            let component = asked.get(position).copied().flatten();
            (position, self.passage(window.kind, lifted(component)))
        });
        grouped(each, asked.len())
            .into_iter()
            .map(|(positions, (truth, passage))| (positions, truth, passage))
            .collect()
    }

    /// What lets the change pass a kind, given what exceptions say.
    fn passage(
        &self,
        kind: Id<FreezeKind>,
        lifted: (Truth, Option<Id<Exception>>),
    ) -> (Truth, Option<Passage>) {
        if self.question.exemption == Exemption::Granted {
            return (Truth::TRUE, Some(Passage::Exempt));
        }
        let admitted = self.kind(kind);
        let passage = if admitted.verdict == Verdict::Allow {
            Some(Passage::Admitted)
        } else if lifted.0.verdict == Verdict::Allow {
            lifted.1.map(Passage::Exception)
        } else {
            (self.glass.verdict == Verdict::Allow).then_some(Passage::BreakGlass)
        };
        (Truth::any([admitted, lifted.0, self.glass]), passage)
    }

    /// Whether an exception may lift a window of this kind for the tier.
    fn is_exceptional(&self, kind: Id<FreezeKind>) -> bool {
        let ruling = self.tier.and_then(|tier| self.question.policy.kinds[kind].ruling(tier));
        matches!(ruling, Some(Ruling::Except)) && !self.question.policy.exceptions.is_empty()
    }

    fn outside_only(&self, findings: &mut Findings<'a>) {
        let windows = &self.question.policy.windows;
        let mut only: Vec<Id<Window>> =
            self.question.spells.only().iter().copied().filter(|&id| self.covers(&windows[id])).collect();
        only.sort_by_key(|&id| windows[id].kind);
        for group in only.chunk_by(|&one, &two| windows[one].kind == windows[two].kind) {
            let Some(&first) = group.first() else { continue };
            self.outside(windows[first].kind, group, findings);
        }
    }

    /// Judges a kind by all of its `only` windows that concern this region.
    fn outside(&self, kind: Id<FreezeKind>, group: &[Id<Window>], findings: &mut Findings<'a>) {
        let windows = &self.question.policy.windows;
        let scope = &self.question.scope;
        let states: Vec<Only<'_>> = group.iter().map(|&id| self.only_state(id)).collect();
        let is_uniform = |holds: fn(&Window) -> bool| group.iter().all(|&id| holds(&windows[id]));
        // Where no window of the group tells environments or actions apart, one of each stands for all.
        let environments =
            match is_uniform(|window| window.environments.is_none()) && !self.is_exceptional(kind) {
                true => scope.environments.get(..1).unwrap_or_default(),
                false => &scope.environments,
            };
        let actions = match is_uniform(|window| window.actions.is_none()) {
            true => scope.actions.get(..1).unwrap_or_default(),
            false => &scope.actions,
        };
        let each = scope.components.iter().enumerate().filter_map(|(position, &component)| {
            let mut applies = None;
            let mut opens = Instant::MAX;
            let truths: Vec<Truth> = environments
                .iter()
                .flat_map(|&environment| actions.iter().map(move |&action| (environment, action)))
                .filter_map(|(environment, action)| {
                    let (truth, passage) =
                        self.outside_cell(kind, &states, (component, environment, action))?;
                    if let Some((passage, until)) = passage {
                        opens = opens.min(until);
                        applies = Some(applies.map_or(passage, |other| worse(other, passage)));
                    }
                    Some(truth)
                })
                .collect();
            let truth = Truth::all(truths);
            match applies {
                Some(passage) => Some((position, (truth, passage, opens))),
                None => {
                    findings.turns = findings.turns.min(truth.allow_until);
                    None
                }
            }
        });
        let each: Vec<_> = each.collect();
        for (components, (truth, passage, opens)) in grouped(each.into_iter(), scope.components.len()) {
            findings.list.push(Finding {
                subject: Subject::OutsideOnly(kind),
                truth,
                region: Some(self.position),
                components,
                stretch: Some(Interval::new(Instant::MIN, opens)),
                passage,
            });
        }
    }

    fn only_state(&self, id: Id<Window>) -> Only<'q> {
        let window = &self.question.policy.windows[id];
        let follow = self.follow(window);
        let stretch = self.question.spells.at(id, self.region, self.at);
        let permits = stretch.is_some() && follow.verdict == Verdict::Allow;
        let turns = follow.turns();
        let until = match stretch {
            Some(stretch) => stretch.end.min(turns),
            None => self.question.spells.next_change(id, self.region, self.at).min(turns),
        };
        Only { id, window, permits: if permits { Permits::Yes } else { Permits::No }, until }
    }

    /// What `only` windows say of one component, environment and action: nothing where none covers it; else a truth and,
    /// where the kind applies, what lets it pass and the first instant at which a window may open.
    fn outside_cell(
        &self,
        kind: Id<FreezeKind>,
        states: &[Only<'_>],
        (component, environment, action): (Option<Id<Component>>, Option<Id<Environment>>, Action),
    ) -> Option<(Truth, Option<Applies>)> {
        let covering: Vec<&Only<'_>> = states
            .iter()
            .filter(|only| {
                Scope::covers(only.window.components.as_deref(), &[component])
                    && Scope::covers(only.window.environments.as_deref(), &[environment])
                    && only.window.actions.as_ref().is_none_or(|actions| actions.contains(&action))
            })
            .collect();
        let warns = |only: &&Only<'_>| only.window.warn_until.filter(|&until| self.at < until);
        if covering.is_empty() {
            return None;
        }
        let permitted =
            covering.iter().filter(|only| only.permits == Permits::Yes).map(|only| only.until).max();
        if let Some(until) = permitted {
            return Some((Truth::until(Verdict::Allow, until), None));
        }
        if let Some(until) = covering.iter().map(warns).collect::<Option<Vec<Instant>>>() {
            let until = until.into_iter().min().unwrap_or(Instant::MAX);
            return Some((Truth::until(Verdict::Allow, until), None));
        }
        let lifted = if self.is_exceptional(kind) {
            let lifts: Vec<_> = covering
                .iter()
                .map(|only| self.exceptions.in_environment(only.id, component, environment))
                .collect();
            (Truth::any(lifts.iter().map(|(truth, _)| *truth)), lifts.iter().find_map(|(_, by)| *by))
        } else {
            (Truth::FALSE, None)
        };
        let (truth, passage) = self.passage(kind, lifted);
        let opens = covering.iter().map(|only| only.until).min().unwrap_or(Instant::MAX);
        let truth = match truth.verdict {
            Verdict::Allow => truth,
            Verdict::Pending | Verdict::Block => Truth {
                allow_until: truth.allow_until.min(opens),
                block_until: truth.block_until.min(opens),
                ..truth
            },
        };
        Some((truth, Some((passage, opens))))
    }
}

/// Where a kind applies: what lets the change pass, and the first instant at which an `only` window may open.
type Applies = (Option<Passage>, Instant);

/// An `only` window at an instant.
struct Only<'p> {
    id: Id<Window>,
    window: &'p Window,
    permits: Permits,
    /// The first instant at which that may change.
    until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permits {
    Yes,
    No,
}

/// What to say of two that hold in one cell: that nothing passes, then that a glass was broken, then an exception.
fn worse(one: Option<Passage>, two: Option<Passage>) -> Option<Passage> {
    let rank = |passage: &Option<Passage>| match passage {
        None => 3,
        Some(Passage::BreakGlass) => 2,
        Some(Passage::Exception(_)) => 1,
        Some(_) => 0,
    };
    if rank(&two) > rank(&one) { two } else { one }
}

/// The positions of asked components that a scope covers; none where those are all.
fn covered(scope: Option<&[Id<Component>]>, asked: &[Option<Id<Component>>]) -> Option<Vec<usize>> {
    let scope = scope?;
    let covered: Vec<usize> = (0..)
        .zip(asked)
        .filter(|(_, asked)| asked.is_none_or(|asked| scope.contains(&asked)))
        .map(|(position, _)| position)
        .collect();
    (covered.len() < asked.len()).then_some(covered)
}

/// Positions with equal values together, in order; none for positions where those are all.
fn grouped<T: PartialEq>(each: impl Iterator<Item = (usize, T)>, all: usize) -> Vec<(Option<Vec<usize>>, T)> {
    let mut groups: Vec<(Vec<usize>, T)> = Vec::new();
    for (position, value) in each {
        match groups.iter_mut().find(|(_, other)| *other == value) {
            Some((positions, _)) => positions.push(position),
            None => groups.push((vec![position], value)),
        }
    }
    groups
        .into_iter()
        .map(|(positions, value)| ((positions.len() < all).then_some(positions), value))
        .collect()
}
