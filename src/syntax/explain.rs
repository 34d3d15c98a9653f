//! Why a statement could not be read, in one finding: the furthest point the grammar reached, and what it wanted there.

use super::codes::{self, RESERVED_WORD, SYNTAX_ERROR};
use super::grammar::{OpsParser, Rule};
use crate::diag::Diagnostic;
use crate::source::Span;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

const RESERVED: &[&str] = &["and", "or", "not", "true", "false", "when", "where", "because"];
const OPERATORS: &[&str] = &[",", "<=", "<", ">=", ">", "==", "=", "!=", "+", "*", "/", "-", ":", ".."];

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
    if let Some(operator) = OPERATORS.iter().find(|operator| before.ends_with(**operator)) {
        if token.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric()) {
            let start = base + start + before.len() - operator.len();
            return codes::missing_operand(Span::new(bad.file, start, start + operator.len()), operator);
        }
    }
    if RESERVED.contains(&token) {
        return Diagnostic::new(&RESERVED_WORD, here, format!("`{token}` is a reserved word"))
            .label(format!("expected {expected}"))
            .help(format!("the reserved words are {}", list(RESERVED)));
    }
    let message = match token {
        "" => format!("expected {expected}, but the statement ends"),
        token => format!("expected {expected}, found `{token}`"),
    };
    let here = if token.is_empty() { bad } else { here };
    Diagnostic::new(&SYNTAX_ERROR, here, message).label("cannot be read")
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

fn wanted(rules: &[Rule]) -> String {
    // Where any value would do, the kinds of values say less than the word.
    if rules.contains(&Rule::string) && rules.contains(&Rule::word) && rules.contains(&Rule::number) {
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
