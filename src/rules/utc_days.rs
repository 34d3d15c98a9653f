//! Whole days of UTC where whole days of a region were meant: the freeze begins in one working day and ends in another.

use super::{Rule, Subject};
use crate::calendar::{Elapsed, Instant, Interval, Pattern, TimeOfDay, Zone};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Id, Policy, Region, Window};

code!(pub UTC_DAYS, Warning, "utc-days", "whole days of UTC that are no whole days where the window holds");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&UTC_DAYS], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    // A vendor's window is as the vendor says it.
    for window in policy.windows.rows().iter().filter(|window| window.vendor.is_none()) {
        for pattern in &window.when.patterns {
            let Pattern::Once(written) = pattern else { continue };
            let Some(days) = whole_days(*written) else { continue };
            if let Some(region) = furthest(policy, window, days) {
                sink.push(finding(policy, window, *written, days, region));
                break;
            }
        }
    }
}

/// The whole UTC days that a span is, or would be with its last second or minute.
fn whole_days(written: Interval) -> Option<Interval> {
    let midnight = |at: Instant| at.unix().rem_euclid(86_400) == 0;
    let closing = [0, 1, 60].map(|seconds| written.end.plus(Elapsed::seconds(seconds)));
    let end = closing.into_iter().find(|end| midnight(*end))?;
    midnight(written.start).then(|| Interval::new(written.start, end))
}

/// The region where the local days lie furthest from those of UTC; none where all regions keep UTC's days.
fn furthest(policy: &Policy, window: &Window, days: Interval) -> Option<Id<Region>> {
    let all: Vec<Id<Region>> = policy.regions.ids().collect();
    let regions = window.regions.as_ref().unwrap_or(&all);
    let away = |region: &Id<Region>| {
        let zone = policy.regions[*region].place.zone;
        zone.offset(days.start).as_seconds().abs().max(zone.offset(days.end).as_seconds().abs())
    };
    regions.iter().copied().filter(|region| away(region) > 0).max_by_key(away)
}

fn finding(
    policy: &Policy,
    window: &Window,
    written: Interval,
    days: Interval,
    region: Id<Region>,
) -> Diagnostic {
    let row = &policy.regions[region];
    let zone = row.place.zone;
    let local = |at: Instant| zone.local(at).format("%a %-d %b %H:%M").to_string();
    let message = format!(
        "window `{}` holds for whole days of UTC, {} to {}; in {} that is {} to {}, {} time",
        window.name,
        written.start,
        written.end,
        row.name,
        local(written.start),
        local(written.end),
        zone.city(),
    );
    let first = Zone::UTC.date(days.start);
    let last = Zone::UTC.date(days.end.minus(Elapsed::seconds(1)));
    Diagnostic::new(&UTC_DAYS, window.origin.span, message)
        .also(row.origin.span, format!("a day begins {} UTC here", begins(zone, days.start)))
        .help(format!("write `during {first} through {last}` for whole days of each region"))
        .help("if UTC is meant, say why: `@allow(utc-days, \"...\")`")
}

/// When a local day begins, by UTC's clock: `at 08:00`.
fn begins(zone: Zone, at: Instant) -> String {
    let date = zone.date(at);
    let start = zone.instant_on(date, TimeOfDay::MIDNIGHT, crate::calendar::Repeat::Earlier);
    format!("at {}", Zone::UTC.local(start).format("%H:%M"))
}
