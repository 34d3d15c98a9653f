//! Zones of the IANA database: which names are zones, what a clock there reads, and when it reads it.

use super::database::{ZoneDatabase, ZoneFile};
use super::{Date, Elapsed, Instant, Interval, LocalDateTime, TimeOfDay};
use chrono::{DateTime, Days, MappedLocalTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::OffsetName;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::hash::{Hash, Hasher};

/// The version of the zone database in the program, which every zone is read from unless another was read: `2025b`.
pub const TZDB_VERSION: &str = chrono_tz::IANA_TZDB_VERSION;

/// A zone of the IANA database, by name. Written by its name alone.
#[derive(Debug, Clone, Copy)]
pub struct Zone {
    tz: chrono_tz::Tz,
    /// What another version of the database says of it.
    file: Option<&'static ZoneFile>,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        let same_file = match (self.file, other.file) {
            (None, None) => true,
            (Some(one), Some(other)) => std::ptr::eq(one, other),
            _ => false,
        };
        self.tz == other.tz && same_file
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tz.hash(state);
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tz.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        chrono_tz::Tz::deserialize(deserializer).map(Self::built_in)
    }
}

/// Why a name is no zone that a policy may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneError {
    /// `EST`, `CET`, `GMT`: an abbreviation says an offset, not a place, and means different things to different people.
    Abbreviation,
    /// `Etc/GMT+5`, `+02:00`: a fixed offset knows no clock change.
    FixedOffset,
    /// Nothing the database knows; perhaps a zone of this name was meant (another case, a city alone).
    Unknown {
        /// A zone that differs only in case, spaces or the area in front.
        meant: Option<Zone>,
    },
}

/// When a clock shows a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LocalReading {
    /// Once: the usual case.
    Once(Instant),
    /// Never: the clock jumps over it.
    Skipped {
        /// When it would be by the offset behind the jump: what one may mean who forgot the change that is to come.
        earlier: Instant,
        /// The first instant that exists: where the clock jumps.
        first: Instant,
        /// When it would be by the offset before the jump.
        later: Instant,
    },
    /// Twice: the clock is set back.
    Repeated {
        /// The first time.
        earlier: Instant,
        /// The second time.
        later: Instant,
    },
}

/// Which of two readings of a repeated local time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The first.
    Earlier,
    /// The second.
    Later,
}

impl LocalReading {
    /// One instant for it: the first that exists where it is skipped, the chosen one where it is repeated.
    pub fn instant(self, repeat: Repeat) -> Instant {
        match (self, repeat) {
            (Self::Once(at) | Self::Skipped { first: at, .. }, _) => at,
            (Self::Repeated { earlier, .. }, Repeat::Earlier) => earlier,
            (Self::Repeated { later, .. }, Repeat::Later) => later,
        }
    }
}

/// Names of the database that stand for no place; the rest of these kinds are told by their form.
const ABBREVIATIONS: [&str; 17] = [
    "CET",
    "CST6CDT",
    "EET",
    "EST",
    "EST5EDT",
    "GMT",
    "GMT0",
    "GMT+0",
    "GMT-0",
    "Greenwich",
    "HST",
    "MET",
    "MST",
    "MST7MDT",
    "PST8PDT",
    "UCT",
    "WET",
];

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self::built_in(chrono_tz::Tz::UTC);

    const fn built_in(tz: chrono_tz::Tz) -> Self {
        Self { tz, file: None }
    }

    /// The zone as the database has it that names are read from; nothing where that has no such zone.
    fn read_from_current(tz: chrono_tz::Tz) -> Option<Self> {
        match ZoneDatabase::current() {
            None => Some(Self::built_in(tz)),
            Some(database) => database.find(tz.name()).map(|file| Self { tz, file: Some(file) }),
        }
    }

    /// Reads an IANA name, in its exact spelling; `UTC` is one, abbreviations and fixed offsets are not
    /// (language section 4).
    ///
    /// # Errors
    /// Says what the name is instead, and what may have been meant.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        if matches!(name, "UTC" | "Etc/UTC") {
            return Ok(Self::UTC);
        }
        let is_offset = name.starts_with(['+', '-'])
            || ["UTC", "GMT", "Etc/GMT"]
                .iter()
                .any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['+', '-'])));
        if is_offset {
            return Err(ZoneError::FixedOffset);
        }
        if ABBREVIATIONS.contains(&name) || name.starts_with("Etc/") {
            return Err(ZoneError::Abbreviation);
        }
        match name.parse() {
            Ok(zone) if name != "Zulu" && name != "Universal" => {
                Self::read_from_current(zone).ok_or(ZoneError::Unknown { meant: None })
            }
            Ok(_) => Err(ZoneError::Abbreviation),
            Err(_) if (2..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Err(ZoneError::Abbreviation)
            }
            Err(_) => Err(ZoneError::Unknown { meant: meant_by(name) }),
        }
    }

    /// Every zone that [`Self::parse`] takes, in the order of the names.
    pub fn all() -> impl Iterator<Item = Self> {
        chrono_tz::TZ_VARIANTS.iter().filter_map(|zone| Self::parse(zone.name()).ok())
    }

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        self.tz.name()
    }

    /// What people call it: the city at the end of the name, or `UTC`.
    pub fn city(self) -> String {
        self.name().rsplit('/').next().unwrap_or_default().replace('_', " ")
    }

    /// What people there call their clock time at an instant: `EST`, or its offset where they have no name for it. Only ever
    /// beside the city: an abbreviation means different things to different people.
    pub fn abbreviation(self, at: Instant) -> String {
        match self.file {
            Some(file) => file.abbreviation(at.unix()).to_owned(),
            None => {
                let offset = self.tz.offset_from_utc_datetime(&at.utc().naive_utc());
                offset.abbreviation().unwrap_or_default().to_owned()
            }
        }
    }

    /// What a clock there shows.
    pub fn local(self, at: Instant) -> LocalDateTime {
        at.utc().naive_utc() + TimeDelta::seconds(self.offset(at).as_seconds())
    }

    /// The date there.
    pub fn date(self, at: Instant) -> Date {
        self.local(at).date()
    }

    /// How far clocks there are ahead of UTC.
    pub fn offset(self, at: Instant) -> Elapsed {
        Elapsed::seconds(self.ahead(at.unix()))
    }

    /// The same at a second of UTC, in seconds.
    fn ahead(self, unix: i64) -> i64 {
        match self.file {
            Some(file) => file.offset(unix),
            None => i64::from(self.tz.offset_from_utc_datetime(&utc_reading(unix)).fix().local_minus_utc()),
        }
    }

    /// Stretches of a span in which clocks there show another time than they do in another version of the zone, each with how far
    /// they are ahead of UTC here and there. Clocks are looked at once a day: none was ever moved twice within one.
    pub fn apart(self, other: Self, within: Interval) -> Vec<(Interval, Elapsed, Elapsed)> {
        let both = |unix: i64| (self.ahead(unix), other.ahead(unix));
        let mut found: Vec<(Interval, Elapsed, Elapsed)> = Vec::new();
        let (mut start, end) = (within.start.unix(), within.end.unix());
        while start < end {
            let now = both(start);
            let mut last = start;
            let mut next = start;
            while next < end && both(next) == now {
                last = next;
                next = (next + 86_400).min(end);
            }
            // Between the last day that is alike and the next one lies the change.
            let (mut low, mut high) = (last, next);
            while next < end && high - low > 1 {
                let middle = low + (high - low) / 2;
                if both(middle) == now {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            if now.0 != now.1 {
                let span = Interval::new(Instant::from_unix(start), Instant::from_unix(high));
                found.push((span, Elapsed::seconds(now.0), Elapsed::seconds(now.1)));
            }
            start = high;
        }
        found
    }

    /// When a clock there shows `local`.
    pub fn reading(self, local: LocalDateTime) -> LocalReading {
        let utc = |offset: i32| Instant::from_unix(local.and_utc().timestamp() - i64::from(offset));
        let found = match (self.file, self.tz.offset_from_local_datetime(&local)) {
            (Some(file), _) => file.reading(local),
            (None, MappedLocalTime::Single(offset)) => {
                Some(LocalReading::Once(utc(offset.fix().local_minus_utc())))
            }
            (None, MappedLocalTime::Ambiguous(one, other)) => {
                let (one, other) = (utc(one.fix().local_minus_utc()), utc(other.fix().local_minus_utc()));
                Some(LocalReading::Repeated { earlier: one.min(other), later: one.max(other) })
            }
            (None, MappedLocalTime::None) => None,
        };
        match found {
            Some(found) => found,
            None => {
                let first = self.first_behind(local);
                let by =
                    |offset: Elapsed| Instant::from_unix(local.and_utc().timestamp() - offset.as_seconds());
                let before = first.minus(Elapsed::seconds(1));
                LocalReading::Skipped {
                    earlier: by(self.offset(first)),
                    first,
                    later: by(self.offset(before)),
                }
            }
        }
    }

    /// When a clock there shows `local`: the first instant that exists where it is skipped.
    pub fn instant(self, local: LocalDateTime, repeat: Repeat) -> Instant {
        self.reading(local).instant(repeat)
    }

    /// When `time` on `date` is there; 24:00 is the start of the next date.
    pub fn instant_on(self, date: Date, time: TimeOfDay, repeat: Repeat) -> Instant {
        self.instant(time.on(date), repeat)
    }

    /// Whether the date exists there: Samoa had no 2011-12-30.
    pub fn has_date(self, date: Date) -> bool {
        let midnight = date.and_time(NaiveTime::MIN);
        match self.reading(midnight) {
            LocalReading::Skipped { first, .. } => self.date(first) == date,
            LocalReading::Once(_) | LocalReading::Repeated { .. } => true,
        }
    }

    /// The first instant whose reading lies behind a skipped one: where the clock jumps.
    fn first_behind(self, skipped: LocalDateTime) -> Instant {
        // No clock was ever moved by more than a day and a bit, so the jump lies in between.
        let around = skipped.and_utc().timestamp();
        let (mut low, mut high) = (around - 2 * 86_400, around + 2 * 86_400);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if middle + self.ahead(middle) > around {
                high = middle;
            } else {
                low = middle;
            }
        }
        Instant::from_unix(high)
    }
}

fn utc_reading(unix: i64) -> LocalDateTime {
    DateTime::from_timestamp(unix, 0).unwrap_or_default().naive_utc()
}

fn meant_by(name: &str) -> Option<Zone> {
    let plain = |text: &str| text.replace([' ', '_', '-'], "").to_ascii_lowercase();
    let sought = plain(name);
    let mut cities = Zone::all().filter(|zone| plain(&zone.city()) == sought);
    Zone::all().find(|zone| plain(zone.name()) == sought).or_else(|| cities.next())
}

impl TimeOfDay {
    /// This time on `date`; 24:00 is the start of the next date.
    pub fn on(self, date: Date) -> LocalDateTime {
        let midnight = date.and_time(NaiveTime::MIN);
        midnight.checked_add_signed(TimeDelta::seconds(i64::from(self.seconds()))).unwrap_or(midnight)
    }
}

/// The date so many days later, or earlier where `days` is negative; the date itself at the edge of what dates can say.
pub(super) fn days_after(date: Date, days: i64) -> Date {
    let moved = if days < 0 {
        date.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        date.checked_add_days(Days::new(days.unsigned_abs()))
    };
    moved.unwrap_or(date)
}
