//! Working days of a place, and counting them within a month.

use super::zone::days_after;
use super::{Date, DateSpan, Place};
use chrono::Datelike;

/// A place's calendar of work, with its holidays in order.
#[derive(Debug)]
pub(super) struct Workdays<'a> {
    place: &'a Place,
    holidays: Vec<DateSpan>,
}

impl<'a> Workdays<'a> {
    pub(super) fn of(place: &'a Place) -> Self {
        let mut spans = place.holidays.clone();
        spans.sort_unstable();
        let mut holidays: Vec<DateSpan> = Vec::with_capacity(spans.len());
        for span in spans.into_iter().filter(|span| span.first <= span.last) {
            match holidays.last_mut() {
                Some(last) if span.first <= last.last => last.last = last.last.max(span.last),
                _ => holidays.push(span),
            }
        }
        Self { place, holidays }
    }

    /// Whether people work there on `date`. A date that the zone skips is none.
    pub(super) fn is_workday(&self, date: Date) -> bool {
        if !self.place.zone.has_date(date) {
            return false;
        }
        self.place.extra_workdays.contains(&date)
            || !self.place.weekend.contains(date.weekday()) && !self.is_holiday(date)
    }

    /// The month's `number`th working day, counted from its end where negative.
    pub(super) fn in_month(&self, first_of_month: Date, number: i8) -> Option<Date> {
        let length = i64::from(first_of_month.num_days_in_month());
        let nth = usize::from(number.unsigned_abs()).checked_sub(1)?;
        let mut days = (0..length).map(|day| days_after(first_of_month, day));
        if number > 0 {
            days.filter(|&date| self.is_workday(date)).nth(nth)
        } else {
            days.by_ref().rev().filter(|&date| self.is_workday(date)).nth(nth)
        }
    }

    fn is_holiday(&self, date: Date) -> bool {
        let behind = self.holidays.partition_point(|span| span.first <= date);
        behind.checked_sub(1).and_then(|at| self.holidays.get(at)).is_some_and(|span| date <= span.last)
    }
}

impl Place {
    /// Whether people work there on `date`: extra workdays before holidays and weekend; a date that the zone skips
    /// is no workday.
    pub fn is_workday(&self, date: Date) -> bool {
        Workdays::of(self).is_workday(date)
    }
}
