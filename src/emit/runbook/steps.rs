//! The steps of a rollback or a maintenance, each as one does it by hand.

use super::page::{Inline, Item, Mark, Part, line};
use super::words::{ask, components, gate, name, names, party, source, step, time, wording};
use crate::policy::{
    Act, FlagKind, Flip, FlipKind, Id, Lever, LeverKind, Maintenance, Origin, Pipeline, Policy, Rollback,
    Step, Switch,
};

/// Whose steps they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of<'a> {
    /// A rollback's
    Rollback(&'a Rollback),
    /// A maintenance's
    Maintenance(&'a Maintenance),
}

/// Steps as items of a list.
pub(super) fn items(policy: &Policy, of: Of<'_>, steps: &[Step]) -> Vec<Item> {
    steps.iter().map(|done| item(policy, of, done)).collect()
}

fn item(policy: &Policy, of: Of<'_>, done: &Step) -> Item {
    let plain = |said: Inline| step(policy, said, done.origin);
    match &done.act {
        Act::Capture(pins) => {
            let versions = pins.iter().flat_map(|pins| &policy.pins[*pins].has);
            plain(line![
                "Capture what runs, and keep it for the postmortem: write down ",
                names(versions.map(String::as_str)),
            ])
        }
        Act::FreezeWrites => plain(line!["Refuse writes", flag(policy, of, ": turn on "), ". Only one writer may be left"]),
        Act::UnfreezeWrites => plain(line!["Take writes again", flag(policy, of, ": turn off ")]),
        Act::Pause(pipeline) => plain(line!["Pause ", whose(policy, of, *pipeline), ": no further step of it"]),
        Act::Resume(pipeline) => plain(line!["Let ", whose(policy, of, *pipeline), " go on"]),
        Act::Pull { levers, fastest } => pull(policy, done, levers, *fastest),
        Act::RotateCache => plain("Rotate the cache's namespace, so that no answer of the old version is served. Delete nothing in place".into()),
        Act::WarmCache => plain("Warm the cache".into()),
        Act::Throttle(Switch::On) => plain("Turn throttling on".into()),
        Act::Throttle(Switch::Off) => plain("Turn throttling off".into()),
        Act::Banner(Switch::On) => banner(policy, of, plain("Put the banner up, and the same words on the status page".into())),
        Act::Banner(Switch::Off) => plain("Take the banner down, and purge its cached copies".into()),
        Act::Hold { least, recovered: None } => plain(line!["Wait ", time(*least)]),
        Act::Hold { least, recovered: Some((most, severity)) } => {
            let incident = match severity {
                Some(severity) => line!["open an incident of severity ", name(&policy.severities[*severity].name), " and stop here"],
                None => "stop here and ask for help".into(),
            };
            plain(line![
                "Wait at least ", time(*least), ", then until it counts as recovered (see below). Not recovered after ", time(*most), ": ", incident,
            ])
        }
        Act::Verify(gates) => plain("These must pass".into())
            .with(Part::List(Mark::Bullet, gates.iter().map(|(id, _)| gate(policy, *id)).collect())),
        Act::Alert(who) => plain(line!["Tell ", party(policy, who)]),
        Act::Run(command) => plain("Run this".into()).with(Part::Shell(command.clone())),
        Act::StopJobs => jobs(policy, of, plain("Stop the jobs that write by themselves, and the scheduler that starts them".into())),
        Act::StartJobs => jobs(policy, of, plain("Start again the jobs that write by themselves".into())),
        Act::Notice(words) => plain("Publish this".into()).with(wording(policy, words)),
        Act::Backfill => plain(line!["Carry out the writes that were queued", queues(of)]),
    }
}

/// The flag that refuses writes, where one is declared.
fn flag(policy: &Policy, of: Of<'_>, before: &'static str) -> Inline {
    let said = match of {
        Of::Maintenance(maintenance) => maintenance.flag.map(|(flag, _)| &policy.flags[flag]),
        Of::Rollback(_) => None,
    };
    let known = said.or_else(|| policy.flags.rows().iter().find(|flag| flag.kind == FlagKind::ReadOnly));
    known.map_or_else(Inline::default, |flag| line![before, "flag ", name(&flag.name)])
}

fn whose(policy: &Policy, of: Of<'_>, pipeline: Option<Id<Pipeline>>) -> Inline {
    let own = match of {
        Of::Rollback(rollback) => Some(rollback.pipeline),
        Of::Maintenance(_) => None,
    };
    match pipeline.or(own) {
        Some(pipeline) => line!["pipeline ", name(&policy.pipelines[pipeline].name)],
        None => "every pipeline".into(),
    }
}

fn banner(policy: &Policy, of: Of<'_>, item: Item) -> Item {
    match of {
        Of::Maintenance(Maintenance { banner: Some(banner), .. }) => item.with(wording(policy, &banner.says)),
        Of::Maintenance(_) | Of::Rollback(_) => item,
    }
}

fn jobs(policy: &Policy, of: Of<'_>, item: Item) -> Item {
    let Of::Maintenance(maintenance) = of else { return item };
    let stopped =
        maintenance.stops.iter().map(|(job, at)| step(policy, name(&policy.surfaces[*job].name), *at));
    item.with(Part::List(Mark::Bullet, stopped.collect()))
}

fn queues(of: Of<'_>) -> Inline {
    let Of::Maintenance(maintenance) = of else { return Inline::default() };
    let queues: Vec<&str> = maintenance.queues.iter().filter_map(|queue| queue.queue.as_deref()).collect();
    if queues.is_empty() { Inline::default() } else { line![" in ", names(queues)] }
}

fn pull(policy: &Policy, done: &Step, written: &[(Id<Lever>, Origin)], fastest: bool) -> Item {
    let mut levers: Vec<Id<Lever>> = written.iter().map(|(lever, _)| *lever).collect();
    if fastest {
        levers.sort_by_key(|lever| (policy.levers[*lever].within.is_none(), policy.levers[*lever].within));
    }
    let said = match (fastest, levers.len()) {
        (true, 2..) => "Pull the first of these that can be pulled",
        (_, 2..) => "Pull each of these, in this order",
        _ => "Pull this lever",
    };
    let mark = if fastest { Mark::Number } else { Mark::Bullet };
    let pulled = levers.into_iter().map(|id| lever(policy, id)).collect();
    let item = step(policy, said.into(), done.origin).with(Part::List(mark, pulled));
    let goes_back = written.iter().any(|(lever, _)| policy.levers[*lever].kind == LeverKind::Back);
    if !goes_back {
        return item;
    }
    item.with(Part::Line(
        "Let the gate keep a record of it, with the name of the lever that was pulled:".into(),
    ))
    .shell(Some(&ask(policy, ["--rollback", "LEVER", "--to", "RELEASE"])))
}

/// A lever, with the command that pulls it and what to know before one does.
pub(super) fn lever(policy: &Policy, id: Id<Lever>) -> Item {
    let lever = &policy.levers[id];
    let kind = match lever.kind {
        LeverKind::Back => "",
        LeverKind::Degrade => ", answers with less",
        LeverKind::Sticky => ", keeps each user on the arm they have",
        LeverKind::SingleFlight => ", does identical work once",
    };
    let within = lever.within.map_or_else(Inline::default, |within| line![", works within ", time(within)]);
    let flips = Inline::join(lever.flips.iter().map(flip), " and ");
    let flips = if flips.is_empty() { flips } else { line![": flips ", flips] };
    let item = step(policy, line![name(&lever.name), kind, within, flips], lever.origin);
    let item = item.shell(lever.run.as_deref());
    item.with(Part::List(Mark::Bullet, limits(policy, lever)))
}

/// What to know of a lever before it is pulled, and how it is taken back.
fn limits(policy: &Policy, lever: &Lever) -> Vec<Item> {
    let mut found = Vec::new();
    if lever.step_count() > 1 {
        found.push(Item::new(line![
            "It takes ",
            Inline::number(lever.step_count()),
            " operations: mixed answers are possible between them"
        ]));
    }
    if let Some(scope) = &lever.components {
        found.push(Item::new(line!["It takes back ", components(policy, scope), " alone"]));
    }
    for (before, at) in &lever.after {
        found.push(step(policy, line!["Only behind ", name(&policy.levers[*before].name)], *at));
    }
    if let Some((stage, at)) = &lever.available_until {
        found.push(step(policy, line!["No longer once stage ", name(stage), " has begun"], *at));
    }
    if let Some(keeps) = lever.keeps {
        found.push(Item::new(line!["What it goes back to is kept for ", time(keeps), " after the rollout"]));
    }
    found
        .extend(lever.cannot_undo.iter().map(|what| Item::new(line!["It cannot undo ", Inline::said(what)])));
    if !lever.rotates.is_empty() {
        let caches = names(lever.rotates.iter().map(String::as_str));
        found.push(Item::new(line!["It rotates ", caches, " by itself"]));
    }
    if let Some(inverse) = &lever.inverse {
        found.push(Item::new("To take it back".into()).shell(Some(inverse)));
    }
    found
}

fn flip(flip: &Flip) -> Inline {
    let kind = match flip.kind {
        FlipKind::Flag => "flag",
        FlipKind::Selector => "the selector of",
        FlipKind::Alias => "alias",
        FlipKind::Pin => "pin",
        FlipKind::Route => "route",
    };
    match (&flip.target, flip.kind) {
        (Some(target), _) => line![kind, " ", name(target)],
        (None, FlipKind::Selector) => "the selector of the Service".into(),
        (None, _) => line!["the ", kind],
    }
}

/// Where a step is written, for lines that are no steps.
pub(super) fn heading_source(policy: &Policy, origin: Origin) -> Inline {
    line!["Declared", source(policy, origin), "."]
}
