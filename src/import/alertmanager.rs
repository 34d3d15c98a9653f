//! Alertmanager's `time_intervals`: the fields of an interval all count, any interval of a name suffices.
//!
//! A time interval says when, not what: where a route mutes by it, it is taken as a freeze, where a route is active
//! by it, as an `only` window.

use super::day_rule::{DAY, DayRule, Days, Run, time_of};
use super::days::{Day, date_of, first_of, number_of};
use super::draft::{Draft, Sense, Space, Window};
use super::names::{one_line, quoted};
use super::report::{At, ImportError, RemarkKind, Report};
use super::week::Week;
use super::yaml::{Fields, Node, Value};
use super::zones;
use crate::calendar::{DateSpan, Pattern, Zone};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
/// Dates of single years are written out where they give no more spans than this.
const MOST_DATED: usize = 60;
/// A file holds no more intervals than this.
const MOST_INTERVALS: usize = 5000;

/// Whether a document is an Alertmanager configuration with time intervals.
pub(super) fn looks_so(document: &Node) -> bool {
    document.find(&["time_intervals"]).is_some() || document.find(&["mute_time_intervals"]).is_some()
}

/// Reads every interval into the draft.
pub(super) fn read(documents: &[Rc<Node>], draft: &mut Draft, report: &mut Report) {
    for document in documents {
        let result = configuration(document, draft, report);
        report.keep(result);
    }
}

fn configuration(document: &Node, draft: &mut Draft, report: &mut Report) -> Result<(), ImportError> {
    let mut fields = document.fields("the configuration")?;
    let mut uses = Uses::default();
    if let Some(route) = fields.get("route") {
        uses.collect(route);
    }
    let mut budget = MOST_INTERVALS;
    for name in ["time_intervals", "mute_time_intervals"] {
        let Some(node) = fields.get(name) else { continue };
        if name == "mute_time_intervals" {
            report.remark(
                node.at,
                RemarkKind::MayNotMean,
                "`mute_time_intervals` at the top is deprecated",
                "Alertmanager wants `time_intervals`",
            );
        }
        for item in node.list(name)? {
            let result = named(item, &uses, &mut budget, draft, report);
            report.keep(result);
        }
    }
    fields.leftovers("the configuration", report);
    Ok(())
}

/// Which intervals the routes mute by, and which they are active by.
#[derive(Default)]
struct Uses {
    mute: BTreeSet<String>,
    active: BTreeSet<String>,
}

impl Uses {
    fn collect(&mut self, route: &Node) {
        for (key, names) in
            [("mute_time_intervals", &mut self.mute), ("active_time_intervals", &mut self.active)]
        {
            let listed = route.find(&[key]).and_then(|node| node.texts(key).ok()).unwrap_or_default();
            names.extend(listed.into_iter().map(|(_, name)| name.to_owned()));
        }
        let inner = route.find(&["routes"]).and_then(|node| node.list("routes").ok()).unwrap_or_default();
        inner.iter().for_each(|route| self.collect(route));
    }
}

fn named(
    node: &Node,
    uses: &Uses,
    budget: &mut usize,
    draft: &mut Draft,
    report: &mut Report,
) -> Result<(), ImportError> {
    let mut fields = node.fields("a time interval")?;
    let name_node = fields.need("name", "a time interval")?;
    let name = name_node.text("name")?;
    if draft.knows(Space::Window, name) {
        return Err(name_node.at.error(format!("`{}` stands twice", quoted(name)), "give each its own name"));
    }
    let own = draft.name(Space::Window, name, name_node.at, report);
    let items = fields.need("time_intervals", &format!("`{}`", quoted(name)))?.list("time_intervals")?;
    fields.leftovers("a time interval", report);
    let sense = sense(name, name_node.at, uses, report);
    let mut groups: BTreeMap<(String, Years), Vec<Interval>> = BTreeMap::new();
    for item in items {
        *budget = budget.checked_sub(1).ok_or_else(|| {
            item.at
                .error(format!("the file holds more than {MOST_INTERVALS} intervals"), "import it in parts")
        })?;
        let result = Interval::of(item, report);
        let Some(interval) = report.keep(result) else { continue };
        for years in interval.years.clone() {
            groups.entry((interval.zone.name().to_owned(), years)).or_default().push(interval.clone());
        }
    }
    if items.is_empty() {
        report.remark(
            node.at,
            RemarkKind::MayNotMean,
            format!("`{}` has no intervals: it never holds", quoted(name)),
            "it is not carried over",
        );
    }
    let many = groups.len() > 1;
    for (number, ((_, years), intervals)) in groups.into_iter().enumerate() {
        let window_name = if many && number > 0 { draft.fresh(Space::Window, &own) } else { own.clone() };
        let mut window = Window::new(window_name, &draft.kind.clone());
        window.doc.push(format!("Time interval {}, line {}.", one_line(name), node.at.line));
        window.sense = sense;
        window.zone = intervals.first().map(|interval| interval.zone);
        when(&intervals, years, &mut window);
        if !window.when.is_empty() {
            draft.windows.push(window);
        }
    }
    Ok(())
}

fn sense(name: &str, at: At, uses: &Uses, report: &mut Report) -> Sense {
    let (mutes, activates) = (uses.mute.contains(name), uses.active.contains(name));
    let shown = quoted(name);
    let (sense, text) = match (mutes, activates) {
        (false, true) => {
            (Sense::Permits, format!("`{shown}` is when a route is active: imported as an `only` window"))
        }
        (true, false) => {
            (Sense::Freezes, format!("`{shown}` is when a route is muted: imported as a freeze"))
        }
        (true, true) => {
            (Sense::Freezes, format!("`{shown}` mutes one route and activates another: imported as a freeze"))
        }
        (false, false) => (Sense::Freezes, format!("no route uses `{shown}`: imported as a freeze")),
    };
    report.remark(at, RemarkKind::Changed, text, "a time interval says when, not what: check the kind");
    sense
}

/// The first and the last year, both included; none means every year.
type Years = Option<(i32, i32)>;

/// One interval: its days, its runs on each, its years.
#[derive(Clone)]
struct Interval {
    zone: Zone,
    rules: Vec<DayRule>,
    runs: Vec<Run>,
    years: Vec<Years>,
}

impl Interval {
    fn of(node: &Node, report: &mut Report) -> Result<Self, ImportError> {
        let mut fields = node.fields("an interval")?;
        let zone = zone(&mut fields)?;
        let runs = times(&mut fields)?;
        let weekdays = ranges(&mut fields, "weekdays", &|text| of_names(text, &WEEKDAYS, 0))?;
        let months = ranges(&mut fields, "months", &|text| {
            of_names(text, &MONTHS, 1).or_else(|| of_number(text, 1, 12))
        })?;
        let years = ranges(&mut fields, "years", &|text| of_number(text, 0, 9999))?;
        let days =
            ranges(&mut fields, "days_of_month", &|text| of_number(text, -31, 31).filter(|day| *day != 0))?;
        fields.leftovers("an interval", report);
        let spread = |ranges: &Option<Vec<Bounds>>, low: i32, high: i32| -> Vec<u32> {
            let all = vec![Bounds { first: low, last: high, at: node.at }];
            let ranges = ranges.as_ref().unwrap_or(&all);
            ranges
                .iter()
                .flat_map(|range| range.first..=range.last)
                .filter_map(|value| u32::try_from(value).ok())
                .collect()
        };
        let (weekdays, months) = (spread(&weekdays, 0, 6), spread(&months, 1, 12));
        let rules = match days {
            None => vec![DayRule::new(months, Days::All, weekdays)],
            Some(days) => day_rules(&days, &months, &weekdays)?,
        };
        let years = years.map_or_else(
            || vec![None],
            |years| years.iter().map(|years| Some((years.first, years.last))).collect(),
        );
        Ok(Self { zone, rules, runs, years })
    }
}

fn zone(fields: &mut Fields<'_>) -> Result<Zone, ImportError> {
    let Some((at, name)) = fields.text("location")? else { return Ok(Zone::UTC) };
    match zones::as_go_reads(name) {
        zones::Read::Zone(zone) => Ok(zone),
        zones::Read::NoPlace if name == "Local" => Err(at.error(
            "`Local` is whatever the machine is set to",
            "name a city whose clocks are meant: `Europe/Berlin`",
        )),
        zones::Read::NoPlace | zones::Read::Unknown => Err(at.error(
            format!("`{}` is not a place of the zone database", quoted(name)),
            "name a city whose clocks are meant: `Europe/Berlin`",
        )),
    }
}

fn times(fields: &mut Fields<'_>) -> Result<Vec<Run>, ImportError> {
    let listed = fields.get("times").map(|node| node.list("times")).transpose()?.unwrap_or_default();
    let mut runs = Vec::new();
    for item in listed {
        let mut fields = item.fields("a time range")?;
        let (start_at, start) = time(&mut fields, "start_time")?;
        let (_, end) = time(&mut fields, "end_time")?;
        if start >= end {
            return Err(start_at.error(
                "the range ends before it starts: Alertmanager refuses ranges across midnight",
                "write two ranges: one to `24:00`, one from `00:00`",
            ));
        }
        runs.push(Run { start, length: i64::from(end) - i64::from(start) });
    }
    if runs.is_empty() {
        runs.push(Run { start: 0, length: DAY });
    }
    Ok(runs)
}

fn time(fields: &mut Fields<'_>, name: &str) -> Result<(At, u32), ImportError> {
    let node = fields.need(name, "a time range")?;
    let text = node.text(name)?;
    let read = || {
        let (hour, minute) = text.split_once(':')?;
        let two = |text: &str| (text.len() == 2).then(|| text.parse::<u32>().ok()).flatten();
        let (hour, minute) = (two(hour)?, two(minute)?);
        let seconds = hour * 3600 + minute * 60;
        (minute < 60 && (hour < 24 || seconds == 86_400)).then_some(seconds)
    };
    match read() {
        Some(seconds) => Ok((node.at, seconds)),
        None => Err(node
            .at
            .error(format!("`{}` is not a time", quoted(text)), "write `HH:MM`, from `00:00` to `24:00`")),
    }
}

/// A range, both ends included.
#[derive(Clone, Copy)]
struct Bounds {
    first: i32,
    last: i32,
    at: At,
}

fn of_names(text: &str, names: &[&str], low: i32) -> Option<i32> {
    let at = names.iter().position(|name| *name == text)?;
    Some(i32::try_from(at).ok()? + low)
}

fn of_number(text: &str, low: i32, high: i32) -> Option<i32> {
    text.parse().ok().filter(|value| (low..=high).contains(value))
}

fn ranges(
    fields: &mut Fields<'_>,
    name: &str,
    value: &dyn Fn(&str) -> Option<i32>,
) -> Result<Option<Vec<Bounds>>, ImportError> {
    let Some(node) = fields.get(name) else { return Ok(None) };
    let listed = match &node.value {
        Value::Text { .. } => vec![(node.at, node.text(name)?)],
        _ => node.texts(name)?,
    };
    let mut found = Vec::new();
    for (at, text) in listed {
        let lower = text.to_lowercase();
        let (first, last) = lower.split_once(':').unwrap_or((&lower, &lower));
        let (Some(first), Some(last)) = (value(first.trim()), value(last.trim())) else {
            return Err(at.error(
                format!("`{}` is no value or range of `{name}`", quoted(text)),
                "write one value, or `first:last` with both included",
            ));
        };
        let backwards = match (first < 0, last < 0) {
            (true, false) => true,
            (false, true) => first > 29 + last,
            _ => first > last,
        };
        if backwards {
            return Err(at.error(format!("`{}` runs backwards", quoted(text)), "write the earlier one first"));
        }
        found.push(Bounds { first, last, at });
    }
    Ok(if found.is_empty() { None } else { Some(found) })
}

/// Days of the month as rules: those counted from one end join in one, those counted from both need care.
fn day_rules(ranges: &[Bounds], months: &[u32], weekdays: &[u32]) -> Result<Vec<DayRule>, ImportError> {
    let number = |day: i32| day.unsigned_abs();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let mut rules = Vec::new();
    for range in ranges {
        match (range.first < 0, range.last < 0) {
            (false, false) => first.extend(number(range.first)..=number(range.last)),
            (true, _) => last.extend(number(range.last)..=number(range.first)),
            (false, true) if range.last == -1 => first.extend(number(range.first)..=31),
            (false, true) => {
                let (from, back) = (number(range.first), number(range.last));
                let of_months = |lengths: &[u32]| -> Vec<u32> {
                    months
                        .iter()
                        .copied()
                        .filter(|month| lengths.contains(&super::days::days_in(2001, *month)))
                        .collect()
                };
                if from + back == 30 && months.contains(&2) {
                    return Err(range.at.error(
                        "a range that holds in February of leap years only cannot be imported",
                        "leave February out of its months, or write its days",
                    ));
                }
                for length in [30_u32, 31] {
                    let days = (from..=(length + 1).saturating_sub(back)).collect::<Vec<_>>();
                    let rule =
                        DayRule::new(of_months(&[length]), Days::new(days, Vec::new()), weekdays.to_vec());
                    rules.push(rule);
                }
                if from + back < 30 {
                    let days = Days::new(vec![from], (back..=29 - from).collect());
                    rules.push(DayRule::new(of_months(&[28]), days, weekdays.to_vec()));
                }
            }
        }
    }
    if !first.is_empty() || !last.is_empty() {
        rules.push(DayRule::new(months.to_vec(), Days::new(first, last), weekdays.to_vec()));
    }
    rules.retain(DayRule::ever_holds);
    Ok(rules)
}

/// Fills in when a window holds: dates where years bound it narrowly, else recurrences.
fn when(intervals: &[Interval], years: Years, window: &mut Window) {
    if let Some((first, last)) = years {
        let (from, until) = (first_of(first), first_of(last.saturating_add(1)));
        if let Some(dated) = dated(intervals, DateSpan { first: from, last: until }) {
            window.when = dated;
            return;
        }
        window.from = Some(from);
        window.until = Some(until);
    }
    let mut week = Week::default();
    let mut others = Vec::new();
    for interval in intervals {
        for rule in &interval.rules {
            match rule.weekly() {
                Some(weekdays) => week.add(weekdays, &interval.runs),
                None => others.extend(rule.patterns(&interval.runs)),
            }
        }
    }
    // What is joined across midnight begins on the evening before the year does: a bounded window stays unjoined.
    window.when = if years.is_some() { week.unjoined() } else { week.patterns() };
    for pattern in others {
        if !window.when.contains(&pattern) {
            window.when.push(pattern);
        }
    }
}

/// Every span within these years, whole days joined, where there are few.
fn dated(intervals: &[Interval], years: DateSpan) -> Option<Vec<Pattern>> {
    if intervals.iter().flat_map(|interval| &interval.rules).any(|rule| rule.weekly().is_some()) {
        return None;
    }
    let mut seconds: Vec<(i64, i64)> = Vec::new();
    for number in number_of(years.first)..number_of(years.last).min(number_of(years.first) + 366 * 10) {
        let day = Day::number(number);
        for interval in intervals.iter().filter(|interval| interval.rules.iter().any(|rule| rule.holds(day)))
        {
            for run in &interval.runs {
                let start = number * DAY + i64::from(run.start);
                seconds.push((start, start + run.length));
                if seconds.len() > 20 * MOST_DATED {
                    return None;
                }
            }
        }
    }
    if number_of(years.last) - number_of(years.first) > 366 * 10 {
        return None;
    }
    seconds.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (start, end) in seconds {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    (joined.len() <= MOST_DATED).then(|| joined.into_iter().filter_map(span).collect())
}

fn span((start, end): (i64, i64)) -> Option<Pattern> {
    let (first, last) = (start.div_euclid(DAY), end.div_euclid(DAY));
    if start.rem_euclid(DAY) == 0 && end.rem_euclid(DAY) == 0 {
        return Some(Pattern::Dates(DateSpan { first: date_of(first), last: date_of(last - 1) }));
    }
    let on = |day: i64, second: i64| time_of(u32::try_from(second).ok()?).map(|time| time.on(date_of(day)));
    Some(Pattern::OnceLocal { start: on(first, start.rem_euclid(DAY))?, end: on(last, end.rem_euclid(DAY))? })
}
