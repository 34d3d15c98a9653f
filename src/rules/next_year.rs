//! A need that comes every year, whose dates were entered up to some year and not beyond.

use super::{Rule, Subject};
use crate::calendar::{Date, DateSpan, Pattern, Repeat, TimeOfDay, Zone};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Origin, Policy};
use std::collections::BTreeSet;

code!(
    pub WINDOW_HAS_NO_NEXT_YEAR,
    Warning,
    "window-has-no-next-year",
    "dates that come every year, and end before the policy's horizon does"
);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&WINDOW_HAS_NO_NEXT_YEAR], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    // A vendor's window moves as the vendor likes: `recheck` asks for it.
    for window in policy.windows.rows().iter().filter(|window| window.vendor.is_none()) {
        let dates: Option<Vec<Date>> = window.when.patterns.iter().map(first_date).collect();
        let found = dates.and_then(|dates| finding(policy, "window", &window.name, window.origin, &dates));
        sink.extend(found.filter(|_| !rests_on_holidays(policy, &window.when.patterns)));
    }
    for holidays in policy.holidays.rows() {
        let dates: Vec<Date> = holidays.spans.iter().map(|span| span.first).collect();
        sink.extend(finding(policy, "holidays", &holidays.name, holidays.origin, &dates));
    }
}

/// The date a one-off span begins on; none for what recurs by itself.
fn first_date(pattern: &Pattern) -> Option<Date> {
    match pattern {
        Pattern::Once(interval) => Some(Zone::UTC.date(interval.start)),
        Pattern::OnceLocal { start, .. } => Some(start.date()),
        Pattern::Dates(span) => Some(span.first),
        _ => None,
    }
}

/// Whether the dates are those of holidays, which have a finding of their own.
fn rests_on_holidays(policy: &Policy, patterns: &[Pattern]) -> bool {
    let covers = |span: &DateSpan| {
        policy
            .holidays
            .rows()
            .iter()
            .flat_map(|holidays| &holidays.spans)
            .any(|feast| span.first <= feast.first && feast.last <= span.last)
    };
    patterns.iter().all(|pattern| matches!(pattern, Pattern::Dates(span) if covers(span)))
}

fn finding(policy: &Policy, what: &str, name: &str, origin: Origin, dates: &[Date]) -> Option<Diagnostic> {
    let year = |date: &Date| date.format("%Y").to_string();
    let years: BTreeSet<String> = dates.iter().map(year).collect();
    let last = dates.iter().max()?;
    if years.len() < 2 {
        return None;
    }
    let next = a_year_later(*last)?;
    let at = Zone::UTC.instant_on(next, TimeOfDay::MIDNIGHT, Repeat::Earlier);
    if !policy.horizon.contains(at) {
        return None;
    }
    let message = format!(
        "{what} `{name}` has dates in {}, the last on {last}, and none about {next}, which lies within the horizon",
        years.into_iter().collect::<Vec<_>>().join(", "),
    );
    Some(
        Diagnostic::new(&WINDOW_HAS_NO_NEXT_YEAR, origin.span, message)
            .note("files that are written out as dates stay closed behind the last one they know")
            .help("add the dates of the years that are missing, or end `horizon` before them"),
    )
}

/// The same day a year later; of February 29th, the 28th.
fn a_year_later(date: Date) -> Option<Date> {
    let year: i32 = date.format("%Y").to_string().parse().ok()?;
    let day = date.format("-%m-%d").to_string();
    let read = |day: &str| format!("{:04}{day}", year + 1).parse::<Date>().ok();
    read(&day).or_else(|| read("-02-28"))
}
