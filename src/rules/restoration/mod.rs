//! On every path through a rollback or a maintenance, failures of each step included, what was taken away comes back: writes, jobs,
//! pipelines, the limit on load, the banner. And before a pointer is flipped, evidence was kept and writers stand still; with it,
//! cache keys rotate (ledger B3, B10, C7).

#[cfg(test)]
mod tests;
mod walk;

use self::walk::{Away, End};
use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Act, Lever, LeverKind, Policy, Step};

code!(pub NOT_RESTORED, Warning, "not-restored", "a path on which what was taken away does not come back");
code!(pub EVIDENCE_AFTER_FLIP, Warning, "evidence-after-flip", "a rollback that keeps no evidence before it flips a pointer");
code!(pub CACHE_NOT_ROTATED, Warning, "cache-not-rotated", "a pointer flipped while old cache keys stay");
code!(pub WRITERS_DURING_FLIP, Warning, "writers-during-flip", "a pointer flipped while both versions can write");

/// The rule, as a row of the room's table.
pub static RULE: Rule =
    Rule { codes: &[&NOT_RESTORED, &EVIDENCE_AFTER_FLIP, &CACHE_NOT_ROTATED, &WRITERS_DURING_FLIP], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for rollback in policy.rollbacks.rows() {
        // A pause that names no pipeline is of the one that is rolled back.
        let own = |step: &Step| {
            let mut step = step.clone();
            if let Act::Pause(pipeline) | Act::Resume(pipeline) = &mut step.act {
                pipeline.get_or_insert(rollback.pipeline);
            }
            step
        };
        let (steps, finally) =
            (rollback.steps.iter().map(own).collect::<Vec<_>>(), rollback.finally.iter().map(own).collect());
        let name = format!("rollback `{}`", rollback.name);
        let run = Run { policy, name, steps, finally };
        run.restored(sink);
        run.evidence(sink);
        run.flips(sink);
    }
    for maintenance in policy.maintenances.rows() {
        let steps = maintenance.begin.iter().chain(&maintenance.end).cloned().collect();
        let name = format!("maintenance `{}`", maintenance.name);
        let run = Run { policy, name, steps, finally: maintenance.finally.clone() };
        run.restored(sink);
        run.flips(sink);
    }
}

/// The steps of one rollback or maintenance.
struct Run<'a> {
    policy: &'a Policy,
    name: String,
    steps: Vec<Step>,
    finally: Vec<Step>,
}

impl Run<'_> {
    fn step(&self, at: usize) -> Option<&Step> {
        self.steps.get(at).or_else(|| self.finally.get(at.checked_sub(self.steps.len())?))
    }

    fn restored(&self, sink: &mut Sink) {
        let mut aways: Vec<Away> = self.all().filter_map(|step| walk::takes(&step.act)).collect();
        aways.sort_unstable();
        aways.dedup();
        let ends = End::all(&self.steps);
        for away in aways {
            let found = ends.iter().find_map(|end| {
                walk::taken(&self.steps, &self.finally, *end, away).map(|taker| (*end, taker))
            });
            if let Some((end, taker)) = found {
                sink.extend(self.not_restored(away, end, taker));
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(&self.finally)
    }

    fn not_restored(&self, away: Away, end: End, taker: usize) -> Option<Diagnostic> {
        let taker = self.step(taker)?;
        let (state, back) = words(self.policy, away);
        let message = match end {
            End::Done => format!("{}: {state} when every step is done", self.name),
            End::Incident(at) => {
                format!("{}: {state} when step {} ends in its incident", self.name, at + 1)
            }
            End::Fails(at) => {
                format!("{}: {state} when step {}, `{}`, fails", self.name, at + 1, self.step(at)?.text)
            }
        };
        let mut finding = Diagnostic::new(&NOT_RESTORED, taker.origin.span, message);
        if let End::Incident(at) | End::Fails(at) = end {
            let step = self.step(at)?;
            if step.origin != taker.origin {
                finding = finding.also(step.origin.span, "the steps behind it are not done then");
            }
            let missed = self.steps.iter().skip(at).find(|step| walk::gives(&step.act) == Some(away));
            if let Some(missed) = missed.filter(|missed| missed.origin != step.origin) {
                finding = finding.also(missed.origin.span, "this is never reached");
            }
        }
        let finding = finding.note(self.path(end));
        Some(match end {
            End::Done => finding.help(format!("say `{back}` in `finally`: it is done however the steps end")),
            _ => finding.help(format!(
                "say `{back}` in `finally` too, or there alone: it is done however the steps end"
            )),
        })
    }

    /// The path as numbered steps, each with its line.
    fn path(&self, end: End) -> String {
        let mut text = String::from("the path");
        let mut number = 0;
        let mut add = |step: &Step, how: &str| {
            number += 1;
            let place = self.policy.place(step.origin);
            text.push_str(&format!("\n{number}. {place}: `{}`{how}", step.text));
        };
        for step in self.steps.iter().take(end.done(&self.steps)) {
            add(step, "");
        }
        match end {
            End::Done => {}
            End::Incident(at) => self.steps.get(at).into_iter().for_each(|step| add(step, " never recovers")),
            End::Fails(at) => self.steps.get(at).into_iter().for_each(|step| add(step, " fails")),
        }
        for step in &self.finally {
            add(step, ", finally");
        }
        text
    }

    fn first_flip(&self) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| self.flips_back(&step.act))
    }

    /// The levers of a pull that go back to the version before.
    fn back<'s>(&'s self, act: &'s Act) -> impl Iterator<Item = &'s Lever> {
        let levers = match act {
            Act::Pull { levers, .. } => levers.as_slice(),
            _ => &[],
        };
        let levers = levers.iter().filter_map(|(id, _)| self.policy.levers.rows().get(id.index()));
        levers.filter(|lever| lever.kind == LeverKind::Back)
    }

    fn flips_back(&self, act: &Act) -> bool {
        self.back(act).next().is_some()
    }

    fn evidence(&self, sink: &mut Sink) {
        let Some((at, flip)) = self.first_flip() else { return };
        let capture = self.all().position(|step| matches!(step.act, Act::Capture(_)));
        if capture.is_some_and(|capture| capture < at) {
            return;
        }
        let finding = |message: String| Diagnostic::new(&EVIDENCE_AFTER_FLIP, flip.origin.span, message);
        sink.push(match capture.and_then(|at| self.step(at)) {
            None => finding(format!("{} flips a pointer and never keeps what ran before", self.name))
                .help("say `capture PINS` before it, with the pins of what runs"),
            Some(late) => finding(format!("{} flips a pointer before it keeps what ran before", self.name))
                .also(late.origin.span, "this sees what the flip left")
                .help("move the `capture` before it"),
        });
    }

    fn flips(&self, sink: &mut Sink) {
        self.rotated(sink);
        let Some((at, flip)) = self.first_flip() else { return };
        let frozen = self.steps.iter().take(at).fold(false, |frozen, step| match step.act {
            Act::FreezeWrites => true,
            Act::UnfreezeWrites => false,
            _ => frozen,
        });
        if frozen {
            return;
        }
        let message = format!("{} flips a pointer while writes are taken", self.name);
        let mut finding = Diagnostic::new(&WRITERS_DURING_FLIP, flip.origin.span, message);
        let written = self.all().find(|step| matches!(step.act, Act::FreezeWrites));
        finding = match written {
            Some(late) => finding.also(late.origin.span, "this is not in force then"),
            None => finding,
        };
        sink.push(
            finding
                .note("for as long as the flip takes, both versions write, and an effect can happen twice")
                .help("say `freeze-writes` before it, and `unfreeze-writes` in `finally`"),
        );
    }

    fn rotated(&self, sink: &mut Sink) {
        let needs = |act: &Act| self.back(act).any(|lever| lever.rotates.is_empty());
        let found = End::all(&self.steps)
            .into_iter()
            .find_map(|end| walk::stale(&self.steps, &self.finally, end, needs).map(|pull| (end, pull)));
        let Some((end, pull)) = found else { return };
        let Some(step) = self.step(pull) else { return };
        let lever = self.back(&step.act).find(|lever| lever.rotates.is_empty());
        let name = lever.map_or("", |lever| lever.name.as_str());
        let message = match end {
            End::Done => {
                format!(
                    "{}: `{name}` goes back, and cache keys stay those of the version it leaves",
                    self.name
                )
            }
            End::Incident(at) | End::Fails(at) => format!(
                "{}: `{name}` goes back, and cache keys stay those of the version it leaves when step {} goes wrong",
                self.name,
                at + 1
            ),
        };
        let finding = Diagnostic::new(&CACHE_NOT_ROTATED, step.origin.span, message);
        let finding = match lever {
            Some(lever) => finding.also(lever.origin.span, "it `rotates` nothing by itself"),
            None => finding,
        };
        sink.push(match end {
            End::Done => finding.help("say `rotate-cache` straight after it"),
            _ => finding
                .note(self.path(end))
                .help("move `rotate-cache` straight behind the pull, or say it in `finally`"),
        });
    }
}

/// The state that is left behind, and the step that ends it.
fn words(policy: &Policy, away: Away) -> (String, String) {
    let (state, back) = match away {
        Away::Writes => ("writes stay frozen", "unfreeze-writes"),
        Away::Throttle => ("the throttle stays on", "throttle off"),
        Away::Banner => ("the banner stays up", "banner off"),
        Away::Jobs => ("jobs stay stopped", "start-jobs"),
        Away::Pipeline(pipeline) => {
            let row = pipeline.and_then(|id| policy.pipelines.rows().get(id.index()));
            return match row {
                Some(row) => {
                    (format!("pipeline `{}` stays paused", row.name), format!("resume {}", row.name))
                }
                None => ("the pipeline stays paused".to_owned(), "resume".to_owned()),
            };
        }
    };
    (state.to_owned(), back.to_owned())
}
