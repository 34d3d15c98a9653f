//! `test`: questions, each given what stands around it, with the answers that are expected.

use super::{Lower, test_expect, test_table};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    BreakGlass, Case, Component, Environment, Fact, FactKind, Flag, Id, Origin, Region, Release, Request,
    Service, TestBlock, Tier, Value,
};
use crate::schema::{Captures, Declared, Fields};
use crate::syntax::tree::{Comparison, Expr, ExprKind};
use std::collections::BTreeSet;

code!(pub TEST_EXPECTS_NOTHING, Warning, "test-expects-nothing", "a test that cannot fail");
code!(pub NOT_AN_ASSERTION, Error, "not-an-assertion", "what a test gives as a fact and is none");

pub(super) fn test(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<TestBlock> {
    let name = declared.name?;
    let mut cases = Vec::new();
    let origin = lower.origin(name.span);
    block(lower, &declared.fields, &Request::default(), &[], origin, &mut cases);
    if cases.is_empty() && !expects(&declared.fields) {
        lower.report(
            Diagnostic::new(&TEST_EXPECTS_NOTHING, name.span, format!("test `{}` expects nothing", name.text))
                .help("say what the answer must be: `expect allowed`, `expect blocked by W until I`, `expect pending on F`"),
        );
    }
    Some(TestBlock { name: name.text.to_owned(), origin, cases })
}

/// Whether an expectation is written somewhere, be it one that made no sense.
fn expects(fields: &Fields<'_>) -> bool {
    ["expect", "row"].iter().any(|word| fields.one(word).is_some() || fields.is_broken(word))
        || fields.iter().any(|given| expects(&given.fields))
}

/// A block: what it gives, what it expects, and the blocks inside it, which are given all of that too.
fn block(
    lower: &mut Lower<'_>,
    fields: &Fields<'_>,
    outer: &Request,
    titles: &[String],
    origin: Origin,
    cases: &mut Vec<Case>,
) {
    let mut request = outer.clone();
    let mut fresh: BTreeSet<&'static str> = BTreeSet::new();
    for given in fields.iter().filter(|given| given.entry.block.is_none()) {
        give(lower, &given.captures, &mut request, &mut fresh);
    }
    let mut expectations = Vec::new();
    for given in fields.all("expect") {
        let expected = test_expect::expectation(lower, &given.captures);
        expectations.extend(expected.map(|expected| (expected, lower.origin(given.span()))));
    }
    if !expectations.is_empty() {
        let title = titles.join(", ");
        cases.push(Case { title, origin, request: request.clone(), expectations });
    }
    for given in fields.iter().filter(|given| given.entry.block.is_some()) {
        if given.field.keyword == "table" {
            test_table::table(lower, given, &request, titles, cases);
            continue;
        }
        let mut inner = request.clone();
        give(lower, &given.captures, &mut inner, &mut BTreeSet::new());
        let title = match given.get("title").and_then(|title| lower.string(title)) {
            Some(title) => title,
            None => lower.text(given.span()).to_owned(),
        };
        let titles: Vec<String> = titles.iter().cloned().chain([title]).collect();
        let origin = lower.origin(given.span());
        block(lower, &given.fields, &inner, &titles, origin, cases);
    }
}

/// Puts what a statement gives into the question. A list replaces that of the block around, and grows within one block.
pub(super) fn give(
    lower: &mut Lower<'_>,
    captures: &Captures<'_>,
    request: &mut Request,
    fresh: &mut BTreeSet<&'static str>,
) {
    let tag = captures.tag();
    let first = fresh.insert(tag);
    let one = |label: &str| captures.get(label);
    match tag {
        "tier" => request.tier = one("tier").and_then(|tier| lower.id::<Tier>(tier)),
        "action" => request.action = one("action").and_then(|action| lower.action(action)),
        "phase" => request.phase = one("phase").and_then(|phase| lower.phase(phase)),
        "environment" => {
            request.environment = one("environment").and_then(|name| lower.id::<Environment>(name))
        }
        "service" => request.service = one("service").and_then(|name| lower.id::<Service>(name)),
        "release" => request.release = one("release").and_then(|name| lower.id::<Release>(name)),
        "at" => request.at = one("instant").and_then(|at| lower.instant(at)),
        "region" => {
            let named = captures.all("region").filter_map(|name| lower.id::<Region>(name)).collect();
            put(&mut request.regions, named, first);
        }
        "component" => {
            let named = captures.all("component").filter_map(|name| lower.id::<Component>(name)).collect();
            put(&mut request.components, named, first);
        }
        "path" => {
            let named = captures.all("path").filter_map(|path| lower.string(path)).collect();
            put(&mut request.paths, named, first);
        }
        "approved" => put(&mut request.approved_by, people(lower, captures), first),
        "author" => put(&mut request.authors, people(lower, captures), first),
        "fact" => {
            if let Some((fact, value)) = assertion(lower, captures) {
                request.facts.insert(lower.policy.facts[fact].name.clone(), value);
            }
        }
        "rollback" => {
            let word = |label: &str| one(label).and_then(Expr::word).map(str::to_owned);
            request.rollback = word("lever").zip(word("to"));
        }
        "kill" => request.kill = one("flag").and_then(|flag| lower.id::<Flag>(flag)),
        "glass" => {
            let glass = one("break-glass").and_then(|glass| lower.id::<BreakGlass>(glass));
            request.break_glass = glass.zip(people(lower, captures).pop());
        }
        _ => {}
    }
}

fn put<T>(list: &mut Vec<T>, named: Vec<T>, first: bool) {
    if first {
        list.clear();
    }
    list.extend(named);
}

/// People, by the name their approvals carry.
fn people(lower: &Lower<'_>, captures: &Captures<'_>) -> Vec<String> {
    captures
        .all("person")
        .filter_map(|person| lower.string(person).or_else(|| person.word().map(str::to_owned)))
        .collect()
}

/// `warmup true`, `canary = 3%`, `pins-verified`
fn assertion(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<(Id<Fact>, Value)> {
    let (name, value) =
        match (captures.get("name"), captures.get("assertion").map(|part| (&part.kind, part))) {
            (Some(name), _) => (name, captures.get("value")),
            (None, Some((ExprKind::Compare(name, Comparison::Equal, value), _))) => {
                (name.as_ref(), Some(value.as_ref()))
            }
            (None, Some((ExprKind::Word(_), part))) => (part, None),
            (None, part) => {
                if let Some((_, part)) = part {
                    lower.report(Diagnostic::new(&NOT_AN_ASSERTION, part.span, "this asserts no fact").help(
                        "write the fact and its value, as in `fact warmup true` or `fact canary = 3%`",
                    ));
                }
                return None;
            }
        };
    let id = lower.id::<Fact>(name)?;
    let kind = lower.policy.facts[id].kind.clone();
    let value = match value {
        Some(written) => lower.value(name, &kind, written)?,
        None if kind == FactKind::Bool => Value::Bool(true),
        None => {
            let text = lower.text(name.span).to_owned();
            lower.report(
                Diagnostic::new(&NOT_AN_ASSERTION, name.span, format!("`{text}` is given without its value"))
                    .help(format!("write its value behind it, as in `fact {text} = ...`")),
            );
            return None;
        }
    };
    Some((id, value))
}
