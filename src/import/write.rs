//! A draft as text: a complete policy in reading order, places first, then people, then the calendar.

use super::draft::{Draft, Holidays, Release, Sense, Window};
use super::literal;
use super::names::one_line;

/// The policy's text.
pub(super) fn policy(draft: &Draft) -> String {
    let mut out = Lines::default();
    for line in &draft.about {
        out.line(0, &format!("//! {}", one_line(line)));
    }
    out.blank();
    out.line(0, "use std.freezes");
    out.line(0, "use std.tiers");
    out.blank();
    out.line(0, &format!("policy {} {{", draft.name));
    out.line(1, "language 1");
    out.line(1, &format!("horizon {} .. {}", draft.horizon.first, draft.horizon.last));
    out.line(0, "}");
    places(draft, &mut out);
    people(&mut out);
    for holidays in &draft.holidays {
        self::holidays(holidays, &mut out);
    }
    for window in &draft.windows {
        self::window(window, &mut out);
    }
    for release in &draft.releases {
        self::release(release, &mut out);
    }
    for claim in &draft.claims {
        out.blank();
        out.line(0, &format!("claim {} {{", literal::string(&claim.source)));
        for ruling in &claim.rulings {
            out.line(1, ruling);
        }
        out.line(0, "}");
    }
    out.text
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn doc(&mut self, lines: &[String]) {
        for line in lines {
            self.line(0, &format!("/// {}", one_line(line)));
        }
    }

    fn list(&mut self, word: &str, names: &[String], separator: &str) {
        if !names.is_empty() {
            self.line(1, &format!("{word} {}", names.join(separator)));
        }
    }
}

fn places(draft: &Draft, out: &mut Lines) {
    out.blank();
    for region in &draft.regions {
        let note = if region.note.is_empty() { String::new() } else { format!(" // {}", region.note) };
        out.line(
            0,
            &format!("region {} {{ zone {} }}{note}", region.name, literal::string(region.zone.name())),
        );
    }
    out.blank();
    for component in &draft.components {
        out.doc(&component.doc);
        out.line(0, &format!("component {}", component.name));
    }
    out.blank();
    for environment in &draft.environments {
        out.doc(&environment.doc);
        out.line(0, &format!("environment {}", environment.name));
    }
}

fn people(out: &mut Lines) {
    out.blank();
    out.line(0, "// Placeholders: the source names nobody who approves. Write your people's logins before you rely on the gate.");
    for role in ["sre-owner", "product-owner"] {
        out.line(0, &format!("role {role} {{ members \"{role}@example.invalid\" }}"));
    }
}

fn window(window: &Window, out: &mut Lines) {
    out.blank();
    out.doc(&window.doc);
    out.line(0, &format!("window {} : {} {{", window.name, window.kind));
    let only = match window.sense {
        Sense::Freezes => "",
        Sense::Permits => "only ",
    };
    for pattern in &window.when {
        out.line(1, &format!("{only}{}", literal::pattern(pattern, window.zone)));
    }
    if let Some(zone) = window.zone.filter(|_| window.when.iter().any(reads_a_clock)) {
        out.line(1, &format!("in {}", literal::string(zone.name())));
    }
    if let Some(from) = window.from {
        out.line(1, &format!("from {from}"));
    }
    if let Some(until) = window.until {
        out.line(1, &format!("until {until}"));
    }
    for date in &window.except {
        out.line(1, &format!("except {date}"));
    }
    out.list("regions", &window.regions, ", ");
    out.list("scope", &window.scope, ", ");
    out.list("environments", &window.environments, ", ");
    if let Some(because) = &window.because {
        out.line(1, &format!("because {}", literal::string(because)));
    }
    out.line(0, "}");
}

/// Whether a pattern is read on a clock that the window must name: one-off literals carry their own zone.
fn reads_a_clock(pattern: &crate::calendar::Pattern) -> bool {
    use crate::calendar::Pattern;
    !matches!(pattern, Pattern::Once(_) | Pattern::OnceLocal { .. })
}

fn release(release: &Release, out: &mut Lines) {
    out.blank();
    out.doc(&release.doc);
    out.line(0, &format!("release {} : {} {{", release.name, release.tier));
    if let Some(owner) = &release.owner {
        out.line(1, &format!("owner {}", literal::string(owner)));
    }
    out.list("components", &release.components, ", ");
    out.list("regions", &release.regions, " then ");
    out.line(0, "}");
}

fn holidays(holidays: &Holidays, out: &mut Lines) {
    out.blank();
    out.line(0, &format!("holidays {} {{", holidays.name));
    for (span, title) in &holidays.spans {
        let title = one_line(title);
        if !title.is_empty() {
            out.line(1, &format!("/// {title}"));
        }
        let days = (span.last - span.first).num_days() + 1;
        match days {
            1 => out.line(1, &span.first.to_string()),
            days => out.line(1, &format!("{} for {days}d", span.first)),
        }
    }
    out.line(0, "}");
}
