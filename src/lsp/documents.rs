//! The documents that are open in the editor: their texts go before those on the disk.

use super::position::{Encoding, Lines};
use super::uri;
use gen_lsp_types::TextDocumentContentChangeEvent as Change;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A document as the editor holds it.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Its address, letter for letter as the client writes it.
    pub uri: String,
    /// The client's count of its changes.
    pub version: i32,
    /// Its text.
    pub lines: Lines,
    /// Whether it declares a policy: it is one by itself then.
    pub says_policy: bool,
}

impl Document {
    fn new(uri: String, version: i32, text: Arc<str>) -> Self {
        let says_policy = says_policy(&text);
        Self { uri, version, lines: Lines::new(text), says_policy }
    }
}

/// Whether a text declares a policy: an item begins at a word in column 0.
fn says_policy(text: &str) -> bool {
    text.lines()
        .any(|line| line.strip_prefix("policy").is_some_and(|rest| rest.starts_with([' ', '\t', '{'])))
}

/// Every open document, by path.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
}

impl Documents {
    /// Takes a document in; its path.
    pub fn open(&mut self, uri: String, version: i32, text: String) -> String {
        let path = uri::path_of(&uri);
        self.open.insert(path.clone(), Document::new(uri, version, text.into()));
        path
    }

    /// Carries out changes, one after the other, as the protocol has it. A document that is not open has none.
    pub fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: Vec<Change>,
        encoding: Encoding,
    ) -> Option<String> {
        let path = uri::path_of(uri);
        let document = self.open.get_mut(&path)?;
        document.version = version;
        for change in changes {
            let text = match change {
                Change::TextDocumentContentChangeWholeDocument(whole) => whole.text,
                Change::TextDocumentContentChangePartial(part) => {
                    let lines = &document.lines;
                    let from = lines.offset(part.range.start, encoding) as usize;
                    let to = lines.offset(part.range.end, encoding) as usize;
                    let mut text = String::with_capacity(lines.text().len() + part.text.len());
                    text.push_str(lines.text().get(..from).unwrap_or(""));
                    text.push_str(&part.text);
                    text.push_str(lines.text().get(to.max(from)..).unwrap_or(""));
                    text
                }
            };
            document.lines = Lines::new(text.into());
        }
        document.says_policy = says_policy(document.lines.text());
        Some(path)
    }

    /// Lets a document go; its path.
    pub fn close(&mut self, uri: &str) -> String {
        let path = uri::path_of(uri);
        self.open.remove(&path);
        path
    }

    /// The document at a path, if it is open.
    pub fn get(&self, path: &str) -> Option<&Document> {
        self.open.get(path)
    }

    /// Every open document with its path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.open.iter().map(|(path, document)| (path.as_str(), document))
    }

    /// The texts, by path.
    pub fn texts(&self) -> BTreeMap<String, Arc<str>> {
        self.iter().map(|(path, document)| (path.to_owned(), Arc::clone(document.lines.text()))).collect()
    }
}
