//! Flags: what they are for, who asks them, and whom each variant serves.

use super::Lower;
use super::recovery::{named, tagged, text};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{Asked, Component, Flag, FlagKind, Gate, Origin, Value};
use crate::schema::Declared;
use crate::syntax::tree::Literal;
use crate::types;
use rust_decimal::Decimal;

code!(pub FLAG_SHARES, Error, "flag-shares", "variants of a flag whose shares of traffic do not add up to 100 %");
code!(pub UNKNOWN_VARIANT, Error, "unknown-variant", "a default that is no variant of its flag");

const KINDS: [(&str, FlagKind); 6] = [
    ("kill-switch", FlagKind::KillSwitch),
    ("progressive", FlagKind::Progressive),
    ("quality-gated", FlagKind::QualityGated),
    ("safety-guard", FlagKind::SafetyGuard),
    ("cost-guard", FlagKind::CostGuard),
    ("read-only", FlagKind::ReadOnly),
];

/// The variants of a flag that names none.
const SWITCH: [&str; 2] = ["on", "off"];

pub(super) fn flag(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Flag> {
    let name = declared.name?;
    let variants = variants(lower, declared);
    let client = declared.one("asked").is_some_and(|given| given.captures.tag() == "client");
    let owner = declared.one("owner").and_then(|given| lower.party(given.get("party")?));
    let flag = Flag {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        kind: tagged(&KINDS, declared.one("kind")?.captures.tag())?,
        components: lower.references::<Component>(declared, "scope"),
        variants: variants?,
        default: declared.one("default").and_then(|given| Some(given.get("word")?.word()?.to_owned())),
        sticky: text(lower, declared, "sticky"),
        asked: if client { Asked::Client } else { Asked::Server },
        guards: named::<Gate>(lower, declared.all("guard")),
        owner,
        expires: declared.one("expires").and_then(|given| lower.date(given.get("date")?)),
    };
    default_is_a_variant(lower, declared, &flag);
    Some(flag)
}

/// The variants with their shares; nothing where a share made no sense or the shares do not add up, which was reported.
fn variants(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Vec<(String, Decimal, Origin)>> {
    let name = declared.name?;
    let mut found = Vec::new();
    for given in declared.all("variant") {
        let (variant, share) = (given.get("variant")?.word()?, given.get("ratio")?);
        let value = types::value(lower.text(share.span), Literal::Ratio, share.span);
        let Value::Ratio(share) = lower.checked(value)? else { return None };
        found.push((variant.to_owned(), share, lower.origin(given.span())));
    }
    let total: Decimal = found.iter().map(|(_, share, _)| share).sum();
    if found.is_empty() || total == Decimal::ONE || lower.said_badly(declared, &["variant"]) {
        return Some(found);
    }
    let message =
        format!("the variants of flag `{}` add up to {}, not to 100%", name.text, Value::Ratio(total));
    let mut finding = Diagnostic::new(&FLAG_SHARES, name.span, message);
    for (variant, share, origin) in &found {
        finding = finding.also(origin.span, format!("`{variant}` has {}", Value::Ratio(*share)));
    }
    lower.report(finding.help("say for all traffic which variant it gets"));
    None
}

fn default_is_a_variant(lower: &mut Lower<'_>, declared: &Declared<'_>, flag: &Flag) {
    let Some((default, given)) = flag.default.as_deref().zip(declared.one("default")) else { return };
    let known: Vec<&str> = match flag.variants.as_slice() {
        [] => SWITCH.to_vec(),
        variants => variants.iter().map(|(variant, _, _)| variant.as_str()).collect(),
    };
    if !known.contains(&default) {
        let span = given.get("word").map_or(given.span(), |word| word.span);
        let message = format!("`{default}` is no variant of flag `{}`", flag.name);
        let finding = Diagnostic::new(&UNKNOWN_VARIANT, span, message);
        lower.report(match crate::schema::suggest::closest(default, known.iter().copied()) {
            Some(near) => finding.fix(format!("write `{near}`"), span, near),
            None => finding.help(format!("it has {}", crate::schema::suggest::one_of(known))),
        });
    }
}
