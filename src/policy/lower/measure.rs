//! `metric`, `gate`, `probe` and `pins`: what is measured, and what must hold of it.

use super::Lower;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    Baseline, Better, Bound, Check, Gate, Id, Metric, MetricKind, NoData, Pins, Probe, Version,
};
use crate::resolve::UNKNOWN_NAME;
use crate::schema::suggest::closest;
use crate::schema::{DUPLICATE_FIELD, Declared};

code!(pub QUERY_PLACEHOLDER, Error, "query-placeholder", "a `$name` of a query that nothing fills in");
code!(pub GATE_CYCLE, Error, "gate-cycle", "gates that require each other");

/// What a query may leave to be filled in: the span that a bar aggregates, its percentile as a share of one, and whether the
/// change or what runs beside it is asked.
const PLACEHOLDERS: [&str; 3] = ["window", "quantile", "track"];

pub(super) fn metric(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Metric> {
    let name = declared.name?;
    let kind = MetricKind::ALL.into_iter().find(|kind| kind.name() == declared.annotation.tag())?;
    let tag = |field: &str| declared.one(field).map(|given| given.captures.tag());
    let better = match tag("better")? {
        "higher" => Better::Higher,
        _ => Better::Lower,
    };
    let no_data = match tag("no-data")? {
        "pass" => NoData::Pass,
        "hold" => NoData::Hold,
        _ => NoData::Fail,
    };
    Some(Metric {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        kind,
        better,
        no_data,
        baseline: baseline(lower, declared),
        prometheus: prometheus(lower, declared),
    })
}

/// The query, whose `$name`s must be known: one that nothing fills in asks for something else, or for nothing.
fn prometheus(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<String> {
    let written = declared.one("prometheus")?.get("text")?;
    let query = lower.string(written)?;
    for (at, _) in query.match_indices('$') {
        let rest = query.get(at + 1..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || PLACEHOLDERS.contains(&name) {
            continue;
        }
        let message = format!("nothing fills in `${name}` in this query");
        let finding = Diagnostic::new(&QUERY_PLACEHOLDER, written.span, message);
        lower.report(match closest(name, PLACEHOLDERS) {
            Some(near) => finding.help(format!("did you mean `${near}`?")),
            None => finding.help(
                "a query may say `$window` (the span of `over`), `$quantile` (0.95 for `p95`) and `$track` (`canary` for the change, `stable` for its baseline)",
            ),
        });
    }
    Some(query)
}

fn baseline(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Baseline> {
    let given = declared.one("baseline")?;
    Some(match given.captures.tag() {
        "pinned" => Baseline::Pinned(lower.string(given.get("text")?)?),
        "offset" => Baseline::Offset(lower.duration(given.get("duration")?)?),
        _ => Baseline::Stable,
    })
}

pub(super) fn probe(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Probe> {
    let name = declared.name?;
    Some(Probe {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        run: declared.one("run").and_then(|given| lower.string(given.get("text")?)),
    })
}

pub(super) fn gate(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Gate> {
    let name = declared.name?;
    let mut requires: Vec<Bound> = Vec::new();
    for given in declared.all("require") {
        requires.extend(given.get("condition").and_then(|written| lower.bound(written)));
    }
    Some(Gate {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        requires,
    })
}

pub(super) fn pins(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Pins> {
    let name = declared.name?;
    let named = declared.all("has").flat_map(|given| given.captures.all("name"));
    let mut has: Vec<String> = Vec::new();
    for pin in named.filter_map(|pin| pin.word()) {
        if !has.iter().any(|known| known == pin) {
            has.push(pin.to_owned());
        }
    }
    let versions = versions(lower, declared, &has);
    Some(Pins {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        has,
        versions,
    })
}

/// The versions that are said: of pins that these are, and each once in the whole policy.
fn versions(lower: &mut Lower<'_>, declared: &Declared<'_>, has: &[String]) -> Vec<Version> {
    let mut found: Vec<Version> = Vec::new();
    for given in declared.all("pin") {
        let Some((written, pin)) = given.get("name").and_then(|name| Some((name, name.word()?))) else {
            continue;
        };
        let text = |label: &str| given.get(label).and_then(|text| lower.string(text));
        let (pinned, last_known_good) = (text("pinned"), text("good"));
        if !has.iter().any(|known| known == pin) {
            let message = format!("`{pin}` is none of these pins");
            let finding = Diagnostic::new(&UNKNOWN_NAME, written.span, message);
            lower.report(match closest(pin, has.iter().map(String::as_str)) {
                Some(near) => finding.fix(format!("write `{near}`"), written.span, near),
                None => finding.help(format!("name it first: `has {pin}`")),
            });
            continue;
        }
        let earlier = lower.policy.pins.rows().iter().flat_map(|pins| &pins.versions).chain(&found);
        if let Some(earlier) = earlier.into_iter().find(|known| known.pin == pin) {
            let message = format!("the version of `{pin}` is said twice");
            let finding = Diagnostic::new(&DUPLICATE_FIELD, written.span, message);
            let finding = finding.also(earlier.origin.span, "here, too").help("keep one of the two");
            lower.report(finding);
            continue;
        }
        let Some(pinned) = pinned else { continue };
        let origin = lower.origin(given.span());
        found.push(Version { pin: pin.to_owned(), pinned, last_known_good, origin });
    }
    found
}

/// Gates that require each other never say anything. One finding a circle.
pub(super) fn settle(lower: &mut Lower<'_>) {
    let gates = &lower.policy.gates;
    let next: Vec<Vec<(usize, crate::source::Span)>> = gates
        .rows()
        .iter()
        .map(|gate| {
            let mut asked = Vec::new();
            gate.requires.iter().for_each(|bound| within(&bound.check, &mut asked));
            asked.into_iter().map(|(id, span)| (id.index(), span)).collect()
        })
        .collect();
    let mut findings = Vec::new();
    for circle in circles(&next) {
        let names: Vec<&str> = circle
            .iter()
            .filter_map(|(gate, _)| gates.rows().get(*gate))
            .map(|gate| gate.name.as_str())
            .collect();
        let (Some((_, span)), Some(first)) = (circle.last(), names.first()) else { continue };
        let message = format!("gates require each other in a circle: {} -> {first}", names.join(" -> "));
        let mut finding = Diagnostic::new(&GATE_CYCLE, *span, message).label("this closes the circle");
        for ((_, span), name) in circle.iter().zip(names.iter().skip(1)) {
            finding = finding.also(*span, format!("this asks `{name}`"));
        }
        findings.push(finding.help("say what both require in a third gate"));
    }
    findings.into_iter().for_each(|finding| lower.report(finding));
}

fn within(check: &Check, found: &mut Vec<(Id<Gate>, crate::source::Span)>) {
    match check {
        Check::All(parts) | Check::Any(parts) => parts.iter().for_each(|part| within(part, found)),
        Check::Not(part) => within(part, found),
        Check::Gate(gate, origin) => found.push((*gate, origin.span)),
        Check::Bar(_) | Check::Evidence(_) | Check::Probe(..) => {}
    }
}

/// Circles by the edges walked, one for each edge that closes one; a depth-first walk without recursion, since chains may
/// be long.
fn circles<E: Copy>(next: &[Vec<(usize, E)>]) -> Vec<Vec<(usize, E)>> {
    let mut found = Vec::new();
    let mut states = vec![State::New; next.len()];
    for start in 0..next.len() {
        // The nodes walked, each with how many of its edges were.
        let mut path: Vec<(usize, usize)> = Vec::new();
        enter(start, &mut path, &mut states);
        while let Some((node, walked)) = path.last_mut() {
            let (at, edge) = (*node, next.get(*node).and_then(|edges| edges.get(*walked)));
            *walked += 1;
            match edge {
                None => {
                    path.pop();
                    if let Some(state) = states.get_mut(at) {
                        *state = State::Done;
                    }
                }
                Some((to, _)) => match states.get(*to) {
                    Some(State::Open(from)) => {
                        let edge = |(node, walked): &(usize, usize)| {
                            Some((*node, next.get(*node)?.get(walked.checked_sub(1)?)?.1))
                        };
                        found.push(path.iter().skip(*from).filter_map(edge).collect());
                    }
                    _ => enter(*to, &mut path, &mut states),
                },
            }
        }
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// On the path, so far from its start.
    Open(usize),
    Done,
}

fn enter(node: usize, path: &mut Vec<(usize, usize)>, states: &mut [State]) {
    let Some(state) = states.get_mut(node).filter(|state| **state == State::New) else { return };
    *state = State::Open(path.len());
    path.push((node, 0));
}
