//! The runbook's `release_calendar.yml`: dated windows in UTC and planned releases.

use super::days;
use super::draft::{Draft, Release, Space, Window};
use super::literal;
use super::names::quoted;
use super::report::{At, ImportError, RemarkKind, Report};
use super::yaml::{Fields, Node};
use crate::calendar::{Elapsed, Instant, Interval, Pattern, Zone};
use crate::policy::Action;
use std::rc::Rc;

/// What the source calls kinds, and the library's kind for each. The last three say where a freeze holds, not how hard.
const KINDS: &[(&str, &str)] = &[
    ("hard_freeze", "hard"),
    ("soft_freeze", "soft"),
    ("advisory_freeze", "advisory"),
    ("hard", "hard"),
    ("soft", "soft"),
    ("advisory", "advisory"),
];
const WHERES: &[&str] = &["regional_freeze", "component_freeze", "vendor_freeze"];

/// The tiers of the runbook.
pub(super) const TIERS: &[&str] = &["T0", "T1", "T2", "T3"];

/// Whether a document is a release calendar.
pub(super) fn looks_so(document: &Node) -> bool {
    document.find(&["windows"]).is_some() || document.find(&["releases"]).is_some()
}

/// Reads the calendar into the draft.
pub(super) fn read(documents: &[Rc<Node>], draft: &mut Draft, report: &mut Report) {
    for document in documents {
        let result = calendar(document, draft, report);
        report.keep(result);
    }
}

fn calendar(document: &Node, draft: &mut Draft, report: &mut Report) -> Result<(), ImportError> {
    let mut fields = document.fields("the calendar")?;
    let windows = fields.get("windows").map(|node| node.list("windows")).transpose()?.unwrap_or_default();
    let releases = fields.get("releases").map(|node| node.list("releases")).transpose()?.unwrap_or_default();
    fields.leftovers("the calendar", report);
    for node in windows {
        let result = window(node, draft, report);
        if let Some(window) = report.keep(result) {
            draft.windows.push(window);
        }
    }
    for node in releases {
        let result = release(node, draft, report);
        if let Some(release) = report.keep(result) {
            draft.releases.push(release);
        }
    }
    let all: Vec<String> = draft.components.iter().map(|component| component.name.clone()).collect();
    for release in draft.releases.iter_mut().filter(|release| release.components.is_empty()) {
        release.components.clone_from(&all);
    }
    Ok(())
}

/// A name that must not stand twice: two windows of one name would be one in a log.
fn identity(
    fields: &mut Fields<'_>,
    space: Space,
    what: &str,
    draft: &mut Draft,
    report: &mut Report,
) -> Result<(At, String), ImportError> {
    let node = fields.need("id", what)?;
    let id = node.text("id")?;
    if draft.knows(space, id) {
        return Err(node.at.error(format!("the id `{}` stands twice", quoted(id)), "give each its own id"));
    }
    Ok((node.at, draft.name(space, id, node.at, report)))
}

fn window(node: &Node, draft: &mut Draft, report: &mut Report) -> Result<Window, ImportError> {
    let mut fields = node.fields("a window")?;
    let (_, name) = identity(&mut fields, Space::Window, "a window", draft, report)?;
    let what = format!("window `{name}`");
    let kind = kind(fields.need("kind", &what)?, report)?;
    let start = instant(fields.need("start", &what)?, "start", Edge::Start, report)?;
    let end_node = fields.need("end", &what)?;
    let end = instant(end_node, "end", Edge::End, report)?;
    if start >= end {
        return Err(end_node.at.error(
            format!("{what} ends at {end}, not after its start {start}"),
            "check the two: were they swapped?",
        ));
    }
    let mut window = Window::new(name, kind);
    window.when.push(Pattern::Once(Interval::new(start, end)));
    for (at, region) in
        fields.get("regions").map(|node| node.texts("regions")).transpose()?.unwrap_or_default()
    {
        window.regions.push(draft.region(region, at, report));
        cut_days(&window.name, region, at, start, end, draft, report);
    }
    for (at, part) in fields.get("scope").map(|node| node.texts("scope")).transpose()?.unwrap_or_default() {
        window.scope.push(draft.component(part, at, report));
    }
    let environments = fields.get("environments").map(|node| node.texts("environments")).transpose()?;
    for (at, environment) in environments.unwrap_or_default() {
        window.environments.push(draft.environment(environment, at, report));
    }
    for (at, action) in
        fields.get("actions").map(|node| node.texts("actions")).transpose()?.unwrap_or_default()
    {
        let known = Action::ALL.into_iter().find(|known| known.name() == action);
        let known = known.ok_or_else(|| {
            let names = Action::ALL.map(Action::name).join(", ");
            at.error(format!("`{}` is not an action", quoted(action)), format!("known are {names}"))
        })?;
        window.actions.push(known.name());
    }
    window.because = fields
        .text("because")?
        .or(fields.text("reason")?)
        .or(fields.text("description")?)
        .map(|(_, text)| text.to_owned());
    fields.leftovers(&what, report);
    once(&mut window.regions);
    once(&mut window.scope);
    once(&mut window.environments);
    Ok(window)
}

/// The same names, each once.
fn once(names: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}

fn kind(node: &Node, report: &mut Report) -> Result<&'static str, ImportError> {
    let text = node.text("kind")?;
    if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == text) {
        return Ok(kind);
    }
    if WHERES.contains(&text) {
        report.remark(
            node.at,
            RemarkKind::Changed,
            format!("`{text}` says where a freeze holds, not how hard it is: imported as `hard`"),
            "where it holds is said by `regions`, `scope` and `vendor`; write `soft` where that was meant",
        );
        return Ok("hard");
    }
    let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).take(3).collect();
    Err(node.at.error(
        format!("`{}` is not a kind of freeze", quoted(text)),
        format!("known are {}", known.join(", ")),
    ))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

/// An instant; an end in the last second of a minute is read as closed, and a fraction is rounded outward.
fn instant(node: &Node, what: &str, edge: Edge, report: &mut Report) -> Result<Instant, ImportError> {
    let text = node.text(what)?;
    let fraction = text.find('.').map(|dot| {
        let digits = text.get(dot + 1..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
        (dot, dot + 1 + digits)
    });
    let whole = match fraction {
        Some((dot, end)) => {
            format!("{}{}", text.get(..dot).unwrap_or(text), text.get(end..).unwrap_or_default())
        }
        None => text.to_owned(),
    };
    let Some(at) = Instant::parse(&whole) else {
        let shown = quoted(text);
        return Err(node.at.error(
            format!("`{what}` is `{shown}`, which is not an instant"),
            "write date, time and offset: `2025-11-27T00:00:00Z`",
        ));
    };
    let second = Elapsed::seconds(1);
    let closed = edge == Edge::End && at.unix().rem_euclid(60) == 59;
    let cut = fraction.is_some() && edge == Edge::End;
    if closed {
        let end = at.plus(second);
        report.remark(
            node.at,
            RemarkKind::MayNotMean,
            format!("`{text}` closes its window a second early: it ends before {end} here"),
            "read as its last second, included; a reader who takes it as the end leaves a hole of one second",
        );
        return Ok(end);
    }
    if fraction.is_some() {
        let at = if cut { at.plus(second) } else { at };
        report.remark(
            node.at,
            RemarkKind::Changed,
            format!("`{text}` is rounded to {at}"),
            "instants are whole seconds; a freeze is rounded outward",
        );
        return Ok(at);
    }
    Ok(at)
}

/// Whole days of UTC cut a region's own days in two: its people see the freeze begin and end in the middle of one.
fn cut_days(
    window: &str,
    region: &str,
    at: At,
    start: Instant,
    end: Instant,
    draft: &Draft,
    report: &mut Report,
) {
    let is_midnight = |zone: Zone, at: Instant| zone.local(at).format("%T").to_string() == "00:00:00";
    let whole = |zone: Zone| is_midnight(zone, start) && is_midnight(zone, end);
    let Some(zone) = draft.zone_of(region).filter(|zone| whole(Zone::UTC) && !whole(*zone)) else { return };
    let reading = |at: Instant| zone.local(at).format("%a %-d %b %H:%M").to_string();
    let (first, last) = (reading(start), reading(end.minus(Elapsed::minutes(1))));
    let days = Interval::new(start, end).length().as_seconds() / 86_400;
    let first_day = Zone::UTC.date(start);
    report.remark(
        at,
        RemarkKind::MayNotMean,
        format!("`{window}` covers {region} from {first} to {last}, {} time", zone.city()),
        format!(
            "whole days of UTC are not whole days there; if each region's own days are meant, write `during {}`",
            literal::dates(crate::calendar::DateSpan { first: first_day, last: days::later(first_day, days - 1) })
        ),
    );
}

fn release(node: &Node, draft: &mut Draft, report: &mut Report) -> Result<Release, ImportError> {
    let mut fields = node.fields("a release")?;
    let (at, name) = identity(&mut fields, Space::Release, "a release", draft, report)?;
    let what = format!("release `{name}`");
    let tier_node = fields.need("tier", &what)?;
    let tier = tier_node.text("tier")?;
    if !TIERS.contains(&tier) {
        return Err(tier_node
            .at
            .error(format!("`{}` is not a tier", quoted(tier)), format!("known are {}", TIERS.join(", "))));
    }
    let mut release = Release {
        name,
        doc: Vec::new(),
        tier: tier.to_owned(),
        regions: Vec::new(),
        components: Vec::new(),
        owner: fields.text("owner")?.map(|(_, owner)| owner.to_owned()),
    };
    for (at, region) in
        fields.get("region_plan").map(|node| node.texts("region_plan")).transpose()?.unwrap_or_default()
    {
        release.regions.push(draft.region(region, at, report));
    }
    let components = match fields.get("components") {
        Some(node) => Some(node),
        None => fields.get("scope"),
    };
    for (at, part) in components.map(|node| node.texts("components")).transpose()?.unwrap_or_default() {
        release.components.push(draft.component(part, at, report));
    }
    if release.components.is_empty() {
        report.remark(
            at,
            RemarkKind::MayNotMean,
            format!("{what} names no component: it is held by the freezes of every component"),
            "every component is written; keep those that it changes, to be held by theirs alone",
        );
    }
    fields.leftovers(&what, report);
    once(&mut release.regions);
    once(&mut release.components);
    Ok(release)
}
