//! Calendar values as the language writes them.

use super::names::one_line;
use crate::calendar::{
    DateSpan, Instant, Length, LocalDateTime, LocalReading, MonthDay, Pattern, Repeat, TimeOfDay, Weekday,
    Weekdays, Zone,
};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Text between quotes, on one line.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// `2025-11-27T00:00:00Z`.
pub(super) fn instant(at: Instant) -> String {
    at.to_string()
}

/// `2025-11-27T18:00[Europe/Dublin]`.
pub(super) fn local(at: LocalDateTime, zone: Zone) -> String {
    format!("{}[{}]", clock(&at.format("%Y-%m-%dT%H:%M:%S").to_string()), zone.name())
}

/// A time without its seconds where they are 0.
fn clock(text: &str) -> &str {
    text.strip_suffix(":00").unwrap_or(text)
}

/// `18:00`.
pub(super) fn time(time: TimeOfDay) -> String {
    let seconds = time.seconds();
    clock(&format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)).to_owned()
}

/// `2025-11-27 through 2025-12-01`, or the one date.
pub(super) fn dates(span: DateSpan) -> String {
    format!("{} through {}", span.first, span.last)
}

/// `36h`, `2d`, `1d12h`.
pub(super) fn length(length: Length) -> String {
    let mut text = String::new();
    if length.days > 0 {
        text = format!("{}d", length.days);
    }
    let seconds = length.elapsed.as_seconds();
    for (size, unit) in [(3600, "h"), (60, "m"), (1, "s")] {
        let count = match unit {
            "h" => seconds / size,
            _ => seconds / size % 60,
        };
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    text
}

fn ordinal(number: i8) -> String {
    let suffix = match number {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

fn month_day(day: MonthDay) -> String {
    let month = usize::try_from(day.month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    format!("{} {:02}", month.copied().unwrap_or("Jan"), day.day)
}

fn weekdays(days: Weekdays) -> String {
    DAYS.iter().filter(|day| days.contains(**day)).map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A pattern with the word in front that a window wants: `during`, `every`.
pub(super) fn pattern(pattern: &Pattern, zone: Option<Zone>) -> String {
    match pattern {
        Pattern::Once(interval) => format!("during {} .. {}", instant(interval.start), instant(interval.end)),
        Pattern::OnceLocal { start, end } => {
            let zone = zone.unwrap_or(Zone::UTC);
            // A reading that a clock change skips or repeats is no literal of the language: its instant is.
            let shown = |at: LocalDateTime, repeat: Repeat| match zone.reading(at) {
                LocalReading::Once(_) => local(at, zone),
                reading => instant(reading.instant(repeat)),
            };
            format!("during {} .. {}", shown(*start, Repeat::Earlier), shown(*end, Repeat::Later))
        }
        Pattern::Dates(span) => format!("during {}", dates(*span)),
        Pattern::Daily { start, end } => format!("every day {} .. {}", time(*start), time(*end)),
        Pattern::Weekly { from, start, to, end } => {
            format!("every week {from} {} .. {to} {}", time(*start), time(*end))
        }
        Pattern::Weekdays { days, start, end } => {
            format!("every {} {} .. {}", weekdays(*days), time(*start), time(*end))
        }
        Pattern::Workdays { start, end } => format!("every workday {} .. {}", time(*start), time(*end)),
        Pattern::MonthlyWeekday { ordinal: -1, day, start, length: long } => {
            format!("every month last {day} {} for {}", time(*start), length(*long))
        }
        Pattern::MonthlyWeekday { ordinal: number, day, start, length: long } => {
            format!("every month {} {day} {} for {}", ordinal(*number), time(*start), length(*long))
        }
        Pattern::MonthlyDay { day: -1, start, length: long } => {
            format!("every month last day {} for {}", time(*start), length(*long))
        }
        Pattern::MonthlyDay { day, start, length: long } => {
            format!("every month {} {} for {}", ordinal(*day), time(*start), length(*long))
        }
        Pattern::MonthlyBusinessDays { first, last } => {
            format!("every month business day {first} through business day {last}")
        }
        Pattern::Yearly { start, end } => format!("every year {} .. {}", month_day(*start), month_day(*end)),
        Pattern::Rrule { rule, start, length: long } => {
            format!("every rrule {} at {} for {}", string(rule.text()), time(*start), length(*long))
        }
    }
}
