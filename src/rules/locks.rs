//! What is done under a lock that should not be: waiting for a person, and taking longer than its lease.

use super::{Rule, Subject};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Id, Lock, Origin, Pipeline, Policy, Stage, Traffic};
use std::collections::{BTreeMap, BTreeSet};

code!(pub APPROVAL_UNDER_LOCK, Warning, "approval-under-lock", "an approval that is waited for while a lock is held");
code!(pub LEASE_TOO_SHORT, Warning, "lease-too-short", "a lock that is lost before what is done under it is done");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&APPROVAL_UNDER_LOCK, &LEASE_TOO_SHORT], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let callers = callers(policy);
    for (id, pipeline) in policy.pipelines.iter() {
        let shape = Shape::of(id, pipeline);
        for (at, stage) in pipeline.stages.iter() {
            if let Some(seats) = &stage.approve {
                let mut held = shape.held_before(at);
                held.extend(held_by_callers(policy, &callers, id));
                if let Some((lock, origin)) = held.first() {
                    sink.push(under_lock(policy, stage, seats.origin, *lock, *origin));
                }
            }
        }
        for held in shape.holds() {
            too_short(policy, &shape, &held, sink);
        }
    }
}

fn under_lock(policy: &Policy, stage: &Stage, seats: Origin, lock: Id<Lock>, taken: Origin) -> Diagnostic {
    let lock = &policy.locks[lock].name;
    let message = format!(
        "`{}` waits for people while `{lock}` is held: everybody else who takes it waits too",
        stage.name
    );
    Diagnostic::new(&APPROVAL_UNDER_LOCK, seats.span, message)
        .label("waited for here")
        .also(taken.span, format!("`{lock}` is taken here"))
        .help(format!("ask before `{lock}` is taken, or give it back before asking"))
}

/// A lock that a pipeline takes, from one stage to another.
struct Held {
    lock: Id<Lock>,
    origin: Origin,
    from: Id<Stage>,
    /// None: to the end of the last.
    until: Option<Id<Stage>>,
}

/// A pipeline with the order of its own stages.
struct Shape<'p> {
    pipeline: &'p Pipeline,
    /// By stage, the stages of the pipeline that it directly comes after.
    before: Vec<Vec<Id<Stage>>>,
    first: Option<Id<Stage>>,
}

impl<'p> Shape<'p> {
    fn of(id: Id<Pipeline>, pipeline: &'p Pipeline) -> Self {
        let own = |stage: &Stage| -> Vec<Id<Stage>> {
            stage.after.iter().filter(|after| after.pipeline == id).map(|after| after.stage).collect()
        };
        let before: Vec<Vec<Id<Stage>>> = pipeline.stages.rows().iter().map(own).collect();
        let first =
            pipeline.stages.ids().zip(&before).find(|(_, before)| before.is_empty()).map(|(id, _)| id);
        Self { pipeline, before, first }
    }

    fn holds(&self) -> Vec<Held> {
        let own = self.pipeline.holds.iter().filter_map(|(lock, origin)| {
            Some(Held { lock: *lock, origin: *origin, from: self.first?, until: None })
        });
        let stages = self.pipeline.stages.iter().flat_map(|(from, stage)| {
            stage.holds.iter().map(move |held| Held {
                lock: held.lock,
                origin: held.origin,
                from,
                until: Some(held.until.unwrap_or(from)),
            })
        });
        own.chain(stages).collect()
    }

    /// The stages that are finished when this one begins.
    fn earlier(&self, stage: Id<Stage>) -> BTreeSet<Id<Stage>> {
        let mut found = BTreeSet::new();
        let mut next = vec![stage];
        while let Some(stage) = next.pop() {
            let before = self.before.get(stage.index()).into_iter().flatten().copied();
            next.extend(before.filter(|stage| found.insert(*stage)));
        }
        found
    }

    /// The locks that are surely held when this stage begins, before it takes its own.
    fn held_before(&self, stage: Id<Stage>) -> Vec<(Id<Lock>, Origin)> {
        let earlier = self.earlier(stage);
        let is_open = |held: &Held| {
            earlier.contains(&held.from) && held.until.is_none_or(|until| !earlier.contains(&until))
        };
        self.holds().into_iter().filter(is_open).map(|held| (held.lock, held.origin)).collect()
    }

    /// The longest way from the start of one stage to the end of another, and the stages on it; none where they are not one behind the other.
    fn longest(&self, from: Id<Stage>, until: Option<Id<Stage>>) -> Option<(Elapsed, Vec<Id<Stage>>)> {
        if until == Some(from) {
            return Some((duration(&self.pipeline.stages[from]), vec![from]));
        }
        let mut best: BTreeMap<Id<Stage>, (i64, Option<Id<Stage>>)> = BTreeMap::new();
        let mut open: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut behind: BTreeMap<Id<Stage>, Vec<Id<Stage>>> = BTreeMap::new();
        for (stage, before) in self.pipeline.stages.ids().zip(&self.before) {
            before.iter().for_each(|earlier| behind.entry(*earlier).or_default().push(stage));
        }
        let roots = self.pipeline.stages.ids().zip(&self.before).filter(|(_, before)| before.is_empty());
        let mut next: Vec<Id<Stage>> = roots.map(|(stage, _)| stage).collect();
        while let Some(stage) = next.pop() {
            let before = self.before.get(stage.index()).into_iter().flatten();
            let longest = before.filter_map(|earlier| Some((best.get(earlier)?.0, *earlier))).max();
            let own = duration(&self.pipeline.stages[stage]).as_seconds();
            match longest {
                _ if stage == from => drop(best.insert(stage, (own, None))),
                Some((sum, earlier)) => drop(best.insert(stage, (sum.saturating_add(own), Some(earlier)))),
                None => {}
            }
            for later in behind.get(&stage).into_iter().flatten() {
                if let Some(open) = open.get_mut(later.index()) {
                    *open -= 1;
                    if *open == 0 {
                        next.push(*later);
                    }
                }
            }
        }
        let end = match until {
            Some(until) => until,
            None => *best.iter().max_by_key(|(stage, (sum, _))| (*sum, **stage))?.0,
        };
        let sum = best.get(&end)?.0;
        let mut way = Vec::new();
        let mut at = Some(end);
        while let Some(stage) = at {
            way.push(stage);
            at = best.get(&stage)?.1;
        }
        way.reverse();
        Some((Elapsed::seconds(sum), way))
    }
}

/// How long a stage may take: its timeout, else what its holds and soaks come to.
fn duration(stage: &Stage) -> Elapsed {
    if let Some((timeout, _)) = stage.timeout {
        return timeout;
    }
    let shares = match &stage.traffic {
        Some(Traffic::Shares(shares)) => shares.len().max(1),
        _ => 1,
    };
    let steps = stage.region_plan.len().max(1);
    let times = |elapsed: Option<Elapsed>, count: usize| {
        elapsed.map_or(0, Elapsed::as_seconds).saturating_mul(i64::try_from(count).unwrap_or(i64::MAX))
    };
    Elapsed::seconds(
        times(stage.hold, shares.saturating_mul(steps)).saturating_add(times(stage.soak, steps - 1)),
    )
}

fn too_short(policy: &Policy, shape: &Shape<'_>, held: &Held, sink: &mut Sink) {
    let lock = &policy.locks[held.lock];
    let Some(lease) = lock.lease else { return };
    let Some((longest, way)) = shape.longest(held.from, held.until).filter(|(longest, _)| *longest > lease)
    else {
        return;
    };
    let message = format!(
        "`{}` is lost after {}, and what is done under it may take {}",
        lock.name,
        lease.show(),
        longest.show()
    );
    let mut finding = Diagnostic::new(&LEASE_TOO_SHORT, held.origin.span, message).label("taken here");
    for stage in way.iter().map(|stage| &shape.pipeline.stages[*stage]) {
        let own = duration(stage);
        if own > Elapsed::seconds(0) {
            finding = finding.also(stage.origin.span, format!("`{}` may take {}", stage.name, own.show()));
        }
    }
    sink.push(
        finding
            .also(lock.origin.span, format!("its lease is {}", lease.show()))
            .note("once it is lost another may take it, and both work at once")
            .help(format!("give it a lease of at least {}, or hold it for less", longest.show())),
    );
}

/// The stages that call each pipeline.
type Callers = BTreeMap<Id<Pipeline>, Vec<(Id<Pipeline>, Id<Stage>)>>;

fn callers(policy: &Policy) -> Callers {
    let mut callers = Callers::new();
    for (id, pipeline) in policy.pipelines.iter() {
        for (at, stage) in pipeline.stages.iter() {
            for (called, _) in &stage.calls {
                callers.entry(*called).or_default().push((id, at));
            }
        }
    }
    callers
}

/// The locks that are held while a pipeline is called, and while what calls it is.
fn held_by_callers(policy: &Policy, callers: &Callers, called: Id<Pipeline>) -> Vec<(Id<Lock>, Origin)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::from([called]);
    let mut next = vec![called];
    while let Some(called) = next.pop() {
        for (caller, stage) in callers.get(&called).into_iter().flatten() {
            let shape = Shape::of(*caller, &policy.pipelines[*caller]);
            found.extend(shape.held_before(*stage));
            let own = shape.holds().into_iter().filter(|held| held.from == *stage);
            found.extend(own.map(|held| (held.lock, held.origin)));
            if seen.insert(*caller) {
                next.push(*caller);
            }
        }
    }
    found
}
