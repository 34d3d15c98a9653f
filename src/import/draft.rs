//! The policy in the making: what every format fills in and `write` turns into text.

use super::days;
use super::names::{Names, sanitised};
use super::report::{At, RemarkKind, Report};
use super::zones;
use crate::calendar::{Date, DateSpan, Pattern, Zone};
use std::collections::{BTreeMap, BTreeSet};

/// A policy in the making.
#[derive(Debug)]
pub(super) struct Draft {
    /// The policy's name.
    pub(super) name: String,
    /// What the policy says of itself at its head, a line each.
    pub(super) about: Vec<String>,
    /// The source's file name, for claims and comments.
    pub(super) source: String,
    /// The freeze kind where the source names none.
    pub(super) kind: String,
    /// Bounds of enumeration, `first .. last`.
    pub(super) horizon: DateSpan,
    /// Regions, in the order they were met.
    pub(super) regions: Vec<Region>,
    /// Components, in the order they were met.
    pub(super) components: Vec<Named>,
    /// Environments, in the order they were met.
    pub(super) environments: Vec<Named>,
    /// Windows, in the order of the source.
    pub(super) windows: Vec<Window>,
    /// Releases, in the order of the source.
    pub(super) releases: Vec<Release>,
    /// Claims, in the order of the source.
    pub(super) claims: Vec<Claim>,
    /// Holidays, in the order of the source.
    pub(super) holidays: Vec<Holidays>,
    spaces: BTreeMap<Space, Names>,
}

/// The kinds of names; names of one kind are never the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    Region,
    Component,
    Environment,
    Window,
    Release,
    Holidays,
}

impl Space {
    fn noun(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Component => "component",
            Self::Environment => "environment",
            Self::Window => "window",
            Self::Release => "release",
            Self::Holidays => "holidays",
        }
    }
}

/// A name with what to say about it.
#[derive(Debug)]
pub(super) struct Named {
    /// The name.
    pub(super) name: String,
    /// Doc lines.
    pub(super) doc: Vec<String>,
}

/// A region.
#[derive(Debug)]
pub(super) struct Region {
    /// Its name.
    pub(super) name: String,
    /// Its zone.
    pub(super) zone: Zone,
    /// A comment behind the zone.
    pub(super) note: &'static str,
}

/// Whether a window closes while it holds, or opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// The kind applies while the window holds.
    Freezes,
    /// The kind applies while no such window holds: `only`.
    Permits,
}

/// A window.
#[derive(Debug)]
pub(super) struct Window {
    /// Its name.
    pub(super) name: String,
    /// Doc lines.
    pub(super) doc: Vec<String>,
    /// The freeze kind.
    pub(super) kind: String,
    /// Whether it freezes or permits.
    pub(super) sense: Sense,
    /// When, one line each, with a comment above where one is wanted.
    pub(super) when: Vec<Pattern>,
    /// The zone local times are read in; none means each region's own.
    pub(super) zone: Option<Zone>,
    /// The first date on which an occurrence may start.
    pub(super) from: Option<Date>,
    /// The first date on which none may start any more.
    pub(super) until: Option<Date>,
    /// Dates on which none starts.
    pub(super) except: BTreeSet<Date>,
    /// Regions; none means all.
    pub(super) regions: Vec<String>,
    /// Components; none means all.
    pub(super) scope: Vec<String>,
    /// Environments; none means all.
    pub(super) environments: Vec<String>,
    /// Actions; none means all.
    pub(super) actions: Vec<&'static str>,
    /// Why it is there.
    pub(super) because: Option<String>,
}

impl Window {
    /// A window that freezes everything, with nothing yet said of when.
    pub(super) fn new(name: String, kind: &str) -> Self {
        Self {
            name,
            doc: Vec::new(),
            kind: kind.to_owned(),
            sense: Sense::Freezes,
            when: Vec::new(),
            zone: None,
            from: None,
            until: None,
            except: BTreeSet::new(),
            regions: Vec::new(),
            scope: Vec::new(),
            environments: Vec::new(),
            actions: Vec::new(),
            because: None,
        }
    }
}

/// A release.
#[derive(Debug)]
pub(super) struct Release {
    /// Its name.
    pub(super) name: String,
    /// Doc lines.
    pub(super) doc: Vec<String>,
    /// Its tier.
    pub(super) tier: String,
    /// Regions in their order.
    pub(super) regions: Vec<String>,
    /// Components; none means all.
    pub(super) components: Vec<String>,
    /// Who owns it, as the source says.
    pub(super) owner: Option<String>,
}

/// A claim: where it stands and what it says.
#[derive(Debug)]
pub(super) struct Claim {
    /// The source and its line.
    pub(super) source: String,
    /// Rulings, a line each.
    pub(super) rulings: Vec<String>,
}

/// Holidays of one calendar.
#[derive(Debug)]
pub(super) struct Holidays {
    /// Their name.
    pub(super) name: String,
    /// Days off, each with a title.
    pub(super) spans: Vec<(DateSpan, String)>,
}

impl Draft {
    /// An empty policy named after a file, whose horizon is given.
    pub(super) fn new(file: &str, horizon: DateSpan) -> Self {
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        Self {
            name: sanitised(&stem.replace('_', "-"), "imported"),
            about: Vec::new(),
            source: String::new(),
            kind: String::new(),
            horizon,
            regions: Vec::new(),
            components: Vec::new(),
            environments: Vec::new(),
            windows: Vec::new(),
            releases: Vec::new(),
            claims: Vec::new(),
            holidays: Vec::new(),
            spaces: BTreeMap::new(),
        }
    }

    /// The name for what the source calls `foreign`; a changed one is reported.
    pub(super) fn name(&mut self, space: Space, foreign: &str, at: At, report: &mut Report) -> String {
        self.spaces.entry(space).or_default().same(foreign, space.noun(), at, report)
    }

    /// A name of its own, made of `foreign`.
    pub(super) fn fresh(&mut self, space: Space, foreign: &str) -> String {
        self.spaces.entry(space).or_default().fresh(foreign, space.noun())
    }

    /// Whether the source's name was met before.
    pub(super) fn knows(&self, space: Space, foreign: &str) -> bool {
        self.spaces.get(&space).is_some_and(|names| names.knows(foreign))
    }

    /// The zone of the region that the source calls so.
    pub(super) fn zone_of(&self, foreign: &str) -> Option<Zone> {
        let name = self.spaces.get(&Space::Region)?.given(foreign)?;
        self.regions.iter().find(|region| region.name == name).map(|region| region.zone)
    }

    /// The region of this foreign name, with the zone that the table of cloud regions assumes, or UTC.
    pub(super) fn region(&mut self, foreign: &str, at: At, report: &mut Report) -> String {
        let name = self.name(Space::Region, foreign, at, report);
        if self.regions.iter().any(|region| region.name == name) {
            return name;
        }
        let (zone, note) = match zones::of_cloud_region(foreign) {
            Some(zone) => {
                let words = [
                    "the source gives no zone: region {} is assumed",
                    "the source gives no zones: {count} regions are assumed: {}",
                    "the cities are those of the cloud's regions; correct a zone that is not yours",
                ];
                let thing = format!("`{foreign}` in `{}`", zone.name());
                report.gather(at, RemarkKind::Changed, thing, words);
                (zone, "assumed")
            }
            None => {
                let words = [
                    "region {} has no zone in the source: UTC stands in",
                    "{count} regions have no zone in the source: UTC stands in for {}",
                    "write the zone: whole dates and times of day are read in it",
                ];
                let thing = format!("`{}`", super::names::quoted(foreign));
                report.gather(at, RemarkKind::Changed, thing, words);
                (Zone::UTC, "assumed: write the region's own zone")
            }
        };
        self.regions.push(Region { name: name.clone(), zone, note });
        name
    }

    /// The component of this foreign name.
    pub(super) fn component(&mut self, foreign: &str, at: At, report: &mut Report) -> String {
        let name = self.name(Space::Component, foreign, at, report);
        if !self.components.iter().any(|known| known.name == name) {
            self.components.push(Named { name: name.clone(), doc: Vec::new() });
        }
        name
    }

    /// The environment of this foreign name.
    pub(super) fn environment(&mut self, foreign: &str, at: At, report: &mut Report) -> String {
        let name = self.name(Space::Environment, foreign, at, report);
        if !self.environments.iter().any(|known| known.name == name) {
            self.environments.push(Named { name: name.clone(), doc: Vec::new() });
        }
        name
    }

    /// The years that questions over time look at: those of every date, and where something comes back, those of
    /// the import. None where nothing has a time.
    pub(super) fn years(&self) -> Option<DateSpan> {
        let mut years: Option<DateSpan> = None;
        let mut widen = |first: Date, last: Date| {
            let first = days::first_of(days::Day::of(first).year);
            let last = days::first_of(days::Day::of(last).year.saturating_add(1));
            let (from, to) =
                years.map_or((first, last), |years| (years.first.min(first), years.last.max(last)));
            years = Some(DateSpan { first: from, last: to });
        };
        for window in &self.windows {
            for pattern in &window.when {
                match dates_of(pattern).or(window.from.zip(window.until)) {
                    Some((first, last)) => widen(first, last),
                    None => widen(self.horizon.first, days::later(self.horizon.last, -1)),
                }
            }
        }
        for (span, _) in self.holidays.iter().flat_map(|holidays| &holidays.spans) {
            widen(span.first, span.last);
        }
        years
    }
}

/// The first and the last date of a pattern that is one span.
fn dates_of(pattern: &Pattern) -> Option<(Date, Date)> {
    match pattern {
        Pattern::Once(interval) => Some((Zone::UTC.date(interval.start), Zone::UTC.date(interval.end))),
        Pattern::OnceLocal { start, end } => Some((start.date(), end.date())),
        Pattern::Dates(span) => Some((span.first, span.last)),
        _ => None,
    }
}
