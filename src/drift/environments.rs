//! GitHub's environments, as `GET /repos/OWNER/REPOSITORY/environments` answers them.

use super::export::{self, Malformed};
use super::{Finding, Gravity, Place, option};
use crate::emit::codeowners::hosting;
use crate::policy::Policy;
use crate::review::{self, Reviewer, places};
use serde_json::Value;

const HELP: &str =
    "export it with `gh api --paginate --slurp 'repos/OWNER/REPOSITORY/environments?per_page=100'`";
const APPLY: &str = "run the `apply.sh` of target `github-environments`";

/// What is weaker in the environments of an export.
///
/// # Errors
/// Why the export cannot be read, or cannot be all of it.
pub fn environments(policy: &Policy, text: &str) -> Result<Vec<Finding>, Malformed> {
    let document = export::parse(text, HELP)?;
    let held = held(&document)?;
    let wanted = places(policy, hosting(option(policy, "github-environments", "organization")));
    let branch = option(policy, "github-environments", "branch");
    let mut found = Vec::new();
    for place in &wanted {
        let is_same = |environment: &&Held<'_>| environment.name.eq_ignore_ascii_case(&place.name);
        let about = About { policy, place, branch };
        match held.iter().find(is_same) {
            Some(environment) => found.extend(about.compare(environment)?),
            None => found.push(about.missing()),
        }
    }
    Ok(found)
}

/// An environment of an export.
struct Held<'v> {
    name: &'v str,
    pointer: String,
    value: &'v Value,
}

/// Every environment: of one answer, of several pages of it, or one alone.
fn held(document: &Value) -> Result<Vec<Held<'_>>, Malformed> {
    let pages: Vec<(String, &Value)> = match document {
        Value::Array(pages) => pages.iter().enumerate().map(|(at, page)| (format!("/{at}"), page)).collect(),
        page => vec![(String::new(), page)],
    };
    let mut found = Vec::new();
    let mut total = 0;
    for (pointer, page) in pages {
        if page.get("environments").is_none() && page.get("name").is_some() {
            found.push(environment(page, pointer)?);
            continue;
        }
        let pointer = format!("{pointer}/environments");
        let listed = page.get("environments").unwrap_or(&Value::Null);
        for (at, value) in export::list(listed, &pointer, HELP)?.iter().enumerate() {
            found.push(environment(value, format!("{pointer}/{at}"))?);
        }
        total = total.max(page.get("total_count").and_then(Value::as_u64).unwrap_or(0));
    }
    if total > found.len() as u64 {
        let message = format!("the export has {} of {total} environments", found.len());
        return Err(Malformed { at: None, message, help: HELP.to_owned() });
    }
    Ok(found)
}

fn environment(value: &Value, pointer: String) -> Result<Held<'_>, Malformed> {
    let name = export::text(value, "name", &pointer, HELP)?;
    Ok(Held { name, pointer, value })
}

/// What is asked of one environment.
struct About<'a> {
    policy: &'a Policy,
    place: &'a review::Place,
    branch: &'a str,
}

impl About<'_> {
    fn finding(&self, gravity: Gravity, place: Place, found: String, asked: &str, mend: &str) -> Finding {
        Finding {
            gravity,
            place,
            found: format!("environment `{}` {found}", self.place.name),
            asked: asked.to_owned(),
            policy: Some(self.policy.place(self.place.origin)),
            mend: mend.to_owned(),
        }
    }

    fn weaker(&self, pointer: String, found: &str, asked: &str) -> Finding {
        self.finding(Gravity::Weaker, Place::Pointer(pointer), found.to_owned(), asked, APPLY)
    }

    fn note(&self, pointer: String, found: String, asked: &str) -> Finding {
        let mend = "nothing needs to be done: it lets through no more than the policy does";
        self.finding(Gravity::Note, Place::Pointer(pointer), found, asked, mend)
    }

    fn missing(&self) -> Finding {
        let found = "is missing: the first job that names it makes one that lets everybody in".to_owned();
        let asked =
            if self.place.asks { "somebody approves" } else { "runs come from protected branches alone" };
        self.finding(Gravity::Weaker, Place::Missing, found, asked, APPLY)
    }

    fn compare(&self, held: &Held<'_>) -> Result<Vec<Finding>, Malformed> {
        let mut found = Vec::new();
        let bypass = held.value.get("can_admins_bypass").and_then(Value::as_bool);
        if bypass != Some(false) {
            let what = match bypass {
                Some(_) => "lets administrators past its rules",
                None => "does not say that administrators cannot pass its rules",
            };
            found.push(self.weaker(
                format!("{}/can_admins_bypass", held.pointer),
                what,
                "nobody passes them",
            ));
        }
        found.extend(self.branches(held));
        let none = Value::Array(Vec::new());
        let rules = held.value.get("protection_rules").unwrap_or(&none);
        let pointer = format!("{}/protection_rules", held.pointer);
        let rules = export::list(rules, &pointer, HELP)?;
        let named = |kind: &'static str| {
            let numbered = rules.iter().enumerate();
            numbered.filter(move |(_, rule)| rule.get("type").and_then(Value::as_str) == Some(kind))
        };
        for (at, rule) in named("wait_timer") {
            let minutes = rule.get("wait_timer").and_then(Value::as_u64).unwrap_or(0);
            let waits = format!("makes every job wait for {minutes} minutes");
            found.extend((minutes > 0).then(|| {
                self.note(format!("{pointer}/{at}/wait_timer"), waits, "nothing is waited for here")
            }));
        }
        let asking: Vec<(usize, &Value)> = named("required_reviewers").collect();
        if !self.place.asks {
            found.extend(asking.iter().map(|(at, _)| {
                let asks = "asks somebody to approve every job".to_owned();
                self.note(format!("{pointer}/{at}"), asks, "nobody is asked for the environment itself")
            }));
            return Ok(found);
        }
        if asking.is_empty() {
            found.push(self.weaker(pointer.clone(), "asks nobody to approve", &self.who()));
        }
        for (at, rule) in asking {
            found.extend(self.reviewers(rule, &format!("{pointer}/{at}"))?);
        }
        Ok(found)
    }

    fn who(&self) -> String {
        let names: Vec<String> =
            self.place.reviewers.iter().map(|one| format!("`{}`", one.handle())).collect();
        if names.is_empty() {
            return "people approve whom no host can name".to_owned();
        }
        format!("{} approves", names.join(" or "))
    }

    fn branches(&self, held: &Held<'_>) -> Option<Finding> {
        let rules = held.value.get("deployment_branch_policy").unwrap_or(&Value::Null);
        let pointer = format!("{}/deployment_branch_policy", held.pointer);
        let is_on = |field: &str| rules.get(field).and_then(Value::as_bool) == Some(true);
        let (protected, custom) = (is_on("protected_branches"), is_on("custom_branch_policies"));
        let asked = match self.branch {
            "" => "runs come from protected branches alone".to_owned(),
            branch => format!("runs come from branch `{branch}` alone"),
        };
        match (protected, custom, self.branch.is_empty()) {
            (true, false, true) => None,
            (false, true, false) => {
                let found = "takes runs from branches that this export does not name".to_owned();
                let mend = "look at them under `deployment-branch-policies` of the environment";
                Some(self.finding(Gravity::Note, Place::Pointer(pointer), found, &asked, mend))
            }
            (false, false, _) => Some(self.weaker(pointer, "takes runs from every branch", &asked)),
            (true, ..) => Some(self.weaker(pointer, "takes runs from every protected branch", &asked)),
            (_, true, _) => Some(self.weaker(pointer, "takes runs from branches of its own", &asked)),
        }
    }

    fn reviewers(&self, rule: &Value, pointer: &str) -> Result<Vec<Finding>, Malformed> {
        let mut found = Vec::new();
        if rule.get("prevent_self_review").and_then(Value::as_bool) != Some(true) {
            let place = format!("{pointer}/prevent_self_review");
            let what = "lets whoever started a run approve it";
            found.push(self.weaker(place, what, "nobody approves what they started"));
        }
        let pointer = format!("{pointer}/reviewers");
        let listed = export::list(rule.get("reviewers").unwrap_or(&Value::Null), &pointer, HELP)?;
        let mut named = Vec::new();
        for (at, entry) in listed.iter().enumerate() {
            let reviewer = self.reviewer(entry, &format!("{pointer}/{at}"))?;
            if !self.place.reviewers.iter().any(|wanted| wanted.is(&reviewer)) {
                let what = format!("lets `{}` approve", reviewer.handle());
                found.push(self.weaker(format!("{pointer}/{at}"), &what, &self.who()));
            }
            named.push(reviewer);
        }
        if named.is_empty() {
            found.push(self.weaker(pointer.clone(), "asks nobody to approve", &self.who()));
        }
        let absent = self.place.reviewers.iter().filter(|wanted| !named.iter().any(|one| one.is(wanted)));
        found.extend(absent.map(|reviewer| {
            let what = format!("does not let `{}` approve", reviewer.handle());
            self.note(pointer.clone(), what, &self.who())
        }));
        Ok(found)
    }

    /// Somebody of an export. A team is known by its own address, which names its organization.
    fn reviewer(&self, entry: &Value, pointer: &str) -> Result<Reviewer, Malformed> {
        let pointer = format!("{pointer}/reviewer");
        let value = entry.get("reviewer").unwrap_or(&Value::Null);
        if entry.get("type").and_then(Value::as_str) != Some("Team") {
            return Ok(Reviewer::User(export::text(value, "login", &pointer, HELP)?.to_owned()));
        }
        let slug = export::text(value, "slug", &pointer, HELP)?.to_owned();
        let address = value.get("html_url").and_then(Value::as_str).unwrap_or("");
        let of = address.split_once("/orgs/").and_then(|(_, rest)| rest.split_once("/teams/"));
        let organization = of.map_or_else(
            || option(self.policy, "github-environments", "organization"),
            |(organization, _)| organization,
        );
        Ok(Reviewer::Team { organization: organization.to_owned(), slug })
    }
}
