//! Feasts whose dates follow from the year alone. Those that a moon or a government decides are known by the policy's own
//! `holidays`.

use super::{Date, Weekday};
use chrono::{Datelike, Days};

/// A feast that people write of by name.
#[derive(Debug)]
pub struct Feast {
    /// What it is called, in lower case and without apostrophes.
    pub names: &'static [&'static str],
    /// When it is. Of several, any may be meant: countries and churches differ.
    days: &'static [Day],
}

/// How a date follows from a year.
#[derive(Debug, Clone, Copy)]
enum Day {
    /// Month and day.
    Fixed(u32, u32),
    /// The so-manieth weekday of a month, and so many days behind it.
    Nth { month: u32, weekday: Weekday, nth: u8, behind: u64 },
    /// So many days behind Good Friday: in the west, and in the east.
    Easter(u64),
}

const THANKSGIVING: (u32, Weekday, u8) = (11, Weekday::Thu, 4);

const fn behind_thanksgiving(behind: u64) -> Day {
    Day::Nth { month: THANKSGIVING.0, weekday: THANKSGIVING.1, nth: THANKSGIVING.2, behind }
}

/// Every feast. One without days is none of the others, though its name ends like theirs.
pub static FEASTS: &[Feast] = &[
    Feast { names: &["new years eve"], days: &[Day::Fixed(12, 31)] },
    Feast {
        names: &[
            "lunar new year",
            "chinese new year",
            "tamil new year",
            "persian new year",
            "jewish new year",
        ],
        days: &[],
    },
    Feast { names: &["new years day", "new years", "new year"], days: &[Day::Fixed(1, 1)] },
    Feast { names: &["epiphany"], days: &[Day::Fixed(1, 6), Day::Fixed(1, 19)] },
    Feast { names: &["valentines day", "valentines"], days: &[Day::Fixed(2, 14)] },
    Feast { names: &["st patricks day", "saint patricks day"], days: &[Day::Fixed(3, 17)] },
    Feast { names: &["good friday"], days: &[Day::Easter(0)] },
    Feast { names: &["easter sunday"], days: &[Day::Easter(2)] },
    Feast { names: &["easter monday"], days: &[Day::Easter(3)] },
    Feast { names: &["easter"], days: &[Day::Easter(0), Day::Easter(1), Day::Easter(2), Day::Easter(3)] },
    Feast { names: &["ascension day"], days: &[Day::Easter(41)] },
    Feast { names: &["whit monday", "pentecost monday"], days: &[Day::Easter(52)] },
    Feast { names: &["juneteenth"], days: &[Day::Fixed(6, 19)] },
    Feast { names: &["bastille day"], days: &[Day::Fixed(7, 14)] },
    Feast { names: &["halloween"], days: &[Day::Fixed(10, 31)] },
    Feast { names: &["singles day", "veterans day", "armistice day"], days: &[Day::Fixed(11, 11)] },
    Feast {
        names: &["thanksgiving day", "thanksgiving"],
        days: &[behind_thanksgiving(0), Day::Nth { month: 10, weekday: Weekday::Mon, nth: 2, behind: 0 }],
    },
    Feast { names: &["black friday"], days: &[behind_thanksgiving(1)] },
    Feast { names: &["cyber monday"], days: &[behind_thanksgiving(4)] },
    Feast { names: &["christmas eve"], days: &[Day::Fixed(12, 24), Day::Fixed(1, 6)] },
    Feast { names: &["christmas day"], days: &[Day::Fixed(12, 25), Day::Fixed(1, 7)] },
    Feast {
        names: &["christmas"],
        days: &[Day::Fixed(12, 24), Day::Fixed(12, 25), Day::Fixed(12, 26), Day::Fixed(1, 7)],
    },
    Feast { names: &["boxing day"], days: &[Day::Fixed(12, 26)] },
];

/// The year of a date.
pub fn year_of(date: Date) -> i32 {
    date.year()
}

impl Feast {
    /// Its dates in a year, any of which may be meant.
    pub fn dates(&self, year: i32) -> Vec<Date> {
        self.days.iter().flat_map(|day| day.dates(year)).collect()
    }
}

impl Day {
    fn dates(self, year: i32) -> Vec<Date> {
        let behind =
            |date: Option<Date>, days: u64| date.and_then(|date| date.checked_add_days(Days::new(days)));
        let found = match self {
            Self::Fixed(month, day) => vec![Date::from_ymd_opt(year, month, day)],
            Self::Nth { month, weekday, nth, behind: days } => {
                vec![behind(Date::from_weekday_of_month_opt(year, month, weekday, nth), days)]
            }
            Self::Easter(days) => [western_easter(year), eastern_easter(year)]
                .into_iter()
                .map(|sunday| behind(sunday.and_then(|sunday| sunday.checked_sub_days(Days::new(2))), days))
                .collect(),
        };
        let mut found: Vec<Date> = found.into_iter().flatten().filter(|date| date.year() == year).collect();
        found.dedup();
        found
    }
}

/// The Sunday behind the first full moon of spring, by the Gregorian tables.
fn western_easter(year: i32) -> Option<Date> {
    let golden = year.rem_euclid(19);
    let century = year.div_euclid(100);
    let epact = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15).rem_euclid(30);
    let moon = epact - (epact / 28) * (1 - (29 / (epact + 1)) * ((21 - golden) / 11));
    let weekday = (year + year / 4 + moon + 2 - century + century / 4).rem_euclid(7);
    on_march(year, moon - weekday + 28)
}

/// The same by the Julian tables, as a Gregorian date.
fn eastern_easter(year: i32) -> Option<Date> {
    let moon = (19 * year.rem_euclid(19) + 15).rem_euclid(30);
    let weekday = (year + year / 4 + moon).rem_euclid(7);
    let ahead = year.div_euclid(100) - year.div_euclid(400) - 2;
    on_march(year, moon - weekday + 28 + ahead)
}

/// A day of March, counted on into April and May.
fn on_march(year: i32, day: i32) -> Option<Date> {
    let behind = u64::try_from(day - 1).ok()?;
    Date::from_ymd_opt(year, 3, 1)?.checked_add_days(Days::new(behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(name: &str, year: i32) -> Vec<String> {
        let feast = FEASTS.iter().find(|feast| feast.names.contains(&name)).unwrap();
        feast.dates(year).iter().map(ToString::to_string).collect()
    }

    /// As printed calendars have them.
    #[test]
    fn easter_by_both_tables() {
        for (year, western, eastern) in [
            (2024, "2024-03-31", "2024-05-05"),
            (2025, "2025-04-20", "2025-04-20"),
            (2026, "2026-04-05", "2026-04-12"),
            (2027, "2027-03-28", "2027-05-02"),
            (2030, "2030-04-21", "2030-04-28"),
            (2038, "2038-04-25", "2038-04-25"),
        ] {
            assert_eq!(western_easter(year).unwrap().to_string(), western);
            assert_eq!(eastern_easter(year).unwrap().to_string(), eastern);
        }
    }

    #[test]
    fn easter_is_a_sunday_of_spring() {
        for year in 1900..2100 {
            for sunday in [western_easter(year).unwrap(), eastern_easter(year).unwrap()] {
                assert_eq!(sunday.weekday(), Weekday::Sun, "{year}");
                let first = Date::from_ymd_opt(year, 3, 22).unwrap();
                assert!(sunday >= first && sunday <= Date::from_ymd_opt(year, 5, 10).unwrap(), "{sunday}");
            }
        }
    }

    #[test]
    fn the_days_of_the_great_sale() {
        assert_eq!(dates("black friday", 2025), ["2025-11-28"]);
        assert_eq!(dates("cyber monday", 2025), ["2025-12-01"]);
        assert_eq!(dates("thanksgiving", 2026), ["2026-11-26", "2026-10-12"]);
        assert_eq!(dates("good friday", 2025), ["2025-04-18"]);
        assert!(dates("lunar new year", 2026).is_empty());
    }
}
