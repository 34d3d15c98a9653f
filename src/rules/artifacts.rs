//! What stages make and rely on: one artifact is built once, and what is expected was made before (ledger E6, E7).

use super::stages::with_statement;
use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::graph::{At, Stages};
use crate::policy::{Id, Origin, Pipeline, Policy, StageKind};
use crate::schema::suggest::closest;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

code!(pub ARTIFACT_BUILT_TWICE, Warning, "artifact-built-twice", "one artifact that two stages make");
code!(pub EXPECTS_NOTHING_MADE, Error, "expects-nothing-made", "an artifact that is expected and not made before");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&ARTIFACT_BUILT_TWICE, &EXPECTS_NOTHING_MADE], check };

/// Who makes an artifact, and where that is written.
type Makers<'p> = BTreeMap<&'p str, Vec<(At, Origin)>>;

/// How far back a maker is looked for before the search turns round and marks all that come behind any maker.
const NEAR: usize = 64;

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let stages = Stages::of(subject.policy);
    let mut makers = Makers::new();
    for at in stages.all() {
        for (name, origin) in &stages.stage(at).produces {
            makers.entry(name).or_default().push((at, *origin));
        }
    }
    for (name, made) in &makers {
        twice(subject.policy, &stages, name, made, sink);
    }
    expected(subject, &stages, &makers, sink);
}

/// Two makers in one pipeline, or in two pipelines of one service.
fn twice(policy: &Policy, stages: &Stages<'_>, name: &str, made: &[(At, Origin)], sink: &mut Sink) {
    let mut first: BTreeMap<(Option<usize>, usize), (At, Origin)> = BTreeMap::new();
    for (at, origin) in made {
        let pipeline = stages.pipeline_of(*at);
        // A pipeline of a service shares its artifacts with the service's others; any other keeps them to itself.
        let whose = match policy.pipelines[pipeline].service {
            Some(service) => (Some(service.index()), 0),
            None => (None, pipeline.index()),
        };
        let Some((earlier, place)) = first.get(&whose).copied() else {
            first.insert(whose, (*at, *origin));
            continue;
        };
        let (one, two) = (stages.stage(earlier), stages.stage(*at));
        let message = format!("`{}` and `{}` both make `{name}`", one.name, two.name);
        let tested =
            stages.all_before([*at]).into_iter().find(|at| stages.stage(*at).kind == StageKind::Test);
        let finding = Diagnostic::new(&ARTIFACT_BUILT_TWICE, origin.span, message)
            .label("made again here")
            .also(place.span, "made here first");
        let finding = match tested {
            Some(test) => {
                finding.note(format!("what `{}` tested is then not what runs", stages.stage(test).name))
            }
            None => {
                finding.note("two builds of one source are two artifacts: what was tested is not what runs")
            }
        };
        sink.push(finding.help(
            "build it once and promote the same: let the second `expects` it, or give it another name",
        ));
    }
}

fn expected(subject: &Subject<'_>, stages: &Stages<'_>, makers: &Makers<'_>, sink: &mut Sink) {
    let earlier = around(stages);
    let mut later: BTreeMap<At, Vec<At>> = BTreeMap::new();
    for (at, before) in &earlier {
        for before in before {
            later.entry(*before).or_default().push(*at);
        }
    }
    let mut search = Search { stages, earlier, later, behind: BTreeMap::new() };
    for at in stages.all().filter(|at| stages.can_start(*at)) {
        for (name, origin) in &stages.stage(at).expects {
            let made = makers.get(name.as_str()).map_or(&[][..], Vec::as_slice);
            if !search.comes_after(at, name, made) {
                sink.push(not_made(subject, stages, at, (name, *origin), made, makers));
            }
        }
    }
}

/// What comes before a stage besides its own `after`: for the first stages of a pipeline that is called, all that comes before its
/// caller; for what comes after a caller, all that the called pipeline did.
fn around(stages: &Stages<'_>) -> BTreeMap<At, Vec<At>> {
    let mut around: BTreeMap<At, Vec<At>> = BTreeMap::new();
    for at in stages.all() {
        for (called, _) in &stages.stage(at).calls {
            let own = |called: Id<Pipeline>| stages.of_pipeline(called);
            for first in own(*called).filter(|first| stages.before(*first).is_empty()) {
                around.entry(first).or_default().extend(stages.before(at));
            }
            for behind in stages.after(at) {
                let last = own(*called).filter(|last| stages.after(*last).is_empty());
                around.entry(*behind).or_default().extend(last);
            }
        }
    }
    around
}

struct Search<'a> {
    stages: &'a Stages<'a>,
    earlier: BTreeMap<At, Vec<At>>,
    later: BTreeMap<At, Vec<At>>,
    /// By artifact, every stage that comes after one that makes it.
    behind: BTreeMap<&'a str, BTreeSet<At>>,
}

impl<'a> Search<'a> {
    fn before(&self, at: At) -> impl Iterator<Item = At> + '_ {
        let called = self.earlier.get(&at).into_iter().flatten();
        self.stages.before(at).iter().chain(called).copied()
    }

    /// Whether one that makes the artifact comes before a stage. One that is near is found by walking back; for what is far, all
    /// that comes after a maker is marked, once for each artifact.
    fn comes_after(&mut self, at: At, name: &'a str, made: &[(At, Origin)]) -> bool {
        if made.is_empty() {
            return false;
        }
        if let Some(behind) = self.behind.get(name) {
            return behind.contains(&at);
        }
        let mut seen = BTreeSet::new();
        let mut next = VecDeque::from([at]);
        while let Some(here) = next.pop_front() {
            for before in self.before(here).collect::<Vec<At>>() {
                if made.iter().any(|(maker, _)| *maker == before) {
                    return true;
                }
                if seen.insert(before) {
                    next.push_back(before);
                }
            }
            if seen.len() > NEAR {
                return self.behind(name, made).contains(&at);
            }
        }
        false
    }

    fn behind(&mut self, name: &'a str, made: &[(At, Origin)]) -> &BTreeSet<At> {
        let Self { stages, later, behind, .. } = self;
        behind.entry(name).or_insert_with(|| {
            let mut seen = BTreeSet::new();
            let mut next: Vec<At> = made.iter().map(|(maker, _)| *maker).collect();
            while let Some(at) = next.pop() {
                let called = later.get(&at).into_iter().flatten();
                next.extend(
                    stages.after(at).iter().chain(called).copied().filter(|after| seen.insert(*after)),
                );
            }
            seen
        })
    }
}

fn not_made(
    subject: &Subject<'_>,
    stages: &Stages<'_>,
    at: At,
    (name, origin): (&str, Origin),
    made: &[(At, Origin)],
    makers: &Makers<'_>,
) -> Diagnostic {
    let stage = stages.stage(at);
    let Some((maker, place)) = made.first().copied() else {
        let message = format!("`{}` expects `{name}`, which no stage makes", stage.name);
        let finding = Diagnostic::new(&EXPECTS_NOTHING_MADE, origin.span, message);
        return match closest(name, makers.keys().copied()) {
            Some(near) => finding.fix(format!("write `{near}`"), origin.span, near),
            None => finding.help(format!("let the stage that makes it say `produces {name}`")),
        };
    };
    let other = stages.stage(maker);
    let message =
        format!("`{}` expects `{name}`, which `{}` need not have made by then", stage.name, other.name);
    let finding = Diagnostic::new(&EXPECTS_NOTHING_MADE, origin.span, message)
        .also(place.span, "it is made here")
        .help(format!("let `{}` come after `{}`", stage.name, other.name));
    if stages.pipeline_of(maker) != stages.pipeline_of(at) || maker == at || stages.is_before(at, maker) {
        return finding;
    }
    let title = format!("let it come after `{}`", other.name);
    with_statement(finding, subject.sources, stage.origin, title, &format!("after {}", other.name))
}
