//! Words that name a feast, beside dates that miss it: a calendar was copied from the year before, and its comments were not read
//! (language section 6, time).

use super::{Rule, Subject};
use crate::calendar::{
    Date, DateSpan, FEASTS, Feast, Interval, Pattern, Repeat, TimeOfDay, Timetable, Zone, year_of,
};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Id, Origin, Policy, Region, Window};
use crate::resolve::Module;
use crate::source::{Sources, Span};
use crate::syntax::tree::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

code!(pub FEAST_MISSED, Warning, "feast-missed", "words that name a feast, beside dates that miss it");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&FEAST_MISSED], check };

/// Words that put what is named outside: "the week after Easter".
const OUTSIDE: &[&str] = &[
    "after",
    "ahead",
    "approaching",
    "before",
    "between",
    "by",
    "except",
    "following",
    "from",
    "not",
    "past",
    "prior",
    "since",
    "till",
    "towards",
    "unlike",
    "until",
    "up",
];

/// Words for a time round a feast rather than its day: "Christmas season".
const ROUND: &[&str] = &[
    "business",
    "campaign",
    "eve",
    "in",
    "month",
    "observed",
    "peak",
    "period",
    "rush",
    "sale",
    "sales",
    "season",
    "shopping",
    "substitute",
    "time",
    "trade",
    "traffic",
    "week",
    "weeks",
];

/// So many words before a name may put it outside.
const WORDS: usize = 3;

/// A date that is missed by so many days in one year, though not in another, was meant.
const NEAR: i64 = 10;

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for window in policy.windows.rows().iter().filter(|window| !window.only) {
        let Some(spans) = spans(&window.when) else { continue };
        let places = places(window, policy);
        let holds = |date: Date| places.iter().any(|region| holds_on(policy, &window.when, *region, date));
        let whose = format!("window `{}`", window.name);
        let because = window.because.iter().map(|text| (text.clone(), window.origin.span));
        let texts = written(subject, window.origin).into_iter().chain(because);
        let name = (window.name.clone(), window.origin.span);
        missed(&Dated { whose, spans: &spans, holds: &holds }, texts.chain([name]), sink);
    }
    for holidays in policy.holidays.rows() {
        let (whose, name) = (format!("holidays `{}`", holidays.name), holidays.origin.span);
        let texts = written(subject, holidays.origin).into_iter().chain([(holidays.name.clone(), name)]);
        let spans = &holidays.spans;
        let holds = |date: Date| spans.iter().any(|span| within(span, date));
        missed(&Dated { whose, spans, holds: &holds }, texts, sink);
        for span in spans {
            let Some(title) = holidays.titles.get(&span.first) else { continue };
            let whose = format!("the date that holidays `{}` give it", holidays.name);
            let holds = |date: Date| within(span, date);
            let dated = Dated { whose, spans: std::slice::from_ref(span), holds: &holds };
            missed(&dated, [(title.clone(), name)], sink);
        }
    }
}

fn within(span: &DateSpan, date: Date) -> bool {
    span.first <= date && date <= span.last
}

/// The dates of a timetable that names them one by one; nothing for one that recurs.
fn spans(when: &Timetable) -> Option<Vec<DateSpan>> {
    let span = |pattern: &Pattern| match pattern {
        Pattern::Once(at) => Some(DateSpan { first: Zone::UTC.date(at.start), last: Zone::UTC.date(at.end) }),
        Pattern::OnceLocal { start, end } => Some(DateSpan { first: start.date(), last: end.date() }),
        Pattern::Dates(span) => Some(*span),
        _ => None,
    };
    when.patterns.iter().map(span).collect::<Option<Vec<_>>>().filter(|spans| !spans.is_empty())
}

fn places(window: &Window, policy: &Policy) -> Vec<Option<Id<Region>>> {
    let all: Vec<Option<Id<Region>>> = match &window.regions {
        Some(regions) => regions.iter().copied().map(Some).collect(),
        None => policy.regions.ids().map(Some).collect(),
    };
    if all.is_empty() { vec![None] } else { all }
}

fn holds_on(policy: &Policy, when: &Timetable, region: Option<Id<Region>>, date: Date) -> bool {
    let place = policy.place_of(region);
    let at = |time| place.zone.instant_on(date, time, Repeat::Earlier);
    !when.active(place, Interval::new(at(TimeOfDay::MIDNIGHT), at(TimeOfDay::END))).is_empty()
}

/// What is written about a declaration: the lines above it and the comments inside, each with its place.
fn written(subject: &Subject<'_>, origin: Origin) -> Vec<(String, Span)> {
    let Some(module) = subject.modules.iter().find(|module| module.file == origin.span.file) else {
        return Vec::new();
    };
    let nodes = &module.tree.nodes;
    let behind = nodes.partition_point(|node| node.span.start <= origin.span.start);
    let Some(node) = behind.checked_sub(1).and_then(|at| nodes.get(at)) else { return Vec::new() };
    let docs = node.docs.iter().map(|line| line.span);
    let found = docs.chain(comments(subject.sources, module, node));
    found.map(|span| (subject.sources.text_of(span).trim_start_matches('/').to_owned(), span)).collect()
}

/// The comments inside a declaration, and those straight above it.
fn comments(sources: &Sources, module: &Module, node: &Node) -> Vec<Span> {
    let all = &module.tree.comments;
    let first = all.partition_point(|comment| comment.span.start < node.span.start);
    let inside =
        all.iter().skip(first).map(|comment| comment.span).take_while(|span| span.end <= node.span.end);
    let mut found: Vec<Span> = inside.collect();
    let mut below = node.span.start;
    for span in all.iter().take(first).rev().map(|comment| comment.span) {
        let gap = sources.text_of(Span { start: span.end, end: below, ..span });
        if !gap.trim().is_empty() || gap.matches('\n').count() != 1 {
            break;
        }
        found.push(span);
        below = span.start;
    }
    found
}

/// A declaration whose words and dates are held against each other.
struct Dated<'a> {
    /// "window `x`"
    whose: String,
    /// Its dates, as far as they are named one by one.
    spans: &'a [DateSpan],
    /// Whether it holds in some part of a date.
    holds: &'a dyn Fn(Date) -> bool,
}

/// Finds each feast that texts name and dates miss, each once.
fn missed(dated: &Dated<'_>, texts: impl IntoIterator<Item = (String, Span)>, sink: &mut Sink) {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (text, span) in texts {
        for (name, feast) in named(&text) {
            let Some(date) = miss(feast, dated).filter(|_| told.insert(name)) else { continue };
            let message = format!(
                "this names {}, which is {}, and {} has no part of that day",
                titled(name),
                date.format("%a %-d %b %Y"),
                dated.whose
            );
            sink.push(Diagnostic::new(&FEAST_MISSED, span, message).help("mend the dates, or the words"));
        }
    }
}

/// The date of a feast that is missed: in every year of the dates, or narrowly by a span that has no part of the feast. One that goes
/// over New Year and has the feast of one year says nothing of the other.
fn miss(feast: &Feast, dated: &Dated<'_>) -> Option<Date> {
    let years = |span: &DateSpan| year_of(span.first)..=year_of(span.last);
    let all: BTreeSet<i32> = dated.spans.iter().flat_map(years).collect();
    let has = |span: &&DateSpan| {
        let mut dates = years(span).flat_map(|year| feast.dates(year));
        dates.any(|date| within(span, date) && (dated.holds)(date))
    };
    let without: Vec<&DateSpan> = dated.spans.iter().filter(|span| !has(span)).collect();
    let away = |date: Date| {
        let days = |span: &&DateSpan| {
            let ahead = span.first.signed_duration_since(date).num_days();
            ahead.max(date.signed_duration_since(span.last).num_days())
        };
        without.iter().map(days).min().unwrap_or(i64::MAX)
    };
    let of_years = all.iter().map(|year| feast.dates(*year));
    let missed: Vec<Vec<Date>> =
        of_years.filter(|dates| !dates.iter().any(|date| (dated.holds)(*date))).collect();
    let nearest = missed.iter().flatten().copied().min_by_key(|date| away(*date))?;
    (missed.len() == all.len() || away(nearest) <= NEAR).then_some(nearest)
}

/// The feasts that a text names as the days it is about, as it calls them.
fn named(text: &str) -> Vec<(&'static str, &'static Feast)> {
    let lower = text.to_lowercase().replace(['\'', '’'], "");
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let rest = words.get(at..).unwrap_or_default();
        let here = rest.first().and_then(|word| by_first_word().get(word)).into_iter().flatten().copied();
        let longest = here.filter(|(name, _)| begins(rest, name)).max_by_key(|(name, _)| name.len());
        let Some((name, feast)) = longest else {
            at += 1;
            continue;
        };
        let before = words.get(at.saturating_sub(WORDS)..at).unwrap_or_default();
        at += name.split(' ').count();
        let is_round = words.get(at).is_some_and(|word| ROUND.contains(word));
        if !is_round && !before.iter().any(|word| OUTSIDE.contains(word)) {
            found.push((name, feast));
        }
    }
    found
}

/// Every name of a feast, by the word it begins with: nearly no word of a text begins one.
fn by_first_word() -> &'static BTreeMap<&'static str, Vec<(&'static str, &'static Feast)>> {
    static NAMES: LazyLock<BTreeMap<&str, Vec<(&str, &Feast)>>> = LazyLock::new(|| {
        let mut names: BTreeMap<&str, Vec<(&str, &Feast)>> = BTreeMap::new();
        for feast in FEASTS {
            for name in feast.names {
                names.entry(name.split(' ').next().unwrap_or(name)).or_default().push((name, feast));
            }
        }
        names
    });
    &NAMES
}

fn begins(words: &[&str], name: &str) -> bool {
    let mut words = words.iter();
    name.split(' ').all(|word| words.next() == Some(&word))
}

fn titled(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    name.split(' ').map(word).collect::<Vec<String>>().join(" ")
}
