//! Literals to values, and to errors that teach.

use super::*;
use crate::calendar::{Elapsed, Instant};
use crate::diag::Diagnostic;
use crate::source::{Sources, Span};
use crate::syntax::{parse, tree::NodeKind};

fn span() -> Span {
    let mut sources = Sources::new();
    Span::new(sources.add("test.ops", ""), 0, 0)
}

#[track_caller]
fn fails<T: std::fmt::Debug>(value: Result<T, Diagnostic>, message: &str) {
    assert_eq!(value.unwrap_err().message, message);
}

#[test]
fn durations_add_up_or_say_why_not() {
    assert_eq!(duration("1h30m", span()).unwrap(), Elapsed::minutes(90));
    assert_eq!(duration("2d", span()).unwrap(), Elapsed::days(2));
    assert_eq!(duration("2000ms", span()).unwrap(), Elapsed::seconds(2));
    assert_eq!(duration("0s", span()).unwrap(), Elapsed::ZERO);
    fails(duration("250ms", span()), "`250ms` is no whole number of seconds");
    fails(duration("30m1h", span()), "`30m1h` says its units twice or out of order");
    fails(duration("1h1h", span()), "`1h1h` says its units twice or out of order");
    fails(duration("99999999999999999999s", span()), "`99999999999999999999s` is longer than a century");
    fails(duration("9223372036854775807d", span()), "`9223372036854775807d` is longer than a century");
}

#[test]
fn times_and_dates_exist_or_are_refused() {
    assert_eq!(time("24:00", span()).unwrap().seconds(), 86_400);
    assert_eq!(time("18:00:01", span()).unwrap().seconds(), 64_801);
    fails(time("25:00", span()), "no clock shows `25:00`");
    fails(time("24:01", span()), "no clock shows `24:01`");
    fails(time("12:60", span()), "no clock shows `12:60`");
    assert!(date("2024-02-29", span()).is_ok());
    fails(date("2025-02-30", span()), "the calendar has no `2025-02-30`");
    assert_eq!(date("2025-02-30", span()).unwrap_err().help, ["that month has 28 days in 2025"]);
    fails(date("2025-13-01", span()), "the calendar has no `2025-13-01`");
    fails(date("0000-01-01", span()), "the calendar has no `0000-01-01`");
}

#[test]
fn ordinals_have_their_letters() {
    assert_eq!(ordinal("3rd", 31, span()).unwrap(), 3);
    assert_eq!(ordinal("11th", 31, span()).unwrap(), 11);
    fails(ordinal("3th", 31, span()), "`3th` is not how that ordinal is written");
    fails(ordinal("6th", 5, span()), "there is no `6th` here");
    fails(ordinal("999th", 31, span()), "there is no `999th` here");
}

#[test]
fn numbers_keep_every_digit() {
    assert_eq!(number("0.15", span()).unwrap().to_string(), "0.15");
    fails(
        number("0.12345678901234567890123456789012", span()),
        "`0.12345678901234567890123456789012` has more digits than can be counted exactly",
    );
    assert_eq!(integer("- 3", -5, 5, span()).unwrap(), -3);
    fails(integer("1.5", 0, 5, span()), "`1.5` is no whole number");
    fails(integer("6", 0, 5, span()), "`6` is out of range");
}

/// The instant that a policy would read at the start of a statement's head.
fn read(text: &str) -> Result<Instant, Diagnostic> {
    let mut sources = Sources::new();
    let file = sources.add("test.ops", format!("at {text}"));
    let (tree, _) = parse(&sources, file);
    match &tree.nodes.first().unwrap().kind {
        NodeKind::Entry(entry) => instant(&sources, entry.head.as_ref().unwrap()),
        _ => panic!("`{text}` is not read as a statement"),
    }
}

#[test]
fn instants_are_one_in_every_reading() {
    let at = Instant::parse("2024-07-31T02:00:00Z").unwrap();
    assert_eq!(read("2024-07-31T02:00Z").unwrap(), at);
    assert_eq!(read("2024-07-31T04:00:00+02:00").unwrap(), at);
    assert_eq!(read("2024-07-30T19:00[America/Los_Angeles]").unwrap(), at);
    assert_eq!(read("2024-07-31T02:00Z = 2024-07-30T19:00[America/Los_Angeles]").unwrap(), at);
    fails(
        read("2024-07-31T01:00Z = 2024-07-30T19:00[America/Los_Angeles]"),
        "`2024-07-31T01:00Z` and `2024-07-30T19:00[America/Los_Angeles]` are 1h apart",
    );
    fails(read("2024-02-30T02:00Z"), "the calendar has no `2024-02-30`");
    fails(read("2024-02-28T25:00Z"), "no clock shows `25:00`");
}

#[test]
fn clock_changes_are_told() {
    fails(
        read("2026-03-08T02:30[America/New_York]"),
        "clocks in New York skip `2026-03-08T02:30[America/New_York]`",
    );
    let twice = read("2026-11-01T01:30[America/New_York]").unwrap_err();
    assert_eq!(twice.message, "clocks in New York show `2026-11-01T01:30[America/New_York]` twice");
    assert_eq!(
        twice.help,
        ["write `2026-11-01T05:30:00Z` for the first time or `2026-11-01T06:30:00Z` for the second"]
    );
    fails(read("2026-03-08T02:30[EST]"), "`EST` is an abbreviation, not a zone");
    fails(read("2026-03-08T02:30[Europe/Dubin]"), "no zone is called `Europe/Dubin`");
}
