//! The findings of this room's core; each family has its own beside it.

use super::lower;
use crate::code;
use crate::diag::Code;

code!(pub WRONG_UNIT, Error, "wrong-unit", "a comparison of things that have no common unit");
code!(pub NOT_A_CONDITION, Error, "not-a-condition", "an expression where a condition is asked for");
code!(pub BAD_SEATS, Error, "bad-seats", "an expression where seats are asked for");
code!(pub EMPTY_RANGE, Error, "empty-range", "a span that ends where it starts, or before");

/// Every finding of this room.
pub static CODES: &[&Code] = &[
    &WRONG_UNIT,
    &NOT_A_CONDITION,
    &BAD_SEATS,
    &EMPTY_RANGE,
    &lower::limit::AMBIGUOUS_PERCENT,
    &lower::bar::BAD_AGGREGATE,
    &lower::limit::NO_BASELINE,
    &lower::follow::NOT_IN_EVIDENCE,
    &lower::measure::GATE_CYCLE,
    &lower::measure::QUERY_PLACEHOLDER,
    &lower::during::ZONELESS_TIME,
    &lower::during::BAD_EXTENSION,
    &lower::exception::EXCEPTION_LIFTS_NOTHING,
    &lower::exception::EXCEPTION_WIDER,
    &lower::flag::FLAG_SHARES,
    &lower::flag::UNKNOWN_VARIANT,
    &lower::freeze::KIND_NOT_TOTAL,
    &lower::freeze::TIER_RULED_TWICE,
    &lower::holidays::FEAST_NOT_CONFIRMED,
    &lower::holidays::NOT_WHOLE_DAYS,
    &lower::people::ROTA_OUTSIDE,
    &lower::pipeline::ANSWER_NEVER_REACHED,
    &lower::maintenance::ANSWER_STATUS,
    &lower::maintenance::BAD_ROUTE,
    &lower::release::RELEASE_WITHOUT_COMPONENTS,
    &lower::release::REGION_TWICE,
    &lower::stage::STAGE_WITHOUT_KIND,
    &lower::stage::STAGE_AFTER_ITSELF,
    &lower::stage::BAD_SHARES,
    &lower::target::LOSSY_WITHOUT_REASON,
    &lower::proof::NOT_AN_OUTCOME,
    &lower::proof::NOT_PROVABLE,
    &lower::property_expect::NOT_AN_EXPECTATION,
    &lower::property_expect::IMPOSSIBLE_EXPECTATION,
    &lower::test::TEST_EXPECTS_NOTHING,
    &lower::test::NOT_AN_ASSERTION,
    &lower::test_expect::BAD_RECORD_ENTRY,
    &lower::test_table::UNEVEN_ROW,
    &lower::globs::BAD_GLOB,
    &lower::timetable::CLOSED_END,
    &lower::timetable::ABSENT_DAY,
    &lower::timetable::BAD_RRULE,
    &lower::window::WINDOW_WITHOUT_TIME,
    &lower::window::ONLY_AND_ELSE,
    &lower::window::OWNER_WITHOUT_ZONE,
    &lower::window::NEEDS_FROM,
    &lower::window::NEVER_OCCURS,
    &lower::window::VENDOR_UNTRACKED,
    &lower::window::EXCEPT_DROPS_NOTHING,
    &lower::window::HOLIDAYS_DIFFER,
];
