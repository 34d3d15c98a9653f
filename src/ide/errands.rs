//! What an editor can have done for a declaration: a test run, a proof tried, the next slot of a release found.

use super::Analysis;
use crate::calendar::{Instant, Zone};
use crate::decide::{Change, Context};
use crate::diag::Diagnostic;
use crate::policy::Policy;
use crate::render::schedule::{self, Shown};
use crate::render::{self, Paint};
use crate::schedule::{Hours, Planning};
use crate::schema::Author;
use crate::source::{FileId, Span};
use crate::syntax::tree::{ExprKind, NodeKind};
use crate::verify;
use crate::verify::prove::{Proved, prove};
use std::ops::ControlFlow;

/// Does an errand for the declaration of this name, at an instant, as long as the last lets it; nothing where there is no such
/// declaration.
pub type Run = fn(&Policy, &str, Instant, &mut dyn FnMut() -> ControlFlow<()>) -> Option<Done>;

/// A sort of errand: a row of [`ERRANDS`].
#[derive(Debug)]
pub struct Errand {
    /// The keyword of the declarations that it is for.
    pub keyword: &'static str,
    /// What it is called in front of such a declaration; nothing where that has to be found out first.
    pub title: Option<&'static str>,
    /// Does it.
    pub run: Run,
}

/// What came of an errand.
#[derive(Debug, Clone)]
pub struct Done {
    /// Whether it is as the author says.
    pub is_well: bool,
    /// What came of it, in a line.
    pub summary: String,
    /// All of it, for people; empty where the summary is all.
    pub text: String,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
}

/// Every sort of errand.
pub static ERRANDS: &[Errand] = &[
    Errand { keyword: "test", title: Some("run test"), run: test },
    Errand { keyword: "prove", title: Some("prove"), run: proof },
    Errand { keyword: "release", title: None, run: release },
];

/// An errand that a declaration of a file offers.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    /// What can be done.
    pub errand: &'static Errand,
    /// The name or title of the declaration.
    pub name: &'a str,
    /// Where the name stands.
    pub span: Span,
}

/// What the declarations of a file offer, in order. Nothing of the library's: it is tested where it is made.
pub fn errands(analysis: &Analysis, file: FileId) -> Vec<Offered<'_>> {
    let module = analysis.module(file).filter(|module| module.author == Author::Policy);
    let nodes = module.map_or(&[][..], |module| &module.tree.nodes);
    let offered = nodes.iter().filter_map(|node| {
        let NodeKind::Entry(entry) = &node.kind else { return None };
        let errand = ERRANDS.iter().find(|errand| errand.keyword == entry.word.text)?;
        let first = entry.head.as_ref()?.phrase().first()?;
        let name = match &first.kind {
            ExprKind::Word(name) | ExprKind::Text(name) => name,
            _ => return None,
        };
        Some(Offered { errand, name, span: first.span })
    });
    offered.collect()
}

/// Runs the tests of this name.
fn test(policy: &Policy, name: &str, _: Instant, _: &mut dyn FnMut() -> ControlFlow<()>) -> Option<Done> {
    let runs = verify::run(policy);
    let run = runs.iter().find(|run| run.test.name == name)?;
    let findings: Vec<Diagnostic> = run.failures().cloned().collect();
    let (compared, failed) = (run.compared(), findings.len());
    let summary = match failed {
        0 => format!("test `{name}` passed: {}", render::count(compared, "answer")),
        _ => {
            format!("test `{name}` failed: {failed} of {} not as expected", render::count(compared, "answer"))
        }
    };
    let text = findings.iter().map(in_words).collect::<Vec<_>>().join("\n");
    Some(Done { is_well: findings.is_empty(), summary, text, findings })
}

/// Tries a proof, as long as `pulse` lets it.
fn proof(
    policy: &Policy,
    name: &str,
    _: Instant,
    pulse: &mut dyn FnMut() -> ControlFlow<()>,
) -> Option<Done> {
    let runs = prove(policy, |proof| proof.name == name, &mut |_, _| pulse());
    let run = runs.first()?;
    let findings: Vec<Diagnostic> = run.finding(policy).into_iter().collect();
    let summary = match findings.first() {
        None => format!("proof `{name}` holds in each of {} stretches of time", run.stretches),
        Some(finding) => finding.message.clone(),
    };
    let text = findings.iter().map(in_words).collect::<Vec<_>>().join("\n");
    Some(Done { is_well: matches!(run.proved, Proved::Holds), summary, text, findings })
}

/// Finds the earliest schedule of a release, as `opsc next` does.
fn release(
    policy: &Policy,
    name: &str,
    now: Instant,
    _: &mut dyn FnMut() -> ControlFlow<()>,
) -> Option<Done> {
    let id = policy.releases.find(name)?;
    let (change, context) = (Change::default(), Context::at(now));
    let planning = Planning { id, change: &change, context: &context, hours: Hours::OffPeak, done: &[] };
    let found = planning.itinerary(policy);
    let shown = Shown { policy, id, found: &found, from: now };
    Some(Done {
        is_well: found.plan.is_ok(),
        summary: format!("release `{name}`: {}", next_slot(policy, name, now)?),
        text: schedule::text(&shown, Paint::Plain),
        findings: Vec::new(),
    })
}

/// When a release can start at the earliest, in a few words. Cheaper than its whole schedule: what else could be done is not
/// looked for.
pub fn next_slot(policy: &Policy, name: &str, now: Instant) -> Option<String> {
    let id = policy.releases.find(name)?;
    let (change, context) = (Change::default(), Context::at(now));
    let planning = Planning { id, change: &change, context: &context, hours: Hours::OffPeak, done: &[] };
    let at_any_hour = |_| Planning { hours: Hours::Any, ..planning }.earliest(policy);
    let plan = planning.earliest(policy).or_else(at_any_hour);
    let first = policy.releases[id].region_plan.iter().flatten().next().copied();
    let zone = first.map_or(Zone::UTC, |region| policy.place_of(Some(region)).zone);
    Some(match plan {
        Ok(plan) if plan.start == now => "next slot: now".to_owned(),
        Ok(plan) => format!("next slot: {}", zone.show(plan.start, now)),
        Err(_) => "no slot within 400 days".to_owned(),
    })
}

/// A finding as one line and one for each note.
fn in_words(finding: &Diagnostic) -> String {
    let notes = finding.notes.iter().map(|note| format!("\n  {note}"));
    std::iter::once(finding.message.clone()).chain(notes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::read;

    const POLICY: &str = "policy p { language 1 }\nregion eu { zone \"Europe/Dublin\" }\ntier T1\nfreeze hard { block T1 }\nwindow w : hard { during 2025-06-01T00:00Z .. 2025-06-03T08:00Z }\n";

    /// What is offered before the declarations of a policy, and what comes of it.
    #[track_caller]
    fn check(more: &str, expected: &[&str]) {
        let analysis = read(&[("main.ops", &format!("{POLICY}{more}"))]);
        assert!(analysis.is_sound(), "{:?}", analysis.diagnostics);
        let policy = analysis.policy().unwrap();
        let file = analysis.sources.find("main.ops").unwrap();
        let shown: Vec<String> = errands(&analysis, file)
            .iter()
            .map(|offered| {
                let pulse = &mut || ControlFlow::Continue(());
                let done = (offered.errand.run)(policy, offered.name, analysis.now, pulse).unwrap();
                let line = analysis.sources.position(offered.span).line;
                format!("{line}: {} {}", done.summary, if done.is_well { "" } else { "(!)" })
                    .trim_end()
                    .to_owned()
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn tests_are_run_by_name() {
        check(
            "test \"closed\" { given tier T1; given at 2025-06-02T00:00Z; expect blocked }\ntest \"open\" { given tier T1; given at 2025-06-02T00:00Z; expect allowed }\n",
            &[
                "6: test `closed` passed: 1 answer",
                "7: test `open` failed: 1 of 1 answer not as expected (!)",
            ],
        );
    }

    #[test]
    fn the_next_slot_is_when_the_calendar_opens() {
        check(
            "release r : T1 { regions eu }\n",
            &["6: release `r`: next slot: Tue 3 Jun 09:00 Dublin (08:00Z)"],
        );
    }

    #[test]
    fn a_broken_policy_still_offers_what_can_be_read() {
        let analysis =
            read(&[("main.ops", "policy p { language 1 }\ntest \"x\" {\nrelease : T1 {}\nprove y\n")]);
        let file = analysis.sources.find("main.ops").unwrap();
        let names: Vec<&str> = errands(&analysis, file).iter().map(|offered| offered.name).collect();
        assert_eq!(names, ["x", "y"]);
    }
}
