//! Checks: what evidence says and what is measured, joined by `and`, `or` and `not`. What a leaf is, the kind of its name
//! decides: facts, metrics, gates and probes share one space.

use super::Lower;
use super::seats::is_count;
use crate::calendar::Elapsed;
use crate::diag::Diagnostic;
use crate::policy::{Bound, Check, EMPTY_RANGE, Gate, NOT_A_CONDITION, Probe, WRONG_UNIT};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Literal};

/// Kinds of declaration whose names may be leaves of a check.
const LEAVES: [&str; 4] = ["metric", "fact", "gate", "probe"];

/// What stands behind a bar: `over 10m for 5m`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spans {
    /// The span that is aggregated.
    pub over: Option<Elapsed>,
    /// How long it must be so.
    pub sustained: Option<Elapsed>,
}

impl Lower<'_> {
    /// The check that an expression says, with its words; nothing where a part of it made no sense, which was reported.
    pub fn bound(&mut self, written: &Expr) -> Option<Bound> {
        let check = self.check(written)?;
        let text = self.text(written.span).split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Bound { check, text, origin: self.origin(written.span) })
    }

    /// The check that an expression says; nothing where a part of it made no sense, and every such part reported.
    pub fn check(&mut self, written: &Expr) -> Option<Check> {
        if !self.is_measured(written) {
            return self.condition(written).map(Check::Evidence);
        }
        match &written.kind {
            ExprKind::And(terms) => self.all(terms),
            ExprKind::Or(terms) => self.checks(terms).map(Check::Any),
            ExprKind::Not(inner) => self.check(inner).map(|inner| Check::Not(Box::new(inner))),
            ExprKind::Paren(inner) => self.check(inner),
            ExprKind::Word(name) => self.bare(name, written.span),
            ExprKind::Compare(left, comparison, right) => {
                self.bar(left, *comparison, right, Spans::default(), written.span).map(Check::Bar)
            }
            ExprKind::Phrase(parts) => self.named_or_sustained(parts, written),
            _ => self.no_check(written.span),
        }
    }

    fn checks(&mut self, terms: &[Expr]) -> Option<Vec<Check>> {
        let checks: Vec<Option<Check>> = terms.iter().map(|term| self.check(term)).collect();
        checks.into_iter().collect()
    }

    /// Evidence that stands side by side is one condition: seats side by side want different people.
    fn all(&mut self, terms: &[Expr]) -> Option<Check> {
        let marked: Vec<(&Expr, bool)> = terms.iter().map(|term| (term, self.is_measured(term))).collect();
        let mut parts: Vec<Option<Check>> = Vec::new();
        for run in marked.chunk_by(|(_, before), (_, measured)| !before && !measured) {
            let together = match run {
                [(only, _)] => self.check(only),
                _ => {
                    let terms: Vec<Expr> = run.iter().map(|(term, _)| (*term).clone()).collect();
                    let span =
                        terms.iter().skip(1).fold(run.first()?.0.span, |span, term| span.to(term.span));
                    self.condition(&Expr { span, kind: ExprKind::And(terms) }).map(Check::Evidence)
                }
            };
            parts.push(together);
        }
        parts.into_iter().collect::<Option<Vec<Check>>>().map(Check::All)
    }

    /// Whether an expression speaks of anything but evidence. A name that nothing declares might be measured.
    fn is_measured(&self, written: &Expr) -> bool {
        match &written.kind {
            ExprKind::And(terms) | ExprKind::Or(terms) => terms.iter().any(|term| self.is_measured(term)),
            ExprKind::Not(inner) | ExprKind::Paren(inner) => self.is_measured(inner),
            ExprKind::Compare(left, _, right) => self.is_measured(left) || self.is_metric(right),
            ExprKind::In(within) => self.is_measured(&within.member),
            ExprKind::Word(name) => name != "tier" && self.leaf(name) != Some("fact"),
            ExprKind::Phrase(parts) => {
                let first = parts.first();
                let begins =
                    |words: &[&str]| first.and_then(Expr::word).is_some_and(|word| words.contains(&word));
                let spans = parts.iter().any(|part| matches!(part.word(), Some("over" | "for")));
                spans || !(begins(&["approved", "approval", "tier"]) || first.is_some_and(is_count))
            }
            ExprKind::Bool(_) | ExprKind::Error => false,
            _ => true,
        }
    }

    /// The kind of declaration that gives this name.
    pub(super) fn leaf(&self, name: &str) -> Option<&'static str> {
        self.names.in_space("fact", name).map(|known| known.keyword)
    }

    /// Whether an expression is a metric, or a call that could aggregate one.
    pub(super) fn is_metric(&self, written: &Expr) -> bool {
        match &written.kind {
            ExprKind::Word(name) => self.leaf(name) == Some("metric"),
            ExprKind::Call(_) => true,
            _ => false,
        }
    }

    /// A name alone, which is no fact.
    fn bare(&mut self, name: &str, span: Span) -> Option<Check> {
        match self.leaf(name) {
            Some("metric") => {
                let example = self.example_of(name);
                let message = format!("`{name}` is measured, so it must be compared");
                self.report(
                    Diagnostic::new(&WRONG_UNIT, span, message).help(format!("write `{name} {example}`")),
                );
            }
            Some(keyword) => {
                let message = format!("`{name}` is a {keyword}, and is asked by that word");
                let text = format!("{keyword} {name}");
                self.report(Diagnostic::new(&NOT_A_CONDITION, span, message).fix(
                    format!("write `{text}`"),
                    span,
                    text,
                ));
            }
            None => self.no_leaf(name, span),
        }
        None
    }

    /// Reports a name that no fact, metric, gate or probe has.
    pub(super) fn no_leaf(&mut self, name: &str, span: Span) {
        let finding = self.names.unknown_among(&LEAVES, name, span);
        self.report(finding);
    }

    /// `gate quality`, `probe "env", "secrets"`, or a bar with `over` and `for` behind it.
    fn named_or_sustained(&mut self, parts: &[Expr], written: &Expr) -> Option<Check> {
        match parts {
            [word, names] if word.word() == Some("gate") => self.each(names, Self::gate_leaf),
            [word, names] if word.word() == Some("probe") => self.each(names, Self::probe_leaf),
            [first, behind @ ..] if matches!(behind.first().and_then(Expr::word), Some("over" | "for")) => {
                let spans = self.spans(behind)?;
                match &first.kind {
                    ExprKind::Compare(left, comparison, right) => {
                        self.bar(left, *comparison, right, spans, written.span).map(Check::Bar)
                    }
                    ExprKind::Word(name) if self.leaf(name) != Some("fact") => self.bare(name, first.span),
                    _ => {
                        let message = "`over` and `for` stand behind one bar, not behind several checks";
                        self.report(Diagnostic::new(&NOT_A_CONDITION, first.span, message).help(
                            "say the span behind each bar: `error-rate > 1% for 5m or coverage < 0.6 for 5m`",
                        ));
                        None
                    }
                }
            }
            _ => self.no_check(written.span),
        }
    }

    fn each(&mut self, names: &Expr, leaf: fn(&mut Self, &Expr) -> Option<Check>) -> Option<Check> {
        let leaves: Vec<Option<Check>> = names.list().iter().map(|name| leaf(self, name)).collect();
        let mut leaves = leaves.into_iter().collect::<Option<Vec<Check>>>()?;
        match leaves.pop() {
            Some(only) if leaves.is_empty() => Some(only),
            last => {
                leaves.extend(last);
                Some(Check::All(leaves))
            }
        }
    }

    fn gate_leaf(&mut self, name: &Expr) -> Option<Check> {
        if name.word().is_none() {
            return self.no_check(name.span);
        }
        let id = self.id::<Gate>(name)?;
        Some(Check::Gate(id, self.origin(name.span)))
    }

    fn probe_leaf(&mut self, name: &Expr) -> Option<Check> {
        let origin = self.origin(name.span);
        if let Some(text) = self.string(name) {
            return Some(Check::Probe(text, origin));
        }
        let Some(word) = name.word() else { return self.no_check(name.span) };
        if self.leaf(word) != Some("probe") {
            let finding = self.names.unknown("probe", word, name.span);
            self.report(finding.help("a probe that something else declares is named in quotes"));
            return None;
        }
        self.id::<Probe>(name)?;
        Some(Check::Probe(word.to_owned(), origin))
    }

    fn spans(&mut self, mut behind: &[Expr]) -> Option<Spans> {
        let mut spans = Spans::default();
        while let [word, length, rest @ ..] = behind {
            let slot = match word.word() {
                Some("over") => &mut spans.over,
                Some("for") => &mut spans.sustained,
                _ => break,
            };
            if slot.is_some() {
                break;
            }
            *slot = Some(self.span_of(length)?);
            behind = rest;
        }
        match behind {
            [] => Some(spans),
            [at, ..] => {
                let message = format!("a bar does not go on with `{}`", self.text(at.span));
                self.report(
                    Diagnostic::new(&NOT_A_CONDITION, at.span, message)
                        .help("behind a bar stand `over 10m`, the span that is aggregated, and `for 5m`, how long it must be so, each once"),
                );
                None
            }
        }
    }

    fn span_of(&mut self, written: &Expr) -> Option<Elapsed> {
        let text = self.text(written.span).to_owned();
        match written.kind {
            ExprKind::Literal(Literal::Duration) => {
                let length = self.duration(written)?;
                if length > Elapsed::ZERO {
                    return Some(length);
                }
                let message = format!("`{text}` is no time at all");
                self.report(
                    Diagnostic::new(&EMPTY_RANGE, written.span, message)
                        .help("leave it out, or say how long: `5m`"),
                );
            }
            ExprKind::Literal(Literal::Number) => {
                let message = format!("`{text}` has no unit of time");
                let mut finding = Diagnostic::new(&WRONG_UNIT, written.span, message);
                for unit in ["s", "m", "h"] {
                    finding =
                        finding.fix(format!("write `{text}{unit}`"), written.span, format!("{text}{unit}"));
                }
                self.report(finding);
            }
            ExprKind::Error => {}
            _ => {
                let message = format!("`{text}` is no duration");
                self.report(Diagnostic::new(&WRONG_UNIT, written.span, message).help("say how long: `5m`"));
            }
        }
        None
    }

    /// Reports what is no check.
    pub(super) fn no_check<T>(&mut self, span: Span) -> Option<T> {
        let message = format!("`{}` is no check", self.text(span));
        self.report(Diagnostic::new(&NOT_A_CONDITION, span, message).help(
            "a check is a bar (`error-rate <= 0.5%`, `p95(latency) <= baseline * 1.15 over 10m for 5m`), `gate NAME`, `probe NAME` or what evidence says, joined by `and`, `or` and `not`",
        ));
        None
    }
}
