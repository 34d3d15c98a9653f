//! The words for a run that gets stuck: who does what, who has what, and who waits for whom.

use crate::graph::{Blocker, Deadlock, Guard, Happened, Run, Wait, What, Why};
use crate::policy::{Component, Id, Origin, Policy, Stage};
use crate::source::Span;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy)]
pub(super) struct Teller<'p> {
    pub policy: &'p Policy,
    /// Whether stages of one run alone are spoken of: then it need not be named.
    pub alone: bool,
}

/// A line of the story, and where it is written.
pub(super) type Line = (Span, String);

impl<'p> Teller<'p> {
    /// For this story.
    pub(super) fn of(policy: &'p Policy, found: &Deadlock) -> Self {
        let waits = found.circle.iter().chain(&found.beside);
        let whats =
            found.steps.iter().map(|step| step.what).chain(waits.flat_map(|wait| [wait.who, wait.of]));
        let runs: BTreeSet<Run> = whats.filter_map(What::run).collect();
        Self { policy, alone: runs.len() < 2 }
    }

    /// The steps of a run. What takes no lock is told together: it only leads there.
    pub(super) fn steps(&self, steps: &[Happened]) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut ended: Option<(Run, Vec<Id<Stage>>)> = None;
        for (at, step) in steps.iter().enumerate() {
            let next = steps.get(at + 1).map(|step| step.what);
            let (run, stage) = match step.what {
                What::Takes(run, stage) | What::Starts(run, stage) | What::Finishes(run, stage) => {
                    (run, stage)
                }
                What::Begins(_) | What::Ends(_) | What::Ready(_) => continue,
            };
            match (step.what, step.takes) {
                (What::Starts(..), None) if next == Some(What::Finishes(run, stage)) => {}
                (What::Finishes(..), _) => match &mut ended {
                    Some((earlier, stages)) if *earlier == run => stages.push(stage),
                    _ => {
                        lines.extend(ended.take().and_then(|ended| self.ended(&ended)));
                        ended = Some((run, vec![stage]));
                    }
                },
                (_, takes) => {
                    lines.extend(ended.take().and_then(|ended| self.ended(&ended)));
                    let line = |(guard, origin): (Guard, Origin)| {
                        (origin.span, format!("{} takes {}", self.actor(run, stage), self.guard(guard)))
                    };
                    let starts = || (self.span(run, stage), format!("{} starts", self.stage(run, stage)));
                    lines.push(takes.map_or_else(starts, line));
                }
            }
        }
        lines.extend(ended.take().and_then(|ended| self.ended(&ended)));
        lines
    }

    fn ended(&self, (run, stages): &(Run, Vec<Id<Stage>>)) -> Option<Line> {
        let names: Vec<String> =
            stages.iter().map(|stage| format!("`{}`", self.row(*run, *stage).name)).collect();
        let verb = if names.len() == 1 { "ends" } else { "end" };
        let of = if self.alone { String::new() } else { format!(" of {}", self.run(*run)) };
        Some((self.span(*run, *stages.last()?), format!("{}{of} {verb}", list(&names))))
    }

    /// A wait; none for what goes without saying: that a stage ends after its start, and a run with its stages.
    pub(super) fn wait(&self, wait: &Wait) -> Option<Line> {
        let who = self.what(wait.who);
        let of = self.what(wait.of);
        let who_span = self.origin(wait.who);
        Some(match wait.by {
            Blocker::Held { guard, holder, wanted, .. } => {
                let (who, holder) = (self.actor_of(wait.who), self.actor_of(holder));
                let until = match wait.of {
                    What::Finishes(run, stage) => format!("`{}`", self.row(run, stage).name),
                    _ => "it".to_owned(),
                };
                let guard = self.guard(guard);
                (wanted.span, format!("{who} waits for {guard}, held by {holder} until {until} ends"))
            }
            Blocker::Order(why) => match why {
                Why::Own | Why::All => return None,
                Why::After(origin) => (origin.span, format!("{who} waits for the end of {of}")),
                Why::Needs(component, origin) => {
                    (origin.span, format!("{who} waits for {} to be ready", self.component(component)))
                }
                Why::Brings(component, origin) => {
                    (origin.span, format!("{who} ends once {} is ready", self.component(component)))
                }
                Why::Calls(pipeline, origin) => {
                    let name = &self.policy.pipelines[pipeline].name;
                    (origin.span, format!("{who} ends once `{name}` does"))
                }
                Why::Called => (who_span, format!("{who} runs once {of} calls it")),
                Why::Started => (who_span, format!("{who} is ready once {of} starts it")),
                Why::Below(component, _) => {
                    (who_span, format!("{who} is ready once {} is", self.component(component)))
                }
                Why::First => (who_span, format!("{who} waits until {of} has the pipeline's locks")),
            },
        })
    }

    /// A run, with its number where its pipeline has several.
    pub(super) fn run(&self, run: Run) -> String {
        let pipeline = &self.policy.pipelines[run.pipeline];
        match pipeline.runs {
            0 | 1 => format!("`{}`", pipeline.name),
            _ => format!("`{}` (run {})", pipeline.name, run.number + 1),
        }
    }

    /// A lock, or a component that pipelines share.
    pub(super) fn guard(&self, guard: Guard) -> String {
        match guard {
            Guard::Lock(lock) => format!("`{}`", self.policy.locks[lock].name),
            Guard::Shared(component) => format!("component {}", self.component(component)),
        }
    }

    /// Who takes a lock: the run, or which stage of it where there is but one.
    fn actor(&self, run: Run, stage: Id<Stage>) -> String {
        if self.alone { self.stage(run, stage) } else { self.run(run) }
    }

    fn actor_of(&self, what: What) -> String {
        match what {
            What::Takes(run, stage) | What::Starts(run, stage) | What::Finishes(run, stage) => {
                self.actor(run, stage)
            }
            _ => self.what(what),
        }
    }

    fn what(&self, what: What) -> String {
        match what {
            What::Begins(run) | What::Ends(run) => self.run(run),
            What::Takes(run, stage) | What::Starts(run, stage) | What::Finishes(run, stage) => {
                self.stage(run, stage)
            }
            What::Ready(component) => self.component(component),
        }
    }

    fn origin(&self, what: What) -> Span {
        match what {
            What::Begins(run) | What::Ends(run) => self.policy.pipelines[run.pipeline].origin.span,
            What::Takes(run, stage) | What::Starts(run, stage) | What::Finishes(run, stage) => {
                self.span(run, stage)
            }
            What::Ready(component) => self.policy.components[component].origin.span,
        }
    }

    fn stage(&self, run: Run, stage: Id<Stage>) -> String {
        let name = &self.row(run, stage).name;
        if self.alone { format!("`{name}`") } else { format!("`{name}` of {}", self.run(run)) }
    }

    fn row(&self, run: Run, stage: Id<Stage>) -> &Stage {
        &self.policy.pipelines[run.pipeline].stages[stage]
    }

    fn span(&self, run: Run, stage: Id<Stage>) -> Span {
        self.row(run, stage).origin.span
    }

    fn component(&self, component: Id<Component>) -> String {
        format!("`{}`", self.policy.components[component].name)
    }
}

/// `a`, `b` and `c`
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
