//! Text of a policy in the formats of others: each function makes a string that its format reads back as the very
//! same text, and never as code (language section 8).

use std::borrow::Cow;
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

/// A name of the language as a YAML scalar or key: as it is, but for words that YAML 1.1 or 1.2 takes for something else.
pub fn yaml_name(name: &str) -> String {
    const TAKEN: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    match TAKEN.iter().any(|taken| name.eq_ignore_ascii_case(taken)) {
        true => yaml(name),
        false => name.to_owned(),
    }
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

/// A string of PromQL.
pub fn promql(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// Text in a template of Prometheus or Alertmanager (Go's `text/template`): `{{` opens an action, so it is itself said by one.
pub fn go_template(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
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

/// Prose in Markdown (CommonMark 0.31.2 section 2.4, and what GitHub adds): one line on which no sign is markup, a link or the
/// begin of a list. Marks that steer the direction of writing are named, so that they cannot turn a line round.
pub fn markdown(text: &str) -> String {
    let line: Vec<char> = one_line(text).chars().collect();
    let mut escaped = String::with_capacity(text.len());
    // A number, or a sign that makes a list or a heading, does so only where a line begins.
    let digits = line.iter().take_while(|letter| letter.is_ascii_digit()).count();
    for (at, letter) in line.iter().enumerate() {
        let next = line.get(at + 1);
        let is_clock = digits_round(&line, at);
        let markup = match letter {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$'
            | '^' => true,
            '-' | '+' | '=' => at == 0,
            ')' => at == digits,
            '.' => at == digits || (at >= 3 && line.get(at - 3..at).is_some_and(is_www)),
            ':' => next.is_some_and(|next| !next.is_whitespace()) && !is_clock,
            _ => false,
        };
        if markup {
            escaped.push('\\');
        }
        escaped.push(*letter);
    }
    escaped
}

/// Whether a sign stands between two digits, as in `10:30`.
fn digits_round(line: &[char], at: usize) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(char::is_ascii_digit);
    is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))
}

fn is_www(letters: &[char]) -> bool {
    letters.iter().all(|letter| letter.eq_ignore_ascii_case(&'w'))
}

/// A code span in Markdown (CommonMark 0.31.2 section 6.1), fenced by more backticks than it holds.
pub fn markdown_code(text: &str) -> String {
    let line = one_line(text);
    if line.is_empty() {
        return "(nothing)".to_owned();
    }
    let fence = "`".repeat(longest_run(&line) + 1);
    let blank = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{line}{blank}{fence}")
}

/// A fenced block of code in Markdown (CommonMark 0.31.2 section 4.5), each line behind `depth` blanks. Whatever some reader
/// takes for the end of a line ends one here, so that nothing leaves the block.
pub fn markdown_block(language: &str, text: &str, depth: usize) -> String {
    let indent = " ".repeat(depth);
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{2028}', '\u{2029}'], "\n");
    let lines = text.trim_end().split('\n').map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("{indent}{line}\n"),
    });
    format!("{indent}{fence}{language}\n{}{indent}{fence}\n", lines.collect::<String>())
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

/// Words on one line, with one blank between any two, and with the names of marks that nobody sees.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let mut line = String::with_capacity(text.len());
    for letter in words.join(" ").chars() {
        match letter {
            '\u{ad}'
            | '\u{61c}'
            | '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' => {
                // Infallible: a `String` takes all that is written to it.
                let _ = write!(line, "(U+{:04X})", u32::from(letter));
            }
            letter => line.push(letter),
        }
    }
    line
}

/// One word of a POSIX shell's command line.
pub fn shell(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/@:+=%".contains(letter);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// JSON as one quoted word of an nginx configuration. There a `$` always begins a variable and cannot be escaped, so that it,
/// and all that is not plain ASCII, is written by its code point as JSON allows (RFC 8259 section 7).
pub fn nginx_json(value: &serde_json::Value) -> String {
    let mut quoted = String::from("\"");
    for letter in value.to_string().chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '$' | '\u{7f}'.. => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    // Infallible: a `String` takes all that is written to it.
                    let _ = write!(quoted, "\\\\u{unit:04x}");
                }
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// The text with every control and every invisible direction mark replaced by a visible sign of the same
/// length in bytes, so that offsets stay right. Newlines, tabs and the `\r` of a line end stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let line_end = character == '\r' && matches!(rest.peek(), Some('\n') | None);
        match character.len_utf8() {
            _ if line_end || !is_hidden(character) => shown.push(character),
            1 => shown.push('?'),
            2 => shown.push('\u{bf}'),
            _ => shown.push('\u{fffd}'),
        }
    }
    Cow::Owned(shown)
}

/// Text as HTML text or an attribute's value.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn is_hidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_signs_of_the_same_length() {
        for (text, shown) in [
            ("plain é\tx\r\n", "plain é\tx\r\n"),
            ("a\u{1b}[31mb", "a?[31mb"),
            ("a\u{9b}b", "a\u{bf}b"),
            ("a\u{202e}b", "a\u{fffd}b"),
            ("a\rb", "a?b"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(text).len(), text.len());
        }
    }
}
