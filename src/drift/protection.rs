//! The protection of a branch, as GitHub's `GET /repos/OWNER/REPOSITORY/branches/BRANCH/protection` answers it.

use super::export::{self, Malformed};
use super::{Finding, Gravity, Place, option};
use crate::emit::codeowners::{hosting, owned};
use crate::policy::{Origin, Policy};
use crate::review::merge_seats;
use serde_json::Value;

const HELP: &str = "export it with `gh api repos/OWNER/REPOSITORY/branches/BRANCH/protection`";

/// A setting that must be on or off.
struct Switch {
    pointer: &'static str,
    wanted: bool,
    found: &'static str,
    asked: &'static str,
    mend: &'static str,
}

/// What holds for every policy that a gate enforces.
const ALWAYS: &[Switch] = &[
    Switch {
        pointer: "/enforce_admins/enabled",
        wanted: true,
        found: "administrators are not held to the protection",
        asked: "nobody passes it",
        mend: "turn on `Do not allow bypassing the above settings`",
    },
    Switch {
        pointer: "/allow_force_pushes/enabled",
        wanted: false,
        found: "the branch may be written anew",
        asked: "what was judged is what stays",
        mend: "turn off `Allow force pushes`",
    },
    Switch {
        pointer: "/allow_deletions/enabled",
        wanted: false,
        found: "the branch may be deleted, and made anew without its protection",
        asked: "what was judged is what stays",
        mend: "turn off `Allow deletions`",
    },
];

/// What holds where somebody reviews.
const REVIEWED: &[Switch] = &[
    Switch {
        pointer: "/required_pull_request_reviews/require_code_owner_reviews",
        wanted: true,
        found: "code owners are asked, and need not answer",
        asked: "they approve what they own",
        mend: "turn on `Require review from Code Owners`",
    },
    Switch {
        pointer: "/required_pull_request_reviews/require_last_push_approval",
        wanted: true,
        found: "whoever pushed last may approve it themselves",
        asked: "nobody approves what they pushed",
        mend: "turn on `Require approval of the most recent reviewable push`",
    },
];

const REVIEWS: &str = "/required_pull_request_reviews";

/// What is weaker in the protection of the branch that the policy is read from.
///
/// # Errors
/// Why the export cannot be read.
pub fn protection(policy: &Policy, text: &str) -> Result<Vec<Finding>, Malformed> {
    let document = export::parse(text, HELP)?;
    if document.get("enforce_admins").is_none() {
        return Err(Malformed::shape("", "the protection of a branch", HELP));
    }
    let mut found: Vec<Finding> =
        ALWAYS.iter().filter_map(|switch| held(policy, &document, switch, None)).collect();
    let place = option(policy, "codeowners", "policy");
    let place = if place.is_empty() { "." } else { place };
    let lines = owned(policy, hosting(option(policy, "codeowners", "organization")), place);
    let Some(first) = lines.first() else { return Ok(found) };
    let weaker = |pointer: &str, what: String, asked: String, mend: &str| Finding {
        gravity: Gravity::Weaker,
        place: Place::Pointer(pointer.to_owned()),
        found: what,
        asked,
        policy: first.origin.map(|origin| policy.place(origin)),
        mend: mend.to_owned(),
    };
    let Some(reviews) = document.pointer(REVIEWS).filter(|reviews| reviews.is_object()) else {
        let mend = "turn on `Require a pull request before merging` with `Require approvals`";
        let what = "nobody reviews what is merged".to_owned();
        found.push(weaker(REVIEWS, what, "owners approve what they own".to_owned(), mend));
        return Ok(found);
    };
    found.extend(REVIEWED.iter().filter_map(|switch| held(policy, &document, switch, first.origin)));
    let dismissing = policy.approvals.rows().iter().find(|rule| rule.dismiss_on_new_commit);
    found.extend(dismissing.and_then(|rule| held(policy, &document, &DISMISSED, Some(rule.origin))));
    let people = people_asked_of_all(policy);
    let counted = reviews.get("required_approving_review_count").and_then(Value::as_u64).unwrap_or(0);
    if counted < people {
        let what = format!("{counted} approvals suffice");
        let mend = "raise `Required number of approvals before merging`";
        let pointer = format!("{REVIEWS}/required_approving_review_count");
        let asked =
            if people == 1 { "somebody approves".to_owned() } else { format!("{people} people approve") };
        found.push(weaker(&pointer, what, asked, mend));
    }
    for kind in ["users", "teams", "apps"] {
        let pointer = format!("{REVIEWS}/bypass_pull_request_allowances/{kind}");
        let Some(allowed) = document.pointer(&pointer).and_then(Value::as_array) else { continue };
        if !allowed.is_empty() {
            let name = |one: &Value| {
                let name = one.get("login").or_else(|| one.get("slug")).and_then(Value::as_str);
                format!("`{}`", name.unwrap_or("somebody"))
            };
            let names: Vec<String> = allowed.iter().map(name).collect();
            let what = format!("{} may merge without a review", names.join(" and "));
            let mend = "empty `Allow specified actors to bypass required pull requests`";
            found.push(weaker(&pointer, what, "nobody does".to_owned(), mend));
        }
    }
    Ok(found)
}

const DISMISSED: Switch = Switch {
    pointer: "/required_pull_request_reviews/dismiss_stale_reviews",
    wanted: true,
    found: "an approval counts for commits that came later",
    asked: "a new commit dismisses it",
    mend: "turn on `Dismiss stale pull request approvals when new commits are pushed`",
};

fn held(policy: &Policy, document: &Value, switch: &Switch, origin: Option<Origin>) -> Option<Finding> {
    // What an answer leaves out is off.
    let is_on = document.pointer(switch.pointer).and_then(Value::as_bool).unwrap_or(false);
    (is_on != switch.wanted).then(|| Finding {
        gravity: Gravity::Weaker,
        place: Place::Pointer(switch.pointer.to_owned()),
        found: switch.found.to_owned(),
        asked: switch.asked.to_owned(),
        policy: origin.map(|origin| policy.place(origin)),
        mend: switch.mend.to_owned(),
    })
}

/// How many people every change asks: those of the tier that a path has of which nothing else is said, and one at least.
fn people_asked_of_all(policy: &Policy) -> u64 {
    let rest = policy.classify.as_ref().and_then(|classify| classify.otherwise);
    let seats = rest.map(|tier| merge_seats(policy, tier)).unwrap_or_default();
    let people = seats.iter().flat_map(|seats| &seats.seats).map(|seat| u64::from(seat.count)).sum::<u64>();
    people.max(1)
}
