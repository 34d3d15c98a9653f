//! Zone databases besides the one in the program: compiled zones (TZif, RFC 9636) that are read from files, so that a policy can be
//! looked at as another version of the database has it.

use super::zone::LocalReading;
use super::{Instant, LocalDateTime};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use tz::timezone::{LocalTimeType, TimeZone, TransitionRule};

/// Zones of one version of the database. It is kept for as long as the program runs.
#[derive(Debug, Clone, Copy)]
pub struct ZoneDatabase(&'static Loaded);

#[derive(Debug)]
struct Loaded {
    version: String,
    zones: BTreeMap<String, ZoneFile>,
}

/// A compiled zone that was read from a file.
#[derive(Debug)]
pub struct ZoneFile {
    zone: TimeZone,
    /// Seconds that clocks there are or were ahead of UTC, each once.
    offsets: Vec<i32>,
}

/// A file that is no compiled zone, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedZone {
    /// The zone's name.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
}

thread_local! {
    /// Which database names are read from: policies say zones in a hundred places, each of which reads its name by itself.
    static READ_FROM: Cell<Option<ZoneDatabase>> = const { Cell::new(None) };
}

impl ZoneDatabase {
    /// Reads zones by their names.
    ///
    /// # Errors
    /// The first that is damaged.
    pub fn read(
        version: String,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, DamagedZone> {
        let mut zones = BTreeMap::new();
        for (name, bytes) in files {
            match ZoneFile::parse(&bytes) {
                Ok(zone) => zones.insert(name, zone),
                Err(why) => return Err(DamagedZone { name, why }),
            };
        }
        // A zone is named at every instant that is judged: it refers to its clock, and clocks are never given back.
        Ok(Self(Box::leak(Box::new(Loaded { version, zones }))))
    }

    /// The version, as its files say it.
    pub fn version(self) -> &'static str {
        &self.0.version
    }

    /// How many zones it has.
    pub fn len(self) -> usize {
        self.0.zones.len()
    }

    /// Whether it has no zone at all.
    pub fn is_empty(self) -> bool {
        self.0.zones.is_empty()
    }

    /// Does something while every name of a zone that this thread reads is one of this database.
    pub fn while_read_from<T>(self, action: impl FnOnce() -> T) -> T {
        struct Restore(Option<ZoneDatabase>);
        impl Drop for Restore {
            fn drop(&mut self) {
                READ_FROM.set(self.0);
            }
        }
        let _restore = Restore(READ_FROM.replace(Some(self)));
        action()
    }

    /// The database that names are read from; none where it is the program's own.
    pub(super) fn current() -> Option<Self> {
        READ_FROM.get()
    }

    pub(super) fn find(self, name: &str) -> Option<&'static ZoneFile> {
        self.0.zones.get(name)
    }
}

impl ZoneFile {
    /// Reads a compiled zone.
    ///
    /// # Errors
    /// Says why the bytes are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let zone = TimeZone::from_tz_data(bytes).map_err(|error| error.to_string())?;
        let known = zone.as_ref();
        // Where a file says nothing at all, clocks show UTC.
        let mut offsets = vec![0];
        offsets.extend(known.local_time_types().iter().map(|local| local.ut_offset()));
        match known.extra_rule() {
            Some(TransitionRule::Fixed(local)) => offsets.push(local.ut_offset()),
            Some(TransitionRule::Alternate(rule)) => {
                offsets.extend([rule.std().ut_offset(), rule.dst().ut_offset()]);
            }
            None => {}
        }
        offsets.sort_unstable();
        offsets.dedup();
        match offsets.iter().find(|offset| offset.abs() > 86_400 * 2) {
            Some(offset) => Err(format!("a clock cannot be {offset} s from UTC")),
            None => Ok(Self { zone, offsets }),
        }
    }

    /// How many seconds clocks there are ahead of UTC. Behind the last change of a file that says no rule, as it left them.
    pub fn offset(&self, unix: i64) -> i64 {
        self.local(unix).map_or(0, |local| i64::from(local.ut_offset()))
    }

    /// What the file calls the time there.
    pub(super) fn abbreviation(&self, unix: i64) -> &str {
        self.local(unix).map_or("", LocalTimeType::time_zone_designation)
    }

    fn local(&self, unix: i64) -> Option<&LocalTimeType> {
        let last = || {
            let zone = self.zone.as_ref();
            let last = zone.transitions().last()?;
            zone.local_time_types().get(last.local_time_type_index())
        };
        self.zone.find_local_time_type(unix).ok().or_else(last)
    }

    /// Every instant at which a clock there shows `local`, in order.
    pub fn readings(&self, local: LocalDateTime) -> Vec<Instant> {
        let wall = local.and_utc().timestamp();
        let mut found: Vec<Instant> = self
            .offsets
            .iter()
            .map(|offset| (i64::from(*offset), wall - i64::from(*offset)))
            .filter(|(offset, unix)| self.offset(*unix) == *offset)
            .map(|(_, unix)| Instant::from_unix(unix))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// When a clock there shows `local`; nothing where it never does.
    pub(super) fn reading(&self, local: LocalDateTime) -> Option<LocalReading> {
        match self.readings(local).as_slice() {
            [] => None,
            [once] => Some(LocalReading::Once(*once)),
            [earlier, .., later] => Some(LocalReading::Repeated { earlier: *earlier, later: *later }),
        }
    }
}

impl fmt::Display for DamagedZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is no compiled zone: {}", self.name, self.why)
    }
}

/// The version that a folder of compiled zones says it has: the first line of `tzdata.zi` (`# version 2026a`), or the whole of
/// `+VERSION`.
pub fn version_of(tzdata_zi: Option<&str>, version: Option<&str>) -> Option<String> {
    let first = tzdata_zi.and_then(|text| text.lines().next());
    let said = first
        .and_then(|line| line.strip_prefix("# version "))
        .or(version.and_then(|text| text.lines().next()));
    said.map(str::trim).filter(|said| !said.is_empty() && said.len() <= 32).map(str::to_owned)
}
