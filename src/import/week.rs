//! A week as a ring: spans put on it are joined where they touch, and read back as recurrences.

use super::day_rule::{DAY, Run, time_of};
use crate::calendar::{Pattern, TimeOfDay, Weekday, Weekdays};
use std::collections::BTreeMap;

/// Seconds of a week.
pub(super) const WEEK: i64 = 7 * DAY;

/// Days from Sunday, as the ring counts them.
const DAYS: [Weekday; 7] =
    [Weekday::Sun, Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat];

/// Spans of a week, in seconds from Sunday 00:00.
#[derive(Debug, Default)]
pub(super) struct Week {
    pieces: Vec<(i64, i64)>,
}

impl Week {
    /// Adds runs on weekdays, 0 being Sunday.
    pub(super) fn add(&mut self, weekdays: &[u32], runs: &[Run]) {
        for weekday in weekdays {
            for run in runs {
                self.span(i64::from(*weekday) * DAY + i64::from(run.start), run.length);
            }
        }
    }

    /// Adds one span; a week or more is all of it.
    pub(super) fn span(&mut self, start: i64, length: i64) {
        let start = start.rem_euclid(WEEK);
        let end = start + length.min(WEEK);
        self.pieces.push((start, end.min(WEEK)));
        if end > WEEK {
            self.pieces.push((0, end - WEEK));
        }
    }

    /// Start and length of every span, joined where they touch; one of a whole week where nothing is left open.
    pub(super) fn spans(&self) -> Vec<(i64, i64)> {
        let mut pieces = self.pieces.clone();
        pieces.sort_unstable();
        let mut joined: Vec<(i64, i64)> = Vec::new();
        for (start, end) in pieces {
            match joined.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => joined.push((start, end)),
            }
        }
        if let [(0, end), .., (start, WEEK)] = joined.as_slice() {
            let across = (*start, WEEK + end);
            joined.pop();
            joined.remove(0);
            joined.push(across);
        }
        joined.into_iter().map(|(start, end)| (start, end - start)).collect()
    }

    /// The recurrences that hold exactly then: days that share their hours in one line.
    pub(super) fn patterns(&self) -> Vec<Pattern> {
        let spans = self.spans();
        if let [(_, WEEK)] = spans.as_slice() {
            return vec![Pattern::Daily { start: TimeOfDay::MIDNIGHT, end: TimeOfDay::END }];
        }
        let mut by_hours: BTreeMap<(TimeOfDay, TimeOfDay), Vec<Weekday>> = BTreeMap::new();
        let mut long = Vec::new();
        for (start, length) in spans {
            let (Some(from), Some(opens)) = (weekday(start), time_in(start)) else { continue };
            let within = length < DAY || (length == DAY && opens == TimeOfDay::MIDNIGHT);
            let closes = if within { closing(start + length) } else { time_in(start + length) };
            let Some(closes) = closes else { continue };
            if within {
                by_hours.entry((opens, closes)).or_default().push(from);
            } else if let Some(to) = weekday(start + length) {
                long.push(Pattern::Weekly { from, start: opens, to, end: closes });
            }
        }
        short(by_hours).chain(long).collect()
    }

    /// The same, cut at every midnight: each span lies within the day it starts on, as a bound on dates needs it.
    pub(super) fn unjoined(&self) -> Vec<Pattern> {
        let mut by_hours: BTreeMap<(TimeOfDay, TimeOfDay), Vec<Weekday>> = BTreeMap::new();
        for (start, length) in self.spans() {
            let mut at = start;
            while at < start + length {
                let next = ((at / DAY + 1) * DAY).min(start + length);
                if let (Some(day), Some(opens), Some(closes)) = (weekday(at), time_in(at), closing(next)) {
                    by_hours.entry((opens, closes)).or_default().push(day);
                }
                at = next;
            }
        }
        short(by_hours).collect()
    }
}

fn short(by_hours: BTreeMap<(TimeOfDay, TimeOfDay), Vec<Weekday>>) -> impl Iterator<Item = Pattern> {
    by_hours.into_iter().map(|((start, end), days)| {
        if days.len() == 7 {
            Pattern::Daily { start, end }
        } else {
            Pattern::Weekdays { days: days.into_iter().collect::<Weekdays>(), start, end }
        }
    })
}

fn weekday(second: i64) -> Option<Weekday> {
    usize::try_from(second.rem_euclid(WEEK) / DAY).ok().and_then(|day| DAYS.get(day).copied())
}

fn time_in(second: i64) -> Option<TimeOfDay> {
    time_of(u32::try_from(second.rem_euclid(DAY)).ok()?)
}

/// The time a span closes at: the end of its day reads better than the start of the next.
fn closing(second: i64) -> Option<TimeOfDay> {
    time_in(second).map(|time| if time == TimeOfDay::MIDNIGHT { TimeOfDay::END } else { time })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_is_joined_across_the_end_of_the_week() {
        let mut week = Week::default();
        week.add(&[5, 6, 0], &[Run { start: 0, length: DAY }]);
        assert_eq!(week.spans(), [(5 * DAY, 3 * DAY)]);
        week.span(DAY, 4 * DAY);
        assert_eq!(week.spans(), [(0, WEEK)]);
        assert_eq!(week.patterns(), [Pattern::Daily { start: TimeOfDay::MIDNIGHT, end: TimeOfDay::END }]);
    }
}
