//! Days as numbers, with what a rule of a calendar asks of them: year, month, day, weekday, length of the month.

use crate::calendar::Date;

/// A date as a rule looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// The year.
    pub(super) year: i32,
    /// 1 to 12.
    pub(super) month: u32,
    /// 1 to 31.
    pub(super) day: u32,
    /// 0 is Sunday.
    pub(super) weekday: u32,
}

impl Day {
    /// The day so many days behind 1970-01-01, a Thursday.
    pub(super) fn number(number: i64) -> Self {
        // Years begin in March here, so that the leap day is a year's last.
        let shifted = number + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).unwrap_or(0),
            month: u32::try_from(month).unwrap_or(1),
            day: u32::try_from(day).unwrap_or(1),
            weekday: u32::try_from((number + 4).rem_euclid(7)).unwrap_or(0),
        }
    }

    /// A date as a day.
    pub(super) fn of(date: Date) -> Self {
        Self::number(number_of(date))
    }

    /// How many days its month has.
    pub(super) fn days_in_month(self) -> u32 {
        days_in(self.year, self.month)
    }
}

/// How many days a month has.
pub(super) fn days_in(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01.
pub(super) fn number_of(date: Date) -> i64 {
    (date - Date::default()).num_days()
}

/// The date so many days behind 1970-01-01; the first of all days where there is none.
pub(super) fn date_of(number: i64) -> Date {
    let day = Day::number(number);
    Date::from_ymd_opt(day.year, day.month, day.day).unwrap_or_default()
}

/// The first of January of a year.
pub(super) fn first_of(year: i32) -> Date {
    Date::from_ymd_opt(year, 1, 1).unwrap_or_default()
}

/// The date so many days later.
pub(super) fn later(date: Date, days: i64) -> Date {
    date_of(number_of(date).saturating_add(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_agree() {
        let mut date = Date::from_ymd_opt(1899, 12, 25).unwrap();
        for _ in 0..80_000 {
            let day = Day::of(date);
            assert_eq!(date_of(number_of(date)), date);
            assert_eq!(format!("{:04}-{:02}-{:02}", day.year, day.month, day.day), date.to_string());
            assert_eq!(day.weekday.to_string(), date.format("%w").to_string());
            date = date.succ_opt().unwrap();
        }
    }
}
