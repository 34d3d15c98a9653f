//! A comparison as a comment on a pull request, under 64 kB.

use super::{Compared, Outcome, words};
use crate::emit::escape;
use std::fmt::Write;

/// Hosts refuse longer comments.
const MOST_BYTES: usize = 60_000;

/// A heading with the answer, a table of verdicts that changed, and lists of everything else.
pub fn markdown(compared: &Compared<'_>) -> String {
    let sign = match compared.outcome() {
        Outcome::Same => "Same meaning",
        Outcome::NotWider => "Not wider",
        Outcome::Wider => "Wider",
    };
    let cell = |text: &str| escape::markdown(text).replace('|', "\\|").replace('\n', " ");
    let mut said = format!("### {sign}: {}\n", cell(&words::answer(compared)));
    let mut left_out = 0;
    if let Some(clocks) = compared.clocks {
        let _ = writeln!(said, "\n{}.", cell(&words::databases(clocks)));
        for moved in words::moved(clocks) {
            put(&mut said, &format!("\n- clocks in {}\n", cell(&moved)), &mut left_out);
        }
    }
    if !compared.comparison.differences.is_empty() {
        said.push_str("\n| verdict | of | when | with |\n|---|---|---|---|\n");
    }
    for difference in &compared.comparison.differences {
        let when: Vec<String> = words::when(compared, difference).iter().map(|span| cell(span)).collect();
        let row = format!(
            "| {} | {} | {} | {} |\n",
            difference.turn.name(),
            cell(&words::subject(compared, difference)),
            when.join("<br>"),
            cell(&difference.with.words()),
        );
        put(&mut said, &row, &mut left_out);
    }
    for (kind, name, is_new) in &compared.comparison.unmatched {
        let which = if *is_new { "new" } else { "old" };
        put(
            &mut said,
            &format!("\n- only the {which} policy knows the {kind} {}\n", cell(name)),
            &mut left_out,
        );
    }
    for (decides, title) in words::PARTS {
        let such: Vec<_> = compared.changed.iter().filter(|change| change.decides == decides).collect();
        if such.is_empty() {
            continue;
        }
        put(&mut said, &format!("\n<details><summary>{title}: {}</summary>\n\n", such.len()), &mut left_out);
        for change in such {
            let (place, what) = words::changed(change);
            put(&mut said, &format!("- {}: {}\n", cell(&place), cell(&what)), &mut left_out);
        }
        said.push_str("\n</details>\n");
    }
    if let Some(why) = compared.comparison.undecided {
        let _ = writeln!(said, "\nNot decided: {why}.");
    }
    if left_out > 0 {
        let _ = writeln!(said, "\n{left_out} lines more: `opsc diff` shows them.");
    }
    said
}

fn put(said: &mut String, row: &str, left_out: &mut usize) {
    if said.len() + row.len() > MOST_BYTES {
        *left_out += 1;
    } else {
        said.push_str(row);
    }
}
