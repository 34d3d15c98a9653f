//! The runbook's `change_freeze_gate.yml`: what it forbids becomes claims, held against the policy's own kinds.

use super::draft::{Claim, Draft};
use super::names::quoted;
use super::release_calendar::TIERS;
use super::report::{At, ImportError, RemarkKind, Report};
use super::yaml::{Fields, Node};
use std::rc::Rc;

/// Whether a document is a freeze gate.
pub(super) fn looks_so(document: &Node) -> bool {
    document.find(&["checks", "forbid_when"]).is_some() || document.find(&["checks", "require"]).is_some()
}

/// Reads the gate into the draft.
pub(super) fn read(documents: &[Rc<Node>], draft: &mut Draft, report: &mut Report) {
    for document in documents {
        let result = gate(document, draft, report);
        report.keep(result);
    }
}

fn gate(document: &Node, draft: &mut Draft, report: &mut Report) -> Result<(), ImportError> {
    let mut fields = document.fields("the gate")?;
    let mut checks = fields.need("checks", "the gate")?.fields("checks")?;
    for item in
        checks.get("forbid_when").map(|node| node.list("forbid_when")).transpose()?.unwrap_or_default()
    {
        let result = forbidden(item, draft, report);
        report.keep(result);
    }
    for item in checks.get("require").map(|node| node.list("require")).transpose()?.unwrap_or_default() {
        let result = required(item, report);
        report.keep(result);
    }
    checks.leftovers("`checks`", report);
    about_running(&mut fields, report);
    fields.leftovers("the gate", report);
    Ok(())
}

/// What the gate forbids, and by that what it lets through: behind `forbid_when` nothing else asks for the tier.
fn forbidden(item: &Node, draft: &mut Draft, report: &mut Report) -> Result<(), ImportError> {
    let mut fields = item.fields("an item of `forbid_when`")?;
    let node = fields.need("kind", "an item of `forbid_when`")?;
    let text = node.text("kind")?;
    let by_tier = text.strip_suffix("_and_tier_in");
    let kind = by_tier
        .unwrap_or(text)
        .strip_suffix("_freeze_active")
        .filter(|kind| ["hard", "soft", "advisory"].contains(kind))
        .ok_or_else(|| {
            node.at.error(
                format!("`{}` is not a check that can be imported", quoted(text)),
                "known are `hard_freeze_active`, `soft_freeze_active` and both with `_and_tier_in`",
            )
        })?;
    let mut named = Vec::new();
    if by_tier.is_some() {
        for (at, tier) in fields.need("tiers", &format!("`{text}`"))?.texts("tiers")? {
            if !TIERS.contains(&tier) {
                return Err(at.error(
                    format!("`{}` is not a tier", quoted(tier)),
                    format!("known are {}", TIERS.join(", ")),
                ));
            }
            named.push(tier);
        }
    }
    fields.leftovers(&format!("`{text}`"), report);
    let blocked = |tier: &&&str| by_tier.is_none() || named.contains(*tier);
    let list = |tiers: Vec<&&str>| tiers.into_iter().copied().collect::<Vec<_>>().join(", ");
    let (blocks, admits) = (
        list(TIERS.iter().filter(blocked).collect()),
        list(TIERS.iter().filter(|tier| !blocked(tier)).collect()),
    );
    let mut rulings = Vec::new();
    if !blocks.is_empty() {
        rulings.push(format!("{kind} blocks {blocks}"));
    }
    if !admits.is_empty() {
        rulings.push(format!("{kind} admits {admits}"));
        report.remark(
            node.at,
            RemarkKind::MayNotMean,
            format!(
                "a {kind} freeze forbids {blocks} here, so {admits} pass without being asked for anything"
            ),
            "the claim says so; the policy's own kind may ask for an approval",
        );
    }
    if by_tier.is_none() {
        report.remark(
            node.at,
            RemarkKind::MayNotMean,
            format!("`{text}` names no tier: it blocks T0, the emergency fix, too"),
            "a kind that admits T0 contradicts it; `opsc check` shows both",
        );
    }
    let source = format!("{}, line {}", draft.source, node.at.line);
    draft.claims.push(Claim { source, rulings });
    Ok(())
}

fn required(item: &Node, report: &mut Report) -> Result<(), ImportError> {
    /// What the gate requires, and how a policy asks for it.
    const KNOWN: &[(&str, &str)] = &[
        ("readiness_gate_passed", "before merge require readiness-gate"),
        ("rollback_lever_defined", "before merge require rollback-lever != none"),
    ];
    for (at, name, wanted) in item.fields("an item of `require`")?.rest() {
        let said = wanted.text(name)?;
        let detail = match KNOWN.iter().find(|(known, _)| *known == name) {
            Some((_, line)) => format!(
                "std.tiers asks by tier, the gate asks all; write `{line}` in a tier that shall ask it"
            ),
            None => "write it as a fact that a tier requires".to_owned(),
        };
        report.remark(
            at,
            RemarkKind::NotCarried,
            format!("`{}: {}` is required of every tier", quoted(name), quoted(said)),
            detail,
        );
    }
    Ok(())
}

/// The parts that say how the gate is run: a policy does not, the command line does.
fn about_running(fields: &mut Fields<'_>, report: &mut Report) {
    const PARTS: &[(&str, &str)] = &[
        ("inputs", "`opsc gate` takes them: the policy, `--at`, `--region`, `--tier`"),
        ("decision", "`opsc gate` exits 0 to allow, 10 to block, 11 where something is pending"),
        ("artifacts", "`opsc gate --log FILE` writes the record of each decision"),
    ];
    for (name, detail) in PARTS {
        if let Some(node) = fields.get(name) {
            let at: At = node.at;
            report.remark(at, RemarkKind::Changed, format!("`{name}` is not part of a policy"), *detail);
        }
    }
}
