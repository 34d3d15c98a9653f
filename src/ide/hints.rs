//! Small print beside what is written: what a local time is in UTC, what weekday a date is, when a recurrence next holds.

use super::Analysis;
use super::about::next_of;
use super::literal::{offset, words};
use crate::calendar::{Date, Elapsed, Zone};
use crate::source::Span;
use crate::syntax::tree::{Clause, ClauseKind, Entry, Expr, ExprKind, Literal, Node, NodeKind};
use crate::types::{self, Value};

/// Small print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Behind which byte it stands.
    pub at: u32,
    /// What it says.
    pub text: String,
    /// What it is about, where that is not plain.
    pub about: &'static str,
}

/// A duration of so many of its own units reads better in larger ones.
const LONG: Elapsed = Elapsed::hours(48);

/// The small print within a span, in order of place. What lies outside it is not looked at.
pub fn hints(analysis: &Analysis, within: Span) -> Vec<Hint> {
    let nodes = analysis.tree(within.file).map_or(&[][..], |tree| &tree.nodes);
    let mut found = Hints { analysis, within, window: None, all: Vec::new() };
    found.nodes(nodes);
    found.all.retain(|hint| within.touches(hint.at));
    found.all.sort_by_key(|hint| hint.at);
    found.all
}

struct Hints<'a> {
    analysis: &'a Analysis,
    within: Span,
    /// The name of the window that is looked at.
    window: Option<&'a str>,
    all: Vec<Hint>,
}

impl<'a> Hints<'a> {
    fn nodes(&mut self, nodes: &'a [Node]) {
        let within = self.within;
        let first = nodes.partition_point(|node| node.span.end < within.start);
        let here = nodes.get(first..).unwrap_or_default().iter();
        for node in here.take_while(|node| node.span.start <= within.end) {
            if let NodeKind::Entry(entry) = &node.kind {
                self.entry(entry);
            }
        }
    }

    fn entry(&mut self, entry: &'a Entry) {
        let word = entry.word.text.as_str();
        if word.starts_with(|letter: char| letter.is_ascii_digit()) {
            self.date(&entry.word.text, entry.word.span);
        }
        if word == "window" {
            self.window = entry.head.as_ref().and_then(|head| head.phrase().first()).and_then(Expr::word);
        }
        let conditions = entry.clauses.iter().filter_map(condition);
        for part in entry.head.iter().chain(&entry.annotation).chain(conditions) {
            self.expression(part, word);
        }
        match (word, &entry.head, self.window) {
            ("every" | "only", Some(head), Some(window)) => self.next(window, head.span.end),
            ("traffic", Some(head), _) => self.total(head),
            _ => {}
        }
        if let Some(block) = &entry.block {
            self.nodes(&block.nodes);
        }
        if word == "window" {
            self.window = None;
        }
    }

    fn expression(&mut self, written: &Expr, word: &str) {
        match &written.kind {
            ExprKind::Or(parts)
            | ExprKind::And(parts)
            | ExprKind::Phrase(parts)
            | ExprKind::List(parts)
            | ExprKind::Bracket(parts) => parts.iter().for_each(|part| self.expression(part, word)),
            ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::Paren(inner) => {
                self.expression(inner, word);
            }
            ExprKind::Compare(left, _, right) | ExprKind::Arithmetic(left, _, right) => {
                self.expression(left, word);
                self.expression(right, word);
            }
            ExprKind::Literal(shape) => self.literal(*shape, written.span),
            ExprKind::Text(text) if word == "zone" || word == "in" => self.zone(text, written.span),
            _ => {}
        }
    }

    fn literal(&mut self, shape: Literal, span: Span) {
        let text = self.analysis.sources.text_of(span);
        match shape {
            Literal::Date => self.date(text, span),
            Literal::ZonedDateTime | Literal::Instant => {
                let Ok(Value::Instant(at)) = types::value(text, shape, span) else { return };
                let utc = Zone::UTC.local(at);
                let zone =
                    text.split_once('[').and_then(|(_, zone)| Zone::parse(zone.trim_end_matches(']')).ok());
                match zone.filter(|zone| *zone != Zone::UTC) {
                    Some(zone) => {
                        let said = format!("{} = {}Z", zone.abbreviation(at), utc.format("%a %H:%M"));
                        self.push(span.end, said, "the same in UTC");
                    }
                    None if text.ends_with('Z') => {
                        self.push(span.end, utc.format("%a").to_string(), "the weekday in UTC");
                    }
                    None => self.push(span.end, utc.format("= %a %H:%MZ").to_string(), "the same in UTC"),
                }
            }
            Literal::Duration => {
                let Ok(Value::Duration(elapsed)) = types::value(text, shape, span) else { return };
                if elapsed >= LONG && !text.contains('d') {
                    self.push(span.end, words(elapsed), "");
                }
            }
            _ => {}
        }
    }

    fn date(&mut self, text: &str, span: Span) {
        let date: Result<Date, _> = types::date(text, span);
        if let Ok(date) = date {
            self.push(span.end, date.format("%a").to_string(), "");
        }
    }

    fn zone(&mut self, text: &str, span: Span) {
        if let Ok(zone) = Zone::parse(text)
            && zone != Zone::UTC
        {
            let now = self.analysis.now;
            let (name, offset) = (zone.abbreviation(now), offset(zone, now));
            // Where people have no name for their time the database gives its offset once more.
            let plain = name.starts_with(['+', '-']);
            self.push(span.end, if plain { offset } else { format!("{name}, {offset}") }, "now");
        }
    }

    /// When a window next holds, or until when it does.
    fn next(&mut self, window: &str, at: u32) {
        if let Some(text) =
            self.analysis.policy().and_then(|policy| next_of(policy, window, self.analysis.now))
        {
            self.push(at, text, "where it is first");
        }
    }

    /// How long the steps of `traffic 10%, 50%, 100% hold 15m` take together.
    fn total(&mut self, head: &Expr) {
        let parts = head.phrase();
        let steps = parts.first().map_or(0, |shares| shares.list().len());
        let hold = parts.last().filter(|part| matches!(part.kind, ExprKind::Literal(Literal::Duration)));
        let Some(hold) = hold.filter(|_| steps > 1) else { return };
        let text = self.analysis.sources.text_of(hold.span);
        if let (Ok(hold), Ok(steps)) = (types::duration(text, hold.span), i64::try_from(steps)) {
            let total = Elapsed::seconds(hold.as_seconds().saturating_mul(steps));
            self.push(head.span.end, format!("{} in all", words(total)), "");
        }
    }

    fn push(&mut self, at: u32, text: String, about: &'static str) {
        self.all.push(Hint { at, text, about });
    }
}

fn condition(clause: &Clause) -> Option<&Expr> {
    match &clause.kind {
        ClauseKind::When(condition) | ClauseKind::Where(condition) => Some(condition),
        ClauseKind::Because(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::testing::read;

    /// The text with its hints in `<>`, as far as `within`.
    #[track_caller]
    fn check_within(main: &str, within: std::ops::Range<usize>, expected: &str) {
        let analysis = read(main, &[], None);
        let file = analysis.sources.find("main.ops").unwrap();
        let mut shown = main.to_owned();
        for hint in hints(&analysis, Span::new(file, within.start, within.end)).iter().rev() {
            shown.insert_str(hint.at as usize, &format!("<{}>", hint.text));
        }
        assert_eq!(shown, expected, "\n{shown}");
    }

    #[track_caller]
    fn check(main: &str, expected: &str) {
        check_within(main, 0..main.len(), expected);
    }

    #[test]
    fn dates_and_times_have_their_weekday_and_utc() {
        check(
            "window w : hard {\n  during 2025-09-14T22:00[Europe/Dublin] .. 2025-09-15T02:00+09:00\n}\nholidays h { 2026-12-25 }\n",
            "window w : hard {\n  during 2025-09-14T22:00[Europe/Dublin]<IST = Sun 21:00Z> .. 2025-09-15T02:00+09:00<= Sun 17:00Z>\n}\nholidays h { 2026-12-25<Fri> }\n",
        );
        check("region r { zone \"Asia/Kolkata\" }\n", "region r { zone \"Asia/Kolkata\"<IST, UTC+5:30> }\n");
        check(
            "policy p { horizon 2026-01-01 .. 2027-01-01T00:00Z }\n",
            "policy p { horizon 2026-01-01<Thu> .. 2027-01-01T00:00Z<Fri> }\n",
        );
    }

    #[test]
    fn recurrences_say_when_they_next_hold() {
        let head = "policy p { language 1 }\nfreeze hard { block others }\nregion r { zone \"UTC\" }\n";
        check(
            &format!(
                "{head}window w : hard {{\n  every week Sat 18:00 .. Mon 08:00\n}}\nwindow v : hard {{ every day 11:00 .. 13:00 }}\n"
            ),
            &format!(
                "{head}window w : hard {{\n  every week Sat 18:00 .. Mon 08:00<next Sat 21 Nov 18:00 UTC>\n}}\nwindow v : hard {{ every day 11:00 .. 13:00<until Fri 20 Nov 13:00 UTC> }}\n"
            ),
        );
    }

    #[test]
    fn durations_are_added_up() {
        check("lock l { lease 100h }\n", "lock l { lease 100h<4 days 4 hours> }\n");
        check(
            "pipeline q { stage ramp { traffic 10%, 50%, 100% hold 30m } }\n",
            "pipeline q { stage ramp { traffic 10%, 50%, 100% hold 30m<1 hour 30 minutes in all> } }\n",
        );
    }

    #[test]
    fn what_is_not_asked_about_is_left_out() {
        let text = "holidays h { 2026-12-25 }\nholidays i { 2026-12-26 }\nteam {{ 2026\n";
        check_within(text, 0..10, text);
        check_within(
            text,
            26..50,
            "holidays h { 2026-12-25 }\nholidays i { 2026-12-26<Sat> }\nteam {{ 2026\n",
        );
    }
}
