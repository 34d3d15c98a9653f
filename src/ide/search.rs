//! Looking for a declaration by some letters of its name.

use super::Analysis;
use super::outline::{Outlined, declared};

/// A declaration that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// How far its name is from what was asked for; 0 is the name itself.
    pub distance: u32,
    /// The declaration.
    pub declared: Outlined,
    /// The name of what it stands in, for a stage its pipeline.
    pub within: Option<String>,
}

/// What a policy's own files declare under a name with these letters in this order, the nearest first; no letters find all.
pub fn search(analysis: &Analysis, letters: &str) -> Vec<Hit> {
    let hits = declared(analysis).into_iter().filter_map(|(declared, within)| {
        Some(Hit { distance: distance(letters, &declared.name)?, declared, within })
    });
    let mut hits: Vec<Hit> = hits.collect();
    hits.sort_by(|a, b| {
        (a.distance, &a.declared.name, a.declared.span).cmp(&(b.distance, &b.declared.name, b.declared.span))
    });
    hits
}

/// How many letters of a name are passed over to find these in it; one that begins a word of the name costs nothing to reach.
fn distance(letters: &str, name: &str) -> Option<u32> {
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let mut at = 0;
    let mut cost = 0;
    for letter in letters.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase) {
        let rest = name.get(at..)?;
        let skipped = rest.iter().position(|other| *other == letter)?;
        let begins_word = (at + skipped)
            .checked_sub(1)
            .and_then(|before| name.get(before))
            .is_some_and(|c| !c.is_alphanumeric());
        cost += if begins_word { 1 } else { u32::try_from(skipped).ok()? * 2 };
        at += skipped + 1;
    }
    // Of two that fit alike, the one with less besides.
    Some(cost * 100 + u32::try_from(name.len() - at.min(name.len())).ok()?.min(99))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::read;

    #[track_caller]
    fn check(letters: &str, expected: &[&str]) {
        let text = "policy shop { language 1 }\nregion us-east-1 { zone \"America/New_York\" }\nregion eu-west-1 { zone \"Europe/Dublin\" }\nwindow week-end : hard { every day 09:00 .. 17:00 }\nservice s { components a }\ncomponent a\npipeline rollout for s {\n  stage build\n}\n";
        let analysis = read(&[("main.ops", text)]);
        let hits = search(&analysis, letters);
        let shown: Vec<String> = hits
            .iter()
            .map(|hit| match &hit.within {
                Some(within) => format!("{} in {within}", hit.declared.name),
                None => hit.declared.name.clone(),
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn letters_in_their_order_find_names() {
        check("we", &["week-end", "eu-west-1"]);
        check("USE", &["us-east-1"]);
        check("build", &["build in rollout"]);
        check("xyz", &[]);
        check("w end", &["week-end"]);
    }

    #[test]
    fn no_letters_find_everything() {
        let analysis = read(&[("main.ops", "policy p { language 1 }\nuse std.tiers\nrole r {}\n")]);
        let names: Vec<String> = search(&analysis, "").into_iter().map(|hit| hit.declared.name).collect();
        assert_eq!(names, ["p", "r"]);
    }
}
