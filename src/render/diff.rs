//! What changes between two texts, as a unified diff.

use super::{Paint, Style, guard::visible};
use similar::TextDiff;
use std::fmt::Write;

/// The unified diff that turns `old` into `new`, with three lines around each change; empty where they are
/// the same. `name` is the file both are of.
pub fn unified(name: &str, old: &str, new: &str, paint: Paint) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut text = String::new();
    let mut hunks = diff.unified_diff();
    let (before, after) = (format!("{name} (as it is)"), format!("{name} (as it would be)"));
    for line in hunks.context_radius(3).header(&before, &after).to_string().lines() {
        let style = match line.as_bytes().first() {
            Some(b'-') => Style::Bad,
            Some(b'+') => Style::Good,
            Some(b'@') => Style::Faint,
            _ => {
                let _ = writeln!(text, "{}", visible(line));
                continue;
            }
        };
        let _ = writeln!(text, "{}", paint.text(style, &visible(line)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_the_file_and_shows_the_lines() {
        assert_eq!(unified("a.ops", "x\n", "x\n", Paint::Plain), "");
        assert_eq!(
            unified("a.ops", "x\ny\n", "x\nz\n", Paint::Plain),
            "--- a.ops (as it is)\n+++ a.ops (as it would be)\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n"
        );
    }
}
