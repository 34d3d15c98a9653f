//! Any text is a history or incidents, or is refused with what is wrong and how to mend it; what is read is asked about, each
//! deployment once, in the order of time.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsc::calendar::Elapsed;
use opsc::policy::{Policy, load};
use opsc::verify::backtest::{Asked, backtest, read_history, read_incidents};
use opsc::world::MemoryWorld;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const POLICY: &str = "policy p { language 1 }
region a { zone \"Europe/Dublin\" }
component web { paths \"web/**\" }
tier T0 \"Emergency\"
tier T1 \"Other\"
freeze hard { admit T0; block others }
classify { T1 when any path \"web/**\"; otherwise T0 }
window weekend : hard { every week Fri 18:00 .. Mon 08:00 }
";

static LOADED: LazyLock<Policy> = LazyLock::new(|| {
    let world = MemoryWorld::at(0).with_file("main.ops", POLICY);
    load(&world, "main.ops").expect("it is there").policy.expect("it has no errors")
});

fuzz_target!(|text: &str| {
    let incidents = match read_incidents(text) {
        Ok(incidents) => incidents,
        Err(error) => {
            assert!(!error.message.is_empty() && !error.help.is_empty());
            Vec::new()
        }
    };
    match read_history(text) {
        Ok(history) => {
            let asked = Asked {
                environments: BTreeMap::new(),
                regions: BTreeMap::new(),
                components: BTreeMap::new(),
                tiers: BTreeMap::new(),
                within: Elapsed::hours(24),
            };
            let found = backtest(&LOADED, &history, &incidents, &asked);
            assert_eq!(found.judged.len(), history.len());
            assert!(found.judged.is_sorted_by_key(|judged| judged.deployment.at));
        }
        Err(error) => assert!(!error.message.is_empty() && !error.help.is_empty()),
    }
});
