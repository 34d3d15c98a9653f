//! Kinds of freeze that are named after a place or a vendor: how hard a freeze is and where it holds are two axes.
//!
//! A page that lists "hard, soft, regional, component, vendor" asks for five kinds. A regional freeze is then neither
//! hard nor soft, and a window of another kind that names regions is regional all the same.

use super::first::first_start;
use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{FreezeKind, Id, Policy, Ruling, Window};

code!(pub KIND_NAMES_A_SCOPE, Warning, "kind-names-a-scope", "a kind of freeze named after where it holds or whose it is");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&KIND_NAMES_A_SCOPE], check };

/// What names a scope, the field that says it, and whether a window does.
struct Axis {
    words: &'static [&'static str],
    field: &'static str,
    has: fn(&Window) -> bool,
}

const AXES: [Axis; 3] = [
    Axis { words: &["regional", "region"], field: "regions", has: |window| window.regions.is_some() },
    Axis { words: &["component", "subsystem"], field: "scope", has: |window| window.components.is_some() },
    Axis {
        words: &["vendor", "third-party", "partner"],
        field: "vendor",
        has: |window| window.vendor.is_some(),
    },
];

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for (id, kind) in policy.kinds.iter() {
        let stem = kind.name.replace('_', "-");
        let stem = stem.strip_suffix("-freeze").unwrap_or(&stem);
        if let Some(axis) = AXES.iter().find(|axis| axis.words.contains(&stem)) {
            sink.push(finding(policy, id, kind, axis));
        }
    }
}

fn finding(policy: &Policy, id: Id<FreezeKind>, kind: &FreezeKind, axis: &Axis) -> Diagnostic {
    let other = policy
        .windows
        .rows()
        .iter()
        .filter(|window| window.kind != id && (axis.has)(window))
        .filter_map(|window| Some((window, first_start(policy, window)?)))
        .min_by_key(|(_, first)| first.at);
    let help = format!(
        "take the kind away; say how hard the freeze is as its kind, and where it holds with `{}`",
        axis.field
    );
    let Some((window, first)) = other else {
        let message = format!("kind `{}` says where a freeze holds, not what it does", kind.name);
        return Diagnostic::new(&KIND_NAMES_A_SCOPE, kind.origin.span, message).help(help);
    };
    let message = format!(
        "kind `{}` ({}) says where a freeze holds, not what it does: window `{}` ({}) has `{}` all the same, and from {} \
         it is `{}`{}",
        kind.name,
        policy.place(kind.origin),
        window.name,
        policy.place(window.origin),
        axis.field,
        first.at,
        policy.kinds[window.kind].name,
        apart(policy, kind, &policy.kinds[window.kind]),
    );
    Diagnostic::new(&KIND_NAMES_A_SCOPE, kind.origin.span, message)
        .also(window.origin.span, format!("this one names `{}` and has another kind", axis.field))
        .help(help)
}

/// `; for T1 the one answers block, the other admits`
fn apart(policy: &Policy, one: &FreezeKind, other: &FreezeKind) -> String {
    let word = |ruling: &Ruling| match ruling {
        Ruling::Admit { .. } => "admits",
        Ruling::Except => "lets an exception in",
        Ruling::Block => "blocks",
    };
    policy
        .tiers
        .iter()
        .find_map(|(tier, row)| {
            let (one, other) = (one.ruling(tier)?, other.ruling(tier)?);
            (word(one) != word(other))
                .then(|| format!("; it {} {}, this {}", word(other), row.name, word(one)))
        })
        .unwrap_or_default()
}
