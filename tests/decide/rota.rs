//! A rota that is absent, too old, or silent about an instant makes who is on call unknown: never nobody, never anybody.

use crate::small::{self, at, elapsed};
use opsc::calendar::{Instant, Interval, Rounding, Timetable};
use opsc::decide::{
    Approval, ApprovalState, BreakGlassUse, Change, Context, Duty, Evidence, EvidenceSource, Given, Need,
    Rota, RotaState, StatedTier, Verdict, decide,
};
use opsc::policy::{
    BreakGlass, Condition, Fact, FactSource, FreezeKind, Phase, Policy, Requirement, Role, Ruling, Schedule,
    Seat, Seats, Window,
};

/// Tier T1 asks for one who is on call, by a rota of two days that may be four hours old, or for lea.
fn policy() -> Policy {
    let mut policy = small::empty();
    let schedule = Schedule {
        source: Some(("rota.ics".to_owned(), Some(elapsed(4)))),
        called: vec![("ben".to_owned(), vec!["Ben Okafor".to_owned()])],
        ..small::schedule("duty")
    };
    let schedules = vec![policy.schedules.push(schedule)];
    let on_call = Role { members: vec!["lea".to_owned()], schedules, ..small::role("on-call") };
    let role = policy.roles.push(on_call);
    let seats = Seats {
        origin: small::origin(),
        seats: vec![Seat { count: 1, roles: vec![role], in_region: false }],
    };
    let tier = policy.tiers.push(small::tier("T1"));
    policy.tiers.get_mut(tier).unwrap().requirements.push(Requirement {
        phase: Phase::Merge,
        condition: Condition::Approved(seats.clone()),
        text: "1 of on-call".to_owned(),
        origin: small::origin(),
    });
    let kind = policy
        .kinds
        .push(FreezeKind { rulings: vec![(Ruling::Block, small::origin())], ..small::kind("hard") });
    let when = Timetable::once(at(0), at(100), Rounding::Outward);
    policy.windows.push(Window { when, ..small::window("sale", kind) });
    policy.facts.push(Fact { sources: vec![FactSource::Label(Some(role))], ..small::fact("seen") });
    policy.break_glass.push(BreakGlass {
        name: "outage".to_owned(),
        doc: String::new(),
        origin: small::origin(),
        by: seats,
        tiers: None,
        requires: Vec::new(),
        escalation: Vec::new(),
        owes: Vec::new(),
    });
    policy
}

fn said(person: &str, state: ApprovalState) -> Approval {
    let commit = Some("c1".to_owned());
    Approval {
        person: person.to_owned(),
        commit,
        patch: None,
        given_at: Some(at(0)),
        state,
        dismissed: false,
    }
}

fn change(reviews: &[(&str, ApprovalState)]) -> Change {
    Change {
        tier: Some(StatedTier { name: "T1".to_owned(), by: None }),
        commit: Some("c1".to_owned()),
        approvals: reviews.iter().map(|(person, state)| said(person, *state)).collect(),
        ..Change::default()
    }
}

/// Ana until the 24th hour, then ben, by the name that the file has for him.
fn rota(written_at: Option<Instant>) -> Rota {
    let duty = |name: &str, start, end| Duty {
        names: vec![name.to_owned()],
        during: Interval::new(at(start), at(end)),
    };
    let duties = vec![duty("ana", 1, 24), duty("Ben Okafor", 24, 48)];
    Rota { schedule: "duty".to_owned(), digest: "0".repeat(64), written_at, duties }
}

fn context(hour: i64, rota: Option<Rota>) -> Context {
    Context { rotas: rota.into_iter().collect(), ..Context::at(at(hour)) }
}

#[track_caller]
fn check(hour: i64, rota: Option<Rota>, change: &Change, expected: Verdict, wanted: Option<RotaState>) {
    let mut policy = policy();
    policy.windows = Default::default();
    let decision = decide(&policy, change, &context(hour, rota));
    let state = decision.reasons.iter().flat_map(|reason| &reason.needs).find_map(|need| match need {
        Need::Rota { state, .. } => Some(*state),
        _ => None,
    });
    assert_eq!((decision.verdict, state), (expected, wanted));
}

#[test]
fn an_approval_counts_only_by_a_rota_that_is_known() {
    use Verdict::{Allow, Pending};
    let by = |person| change(&[(person, ApprovalState::Approved)]);
    let fresh = |hour| Some(rota(Some(at(hour))));
    check(5, fresh(4), &by("ana"), Allow, None);
    check(25, fresh(24), &by("ana"), Pending, None);
    check(25, fresh(24), &by("BEN"), Allow, None);
    check(5, None, &by("ana"), Pending, Some(RotaState::Absent));
    check(8, fresh(4), &by("ana"), Pending, Some(RotaState::Stale));
    check(5, Some(rota(None)), &by("ana"), Pending, Some(RotaState::Stale));
    check(0, fresh(0), &by("ana"), Pending, Some(RotaState::Beyond));
    check(48, fresh(47), &by("ben"), Pending, Some(RotaState::Beyond));
    // Who has the role all the same needs no rota.
    check(5, None, &by("lea"), Allow, None);
}

#[test]
fn an_allow_ends_with_the_rota() {
    let mut policy = policy();
    policy.windows = Default::default();
    let change = change(&[("ana", ApprovalState::Approved)]);
    let decision = decide(&policy, &change, &context(5, Some(rota(Some(at(4))))));
    assert_eq!(decision.valid_until.unwrap().at, at(8));
    let decision = decide(&policy, &change, &context(23, Some(rota(Some(at(22))))));
    assert_eq!(decision.valid_until.unwrap().at, at(24));
}

#[test]
fn whoever_may_be_on_call_may_object() {
    let reviews = [("lea", ApprovalState::Approved), ("ana", ApprovalState::ChangesRequested)];
    let change = change(&reviews);
    check(5, Some(rota(Some(at(4)))), &change, Verdict::Block, None);
    check(25, Some(rota(Some(at(24)))), &change, Verdict::Allow, None);
    check(5, None, &change, Verdict::Pending, Some(RotaState::Absent));
}

#[test]
fn a_glass_and_a_label_wait_for_the_rota() {
    let policy = policy();
    let taken = |by: &str| Change {
        break_glass: Some(BreakGlassUse {
            name: "outage".to_owned(),
            by: by.to_owned(),
            asked_at: None,
            reason: None,
        }),
        ..change(&[("lea", ApprovalState::Approved)])
    };
    let verdict = |by: &str, rota: Option<Rota>| decide(&policy, &taken(by), &context(5, rota)).verdict;
    assert_eq!(verdict("ana", Some(rota(Some(at(4))))), Verdict::Allow);
    assert_eq!(verdict("ben", Some(rota(Some(at(4))))), Verdict::Block);
    assert_eq!(verdict("ben", Some(rota(Some(at(0))))), Verdict::Pending);
    assert_eq!(verdict("ana", None), Verdict::Pending);
    let labelled = Change {
        evidence: vec![Evidence {
            fact: "seen".to_owned(),
            value: Given::Bool(true),
            source: EvidenceSource::Label,
            actor: Some("ana".to_owned()),
            observed_at: None,
        }],
        ..Change::default()
    };
    let state = |rota| decide(&policy, &labelled, &context(5, rota)).evidence[0];
    assert_eq!(state(Some(rota(Some(at(4))))), opsc::decide::EvidenceState::Counted);
    assert_eq!(state(None), opsc::decide::EvidenceState::Foreign);
}
