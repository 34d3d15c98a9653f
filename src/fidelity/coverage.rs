//! Which freeze is carried by which target, and which by none (language section 6, coverage).

use super::{CAPABILITIES, CONSTRUCTS, Capability, Fidelity, Freezes};
use crate::policy::{Origin, Policy, Target, Window};
use std::collections::BTreeMap;

/// A freeze with what each declared target does with it.
#[derive(Debug, Clone)]
pub struct Coverage<'p> {
    /// The freeze.
    pub window: &'p Window,
    /// The declared targets that opsc writes, in their order.
    pub targets: Vec<(&'p Target, Carried)>,
}

impl Coverage<'_> {
    /// Whether some target refuses all that the freeze refuses.
    pub fn is_held(&self) -> bool {
        self.targets.iter().any(|(_, carried)| carried.is_held())
    }
}

/// What a target does with a freeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// It refuses so well what the freeze refuses, and why where not exactly.
    Held(Fidelity, &'static str),
    /// It shows it to people, and stops nobody.
    Shown,
    /// It says nothing of it, and why where it says something of others.
    Absent(&'static str),
}

impl Carried {
    /// Whether it refuses all that the freeze refuses.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Held(Fidelity::Exact | Fidelity::Stricter, _))
    }

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held(fidelity, _) => fidelity.name(),
            Self::Shown => "shown",
            Self::Absent(_) => "absent",
        }
    }
}

/// Every freeze of a policy, in the order of its declarations, with what each declared target does with it: as well as the target
/// holds the worst held of what the window and its kind use.
pub fn coverage(policy: &Policy) -> Vec<Coverage<'_>> {
    let targets: Vec<(&Target, &Capability)> = policy
        .targets
        .rows()
        .iter()
        .filter_map(|target| Some((target, CAPABILITIES.iter().find(|row| row.target == target.name)?)))
        .collect();
    let mut uses: BTreeMap<Origin, Vec<&str>> = BTreeMap::new();
    for construct in CONSTRUCTS {
        for used in (construct.uses)(policy) {
            uses.entry(used.origin).or_default().push(construct.name);
        }
    }
    let of = |origin: Origin| uses.get(&origin).into_iter().flatten().copied();
    let carried = |window: &Window, capability: &Capability| {
        let used = of(window.origin).chain(of(policy.kinds[window.kind].origin));
        let worst = used
            .map(|construct| capability.holds(construct))
            .fold((Fidelity::Exact, ""), |worst, held| if held.0 > worst.0 { held } else { worst });
        match (capability.freezes, worst) {
            (Freezes::Refuses, (fidelity, why)) => Carried::Held(fidelity, why),
            (Freezes::Shows, (Fidelity::Weaker, why)) => Carried::Absent(why),
            (Freezes::Shows, _) => Carried::Shown,
            (Freezes::Silent, _) => Carried::Absent(""),
        }
    };
    let row = |window| {
        let carried = targets.iter().map(|(target, capability)| (*target, carried(window, capability)));
        Coverage { window, targets: carried.collect() }
    };
    policy.windows.rows().iter().map(row).collect()
}
