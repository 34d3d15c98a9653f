//! What can be said of one target: how it holds each construct, the fields it takes, and where it writes.

use super::Fidelity::{self, Exact};
use super::option::OptionField;
use super::{Freezes, Part};
use crate::policy::{Policy, Target};

/// What a target can hold, and what it takes.
#[derive(Debug)]
pub struct Capability {
    /// The target's name.
    pub target: &'static str,
    /// Where it writes when `to` is left out, relative to the policy's root.
    pub default_to: &'static str,
    /// The names of its files in the folder it writes to; `..` at the head of one goes up from there. One that ends in `/` is a
    /// folder of files that are named after what the policy declares.
    pub files: &'static [&'static str],
    /// What it does with freezes.
    pub freezes: Freezes,
    /// The names of further files there, of which there are as many as the policy has pipelines, rollbacks and the like.
    pub more: fn(&Policy) -> Vec<String>,
    /// Its own fields.
    pub options: &'static [OptionField],
    /// The parts of a policy that it writes.
    pub parts: &'static [Part],
    /// What a policy must declare for it to have anything to write, as the end of "it writes ...".
    pub wants: Option<Want>,
    /// How it holds what it does not hold exactly, by the construct's name, with why.
    pub inexact: &'static [(&'static str, Fidelity, &'static str)],
}

/// What a policy must declare for a target.
#[derive(Debug)]
pub struct Want {
    /// Whether it does.
    pub met: fn(&Policy) -> bool,
    /// What it is, in the words of the language.
    pub what: &'static str,
}

impl Capability {
    /// How it holds a construct, and why where not exactly.
    pub fn holds(&self, construct: &str) -> (Fidelity, &'static str) {
        let row = self.inexact.iter().find(|(name, ..)| *name == construct);
        row.map_or((Exact, ""), |(_, fidelity, why)| (*fidelity, *why))
    }

    /// The paths it writes for a declaration, relative to the policy's root, in the order of `files` and then of `more`: `to` is
    /// the first file where it ends like it, else the folder of all.
    pub fn paths(&self, policy: &Policy, target: &Target) -> Vec<String> {
        let to = if target.to.is_empty() { self.default_to } else { &target.to }.trim_end_matches('/');
        let (folder, last) = to.rsplit_once('/').unwrap_or(("", to));
        let is_file = self.files.first().is_some_and(|first| {
            let end = extension(first);
            last == *first || (end.is_some() && extension(last) == end)
        });
        let folder = if is_file { folder } else { to };
        let more = (self.more)(policy);
        let names = self.files.iter().copied().chain(more.iter().map(String::as_str));
        let mut paths: Vec<String> = names.map(|name| joined(folder, name)).collect();
        if let Some(first) = paths.first_mut().filter(|_| is_file) {
            to.clone_into(first);
        }
        paths
    }

    /// The field of this name.
    pub fn option(&self, name: &str) -> Option<&'static OptionField> {
        self.options.iter().find(|option| option.name == name)
    }
}

/// `name` in `folder`, with each `..` of `name` taking a folder back.
fn joined(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match (part, parts.last()) {
            ("..", Some(&last)) if last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn extension(name: &str) -> Option<&str> {
    let (stem, end) = name.rsplit_once('.')?;
    (!stem.is_empty()).then_some(end)
}
