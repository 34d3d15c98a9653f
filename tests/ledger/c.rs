//! C: read-only mode and the maintenance window.

use super::{built, platform, rule, says, written};
use opsc::policy::{FlagKind, Maintenance, SurfaceKind};

fn maintenance() -> Maintenance {
    let policy = platform();
    policy.maintenances[policy.maintenances.find("index-rebuild").unwrap()].clone()
}

#[test]
fn c1_writes_are_refused_with_a_code_and_a_time_to_come_back() {
    let answer = maintenance().answer.unwrap();
    assert!(matches!(answer.status, 423 | 503));
    assert!(answer.code.is_some() && answer.retry_after.is_some());
    rule("answer-status");
    rule("retry-after-missing");
    rule("answers-differ");
}

#[test]
fn c2_one_flag_for_all() {
    let policy = platform();
    let (flag, _) = maintenance().flag.unwrap();
    assert_eq!(policy.flags[flag].name, "read_only");
    assert_eq!(policy.flags[flag].kind, FlagKind::ReadOnly);
}

#[test]
fn c3_banner_and_notices_before_and_after() {
    let maintenance = maintenance();
    assert!(maintenance.banner.is_some() && !maintenance.notices.is_empty() && maintenance.when.is_some());
    says(&built("docs/runbooks/maintenance.md"), &["7d before it begins", "Dublin ("]);
    rule("end-not-told");
}

#[test]
fn c4_writes_are_queued_with_a_key_or_dropped() {
    let maintenance = maintenance();
    assert!(maintenance.queues.iter().all(|queue| queue.queue.is_some() && queue.key.is_some()));
    assert!(!maintenance.queues.is_empty() && !maintenance.drops.is_empty());
    rule("queue-without-key");
    rule("queue-never-drained");
}

#[test]
fn c5_what_writes_by_itself_is_stopped() {
    let policy = platform();
    let stopped: Vec<String> =
        maintenance().stops.iter().map(|(surface, _)| policy.surfaces[*surface].name.clone()).collect();
    assert_eq!(stopped, ["embeddings-backfill", "background-writers", "compaction", "long-migrations"]);
    rule("job-not-stopped");
}

#[test]
fn c6_every_surface_is_covered() {
    let policy = platform();
    let maintenance = maintenance();
    let covered: Vec<_> = maintenance.covered().map(|(surface, _)| surface).collect();
    assert!(policy.surfaces.ids().all(|surface| covered.contains(&surface)));
    for kind in [SurfaceKind::Endpoint, SurfaceKind::Tool, SurfaceKind::Store, SurfaceKind::Job] {
        assert!(policy.surfaces.rows().iter().any(|surface| surface.kind == kind), "{kind:?}");
    }
    rule("surface-not-covered");
}

#[test]
fn c7_the_end_in_its_order() {
    let maintenance = maintenance();
    let steps = written(&maintenance.end);
    let order = ["unfreeze-writes", "hold", "notice", "backfill"];
    let places: Vec<usize> =
        order.iter().map(|step| steps.iter().position(|text| text.starts_with(step)).unwrap()).collect();
    assert!(places.is_sorted(), "{steps:?}");
    rule("backfill-too-early");
}

#[test]
fn c8_the_pitfalls() {
    for name in ["job-not-stopped", "retries-without-end", "banner-outlives"] {
        rule(name);
    }
}

#[test]
fn c9_it_is_extended_and_rolled_back() {
    let maintenance = maintenance();
    assert!(
        maintenance
            .extensions
            .iter()
            .any(|extension| extension.when.is_some() && extension.rollback.is_some())
    );
    says(
        &built("docs/runbooks/maintenance.md"),
        &["extend it by 30m, 2h in all at most, and begin rollback `bad-answers`"],
    );
}
