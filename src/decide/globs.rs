//! Paths against globs: who owns a path, which tier it has, and whether it belongs to the policy itself.

use super::scope::Owners;
use crate::policy::{Classify, Component, Id, PathScope, Policy, Tier};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::sync::OnceLock;

/// The globs of a policy, compiled when the first path asks.
#[derive(Debug)]
pub(super) struct Globs<'a> {
    policy: &'a Policy,
    owners: OnceLock<(GlobSet, Vec<Id<Component>>)>,
    rules: OnceLock<Vec<Vec<GlobSet>>>,
}

/// What paths say of the tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByPaths<'c> {
    pub tier: Id<Tier>,
    /// The path that gives it, and the position of the rule; none where no rule matched.
    pub rule: Option<(usize, &'c str)>,
}

impl<'a> Globs<'a> {
    pub fn new(policy: &'a Policy) -> Self {
        Self { policy, owners: OnceLock::new(), rules: OnceLock::new() }
    }

    /// The components that own the paths.
    pub fn owners(&self, paths: &[String]) -> Owners {
        if paths.is_empty() {
            return Owners::Some(Vec::new());
        }
        // One set over the globs of all components: the position of a match says whose it is.
        let (set, of) = self.owners.get_or_init(|| {
            let components = self.policy.components.iter();
            let globs: Vec<(Id<Component>, &str)> = components
                .flat_map(|(id, component)| component.paths.iter().map(move |glob| (id, glob.as_str())))
                .collect();
            (compile(globs.iter().map(|(_, glob)| *glob)).0, globs.iter().map(|(id, _)| *id).collect())
        });
        let mut owners = Vec::new();
        for path in paths {
            let matched = set.matches(tidy(path));
            if matched.is_empty() {
                return Owners::Everyone;
            }
            owners.extend(matched.into_iter().filter_map(|position| of.get(position)));
        }
        owners.sort_unstable();
        owners.dedup();
        Owners::Some(owners)
    }

    /// The tier of the riskiest rule that matches, and `otherwise` for what no rule speaks of; nothing where there is no path or
    /// no `classify`.
    pub fn tier<'c>(&self, paths: &'c [String]) -> Option<ByPaths<'c>> {
        let classify = self.policy.classify.as_ref().filter(|_| !paths.is_empty())?;
        let rules = self.rules.get_or_init(|| compile_rules(classify));
        let mut found: Option<ByPaths<'c>> = None;
        let mut spoken_of = vec![false; paths.len()];
        for (position, (rule, sets)) in classify.rules.iter().zip(rules).enumerate() {
            let matched = rule.tests.iter().zip(sets).filter_map(|(test, set)| {
                let matching: Vec<usize> = (0..paths.len())
                    .filter(|path| paths.get(*path).is_some_and(|path| set.is_match(tidy(path))))
                    .collect();
                let holds = match test.scope {
                    PathScope::Any => !matching.is_empty(),
                    PathScope::Every => matching.len() == paths.len(),
                };
                holds.then_some(matching)
            });
            for matching in matched {
                let first = matching.first().and_then(|path| paths.get(*path));
                for path in matching {
                    if let Some(spoken_of) = spoken_of.get_mut(path) {
                        *spoken_of = true;
                    }
                }
                if let Some(path) = first.filter(|_| found.is_none_or(|found| found.tier < rule.tier)) {
                    found = Some(ByPaths { tier: rule.tier, rule: Some((position, path)) });
                }
            }
        }
        // A path that no rule speaks of counts as `otherwise`, beside whatever the others are; where nothing is said of it, as
        // the riskiest.
        let rest = classify.otherwise.or(self.policy.tiers.ids().next_back())?;
        if spoken_of.contains(&false) && found.is_none_or(|found| found.tier < rest) {
            found = Some(ByPaths { tier: rest, rule: None });
        }
        found
    }
}

/// The first path that one of the globs matches. A glob that cannot be read matches every path: it guards something.
pub(super) fn guarded<'c>(globs: &[String], paths: &'c [String]) -> Option<&'c str> {
    if globs.is_empty() || paths.is_empty() {
        return None;
    }
    let (set, unreadable) = compile(globs.iter().map(String::as_str));
    paths.iter().map(String::as_str).find(|path| unreadable > 0 || set.is_match(tidy(path)))
}

fn compile_rules(classify: &Classify) -> Vec<Vec<GlobSet>> {
    let tests = classify.rules.iter().map(|rule| rule.tests.iter());
    tests.map(|tests| tests.map(|test| compile(test.globs.iter().map(String::as_str)).0).collect()).collect()
}

/// The set, each glob at its position, and how many of them could not be read and so match nothing.
fn compile<'g>(globs: impl Iterator<Item = &'g str>) -> (GlobSet, usize) {
    let mut set = GlobSetBuilder::new();
    let mut unreadable = 0;
    // No path holds a zero byte.
    let nothing = || GlobBuilder::new("\0").build();
    for text in globs {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        unreadable += usize::from(glob.is_err());
        if let Ok(glob) = glob.or_else(|_| nothing()) {
            set.add(glob);
        }
    }
    match set.build() {
        Ok(set) => (set, unreadable),
        Err(_) => (GlobSet::empty(), unreadable + 1),
    }
}

fn tidy(path: &str) -> &str {
    path.trim_start_matches("./")
}
