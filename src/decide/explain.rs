//! From findings to an answer: names for ids, cells for positions, and what is needed.

use super::exceptions::Exceptions;
use super::finding::{Finding, Findings, Passage, Subject};
use super::question::{Exemption, Question};
use super::tier::TierNow;
use super::{
    About, Cause, Cell, Decision, Expiry, FactState, Filled, Intent, Later, Lift, Need, Next, Note, Obstacle,
    Owed, Reason, SEARCH_SPAN, Verdict,
};
use crate::calendar::Instant;
use crate::policy::{FreezeKind, Id, Region, Ruling, Tier, Window};
use std::collections::BTreeSet;

/// So many obstacles on the way are named.
const OBSTACLES: usize = 20;

impl<'a> Question<'a> {
    /// The whole answer at the context's instant.
    pub fn answer(&self) -> Decision {
        let at = self.context.at;
        let people = &self.asker.people;
        let findings = self.judge(at);
        let verdict = findings.verdict();
        let now = self.basis.now(self.policy, people, at);
        let tier = now.tier;
        let (tier_found, tier_note) = self.basis.explain(self.policy, self.change, people, at);
        let ends = (verdict == Verdict::Allow).then(|| self.allow_ends(&findings)).flatten();
        let (opens_at, meanwhile) = self.opens(&findings);
        let mut reasons = self.reasons(&findings, tier);
        reasons.sort_by(|one, two| {
            (two.verdict, one.about, &one.name, &one.cells).cmp(&(
                one.verdict,
                two.about,
                &two.name,
                &two.cells,
            ))
        });
        Decision {
            verdict,
            at,
            action: self.change.action,
            phase: self.scope.phase,
            notes: self.notes(&findings, tier_note),
            tier: tier_found,
            cells: self.cells(&findings),
            later: self.later(now, at),
            valid_until: ends.map(|ends| Expiry { at: ends.at, because: self.causes(&ends) }),
            next_allowed: if verdict == Verdict::Allow { Next::At(at) } else { self.next_allowed(at) },
            opens_at,
            meanwhile,
            evidence: self.asker.facts.states(people, self.change.evidence.len(), at),
            reasons,
        }
    }

    /// Every cell with its verdict at the context's instant.
    pub fn matrix(&self) -> Vec<Cell> {
        self.cells(&self.judge(self.context.at))
    }

    /// The first instant at which the calendar does not block, with what blocks at the instants passed.
    fn opens(&self, first: &Findings<'a>) -> (Option<Instant>, Vec<Obstacle>) {
        let limit = first.at.plus(SEARCH_SPAN);
        let known: BTreeSet<Cause> = blocking(first).map(|finding| self.cause(finding)).collect();
        let mut obstacles = Vec::new();
        let Some(mut next) = first.opens_not_before() else { return (Some(first.at), obstacles) };
        while next < limit {
            let findings = self.judge(next);
            for finding in blocking(&findings) {
                let cause = self.cause(finding);
                let obstacle = Obstacle { at: next, cause, until: ending(finding.truth.block_until) };
                let is_new = !known.contains(&obstacle.cause) && !obstacles.contains(&obstacle);
                if obstacles.len() < OBSTACLES && is_new {
                    obstacles.push(obstacle);
                }
            }
            match findings.opens_not_before() {
                None => return (Some(next), obstacles),
                Some(later) => next = later,
            }
        }
        (None, obstacles)
    }

    fn cells(&self, findings: &Findings<'_>) -> Vec<Cell> {
        let policy = self.policy;
        let whole =
            findings.list.iter().filter(|finding| finding.region.is_none() && finding.components.is_none());
        let least = whole.map(|finding| finding.truth.verdict).max().unwrap_or(Verdict::Allow);
        let cell = |region: &Option<_>, component: &Option<_>| Cell {
            region: region.map(|region| policy.regions[region].name.clone()),
            component: component.map(|component| policy.components[component].name.clone()),
            verdict: least,
        };
        let scope = &self.scope;
        let mut cells: Vec<Cell> = scope
            .regions
            .iter()
            .flat_map(|region| scope.components.iter().map(move |component| cell(region, component)))
            .collect();
        for finding in findings.list.iter().filter(|finding| finding.truth.verdict > least) {
            for position in self.positions(finding) {
                if let Some(cell) = cells.get_mut(position) {
                    cell.verdict = cell.verdict.max(finding.truth.verdict);
                }
            }
        }
        cells
    }

    /// The positions of the cells that a finding concerns.
    fn positions(&self, finding: &Finding<'_>) -> Vec<usize> {
        let width = self.scope.components.len();
        let regions = finding.region.map_or(0..self.scope.regions.len(), |region| region..region + 1);
        match &finding.components {
            None => (regions.start * width..regions.end * width).collect(),
            Some(components) => regions
                .flat_map(|region| components.iter().map(move |component| region * width + component))
                .collect(),
        }
    }

    fn reasons(&self, findings: &Findings<'a>, tier: Option<Id<Tier>>) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::with_capacity(findings.list.len());
        for finding in &findings.list {
            let reason = self.reason(finding, tier, findings.at);
            // What is the same in another region is one reason with more cells.
            let same = reasons.iter_mut().find(|other| {
                (other.about, other.verdict, other.start, other.end)
                    == (reason.about, reason.verdict, reason.start, reason.end)
                    && other.name == reason.name
                    && other.lifted == reason.lifted
                    && other.needs == reason.needs
                    && other.filled == reason.filled
            });
            match same {
                Some(other) => other.cells.extend(reason.cells),
                None => reasons.push(reason),
            }
        }
        reasons
    }

    fn reason(&self, finding: &Finding<'a>, tier: Option<Id<Tier>>, at: Instant) -> Reason {
        let policy = self.policy;
        let cause = self.cause(finding);
        // A window ends, and one that is missing opens, by its own timetable, whatever exception or evidence runs out before.
        let until = match (finding.subject, finding.stretch) {
            (Subject::Window(_) | Subject::OutsideOnly(_), stretch) => {
                stretch.map_or(Instant::MAX, |stretch| stretch.end)
            }
            _ => finding.truth.allow_until,
        };
        let mut reason = Reason {
            about: cause.about,
            name: cause.name,
            kind: None,
            origin: None,
            verdict: finding.truth.verdict,
            cells: self.positions(finding),
            start: finding.stretch.map(|stretch| stretch.start).filter(|&start| start != Instant::MIN),
            end: ending(until),
            needs: Vec::new(),
            filled: Vec::new(),
            lifted: finding.passage.map(|passage| self.lift(passage)),
            because: None,
        };
        match finding.subject {
            Subject::Trust => reason.because = Some("read from the change itself".to_owned()),
            Subject::Unknown(position) => {
                reason.because = self.scope.unknown.get(position).map(|(what, _)| (*what).to_owned());
            }
            Subject::Evidence(fact) => {
                reason.origin = Some(policy.facts[fact].origin);
                reason.because = Some(self.asker.facts.trouble(fact));
                reason.needs = vec![Need::Evidence {
                    fact: policy.facts[fact].name.clone(),
                    text: policy.facts[fact].name.clone(),
                    sources: Vec::new(),
                    state: FactState::Malformed,
                }];
            }
            Subject::Tier => reason.needs = vec![Need::Tier],
            Subject::Window(id) => {
                let window = &policy.windows[id];
                reason.kind = Some(policy.kinds[window.kind].name.clone());
                reason.origin = Some(window.origin);
                reason.because =
                    window.because.clone().or_else(|| Some(window.doc.clone()).filter(|doc| !doc.is_empty()));
                self.freeze_needs(finding, window.kind, &[id], tier, at, &mut reason);
            }
            Subject::StaleVendor(id) => {
                let window = &policy.windows[id];
                reason.kind = Some(policy.kinds[window.kind].name.clone());
                reason.origin = Some(window.origin);
                if let Some(vendor) =
                    window.vendor.as_ref().filter(|_| finding.truth.verdict != Verdict::Allow)
                {
                    reason.needs =
                        vec![Need::Recheck { vendor: vendor.name.clone(), source: vendor.source.clone() }];
                }
            }
            Subject::OutsideOnly(kind) => {
                reason.kind = Some(policy.kinds[kind].name.clone());
                let only: Vec<_> = self.only_of(kind, finding).collect();
                let names: Vec<&str> = only.iter().map(|&id| policy.windows[id].name.as_str()).collect();
                reason.because = Some(names.join(", "));
                reason.origin = only.first().map(|&id| policy.windows[id].origin);
                self.freeze_needs(finding, kind, &only, tier, at, &mut reason);
            }
            Subject::Requirement(tier_id, position) => {
                if let Some(requirement) = policy.tiers[tier_id].requirements.get(position) {
                    let region = self.region_of(finding);
                    reason.origin = Some(requirement.origin);
                    reason.filled = self.asker.filled(&requirement.condition, region, at);
                    reason.needs = self.asker.needs(&requirement.condition, tier, region, at);
                }
            }
            Subject::Objector(person) => {
                reason.needs = vec![Need::Withdrawal { person: person.to_owned() }];
            }
            Subject::BreakGlass => self.glass_needs(tier, at, &mut reason),
        }
        reason
    }

    fn only_of(&self, kind: Id<FreezeKind>, finding: &Finding<'_>) -> impl Iterator<Item = Id<Window>> {
        let region = self.region_of(finding);
        self.spells.only().iter().copied().filter(move |&id| {
            let window = &self.policy.windows[id];
            window.kind == kind
                && window
                    .regions
                    .as_ref()
                    .is_none_or(|regions| region.is_none_or(|region| regions.contains(&region)))
        })
    }

    fn region_of(&self, finding: &Finding<'_>) -> Option<Id<Region>> {
        finding.region.and_then(|region| self.scope.regions.get(region).copied().flatten())
    }

    fn freeze_needs(
        &self,
        finding: &Finding<'_>,
        kind: Id<FreezeKind>,
        windows: &[Id<Window>],
        tier: Option<Id<Tier>>,
        at: Instant,
        reason: &mut Reason,
    ) {
        let policy = self.policy;
        let region = self.region_of(finding);
        match tier.and_then(|tier| policy.kinds[kind].ruling(tier)) {
            Some(Ruling::Admit { when }) => {
                if matches!(finding.passage, None | Some(Passage::Admitted)) {
                    reason.filled = self.asker.filled(when, region, at);
                }
                if finding.truth.verdict != Verdict::Allow {
                    reason.needs = self.asker.needs(when, tier, region, at);
                }
            }
            Some(Ruling::Except) => match finding.passage {
                Some(Passage::Exception(id)) => {
                    let approve = policy.exceptions[id].approve.as_ref();
                    reason.filled = approve
                        .map_or_else(Vec::new, |seats| self.asker.people.seats(seats, None, region, at).0);
                }
                None if finding.truth.verdict != Verdict::Allow => {
                    let asked = &self.scope.components;
                    let components = finding.components.as_ref().map(|positions| {
                        positions.iter().filter_map(|&position| asked.get(position).copied()).collect()
                    });
                    let components: Vec<_> = components.unwrap_or_else(|| asked.clone());
                    let exceptions = Exceptions { question: self, at, tier, region };
                    reason.needs = exceptions.needs(windows, &components, &reason.name);
                }
                _ => {}
            },
            Some(Ruling::Block) | None => {}
        }
    }

    fn glass_needs(&self, tier: Option<Id<Tier>>, at: Instant, reason: &mut Reason) {
        let Some(id) = self.glass else { return };
        let glass = &self.policy.break_glass[id];
        reason.origin = Some(glass.origin);
        reason.because = self.change.break_glass.as_ref().and_then(|taken| taken.reason.clone());
        reason.filled = self
            .change
            .break_glass
            .iter()
            .map(|taken| Filled { person: taken.by.clone(), roles: Vec::new() })
            .collect();
        if reason.verdict == Verdict::Allow {
            return;
        }
        for (condition, ..) in &glass.requires {
            reason.needs.extend(self.asker.needs(condition, tier, None, at));
        }
        let people = &self.asker.people;
        let by = self.change.break_glass.iter();
        if by.map(|taken| people.may_sit_in_any(&taken.by, &glass.by, None, at)).any(|may| may.is_none()) {
            reason.needs.extend(people.rotas_wanted(&glass.by, at));
        }
        let levels = glass.escalation.iter().map(|level| &level.seats);
        for seats in levels {
            let (_, open) = self.asker.people.seats(seats, None, None, at);
            if !open.is_empty() {
                reason.needs.push(Need::Approvals { name: Some(glass.name.clone()), seats: open });
                reason.needs.extend(self.asker.people.rotas_wanted(seats, at));
            }
        }
        reason.needs.sort_unstable();
        reason.needs.dedup();
    }

    fn cause(&self, finding: &Finding<'_>) -> Cause {
        let policy = self.policy;
        let (about, name) = match finding.subject {
            Subject::Trust => (About::Trust, policy.name.as_str()),
            Subject::Unknown(position) => {
                (About::UnknownName, self.scope.unknown.get(position).map_or("", |(_, name)| *name))
            }
            Subject::Evidence(fact) => (About::Evidence, policy.facts[fact].name.as_str()),
            Subject::Tier => (About::Tier, "tier"),
            Subject::Window(id) => (About::Window, policy.windows[id].name.as_str()),
            Subject::OutsideOnly(kind) => (About::OutsideOnly, policy.kinds[kind].name.as_str()),
            Subject::StaleVendor(id) => (About::StaleVendorFeed, policy.windows[id].name.as_str()),
            Subject::Requirement(tier, position) => {
                let requirement = policy.tiers[tier].requirements.get(position);
                (About::Requirement, requirement.map_or("", |requirement| requirement.text.as_str()))
            }
            Subject::Objector(person) => (About::ChangesRequested, person),
            Subject::BreakGlass => {
                (About::BreakGlass, self.glass.map_or("", |glass| policy.break_glass[glass].name.as_str()))
            }
        };
        Cause { about, name: name.to_owned() }
    }

    fn causes(&self, findings: &Findings<'_>) -> Vec<Cause> {
        let untrue = findings.list.iter().filter(|finding| finding.truth.verdict != Verdict::Allow);
        let causes: BTreeSet<Cause> = untrue.map(|finding| self.cause(finding)).collect();
        causes.into_iter().collect()
    }

    fn lift(&self, passage: Passage) -> Lift {
        match passage {
            Passage::Admitted => Lift::Admitted,
            Passage::Exception(id) => Lift::Exception(self.policy.exceptions[id].name.clone()),
            Passage::BreakGlass => Lift::BreakGlass(
                self.glass.map_or_else(String::new, |id| self.policy.break_glass[id].name.clone()),
            ),
            Passage::Exempt => Lift::Exempt,
            Passage::WarnUntil(until) => Lift::WarnUntil(until),
        }
    }

    fn later(&self, now: TierNow, at: Instant) -> Vec<Later> {
        now.asked()
            .flat_map(|tier| &self.policy.tiers[tier].requirements)
            .filter(|requirement| requirement.phase > self.scope.phase)
            .map(|requirement| Later {
                text: requirement.text.clone(),
                phase: requirement.phase,
                origin: requirement.origin,
                verdict: self
                    .scope
                    .regions
                    .iter()
                    .map(|&region| self.asker.truth(&requirement.condition, now.tier, region, at).verdict)
                    .max()
                    .unwrap_or(Verdict::Allow),
            })
            .collect()
    }

    fn notes(&self, findings: &Findings<'_>, tier_note: Option<Note>) -> Vec<Note> {
        let mut notes: BTreeSet<Note> = tier_note.into_iter().collect();
        match (self.exemption, &self.change.intent) {
            (Exemption::Granted, Intent::Rollback { lever, to }) => {
                notes.insert(Note::Rollback { lever: lever.clone(), to: to.clone() });
            }
            (Exemption::Granted, Intent::Kill { flag }) => {
                notes.insert(Note::Kill { flag: flag.clone() });
            }
            (Exemption::Refused(why), _) => {
                notes.insert(Note::JudgedForward { why });
            }
            _ => {}
        }
        for finding in &findings.list {
            match finding.passage {
                Some(Passage::Exception(id)) => {
                    notes.insert(Note::ExceptionUsed { name: self.policy.exceptions[id].name.clone() });
                }
                Some(Passage::BreakGlass) => notes.extend(self.glass_used(findings.at)),
                _ => {}
            }
        }
        notes.into_iter().collect()
    }

    fn glass_used(&self, at: Instant) -> Option<Note> {
        let glass = &self.policy.break_glass[self.glass?];
        let owes = glass
            .owes
            .iter()
            .map(|(what, within)| Owed { what: what.clone(), by: within.map(|within| at.plus(within)) });
        let by = self.change.break_glass.as_ref()?.by.clone();
        Some(Note::BreakGlassUsed { name: glass.name.clone(), by, owes: owes.collect() })
    }
}

fn blocking<'f, 'a>(findings: &'f Findings<'a>) -> impl Iterator<Item = &'f Finding<'a>> {
    findings.list.iter().filter(|finding| finding.is_of_calendar() && finding.truth.verdict == Verdict::Block)
}

fn ending(until: Instant) -> Option<Instant> {
    (until != Instant::MAX).then_some(until)
}
