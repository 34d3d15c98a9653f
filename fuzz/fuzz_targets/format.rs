//! What parses formats, and what is formatted stays as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsc::fmt::format;
use opsc::source::Sources;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("fuzz.ops", text);
    let Ok(once) = format(&sources, file) else { return };
    let again = sources.add("again.ops", once.as_str());
    let twice = format(&sources, again).expect("what was formatted has no mistakes");
    assert_eq!(twice, once, "formatting twice");
});
