//! Text of a policy in the formats of others: each function makes a string that its format reads back as the very
//! same text, and never as code (language section 8).

use std::fmt::Write;

/// A double-quoted YAML scalar. Everything but printable ASCII and letters is written as an escape, so that no
/// parser's idea of a line end or of a printable letter matters.
pub fn yaml(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(letter),
            letter if letter.is_alphanumeric() => quoted.push(letter),
            letter => {
                let code = u32::from(letter);
                // Infallible: a `String` takes all that is written to it.
                let _ = if code > 0xffff {
                    write!(quoted, "\\U{code:08X}")
                } else {
                    write!(quoted, "\\u{code:04X}")
                };
            }
        }
    }
    quoted.push('"');
    quoted
}

/// A YAML flow sequence of quoted scalars.
pub fn yaml_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(yaml).collect();
    format!("[{}]", quoted.join(", "))
}

/// Commands that the author wrote to be run, as a YAML scalar with a line end behind it: a literal block indented by
/// `depth` blanks where every parser reads one alike, else a quoted scalar.
pub fn yaml_script(commands: &str, depth: usize) -> String {
    let commands = commands.trim_end();
    let plain = |letter: char| matches!(letter, '\n' | ' '..='~') || letter.is_alphanumeric();
    if commands.starts_with([' ', '\n']) || !commands.chars().all(plain) {
        return format!("{}\n", yaml(commands));
    }
    let indent = " ".repeat(depth);
    let lines = commands.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("{indent}{line}\n"),
    });
    format!("|\n{}", lines.collect::<String>())
}

/// Text in a GitHub workflow: `${{` opens an expression anywhere in a string, so it is itself said by one.
pub fn github(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}

/// Text in a GitLab variable: `$` begins a reference, `$$` is the sign itself.
pub fn gitlab(text: &str) -> String {
    text.replace('$', "$$")
}

/// One line of a comment: whatever could end the line becomes a blank.
pub fn comment(text: &str) -> String {
    let ends_line = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    text.chars().map(|letter| if ends_line(letter) { ' ' } else { letter }).collect()
}

/// A TEXT value of iCalendar (RFC 5545 section 3.3.11); control characters, which it cannot hold, become blanks.
pub fn ics(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
