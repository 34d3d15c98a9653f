//! When a stage may begin, and when it is over: stages before it, components, locks, and the pipelines that it calls.

use super::event::What;
use super::run::Run;
use super::stage::{Phase, Progress};
use super::together::{Together, Wanted};
use crate::calendar::Elapsed;
use crate::graph::Guard;
use crate::policy::{After, Id, Stage, StageKind};

impl Run<'_> {
    pub fn meets_stages(
        &mut self,
        id: Id<Stage>,
        stage: &Stage,
        progress: &mut Progress,
        together: &Together,
    ) -> bool {
        if !stage.after.iter().all(|after| self.is_met(after, together)) {
            return false;
        }
        let given =
            self.setting.assumed.approvals.get(&(self.id, id)).copied().unwrap_or(Some(Elapsed::ZERO));
        progress.phase = match stage.approve {
            Some(_) => Phase::Approval { until: given.map(|given| self.now.plus(given)) },
            None => Phase::Ready,
        };
        true
    }

    /// Whether a stage that another comes after is finished: of another pipeline, in any run.
    fn is_met(&self, after: &After, together: &Together) -> bool {
        if after.pipeline != self.id {
            return together.has_finished(after.pipeline, after.stage);
        }
        self.stages.get(after.stage.index()).is_some_and(|progress| progress.phase == Phase::Finished)
    }

    pub fn starts(
        &mut self,
        id: Id<Stage>,
        stage: &Stage,
        progress: &mut Progress,
        together: &mut Together,
    ) -> bool {
        let wanted = self.wanted(id, together);
        let is_ready = |(component, _): &(Id<_>, _)| together.is_ready(self.policy, *component);
        if together.taken(&wanted, self.now).is_some() || !stage.needs.iter().all(is_ready) {
            return false;
        }
        let places = matches!(
            stage.kind,
            StageKind::Migrate | StageKind::Expand | StageKind::Contract | StageKind::Deploy
        );
        if places && !self.touched {
            let first = progress.reach(0).0;
            if self.is_held(stage, progress, first.as_deref()) {
                return true;
            }
        }
        self.touched |= places;
        together.take((self.position, id), &wanted);
        together.start((self.position, id), self.id, stage);
        self.tell(stage.origin, What::Started { stage: stage.name.clone() });
        for (called, origin) in &stage.calls {
            let calls = self.policy.pipelines[*called].name.clone();
            self.tell(*origin, What::Called { stage: stage.name.clone(), calls });
        }
        progress.deadline = stage.timeout.map(|(timeout, _)| self.now.plus(timeout));
        progress.phase = Phase::Running { until: self.now.plus(self.took(id)) };
        true
    }

    /// The locks that a stage takes when it starts.
    pub fn wanted(&self, id: Id<Stage>, together: &Together) -> Vec<Wanted> {
        let is_first = !self.stages.iter().any(Progress::has_started);
        together.wanted(self.policy, self.id, id, is_first)
    }

    pub fn ends(
        &mut self,
        id: Id<Stage>,
        stage: &Stage,
        progress: &mut Progress,
        together: &mut Together,
    ) -> bool {
        let is_ready = |(component, _): &(Id<_>, _)| together.is_ready(self.policy, *component);
        let by = (self.position, id);
        if !stage.starts.iter().all(is_ready) || together.awaited(by, self.now).is_some() {
            return false;
        }
        self.tell(stage.origin, What::Finished { stage: stage.name.clone() });
        progress.phase = Phase::Finished;
        let stages = &self.stages;
        together.finish(by, self.id, |other| {
            stages.get(other.index()).is_some_and(|progress| progress.phase == Phase::Finished)
        });
        true
    }

    /// What a stage waits for, in words; nothing where that is only for other stages of its pipeline.
    pub fn waits_for(
        &self,
        id: Id<Stage>,
        stage: &Stage,
        progress: &Progress,
        together: &Together,
    ) -> Option<String> {
        let policy = self.policy;
        let name = self.called(&stage.name);
        let awaited = match progress.phase {
            Phase::Finished => return None,
            Phase::Waiting => {
                let unmet = stage.after.iter().find(|after| !self.is_met(after, together))?;
                if unmet.pipeline == self.id {
                    return None;
                }
                let pipeline = &policy.pipelines[unmet.pipeline];
                return Some(format!(
                    "`{name}` waits for `{}` of `{}`",
                    pipeline.stages[unmet.stage].name, pipeline.name
                ));
            }
            Phase::Ready => {
                let guard = together.taken(&self.wanted(id, together), self.now).map(|guard| match guard {
                    Guard::Lock(lock) => format!("the lock `{}`", policy.locks[lock].name),
                    Guard::Shared(component) => {
                        format!("`{}`, which another pipeline changes", policy.components[component].name)
                    }
                });
                if let Some(guard) = guard {
                    return Some(format!("`{name}` waits for {guard}"));
                }
                &stage.needs
            }
            _ => {
                if let Some(called) = together.awaited((self.position, id), self.now) {
                    return Some(format!("`{name}` waits for pipeline `{}`", policy.pipelines[called].name));
                }
                &stage.starts
            }
        };
        let unready = awaited.iter().find(|(component, _)| !together.is_ready(policy, *component));
        Some(match unready {
            Some((component, _)) => {
                format!("`{name}` waits until `{}` is ready", policy.components[*component].name)
            }
            None => format!("`{name}` waits for its gates"),
        })
    }
}
