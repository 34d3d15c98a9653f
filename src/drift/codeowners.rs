//! The CODEOWNERS file of a repository: whose paths nobody owns, and which lines count no longer because of one behind them.

use super::overlap::Pattern;
use super::{Finding, Gravity, Place, option};
use crate::emit::codeowners::{because, hosting, owned};
use crate::policy::Policy;
use crate::review::{Because, Line, Reviewer};

/// GitHub loads no file of this size or more (GitHub, "About code owners").
const MOST_BYTES: usize = 3_000_000;

/// What is weaker in a CODEOWNERS file than what the policy asks of paths.
pub fn codeowners(policy: &Policy, text: &str) -> Vec<Finding> {
    let place = match option(policy, "codeowners", "policy") {
        "" => ".",
        place => place,
    };
    let lines = owned(policy, hosting(option(policy, "codeowners", "organization")), place);
    let wanted: Vec<Wanted<'_>> =
        lines.iter().map(|line| Wanted { line, pattern: Pattern::new(&line.pattern) }).collect();
    let (held, mut found) = read(text);
    if text.len() >= MOST_BYTES {
        found.push(Finding {
            gravity: Gravity::Weaker,
            place: Place::Line(1),
            found: format!("the file has {} bytes, and GitHub loads none of 3 MB", text.len()),
            asked: "its owners are asked".to_owned(),
            policy: None,
            mend: "say several lines by one pattern".to_owned(),
        });
    }
    // One line of the file may be wrong for many of the policy's: that is said once for what asks them.
    let mut groups: Vec<(Option<usize>, Because, Finding, usize)> = Vec::new();
    for at in 0..wanted.len() {
        let mut seen: Vec<(Option<usize>, Because)> = Vec::new();
        for path in paths(&wanted, at, &held) {
            let asked = wanted.iter().rev().find(|wanted| wanted.pattern.matches(&path));
            let Some(asked) = asked.map(|wanted| wanted.line) else { continue };
            let counting = held.iter().rposition(|held| held.pattern.matches(&path));
            if seen.contains(&(counting, asked.because)) {
                continue;
            }
            let Some(finding) = compare(policy, asked, &held, counting, &path) else { continue };
            seen.push((counting, asked.because));
            let mut known = groups.iter_mut();
            match known.find(|(line, because, ..)| *line == counting && *because == asked.because) {
                Some((.., more)) => *more += 1,
                None => groups.push((counting, asked.because, finding, 0)),
            }
        }
    }
    found.extend(groups.into_iter().map(|(.., finding, more)| match more {
        0 => finding,
        more => {
            Finding { found: format!("{}; so for {more} more of these patterns", finding.found), ..finding }
        }
    }));
    found
}

/// A line that the policy asks for.
struct Wanted<'l> {
    line: &'l Line,
    pattern: Pattern,
}

/// A line of the file.
struct Held {
    number: usize,
    text: String,
    pattern: Pattern,
    owners: Vec<Reviewer>,
}

/// Paths that a wanted line speaks of: one in its folder, one further down, and one that each line of the file matches too.
fn paths(wanted: &[Wanted<'_>], at: usize, held: &[Held]) -> Vec<String> {
    let Some(own) = wanted.get(at).map(|wanted| &wanted.pattern) else { return Vec::new() };
    let alone = [Pattern::new("*"), Pattern::deep()];
    let met = alone.iter().chain(held.iter().map(|held| &held.pattern));
    met.filter_map(|pattern| own.and(pattern)).collect()
}

fn compare(
    policy: &Policy,
    asked: &Line,
    held: &[Held],
    counting: Option<usize>,
    path: &str,
) -> Option<Finding> {
    let line = counting.and_then(|at| held.get(at));
    let owners = line.map_or(&[][..], |line| line.owners.as_slice());
    let is_asked = |owner: &&Reviewer| asked.owners.iter().any(|wanted| wanted.is(owner));
    let strangers: Vec<String> =
        owners.iter().filter(|owner| !is_asked(owner)).map(|owner| format!("`{}`", owner.handle())).collect();
    if !owners.is_empty() && strangers.is_empty() {
        return None;
    }
    let what = match line {
        None => format!("nobody owns `{path}`"),
        Some(line) if owners.is_empty() => format!("`{}` leaves `{path}` without an owner", line.text),
        Some(line) => format!("`{}` lets {} approve `{path}`", line.text, strangers.join(" and ")),
    };
    let shadowed = held.iter().take(counting.unwrap_or(0)).rfind(|earlier| {
        let mut owners = earlier.owners.iter().peekable();
        owners.peek().is_some() && owners.all(|owner| is_asked(&owner)) && earlier.pattern.matches(path)
    });
    let found = match shadowed {
        None => what,
        Some(earlier) => {
            format!("{what}, though line {} asks whom the policy does: the last line counts", earlier.number)
        }
    };
    let names: Vec<String> = asked.owners.iter().map(Reviewer::handle).collect();
    Some(Finding {
        gravity: Gravity::Weaker,
        place: line.map_or(Place::Missing, |line| Place::Line(line.number)),
        found,
        asked: format!("`{}` for {}", names.join("` or `"), without_place(&because(policy, asked))),
        policy: asked.origin.map(|origin| policy.place(origin)),
        mend: match line {
            None => format!("write `{} {}`", asked.pattern, names.join(" ")),
            Some(_) => {
                format!("take the line away, or write `{} {}` behind it", asked.pattern, names.join(" "))
            }
        },
    })
}

/// What asks, without where: that is said beside it.
fn without_place(text: &str) -> &str {
    text.rsplit_once(" (").map_or(text, |(what, _)| what)
}

/// The lines of a file, and what GitHub leaves out of it.
fn read(text: &str) -> (Vec<Held>, Vec<Finding>) {
    let (mut lines, mut found) = (Vec::new(), Vec::new());
    for (number, written) in (1..).zip(text.lines()) {
        let mut words = words(written).into_iter();
        let Some(pattern) = words.next() else { continue };
        let mut owners = Vec::new();
        let mut why = (pattern.starts_with('!') || pattern.contains(['[', ']']))
            .then(|| "a pattern has no `!` and no `[ ]`".to_owned());
        for word in words {
            match owner(&word) {
                Some(owner) => owners.push(owner),
                None => why = why.or_else(|| Some(format!("`{word}` is no owner"))),
            }
        }
        match why {
            None => {
                let text = written.trim().to_owned();
                lines.push(Held { number, text, pattern: Pattern::new(&pattern), owners });
            }
            Some(why) => found.push(Finding {
                gravity: Gravity::Note,
                place: Place::Line(number),
                found: format!("GitHub leaves this line out: {why}"),
                asked: "each line counts".to_owned(),
                policy: None,
                mend: "mend the line, or take it away".to_owned(),
            }),
        }
    }
    (lines, found)
}

/// Words between blanks, as far as a comment; a blank behind a backslash belongs to its word.
fn words(line: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                word.push('\\');
                word.extend(letters.next());
            }
            '#' if word.is_empty() => break,
            letter if letter.is_whitespace() => {
                if !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
            }
            letter => word.push(letter),
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

fn owner(word: &str) -> Option<Reviewer> {
    let Some(name) = word.strip_prefix('@') else {
        return Reviewer::person(word).filter(|found| matches!(found, Reviewer::Email(_)));
    };
    match name.split_once('/') {
        None => Reviewer::person(name).filter(|found| matches!(found, Reviewer::User(_))),
        Some((organization, slug)) => (!organization.is_empty() && !slug.is_empty())
            .then(|| Reviewer::Team { organization: organization.to_owned(), slug: slug.to_owned() }),
    }
}
