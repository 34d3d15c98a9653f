//! A decision as Markdown: a title that fits a check, one table with a row a region, what to do, every reason folded away.

use super::{Answer, needs, words};
use crate::calendar::Zone;
use crate::decide::{About, Next, ReasonRecord, Verdict};
use std::fmt::Write;

/// Longer summaries are cut: GitHub and GitLab take 64 kB and more.
pub const MOST_BYTES: usize = 60_000;

/// Rows of the folded list at the most.
const MOST_REASONS: usize = 200;

/// The answer in a line that fits a check's title: `Blocked until Tue 2 Dec 05:00 UTC: peak-q4-black-friday`.
pub fn title(answer: &Answer<'_>) -> String {
    let record = answer.record;
    let utc = |at| Zone::UTC.show(at, record.at);
    let causes = causes(|_| true, answer);
    match (record.verdict, record.next_allowed, record.opens_at) {
        (Verdict::Allow, _, _) => match &record.valid_until {
            Some(expiry) => format!("Allowed until {}", utc(expiry.at)),
            None => "Allowed".to_owned(),
        },
        (Verdict::Block, Next::At(at), _) | (Verdict::Block, _, Some(at)) if at > record.at => {
            format!("Blocked until {}{}", utc(at), self::causes(is_of_calendar, answer))
        }
        (Verdict::Block, _, _) => format!("Blocked{causes}"),
        (Verdict::Pending, _, _) => format!("Pending{causes}"),
    }
}

/// The first names of what does not allow, among the reasons that are wanted.
fn causes(wanted: fn(&ReasonRecord) -> bool, answer: &Answer<'_>) -> String {
    let mut names: Vec<&str> =
        open(answer).filter(|reason| wanted(reason)).map(|reason| reason.name.as_str()).collect();
    names.dedup();
    names.truncate(3);
    if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) }
}

/// Whether time alone ends it.
fn is_of_calendar(reason: &ReasonRecord) -> bool {
    matches!(reason.about, About::Window | About::OutsideOnly)
}

fn open<'a>(answer: &Answer<'a>) -> impl Iterator<Item = &'a ReasonRecord> {
    answer.record.reasons.iter().filter(|reason| reason.verdict != Verdict::Allow)
}

pub(super) fn render(answer: &Answer<'_>) -> String {
    let mut text = String::new();
    let _ = write!(text, "### {}\n\n", escape(&title(answer)));
    let _ = write!(
        text,
        "{}. {}.\n\n",
        escape(&words::subject(answer)),
        escape(&capital(&words::outlook(answer)))
    );
    if only_the_calendar(answer) {
        text.push_str("Nothing is wrong with your change; the calendar is closed.\n\n");
    }
    table(answer, &mut text);
    let options = words::options(answer);
    if !options.is_empty() {
        text.push_str("**What you can do**\n\n");
        for (word, what) in options {
            let _ = writeln!(text, "- **{word}**: {}", escape(&what));
        }
        text.push('\n');
    }
    reasons(answer, &mut text);
    let record = answer.record;
    let _ = writeln!(
        text,
        "<sub>{} · policy {} sha256:{} · tzdb {} · opsc {} · record {}</sub>",
        record.at,
        escape(&record.policy.name),
        record.policy.digest.get(..8).unwrap_or(""),
        escape(&record.zone_database),
        escape(&record.opsc),
        escape(&record.id),
    );
    if text.len() > MOST_BYTES {
        let mut end = MOST_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str("\n\n(cut: the record holds all of it)\n");
    }
    text
}

/// Whether nothing but windows stands in the way.
fn only_the_calendar(answer: &Answer<'_>) -> bool {
    answer.record.verdict == Verdict::Block && open(answer).all(is_of_calendar)
}

fn table(answer: &Answer<'_>, text: &mut String) {
    let record = answer.record;
    let mut regions: Vec<&str> = Vec::new();
    for name in record.cells.iter().filter_map(|cell| cell.region.as_deref()) {
        if !regions.contains(&name) {
            regions.push(name);
        }
    }
    if regions.is_empty() {
        return;
    }
    text.push_str("| region | now | why | opens, local | opens, UTC |\n|---|---|---|---|---|\n");
    for region in regions {
        let places: Vec<usize> = (0..record.cells.len())
            .filter(|at| record.cells.get(*at).is_some_and(|cell| cell.region.as_deref() == Some(region)))
            .collect();
        let worst = places
            .iter()
            .filter_map(|at| record.cells.get(*at))
            .map(|cell| cell.verdict)
            .max()
            .unwrap_or_default();
        let here: Vec<&ReasonRecord> =
            open(answer).filter(|reason| reason.cells.iter().any(|cell| places.contains(cell))).collect();
        let why: Vec<String> = here.iter().map(|reason| words::reason(reason)).take(4).collect();
        let alone = answer.alone.iter().find(|place| place.region == region);
        let opens = alone.and_then(|place| place.opens_at).filter(|at| *at > record.at);
        let zone = words::region_zone(answer.policy, region).unwrap_or(Zone::UTC);
        let (local, utc) = match opens {
            // Where the region's clock is UTC there is nothing to add.
            // What its own clock says is in the next column already.
            Some(at) if zone == Zone::UTC => ("UTC".to_owned(), at.to_string()),
            Some(at) => (zone.show(at, record.at), at.to_string()),
            None => (String::new(), String::new()),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            escape(region),
            words::verdict(worst).to_lowercase(),
            escape(&why.join(", ")),
            escape(&local),
            utc
        );
    }
    text.push('\n');
}

fn reasons(answer: &Answer<'_>, text: &mut String) {
    let record = answer.record;
    let _ = write!(
        text,
        "<details><summary>Every reason ({})</summary>\n\n",
        record.reasons.len() + record.later.len()
    );
    for reason in record.reasons.iter().take(MOST_REASONS) {
        let mut said = vec![words::reason(reason)];
        said.push(words::span(answer, reason));
        said.extend(words::details(answer, reason));
        if reason.verdict != Verdict::Allow {
            said.extend(reason.needs.iter().map(needs::need));
        }
        said.retain(|part| !part.is_empty());
        let place = reason.position.as_ref().map_or(String::new(), |place| format!(" ({})", escape(place)));
        let verdict = words::verdict(reason.verdict).to_lowercase();
        let _ = writeln!(text, "- {verdict}: {}{place}", escape(&said.join("; ")));
    }
    if record.reasons.len() > MOST_REASONS {
        let _ = writeln!(text, "- and {} more in the record", record.reasons.len() - MOST_REASONS);
    }
    for later in &record.later {
        let _ = writeln!(
            text,
            "- checked before {}: {} ({})",
            later.phase.name(),
            escape(&later.text),
            escape(&later.position)
        );
    }
    text.push_str("\n</details>\n\n");
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Text of the world outside as Markdown on one line: nothing in it is markup, a mention or a link. What stands in backticks
/// stays code.
fn escape(text: &str) -> String {
    let shown = crate::render::guard::visible(text).replace(['\n', '\r', '\t'], " ");
    let parts: Vec<&str> = shown.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return parts.iter().map(|part| plain(part)).collect::<Vec<_>>().join("\\`");
    }
    let mut escaped = String::with_capacity(shown.len());
    for (place, part) in parts.iter().enumerate() {
        match (place % 2, part.trim()) {
            (0, _) => escaped.push_str(&plain(part)),
            (_, "") => escaped.push_str("\\`\\`"),
            // A bar ends a table's cell even inside code.
            (_, code) => escaped.push_str(&format!("`{}`", code.replace('|', "\\|"))),
        }
    }
    escaped
}

fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped.replace("://", ":&#47;&#47;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_never_markup() {
        assert_eq!(
            escape("a|b <script> @all [x](http://y)"),
            "a\\|b &lt;script&gt; &#64;all \\[x\\](http:&#47;&#47;y)"
        );
        assert_eq!(escape("`canary <= 5%` of a_b"), "`canary <= 5%` of a\\_b");
        assert_eq!(escape("`a|b`"), "`a\\|b`");
        assert_eq!(escape("one ` alone"), "one \\` alone");
        assert_eq!(escape("two\nlines"), "two lines");
    }
}
