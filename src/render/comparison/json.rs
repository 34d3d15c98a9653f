//! A comparison for programs.

use super::{Compared, Outcome};
use crate::calendar::{Elapsed, Interval};
use crate::emit::json::Decides;
use crate::verify::clocks::Moved;
use crate::verify::diff::{Cause, Clock};
use serde_json::{Value, json};

/// One object: what it comes to, and every difference.
pub fn json(compared: &Compared<'_>) -> Value {
    let comparison = compared.comparison;
    let differences = comparison.differences.iter().map(|one| {
        let asks =
            one.asks.iter().map(|(action, phase)| json!({ "action": action.name(), "phase": phase.name() }));
        let when = one.when.iter().map(|span| json!({ "from": span.start, "until": span.end }));
        json!({
            "turn": one.turn.name(),
            "cause": match one.cause {
                Cause::Calendar => "calendar",
                Cause::Requirements => "requirements",
                Cause::Both => "both",
            },
            "clock": if one.clock == Clock::Local { "local" } else { "everywhere" },
            "widens": one.turn.widens(),
            "tiers": one.tiers,
            "regions": one.regions,
            "components": one.components,
            "environments": one.environments,
            "asks": asks.collect::<Vec<_>>(),
            "when": when.collect::<Vec<_>>(),
            "with": one.with.words(),
        })
    });
    let changed = compared.changed.iter().map(|change| {
        json!({
            "place": change.place,
            "old": change.old,
            "new": change.new,
            "decides": change.decides == Decides::Yes,
        })
    });
    let unmatched = comparison.unmatched.iter().map(|(kind, name, is_new)| {
        json!({ "kind": kind, "name": name, "known_to": if *is_new { "new" } else { "old" } })
    });
    let span = |(span, old, new): &(Interval, Elapsed, Elapsed)| json!({ "from": span.start, "until": span.end, "old_offset_seconds": old.as_seconds(), "new_offset_seconds": new.as_seconds() });
    let moved = |moved: &Moved| json!({ "zone": moved.name, "spans": moved.spans.iter().map(span).collect::<Vec<_>>() });
    let clocks = compared.clocks.map(|clocks| {
        json!({ "old": clocks.old, "new": clocks.new, "moved": clocks.moved.iter().map(moved).collect::<Vec<_>>() })
    });
    let mut value = json!({
        "schema": "opsc.diff/1",
        "old": compared.old,
        "new": compared.new,
        "outcome": match compared.outcome() {
            Outcome::Same => "same",
            Outcome::NotWider => "not-wider",
            Outcome::Wider => "wider",
        },
        "within": comparison.within.map(|span| json!({ "from": span.start, "until": span.end })),
        "stretches": comparison.stretches,
        "cells": comparison.cells,
        "undecided": comparison.undecided,
        "differences": differences.collect::<Vec<_>>(),
        "unmatched": unmatched.collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
    });
    if let (Some(all), Some(clocks)) = (value.as_object_mut(), clocks) {
        all.insert("zone_databases".to_owned(), clocks);
    }
    value
}
