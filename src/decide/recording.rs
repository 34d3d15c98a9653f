//! Writes the record of a decision. Ledger A7 and A12 say what it must hold.

use super::question::rests_on;
use super::record::{
    Approver, BreakGlassRecord, ChangeRecord, EvidenceRecord, ExceptionRecord, LaterRecord, PolicyRecord,
    ReasonRecord, ReleaseRecord, RotaRecord, TierRecord, WindowRecord,
};
use super::rota;
use super::{
    About, Change, Classified, Context, Decision, Given, Intent, Note, RECORD_SCHEMA, REDACTED, Reason,
    Record, Stamp, Verdict,
};
use crate::policy::{Id, Party, Policy};
use std::collections::BTreeSet;

impl Record {
    /// The record of a decision, made of everything it rests on.
    pub fn of(
        policy: &Policy,
        change: &Change,
        context: &Context,
        decision: &Decision,
        stamp: &Stamp,
    ) -> Self {
        Self {
            schema: RECORD_SCHEMA.to_owned(),
            id: stamp.id.clone(),
            verdict: decision.verdict,
            blocked: decision.verdict != Verdict::Allow,
            at: context.at,
            simulated: context.simulated,
            decided_at: stamp.decided_at,
            clock: stamp.clock.clone(),
            valid_until: decision.valid_until.clone(),
            next_allowed: decision.next_allowed,
            opens_at: decision.opens_at,
            meanwhile: decision.meanwhile.clone(),
            reasons: decision.reasons.iter().map(|reason| reason_record(policy, reason)).collect(),
            cells: decision.cells.clone(),
            later: decision
                .later
                .iter()
                .map(|later| LaterRecord {
                    text: later.text.clone(),
                    phase: later.phase,
                    position: policy.place(later.origin),
                    verdict: later.verdict,
                })
                .collect(),
            notes: decision.notes.clone(),
            change: change_record(change, decision),
            tier: tier_record(policy, decision),
            windows: windows(policy, decision),
            approvers: approvers(decision),
            reviews: change.approvals.clone(),
            release: change.release.as_ref().and_then(|name| release(policy, name)),
            exceptions: exceptions(policy, decision),
            break_glass: break_glass(change, decision),
            evidence: evidence(policy, change, decision),
            rotas: rotas(policy, context),
            policy: PolicyRecord {
                name: policy.name.clone(),
                language: policy.language,
                digest: policy.digest.clone(),
                library_digest: policy.library_digest.clone(),
                from: context.policy_from.clone(),
            },
            rollback_rests_on: match &change.intent {
                Intent::Rollback { to, .. } => rests_on(context, to).cloned(),
                Intent::Forward | Intent::Kill { .. } => None,
            },
            zone_database: stamp.zone_database.clone(),
            opsc: stamp.opsc.clone(),
        }
    }
}

fn reason_record(policy: &Policy, reason: &Reason) -> ReasonRecord {
    ReasonRecord {
        about: reason.about,
        name: reason.name.clone(),
        kind: reason.kind.clone(),
        verdict: reason.verdict,
        position: reason.origin.map(|origin| policy.place(origin)),
        cells: reason.cells.clone(),
        start: reason.start,
        end: reason.end,
        needs: reason.needs.clone(),
        filled: reason.filled.clone(),
        lifted: reason.lifted.clone(),
        because: reason.because.clone(),
    }
}

fn change_record(change: &Change, decision: &Decision) -> ChangeRecord {
    ChangeRecord {
        id: change.id.clone(),
        intent: change.intent.clone(),
        action: change.action,
        phase: decision.phase,
        environment: change.environment.clone(),
        regions: change.regions.clone(),
        components: change.components.clone(),
        service: change.service.clone(),
        commit: change.commit.clone(),
        patch: change.patch.clone(),
        paths: change.paths.clone(),
        authors: change.authors.clone(),
        co_authors: change.co_authors.clone(),
        committers: change.committers.clone(),
        pushers: change.pushers.clone(),
        labels: change.labels.clone(),
    }
}

fn tier_record(policy: &Policy, decision: &Decision) -> TierRecord {
    let tier = &decision.tier;
    let origin = tier.classified.as_ref().and_then(|classified| classified.origin);
    TierRecord {
        name: tier.name.clone(),
        by: tier.by,
        stated: tier.stated.clone(),
        classified: tier.classified.clone().map(|classified| Classified { origin: None, ..classified }),
        position: origin.map(|origin| policy.place(origin)),
        lowered_by: tier.lowered_by.clone(),
    }
}

fn windows(policy: &Policy, decision: &Decision) -> Vec<WindowRecord> {
    let reasons = decision.reasons.iter().filter(|reason| reason.about == About::Window);
    let records = reasons.filter_map(|reason| {
        let window = &policy.windows[policy.windows.find(&reason.name)?];
        let cells: Vec<_> = reason.cells.iter().filter_map(|&cell| decision.cells.get(cell)).collect();
        let names: BTreeSet<&String> = cells.iter().filter_map(|cell| cell.region.as_ref()).collect();
        let scope: BTreeSet<&String> = cells.iter().filter_map(|cell| cell.component.as_ref()).collect();
        Some(WindowRecord {
            id: reason.name.clone(),
            kind: policy.kinds[window.kind].name.clone(),
            start: reason.start,
            end: reason.end,
            regions: names.into_iter().cloned().collect(),
            scope: scope.into_iter().cloned().collect(),
            verdict: reason.verdict,
            because: reason.because.clone(),
            vendor: window.vendor.as_ref().map(|vendor| vendor.name.clone()),
            position: policy.place(window.origin),
        })
    });
    records.collect()
}

fn approvers(decision: &Decision) -> Vec<Approver> {
    let of_tier = decision.tier.lowered_by.iter().map(|filled| ("tier", filled));
    let of_reasons = decision
        .reasons
        .iter()
        .flat_map(|reason| reason.filled.iter().map(move |filled| (reason.name.as_str(), filled)));
    let approvers: BTreeSet<Approver> = of_tier
        .chain(of_reasons)
        .map(|(of, filled)| Approver {
            person: filled.person.clone(),
            roles: filled.roles.clone(),
            of: of.to_owned(),
        })
        .collect();
    approvers.into_iter().collect()
}

fn release(policy: &Policy, name: &str) -> Option<ReleaseRecord> {
    let release = &policy.releases[policy.releases.find(name)?];
    Some(ReleaseRecord {
        id: release.name.clone(),
        tier: policy.tiers[release.tier].name.clone(),
        owner: release.owner.as_ref().map(|owner| party(policy, owner)),
    })
}

fn exceptions(policy: &Policy, decision: &Decision) -> Vec<ExceptionRecord> {
    let used = decision.notes.iter().filter_map(|note| match note {
        Note::ExceptionUsed { name } => policy.exceptions.find(name),
        _ => None,
    });
    used.map(|id| {
        let exception = &policy.exceptions[id];
        ExceptionRecord {
            id: exception.name.clone(),
            owner: party(policy, &exception.owner),
            ticket: exception.ticket.clone(),
            lifts: names(&exception.lifts, |id| policy.windows[id].name.clone()),
            regions: exception.regions.as_ref().map(|ids| names(ids, |id| policy.regions[id].name.clone())),
            scope: exception
                .components
                .as_ref()
                .map(|ids| names(ids, |id| policy.components[id].name.clone())),
            lever: exception.lever.clone(),
            warmup: exception.warmup.clone(),
            expires: exception.expires,
            position: policy.place(exception.origin),
        }
    })
    .collect()
}

fn break_glass(change: &Change, decision: &Decision) -> Option<BreakGlassRecord> {
    let taken = change.break_glass.clone()?;
    let owes = decision.notes.iter().find_map(|note| match note {
        Note::BreakGlassUsed { owes, .. } => Some(owes.clone()),
        _ => None,
    });
    let reason = decision.reasons.iter().find(|reason| reason.about == About::BreakGlass);
    Some(BreakGlassRecord {
        verdict: reason.map_or(Verdict::Pending, |reason| reason.verdict),
        owes: owes.unwrap_or_default(),
        taken,
    })
}

fn evidence(policy: &Policy, change: &Change, decision: &Decision) -> Vec<EvidenceRecord> {
    let states = change.evidence.iter().zip(&decision.evidence);
    let records = states.map(|(evidence, &state)| {
        let is_private = policy.facts.find(&evidence.fact).is_some_and(|fact| policy.facts[fact].private);
        EvidenceRecord {
            fact: evidence.fact.clone(),
            value: if is_private { Given::Text(REDACTED.to_owned()) } else { evidence.value.clone() },
            source: evidence.source.clone(),
            actor: evidence.actor.clone(),
            observed_at: evidence.observed_at,
            state,
        }
    });
    records.collect()
}

fn rotas(policy: &Policy, context: &Context) -> Vec<RotaRecord> {
    let sources =
        policy.schedules.rows().iter().filter_map(|schedule| Some((schedule, schedule.source.as_ref()?)));
    let records = sources.map(|(schedule, (file, _))| {
        let read = rota::of(&context.rotas, schedule);
        RotaRecord {
            schedule: schedule.name.clone(),
            file: file.clone(),
            digest: read.map(|rota| rota.digest.clone()),
            written_at: read.and_then(|rota| rota.written_at),
            state: rota::state(&context.rotas, schedule, context.at),
            on_call: rota::on_call(&context.rotas, schedule, context.at).map(str::to_owned).collect(),
        }
    });
    records.collect()
}

fn party(policy: &Policy, party: &Party) -> String {
    match party {
        Party::Role(role) => policy.roles[*role].name.clone(),
        Party::Team(team) => policy.teams[*team].name.clone(),
        Party::Person(person) => person.clone(),
    }
}

fn names<T>(ids: &[Id<T>], name: impl Fn(Id<T>) -> String) -> Vec<String> {
    ids.iter().map(|&id| name(id)).collect()
}
