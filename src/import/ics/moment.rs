//! Dates and times of iCalendar (RFC 5545 section 3.3): dates, instants, and local times with the zone that is meant.

use super::lines::Property;
use crate::calendar::{Date, Instant, LocalDateTime, Repeat, TimeOfDay, Zone};
use crate::import::names::quoted;
use crate::import::report::{At, ImportError, RemarkKind, Report};
use crate::import::zones;
use std::collections::BTreeMap;

/// A point of time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A whole date, wherever one is.
    Date(Date),
    /// A reading of a clock, with the place of the clock.
    Local(LocalDateTime, Zone),
}

impl Moment {
    /// The instant it stands for; a date begins at midnight of UTC, which only orders it.
    pub(super) fn instant(self) -> Instant {
        match self {
            Self::Date(date) => Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier),
            Self::Local(at, zone) => zone.instant(at, Repeat::Earlier),
        }
    }

    /// The date it falls on, as it is written.
    pub(super) fn date(self) -> Date {
        match self {
            Self::Date(date) => date,
            Self::Local(at, _) => at.date(),
        }
    }

    /// The same point, read on the clock of another place.
    pub(super) fn in_zone(self, zone: Zone) -> Self {
        match self {
            Self::Local(_, own) if own != zone => Self::Local(zone.local(self.instant()), zone),
            other => other,
        }
    }
}

/// The zones of a file: by `TZID`, and for times that have none.
#[derive(Debug, Default)]
pub(super) struct Zones {
    /// `X-LIC-LOCATION` of each `VTIMEZONE`, by its `TZID`.
    pub(super) declared: BTreeMap<String, Option<String>>,
    /// `X-WR-TIMEZONE` of the calendar.
    pub(super) default: Option<Zone>,
}

impl Zones {
    /// The place that a `TZID` means.
    pub(super) fn of(&self, name: &str, at: At, report: &mut Report) -> Result<Zone, ImportError> {
        if let zones::Read::Zone(zone) = zones::as_go_reads(name) {
            return Ok(zone);
        }
        let located = self.declared.get(name).and_then(Option::as_deref).and_then(zones::iana);
        let found = located.or_else(|| zones::of_windows(name)).or_else(|| at_the_end(name));
        let Some(zone) = found else {
            return Err(at.error(
                format!("`{}` is not a zone of the database, nor a name that Windows uses", quoted(name)),
                "write an IANA name such as `Europe/Dublin` as TZID, or as X-LIC-LOCATION of its VTIMEZONE",
            ));
        };
        report.remark_once(
            at,
            RemarkKind::Changed,
            format!("`{}` is read as `{}`", quoted(name), zone.name()),
            "the file's own rules for it are not read: the zone database has them",
        );
        Ok(zone)
    }

    /// One moment; `what` names it in the error.
    pub(super) fn moment(
        &self,
        property: &Property,
        text: &str,
        report: &mut Report,
    ) -> Result<Moment, ImportError> {
        let at = property.at;
        let wrong = || {
            at.error(
                format!("`{}` of {} is neither a date nor a time", quoted(text), property.name),
                "write `20251127`, `20251127T180000Z` or, with a TZID, `20251127T180000`",
            )
        };
        let date = text.get(..8).and_then(date).ok_or_else(wrong)?;
        let rest = text.get(8..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(Moment::Date(date));
        }
        let (clock, is_utc) = rest.strip_suffix('Z').map_or((rest, false), |clock| (clock, true));
        let time = clock.strip_prefix('T').and_then(time).ok_or_else(wrong)?;
        let zone = match (is_utc, property.parameter("TZID")) {
            (true, _) => Zone::UTC,
            (false, Some(name)) => self.of(name, at, report)?,
            (false, None) => {
                let zone = self.default.unwrap_or(Zone::UTC);
                let city = zone.city();
                let words = [
                    &format!("{{}} floats: it has no zone, and {city} time stands in"),
                    &format!("{{count}} times float: they have no zone, and {city} time stands in: {{}}"),
                    "write the zone; a freeze that begins wherever the reader is holds for nobody else",
                ];
                report.gather(at, RemarkKind::Changed, format!("`{}`", quoted(text)), words);
                zone
            }
        };
        Ok(Moment::Local(time.on(date), zone))
    }

    /// Every moment of a list, and of periods their start.
    pub(super) fn moments(
        &self,
        property: &Property,
        report: &mut Report,
    ) -> Result<Vec<Moment>, ImportError> {
        property.value.split(',').map(|text| self.moment(property, text.trim(), report)).collect()
    }
}

/// Names such as `/example.org/Olson_1/Europe/Dublin` end in the zone's own.
fn at_the_end(name: &str) -> Option<Zone> {
    let parts: Vec<&str> = name.split('/').collect();
    [3, 2].into_iter().find_map(|count| {
        let tail = parts.get(parts.len().checked_sub(count)?..)?;
        zones::iana(&tail.join("/"))
    })
}

fn date(text: &str) -> Option<Date> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(number(0..4)?).ok().filter(|year| (1900..=9000).contains(year))?;
    Date::from_ymd_opt(year, number(4..6)?, number(6..8)?)
}

fn time(text: &str) -> Option<TimeOfDay> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let (hour, minute, second) = (number(0..2)?, number(2..4)?, number(4..6)?);
    (hour < 24).then(|| TimeOfDay::new(hour, minute, second)).flatten()
}

/// A duration as civil days and seconds: `P1DT2H`, `PT30M`, `P2W`.
pub(super) fn duration(property: &Property, text: &str) -> Result<(i64, i64), ImportError> {
    let wrong = |why: &str| {
        property.at.error(
            format!("`{}` {why}", quoted(text)),
            "write how long it lasts: `P1D`, `PT8H`, `P1DT12H30M`",
        )
    };
    if text.starts_with('-') {
        return Err(wrong("is below zero"));
    }
    let mut rest =
        text.strip_prefix('+').unwrap_or(text).strip_prefix('P').ok_or_else(|| wrong("is not a duration"))?;
    let (mut days, mut seconds, mut in_time) = (0_i64, 0_i64, false);
    if rest.is_empty() {
        return Err(wrong("is not a duration"));
    }
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('T').filter(|_| !in_time) {
            (rest, in_time) = (behind, true);
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        let count: i64 = number
            .parse()
            .ok()
            .filter(|count| *count <= 1_000_000)
            .ok_or_else(|| wrong("is not a duration"))?;
        let mut letters = behind.chars();
        match (letters.next(), in_time) {
            (Some('W'), false) => days += 7 * count,
            (Some('D'), false) => days += count,
            (Some('H'), true) => seconds += 3600 * count,
            (Some('M'), true) => seconds += 60 * count,
            (Some('S'), true) => seconds += count,
            _ => return Err(wrong("is not a duration")),
        }
        rest = letters.as_str();
    }
    if days > 3660 || seconds > 3660 * 86_400 {
        return Err(wrong("is longer than ten years"));
    }
    Ok((days, seconds))
}
