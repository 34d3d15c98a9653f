//! Any file is imported or refused by line, and what is imported checks without an error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsc::calendar::Date;
use opsc::diag::{Habit, Level};
use opsc::import::{Format, Meaning, Options, import};
use opsc::world::MemoryWorld;

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let meaning = if choice & 1 == 0 { Meaning::Freezes } else { Meaning::Holidays };
    let format = Format::all().nth(usize::from(choice >> 1));
    let today = Date::from_ymd_opt(2025, 6, 1).expect("a date");
    match import("fuzz.yml", bytes, &Options { format, meaning, ..Options::on(today) }) {
        Err(errors) => assert!(!errors.is_empty(), "refused without a reason"),
        Ok(imported) => {
            let world = imported.files.iter().fold(MemoryWorld::at(1_748_736_000), |world, (path, text)| {
                world.with_file(path, text.as_str())
            });
            let checked = opsc::rules::check(&world, "main.ops", Habit::Always).expect("main.ops is there");
            let errors: Vec<_> =
                checked.diagnostics.iter().filter(|found| found.level == Level::Error).collect();
            assert!(errors.is_empty(), "{errors:?}\n{}", imported.files["main.ops"]);
        }
    }
});
