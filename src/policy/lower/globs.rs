//! Globs of paths: what could never match is said where it is written.

use super::Lower;
use crate::code;
use crate::diag::Diagnostic;
use crate::syntax::tree::Expr;
use globset::GlobBuilder;

code!(pub BAD_GLOB, Error, "bad-glob", "a glob that matches no path");

/// The glob that an expression says; reported where no path of a repository can match it.
pub(super) fn glob(lower: &mut Lower<'_>, written: &Expr) -> Option<String> {
    let text = lower.string(written)?;
    let mended = mended(&text);
    let problem = match GlobBuilder::new(&text).literal_separator(true).build() {
        Err(error) => format!("`{text}` is no glob: {}", error.kind()),
        Ok(_) if mended == text => return Some(text),
        Ok(_) => format!("`{text}` matches no path: paths are relative to the repository, as `src/main.rs`"),
    };
    let finding = Diagnostic::new(&BAD_GLOB, written.span, problem);
    let can_be_read = GlobBuilder::new(&mended).literal_separator(true).build().is_ok();
    lower.report(if mended != text && can_be_read && !mended.is_empty() {
        finding.fix(format!("write `{mended}`"), written.span, format!("\"{mended}\""))
    } else {
        finding.help("write a path with `*` for a part of a name, `**` for any folders, `{a,b}` for either")
    });
    None
}

/// The glob with what keeps it from matching taken away: a folder means everything in it.
fn mended(text: &str) -> String {
    let parts: Vec<&str> =
        text.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
    let folder = if text.ends_with('/') { "/**" } else { "" };
    format!("{}{folder}", parts.join("/"))
}
