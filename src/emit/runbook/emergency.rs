//! The playbook of an emergency: what a change asks that may land in a freeze, how the glass is broken, how a change goes out.

use super::page::{Inline, Item, Mark, Page, Part, line};
use super::words::{ask, gate, name, names, of_service, plan, seats, share, source, step, time};
use crate::calendar::Elapsed;
use crate::policy::{
    Action, BreakGlass, Condition, FactSource, FreezeAnswer, Id, OnFailure, Operator, Phase, Pipeline,
    Policy, Reaction, Requirement, Ruling, Stage, StageKind, Tier, Traffic,
};

/// Writes it; nothing where no tier passes every freeze and no glass can be broken.
pub(super) fn write(policy: &Policy, page: &mut Page) {
    let tiers = emergency_tiers(policy);
    if tiers.is_empty() && policy.break_glass.is_empty() {
        return;
    }
    if !policy.rollbacks.is_empty() {
        page.line(line!["Going back: ", Inline::link("the playbook of a rollback", "rollback.md"), "."]);
    }
    tiers.into_iter().for_each(|id| tier(policy, id, page));
    policy.break_glass.rows().iter().for_each(|glass| break_glass(policy, glass, page));
    policy.pipelines.rows().iter().for_each(|row| pipeline(policy, row, page));
}

/// Tiers that each kind of freeze admits which holds up another.
fn emergency_tiers(policy: &Policy) -> Vec<Id<Tier>> {
    let admits = |ruling: Option<&Ruling>| matches!(ruling, Some(Ruling::Admit { .. }));
    let strict = policy
        .kinds
        .rows()
        .iter()
        .filter(|kind| kind.rulings.iter().any(|(ruling, _)| !admits(Some(ruling))));
    let strict: Vec<_> = strict.collect();
    let through =
        |tier: &Id<Tier>| !strict.is_empty() && strict.iter().all(|kind| admits(kind.ruling(*tier)));
    policy.tiers.ids().filter(through).collect()
}

fn tier(policy: &Policy, id: Id<Tier>, page: &mut Page) {
    let tier = &policy.tiers[id];
    page.heading(2, line!["A change of tier ", name(&tier.name)]);
    let title =
        if tier.title == tier.name { Inline::default() } else { line![Inline::said(&tier.title), ". "] };
    page.line(line![title, Inline::said(&tier.doc)]);
    if !tier.examples.is_empty() {
        let examples = Inline::join(tier.examples.iter().map(|example| Inline::said(example)), ", ");
        page.line(line!["For example: ", examples, source(policy, tier.origin), "."]);
    }
    let steps = Phase::ALL.into_iter().map(|phase| before(policy, tier, phase));
    page.list(Mark::Number, steps.collect());
}

/// What is asked before a phase, and the command that asks whether it holds.
fn before(policy: &Policy, tier: &Tier, phase: Phase) -> Item {
    let asked: Vec<&Requirement> = tier.requirements.iter().filter(|asked| asked.phase == phase).collect();
    let (doing, action) = match phase {
        Phase::Merge => ("Before it lands in the target branch", Action::Merge),
        Phase::Deploy => ("Before it is deployed, region by region", Action::Deploy),
        Phase::Promote => ("Before it gets all traffic", Action::Promote),
    };
    let needs = asked.iter().map(|asked| requirement(policy, asked)).collect();
    let facts = asked.iter().flat_map(|asked| facts(policy, &asked.condition));
    let facts: Vec<String> = facts.flat_map(|fact| ["--fact".to_owned(), fact]).collect();
    let place: &[&str] =
        if phase == Phase::Merge || policy.regions.is_empty() { &[] } else { &["--region", "REGION"] };
    let options = ["--tier", &tier.name, "--action", action.name()].into_iter();
    let options = options.chain(place.iter().copied()).chain(facts.iter().map(String::as_str));
    let said = if asked.is_empty() { line![doing] } else { line![doing, ", this must hold"] };
    step(policy, said, tier.origin)
        .with(Part::List(Mark::Tick, needs))
        .with(Part::Line("Ask the gate:".into()))
        .shell(Some(&ask(policy, options)))
}

fn requirement(policy: &Policy, asked: &Requirement) -> Item {
    if let Some(asked_of) = asked.seats() {
        return step(policy, line!["Approved by ", seats(policy, asked_of)], asked.origin);
    }
    let mut said = vec![Inline::code(&asked.text)];
    for fact in mentioned(&asked.condition) {
        let fact = &policy.facts[fact];
        if !fact.doc.is_empty() {
            said.push(line![" - ", Inline::said(&fact.doc)]);
        }
        let sources = Inline::join(fact.sources.iter().map(|source| Inline::from(from(source))), " or ");
        if !sources.is_empty() {
            said.push(line![" Said by ", sources, "."]);
        }
        if let Some(fresh) = fact.fresh {
            said.push(line![" Counts for ", time(fresh), "."]);
        }
    }
    step(policy, Inline::of(said), asked.origin)
}

fn from(source: &FactSource) -> &'static str {
    match source {
        FactSource::Ci => "the CI job",
        FactSource::Label(_) => "a label",
        FactSource::Review => "a review",
        FactSource::Json { .. } => "a file",
        FactSource::Operator => "you",
    }
}

fn mentioned(condition: &Condition) -> Vec<Id<crate::policy::Fact>> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(mentioned).collect(),
        Condition::Not(inner) => mentioned(inner),
        Condition::Holds(fact, _)
        | Condition::Compare(fact, ..)
        | Condition::Sustained(fact, ..)
        | Condition::OneOf(fact, ..) => vec![*fact],
        Condition::Approved(_) | Condition::Approval(..) | Condition::TierIn(..) => Vec::new(),
    }
}

/// What the operator may say so that a condition holds, as the gate's `--fact` takes it: nothing for what others must say.
fn facts(policy: &Policy, condition: &Condition) -> Vec<String> {
    let may_say = |fact: Id<crate::policy::Fact>| {
        let sources = &policy.facts[fact].sources;
        sources.is_empty() || sources.contains(&FactSource::Operator)
    };
    match condition {
        Condition::All(parts) => parts.iter().flat_map(|part| facts(policy, part)).collect(),
        Condition::Holds(fact, _) if may_say(*fact) => vec![format!("{}=true", policy.facts[*fact].name)],
        Condition::Compare(
            fact,
            Operator::Equal | Operator::LessOrEqual | Operator::GreaterOrEqual,
            value,
            _,
        ) if may_say(*fact) => {
            vec![format!("{}={value}", policy.facts[*fact].name)]
        }
        _ => Vec::new(),
    }
}

fn break_glass(policy: &Policy, glass: &BreakGlass, page: &mut Page) {
    page.heading(2, line!["Breaking the glass: ", name(&glass.name)]);
    page.line(Inline::said(&glass.doc));
    let tiers = glass.tiers.iter().flatten().map(|tier| policy.tiers[*tier].name.as_str());
    let tiers = match glass.tiers {
        Some(_) => line!["For changes of tier ", names(tiers), "."],
        None => "For changes of any tier.".into(),
    };
    page.line(line![tiers, " It is taken by ", seats(policy, &glass.by), source(policy, glass.origin), "."]);
    let mut steps = Vec::new();
    for (_, text, at) in &glass.requires {
        steps.push(step(policy, line!["Make sure that this holds: ", Inline::code(text)], *at));
    }
    for asked in &glass.escalation {
        let wait = asked.within.map_or_else(Inline::default, |within| {
            line![", and wait ", time(within), " for an answer before you go on"]
        });
        steps.push(step(policy, line!["Ask ", seats(policy, &asked.seats), wait], asked.seats.origin));
    }
    let said: Vec<String> =
        glass.requires.iter().flat_map(|(condition, ..)| facts(policy, condition)).collect();
    let said: Vec<String> = said.into_iter().flat_map(|fact| ["--fact".to_owned(), fact]).collect();
    let tier = match glass.tiers.as_deref() {
        Some([only]) => policy.tiers[*only].name.as_str(),
        _ => "TIER",
    };
    let mut options = vec!["--tier", tier, "--action", "deploy", "--break-glass", &glass.name];
    if !glass.escalation.is_empty() {
        options.extend(["--asked-at", "INSTANT"]);
    }
    options.extend(["--because", "REASON"]);
    options.extend(said.iter().map(String::as_str));
    let command = ask(policy, options);
    steps.push(
        step(policy, "Ask the gate, which writes down who broke the glass and why".into(), glass.origin)
            .shell(Some(&command)),
    );
    page.list(Mark::Number, steps);
    let owed = glass.owes.iter().map(|(what, within)| {
        let by = within.map_or_else(Inline::default, |within: Elapsed| line![", within ", time(within)]);
        step(policy, line![Inline::said(what), by], glass.origin)
    });
    let owed: Vec<Item> = owed.collect();
    if !owed.is_empty() {
        page.line("Owed afterwards:".into());
        page.list(Mark::Tick, owed);
    }
}

fn pipeline(policy: &Policy, pipeline: &Pipeline, page: &mut Page) {
    page.heading(2, line!["Carrying it out: pipeline ", name(&pipeline.name)]);
    page.line(Inline::said(&pipeline.doc));
    let failure = match pipeline.on_failure {
        Some((failure, at)) => {
            line!["Where a stage fails: ", on_failure(policy, failure), source(policy, at), "."]
        }
        None => "Where a stage fails, stop; what was done stays.".into(),
    };
    page.line(failure);
    if !pipeline.on_freeze.is_empty() {
        page.line("Where a freeze begins half-way, the first of these that fits:".into());
        page.list(Mark::Bullet, pipeline.on_freeze.iter().map(|answer| on_freeze(policy, answer)).collect());
    }
    page.list(Mark::Number, pipeline.stages.rows().iter().map(|row| stage(policy, pipeline, row)).collect());
}

fn on_failure(policy: &Policy, failure: OnFailure) -> Inline {
    match failure {
        OnFailure::Rollback(rollback) => line!["begin rollback ", name(&policy.rollbacks[rollback].name)],
        OnFailure::Pause => "pause and ask for a hand".into(),
        OnFailure::Stop => "stop; what was done stays".into(),
    }
}

fn on_freeze(policy: &Policy, answer: &FreezeAnswer) -> Item {
    let kind = answer.kind.map_or_else(|| Inline::from("any other"), |kind| name(&policy.kinds[kind].name));
    let from = answer
        .from_traffic
        .map_or_else(Inline::default, |from| line![" from ", share(from), " of the traffic on"]);
    let done = match answer.reaction {
        Reaction::Finish => "finish".into(),
        Reaction::Pause => "pause until it is over".into(),
        Reaction::PauseThenBack(after) => line!["pause for ", time(after), ", then roll back"],
        Reaction::Back => "roll back".into(),
    };
    step(policy, line![kind, from, ": ", done], answer.origin)
}

fn stage(policy: &Policy, pipeline: &Pipeline, stage: &Stage) -> Item {
    let kind =
        if stage.name == stage.kind.name() { Inline::default() } else { line![" (", stage.kind.name(), ")"] };
    let mut said = vec![name(&stage.name).strong(), kind];
    match &stage.traffic {
        Some(Traffic::Mirror(part)) => said.push(line![": mirror ", share(*part), " of the traffic"]),
        Some(Traffic::Shares(shares)) => {
            let shares = Inline::join(shares.iter().map(|part| share(*part)), ", then ");
            said.push(line![": ", shares, " of the traffic"]);
        }
        None => {}
    }
    if let Some(hold) = stage.hold {
        said.push(line![", held for ", time(hold)]);
    }
    if let Some((timeout, _)) = stage.timeout {
        said.push(line![", at most ", time(timeout)]);
    }
    let mut item = step(policy, Inline::of(said), stage.origin);
    if let Some(asked) = &stage.approve {
        item = item.with(Part::Line(line!["Wait for the approval of ", seats(policy, asked), "."]));
    }
    if !stage.region_plan.is_empty() {
        item = item.with(Part::Line(line!["In ", plan(policy, &stage.region_plan, stage.soak), "."]));
    }
    if let Some(action) = asks(stage) {
        let asking = match stage.traffic {
            Some(_) => "Ask the gate before each region and each share:",
            None => "Ask the gate first, region by region:",
        };
        let service = of_service(policy, pipeline);
        let environment = stage.environment.map(|id| policy.environments[id].name.as_str());
        let mut options = vec!["--action", action.name()];
        options.extend(service.iter().map(String::as_str));
        options.extend(environment.into_iter().flat_map(|name| ["--environment", name]));
        if !policy.regions.is_empty() {
            options.extend(["--region", "REGION"]);
        }
        item = item.with(Part::Line(asking.into())).shell(Some(&ask(policy, options)));
    }
    item = item.shell(stage.run.as_deref());
    if !stage.gates.is_empty() {
        let gates = stage.gates.iter().map(|(id, _)| gate(policy, *id)).collect();
        item = item
            .with(Part::Line("Go on only where this passes:".into()))
            .with(Part::List(Mark::Bullet, gates));
    }
    if let Some(undo) = &stage.undo {
        item = item.with(Part::Line("It is undone by".into())).shell(Some(undo));
    }
    match stage.on_failure {
        Some((failure, at)) => item.with(Part::Line(line![
            "Where it fails: ",
            on_failure(policy, failure),
            source(policy, at),
            "."
        ])),
        None => item,
    }
}

/// What a stage asks the calendar for: nothing for one that reaches no user.
fn asks(stage: &Stage) -> Option<Action> {
    match stage.kind {
        StageKind::Migrate | StageKind::Expand | StageKind::Contract => Some(Action::Migrate),
        StageKind::Deploy | StageKind::Canary | StageKind::Ramp => Some(Action::Deploy),
        StageKind::Promote => Some(Action::Promote),
        StageKind::Build | StageKind::Test | StageKind::Shadow | StageKind::Verify => None,
    }
}
