//! Why several targets hold a construct as they do, in the words of the table and of their pages.

pub(super) const EXPANDED: &str = "written out as dates within the policy's horizon, and closed behind it";
pub(super) const DATED: &str =
    "written out as dates within the policy's horizon, which says nothing of the time beyond";
pub(super) const ASKED_BEYOND: &str =
    "written out as dates within the policy's horizon: beyond, the gate is asked";
pub(super) const NO_EVIDENCE: &str =
    "it sees no evidence: what the policy admits on a condition stays closed";
pub(super) const CRON: &str =
    "weekly where it is so in most weeks, exceptions included; else by its dates, which come back every year";
pub(super) const DEPLOYS_ALONE: &str = "it sees new versions alone: what else a freeze refuses is the gate's";
pub(super) const STALE: &str =
    "behind the instant at which the vendor's calendar must be read again, its scope stays closed";
pub(super) const NO_PLACE: &str =
    "the alert of a rollout says its pipeline alone: each that is under way is told of";
pub(super) const METRICS_ALONE: &str = "Prometheus sees what queries tell, and nothing else";
pub(super) const NO_FACTS: &str = "it sees no facts, so it cannot know when the window holds";
