//! `target`: what `opsc build` writes, and what is accepted of it.

use super::Lower;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::Target;
use crate::schema::Declared;
use std::collections::BTreeMap;

code!(pub LOSSY_WITHOUT_REASON, Error, "lossy-without-reason", "a target allowed to hold less, for no stated reason");

pub(super) fn target(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Target> {
    let name = declared.name?;
    let mut options = BTreeMap::new();
    for given in declared.all("") {
        let pair = given.get("option").and_then(|option| option.word()).zip(given.get("text"));
        let (option, text) = pair?;
        options.insert(option.to_owned(), lower.string(text)?);
    }
    let allow_lossy = match declared.one("allow") {
        Some(given) => {
            let reason =
                given.because().map(|text| text.value.trim().to_owned()).filter(|text| !text.is_empty());
            if reason.is_none() {
                let message =
                    format!("target `{}` may hold less than the policy, and nobody says why", name.text);
                lower.report(
                    Diagnostic::new(&LOSSY_WITHOUT_REASON, given.span(), message)
                        .help("say why that is good enough: `allow lossy because \"...\"`"),
                );
            }
            reason
        }
        None => None,
    };
    Some(Target {
        name: name.text.to_owned(),
        origin: lower.origin(name.span),
        to: declared.one("to").and_then(|given| lower.string(given.get("text")?)).unwrap_or_default(),
        allow_lossy,
        options,
    })
}
