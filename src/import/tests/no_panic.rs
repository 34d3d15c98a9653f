//! No input makes an import panic or run away: whole files with pieces cut, doubled, swapped and overwritten.

use super::{CALENDAR, ICS, PROJECT};
use crate::calendar::Date;
use crate::import::{Format, Meaning, Options, import};
use crate::support::law;
use proptest::prelude::*;

const GATE: &str = "checks:\n  forbid_when:\n    - kind: hard_freeze_active\n  require:\n    - x: true\n";
const PERIODS: &str =
    r#"[{"id": 1, "freeze_start": "0 23 L * 5", "freeze_end": "*/7 7 * * 1-3", "cron_timezone": "Berlin"}]"#;
const INTERVALS: &str = "route: {routes: [{mute_time_intervals: [a]}]}\ntime_intervals:\n  - name: a\n    time_intervals:\n      - times: [{start_time: '09:00', end_time: '24:00'}]\n        weekdays: ['monday:friday']\n        days_of_month: ['1:5', '-3:-1', '3:-9']\n        months: [january, '3:5']\n        years: ['2024:2026']\n        location: Europe/Berlin\n";

/// What is put into a file: bytes that mean something somewhere.
const PIECES: &[&str] = &[
    "\0",
    "\u{feff}",
    "é",
    "\"",
    "'",
    "`",
    "{",
    "[",
    ":",
    "- ",
    "\n",
    "\r\n ",
    "&a [*a]",
    "*a",
    "<<: ",
    "!!binary ",
    "~",
    "99999999999999999999",
    "-1",
    "0",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00Z",
    "*/0",
    "1-0",
    "31",
    "L",
    "Z",
    "P",
    "T",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "RRULE:FREQ=SECONDLY\r\n",
    "RRULE:FREQ=YEARLY;INTERVAL=366\r\n",
    "DURATION:P999999W\r\n",
    "\u{202e}",
    "Feb",
    "29",
    "2:-2",
    "00:00",
    "24:00",
    "-31:31",
];

proptest! {
    #![proptest_config(law(250))]

    #[test]
    fn no_input_makes_it_panic(
        base in prop::sample::select(vec![CALENDAR, PROJECT, ICS, GATE, PERIODS, INTERVALS, ""]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(PIECES), 0..4_u8), 0..8),
        format in prop::option::of(prop::sample::select(Format::all().collect::<Vec<_>>())),
        holidays in any::<bool>(),
    ) {
        let mut bytes = base.as_bytes().to_vec();
        for (index, length, piece, how) in edits {
            let at = index.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            let cut: Vec<u8> = bytes[at..end].to_vec();
            match how {
                0 => drop(bytes.splice(at..end, piece.bytes())),
                1 => drop(bytes.splice(at..at, piece.bytes())),
                2 => drop(bytes.splice(at..at, cut)),
                _ => drop(bytes.splice(at..end, [])),
            }
        }
        let meaning = if holidays { Meaning::Holidays } else { Meaning::Freezes };
        let options = Options { format, meaning, ..Options::on(Date::from_ymd_opt(2025, 6, 1).unwrap()) };
        check(&bytes, &options);
    }
}

/// Whatever `bytes` hold, an import is refused by line or becomes a policy without an error.
#[track_caller]
fn check(bytes: &[u8], options: &Options) {
    // YAML counts a lone carriage return as the end of a line, too.
    let lines = u32::try_from(bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count()).unwrap() + 1;
    match import("a file.x", bytes, options) {
        Ok(imported) => {
            assert!(
                imported.report.iter().all(|remark| (1..=lines).contains(&remark.line)),
                "{:?}",
                imported.report
            );
            let errors = super::errors(&imported);
            assert_eq!(&errors, &[""; 0], "{}", imported.files["main.ops"]);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(
                errors
                    .iter()
                    .all(|error| error.line >= 1 && error.line <= lines + 1 && !error.help.is_empty()),
                "{:?}",
                errors
            );
        }
    }
}

/// A file that a random case found a mistake with.
#[test]
fn what_once_failed_holds() {
    let options = Options::on(Date::from_ymd_opt(2025, 6, 1).unwrap());
    check(b"c - kind: hard_freeze_active\n BEGIN:VEVENT\r{", &options);
}
