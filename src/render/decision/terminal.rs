//! A decision in a terminal.

use super::{Answer, needs, words};
use crate::calendar::{Instant, Zone};
use crate::decide::{PolicyFrom, ReasonRecord, Verdict};
use crate::render::guard::visible;
use crate::render::place::from_here;
use crate::render::wrap::{columns, pad, wrap};
use crate::render::{Paint, Style, WIDTH};

/// Columns of the answer's word and of the words at the foot.
const LEAD: usize = 9;

pub(super) fn render(answer: &Answer<'_>, paint: Paint) -> String {
    let mut page = Page { text: String::new(), paint };
    head(answer, &mut page);
    let blocked = by_verdict(answer, Verdict::Block);
    let pending = by_verdict(answer, Verdict::Pending);
    let passed = by_verdict(answer, Verdict::Allow);
    page.section("why now", answer, &blocked);
    let phase = answer.record.change.phase.name();
    let also = if blocked.is_empty() { "needed" } else { "also needed" };
    page.section(&format!("{also} before {phase}"), answer, &pending);
    meanwhile(answer, &mut page);
    page.section("what it passes", answer, &passed);
    later(answer, &mut page);
    if !answer.record.notes.is_empty() {
        page.heading("recorded");
        for note in &answer.record.notes {
            page.line("  - ", &words::note(answer, note), "");
        }
    }
    let options = words::options(answer);
    if !options.is_empty() {
        page.heading("what you can do");
        for (word, text) in options {
            page.line(&format!("  {}", pad(word, 14)), &text, "");
        }
    }
    foot(answer, &mut page);
    page.text
}

fn by_verdict<'a>(answer: &Answer<'a>, verdict: Verdict) -> Vec<&'a ReasonRecord> {
    answer.record.reasons.iter().filter(|reason| reason.verdict == verdict).collect()
}

fn head(answer: &Answer<'_>, page: &mut Page) {
    let style = match answer.record.verdict {
        Verdict::Allow => Style::Good,
        Verdict::Pending => Style::Waiting,
        Verdict::Block => Style::Bad,
    };
    let word = page.paint.text(style, words::verdict(answer.record.verdict));
    let simulated = if answer.record.simulated { " (simulated)" } else { "" };
    let indent = " ".repeat(LEAD);
    let subject = format!("{}{simulated}", words::subject(answer));
    page.text.push_str(&format!("{word}  {}\n", wrap(&clean(&subject), WIDTH, LEAD, &indent)));
    page.text.push_str(&format!("{indent}{}\n", wrap(&clean(&words::outlook(answer)), WIDTH, LEAD, &indent)));
}

/// What holds when the first reason ends: `why not right after`.
fn meanwhile(answer: &Answer<'_>, page: &mut Page) {
    if answer.record.meanwhile.is_empty() {
        return;
    }
    page.heading("why not right after");
    let zone = words::main_zone(answer);
    // One line a name, with its last end: what comes back every week is said once.
    let mut last: Vec<(&str, Option<Instant>)> = Vec::new();
    for obstacle in &answer.record.meanwhile {
        match last.iter_mut().find(|(name, _)| *name == obstacle.cause.name) {
            Some((_, until)) => *until = (*until).max(obstacle.until),
            None => last.push((&obstacle.cause.name, obstacle.until)),
        }
    }
    for (name, until) in last {
        let until = until.map_or(String::new(), |end| {
            format!(", the last time until {}", zone.show(end, answer.record.at))
        });
        page.line("  x ", &format!("{name} holds then{until}"), "");
    }
}

fn later(answer: &Answer<'_>, page: &mut Page) {
    if answer.record.later.is_empty() {
        return;
    }
    page.heading("checked later");
    for later in &answer.record.later {
        page.line(
            "  - ",
            &format!("{}   before {}", pad(&later.text, 20), later.phase.name()),
            &from_here(answer.root, &later.position),
        );
    }
}

fn foot(answer: &Answer<'_>, page: &mut Page) {
    let record = answer.record;
    page.text.push('\n');
    let zone = words::main_zone(answer);
    let seconds = |zone: Zone| zone.show(record.at, record.at);
    let clock = if record.simulated {
        format!("for {}, not the clock's own time", seconds(zone))
    } else {
        format!("{} by the {} clock", seconds(zone), record.clock)
    };
    page.pair("decided", &clock);
    let from = match &record.policy.from {
        PolicyFrom::WorkingTree => "from the working tree".to_owned(),
        PolicyFrom::TargetBranch { branch, commit } => format!("{branch}@{}", short(commit)),
        PolicyFrom::Change => "from the change itself".to_owned(),
    };
    let digest = short(&record.policy.digest);
    let (name, tzdb, opsc) = (&record.policy.name, &record.zone_database, &record.opsc);
    page.pair("policy", &format!("{name} {from} sha256:{digest}; tzdb {tzdb}; opsc {opsc}"));
    let commit =
        record.change.commit.as_ref().map_or(String::new(), |commit| format!(" at {}", short(commit)));
    let change = record.change.id.as_ref().map_or("as given".to_owned(), |id| format!("change {id}"));
    let reviews = match record.reviews.len() {
        0 => "no review".to_owned(),
        1 => "1 review".to_owned(),
        many => format!("{many} reviews"),
    };
    page.pair("evidence", &format!("{change}{commit}: {}, {reviews}", words::tier(answer)));
    let kept = answer
        .log
        .map_or("not written to a log (--log FILE)".to_owned(), |log| format!("{} in {log}", record.id));
    let exit = format!("(exit {})", record.verdict.exit_code());
    page.line(&pad("record", LEAD + 1), &kept, &exit);
}

fn short(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}

/// Text of the world outside on one line.
fn clean(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ")
}

struct Page {
    text: String,
    paint: Paint,
}

impl Page {
    fn heading(&mut self, heading: &str) {
        self.text.push_str(&format!("\n{}\n", self.paint.text(Style::Strong, heading)));
    }

    fn pair(&mut self, word: &str, text: &str) {
        self.line(&pad(word, LEAD + 1), text, "");
    }

    /// A line with its place at the right edge, where it fits, else on a line of its own.
    fn line(&mut self, lead: &str, text: &str, place: &str) {
        let place = clean(place);
        let indent = " ".repeat(columns(lead));
        let body = wrap(&clean(text), WIDTH, columns(lead), &indent);
        let last = columns(body.rsplit('\n').next().unwrap_or(""));
        let used = if body.contains('\n') { last } else { last + columns(lead) };
        self.text.push_str(lead);
        self.text.push_str(&body);
        if !place.is_empty() {
            let place_width = columns(&place);
            if used + 2 + place_width <= WIDTH {
                self.text.push_str(&" ".repeat(WIDTH - used - place_width));
            } else {
                self.text.push('\n');
                self.text.push_str(&" ".repeat(WIDTH.saturating_sub(place_width)));
            }
            self.text.push_str(&self.paint.text(Style::Faint, &place));
        }
        self.text.push('\n');
    }

    fn section(&mut self, heading: &str, answer: &Answer<'_>, reasons: &[&ReasonRecord]) {
        if reasons.is_empty() {
            return;
        }
        self.heading(heading);
        let mut rest = reasons.to_vec();
        while let Some(first) = rest.first().copied() {
            let (same, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|reason| is_alike(answer, first, reason));
            self.reason(answer, &same);
            rest = others;
        }
    }

    /// One reason, or several that differ only in where and until when they hold.
    fn reason(&mut self, answer: &Answer<'_>, same: &[&ReasonRecord]) {
        let Some(reason) = same.first() else { return };
        let spans: Vec<String> = same.iter().map(|reason| place_and_time(answer, reason)).collect();
        let mut first = words::reason(reason);
        if let [span] = spans.as_slice()
            && !span.is_empty()
        {
            first = format!("{}   {span}", pad(&first, 28));
        }
        self.line(
            &format!("  {} ", words::mark(reason.verdict)),
            &first,
            &reason.position.as_deref().map_or(String::new(), |place| from_here(answer.root, place)),
        );
        if spans.len() > 1 {
            for span in &spans {
                self.line("    ", span, "");
            }
        }
        let mut said = words::details(answer, reason);
        if reason.verdict != Verdict::Allow {
            said.extend(reason.needs.iter().map(needs::need));
        }
        for detail in said {
            self.line("    ", &detail, "");
        }
    }
}

/// Whether two reasons say the same, but for where and until when.
fn is_alike(answer: &Answer<'_>, one: &ReasonRecord, other: &ReasonRecord) -> bool {
    one.about == other.about
        && one.position == other.position
        && words::reason(one) == words::reason(other)
        && one.needs == other.needs
        && words::details(answer, one) == words::details(answer, other)
}

fn place_and_time(answer: &Answer<'_>, reason: &ReasonRecord) -> String {
    match (words::span(answer, reason), cells(answer, reason)) {
        (span, place) if place.is_empty() => span,
        (span, place) if span.is_empty() => format!("in {place}"),
        (span, place) => format!("{span} in {place}"),
    }
}

/// Where a reason holds, if that is not everywhere that was asked.
fn cells(answer: &Answer<'_>, reason: &ReasonRecord) -> String {
    let all = &answer.record.cells;
    if reason.cells.is_empty() || reason.cells.len() == all.len() {
        return String::new();
    }
    let mut regions: Vec<String> = Vec::new();
    let mut components: Vec<String> = Vec::new();
    for cell in reason.cells.iter().filter_map(|place| all.get(*place)) {
        regions.extend(cell.region.clone().filter(|name| !regions.contains(name)));
        components.extend(cell.component.clone().filter(|name| !components.contains(name)));
    }
    let whole = |names: &[String], of: &dyn Fn(&crate::decide::Cell) -> Option<String>| {
        all.iter().filter_map(of).all(|name| names.contains(&name))
    };
    let mut said = Vec::new();
    if !whole(&regions, &|cell| cell.region.clone()) {
        said.push(words::few(&regions, "regions"));
    }
    if !whole(&components, &|cell| cell.component.clone()) {
        said.push(words::few(&components, "components"));
    }
    said.join(": ")
}
