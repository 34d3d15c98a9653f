//! Approvals that end before the rollout they are for.

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{ApprovalRule, Condition, Id, Validity};
use crate::schedule::{Rollouts, Route};
use std::collections::BTreeSet;

code!(
    pub APPROVAL_ENDS_HALF_WAY,
    Warning,
    "approval-ends-half-way",
    "an approval that must hold throughout and ends before the rollout does"
);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&APPROVAL_ENDS_HALF_WAY], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    if policy.approvals.is_empty() {
        return;
    }
    let rollouts = Rollouts::new(policy);
    for release in policy.releases.rows() {
        let Some(pipeline) = release.by else { continue };
        let mut asked: BTreeSet<Id<ApprovalRule>> = BTreeSet::new();
        for requirement in &policy.tiers[release.tier].requirements {
            approvals(&requirement.condition, &mut asked);
        }
        for approval in asked.iter().map(|id| &policy.approvals[*id]) {
            let Some((valid, Validity::Throughout)) = approval.valid_for else { continue };
            let route = Route { regions: release.region_plan.clone(), soak: release.soak };
            let takes = rollouts.of(pipeline, &route).shortest;
            if takes <= valid {
                continue;
            }
            let message = format!(
                "approval `{}` counts for {} and must hold throughout, and release `{}` takes at least {}",
                approval.name,
                valid.show(),
                release.name,
                takes.show()
            );
            let finding = Diagnostic::new(&APPROVAL_ENDS_HALF_WAY, approval.origin.span, message);
            sink.push(
                finding
                    .also(release.origin.span, "this release asks for it")
                    .also(policy.pipelines[pipeline].origin.span, "this carries it out")
                    .help("let it count for longer, or `at start`"),
            );
        }
    }
}

fn approvals(condition: &Condition, found: &mut BTreeSet<Id<ApprovalRule>>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| approvals(part, found)),
        Condition::Not(part) => approvals(part, found),
        Condition::Approval(id, _) => {
            found.insert(*id);
        }
        _ => {}
    }
}
