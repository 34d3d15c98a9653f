//! Patterns of CODEOWNERS as sets of paths: whether one matches a path, and a path that two of them match.

/// A path's parts between `/`, as a pattern says them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `**`: any folders, or none
    Folders,
    /// One name
    Name(Vec<Sign>),
}

/// What stands in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Letter(char),
    /// `?`
    Any,
    /// `*`
    Run,
}

/// A pattern: the shapes that a path may have which it matches.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<Vec<Part>>);

/// A name that no file has which a pattern speaks of.
const NAME: &str = "any-file";

impl Pattern {
    /// As GitHub reads one: from the root where it has a `/` that is not its end, else in any folder. A folder stands for all in it,
    /// but `/*` for what is in it itself.
    pub(super) fn new(text: &str) -> Self {
        let body = text.strip_suffix('/').unwrap_or(text);
        let is_anchored = body.contains('/');
        let mut parts: Vec<Part> = if is_anchored { Vec::new() } else { vec![Part::Folders] };
        for name in body.split('/').filter(|name| !name.is_empty()) {
            match name {
                "**" if parts.last() == Some(&Part::Folders) => {}
                "**" => parts.push(Part::Folders),
                name => parts.push(Part::Name(signs(name))),
            }
        }
        let below = [Part::Folders, Part::Name(vec![Sign::Run])];
        let mut inside = parts.clone();
        if inside.last() == Some(&Part::Folders) {
            inside.pop();
        }
        inside.extend(below);
        let is_of_folder = text.ends_with('/') || parts.last() == Some(&Part::Folders);
        match (is_of_folder, is_anchored && text.ends_with("/*")) {
            (true, _) => Self(vec![inside]),
            (false, true) => Self(vec![parts]),
            (false, false) => Self(vec![parts, inside]),
        }
    }

    /// The paths in a folder of a folder, wherever that is.
    pub(super) fn deep() -> Self {
        Self::new("**/any-folder/*")
    }

    /// One path and nothing else.
    fn path(path: &str) -> Self {
        let name = |name: &str| Part::Name(name.chars().map(Sign::Letter).collect());
        Self(vec![path.split('/').map(name).collect()])
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        self.and(&Self::path(path)).is_some()
    }

    /// A path that both match.
    pub(super) fn and(&self, other: &Self) -> Option<String> {
        let mut pairs = self.0.iter().flat_map(|one| other.0.iter().map(move |two| (one, two)));
        pairs.find_map(|(one, two)| {
            let mut found = Vec::new();
            walk(one, two, &mut Vec::new(), &mut found).then(|| found.join("/"))
        })
    }
}

fn signs(name: &str) -> Vec<Sign> {
    let mut found = Vec::new();
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        found.push(match letter {
            '*' => Sign::Run,
            '?' => Sign::Any,
            '\\' => Sign::Letter(letters.next().unwrap_or('\\')),
            letter => Sign::Letter(letter),
        });
    }
    found
}

/// Whether the rest of both has a path in common, which is then in `found`. What was tried without one is in `failed`.
fn walk(one: &[Part], two: &[Part], failed: &mut Vec<(usize, usize)>, found: &mut Vec<String>) -> bool {
    if one.is_empty() && two.is_empty() {
        return true;
    }
    let state = (one.len(), two.len());
    if failed.contains(&state) {
        return false;
    }
    for (folders, other, is_first) in [(one, two, true), (two, one, false)] {
        if let [Part::Folders, rest @ ..] = folders {
            let (one, two) = if is_first { (rest, other) } else { (other, rest) };
            if walk(one, two, failed, found) {
                return true;
            }
        }
    }
    let any = [Sign::Run];
    let (here, there, one_rest, two_rest) = match (one, two) {
        ([Part::Name(here), one_rest @ ..], [Part::Name(there), two_rest @ ..]) => {
            (here.as_slice(), there.as_slice(), one_rest, two_rest)
        }
        ([Part::Folders, ..], [Part::Name(there), two_rest @ ..]) => {
            (any.as_slice(), there.as_slice(), one, two_rest)
        }
        ([Part::Name(here), one_rest @ ..], [Part::Folders, ..]) => {
            (here.as_slice(), any.as_slice(), one_rest, two)
        }
        _ => {
            failed.push(state);
            return false;
        }
    };
    let mut name = String::new();
    if spell(here, there, &mut Vec::new(), &mut name) {
        found.push(if name.is_empty() { NAME.to_owned() } else { name });
        if walk(one_rest, two_rest, failed, found) {
            return true;
        }
        found.pop();
    }
    failed.push(state);
    false
}

/// Whether the rest of two names has a text in common, which is then at the end of `text`.
fn spell(one: &[Sign], two: &[Sign], failed: &mut Vec<(usize, usize)>, text: &mut String) -> bool {
    if one.is_empty() && two.is_empty() {
        return true;
    }
    let state = (one.len(), two.len());
    if failed.contains(&state) {
        return false;
    }
    let rests = [
        matches!(one, [Sign::Run, ..]).then(|| (one.get(1..).unwrap_or_default(), two)),
        matches!(two, [Sign::Run, ..]).then(|| (one, two.get(1..).unwrap_or_default())),
    ];
    if rests.into_iter().flatten().any(|(one, two)| spell(one, two, failed, text)) {
        return true;
    }
    if let ([here, one_rest @ ..], [there, two_rest @ ..]) = (one, two) {
        let letter = match (here, there) {
            (Sign::Letter(here), Sign::Letter(there)) => (here == there).then_some(*here),
            (Sign::Letter(letter), _) | (_, Sign::Letter(letter)) => Some(*letter),
            (Sign::Run, Sign::Run) => None,
            _ => Some('x'),
        };
        if let Some(letter) = letter {
            let length = text.len();
            text.push(letter);
            let one = if *here == Sign::Run { one } else { one_rest };
            let two = if *there == Sign::Run { two } else { two_rest };
            if spell(one, two, failed, text) {
                return true;
            }
            text.truncate(length);
        }
    }
    failed.push(state);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_githubs_page_says() {
        for (pattern, yes, no) in [
            ("*", vec!["a", "a/b/c.rs"], vec![]),
            ("*.js", vec!["a.js", "b/c/d.js"], vec!["a.jsx", "js"]),
            ("/build/logs/", vec!["build/logs/a", "build/logs/b/c"], vec!["x/build/logs/a", "build/logs"]),
            ("docs/*", vec!["docs/a.md"], vec!["docs/a/b.md", "x/docs/a.md"]),
            ("apps/", vec!["apps/a", "x/apps/b/c"], vec!["apps", "xapps/a"]),
            ("**/logs", vec!["logs/a", "build/logs/a", "a/logs"], vec!["logs.txt"]),
            ("/apps/github", vec!["apps/github/a", "apps/github"], vec!["apps/githubs"]),
            ("/a/**/b?.md", vec!["a/bx.md", "a/c/d/by.md"], vec!["a/b.md", "c/a/bx.md"]),
            ("/src/**", vec!["src/a", "src/a/b"], vec!["src"]),
        ] {
            let read = Pattern::new(pattern);
            for path in yes {
                assert!(read.matches(path), "{pattern} and {path}");
            }
            for path in no {
                assert!(!read.matches(path), "{pattern} and {path}");
            }
        }
    }

    #[test]
    fn a_path_of_both_is_found_where_there_is_one() {
        for (one, two, path) in [
            ("/src/", "*.md", Some("src/.md")),
            ("/src/", "/src/a/", Some("src/a/any-file")),
            ("/src/", "/lib/", None),
            ("/a*c", "/*bc", Some("abc")),
            ("/src/*", "/src/a/b", None),
            ("/**/x", "/y/", Some("y/x")),
        ] {
            let found = Pattern::new(one).and(&Pattern::new(two));
            assert_eq!(found.as_deref(), path, "{one} and {two}");
            for pattern in [one, two] {
                assert!(found.iter().all(|path| Pattern::new(pattern).matches(path)));
            }
        }
    }
}
