//! The smallest declaration of each kind, to be changed in the fields that matter.

use crate::generate::party;
use opsc::calendar::{Date, Elapsed, Instant, Interval, Place, Rounding, Timetable, Weekdays, Zone};
use opsc::policy::{
    Asked, Component, Environment, Exception, Fact, FactKind, Flag, FlagKind, FreezeKind, Id, Lever, Origin,
    Policy, Region, Release, Reuse, Role, Schedule, Service, Team, Tier, Window,
};
use opsc::source::{Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Among them a zone whose clocks change within the generated days, in spring, and one with odd minutes.
pub const ZONES: [&str; 4] = ["UTC", "Europe/Dublin", "Asia/Kathmandu", "America/New_York"];

/// So many hours behind the start of the generated days.
pub fn at(hours: i64) -> Instant {
    Instant::parse("2025-03-26T00:00:00Z").unwrap().plus(elapsed(hours))
}

pub fn elapsed(hours: i64) -> Elapsed {
    Elapsed::hours(hours)
}

pub fn date(day: usize) -> Date {
    Date::from_ymd_opt(2025, 3, 26).unwrap().iter_days().nth(day).unwrap()
}

pub fn origin() -> Origin {
    thread_local! {
        static ORIGIN: Origin = {
            let mut sources = Sources::new();
            Origin { span: Span::new(sources.add("policy.ops", ""), 0, 0), line: 1 }
        };
    }
    ORIGIN.with(|origin| *origin)
}

pub fn place(zone: &str) -> Place {
    Place {
        zone: Zone::parse(zone).unwrap(),
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    }
}

pub fn empty() -> Policy {
    Policy {
        horizon: Interval::new(at(0), at(24 * 365)),
        digest: "d".repeat(64),
        library_digest: "e".repeat(64),
        files: vec!["policy.ops".to_owned()],
        ..Policy::empty("policy")
    }
}

pub fn region(name: &str) -> Region {
    Region {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        place: place("UTC"),
        off_peak: None,
        holidays: Vec::new(),
    }
}

pub fn component(name: &str) -> Component {
    Component {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        needs: Vec::new(),
        paths: Vec::new(),
        owner: None,
    }
}

pub fn service(name: &str) -> Service {
    Service { name: name.to_owned(), doc: String::new(), origin: origin(), components: Vec::new() }
}

pub fn environment(name: &str) -> Environment {
    Environment {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        after: None,
        vars: BTreeMap::new(),
        secrets: Vec::new(),
    }
}

pub fn role(name: &str) -> Role {
    Role {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        members: Vec::new(),
        teams: Vec::new(),
        schedules: Vec::new(),
    }
}

pub fn team(name: &str) -> Team {
    Team {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        zone: None,
        members: Vec::new(),
        regions: Vec::new(),
        hours: None,
    }
}

pub fn schedule(name: &str) -> Schedule {
    Schedule {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        zone: Zone::parse("Europe/Dublin").unwrap(),
        shifts: Vec::new(),
        source: None,
        called: Vec::new(),
    }
}

pub fn fact(name: &str) -> Fact {
    Fact {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        kind: FactKind::Bool,
        sources: Vec::new(),
        fresh: None,
        private: false,
    }
}

pub fn tier(name: &str) -> Tier {
    Tier {
        name: name.to_owned(),
        title: String::new(),
        doc: String::new(),
        origin: origin(),
        examples: Vec::new(),
        requirements: Vec::new(),
    }
}

pub fn kind(name: &str) -> FreezeKind {
    FreezeKind { name: name.to_owned(), doc: String::new(), origin: origin(), rulings: Vec::new() }
}

pub fn window(name: &str, kind: Id<FreezeKind>) -> Window {
    Window {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        kind,
        when: Timetable::never(Rounding::Outward),
        only: false,
        follows: None,
        regions: None,
        components: None,
        environments: None,
        actions: None,
        owner: None,
        because: None,
        vendor: None,
        after: Vec::new(),
        warn_until: None,
    }
}

pub fn exception(name: &str, tier: Id<Tier>) -> Exception {
    Exception {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        tier,
        lifts: Vec::new(),
        regions: None,
        components: None,
        environments: None,
        owner: party(),
        ticket: "TICKET-1".to_owned(),
        lever: "lever".to_owned(),
        warmup: "none".to_owned(),
        starts: None,
        expires: at(24 * 365),
        approve: None,
        reuse: Reuse::Any,
        because: None,
    }
}

pub fn release(name: &str, tier: Id<Tier>) -> Release {
    Release {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        tier,
        owner: None,
        components: None,
        region_plan: Vec::new(),
        soak: None,
        by: None,
        environment: None,
        at: None,
        after: Vec::new(),
    }
}

pub fn flag(name: &str) -> Flag {
    Flag {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        kind: FlagKind::KillSwitch,
        components: None,
        variants: Vec::new(),
        default: None,
        sticky: None,
        asked: Asked::Server,
        guards: Vec::new(),
        owner: None,
        expires: None,
    }
}

pub fn lever(name: &str) -> Lever {
    Lever {
        kind: opsc::policy::LeverKind::Back,
        components: None,
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(),
        flips: Vec::new(),
        steps: None,
        run: None,
        inverse: None,
        within: None,
        rotates: Vec::new(),
        available_until: None,
        keeps: None,
        cannot_undo: Vec::new(),
        after: Vec::new(),
    }
}
