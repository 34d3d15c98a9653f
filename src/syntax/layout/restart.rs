//! Back to the last sound line, when the file ends inside a bracket.

use super::{Mode, Scanner, Shape};

/// Where to begin again when the file ends inside an item.
#[derive(Default)]
pub(super) struct Restart {
    at: usize,
    items: usize,
    comments: usize,
    found: usize,
    module_doc: usize,
    item: Option<usize>,
    has_body: bool,
    shape: Option<Shape>,
}

impl Restart {
    pub(super) fn remember(&mut self, scanner: &Scanner) {
        *self = Self {
            at: scanner.at,
            items: scanner.layout.items.len(),
            comments: scanner.layout.comments.len(),
            found: scanner.layout.found.len(),
            module_doc: scanner.layout.module_doc.len(),
            item: scanner.item,
            has_body: scanner.has_body,
            shape: Some(scanner.shape),
        };
    }

    /// Takes the scanner back to the last line outside all brackets; false where there was none.
    pub(super) fn rewind(&self, scanner: &mut Scanner) -> bool {
        let Some(shape) = self.shape else { return false };
        scanner.mode = Mode::Column;
        scanner.open.clear();
        scanner.soft.clear();
        scanner.layout.items.truncate(self.items);
        scanner.layout.comments.truncate(self.comments);
        scanner.layout.found.truncate(self.found);
        scanner.layout.module_doc.truncate(self.module_doc);
        if let (Some(out), Some(source)) = (scanner.out.get_mut(self.at..), scanner.bytes.get(self.at..)) {
            out.copy_from_slice(source);
        }
        scanner.at = self.at;
        scanner.line_start = self.at;
        scanner.fresh = true;
        scanner.pending = None;
        scanner.expects_more = false;
        scanner.suspect = None;
        (scanner.item, scanner.has_body, scanner.shape) = (self.item, self.has_body, shape);
        true
    }
}
