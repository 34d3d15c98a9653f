//! Times as regular expressions over nginx's `$msec`, which is the only clock that its configuration can ask.

use crate::calendar::{Interval, IntervalSet};
use std::fmt::Write;

/// Patterns of `$msec` (seconds, a point, milliseconds), one for each interval; together they match exactly within them.
pub(super) fn patterns(times: &IntervalSet) -> Vec<String> {
    times.intervals().iter().map(|interval| format!("~^(?:{})\\.", seconds(*interval).join("|"))).collect()
}

/// Patterns of the whole seconds of a half-open interval, by the longest runs that share their leading digits.
fn seconds(interval: Interval) -> Vec<String> {
    let (mut from, end) = (interval.start.unix().max(0), interval.end.unix());
    let mut found = Vec::new();
    while from < end {
        let mut block = 1;
        while from % (block * 10) == 0 && from + block * 10 <= end && block < 1_000_000_000 {
            block *= 10;
        }
        let digit = from / block % 10;
        let blocks = ((end - from) / block).min(10 - digit);
        found.push(run(from / block / 10, (digit, digit + blocks - 1), block));
        from += blocks * block;
    }
    found
}

/// Numbers that begin with `head`, go on with a digit of a range, and end in as many digits as `block` has zeros.
fn run(head: i64, (first, last): (i64, i64), block: i64) -> String {
    let mut pattern = if head == 0 { String::new() } else { head.to_string() };
    // Infallible: a `String` takes all that is written to it.
    let _ = match first == last {
        true => write!(pattern, "{first}"),
        false => write!(pattern, "[{first}-{last}]"),
    };
    let zeros = block.ilog10();
    if zeros > 0 {
        let _ = write!(pattern, "[0-9]{{{zeros}}}");
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Instant;

    /// What a pattern of [`run`] matches: digits, one range, and a count of digits at the end.
    fn matches(pattern: &str, number: i64) -> bool {
        let digits = number.to_string();
        let (head, counted) = match pattern.split_once("[0-9]{") {
            Some((head, count)) => (head, count.trim_end_matches('}').parse::<usize>().unwrap()),
            None => (pattern, 0),
        };
        let (head, last) = match head.split_once('[') {
            Some((head, range)) => (head.to_owned(), range.trim_end_matches(']').to_owned()),
            None => (head[..head.len() - 1].to_owned(), head[head.len() - 1..].to_owned()),
        };
        let (low, high) = last.split_once('-').unwrap_or((&last, &last));
        let rest = digits.strip_prefix(&head);
        rest.is_some_and(|rest| rest.len() == counted + 1 && (low..=high).contains(&&rest[..1]))
    }

    #[test]
    fn an_interval_matches_its_own_seconds_alone() {
        for (start, end) in [
            (1_770_444_000, 1_770_451_200),
            (1_770_444_001, 1_770_444_002),
            (1_799_999_999, 1_800_000_001),
            (1_769_999_997, 1_780_000_003),
            (999_999_998, 1_000_000_011),
        ] {
            let interval = Interval::new(Instant::from_unix(start), Instant::from_unix(end));
            let patterns = seconds(interval);
            let near = [start - 11, start - 1, start, start + 1, (start + end) / 2, end - 1, end, end + 9];
            for at in near {
                let held = patterns.iter().filter(|pattern| matches(pattern, at)).count();
                assert_eq!(
                    held,
                    usize::from(interval.contains(Instant::from_unix(at))),
                    "{at}: {patterns:?}"
                );
            }
        }
    }
}
