//! What a code host's API says of a change: GitHub's pull request, reviews, events and commits; GitLab's merge request and approvals.

use super::assertions;
use crate::calendar::Instant;
use crate::cli::gate::json;
use crate::cli::{Context, Failure};
use crate::decide::{Approval, ApprovalState, Change, Label, StatedTier};
use crate::policy::Policy;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
struct PullRequest {
    number: u64,
    user: Person,
    head: Head,
    #[serde(default)]
    merge_commit_sha: Option<String>,
    #[serde(default)]
    labels: Vec<LabelName>,
}

#[derive(Debug, Deserialize)]
struct MergeRequest {
    iid: u64,
    author: Person,
    sha: Option<String>,
    #[serde(default)]
    labels: Vec<LabelName>,
}

#[derive(Debug, Deserialize)]
struct Person {
    #[serde(alias = "username")]
    login: String,
}

#[derive(Debug, Deserialize)]
struct Head {
    sha: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LabelName {
    Object { name: String },
    Text(String),
}

#[derive(Debug, Deserialize)]
struct Approvals {
    approved_by: Vec<ApprovedBy>,
}

#[derive(Debug, Deserialize)]
struct Review {
    /// None where the account is gone.
    user: Option<Person>,
    state: String,
    #[serde(default)]
    commit_id: Option<String>,
    #[serde(default)]
    submitted_at: Option<String>,
    #[serde(default)]
    body: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ApprovedBy {
    user: Person,
    #[serde(default)]
    approved_at: Option<String>,
}

/// An event of GitHub's, or a label event of GitLab's.
#[derive(Debug, Deserialize)]
struct Event {
    #[serde(alias = "action")]
    event: String,
    #[serde(default, alias = "user")]
    actor: Option<Person>,
    #[serde(default)]
    label: Option<LabelName>,
    #[serde(default)]
    created_at: Option<String>,
}

/// What a merge request's branch held from an instant on.
#[derive(Debug, Deserialize)]
struct Version {
    head_commit_sha: String,
    created_at: String,
}

/// Who set a label, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) by: String,
    pub(super) at: Option<Instant>,
}

/// What an approving review says in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) person: String,
    pub(super) commit: Option<String>,
    pub(super) at: Option<Instant>,
    pub(super) body: String,
}

/// A commit of a pull request: git's addresses, which the host has matched to accounts where it knows them.
#[derive(Debug, Deserialize)]
struct Commit {
    #[serde(default)]
    author: Option<Account>,
    #[serde(default)]
    committer: Option<Account>,
}

/// Null, or empty, where no account has the address.
#[derive(Debug, Deserialize)]
struct Account {
    #[serde(default)]
    login: Option<String>,
}

/// The files that hold the API's answers.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    pub(super) request: Option<&'a str>,
    pub(super) reviews: Option<&'a str>,
    pub(super) events: Option<&'a str>,
    pub(super) commits: Option<&'a str>,
    pub(super) versions: Option<&'a str>,
}

/// What the host told.
#[derive(Debug, Default)]
pub(super) struct Told {
    id: Option<String>,
    authors: Vec<String>,
    committers: Vec<String>,
    /// The commit it speaks of.
    pub(super) head: Option<String>,
    /// The commit that it became on its target branch.
    pub(super) merged: Option<String>,
    labels: Vec<Label>,
    settings: BTreeMap<String, Setting>,
    pushers: Vec<String>,
    approvals: Vec<Approval>,
    said: Vec<Said>,
}

impl Told {
    /// Reads the files that were given.
    pub(super) fn read(context: &Context<'_>, answers: &Answers<'_>) -> Result<Self, Failure> {
        let Answers { request, reviews, events, commits, versions } = *answers;
        let mut told = Self::default();
        let mut names = Vec::new();
        if let Some(path) = request {
            if json::<Value>(context, path, "JSON")?.get("iid").is_some() {
                let request: MergeRequest = json(context, path, "a merge request of GitLab's API")?;
                told.id = Some(request.iid.to_string());
                told.authors.push(request.author.login);
                told.head = request.sha;
                names = request.labels;
            } else {
                let request: PullRequest = json(context, path, "a pull request of GitHub's API")?;
                told.id = Some(request.number.to_string());
                told.authors.push(request.user.login);
                told.head = Some(request.head.sha);
                told.merged = request.merge_commit_sha;
                names = request.labels;
            }
        }
        if let Some(path) = events {
            let events: Vec<Event> = json(context, path, "a list of events of the API")?;
            told.pushers = pushers(&events);
            told.settings = settings(events);
        }
        told.labels = names
            .into_iter()
            .map(LabelName::text)
            .map(|name| Label { by: told.settings.get(&name).map(|setting| setting.by.clone()), name })
            .collect();
        if let Some(path) = reviews {
            told.approvals = if json::<Value>(context, path, "JSON")?.is_object() {
                let approvals: Approvals = json(context, path, "approvals of GitLab's API")?;
                let versions: Vec<Version> = match versions {
                    Some(path) => {
                        json(context, path, "a list of a merge request's versions of GitLab's API")?
                    }
                    None => Vec::new(),
                };
                approvals.approved_by.into_iter().map(|approved| approved.approval(&versions)).collect()
            } else {
                let reviews: Vec<Review> = json(context, path, "a list of reviews of GitHub's API")?;
                let last = latest(reviews);
                told.said = last.iter().filter_map(|(approval, body)| said(approval, body)).collect();
                last.into_iter().map(|(approval, _)| approval).collect()
            };
        }
        if let Some(path) = commits {
            told.made_by(json(context, path, "a list of a pull request's commits of GitHub's API")?);
        }
        Ok(told)
    }

    /// Takes the accounts that made these commits among the authors and committers.
    fn made_by(&mut self, commits: Vec<Commit>) {
        for commit in commits {
            self.authors.extend(commit.author.and_then(|account| account.login));
            self.committers.extend(commit.committer.and_then(|account| account.login));
        }
    }

    /// Adds what was told to a change. A label that is a tier's name, alone or behind `tier:` or `tier/`, states the tier.
    pub(super) fn add_to(self, change: &mut Change, policy: &Policy) {
        change.id = self.id;
        join(&mut change.authors, self.authors);
        join(&mut change.committers, self.committers);
        join(&mut change.pushers, self.pushers);
        let labels = self.labels.iter().map(|label| label.name.as_str());
        change.evidence = assertions::of_labels(policy, labels, &self.settings);
        change.evidence.extend(assertions::of_reviews(policy, &self.said, self.head.as_deref()));
        let stated: Vec<&Label> =
            self.labels.iter().filter(|label| tier_named(policy, &label.name).is_some()).collect();
        // Of several, the riskiest: a label may raise freely.
        let riskiest = stated.into_iter().max_by_key(|label| tier_named(policy, &label.name));
        change.tier = riskiest
            .map(|label| StatedTier { name: tier_text(&label.name).to_owned(), by: label.by.clone() });
        change.labels = self.labels;
        change.approvals = self.approvals;
        if self.merged.is_some() && self.merged == change.commit {
            // Who approved the head approved what the host made of it on the target branch.
            for approval in &mut change.approvals {
                if approval.commit == self.head {
                    approval.commit.clone_from(&change.commit);
                }
            }
        }
    }
}

fn join(people: &mut Vec<String>, more: Vec<String>) {
    for person in more {
        if !people.contains(&person) {
            people.push(person);
        }
    }
}

fn tier_text(label: &str) -> &str {
    label.strip_prefix("tier:").or_else(|| label.strip_prefix("tier/")).unwrap_or(label).trim()
}

fn tier_named(policy: &Policy, label: &str) -> Option<usize> {
    policy.tiers.find(tier_text(label)).map(|tier| tier.index())
}

impl LabelName {
    fn text(self) -> String {
        match self {
            Self::Object { name } | Self::Text(name) => name,
        }
    }
}

impl ApprovedBy {
    /// GitLab says when somebody approved, not what: it is the version that the branch held then. Without versions, or where
    /// a version came within the same second, the commit is not known, and the approval does not count for one.
    fn approval(self, versions: &[Version]) -> Approval {
        let given_at = self.approved_at.as_deref().and_then(whole_second);
        Approval {
            person: self.user.login,
            commit: given_at.and_then(|given_at| version_at(versions, given_at)),
            patch: None,
            given_at,
            state: ApprovalState::Approved,
            dismissed: false,
        }
    }
}

/// The commit that the branch held at an instant: the last version before it, where none came in that very second.
fn version_at(versions: &[Version], at: Instant) -> Option<String> {
    let dated: Option<Vec<(Instant, &Version)>> =
        versions.iter().map(|version| Some((whole_second(&version.created_at)?, version))).collect();
    let (created, version) =
        dated?.into_iter().filter(|(created, _)| *created <= at).max_by_key(|one| one.0)?;
    (created < at).then(|| version.head_commit_sha.clone())
}

/// Who set each label last, and when, by the events in order: nobody where that account is gone.
fn settings(events: Vec<Event>) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    for event in events {
        let Some(label) = event.label.map(LabelName::text) else { continue };
        let at = event.created_at.as_deref().and_then(whole_second);
        match (event.event.as_str(), event.actor) {
            ("labeled" | "add", Some(actor)) => {
                settings.insert(label, Setting { by: actor.login, at });
            }
            ("labeled" | "add" | "unlabeled" | "remove", _) => drop(settings.remove(&label)),
            _ => {}
        }
    }
    settings
}

/// Who pushed by force: the one kind of push that GitHub's events name.
fn pushers(events: &[Event]) -> Vec<String> {
    let pushes = events.iter().filter(|event| event.event == "head_ref_force_pushed");
    let mut pushers = Vec::new();
    join(&mut pushers, pushes.filter_map(|event| Some(event.actor.as_ref()?.login.clone())).collect());
    pushers
}

/// What a person's last word says, where that approves.
fn said(approval: &Approval, body: &str) -> Option<Said> {
    (approval.state == ApprovalState::Approved && !body.is_empty()).then(|| Said {
        person: approval.person.clone(),
        commit: approval.commit.clone(),
        at: approval.given_at,
        body: body.to_owned(),
    })
}

/// Each person's last word, with its text: a comment takes no approval back, a dismissal does.
fn latest(reviews: Vec<Review>) -> Vec<(Approval, String)> {
    let mut said: BTreeMap<String, Option<(Approval, String)>> = BTreeMap::new();
    for review in reviews {
        let Some(user) = review.user else { continue };
        let state = match review.state.to_ascii_uppercase().as_str() {
            "APPROVED" => ApprovalState::Approved,
            "CHANGES_REQUESTED" => ApprovalState::ChangesRequested,
            "DISMISSED" => {
                said.insert(user.login, None);
                continue;
            }
            _ => continue,
        };
        let approval = Approval {
            person: user.login.clone(),
            commit: review.commit_id,
            patch: None,
            given_at: review.submitted_at.as_deref().and_then(whole_second),
            state,
            dismissed: false,
        };
        said.insert(user.login, Some((approval, review.body.unwrap_or_default())));
    }
    said.into_values().flatten().collect()
}

/// An instant of the API, which may carry a fraction of a second: that fraction is cut.
fn whole_second(text: &str) -> Option<Instant> {
    match text.split_once('.') {
        Some((whole, rest)) => {
            let zone = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
            Instant::parse(&format!("{whole}{zone}"))
        }
        None => Instant::parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(login: &str, state: &str) -> Review {
        Review {
            user: Some(Person { login: login.to_owned() }),
            state: state.to_owned(),
            commit_id: Some("c".to_owned()),
            submitted_at: None,
            body: None,
        }
    }

    #[test]
    fn the_last_word_of_each_person_counts() {
        let reviews = vec![
            review("ana", "APPROVED"),
            review("ana", "COMMENTED"),
            review("bo", "CHANGES_REQUESTED"),
            review("bo", "APPROVED"),
            review("cy", "APPROVED"),
            review("cy", "DISMISSED"),
        ];
        let said: Vec<(String, ApprovalState)> =
            latest(reviews).into_iter().map(|(a, _)| (a.person, a.state)).collect();
        assert_eq!(
            said,
            [("ana".to_owned(), ApprovalState::Approved), ("bo".to_owned(), ApprovalState::Approved)]
        );
    }

    #[test]
    fn a_label_is_of_who_set_it_last_and_of_nobody_where_the_account_is_gone() {
        let events = r#"[
            {"event": "labeled", "actor": {"login": "ana"}, "label": {"name": "T0"}},
            {"event": "labeled", "actor": {"login": "ana"}, "label": {"name": "T2"}},
            {"event": "labeled", "actor": {"login": "bo"}, "label": {"name": "T1"}},
            {"event": "unlabeled", "actor": null, "label": {"name": "T2"}},
            {"event": "labeled", "actor": null, "label": {"name": "T0"}},
            {"event": "commented", "actor": {"login": "cy"}, "label": {"name": "T1"}}
        ]"#;
        let by: Vec<_> = settings(serde_json::from_str(events).unwrap())
            .into_iter()
            .map(|(label, setting)| (label, setting.by))
            .collect();
        assert_eq!(by, [("T1".to_owned(), "bo".to_owned())]);
    }

    #[test]
    fn an_approval_is_of_the_version_that_the_branch_held() {
        let version = |sha: &str, created_at: &str| Version {
            head_commit_sha: sha.to_owned(),
            created_at: created_at.to_owned(),
        };
        let versions = [version("c2", "2026-05-01T10:00:00.500Z"), version("c1", "2026-05-01T09:00:00.100Z")];
        let at = |text: &str| version_at(&versions, Instant::parse(text).unwrap());
        assert_eq!(at("2026-05-01T10:00:01Z").as_deref(), Some("c2"));
        assert_eq!(at("2026-05-01T10:00:00Z"), None);
        assert_eq!(at("2026-05-01T09:30:00Z").as_deref(), Some("c1"));
        assert_eq!(at("2026-05-01T08:00:00Z"), None);
    }

    #[test]
    fn events_of_either_host_say_who_set_a_label_and_who_pushed_by_force() {
        let events = r#"[
            {"event": "labeled", "actor": {"login": "ana"}, "label": {"name": "told"}, "created_at": "2026-05-01T10:00:00Z"},
            {"event": "head_ref_force_pushed", "actor": {"login": "eve"}},
            {"action": "add", "user": {"username": "bo"}, "label": {"name": "warm"}, "created_at": "2026-05-01T10:00:00.5Z"},
            {"action": "add", "user": {"username": "bo"}, "label": null}
        ]"#;
        let events: Vec<Event> = serde_json::from_str(events).unwrap();
        assert_eq!(pushers(&events), ["eve"]);
        let by: Vec<_> = settings(events).into_iter().map(|(label, setting)| (label, setting.by)).collect();
        assert_eq!(by, [("told".to_owned(), "ana".to_owned()), ("warm".to_owned(), "bo".to_owned())]);
    }

    #[test]
    fn accounts_of_commits_join_where_the_host_knows_them() {
        let commits = r#"[
            {"author": {"login": "eve-dev"}, "committer": {"login": "web-flow"}},
            {"author": null, "committer": {}},
            {"author": {"login": "eve-dev"}, "committer": null}
        ]"#;
        let mut told = Told::default();
        told.made_by(serde_json::from_str(commits).unwrap());
        let (mut authors, mut committers) = (vec!["eve@example.com".to_owned()], Vec::new());
        join(&mut authors, told.authors);
        join(&mut committers, told.committers);
        assert_eq!(authors, ["eve@example.com", "eve-dev"]);
        assert_eq!(committers, ["web-flow"]);
    }

    #[test]
    fn fractions_of_a_second_are_cut() {
        assert_eq!(whole_second("2026-05-01T10:00:00.123Z"), Instant::parse("2026-05-01T10:00:00Z"));
        assert_eq!(whole_second("2026-05-01T10:00:00.5+02:00"), Instant::parse("2026-05-01T08:00:00Z"));
        assert_eq!(whole_second("soon"), None);
    }
}
