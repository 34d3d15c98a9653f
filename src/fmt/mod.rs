//! One style, no options: `opsc fmt` and every text that opsc itself writes read the same.
//!
//! Two spaces a level; items in column 0; one statement a line, but what its author wrote on one line, a block or statements with
//! `;` between them, stays there while it fits 110 columns; one blank line at most. An author's line breaks inside an expression are kept. Where an author began a
//! column, of values, of braces or of remarks, over lines that touch, it is kept straight; where none was begun, none is made.

mod inline;
mod print;
mod proof;
#[cfg(test)]
mod tests;

use crate::diag::{Diagnostic, Level};
use crate::source::{FileId, Sources};
use crate::syntax::parse;

/// The columns that a block on one line may fill.
pub const WIDTH: usize = 110;

/// The file in its one style.
///
/// The result is read again and compared before it is handed out: the same tree, the same comments. Should they ever differ,
/// the text comes back as it was.
///
/// # Errors
/// The findings of the parser, where there are errors among them: such a file is left alone.
pub fn format(sources: &Sources, file: FileId) -> Result<String, Vec<Diagnostic>> {
    let (tree, found) = parse(sources, file);
    if found.iter().any(|diagnostic| diagnostic.level == Level::Error) {
        return Err(found);
    }
    let Some(source) = sources.get(file) else { return Ok(String::new()) };
    let formatted = print::file(&tree, source.text());
    let same = proof::same_meaning(source.text(), &tree, &formatted);
    Ok(if same { formatted } else { source.text().to_string() })
}
