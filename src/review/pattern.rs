//! Globs of a policy as patterns of CODEOWNERS: what a pattern cannot say is said by one that matches more.
//!
//! A pattern follows gitignore, without `!`, `[ ]` and an escaped `#` (GitHub, "About code owners"); parsers differ on escapes, so
//! none is written.

/// A glob with more ways to choose among its alternatives is written as the folder that it begins with.
const MOST: usize = 64;

/// A part of a glob.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Letter(char),
    /// `?`, or one of a class
    Any,
    /// `*`
    Run,
    /// `{a,b}`
    Either(Vec<Vec<Part>>),
}

/// The patterns that together match at least what a glob does.
pub fn patterns(glob: &str) -> Vec<String> {
    let mut letters = glob.chars().collect::<Vec<char>>().into_iter().peekable();
    let parts = read(&mut letters, 0);
    let flat = flat(&parts).unwrap_or_else(|| vec![folder(&parts)]);
    let mut found: Vec<String> = Vec::new();
    for parts in flat {
        let pattern = pattern(&parts);
        if !found.contains(&pattern) {
            found.push(pattern);
        }
    }
    found
}

type Letters = std::iter::Peekable<std::vec::IntoIter<char>>;

fn read(letters: &mut Letters, depth: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some(letter) = letters.peek().copied() {
        if depth > 0 && matches!(letter, ',' | '}') {
            break;
        }
        letters.next();
        parts.push(match letter {
            '?' => Part::Any,
            '*' => Part::Run,
            '[' => class(letters),
            '{' => Part::Either(either(letters, depth)),
            '\\' => Part::Letter(letters.next().unwrap_or('\\')),
            letter => Part::Letter(letter),
        });
    }
    parts
}

fn either(letters: &mut Letters, depth: usize) -> Vec<Vec<Part>> {
    let mut ways = vec![read(letters, depth + 1)];
    while letters.next_if_eq(&',').is_some() {
        ways.push(read(letters, depth + 1));
    }
    letters.next_if_eq(&'}');
    ways
}

/// One of a class, up to its end: a `]` that stands first belongs to it.
fn class(letters: &mut Letters) -> Part {
    letters.next_if(|letter| matches!(letter, '!' | '^'));
    letters.next();
    for letter in letters.by_ref() {
        if letter == ']' {
            break;
        }
    }
    Part::Any
}

/// Every way to choose; none where there are too many.
fn flat(parts: &[Part]) -> Option<Vec<Vec<Part>>> {
    let mut found: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        let ways = match part {
            Part::Either(ways) => {
                let mut all = Vec::new();
                for way in ways {
                    all.extend(flat(way)?);
                }
                all
            }
            part => vec![vec![part.clone()]],
        };
        if found.len() * ways.len() > MOST {
            return None;
        }
        found =
            found.iter().flat_map(|head| ways.iter().map(|way| [head.as_slice(), way].concat())).collect();
    }
    Some(found)
}

/// The folder that a glob begins with, and all in it.
fn folder(parts: &[Part]) -> Vec<Part> {
    let plain: Vec<Part> = parts.iter().take_while(|part| matches!(part, Part::Letter(_))).cloned().collect();
    let end = plain.iter().rposition(|part| *part == Part::Letter('/')).map_or(0, |at| at + 1);
    plain.into_iter().take(end).chain([Part::Run, Part::Run]).collect()
}

fn pattern(parts: &[Part]) -> String {
    let segments: Vec<String> = parts.split(|part| *part == Part::Letter('/')).map(segment).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["**"] => "*".to_owned(),
        ["**", ..] => segments.join("/"),
        [head @ .., "**"] => format!("/{}/", head.join("/")),
        segments => format!("/{}", segments.join("/")),
    }
}

/// A part between two `/`. Only where it is all of one, `**` means any folders.
fn segment(parts: &[Part]) -> String {
    if parts == [Part::Run, Part::Run] {
        return "**".to_owned();
    }
    let mut text = String::new();
    for part in parts {
        let sign = match part {
            Part::Letter(letter) if is_plain(*letter) => *letter,
            Part::Letter(letter) if letter.is_ascii() => '?',
            Part::Any => '?',
            // A reader that counts bytes would take one sign for a part of the letter.
            _ => '*',
        };
        if !(sign == '*' && text.ends_with('*')) {
            text.push(sign);
        }
    }
    text
}

fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || "._-/@:+,=~%".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_at_least_what_globs_do() {
        for (glob, expected) in [
            ("indexer/**", vec!["/indexer/"]),
            ("**", vec!["*"]),
            ("**/*.ops", vec!["**/*.ops"]),
            ("src/main.rs", vec!["/src/main.rs"]),
            ("docs/*.md", vec!["/docs/*.md"]),
            ("a/**/b", vec!["/a/**/b"]),
            ("a**b", vec!["/a*b"]),
            ("{web,app}/**", vec!["/web/", "/app/"]),
            ("{a,b/{c,d}}/x", vec!["/a/x", "/b/c/x", "/b/d/x"]),
            ("v[0-9]/[!]a]*", vec!["/v?/?*"]),
            ("a b#c!/\\*", vec!["/a?b?c?/?"]),
            ("日本/🚦🚦.md", vec!["/日本/*.md"]),
            ("a\u{202e}\n/x", vec!["/a*?/x"]),
        ] {
            assert_eq!(patterns(glob), expected, "{glob}");
        }
        let many = "x/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}";
        assert_eq!(patterns(many), ["/x/"]);
    }
}
