//! On-call rotas: an event is a shift, and those who attend it are on call; where nobody attends, its title names the one who is.

use super::event::{Event, end_of};
use super::lines::{self, Property};
use super::moment::Moment;
use super::{File, report_zones};
use crate::calendar::{Instant, Interval, Repeat, TimeOfDay, Zone};
use crate::decide::Duty;
use crate::import::names::{one_line, quoted};
use crate::import::report::{ImportError, Report};

/// Reads who is on call when from the text of an iCalendar file, as on-call programs export it: one event a shift. Whole days
/// and times without a zone are read in `zone`, where the file names none.
///
/// # Errors
/// Everything that cannot be read: a rota that is read in part would take people off call.
pub fn duties(text: &str, zone: Zone) -> Result<Vec<Duty>, Vec<ImportError>> {
    let one = |error: ImportError| vec![error];
    let properties = lines::properties(text).map_err(one)?;
    let file = File::of(&properties, report_zones(&properties).or(Some(zone))).map_err(one)?;
    let mut report = Report::default();
    let mut found = Vec::new();
    for (at, properties) in &file.events {
        let result = Event::of(*at, properties, &file.zones, &mut report);
        let Some(event) = report.keep(result).flatten().filter(|event| !event.cancelled) else { continue };
        let recurs = event.rules.first().map(|(at, _)| at).or(event.besides.first().map(|(at, _)| at));
        if let Some(at) = recurs {
            report.errors.push(at.error(
                format!("shift `{}` comes back by a rule, and is not read as a rota", quoted(&event.title)),
                "export one event a shift, or write `shift ... every ...` in the policy",
            ));
            continue;
        }
        let instant = |moment: Moment| match moment {
            Moment::Date(date) => zone.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier),
            Moment::Local(..) => moment.instant(),
        };
        let during = Interval::new(instant(event.start), length_end(&event, instant));
        found.extend(people(&event, properties).into_iter().map(|names| Duty { names, during }));
    }
    if report.errors.is_empty() { Ok(found) } else { Err(report.errors) }
}

fn length_end(event: &Event, instant: impl Fn(Moment) -> Instant) -> Instant {
    instant(end_of(event.start, event.length))
}

/// Those on call in a shift, each with the names that the file has for them.
fn people(event: &Event, properties: &[&Property]) -> Vec<Vec<String>> {
    let attendees = properties.iter().filter(|property| property.name == "ATTENDEE");
    let attending: Vec<Vec<String>> = attendees.map(|property| names_of(property)).collect();
    if attending.iter().any(|names| !names.is_empty()) { attending } else { vec![titled(&event.title)] }
}

fn names_of(attendee: &Property) -> Vec<String> {
    let value = attendee.value.trim();
    let scheme = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).map_or(0, str::len);
    let address = value.get(scheme..).unwrap_or(value).to_owned();
    let name = attendee.parameter("CN").map(one_line);
    [Some(address), name].into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

/// The whole title; PagerDuty writes `On Call - PERSON - SCHEDULE`, of which the person is a name too.
fn titled(title: &str) -> Vec<String> {
    let person =
        title.strip_prefix("On Call - ").map(|rest| rest.rsplit_once(" - ").map_or(rest, |(one, _)| one));
    person.into_iter().chain([title]).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Vec<String>, String)> {
        let zone = Zone::parse("Europe/Dublin").unwrap();
        let found = duties(&text.replace('\n', "\r\n"), zone).unwrap();
        found
            .into_iter()
            .map(|duty| (duty.names, format!("{} .. {}", duty.during.start, duty.during.end)))
            .collect()
    }

    fn calendar(events: &str) -> String {
        format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n")
    }

    #[test]
    fn an_export_of_pagerduty_names_people_by_address() {
        let found = read(&calendar(
            "PRODID;X-RICAL-TZSOURCE=TZINFO:-//com.denhaven2/NONSGML ri_cal gem//EN\nCALSCALE:GREGORIAN\nX-WR-CALNAME:On Call Schedule for SRE\n\
             BEGIN:VEVENT\nDTEND;VALUE=DATE-TIME:20251201T090000Z\nDTSTART;VALUE=DATE-TIME:20251124T090000Z\nATTENDEE:ana@example.com\nUID:Q1\n\
             URL:https://example.pagerduty.com/schedules#P1\nSUMMARY:On Call - Ana Silva - SRE\nEND:VEVENT\n",
        ));
        let expected = "2025-11-24T09:00:00Z .. 2025-12-01T09:00:00Z";
        assert_eq!(found, [(vec!["ana@example.com".to_owned()], expected.to_owned())]);
    }

    #[test]
    fn several_attend_or_the_title_names_the_one() {
        let found = read(&calendar(
            "BEGIN:VEVENT\nDTSTART:20251124T090000Z\nDTEND:20251124T170000Z\nSUMMARY:day\n\
             ATTENDEE;CN=\"Ana Silva\";ROLE=REQ-PARTICIPANT:mailto:ana@example.com\nATTENDEE:MAILTO:ben@example.com\nEND:VEVENT\n\
             BEGIN:VEVENT\nDTSTART;VALUE=DATE:20251125\nDTEND;VALUE=DATE:20251127\nSUMMARY:On Call - Bo - EU - Rota\nEND:VEVENT\n\
             BEGIN:VEVENT\nDTSTART:20251127T090000Z\nDTEND:20251128T090000Z\nSTATUS:CANCELLED\nSUMMARY:cy\nEND:VEVENT\n\
             BEGIN:VEVENT\nDTSTART:20251128T090000\nDURATION:PT8H\nSUMMARY:cy\nEND:VEVENT\n",
        ));
        let names: Vec<Vec<&str>> =
            found.iter().map(|(names, _)| names.iter().map(String::as_str).collect()).collect();
        let titled = vec!["Bo - EU", "On Call - Bo - EU - Rota"];
        assert_eq!(
            names,
            [vec!["ana@example.com", "Ana Silva"], vec!["ben@example.com"], titled, vec!["cy"]]
        );
        assert_eq!(found[2].1, "2025-11-25T00:00:00Z .. 2025-11-27T00:00:00Z");
        assert_eq!(found[3].1, "2025-11-28T09:00:00Z .. 2025-11-28T17:00:00Z");
    }

    #[test]
    fn what_cannot_be_read_whole_is_not_read() {
        let weekly = calendar(
            "BEGIN:VEVENT\nDTSTART:20251124T090000Z\nDTEND:20251124T170000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:ana\nEND:VEVENT\n",
        );
        for bad in [weekly.as_str(), "BEGIN:VCALENDAR\n", "<html>"] {
            assert!(duties(bad, Zone::UTC).is_err(), "{bad}");
        }
    }
}
