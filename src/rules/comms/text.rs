//! The texts of updates: every field known, none missing that the moment needs, no metric shown, no hour promised.

use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Moment, Policy, Template};
use crate::rules::{Rule, Subject};
use crate::schema::suggest::{closest, one_of};
use crate::source::{Sources, Span};

code!(pub UNKNOWN_PLACEHOLDER, Error, "unknown-placeholder", "a field in a text that nobody fills");
code!(pub UPDATE_INCOMPLETE, Error, "update-incomplete", "an update that leaves out what its readers need");
code!(pub PROMISED_TIME, Warning, "promised-time", "an update that promises when it is over");
code!(pub METRIC_SHOWN, Warning, "metric-shown", "an update that shows users an internal metric");

/// The rule, as a row of the room's table.
pub(in crate::rules) static RULE: Rule =
    Rule { codes: &[&UNKNOWN_PLACEHOLDER, &UPDATE_INCOMPLETE, &PROMISED_TIME, &METRIC_SHOWN], check };

/// What whoever sends an update can always fill in, each with a text that a mend adds.
const FIELDS: [(&str, &str); 10] = [
    ("owner", "{owner} leads the work."),
    ("scope", "It affects {scope}."),
    ("user-effect", "{user-effect}"),
    ("next-checkpoint", "Next update at {next-checkpoint}."),
    ("postmortem", "More here: {postmortem}."),
    ("status-page", "{status-page}"),
    ("due", "We aim for {due}."),
    ("severity", "{severity}"),
    ("started", "It began at {started}."),
    ("ended", "It ended at {ended}."),
];

/// What each moment must say (ledger D4).
fn required(moment: Moment) -> &'static [&'static str] {
    match moment {
        Moment::Acknowledgement | Moment::Ongoing | Moment::Identified => {
            &["owner", "scope", "user-effect", "next-checkpoint"]
        }
        Moment::Resolved => &["owner", "scope", "postmortem"],
        Moment::Postmortem => &["owner", "scope", "postmortem", "due"],
        Moment::Banner => &["user-effect", "status-page"],
    }
}

/// Words that promise an end.
const PROMISES: [&str; 9] = [
    "will be fixed by",
    "will be resolved by",
    "will be back by",
    "will be back at",
    "fixed within",
    "resolved within",
    "back to normal by",
    "estimated time of resolution",
    "eta",
];

/// What engineers call things that users do not see.
const INTERNALS: [&str; 10] =
    ["p50", "p95", "p99", "Δs", "delta-s", "λ", "lambda", "5xx", "slo", "error budget"];

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for template in subject.policy.templates.rows() {
        let fields = placeholders(&template.text.0);
        for field in &fields {
            unknown(template, field, subject.sources, sink);
        }
        missing(template, &fields, sink);
        if !template.internal {
            promised(template, subject.sources, sink);
            shown(subject.policy, template, subject.sources, sink);
        }
    }
}

/// Names between braces.
fn placeholders(text: &str) -> Vec<&str> {
    let behind = text.split('{').skip(1);
    behind.filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.trim()).collect()
}

fn unknown(template: &Template, field: &str, sources: &Sources, sink: &mut Sink) {
    let known = || FIELDS.iter().map(|(name, _)| *name).chain(template.takes.iter().map(String::as_str));
    if known().any(|name| name == field) {
        return;
    }
    let span = find(template, sources, &format!("{{{field}}}"));
    let message = format!("nobody fills `{{{field}}}` in `{}`", template.name);
    let finding = Diagnostic::new(&UNKNOWN_PLACEHOLDER, span, message);
    sink.push(match closest(field, known()) {
        Some(near) => finding.fix(format!("write `{{{near}}}`"), span, format!("{{{near}}}")),
        None => finding
            .help(format!("every update has {}", one_of(known())))
            .help(format!("say `takes {field}` if whoever sends it fills it in")),
    });
}

fn missing(template: &Template, fields: &[&str], sink: &mut Sink) {
    let missing: Vec<&str> =
        required(template.moment).iter().copied().filter(|name| !fields.contains(name)).collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<String> = missing.iter().map(|name| format!("`{{{name}}}`")).collect();
    let moment = template.moment.name();
    let message = format!("`{}` leaves out {}", template.name, names.join(", "));
    let words = FIELDS.iter().filter(|(name, _)| missing.contains(name)).map(|(_, words)| *words);
    let words = words.collect::<Vec<_>>().join(" ");
    sink.push(
        Diagnostic::new(&UPDATE_INCOMPLETE, template.text.1.span, message)
            .also(template.origin.span, format!("it is said at the moment `{moment}`"))
            .help(format!("for instance: {words}")),
    );
}

fn promised(template: &Template, sources: &Sources, sink: &mut Sink) {
    let Some(promise) = PROMISES.iter().find(|promise| says(&template.text.0, promise)) else { return };
    let span = find(template, sources, promise);
    let message = format!("`{}` promises when it is over", template.name);
    sink.push(
        Diagnostic::new(&PROMISED_TIME, span, message)
            .note("a promise that is missed costs more trust than the incident")
            .help("promise the next word instead: `Next update at {next-checkpoint}.`"),
    );
}

fn shown(policy: &Policy, template: &Template, sources: &Sources, sink: &mut Sink) {
    let metrics = policy.metrics.rows().iter().map(|metric| metric.name.as_str());
    let Some(metric) = metrics.chain(INTERNALS).find(|word| says(&template.text.0, word)) else { return };
    let span = find(template, sources, metric);
    let message = format!("`{}` shows users `{metric}`", template.name);
    sink.push(
        Diagnostic::new(&METRIC_SHOWN, span, message)
            .help("say what users feel and what is done; numbers belong to the incident's record")
            .help("say `internal` if users do not read it"),
    );
}

/// Whether a text says these words, as words, outside its fields.
fn says(text: &str, words: &str) -> bool {
    let bare: String = text.split('{').enumerate().map(|(at, part)| outside(at, part)).collect();
    let (bare, words) = (bare.to_lowercase(), words.to_lowercase());
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
    bare.match_indices(&words).any(|(at, found)| {
        let before = bare.get(..at).and_then(|text| text.chars().next_back());
        let after = bare.get(at + found.len()..).and_then(|text| text.chars().next());
        !part_of_word(before) && !part_of_word(after)
    })
}

fn outside(at: usize, part: &str) -> String {
    if at == 0 {
        return part.to_owned();
    }
    part.split_once('}').map_or_else(|| part.to_owned(), |(_, rest)| format!(" {rest}"))
}

/// Where these words stand in the text as written; the whole text where an escape hides them.
fn find(template: &Template, sources: &Sources, words: &str) -> Span {
    let whole = template.text.1.span;
    let written = sources.text_of(whole);
    let at = written.find(words).or_else(|| written.to_ascii_lowercase().find(&words.to_ascii_lowercase()));
    at.map_or(whole, |at| {
        let start = whole.start as usize + at;
        Span::new(whole.file, start, start + words.len())
    })
}
