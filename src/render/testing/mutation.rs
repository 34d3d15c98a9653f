//! What became of a policy's mutants, for people.

use super::Shown;
use crate::calendar::Elapsed;
use crate::render::count;
use crate::render::guard::visible;
use crate::verify::{Effect, Fate, Mutation, Sameness};
use std::fmt::Write as _;

pub(super) fn render(shown: &Shown<'_>, mutation: &Mutation) -> String {
    let mut text = format!(
        "mutation score {}%: {} of {} noticed\n",
        mutation.score(),
        mutation.noticed(),
        count(mutation.counted(), "mutant")
    );
    let equivalent = [
        (
            mutation.count(|fate| matches!(fate, Fate::Equivalent(Sameness::SameTimes))),
            "not counted: the window holds at the same times throughout the horizon",
        ),
        (
            mutation.count(|fate| matches!(fate, Fate::Equivalent(Sameness::Sampled(_)))),
            "not counted: every question asked of both has the same answer; sampled, not proved",
        ),
        (mutation.count(|fate| matches!(fate, Fate::Undecided)), "undecided: the budget was used up"),
    ];
    for (number, words) in equivalent.into_iter().filter(|(number, _)| *number > 0) {
        let _ = writeln!(text, "  {number} {words}");
    }
    let missed = mutation.missed();
    if !missed.is_empty() {
        text.push_str("no test notices, what lets most through first\n");
    }
    for (tried, effect) in missed {
        let _ = writeln!(text, "  {}: {}; {}", shown.place(tried.origin), visible(&tried.what), felt(effect));
    }
    text
}

/// For how long a mutant answers otherwise, in words.
fn felt(effect: Effect) -> String {
    let span = |seconds: i64| Elapsed::seconds(seconds).to_string();
    match (effect.looser, effect.stricter) {
        (0, 0) => "which paths there are is not known here".to_owned(),
        (looser, 0) => format!("looser for {}", span(looser)),
        (0, stricter) => format!("stricter for {}", span(stricter)),
        (looser, stricter) => format!("looser for {}, stricter for {}", span(looser), span(stricter)),
    }
}
