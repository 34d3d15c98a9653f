//! The jobs that go back: behind the legs of a pipeline, and as a workflow of their own that is started by hand.

use super::super::rollout::{Deed, OVER, Plan, Way, back, pushgateway};
use super::pipeline::Making;
use super::steps::check_out_source;
use crate::policy::{Id, Region};

const BACK: &str = include_str!("back.yml");

/// Minutes that a job of a rollback may take.
const BACK_MINUTES: i64 = 360;

impl Making<'_> {
    /// The workflow that goes back by hand.
    pub fn back_by_hand(&self, plan: &Plan<'_>, way: &Way<'_>) -> String {
        let undone = |stage: &str| format!("contains(format(' {{0}} ', inputs.undo), ' {stage} ')");
        let mut jobs = self.back(plan, way, &[], "", &undone);
        jobs.push_str(&self.over(&way.jobs()));
        self.fill(BACK, plan, &[("jobs", &jobs), ("rollback", &way.rollback.name)])
    }

    /// The jobs of a rollback, one a step of regions. Where one fails, the others go back all the same.
    pub(super) fn back(
        &self,
        plan: &Plan<'_>,
        way: &Way<'_>,
        needs: &[&str],
        condition: &str,
        undone: &dyn Fn(&str) -> String,
    ) -> String {
        let places = way.places();
        let last = places.len().saturating_sub(1);
        let job_name = |place: usize| back(&way.rollback.name, place + 1);
        let environment = plan.legs.iter().rev().find_map(|leg| leg.stage.environment);
        let deeds = way.deeds();
        let mut text = String::new();
        for (place, regions) in places.iter().enumerate() {
            let before = place.checked_sub(1).map(&job_name);
            let needs: Vec<&str> = needs.iter().copied().chain(before.as_deref()).collect();
            let condition = match &before {
                None => condition.to_owned(),
                Some(before) => format!("always() && needs.{before}.result != 'skipped'"),
            };
            let title = self.back_title(way, regions);
            text.push_str(&self.head(&job_name(place), &title, &needs, &condition, BACK_MINUTES));
            text.push_str(&self.environment(environment));
            text.push_str("    permissions:\n      contents: read # the policy's branch, and what rolled out\n    steps:\n");
            text.push_str(&self.check_out_policy());
            text.push_str(&check_out_source(1));
            if deeds.iter().any(Deed::judges) {
                text.push_str(&self.install());
            }
            let place_name = ("OPS_REGIONS", plan.regions(regions));
            for deed in &deeds {
                let mut told = deed.environment.clone();
                told.extend((!place_name.1.is_empty()).then(|| place_name.clone()));
                let condition = if deed.always { "always()" } else { "" };
                text.push_str(&self.run(&deed.title, &deed.words.join(" "), &told, condition));
            }
            if place == last {
                for stage in plan.legs.iter().rev().filter(|leg| leg.is_last).map(|leg| leg.stage) {
                    let Some(undo) = &stage.undo else { continue };
                    let told = [("OPS_COMMAND", undo.clone())];
                    let (title, condition) = (format!("undo {}", stage.name), undone(&stage.name));
                    text.push_str(&self.run(&title, "run", &told, &condition));
                }
            } else if let Some(soak) = way.rollback.soak {
                text.push_str(&self.run("soak", &format!("wait {}", soak.as_seconds()), &[], ""));
            }
        }
        text
    }

    /// The job that says that a rollout is over, behind all others and however they end; none where nobody listens.
    pub(super) fn over(&self, needs: &[String]) -> String {
        if pushgateway(self.job).is_none() {
            return String::new();
        }
        let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
        let mut text = self.head(OVER, "say that it is over", &needs, "always()", 10);
        text.push_str("    permissions:\n      contents: read # the policy's branch\n    steps:\n");
        text.push_str(&self.check_out_policy());
        text.push_str(&self.run("Say that it is over", "over", &[], ""));
        text
    }

    fn back_title(&self, way: &Way<'_>, regions: &[Id<Region>]) -> String {
        let names: Vec<&str> = regions.iter().map(|id| self.policy.regions[*id].name.as_str()).collect();
        match names.as_slice() {
            [] => format!("go back by {}", way.rollback.name),
            names => format!("go back by {} in {}", way.rollback.name, names.join(", ")),
        }
    }
}
