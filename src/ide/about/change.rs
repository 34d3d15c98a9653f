//! What is asked of changes: tiers, facts, releases and exceptions.

use super::calendar::ruling;
use super::{Rows, Subject, names, row, scope};
use crate::calendar::Zone;
use crate::ide::next_slot;
use crate::policy::{Condition, FactSource, Phase};
use crate::schedule::kinds_by_strictness;

/// Its row of every decision: what each kind of freeze does to it, and what it needs before each phase.
pub(super) fn tier(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.tiers.find(subject.name)?;
    let tier = &policy.tiers[id];
    let freezes = kinds_by_strictness(policy).into_iter().filter_map(|kind| {
        let kind = &policy.kinds[kind];
        Some(row(format!("freeze {}", kind.name), ruling(policy, kind.ruling(id)?)))
    });
    let phases = Phase::ALL.into_iter().map(|phase| {
        let asked = tier.requirements.iter().filter(|requirement| requirement.phase == phase);
        let texts: Vec<String> = asked
            .map(|requirement| match requirement.seats() {
                Some(seats) => format!("approval by {}", seats.show(policy)),
                None => requirement.text.clone(),
            })
            .collect();
        let texts = if texts.is_empty() { "nothing more".to_owned() } else { texts.join("; ") };
        row(format!("before {}", phase.name()), texts)
    });
    Some(freezes.chain(phases).collect())
}

/// Who may assert it, how long that counts, and which tiers ask for it.
pub(super) fn fact(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.facts.find(subject.name)?;
    let fact = &policy.facts[id];
    let sources = fact.sources.iter().map(|source| match source {
        FactSource::Ci => "ci".to_owned(),
        FactSource::Label(None) => "a label".to_owned(),
        FactSource::Label(Some(role)) => format!("a label by {}", policy.roles[*role].name),
        FactSource::Review => "a review".to_owned(),
        FactSource::Json { file, pointer } => format!("{file} at {pointer}"),
        FactSource::Operator => "the operator".to_owned(),
    });
    let sources: Vec<String> = sources.collect();
    let asking = policy.tiers.iter().flat_map(|(_, tier)| {
        let asks = tier.requirements.iter().filter(move |requirement| speaks_of(&requirement.condition, id));
        asks.map(move |requirement| format!("{} before {}", tier.name, requirement.phase.name()))
    });
    let asking: Vec<String> = asking.collect();
    let anyone = || "anyone who hands evidence to the gate".to_owned();
    let mut rows = vec![
        row("from", if sources.is_empty() { anyone() } else { sources.join(", ") }),
        row("fresh", fact.fresh.map_or("without end".to_owned(), |fresh| fresh.show())),
    ];
    if !asking.is_empty() {
        rows.push(row("asked of", asking.join(", ")));
    }
    if fact.private {
        rows.push(row("private", "records leave its value out"));
    }
    Some(rows)
}

fn speaks_of(condition: &Condition, fact: crate::policy::Id<crate::policy::Fact>) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| speaks_of(part, fact)),
        Condition::Not(inner) => speaks_of(inner, fact),
        Condition::Holds(known, _)
        | Condition::Compare(known, ..)
        | Condition::Sustained(known, ..)
        | Condition::OneOf(known, ..) => *known == fact,
        Condition::Approved(_) | Condition::Approval(..) | Condition::TierIn(..) => false,
    }
}

/// What it changes, where, and the first time at which the calendar lets it begin.
pub(super) fn release(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let release = &policy.releases[policy.releases.find(subject.name)?];
    let zone = release
        .region_plan
        .first()
        .and_then(|step| step.first())
        .map_or(Zone::UTC, |region| policy.regions[*region].place.zone);
    let mut rows: Rows =
        scope("components", &policy.components, release.components.as_ref()).into_iter().collect();
    if !release.region_plan.is_empty() {
        let steps = release.region_plan.iter().map(|step| names(&policy.regions, step.iter().copied()));
        rows.push(row("regions", steps.collect::<Vec<_>>().join(" then ")));
    }
    rows.extend(release.at.map(|at| row("planned", zone.show(at, subject.now))));
    rows.extend(release.by.map(|by| row("by", names(&policy.pipelines, [by]))));
    rows.extend(next_slot(policy, subject.name, subject.now).map(|slot| row("start", slot)));
    Some(rows)
}

/// What it lifts and for how long it counts.
pub(super) fn exception(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let exception = &policy.exceptions[policy.exceptions.find(subject.name)?];
    let now = subject.now;
    let state = match exception.starts.filter(|starts| now < *starts) {
        Some(starts) => format!("from {} on", Zone::UTC.show(starts, now)),
        None if now < exception.expires => {
            format!("counts now, for {}", exception.expires.since(now).show())
        }
        None => "counts no longer".to_owned(),
    };
    let mut rows = vec![
        row("lifts", names(&policy.windows, exception.lifts.iter().copied())),
        row("state", state),
        row("expires", Zone::UTC.show(exception.expires, now)),
        row("owner", policy.party_name(&exception.owner)),
    ];
    rows.extend(exception.approve.iter().map(|seats| row("approval", seats.show(policy))));
    Some(rows)
}
