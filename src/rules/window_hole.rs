//! Seconds between two windows of one kind that were meant to be one stretch.

use super::{Rule, Subject};
use crate::calendar::{Elapsed, Interval};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Id, Window};
use crate::schedule::{Scope, lanes};
use std::collections::BTreeSet;

code!(pub WINDOW_HOLE, Warning, "window-hole", "a minute or less between two windows of one kind");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&WINDOW_HOLE], check };

/// How far ahead it is looked.
const SPAN: Elapsed = Elapsed::days(366);

/// What is longer is meant.
const LONGEST: Elapsed = Elapsed::minutes(1);

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let within = Interval::new(subject.now, subject.now.plus(SPAN)).intersect(policy.horizon);
    if within.is_empty() || policy.windows.len() < 2 {
        return;
    }
    let mut seen: BTreeSet<(Id<Window>, Id<Window>)> = BTreeSet::new();
    for lane in lanes(policy, &Scope::default(), within) {
        for kind in policy.kinds.ids() {
            for slot in lane.slots(within, |held| held.kind == kind && held.components.is_none()) {
                let (Some(behind), Some(ahead)) = (slot.behind, slot.ahead) else { continue };
                // An end at the last second of a minute has a finding of its own.
                let is_closed_end =
                    slot.span.length() == Elapsed::seconds(1) && slot.span.start.unix().rem_euclid(60) == 59;
                let is_pair = behind.window != ahead.window && !behind.is_outside && !ahead.is_outside;
                if slot.span.length() > LONGEST || is_closed_end || !is_pair {
                    continue;
                }
                if !seen.insert((behind.window, ahead.window)) {
                    continue;
                }
                let (one, two) = (&policy.windows[behind.window], &policy.windows[ahead.window]);
                let zone = policy.place_of(lane.region).zone;
                let message = format!(
                    "{} lie between the end of `{}` and the start of `{}`, and let everything through",
                    slot.span.length().show(),
                    one.name,
                    two.name
                );
                sink.push(
                    Diagnostic::new(&WINDOW_HOLE, two.origin.span, message)
                        .also(one.origin.span, format!("it ends {}", zone.show(slot.span.start, subject.now)))
                        .help(
                            "an end is the first instant behind the window: write the start of the next one",
                        ),
                );
            }
        }
    }
}
