//! Pitfalls of flags: asked by clients alone, kept by nobody, left behind (ledger B8, B10).

use super::{Rule, Subject};
use crate::calendar::Zone;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Asked, Flag, FlagKind, FlipKind, LeverKind, Policy};
use crate::source::Span;
use std::collections::BTreeMap;

code!(pub CLIENT_ONLY_FLAG, Warning, "client-only-flag", "a flag that protects something and is asked by clients alone");
code!(pub FLAG_NOT_STICKY, Warning, "flag-not-sticky", "a flag under which one user sees two variants");
code!(pub FLAG_EXPIRED, Warning, "flag-expired", "a flag that should be gone");
code!(
    pub KILL_SWITCH_WITHOUT_LEVER,
    Warning,
    "kill-switch-without-lever",
    "a kill switch that no lever flips",
    Strict
);
code!(pub FLAG_KEY_TWICE, Error, "flag-key-twice", "a flag server that is asked for two things by one key");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule {
    codes: &[&CLIENT_ONLY_FLAG, &FLAG_NOT_STICKY, &FLAG_EXPIRED, &KILL_SWITCH_WITHOUT_LEVER, &FLAG_KEY_TWICE],
    check,
};

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    keys(policy, sink);
    for (id, flag) in policy.flags.iter() {
        let refuses = policy.maintenances.rows().iter().find_map(|maintenance| {
            maintenance.flag.filter(|(used, _)| *used == id).map(|(_, origin)| (maintenance, origin))
        });
        if flag.asked == Asked::Client && (refuses.is_some() || protects(flag)) {
            let message =
                format!("flag `{}` is asked by clients alone, and whoever does not ask goes on", flag.name);
            let finding = Diagnostic::new(&CLIENT_ONLY_FLAG, flag.origin.span, message);
            let finding = match refuses {
                Some((maintenance, origin)) => {
                    finding.also(origin.span, format!("`{}` rests on it", maintenance.name))
                }
                None => finding,
            };
            sink.push(finding.help("ask it in the server: take `asked client` away"));
        }
        if flag.kind == FlagKind::Progressive && flag.sticky.is_none() && flag.variants.len() > 1 {
            let message = format!("flag `{}` gives one user now this variant, now that", flag.name);
            let mut finding = Diagnostic::new(&FLAG_NOT_STICKY, flag.origin.span, message);
            for (variant, _, origin) in &flag.variants {
                finding = finding.also(origin.span, format!("any request may be `{variant}`"));
            }
            sink.push(finding.help("say `sticky` with the key by which a user keeps a variant"));
        }
        if let Some(expires) = flag.expires.filter(|expires| *expires <= Zone::UTC.date(subject.now)) {
            let message = format!("flag `{}` should be gone since {expires}", flag.name);
            sink.push(
                Diagnostic::new(&FLAG_EXPIRED, flag.origin.span, message)
                    .help("take it out of the code and of the policy, or say until when it is needed"),
            );
        }
        if flag.kind == FlagKind::KillSwitch && !is_flipped(policy, flag) {
            let message = format!("no lever flips kill switch `{}`", flag.name);
            sink.push(
                Diagnostic::new(&KILL_SWITCH_WITHOUT_LEVER, flag.origin.span, message)
                    .help(format!("declare `lever NAME {{ flips flag \"{}\"; within 1m }}`", flag.name)),
            );
        }
    }
}

/// Flags and the pins whose versions are said share the keys of a flag server.
fn keys(policy: &Policy, sink: &mut Sink) {
    let mut first: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    let flags = policy.flags.rows().iter().map(|flag| (flag.name.clone(), "flag", flag.origin.span));
    let versions = policy.pins.rows().iter().flat_map(|pins| &pins.versions);
    let versions = versions.map(|version| (version.key(), "pin", version.origin.span));
    for (key, what, span) in flags.chain(versions) {
        let Some((earlier, there)) = first.get(&key) else {
            first.insert(key, (what, span));
            continue;
        };
        let message = format!("a flag server knows both this {what} and a {earlier} as `{key}`");
        let finding = Diagnostic::new(&FLAG_KEY_TWICE, span, message).also(*there, "the other one");
        sink.push(finding.help(
            "name one of the two differently: `-` and `_`, and the case of a pin, are one to a server",
        ));
    }
}

/// Whether what a flag turns off does harm while it is on.
fn protects(flag: &Flag) -> bool {
    matches!(
        flag.kind,
        FlagKind::KillSwitch | FlagKind::SafetyGuard | FlagKind::CostGuard | FlagKind::ReadOnly
    )
}

/// Whether a lever goes back by this flag: one that names it, or one that leaves it to who pulls it which flag it flips.
fn is_flipped(policy: &Policy, flag: &Flag) -> bool {
    let levers = policy.levers.rows().iter().filter(|lever| lever.kind == LeverKind::Back);
    levers.flat_map(|lever| &lever.flips).any(|flip| {
        flip.kind == FlipKind::Flag && flip.target.as_ref().is_none_or(|target| *target == flag.name)
    })
}
