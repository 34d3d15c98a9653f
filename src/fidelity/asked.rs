//! Whom a policy asks and how: what is lost of it where a code host asks people by paths and environments.

use super::Use;
use super::uses::{people_in, stages};
use crate::policy::{Condition, Id, PathScope, PathTest, Phase, Policy, Role, Ruling, Seats, Tier};
use crate::review::{Hosting, MOST_REVIEWERS, Reviewer, asked, merge_seats};

/// Tiers that ask people before a merge.
pub(super) fn tiers_that_ask(policy: &Policy) -> Vec<Use> {
    tiers(policy, |policy, tier| !merge_seats(policy, tier).is_empty())
}

/// Tiers that ask more than one before a merge.
pub(super) fn tiers_that_ask_several(policy: &Policy) -> Vec<Use> {
    tiers(policy, |policy, tier| people(merge_seats(policy, tier).into_iter()) > 1)
}

/// Tiers that ask somebody of the region.
pub(super) fn tiers_that_ask_in_regions(policy: &Policy) -> Vec<Use> {
    tiers(policy, |policy, tier| merge_seats(policy, tier).iter().any(|seats| in_region(seats)))
}

/// What tiers ask before a merge where something else holds.
pub(super) fn asked_on_a_condition(policy: &Policy) -> Vec<Use> {
    let mut found = Vec::new();
    for tier in policy.tiers.rows() {
        let before = tier.requirements.iter().filter(|asked| asked.phase == Phase::Merge);
        let on_condition = before.filter(|asked| depends(&asked.condition));
        found.extend(on_condition.map(|asked| Use {
            origin: asked.origin,
            what: format!("`{}` of tier `{}`", asked.text, tier.name),
        }));
    }
    found
}

/// Kinds of freeze in which somebody admits a change.
pub(super) fn freezes_that_ask(policy: &Policy) -> Vec<Use> {
    let asks = |ruling: &Ruling| matches!(ruling, Ruling::Admit { when } if people_in(when));
    let kinds = policy.kinds.rows().iter();
    let found = kinds.filter(|kind| kind.rulings.iter().any(|(ruling, _)| asks(ruling)));
    found.map(|kind| Use { origin: kind.origin, what: format!("kind `{}`", kind.name) }).collect()
}

/// Approvals that end.
pub(super) fn approvals_that_end(policy: &Policy) -> Vec<Use> {
    let ending = policy.approvals.rows().iter().filter(|rule| rule.valid_for.is_some());
    ending.map(|rule| Use { origin: rule.origin, what: format!("approval `{}`", rule.name) }).collect()
}

/// Roles that tiers ask, none of whose people a host can name.
pub(super) fn nameless_owners(policy: &Policy) -> Vec<Use> {
    roles_where(policy, asked_by_tiers(policy), |policy, role| names(policy, role).is_empty())
}

/// Roles that tiers ask, and that somebody has by a schedule.
pub(super) fn owners_by_rota(policy: &Policy) -> Vec<Use> {
    roles_where(policy, asked_by_tiers(policy), |policy, role| !policy.roles[role].schedules.is_empty())
}

/// Rules by which every path of a change must match.
pub(super) fn rules_of_every_path(policy: &Policy) -> Vec<Use> {
    rules(policy, |test| test.scope == PathScope::Every)
}

/// Globs of which a pattern can only say more.
pub(super) fn inexact_globs(policy: &Policy) -> Vec<Use> {
    let components = policy.components.rows().iter();
    let inexact = components.filter(|component| component.paths.iter().any(|glob| said_again(glob)));
    let components = inexact
        .map(|component| Use { origin: component.origin, what: format!("component `{}`", component.name) });
    let rules = rules(policy, |test| test.globs.iter().any(|glob| said_again(glob)));
    components.chain(rules).collect()
}

/// Whether a glob has signs that no pattern takes.
fn said_again(glob: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._-/@:+,=~%*?{}".contains(letter);
    !glob.chars().all(is_plain)
}

/// Stages that ask more than one.
pub(super) fn stages_that_ask_several(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| people(stage.approve.iter()) > 1)
}

/// Stages that ask somebody of the region.
pub(super) fn stages_that_ask_in_regions(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| stage.approve.as_ref().is_some_and(in_region))
}

/// Stages that ask a seat which more people may take than an environment has reviewers.
pub(super) fn crowded_stages(policy: &Policy) -> Vec<Use> {
    stages(policy, |policy, stage| {
        let mut seats = stage.approve.iter().flat_map(|seats| &seats.seats);
        let people = |role: &Id<Role>| names(policy, *role).len();
        seats.any(|seat| seat.roles.iter().map(people).sum::<usize>() > MOST_REVIEWERS)
    })
}

/// Stages that ask a role with nobody whom a host could let in.
pub(super) fn stages_that_ask_nobody(policy: &Policy) -> Vec<Use> {
    stages(policy, |policy, stage| {
        let is_user = |one: &Reviewer| matches!(one, Reviewer::User(_));
        let nobody = |role: &Id<Role>| !names(policy, *role).iter().any(is_user);
        let mut seats = stage.approve.iter().flat_map(|seats| &seats.seats);
        seats.any(|seat| seat.roles.iter().all(nobody))
    })
}

fn names(policy: &Policy, role: Id<Role>) -> Vec<Reviewer> {
    Hosting::People.roles(policy, &[role])
}

fn asked_by_tiers(policy: &Policy) -> Vec<Id<Role>> {
    let mut found: Vec<Id<Role>> = policy.tiers.ids().flat_map(|tier| asked(policy, tier)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn roles_where(policy: &Policy, roles: Vec<Id<Role>>, uses: fn(&Policy, Id<Role>) -> bool) -> Vec<Use> {
    let found = roles.into_iter().filter(|role| uses(policy, *role)).map(|role| &policy.roles[role]);
    found.map(|role| Use { origin: role.origin, what: format!("role `{}`", role.name) }).collect()
}

fn tiers(policy: &Policy, uses: fn(&Policy, Id<Tier>) -> bool) -> Vec<Use> {
    let found = policy.tiers.iter().filter(|(id, _)| uses(policy, *id));
    found.map(|(_, tier)| Use { origin: tier.origin, what: format!("tier `{}`", tier.name) }).collect()
}

fn rules(policy: &Policy, uses: impl Fn(&PathTest) -> bool) -> Vec<Use> {
    let rules = policy.classify.iter().flat_map(|classify| &classify.rules);
    let found = rules.filter(|rule| rule.tests.iter().any(&uses));
    let named = |tier: Id<Tier>| format!("the rule of `classify` for tier `{}`", policy.tiers[tier].name);
    found.map(|rule| Use { origin: rule.origin, what: named(rule.tier) }).collect()
}

fn people<'s>(seats: impl Iterator<Item = &'s Seats>) -> u32 {
    seats.flat_map(|seats| &seats.seats).fold(0, |sum, seat| sum.saturating_add(seat.count))
}

fn in_region(seats: &Seats) -> bool {
    seats.seats.iter().any(|seat| seat.in_region)
}

/// Whether people are asked only where something else holds, or where it does not.
fn depends(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(depends),
        Condition::Any(_) | Condition::Not(_) => people_in(condition),
        _ => false,
    }
}
