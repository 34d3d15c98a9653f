//! Conditions against enumeration: every value of every fact.

use crate::diag::Habit;
use crate::rules;
use crate::world::MemoryWorld;
use proptest::prelude::*;

/// A condition over three facts that hold or not, and one of three values.
#[derive(Debug, Clone)]
enum Asked {
    Holds(usize),
    Is(usize),
    All(Vec<Asked>),
    Any(Vec<Asked>),
    Not(Box<Asked>),
}

const VALUES: [&str; 3] = ["none", "minor", "major"];

impl Asked {
    fn text(&self) -> String {
        let joined = |parts: &[Self], word: &str| {
            let texts: Vec<String> = parts.iter().map(Self::text).collect();
            format!("({})", texts.join(word))
        };
        match self {
            Self::Holds(fact) => format!("f{fact}"),
            Self::Is(value) => format!("grade == {}", VALUES[*value]),
            Self::All(parts) => joined(parts, " and "),
            Self::Any(parts) => joined(parts, " or "),
            Self::Not(part) => format!("not ({})", part.text()),
        }
    }

    fn so(&self, facts: usize, value: usize) -> bool {
        match self {
            Self::Holds(fact) => facts >> fact & 1 == 1,
            Self::Is(other) => *other == value,
            Self::All(parts) => parts.iter().all(|part| part.so(facts, value)),
            Self::Any(parts) => parts.iter().any(|part| part.so(facts, value)),
            Self::Not(part) => !part.so(facts, value),
        }
    }

    fn count(&self) -> usize {
        (0..8)
            .flat_map(|facts| (0..3).map(move |value| (facts, value)))
            .filter(|(facts, value)| self.so(*facts, *value))
            .count()
    }

    /// The alternatives of `or`, however it is bracketed.
    fn ways(&self) -> Vec<&Self> {
        match self {
            Self::Any(parts) => parts.iter().flat_map(Self::ways).collect(),
            other => vec![other],
        }
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    let leaf = prop_oneof![(0..3usize).prop_map(Asked::Holds), (0..3usize).prop_map(Asked::Is)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Asked::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Asked::Any),
            inner.prop_map(|part| Asked::Not(Box::new(part))),
        ]
    })
}

fn found(condition: &str) -> Vec<&'static str> {
    let text = format!(
        "policy p {{ language 1 }}\nfact f0 : bool\nfact f1 : bool\nfact f2 : bool\n\
         fact grade : one of none, minor, major\ntier any-tier\nfreeze stop {{ block others }}\n\
         window w : stop {{ while {condition}; no-data active }}\n"
    );
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    let found = rules::check(&world, "main.ops", Habit::Always).unwrap().diagnostics;
    found.iter().map(|finding| finding.code.name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_never_or_always_so_is_found_and_nothing_else(asked in asked()) {
        let never = asked.ways().iter().filter(|way| way.count() == 0).count();
        let expected = match (never, asked.count()) {
            (0, 24) => vec!["condition-always-so"],
            (never, _) => vec!["condition-never-so"; never],
        };
        prop_assert_eq!(found(&asked.text()), expected, "{}", asked.text());
    }
}
