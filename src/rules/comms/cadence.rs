//! Silence: a first word that comes late, updates that stop, a banner that nobody takes down, an incident that opens after
//! its rollback.

use crate::calendar::Elapsed;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Comms, Incident, Moment, Policy, Until};
use crate::rules::{Rule, Subject};

code!(pub FIRST_UPDATE_LATE, Warning, "first-update-late", "a first update later than users wait for one");
code!(pub UPDATES_STOP, Warning, "updates-stop", "a stretch of an incident in which nobody says a word");
code!(pub BANNER_STAYS, Warning, "banner-stays", "a banner that nothing takes down");
code!(pub INCIDENT_AFTER_LEVER, Warning, "incident-after-lever", "a lever that can be pulled while no incident is open");

/// The rule, as a row of the room's table.
pub(in crate::rules) static RULE: Rule =
    Rule { codes: &[&FIRST_UPDATE_LATE, &UPDATES_STOP, &BANNER_STAYS, &INCIDENT_AFTER_LEVER], check };

/// The first update is out in ten minutes (ledger D2).
const FIRST: Elapsed = Elapsed::minutes(10);

/// The longest silence until the numbers stand still, and after (ledger D2).
const SILENCE: [(Until, Elapsed); 2] =
    [(Until::Stable, Elapsed::minutes(20)), (Until::Resolved, Elapsed::minutes(30))];

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for comms in subject.policy.comms.rows() {
        late(comms, sink);
        silent(comms, sink);
        stays(subject.policy, comms, sink);
    }
    for incident in subject.policy.incidents.rows() {
        after_lever(subject.policy, incident, sink);
    }
}

fn late(comms: &Comms, sink: &mut Sink) {
    let Some((first, origin)) = comms.first.filter(|(first, _)| *first > FIRST) else { return };
    let message = format!("the first update may take {first}; users hear nothing until then");
    sink.push(
        Diagnostic::new(&FIRST_UPDATE_LATE, origin.span, message)
            .help("say that you look at it, before you know what it is: within 10 minutes")
            .fix("write `first within 10m`", origin.span, "first within 10m"),
    );
}

fn silent(comms: &Comms, sink: &mut Sink) {
    for cadence in &comms.cadence {
        let Some((_, most)) = SILENCE.iter().find(|(until, _)| *until == cadence.until) else { continue };
        if cadence.most > *most {
            let message = format!("up to {} may pass without a word", cadence.most);
            sink.push(
                Diagnostic::new(&UPDATES_STOP, cadence.origin.span, message)
                    .help(format!("say something at least every {most}, if only that nothing changed")),
            );
        }
    }
    if !comms.cadence.iter().any(|cadence| cadence.until == Until::Resolved) {
        let message = format!("`{}` says nothing of the time between stable and resolved", comms.name);
        sink.push(
            Diagnostic::new(&UPDATES_STOP, comms.origin.span, message).help("add `every 30m until resolved`"),
        );
    }
}

fn stays(policy: &Policy, comms: &Comms, sink: &mut Sink) {
    let said = |asked: Moment| comms.says.iter().find(|(moment, _, _)| *moment == asked);
    if let (Some((_, banner, origin)), None) = (said(Moment::Banner), said(Moment::Resolved)) {
        let name = &policy.templates[*banner].name;
        let message = format!("`{name}` goes up, and nothing is said at the end that takes it down");
        sink.push(
            Diagnostic::new(&BANNER_STAYS, origin.span, message)
                .help("name a template of the moment `resolved` in `says`: the banner comes down with it"),
        );
    }
}

fn after_lever(policy: &Policy, incident: &Incident, sink: &mut Sink) {
    let Some(rollback) = policy.rollbacks.rows().first().filter(|_| !incident.on_lever) else { return };
    if policy.incidents.rows().iter().any(|other| other.on_lever) {
        return;
    }
    let message = format!("`{}` does not open when a lever is considered", incident.name);
    sink.push(
        Diagnostic::new(&INCIDENT_AFTER_LEVER, incident.origin.span, message)
            .also(rollback.origin.span, "this pulls one")
            .help("say `on lever`: whoever thinks of going back tells the others first"),
    );
}
