//! Why a statement could not be read, in one finding: the furthest point the grammar reached, and what it wanted there.

use super::codes::{self, RESERVED_WORD, SYNTAX_ERROR};
use super::grammar::{OpsParser, Rule};
use crate::diag::Diagnostic;
use crate::source::Span;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// Words that name nothing.
pub const RESERVED: &[&str] = &["and", "or", "not", "true", "false", "when", "where", "because"];
/// What needs something behind it, longer signs first: what that is, and an example.
const LEADING: &[(&str, &str, &str)] = &[
    ("<=", "a value", "canary <= 5%"),
    (">=", "a value", "error-budget >= 20%"),
    ("==", "a value", "load-test == green"),
    ("!=", "a value", "load-test != red"),
    ("..", "an end", "09:00 .. 17:00"),
    (",", "one more", "app, billing"),
    ("<", "a value", "canary < 5%"),
    (">", "a value", "error-budget > 20%"),
    ("=", "a value", "every = day"),
    ("+", "a value", "baseline + 2pp"),
    ("*", "a value", "baseline * 2"),
    ("/", "a value", "errors / requests"),
    ("-", "a value", "total - errors"),
    (":", "a kind", "window office : hard"),
    ("and", "a condition", "warmup and pins-verified"),
    ("or", "a condition", "warmup or pins-verified"),
    ("not", "a condition", "not schema-change"),
    ("when", "a condition", "when warmup"),
    ("where", "a condition", "where warmup"),
    ("because", "a reason in quotes", "because \"stocktaking\""),
];

/// What is wrong with the statement at `bad`, which lies in the item `text` that begins at byte `base` of its file.
pub(super) fn statement(text: &str, base: usize, bad: Span) -> Diagnostic {
    let start = bad.start as usize - base;
    let statement = text.get(start..bad.end as usize - base).unwrap_or("");
    let (reached, expected) = furthest(statement);
    let rest = statement.get(reached..).unwrap_or("").trim_start();
    let at = base + start + statement.len() - rest.len();
    let token = token(rest);
    let here = Span::new(bad.file, at, at + token.len());
    let before = statement.get(..statement.len() - rest.len()).unwrap_or("").trim_end();
    let begins_value =
        rest.starts_with(|c: char| c.is_alphanumeric() || "\"([$".contains(c)) && !RESERVED.contains(&token);
    if let (Some((leading, wanted, example)), false) = (leading(before), begins_value) {
        let end = base + start + before.len();
        let sign = Span::new(bad.file, end - leading.len(), end);
        return match (leading, token) {
            ("not", "when" | "where") if is_first(before) => codes::not_before_clause(sign.to(here), token),
            _ => codes::missing_operand(sign, leading, wanted, example),
        };
    }
    if !token.is_ascii() {
        return codes::not_ascii(here, token);
    }
    if RESERVED.contains(&token) {
        return Diagnostic::new(&RESERVED_WORD, here, format!("`{token}` is a reserved word"))
            .label(format!("expected {expected}"))
            .help(format!("the reserved words are {}", list(RESERVED)));
    }
    let finding = match token {
        "" => Diagnostic::new(&SYNTAX_ERROR, bad, format!("expected {expected}, but the statement ends")),
        token => Diagnostic::new(&SYNTAX_ERROR, here, format!("expected {expected}, found `{token}`")),
    };
    match (token, before) {
        ("{", "") => finding
            .label("begins a block of nothing")
            .help("a block begins on the line of what it belongs to"),
        (_, "") => finding
            .label("no statement begins so")
            .help("a statement begins with a name, such as `window` or `owner`"),
        _ => finding.label("cannot be read"),
    }
}

/// Whether nothing joins what stands before the `not` at the end of `before` with it.
fn is_first(before: &str) -> bool {
    before.strip_suffix("not").is_some_and(|rest| leading(rest.trim_end()).is_none())
}

/// The sign or word at the end of `before` that wants a value behind it.
fn leading(before: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let ends_with = |(wanted, ..): &&(&str, &str, &str)| match before.strip_suffix(*wanted) {
        Some(head) if wanted.starts_with(char::is_alphabetic) => {
            !head.ends_with(|c: char| c.is_alphanumeric() || "_-".contains(c)) && !head.is_empty()
        }
        other => other.is_some(),
    };
    LEADING.iter().find(ends_with).copied()
}

/// How far the grammar got, and what it wanted to see there.
fn furthest(statement: &str) -> (usize, String) {
    let Err(error) = OpsParser::parse(Rule::head, statement) else {
        return (statement.len(), "a newline or `;`".to_owned());
    };
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    let expected = match error.variant {
        ErrorVariant::ParsingError { positives, .. } => wanted(&positives),
        ErrorVariant::CustomError { message } => message,
    };
    (at, expected)
}

/// What a message calls the rules that would have fitted.
fn wanted(rules: &[Rule]) -> String {
    // Where any value would do, or nothing more was needed, the list of all that fits says less than one word.
    if rules.contains(&Rule::EOI) {
        return "the end of the statement".to_owned();
    }
    if rules.contains(&Rule::expr) || (rules.contains(&Rule::word) && rules.contains(&Rule::paren)) {
        return "a value".to_owned();
    }
    let mut names: Vec<&str> = Vec::new();
    for name in rules.iter().filter_map(|rule| rule.human_name()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.split_last() {
        None => "something else".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// The first word or sign of `text`, as a message quotes it.
fn token(text: &str) -> &str {
    let word =
        text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-').len();
    let length = if word > 0 { word } else { text.chars().next().map_or(0, char::len_utf8) };
    text.get(..length).unwrap_or("")
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
