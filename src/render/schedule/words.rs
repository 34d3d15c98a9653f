//! The wording of a schedule: what each part says, without layout.

use super::Shown;
use crate::calendar::{Instant, Zone};
use crate::policy::{Id, Party, Region, Seats};
use crate::render::decision;
use crate::schedule::{Approver, Ask, Plan, Rule, percent};

impl Shown<'_> {
    /// `standard spring, singapore then dublin, by web`
    pub(super) fn subject(&self) -> String {
        let release = &self.policy.releases[self.id];
        let tier = &self.policy.tiers[release.tier].name;
        let components =
            release.components.iter().flatten().map(|id| self.policy.components[*id].name.as_str());
        let components: Vec<&str> = components.collect();
        let components =
            if components.is_empty() { String::new() } else { format!(" ({})", components.join(", ")) };
        let steps: Vec<String> = release.region_plan.iter().map(|step| self.regions(step)).collect();
        let regions = if steps.is_empty() { "everywhere".to_owned() } else { steps.join(" then ") };
        let by = release.by.map_or(String::new(), |by| format!(", by {}", self.policy.pipelines[by].name));
        format!("{tier} {}{components}, {regions}{by}", release.name)
    }

    pub(super) fn regions(&self, regions: &[Id<Region>]) -> String {
        let names: Vec<&str> =
            regions.iter().map(|region| self.policy.regions[*region].name.as_str()).collect();
        if names.is_empty() { "everywhere".to_owned() } else { names.join(", ") }
    }

    /// `canary 5%`
    pub(super) fn title(&self, ask: &Ask) -> String {
        let release = &self.policy.releases[self.id];
        let step = ask.step.and_then(|position| self.found.rollout.as_ref()?.steps.get(position));
        let (Some(step), Some(pipeline)) = (step, release.by) else { return release.name.clone() };
        let stage = &self.policy.pipelines[pipeline].stages[step.stage].name;
        step.traffic.map_or_else(|| stage.clone(), |traffic| format!("{stage} {}", percent(traffic)))
    }

    pub(super) fn zone_of(&self, ask: &Ask) -> Zone {
        ask.regions.first().map_or(Zone::UTC, |region| self.policy.regions[*region].place.zone)
    }

    /// The zone in which the whole is told: that of its first step.
    pub(super) fn zone(&self) -> Zone {
        self.found.asks.first().map_or(Zone::UTC, |ask| self.zone_of(ask))
    }

    /// `from A, ends B`
    pub(super) fn span(&self, plan: &Plan) -> String {
        self.span_in(self.zone(), plan)
    }

    /// The same in another zone.
    pub(super) fn span_in(&self, zone: Zone, plan: &Plan) -> String {
        format!("from {}, ends {}", zone.show(plan.start, self.from), zone.show(plan.end, self.from))
    }

    /// What all steps together still need, each once.
    pub(super) fn needs(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for planned in self.found.plan.iter().flat_map(|plan| &plan.asks) {
            for need in decision::needs(&planned.answer) {
                if !all.contains(&need) {
                    all.push(need);
                }
            }
        }
        all
    }

    /// `` window `weekend` ``
    pub(super) fn rule(&self, rule: Rule) -> String {
        let policy = self.policy;
        match rule {
            Rule::Window(window) => format!("window `{}`", policy.windows[window].name),
            Rule::Hours(kind) => {
                let hours = policy.windows.rows().iter().filter(|window| window.only && window.kind == kind);
                let names: Vec<String> = hours.map(|window| format!("`{}`", window.name)).collect();
                format!("the hours of {}", decision::list(&names))
            }
            Rule::OffPeak(region) => format!("the off-peak hours of `{}`", policy.regions[region].name),
            Rule::Approval(tier, position) => {
                let text = policy.tiers[tier].requirements.get(position).map_or("", |one| one.text.as_str());
                format!("`{text}` of tier `{}`, and when its people work", policy.tiers[tier].name)
            }
            Rule::OnFreeze(kind) => {
                format!(
                    "`on freeze`, by which a {} freeze half-way is not waited for",
                    policy.kinds[kind].name
                )
            }
            Rule::After(release) => format!("`after {}`", policy.releases[release].name),
            Rule::Soak => "the soak between its regions".to_owned(),
        }
    }

    /// Where a rule is written.
    pub(super) fn place(&self, rule: Rule) -> Option<String> {
        let policy = self.policy;
        let origin = match rule {
            Rule::Window(window) => policy.windows[window].origin,
            Rule::Hours(kind) => {
                policy.windows.rows().iter().find(|window| window.only && window.kind == kind)?.origin
            }
            Rule::OffPeak(region) => policy.regions[region].origin,
            Rule::Approval(tier, position) => policy.tiers[tier].requirements.get(position)?.origin,
            Rule::OnFreeze(_) => {
                let pipeline = policy.releases[self.id].by?;
                policy.pipelines[pipeline].on_freeze.first()?.origin
            }
            Rule::After(_) | Rule::Soak => policy.releases[self.id].origin,
        };
        Some(policy.place(origin))
    }

    /// When someone may be asked.
    pub(super) fn approver(&self, approver: &Approver) -> String {
        match approver.from {
            Some(at) if at <= self.from => format!("{}, at work now", approver.person),
            Some(at) => format!("{}, from {}", approver.person, approver.zone.show(at, self.from)),
            None => format!("{}, whose hours nobody says", approver.person),
        }
    }

    /// Seats in words: `1 of sre-owner and 2 of leads or owners`.
    pub(super) fn seats(&self, seats: &Seats) -> String {
        let seat = |seat: &crate::policy::Seat| {
            let roles: Vec<&str> =
                seat.roles.iter().map(|role| self.policy.roles[*role].name.as_str()).collect();
            format!("{} of {}", seat.count, roles.join(" or "))
        };
        decision::list(&seats.seats.iter().map(seat).collect::<Vec<_>>())
    }

    /// Who owns the release.
    pub(super) fn owner(&self) -> Option<&str> {
        Some(match self.policy.releases[self.id].owner.as_ref()? {
            Party::Role(role) => &self.policy.roles[*role].name,
            Party::Team(team) => &self.policy.teams[*team].name,
            Party::Person(person) => person,
        })
    }

    pub(super) fn at(&self, zone: Zone, at: Instant) -> String {
        zone.show(at, self.from)
    }
}
