//! Planned releases that no schedule carries out.

use super::{Rule, Subject};
use crate::code;
use crate::decide::{Change, Context, Prepared, Verdict};
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Policy, Region};
use crate::schedule::{Ask, Hours, Missed, Route, of_release, planner};

code!(pub RELEASE_NO_ORDER, Warning, "release-no-order", "a release whose regions cannot be reached in its order");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&RELEASE_NO_ORDER], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let prepared = Prepared::new(policy);
    for release in policy.releases.rows() {
        let from = release.at.unwrap_or(subject.now);
        // What was planned for the past has been, or will not be.
        if from < subject.now || !policy.in_horizon(from) {
            continue;
        }
        let route = Route { regions: release.region_plan.clone(), soak: release.soak };
        let change = of_release(policy, release, &Change::default());
        let planner = planner(policy, &prepared, release, &route, &change, &Context::at(from));
        let Err(missed) = planner.earliest(Hours::Any) else { continue };
        let Some(ask) = planner.asks().nth(missed.ask) else { continue };
        let place = places(policy, ask);
        let name = &release.name;
        if missed.is_too_long() {
            let least = missed.least.show();
            let message = format!(
                "release `{name}` takes too long to reach {place}: its holds and soaks alone take {least}"
            );
            let finding = Diagnostic::new(&RELEASE_NO_ORDER, release.origin.span, message);
            sink.push(finding.help(
                "shorten the holds of its stages or the soak: schedules are looked for within 400 days",
            ));
            continue;
        }
        let message = if missed.ask == 0 {
            format!("release `{name}` can start nowhere in {place} within 400 days")
        } else if release.at.is_some() {
            let done = policy.place_of(ask.regions.first().copied()).zone.show_dated(missed.from);
            format!(
                "release `{name}` cannot go on to {place}: what comes before is done by {done} at the earliest, and within 400 days nothing lets it in"
            )
        } else {
            format!(
                "release `{name}` cannot go on to {place}: once what comes before is done, nothing lets it in within 400 days"
            )
        };
        sink.push(involved(Diagnostic::new(&RELEASE_NO_ORDER, release.origin.span, message), &missed));
    }
}

/// A finding with what stands in the way.
fn involved(finding: Diagnostic, missed: &Missed) -> Diagnostic {
    let blocks = missed.answer.reasons.iter().filter(|reason| reason.verdict == Verdict::Block);
    let named =
        blocks.filter_map(|reason| Some((reason.origin?.span, format!("`{}` is in the way", reason.name))));
    named
        .fold(finding, |finding, (span, text)| finding.also(span, text))
        .help("change the order or the soak, take the region out, or give it an exception; `opsc next RELEASE` shows the way")
}

fn places(policy: &Policy, ask: &Ask) -> String {
    let name = |row: &Region| format!("`{}`", row.name);
    let names: Vec<String> = ask.regions.iter().map(|region| name(&policy.regions[*region])).collect();
    if names.is_empty() { "every region at once".to_owned() } else { names.join(", ") }
}
