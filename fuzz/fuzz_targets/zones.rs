//! Any bytes are a compiled zone, or are refused with a reason; what is read says a time at every instant, and its readings of a local
//! time are instants at which its clocks show that time.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsc::calendar::{Elapsed, Instant, Zone, ZoneFile};

fuzz_target!(|bytes: &[u8]| {
    let zone = match ZoneFile::parse(bytes) {
        Ok(zone) => zone,
        Err(why) => {
            assert!(!why.is_empty());
            return;
        }
    };
    for year in 1900..2200 {
        let at = Instant::from_unix((year - 1970) * 31_556_952 + i64::from(bytes.len() as u32) * 977);
        let local = Zone::UTC.local(at.plus(Elapsed::seconds(zone.offset(at.unix()))));
        assert!(zone.readings(local).contains(&at));
    }
});
