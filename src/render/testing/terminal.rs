//! Tests in a terminal: what there is, and what of the policy they exercise.

use super::Shown;
use crate::render::guard::visible;
use crate::render::{Paint, Style, count};
use crate::verify::{Coverage, PropertyRun};
use std::fmt::Write as _;

pub(super) fn list(shown: &Shown<'_>) -> String {
    let mut text = String::new();
    for run in shown.runs {
        let _ = writeln!(text, "{}: {}", shown.place(run.test.origin), visible(&run.test.name));
        for case in run.cases.iter().filter(|case| !case.case.title.is_empty()) {
            let _ = writeln!(text, "  {}: {}", shown.place(case.case.origin), visible(&case.case.title));
        }
    }
    for property in shown.listed {
        let _ = writeln!(text, "{}: {}", shown.place(property.origin), visible(&property.name));
    }
    text
}

pub(super) fn held(run: &PropertyRun<'_>, paint: Paint) -> String {
    let word = paint.text(Style::Good, "held");
    let kept = match run.saved {
        0 => String::new(),
        saved => format!(" and {saved} kept"),
    };
    format!(
        "{word}  {}\n      tested, not proved: {} of {} drawn{kept} met its condition\n",
        visible(&run.property.name),
        count(run.met, "rollout"),
        run.drawn
    )
}

pub(super) fn coverage(shown: &Shown<'_>, coverage: &Coverage) -> String {
    let all = coverage.items.len();
    let mut text =
        format!("coverage {}%: {} of {}\n", coverage.percent(), coverage.seen(), count(all, "rule"));
    let mut kinds: Vec<&str> = Vec::new();
    for item in &coverage.items {
        if !kinds.contains(&item.kind) {
            kinds.push(item.kind);
        }
    }
    for kind in kinds {
        let of_kind = || coverage.items.iter().filter(|item| item.kind == kind);
        let seen = of_kind().filter(|item| item.seen > 0).count();
        let _ = writeln!(text, "  {:<15} {seen} of {}", kind, of_kind().count());
    }
    let unseen: Vec<_> = coverage.items.iter().filter(|item| item.seen == 0).collect();
    if !unseen.is_empty() {
        text.push_str("no test touches\n");
    }
    for item in unseen {
        let _ = writeln!(text, "  {}: {} `{}`", shown.place(item.origin), item.kind, visible(&item.name));
    }
    text
}
