//! Where a policy uses something: what the rows of the constructs are made of.

use super::seen::{Blindness, Seen, Trigger, seen, triggers};
use super::{LONGEST_BODY, LONGEST_NAME, Use};
use crate::calendar::Pattern;
use crate::policy::{Act, Check, Condition, Origin, Pipeline, Policy, Ruling, Stage, Surface, Wording};

/// Texts that are longer, and titles that are as long as makes a name too long.
pub(super) fn long_words(policy: &Policy) -> Vec<Use> {
    let mut found = Vec::new();
    let mut note = |is_long: bool, origin: Origin, what: String| {
        found.extend(is_long.then_some(Use { origin, what }));
    };
    let exceeds = |text: &str, most: usize| text.chars().count() > most;
    for template in policy.templates.rows() {
        let (text, origin) = &template.text;
        note(exceeds(text, LONGEST_BODY), *origin, format!("the text of template `{}`", template.name));
    }
    for severity in policy.severities.rows() {
        let is_long = exceeds(&severity.title, LONGEST_NAME - "{scope}: ".len());
        note(is_long, severity.origin, format!("the title of severity `{}`", severity.name));
    }
    for status in policy.statuses.rows() {
        let is_long = exceeds(&status.title, LONGEST_NAME);
        note(is_long, status.origin, format!("the title of status `{}`", status.name));
    }
    for maintenance in policy.maintenances.rows() {
        let banner = maintenance.banner.iter().map(|banner| (&banner.says, banner.origin));
        let notices =
            maintenance.notices.iter().filter_map(|notice| Some((notice.says.as_ref()?, notice.origin)));
        let steps = maintenance.steps().filter_map(|step| match &step.act {
            Act::Notice(says) => Some((says, step.origin)),
            _ => None,
        });
        for (says, origin) in banner.chain(notices).chain(steps) {
            let Wording::Text(text) = says else { continue };
            note(
                exceeds(text, LONGEST_BODY),
                origin,
                format!("a text of maintenance `{}`", maintenance.name),
            );
        }
    }
    found
}

/// A trigger as findings call it.
pub(super) fn named(trigger: &Trigger<'_>, more: &str) -> Use {
    let Trigger { of, name, bound, .. } = trigger;
    let what = format!("the trigger `{}` of {of} `{name}`{more}", bound.text);
    Use { origin: bound.origin, what }
}

pub(super) fn triggers_where(policy: &Policy, uses: fn(&Trigger<'_>, &Seen<'_>) -> bool) -> Vec<Use> {
    let found = triggers(policy).into_iter();
    let found = found.filter(|trigger| uses(trigger, &seen(policy, &trigger.bound.check)));
    found.map(|trigger| named(&trigger, "")).collect()
}

/// Triggers that may fire unseen, for a reason that is asked for: once each, with what more is to be said.
pub(super) fn missed(policy: &Policy, asked: fn(&Blindness) -> Option<String>) -> Vec<Use> {
    let found = triggers(policy).into_iter().filter_map(|trigger| {
        let seen = seen(policy, &trigger.bound.check);
        let more = seen.missed().into_iter().find_map(asked)?;
        Some(named(&trigger, &more))
    });
    found.collect()
}

pub(super) fn surface_use(surface: &Surface) -> Use {
    Use { origin: surface.origin, what: format!("surface `{}`", surface.name) }
}

pub(super) fn windows(policy: &Policy, uses: fn(&crate::policy::Window) -> bool) -> Vec<Use> {
    let found = policy.windows.iter().filter(|(_, window)| uses(window));
    found
        .map(|(_, window)| Use { origin: window.origin, what: format!("window `{}`", window.name) })
        .collect()
}

/// Kinds that a window has and whose rulings are so.
pub(super) fn kinds(policy: &Policy, uses: fn(&[&Ruling]) -> bool) -> Vec<Use> {
    let found = policy.kinds.iter().filter(|(id, kind)| {
        let rulings: Vec<&Ruling> = kind.rulings.iter().map(|(ruling, _)| ruling).collect();
        policy.windows.rows().iter().any(|window| window.kind == *id) && uses(&rulings)
    });
    found.map(|(_, kind)| Use { origin: kind.origin, what: format!("kind `{}`", kind.name) }).collect()
}

pub(super) fn recurs(pattern: &Pattern) -> bool {
    !matches!(pattern, Pattern::Once(_) | Pattern::OnceLocal { .. } | Pattern::Dates(_))
}

pub(super) fn pipelines(policy: &Policy, uses: fn(&Pipeline) -> bool) -> Vec<Use> {
    let found = policy.pipelines.rows().iter().filter(|pipeline| uses(pipeline));
    found
        .map(|pipeline| Use { origin: pipeline.origin, what: format!("pipeline `{}`", pipeline.name) })
        .collect()
}

pub(super) fn stages(policy: &Policy, uses: fn(&Policy, &Stage) -> bool) -> Vec<Use> {
    let found = policy.pipelines.rows().iter().flat_map(|pipeline| {
        let stages = pipeline.stages.rows().iter().filter(|stage| uses(policy, stage));
        stages.map(|stage| used(pipeline, stage))
    });
    found.collect()
}

pub(super) fn used(pipeline: &Pipeline, stage: &Stage) -> Use {
    Use { origin: stage.origin, what: format!("stage `{}` of pipeline `{}`", stage.name, pipeline.name) }
}

/// Gates that name gates are followed so far; a policy has no cycle of them.
const DEEPEST: usize = 64;

pub(super) fn asks_people(policy: &Policy, check: &Check, depth: usize) -> bool {
    match check {
        Check::All(parts) | Check::Any(parts) => parts.iter().any(|part| asks_people(policy, part, depth)),
        Check::Not(part) => asks_people(policy, part, depth),
        Check::Evidence(condition) => people_in(condition),
        Check::Gate(gate, _) if depth < DEEPEST => {
            policy.gates[*gate].requires.iter().any(|bound| asks_people(policy, &bound.check, depth + 1))
        }
        Check::Gate(..) | Check::Bar(_) | Check::Probe(..) => false,
    }
}

pub(super) fn people_in(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(people_in),
        Condition::Not(part) => people_in(part),
        Condition::Approved(_) | Condition::Approval(..) | Condition::TierIn(..) => true,
        Condition::Holds(..) | Condition::Compare(..) | Condition::Sustained(..) | Condition::OneOf(..) => {
            false
        }
    }
}
