//! Small systems of pipelines, with a little of everything that waits.

use crate::build::{Draft, Line, Step};
use opsc::policy::StageKind;
use proptest::prelude::*;
use std::collections::BTreeSet;

const LOCKS: usize = 3;

/// Systems without a circle of `after` alone: such a circle is a mistake in the order, and another rule's.
pub fn draft() -> impl Strategy<Value = Draft> {
    let components = prop::collection::vec(prop::collection::vec(0..2_usize, 0..2), 0..3);
    let lines = prop::collection::vec(line(), 1..4);
    (components, lines)
        .prop_map(|(components, pipelines)| mend(Draft { components, locks: LOCKS, pipelines }))
        .prop_filter("a circle of `after` alone", |draft| !has_order_circle(draft))
}

fn line() -> impl Strategy<Value = Line> {
    let runs = prop_oneof![6 => Just(1_u32), 2 => Just(2), 1 => Just(3)];
    let holds = prop_oneof![
        4 => Just(Vec::new()),
        1 => prop::collection::vec(0..LOCKS, 1..3),
    ];
    let service = prop_oneof![3 => Just(Vec::new()), 1 => Just(vec![0]), 1 => Just(vec![0, 1])];
    (runs, service, holds, prop::collection::vec(step(), 1..4))
        .prop_map(|(runs, service, holds, stages)| Line { runs, service, holds, stages })
}

fn step() -> impl Strategy<Value = Step> {
    let few = |range: std::ops::Range<usize>| prop_oneof![5 => Just(Vec::new()), 1 => prop::collection::vec(range, 1..2)];
    let kind = prop_oneof![
        4 => Just(None),
        1 => Just(Some(StageKind::Migrate)),
        1 => Just(Some(StageKind::Deploy)),
        1 => Just(Some(StageKind::Promote)),
    ];
    let after = prop_oneof![
        2 => Just(Vec::new()),
        3 => Just(vec![(usize::MAX, 0)]),
        1 => (0..3_usize, 0..3_usize).prop_map(|after| vec![after]),
    ];
    let holds = prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec((0..LOCKS, prop::option::weighted(0.4, 0..3_usize)), 1..3),
    ];
    (kind, after, few(0..2), few(0..2), few(0..3), holds).prop_map(
        |(kind, after, needs, starts, calls, holds)| Step { kind, after, needs, starts, calls, holds },
    )
}

/// Names only what there is, calls only what stands below, and waits for the stage before where it says so.
fn mend(mut draft: Draft) -> Draft {
    let components = draft.components.len();
    for (at, needs) in draft.components.iter_mut().enumerate() {
        needs.retain(|below| *below < at);
    }
    let stages: Vec<usize> = draft.pipelines.iter().map(|line| line.stages.len()).collect();
    for (pipeline, line) in draft.pipelines.iter_mut().enumerate() {
        line.service.retain(|component| *component < components);
        for (at, step) in line.stages.iter_mut().enumerate() {
            step.after = step
                .after
                .iter()
                .filter_map(|(other, stage)| match *other {
                    usize::MAX => Some((pipeline, at.checked_sub(1)?)),
                    other if other == pipeline => (*stage < at).then_some((other, *stage)),
                    other => (stage < stages.get(other)?).then_some((other, *stage)),
                })
                .collect();
            step.needs.retain(|component| *component < components);
            step.starts.retain(|component| *component < components);
            step.calls.retain(|called| *called > pipeline && *called < stages.len());
            for (_, until) in &mut step.holds {
                *until = until.filter(|stage| *stage < stages[pipeline]);
            }
        }
    }
    draft
}

fn has_order_circle(draft: &Draft) -> bool {
    let all: Vec<(usize, usize)> = draft
        .pipelines
        .iter()
        .enumerate()
        .flat_map(|(pipeline, line)| (0..line.stages.len()).map(move |stage| (pipeline, stage)))
        .collect();
    let mut done = BTreeSet::new();
    loop {
        let ready = |stage: &(usize, usize)| {
            !done.contains(stage)
                && draft.pipelines[stage.0].stages[stage.1].after.iter().all(|before| done.contains(before))
        };
        let Some(next) = all.iter().copied().find(ready) else { return done.len() < all.len() };
        done.insert(next);
    }
}
