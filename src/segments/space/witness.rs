//! One combination of evidence, as plain data: what a change must bring for a verdict to be as a diagram says.

use super::Space;
use super::crowd::Said;
use super::smallest::smallest;
use crate::calendar::Elapsed;
use crate::policy::Value;
use biodivine_lib_bdd::Bdd;

/// What is known of an exception that may be used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Nobody has used it.
    Unused,
    /// Another change has used it.
    Used,
}

/// Evidence and approvals of a change; what is not named is not given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Witness {
    /// Facts, each with its values and how long before the instant asked each was first measured, the oldest first.
    pub facts: Vec<(String, Vec<(Elapsed, Value)>)>,
    /// The change's id, where an exception is for it alone.
    pub change: Option<String>,
    /// Exceptions that may be used once, where somebody looked whether they were.
    pub used: Vec<(String, Use)>,
    /// What people say.
    pub said: Said,
}

impl Witness {
    /// How many things are said: each value that was measured of a fact, the change's id, that a log of exceptions was looked at and
    /// each use it tells of, each approval and each request for changes. What is smallest is smallest by this.
    pub fn size(&self) -> usize {
        let values: usize = self.facts.iter().map(|(_, history)| history.len()).sum();
        values
            + usize::from(self.change.is_some())
            + usize::from(!self.used.is_empty())
            + self.used.iter().filter(|(_, how)| *how == Use::Used).count()
            + self.said.approvals.len()
            + self.said.requests.len()
    }
}

impl Witness {
    /// `with warmup true, canary 3%; approved by ana`, or that nothing is said.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        for (fact, history) in &self.facts {
            let values: Vec<String> = history
                .iter()
                .map(|(ago, value)| match *ago {
                    Elapsed::ZERO => value.to_string(),
                    ago => format!("{value} from {ago} before"),
                })
                .collect();
            parts.push(format!("{fact} {}", values.join(", then ")));
        }
        parts.extend(self.change.iter().map(|id| format!("as change {id}")));
        for (exception, how) in &self.used {
            let how = if *how == Use::Used { "used before" } else { "not used before" };
            parts.push(format!("exception {exception} {how}"));
        }
        for (person, way, schedule) in &self.said.approvals {
            let age = if way.age == Elapsed::ZERO { String::new() } else { format!(" {} before", way.age) };
            let patch = if way.of_patch { ", for another commit with the same patch" } else { "" };
            let duty = schedule.as_ref().map_or(String::new(), |one| format!(", on call by {one}"));
            parts.push(format!("approved by {person}{age}{patch}{duty}"));
        }
        for (person, schedule) in &self.said.requests {
            let duty = schedule.as_ref().map_or(String::new(), |one| format!(", on call by {one}"));
            parts.push(format!("{person} asking for changes{duty}"));
        }
        match parts.is_empty() {
            true => "without any evidence or approval".to_owned(),
            false => format!("with {}", parts.join("; ")),
        }
    }
}

impl Space<'_> {
    /// The smallest combination among these, by [`Witness::size`]; of several that are as small, always the same one. Nothing where
    /// there is none.
    pub fn witness(&self, among: &Bdd) -> Option<Witness> {
        let values = smallest(&among.and(&self.valid), &self.quantities)?;
        let mut values = values.into_iter();
        let facts = self.facts.iter().zip(values.by_ref()).filter_map(|((name, (_, readings)), value)| {
            let reading = readings.list.get(value)?;
            reading.value.is_some().then(|| ((*name).to_owned(), reading.history.clone()))
        });
        let facts = facts.collect();
        let change = values.next().and_then(|value| self.change.1.get(value.checked_sub(1)?));
        let change = change.map(|id| (*id).to_owned());
        let used = self.once.keys().zip(values.by_ref()).filter_map(|(name, value)| match value {
            1 => Some(((*name).to_owned(), Use::Unused)),
            2 => Some(((*name).to_owned(), Use::Used)),
            _ => None,
        });
        let used = used.collect();
        Some(Witness { facts, change, used, said: self.crowd.said(&values.collect::<Vec<_>>()) })
    }
}
