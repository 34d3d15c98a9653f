//! Words that declarations and statements begin with, those that must be said first.

use super::snippet::{Snippet, filled};
use super::{Completion, Found, Sort};
use crate::ide::hover::{of_kind, of_slot};
use crate::schema::{Arity, Atom, Slot, schema};
use crate::syntax::tree::NodeKind;

impl Found<'_, '_> {
    /// At the beginning of a statement: what its block takes, or what a file declares.
    pub(super) fn keywords(&mut self) {
        if self.writing.around.is_empty() {
            self.declarations();
        } else if let Some(body) = self.writing.body() {
            let mut slots: Vec<&Slot> = body.fields.iter().filter(|slot| self.is_open(slot)).collect();
            let mentioned = |slot: &&Slot| slot.row.arity.required() && !self.is_said(slot.row.keyword);
            slots.sort_by_key(|slot| !mentioned(slot));
            for slot in slots {
                self.field(slot);
            }
        }
        self.snippet(
            Sort::Word,
            "@allow",
            "accepts a finding, with the reason",
            "@allow(${1:code}, \"${2:reason}\")",
        );
    }

    fn declarations(&mut self) {
        let declared = |keyword: &str| {
            let nodes = self.analysis().modules.iter().flat_map(|module| &module.tree.nodes);
            nodes.into_iter().any(|node| {
                let here = node.span.touches(self.replaced.end) && node.span.file == self.replaced.file;
                matches!(&node.kind, NodeKind::Entry(entry) if entry.word.text == keyword && !here)
            })
        };
        let kinds: Vec<_> = schema()
            .kinds()
            .iter()
            .filter(|kind| {
                matches!(kind.row.arity, Arity::Many | Arity::Several) || !declared(kind.row.keyword)
            })
            .filter(|kind| kind.row.keyword != "policy" || !declared("policy"))
            .collect();
        for kind in kinds {
            let mut snippet = Snippet::new(self.analysis());
            snippet.declaration(kind);
            self.add(Completion {
                label: kind.row.keyword.to_owned(),
                sort: Sort::Declaration,
                detail: kind.forms().into_iter().next().unwrap_or_default(),
                card: Some(of_kind(kind)),
                text: filled(&snippet.text),
                snippet: Some(snippet.text),
                replaced: self.replaced,
            });
        }
        self.push(Sort::Declaration, "use", "brings in a file or a module of the library");
    }

    fn field(&mut self, slot: &Slot) {
        if slot.row.keyword.is_empty() {
            // What begins with any name: those that are meant are the names of what its first part refers to.
            let first = slot.pattern.goes_on(&[]);
            for (label, atom) in first.into_iter().filter_map(|part| part.atom()) {
                if matches!(atom, Atom::Reference(_)) {
                    self.values(label, atom, None);
                }
            }
            return;
        }
        let mut snippet = Snippet::new(self.analysis());
        snippet.field(slot);
        let required = if slot.row.arity.required() { "required: " } else { "" };
        let form = slot.forms().into_iter().next().unwrap_or_default();
        self.add(Completion {
            label: slot.row.keyword.to_owned(),
            sort: Sort::Field,
            detail: format!("{required}{form}"),
            card: Some(of_slot(slot)),
            text: filled(&snippet.text),
            snippet: Some(snippet.text),
            replaced: self.replaced,
        });
    }

    /// Whether a field may be said here: once more, or for the first time.
    fn is_open(&self, slot: &Slot) -> bool {
        slot.row.arity.repeats() || !self.is_said(slot.row.keyword)
    }

    /// Whether another statement of the block says this.
    fn is_said(&self, keyword: &str) -> bool {
        let block = self.writing.around.last().and_then(|entry| entry.block.as_ref());
        block.into_iter().flat_map(|block| &block.nodes).any(|node| {
            matches!(&node.kind, NodeKind::Entry(entry)
                if entry.word.text == keyword && !entry.word.span.touches(self.replaced.end))
        })
    }

    /// Adds what has places to fill in.
    pub(super) fn snippet(&mut self, sort: Sort, label: &str, detail: &str, snippet: &str) {
        self.add(Completion {
            label: label.to_owned(),
            sort,
            detail: detail.to_owned(),
            card: None,
            text: filled(snippet),
            snippet: Some(snippet.to_owned()),
            replaced: self.replaced,
        });
    }
}
