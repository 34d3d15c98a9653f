//! Freezes that no declared target holds, though others are held: each file that is written lets through what they refuse.

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::fidelity::{Carried, coverage};
use crate::policy::{Condition, Policy, Ruling, Window};

code!(
    pub FREEZE_NOT_CARRIED,
    Warning,
    "freeze-not-carried",
    "a freeze that none of the declared targets holds"
);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&FREEZE_NOT_CARRIED], check };

const HELP: &str = "declare a target that asks the gate, such as `github-actions` or `gitlab-ci`; where `opsc gate` is asked by other means, say so with `@allow(freeze-not-carried, \"...\")`";

/// Where only targets are declared that stop nobody, such as a calendar to look at, the gate is asked by other means, and nothing
/// is said.
fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for row in coverage(policy).iter().filter(|row| !row.is_held() && refuses(policy, row.window)) {
        if !row.targets.iter().any(|(_, carried)| matches!(carried, Carried::Held(..))) {
            continue;
        }
        let message = format!("window `{}` is held by no declared target", row.window.name);
        let mut finding = Diagnostic::new(&FREEZE_NOT_CARRIED, row.window.origin.span, message);
        for (target, carried) in &row.targets {
            finding = match carried {
                Carried::Held(_, why) => finding.also(target.origin.span, format!("this holds less: {why}")),
                Carried::Shown => finding.also(target.origin.span, "this only shows it"),
                Carried::Absent(_) => finding,
            };
        }
        sink.push(finding.help(HELP));
    }
}

/// Whether a window is of a kind that refuses anything.
fn refuses(policy: &Policy, window: &Window) -> bool {
    let admits = |ruling: &Ruling| matches!(ruling, Ruling::Admit { when } if *when == Condition::TRUE);
    !policy.kinds[window.kind].rulings.iter().all(|(ruling, _)| admits(ruling))
}
