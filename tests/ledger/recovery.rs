//! The facts of the rollback and read-only runbooks, one test a row, named after the row: what the library says, what the
//! platform's policy says with it, and what is found where a row is forgotten.

use opsc::calendar::Elapsed;
use opsc::diag::Habit;
use opsc::policy::{Act, FlagKind, FlipKind, Lever, LeverKind, Maintenance, Named, Policy, Rollback, Table};
use opsc::rules;
use opsc::world::MemoryWorld;
use std::path::Path;

/// The platform's files, one of them changed.
fn world(file: &str, change: (&str, &str)) -> MemoryWorld {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/rag-platform");
    let mut world = MemoryWorld::at(1_748_736_000);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "ops") {
            let name = path.file_name().unwrap().to_str().unwrap();
            let mut text = std::fs::read_to_string(&path).unwrap();
            if name == file {
                assert!(text.contains(change.0), "{file} says no `{}`", change.0);
                text = text.replacen(change.0, change.1, 1);
            }
            world = world.with_file(name, text);
        }
    }
    world
}

fn platform() -> Policy {
    let checked = rules::check(&world("", ("", "")), "main.ops", Habit::Always).unwrap();
    checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

fn named<'p, T: Named>(table: &'p Table<T>, name: &str) -> &'p T {
    &table[table.find(name).unwrap_or_else(|| panic!("no `{name}`"))]
}

fn back(policy: &Policy) -> &Rollback {
    named(&policy.rollbacks, "bad-answers")
}

fn rebuild(policy: &Policy) -> &Maintenance {
    named(&policy.maintenances, "index-rebuild")
}

/// What is found in the platform once this text of this file is another.
#[track_caller]
fn finds(file: &str, from: &str, to: &str, code: &str) {
    let found = rules::check(&world(file, (from, to)), "main.ops", Habit::Always).unwrap().diagnostics;
    let codes: Vec<&str> = found.iter().map(|found| found.code.name).collect();
    assert!(codes.contains(&code), "wanted {code}, found {codes:?}");
}

#[test]
fn b1_every_trigger_of_the_page_fires_the_rollback() {
    let policy = platform();
    let texts: Vec<&str> = back(&policy).triggers.iter().map(|trigger| trigger.text.as_str()).collect();
    for wanted in [
        "p95(delta-s-drift) > 0.15",
        "coverage < 0.60",
        "lambda-flip-rate > 0.20",
        "tool-loops > 0",
        "error-rate > 1%",
        "throttled-rate >",
        "p99(latency) > baseline * 2",
        "mixed-answers > 0",
        "duplicate-effects > 0",
        "index-mismatches > 0",
    ] {
        assert!(texts.iter().any(|text| text.starts_with(wanted)), "{wanted}: {texts:#?}");
    }
}

#[test]
fn b2_recovered_is_what_the_page_targets() {
    let policy = platform();
    let recovered = back(&policy).recovered.as_ref().unwrap();
    assert_eq!(recovered.within, Some(Elapsed::minutes(10)));
    let gate = named(&policy.gates, "back-to-normal");
    let asked: Vec<&str> = gate.requires.iter().map(|bound| bound.text.as_str()).collect();
    for wanted in ["error-rate < 0.5%", "p95(latency) <= baseline * 1.15", "duplicate-effects == 0"] {
        assert!(asked.contains(&wanted), "{asked:#?}");
    }
}

#[test]
fn b3_the_checklist_is_in_order() {
    let policy = platform();
    let pins = &named(&policy.pins, "what-runs").has;
    for pin in [
        "build-id",
        "git-sha",
        "model-ver",
        "prompt-ver",
        "index-hash",
        "rerank-conf",
        "tok-ver",
        "analyzer-conf",
    ] {
        assert!(pins.iter().any(|has| has == pin), "{pin}");
    }
    let texts: Vec<&str> = back(&policy).steps.iter().map(|step| step.text.as_str()).collect();
    let first = ["capture what-runs", "freeze-writes", "pull fastest of", "rotate-cache", "throttle on"];
    for (text, wanted) in texts.iter().zip(first) {
        assert!(text.starts_with(wanted), "{texts:#?}");
    }
    let holds = |act: &Act| matches!(act, Act::Hold { least, recovered: Some((most, Some(_))) } if *least == Elapsed::minutes(10) && *most == Elapsed::minutes(15));
    assert!(back(&policy).steps.iter().any(|step| holds(&step.act)));
    assert!(back(&policy).finally.iter().any(|step| step.act == Act::UnfreezeWrites));
    finds("recovery.ops", "    capture what-runs\n", "", "evidence-after-flip");
}

#[test]
fn b4_levers_have_times_fastest_first() {
    let policy = platform();
    let times: Vec<Elapsed> = ["flag-kill", "blue-green", "index-alias", "version-unpin"]
        .iter()
        .map(|name| named(&policy.levers, name).within.unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    finds("recovery.ops", "  within  2m\n", "", "fastest-of-untimed");
}

#[test]
fn b5_a_lever_of_several_pointers_is_found() {
    let two = "flips   alias \"docs_live\"\n  flips pin \"INDEX_HASH\"";
    finds("recovery.ops", "flips   alias \"docs_live\"", two, "lever-takes-steps");
}

#[test]
fn b6_each_symptom_has_its_lever() {
    let policy = platform();
    let tree: Vec<(&str, &str)> = back(&policy)
        .cases
        .iter()
        .map(|case| (case.title.as_str(), policy.levers[case.pull[0].0].name.as_str()))
        .collect();
    assert_eq!(
        tree,
        [
            ("Quality regression", "prompts-back"),
            ("Retriever wrong, or answers mixed", "docs-to-previous"),
            ("Hot cost or tail latency", "degrade-mode"),
            ("Duplicate effects", "answers-to-blue"),
        ]
    );
}

#[test]
fn b7_the_commands_of_the_page_are_the_levers_own() {
    let policy = platform();
    let lever = |name: &str| named::<Lever>(&policy.levers, name).clone();
    let alias = lever("docs-to-previous");
    assert_eq!(alias.flips[0].kind, FlipKind::Alias);
    assert_eq!(alias.run.as_deref(), Some("vec alias update docs_live --to docs_vA"));
    assert_eq!(lever("answers-to-blue").flips[0].kind, FlipKind::Selector);
    assert_eq!(lever("prompts-back").flips[0].target.as_deref(), Some("prompt_pack_vNplus1"));
    assert!(policy.flags.find("prompt_pack_vNplus1").is_some());
}

#[test]
fn b8_the_patterns_of_fast_recovery_are_levers_too() {
    let policy = platform();
    let kind = |name: &str| named(&policy.levers, name).kind;
    assert_eq!(kind("degrade-mode"), LeverKind::Degrade);
    assert_eq!(kind("sticky-routing"), LeverKind::Sticky);
    assert_eq!(kind("single-flight"), LeverKind::SingleFlight);
    assert_eq!(back(&policy).region_plan.len(), 3);
    assert_eq!(named(&policy.flags, "prompt_pack_vNplus1").sticky.as_deref(), Some("user-id"));
    finds("recovery.ops", "  sticky  \"user-id\"\n", "", "flag-not-sticky");
}

#[test]
fn b9_the_audit_asks_what_the_page_does() {
    let policy = platform();
    let audit: Vec<&str> = back(&policy).audit.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        audit,
        [
            "pins-in-logs",
            "cache-rotated",
            "quality-on-warm-gold-set",
            "effects-reconciled",
            "root-cause-linked"
        ]
    );
}

#[test]
fn b10_each_pitfall_is_found() {
    finds("recovery.ops", "    rotate-cache\n", "", "cache-not-rotated");
    finds("recovery.ops", "    freeze-writes\n", "", "writers-during-flip");
    finds("recovery.ops", "    unfreeze-writes\n", "", "not-restored");
    finds("recovery.ops", "    throttle off\n", "", "not-restored");
    finds("maintenance.ops", "  default off\n", "  default off\n  asked client\n", "client-only-flag");
}

#[test]
fn c1_writes_are_answered_locked_with_a_code_and_a_time() {
    let policy = platform();
    let answer = rebuild(&policy).answer.as_ref().unwrap();
    assert_eq!((answer.status, answer.code.as_deref()), (423, Some("read_only")));
    assert_eq!(answer.retry_after, Some(Elapsed::minutes(5)));
    assert!(!named(&policy.surfaces, "documents").routes.is_empty());
    finds("maintenance.ops", " retry-after 5m", "", "retry-after-missing");
    finds("maintenance.ops", "answer  423", "answer  500", "answer-status");
}

#[test]
fn c2_a_flag_refuses_writes() {
    let policy = platform();
    let (flag, _) = rebuild(&policy).flag.unwrap();
    assert_eq!(
        (policy.flags[flag].name.as_str(), policy.flags[flag].kind),
        ("read_only", FlagKind::ReadOnly)
    );
}

#[test]
fn c3_it_is_told_before_and_after_with_exact_times() {
    let policy = platform();
    let rebuild = rebuild(&policy);
    assert!(rebuild.when.is_some());
    assert!(rebuild.notices.iter().any(|notice| notice.before == Elapsed::days(7)));
    assert!(rebuild.end.iter().any(|step| matches!(step.act, Act::Notice(_))));
    let notice = "    notice \"Uploads are open again. What was sent meanwhile is being carried out.\"\n";
    finds("maintenance.ops", notice, "", "end-not-told");
}

#[test]
fn c4_queued_writes_have_keys_and_others_are_dropped() {
    let policy = platform();
    assert_eq!(rebuild(&policy).queues[0].key.as_deref(), Some("intent-id"));
    assert_eq!(rebuild(&policy).drops.len(), 1);
    finds("maintenance.ops", " key \"intent-id\"", "", "queue-without-key");
}

#[test]
fn c5_jobs_are_stopped() {
    let policy = platform();
    for job in ["embeddings-backfill", "background-writers", "compaction", "long-migrations"] {
        let id = policy.surfaces.find(job).unwrap();
        assert!(rebuild(&policy).stops.iter().any(|(stopped, _)| *stopped == id), "{job}");
    }
    finds("maintenance.ops", ", compaction", "", "surface-not-covered");
    finds("maintenance.ops", "    stop-jobs\n", "", "job-not-stopped");
}

#[test]
fn c6_every_surface_is_named() {
    let policy = platform();
    for surface in ["embeddings-backfill", "vector-upserts", "tool-side-effects", "key-value-writes"] {
        assert!(policy.surfaces.find(surface).is_some(), "{surface}");
    }
    finds("maintenance.ops", ", vector-upserts", "", "surface-not-covered");
}

#[test]
fn c7_the_end_opens_soaks_tells_and_backfills() {
    let policy = platform();
    let place = |wanted: fn(&Act) -> bool| rebuild(&policy).end.iter().position(|step| wanted(&step.act));
    let order = [
        place(|act| *act == Act::UnfreezeWrites),
        place(|act| matches!(act, Act::Hold { .. })),
        place(|act| matches!(act, Act::Notice(_))),
        place(|act| *act == Act::Backfill),
    ];
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}");
    finds("maintenance.ops", "    hold   15m\n", "", "backfill-too-early");
    finds("maintenance.ops", "    backfill\n", "", "queue-never-drained");
    finds("maintenance.ops", "finally {\n    unfreeze-writes\n", "finally {\n", "not-restored");
}

#[test]
fn c8_each_pitfall_is_found() {
    finds("maintenance.ops", "stops   embeddings-backfill, ", "stops   ", "surface-not-covered");
    finds("maintenance.ops", " with jitter", "", "retries-without-end");
    finds("maintenance.ops", " ttl 5m", " ttl 4h", "banner-outlives");
    finds("maintenance.ops", "    banner off\n", "", "not-restored");
}

#[test]
fn c9_it_is_extended_and_then_rolled_back() {
    let policy = platform();
    let extensions = &rebuild(&policy).extensions;
    assert_eq!(extensions.len(), 2);
    for extension in extensions {
        assert_eq!((extension.by, extension.most), (Elapsed::minutes(30), Elapsed::hours(2)));
        assert!(extension.rollback.is_some() && extension.when.is_some());
    }
}
