//! Single cases: what the text of section 5 says of one thing at a time.

use crate::small::{self, at, elapsed};
use opsc::calendar::{Interval, Pattern, Rounding, TimeOfDay, Timetable};
use opsc::decide::{
    About, Approval, ApprovalState, BreakGlassUse, Change, Context, Decision, Earlier, Evidence,
    EvidenceSource, EvidenceState, ExceptionUse, Given, Intent, Lift, Need, Next, NotExempt, Note,
    PolicyFrom, StatedTier, TierBy, Verdict, decide,
};
use opsc::policy::{
    Action, ApprovalRule, BreakGlass, Classify, ClassifyRule, Component, Condition, Exception, Fact,
    FactKind, FactSource, FreezeKind, PathScope, PathTest, Phase, Policy, Region, Requirement, Reuse, Role,
    Ruling, Seat, Seats, Team, Tier, Validity, Vendor, Window,
};

/// Two regions, two components, tiers T0 to T2, kinds `hard` and `soft`, a role `lead` of ana and ben, and `owner` of cho.
fn policy() -> Policy {
    let mut policy = small::empty();
    policy.regions.push(small::region("dublin"));
    policy.regions.push(Region { place: small::place("America/New_York"), ..small::region("new-york") });
    policy.components.push(Component { paths: vec!["llm/**".to_owned()], ..small::component("llm") });
    policy.components.push(Component { paths: vec!["billing/**".to_owned()], ..small::component("billing") });
    policy.roles.push(Role { members: vec!["ana".to_owned(), "ben".to_owned()], ..small::role("lead") });
    policy.roles.push(Role { members: vec!["cho".to_owned(), "ana".to_owned()], ..small::role("owner") });
    policy.facts.push(Fact {
        sources: vec![FactSource::Ci],
        fresh: Some(elapsed(1)),
        ..small::fact("warmup")
    });
    for name in ["T0", "T1", "T2"] {
        policy.tiers.push(small::tier(name));
    }
    let origin = small::origin();
    let admit = (Ruling::Admit { when: Condition::TRUE }, origin);
    policy.kinds.push(FreezeKind {
        rulings: vec![admit.clone(), (Ruling::Except, origin), (Ruling::Block, origin)],
        ..small::kind("hard")
    });
    let approved = Condition::Approved(lead(&policy));
    policy.kinds.push(FreezeKind {
        rulings: vec![admit, (Ruling::Admit { when: approved }, origin), (Ruling::Block, origin)],
        ..small::kind("soft")
    });
    policy.levers.push(small::lever("flag-kill"));
    policy
}

fn lead(policy: &Policy) -> Seats {
    seats(&[(1, policy.roles.find("lead").unwrap())])
}

fn seats(of: &[(u32, opsc::policy::Id<Role>)]) -> Seats {
    let seats =
        of.iter().map(|(count, role)| Seat { count: *count, roles: vec![*role], in_region: false }).collect();
    Seats { origin: small::origin(), seats }
}

fn once(first: i64, last: i64) -> Timetable {
    Timetable::once(at(first), at(last), Rounding::Outward)
}

fn window(policy: &Policy, name: &str, kind: &str, when: Timetable) -> Window {
    Window { when, ..small::window(name, policy.kinds.find(kind).unwrap()) }
}

fn requires(policy: &mut Policy, tier: &str, phase: Phase, text: &str, condition: Condition) {
    let id = policy.tiers.find(tier).unwrap();
    let requirement = Requirement { phase, condition, text: text.to_owned(), origin: small::origin() };
    policy.tiers.get_mut(id).unwrap().requirements.push(requirement);
}

fn change(tier: &str) -> Change {
    Change {
        id: Some("1".to_owned()),
        tier: Some(StatedTier { name: tier.to_owned(), by: None }),
        action: Some(Action::Deploy),
        commit: Some("c1".to_owned()),
        ..Change::default()
    }
}

fn approved_by(person: &str) -> Approval {
    Approval {
        person: person.to_owned(),
        commit: Some("c1".to_owned()),
        patch: None,
        given_at: Some(at(0)),
        state: ApprovalState::Approved,
        dismissed: false,
    }
}

fn warmup(value: bool, observed: i64) -> Evidence {
    Evidence {
        fact: "warmup".to_owned(),
        value: Given::Bool(value),
        source: EvidenceSource::Ci,
        actor: None,
        observed_at: Some(at(observed)),
    }
}

fn ask(policy: &Policy, change: &Change, hour: i64) -> Decision {
    decide(policy, change, &Context::at(at(hour)))
}

/// The verdict of each reason that does not allow, by its name.
#[track_caller]
fn check(policy: &Policy, change: &Change, hour: i64, expected: &[(About, &str, Verdict)]) -> Decision {
    let decision = ask(policy, change, hour);
    let said: Vec<_> = decision
        .reasons
        .iter()
        .filter(|reason| reason.verdict != Verdict::Allow)
        .map(|reason| (reason.about, reason.name.as_str(), reason.verdict))
        .collect();
    assert_eq!(said, expected);
    decision
}

#[test]
fn a4_a_hard_freeze_blocks_until_it_ends_and_only_where_it_holds() {
    let mut policy = policy();
    let freeze = Window {
        regions: Some(vec![policy.regions.find("dublin").unwrap()]),
        ..window(&policy, "sale", "hard", once(10, 20))
    };
    policy.windows.push(freeze);
    let decision = check(&policy, &change("T2"), 12, &[(About::Window, "sale", Verdict::Block)]);
    assert_eq!(decision.next_allowed, Next::At(at(20)));
    assert_eq!((decision.reasons[0].start, decision.reasons[0].end), (Some(at(10)), Some(at(20))));
    let verdicts: Vec<_> = decision.cells.iter().map(|cell| cell.verdict).collect();
    assert_eq!(verdicts, [Verdict::Block, Verdict::Block, Verdict::Allow, Verdict::Allow]);
    check(&policy, &change("T0"), 12, &[]);
    let elsewhere = Change { regions: vec!["new-york".to_owned()], ..change("T2") };
    assert_eq!(ask(&policy, &elsewhere, 12).verdict, Verdict::Allow);
    let before = ask(&policy, &change("T2"), 9);
    assert_eq!(before.valid_until.unwrap().at, at(10));
}

#[test]
fn another_window_that_holds_when_the_first_ends_is_counted_in_and_named() {
    let mut policy = policy();
    let windows =
        [window(&policy, "sale", "hard", once(10, 20)), window(&policy, "weekend", "soft", once(19, 30))];
    for window in windows {
        policy.windows.push(window);
    }
    let decision = check(&policy, &change("T2"), 12, &[(About::Window, "sale", Verdict::Block)]);
    assert_eq!(decision.next_allowed, Next::At(at(30)));
    let on_the_way: Vec<_> =
        decision.meanwhile.iter().map(|obstacle| (obstacle.at, obstacle.cause.name.as_str())).collect();
    assert_eq!(on_the_way, [(at(20), "weekend")]);
}

#[test]
fn evidence_is_unknown_where_absent_stale_or_foreign_and_blocks_where_malformed_or_contradictory() {
    let mut policy = policy();
    let fact = policy.facts.find("warmup").unwrap();
    requires(&mut policy, "T2", Phase::Deploy, "warmup", Condition::Holds(fact, small::origin()));
    let pending = [(About::Requirement, "warmup", Verdict::Pending)];
    let with = |evidence: Vec<Evidence>| Change { evidence, ..change("T2") };

    let absent = check(&policy, &change("T2"), 5, &pending);
    assert_eq!((absent.next_allowed, absent.opens_at), (Next::NeverByWaiting, Some(at(5))));
    check(&policy, &with(vec![warmup(true, 4)]), 5, &pending);
    check(
        &policy,
        &with(vec![Evidence { source: EvidenceSource::Operator, ..warmup(true, 5) }]),
        5,
        &pending,
    );
    let early = check(&policy, &with(vec![warmup(true, 6)]), 5, &pending);
    assert_eq!(early.evidence, [EvidenceState::Future]);
    check(&policy, &with(vec![Evidence { observed_at: None, ..warmup(true, 5) }]), 5, &pending);
    check(&policy, &with(vec![warmup(false, 5)]), 5, &[(About::Requirement, "warmup", Verdict::Block)]);
    let bad = [(About::Evidence, "warmup", Verdict::Block), pending[0]];
    check(&policy, &with(vec![warmup(true, 5), warmup(false, 5)]), 5, &bad);
    check(
        &policy,
        &with(vec![Evidence { value: Given::Text("yes".to_owned()), ..warmup(true, 5) }]),
        5,
        &bad,
    );
    let known = check(&policy, &with(vec![warmup(true, 5)]), 5, &[]);
    assert_eq!(known.valid_until.unwrap().at, at(6));
    // What is not yet observed counts when it is: the search finds that instant.
    assert_eq!(ask(&policy, &with(vec![warmup(true, 6)]), 5).next_allowed, Next::At(at(6)));
    let unknown = Evidence { fact: "warm-up".to_owned(), ..warmup(true, 5) };
    check(
        &policy,
        &with(vec![unknown, warmup(true, 5)]),
        5,
        &[(About::UnknownName, "warm-up", Verdict::Block)],
    );
}

#[test]
fn what_a_later_phase_asks_is_checked_later() {
    let mut policy = policy();
    let fact = policy.facts.find("warmup").unwrap();
    requires(&mut policy, "T2", Phase::Promote, "warmup", Condition::Holds(fact, small::origin()));
    let decision = check(&policy, &change("T2"), 5, &[]);
    assert_eq!(decision.later[0].text, "warmup");
    let promote = Change { phase: Some(Phase::Promote), ..change("T2") };
    check(&policy, &promote, 5, &[(About::Requirement, "warmup", Verdict::Pending)]);
}

#[test]
fn names_that_nobody_declares_block() {
    let change = Change {
        regions: vec!["atlantis".to_owned()],
        components: vec!["engine".to_owned()],
        environment: Some("moon".to_owned()),
        ..change("T7")
    };
    let expected: Vec<_> =
        ["T7", "atlantis", "engine", "moon"].map(|name| (About::UnknownName, name, Verdict::Block)).into();
    let decision = check(&policy(), &change, 5, &expected);
    assert_eq!(decision.next_allowed, Next::NeverByWaiting);
}

#[test]
fn each_seat_is_another_person_and_nobody_approves_their_own_change() {
    let mut policy = policy();
    let two = seats(&[(1, policy.roles.find("lead").unwrap()), (1, policy.roles.find("owner").unwrap())]);
    requires(&mut policy, "T1", Phase::Deploy, "approve", Condition::Approved(two));
    let pending = [(About::Requirement, "approve", Verdict::Pending)];
    let by = |people: &[&str]| Change {
        approvals: people.iter().map(|person| approved_by(person)).collect(),
        ..change("T1")
    };
    check(&policy, &by(&["ana"]), 5, &pending);
    // ana could take either seat: the matching gives her the one that ben cannot have.
    check(&policy, &by(&["ana", "ben"]), 5, &[]);
    check(&policy, &by(&["ana", "cho"]), 5, &[]);
    check(&policy, &by(&["ana", "ana"]), 5, &pending);
    check(&policy, &by(&["ana", "eve"]), 5, &pending);
    let own = Change { pushers: vec!["Ben".to_owned()], ..by(&["ana", "ben"]) };
    let decision = check(&policy, &own, 5, &pending);
    let Need::Approvals { seats, .. } = &decision.reasons[0].needs[0] else {
        panic!("an approval is needed")
    };
    assert_eq!(seats[0].eligible, ["cho"]);
    let mut other = by(&["ana", "ben"]);
    other.approvals[0].commit = Some("c0".to_owned());
    check(&policy, &other, 5, &pending);
    other.approvals[0].patch = Some("p1".to_owned());
    other.patch = Some("p1".to_owned());
    check(&policy, &other, 5, &[]);
    other.approvals[0].dismissed = true;
    check(&policy, &other, 5, &pending);
}

#[test]
fn a_request_for_changes_blocks_until_it_is_withdrawn() {
    let mut policy = policy();
    let lead = lead(&policy);
    requires(&mut policy, "T1", Phase::Deploy, "approve", Condition::Approved(lead));
    let asks = |person: &str| Approval { state: ApprovalState::ChangesRequested, ..approved_by(person) };
    let with = |approvals: Vec<Approval>| Change { approvals, ..change("T1") };
    check(
        &policy,
        &with(vec![approved_by("ana"), asks("ben")]),
        5,
        &[(About::Requirement, "approve", Verdict::Block), (About::ChangesRequested, "ben", Verdict::Block)],
    );
    check(&policy, &with(vec![approved_by("ana"), asks("eve")]), 5, &[]);
    let later = Approval { given_at: Some(at(1)), ..approved_by("ben") };
    check(&policy, &with(vec![asks("ben"), later.clone()]), 5, &[]);
    // Nothing is known to be later than what says no time.
    let undated = Approval { given_at: None, ..asks("ben") };
    check(
        &policy,
        &with(vec![undated, later]),
        5,
        &[(About::Requirement, "approve", Verdict::Block), (About::ChangesRequested, "ben", Verdict::Block)],
    );
}

#[test]
fn an_approval_expires_and_a_new_commit_may_dismiss_it() {
    let mut policy = policy();
    let seats = lead(&policy);
    let rule = policy.approvals.push(ApprovalRule {
        name: "sign-off".to_owned(),
        doc: String::new(),
        origin: small::origin(),
        seats,
        valid_for: Some((elapsed(24), Validity::AtStart)),
        dismiss_on_new_commit: true,
    });
    requires(&mut policy, "T1", Phase::Deploy, "sign-off", Condition::Approval(rule, small::origin()));
    let signed = Change { approvals: vec![approved_by("ana")], ..change("T1") };
    let decision = check(&policy, &signed, 5, &[]);
    assert_eq!(decision.valid_until.unwrap().at, at(24));
    let pending = [(About::Requirement, "sign-off", Verdict::Pending)];
    check(&policy, &signed, 24, &pending);
    let mut rebased = Change { commit: Some("c2".to_owned()), patch: Some("p1".to_owned()), ..signed };
    rebased.approvals[0].patch = Some("p1".to_owned());
    check(&policy, &rebased, 5, &pending);
}

#[test]
fn a_seat_in_region_asks_those_who_answer_for_it() {
    let mut policy = policy();
    let dublin = policy.regions.find("dublin").unwrap();
    policy.teams.push(Team { members: vec!["ana".to_owned()], regions: vec![dublin], ..small::team("emea") });
    let role = policy.roles.find("lead").unwrap();
    let seat = Seat { count: 1, roles: vec![role], in_region: true };
    let seats = Seats { origin: small::origin(), seats: vec![seat] };
    requires(&mut policy, "T1", Phase::Deploy, "approve", Condition::Approved(seats));
    let approved = Change { approvals: vec![approved_by("ana")], ..change("T1") };
    let decision = check(&policy, &approved, 5, &[(About::Requirement, "approve", Verdict::Pending)]);
    let verdicts: Vec<_> = decision.cells.iter().map(|cell| cell.verdict).collect();
    assert_eq!(verdicts, [Verdict::Allow, Verdict::Allow, Verdict::Pending, Verdict::Pending]);
}

#[test]
fn a7_an_exception_lifts_its_window_within_its_bounds_and_is_recorded() {
    let mut policy = policy();
    let freeze = window(&policy, "month-end", "hard", once(10, 20));
    let month_end = policy.windows.push(freeze);
    let tier = policy.tiers.find("T1").unwrap();
    let billing = policy.components.find("billing").unwrap();
    let approve = Some(lead(&policy));
    let exception = Exception {
        lifts: vec![month_end],
        components: Some(vec![billing]),
        expires: at(15),
        approve,
        reuse: Reuse::Once,
        ..small::exception("tax-table", tier)
    };
    policy.exceptions.push(exception);
    let on = |component: &str, approvals: Vec<Approval>| Change {
        components: vec![component.to_owned()],
        approvals,
        ..change("T1")
    };
    let blocked = [(About::Window, "month-end", Verdict::Block)];
    check(&policy, &on("llm", vec![approved_by("ana")]), 12, &blocked);
    check(&policy, &on("billing", vec![]), 12, &[(About::Window, "month-end", Verdict::Pending)]);
    check(&policy, &on("billing", vec![approved_by("ana")]), 15, &blocked);
    let decision = check(&policy, &on("billing", vec![approved_by("ana")]), 12, &[]);
    assert_eq!(decision.notes, [Note::ExceptionUsed { name: "tax-table".to_owned() }]);
    assert_eq!(decision.valid_until.unwrap().at, at(15));
    let used = |change: &str| Context {
        exceptions_used: Some(vec![ExceptionUse {
            exception: "tax-table".to_owned(),
            change: Some(change.to_owned()),
        }]),
        ..Context::at(at(12))
    };
    let asked = on("billing", vec![approved_by("ana")]);
    assert_eq!(decide(&policy, &asked, &used("1")).verdict, Verdict::Allow);
    assert_eq!(decide(&policy, &asked, &used("2")).verdict, Verdict::Block);
}

#[test]
fn a_rollback_needs_a_declared_lever_and_a_target_the_log_allowed() {
    let mut policy = policy();
    let freeze = window(&policy, "sale", "hard", once(10, 20));
    policy.windows.push(freeze);
    let back = |lever: &str, to: &str| Change {
        intent: Intent::Rollback { lever: lever.to_owned(), to: to.to_owned() },
        ..change("T2")
    };
    let earlier = Earlier { at: at(1), allowed: true, release: Some("v7".to_owned()), commit: None };
    let context = Context { earlier: vec![earlier], ..Context::at(at(12)) };
    let decision = decide(&policy, &back("flag-kill", "v7"), &context);
    assert_eq!(decision.verdict, Verdict::Allow);
    assert_eq!(decision.reasons[0].lifted, Some(Lift::Exempt));
    assert_eq!(decision.notes, [Note::Rollback { lever: "flag-kill".to_owned(), to: "v7".to_owned() }]);
    assert_eq!(decide(&policy, &back("magic", "v7"), &context).verdict, Verdict::Block);
    assert_eq!(decide(&policy, &back("flag-kill", "v6"), &context).verdict, Verdict::Block);
}

#[test]
fn a_kill_flips_a_declared_flag_and_nothing_else() {
    let mut policy = policy();
    let freeze = window(&policy, "sale", "hard", once(10, 20));
    policy.windows.push(freeze);
    policy.flags.push(small::flag("beam"));
    let kill = |flag: &str, action: Option<Action>| {
        let intent = Intent::Kill { flag: flag.to_owned() };
        let decision = ask(&policy, &Change { intent, action, ..change("T2") }, 12);
        (decision.verdict, decision.notes)
    };
    let forward = |why: NotExempt| (Verdict::Block, vec![Note::JudgedForward { why }]);
    let killed = (Verdict::Allow, vec![Note::Kill { flag: "beam".to_owned() }]);
    assert_eq!(kill("beam", Some(Action::Flag)), killed);
    assert_eq!(kill("beam", None), killed);
    assert_eq!(kill("beam", Some(Action::Deploy)), forward(NotExempt::NotAFlag));
    assert_eq!(kill("bream", Some(Action::Flag)), forward(NotExempt::UnknownFlag));
    assert_eq!(kill("bream", None), forward(NotExempt::UnknownFlag));
}

#[test]
fn only_an_exception_that_reaches_the_cell_and_lacks_something_is_waited_for() {
    let mut policy = policy();
    let freeze = window(&policy, "month-end", "hard", once(10, 20));
    let lifts = vec![policy.windows.push(freeze)];
    let tier = policy.tiers.find("T1").unwrap();
    let component = |name: &str| Some(vec![policy.components.find(name).unwrap()]);
    let (llm, billing) = (component("llm"), component("billing"));
    let approve = Some(lead(&policy));
    let base = |name: &str| Exception { lifts: lifts.clone(), ..small::exception(name, tier) };
    let exceptions = [
        Exception { components: llm, approve: approve.clone(), ..base("elsewhere") },
        Exception { components: billing.clone(), approve, reuse: Reuse::Once, ..base("here") },
    ];
    for exception in exceptions {
        policy.exceptions.push(exception);
    }
    let billing = Change { components: vec!["billing".to_owned()], ..change("T1") };
    let needs = |change: &Change, exceptions_used: Option<Vec<ExceptionUse>>| {
        let context = Context { exceptions_used, ..Context::at(at(12)) };
        let decision = decide(&policy, change, &context);
        (decision.verdict, decision.reasons[0].needs.clone())
    };
    let (verdict, lacking) = needs(&billing, Some(Vec::new()));
    assert_eq!(verdict, Verdict::Pending);
    let waits =
        |name: &str| Need::Exception { window: "month-end".to_owned(), waiting: vec![name.to_owned()] };
    assert_eq!(lacking[0], waits("here"));
    assert!(matches!(lacking[1..], [Need::Approvals { .. }]), "{lacking:?}");
    // Approved, and nobody looked whether it was used: unknown, and the log is what is needed.
    let approved = Change { approvals: vec![approved_by("ana")], ..billing };
    let log = Need::Log { exception: "here".to_owned() };
    assert_eq!(needs(&approved, None), (Verdict::Pending, vec![log]));
    assert_eq!(needs(&approved, Some(Vec::new())).0, Verdict::Allow);
    let used = ExceptionUse { exception: "here".to_owned(), change: Some("2".to_owned()) };
    let none = Need::Exception { window: "month-end".to_owned(), waiting: Vec::new() };
    assert_eq!(needs(&approved, Some(vec![used])), (Verdict::Block, vec![none]));
}

#[test]
fn a_reason_outside_of_only_windows_ends_when_one_opens_whatever_lifts_it() {
    let mut policy = policy();
    let office = Window { only: true, ..window(&policy, "office", "hard", once(30, 40)) };
    let lifts = vec![policy.windows.push(office)];
    let tier = policy.tiers.find("T1").unwrap();
    policy.exceptions.push(Exception { lifts, expires: at(20), ..small::exception("early", tier) });
    let decision = check(&policy, &change("T1"), 12, &[]);
    assert_eq!(decision.reasons[0].end, Some(at(30)));
    assert_eq!(decision.valid_until.unwrap().at, at(20));
}

#[test]
fn what_is_wrong_with_evidence_is_said_with_its_value_and_source() {
    let mut policy = policy();
    let kind = FactKind::OneOf(vec!["ready".to_owned(), "armed".to_owned()]);
    policy.facts.push(Fact { kind, ..small::fact("lever-state") });
    let said = |policy: &Policy, values: &[&str]| {
        let evidence = values.iter().map(|value| Evidence {
            fact: "lever-state".to_owned(),
            value: Given::Text((*value).to_owned()),
            ..warmup(true, 5)
        });
        let change = Change { evidence: evidence.collect(), ..change("T2") };
        ask(policy, &change, 5).reasons[0].because.clone().unwrap()
    };
    assert_eq!(said(&policy, &["redy"]), "`redy` from ci is not one of ready, armed");
    assert_eq!(said(&policy, &["ready", "armed"]), "it contradicts itself: `armed` from ci, `ready` from ci");
    let fact = policy.facts.find("lever-state").unwrap();
    policy.facts.get_mut(fact).unwrap().private = true;
    assert_eq!(said(&policy, &["redy"]), "a value from ci is not one of ready, armed");
}

#[test]
fn the_tier_follows_from_the_paths_and_lowers_only_by_approval() {
    let mut policy = policy();
    let [low, standard] = ["T1", "T2"].map(|name| policy.tiers.find(name).unwrap());
    let lower_by = Some(lead(&policy));
    policy.classify = Some(Classify {
        origin: small::origin(),
        rules: vec![ClassifyRule {
            tier: low,
            origin: small::origin(),
            tests: vec![PathTest { scope: PathScope::Every, globs: vec!["docs/**".to_owned()] }],
        }],
        otherwise: Some(standard),
        lower_by,
    });
    let of = |tier: Option<&str>, paths: &[&str]| Change {
        tier: tier.map(|name| StatedTier { name: name.to_owned(), by: None }),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        ..change("T2")
    };
    let tier = |change: &Change| {
        let found = ask(&policy, change, 5).tier;
        (found.name.unwrap(), found.by)
    };
    assert_eq!(tier(&of(None, &["docs/a.md"])), ("T1".to_owned(), TierBy::Paths));
    assert_eq!(tier(&of(None, &["docs/a.md", "llm/x"])), ("T2".to_owned(), TierBy::Paths));
    assert_eq!(tier(&of(Some("T2"), &["docs/a.md"])), ("T2".to_owned(), TierBy::Statement));
    assert_eq!(tier(&of(Some("T0"), &["llm/x"])), ("T2".to_owned(), TierBy::Paths));
    let approved = Change { approvals: vec![approved_by("ana")], ..of(Some("T0"), &["llm/x"]) };
    assert_eq!(tier(&approved), ("T0".to_owned(), TierBy::Statement));
    let unsaid = Change { tier: None, ..change("T2") };
    check(&policy, &unsaid, 5, &[(About::Tier, "tier", Verdict::Pending)]);
}

#[test]
fn components_follow_from_the_paths_and_a_path_nobody_owns_counts_as_all() {
    let policy = policy();
    let of = |paths: &[&str]| {
        let change = Change { paths: paths.iter().map(|path| (*path).to_owned()).collect(), ..change("T2") };
        let cells = ask(&policy, &change, 5).cells;
        cells.iter().filter(|cell| cell.region.as_deref() == Some("dublin")).count()
    };
    assert_eq!((of(&["llm/a"]), of(&["llm/a", "billing/b"]), of(&["README.md"])), (1, 2, 2));
}

#[test]
fn a_change_to_the_policy_has_at_least_its_tier_and_is_never_judged_by_itself() {
    let mut policy = policy();
    policy.tiers.push(Tier { ..small::tier("policy-change") });
    let context = Context { guarded: vec!["ops/**".to_owned()], ..Context::at(at(5)) };
    let touching = Change { paths: vec!["llm/a".to_owned(), "ops/main.ops".to_owned()], ..change("T0") };
    let decision = decide(&policy, &touching, &context);
    assert_eq!(
        (decision.tier.name.as_deref(), decision.tier.by),
        (Some("policy-change"), TierBy::PolicyChange)
    );
    // Touching the policy adds its requirements and takes none of the change's own away.
    requires(&mut policy, "T2", Phase::Deploy, "never", Condition::Any(Vec::new()));
    let own_tier = Change { paths: touching.paths.clone(), ..change("T2") };
    let both = decide(&policy, &own_tier, &context);
    assert_eq!(both.tier.name.as_deref(), Some("policy-change"));
    assert_eq!(both.verdict, Verdict::Block);
    let own = Context { policy_from: PolicyFrom::Change, ..Context::at(at(5)) };
    assert_eq!(decide(&policy, &change("T0"), &own).verdict, Verdict::Block);
}

#[test]
fn a_vendors_calendar_that_is_too_old_never_opens() {
    let mut policy = policy();
    let vendor = Vendor {
        name: "embeddings".to_owned(),
        source: Some("vendor.ics".to_owned()),
        recheck: Some(elapsed(24)),
        checked: Some(at(0)),
    };
    let freeze = Window { vendor: Some(vendor), ..window(&policy, "vendor", "soft", once(10, 20)) };
    policy.windows.push(freeze);
    let decision = check(&policy, &change("T2"), 5, &[]);
    assert_eq!(decision.valid_until.unwrap().at, at(10));
    assert_eq!(ask(&policy, &change("T2"), 21).valid_until.unwrap().at, at(24));
    let stale = check(&policy, &change("T2"), 30, &[(About::StaleVendorFeed, "vendor", Verdict::Pending)]);
    assert_eq!(stale.next_allowed, Next::NeverByWaiting);
    check(&policy, &change("T0"), 30, &[]);
}

#[test]
fn outside_its_only_windows_a_kind_applies() {
    let mut policy = policy();
    let nine_to_five =
        Pattern::Daily { start: TimeOfDay::new(9, 0, 0).unwrap(), end: TimeOfDay::new(17, 0, 0).unwrap() };
    let when = Timetable { patterns: vec![nine_to_five], ..Timetable::never(Rounding::Inward) };
    let office = Window { only: true, ..window(&policy, "office", "hard", when) };
    policy.windows.push(office);
    let dublin = Change { regions: vec!["dublin".to_owned()], ..change("T2") };
    let decision = check(&policy, &dublin, 20, &[(About::OutsideOnly, "hard", Verdict::Block)]);
    assert_eq!(decision.next_allowed, Next::At(at(24 + 9)));
    let open = check(&policy, &dublin, 10, &[]);
    assert_eq!(open.valid_until.unwrap().at, at(17));
    // Both regions are open at once only where their days overlap: 13:00 to 17:00 UTC.
    assert_eq!(ask(&policy, &change("T2"), 10).next_allowed, Next::At(at(13)));
}

#[test]
fn a_broken_glass_passes_freezes_by_whom_it_names_and_owes() {
    let mut policy = policy();
    let freeze = window(&policy, "sale", "hard", once(10, 20));
    policy.windows.push(freeze);
    let by = lead(&policy);
    let escalation = vec![
        opsc::policy::Escalation {
            seats: seats(&[(1, policy.roles.find("owner").unwrap())]),
            within: Some(elapsed(1)),
        },
        opsc::policy::Escalation { seats: lead(&policy), within: None },
    ];
    policy.break_glass.push(BreakGlass {
        name: "fire".to_owned(),
        doc: String::new(),
        origin: small::origin(),
        by,
        tiers: None,
        requires: Vec::new(),
        escalation,
        owes: vec![("a postmortem".to_owned(), Some(elapsed(48)))],
    });
    let taken = |by: &str, approvals: Vec<Approval>| Change {
        break_glass: Some(BreakGlassUse {
            name: "fire".to_owned(),
            by: by.to_owned(),
            asked_at: Some(at(11)),
            reason: None,
        }),
        approvals,
        ..change("T2")
    };
    let decision = check(&policy, &taken("ana", vec![approved_by("cho")]), 11, &[]);
    let Note::BreakGlassUsed { owes, .. } = &decision.notes[0] else { panic!("the use is noted") };
    assert_eq!(owes[0].by, Some(at(59)));
    let waits = [(About::Window, "sale", Verdict::Pending), (About::BreakGlass, "fire", Verdict::Pending)];
    check(&policy, &taken("ana", vec![approved_by("ben")]), 11, &waits);
    check(&policy, &taken("ana", vec![approved_by("ben")]), 12, &[]);
    let blocked = [(About::Window, "sale", Verdict::Block), (About::BreakGlass, "fire", Verdict::Block)];
    check(&policy, &taken("eve", vec![approved_by("cho")]), 11, &blocked);
}

#[test]
fn a_window_that_only_warns_is_recorded_and_does_not_hold() {
    let mut policy = policy();
    let freeze = Window { warn_until: Some(at(15)), ..window(&policy, "new", "hard", once(10, 20)) };
    policy.windows.push(freeze);
    let decision = check(&policy, &change("T2"), 12, &[]);
    assert_eq!(decision.reasons[0].lifted, Some(Lift::WarnUntil(at(15))));
    assert_eq!(decision.valid_until.unwrap().at, at(15));
    check(&policy, &change("T2"), 15, &[(About::Window, "new", Verdict::Block)]);
}

#[test]
fn what_is_omitted_means_all_environments_and_actions() {
    let mut policy = policy();
    let staging = policy.environments.push(small::environment("staging"));
    policy.environments.push(small::environment("production"));
    let freeze = Window {
        environments: Some(vec![staging]),
        actions: Some(vec![Action::Migrate]),
        ..window(
            &policy,
            "data",
            "hard",
            Timetable {
                patterns: vec![Pattern::Once(Interval::new(at(0), at(20)))],
                ..Timetable::never(Rounding::Outward)
            },
        )
    };
    policy.windows.push(freeze);
    let all = Change { action: None, ..change("T2") };
    check(&policy, &all, 5, &[(About::Window, "data", Verdict::Block)]);
    check(&policy, &change("T2"), 5, &[]);
    check(&policy, &Change { environment: Some("production".to_owned()), ..all }, 5, &[]);
}
