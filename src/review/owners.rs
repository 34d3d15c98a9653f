//! Who owns which paths: a line for each glob by which a policy says whom a change there asks.

use super::{Hosting, Reviewer, asked, patterns};
use crate::policy::{Component, Id, Origin, Policy, Tier};

/// A line of a CODEOWNERS file. The last one that matches a path counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it matches, in the file's own syntax.
    pub pattern: String,
    /// Any one of these suffices; never empty.
    pub owners: Vec<Reviewer>,
    /// What asks them.
    pub because: Because,
    /// Where the policy says so; none where its owner is asked for what it is made of.
    pub origin: Option<Origin>,
}

/// What asks the owners of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The tier that a path has of which nothing else is said
    Otherwise(Id<Tier>),
    /// Who answers for a component
    Component(Id<Component>),
    /// The tier that `classify` gives a path
    Classified(Id<Tier>),
    /// It is the policy, or made from it
    Policy,
}

/// Lines of a policy that is at `folder` of its repository and has `outputs`, paths of files or folders from there. Behind each
/// other stand the rest, components, tiers from the least risky to the riskiest, and the policy itself.
///
/// A tier that asks nobody writes no line, so that a path keeps whom it asked before: it never asks fewer for being riskier.
pub fn lines(policy: &Policy, hosting: Hosting<'_>, folder: &str, outputs: &[String]) -> Vec<Line> {
    let mut found = Vec::new();
    let mut add = |glob: Vec<String>, owners: &[Reviewer], because: Because, origin: Option<Origin>| {
        let lines = glob.into_iter().filter(|_| !owners.is_empty());
        found.extend(lines.map(|pattern| Line { pattern, owners: owners.to_vec(), because, origin }));
    };
    let of_tier = |tier: Id<Tier>| hosting.roles(policy, &asked(policy, tier));
    let riskiest = policy.tiers.ids().next_back();
    let rest = policy.classify.as_ref().and_then(|classify| classify.otherwise.or(riskiest));
    let by_rest = rest.map(of_tier).unwrap_or_default();
    if let Some(tier) = rest {
        add(vec!["*".to_owned()], &by_rest, Because::Otherwise(tier), Some(policy.tiers[tier].origin));
    }
    for (id, component) in policy.components.iter() {
        // Whom the tier asks must approve; who answers for a component is only asked to.
        let answers = || component.owner.as_ref().map(|owner| hosting.party(policy, owner));
        let owners = if by_rest.is_empty() { answers().unwrap_or_default() } else { by_rest.clone() };
        for glob in &component.paths {
            add(patterns(glob), &owners, Because::Component(id), Some(component.origin));
        }
    }
    let mut rules: Vec<_> = policy.classify.iter().flat_map(|classify| &classify.rules).collect();
    rules.sort_by_key(|rule| rule.tier);
    for rule in rules {
        let owners = of_tier(rule.tier);
        for glob in rule.tests.iter().flat_map(|test| &test.globs) {
            add(patterns(glob), &owners, Because::Classified(rule.tier), Some(rule.origin));
        }
    }
    let tier = policy.policy_change_tier().or(riskiest);
    let by_tier = tier.map(of_tier).unwrap_or_default();
    let owners = if by_tier.is_empty() {
        policy.owner.as_ref().map(|owner| hosting.party(policy, owner)).unwrap_or_default()
    } else {
        by_tier
    };
    let origin = tier.map(|tier| policy.tiers[tier].origin);
    let own = if folder.is_empty() { "**/*.ops".to_owned() } else { format!("{}/**", literal(folder)) };
    for glob in std::iter::once(own).chain(outputs.iter().map(|path| output(path))) {
        add(patterns(&glob), &owners, Because::Policy, origin);
    }
    last_of_each(found)
}

/// A path that is written, as a glob: a folder with all in it.
fn output(path: &str) -> String {
    match path.strip_suffix('/') {
        Some(folder) => format!("{}/**", literal(folder)),
        None => literal(path),
    }
}

/// A path as a glob that matches it alone.
fn literal(path: &str) -> String {
    let mut glob = String::with_capacity(path.len());
    for letter in path.chars() {
        if "?*[]{}!\\".contains(letter) {
            glob.push('\\');
        }
        glob.push(letter);
    }
    glob
}

/// Of lines with one pattern the last, which alone counts.
fn last_of_each(lines: Vec<Line>) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    for line in lines.into_iter().rev() {
        if !found.iter().any(|later| later.pattern == line.pattern) {
            found.push(line);
        }
    }
    found.reverse();
    found
}
