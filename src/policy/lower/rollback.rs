//! Rollbacks: when they begin, what they do, when they are over; and the steps they share with maintenance.

use super::Lower;
use super::recovery::{named, tagged};
use super::release::steps as region_steps;
use crate::policy::{
    Act, Gate, Id, Lever, Pins, Pipeline, Recovered, Rollback, Severity, Step, Switch, Symptom, Wording,
};
use crate::schema::{Declared, Given};
use crate::syntax::tree::Expr;

const SWITCHES: [(&str, Switch); 2] = [("on", Switch::On), ("off", Switch::Off)];

pub(super) fn rollback(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Rollback> {
    let name = declared.name?;
    let pipeline = declared.head.get("pipeline").and_then(|written| lower.id::<Pipeline>(written));
    let plan = declared.one("regions");
    let triggers: Vec<_> =
        declared.all("when").map(|given| given.get("anything").and_then(|when| lower.bound(when))).collect();
    let cases: Vec<_> = declared.all("case").map(|given| case(lower, given)).collect();
    let steps = block(lower, declared, "do");
    let finally = block(lower, declared, "finally");
    let recovered = match declared.one("recovered") {
        Some(given) => Some(recovered(lower, given)?),
        None => None,
    };
    let audited = declared.all("audit").flat_map(|given| given.captures.all("word"));
    let audit = audited.filter_map(|word| Some((word.word()?.to_owned(), lower.origin(word.span)))).collect();
    Some(Rollback {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        pipeline: pipeline?,
        triggers: triggers.into_iter().collect::<Option<_>>()?,
        cases: cases.into_iter().collect::<Option<_>>()?,
        region_plan: plan.map(|given| region_steps(lower, given)).unwrap_or_default(),
        soak: plan.and_then(|given| lower.duration(given.get("soak")?)),
        steps: steps?,
        finally: finally?,
        recovered,
        audit,
    })
}

fn case(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Symptom> {
    let title = given.get("title")?;
    let when = match given.fields.one("when") {
        Some(when) => Some(lower.bound(when.get("anything")?)?),
        None => None,
    };
    Some(Symptom {
        title: lower.string(title)?,
        origin: lower.origin(title.span),
        when,
        pull: named::<Lever>(lower, given.fields.all("pull")),
        notes: lower.strings(given.fields.all("note"), "text"),
    })
}

/// `recovered within 10m when CHECK`: what must hold is what makes it mean something.
fn recovered(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Recovered> {
    let within = match given.get("duration") {
        Some(written) => Some(lower.duration(written)?),
        None => None,
    };
    Some(Recovered { within, when: lower.bound(given.when()?)? })
}

/// The steps of a block, in order: none where it is left out, nothing at all where one made no sense, which was reported.
pub(super) fn block(lower: &mut Lower<'_>, declared: &Declared<'_>, field: &str) -> Option<Vec<Step>> {
    let given = declared.one(field).into_iter().flat_map(|block| block.fields.iter());
    let steps: Vec<Option<Step>> = given.map(|given| step(lower, given)).collect();
    steps.into_iter().collect()
}

fn step(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Step> {
    let act = act(lower, given)?;
    Some(Step { act, text: lower.text(given.span()).to_owned(), origin: lower.origin(given.span()) })
}

fn act(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Act> {
    let switch = tagged(&SWITCHES, given.captures.tag());
    Some(match given.field.keyword {
        "capture" => Act::Capture(all(named::<Pins>(lower, [given]))),
        "freeze-writes" => Act::FreezeWrites,
        "unfreeze-writes" => Act::UnfreezeWrites,
        "pause" => Act::Pause(pipeline(lower, given)?),
        "resume" => Act::Resume(pipeline(lower, given)?),
        "pull" => {
            Act::Pull { levers: named::<Lever>(lower, [given]), fastest: given.captures.has("fastest") }
        }
        "rotate-cache" => Act::RotateCache,
        "warm-cache" => Act::WarmCache,
        "throttle" => Act::Throttle(switch?),
        "banner" => Act::Banner(switch?),
        "hold" => hold(lower, given)?,
        "verify" => Act::Verify(named::<Gate>(lower, [given])),
        "stop-jobs" => Act::StopJobs,
        "start-jobs" => Act::StartJobs,
        "notice" => Act::Notice(wording(lower, given.get("wording")?)?),
        "backfill" => Act::Backfill,
        "alert" => Act::Alert(lower.party(given.get("party")?)?),
        _ => Act::Run(lower.string(given.get("text")?)?),
    })
}

fn all<T>(named: Vec<(Id<T>, crate::policy::Origin)>) -> Vec<Id<T>> {
    named.into_iter().map(|(id, _)| id).collect()
}

/// A template, or a text.
pub(super) fn wording(lower: &mut Lower<'_>, written: &Expr) -> Option<Wording> {
    if let Some(text) = lower.string(written) {
        return Some(Wording::Text(text));
    }
    let name = written.word()?;
    let known = lower.named(&["template"], written);
    if known.is_none() {
        lower.unknown("template", name, written.span);
    }
    known.map(Wording::Template)
}

/// The pipeline that a step names: none where it names none, nothing at all where nobody declares it.
fn pipeline(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Option<Id<Pipeline>>> {
    match given.get("pipeline") {
        Some(written) => lower.id(written).map(Some),
        None => Some(None),
    }
}

fn hold(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Act> {
    let least = lower.duration(given.get("least")?)?;
    let recovered = match given.get("most") {
        Some(most) => {
            let severity = match given.get("severity") {
                Some(written) => Some(lower.id::<Severity>(written)?),
                None => None,
            };
            Some((lower.duration(most)?, severity))
        }
        None => None,
    };
    Some(Act::Hold { least, recovered })
}
