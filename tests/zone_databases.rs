//! Compiled zones that are read from files: they say what the program's own database says where the two are of one mind, what they say
//! apart is found exactly, and no damage makes them panic. The fixtures are what `zic` makes of `tests/golden/diff/zones/moved.zi`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod support;

use opsc::calendar::{Elapsed, Instant, Interval, LocalDateTime, LocalReading, Zone, ZoneDatabase, ZoneFile};
use proptest::prelude::*;
use std::sync::LazyLock;
use support::law;

const DUBLIN: &[u8] = include_bytes!("golden/diff/zones/moved/Europe/Dublin");
const SAO_PAULO: &[u8] = include_bytes!("golden/diff/zones/moved/America/Sao_Paulo");

static MOVED: LazyLock<ZoneDatabase> = LazyLock::new(|| {
    let files = [("Europe/Dublin", DUBLIN), ("America/Sao_Paulo", SAO_PAULO)];
    let files = files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    ZoneDatabase::read("2026z".to_owned(), files).unwrap()
});

fn both(name: &str) -> (Zone, Zone) {
    (Zone::parse(name).unwrap(), MOVED.while_read_from(|| Zone::parse(name).unwrap()))
}

fn reading(unix: i64) -> LocalDateTime {
    Zone::UTC.local(Instant::from_unix(unix))
}

/// 1997-01-01 and 2037-01-01.
const YEARS: std::ops::Range<i64> = 852_076_800..2_114_380_800;

proptest! {
    #![proptest_config(law(2000))]

    #[test]
    fn a_zone_that_is_read_says_what_the_same_zone_in_the_program_says(unix in YEARS, near in any::<bool>()) {
        let (own, read) = both("Europe/Dublin");
        prop_assert_ne!(own, read);
        // Half of the instants lie within two hours of a change of the clocks.
        let unix = if near {
            let second = Instant::from_unix(unix);
            let spans = Zone::UTC.apart(own, Interval::new(second, second.plus(Elapsed::days(220))));
            let change = spans.iter().map(|(span, ..)| span.start.unix()).find(|at| *at > unix).unwrap_or(unix);
            change + unix % 7200
        } else {
            unix
        };
        prop_assert_eq!(own.offset(Instant::from_unix(unix)), read.offset(Instant::from_unix(unix)));
        prop_assert_eq!(own.reading(reading(unix)), read.reading(reading(unix)));
        let (one, other) = (read.reading(reading(unix)), read.local(Instant::from_unix(unix)));
        if let LocalReading::Once(at) = one {
            prop_assert_eq!(read.local(at), reading(unix));
        }
        let is_shown = matches!(read.reading(other), LocalReading::Once(_) | LocalReading::Repeated { .. });
        prop_assert!(is_shown, "{} is shown there", other);
    }

    #[test]
    fn a_damaged_file_is_refused_or_read_and_never_panics(
        length in 0..DUBLIN.len() + 1,
        changes in prop::collection::vec((0..DUBLIN.len(), any::<u8>()), 0..6),
        unix in any::<i64>(),
    ) {
        let mut bytes = DUBLIN.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes.truncate(length);
        match ZoneFile::parse(&bytes) {
            Ok(zone) => {
                let bounded = Instant::from_unix(unix);
                let _ = zone.offset(bounded.unix());
                for at in zone.readings(Zone::UTC.local(bounded)) {
                    prop_assert!(at >= Instant::MIN && at <= Instant::MAX);
                }
            }
            Err(why) => prop_assert!(!why.is_empty()),
        }
    }
}

#[test]
fn what_two_versions_say_apart_is_found_to_the_second() {
    let at = |text: &str| Instant::parse(text).unwrap();
    let within = Interval::new(at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"));
    let (own, read) = both("America/Sao_Paulo");
    let hours = |hours: i64| Elapsed::hours(hours);
    assert_eq!(
        own.apart(read, within),
        [(Interval::new(at("2026-10-18T03:00Z"), within.end), hours(-3), hours(-2))]
    );
    let (own, read) = both("Europe/Dublin");
    assert_eq!(own.apart(read, within), []);
}

#[test]
fn names_are_read_from_a_database_only_while_it_is_asked_for_and_only_those_it_has() {
    assert!(MOVED.while_read_from(|| Zone::parse("Asia/Tokyo")).is_err());
    assert_eq!(MOVED.while_read_from(|| Zone::parse("UTC")), Ok(Zone::UTC));
    assert!(Zone::parse("Asia/Tokyo").is_ok());
    assert_eq!(opsc::calendar::version_of(Some("# version 2026a\n# x"), None).as_deref(), Some("2026a"));
    assert_eq!(opsc::calendar::version_of(Some("x"), Some("2025c\n")).as_deref(), Some("2025c"));
    assert_eq!(opsc::calendar::version_of(None, None), None);
}
