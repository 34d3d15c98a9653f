//! What the engine says of small checks, held against trying every value of a grid that is fine enough to miss nothing.

use super::{Claim, Possible, can_be, parts, smallest_contradiction};
use crate::calendar::Elapsed;
use crate::policy::{Bar, Bound, Check, Condition, Limit, Operator, Origin, Policy, Value, load};
use crate::source::{FileId, Span};
use crate::world::MemoryWorld;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = "policy p { language 1 }
metric share : ratio { better lower; no-data fail; baseline stable }
metric errors : count { better lower; no-data fail }
fact warm : bool
fact lever : one of none, several, one
";
    load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap().policy.unwrap()
});

const OPERATORS: [Operator; 6] = [
    Operator::Equal,
    Operator::NotEqual,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
];

/// A check as the test knows it; numbers are eighths.
#[derive(Debug, Clone)]
enum Small {
    All(Vec<Small>),
    Any(Vec<Small>),
    Not(Box<Small>),
    /// `operator factor * baseline + plus / 8`, for a stretch of so many minutes.
    Bar(Operator, u8, i32, i64),
    Warm,
    LeverBelow(usize),
}

/// Where the values stand at which a check is asked: the share in 64ths, now first, then at instants of the last minute.
struct World {
    shares: Vec<i32>,
    baseline: i32,
    warm: bool,
    lever: usize,
}

fn origin() -> Origin {
    let mut sources = crate::source::Sources::default();
    let file: FileId = sources.add("f".to_owned(), "");
    Origin { span: Span::new(file, 0, 0), line: 1 }
}

fn compares(left: i32, operator: Operator, right: i32) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        Operator::GreaterOrEqual => left >= right,
    }
}

impl Small {
    fn holds(&self, world: &World) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(world)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(world)),
            Self::Not(part) => !part.holds(world),
            Self::Bar(operator, factor, plus, minutes) => {
                let bar = i32::from(*factor) * world.baseline + plus * 8;
                let stretch = if *minutes == 0 { &world.shares[..1] } else { &world.shares[..] };
                stretch.iter().all(|share| compares(*share, *operator, bar))
            }
            Self::Warm => world.warm,
            Self::LeverBelow(at) => world.lever < *at,
        }
    }

    fn check(&self) -> Check {
        match self {
            Self::All(parts) => Check::All(parts.iter().map(Self::check).collect()),
            Self::Any(parts) => Check::Any(parts.iter().map(Self::check).collect()),
            Self::Not(part) => Check::Not(Box::new(part.check())),
            Self::Bar(operator, factor, plus, minutes) => {
                let plus = Decimal::from(*plus) / Decimal::from(8);
                let limit = match factor {
                    0 => Limit::Value(Value::Ratio(plus)),
                    factor => {
                        Limit::Baseline { factor: Decimal::from(*factor), plus: Some(Value::Points(plus)) }
                    }
                };
                Check::Bar(Bar {
                    metric: POLICY.metrics.find("share").unwrap(),
                    aggregate: None,
                    operator: *operator,
                    limit,
                    over: None,
                    sustained: (*minutes > 0).then(|| Elapsed::minutes(*minutes)),
                    text: String::new(),
                    origin: origin(),
                })
            }
            Self::Warm => Check::Evidence(Condition::Holds(POLICY.facts.find("warm").unwrap(), origin())),
            Self::LeverBelow(at) => {
                let choices = ["none", "several", "one"];
                Check::Evidence(Condition::Compare(
                    POLICY.facts.find("lever").unwrap(),
                    Operator::Less,
                    Value::Choice(choices[*at].to_owned()),
                    origin(),
                ))
            }
        }
    }
}

fn operator() -> impl Strategy<Value = Operator> {
    proptest::sample::select(&OPERATORS[..])
}

fn tree(leaf: impl Strategy<Value = Small> + 'static, leaves: u32) -> impl Strategy<Value = Small> {
    leaf.prop_recursive(3, leaves, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Small::All),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Small::Any),
            inner.prop_map(|part| Small::Not(Box::new(part))),
        ]
    })
}

fn at_once() -> impl Strategy<Value = Small> {
    let bar = (operator(), 0u8..3, -2i32..9).prop_map(|(operator, factor, plus)| {
        Small::Bar(operator, factor, if factor == 0 { plus.abs() } else { plus }, 0)
    });
    tree(prop_oneof![6 => bar, 1 => Just(Small::Warm), 1 => (0usize..3).prop_map(Small::LeverBelow)], 8)
}

fn stretched() -> impl Strategy<Value = Small> {
    tree(
        (operator(), 0i32..3, 0i64..2).prop_map(|(op, plus, minutes)| Small::Bar(op, 0, plus * 4, minutes)),
        4,
    )
}

fn leaves(small: &Small) -> usize {
    match small {
        Small::All(parts) | Small::Any(parts) => parts.iter().map(leaves).sum(),
        Small::Not(part) => leaves(part),
        _ => 1,
    }
}

/// Lines with slopes 0, 1 and 2 through eighths cross at sixteenths: between two crossings lies a 32nd, and between two bars
/// there a 64th.
fn somewhere(small: &Small) -> bool {
    let mut found = false;
    for baseline in (0..=64).step_by(2) {
        for share in 0..=64 {
            for (warm, lever) in [(true, 0), (true, 1), (true, 2), (false, 0), (false, 1), (false, 2)] {
                found |= small.holds(&World { shares: vec![share], baseline, warm, lever });
            }
        }
    }
    found
}

/// Now and four instants of the last minute: as many as there can be bars that each want another.
fn sometime(small: &Small) -> bool {
    let values = [0, 16, 32, 48, 64];
    (0..values.len().pow(5)).any(|code| {
        let shares = (0..5).map(|at| values[code / values.len().pow(at) % values.len()]).collect();
        small.holds(&World { shares, baseline: 0, warm: false, lever: 0 })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn bars_and_baselines_are_decided_as_by_trying(small in at_once()) {
        let wanted = if somewhere(&small) { Possible::Yes } else { Possible::No };
        prop_assert_eq!(can_be(&POLICY, &[Claim::Holds(&small.check())]), wanted);
    }

    #[test]
    fn stretches_are_decided_as_by_trying(small in stretched().prop_filter("few", |small| leaves(small) <= 4)) {
        let wanted = if sometime(&small) { Possible::Yes } else { Possible::No };
        prop_assert_eq!(can_be(&POLICY, &[Claim::Holds(&small.check())]), wanted);
    }

    #[test]
    fn a_contradiction_is_shown_by_the_fewest_parts(small in proptest::collection::vec(at_once(), 1..5)) {
        let bounds: Vec<Bound> = small
            .iter()
            .map(|small| Bound { check: small.check(), text: String::new(), origin: origin() })
            .collect();
        let all = parts(&POLICY, bounds.iter().map(|bound| (&bound.check, bound.origin)));
        let impossible = |chosen: &[usize]| {
            let claims: Vec<Claim<'_>> = chosen.iter().map(|at| Claim::Holds(all[*at].check)).collect();
            can_be(&POLICY, &claims) == Possible::No
        };
        let sets = (0usize..1 << all.len()).map(|set| (0..all.len()).filter(|at| set >> at & 1 == 1).collect::<Vec<_>>());
        let fewest = if all.len() > 10 { return Ok(()) } else { sets.filter(|set| impossible(set)).map(|set| set.len()).min() };
        prop_assert_eq!(smallest_contradiction(&POLICY, &all).map(|set| set.len()), fewest);
    }
}

#[test]
fn longer_stretches_imply_shorter_ones() {
    let bar = |minutes| Small::Bar(Operator::Greater, 0, 4, minutes);
    let both = |held: Small, broken: Small| {
        can_be(&POLICY, &[Claim::Holds(&held.check()), Claim::Fails(&broken.check())])
    };
    assert_eq!(both(bar(10), bar(5)), Possible::No);
    assert_eq!(both(bar(5), bar(10)), Possible::Yes);
    assert_eq!(both(bar(5), bar(0)), Possible::No);
    assert_eq!(both(bar(0), bar(5)), Possible::Yes);
}
