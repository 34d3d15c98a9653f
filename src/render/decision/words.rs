//! The wording of a decision: what each part says, without layout.

use super::needs::{need_in_short, short};
use super::{Alone, Answer};
use crate::calendar::{Instant, Zone};
use crate::decide::{About, Intent, Lift, Next, NotExempt, Note, ReasonRecord, TierBy, Verdict};
use crate::policy::{Policy, Ruling};
use crate::schema::suggest::closest;
use std::collections::BTreeSet;

/// `BLOCKED`, `PENDING`, `ALLOWED`.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "ALLOWED",
        Verdict::Pending => "PENDING",
        Verdict::Block => "BLOCKED",
    }
}

/// The sign of a reason: never colour alone.
pub(super) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "+",
        Verdict::Pending => "?",
        Verdict::Block => "x",
    }
}

/// `a, b and c`.
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The names, or how many there are where they would not fit.
pub(super) fn few(names: &[String], noun: &str) -> String {
    if names.len() > 3 { format!("{} {noun}", names.len()) } else { names.join(", ") }
}

fn unique<'a>(names: impl Iterator<Item = &'a Option<String>>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.flatten().filter(|name| seen.insert((*name).clone())).cloned().collect()
}

/// `T2 prompt-pack-v8 (llm), deploy to us-east-1, production`.
pub(super) fn subject(answer: &Answer<'_>) -> String {
    let record = answer.record;
    let mut text = record.tier.name.clone().unwrap_or_else(|| "untiered change".to_owned());
    let id = record
        .release
        .as_ref()
        .map(|release| release.id.clone())
        .or_else(|| record.change.id.as_ref().map(|id| format!("change {id}")));
    if let Some(id) = id {
        text.push_str(&format!(" {id}"));
    }
    let components = unique(record.cells.iter().map(|cell| &cell.component));
    if !components.is_empty() {
        let all = components.len() > 1 && components.len() == answer.policy.components.len();
        let named = if all { "every component".to_owned() } else { few(&components, "components") };
        text.push_str(&format!(" ({named})"));
    }
    let intent = match &record.change.intent {
        Intent::Forward => record.change.action.map_or("change", |action| action.name()).to_owned(),
        Intent::Rollback { lever, to } => format!("rollback by {lever} to {to}"),
        Intent::Kill { flag } => format!("kill of {flag}"),
    };
    text.push_str(&format!(", {intent}"));
    let regions = unique(record.cells.iter().map(|cell| &cell.region));
    let everywhere = regions.len() > 1 && regions.len() == answer.policy.regions.len();
    if everywhere {
        text.push_str(" in every region");
    } else if !regions.is_empty() {
        text.push_str(&format!(" to {}", few(&regions, "regions")));
    }
    if let Some(environment) = &record.change.environment {
        text.push_str(&format!(", {environment}"));
    }
    text
}

/// The zone that a reason is told in: that of the first region it concerns.
pub(super) fn zone(answer: &Answer<'_>, cells: &[usize]) -> Zone {
    let region = cells.iter().find_map(|cell| answer.record.cells.get(*cell)?.region.as_deref());
    region.and_then(|name| region_zone(answer.policy, name)).unwrap_or(Zone::UTC)
}

/// The zone of a region.
pub(super) fn region_zone(policy: &Policy, name: &str) -> Option<Zone> {
    policy.regions.find(name).map(|id| policy.regions[id].place.zone)
}

/// The zone that the answer as a whole is told in: that of the first cell which does not allow, else of the first.
pub(super) fn main_zone(answer: &Answer<'_>) -> Zone {
    let cells = &answer.record.cells;
    let first = cells.iter().position(|cell| cell.verdict == answer.record.verdict).unwrap_or(0);
    zone(answer, &[first])
}

/// When it may land, and what is needed: the second line.
pub(super) fn outlook(answer: &Answer<'_>) -> String {
    let record = answer.record;
    let zone = main_zone(answer);
    let show = |at: Instant| format!("{}, in {}", zone.show(at, record.at), at.since(record.at).show());
    let needed = needs(answer);
    let given =
        |joint: &str| if needed.is_empty() { String::new() } else { format!("{joint}{}", list(&needed)) };
    match (record.verdict, record.next_allowed) {
        (Verdict::Allow, _) => match &record.valid_until {
            Some(expiry) => {
                let causes: Vec<String> =
                    expiry.because.iter().map(|cause| format!("`{}`", cause.name)).collect();
                format!("may land until {}: then {}", zone.show(expiry.at, record.at), list(&causes))
            }
            None => "may land; nothing ahead takes that back".to_owned(),
        },
        (_, Next::At(at)) => format!("may land from {}", show(at)),
        (_, Next::NotBefore(at)) => {
            format!("no opening before {}, where the search ends", zone.show(at, record.at))
        }
        (_, Next::NeverByWaiting)
            if record.reasons.iter().any(|reason| reason.about == About::UnknownName) =>
        {
            "never as it is asked: the policy does not know every name".to_owned()
        }
        (_, Next::NeverByWaiting) => match record.opens_at {
            Some(at) if at > record.at => format!("may land from {}{}", show(at), given(", with ")),
            Some(_) if !needed.is_empty() => format!("may land as soon as it has {}", list(&needed)),
            _ if needed.is_empty() => "never by waiting".to_owned(),
            _ => format!("never by waiting{}", given(": it takes ")),
        },
    }
}

/// What is needed besides time, in a few words each, without repeats.
pub(super) fn needs(answer: &Answer<'_>) -> Vec<String> {
    let open = answer.record.reasons.iter().filter(|reason| reason.verdict != Verdict::Allow);
    short(open.flat_map(|reason| &reason.needs), answer.record.opens_at)
}

/// What a reason says, without its instant: `hard freeze peak-q4-black-friday`.
pub(super) fn reason(reason: &ReasonRecord) -> String {
    let name = &reason.name;
    let because = reason.because.as_deref().unwrap_or("");
    match reason.about {
        About::Window => format!("{} {name}", freeze(reason.kind.as_deref().unwrap_or(""))),
        About::OutsideOnly => format!("outside {because}: {}", freeze(name)),
        About::StaleVendorFeed => format!("stale vendor feed {name}"),
        About::Requirement => name.clone(),
        About::Tier => "the tier".to_owned(),
        About::UnknownName if because.is_empty() => format!("unknown name `{name}`"),
        About::UnknownName => format!("unknown {because} `{name}`"),
        About::Evidence => format!("evidence of {name}"),
        About::ChangesRequested => format!("changes requested by {name}"),
        About::BreakGlass => format!("break-glass {name}"),
        About::Trust => name.clone(),
    }
}

/// `hard freeze`; a kind that is called a freeze is not called one twice.
fn freeze(kind: &str) -> String {
    if kind.ends_with("freeze") { kind.to_owned() } else { format!("{kind} freeze").trim_start().to_owned() }
}

/// Since when and until when a reason holds; empty where time has no part in it.
pub(super) fn span(answer: &Answer<'_>, reason: &ReasonRecord) -> String {
    let shown = |at: Instant| zone(answer, &reason.cells).show(at, answer.record.at);
    let is_of_calendar = matches!(reason.about, About::Window | About::OutsideOnly);
    match reason.end {
        // What is missing is missing until it is brought: only what holds, or the calendar, ends by itself.
        Some(end) if end != Instant::MAX && (is_of_calendar || reason.verdict == Verdict::Allow) => {
            format!("until {}", shown(end))
        }
        _ if is_of_calendar => "no end is known".to_owned(),
        _ => String::new(),
    }
}

/// Why a reason is what it is: the policy's words, what its kind admits, why it passes.
pub(super) fn details(answer: &Answer<'_>, reason: &ReasonRecord) -> Vec<String> {
    let mut said = Vec::new();
    if matches!(reason.about, About::Window | About::Trust) {
        let doc = answer.policy.windows.find(&reason.name).map(|id| answer.policy.windows[id].doc.clone());
        let words =
            reason.because.clone().or_else(|| doc?.lines().next().map(str::to_owned)).unwrap_or_default();
        if !words.is_empty() {
            said.push(format!("\"{}\"", words.trim()));
        }
    }
    if reason.about == About::Evidence {
        said.extend(reason.because.clone());
    }
    if reason.about == About::UnknownName {
        said.push(known_names(answer.policy, reason.because.as_deref().unwrap_or(""), &reason.name));
    }
    if let Some(lift) = &reason.lifted {
        said.push(lifted(lift));
    } else if reason.verdict != Verdict::Allow
        && let Some(kind) = &reason.kind
    {
        said.push(admits(answer.policy, kind));
    }
    if !reason.filled.is_empty() {
        let people: Vec<String> = reason
            .filled
            .iter()
            .map(|seat| match seat.roles.as_slice() {
                [] => seat.person.clone(),
                roles => format!("{} as {}", seat.person, roles.join(" or ")),
            })
            .collect();
        let what = if reason.about == About::BreakGlass { "broken" } else { "approved" };
        said.push(format!("{what} by {}", list(&people)));
    }
    said.retain(|text| !text.is_empty());
    said
}

/// What an unknown name might have been.
pub fn known_names(policy: &Policy, kind: &str, name: &str) -> String {
    let names = policy.names(kind);
    match (closest(name, names.iter().copied()), names.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) if kind.is_empty() => String::new(),
        (None, []) => format!("the policy declares no {kind}"),
        (None, names) => {
            format!("it knows {}", names.iter().take(12).copied().collect::<Vec<_>>().join(", "))
        }
    }
}

fn lifted(lift: &Lift) -> String {
    match lift {
        Lift::Admitted => "admits this tier".to_owned(),
        Lift::Exception(name) => format!("lifted by exception `{name}`"),
        Lift::BreakGlass(name) => format!("passed by break-glass `{name}`"),
        Lift::Exempt => "freezes do not hold a rollback or a kill".to_owned(),
        Lift::WarnUntil(until) => format!("only warns until {until}"),
    }
}

/// What a kind admits: `hard freeze admits T0 only`.
fn admits(policy: &Policy, kind: &str) -> String {
    let Some(id) = policy.kinds.find(kind) else { return String::new() };
    let of = |wanted: fn(&Ruling) -> bool| -> Vec<String> {
        let rulings =
            policy.tiers.iter().filter(|(tier, _)| policy.kinds[id].ruling(*tier).is_some_and(wanted));
        rulings.map(|(_, tier)| tier.name.clone()).collect()
    };
    let freely = of(|ruling| matches!(ruling, Ruling::Admit { when } if when.is_true()));
    let asked = of(|ruling| matches!(ruling, Ruling::Admit { when } if !when.is_true()));
    let excepted = of(|ruling| matches!(ruling, Ruling::Except));
    let mut said = match freely.as_slice() {
        [] => format!("{} admits nothing as it is", freeze(kind)),
        names => format!("{} admits {} only", freeze(kind), list(names)),
    };
    if !asked.is_empty() {
        said.push_str(&format!(", {} on a condition", list(&asked)));
    }
    if !excepted.is_empty() {
        said.push_str(&format!(", {} by an exception", list(&excepted)));
    }
    said
}

/// What is worth saying besides.
pub(super) fn note(answer: &Answer<'_>, note: &Note) -> String {
    match note {
        Note::Rollback { lever, to } => format!("a rollback by `{lever}` to `{to}`: freezes do not hold it"),
        Note::Kill { flag } => format!("a kill of `{flag}`: freezes do not hold it"),
        Note::JudgedForward { why } => {
            let why = match why {
                NotExempt::UnknownLever => "the policy declares no such lever",
                NotExempt::TargetNotAllowedBefore => {
                    "the log does not show its target as allowed before (`--log`)"
                }
                NotExempt::UnknownFlag => "the policy declares no such flag",
                NotExempt::NotAFlag => "a kill flips a flag, and this is another action",
            };
            format!("judged like any change that goes forward: {why}")
        }
        Note::ExceptionUsed { name } => format!("exception `{name}` is used, and recorded"),
        Note::BreakGlassUsed { name, by, owes } => {
            let zone = main_zone(answer);
            let debts: Vec<String> = owes
                .iter()
                .map(|owed| match owed.by {
                    Some(at) => format!("{} by {}", owed.what, zone.show(at, answer.record.at)),
                    None => owed.what.clone(),
                })
                .collect();
            let owed = if debts.is_empty() { String::new() } else { format!("; it owes {}", list(&debts)) };
            format!("{by} broke the glass `{name}`{owed}")
        }
        Note::TierNotLowered { stated } => {
            format!("`{stated}` was stated, but the paths ask for more and nobody who may lower it did")
        }
    }
}

/// How the tier was found.
pub(super) fn tier(answer: &Answer<'_>) -> String {
    let tier = &answer.record.tier;
    let Some(name) = &tier.name else { return "no tier is known".to_owned() };
    let how = match tier.by {
        TierBy::Nothing => " because nothing says less".to_owned(),
        TierBy::Statement if !tier.lowered_by.is_empty() => {
            let people: Vec<String> = tier.lowered_by.iter().map(|seat| seat.person.clone()).collect();
            let from = tier
                .classified
                .as_ref()
                .map_or(String::new(), |found| format!(", lower than {}", found.tier));
            format!(" as stated{from}, which {} approved", list(&people))
        }
        TierBy::Statement => match tier.stated.as_ref().and_then(|stated| stated.by.as_ref()) {
            Some(by) => format!(" as {by} states"),
            None => " as stated".to_owned(),
        },
        TierBy::Release => " by its release".to_owned(),
        TierBy::Paths => match tier.classified.as_ref().and_then(|classified| classified.path.as_ref()) {
            Some(path) => format!(" by path {path}"),
            None => " by `classify`".to_owned(),
        },
        TierBy::PolicyChange => " because it touches the policy or its gate".to_owned(),
    };
    format!("tier {name}{how}")
}

/// What one can do, each as a word and what it means; only what is true here.
pub(super) fn options(answer: &Answer<'_>) -> Vec<(&'static str, String)> {
    let record = answer.record;
    if record.verdict == Verdict::Allow {
        return Vec::new();
    }
    let mut said = Vec::new();
    if matches!(record.next_allowed, Next::At(_)) {
        said.push(("wait", "may land at the time above".to_owned()));
    }
    let here: BTreeSet<String> = needs(answer).into_iter().collect();
    let is_better = |place: &&Alone| {
        let there: BTreeSet<String> = place.needs.iter().map(need_in_short).collect();
        place.verdict < record.verdict || (there.is_subset(&here) && there.len() < here.len())
    };
    let open = answer.alone.iter().filter(|place| !place.is_asked && is_open(place, record.at));
    for place in open.filter(is_better).take(3) {
        let words: Vec<String> = place.needs.iter().map(need_in_short).collect();
        let with = if words.is_empty() { String::new() } else { format!(" with {}", list(&words)) };
        said.push(("elsewhere", format!("{} is open now{with}", place.region)));
    }
    let asked: Vec<&Alone> = answer.alone.iter().filter(|place| place.is_asked).collect();
    if record.opens_at.is_none() && asked.len() > 1 && asked.iter().all(|place| place.opens_at.is_some()) {
        said.push((
            "stage it",
            "these regions are never open all at once; each is on its own: ask region by region".to_owned(),
        ));
    }
    if !record.reasons.iter().any(|reason| reason.about == About::UnknownName) {
        said.push(("plan", "opsc next, with the same arguments, lists the openings".to_owned()));
    }
    for (_, glass) in answer.policy.break_glass.iter() {
        let words = glass.doc.lines().next().unwrap_or("").trim().trim_end_matches('.').to_owned();
        let what = if words.is_empty() { String::new() } else { format!(": {words}") };
        said.push(("emergency", format!("break-glass `{}`{what}", glass.name)));
    }
    let people = owners(answer);
    if !people.is_empty() {
        said.push(("ask", list(&people)));
    }
    said
}

fn is_open(place: &Alone, now: Instant) -> bool {
    place.verdict != Verdict::Block && place.opens_at.is_none_or(|at| at <= now)
}

/// Who answers for the windows that block, else for the policy.
fn owners(answer: &Answer<'_>) -> Vec<String> {
    let policy = answer.policy;
    let mut people: Vec<String> = Vec::new();
    for reason in answer.record.reasons.iter().filter(|reason| reason.verdict == Verdict::Block) {
        let owner = policy.windows.find(&reason.name).and_then(|id| policy.windows[id].owner.as_ref());
        people.extend(owner.map(|party| policy.party_name(party).to_owned()));
    }
    if people.is_empty() {
        people.extend(policy.owner.as_ref().map(|party| policy.party_name(party).to_owned()));
    }
    people.sort();
    people.dedup();
    people
}
