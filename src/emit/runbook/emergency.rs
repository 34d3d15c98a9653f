//! The playbook of an emergency: what a change asks that may land in a freeze, how the glass is broken, how a change goes out, and
//! what is asked where it could wait after all.

use super::page::{Inline, Item, Mark, Page, Part, line};
use super::pipeline;
use super::words::{ask, gate, name, names, party, seats, source, step, time};
use crate::calendar::Elapsed;
use crate::policy::{
    Action, BreakGlass, Condition, FactSource, FreezeKind, Id, Operator, Phase, Policy, Requirement, Ruling,
    Tier, Window,
};

/// Writes it; nothing where no tier passes every freeze, no glass can be broken, and no window asks gates once it is over.
pub(super) fn write(policy: &Policy, page: &mut Page) {
    let tiers = emergency_tiers(policy);
    let is_emergency = !tiers.is_empty() || !policy.break_glass.is_empty();
    if is_emergency {
        emergency(policy, tiers, page);
    }
    after_windows(policy, page);
}

fn emergency(policy: &Policy, tiers: Vec<Id<Tier>>, page: &mut Page) {
    if !policy.rollbacks.is_empty() {
        page.line(line!["Going back: ", Inline::link("the playbook of a rollback", "rollback.md"), "."]);
    }
    tiers.iter().for_each(|id| tier(policy, *id, page));
    policy.break_glass.rows().iter().for_each(|glass| break_glass(policy, glass, page));
    let pipelines = pipeline::of_emergency(policy, &tiers, &strict_kinds(policy));
    pipelines.into_iter().for_each(|id| pipeline::write(policy, &policy.pipelines[id], page));
}

/// Gates that are asked once a window is over, before what waited for it goes on.
fn after_windows(policy: &Policy, page: &mut Page) {
    let windows: Vec<&Window> =
        policy.windows.rows().iter().filter(|window| !window.after.is_empty()).collect();
    if windows.is_empty() {
        return;
    }
    page.heading(2, "Once a window is over".into());
    page.line(
        "What could wait goes on only where the gates of its window pass; the calendar does not ask them."
            .into(),
    );
    let items = windows.into_iter().map(|window| {
        let gates = window.after.iter().map(|(id, _)| gate(policy, *id)).collect();
        let owner = window.owner.as_ref();
        let ask = owner
            .map_or_else(Inline::default, |owner| line![". Where one does not, ask ", party(policy, owner)]);
        step(policy, line!["After ", name(&window.name), ", these must pass", ask], window.origin)
            .with(Part::List(Mark::Tick, gates))
    });
    page.list(Mark::Bullet, items.collect());
}

fn admits(ruling: Option<&Ruling>) -> bool {
    matches!(ruling, Some(Ruling::Admit { .. }))
}

/// Kinds of freeze that hold something up.
fn strict_kinds(policy: &Policy) -> Vec<Id<FreezeKind>> {
    let is_strict = |kind: &FreezeKind| kind.rulings.iter().any(|(ruling, _)| !admits(Some(ruling)));
    policy.kinds.iter().filter(|(_, kind)| is_strict(kind)).map(|(id, _)| id).collect()
}

/// Tiers that each kind of freeze admits which holds up another.
fn emergency_tiers(policy: &Policy) -> Vec<Id<Tier>> {
    let strict = strict_kinds(policy);
    let through = |tier: &Id<Tier>| {
        !strict.is_empty() && strict.iter().all(|kind| admits(policy.kinds[*kind].ruling(*tier)))
    };
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
