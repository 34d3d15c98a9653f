//! A test of the rules for `promtool test rules`: each bar of each alert just short of its threshold and just beyond, a moment before
//! its `for` is over and at its end, and with nothing measured.
//!
//! The tests give values to the recorded series, so that they hold whatever a metric's query says.

use super::alert::{Alert, Said};
use super::observe::{self, MISSING_FOR, OBSERVED};
use super::rule::Pair;
use super::value::Values;
use crate::calendar::Elapsed;
use crate::emit::escape;
use crate::fidelity::{Seen, SeenBar};
use crate::policy::{Bar, Limit, NoData, Operator, Policy};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Evaluations before the trigger is so.
const BEFORE: i64 = 4;
/// Evaluations behind the first that fires at which it is still so.
const BEHIND: i64 = 2;

/// What the tests are made from.
pub(super) struct Bench<'a> {
    pub policy: &'a Policy,
    pub values: &'a Values<'a>,
    pub alerts: &'a [Alert<'a>],
    pub runbooks: &'a str,
    /// The name of the file of alerts, from the test's folder.
    pub rules: &'a str,
    /// How often rules are evaluated.
    pub interval: Elapsed,
}

/// Where a bar stands in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    So,
    NotSo,
    /// Not so, so, not so again: what the test is about.
    Turns,
    /// Nothing is measured while it should be so.
    Absent,
}

impl Bench<'_> {
    /// The file.
    pub fn file(&self, head: &str) -> String {
        let mut text = head.to_owned();
        let _ = write!(
            text,
            "rule_files:\n  - {}\nevaluation_interval: {}\ntests:\n",
            escape::yaml(self.rules),
            escape::yaml(&self.interval.to_string())
        );
        for alert in self.alerts {
            let bars = alert.seen.bars();
            for turning in 0..bars.len() {
                text.push_str(&self.alert(alert, turning, Stand::Turns));
                let is_alarm = bars
                    .get(turning)
                    .is_some_and(|seen| self.policy.metrics[seen.bar.metric].no_data == NoData::Fail);
                if is_alarm {
                    text.push_str(&self.alert(alert, turning, Stand::Absent));
                }
            }
        }
        self.signals(&mut text);
        self.observed(&mut text);
        text
    }

    /// How many evaluations a span of time takes.
    fn steps(&self, elapsed: Elapsed) -> i64 {
        let interval = self.interval.as_seconds().max(1);
        (elapsed.as_seconds() + interval - 1) / interval
    }

    fn alert(&self, alert: &Alert<'_>, turning: usize, turn: Stand) -> String {
        let mut stands = Vec::new();
        place(&alert.seen, turning, turn, &mut stands);
        let steps = self.steps(alert.seen.sustained());
        let bars = alert.seen.bars();
        // What is held against an earlier reading is looked at once that is so long ago.
        let offsets = bars.iter().filter_map(|seen| match seen.bar.limit {
            Limit::Baseline { .. } => self.values.baseline(alert.asked(seen.bar)).1,
            Limit::Value(_) => None,
        });
        let earlier = offsets.map(|by| self.steps(by)).max().unwrap_or(0);
        let first = earlier + BEFORE;
        let fires = first + steps;
        let mut series = BTreeMap::new();
        for (bar, stand) in bars.iter().zip(&stands) {
            for (name, samples) in self.samples(alert, bar, *stand, (earlier, first, fires)) {
                let is_other = |known: &String| *known != samples;
                if series.get(&name).is_some_and(is_other) {
                    return format!(
                        "  # {}: two of its bars ask one series, and are not told apart here\n",
                        alert.name
                    );
                }
                series.insert(name, samples);
            }
        }
        if turn == Stand::Absent {
            let pipeline = alert.trigger.pipeline.map(|id| self.policy.pipelines[id].name.as_str());
            let pipeline = escape::promql(pipeline.unwrap_or("any"));
            let active = format!("0+0x{} 1+0x{} 0+0x3", first - 1, steps + BEHIND - 1);
            series.insert(format!("ops_rollout_active{{pipeline={pipeline}}}"), active);
        }
        let value = shown(&alert.seen, &mut readings(&bars, &stands).into_iter());
        let mut checks = vec![(first - 1, false), (fires, true), (fires + BEHIND, false)];
        if steps > 0 {
            checks.insert(1, (fires - 1, false));
        }
        let asked = bars.get(turning).map_or("", |seen| seen.bar.text.as_str());
        let what = if turn == Stand::Absent { "nothing measured" } else { "both sides of the bar" };
        let mut text = head(&format!("{}: {what}: {asked}", alert.name), self.interval, &series);
        text.push_str("    alert_rule_test:\n");
        for (step, is_firing) in checks {
            let annotations = alert.annotations(self.policy, self.runbooks, Said::Value(&value));
            let expected = is_firing.then_some((alert.labels.as_slice(), annotations));
            text.push_str(&self.check(step, &alert.name, expected));
        }
        text
    }

    /// The samples of a bar's series, and of its baseline's.
    fn samples(
        &self,
        alert: &Alert<'_>,
        SeenBar { bar, operator, .. }: &SeenBar<'_>,
        stand: Stand,
        (earlier, first, fires): (i64, i64, i64),
    ) -> Vec<(String, String)> {
        let asked = alert.asked(bar);
        let end = fires + BEHIND + 2;
        let (so, not_so) = sides(bar, *operator);
        let steady = |value: &str| format!("{value}+0x{end}");
        let own = match stand {
            Stand::So => steady(&so),
            Stand::NotSo => steady(&not_so),
            Stand::Absent => return Vec::new(),
            Stand::Turns => {
                let before = if earlier > 0 { format!("1+0x{} ", earlier - 1) } else { String::new() };
                format!(
                    "{before}{not_so}+0x{} {so}+0x{} {not_so}+0x3",
                    first - earlier - 1,
                    fires - first + BEHIND - 1
                )
            }
        };
        let mut series = vec![(self.values.series(asked, "canary"), own)];
        if matches!(bar.limit, Limit::Baseline { .. }) {
            let (track, _) = self.values.baseline(asked);
            if track != "canary" {
                series.push((self.values.series(asked, track), steady("1")));
            }
        }
        series
    }

    /// What is expected of an alert after so many evaluations.
    fn check(&self, step: i64, name: &str, expected: Option<(&[Pair], Vec<Pair>)>) -> String {
        let at = Elapsed::seconds(self.interval.as_seconds() * step);
        let mut text = format!(
            "      - eval_time: {}\n        alertname: {}\n        exp_alerts:{}\n",
            escape::yaml(&at.to_string()),
            escape::yaml(name),
            if expected.is_none() { " []" } else { "" },
        );
        if let Some((labels, annotations)) = expected {
            for (key, pairs, dash) in
                [("exp_labels", labels, '-'), ("exp_annotations", annotations.as_slice(), ' ')]
            {
                let _ = writeln!(text, "          {dash} {key}:");
                for (key, value) in pairs {
                    let _ = writeln!(text, "              {key}: {}", escape::yaml(value));
                }
            }
        }
        text
    }

    fn signals(&self, text: &mut String) {
        let watched = observe::watched(self.policy);
        for pipeline in &watched {
            let lost = self.steps(MISSING_FOR) + BEFORE;
            let cases = [
                ("RolloutUnderWay", "rollout", "0+0x3 1+0x9", BEFORE, observe::under_way(pipeline)),
                ("RolloutSignalMissing", "blind", "0+0x3 stale", lost, observe::missing(pipeline)),
            ];
            for (name, kind, values, fires, summary) in cases {
                // Of the other pipelines it is known that they rest.
                let series = watched.iter().map(|other| {
                    let values = if other.name == pipeline.name { values } else { &format!("0+0x{lost}") };
                    (
                        format!("ops_rollout_active{{pipeline={}}}", escape::promql(&other.name)),
                        values.to_owned(),
                    )
                });
                let title = format!("{name}: {}", pipeline.name);
                text.push_str(&head(&title, self.interval, &series.collect()));
                text.push_str("    alert_rule_test:\n");
                let labels = observe::labels(self.policy, pipeline, kind);
                text.push_str(&self.check(fires - 1, name, None));
                text.push_str(&self.check(
                    fires,
                    name,
                    Some((labels.as_slice(), vec![("summary", summary)])),
                ));
            }
        }
    }

    /// An hour in which everything is counted, once a minute.
    fn observed(&self, text: &mut String) {
        let policy = escape::promql(&self.policy.name);
        let mut series = BTreeMap::new();
        let mut recorded = Vec::new();
        for observed in OBSERVED {
            let counted = observed.counted.iter();
            series.extend(counted.map(|(name, values)| ((*name).to_owned(), (*values).to_owned())));
            let (labels, value) = observed.recorded;
            recorded.push((observed.name.to_owned(), labels.to_owned(), value));
        }
        for (of, rule) in self.values.differences() {
            for (track, values) in [("canary", "0.75+0x60"), ("stable", "0.5+0x60")] {
                series.insert(format!("{of}{{policy={policy},track=\"{track}\"}}"), values.to_owned());
            }
            recorded.push((rule.name, format!("{{policy={policy}}}"), "0.25"));
        }
        text.push_str(&head("what is observed of rollouts", Elapsed::minutes(1), &series));
        text.push_str("    promql_expr_test:\n");
        for (name, labels, value) in recorded {
            let _ = write!(
                text,
                "      - expr: {}\n        eval_time: \"1h\"\n        exp_samples:\n          - labels: {}\n            value: {value}\n",
                escape::yaml(&format!("{name}{labels}")),
                escape::yaml(&format!("{name}{labels}")),
            );
        }
    }
}

/// The begin of a test: what is measured, so far apart.
fn head(name: &str, interval: Elapsed, series: &BTreeMap<String, String>) -> String {
    let mut text = format!(
        "  - name: {}\n    interval: {}\n    input_series:{}\n",
        escape::yaml(name),
        escape::yaml(&interval.to_string()),
        if series.is_empty() { " []" } else { "" },
    );
    for (series, values) in series {
        let _ = write!(
            text,
            "      - series: {}\n        values: {}\n",
            escape::yaml(series),
            escape::yaml(values)
        );
    }
    text
}

/// What Prometheus shows of each bar where the alert fires; none where it is not so.
fn readings(bars: &[SeenBar<'_>], stands: &[Stand]) -> Vec<Option<String>> {
    let reading = |(seen, stand): (&SeenBar<'_>, &Stand)| match stand {
        Stand::So | Stand::Turns => Some(sides(seen.bar, seen.operator).0),
        Stand::Absent => Some("NaN".to_owned()),
        Stand::NotSo => None,
    };
    bars.iter().zip(stands).map(reading).collect()
}

/// Lets one bar decide: those it must be so with are so, those beside which it need not be are not.
fn place(seen: &Seen<'_>, turning: usize, turn: Stand, stands: &mut Vec<Stand>) {
    let start = stands.len();
    match seen {
        Seen::Blind(_) => {}
        Seen::Bar(_) => stands.push(if start == turning { turn } else { Stand::So }),
        Seen::All(parts) => parts.iter().for_each(|part| place(part, turning, turn, stands)),
        Seen::Any(parts) => {
            for part in parts {
                let from = stands.len();
                place(part, turning, turn, stands);
                let within = from..stands.len();
                let is_beside =
                    !within.contains(&turning) && (start..start + seen.bars().len()).contains(&turning);
                if is_beside {
                    stands.iter_mut().skip(from).for_each(|stand| *stand = Stand::NotSo);
                }
            }
        }
    }
}

/// What the expression of an alert evaluates to: of all parts the first, of any the first that is so.
fn shown(seen: &Seen<'_>, readings: &mut impl Iterator<Item = Option<String>>) -> String {
    fn of(seen: &Seen<'_>, readings: &mut dyn Iterator<Item = Option<String>>) -> Option<String> {
        match seen {
            Seen::Blind(_) => None,
            Seen::Bar(_) => readings.next().flatten(),
            Seen::All(parts) => {
                let seen = parts.iter().filter(|part| !part.bars().is_empty());
                let values: Vec<_> = seen.map(|part| of(part, readings)).collect();
                if values.iter().any(Option::is_none) { None } else { values.into_iter().flatten().next() }
            }
            Seen::Any(parts) => {
                let values: Vec<_> = parts.iter().map(|part| of(part, readings)).collect();
                values.into_iter().flatten().next()
            }
        }
    }
    of(seen, readings).unwrap_or_default()
}

/// A value at which a bar is so, and the nearest at which it is not, with a baseline of 1.
fn sides(bar: &Bar, operator: Operator) -> (String, String) {
    let limit = match &bar.limit {
        Limit::Value(limit) => limit.amount().unwrap_or_default(),
        Limit::Baseline { factor, plus } => {
            let plus = plus.as_ref().and_then(|plus| plus.amount()).unwrap_or_default();
            factor.checked_add(plus).unwrap_or_default()
        }
    };
    let part = if limit.is_zero() { Decimal::new(1, 2) } else { limit.abs() / Decimal::ONE_HUNDRED };
    let at = floating(bar, limit);
    let (above, below) = (go_float(limit + part), go_float(limit - part));
    match operator {
        Operator::Greater | Operator::NotEqual => (above, at),
        Operator::GreaterOrEqual => (at, below),
        Operator::Less => (below, at),
        Operator::LessOrEqual => (at, above),
        Operator::Equal => (at, above),
    }
}

/// The limit as Prometheus computes it, in binary floating point.
fn floating(bar: &Bar, limit: Decimal) -> String {
    let binary = |value: Decimal| value.to_string().parse::<f64>().unwrap_or_default();
    match &bar.limit {
        Limit::Baseline { factor, plus: Some(plus) } => {
            let sum = 1.0 * binary(*factor) + binary(plus.amount().unwrap_or_default());
            go_float(sum.to_string().parse().unwrap_or(limit))
        }
        _ => go_float(limit),
    }
}

/// A number as Go's `%v` writes a float: with an exponent below a ten-thousandth.
fn go_float(value: Decimal) -> String {
    let value = value.normalize();
    if value.is_zero() || value.abs() >= Decimal::new(1, 4) {
        return value.to_string();
    }
    let mut exponent = 0;
    let mut digits = value;
    while digits.abs() < Decimal::ONE && exponent < 28 {
        digits *= Decimal::TEN;
        exponent += 1;
    }
    format!("{}e-{exponent:02}", digits.normalize())
}
