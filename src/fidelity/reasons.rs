//! Why several targets hold a construct as they do, in the words of the table and of their pages.

pub(super) const EXPANDED: &str = "written out as far as the policy's horizon, and closed behind it";
pub(super) const DATED: &str =
    "written out as far as the policy's horizon: it says nothing of the time behind";
pub(super) const ASKED_BEYOND: &str =
    "written out as far as the policy's horizon: behind it, the gate is asked";
pub(super) const NO_EVIDENCE: &str =
    "it sees no evidence: what the policy admits on a condition stays closed";
pub(super) const CRON: &str =
    "weekly where it is so in most weeks, exceptions included; else by its dates, which come back every year";
pub(super) const DEPLOYS_ALONE: &str = "it sees new versions alone: what else a freeze refuses is the gate's";
pub(super) const NO_PLACE: &str =
    "the alert of a rollout says its pipeline alone: each that is under way is told of";
pub(super) const METRICS_ALONE: &str = "Prometheus sees what queries tell, and nothing else";
pub(super) const NO_FACTS: &str = "it sees no facts, so it cannot know when the window holds";
pub(super) const ANYWHERE: &str =
    "to whole minutes, and in any region: the alert of a rollout does not say where it is";
