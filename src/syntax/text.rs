//! What a string literal says: escapes, and the common indent of `"""` blocks.

use super::codes::BAD_ESCAPE;
use crate::diag::Diagnostic;
use crate::source::Span;

/// The value of a string literal. `literal` is its source text, with quotes; a string that was not closed has lost its last ones.
pub fn value(literal: &str, span: Span, found: &mut Vec<Diagnostic>) -> String {
    if let Some(block) = literal.strip_prefix("\"\"\"") {
        let body = block.strip_suffix("\"\"\"").unwrap_or(block);
        return unescape(&without_common_indent(body), span, literal, found);
    }
    let body = literal.strip_prefix('"').unwrap_or(literal);
    let body = body.strip_suffix('"').unwrap_or(body);
    if body.contains('\\') { unescape(body, span, literal, found) } else { body.to_owned() }
}

/// The lines of a block without the indent they share; the line breaks beside the quotes are not part of it.
fn without_common_indent(body: &str) -> String {
    let body = body.replace("\r\n", "\n");
    let Some((first, rest)) = body.split_once('\n') else { return body };
    let blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let indent_of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut lines: Vec<&str> = rest.split('\n').collect();
    // The closing quotes count as text: where they stand, they can hold the margin further out.
    let last = lines.len().saturating_sub(1);
    let margin = (lines.iter().enumerate())
        .filter(|(at, line)| *at == last || !blank(line))
        .map(|(_, line)| indent_of(line))
        .min()
        .unwrap_or(0);
    if lines.last().is_some_and(|line| blank(line)) {
        lines.pop();
    }
    let mut text: Vec<&str> = if blank(first) { Vec::new() } else { vec![first] };
    text.extend(lines.iter().map(|line| if blank(line) { "" } else { line.get(margin..).unwrap_or("") }));
    text.join("\n")
}

fn unescape(body: &str, span: Span, literal: &str, found: &mut Vec<Diagnostic>) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut characters = escaped.chars();
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some(same @ ('"' | '\\')) => out.push(same),
            Some('u') => match code_point(characters.as_str()) {
                Some((character, after)) => {
                    out.push(character);
                    characters = after.chars();
                }
                None => found.push(bad_escape(span, literal, "u")),
            },
            Some(other) => found.push(bad_escape(span, literal, other.encode_utf8(&mut [0; 4]))),
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out
}

/// `{2026}` at the head of `text`, as a character with what stands behind.
fn code_point(text: &str) -> Option<(char, &str)> {
    let (digits, after) = text.strip_prefix('{')?.split_once('}')?;
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, after))
}

fn bad_escape(span: Span, literal: &str, escaped: &str) -> Diagnostic {
    // The first such escape of the literal; a second one shows after the first is mended.
    let wanted = format!("\\{escaped}");
    let at = escapes(literal).find(|at| literal.get(*at..).is_some_and(|rest| rest.starts_with(&wanted)));
    let start = span.start as usize + at.unwrap_or(0);
    let here = Span::new(span.file, start, start + wanted.len());
    let backslash = Span::new(span.file, start, start + 1);
    Diagnostic::new(&BAD_ESCAPE, here, format!("`{wanted}` is no escape"))
        .label("not known")
        .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{2026}`")
        .fix(format!("write `\\{wanted}` for a backslash"), backslash, "\\\\")
}

/// Where the backslashes of a literal stand that escape something.
fn escapes(literal: &str) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    literal.bytes().enumerate().filter_map(move |(at, byte)| {
        escaped = byte == b'\\' && !escaped;
        escaped.then_some(at)
    })
}
