//! What code hosts hold of whom a policy asks.

use super::Fidelity::{self, Stricter, Weaker};

/// What lines of owners hold of reviews.
pub(super) const HELD_BY_OWNERS: &[(&str, Fidelity, &str)] = &[
    ("review asked of a tier", Weaker, "it knows paths alone: a tier that a change states is the gate's"),
    ("review by several people", Weaker, "one of the owners suffices"),
    ("review in a region", Weaker, "it knows no regions: anybody of the role will do"),
    ("review on a condition", Weaker, "it knows no conditions: nobody is asked by it"),
    ("review in a freeze", Weaker, "it knows no time: whom a freeze asks is asked by the gate"),
    ("review that ends", Weaker, "it knows no time: an approval counts as long as the host keeps it"),
    ("review that no name gives", Weaker, "a line without an owner would ask nobody: none is written"),
    ("review by a rota", Stricter, "who has the role only by a schedule is no owner"),
    ("`every path` rule", Stricter, "each path that matches asks, whatever else is changed"),
    ("glob with a class or odd signs", Stricter, "any letter stands in the place of each"),
];

/// What reviewers of an environment hold of approvals.
pub(super) const HELD_BY_ENVIRONMENTS: &[(&str, Fidelity, &str)] = &[
    ("approval by a rota", Stricter, "who has the role only by a schedule cannot approve here"),
    (
        "approval of several people for a stage",
        Weaker,
        "one person may pass each environment: that they differ is looked at by the job of `github-actions`",
    ),
    (
        "approval in a region for a stage",
        Weaker,
        "anybody of the role may pass: where they answer is looked at by the job of `github-actions`",
    ),
    (
        "more than six who may approve",
        Stricter,
        "an environment has six reviewers at most: the first of them",
    ),
    (
        "approval that no login gives",
        Weaker,
        "an environment without reviewers lets everybody in: the script refuses to make one",
    ),
];
