//! What a cron schedule does that its authors may not mean, whoever reads it.

use super::cron::Cron;
use super::day_rule::DayRule;
use super::report::{At, RemarkKind, Report};

/// Seconds as people say them: `47 hours`, `36 hours 30 minutes`, `10 days`.
pub(super) fn span(seconds: i64) -> String {
    let said = |count: i64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    // Days are only said from three on: "47 hours" shows what "1 day 23 hours" hides.
    let days = if seconds >= 3 * 86_400 { seconds / 86_400 } else { 0 };
    let rest = seconds - days * 86_400;
    let parts = [(days, "day"), (rest / 3600, "hour"), (rest / 60 % 60, "minute"), (rest % 60, "second")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, one)| said(count, one)).collect();
    parts.join(" ")
}

/// Remarks on the days of a schedule.
pub(super) fn on_days(text: &str, cron: &Cron, at: At, report: &mut Report) {
    if cron.days.len() > 1 {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!("`{text}` fires on its days of the month and, besides, on its weekdays"),
            "cron joins the two by `or` where both are given; for both at once no cron schedule exists",
        );
    }
    if cron.days.iter().any(DayRule::is_yearly) {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!("`{text}` comes back every year: cron has no year"),
            "for a single freeze, write `during DATE through DATE` instead",
        );
    }
    for day in cron.days.iter().flat_map(DayRule::days_that_months_lack) {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!("`{text}` passes over the months that have no day {day}"),
            "for the last day of every month, write `every month last day`",
        );
    }
}
