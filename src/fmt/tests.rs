//! How a policy reads after formatting.

use super::format;
use crate::source::Sources;

#[track_caller]
fn check(text: &str, expected: &str) {
    let mut sources = Sources::new();
    let file = sources.add("a.ops", text);
    let formatted = format(&sources, file).expect("the text is sound");
    assert_eq!(formatted, expected);
    let file = sources.add("again.ops", formatted.as_str());
    assert_eq!(format(&sources, file).expect("the formatted text is sound"), formatted, "formatting twice");
}

#[test]
fn probe() {
    let text = include_str!("../../tests/fixtures/sample.ops");
    let mut sources = Sources::new();
    let file = sources.add("a.ops", text);
    println!("{}", format(&sources, file).expect("sound"));
    check("", "");
}
