//! Wording that many findings share: what was probably meant, and lists of what there is.

/// The name closest to `word`, if one is close enough to have been meant: a letter in three may differ, so that of `T1`
/// and `T2` neither is a slip of the other. The first wins a tie.
pub fn closest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = (word.chars().count() / 3).min(3);
    let mut best: Option<(usize, &'n str)> = None;
    for name in names {
        if name.len().abs_diff(word.len()) > allowed + 2 {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word.to_lowercase(), &name.to_lowercase());
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// `a`, `b` or `c`, each between backticks.
pub fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    joined(quoted.iter().map(String::as_str))
}

/// The first of `count` names, each between backticks.
pub fn first_of<'n>(names: impl IntoIterator<Item = &'n str>, count: usize) -> String {
    if count <= MOST + 1 {
        return one_of(names);
    }
    let first: Vec<String> = names.into_iter().take(MOST).map(|name| format!("`{name}`")).collect();
    format!("{} or one of {} more", first.join(", "), count - MOST)
}

/// a, b or c; a long list is cut.
pub fn joined<'n>(words: impl IntoIterator<Item = &'n str>) -> String {
    let mut words: Vec<&str> = words.into_iter().collect();
    // One alone is shorter named than counted.
    if words.len() > MOST + 1 {
        let more = words.len() - MOST;
        words.truncate(MOST);
        return format!("{} or one of {more} more", words.join(", "));
    }
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last.to_owned(),
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// How many of a long list are shown.
const MOST: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_close_and_another_word_is_not() {
        assert_eq!(closest("regoin", ["region", "role"]), Some("region"));
        assert_eq!(closest("Zone", ["zone"]), Some("zone"));
        assert_eq!(closest("window", ["region", "role"]), None);
        assert_eq!(closest("T4", ["T1", "T2"]), None);
        assert_eq!(closest("x", []), None);
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..30).map(|n| format!("n{n}")).collect();
        let names = || names.iter().map(String::as_str);
        assert!(one_of(names()).ends_with("`n19` or one of 10 more"));
        assert_eq!(one_of(names()), first_of(names(), 30));
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
