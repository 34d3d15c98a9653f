//! Wording that many findings share: what was probably meant, and lists of what there is.

/// The name closest to `word`, if one is close enough to have been meant. The first wins a tie.
pub fn closest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
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

/// a, b or c; a long list is cut.
pub fn joined<'n>(words: impl IntoIterator<Item = &'n str>) -> String {
    const MOST: usize = 20;
    let mut words: Vec<&str> = words.into_iter().collect();
    if words.len() > MOST {
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
