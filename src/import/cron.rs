//! Cron schedules of five fields, in the dialects of the programs that read them.

use super::day_rule::{DayRule, Days};
use super::names::quoted;

/// Whose cron it is: they differ in what they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Argo CD: no `7` for Sunday, no range across the end, `?` is `*`.
    Argo,
    /// GitLab: `7` is Sunday, ranges may run across the end, `L` is the last day of the month.
    GitLab,
}

/// A schedule: minutes of the day, and the days on which they count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    /// Seconds of the day at which it fires, in order.
    pub(super) times: Vec<u32>,
    /// It fires on the days of any of these: two where day of month and weekday are both given, for cron means "or".
    pub(super) days: Vec<DayRule>,
}

/// What a field holds.
struct Field {
    name: &'static str,
    low: u32,
    high: u32,
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", low: 0, high: 59, names: &[] },
    Field { name: "hour", low: 0, high: 23, names: &[] },
    Field { name: "day of month", low: 1, high: 31, names: &[] },
    Field { name: "month", low: 1, high: 12, names: MONTHS },
    Field { name: "weekday", low: 0, high: 6, names: WEEKDAYS },
];

/// The values of one field, as bits, and whether it is `*`.
#[derive(Clone, Copy)]
struct Values {
    bits: u64,
    star: bool,
    last: bool,
}

impl Values {
    fn within(self, field: &Field) -> Vec<u32> {
        (field.low..=field.high).filter(|value| self.bits & (1 << value) != 0).collect()
    }
}

/// Why a text is no schedule: what is wrong, and how to mend it.
pub(super) type Problem = (String, String);

impl Cron {
    /// Reads five fields.
    pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Self, Problem> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let fields: [&str; 5] = <[&str; 5]>::try_from(words.as_slice()).map_err(|_| {
            let help = match text.trim_start() {
                start if start.starts_with('@') => "write the five fields that the name stands for",
                start if start.starts_with("TZ=") || start.starts_with("CRON_TZ=") => {
                    "give the zone in its own field"
                }
                _ => "a schedule is minute, hour, day of month, month and weekday",
            };
            (format!("`{}` has {} fields, not 5", quoted(text), words.len()), help.to_owned())
        })?;
        let mut values = [Values { bits: 0, star: false, last: false }; 5];
        for ((field, word), found) in FIELDS.iter().zip(fields).zip(values.iter_mut()) {
            *found = field.values(word, dialect)?;
        }
        let [minutes, hours, doms, months, dows] = values;
        let [minute, hour, dom, month, dow] = &FIELDS;
        let times = hours
            .within(hour)
            .into_iter()
            .flat_map(|hour| minutes.within(minute).into_iter().map(move |minute| hour * 3600 + minute * 60))
            .collect();
        let any_month = (month.low..=month.high).collect::<Vec<_>>();
        let months = if months.star { any_month } else { months.within(month) };
        let by_dom = Days::new(doms.within(dom), if doms.last { vec![1] } else { Vec::new() });
        let by_dow = dows.within(dow);
        let every_dow: Vec<u32> = (0..=6).collect();
        let days = match (doms.star, dows.star) {
            (true, _) => vec![DayRule::new(months, Days::All, by_dow)],
            (false, true) => vec![DayRule::new(months, by_dom, every_dow)],
            (false, false) => {
                vec![DayRule::new(months.clone(), by_dom, every_dow), DayRule::new(months, Days::All, by_dow)]
            }
        };
        Ok(Self { times, days })
    }

    /// How many times it fires on a day on which it does.
    pub(super) fn fires_a_day(&self) -> usize {
        self.times.len()
    }
}

impl Field {
    fn values(&self, text: &str, dialect: Dialect) -> Result<Values, Problem> {
        let mut all = Values { bits: 0, star: false, last: false };
        for part in text.split(',') {
            let values = self.part(part, dialect)?;
            all.bits |= values.bits;
            all.star |= values.star;
            all.last |= values.last;
        }
        Ok(all)
    }

    fn part(&self, part: &str, dialect: Dialect) -> Result<Values, Problem> {
        let wrong = |why: &str| {
            let help = match self.names {
                [] => format!("it takes {} to {}, `a-b`, `*/n` and lists", self.low, self.high),
                names => format!(
                    "it takes {} to {}, {}, `a-b`, `*/n` and lists",
                    self.low,
                    self.high,
                    names.join(" ")
                ),
            };
            (format!("`{}` is not a {}: {why}", quoted(part), self.name), help)
        };
        if dialect == Dialect::GitLab && self.name == "day of month" && part.eq_ignore_ascii_case("l") {
            return Ok(Values { bits: 0, star: false, last: true });
        }
        if dialect == Dialect::GitLab && part.contains(['#', '%', '&']) {
            return Err(wrong("this extension is not imported"));
        }
        let (range, step) = match part.split_once('/') {
            None => (part, None),
            Some((range, step)) => match step.parse::<u32>() {
                Ok(step) if step > 0 => (range, Some(step)),
                _ => return Err(wrong("a step is a whole number above 0")),
            },
        };
        let (first, last, star) = if range == "*" || (range == "?" && dialect == Dialect::Argo) {
            (self.low, self.high, step.is_none_or(|step| step == 1))
        } else {
            match range.split_once('-') {
                Some((first, last)) => (
                    self.value(first, dialect).ok_or_else(|| wrong("no such value"))?,
                    self.value(last, dialect).ok_or_else(|| wrong("no such value"))?,
                    false,
                ),
                None => {
                    let value = self.value(range, dialect).ok_or_else(|| wrong("no such value"))?;
                    (value, if step.is_some() { self.high } else { value }, false)
                }
            }
        };
        let span = match (last.checked_sub(first), dialect) {
            (Some(span), _) => span,
            (None, Dialect::GitLab) => last + self.high + 1 - self.low - first,
            (None, Dialect::Argo) => return Err(wrong("the range runs backwards")),
        };
        let size = self.high + 1 - self.low;
        let bits = (0..=span)
            .step_by(usize::try_from(step.unwrap_or(1)).unwrap_or(usize::MAX))
            .fold(0, |bits, offset| bits | 1_u64 << (self.low + (first - self.low + offset) % size));
        Ok(Values { bits, star, last: false })
    }

    fn value(&self, text: &str, dialect: Dialect) -> Option<u32> {
        if let Some(at) = self.names.iter().position(|name| text.eq_ignore_ascii_case(name)) {
            return Some(u32::try_from(at).ok()? + self.low);
        }
        if text.is_empty() || text.len() > 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value: u32 = text.parse().ok()?;
        let sunday = self.name == "weekday" && value == 7 && dialect == Dialect::GitLab;
        let value = if sunday { 0 } else { value };
        (self.low <= value && value <= self.high).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str, dialect: Dialect) -> Vec<DayRule> {
        Cron::parse(text, dialect).unwrap().days
    }

    #[test]
    fn fields_are_read_as_the_program_reads_them() {
        let all: Vec<u32> = (1..=12).collect();
        assert_eq!(
            days("0 0 * * 1-5", Dialect::Argo),
            [DayRule::new(all.clone(), Days::All, vec![1, 2, 3, 4, 5])]
        );
        assert_eq!(
            days("0 0 * * FRI-mon", Dialect::GitLab),
            [DayRule::new(all.clone(), Days::All, vec![0, 1, 5, 6])]
        );
        assert_eq!(days("0 0 */2 * 1", Dialect::Argo).len(), 2, "a step makes a day of month count");
        assert_eq!(
            days("0 0 L * *", Dialect::GitLab),
            [DayRule::new(all, Days::new(vec![], vec![1]), (0..=6).collect())]
        );
        assert_eq!(Cron::parse("*/20 9,17 * * *", Dialect::Argo).unwrap().fires_a_day(), 6);
        assert_eq!(Cron::parse("50/5 1 * * *", Dialect::Argo).unwrap().fires_a_day(), 2);
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "* * * *",
            "@daily",
            "60 * * * *",
            "0 0 0 * *",
            "0 0 * * 7",
            "0 0 * * 5-1",
            "*/0 * * * *",
            "a * * * *",
            "1--2 * * * *",
            "0 0 * foo *",
            "+1 * * * *",
        ] {
            assert!(Cron::parse(text, Dialect::Argo).is_err(), "{text}");
        }
        assert!(Cron::parse("0 0 * * mon#1", Dialect::GitLab).is_err());
    }
}
