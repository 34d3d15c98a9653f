//! The playbook of a rollback: from symptom to lever, the steps, when it is over, what is looked at afterwards.

use super::page::{Inline, Item, Mark, Page, Part, line};
use super::steps::{Of, heading_source, items, lever};
use super::words::{bounds, name, party, plan, step, time};
use crate::policy::{Id, Lever, LeverKind, Pipeline, Policy, Rollback, StageKind, Symptom};

/// Writes it; nothing where the policy has no rollback.
pub(super) fn write(policy: &Policy, page: &mut Page) {
    if policy.rollbacks.is_empty() {
        return;
    }
    if let Some(owner) = &policy.owner {
        page.heading(2, "Who decides".into());
        page.line(line!["Whoever sees a trigger. In doubt, ask ", party(policy, owner), "."]);
    }
    let symptoms: Vec<Item> = policy
        .rollbacks
        .rows()
        .iter()
        .flat_map(|rollback| &rollback.cases)
        .map(|case| symptom(policy, case))
        .collect();
    if !symptoms.is_empty() {
        page.heading(2, "From symptom to lever".into());
        page.list(Mark::Bullet, symptoms);
    }
    for rollback in policy.rollbacks.rows() {
        one(policy, rollback, page);
    }
    levers(policy, page);
}

fn symptom(policy: &Policy, case: &Symptom) -> Item {
    let title = Inline::said(&case.title).strong();
    let told =
        case.when.as_ref().map_or_else(Inline::default, |when| line![", told by ", Inline::code(&when.text)]);
    let pull = Inline::join(case.pull.iter().map(|(lever, _)| name(&policy.levers[*lever].name)), ", else ");
    let pull = if pull.is_empty() { pull } else { line![": pull ", pull] };
    let notes = case.notes.iter().map(|note| Item::new(Inline::said(note)));
    step(policy, line![title, told, pull], case.origin).with(Part::List(Mark::Bullet, notes.collect()))
}

fn one(policy: &Policy, rollback: &Rollback, page: &mut Page) {
    let pipeline = &policy.pipelines[rollback.pipeline];
    let title = || name(&rollback.name);
    page.heading(2, line!["Rollback ", title()]);
    page.line(Inline::said(&rollback.doc));
    page.line(line![
        "It takes back what pipeline ",
        name(&pipeline.name),
        " brings. ",
        heading_source(policy, rollback.origin)
    ]);
    if !rollback.triggers.is_empty() {
        page.heading(3, line!["When ", title(), " begins"]);
        page.line("As soon as one of these holds:".into());
        page.list(Mark::Bullet, bounds(policy, &rollback.triggers));
    }
    page.heading(3, line!["Steps of ", title()]);
    if !rollback.region_plan.is_empty() {
        page.line(line![
            "All steps in each region, in this order: ",
            plan(policy, &rollback.region_plan, rollback.soak),
            "."
        ]);
    }
    page.list(Mark::Number, items(policy, Of::Rollback(rollback), &rollback.steps));
    if !rollback.finally.is_empty() {
        page.line("However it ended, even where a step failed:".into());
        page.list(Mark::Number, items(policy, Of::Rollback(rollback), &rollback.finally));
    }
    if let Some(recovered) = &rollback.recovered {
        page.heading(3, line!["When ", title(), " is over"]);
        let within = recovered.within.map_or_else(Inline::default, |within| line![", within ", time(within)]);
        page.line(line!["It counts as recovered once this holds", within, ":"]);
        page.list(Mark::Bullet, bounds(policy, [&recovered.when]));
    }
    undo(policy, pipeline, page);
    if !rollback.audit.is_empty() {
        page.heading(3, line!["Audit after ", title()]);
        page.list(
            Mark::Tick,
            rollback.audit.iter().map(|(what, at)| step(policy, name(what), *at)).collect(),
        );
    }
}

/// What stages did beyond traffic, last first: their commands that undo it, or that there is none.
fn undo(policy: &Policy, pipeline: &Pipeline, page: &mut Page) {
    let changes = |kind| matches!(kind, StageKind::Migrate | StageKind::Expand | StageKind::Contract);
    let stages = pipeline.stages.rows().iter().rev();
    let told = stages.filter(|stage| stage.undo.is_some() || changes(stage.kind));
    let items: Vec<Item> = told
        .map(|stage| match &stage.undo {
            Some(undo) => {
                step(policy, line!["Undo stage ", name(&stage.name)], stage.origin).shell(Some(undo))
            }
            None if stage.kind == StageKind::Expand => {
                let said =
                    line!["Leave what stage ", name(&stage.name), " added: the version before works with it"];
                step(policy, said, stage.origin)
            }
            None => step(policy, line!["Stage ", name(&stage.name), " cannot be undone"], stage.origin),
        })
        .collect();
    if !items.is_empty() {
        page.heading(3, line!["Taking back stages of ", name(&pipeline.name)]);
        page.line("Where the lever is not enough, the stages that ran, last first:".into());
        page.list(Mark::Number, items);
    }
}

/// Every lever, those that go back before those that make it bearable, each fastest first.
fn levers(policy: &Policy, page: &mut Page) {
    let sorted = |back: bool| {
        let of_kind = policy.levers.iter().filter(|(_, lever)| (lever.kind == LeverKind::Back) == back);
        let mut found: Vec<(bool, _, Id<Lever>)> =
            of_kind.map(|(id, lever)| (lever.within.is_none(), lever.within, id)).collect();
        found.sort_by_key(|(untimed, within, _)| (*untimed, *within));
        found.into_iter().map(|(_, _, id)| lever(policy, id)).collect::<Vec<_>>()
    };
    for (title, back) in [("Levers, fastest first", true), ("What makes it bearable meanwhile", false)] {
        let items = sorted(back);
        if !items.is_empty() {
            page.heading(2, title.into());
            page.list(Mark::Bullet, items);
        }
    }
}
