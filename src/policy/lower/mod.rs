//! From what the schema matched to the checked model: one file per family, one row here per kind of declaration.
//!
//! A family's function reads a [`Declared`] through [`Lower`] and returns its row, or nothing where a part of it made no
//! sense and was reported. Kinds are lowered in the order of [`KINDS`], so that a row can look at those before it.

pub(super) mod approval;
pub(super) mod bar;
mod check;
pub(super) mod claim;
mod condition;
pub(super) mod during;
mod evidence;
pub(super) mod exception;
pub(super) mod flag;
pub(super) mod follow;
pub(super) mod freeze;
pub(super) mod globs;
pub(super) mod holidays;
mod incident;
pub(super) mod limit;
pub(super) mod maintenance;
pub(super) mod measure;
pub(super) mod people;
pub(super) mod pipeline;
mod place;
pub(super) mod proof;
pub(super) mod property;
pub(super) mod property_expect;
mod recovery;
pub(super) mod release;
mod rollback;
mod seats;
pub(super) mod stage;
pub(super) mod target;
pub(super) mod test;
pub(super) mod test_expect;
pub(super) mod test_table;
mod tier;
#[cfg(test)]
mod tests;
pub(super) mod timetable;
mod values;
pub(super) mod window;

use super::table::Named;
use super::{Id, Origin, Policy, Table};
use crate::diag::{Diagnostic, Sink};
use crate::resolve::{MISSING_ROLES, Names};
use crate::schema::{Author, Declared};
use crate::source::{Sources, Span};
use crate::syntax::tree::{Expr, Node};
use std::collections::BTreeMap;

/// A kind of declaration that becomes rows of a table.
pub(super) trait Row: Named + Sized {
    /// The word it begins with.
    const KEYWORD: &'static str;
    /// The table of its rows.
    fn table(policy: &mut Policy) -> &mut Table<Self>;
}

/// How a kind of declaration is lowered.
struct Kind {
    keyword: &'static str,
    lower: fn(&mut Lower<'_>, &Declared<'_>),
    /// Done once all of them are lowered.
    then: fn(&mut Lower<'_>),
}

macro_rules! tables {
    ($($keyword:literal $type:ident $table:ident;)*) => {
        $(impl Row for super::$type {
            const KEYWORD: &'static str = $keyword;
            fn table(policy: &mut Policy) -> &mut Table<Self> {
                &mut policy.$table
            }
        })*
    };
}

tables! {
    "region" Region regions;
    "component" Component components;
    "service" Service services;
    "environment" Environment environments;
    "team" Team teams;
    "schedule" Schedule schedules;
    "role" Role roles;
    "fact" Fact facts;
    "metric" Metric metrics;
    "probe" Probe probes;
    "gate" Gate gates;
    "pins" Pins pins;
    "approval" ApprovalRule approvals;
    "tier" Tier tiers;
    "freeze" FreezeKind kinds;
    "holidays" Holidays holidays;
    "window" Window windows;
    "claim" Claim claims;
    "exception" Exception exceptions;
    "break-glass" BreakGlass break_glass;
    "release" Release releases;
    "lock" Lock locks;
    "lever" Lever levers;
    "pipeline" Pipeline pipelines;
    "rollback" Rollback rollbacks;
    "flag" Flag flags;
    "surface" Surface surfaces;
    "maintenance" Maintenance maintenances;
    "status" Status statuses;
    "severity" Severity severities;
    "template" Template templates;
    "comms" Comms comms;
    "audience" Audience audiences;
    "incident" Incident incidents;
    "test" TestBlock tests;
    "prove" Proof proofs;
    "property" Property properties;
    "target" Target targets;
}

macro_rules! row {
    ($type:ident, $function:path) => {
        row!($type, $function, |_| {})
    };
    ($type:ident, $function:path, $then:expr) => {
        Kind {
            keyword: <super::$type as Row>::KEYWORD,
            lower: |lower, declared| {
                let row = $function(lower, declared);
                lower.place::<super::$type>(declared, row);
            },
            then: $then,
        }
    };
}

/// Every kind that becomes rows, in the order it is lowered: a function may look at the rows of every kind before its own.
const KINDS: &[Kind] = &[
    row!(Region, place::region),
    row!(Component, place::component),
    row!(Service, place::service),
    row!(Environment, place::environment),
    row!(Team, people::team),
    row!(Schedule, people::schedule),
    row!(Role, people::role),
    row!(Fact, evidence::fact),
    row!(Metric, measure::metric),
    row!(Probe, measure::probe),
    row!(Gate, measure::gate, measure::settle),
    row!(Pins, measure::pins),
    row!(ApprovalRule, approval::approval),
    row!(Tier, tier::tier),
    row!(FreezeKind, freeze::freeze),
    row!(Holidays, holidays::holidays, holidays::settle),
    row!(Window, window::window),
    row!(Claim, claim::claim),
    row!(Exception, exception::exception),
    row!(BreakGlass, approval::break_glass),
    row!(Release, release::release),
    row!(Lock, pipeline::lock),
    row!(Pipeline, pipeline::pipeline),
    row!(Lever, recovery::lever),
    row!(Rollback, rollback::rollback),
    row!(Flag, flag::flag),
    row!(Surface, maintenance::surface),
    row!(Maintenance, maintenance::maintenance),
    row!(Status, incident::status),
    row!(Severity, incident::severity),
    row!(Template, incident::template),
    row!(Comms, incident::comms),
    row!(Audience, incident::audience),
    row!(Incident, incident::incident),
    row!(TestBlock, test::test),
    row!(Proof, proof::proof),
    row!(Property, property::property),
    row!(Target, target::target),
];

/// What lowering works with: the names, the rows so far, and where findings go.
pub(super) struct Lower<'a> {
    /// The files, for text and lines.
    pub sources: &'a Sources,
    /// Every name of the policy.
    pub names: &'a Names,
    /// The rows so far: those of every kind before the one at hand are complete.
    pub policy: Policy,
    sink: &'a mut Sink,
    library: Vec<crate::source::FileId>,
    /// Row of each name by keyword and ordinal; a kind that is here is complete.
    placed: BTreeMap<&'static str, Vec<Option<u32>>>,
    open: Vec<Option<u32>>,
    missing_roles: BTreeMap<String, Span>,
    /// Metrics that windows follow: the fact by which evidence says them, what is meant by it, and who said so first.
    followed: BTreeMap<String, (Id<super::Fact>, Meant, Origin)>,
    stages: stage::StageNames<'a>,
    references: Vec<Reference>,
}

/// A name that stands for something declared: what editors follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Where the name is used.
    pub at: Span,
    /// Where it is declared.
    pub to: Span,
}

/// The aggregate and the span of which evidence has a metric's value.
type Meant = (Option<super::Aggregate>, Option<crate::calendar::Elapsed>);

/// Lowers every declaration into `policy`; with it, every name that was followed, in order of place, each once.
pub(super) fn lower<'a>(
    policy: Policy,
    declared: &'a [(Author, Declared<'a>)],
    names: &'a Names,
    sources: &'a Sources,
    sink: &'a mut Sink,
) -> (Policy, Vec<Reference>) {
    let library = declared
        .iter()
        .filter(|(author, _)| *author == Author::Library)
        .map(|(_, declared)| declared.node.span.file)
        .collect::<std::collections::BTreeSet<_>>();
    let mut by_keyword: BTreeMap<&str, Vec<&'a Declared<'a>>> = BTreeMap::new();
    for (_, declared) in declared {
        by_keyword.entry(declared.kind.row.keyword).or_default().push(declared);
    }
    let mut lower = Lower {
        sources,
        names,
        policy,
        sink,
        library: library.into_iter().collect(),
        placed: BTreeMap::new(),
        open: Vec::new(),
        missing_roles: BTreeMap::new(),
        followed: BTreeMap::new(),
        stages: stage::names(by_keyword.get("pipeline").map_or(&[], Vec::as_slice)),
        references: Vec::new(),
    };
    for kind in KINDS {
        for declared in by_keyword.get(kind.keyword).into_iter().flatten() {
            (kind.lower)(&mut lower, declared);
        }
        let open = std::mem::take(&mut lower.open);
        lower.placed.insert(kind.keyword, open);
        (kind.then)(&mut lower);
    }
    for declared in by_keyword.get("tier").into_iter().flatten() {
        claim::of_tier(&mut lower, declared);
    }
    for declared in by_keyword.get("policy").into_iter().flatten() {
        place::policy(&mut lower, declared);
    }
    for declared in by_keyword.get("classify").into_iter().flatten() {
        lower.policy.classify = evidence::classify(&mut lower, declared);
    }
    lower.report_missing_roles(by_keyword.get("policy").and_then(|all| all.first()).copied());
    let mut references = lower.references;
    references.sort_unstable();
    references.dedup();
    (lower.policy, references)
}

impl Lower<'_> {
    /// Reports a finding.
    pub fn report(&mut self, finding: Diagnostic) {
        self.sink.push(finding);
    }

    /// The value, or nothing and its finding reported.
    pub fn checked<T>(&mut self, value: Result<T, Diagnostic>) -> Option<T> {
        value.map_err(|finding| self.report(finding)).ok()
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.sources.text_of(span)
    }

    /// The origin of a span.
    pub fn origin(&self, span: Span) -> Origin {
        Origin { span, line: self.sources.position(span).line }
    }

    /// The `///` lines of a node, joined.
    pub fn doc(&self, node: &Node) -> String {
        node.docs.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    /// The row that a reference names. An unknown name is reported.
    pub fn id<T: Row>(&mut self, written: &Expr) -> Option<Id<T>> {
        let name = written.word()?;
        let Some(known) = self.names.find(T::KEYWORD, name) else {
            self.unknown(T::KEYWORD, name, written.span);
            return None;
        };
        self.references.push(Reference { at: written.span, to: known.span });
        let ordinal = usize::try_from(known.ordinal).ok()?;
        match self.placed.get(T::KEYWORD) {
            Some(rows) => rows.get(ordinal).copied().flatten().map(|row| Id::at(row as usize)),
            None => Some(Id::at(ordinal)),
        }
    }

    /// The name of a declaration of one of these keywords, which need no row. One that nothing declares is not reported.
    pub fn named(&mut self, keywords: &[&str], written: &Expr) -> Option<String> {
        let name = written.word()?;
        let known = keywords.iter().find_map(|keyword| self.names.find(keyword, name))?;
        self.references.push(Reference { at: written.span, to: known.span });
        Some(name.to_owned())
    }

    /// The rows that a field names in all its statements; nothing where it is left out.
    pub fn references<T: Row>(&mut self, declared: &Declared<'_>, field: &str) -> Option<Vec<Id<T>>> {
        let mut found = Vec::new();
        for given in declared.all(field) {
            for written in given.captures.all(T::KEYWORD) {
                let id = self.id::<T>(written);
                found.extend(id.filter(|id| !found.contains(id)));
            }
        }
        declared.one(field).map(|_| found)
    }

    /// Whether one of these fields stands there in a form that did not fit, which was reported: what would follow from
    /// its absence must not be said.
    pub fn said_badly(&self, declared: &Declared<'_>, fields: &[&str]) -> bool {
        fields.iter().any(|field| declared.fields.is_broken(field))
    }

    /// Reports a name that nothing declares. Roles that only the library asks for are gathered into one finding.
    pub fn unknown(&mut self, keyword: &'static str, name: &str, span: Span) {
        if keyword == "role" && self.is_library(span) {
            self.missing_roles.entry(name.to_owned()).or_insert(span);
        } else {
            let finding = self.names.unknown(keyword, name, span);
            self.report(finding);
        }
    }

    /// Whether the library says it, and not the policy.
    pub fn is_library(&self, span: Span) -> bool {
        self.library.contains(&span.file)
    }

    fn place<T: Row>(&mut self, declared: &Declared<'_>, row: Option<T>) {
        let Some(name) = declared.name else { return };
        let ordinal = match self.names.find(T::KEYWORD, name.text) {
            Some(known) if known.span == name.span => usize::try_from(known.ordinal).unwrap_or(usize::MAX),
            _ => return,
        };
        let row = row.map(|row| T::table(&mut self.policy).push(row).index());
        if self.open.len() <= ordinal {
            self.open.resize(ordinal.saturating_add(1), None);
        }
        if let Some(slot) = self.open.get_mut(ordinal) {
            *slot = row.and_then(|row| u32::try_from(row).ok());
        }
    }

    fn report_missing_roles(&mut self, policy: Option<&Declared<'_>>) {
        let Some(policy) = policy.filter(|_| !self.missing_roles.is_empty()) else { return };
        let names: Vec<String> = self.missing_roles.keys().map(|name| format!("`{name}`")).collect();
        let message = match names.as_slice() {
            [one] => format!("the library asks for the role {one}, which the policy does not declare"),
            _ => format!("the library asks for roles that the policy does not declare: {}", names.join(", ")),
        };
        let behind = policy.node.span.after();
        let mut text = String::from("\n");
        for name in self.missing_roles.keys() {
            text.push_str(&format!("\nrole {name} {{}}"));
        }
        let mut finding = Diagnostic::new(&MISSING_ROLES, policy.span(), message);
        for (name, span) in &self.missing_roles {
            finding = finding.also(*span, format!("`{name}` is asked for here"));
        }
        let finding = finding.help("the library names no people: declare each role with its members").fix(
            "declare them, then write who they are",
            behind,
            text,
        );
        self.report(finding);
    }
}
