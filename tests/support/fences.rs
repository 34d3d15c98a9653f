//! The fenced blocks of a Markdown page, for the tests that run them.

/// A fenced block.
pub struct Fence {
    /// What stands behind its opening backticks.
    pub info: String,
    /// Its lines, each with its newline.
    pub text: String,
    /// The line it opens on, from 1.
    pub line: usize,
}

/// Every fenced block of a page, in order.
///
/// # Panics
///
/// Where one is not closed.
pub fn fences(page: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut open: Option<Fence> = None;
    for (line, text) in (1..).zip(page.lines()) {
        open = match (open, text.strip_prefix("```")) {
            (None, Some(info)) => Some(Fence { info: info.trim().to_owned(), text: String::new(), line }),
            (None, None) => None,
            (Some(fence), Some(_)) => {
                found.push(fence);
                None
            }
            (Some(fence), None) => Some(Fence { text: fence.text + text + "\n", ..fence }),
        };
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}
