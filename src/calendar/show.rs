//! Instants and durations as people read them: cities and UTC, never an abbreviation.

use super::{Elapsed, Instant, Interval, LocalDateTime, Zone};
use chrono::{Datelike, Timelike};

impl Zone {
    /// An instant as it reads there, with UTC: `Tue 2 Dec 00:00 New York (05:00Z)`. The date in UTC is said where it
    /// differs, seconds where there are any, the year where it is not that of `reference` there, and in UTC where it differs.
    pub fn show(self, at: Instant, reference: Instant) -> String {
        match at {
            Instant::MIN => return "always".to_owned(),
            Instant::MAX => return "never".to_owned(),
            _ => {}
        }
        let year = self.local(reference).year();
        let local = self.local(at);
        let here = format!("{} {}", date(local, year), time(local));
        if self == Self::UTC {
            return format!("{here} UTC");
        }
        let utc = Self::UTC.local(at);
        let utc_date = if utc.date() == local.date() { String::new() } else { date(utc, local.year()) + " " };
        format!("{here} {} ({utc_date}{}Z)", self.city(), time(utc))
    }

    /// An instant as [`Self::show`] says it, always with its year.
    pub fn show_dated(self, at: Instant) -> String {
        self.show(at, at.minus(Elapsed::days(400)))
    }

    /// An interval as it reads there: both ends as [`Self::show`] says them.
    pub fn show_interval(self, interval: Interval, reference: Instant) -> String {
        match (interval.start, interval.end) {
            (Instant::MIN, Instant::MAX) => "always".to_owned(),
            (Instant::MIN, end) => format!("until {}", self.show(end, reference)),
            (start, Instant::MAX) => format!("from {} without end", self.show(start, reference)),
            (start, end) => format!("{} .. {}", self.show(start, reference), self.show(end, reference)),
        }
    }
}

impl Elapsed {
    /// As people say it, in its two largest units: `3 d 13 h`, `45 min`. What is smaller is left out.
    pub fn show(self) -> String {
        let sign = if self < Self::ZERO { "-" } else { "" };
        let mut left = self.as_seconds().unsigned_abs();
        let mut said: Vec<String> = Vec::new();
        for (size, unit) in [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")] {
            let amount = left / size;
            left %= size;
            // Once a unit is said, the next one alone may follow, so that what is left out is always the smallest.
            if amount > 0 {
                said.push(format!("{amount} {unit}"));
            }
            if said.len() == 2 || said.len() == 1 && amount == 0 {
                break;
            }
        }
        if said.is_empty() { "0 s".to_owned() } else { format!("{sign}{}", said.join(" ")) }
    }
}

fn date(local: LocalDateTime, year: i32) -> String {
    let day = local.format("%a %-d %b");
    if local.year() == year { day.to_string() } else { format!("{day} {}", local.year()) }
}

fn time(local: LocalDateTime) -> String {
    local.format(if local.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}
