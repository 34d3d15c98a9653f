//! What the planner says of a release: its slot is one that the gate allows with the approvals it plans for, and nothing earlier is;
//! each rule costs what planning by a policy without that rule saves, and no other rule costs anything.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod support;

use opsc::calendar::{Elapsed, Instant};
use opsc::decide::{Approval, ApprovalState, Change, Context, Prepared, Verdict};
use opsc::policy::{self, Policy};
use opsc::schedule::{Hours, Itinerary, Plan, Planning, Rule};
use opsc::world::MemoryWorld;
use proptest::prelude::*;
use std::fmt::Write;
use support::law;

/// Half hours that are searched: four days, around the night in which Dublin's clocks go forward.
const SLOTS: usize = 192;

fn start() -> Instant {
    Instant::parse("2026-03-27T00:00:00Z").unwrap()
}

fn at(slot: usize) -> Instant {
    start().plus(Elapsed::minutes(30 * slot as i64))
}

fn checked(text: &str) -> Policy {
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    let loaded = policy::load(&world, "main.ops").unwrap();
    let found: Vec<String> = loaded.diagnostics.iter().map(|finding| finding.message.clone()).collect();
    loaded.policy.unwrap_or_else(|| panic!("{found:?} in\n{text}"))
}

fn planned(policy: &Policy, hours: Hours) -> Itinerary {
    let (change, context) = (Change::default(), Context::at(start()));
    let id = policy.releases.find("r").unwrap();
    Planning { id, change: &change, context: &context, hours, done: &[] }.itinerary(policy)
}

#[derive(Debug, Clone)]
struct Crew {
    zone: usize,
    first: usize,
    length: usize,
    everyday: bool,
}

const ZONES: [&str; 3] = ["Europe/Dublin", "Asia/Tokyo", "America/New_York"];
const PEOPLE: [&str; 3] = ["ana", "ben", "chi"];

/// A release that people must approve while they are at work.
#[derive(Debug, Clone)]
struct Approved {
    /// The hours of ana, ben and chi; none where nobody says them.
    crews: Vec<Option<Crew>>,
    count: usize,
    valid_hours: Option<usize>,
    freezes: Vec<(usize, usize)>,
    author: Option<usize>,
}

impl Approved {
    fn text(&self) -> String {
        let mut text = String::from("policy p { language 1 }\nregion a { zone \"UTC\" }\n");
        for (person, crew) in PEOPLE.iter().zip(&self.crews) {
            let Some(crew) = crew else { continue };
            let days = if crew.everyday { "day" } else { "workday" };
            let clock = |half: usize| format!("{:02}:{:02}", half / 2, 30 * (half % 2));
            writeln!(
                text,
                "team {person}-crew {{ zone \"{}\"; members \"{person}\"; hours every {days} {} .. {} }}",
                ZONES[crew.zone],
                clock(crew.first),
                clock(crew.first + crew.length)
            )
            .unwrap();
        }
        let valid = self.valid_hours.map_or(String::new(), |hours| format!("; valid for {hours}h at start"));
        let count = self.count;
        write!(
            text,
            "role boss {{ members \"ana\", \"ben\", \"chi\" }}\napproval go {{ approve {count} of boss{valid} }}\n\
             tier t {{ before deploy require approval go }}\nfreeze hard {{ block t }}\n"
        )
        .unwrap();
        for (position, (first, length)) in self.freezes.iter().enumerate() {
            let (from, until) = (at(*first), at(first + length));
            writeln!(text, "window w{position} : hard {{ during {from} .. {until} }}").unwrap();
        }
        text.push_str("release r : t { regions a }\n");
        text
    }

    fn is_at_work(&self, person: usize, instant: Instant) -> bool {
        let Some(crew) = &self.crews[person] else { return true };
        let zone = opsc::calendar::Zone::parse(ZONES[crew.zone]).unwrap();
        let local = zone.local(instant);
        let seconds = local.and_utc().timestamp().rem_euclid(86_400) as usize;
        let weekend = matches!(local.format("%u").to_string().as_str(), "6" | "7");
        (crew.everyday || !weekend)
            && (crew.first * 1800..(crew.first + crew.length) * 1800).contains(&seconds)
    }

    /// Whether the gate allows the release at an instant with approvals that people at work could have given by then.
    fn is_allowed(&self, prepared: &Prepared<'_>, instant: Instant) -> bool {
        let moments: Vec<Instant> = (0..=SLOTS)
            .flat_map(|slot| [-1, 0, 1].map(|second| at(slot).plus(Elapsed::seconds(second))))
            .filter(|given| start() <= *given && *given <= instant)
            .collect();
        // Of each, the last approval before it: no earlier one counts for longer.
        let approvals = (0..PEOPLE.len()).filter_map(|person| {
            let given = moments.iter().rev().find(|given| self.is_at_work(person, **given))?;
            Some(Approval {
                person: PEOPLE[person].to_owned(),
                commit: None,
                patch: None,
                given_at: Some(*given),
                state: ApprovalState::Approved,
                dismissed: false,
            })
        });
        let change = Change {
            release: Some("r".to_owned()),
            regions: vec!["a".to_owned()],
            approvals: approvals.collect(),
            authors: self.author.map(|author| PEOPLE[author].to_owned()).into_iter().collect(),
            ..Change::default()
        };
        let change = Change { action: Some(policy::Action::Deploy), ..change };
        prepared.cells(&change, &Context::at(instant)).iter().all(|cell| cell.verdict == Verdict::Allow)
    }
}

fn approved() -> impl Strategy<Value = Approved> {
    let crew = (0..ZONES.len(), 0..30usize, 2..18usize, any::<bool>())
        .prop_map(|(zone, first, length, everyday)| Crew { zone, first, length, everyday });
    let freezes = prop::collection::vec((0..120usize, 1..40usize), 0..4);
    (
        prop::collection::vec(prop::option::weighted(0.8, crew), 3),
        1..3usize,
        prop::option::of(1..30usize),
        freezes,
        prop::option::of(0..3usize),
    )
        .prop_map(|(crews, count, valid_hours, freezes, author)| Approved {
            crews,
            count,
            valid_hours,
            freezes,
            author,
        })
}

#[derive(Debug, Clone)]
struct Costly {
    freezes: Vec<(usize, usize, Option<usize>, bool)>,
    hours: bool,
    off_peak: bool,
    soak: usize,
    hold: usize,
    back: bool,
}

impl Costly {
    /// The policy without the parts that a rule says: the text never has them.
    fn text(&self, lifted: Option<&str>) -> String {
        let is_there = |rule: &str| lifted != Some(rule);
        let quiet = if self.off_peak && is_there("off-peak a") { "; off-peak 01:00 .. 05:00" } else { "" };
        let mut text = format!(
            "policy p {{ language 1 }}\ntier t\nfreeze hard {{ block t }}\nfreeze mild {{ admit t }}\n\
             region a {{ zone \"Europe/Dublin\"{quiet} }}\nregion b {{ zone \"Asia/Tokyo\" }}\n"
        );
        for (position, (first, length, region, blocks)) in self.freezes.iter().enumerate() {
            let name = format!("w{position}");
            if is_there(&format!("window {name}")) {
                let (from, until) = (at(*first), at(first + length));
                let region =
                    region.map_or(String::new(), |region| format!("; regions {}", ["a", "b"][region]));
                let kind = if *blocks { "hard" } else { "mild" };
                writeln!(text, "window {name} : {kind} {{ during {from} .. {until}{region} }}").unwrap();
            }
        }
        if self.hours && is_there("only hard") {
            text.push_str("window day : hard { only every day 03:00 .. 21:00 }\nwindow eve : hard { only every day 21:30 .. 23:00 }\n");
        }
        let soak =
            if self.soak > 0 && is_there("soak") { format!(" soak {}h", self.soak) } else { String::new() };
        let freeze =
            if self.back && is_there("on-freeze hard") { "hard: roll back; " } else { "hard: pause; " };
        write!(
            text,
            "pipeline web {{ on freeze {{ {freeze}otherwise pause }}; stage deploy {{ hold {0}m }}; \
             stage ramp {{ after deploy; traffic 10%, 100% hold {0}m }} }}\n\
             release r : t {{ regions a then b{soak}; by web }}\n",
            self.hold * 30
        )
        .unwrap();
        text
    }
}

fn costly() -> impl Strategy<Value = Costly> {
    let freeze = (0..150usize, 1..30usize, prop::option::of(0..2usize), any::<bool>());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (prop::collection::vec(freeze, 0..5), flags, 0..6usize, 1..4usize).prop_map(
        |(freezes, (hours, off_peak, back), soak, hold)| Costly {
            freezes,
            hours,
            off_peak,
            soak,
            hold,
            back,
        },
    )
}

fn name(policy: &Policy, rule: Rule) -> String {
    match rule {
        Rule::Window(window) => format!("window {}", policy.windows[window].name),
        Rule::Hours(kind) => format!("only {}", policy.kinds[kind].name),
        Rule::OffPeak(region) => format!("off-peak {}", policy.regions[region].name),
        Rule::OnFreeze(kind) => format!("on-freeze {}", policy.kinds[kind].name),
        Rule::Soak => "soak".to_owned(),
        Rule::Approval(..) | Rule::After(_) => panic!("{rule:?} is in no such policy"),
    }
}

fn times(plan: &Plan) -> Vec<Instant> {
    plan.asks.iter().map(|planned| planned.at).collect()
}

proptest! {
    #![proptest_config(law(24))]

    #[test]
    fn a_slot_is_allowed_with_approvals_from_people_at_work_and_nothing_earlier_is(case in approved()) {
        let policy = checked(&case.text());
        let prepared = Prepared::new(&policy);
        let first = (0..SLOTS).map(at).find(|slot| case.is_allowed(&prepared, *slot));
        let id = policy.releases.find("r").unwrap();
        let authors = case.author.map(|author| PEOPLE[author].to_owned()).into_iter().collect();
        let change = Change { authors, action: Some(policy::Action::Deploy), ..Change::default() };
        let context = Context::at(start());
        let planning = Planning { id, change: &change, context: &context, hours: Hours::Any, done: &[] };
        let found = planning.itinerary(&policy);
        let plan = found.plan.as_ref().unwrap();
        if let Some(first) = first {
            prop_assert_eq!(plan.start, first);
            // Whoever is named for it is at work then.
            for (_, request) in &found.requests {
                for approver in &request.people {
                    let person = PEOPLE.iter().position(|name| *name == approver.person).unwrap();
                    let asked = approver.from.unwrap_or(plan.start);
                    prop_assert!(case.is_at_work(person, asked) && asked <= request.by);
                    prop_assert!(approver.from.is_none() || asked >= request.since);
                }
            }
        } else {
            // Nobody can approve it in time, in the days that are searched: never before the searched days are over, unless
            // nobody's hours ever help; then the calendar alone counts.
            let open = (0..=SLOTS + 40).map(at).find(|slot| {
                !case.freezes.iter().any(|(from, length)| (at(*from)..at(from + length)).contains(slot))
            });
            prop_assert!(plan.start >= at(SLOTS) || Some(plan.start) == open);
        }
    }

    #[test]
    fn a_rule_costs_what_planning_without_it_saves_and_no_other_rule_does(case in costly()) {
        let policy = checked(&case.text(None));
        let found = planned(&policy, Hours::OffPeak);
        let plan = found.plan.as_ref().unwrap();
        let mut rules: Vec<String> = (0..case.freezes.len()).map(|number| format!("window w{number}")).collect();
        rules.extend(["only hard", "off-peak a", "soak", "on-freeze hard"].map(str::to_owned));
        for rule in &rules {
            let other = checked(&case.text(Some(rule)));
            let (change, context) = (Change::default(), Context::at(start()));
            let id = other.releases.find("r").unwrap();
            let planning = Planning { id, change: &change, context: &context, hours: found.hours, done: &[] };
            let other = planning.earliest(&other).unwrap();
            let told = found.costs.iter().find(|cost| name(&policy, cost.rule) == *rule);
            if other.end < plan.end {
                let told = told.unwrap_or_else(|| panic!("`{rule}` costs {}", plan.end.since(other.end)));
                prop_assert_eq!(times(&told.plan), times(&other));
                prop_assert_eq!(told.saved, Some(plan.end.since(other.end)));
            } else {
                prop_assert!(told.is_none(), "`{}` costs nothing", rule);
            }
        }
        if let Some(most) = found.costs.first() {
            prop_assert!(found.costs.iter().all(|cost| most.plan.end <= cost.plan.end));
        }
    }
}

#[test]
fn a_release_comes_after_those_it_waits_for_unless_they_are_over() {
    let policy = checked(
        "policy p { language 1 }\ntier t\nfreeze hard { block t }\nregion a { zone \"UTC\" }\nregion b { zone \"UTC\" }\n\
         window w : hard { during 2026-03-27T00:00Z .. 2026-03-28T00:00Z; regions b }\n\
         release first : t { regions b }\nrelease second : t { regions a; after first }\nrelease r : t { regions a; after second }\n",
    );
    let found = planned(&policy, Hours::Any);
    assert_eq!(found.plan.as_ref().unwrap().start, Instant::parse("2026-03-28T00:00Z").unwrap());
    assert_eq!(found.before.len(), 1);
    assert!(matches!(found.costs[0].rule, Rule::Window(_) | Rule::After(_)));
    let second = policy.releases.find("second").unwrap();
    let (change, context) = (Change::default(), Context::at(start()));
    let id = policy.releases.find("r").unwrap();
    let done = Planning { id, change: &change, context: &context, hours: Hours::Any, done: &[second] };
    assert_eq!(done.itinerary(&policy).plan.unwrap().start, start());
}
