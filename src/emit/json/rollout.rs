//! How a change goes out and comes back: metrics, gates, locks, pipelines, levers, rollbacks, flags.

use super::condition::{bound, party, seats};
use super::{elapsed, names, region_plan, scope};
use crate::policy::{
    Asked, Baseline, Better, Flag, Gate, Lever, LeverKind, Lock, Metric, NoData, OnFailure, Pins, Pipeline,
    Policy, Reaction, Rollback, Stage, Step, Symptom, Traffic,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

pub(super) fn metric(_: &Policy, metric: &Metric) -> Value {
    let better = match metric.better {
        Better::Lower => "lower",
        Better::Higher => "higher",
    };
    let no_data = match metric.no_data {
        NoData::Fail => "fail",
        NoData::Hold => "hold",
        NoData::Pass => "pass",
    };
    let baseline = metric.baseline.as_ref().map(|baseline| match baseline {
        Baseline::Pinned(name) => json!({ "pinned": name }),
        Baseline::Stable => json!("stable"),
        Baseline::Offset(before) => json!({ "offset": elapsed(*before) }),
    });
    json!({
        "name": metric.name,
        "doc": metric.doc,
        "kind": metric.kind.name(),
        "better": better,
        "no_data": no_data,
        "baseline": baseline,
        "prometheus": metric.prometheus,
    })
}

pub(super) fn gate(policy: &Policy, gate: &Gate) -> Value {
    let requires: Vec<Value> = gate.requires.iter().map(|asked| bound(policy, asked)).collect();
    json!({ "name": gate.name, "doc": gate.doc, "requires": requires })
}

pub(super) fn pins(_: &Policy, pins: &Pins) -> Value {
    let versions = pins.versions.iter().map(|version| {
        json!({ "pin": version.pin, "pinned": version.pinned, "last_known_good": version.last_known_good })
    });
    json!({ "name": pins.name, "doc": pins.doc, "has": pins.has, "versions": versions.collect::<Vec<_>>() })
}

pub(super) fn lock(_: &Policy, lock: &Lock) -> Value {
    json!({
        "name": lock.name,
        "doc": lock.doc,
        "lease": lock.lease.map(elapsed),
        "because": lock.because,
    })
}

pub(super) fn pipeline(policy: &Policy, pipeline: &Pipeline) -> Value {
    let on_freeze = pipeline.on_freeze.iter().map(|answer| {
        let (reaction, waits) = match answer.reaction {
            Reaction::Finish => ("finish", None),
            Reaction::Pause => ("pause", None),
            Reaction::PauseThenBack(length) => ("pause-then-roll-back", Some(length)),
            Reaction::Back => ("roll-back", None),
        };
        json!({
            "freeze": answer.kind.map(|kind| &policy.kinds[kind].name),
            "from_traffic": answer.from_traffic.map(share),
            "reaction": reaction,
            "waits": waits.map(elapsed),
        })
    });
    json!({
        "name": pipeline.name,
        "doc": pipeline.doc,
        "service": pipeline.service.map(|service| &policy.services[service].name),
        "runs": pipeline.runs,
        "holds": names(&policy.locks, pipeline.holds.iter().map(|(lock, _)| *lock)),
        "on_freeze": on_freeze.collect::<Vec<_>>(),
        "on_failure": pipeline.on_failure.map(|(what, _)| on_failure(policy, what)),
        "stages": pipeline.stages.rows().iter().map(|one| stage(policy, pipeline, one)).collect::<Vec<_>>(),
    })
}

fn stage(policy: &Policy, pipeline: &Pipeline, stage: &Stage) -> Value {
    let after = stage.after.iter().map(|after| {
        let pipeline = &policy.pipelines[after.pipeline];
        json!({ "pipeline": pipeline.name, "stage": pipeline.stages[after.stage].name })
    });
    let holds = stage.holds.iter().map(|held| {
        json!({
            "lock": policy.locks[held.lock].name,
            "until": held.until.map(|until| &pipeline.stages[until].name),
        })
    });
    let traffic = stage.traffic.as_ref().map(|traffic| match traffic {
        Traffic::Mirror(part) => json!({ "mirror": share(*part) }),
        Traffic::Shares(parts) => json!({ "shares": parts.iter().copied().map(share).collect::<Vec<_>>() }),
    });
    let texts = |named: &[(String, crate::policy::Origin)]| -> Value {
        named.iter().map(|(name, _)| name.as_str()).collect()
    };
    json!({
        "name": stage.name,
        "doc": stage.doc,
        "kind": stage.kind.name(),
        "after": after.collect::<Vec<_>>(),
        "run": stage.run,
        "undo": stage.undo,
        "needs": names(&policy.components, stage.needs.iter().map(|(component, _)| *component)),
        "starts": names(&policy.components, stage.starts.iter().map(|(component, _)| *component)),
        "calls": names(&policy.pipelines, stage.calls.iter().map(|(pipeline, _)| *pipeline)),
        "produces": texts(&stage.produces),
        "expects": texts(&stage.expects),
        "holds": holds.collect::<Vec<_>>(),
        "traffic": traffic,
        "hold": stage.hold.map(elapsed),
        "gates": names(&policy.gates, stage.gates.iter().map(|(gate, _)| *gate)),
        "region_plan": region_plan(policy, &stage.region_plan),
        "soak": stage.soak.map(elapsed),
        "environment": stage.environment.map(|environment| &policy.environments[environment].name),
        "approve": stage.approve.as_ref().map(|asked| seats(policy, asked)),
        "timeout": stage.timeout.map(|(length, _)| elapsed(length)),
        "retries": stage.retries,
        "on_failure": stage.on_failure.map(|(what, _)| on_failure(policy, what)),
        "warms": stage.warms,
        "switch": stage.switch.as_ref().map(|(from, to)| json!({ "from": from, "to": to })),
    })
}

fn on_failure(policy: &Policy, what: OnFailure) -> Value {
    match what {
        OnFailure::Rollback(rollback) => json!({ "rollback": policy.rollbacks[rollback].name }),
        OnFailure::Pause => json!("pause"),
        OnFailure::Stop => json!("stop"),
    }
}

fn share(part: Decimal) -> Value {
    json!({ "ratio": part.normalize().to_string() })
}

pub(super) fn lever(policy: &Policy, lever: &Lever) -> Value {
    let kind = match lever.kind {
        LeverKind::Back => "back",
        LeverKind::Degrade => "degrade",
        LeverKind::Sticky => "sticky",
        LeverKind::SingleFlight => "single-flight",
    };
    let flips = lever.flips.iter().map(|flip| json!({ "kind": flip.kind.word(), "target": flip.target }));
    json!({
        "name": lever.name,
        "doc": lever.doc,
        "kind": kind,
        "components": scope(&policy.components, lever.components.as_ref()),
        "flips": flips.collect::<Vec<_>>(),
        "steps": lever.step_count(),
        "run": lever.run,
        "inverse": lever.inverse,
        "within": lever.within.map(elapsed),
        "rotates": lever.rotates,
        "available_until": lever.available_until.as_ref().map(|(stage, _)| stage),
        "keeps": lever.keeps.map(elapsed),
        "cannot_undo": lever.cannot_undo,
        "after": names(&policy.levers, lever.after.iter().map(|(lever, _)| *lever)),
    })
}

pub(super) fn rollback(policy: &Policy, rollback: &Rollback) -> Value {
    let case = |case: &Symptom| {
        json!({
            "title": case.title,
            "when": case.when.as_ref().map(|when| bound(policy, when)),
            "levers": names(&policy.levers, case.pull.iter().map(|(lever, _)| *lever)),
            "notes": case.notes,
        })
    };
    let steps = |steps: &[Step]| -> Value { steps.iter().map(|step| step.text.as_str()).collect() };
    let recovered = rollback.recovered.as_ref().map(|recovered| {
        json!({ "within": recovered.within.map(elapsed), "when": bound(policy, &recovered.when) })
    });
    json!({
        "name": rollback.name,
        "doc": rollback.doc,
        "pipeline": policy.pipelines[rollback.pipeline].name,
        "triggers": rollback.triggers.iter().map(|trigger| bound(policy, trigger)).collect::<Vec<_>>(),
        "cases": rollback.cases.iter().map(case).collect::<Vec<_>>(),
        "region_plan": region_plan(policy, &rollback.region_plan),
        "soak": rollback.soak.map(elapsed),
        "steps": steps(&rollback.steps),
        "finally": steps(&rollback.finally),
        "recovered": recovered,
        "audit": rollback.audit.iter().map(|(what, _)| what.as_str()).collect::<Vec<_>>(),
    })
}

pub(super) fn flag(policy: &Policy, flag: &Flag) -> Value {
    let asked = match flag.asked {
        Asked::Server => "server",
        Asked::Client => "client",
    };
    let variants: Vec<Value> =
        flag.variants.iter().map(|(name, part, _)| json!({ "name": name, "share": share(*part) })).collect();
    json!({
        "name": flag.name,
        "doc": flag.doc,
        "kind": flag.kind.name(),
        "components": scope(&policy.components, flag.components.as_ref()),
        "variants": variants,
        "default": flag.default,
        "sticky": flag.sticky,
        "asked": asked,
        "guards": names(&policy.gates, flag.guards.iter().map(|(gate, _)| *gate)),
        "owner": flag.owner.as_ref().map(|owner| party(policy, owner)),
        "expires": flag.expires.map(|date| date.to_string()),
    })
}
