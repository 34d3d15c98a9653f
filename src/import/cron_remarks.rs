//! What a cron schedule does that its authors may not mean, whoever reads it.

use super::cron::Cron;
use super::day_rule::DayRule;
use super::report::{At, RemarkKind, Report};

/// Seconds as people say them: `47 hours`, `90 minutes`.
pub(super) fn span(seconds: i64) -> String {
    for (size, one, many) in [(86_400, "day", "days"), (3600, "hour", "hours"), (60, "minute", "minutes")] {
        // Days are only said from three on: "47 hours" shows what "1 day 23 hours" hides.
        let least = if size == 86_400 { 3 * size } else { size };
        if seconds >= least && seconds % size == 0 {
            let count = seconds / size;
            return format!("{count} {}", if count == 1 { one } else { many });
        }
    }
    format!("{seconds} seconds")
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
