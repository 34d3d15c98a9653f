//! Tests in a terminal: what there is, and what of the policy they exercise.

use super::Shown;
use crate::render::count;
use crate::render::guard::visible;
use crate::verify::Coverage;
use std::fmt::Write as _;

pub(super) fn list(shown: &Shown<'_>) -> String {
    let mut text = String::new();
    for run in shown.runs {
        let _ = writeln!(text, "{}: {}", shown.place(run.test.origin), visible(&run.test.name));
        for case in run.cases.iter().filter(|case| !case.case.title.is_empty()) {
            let _ = writeln!(text, "  {}: {}", shown.place(case.case.origin), visible(&case.case.title));
        }
    }
    text
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
