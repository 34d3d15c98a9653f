//! Facts that a pull request asserts by its labels, and its reviewers by what they write.

use super::host::{Said, Setting};
use crate::decide::{Evidence, EvidenceSource, Given};
use crate::policy::{Fact, FactSource, Policy};
use std::collections::BTreeMap;

/// What labels assert: one that is the name of a fact `from label` says that it is true, `NAME=VALUE` what it is.
pub(super) fn of_labels<'l>(
    policy: &Policy,
    labels: impl IntoIterator<Item = &'l str>,
    settings: &BTreeMap<String, Setting>,
) -> Vec<Evidence> {
    let is_by_label = |source: &FactSource| matches!(source, FactSource::Label(_));
    let found = labels.into_iter().filter_map(|label| {
        let (fact, value) = statement(policy, label, is_by_label)?;
        let setting = settings.get(label);
        Some(Evidence {
            fact,
            value,
            source: EvidenceSource::Label,
            actor: setting.map(|setting| setting.by.clone()),
            observed_at: setting.and_then(|setting| setting.at),
        })
    });
    found.collect()
}

/// What approving reviews of `head` assert, each on a line of its own: `NAME=VALUE`, or the name of a fact `from review`.
pub(super) fn of_reviews(policy: &Policy, reviews: &[Said], head: Option<&str>) -> Vec<Evidence> {
    let is_by_review = |source: &FactSource| *source == FactSource::Review;
    let of_head = reviews.iter().filter(|review| head.is_some() && review.commit.as_deref() == head);
    of_head
        .flat_map(|review| review.body.lines().map(move |line| (review, line)))
        .filter_map(|(review, line)| {
            let (fact, value) = statement(policy, line.trim(), is_by_review)?;
            Some(Evidence {
                fact,
                value,
                source: EvidenceSource::Review,
                actor: Some(review.person.clone()),
                observed_at: review.at,
            })
        })
        .collect()
}

/// The fact that a text speaks of, and what it says; nothing where no fact takes such a source.
fn statement(policy: &Policy, text: &str, takes: impl Fn(&FactSource) -> bool) -> Option<(String, Given)> {
    let (name, value) = text.split_once('=').unwrap_or((text, "true"));
    let fact: &Fact = &policy.facts[policy.facts.find(name.trim())?];
    fact.sources.iter().any(takes).then(|| (fact.name.clone(), Given::Text(value.trim().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Instant;
    use crate::policy::load;
    use crate::world::MemoryWorld;

    fn policy() -> Policy {
        let text = "policy p { language 1 }\nrole lead { members \"ana\", \"bo\" }\nfact told : bool { from label by lead }\n\
                    fact state : one of ready, armed { from review; from label }\nfact warm : bool { from ci }\n";
        load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap().policy.unwrap()
    }

    fn brief(evidence: Vec<Evidence>) -> Vec<(String, String, Option<String>)> {
        evidence.into_iter().map(|one| (one.fact, one.value.to_string(), one.actor)).collect()
    }

    fn row(fact: &str, value: &str, actor: Option<&str>) -> (String, String, Option<String>) {
        (fact.to_owned(), value.to_owned(), actor.map(str::to_owned))
    }

    #[test]
    fn a_label_asserts_the_fact_that_it_names_by_who_set_it() {
        let setting = Setting { by: "ana".to_owned(), at: Instant::parse("2026-01-01T00:00:00Z") };
        let settings = BTreeMap::from([("told".to_owned(), setting.clone())]);
        let found = of_labels(&policy(), ["told", "state=armed", "warm", "bug"], &settings);
        assert_eq!(found.first().and_then(|one| one.observed_at), setting.at);
        assert_eq!(brief(found), [row("told", "true", Some("ana")), row("state", "armed", None)]);
    }

    #[test]
    fn a_review_asserts_facts_line_by_line_of_its_own_commit_alone() {
        let said = |commit: &str| Said {
            person: "bo".to_owned(),
            commit: Some(commit.to_owned()),
            at: None,
            body: "Looks good.\n state = ready \nwarm=true\ntold\n".to_owned(),
        };
        let found = of_reviews(&policy(), &[said("c0"), said("c1")], Some("c1"));
        assert_eq!(brief(found), [row("state", "ready", Some("bo"))]);
        assert_eq!(of_reviews(&policy(), &[said("c1")], None), []);
    }
}
