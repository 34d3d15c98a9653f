//! Holds each `target` of a policy against the table: its name, its fields, where it writes, and what it would lose.

use super::{CAPABILITIES, CONSTRUCTS, Capability, Fidelity, LATER, OptionKind};
use crate::code;
use crate::diag::{Code, Diagnostic};
use crate::policy::{Action, Policy, Target};
use crate::schema::NO_MEANING_YET;

code!(pub UNKNOWN_TARGET, Error, "unknown-target", "a target that opsc cannot write");
code!(pub UNKNOWN_TARGET_OPTION, Error, "unknown-target-option", "a field that this target does not take");
code!(pub BAD_TARGET_OPTION, Error, "bad-target-option", "a field of a target with a value it cannot have");
code!(pub TARGET_PATH_OUTSIDE, Error, "target-path-outside", "a target that would write where it must not");
code!(pub TARGETS_COLLIDE, Error, "targets-collide", "two targets that would write the same file");
code!(pub TARGET_HOLDS_LESS, Error, "target-holds-less", "a target would admit what the policy refuses");
code!(pub TARGET_HAS_NOTHING, Error, "target-has-nothing", "a target that the policy gives nothing to write");

/// Every code of this room.
pub static CODES: &[&Code] = &[
    &UNKNOWN_TARGET,
    &UNKNOWN_TARGET_OPTION,
    &BAD_TARGET_OPTION,
    &TARGET_PATH_OUTSIDE,
    &TARGETS_COLLIDE,
    &TARGET_HOLDS_LESS,
    &TARGET_HAS_NOTHING,
];

/// What is wrong with the targets that a policy declares.
pub fn check(policy: &Policy) -> Vec<Diagnostic> {
    let alone = policy.targets.rows().iter().flat_map(|target| check_target(policy, target));
    alone.chain(collisions(policy)).collect()
}

/// What is wrong with one target; nothing may be written for it where an error is among it.
pub fn check_target(policy: &Policy, target: &Target) -> Vec<Diagnostic> {
    let Some(capability) = capability(target) else {
        return vec![unknown_target(target)];
    };
    let mut found = Vec::new();
    found.extend(path_outside(target));
    found.extend(options(policy, target, capability));
    found.extend(nothing(policy, target, capability));
    found.extend(losses(policy, target, capability));
    found
}

fn capability(target: &Target) -> Option<&'static Capability> {
    CAPABILITIES.iter().find(|capability| capability.target == target.name)
}

fn collisions(policy: &Policy) -> Vec<Diagnostic> {
    let mut writers: Vec<(String, &Target)> = Vec::new();
    let mut found = Vec::new();
    for target in policy.targets.rows() {
        for path in capability(target).map_or_else(Vec::new, |capability| capability.paths(policy, target)) {
            match writers.iter().find(|(other, writer)| meet(other, &path) && *writer != target) {
                Some((_, first)) => {
                    let message =
                        format!("targets `{}` and `{}` both write `{path}`", first.name, target.name);
                    let found_here = Diagnostic::new(&TARGETS_COLLIDE, target.origin.span, message)
                        .also(first.origin.span, "written here first")
                        .help("give each target a `to` of its own");
                    found.push(found_here);
                }
                None => writers.push((path, target)),
            }
        }
    }
    found
}

/// Whether two paths are one, or one of them is a folder that holds the other.
fn meet(one: &str, other: &str) -> bool {
    let holds = |folder: &str, path: &str| folder.ends_with('/') && path.starts_with(folder);
    one == other || holds(one, other) || holds(other, one)
}

fn unknown_target(target: &Target) -> Diagnostic {
    if LATER.contains(&target.name.as_str()) {
        let message = format!("this version of opsc writes nothing for target `{}`", target.name);
        return Diagnostic::new(&NO_MEANING_YET, target.origin.span, message)
            .help("nothing enforces it until then; the other targets are written");
    }
    let names: Vec<&str> = CAPABILITIES.iter().map(|capability| capability.target).collect();
    let message = format!("`{}` is no target that opsc writes", target.name);
    let known = format!("targets are `{}`", names.join("`, `"));
    let found = Diagnostic::new(&UNKNOWN_TARGET, target.origin.span, message);
    match names.iter().find(|name| strsim::damerau_levenshtein(name, &target.name) <= 2) {
        Some(near) => found.help(format!("did you mean `{near}`? {known}")),
        None => found.help(known),
    }
}

/// A path is relative, with `/`, and goes up only at its head: the policy may live in a folder of the repository.
fn path_outside(target: &Target) -> Option<Diagnostic> {
    if target.to.is_empty() {
        return None;
    }
    let mut below = false;
    let sound = target.to.split('/').all(|part| match part {
        ".." => !below,
        "" | "." => false,
        part => {
            below = true;
            !part.contains(['\\', ':']) && !part.contains(char::is_control) && part != ".git"
        }
    });
    (!sound || !below).then(|| {
        let message = format!("target `{}` cannot write to `{}`", target.name, target.to);
        Diagnostic::new(&TARGET_PATH_OUTSIDE, target.origin.span, message)
            .help("name a path relative to the policy's folder, as in `to \"flags/platform.json\"`")
    })
}

/// A file that holds nothing would be taken for one that holds what the policy says.
fn nothing(policy: &Policy, target: &Target, capability: &Capability) -> Option<Diagnostic> {
    let want = capability.wants.as_ref().filter(|want| !(want.met)(policy))?;
    let message = format!("target `{}` has nothing to write", target.name);
    let help = format!("it writes {}: declare some, or leave the target out", want.what);
    Some(Diagnostic::new(&TARGET_HAS_NOTHING, target.origin.span, message).help(help))
}

fn options(policy: &Policy, target: &Target, capability: &Capability) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, value) in &target.options {
        let Some(option) = capability.option(name) else {
            let known: Vec<&str> = capability.options.iter().map(|option| option.name).collect();
            let message = format!("target `{}` takes no field `{name}`", target.name);
            let found_here = Diagnostic::new(&UNKNOWN_TARGET_OPTION, target.origin.span, message);
            found.push(match known.as_slice() {
                [] => found_here.help("leave it out: this target takes only `to` and `allow lossy`"),
                known => found_here.help(format!("it takes `{}`", known.join("`, `"))),
            });
            continue;
        };
        if let Some(why) = unfit(policy, option.kind, value) {
            let message = format!("`{name}` of target `{}` {why}", target.name);
            let help = format!("it is {}", option.doc);
            found.push(Diagnostic::new(&BAD_TARGET_OPTION, target.origin.span, message).help(help));
        }
    }
    found
}

/// Why a field cannot have this value.
fn unfit(policy: &Policy, kind: OptionKind, value: &str) -> Option<String> {
    match kind {
        OptionKind::Commands => {
            let odd = value.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'));
            odd.then(|| "holds a control character".to_owned())
        }
        OptionKind::Word => {
            let sound = |letter: char| letter.is_ascii_alphanumeric() || "._-/@:+".contains(letter);
            let odd = value.is_empty() || value.starts_with('-') || !value.chars().all(sound);
            odd.then(|| format!("cannot be `{value}`: letters, digits and `. _ - / @ : +` only"))
        }
        OptionKind::Label => {
            let sound =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            let odd = value.is_empty() || value.len() > 63 || value.starts_with('-') || value.ends_with('-');
            (odd || !value.chars().all(sound))
                .then(|| format!("cannot be `{value}`: small letters, digits and `-` within, 63 at most"))
        }
        OptionKind::Port => {
            let odd = !value.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == value);
            odd.then(|| format!("cannot be `{value}`: a number from 1 to 65535"))
        }
        OptionKind::Span => {
            let number = value.strip_suffix(['s', 'm', 'h']).unwrap_or_default();
            let is_sound = number.len() < 6 && number.parse::<u32>().is_ok_and(|number| number > 0);
            let is_plain = number.bytes().all(|letter| letter.is_ascii_digit());
            (!is_sound || !is_plain)
                .then(|| format!("cannot be `{value}`: whole seconds, minutes or hours, as in `30s`"))
        }
        OptionKind::Environment => policy
            .environments
            .find(value)
            .is_none()
            .then(|| format!("names `{value}`, which is no environment of this policy")),
        OptionKind::Region => policy
            .regions
            .find(value)
            .is_none()
            .then(|| format!("names `{value}`, which is no region of this policy")),
        OptionKind::Action => Action::ALL
            .iter()
            .all(|action| action.name() != value)
            .then(|| format!("names `{value}`, which is no action")),
    }
}

fn losses(policy: &Policy, target: &Target, capability: &Capability) -> Vec<Diagnostic> {
    if target.allow_lossy.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for construct in CONSTRUCTS.iter().filter(|construct| capability.parts.contains(&construct.part)) {
        let (Fidelity::Weaker, why) = capability.holds(construct.name) else { continue };
        for used in (construct.uses)(policy) {
            let message = format!("target `{}` cannot hold {}: {why}", target.name, used.what);
            let found_here = Diagnostic::new(&TARGET_HOLDS_LESS, used.origin.span, message)
                .label(format!("it {}", construct.meaning))
                .also(target.origin.span, "the target that would hold less")
                .help("let the gate hold it, and accept it here with `allow lossy because \"...\"` in the target");
            found.push(found_here);
        }
    }
    found
}
