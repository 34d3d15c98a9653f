//! Instants and elapsed time, in whole seconds.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::SystemTime;

/// A whole second of UTC, counted from 1970-01-01T00:00:00Z. Written as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A signed span of elapsed seconds. Written as `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Elapsed(i64);

impl Instant {
    /// Before every instant that a policy can name.
    pub const MIN: Self = Self(-62_135_596_800);
    /// Behind every instant that a policy can name: "never ends".
    pub const MAX: Self = Self(253_402_300_800);

    /// The instant `seconds` after 1970-01-01T00:00:00Z, held within [`Self::MIN`] and [`Self::MAX`].
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// The second that a clock reading lies in.
    pub fn from_system(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
            Err(before) => {
                let back = before.duration();
                let seconds = i64::try_from(back.as_secs()).unwrap_or(i64::MAX);
                Self::from_unix(-seconds - i64::from(back.subsec_nanos() > 0))
            }
        }
    }

    /// Reads RFC 3339; seconds may be left out, and a fraction is refused.
    pub fn parse(text: &str) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%#z"))
            .ok()?;
        (at.timestamp_subsec_nanos() == 0).then(|| Self::from_unix(at.timestamp()))
    }

    /// The same instant as a `chrono` date and time in UTC.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }

    /// The instant so much later, held within the bounds.
    #[must_use]
    pub fn plus(self, elapsed: Elapsed) -> Self {
        Self::from_unix(self.0.saturating_add(elapsed.0))
    }

    /// The instant so much earlier, held within the bounds.
    #[must_use]
    pub fn minus(self, elapsed: Elapsed) -> Self {
        Self::from_unix(self.0.saturating_sub(elapsed.0))
    }

    /// The time from `earlier` to here.
    pub fn since(self, earlier: Self) -> Elapsed {
        Elapsed(self.0 - earlier.0)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MAX => formatter.write_str("never"),
            at => formatter.write_str(&at.utc().to_rfc3339_opts(SecondsFormat::Secs, true)),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Self::from_unix);
        }
        let text = String::deserialize(deserializer)?;
        if text == "never" {
            return Ok(Self::MAX);
        }
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not an RFC 3339 instant")))
    }
}

impl Elapsed {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// So many minutes.
    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes * 60)
    }

    /// So many hours.
    pub const fn hours(hours: i64) -> Self {
        Self(hours * 3600)
    }

    /// So many days of 24 h.
    pub const fn days(days: i64) -> Self {
        Self(days * 86_400)
    }

    /// In seconds.
    pub const fn as_seconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return formatter.write_str("0s");
        }
        if self.0 < 0 {
            formatter.write_str("-")?;
        }
        let mut left = self.0.unsigned_abs();
        for (size, unit) in [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")] {
            if left >= size {
                write!(formatter, "{}{unit}", left / size)?;
                left %= size;
            }
        }
        Ok(())
    }
}
