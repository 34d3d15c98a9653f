//! What can be wrong with the text itself: each code with its wording.

use crate::code;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

code!(pub SYNTAX_ERROR, Error, "syntax-error", "text that no statement can hold here");
code!(pub UNCLOSED_BRACE, Error, "unclosed-brace", "a brace, bracket or parenthesis that is never closed");
code!(pub STRAY_BRACE, Error, "stray-brace", "a closing brace, bracket or parenthesis that closes nothing");
code!(pub UNCLOSED_STRING, Error, "unclosed-string", "a string without its closing quotes");
code!(pub BAD_ESCAPE, Error, "bad-escape", "a backslash in a string before something it does not escape");
code!(pub UNKNOWN_UNIT, Error, "unknown-unit", "a number with a unit that is none of ours");
code!(pub MALFORMED_LITERAL, Error, "malformed-literal", "a date, time or number that is not spelled as one");
code!(pub RESERVED_WORD, Error, "reserved-word", "a reserved word where a name is needed");
code!(pub NAME_NOT_ASCII, Error, "name-not-ascii", "a name with letters beyond a to z");
code!(pub MISPLACED_DOC, Error, "misplaced-doc", "documentation that stands before nothing it could document");
code!(pub INVISIBLE_CHARACTER, Error, "invisible-character", "a control character, or one that deceives a reader");
code!(pub MISSING_END, Error, "missing-end", "two statements on one line with nothing between them");
code!(pub CHAINED_COMPARISON, Error, "chained-comparison", "a comparison of a comparison");
code!(pub TOO_DEEP, Error, "too-deep", "nesting beyond the limit");
code!(pub TOO_LARGE, Error, "too-large", "a file, a string or a name beyond its limit");

/// Every code of this room.
pub static CODES: &[&Code] = &[
    &SYNTAX_ERROR,
    &UNCLOSED_BRACE,
    &STRAY_BRACE,
    &UNCLOSED_STRING,
    &BAD_ESCAPE,
    &UNKNOWN_UNIT,
    &MALFORMED_LITERAL,
    &RESERVED_WORD,
    &NAME_NOT_ASCII,
    &MISPLACED_DOC,
    &INVISIBLE_CHARACTER,
    &MISSING_END,
    &CHAINED_COMPARISON,
    &TOO_DEEP,
    &TOO_LARGE,
];

/// A control or deceiving character.
pub(super) fn invisible(span: Span, character: char) -> Diagnostic {
    let number = u32::from(character);
    Diagnostic::new(&INVISIBLE_CHARACTER, span, format!("the character U+{number:04X} cannot be seen"))
        .label("here")
        .help("take it out: what is read must be what is meant")
        .fix("take it out", span, "")
}

/// `///` or `//!` where there is nothing to document.
pub(super) fn misplaced_doc(span: Span, of_node: bool) -> Diagnostic {
    let (marker, place) = if of_node {
        ("///", "stands on its own line before what it documents")
    } else {
        ("//!", "stands at the head of the file")
    };
    let at = Span { end: span.start + 3, ..span };
    Diagnostic::new(&MISPLACED_DOC, span, format!("`{marker}` {place}"))
        .label("documents nothing here")
        .help("write `//` for a remark")
        .fix("make it a remark", at, "//")
}

/// A string that runs to the end of its line or file.
pub(super) fn unclosed_string(span: Span, insert: Span, quotes: &str) -> Diagnostic {
    Diagnostic::new(&UNCLOSED_STRING, span, format!("this string has no closing `{quotes}`"))
        .label("begins here")
        .fix(format!("close it with `{quotes}`"), insert, quotes)
}

/// Deeper than [`MAX_DEPTH`](super::layout::MAX_DEPTH).
pub(super) fn too_deep(span: Span) -> Diagnostic {
    let limit = super::layout::MAX_DEPTH;
    Diagnostic::new(&TOO_DEEP, span, format!("nesting goes deeper than {limit} levels"))
        .label(format!("level {}", limit + 1))
        .help("split it into several declarations")
}

/// A closing bracket without an opening one; `closed` is where the block began that was closed last.
pub(super) fn stray_brace(span: Span, bracket: char, closed: Option<Span>) -> Diagnostic {
    let finding = Diagnostic::new(&STRAY_BRACE, span, format!("this `{bracket}` closes nothing"))
        .label("nothing is open here")
        .fix("take it out", span, "");
    match closed {
        Some(closed) => finding
            .also(closed, "this block was closed before it")
            .help("take it out, or look whether that block was closed too early"),
        None => finding,
    }
}

/// An opening bracket without a closing one; `end` is where it could be closed, if that is known.
pub(super) fn unclosed_brace(span: Span, bracket: char, end: Option<Span>) -> Diagnostic {
    let closing = match bracket {
        '{' => '}',
        '[' => ']',
        _ => ')',
    };
    let finding = Diagnostic::new(&UNCLOSED_BRACE, span, format!("this `{bracket}` is never closed"))
        .label(format!("needs a `{closing}`"));
    match end {
        Some(end) => finding.fix("close it where the next declaration begins", end, format!("\n{closing}")),
        None => finding,
    }
}

/// A file, a string or a name beyond its limit; `noun` says which, `limit` how much it may be.
pub(super) fn too_large(span: Span, noun: &str, limit: &str) -> Diagnostic {
    Diagnostic::new(&TOO_LARGE, span, format!("this {noun} is too long: the limit is {limit}"))
}

/// Two nodes on one line; the second begins with the character at `begins`.
pub(super) fn missing_end(before: Span, begins: Span) -> Diagnostic {
    let here = before.after();
    let message = "a new statement needs a line of its own, or `;` before it";
    Diagnostic::new(&MISSING_END, begins, message)
        .label("begins here")
        .also(before, "the statement before")
        .fix("put `;` between them", here, ";")
}

/// A sign or word that needs something behind it: `wanted` says what, `example` how it is written.
pub(super) fn missing_operand(span: Span, before: &str, wanted: &str, example: &str) -> Diagnostic {
    Diagnostic::new(&SYNTAX_ERROR, span, format!("nothing follows `{before}`"))
        .label(format!("needs {wanted} behind it"))
        .help(format!("write {wanted} behind `{before}`, as in `{example}`"))
}

/// `not when C`, which is `when not C`.
pub(super) fn not_before_clause(span: Span, clause: &str) -> Diagnostic {
    Diagnostic::new(&SYNTAX_ERROR, span, format!("`not` stands behind `{clause}`, before what must not hold"))
        .label("the other way round")
        .fix(format!("write `{clause} not`"), span, format!("{clause} not"))
}

/// `because` without a string.
pub(super) fn reason_is_no_string(span: Span) -> Diagnostic {
    Diagnostic::new(&SYNTAX_ERROR, span, "a reason is a string").help("put it in quotes")
}

/// A name with letters that are not ASCII.
pub(super) fn not_ascii(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        &NAME_NOT_ASCII,
        span,
        format!("`{name}` is no name: names are ASCII letters, digits, `_` and `-`"),
    )
    .help("a title in any script can stand in quotes")
}
