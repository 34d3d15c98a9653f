//! What of a policy is drawn: its pipelines, who takes which lock, which file uses which, and what brings a release back.

use super::{Arrangement, Arrow, Group, Line, Node, Picture, Shape};
use crate::emit::escape::visible;
use crate::policy::{Act, Flip, Holding, Id, Pipeline, Policy, Stage, Traffic};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Gives numbers to boxes as they are first spoken of.
#[derive(Debug)]
struct Numbers<K>(BTreeMap<K, usize>);

impl<K: Ord> Numbers<K> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn of(&mut self, key: K) -> usize {
        let next = self.0.len();
        *self.0.entry(key).or_insert(next)
    }
}

type StageKey = (Id<Pipeline>, Id<Stage>);

/// The stages of every pipeline, what comes after what, and which calls which.
pub fn pipelines(policy: &Policy) -> Picture {
    let mut numbers: Numbers<StageKey> = Numbers::new();
    let mut picture = Picture {
        title: format!("Pipelines of {}", visible(&policy.name)),
        about: "Each box is a stage; an arrow leads to the stage that comes after it, a dashed one to a pipeline that is called.".to_owned(),
        ..Picture::default()
    };
    for (id, pipeline) in policy.pipelines.iter() {
        let boxes = pipeline.stages.iter().map(|(at, stage)| Node {
            id: numbers.of((id, at)),
            name: shown(&stage.name),
            lines: stage_lines(policy, pipeline, stage),
            shape: Shape::Step,
        });
        picture.groups.push(Group { title: pipeline_title(policy, pipeline), boxes: boxes.collect() });
    }
    for (id, pipeline) in policy.pipelines.iter() {
        for (at, stage) in pipeline.stages.iter() {
            let to = numbers.of((id, at));
            for after in &stage.after {
                let from = numbers.of((after.pipeline, after.stage));
                picture.arrows.push(Arrow { from, to, text: String::new(), line: Line::Solid });
            }
            for (called, _) in &stage.calls {
                if let Some(first) = policy.pipelines[*called].stages.ids().next() {
                    let (from, to) = (to, numbers.of((*called, first)));
                    picture.arrows.push(Arrow { from, to, text: "calls".to_owned(), line: Line::Dashed });
                }
            }
        }
    }
    picture
}

/// Which stages take which locks, and until when.
pub fn locks(policy: &Policy) -> Picture {
    let mut numbers: Numbers<Result<StageKey, usize>> = Numbers::new();
    let mut picture = Picture {
        title: format!("Locks of {}", visible(&policy.name)),
        about: "Each hexagon is a lock; an arrow leads to it from each stage that takes it, with when it is given back.".to_owned(),
        arrangement: Arrangement::LastBeside,
        ..Picture::default()
    };
    for (id, pipeline) in policy.pipelines.iter() {
        let mut boxes = Vec::new();
        for (at, stage) in pipeline.stages.iter() {
            let own = pipeline.holds.iter().filter(|_| at.index() == 0).map(|(lock, _)| (*lock, None));
            let held = stage.holds.iter().map(|held| (held.lock, Some(held)));
            let takes: Vec<_> = own.chain(held).collect();
            if takes.is_empty() {
                continue;
            }
            let from = numbers.of(Ok((id, at)));
            boxes.push(Node { id: from, name: shown(&stage.name), lines: Vec::new(), shape: Shape::Step });
            for (order, (lock, held)) in takes.iter().enumerate() {
                let to = numbers.of(Err(lock.index()));
                let text = until(pipeline, *held);
                let text = if takes.len() > 1 { format!("{}. {text}", order + 1) } else { text };
                picture.arrows.push(Arrow { from, to, text, line: Line::Solid });
            }
        }
        if !boxes.is_empty() {
            picture.groups.push(Group { title: shown(&pipeline.name), boxes });
        }
    }
    let boxes = policy.locks.iter().map(|(id, lock)| Node {
        id: numbers.of(Err(id.index())),
        name: shown(&lock.name),
        lines: lock.lease.map(|lease| format!("lease {}", lease.show())).into_iter().collect(),
        shape: Shape::Lock,
    });
    picture.groups.push(Group { title: "locks".to_owned(), boxes: boxes.collect() });
    picture
}

/// Which rollback pulls which levers, and which lever comes after which.
pub fn levers(policy: &Policy) -> Picture {
    let mut numbers: Numbers<(bool, usize)> = Numbers::new();
    let mut picture = Picture {
        title: format!("Levers of {}", visible(&policy.name)),
        about: "Each round box is a lever; an arrow leads to it from each rollback that pulls it, a dashed one from the lever that is pulled before it.".to_owned(),
        arrangement: Arrangement::LastBeside,
        ..Picture::default()
    };
    let mut boxes = Vec::new();
    for (id, rollback) in policy.rollbacks.iter() {
        let from = numbers.of((false, id.index()));
        let of = format!("for {}", policy.pipelines[rollback.pipeline].name);
        boxes.push(Node {
            id: from,
            name: shown(&rollback.name),
            lines: vec![visible(&of).into_owned()],
            shape: Shape::Step,
        });
        let mut pulled: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for step in &rollback.steps {
            if let Act::Pull { levers, fastest } = &step.act {
                let text = if *fastest { "fastest" } else { "pulls" };
                for (lever, _) in levers {
                    pulled.entry(lever.index()).or_default().insert(text.to_owned());
                }
            }
        }
        for case in &rollback.cases {
            for (lever, _) in &case.pull {
                pulled.entry(lever.index()).or_default().insert(shown(&case.title));
            }
        }
        for (lever, texts) in pulled {
            let text = texts.into_iter().collect::<Vec<_>>().join(", ");
            picture.arrows.push(Arrow { from, to: numbers.of((true, lever)), text, line: Line::Solid });
        }
    }
    if !boxes.is_empty() {
        picture.groups.push(Group { title: "rollbacks".to_owned(), boxes });
    }
    let mut boxes = Vec::new();
    for (id, lever) in policy.levers.iter() {
        let to = numbers.of((true, id.index()));
        let within = lever.within.map(|within| format!("within {}", within.show()));
        let lines = lever.flips.iter().map(flip).chain(within).collect();
        boxes.push(Node { id: to, name: shown(&lever.name), lines, shape: Shape::Thing });
        for (before, _) in &lever.after {
            let from = numbers.of((true, before.index()));
            picture.arrows.push(Arrow { from, to, text: "before".to_owned(), line: Line::Dashed });
        }
    }
    picture.groups.push(Group { title: "levers".to_owned(), boxes });
    picture
}

/// Which file uses which; `files` are those of the policy and of the library, each with those that it uses.
pub fn imports(policy: &Policy, files: &[(String, Vec<String>)]) -> Picture {
    let mut numbers: Numbers<&str> = Numbers::new();
    let boxes = files.iter().map(|(name, _)| Node {
        id: numbers.of(name),
        name: shown(name),
        lines: Vec::new(),
        shape: if name.starts_with("std/") { Shape::Thing } else { Shape::Step },
    });
    let groups = vec![Group { title: "files".to_owned(), boxes: boxes.collect() }];
    let mut arrows = Vec::new();
    for (name, used) in files {
        for other in used.iter().filter(|other| files.iter().any(|(known, _)| known == *other)) {
            let (from, to) = (numbers.of(name), numbers.of(other));
            arrows.push(Arrow { from, to, text: String::new(), line: Line::Solid });
        }
    }
    Picture {
        title: format!("Files of {}", visible(&policy.name)),
        about:
            "Each box is a file, a round one a file of the library; an arrow leads to each file that it uses."
                .to_owned(),
        groups,
        arrows,
        arrangement: Arrangement::Below,
    }
}

fn shown(text: &str) -> String {
    visible(text).into_owned()
}

fn pipeline_title(policy: &Policy, pipeline: &Pipeline) -> String {
    let service = pipeline.service.map(|service| format!(" for {}", policy.services[service].name));
    let runs = (pipeline.runs > 1).then(|| format!(", {} runs", pipeline.runs));
    let locks: Vec<&str> = pipeline.holds.iter().map(|(lock, _)| policy.locks[*lock].name.as_str()).collect();
    let holds = (!locks.is_empty()).then(|| format!(", holds {}", locks.join(", ")));
    let rest: String = [service, runs, holds].into_iter().flatten().collect();
    shown(&format!("{}{rest}", pipeline.name))
}

fn stage_lines(policy: &Policy, pipeline: &Pipeline, stage: &Stage) -> Vec<String> {
    let mut lines = Vec::new();
    if stage.kind.name() != stage.name {
        lines.push(stage.kind.name().to_owned());
    }
    if stage.approve.is_some() {
        lines.push("asks for approval".to_owned());
    }
    for held in &stage.holds {
        lines.push(format!("holds {} {}", policy.locks[held.lock].name, until(pipeline, Some(held))));
    }
    let hold = stage.hold.map(|hold| format!(", hold {}", hold.show())).unwrap_or_default();
    match &stage.traffic {
        Some(Traffic::Mirror(share)) => lines.push(format!("mirrors {}{hold}", percent(*share))),
        Some(Traffic::Shares(shares)) => {
            let shares: Vec<String> = shares.iter().map(|share| percent(*share)).collect();
            lines.push(format!("{}{hold}", shares.join(", ")));
        }
        None => {}
    }
    let gates: Vec<&str> = stage.gates.iter().map(|(gate, _)| policy.gates[*gate].name.as_str()).collect();
    if !gates.is_empty() {
        lines.push(format!("gate {}", gates.join(", ")));
    }
    for step in &stage.region_plan {
        let regions: Vec<&str> = step.iter().map(|region| policy.regions[*region].name.as_str()).collect();
        lines.push(regions.join(", "));
    }
    lines.into_iter().map(|line| shown(&line)).collect()
}

fn until(pipeline: &Pipeline, held: Option<&Holding>) -> String {
    match held {
        None => "to the end".to_owned(),
        Some(Holding { until: Some(stage), .. }) => shown(&format!("until {}", pipeline.stages[*stage].name)),
        Some(Holding { until: None, .. }) => "while it runs".to_owned(),
    }
}

fn percent(share: Decimal) -> String {
    format!("{}%", (share * Decimal::ONE_HUNDRED).normalize())
}

fn flip(flip: &Flip) -> String {
    shown(format!("{} {}", flip.kind.word(), flip.target.as_deref().unwrap_or("")).trim_end())
}
