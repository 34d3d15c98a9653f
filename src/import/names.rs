//! Foreign names become names of the language: kept where they already are, mended where not, and never two the same.

use super::report::{At, RemarkKind, Report};
use std::collections::{BTreeMap, BTreeSet};

/// Words that the language reads as something else than a name.
const RESERVED: &[&str] = &[
    "and", "or", "not", "true", "false", "when", "where", "because", "use", "in", "others", "Mon", "Tue",
    "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
    "Nov", "Dec",
];

/// A name is cut behind so many letters.
const LONGEST: usize = 64;

/// The names of one kind of declaration.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    numbers: BTreeMap<String, u32>,
}

impl Names {
    /// The name for what the source calls `foreign`: the same foreign name always has the same name.
    /// `noun` stands in where nothing of the foreign name can be kept. A changed name is reported.
    pub(super) fn same(&mut self, foreign: &str, noun: &str, at: At, report: &mut Report) -> String {
        if let Some(name) = self.given.get(foreign) {
            return name.clone();
        }
        let name = self.fresh(foreign, noun);
        if name != foreign {
            report.remark(
                at,
                RemarkKind::Changed,
                format!("{noun} `{}` is named `{name}`", quoted(foreign)),
                "names are ASCII letters, digits, `_` and `-`, begin with a letter, and stand once",
            );
        }
        self.given.insert(foreign.to_owned(), name.clone());
        name
    }

    /// Whether this foreign name was met before.
    pub(super) fn knows(&self, foreign: &str) -> bool {
        self.given.contains_key(foreign)
    }

    /// The name that stands for a foreign one met before.
    pub(super) fn given(&self, foreign: &str) -> Option<&str> {
        self.given.get(foreign).map(String::as_str)
    }

    /// A name that nobody has yet, made of `foreign`.
    pub(super) fn fresh(&mut self, foreign: &str, noun: &str) -> String {
        let base = sanitised(foreign, noun);
        let mut name = base.clone();
        let number = self.numbers.entry(base.clone()).or_insert(1);
        while !self.taken.insert(name.clone()) {
            *number += 1;
            name = format!("{base}-{number}");
        }
        name
    }
}

/// `foreign` with what no name can hold replaced by `-`; `noun` where nothing is left.
pub(super) fn sanitised(foreign: &str, noun: &str) -> String {
    let mut name = String::new();
    for letter in foreign.chars() {
        match letter {
            _ if name.len() >= LONGEST => break,
            '0'..='9' | '_' if name.is_empty() => {
                name.push_str(noun);
                name.push('-');
                name.extend(Some(letter).filter(|letter| *letter != '_'));
            }
            'a'..='z' | 'A'..='Z' | '0'..='9' => name.push(letter),
            '_' if !name.ends_with('-') => name.push('_'),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    let name = name.trim_end_matches('-');
    match name {
        "" => noun.to_owned(),
        reserved if RESERVED.contains(&reserved) => format!("{noun}-{}", reserved.to_ascii_lowercase()),
        name => name.to_owned(),
    }
}

/// A title as a name: lower case, words joined by `-`.
pub(super) fn title(text: &str) -> String {
    text.to_lowercase()
}

/// Foreign text for a message: one line, no control characters, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    let line = one_line(text).replace('`', "'");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Foreign text on one line: runs of blanks and characters that steer a terminal or a reading direction become one blank.
pub(super) fn one_line(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let plain: String = text.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_or_mended() {
        for (foreign, name) in [
            ("peak_q4_black_friday", "peak_q4_black_friday"),
            ("us-east-1", "us-east-1"),
            ("Deploy freeze: EU!", "Deploy-freeze-EU"),
            ("2025 freeze", "window-2025-freeze"),
            ("_private", "window-private"),
            ("a-_b--c", "a-b-c"),
            ("Fri", "window-fri"),
            ("冻结", "window"),
            ("", "window"),
        ] {
            assert_eq!(sanitised(foreign, "window"), name, "{foreign}");
        }
    }

    #[test]
    fn collisions_are_resolved_and_reported() {
        let mut names = Names::default();
        let mut report = Report::default();
        assert_eq!(names.same("a b", "window", At::START, &mut report), "a-b");
        assert_eq!(names.same("a.b", "window", At::START, &mut report), "a-b-2");
        assert_eq!(names.same("a b", "window", At::START, &mut report), "a-b");
        assert_eq!(report.remarks.len(), 2);
    }
}
