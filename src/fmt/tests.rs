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
fn layout_is_one() {
    check("", "");
    check("\n\n a   b\t,c\r\n\n\n\n d{e;f  g}\n", "a b, c\n\nd { e; f g }\n");
    check("x y:z{\n\n a b\n\n\n c d }", "x y : z {\n  a b\n\n  c d\n}\n");
    check("x { }\ny {\n}", "x {}\ny {\n}\n");
    check("x a..b 1 .. 2 -3 a - 3 f( x , y ) [ a,b ] ( c )", "x a .. b 1 .. 2 -3 a - 3 f(x, y) [a, b] (c)\n");
    check("hard  :  pause 4h", "hard: pause 4h\n");
    check("x a=b\ny a==b", "x a = b\ny a == b\n");
}

#[test]
fn lines_break_where_their_author_broke_them() {
    check("when a > 1\nor b < 2 // two\n\n  or c", "when a > 1\n  or b < 2  // two\n  or c\n");
    check("x [\na,\n // why\n b\n]\ny", "x [\n  a,\n  // why\n  b\n]\ny\n");
    check("x a,\nb", "x a,\n  b\n");
    let long = format!("x {{ a \"{}\"; b }}", "y".repeat(110));
    check(&long, &format!("x {{\n  a \"{}\"\n  b\n}}\n", "y".repeat(110)));
    check("x {\na b; c d // e\n}", "x {\n  a b; c d  // e\n}\n");
}

#[test]
fn a_column_that_was_begun_is_kept_straight() {
    check("x {\n a    b\n ccc d\n e\n}", "x {\n  a   b\n  ccc d\n  e\n}\n");
    check("x {\n a b\n ccc d\n}", "x {\n  a b\n  ccc d\n}\n");
    check("r a   { x }\nr bcd { y }", "r a   { x }\nr bcd { y }\n");
    check("a b // x\nccc d // y\ne f\ng // z", "a b    // x\nccc d  // y\ne f\ng  // z\n");
}

#[test]
fn remarks_and_documentation_stay() {
    check(
        "//!m\n//a\n\n///one\n//b\n@allow(x)\n y { // c\n // d\n z\n // e\n}// f\n//g",
        "//! m\n//a\n\n/// one\n//b\n@allow(x)\ny {  // c\n  // d\n  z\n  // e\n}  // f\n//g\n",
    );
}

#[test]
fn the_sample_keeps_its_look() {
    let text = include_str!("../../tests/fixtures/sample.ops");
    let mut sources = Sources::new();
    let file = sources.add("sample.ops", text);
    let formatted = format(&sources, file).expect("the sample is sound");
    let changed = text.lines().zip(formatted.lines()).filter(|(before, after)| before != after).count();
    assert_eq!(text.lines().count(), formatted.lines().count());
    assert!(changed < 30, "{changed} lines changed");
}

#[test]
fn a_file_with_a_mistake_is_left_alone() {
    let mut sources = Sources::new();
    let file = sources.add("a.ops", "x {\n  a >\n}\n");
    assert_eq!(format(&sources, file).expect_err("it has a mistake").len(), 1);
}
