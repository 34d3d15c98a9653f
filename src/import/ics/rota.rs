//! On-call rotas: an event is a shift, and those who attend it are on call; where nobody attends, its title names the one who is.

use super::convert::replaced;
use super::event::{Event, end_of};
use super::lines::{self, Property};
use super::moment::Moment;
use super::recurrence::recurrence;
use super::{File, report_zones};
use crate::calendar::{Date, Interval, Place, Repeat, Rounding, TimeOfDay, Timetable, Weekdays, Zone};
use crate::decide::Duty;
use crate::import::names::{one_line, quoted};
use crate::import::report::{At, ImportError, Report};
use std::collections::BTreeSet;

/// Reads who is on call when from the text of an iCalendar file, as on-call programs export it: one event a shift, or one that comes
/// back by a rule, of which the shifts that begin `within` count. Whole days and times without a zone are read in `zone`, where the
/// file names none.
///
/// # Errors
/// Everything that cannot be read: a rota that is read in part would take people off call.
pub fn duties(text: &str, zone: Zone, within: Interval) -> Result<Vec<Duty>, Vec<ImportError>> {
    let one = |error: ImportError| vec![error];
    let properties = lines::properties(text).map_err(one)?;
    let file = File::of(&properties, report_zones(&properties).or(Some(zone))).map_err(one)?;
    let mut report = Report::default();
    let mut events = Vec::new();
    for (at, properties) in &file.events {
        let result = Event::of(*at, properties, &file.zones, &mut report);
        events.extend(report.keep(result).flatten().map(|event| (event, people(properties))));
    }
    let all: Vec<&Event> = events.iter().map(|(event, _)| event).collect();
    let replaced = replaced(&all);
    let mut found = Vec::new();
    for (event, people) in events.iter().filter(|(event, _)| !event.cancelled) {
        let own = event.uid.as_deref().filter(|_| event.replaces.is_none());
        let moved = own.and_then(|uid| replaced.get(uid)).map_or(&[][..], Vec::as_slice);
        let moved: Vec<Moment> = moved.iter().map(|(_, moment)| *moment).collect();
        let result = shifts(event, &moved, zone, within, &mut report);
        let titled = || vec![titled(&event.title)];
        let people = if people.is_empty() { titled() } else { people.clone() };
        for during in report.keep(result).unwrap_or_default() {
            found.extend(people.iter().map(|names| Duty { names: names.clone(), during }));
        }
    }
    if report.errors.is_empty() { Ok(found) } else { Err(report.errors) }
}

/// When an event takes place, less the occurrences that others replace.
fn shifts(
    event: &Event,
    moved: &[Moment],
    zone: Zone,
    within: Interval,
    report: &mut Report,
) -> Result<Vec<Interval>, ImportError> {
    let instant = |moment: Moment| match moment {
        Moment::Date(date) => zone.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier),
        Moment::Local(..) => moment.instant(),
    };
    let once = |start: Moment| Interval::new(instant(start), instant(end_of(start, event.length)));
    let mut found: Vec<Interval> = event.besides.iter().map(|(_, start)| once(*start)).collect();
    let Some((at, rule)) = event.rules.first() else {
        found.push(once(event.start));
        return Ok(found);
    };
    let refused = |at: &At| {
        at.error(
            format!("shift `{}` comes back by a rule that is not read", quoted(&event.title)),
            "export one event a shift, or write `shift ... every ...` in the policy",
        )
    };
    if let Some((second, _)) = event.rules.get(1) {
        return Err(refused(second));
    }
    let rule = recurrence(*at, rule, event.start, event.length, report)?.ok_or_else(|| refused(at))?;
    let place = match event.start {
        Moment::Local(_, zone) => zone,
        Moment::Date(_) => zone,
    };
    let date = |moment: &Moment| match event.start {
        Moment::Local(_, own) => moment.in_zone(own).date(),
        Moment::Date(_) => moment.date(),
    };
    let except = event.except.iter().map(|(_, moment)| moment).chain(moved);
    let timetable = Timetable {
        patterns: rule.patterns,
        from: Some(event.start.date()),
        until: rule.until,
        except: except.map(date).collect::<BTreeSet<Date>>(),
        zone: Some(place),
        ..Timetable::never(Rounding::Outward)
    };
    let place = Place {
        zone: place,
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    };
    found.extend(timetable.occurrences(&place, within).into_iter().map(|shift| shift.interval));
    Ok(found)
}

/// Those who attend a shift, each with the names that the file has for them; nobody where it names none.
fn people(properties: &[&Property]) -> Vec<Vec<String>> {
    let attendees = properties.iter().filter(|property| property.name == "ATTENDEE");
    let attending: Vec<Vec<String>> = attendees.map(|property| names_of(property)).collect();
    if attending.iter().any(|names| !names.is_empty()) { attending } else { Vec::new() }
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
    use crate::calendar::Instant;

    fn years() -> Interval {
        let at = |text| Instant::parse(text).unwrap();
        Interval::new(at("2025-01-01T00:00Z"), at("2028-01-01T00:00Z"))
    }

    fn read(text: &str) -> Vec<(Vec<String>, String)> {
        let zone = Zone::parse("Europe/Dublin").unwrap();
        let found = duties(&text.replace('\n', "\r\n"), zone, years()).unwrap();
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
    fn a_shift_comes_back_by_its_rule_less_what_was_swapped() {
        let found = read(&calendar(
            "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Dublin:20260316T090000\nDTEND;TZID=Europe/Dublin:20260316T170000\n\
             RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Dublin:20260323T090000\nSUMMARY:ana\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Dublin:20260330T090000\nDTSTART;TZID=Europe/Dublin:20260330T120000\n\
             DTEND;TZID=Europe/Dublin:20260330T130000\nSUMMARY:ben\nEND:VEVENT\n",
        ));
        let found: Vec<(&str, &str)> =
            found.iter().map(|(names, during)| (names[0].as_str(), during.as_str())).collect();
        let expected = [
            ("ana", "2026-03-16T09:00:00Z .. 2026-03-16T17:00:00Z"),
            ("ana", "2026-04-06T08:00:00Z .. 2026-04-06T16:00:00Z"),
            ("ben", "2026-03-30T11:00:00Z .. 2026-03-30T12:00:00Z"),
        ];
        assert_eq!(found, expected, "in summer time an hour earlier in UTC");
    }

    #[test]
    fn what_cannot_be_read_whole_is_not_read() {
        let hourly = calendar(
            "BEGIN:VEVENT\nDTSTART:20251124T090000Z\nDTEND:20251124T170000Z\nRRULE:FREQ=HOURLY\nSUMMARY:ana\nEND:VEVENT\n",
        );
        for bad in [hourly.as_str(), "BEGIN:VCALENDAR\n", "<html>"] {
            assert!(duties(bad, Zone::UTC, years()).is_err(), "{bad}");
        }
    }
}
