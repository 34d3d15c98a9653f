//! The smallest of the combinations that a diagram holds, exactly: a shortest path through it, one quantity at a time. Each node is
//! looked at once, the ends first.

use super::range::Range;
use biodivine_lib_bdd::{Bdd, BddPointer};

/// A quantity, with how much each of its values says.
#[derive(Debug)]
pub(super) struct Quantity {
    range: Range,
    /// Its values, the smallest first, each with its size.
    values: Vec<(usize, usize)>,
}

impl Quantity {
    /// Value 0, that nothing is said, has no size.
    pub fn new(range: &Range, size: impl Fn(usize) -> usize) -> Self {
        let mut values: Vec<(usize, usize)> = (0..range.count).map(|value| (size(value), value)).collect();
        values.sort_unstable();
        Self { range: range.clone(), values }
    }
}

/// How a smallest combination goes on from a node.
#[derive(Debug, Clone, Copy)]
struct Step {
    size: usize,
    quantity: usize,
    value: usize,
    next: BddPointer,
}

/// The value of each quantity in the smallest combination; of several that are as small, always the same one. Nothing where there
/// is no combination.
pub(super) fn smallest(among: &Bdd, quantities: &[Quantity]) -> Option<Vec<usize>> {
    if among.is_false() {
        return None;
    }
    let mut owners: Vec<Option<usize>> = vec![None; usize::from(among.num_vars())];
    for (at, quantity) in quantities.iter().enumerate() {
        for bit in quantity.range.bits() {
            if let Some(owner) = owners.get_mut(bit.to_index()) {
                *owner = Some(at);
            }
        }
    }
    let owner = |node: BddPointer| match node.is_terminal() {
        true => None,
        false => owners.get(among.var_of(node).to_index()).copied().flatten(),
    };
    // The first two nodes are the ends: no combination, and one in which nothing further is said.
    let mut steps: Vec<Option<Step>> = vec![None, None];
    let size_from = |steps: &[Option<Step>], node: BddPointer| match node.is_terminal() {
        true => node.is_one().then_some(0),
        false => steps.get(node.to_index()).copied().flatten().map(|step| step.size),
    };
    for index in 2..among.size() {
        let node = BddPointer::from_index(index);
        let mut best: Option<Step> = None;
        if let Some((at, quantity)) = owner(node).and_then(|at| Some((at, quantities.get(at)?))) {
            for &(size, value) in &quantity.values {
                if best.is_some_and(|best| best.size <= size) {
                    break;
                }
                let mut next = node;
                while owner(next) == Some(at) {
                    let set = quantity.range.sets(value, among.var_of(next));
                    next = if set { among.high_link_of(next) } else { among.low_link_of(next) };
                }
                let Some(rest) = size_from(&steps, next) else { continue };
                if best.is_none_or(|best| size + rest < best.size) {
                    best = Some(Step { size: size + rest, quantity: at, value, next });
                }
            }
        }
        steps.push(best);
    }
    let mut values = vec![0; quantities.len()];
    let mut node = among.root_pointer();
    while let Some(step) = steps.get(node.to_index()).copied().flatten() {
        if let Some(value) = values.get_mut(step.quantity) {
            *value = step.value;
        }
        node = step.next;
    }
    node.is_one().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::super::range::Bits;
    use super::*;

    /// Sets of combinations of four quantities, each looked through by hand.
    #[test]
    fn no_combination_is_smaller() {
        let mut bits = Bits::default();
        let ranges: Vec<Range> = [3, 5, 1, 4].into_iter().map(|count| bits.range(count)).collect();
        let variables = bits.variables().unwrap();
        let size = |quantity: usize, value: usize| {
            [[0, 2, 1, 0, 0], [0, 4, 2, 2, 1], [0; 5], [0, 0, 3, 1, 0]][quantity][value]
        };
        let quantities: Vec<Quantity> = ranges
            .iter()
            .enumerate()
            .map(|(at, range)| Quantity::new(range, |value| size(at, value)))
            .collect();
        let mut all = Vec::new();
        for first in 0..3 {
            for second in 0..5 {
                for last in 0..4 {
                    all.push([first, second, 0, last]);
                }
            }
        }
        let total =
            |values: &[usize]| values.iter().enumerate().map(|(at, value)| size(at, *value)).sum::<usize>();
        let mut seed: u64 = 1;
        for round in 0..400_u32 {
            let mut chosen = Vec::new();
            for values in &all {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if (seed >> 33) % 64 < u64::from(round % 40) {
                    chosen.push(values);
                }
            }
            let among = chosen.iter().fold(variables.mk_false(), |any, values| {
                let one = ranges.iter().zip(values.iter());
                any.or(&one
                    .fold(variables.mk_true(), |all, (range, value)| all.and(&range.is(&variables, *value))))
            });
            let found = smallest(&among, &quantities);
            let least = chosen.iter().map(|values| total(&values[..])).min();
            assert_eq!(found.as_ref().map(|values| total(values)), least);
            if let Some(found) = found {
                assert!(chosen.iter().any(|values| values[..] == found[..]));
            }
        }
    }
}
