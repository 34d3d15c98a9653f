//! What makes a timetable mean nothing, whatever the place: found before it is used.

use super::nominal::LONGEST_DAYS;
use super::{Elapsed, Length, MonthDay, NeedsStart, Pattern, Timetable};

/// What is wrong with a timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimetableError {
    /// The pattern it is wrong with; nothing for its bounds.
    pub pattern: Option<usize>,
    /// What.
    pub problem: TimetableProblem,
}

/// What can be wrong with a timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimetableProblem {
    /// A span that ends where it starts or before.
    EmptySpan,
    /// Occurrences that last no time.
    EmptyLength,
    /// Occurrences that last longer than ten years.
    LongLength,
    /// A set of weekdays without any.
    NoWeekday,
    /// No month has such a weekday: the ordinal is none of 1 to 5 and -1.
    NoSuchWeekday,
    /// No month has such a day: it is none of 1 to 31 and -1.
    NoSuchDay,
    /// No month has so many business days: the number is none of 1 to 23 and -23 to -1.
    NoSuchBusinessDay,
    /// No year has the date.
    NoSuchDate(MonthDay),
    /// The rule has no meaning without `from`.
    NeedsStart(NeedsStart),
    /// `until` is not behind `from`.
    EmptyBounds,
}

impl Timetable {
    /// What is wrong with it.
    pub fn check(&self) -> Vec<TimetableError> {
        let mut errors = Vec::new();
        for (index, pattern) in self.patterns.iter().enumerate() {
            let problem = problem_of(pattern, self.from.is_some());
            errors.extend(problem.map(|problem| TimetableError { pattern: Some(index), problem }));
        }
        if matches!((self.from, self.until), (Some(from), Some(until)) if from >= until) {
            errors.push(TimetableError { pattern: None, problem: TimetableProblem::EmptyBounds });
        }
        errors
    }
}

fn problem_of(pattern: &Pattern, has_start: bool) -> Option<TimetableProblem> {
    use TimetableProblem as Problem;
    let when = |wrong: bool, problem: Problem| wrong.then_some(problem);
    let is_business_day = |number: i8| (1..=23).contains(&number.abs());
    // 2000 has every date that any year has.
    let absent = |day: &MonthDay| day.in_year(2000).is_none();
    match pattern {
        Pattern::Once(interval) => when(interval.is_empty(), Problem::EmptySpan),
        Pattern::OnceLocal { start, end } => when(end <= start, Problem::EmptySpan),
        Pattern::Dates(span) => when(span.last < span.first, Problem::EmptySpan),
        Pattern::Daily { .. } | Pattern::Weekly { .. } | Pattern::Workdays { .. } => None,
        Pattern::Weekdays { days, .. } => when(days.is_empty(), Problem::NoWeekday),
        Pattern::MonthlyWeekday { ordinal, length, .. } => {
            when(!matches!(ordinal, 1..=5 | -1), Problem::NoSuchWeekday)
                .or_else(|| problem_of_length(*length))
        }
        Pattern::MonthlyDay { day, length, .. } => {
            when(!matches!(day, 1..=31 | -1), Problem::NoSuchDay).or_else(|| problem_of_length(*length))
        }
        Pattern::MonthlyBusinessDays { first, last } => {
            when(!is_business_day(*first) || !is_business_day(*last), Problem::NoSuchBusinessDay)
        }
        Pattern::Yearly { start, end } => {
            [start, end].into_iter().find(|day| absent(day)).map(|day| Problem::NoSuchDate(*day))
        }
        Pattern::Rrule { rule, length, .. } => {
            let needs = rule.needs_start().filter(|_| !has_start).map(Problem::NeedsStart);
            needs.or_else(|| problem_of_length(*length))
        }
    }
}

fn problem_of_length(length: Length) -> Option<TimetableProblem> {
    if length.elapsed < Elapsed::ZERO || length.days == 0 && length.elapsed == Elapsed::ZERO {
        return Some(TimetableProblem::EmptyLength);
    }
    let days = i64::from(length.days).saturating_add(length.elapsed.as_seconds() / 86_400);
    (days >= LONGEST_DAYS).then_some(TimetableProblem::LongLength)
}
