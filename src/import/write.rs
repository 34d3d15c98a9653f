//! A draft as text: a complete policy in reading order, places first, then people, then the calendar.

use super::draft::{Draft, Holidays, Region, Release, Sense, Window};
use super::literal;
use super::names::one_line;
use crate::calendar::{Elapsed, Instant, Interval, Pattern};

/// The policy's text.
pub(super) fn policy(draft: &Draft) -> String {
    let mut out = Lines::default();
    for line in &draft.about {
        out.line(&format!("//! {}", one_line(line)));
    }
    out.blank();
    out.line("use std.freezes");
    out.line("use std.tiers");
    out.blank();
    out.line(&format!("policy {} {{", draft.name));
    out.line("  language 1");
    if let Some(years) = draft.years() {
        out.line(&format!("  horizon {} .. {}", years.first, years.last));
    }
    out.line("}");
    places(draft, &mut out);
    people(&mut out);
    for holidays in &draft.holidays {
        self::holidays(holidays, &mut out);
    }
    for window in &draft.windows {
        self::window(window, &draft.regions, &mut out);
    }
    for release in &draft.releases {
        self::release(release, &mut out);
    }
    for claim in &draft.claims {
        out.blank();
        out.line(&format!("claim {} {{", literal::string(&claim.source)));
        for ruling in &claim.rulings {
            out.line(&format!("  {ruling}"));
        }
        out.line("}");
    }
    out.text
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn doc(&mut self, lines: &[String]) {
        for line in lines.iter().map(|line| one_line(line)).filter(|line| !line.is_empty()) {
            self.line(&format!("/// {line}"));
        }
    }

    /// A declaration with its statements, what stands behind their words in one column.
    fn block(&mut self, head: &str, statements: &[(&str, String)]) {
        self.line(&format!("{head} {{"));
        let width = statements.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
        for (word, rest) in statements {
            self.line(&format!("  {word:width$} {rest}"));
        }
        self.line("}");
    }
}

fn list<'a>(statements: &mut Vec<(&'a str, String)>, word: &'a str, names: &[String], separator: &str) {
    if !names.is_empty() {
        statements.push((word, names.join(separator)));
    }
}

fn places(draft: &Draft, out: &mut Lines) {
    out.blank();
    let names = draft.regions.iter().map(|region| region.name.len()).max().unwrap_or(0);
    let zones = draft.regions.iter().map(|region| region.zone.name().len()).max().unwrap_or(0) + 2;
    for region in &draft.regions {
        let (name, zone) = (&region.name, literal::string(region.zone.name()));
        out.line(&format!("region {name:names$} {{ zone {zone:zones$} }} // {}", region.note));
    }
    out.blank();
    for component in &draft.components {
        out.doc(&component.doc);
        out.line(&format!("component {}", component.name));
    }
    out.blank();
    for environment in &draft.environments {
        out.doc(&environment.doc);
        out.line(&format!("environment {}", environment.name));
    }
}

fn people(out: &mut Lines) {
    out.blank();
    out.line("// Placeholders: the source names nobody who approves. Write your people's logins before you rely on the gate.");
    out.line("role sre-owner     { members \"sre-owner@example.invalid\" }");
    out.line("role product-owner { members \"product-owner@example.invalid\" }");
}

fn window(window: &Window, regions: &[Region], out: &mut Lines) {
    let mut statements: Vec<(&str, String)> = Vec::new();
    for pattern in &window.when {
        let text = literal::pattern(pattern, window.zone);
        match (window.sense, text.split_once(' ')) {
            (Sense::Freezes, Some(("during", rest))) => statements.push(("during", rest.to_owned())),
            (Sense::Freezes, Some((_, rest))) => statements.push(("every", rest.to_owned())),
            (Sense::Permits, _) => statements.push(("only", text)),
            (Sense::Freezes, None) => {}
        }
    }
    if let Some(zone) = window.zone.filter(|_| window.when.iter().any(reads_a_clock)) {
        statements.push(("in", literal::string(zone.name())));
    }
    statements.extend(window.from.map(|date| ("from", date.to_string())));
    statements.extend(window.until.map(|date| ("until", date.to_string())));
    for dates in window.except.iter().map(ToString::to_string).collect::<Vec<_>>().chunks(8) {
        statements.push(("except", dates.join(", ")));
    }
    list(&mut statements, "regions", &window.regions, ", ");
    list(&mut statements, "scope", &window.scope, ", ");
    list(&mut statements, "environments", &window.environments, ", ");
    if !window.actions.is_empty() {
        statements.push(("on", window.actions.join(", ")));
    }
    statements.extend(window.because.as_deref().map(|because| ("because", literal::string(because))));
    out.blank();
    out.doc(&window.doc);
    if cuts_days(window, regions) {
        out.line("@allow(utc-days, \"as the source has it: whole days of UTC\")");
    }
    out.block(&format!("window {} : {}", window.name, window.kind), &statements);
}

/// Whether it holds for whole days of UTC where a region has other days: the checker asks whether that is meant.
fn cuts_days(window: &Window, regions: &[Region]) -> bool {
    let midnight = |at: Instant| at.unix().rem_euclid(86_400) == 0;
    let whole = |span: &Interval| {
        midnight(span.start)
            && [0, 1, 60].iter().any(|second| midnight(span.end.plus(Elapsed::seconds(*second))))
    };
    let away = |span: &Interval| {
        let inside = |region: &&Region| window.regions.is_empty() || window.regions.contains(&region.name);
        regions
            .iter()
            .filter(inside)
            .any(|region| [span.start, span.end].iter().any(|at| region.zone.offset(*at) != Elapsed::ZERO))
    };
    window.when.iter().any(|pattern| matches!(pattern, Pattern::Once(span) if whole(span) && away(span)))
}

/// Whether a pattern is read on a clock that the window must name: one-off literals carry their own zone.
fn reads_a_clock(pattern: &Pattern) -> bool {
    !matches!(pattern, Pattern::Once(_) | Pattern::OnceLocal { .. })
}

fn release(release: &Release, out: &mut Lines) {
    let mut statements: Vec<(&str, String)> = Vec::new();
    statements.extend(release.owner.as_deref().map(|owner| ("owner", literal::string(owner))));
    list(&mut statements, "components", &release.components, ", ");
    list(&mut statements, "regions", &release.regions, " then ");
    out.blank();
    out.doc(&release.doc);
    out.block(&format!("release {} : {}", release.name, release.tier), &statements);
}

fn holidays(holidays: &Holidays, out: &mut Lines) {
    out.blank();
    out.line(&format!("holidays {} {{", holidays.name));
    for (span, title) in &holidays.spans {
        let days = (span.last - span.first).num_days() + 1;
        let length = if days > 1 { format!(" for {days}d") } else { String::new() };
        let title = one_line(title);
        if !title.is_empty() {
            out.line(&format!("  /// {title}"));
        }
        out.line(&format!("  {}{length}", span.first));
    }
    out.line("}");
}
