//! GitHub's hash of a line with what follows it: `primaryLocationLineHash`, the one fingerprint that its code scanning reads.
//!
//! Its own uploader works it out where a file has none, and warns where it comes to another value; whoever uploads by the API
//! must bring it. It is a rolling hash over the line's first [`WINDOW`] characters (UTF-16 units) and those behind them,
//! blanks left out and every kind of line break made one.

use std::collections::BTreeMap;

/// Characters that a hash covers.
const WINDOW: usize = 100;
/// The base of the polynomial; arithmetic is modulo 2^64.
const BASE: u64 = 37;
/// What stands for the end of the text.
const END: u16 = 0xffff;

/// The hash of each line, the first line first, with how often it has occurred up to there.
pub(super) fn of_lines(text: &str) -> Vec<String> {
    let (units, starts) = reduced(text);
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let label = |hash: u64| {
        let number = seen.entry(hash).or_default();
        *number += 1;
        format!("{hash:x}:{number}")
    };
    starts.iter().map(|start| hash(units.get(*start..).unwrap_or_default())).map(label).collect()
}

/// The characters that count, closed by the end's, and where among them each line starts.
fn reduced(text: &str) -> (Vec<u16>, Vec<usize>) {
    let mut units = Vec::with_capacity(text.len() + 1);
    let mut starts = Vec::new();
    let (mut is_start, mut is_after_return) = (true, false);
    for unit in text.encode_utf16().map(u32::from).chain([u32::from(END)]) {
        let is_skipped = matches!(unit, 0x20 | 0x09) || is_after_return && unit == 0x0a;
        is_after_return = !is_skipped && unit == 0x0d;
        if is_skipped {
            continue;
        }
        if is_start {
            starts.push(units.len());
        }
        is_start = matches!(unit, 0x0d | 0x0a);
        units.push(if is_start { 0x0a } else { u16::try_from(unit).unwrap_or(END) });
    }
    (units, starts)
}

/// The polynomial over the window that begins here; behind the end there are zeros.
fn hash(units: &[u16]) -> u64 {
    let padded = units.iter().copied().chain(std::iter::repeat(0)).take(WINDOW);
    padded.fold(0, |hash, unit| hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(of_lines(text), expected);
    }

    /// The values are those that the uploader's own tests state.
    #[test]
    fn the_hashes_are_the_uploader_s() {
        check("", &["c129715d7a2bc9a3:1"]);
        check(
            " a\nb\n  \t\tc\n d",
            &["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        );
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        check(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", &greetings);
        check(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", &greetings);
        check(
            &"Lorem ipsum dolor sit amet.\n".repeat(10),
            &[
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ],
        );
    }
}
