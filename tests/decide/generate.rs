//! Whole policies and changes out of a tape of numbers: where proptest shortens the tape or lowers its numbers, the policy
//! gets simpler.

use crate::small::{self, at, elapsed};
use opsc::calendar::{Elapsed, Instant, Pattern, Rounding, TimeOfDay, Timetable, Weekday};
use opsc::decide::{
    Approval, ApprovalState, BreakGlassUse, Change, Context, Earlier, Evidence, EvidenceSource, ExceptionUse,
    Given, Intent, PolicyFrom, StatedTier,
};
use opsc::policy::{
    Action, ApprovalRule, BreakGlass, Classify, ClassifyRule, Component, Condition, Environment, Escalation,
    Exception, Fact, FactKind, FactSource, Follow, FreezeKind, Id, Operator, Party, PathScope, PathTest,
    Phase, Policy, Region, Release, Requirement, Reuse, Role, Ruling, Schedule, Seat, Seats, Service, Shift,
    Table, Team, Tier, Validity, Value, Vendor, Window,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A policy with a question to it.
#[derive(Debug, Clone)]
pub struct Case {
    pub policy: Policy,
    pub change: Change,
    pub context: Context,
}

/// What the generator may use: laws hold only of policies that do not turn things round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Everything.
    Any,
    /// No `not`, no tier that a statement lowers, no window that follows evidence.
    Monotone,
}

pub fn cases(habit: Habit) -> impl Strategy<Value = Case> {
    prop::collection::vec(any::<u32>(), 0..700).prop_map(move |tape| case(&tape, habit))
}

pub fn case(tape: &[u32], habit: Habit) -> Case {
    let mut tape = Tape::new(tape, habit);
    let policy = policy(&mut tape);
    let context = context(&mut tape, &policy);
    let change = change(&mut tape, &policy, &context);
    Case { policy, change, context }
}

pub const PEOPLE: [&str; 5] = ["ana", "ben", "cho", "dee", "eli"];

pub struct Tape<'t> {
    numbers: std::slice::Iter<'t, u32>,
    habit: Habit,
}

impl<'t> Tape<'t> {
    pub fn new(numbers: &'t [u32], habit: Habit) -> Self {
        Self { numbers: numbers.iter(), habit }
    }
}

impl Tape<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.numbers.next().map_or(0, |number| *number as usize % bound.max(1))
    }

    /// True once in `of` times, and never at the end of the tape.
    fn once_in(&mut self, of: usize) -> bool {
        self.below(of) == of - 1
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn ids<T>(&mut self, table: &Table<T>) -> Option<Vec<Id<T>>> {
        if table.is_empty() || self.once_in(2) {
            return None;
        }
        let all: Vec<Id<T>> = table.ids().collect();
        let chosen: Vec<Id<T>> = all.iter().copied().filter(|_| self.once_in(2)).collect();
        Some(if chosen.is_empty() { vec![self.pick(&all)] } else { chosen })
    }

    /// Hours from the start of the generated days.
    fn instant(&mut self, first: usize, last: usize) -> Instant {
        at((first + self.below(last - first)) as i64)
    }
}

fn policy(tape: &mut Tape<'_>) -> Policy {
    let mut policy = small::empty();
    for index in 0..tape.below(3) {
        policy.regions.push(Region {
            place: small::place(tape.pick(&small::ZONES)),
            ..small::region(&format!("r{index}"))
        });
    }
    for index in 0..tape.below(3) {
        let paths = vec![format!("c{index}/**")];
        policy.components.push(Component { paths, ..small::component(&format!("c{index}")) });
    }
    for index in 0..tape.below(3) {
        policy.environments.push(Environment { ..small::environment(&format!("e{index}")) });
    }
    if let Some(components) = tape.ids(&policy.components) {
        policy.services.push(Service { components, ..small::service("s0") });
    }
    people(tape, &mut policy);
    facts(tape, &mut policy);
    tiers(tape, &mut policy);
    for index in 0..1 + tape.below(2) {
        let rulings = policy.tiers.ids().map(|_| (ruling(tape, &policy), small::origin())).collect();
        policy.kinds.push(FreezeKind { rulings, ..small::kind(&format!("k{index}")) });
    }
    for index in 0..tape.below(6) {
        let window = window(tape, &policy, &format!("w{index}"));
        policy.windows.push(window);
    }
    for index in 0..tape.below(3) {
        let exception = exception(tape, &policy, &format!("x{index}"));
        policy.exceptions.extend_with(exception);
    }
    if tape.once_in(3) {
        let glass = glass(tape, &policy);
        policy.break_glass.push(glass);
    }
    if tape.once_in(3) {
        let tiers: Vec<_> = policy.tiers.ids().collect();
        let tier = tape.pick(&tiers);
        let region_plan =
            tape.ids(&policy.regions).map(|regions| regions.into_iter().map(|region| vec![region]).collect());
        policy.releases.push(Release {
            components: tape.ids(&policy.components),
            region_plan: region_plan.unwrap_or_default(),
            ..small::release("rel", tier)
        });
    }
    policy.levers.push(small::lever("lever"));
    policy.flags.push(small::flag("flag"));
    if tape.once_in(2) {
        policy.classify = Some(classify(tape, &policy));
    }
    policy
}

fn people(tape: &mut Tape<'_>, policy: &mut Policy) {
    for name in ["crew", "far"] {
        let members = PEOPLE.iter().filter(|_| tape.once_in(3)).map(|person| (*person).to_owned()).collect();
        let regions = tape.ids(&policy.regions).unwrap_or_default();
        policy.teams.push(Team { members, regions, ..small::team(name) });
    }
    let mut shifts = Vec::new();
    for _ in 0..tape.below(3) {
        let person = tape.pick(&PEOPLE).to_owned();
        shifts.push(Shift { person, when: timetable(tape, Rounding::Inward) });
    }
    let duty = policy.schedules.push(Schedule { shifts, ..small::schedule("duty") });
    for name in ["lead", "owner", "watch"] {
        let members = PEOPLE.iter().filter(|_| tape.once_in(2)).map(|person| (*person).to_owned()).collect();
        let teams = policy.teams.ids().filter(|_| tape.once_in(4)).collect();
        let schedules = if tape.once_in(4) { vec![duty] } else { Vec::new() };
        policy.roles.push(Role { members, teams, schedules, ..small::role(name) });
    }
    let seats = seats(tape, policy);
    let valid_for = tape.once_in(2).then(|| (elapsed(1 + tape.below(60) as i64), Validity::AtStart));
    let dismiss_on_new_commit = tape.once_in(3);
    policy.approvals.push(ApprovalRule {
        name: "sign-off".to_owned(),
        doc: String::new(),
        origin: small::origin(),
        seats,
        valid_for,
        dismiss_on_new_commit,
    });
}

fn facts(tape: &mut Tape<'_>, policy: &mut Policy) {
    let lead = policy.roles.ids().next();
    let kinds = [
        FactKind::Bool,
        FactKind::OneOf(vec!["none".to_owned(), "some".to_owned(), "all".to_owned()]),
        FactKind::Ratio,
    ];
    for (index, kind) in kinds.into_iter().enumerate() {
        let sources = match tape.below(4) {
            0 => Vec::new(),
            1 => vec![FactSource::Ci],
            2 => vec![FactSource::Label(lead), FactSource::Operator],
            _ => vec![FactSource::Ci, FactSource::Label(None)],
        };
        let fresh = tape.once_in(2).then(|| elapsed(1 + tape.below(80) as i64));
        policy.facts.push(Fact { kind, sources, fresh, ..small::fact(&format!("f{index}")) });
    }
}

fn tiers(tape: &mut Tape<'_>, policy: &mut Policy) {
    for name in ["T0", "T1", "policy-change"] {
        let mut requirements = Vec::new();
        for index in 0..tape.below(3) {
            requirements.push(Requirement {
                phase: tape.pick(&Phase::ALL),
                condition: condition(tape, policy, 2),
                text: format!("{name} requires {index}"),
                origin: small::origin(),
            });
        }
        policy.tiers.push(Tier { requirements, ..small::tier(name) });
    }
}

fn seats(tape: &mut Tape<'_>, policy: &Policy) -> Seats {
    let roles: Vec<Id<Role>> = policy.roles.ids().collect();
    let mut seats = Vec::new();
    for _ in 0..1 + tape.below(2) {
        let mut of = vec![tape.pick(&roles)];
        if tape.once_in(3) {
            of.push(tape.pick(&roles));
        }
        seats.push(Seat { count: 1 + tape.below(2) as u32, roles: of, in_region: tape.once_in(4) });
    }
    Seats { origin: small::origin(), seats }
}

/// For how many minutes a measured value must be on one side.
pub const LASTING: [i64; 4] = [1, 5, 60, 600];

fn condition(tape: &mut Tape<'_>, policy: &Policy, depth: usize) -> Condition {
    let origin = small::origin();
    let facts: Vec<Id<Fact>> = policy.facts.ids().collect();
    let choices = if depth == 0 { 5 } else { 8 };
    match tape.below(choices) {
        0 => Condition::Holds(facts[0], origin),
        1 => {
            let choice = Value::Choice(tape.pick(&["none", "some", "all"]).to_owned());
            let operators = [Operator::Equal, Operator::NotEqual, Operator::Less, Operator::GreaterOrEqual];
            Condition::Compare(facts[1], tape.pick(&operators), choice, origin)
        }
        2 => {
            let bar = Value::Ratio(Decimal::new(5, 2));
            let operator = tape.pick(&[Operator::LessOrEqual, Operator::Greater]);
            match tape.below(3) {
                0 => Condition::Sustained(
                    facts[2],
                    operator,
                    bar,
                    Elapsed::minutes(tape.pick(&LASTING)),
                    origin,
                ),
                _ => Condition::Compare(facts[2], operator, bar, origin),
            }
        }
        3 => Condition::Approved(seats(tape, policy)),
        4 => match policy.approvals.ids().next() {
            Some(rule) => Condition::Approval(rule, origin),
            None => Condition::TRUE,
        },
        5 => Condition::All((0..1 + tape.below(2)).map(|_| condition(tape, policy, depth - 1)).collect()),
        6 => Condition::Any((0..1 + tape.below(2)).map(|_| condition(tape, policy, depth - 1)).collect()),
        _ if tape.habit == Habit::Monotone => condition(tape, policy, depth - 1),
        _ => Condition::Not(Box::new(condition(tape, policy, depth - 1))),
    }
}

fn ruling(tape: &mut Tape<'_>, policy: &Policy) -> Ruling {
    match tape.below(5) {
        0 => Ruling::Block,
        1 | 2 => Ruling::Except,
        3 => Ruling::Admit { when: condition(tape, policy, 1) },
        _ => Ruling::Admit { when: Condition::TRUE },
    }
}

pub fn timetable(tape: &mut Tape<'_>, rounding: Rounding) -> Timetable {
    let hour = |tape: &mut Tape<'_>| TimeOfDay::new(tape.below(24) as u32, 0, 0).unwrap();
    let mut patterns = Vec::new();
    for _ in 0..1 + usize::from(tape.once_in(4)) {
        patterns.push(match tape.below(6) {
            0..=2 => {
                let start = tape.instant(0, 200);
                Pattern::Once(opsc::calendar::Interval::new(
                    start,
                    start.plus(elapsed(1 + tape.below(60) as i64)),
                ))
            }
            3 => Pattern::Dates(opsc::calendar::DateSpan {
                first: small::date(tape.below(9)),
                last: small::date(9),
            }),
            4 => {
                let start = tape.below(12) as u32;
                let end = start + 1 + tape.below(12) as u32;
                Pattern::Daily {
                    start: TimeOfDay::new(start, 0, 0).unwrap(),
                    end: TimeOfDay::new(end, 0, 0).unwrap(),
                }
            }
            _ => Pattern::Weekly { from: Weekday::Fri, start: hour(tape), to: Weekday::Mon, end: hour(tape) },
        });
    }
    Timetable { patterns, ..Timetable::never(rounding) }
}

pub fn window(tape: &mut Tape<'_>, policy: &Policy, name: &str) -> Window {
    let kinds: Vec<_> = policy.kinds.ids().collect();
    let only = tape.once_in(4);
    let follows = (tape.habit == Habit::Any && tape.once_in(6)).then(|| Follow {
        condition: condition(tape, policy, 1),
        text: "while".to_owned(),
        unknown_holds: tape.once_in(2),
    });
    let mut when = timetable(tape, if only { Rounding::Inward } else { Rounding::Outward });
    if follows.is_some() && tape.once_in(2) {
        when.patterns.clear();
    }
    let actions = tape.once_in(4).then(|| vec![tape.pick(&Action::ALL), Action::Deploy]);
    let vendor = tape.once_in(6).then(|| Vendor {
        name: "vendor".to_owned(),
        source: None,
        recheck: (!tape.once_in(4)).then(|| elapsed(1 + tape.below(100) as i64)),
        checked: (!tape.once_in(4)).then(|| tape.instant(0, 120)),
    });
    let warn_until = tape.once_in(6).then(|| tape.instant(40, 200));
    Window {
        when,
        only,
        follows,
        regions: tape.ids(&policy.regions),
        components: tape.ids(&policy.components),
        environments: tape.ids(&policy.environments),
        actions,
        vendor,
        warn_until,
        ..small::window(name, tape.pick(&kinds))
    }
}

fn exception(tape: &mut Tape<'_>, policy: &Policy, name: &str) -> Option<Exception> {
    let tiers: Vec<_> = policy.tiers.ids().collect();
    let lifts = tape.ids(&policy.windows)?;
    let approve = tape.once_in(2).then(|| seats(tape, policy));
    let reuse = tape.pick(&[Reuse::Any, Reuse::Once, Reuse::ForChange("1".to_owned())]);
    Some(Exception {
        lifts,
        regions: tape.ids(&policy.regions),
        components: tape.ids(&policy.components),
        environments: tape.ids(&policy.environments),
        starts: tape.once_in(3).then(|| tape.instant(60, 150)),
        expires: tape.instant(60, 220),
        approve,
        reuse,
        ..small::exception(name, tape.pick(&tiers))
    })
}

fn glass(tape: &mut Tape<'_>, policy: &Policy) -> BreakGlass {
    let mut escalation = Vec::new();
    for _ in 0..tape.below(3) {
        let within = (!tape.once_in(3)).then(|| elapsed(1 + tape.below(20) as i64));
        escalation.push(Escalation { seats: seats(tape, policy), within });
    }
    let requires = match tape.once_in(2) {
        true => vec![(condition(tape, policy, 1), "requires".to_owned(), small::origin())],
        false => Vec::new(),
    };
    BreakGlass {
        name: "glass".to_owned(),
        doc: String::new(),
        origin: small::origin(),
        by: seats(tape, policy),
        tiers: tape.ids(&policy.tiers),
        requires,
        escalation,
        owes: vec![("a postmortem".to_owned(), Some(elapsed(48)))],
    }
}

fn classify(tape: &mut Tape<'_>, policy: &Policy) -> Classify {
    let tiers: Vec<_> = policy.tiers.ids().collect();
    let mut rules = Vec::new();
    for _ in 0..tape.below(3) {
        let scope = tape.pick(&[PathScope::Any, PathScope::Every]);
        let globs = vec![tape.pick(&["c0/**", "c1/**", "docs/*", "**/*.sql"]).to_owned()];
        let tests = vec![PathTest { scope, globs }];
        rules.push(ClassifyRule { tier: tape.pick(&tiers), origin: small::origin(), tests });
    }
    let otherwise = tape.once_in(2).then(|| tape.pick(&tiers));
    let lower_by = (tape.habit == Habit::Any && tape.once_in(2)).then(|| seats(tape, policy));
    Classify { origin: small::origin(), rules, otherwise, lower_by }
}

fn context(tape: &mut Tape<'_>, policy: &Policy) -> Context {
    let mut context = Context::at(tape.instant(60, 110).plus(Elapsed::seconds(tape.below(3) as i64)));
    context.guarded = if tape.once_in(3) { vec!["policy/**".to_owned()] } else { Vec::new() };
    if tape.once_in(30) {
        context.policy_from = PolicyFrom::Change;
    }
    for _ in 0..tape.below(2) {
        context.earlier.push(Earlier {
            at: tape.instant(0, 130),
            allowed: !tape.once_in(3),
            release: Some("old".to_owned()),
            commit: None,
        });
    }
    if let Some(exception) = policy.exceptions.rows().first().filter(|_| tape.once_in(3)) {
        let change = tape.once_in(2).then(|| tape.pick(&["1", "2"]).to_owned());
        let used = ExceptionUse { exception: exception.name.clone(), change };
        context.exceptions_used = (!tape.once_in(3)).then(|| vec![used]);
    }
    context
}

fn change(tape: &mut Tape<'_>, policy: &Policy, context: &Context) -> Change {
    let mut change = Change { id: tape.once_in(2).then(|| "1".to_owned()), ..Change::default() };
    change.intent = match tape.below(8) {
        6 => Intent::Rollback { lever: tape.pick(&["lever", "nothing"]).to_owned(), to: "old".to_owned() },
        7 => Intent::Kill { flag: tape.pick(&["flag", "nothing"]).to_owned() },
        _ => Intent::Forward,
    };
    if !tape.once_in(8) {
        let names = ["T0", "T1", "T1", "T0", "policy-change", "T1", "T0", "T9"];
        change.tier = Some(StatedTier { name: tape.pick(&names).to_owned(), by: None });
    }
    change.action = (!tape.once_in(4)).then(|| tape.pick(&[Action::Deploy, Action::Flag, Action::Merge]));
    change.phase = tape.once_in(2).then(|| tape.pick(&Phase::ALL));
    change.environment =
        if tape.once_in(3) { policy.environments.rows().first().map(|row| row.name.clone()) } else { None };
    change.regions = names(tape, policy.regions.rows().iter().map(|row| &row.name));
    change.components = names(tape, policy.components.rows().iter().map(|row| &row.name));
    change.service = tape.once_in(4).then(|| "s0".to_owned()).filter(|_| !policy.services.is_empty());
    change.release = tape.once_in(4).then(|| "rel".to_owned()).filter(|_| !policy.releases.is_empty());
    for _ in 0..tape.below(3) {
        let paths = ["c0/main.rs", "c1/a.sql", "docs/x.md", "policy/main.ops"];
        change.paths.push(tape.pick(&paths).to_owned());
    }
    if tape.once_in(3) {
        change.authors.push(tape.pick(&PEOPLE).to_uppercase());
    }
    if tape.once_in(5) {
        change.pushers.push(tape.pick(&PEOPLE).to_owned());
    }
    change.commit = (!tape.once_in(4)).then(|| "c1".to_owned());
    change.patch = (!tape.once_in(4)).then(|| "p1".to_owned());
    for _ in 0..tape.below(5) {
        let evidence = evidence(tape, context);
        change.evidence.push(evidence);
    }
    for _ in 0..tape.below(6) {
        let approval = approval(tape, context);
        change.approvals.push(approval);
    }
    if let Some(glass) = policy.break_glass.rows().first().filter(|_| tape.once_in(2)) {
        change.break_glass = Some(BreakGlassUse {
            name: if tape.once_in(9) { "hammer".to_owned() } else { glass.name.clone() },
            by: tape.pick(&PEOPLE).to_owned(),
            asked_at: (!tape.once_in(3)).then(|| tape.instant(30, 110)),
            reason: None,
        });
    }
    change
}

fn names<'n>(tape: &mut Tape<'_>, of: impl Iterator<Item = &'n String>) -> Vec<String> {
    if tape.once_in(2) {
        return Vec::new();
    }
    let mut names: Vec<String> = of.filter(|_| tape.once_in(2)).cloned().collect();
    if tape.once_in(40) {
        names.push("nowhere".to_owned());
    }
    names
}

pub fn evidence(tape: &mut Tape<'_>, context: &Context) -> Evidence {
    let (fact, value) = match tape.below(12) {
        0..=2 => ("f0", Given::Bool(true)),
        3 => ("f0", Given::Bool(false)),
        4 | 5 => ("f1", Given::Text("all".to_owned())),
        6 => ("f1", Given::Text("none".to_owned())),
        7 | 8 => ("f2", Given::Text("3%".to_owned())),
        9 => ("f2", Given::Text("20%".to_owned())),
        10 if tape.once_in(4) => ("f2", Given::Text(tape.pick(&["many", "-3%"]).to_owned())),
        11 if tape.once_in(4) => ("f9", Given::Bool(true)),
        _ => ("f0", Given::Text("true".to_owned())),
    };
    let source =
        tape.pick(&[EvidenceSource::Ci, EvidenceSource::Ci, EvidenceSource::Operator, EvidenceSource::Label]);
    Evidence {
        fact: fact.to_owned(),
        value,
        source,
        actor: (!tape.once_in(3)).then(|| tape.pick(&PEOPLE).to_owned()),
        observed_at: (!tape.once_in(5)).then(|| before(tape, context)),
    }
}

pub fn approval(tape: &mut Tape<'_>, context: &Context) -> Approval {
    Approval {
        person: tape.pick(&PEOPLE).to_owned(),
        commit: if tape.once_in(4) { Some("c0".to_owned()) } else { Some("c1".to_owned()) },
        patch: tape.once_in(2).then(|| "p1".to_owned()),
        given_at: (!tape.once_in(5)).then(|| before(tape, context)),
        state: if tape.once_in(6) { ApprovalState::ChangesRequested } else { ApprovalState::Approved },
        dismissed: tape.once_in(8),
    }
}

/// Mostly before the instant judged, sometimes behind it.
fn before(tape: &mut Tape<'_>, context: &Context) -> Instant {
    if tape.once_in(6) {
        return context.at.plus(elapsed(1 + tape.below(40) as i64));
    }
    context.at.minus(elapsed(tape.below(20) as i64))
}

/// A table that takes a row if there is one.
trait ExtendWith<T> {
    fn extend_with(&mut self, row: Option<T>);
}

impl<T> ExtendWith<T> for Table<T> {
    fn extend_with(&mut self, row: Option<T>) {
        if let Some(row) = row {
            self.push(row);
        }
    }
}

impl Case {
    /// The same question to another policy.
    pub fn with_window(&self, window: Window) -> Self {
        let mut case = self.clone();
        case.policy.windows.push(window);
        case
    }
}

pub fn party() -> Party {
    Party::Person("somebody".to_owned())
}
