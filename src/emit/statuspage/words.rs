//! What is said on the page: the text as the policy has it, within the lengths that the page takes, and what is to be filled in.

use crate::fidelity::{LONGEST_BODY, LONGEST_NAME};
use crate::policy::{Policy, Template, Wording};

/// A text, and the names between braces in it that whoever sends it fills in.
pub(super) struct Words {
    /// The text.
    pub text: String,
    /// The names, each once, in order.
    pub fill: Vec<String>,
}

/// The words of a template.
pub(super) fn template(template: &Template) -> Words {
    let text = cut(&template.text.0, LONGEST_BODY);
    let fill = template.placeholders().into_iter().map(str::to_owned).collect();
    Words { text, fill }
}

/// The words of a template or a text. Braces in a text are only braces.
pub(super) fn of(policy: &Policy, wording: &Wording) -> Words {
    match wording {
        Wording::Text(text) => Words { text: cut(text, LONGEST_BODY), fill: Vec::new() },
        Wording::Template(name) => match policy.templates.find(name) {
            Some(found) => template(&policy.templates[found]),
            None => Words { text: String::new(), fill: Vec::new() },
        },
    }
}

/// A name of an incident.
pub(super) fn name(text: &str) -> String {
    cut(text, LONGEST_NAME)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
