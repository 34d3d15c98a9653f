//! What a test expects of an answer.

use super::Lower;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{Expectation, FactKind, Value};
use crate::resolve::UNKNOWN_NAME;
use crate::schema::Captures;
use crate::schema::suggest::closest;
use crate::syntax::tree::{Comparison, Expr, ExprKind, Literal};

code!(pub BAD_RECORD_ENTRY, Error, "bad-record-entry", "an expectation of the record that names no entry or no value");

/// What stands behind `expect`, or behind the `:` of a row.
pub(super) fn expectation(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<Expectation> {
    let at = |lower: &mut Lower<'_>| captures.get("instant").map(|at| lower.instant(at));
    Some(match captures.tag() {
        "allowed" => Expectation::Allowed,
        "blocked" => {
            let by = reasons(lower, captures, "by", &NAMES)?;
            let until = match at(lower) {
                Some(until) => Some(until?),
                None => None,
            };
            Expectation::Blocked { by, until }
        }
        "pending" => Expectation::Pending { on: reasons(lower, captures, "on", &NAMES)? },
        "next" => Expectation::Next(match at(lower) {
            Some(at) => Some(at?),
            None => None,
        }),
        "window" => Expectation::Window(reasons(lower, captures, "window", &["window"])?),
        "no-window" => Expectation::NoWindow(reasons(lower, captures, "window", &["window"])?),
        "reason" => Expectation::Reason(reasons(lower, captures, "reason", &NAMES)?),
        "record" => {
            let (pointer, value) = entry(lower, captures)?;
            Expectation::Record { pointer, value: Some(value) }
        }
        "no-record" => {
            Expectation::Record { pointer: pointer(lower, captures.get("pointer")?)?, value: None }
        }
        _ => Expectation::ValidUntil(at(lower)??),
    })
}

/// What a name in an answer may be.
const NAMES: [&str; 11] = [
    "window",
    "fact",
    "role",
    "approval",
    "tier",
    "freeze",
    "exception",
    "region",
    "component",
    "break-glass",
    "schedule",
];

/// Words for reasons that no declaration names.
const ABOUT: [&str; 3] = ["stale-vendor-feed", "outside-only", "changes-requested"];

/// The names under a label; a text in quotes is the text of a requirement, or of a `because`, and counts as it is.
fn reasons(
    lower: &mut Lower<'_>,
    captures: &Captures<'_>,
    label: &str,
    keywords: &[&'static str],
) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for written in captures.all(label) {
        if let Some(text) = lower.string(written) {
            found.push(text);
            continue;
        }
        let word = written.word()?;
        let is_about = keywords.len() > 1 && ABOUT.contains(&word);
        if lower.named(keywords, written).is_none() && !is_about {
            let message = match keywords {
                [keyword] => format!("no `{keyword}` is called `{word}`"),
                _ => format!("no answer speaks of `{word}`: nothing has that name"),
            };
            let finding = Diagnostic::new(&UNKNOWN_NAME, written.span, message);
            let known = keywords.iter().flat_map(|keyword| lower.names.of(keyword)).chain(ABOUT);
            lower.report(match closest(word, known).map(str::to_owned) {
                Some(near) => finding.fix(format!("write `{near}`"), written.span, near),
                None => finding.help("name a window, a fact, a role, an approval or a tier"),
            });
            return None;
        }
        found.push(word.to_owned());
    }
    Some(found)
}

/// `record "/tier/name" = "T2"`, or the same without `=`.
fn entry(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<(String, Value)> {
    let (written, value) =
        match (captures.get("pointer"), captures.get("entry").map(|part| (&part.kind, part))) {
            (Some(written), _) => (written, captures.get("value")?),
            (None, Some((ExprKind::Compare(left, Comparison::Equal, right), _))) => {
                (left.as_ref(), right.as_ref())
            }
            (None, part) => {
                let span = part?.1.span;
                let message = format!("`{}` says no entry of the record and its value", lower.text(span));
                lower.report(Diagnostic::new(&BAD_RECORD_ENTRY, span, message).help(EXAMPLE));
                return None;
            }
        };
    let pointer = pointer(lower, written)?;
    Some((pointer, value_of(lower, value)?))
}

const EXAMPLE: &str = "write a JSON pointer and a value, as in `record \"/tier/name\" = \"T2\"`";

/// An RFC 6901 pointer, section 3: empty, or each part behind a `/`, with `~0` and `~1` for `~` and `/`.
fn pointer(lower: &mut Lower<'_>, written: &Expr) -> Option<String> {
    let text = lower.string(written);
    let is_escaped = |text: &str| text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if let Some(text) = text.filter(|text| (text.is_empty() || text.starts_with('/')) && is_escaped(text)) {
        return Some(text);
    }
    let message = format!("`{}` is no JSON pointer", lower.text(written.span));
    lower.report(
        Diagnostic::new(&BAD_RECORD_ENTRY, written.span, message)
            .help("begin with `/` and part names by `/`, as in `\"/windows/0/id\"`"),
    );
    None
}

/// A value as JSON has it: a text, a number, true or false; a name counts as its text, an instant as the record writes it.
fn value_of(lower: &mut Lower<'_>, written: &Expr) -> Option<Value> {
    let kind = match &written.kind {
        ExprKind::Word(word) => return Some(Value::Text(word.clone())),
        ExprKind::Bool(_) => FactKind::Bool,
        ExprKind::Text(_) => FactKind::Text,
        ExprKind::Literal(Literal::Number) => FactKind::Number,
        ExprKind::Literal(Literal::Instant | Literal::ZonedDateTime) => {
            return lower.instant(written).map(Value::Instant);
        }
        _ => {
            let message = format!("no entry of the record is ever `{}`", lower.text(written.span));
            lower.report(Diagnostic::new(&BAD_RECORD_ENTRY, written.span, message).help(
                "an entry is a text in quotes, a number, `true`, `false` or an instant; a share stands there in quotes, as in `\"5%\"`",
            ));
            return None;
        }
    };
    lower.value(written, &kind, written)
}
