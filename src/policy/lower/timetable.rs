//! When something holds, as written, to a timetable: spans, holidays and recurrences.

use super::Lower;
use crate::calendar::{Elapsed, Length, MonthDay, Pattern, Rule, TimeOfDay, Weekdays};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::EMPTY_RANGE;
use crate::schema::{Captures, MONTHS};
use crate::source::Span;
use crate::syntax::tree::Expr;
use crate::types::IMPOSSIBLE_VALUE;

code!(pub CLOSED_END, Warning, "closed-end", "an end at the last second of a minute, which leaves that second open");
code!(pub ABSENT_DAY, Warning, "absent-day", "a day that some months do not have");
code!(pub BAD_RRULE, Error, "bad-rrule", "a recurrence rule that RFC 5545 does not know");

/// A duration in its two parts: civil days, and elapsed time behind them.
pub(super) fn length(lower: &mut Lower<'_>, written: &Expr) -> Option<Length> {
    let text = lower.text(written.span).to_owned();
    let elapsed = lower.duration(written)?;
    let days = text.split_once('d').and_then(|(days, _)| days.parse::<u32>().ok()).unwrap_or(0);
    let elapsed = Elapsed::seconds(elapsed.as_seconds() - i64::from(days) * 86_400);
    if days == 0 && elapsed == Elapsed::ZERO {
        lower.report(
            Diagnostic::new(&EMPTY_RANGE, written.span, format!("`{text}` lasts no time"))
                .help("say how long it lasts, as in `24h` or `2d`"),
        );
        return None;
    }
    Some(Length { days, elapsed })
}

/// `09:00 .. 17:00`
pub(super) fn hours(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<(TimeOfDay, TimeOfDay)> {
    let (start, end) = (captures.get("start")?, captures.get("end")?);
    let (from, to) = (lower.time(start)?, lower.time(end)?);
    closed_end(lower, end, to);
    if from == to {
        let whole = "write `00:00 .. 24:00` for the whole day";
        lower.report(
            Diagnostic::new(&EMPTY_RANGE, start.span.to(end.span), "this span ends when it starts")
                .help(whole),
        );
        return None;
    }
    Some((from, to))
}

/// `23:59` or `23:59:59` as an end leaves its last minute or second open.
fn closed_end(lower: &mut Lower<'_>, end: &Expr, time: TimeOfDay) {
    if let 86_340 | 86_399 = time.seconds() {
        let text = lower.text(end.span).to_owned();
        let hole = if time.seconds() == 86_399 { "second" } else { "minute" };
        lower.report(
            Diagnostic::new(
                &CLOSED_END,
                end.span,
                format!("the span ends before `{text}`: the day's last {hole} stays open"),
            )
            .note("a span holds up to its end, and not at it")
            .fix("write `24:00`", end.span, "24:00"),
        );
    }
}

/// What stands behind `every`.
pub(super) fn recurrence(lower: &mut Lower<'_>, captures: &Captures<'_>, span: Span) -> Option<Pattern> {
    match captures.tags().iter().copied().find(|tag| RECURRENCES.contains(tag))? {
        "day" => hours(lower, captures).map(|(start, end)| Pattern::Daily { start, end }),
        "workday" => hours(lower, captures).map(|(start, end)| Pattern::Workdays { start, end }),
        "weekdays" => {
            let days: Weekdays = captures.all("days").filter_map(|day| lower.weekday(day)).collect();
            hours(lower, captures).map(|(start, end)| Pattern::Weekdays { days, start, end })
        }
        "week" => week(lower, captures),
        "month-weekday" => month_weekday(lower, captures),
        "month-day" => month_day(lower, captures),
        "business-days" => {
            let (first, last) = (captures.get("first")?, captures.get("last")?);
            let (first, last) = (business_day(lower, first), business_day(lower, last));
            Some(Pattern::MonthlyBusinessDays { first: first?, last: last? })
        }
        "year" => year(lower, captures, span),
        _ => rrule(lower, captures),
    }
}

/// The tags of the alternatives of a recurrence.
const RECURRENCES: [&str; 9] =
    ["day", "week", "weekdays", "workday", "month-weekday", "month-day", "business-days", "year", "rrule"];

fn week(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<Pattern> {
    let (first, second) = (captures.get("start")?, captures.get("end")?);
    let (start, end) = (lower.time(first)?, lower.time(second)?);
    closed_end(lower, second, end);
    let (from, to) = (lower.weekday(captures.get("from")?)?, lower.weekday(captures.get("to")?)?);
    if (from, start) == (to, end) {
        lower.report(
            Diagnostic::new(&EMPTY_RANGE, first.span.to(second.span), "this span ends when it starts")
                .help("a span of a whole week holds always: say `during` with the dates that are meant"),
        );
        return None;
    }
    Some(Pattern::Weekly { from, start, to, end })
}

fn month_weekday(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<Pattern> {
    let ordinal = match captures.get("ordinal") {
        Some(written) => {
            let ordinal = lower.ordinal(written, 5)?;
            if ordinal == 5 {
                absent(lower, written.span, "some months have no 5th of a weekday");
            }
            i8::try_from(ordinal).ok()?
        }
        None => -1,
    };
    let day = lower.weekday(captures.get("day")?)?;
    let start = lower.time(captures.get("start")?)?;
    let length = length(lower, captures.get("length")?)?;
    Some(Pattern::MonthlyWeekday { ordinal, day, start, length })
}

fn month_day(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<Pattern> {
    let day = match captures.get("ordinal") {
        Some(written) => {
            let day = lower.ordinal(written, 31)?;
            if day > 28 {
                absent(
                    lower,
                    written.span,
                    "some months do not have this day, and it does not occur in them",
                );
            }
            i8::try_from(day).ok()?
        }
        None => -1,
    };
    let start = match captures.get("start") {
        Some(written) => lower.time(written)?,
        None => TimeOfDay::MIDNIGHT,
    };
    Some(Pattern::MonthlyDay { day, start, length: length(lower, captures.get("length")?)? })
}

/// No month has more working days than this.
const MOST_BUSINESS_DAYS: i64 = 23;

fn business_day(lower: &mut Lower<'_>, written: &Expr) -> Option<i8> {
    let number = lower.integer(written, -MOST_BUSINESS_DAYS, MOST_BUSINESS_DAYS)?;
    if number == 0 {
        lower.report(
            Diagnostic::new(&IMPOSSIBLE_VALUE, written.span, "a month has no business day `0`")
                .help("the first is `1`, the last is `-1`"),
        );
        return None;
    }
    i8::try_from(number).ok()
}

fn year(lower: &mut Lower<'_>, captures: &Captures<'_>, span: Span) -> Option<Pattern> {
    let start = month_and_day(lower, captures.get("start-month")?, captures.get("start-day")?);
    let end = month_and_day(lower, captures.get("end-month")?, captures.get("end-day")?);
    let (start, end) = (start?, end?);
    if start == end {
        lower.report(
            Diagnostic::new(
                &EMPTY_RANGE,
                span,
                "this span ends on the day it starts, and holds that day no more",
            )
            .help("it ends before its second date: name the day behind the last one"),
        );
        return None;
    }
    Some(Pattern::Yearly { start, end })
}

fn month_and_day(lower: &mut Lower<'_>, month: &Expr, day: &Expr) -> Option<MonthDay> {
    const LONGEST: [i64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let at = MONTHS.iter().position(|name| Some(*name) == month.word())?;
    let number = lower.integer(day, 1, 31)?;
    let longest = LONGEST.get(at).copied().unwrap_or(31);
    let span = month.span.to(day.span);
    if number > longest {
        let message = format!("no year has a `{}`", lower.text(span));
        lower.report(
            Diagnostic::new(&IMPOSSIBLE_VALUE, span, message).help(format!("its last day is {longest}")),
        );
        return None;
    }
    if at == 1 && number == 29 {
        absent(lower, span, "most years have no 29th of February, and it does not occur in them");
    }
    Some(MonthDay { month: u32::try_from(at + 1).ok()?, day: u32::try_from(number).ok()? })
}

fn rrule(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<Pattern> {
    let written = captures.get("rule")?;
    let text = lower.string(written)?;
    let start = lower.time(captures.get("start")?);
    let length = length(lower, captures.get("length")?);
    match Rule::parse(&text) {
        Ok(rule) => Some(Pattern::Rrule { rule, start: start?, length: length? }),
        Err(error) => {
            lower.report(
                Diagnostic::new(&BAD_RRULE, written.span, error.to_string())
                    .help("a rule is that of RFC 5545, on dates alone, as in `FREQ=MONTHLY;BYDAY=-1FR`"),
            );
            None
        }
    }
}

fn absent(lower: &mut Lower<'_>, span: Span, message: &str) {
    lower.report(
        Diagnostic::new(&ABSENT_DAY, span, message)
            .help("`last day` and `last Fri` exist in every month; else say `@allow(absent-day, \"...\")` why that is meant"),
    );
}
