//! Rows that an engineer reads at night: the playbooks of the platform say them.

use super::{built, says};

#[test]
fn a11_the_emergency_flow_is_a_playbook() {
    let page = built("docs/runbooks/emergency.md");
    says(
        &page,
        &["A change of tier `T0`", "`rollback-lever == one-step`", "`pins-verified`", "`owner-online`"],
    );
    says(&page, &["`canary <= 5%`", "--break-glass outage", "--asked-at INSTANT", "`incident-open`"]);
    says(&page, &["a postmortem, within 2d", "Carrying it out: pipeline `rag-emergency`"]);
}

#[test]
fn b4_the_playbook_has_the_fastest_lever_first() {
    let page = built("docs/runbooks/rollback.md");
    let order = ["1. `prompts-back`", "2. `answers-to-blue`", "3. `docs-to-previous`"];
    assert!(order.map(|step| page.find(step).unwrap()).is_sorted());
}

#[test]
fn b6_the_playbook_goes_from_symptom_to_lever() {
    let page = built("docs/runbooks/rollback.md");
    says(
        &page,
        &["## From symptom to lever", "**Quality regression**", "**Retriever wrong, or answers mixed**"],
    );
    says(&page, &["**Hot cost or tail latency**", "**Duplicate effects**", ": pull `prompts-back`"]);
}

#[test]
fn b7_the_playbook_has_the_commands_that_flip() {
    let page = built("docs/runbooks/rollback.md");
    says(
        &page,
        &[
            "vec alias update docs_live --to docs_vA",
            "kubectl -n rag patch service rag-live --patch-file kubernetes/selectors/rag-live.blue.yml",
        ],
    );
    says(&page, &["opsdeploy flags apply opsdeploy/flags/off.yml"]);
}

#[test]
fn b9_the_playbook_has_the_audit_to_tick_off() {
    let page = built("docs/runbooks/rollback.md");
    for what in [
        "pins-in-logs",
        "cache-rotated",
        "quality-on-warm-gold-set",
        "effects-reconciled",
        "root-cause-linked",
    ] {
        says(&page, &[&format!("- [ ] `{what}`")]);
    }
}

#[test]
fn c3_the_playbook_says_when_and_what_is_published() {
    says(&built("docs/runbooks/maintenance.md"), &["7d before it begins", "Dublin (", "Publish this"]);
}

#[test]
fn c9_the_playbook_says_when_it_is_extended() {
    let extended = "extend it by 30m, 2h in all at most, and begin rollback `bad-answers`";
    says(&built("docs/runbooks/maintenance.md"), &[extended]);
}
