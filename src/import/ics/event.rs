//! One event: when it is, how it comes back, and what it is called.

use super::lines::Property;
use super::moment::{Moment, Zones, duration};
use crate::calendar::{Instant, Zone};
use crate::import::days;
use crate::import::names::{one_line, quoted};
use crate::import::report::{At, ImportError, RemarkKind, Report};

/// The properties of an event that are read.
pub(super) const READ: &[&str] = &[
    "DESCRIPTION",
    "DTEND",
    "DTSTART",
    "DURATION",
    "EXDATE",
    "EXRULE",
    "RDATE",
    "RECURRENCE-ID",
    "RRULE",
    "STATUS",
    "SUMMARY",
    "TRANSP",
    "UID",
];

/// Descriptions are cut behind so many letters.
const LONGEST_REASON: usize = 200;

/// One event.
#[derive(Debug)]
pub(super) struct Event {
    /// Where it begins in the file.
    pub(super) at: At,
    /// What tells it from others; events that replace single occurrences share it.
    pub(super) uid: Option<String>,
    /// What it is called.
    pub(super) title: String,
    /// Why it is there.
    pub(super) reason: Option<String>,
    /// Whether it was called off.
    pub(super) cancelled: bool,
    /// When it starts.
    pub(super) start: Moment,
    /// How long it lasts on a clock: civil days, then seconds.
    pub(super) length: (i64, i64),
    /// Its rules, with their places.
    pub(super) rules: Vec<(At, String)>,
    /// Occurrences that do not take place, with their places.
    pub(super) except: Vec<(At, Moment)>,
    /// Occurrences besides those of the rules, with their places and lengths where they have their own.
    pub(super) besides: Vec<(At, Moment)>,
    /// The occurrence of another event that it replaces.
    pub(super) replaces: Option<Moment>,
}

impl Event {
    /// Reads an event; nothing where it cannot be carried over, which is remarked.
    pub(super) fn of(
        at: At,
        properties: &[&Property],
        zones: &Zones,
        report: &mut Report,
    ) -> Result<Option<Self>, ImportError> {
        let one = |name: &str| properties.iter().copied().find(|property| property.name == name);
        let all =
            |name: &'static str| properties.iter().copied().filter(move |property| property.name == name);
        for name in ["DTSTART", "DTEND", "DURATION"] {
            if let Some(second) = all(name).nth(1) {
                return Err(second.at.error(format!("{name} stands twice in one event"), "keep one of them"));
            }
        }
        let title =
            one("SUMMARY").map(|property| one_line(&property.text())).filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| "event".to_owned());
        let Some(start_line) = one("DTSTART") else {
            return Err(
                at.error(format!("event `{}` has no DTSTART", quoted(&title)), "an event needs its start")
            );
        };
        let start = zones.moment(start_line, start_line.value.trim(), report)?;
        let Some(length) = length(start, one("DTEND"), one("DURATION"), zones, report)? else {
            report.remark(
                start_line.at,
                RemarkKind::NotCarried,
                format!("event `{}` is a point of time: it lasts nothing", quoted(&title)),
                "give it a DTEND or a DURATION",
            );
            return Ok(None);
        };
        let mut moments = |name: &'static str| -> Result<Vec<(At, Moment)>, ImportError> {
            let mut found = Vec::new();
            for property in all(name) {
                if property.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("PERIOD")) {
                    let message = format!("periods of {name} cannot be imported");
                    return Err(property.at.error(message, "write events of their own"));
                }
                found
                    .extend(zones.moments(property, report)?.into_iter().map(|moment| (property.at, moment)));
            }
            Ok(found)
        };
        let (except, besides) = (moments("EXDATE")?, moments("RDATE")?);
        let replaces = match one("RECURRENCE-ID") {
            Some(property) if property.parameter("RANGE").is_some() => {
                return Err(property.at.error(
                    "a change of all later occurrences cannot be imported",
                    "end the first event's rule with UNTIL, and write a second event",
                ));
            }
            Some(property) => Some(zones.moment(property, property.value.trim(), report)?),
            None => None,
        };
        if let Some(property) = one("EXRULE") {
            return Err(property
                .at
                .error("EXRULE is not imported", "it was withdrawn in 2009: write EXDATE"));
        }
        let reason =
            one("DESCRIPTION").map(|property| one_line(&property.text())).filter(|text| !text.is_empty());
        remark_on_state(&title, one("STATUS"), one("TRANSP"), report);
        Ok(Some(Self {
            at,
            uid: one("UID").map(|property| property.value.clone()),
            title,
            reason: reason.map(|text| text.chars().take(LONGEST_REASON).collect()),
            cancelled: one("STATUS")
                .is_some_and(|status| status.value.trim().eq_ignore_ascii_case("CANCELLED")),
            start,
            length,
            rules: all("RRULE").map(|property| (property.at, property.value.trim().to_owned())).collect(),
            except,
            besides,
            replaces,
        }))
    }
}

fn remark_on_state(
    title: &str,
    status: Option<&Property>,
    transparency: Option<&Property>,
    report: &mut Report,
) {
    let says = |property: Option<&Property>, value: &str| {
        property
            .filter(|property| property.value.trim().eq_ignore_ascii_case(value))
            .map(|property| property.at)
    };
    let title = format!("`{}`", quoted(title));
    if let Some(at) = says(status, "CANCELLED") {
        let words = [
            "event {} was called off",
            "{count} events were called off: {}",
            "what was called off is not carried over",
        ];
        report.gather(at, RemarkKind::NotCarried, title.clone(), words);
    }
    if let Some(at) = says(status, "TENTATIVE") {
        let words = [
            "event {} is only tentative",
            "{count} events are only tentative: {}",
            "what is tentative is carried over as if it were certain",
        ];
        report.gather(at, RemarkKind::MayNotMean, title.clone(), words);
    }
    if let Some(at) = says(transparency, "TRANSPARENT") {
        let words = [
            "event {} leaves its time free",
            "{count} events leave their time free: {}",
            "what leaves its time free is carried over as a freeze all the same",
        ];
        report.gather(at, RemarkKind::MayNotMean, title, words);
    }
}

/// How long an event lasts: civil days and seconds on the clock of its start; nothing where it lasts nothing.
fn length(
    start: Moment,
    end: Option<&Property>,
    length: Option<&Property>,
    zones: &Zones,
    report: &mut Report,
) -> Result<Option<(i64, i64)>, ImportError> {
    let days = |from: Moment, to: Moment| days::number_of(to.date()) - days::number_of(from.date());
    let (days, seconds, at) = match (end, length, start) {
        (Some(end), Some(_), _) => {
            return Err(end.at.error("an event has DTEND or DURATION, not both", "keep one of them"));
        }
        (Some(line), None, _) => {
            let end = zones.moment(line, line.value.trim(), report)?;
            match (start, end) {
                (Moment::Date(_), Moment::Date(_)) => (days(start, end), 0, line.at),
                (Moment::Local(from, zone), Moment::Local(..)) => {
                    let Moment::Local(to, _) = end.in_zone(zone) else { return Ok(None) };
                    let seconds = (to - from).num_seconds();
                    (seconds.div_euclid(86_400), seconds.rem_euclid(86_400), line.at)
                }
                _ => {
                    return Err(line.at.error(
                        "DTSTART and DTEND must both be dates, or both be times",
                        "write the same kind in both",
                    ));
                }
            }
        }
        (None, Some(line), _) => {
            let (days, seconds) = duration(line, line.value.trim())?;
            if matches!(start, Moment::Date(_)) && seconds != 0 {
                return Err(line.at.error("an event of whole days lasts whole days", "write `P1D`"));
            }
            (days + seconds / 86_400, seconds % 86_400, line.at)
        }
        (None, None, Moment::Date(_)) => return Ok(Some((1, 0))),
        (None, None, Moment::Local(..)) => return Ok(None),
    };
    if days < 0 {
        return Err(at.error("the event ends before it starts", "check the two: were they swapped?"));
    }
    Ok(Some((days, seconds)).filter(|length| *length != (0, 0)))
}

/// The end of an occurrence on its own clock.
pub(super) fn end_of(start: Moment, (days, seconds): (i64, i64)) -> Moment {
    match start {
        Moment::Date(date) => Moment::Date(days::later(date, days)),
        Moment::Local(at, zone) => {
            let later = Instant::from_unix(at.and_utc().timestamp() + days * 86_400 + seconds);
            Moment::Local(Zone::UTC.local(later), zone)
        }
    }
}
