//! What may stand in conditions and seats: facts, metrics, approvals, and what each is held against.

use super::{Found, Sort};
use crate::ide::Cursor;
use crate::ide::statement::{Inner, Phrase};
use crate::policy::Aggregate;
use crate::schema::Atom;
use crate::syntax::tree::{Expr, ExprKind};

/// Declarations whose conditions may measure.
const MEASURING: &[&str] = &["gate", "rollback", "maintenance", "incident", "window", "flag", "property"];

impl<'a> Found<'_, 'a> {
    /// In a condition, behind these parts of it.
    pub(super) fn conditions(&mut self, phrase: &Phrase, behind: &[Expr]) {
        let behind = match &phrase.inner {
            Inner::Part => behind,
            Inner::Term(before) => before,
            Inner::Compared(left) => return self.compared(left, phrase),
            Inner::Member(of) => return self.compared(of, phrase),
            Inner::Argument(..) => return self.names("metric"),
            Inner::Bracket => return self.names("role"),
        };
        let word = |at: usize| behind.get(at).and_then(Expr::word);
        match behind.len() {
            0 => self.terms(),
            1 if word(0) == Some("approval") => self.names("approval"),
            1 if word(0) == Some("probe") => self.names("probe"),
            1 if word(0) == Some("tier") => self.names("tier"),
            1 if word(0) == Some("approved") => {
                self.push(Sort::Word, "by", "");
                self.names("approval");
                self.seats(&[]);
            }
            _ if word(0) == Some("approved") && word(1) == Some("by") => {
                self.seats(behind.get(2..).unwrap_or_default())
            }
            _ if word(0) == Some("approved") => self.seats(behind.get(1..).unwrap_or_default()),
            _ if matches!(behind.first().map(|part| &part.kind), Some(ExprKind::Literal(_))) => {
                self.seats(behind)
            }
            _ => {
                self.push(Sort::Word, "and", "");
                self.push(Sort::Word, "or", "");
                if matches!(behind.first().map(|part| &part.kind), Some(ExprKind::Compare(..))) {
                    self.push(Sort::Word, "over", "the span that is aggregated");
                    self.push(Sort::Word, "for", "how long it must be so");
                }
            }
        }
    }

    /// Where a term of a condition begins.
    fn terms(&mut self) {
        self.names("fact");
        let outer = self.writing.around.first().map_or("", |entry| entry.word.text.as_str());
        if MEASURING.contains(&outer) {
            self.names("metric");
            for aggregate in Aggregate::ALL {
                let name = aggregate.name();
                self.snippet(
                    Sort::Function,
                    name,
                    "over the samples of a metric",
                    &format!("{name}(${{1:metric}})"),
                );
            }
            self.push(Sort::Word, "probe", "a check that is run");
        }
        self.push(Sort::Word, "not", "");
        self.push(Sort::Word, "approved", "by so many people");
        self.push(Sort::Word, "approval", "one that is declared");
        self.push(Sort::Word, "tier", "the change's tier");
    }

    /// What a fact, a metric or the tier is held against.
    fn compared(&mut self, left: &Expr, phrase: &Phrase) {
        let range = left.span.range();
        let text = phrase.text.get(range).unwrap_or("");
        let name = match &left.kind {
            ExprKind::Call(call) => call.arguments.first().and_then(Expr::word).unwrap_or(""),
            ExprKind::Word(word) => word.as_str(),
            _ => text,
        };
        if name == "tier" {
            return self.names("tier");
        }
        if let Some(kind) = self.kind_of("fact", name) {
            let members = kind.last().map_or(&[][..], Expr::list).iter().filter_map(Expr::word);
            match kind.first().and_then(Expr::word) {
                Some("one") => self.words(&members.collect::<Vec<_>>(), name),
                Some("bool") => self.words(&["true", "false"], name),
                Some(sort) => self.sort(sort),
                None => {}
            }
        } else if let Some(kind) = self.kind_of("metric", name) {
            if let Some(sort) = kind.first().and_then(Expr::word) {
                self.sort(sort);
            }
            self.push(Sort::Word, "baseline", "what the metric is held against");
        }
    }

    /// What a declaration says behind `:`, as it stands: a broken policy has it too.
    fn kind_of(&self, keyword: &str, name: &str) -> Option<&'a [Expr]> {
        let analysis = self.analysis();
        let span = analysis.names.find(keyword, name)?.span;
        let cursor = Cursor::at(analysis, span.file, span.start)?;
        Some(cursor.entry()?.annotation.as_ref()?.phrase())
    }

    fn sort(&mut self, name: &str) {
        if let Some(atom) = Atom::named(name) {
            self.values(name, atom, None);
        }
    }

    /// In seats, behind these parts: `1 of sre-owner in region and ...`.
    pub(super) fn seats(&mut self, behind: &[Expr]) {
        let last = behind.last();
        match (behind.len(), last.and_then(Expr::word)) {
            (0, _) => {
                let role = super::snippet::example(self.analysis(), Atom::Reference("role"));
                self.snippet(Sort::Value, "1 of", "one person of a role", &format!("1 of ${{1:{role}}}"));
                self.snippet(Sort::Value, "2 of", "two people of a role", &format!("2 of ${{1:{role}}}"));
            }
            (1, _) => self.push(Sort::Word, "of", ""),
            (2, _) => self.names("role"),
            (_, Some("in")) => self.push(Sort::Word, "region", "of a team of the region"),
            (3, _) => {
                self.push(Sort::Word, "and", "another person");
                self.push(Sort::Word, "in", "of the region");
            }
            _ => self.push(Sort::Word, "and", "another person"),
        }
    }
}
