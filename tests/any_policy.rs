//! No text makes the checker panic: policies of random words of the language, put together at random.

use opsc::policy::load;
use opsc::world::MemoryWorld;
use proptest::prelude::*;
use support::law;

mod support;

/// Words, literals and signs that some field somewhere takes; the rest of each statement decides nothing.
const PARTS: &[&str] = &[
    "policy",
    "p",
    "language",
    "1",
    "2",
    "region",
    "r",
    "zone",
    "\"UTC\"",
    "\"Europe/Dublin\"",
    "off-peak",
    "01:00",
    "25:00",
    "..",
    "component",
    "c",
    "needs",
    "paths",
    "\"a/**\"",
    "service",
    "components",
    "environment",
    "after",
    "role",
    "members",
    "team",
    "schedule",
    "shift",
    "every",
    "week",
    "Fri",
    "Mon",
    "workday",
    "month",
    "3rd",
    "last",
    "day",
    "for",
    "24h",
    "business",
    "through",
    "-3",
    "year",
    "Dec",
    "20",
    "rrule",
    "\"FREQ=DAILY\"",
    "at",
    "fact",
    "f",
    ":",
    "bool",
    "one",
    "of",
    "ratio",
    "tier",
    "T0",
    "T1",
    "\"Title\"",
    "before",
    "merge",
    "require",
    "approve",
    "and",
    "or",
    "not",
    "==",
    "<=",
    "5%",
    "2pp",
    "15m",
    "in",
    "[",
    "]",
    "(",
    ")",
    "freeze",
    "hard",
    "admit",
    "except",
    "block",
    "others",
    "when",
    "because",
    "approved",
    "window",
    "w",
    "during",
    "2025-11-27",
    "2025-02-30",
    "2025-11-27T00:00Z",
    "2026-03-08T02:30[America/New_York]",
    "=",
    "while",
    "only",
    "regions",
    "scope",
    "on",
    "deploy",
    "holidays",
    "h",
    "extended",
    "approval",
    "valid",
    "claim",
    "release",
    "exception",
    "lifts",
    "expires",
    "break-glass",
    "test",
    "expect",
    "blocked",
    "by",
    "until",
    "given",
    "target",
    "flagd",
    "to",
    "{",
    "}",
    "{",
    "}",
    ";",
    "\n",
    "\n",
    ",",
    "classify",
    "otherwise",
    "any",
    "path",
    "lower",
    "use",
    "std.tiers",
    "std.{facts}",
    "\"./main.ops\"",
    "@allow(x, \"y\")",
    "///d\n",
];

proptest! {
    #![proptest_config(law(150))]

    #[test]
    fn any_text_is_checked(parts in prop::collection::vec(prop::sample::select(PARTS), 0..120)) {
        let text = parts.join(" ");
        let world = MemoryWorld::at(0).with_file("main.ops", text.as_str());
        let loaded = load(&world, ".").unwrap();
        for finding in &loaded.diagnostics {
            prop_assert!(!finding.message.is_empty());
        }
    }

    #[test]
    fn a_policy_with_a_part_changed_is_checked(at in 0usize..2000, part in prop::sample::select(PARTS)) {
        let sample = include_str!("../examples/rag-platform/main.ops");
        let mut words: Vec<&str> = sample.split_inclusive(' ').collect();
        let at = at % words.len();
        words[at] = part;
        let text = words.concat();
        let world = MemoryWorld::at(0).with_file("main.ops", text.as_str());
        let loaded = load(&world, ".").unwrap();
        prop_assert!(loaded.policy.is_some() || !loaded.diagnostics.is_empty());
    }
}
