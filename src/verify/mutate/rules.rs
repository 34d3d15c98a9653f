//! Tiers, kinds, approvals, exceptions, emergencies and classifications that differ in one thing.

use super::{About, Mutant, condition};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{
    BreakGlass, Condition, Exception, FreezeKind, Id, Origin, PathScope, Policy, Requirement, Ruling, Tier,
};

pub(super) fn mutants(policy: &Policy, found: &mut Vec<Mutant>) {
    policy.tiers.iter().for_each(|(id, tier)| tier_mutants(policy, id, tier, found));
    let used = |kind| policy.windows.rows().iter().any(|window| window.kind == kind);
    let kinds = policy.kinds.iter().filter(|(kind, _)| used(*kind));
    kinds.for_each(|(id, kind)| kind_mutants(policy, id, kind, found));
    approval_mutants(policy, found);
    policy.exceptions.iter().for_each(|(id, exception)| exception_mutants(policy, id, exception, found));
    policy.break_glass.iter().for_each(|(id, glass)| glass_mutants(policy, id, glass, found));
    classify_mutants(policy, found);
}

fn push(
    found: &mut Vec<Mutant>,
    what: String,
    origin: Origin,
    about: About,
    edit: impl Fn(&mut Policy) + Send + Sync + 'static,
) {
    found.push(Mutant { what, origin, about, edit: Box::new(edit) });
}

fn tier_mutants(policy: &Policy, id: Id<Tier>, tier: &Tier, found: &mut Vec<Mutant>) {
    for (position, asked) in tier.requirements.iter().enumerate() {
        let name = format!("tier `{}` before {}: `{}`", tier.name, asked.phase.name(), asked.text);
        let about = About::Tier(id);
        push(found, format!("{name} not asked"), asked.origin, about, move |policy| {
            if let Some(tier) = policy.tiers.get_mut(id) {
                tier.requirements.remove(position);
            }
        });
        let change = move |edit: Box<dyn Fn(&mut Requirement) + Send + Sync>| {
            move |policy: &mut Policy| {
                let tier = policy.tiers.get_mut(id);
                if let Some(asked) = tier.and_then(|tier| tier.requirements.get_mut(position)) {
                    edit(asked);
                }
            }
        };
        let later = crate::policy::Phase::ALL.into_iter().find(|phase| *phase > asked.phase);
        if let Some(later) = later {
            let edit = change(Box::new(move |asked| asked.phase = later));
            push(found, format!("{name} asked before {} only", later.name()), asked.origin, about, edit);
        }
        for (how, other) in condition::others(policy, &asked.condition) {
            let edit = change(Box::new(move |asked| asked.condition = other.clone()));
            push(found, format!("{name} {how}"), asked.origin, about, edit);
        }
    }
}

fn kind_mutants(policy: &Policy, id: Id<FreezeKind>, kind: &FreezeKind, found: &mut Vec<Mutant>) {
    for ((tier_id, tier), (ruling, origin)) in policy.tiers.iter().zip(&kind.rulings) {
        let position = tier_id.index();
        let mut others: Vec<(String, Ruling)> = Vec::new();
        let admits = || ("admits".to_owned(), Ruling::Admit { when: Condition::TRUE });
        let blocks = || ("blocks".to_owned(), Ruling::Block);
        match ruling {
            Ruling::Block => others.push(admits()),
            Ruling::Except => others.extend([admits(), blocks()]),
            Ruling::Admit { when } if when.is_true() => others.push(blocks()),
            Ruling::Admit { when } => {
                others.extend([
                    ("admits, whatever is asked,".to_owned(), Ruling::Admit { when: Condition::TRUE }),
                    blocks(),
                ]);
                let conditions = condition::others(policy, when).into_iter();
                others.extend(
                    conditions.map(|(how, when)| (format!("admits, {how},"), Ruling::Admit { when })),
                );
            }
        }
        for (verb, other) in others {
            let what = format!("kind `{}` {verb} {}", kind.name, tier.name);
            push(found, what, *origin, About::Tier(tier_id), move |policy| {
                let kind = policy.kinds.get_mut(id);
                if let Some((ruling, _)) = kind.and_then(|kind| kind.rulings.get_mut(position)) {
                    ruling.clone_from(&other);
                }
            });
        }
    }
}

fn approval_mutants(policy: &Policy, found: &mut Vec<Mutant>) {
    for (id, approval) in policy.approvals.iter() {
        for (how, seats) in condition::seats(policy, &approval.seats) {
            let what = format!("approval `{}` {how}", approval.name);
            push(found, what, approval.origin, About::Rules, move |policy| {
                if let Some(approval) = policy.approvals.get_mut(id) {
                    approval.seats.clone_from(&seats);
                }
            });
        }
    }
}

fn exception_mutants(policy: &Policy, id: Id<Exception>, exception: &Exception, found: &mut Vec<Mutant>) {
    let mut add = |how: String, edit: Box<dyn Fn(&mut Exception) + Send + Sync>| {
        let what = format!("exception `{}` {how}", exception.name);
        push(found, what, exception.origin, About::Rules, move |policy| {
            if let Some(exception) = policy.exceptions.get_mut(id) {
                edit(exception);
            }
        });
    };
    add("taken away".to_owned(), Box::new(|exception| exception.expires = Instant::MIN));
    for (tier, row) in policy.tiers.iter().filter(|(tier, _)| *tier != exception.tier) {
        add(format!("for {}", row.name), Box::new(move |exception| exception.tier = tier));
    }
    if exception.regions.is_some() {
        add("for every region of its windows".to_owned(), Box::new(|exception| exception.regions = None));
    }
    if exception.components.is_some() {
        let edit = |exception: &mut Exception| exception.components = None;
        add("for every component of its windows".to_owned(), Box::new(edit));
    }
    if exception.environments.is_some() {
        let edit = |exception: &mut Exception| exception.environments = None;
        add("for every environment of its windows".to_owned(), Box::new(edit));
    }
    let second = Elapsed::seconds(1);
    let (later, earlier) = (exception.expires.plus(second), exception.expires.minus(second));
    add("counting a second longer".to_owned(), Box::new(move |exception| exception.expires = later));
    add("counting a second less".to_owned(), Box::new(move |exception| exception.expires = earlier));
    add("without end".to_owned(), Box::new(|exception| exception.expires = Instant::MAX));
    if exception.starts.is_some() {
        add("from the beginning".to_owned(), Box::new(|exception| exception.starts = None));
    }
    if let Some(seats) = &exception.approve {
        add("without an approval".to_owned(), Box::new(|exception| exception.approve = None));
        for (how, seats) in condition::seats(policy, seats) {
            add(how, Box::new(move |exception| exception.approve = Some(seats.clone())));
        }
    }
    for (position, window) in exception.lifts.iter().enumerate().filter(|_| exception.lifts.len() > 1) {
        let how = format!("not lifting `{}`", policy.windows[*window].name);
        let edit = move |exception: &mut Exception| {
            exception.lifts.remove(position);
        };
        add(how, Box::new(edit));
    }
}

fn glass_mutants(policy: &Policy, id: Id<BreakGlass>, glass: &BreakGlass, found: &mut Vec<Mutant>) {
    let mut add = |how: String, edit: Box<dyn Fn(&mut BreakGlass) + Send + Sync>| {
        let what = format!("break-glass `{}` {how}", glass.name);
        push(found, what, glass.origin, About::Rules, move |policy| {
            if let Some(glass) = policy.break_glass.get_mut(id) {
                edit(glass);
            }
        });
    };
    add("taken away".to_owned(), Box::new(|glass| glass.tiers = Some(Vec::new())));
    if glass.tiers.is_some() {
        add("for every tier".to_owned(), Box::new(|glass| glass.tiers = None));
    }
    for (position, (_, text, _)) in glass.requires.iter().enumerate() {
        let edit = move |glass: &mut BreakGlass| drop(glass.requires.remove(position));
        add(format!("without `{text}`"), Box::new(edit));
    }
    if !glass.escalation.is_empty() {
        add("without asking anyone".to_owned(), Box::new(|glass| glass.escalation.clear()));
    }
    for (how, seats) in condition::seats(policy, &glass.by) {
        add(how, Box::new(move |glass| glass.by = seats.clone()));
    }
}

fn classify_mutants(policy: &Policy, found: &mut Vec<Mutant>) {
    let Some(classify) = &policy.classify else { return };
    for (position, rule) in classify.rules.iter().enumerate() {
        let name = format!("rule {} of `classify`, for {},", position + 1, policy.tiers[rule.tier].name);
        push(found, format!("{name} taken away"), rule.origin, About::Paths, move |policy| {
            if let Some(classify) = &mut policy.classify {
                classify.rules.remove(position);
            }
        });
        for (at, test) in rule.tests.iter().enumerate() {
            let (scope, word) = match test.scope {
                PathScope::Any => (PathScope::Every, "every path"),
                PathScope::Every => (PathScope::Any, "any path"),
            };
            push(found, format!("{name} by {word}"), rule.origin, About::Paths, move |policy| {
                let rule = policy.classify.as_mut().and_then(|classify| classify.rules.get_mut(position));
                if let Some(test) = rule.and_then(|rule| rule.tests.get_mut(at)) {
                    test.scope = scope;
                }
            });
        }
    }
    let first = policy.tiers.ids().next();
    if let (Some(first), Some(otherwise)) = (first, classify.otherwise)
        && first != otherwise
    {
        let what = format!("`classify` with `otherwise {}`", policy.tiers[first].name);
        push(found, what, classify.origin, About::Paths, move |policy| {
            if let Some(classify) = &mut policy.classify {
                classify.otherwise = Some(first);
            }
        });
    }
    if let Some(seats) = &classify.lower_by {
        let mut others: Vec<_> =
            condition::seats(policy, seats).into_iter().map(|(how, seats)| (how, Some(seats))).collect();
        others.push(("that nobody may lower".to_owned(), None));
        for (how, seats) in others {
            push(found, format!("`classify` {how}"), seats_origin(classify), About::Paths, move |policy| {
                if let Some(classify) = &mut policy.classify {
                    classify.lower_by.clone_from(&seats);
                }
            });
        }
    }
}

fn seats_origin(classify: &crate::policy::Classify) -> Origin {
    classify.lower_by.as_ref().map_or(classify.origin, |seats| seats.origin)
}
