//! The fewest of several things that already bring something about: a set of causes from which none can be left out.

/// A minimal set of the first `count` things for which `is_enough` holds, by position and in order: without any one of them it no
/// longer does. What holds of some must hold of more, and of all of them together. By halves (Junker's QuickXplain), so that few
/// causes among many things are found in few questions.
pub fn minimal_causes(count: usize, is_enough: &mut dyn FnMut(&[usize]) -> bool) -> Vec<usize> {
    let all: Vec<usize> = (0..count).collect();
    if is_enough(&[]) {
        return Vec::new();
    }
    let mut found = among(&[], false, &all, is_enough);
    found.sort_unstable();
    found
}

/// Those of `open` that are needed beside `kept`; `has_grown` where `kept` was not asked about as it is.
fn among(
    kept: &[usize],
    has_grown: bool,
    open: &[usize],
    is_enough: &mut dyn FnMut(&[usize]) -> bool,
) -> Vec<usize> {
    if has_grown && is_enough(kept) {
        return Vec::new();
    }
    if open.len() <= 1 {
        return open.to_vec();
    }
    let (first, second) = open.split_at(open.len() / 2);
    let with = |more: &[usize]| -> Vec<usize> { kept.iter().chain(more).copied().collect() };
    let mut needed = among(&with(first), true, second, is_enough);
    let others = among(&with(&needed), !needed.is_empty(), first, is_enough);
    needed.extend(others);
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of all sets of six things, those that hold one of the given.
    #[test]
    fn none_of_the_causes_can_be_left_out() {
        let sufficient: [&[usize]; 4] = [&[0, 3, 5], &[1, 2], &[2, 4, 5], &[3]];
        for chosen in 1..1_usize << sufficient.len() {
            let picked = |at: &usize| chosen >> at & 1 == 1;
            let sets: Vec<&[usize]> = (0..sufficient.len()).filter(picked).map(|at| sufficient[at]).collect();
            let mut is_enough =
                |some: &[usize]| sets.iter().any(|set| set.iter().all(|one| some.contains(one)));
            let found = minimal_causes(6, &mut is_enough);
            assert!(is_enough(&found), "{found:?} of {sets:?}");
            for left_out in &found {
                let fewer: Vec<usize> = found.iter().copied().filter(|one| one != left_out).collect();
                assert!(!is_enough(&fewer), "{found:?} of {sets:?}");
            }
        }
    }
}
