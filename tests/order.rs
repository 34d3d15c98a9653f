//! The order of stages against slow readings of it: circles by all distances, overlaps by every state a run can be in; and chains so
//! long that nothing may recurse.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test says what is wrong by panicking")]

use opsc::calendar::Instant;
use opsc::diag::{Habit, Sink};
use opsc::graph::{Stages, Thing, cycles};
use opsc::policy::{After, Policy, load};
use opsc::rules::{self, RULES, Subject};
use opsc::source::Sources;
use opsc::world::MemoryWorld;
use proptest::prelude::*;
use std::collections::BTreeSet;
use support::law;

mod support;

const FAR: usize = usize::MAX / 4;

/// Pipelines of stages, each with the stages (pipeline, stage) it comes after; and what each component needs.
#[derive(Debug, Clone)]
struct System {
    pipelines: Vec<Vec<Vec<(usize, usize)>>>,
    needs: Vec<Vec<usize>>,
}

impl System {
    fn text(&self) -> String {
        let mut text = "policy p { language 1 }\n".to_owned();
        for (at, needs) in self.needs.iter().enumerate() {
            let needs: String = needs.iter().map(|needed| format!("needs c{needed}; ")).collect();
            text.push_str(&format!("component c{at} {{ {needs} }}\n"));
        }
        for (at, stages) in self.pipelines.iter().enumerate() {
            text.push_str(&format!("pipeline p{at} {{\n"));
            for (number, after) in stages.iter().enumerate() {
                let after: String = after
                    .iter()
                    .map(|(pipeline, stage)| format!("after s{stage} of p{pipeline}; "))
                    .collect();
                text.push_str(&format!("  stage s{number} : build {{ {after} }}\n"));
            }
            text.push_str("}\n");
        }
        text
    }

    fn policy(&self) -> Policy {
        load(&MemoryWorld::at(0).with_file("main.ops", self.text()), "main.ops").unwrap().policy.unwrap()
    }

    /// Nodes: the stages of each pipeline in turn, then the components.
    fn node(&self, thing: Thing) -> usize {
        let stages = |upto: usize| self.pipelines[..upto].iter().map(Vec::len).sum::<usize>();
        match thing {
            Thing::Stage(pipeline, stage) => stages(pipeline.index()) + stage.index(),
            Thing::Component(component) => stages(self.pipelines.len()) + component.index(),
            other => unreachable!("{other:?}"),
        }
    }

    /// The length of the shortest way from each node to each, of at least one arrow.
    fn distances(&self) -> Vec<Vec<usize>> {
        let first: Vec<usize> = (0..=self.pipelines.len())
            .map(|upto| self.pipelines[..upto].iter().map(Vec::len).sum())
            .collect();
        let count = first[self.pipelines.len()] + self.needs.len();
        let mut far = vec![vec![FAR; count]; count];
        for (at, stages) in self.pipelines.iter().enumerate() {
            for (number, after) in stages.iter().enumerate() {
                for (pipeline, stage) in after {
                    far[first[at] + number][first[*pipeline] + stage] = 1;
                }
            }
        }
        for (at, needs) in self.needs.iter().enumerate() {
            for needed in needs {
                far[first[self.pipelines.len()] + at][first[self.pipelines.len()] + needed] = 1;
            }
        }
        for by in 0..count {
            for from in 0..count {
                for to in 0..count {
                    far[from][to] = far[from][to].min(far[from][by] + far[by][to]);
                }
            }
        }
        far
    }
}

fn systems() -> impl Strategy<Value = System> {
    let shape = (prop::collection::vec(1..5usize, 1..4), 0..4usize);
    shape.prop_flat_map(|(sizes, components)| {
        let places: Vec<(usize, usize)> = sizes
            .iter()
            .enumerate()
            .flat_map(|(at, size)| (0..*size).map(move |stage| (at, stage)))
            .collect();
        let after = prop::collection::btree_set(prop::sample::select(places.clone()), 0..3);
        let pipelines: Vec<_> =
            sizes.iter().map(|size| prop::collection::vec(after.clone(), *size)).collect();
        let needs =
            prop::collection::vec(prop::collection::btree_set(0..components.max(1), 0..3), components);
        (pipelines, needs).prop_map(|(pipelines, needs)| {
            let own = |at: usize, number: usize, after: BTreeSet<(usize, usize)>| -> Vec<(usize, usize)> {
                after.into_iter().filter(|other| *other != (at, number)).collect()
            };
            let stages = |(at, stages): (usize, Vec<BTreeSet<(usize, usize)>>)| -> Vec<Vec<(usize, usize)>> {
                stages.into_iter().enumerate().map(|(number, after)| own(at, number, after)).collect()
            };
            System {
                pipelines: pipelines.into_iter().enumerate().map(stages).collect(),
                needs: needs.into_iter().map(|needs| needs.into_iter().collect()).collect(),
            }
        })
    })
}

proptest! {
    #![proptest_config(law(2000))]

    #[test]
    fn each_knot_has_its_shortest_cycle_and_nothing_else_has_one(system in systems()) {
        let far = system.distances();
        let knots: BTreeSet<BTreeSet<usize>> = (0..far.len())
            .filter(|node| far[*node][*node] < FAR)
            .map(|node| (0..far.len()).filter(|other| far[node][*other] + far[*other][node] < FAR).collect())
            .collect();
        let policy = system.policy();
        let found = cycles(&policy);
        let mut met = BTreeSet::new();
        for cycle in &found {
            let nodes: Vec<usize> = cycle.iter().map(|arrow| system.node(arrow.from)).collect();
            for (arrow, next) in cycle.iter().zip(cycle.iter().cycle().skip(1)) {
                prop_assert_eq!(arrow.to, next.from);
                prop_assert_eq!(far[system.node(arrow.from)][system.node(arrow.to)], 1);
            }
            let knot = knots.iter().find(|knot| nodes.iter().all(|node| knot.contains(node)));
            prop_assert!(knot.is_some());
            let knot = knot.unwrap();
            prop_assert_eq!(cycle.len(), knot.iter().map(|node| far[*node][*node]).min().unwrap());
            prop_assert!(met.insert(knot.clone()), "a knot is told twice");
        }
        prop_assert_eq!(met, knots);
    }

    #[test]
    fn before_is_what_every_way_says(system in systems()) {
        let far = system.distances();
        let policy = system.policy();
        let stages = Stages::of(&policy);
        let turns = |node: usize| far[node][node] < FAR;
        for one in stages.all() {
            let waits: Vec<usize> = (0..far.len()).filter(|other| far[one as usize][*other] < FAR).collect();
            prop_assert_eq!(stages.can_start(one), !turns(one as usize) && !waits.iter().any(|other| turns(*other)));
            for other in stages.all().filter(|other| stages.can_start(*other) && stages.can_start(one)) {
                prop_assert_eq!(stages.is_before(other, one), far[one as usize][other as usize] < FAR);
            }
        }
        // The same of all pairs at once: there are fewer stages than marks.
        let all: Vec<u32> = stages.all().collect();
        let (before, after) = (stages.marks_before(&all), stages.marks_after(&all));
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (*one, *other))) {
            let comes_first = stages.is_before(other, one) || (one == other && stages.can_start(one));
            prop_assert_eq!(before.of(one) >> other & 1 == 1, comes_first);
            prop_assert_eq!(after.of(other) >> one & 1 == 1, comes_first);
        }
    }
}

/// One pipeline whose stages are migrations and deploys, and what each comes after: earlier ones alone.
fn mixed() -> impl Strategy<Value = Vec<(bool, Vec<usize>)>> {
    let stage = |at: usize| (any::<bool>(), prop::collection::btree_set(0..at.max(1), 0..3));
    (2..7usize).prop_flat_map(move |count| (0..count).map(stage).collect::<Vec<_>>()).prop_map(|stages| {
        let own = |(at, (deploys, after)): (usize, (bool, BTreeSet<usize>))| {
            (deploys, after.into_iter().filter(|before| *before < at).collect())
        };
        stages.into_iter().enumerate().map(own).collect()
    })
}

proptest! {
    #![proptest_config(law(1000))]

    #[test]
    fn a_migration_and_a_deploy_overlap_where_some_run_has_both_under_way(stages in mixed()) {
        let mut text = "policy p { language 1 }\npipeline web {\n".to_owned();
        for (at, (deploys, after)) in stages.iter().enumerate() {
            let kind = if *deploys { "deploy" } else { "migrate" };
            let after: String = after.iter().map(|before| format!("after s{before}; ")).collect();
            text.push_str(&format!("  stage s{at} : {kind} {{ {after}undo \"u\"; timeout 1m }}\n"));
        }
        text.push_str("}\n");
        let checked = rules::check(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops", Habit::Always).unwrap();
        let found = checked.diagnostics.iter().any(|finding| finding.code.name == "migrate-beside-deploy");
        // A run is the set of stages that are finished; what could start now is under way together.
        let count = stages.len();
        let mut states = BTreeSet::from([0_u32]);
        let mut next = vec![0_u32];
        let mut overlaps = false;
        while let Some(done) = next.pop() {
            let is_done = |at: usize| done & (1 << at) != 0;
            let open: Vec<usize> =
                (0..count).filter(|at| !is_done(*at) && stages[*at].1.iter().all(|before| is_done(*before))).collect();
            overlaps |= open.iter().any(|one| open.iter().any(|other| stages[*one].0 && !stages[*other].0));
            next.extend(open.iter().map(|at| done | (1 << at)).filter(|state| states.insert(*state)));
        }
        prop_assert_eq!(found, overlaps);
    }
}

/// Looking at each pair by itself would take the cube of the stages: hours.
#[test]
fn a_long_pipeline_of_migrations_and_deploys_is_swept() {
    let count = 3_000;
    let mut text = "policy p { language 1 }\npipeline web {\n".to_owned();
    for at in 0..count {
        let kind = if at % 2 == 0 { "migrate" } else { "deploy" };
        // The last deploy waits for all but the migration before it.
        let after = match at {
            0 => String::new(),
            _ if at == count - 1 => format!("after s{}; ", at - 2),
            _ => format!("after s{}; ", at - 1),
        };
        text.push_str(&format!("  stage s{at} : {kind} {{ {after}undo \"u\"; timeout 1m }}\n"));
    }
    text.push_str("}\n");
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    let found = rules::check(&world, "main.ops", Habit::Always).unwrap().diagnostics;
    let beside: Vec<&str> = found
        .iter()
        .filter(|finding| finding.code.name == "migrate-beside-deploy")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(beside, [format!("`s{}` and `s{}` may run at once", count - 2, count - 1)]);
}

/// A policy whose one pipeline is a chain of so many stages, each making what the next expects and the last what all do.
fn chain(length: usize) -> (Policy, Sources) {
    let text =
        "policy p { language 1 }\nlock l\npipeline web { stage first : verify { run \"x\"; timeout 1h } }\n";
    let loaded = load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap();
    let mut policy = loaded.policy.unwrap();
    let pipeline = policy.pipelines.ids().next().unwrap();
    let row = policy.pipelines.get_mut(pipeline).unwrap();
    let first = row.stages.ids().next().unwrap();
    let model = row.stages[first].clone();
    row.stages.get_mut(first).unwrap().produces =
        vec![("base".to_owned(), model.origin), ("a0".to_owned(), model.origin)];
    let mut last = first;
    for number in 1..length {
        let mut stage = model.clone();
        stage.name = format!("s{number}");
        stage.after = vec![After { pipeline, stage: last, origin: model.origin }];
        stage.produces = vec![(format!("a{number}"), model.origin)];
        stage.expects = vec![(format!("a{}", number - 1), model.origin), ("base".to_owned(), model.origin)];
        last = row.stages.push(stage);
    }
    (policy, loaded.sources)
}

#[test]
fn a_chain_of_a_hundred_thousand_stages_is_looked_at_on_a_small_stack() {
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    let looked = small.spawn(|| {
        let (mut policy, sources) = chain(100_000);
        let all = |policy: &Policy| {
            let mut sink = Sink::new();
            for rule in RULES {
                let now = Instant::from_unix(0);
                (rule.check)(&Subject { policy, sources: &sources, modules: &[], now }, &mut sink);
            }
            sink.found().iter().map(|finding| finding.code.name).collect::<Vec<_>>()
        };
        assert_eq!(all(&policy), Vec::<&str>::new());
        // The last stage before the first: the whole chain is one circle.
        let pipeline = policy.pipelines.ids().next().unwrap();
        let row = policy.pipelines.get_mut(pipeline).unwrap();
        let (first, last) = (row.stages.ids().next().unwrap(), row.stages.ids().next_back().unwrap());
        let origin = row.origin;
        row.stages.get_mut(first).unwrap().after = vec![After { pipeline, stage: last, origin }];
        assert_eq!(all(&policy), ["order-cycle"]);
        assert_eq!(cycles(&policy)[0].len(), 100_000);
    });
    looked.unwrap().join().unwrap();
}
