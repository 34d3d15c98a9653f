//! A comparison for a terminal.

use super::{Compared, Outcome, words};
use crate::render::guard::visible;
use crate::render::wrap::wrap;
use crate::render::{Paint, Style, WIDTH};
use crate::verify::diff::Turn;

/// The answer first, then every difference, what widens first.
pub fn text(compared: &Compared<'_>, paint: Paint) -> String {
    let outcome = compared.outcome();
    let (word, style) = match outcome {
        Outcome::Same => ("SAME", Style::Good),
        Outcome::NotWider => ("NOT WIDER", Style::Good),
        Outcome::Wider => ("WIDER", Style::Bad),
    };
    let indent = " ".repeat(word.len() + 2);
    let answer = wrap(&words::answer(compared), WIDTH, indent.len(), &indent);
    let mut said = format!("{}  {answer}\n", paint.text(style, word));
    let names = format!("{} -> {}", visible(compared.old), visible(compared.new));
    said.push_str(&format!("{indent}{}\n", wrap(&names, WIDTH, indent.len(), &indent)));
    if let Some(clocks) = compared.clocks {
        said.push_str(&format!(
            "{indent}{}\n",
            wrap(&visible(&words::databases(clocks)), WIDTH, indent.len(), &indent)
        ));
    }
    let mut last: Option<Turn> = None;
    for difference in &compared.comparison.differences {
        if last != Some(difference.turn) {
            last = Some(difference.turn);
            let style = if difference.turn.widens() { Style::Bad } else { Style::Name };
            said.push_str(&format!("\n{}\n", paint.text(style, difference.turn.name())));
        }
        line(&mut said, "  ", &words::subject(compared, difference));
        for span in words::when(compared, difference) {
            line(&mut said, "      ", &span);
        }
        line(&mut said, "      ", &difference.with.words());
        if let Some(since) = words::since(compared, difference) {
            line(&mut said, "      ", &since);
        }
    }
    if let Some(clocks) = compared.clocks.filter(|clocks| !clocks.moved.is_empty()) {
        said.push_str(&format!("\n{}\n", paint.text(Style::Name, "clocks that were moved")));
        for moved in words::moved(clocks) {
            line(&mut said, "  ", &moved);
        }
    }
    if !compared.comparison.unmatched.is_empty() {
        said.push_str(&format!("\n{}\n", paint.text(Style::Name, "known to one policy alone")));
        for (kind, name, is_new) in &compared.comparison.unmatched {
            let which = if *is_new { "new" } else { "old" };
            line(&mut said, "  ", &format!("{kind} {name}: the {which} one"));
        }
    }
    for (decides, title) in words::PARTS {
        let mut such = compared.changed.iter().filter(|change| change.decides == decides).peekable();
        if such.peek().is_some() {
            said.push_str(&format!("\n{}\n", paint.text(Style::Name, title)));
        }
        for change in such {
            let (place, what) = words::changed(change);
            line(&mut said, "  ", &place);
            line(&mut said, "      ", &what);
        }
    }
    if let Some(why) = compared.comparison.undecided {
        said.push_str(&format!("\n{}\n", paint.text(Style::Bad, "not decided")));
        line(&mut said, "  ", why);
    }
    said
}

fn line(said: &mut String, indent: &str, text: &str) {
    let deeper = format!("{indent}  ");
    said.push_str(&format!("{indent}{}\n", wrap(&visible(text), WIDTH, indent.len(), &deeper)));
}
