//! iCalendar files (RFC 5545): events become windows, or holidays where they are asked for.

mod convert;
mod event;
mod lines;
mod moment;
mod recurrence;
mod rota;

use super::draft::{Draft, Region};
use super::names::{one_line, quoted};
use super::report::{At, ImportError, RemarkKind, Report};
use super::{Meaning, zones};
use crate::calendar::Zone;
use event::Event;
use lines::Property;
use moment::Zones;
pub use rota::duties;
use std::collections::BTreeMap;

/// A file holds no more events than this.
const MOST_EVENTS: usize = 20_000;
/// Components nest no deeper than this.
const DEEPEST: usize = 8;

/// Whether a text is an iCalendar file.
pub(super) fn looks_so(text: &str) -> bool {
    text.trim_start().get(..15).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCALENDAR"))
}

/// Reads every event into the draft.
pub(super) fn read(text: &str, meaning: Meaning, draft: &mut Draft, report: &mut Report) {
    let Some(properties) = report.keep(lines::properties(text)) else { return };
    let Some(file) = report.keep(File::of(&properties, report_zones(&properties))) else { return };
    for (what, at) in &file.left_out {
        report.remark(
            *at,
            RemarkKind::NotCarried,
            format!("`{}` is not carried over", quoted(what)),
            "a policy has no place for it",
        );
    }
    let events: Vec<Event> = file
        .events
        .iter()
        .filter_map(|(at, properties)| {
            let result = Event::of(*at, properties, &file.zones, report);
            report.keep(result).flatten()
        })
        .collect();
    let name = file.name.as_deref().unwrap_or("calendar").to_owned();
    match meaning {
        Meaning::Freezes => convert::windows(events, draft, report),
        Meaning::Holidays => convert::holidays(&name, events, draft, report),
    }
    let zone = file.zones.default.or_else(|| only_zone(draft)).unwrap_or(Zone::UTC);
    report.remark(
        At::START,
        RemarkKind::Changed,
        format!("the file names no region: one stands in, on {} time", zone.city()),
        "whole days are read in each region; write yours, and name them in the windows they concern",
    );
    draft.regions.push(Region { name: "everywhere".to_owned(), zone, note: "assumed: write your regions" });
}

/// The zone that every window with one has, if they agree.
fn only_zone(draft: &Draft) -> Option<Zone> {
    let mut zones = draft.windows.iter().filter_map(|window| window.zone);
    let first = zones.next()?;
    zones.all(|zone| zone == first).then_some(first)
}

/// The zone that the calendar says it lives by.
fn report_zones(properties: &[Property]) -> Option<Zone> {
    let wanted = properties.iter().find(|property| property.name == "X-WR-TIMEZONE")?;
    zones::iana(&wanted.value).or_else(|| zones::of_windows(&wanted.value))
}

/// The parts of a file.
struct File<'a> {
    zones: Zones,
    name: Option<String>,
    events: Vec<(At, Vec<&'a Property>)>,
    left_out: BTreeMap<String, At>,
}

/// Properties that say nothing a policy could want to know: bookkeeping of calendar programs.
const BOOKKEEPING: &[&str] = &[
    "CALSCALE",
    "CLASS",
    "COLOR",
    "CREATED",
    "DTSTAMP",
    "LAST-MODIFIED",
    "METHOD",
    "PRIORITY",
    "PRODID",
    "REFRESH-INTERVAL",
    "SEQUENCE",
    "VERSION",
];

impl<'a> File<'a> {
    fn of(properties: &'a [Property], default: Option<Zone>) -> Result<Self, ImportError> {
        let mut file = Self {
            zones: Zones { declared: BTreeMap::new(), default },
            name: None,
            events: Vec::new(),
            left_out: BTreeMap::new(),
        };
        let mut open: Vec<(&str, At)> = Vec::new();
        let mut zone: (Option<String>, Option<String>) = (None, None);
        for property in properties {
            match property.name.as_str() {
                "BEGIN" => {
                    open.push((property.value.trim(), property.at));
                    file.begin(&open, property.at)?;
                }
                "END" => {
                    let Some((name, _)) =
                        open.pop().filter(|(name, _)| name.eq_ignore_ascii_case(property.value.trim()))
                    else {
                        return Err(property.at.error(
                            format!("`END:{}` ends nothing that is open here", quoted(&property.value)),
                            "each BEGIN has its END, the inner one first",
                        ));
                    };
                    if name.eq_ignore_ascii_case("VTIMEZONE")
                        && let (Some(name), location) = std::mem::take(&mut zone)
                    {
                        file.zones.declared.insert(name, location);
                    }
                }
                _ => file.property(&open, property, &mut zone)?,
            }
        }
        match open.last() {
            Some((name, at)) => Err(at.error(
                format!("`BEGIN:{}` has no END: the file is cut off", quoted(name)),
                "fetch it again",
            )),
            None => Ok(file),
        }
    }

    fn begin(&mut self, open: &[(&str, At)], at: At) -> Result<(), ImportError> {
        if open.len() > DEEPEST {
            return Err(at.error(format!("components nest deeper than {DEEPEST}"), "no calendar needs that"));
        }
        let name = open.last().map_or("", |(name, _)| name).to_ascii_uppercase();
        match (name.as_str(), open.len()) {
            ("VCALENDAR", 1) | ("VTIMEZONE", 2) => {}
            ("VEVENT", 2) if self.events.len() >= MOST_EVENTS => {
                let message = format!("the file holds more than {MOST_EVENTS} events");
                return Err(at.error(message, "import it in parts"));
            }
            ("VEVENT", 2) => self.events.push((at, Vec::new())),
            ("STANDARD" | "DAYLIGHT", 3) => {}
            _ => self.leave_out(&format!("BEGIN:{name}"), at),
        }
        Ok(())
    }

    fn property(
        &mut self,
        open: &[(&str, At)],
        property: &'a Property,
        zone: &mut (Option<String>, Option<String>),
    ) -> Result<(), ImportError> {
        let within = |names: &[&str]| {
            open.len() == names.len()
                && open.iter().zip(names).all(|((name, _), wanted)| name.eq_ignore_ascii_case(wanted))
        };
        if open.is_empty() {
            return Err(property.at.error(
                format!("`{}` stands outside of every component", property.name),
                "a file begins with `BEGIN:VCALENDAR`",
            ));
        }
        if within(&["VCALENDAR", "VEVENT"]) {
            if let Some((_, properties)) = self.events.last_mut() {
                properties.push(property);
            }
            let name = property.name.as_str();
            if !event::READ.contains(&name) && !BOOKKEEPING.contains(&name) {
                self.leave_out(&property.name, property.at);
            }
        } else if within(&["VCALENDAR", "VTIMEZONE"]) {
            match property.name.as_str() {
                "TZID" => zone.0 = Some(property.value.clone()),
                "X-LIC-LOCATION" => zone.1 = Some(property.value.trim().to_owned()),
                _ => {}
            }
        } else if within(&["VCALENDAR"]) && matches!(property.name.as_str(), "X-WR-CALNAME" | "NAME") {
            self.name = Some(one_line(&property.text()));
        }
        Ok(())
    }

    fn leave_out(&mut self, what: &str, at: At) {
        self.left_out.entry(what.to_owned()).or_insert(at);
    }
}
