//! Pitfalls of a maintenance: a surface that still writes, an answer that tells clients nothing, a banner that outlives it, an end
//! that nobody hears of (ledger C1, C4 to C8).

use super::{Rule, Subject};
use crate::calendar::{Elapsed, Interval};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Act, Id, Maintenance, Policy, Step, Surface, SurfaceKind};

code!(pub SURFACE_NOT_COVERED, Warning, "surface-not-covered", "a surface that still writes during a maintenance");
code!(pub JOB_NOT_STOPPED, Warning, "job-not-stopped", "a job that a maintenance refuses instead of stopping it");
code!(pub QUEUE_WITHOUT_KEY, Warning, "queue-without-key", "queued writes that could be carried out twice");
code!(pub QUEUE_NEVER_DRAINED, Warning, "queue-never-drained", "queued writes that nobody carries out");
code!(pub BACKFILL_TOO_EARLY, Warning, "backfill-too-early", "queued writes carried out before writes have held for a while");
code!(pub RETRY_AFTER_MISSING, Warning, "retry-after-missing", "a refused write that is not told when to come back");
code!(pub ANSWERS_DIFFER, Warning, "answers-differ", "maintenances that answer a refused write differently");
code!(pub RETRIES_WITHOUT_END, Warning, "retries-without-end", "refused clients that may try again for ever, all at once");
code!(pub BANNER_OUTLIVES, Warning, "banner-outlives", "a banner of which copies stay longer than the maintenance");
code!(pub END_NOT_TOLD, Warning, "end-not-told", "a maintenance whose end nobody hears of");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule {
    codes: &[
        &SURFACE_NOT_COVERED,
        &JOB_NOT_STOPPED,
        &QUEUE_WITHOUT_KEY,
        &QUEUE_NEVER_DRAINED,
        &BACKFILL_TOO_EARLY,
        &RETRY_AFTER_MISSING,
        &ANSWERS_DIFFER,
        &RETRIES_WITHOUT_END,
        &BANNER_OUTLIVES,
        &END_NOT_TOLD,
    ],
    check,
};

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for maintenance in policy.maintenances.rows() {
        for (id, surface) in policy.surfaces.iter() {
            sink.extend(not_covered(maintenance, id, surface));
        }
        queues(maintenance, sink);
        sink.extend(answer(maintenance));
        sink.extend(retries(maintenance));
        sink.extend(banner(policy, maintenance));
        sink.extend(end(maintenance));
    }
    answers(policy, sink);
}

/// Whether a surface writes to what is maintained.
fn concerns(maintenance: &Maintenance, surface: &Surface) -> bool {
    match (&maintenance.components, &surface.components) {
        (Some(maintained), Some(written)) => written.iter().any(|component| maintained.contains(component)),
        _ => true,
    }
}

fn not_covered(maintenance: &Maintenance, id: Id<Surface>, surface: &Surface) -> Option<Diagnostic> {
    let name = &maintenance.name;
    if surface.kind == SurfaceKind::Job {
        if !concerns(maintenance, surface) || maintenance.stops.iter().any(|(stopped, _)| *stopped == id) {
            return stopped_in_vain(maintenance, id, surface);
        }
        let said = maintenance.covered().find(|(covered, _)| *covered == id);
        return Some(match said {
            Some((_, origin)) => {
                let message = format!("job `{}` is refused during `{name}`, and runs on", surface.name);
                Diagnostic::new(&JOB_NOT_STOPPED, origin.span, message)
                    .also(surface.origin.span, "a job writes by itself, and nobody reads what it is answered")
                    .help(format!("say `stops {}`", surface.name))
            }
            None => uncovered(maintenance, surface)
                .help(format!("say `stops {}`, and stop its scheduler with `stop-jobs`", surface.name)),
        });
    }
    if !concerns(maintenance, surface) || maintenance.covered().any(|(covered, _)| covered == id) {
        return None;
    }
    Some(uncovered(maintenance, surface).help(format!(
        "say what becomes of its writes: `refuses {0}`, `queues {0}` or `drops {0}`",
        surface.name
    )))
}

fn uncovered(maintenance: &Maintenance, surface: &Surface) -> Diagnostic {
    let message = format!("`{}` still writes during `{}`", surface.name, maintenance.name);
    Diagnostic::new(&SURFACE_NOT_COVERED, maintenance.origin.span, message)
        .also(surface.origin.span, "nothing is said of this surface")
}

/// `stops` names jobs, and `begin` never stops any.
fn stopped_in_vain(maintenance: &Maintenance, id: Id<Surface>, surface: &Surface) -> Option<Diagnostic> {
    let (_, origin) = maintenance.stops.iter().find(|(stopped, _)| *stopped == id)?;
    if maintenance.begin.iter().any(|step| matches!(step.act, Act::StopJobs)) {
        return None;
    }
    let message =
        format!("`{}` is to stop during `{}`, and no step stops it", surface.name, maintenance.name);
    Some(
        Diagnostic::new(&JOB_NOT_STOPPED, origin.span, message)
            .help("say `stop-jobs` in `begin`, and `start-jobs` in `end` and in `finally`"),
    )
}

fn queues(maintenance: &Maintenance, sink: &mut Sink) {
    for queue in maintenance.queues.iter().filter(|queue| queue.key.is_none()) {
        let message = format!("writes that `{}` queues have no key", maintenance.name);
        sink.push(
            Diagnostic::new(&QUEUE_WITHOUT_KEY, queue.origin.span, message)
                .note("a queue delivers some of them twice, and clients send theirs again; without a key each counts")
                .help("say `key` with the field that tells one intent from another"),
        );
    }
    let Some(queue) = maintenance.queues.first() else { return };
    let backfill = maintenance.steps().find(|step| matches!(step.act, Act::Backfill));
    match backfill {
        None => {
            let message = format!("writes that `{}` queues are never carried out", maintenance.name);
            sink.push(
                Diagnostic::new(&QUEUE_NEVER_DRAINED, queue.origin.span, message)
                    .help("say `backfill` at the end of `end`, when writes have held for a while"),
            );
        }
        Some(step) => sink.extend(too_early(maintenance, step)),
    }
}

/// A backfill before writes are taken again and a hold behind that.
fn too_early(maintenance: &Maintenance, backfill: &Step) -> Option<Diagnostic> {
    let mut open = false;
    for step in maintenance.steps() {
        match step.act {
            Act::UnfreezeWrites => open = true,
            Act::Hold { .. } if open => return None,
            Act::Backfill => break,
            _ => {}
        }
    }
    let message = match open {
        true => "queued writes are carried out before new ones have held for a while",
        false => "queued writes are carried out while writes are refused",
    };
    Some(
        Diagnostic::new(&BACKFILL_TOO_EARLY, backfill.origin.span, message)
            .help("say `unfreeze-writes`, then `hold` with a short soak, then `backfill`"),
    )
}

fn refuses(maintenance: &Maintenance) -> bool {
    !maintenance.refuses.is_empty() || maintenance.answer.is_some()
}

fn answer(maintenance: &Maintenance) -> Option<Diagnostic> {
    if !refuses(maintenance) {
        return None;
    }
    let message = format!("a write that `{}` refuses is not told when to come back", maintenance.name);
    let note = "a client that is not told tries again at once, and so do all others";
    match &maintenance.answer {
        None => Some(
            Diagnostic::new(&RETRY_AFTER_MISSING, maintenance.origin.span, message)
                .note(note)
                .help("say `answer 423 code \"read_only\" retry-after 5m`, or with 503"),
        ),
        Some(answer) if answer.retry_after.is_none() => {
            Some(Diagnostic::new(&RETRY_AFTER_MISSING, answer.origin.span, message).note(note).fix(
                "say `retry-after 5m`",
                answer.origin.span.after(),
                " retry-after 5m",
            ))
        }
        Some(_) => None,
    }
}

fn retries(maintenance: &Maintenance) -> Option<Diagnostic> {
    if !refuses(maintenance) {
        return None;
    }
    let (span, message) = match &maintenance.retries {
        None => (
            maintenance.origin.span,
            format!("how often a client that `{}` refuses tries again is not said", maintenance.name),
        ),
        Some(retries) if !retries.jitter => (
            retries.origin.span,
            format!("clients that `{}` refuses all come back at once", maintenance.name),
        ),
        Some(_) => return None,
    };
    Some(
        Diagnostic::new(&RETRIES_WITHOUT_END, span, message)
            .help("say `retries at most 5 with jitter`, and build clients so"),
    )
}

fn answers(policy: &Policy, sink: &mut Sink) {
    let all: Vec<_> = policy
        .maintenances
        .rows()
        .iter()
        .filter_map(|maintenance| Some((maintenance, maintenance.answer.as_ref()?)))
        .collect();
    let Some(((first, one), others)) = all.split_first() else { return };
    for (maintenance, other) in others {
        if (one.status, &one.code) == (other.status, &other.code) {
            continue;
        }
        let said = |answer: &crate::policy::Answer| match &answer.code {
            Some(code) => format!("{} `{code}`", answer.status),
            None => answer.status.to_string(),
        };
        let message = format!(
            "`{}` answers {}, and `{}` answers {}: a client must know both",
            maintenance.name,
            said(other),
            first.name,
            said(one)
        );
        sink.push(
            Diagnostic::new(&ANSWERS_DIFFER, other.origin.span, message)
                .also(one.origin.span, "the other answer")
                .help("answer the same status and code in both"),
        );
    }
}

fn banner(policy: &Policy, maintenance: &Maintenance) -> Option<Diagnostic> {
    let banner = maintenance.banner.as_ref()?;
    let Some(ttl) = banner.ttl else {
        let message = format!("how long copies of the banner of `{}` are kept is not said", maintenance.name);
        return Some(Diagnostic::new(&BANNER_OUTLIVES, banner.origin.span, message).fix(
            "say `ttl 5m`",
            banner.origin.span.after(),
            " ttl 5m",
        ));
    };
    let length = shortest(policy, maintenance).filter(|length| ttl > *length)?;
    let message = format!(
        "copies of the banner of `{}` are kept for {ttl}, and it lasts no more than {length}",
        maintenance.name
    );
    Some(
        Diagnostic::new(&BANNER_OUTLIVES, banner.origin.span, message)
            .help("keep copies for a few minutes, and purge caches at the start and at the end"),
    )
}

/// How long the shortest of its next spans lasts.
fn shortest(policy: &Policy, maintenance: &Maintenance) -> Option<Elapsed> {
    let table = maintenance.when.as_ref()?;
    let regions: Vec<_> = match &maintenance.regions {
        Some(regions) => regions.iter().copied().map(Some).collect(),
        None => policy.regions_or_none().collect(),
    };
    let first = |region| -> Option<Interval> {
        let place = policy.place_of(region);
        let start = policy.horizon.start;
        table.at(place, start).or_else(|| table.at(place, table.next_change_after(place, start)?))
    };
    regions.into_iter().filter_map(first).map(Interval::length).min()
}

fn end(maintenance: &Maintenance) -> Option<Diagnostic> {
    let last = maintenance.end.iter().chain(&maintenance.finally);
    if last.clone().any(|step| matches!(step.act, Act::Notice(_))) {
        return None;
    }
    let message = format!("nobody hears that `{}` is over", maintenance.name);
    let finding = Diagnostic::new(&END_NOT_TOLD, maintenance.origin.span, message);
    let finding = match maintenance.notices.first() {
        Some(notice) => finding.also(notice.origin.span, "that it comes is told"),
        None => finding,
    };
    Some(finding.help("say `notice \"...\"` in `end`, behind a short `hold`"))
}
