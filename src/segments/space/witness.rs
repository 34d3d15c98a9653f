//! One combination of evidence, as plain data: what a change must bring for a verdict to be as a diagram says.

use super::Space;
use super::crowd::Said;
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
    /// How many things are said.
    pub fn weight(&self) -> usize {
        self.facts.len()
            + usize::from(self.change.is_some())
            + self.used.len()
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
    /// A combination among these from which nothing can be left out; nothing where there is none.
    pub fn witness(&self, among: &Bdd) -> Option<Witness> {
        let mut left = among.and(&self.valid);
        let facts = self.facts.values().map(|(range, _)| range);
        let ranges: Vec<_> =
            facts.chain([&self.change.0]).chain(self.once.values()).chain(self.crowd.ranges()).collect();
        if left.is_false() {
            return None;
        }
        let mut values = Vec::with_capacity(ranges.len());
        for range in ranges {
            let first = (0..range.count).find_map(|value| {
                let fewer = left.and(&range.is(&self.variables, value));
                (!fewer.is_false()).then_some((value, fewer))
            });
            let (value, fewer) = first?;
            values.push(value);
            left = fewer;
        }
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
