//! The earliest schedule of a release: each step is allowed by the gate at its instant, and a search through every half hour
//! finds no earlier one. A calendar under stress is open when the gate, asked step by step, says so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod support;

use opsc::calendar::{Elapsed, Instant, Interval};
use opsc::decide::{Approval, ApprovalState, Change, Context, Prepared, StatedTier, Verdict, decide};
use opsc::policy::{self, Action, Policy};
use opsc::schedule::{Ask, Hours, Rollouts, Route, Scope, of_release, planner, stress};
use opsc::world::MemoryWorld;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;
use support::law;

/// Half hours that are searched: six days.
const SLOTS: usize = 288;

fn start() -> Instant {
    Instant::parse("2026-03-02T00:00:00Z").unwrap()
}

fn at(slot: usize) -> Instant {
    start().plus(Elapsed::minutes(30 * slot as i64))
}

fn slots(elapsed: Elapsed) -> usize {
    (elapsed.as_seconds() / 1800) as usize
}

fn checked(text: &str) -> Policy {
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    let loaded = policy::load(&world, "main.ops").unwrap();
    let found: Vec<String> = loaded.diagnostics.iter().map(|finding| finding.message.clone()).collect();
    loaded.policy.unwrap_or_else(|| panic!("{found:?} in\n{text}"))
}

#[derive(Debug, Clone)]
struct Freeze {
    kind: usize,
    first: usize,
    length: usize,
    region: Option<usize>,
    promotes_only: bool,
}

#[derive(Debug, Clone)]
struct Answer {
    reaction: usize,
    from_half: bool,
}

#[derive(Debug, Clone)]
struct Case {
    freezes: Vec<Freeze>,
    answers: Vec<Option<Answer>>,
    hold: usize,
    soak: usize,
    in_turn: bool,
    off_peak: bool,
}

const KINDS: [&str; 2] = ["hard", "soft"];
const REGIONS: [&str; 2] = ["a", "b"];
const REACTIONS: [&str; 5] =
    ["pause", "pause 2h then roll back", "pause 5h then roll back", "roll back", "finish"];

impl Case {
    fn text(&self) -> String {
        let quiet = if self.off_peak { "; off-peak 01:00 .. 05:00" } else { "" };
        let mut text = format!(
            "policy p {{ language 1 }}\ntier t\nfreeze hard {{ block t }}\nfreeze soft {{ block t }}\n\
             region a {{ zone \"UTC\"{quiet} }}\nregion b {{ zone \"UTC\" }}\n"
        );
        for (position, freeze) in self.freezes.iter().enumerate() {
            let (from, until) = (at(freeze.first), at(freeze.first + freeze.length));
            let region =
                freeze.region.map_or(String::new(), |region| format!("; regions {}", REGIONS[region]));
            let on = if freeze.promotes_only { "; on promote" } else { "" };
            let kind = KINDS[freeze.kind];
            writeln!(text, "window w{position} : {kind} {{ during {from} .. {until}{region}{on} }}").unwrap();
        }
        text.push_str("pipeline web {\n  on freeze {\n");
        for (kind, answer) in self.answers.iter().enumerate() {
            if let Some(answer) = answer {
                let when = if answer.from_half { " when traffic >= 50%" } else { "" };
                writeln!(text, "    {}: {}{when}", KINDS[kind], REACTIONS[answer.reaction]).unwrap();
            }
        }
        let hold = self.hold * 30;
        let (then, soak) = (if self.in_turn { " then" } else { "," }, self.soak * 30);
        let soak = if self.in_turn && soak > 0 { format!(" soak {soak}m") } else { String::new() };
        write!(
            text,
            "    otherwise pause\n  }}\n  stage deploy {{ hold {hold}m }}\n  \
             stage ramp {{ after deploy; traffic 10%, 50%, 100% hold {hold}m }}\n}}\n\
             release r : t {{ regions a{then} b{soak}; by web }}\n"
        )
        .unwrap();
        text
    }

    /// The kinds that block an ask in each half hour.
    fn closed(&self, policy: &Policy, ask: &Ask) -> Vec<BTreeSet<usize>> {
        let concerns = |freeze: &&Freeze| {
            let there =
                |region: usize| ask.regions.iter().any(|id| policy.regions[*id].name == REGIONS[region]);
            freeze.region.is_none_or(there) && (!freeze.promotes_only || ask.action == Some(Action::Promote))
        };
        let mut closed = vec![BTreeSet::new(); SLOTS];
        for freeze in self.freezes.iter().filter(concerns) {
            for slot in &mut closed[freeze.first..freeze.first + freeze.length] {
                slot.insert(freeze.kind);
            }
        }
        closed
    }

    fn is_quiet(&self, policy: &Policy, ask: &Ask, slot: usize) -> bool {
        let waits = self.off_peak && ask.enters.iter().any(|id| policy.regions[*id].name == "a");
        !waits || (2..10).contains(&(slot % 48))
    }

    /// Whether an ask may come at one half hour when the one before it came at another.
    fn follows(&self, closed: &[BTreeSet<usize>], ask: &Ask, before: usize, slot: usize) -> bool {
        if slot < before + slots(ask.after) {
            return false;
        }
        let mut first = before;
        while !ask.rests && first < slot {
            let end = (first..slot).find(|slot| closed[*slot].is_empty()).unwrap_or(slot);
            let mut kinds = closed[first..end].iter().flatten();
            if kinds.any(|kind| !self.may_wait(*kind, ask, end - first)) {
                return false;
            }
            first = end.max(first + 1);
        }
        true
    }

    fn may_wait(&self, kind: usize, ask: &Ask, length: usize) -> bool {
        let half = rust_decimal::Decimal::new(5, 1);
        match &self.answers[kind] {
            Some(answer) if !answer.from_half || ask.reached >= half => match answer.reaction {
                0 => true,
                1 => length <= 4,
                2 => length <= 10,
                _ => false,
            },
            _ => true,
        }
    }

    /// The first half hour of each ask among all schedules; none where there is no schedule.
    fn search(&self, policy: &Policy, asks: &[Ask]) -> Option<Vec<usize>> {
        let closed: Vec<Vec<BTreeSet<usize>>> = asks.iter().map(|ask| self.closed(policy, ask)).collect();
        let mut reached: Vec<Vec<usize>> = Vec::new();
        for (position, ask) in asks.iter().enumerate() {
            let follows = |slot: &usize| {
                position == 0
                    || reached[position - 1]
                        .iter()
                        .any(|one| self.follows(&closed[position], ask, *one, *slot))
            };
            let open = |slot: &usize| closed[position][*slot].is_empty() && self.is_quiet(policy, ask, *slot);
            let slots: Vec<usize> = (0..SLOTS).filter(open).filter(follows).collect();
            reached.push(slots);
        }
        for position in (1..asks.len()).rev() {
            let later = reached[position].clone();
            let follows = |one: &usize| {
                later.iter().any(|slot| self.follows(&closed[position], &asks[position], *one, *slot))
            };
            reached[position - 1].retain(follows);
        }
        reached.iter().map(|slots| slots.first().copied()).collect()
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let freeze = (0..2usize, 0..150usize, 1..14usize, prop::option::of(0..2usize), any::<bool>()).prop_map(
        |(kind, first, length, region, promotes_only)| Freeze { kind, first, length, region, promotes_only },
    );
    let answer = prop::option::of(
        (0..REACTIONS.len(), any::<bool>()).prop_map(|(reaction, from_half)| Answer { reaction, from_half }),
    );
    let times = (1..6usize, 0..6usize, any::<bool>(), any::<bool>());
    (prop::collection::vec(freeze, 0..9), prop::collection::vec(answer, 2), times).prop_map(
        |(freezes, answers, (hold, soak, in_turn, off_peak))| Case {
            freezes,
            answers,
            hold,
            soak,
            in_turn,
            off_peak,
        },
    )
}

proptest! {
    #![proptest_config(law(32))]

    #[test]
    fn a_schedule_is_allowed_and_the_earliest(case in cases()) {
        let policy = checked(&case.text());
        let id = policy.releases.find("r").unwrap();
        let release = &policy.releases[id];
        let context = Context::at(start());
        let change = of_release(&policy, release, &Change::default());
        let route = Route { regions: release.region_plan.clone(), soak: release.soak };
        let prepared = Prepared::new(&policy);
        let planner = planner(&policy, &prepared, release, &route, &change, &context);
        let asks: Vec<Ask> = planner.asks().cloned().collect();
        let plan = planner.earliest(Hours::OffPeak).unwrap();
        for (ask, planned) in asks.iter().zip(&plan.asks) {
            let regions = ask.regions.iter().map(|id| policy.regions[*id].name.clone()).collect();
            let change = Change { regions, action: ask.action, ..change.clone() };
            let answer = decide(&policy, &change, &Context::at(planned.at));
            prop_assert_eq!(answer.verdict, Verdict::Allow);
        }
        let found: Vec<Instant> = plan.asks.iter().map(|planned| planned.at).collect();
        let searched: Vec<Instant> = case.search(&policy, &asks).unwrap().into_iter().map(at).collect();
        prop_assert_eq!(found, searched);
    }
}

/// The steps of a pipeline as `stage share +earliest latest ask`.
fn shape(text: &str, regions: &[&[&str]], soak: Option<Elapsed>) -> Vec<String> {
    let policy = checked(&format!(
        "policy p {{ language 1 }}\ntier t\nregion a {{ zone \"UTC\" }}\nregion b {{ zone \"UTC\" }}\n{text}"
    ));
    let find = |names: &&[&str]| names.iter().map(|name| policy.regions.find(name).unwrap()).collect();
    let route = Route { regions: regions.iter().map(find).collect(), soak };
    let id = policy.pipelines.find("web").unwrap();
    let rollout = Rollouts::new(&policy).of(id, &route);
    let line = |step: &opsc::schedule::RolloutStep| {
        let share =
            step.traffic.map_or(String::new(), |share| format!(" {}", opsc::schedule::percent(share)));
        let latest = step.latest.map_or("-".to_owned(), |latest| latest.to_string());
        let asks = step.asks.map_or("", Action::name);
        let regions: Vec<&str> = step.regions.iter().map(|id| policy.regions[*id].name.as_str()).collect();
        format!(
            "{}{share} {}+{} {latest} {asks}",
            policy.pipelines[id].stages[step.stage].name,
            regions.iter().map(|name| format!("{name} ")).collect::<String>(),
            step.earliest,
        )
    };
    let mut lines: Vec<String> = rollout.steps.iter().map(|step| line(step).trim_end().to_owned()).collect();
    lines.push(rollout.shortest.to_string());
    lines
}

const WEB: &str = "pipeline web { stage build { hold 5m; timeout 20m }; \
    stage migrate { after build; timeout 10m }; stage deploy { after migrate; hold 10m; timeout 30m }; \
    stage shadow { after deploy; traffic mirror 1%; hold 30m; timeout 1h }; \
    stage ramp { after shadow; traffic 5%, 100% hold 1h }; stage promote { after ramp } }";

#[test]
fn shares_are_held_one_after_the_other_and_the_first_put_and_each_raise_ask() {
    assert_eq!(
        shape(WEB, &[], None),
        [
            "build +0s 0s",
            "migrate +5m 20m migrate",
            "deploy +5m 30m",
            "shadow +15m 1h",
            "ramp 5% +45m 2h deploy",
            "ramp 100% +1h45m - promote",
            "promote 100% +2h45m -",
            "2h45m",
        ]
    );
}

#[test]
fn a_route_is_walked_step_by_step_and_builds_once() {
    let steps = shape(WEB, &[&["b"], &["a"]], Some(Elapsed::hours(1)));
    assert_eq!(steps[1], "migrate b +5m 20m migrate");
    assert_eq!(steps[7], "migrate a +3h45m - migrate");
    assert_eq!(steps[10], "ramp 5% a +4h25m - deploy");
    assert_eq!(steps[13], "6h25m");
}

#[test]
fn stages_that_say_their_regions_are_walked_by_themselves() {
    let text = "pipeline web { stage deploy { hold 10m }; \
        stage ramp { after deploy; traffic 50%, 100% hold 1h; regions a then b soak 30m } }";
    assert_eq!(
        shape(text, &[], None),
        [
            "deploy +0s 0s deploy",
            "ramp 50% a +10m - deploy",
            "ramp 100% a +1h10m - promote",
            "ramp 50% b +2h40m - deploy",
            "ramp 100% b +3h40m - promote",
            "4h40m",
        ]
    );
    assert_eq!(shape(text, &[&["b"]], None)[1], "ramp 50% b +10m - deploy");
}

#[test]
fn a_pipeline_that_calls_another_lasts_as_long() {
    let text = "pipeline web { stage deploy { calls inner }; stage ramp { after deploy; traffic 5%, 100% hold 1h } }\n\
        pipeline inner { stage build { hold 45m } }";
    assert_eq!(shape(text, &[], None)[1], "ramp 5% +45m - deploy");
}

/// Steps in which the calendar is asked one by one.
const STEPS: usize = 300;

#[derive(Debug, Clone)]
struct Spell {
    kind: usize,
    first: usize,
    length: usize,
    region: Option<usize>,
    component: Option<usize>,
    promotes_only: bool,
}

/// A calendar around the night in which Dublin's clocks go forward.
#[derive(Debug, Clone)]
struct Strained {
    spells: Vec<Spell>,
    nights: bool,
    hours: bool,
    lifted: bool,
    hold: usize,
    seconds: bool,
}

impl Strained {
    fn step(&self) -> Elapsed {
        if self.seconds { Elapsed::seconds(1) } else { Elapsed::minutes(10) }
    }

    fn at(&self, step: usize) -> Instant {
        let start = if self.seconds { "2026-03-29T00:58:00Z" } else { "2026-03-28T00:00:00Z" };
        Instant::parse(start).unwrap().plus(Elapsed::seconds(self.step().as_seconds() * step as i64))
    }

    fn within(&self) -> Interval {
        Interval::new(self.at(0), self.at(STEPS))
    }

    fn text(&self, excepts: bool) -> String {
        let mut text = String::from(
            "policy p { language 1 }\ntier small\ntier large\nrole boss { members \"x\", \"y\" }\n\
             freeze hard { block others }\nfreeze soft { admit small; admit large when approved 1 of boss }\n\
             freeze mild { admit small; except large }\n\
             lever l { flips selector \"web\"; within 1m }\n\
             region a { zone \"Europe/Dublin\" }\nregion b { zone \"Asia/Kathmandu\" }\ncomponent one\ncomponent two\n",
        );
        for (position, spell) in self.spells.iter().enumerate() {
            let (from, until) = (self.at(spell.first), self.at(spell.first + spell.length));
            let kind = ["hard", "soft", "mild"][spell.kind];
            write!(text, "window w{position} : {kind} {{ during {from} .. {until}").unwrap();
            if let Some(region) = spell.region {
                write!(text, "; regions {}", REGIONS[region]).unwrap();
            }
            if let Some(component) = spell.component {
                write!(text, "; scope {}", ["one", "two"][component]).unwrap();
            }
            text.push_str(if spell.promotes_only { "; on promote }\n" } else { " }\n" });
        }
        if self.nights {
            text.push_str("window night : soft { every day 00:50 .. 02:20 }\n");
        }
        if self.hours {
            text.push_str("window hours : hard { only every day 01:00 .. 23:30; regions a }\n");
        }
        let first = self.spells.first().filter(|spell| excepts && self.lifted && spell.kind == 2);
        if first.is_some() {
            let expires = self.at(STEPS / 2);
            writeln!(
                text,
                "exception e : large {{ lifts w0; owner boss; ticket \"T-1\"; lever l; warmup \"none\"; expires {expires}; \
                 approve 1 of boss }}"
            )
            .unwrap();
        }
        let hold = self.step().as_seconds() * self.hold as i64;
        writeln!(
            text,
            "pipeline web {{ stage deploy {{ hold {hold}s }}; \
             stage ramp {{ after deploy; traffic 10%, 50%, 100% hold {hold}s }} }}\n\
             release r : large {{ components one, two; regions a then b; by web }}"
        )
        .unwrap();
        text
    }
}

fn strained() -> impl Strategy<Value = Strained> {
    let scope = (prop::option::of(0..2usize), prop::option::of(0..2usize), any::<bool>());
    let spell = (0..3usize, 0..STEPS, 1..60usize, scope).prop_map(
        |(kind, first, length, (region, component, promotes_only))| Spell {
            kind,
            first,
            length,
            region,
            component,
            promotes_only,
        },
    );
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (prop::collection::vec(spell, 0..6), flags, 0..8usize).prop_map(
        |(spells, (nights, hours, lifted, seconds), hold)| Strained {
            spells,
            nights,
            hours,
            lifted,
            hold,
            seconds,
        },
    )
}

proptest! {
    #![proptest_config(law(10))]

    #[test]
    fn a_calendar_under_stress_is_what_the_gate_says_step_by_step(case in strained()) {
        let policy = checked(&case.text(true));
        let strict = checked(&case.text(false));
        let within = case.within();
        let found = stress(&policy, &Scope::default(), None, within).unwrap();
        prop_assert_eq!(found.rows.len(), 4);
        for row in &found.rows {
            let region = policy.regions[row.region.unwrap()].name.clone();
            let tier = policy.tiers[row.tier.unwrap()].name.clone();
            let change = Change {
                tier: Some(StatedTier { name: tier.clone(), by: None }),
                regions: vec![region],
                ..Change::default()
            };
            let approval = Approval {
                person: "x".to_owned(),
                commit: None,
                patch: None,
                given_at: None,
                state: ApprovalState::Approved,
                dismissed: false,
            };
            let approved = Change { approvals: vec![approval], ..change.clone() };
            let allows = |policy: &Policy, change: &Change| -> Vec<bool> {
                let prepared = Prepared::new(policy);
                let ask = |step| prepared.cells(change, &Context::at(case.at(step)));
                (0..STEPS).map(|step| ask(step).iter().all(|cell| cell.verdict == Verdict::Allow)).collect()
            };
            let (open, free) = (allows(&policy, &approved), allows(&strict, &change));
            for step in 0..STEPS {
                prop_assert_eq!(row.open.contains(case.at(step)), open[step], "open at {}", case.at(step));
                prop_assert_eq!(row.free.contains(case.at(step)), free[step], "free at {}", case.at(step));
            }
            let needed = if tier == "large" { 3 * case.hold } else { 0 };
            prop_assert_eq!(row.slot.length.as_seconds(), case.step().as_seconds() * needed as i64);
            let starts: Vec<bool> =
                (0..STEPS).map(|step| open[step..STEPS.min(step + needed + 1)].iter().all(|open| *open)).collect();
            let mut longest: Option<(usize, usize)> = None;
            let mut first = 0;
            for (step, starts) in starts.into_iter().chain([true]).enumerate() {
                if starts {
                    if step > first && longest.is_none_or(|(from, until)| step - first > until - from) {
                        longest = Some((first, step));
                    }
                    first = step + 1;
                }
            }
            let longest = longest.map(|(from, until)| Interval::new(case.at(from), case.at(until)));
            prop_assert_eq!(row.longest.as_ref().map(|drought| drought.span), longest);
        }
    }
}
