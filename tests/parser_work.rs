//! Reading takes work in proportion to the text: nothing that cannot be read is tried in two ways.
//!
//! Alone in its file, because the limit on the parser's work holds for the whole process.

mod support;

use opsc::source::Sources;
use proptest::prelude::*;
use std::num::NonZeroUsize;

/// Rules of the grammar that one byte may cost. A mistake is read twice: as it stands, and again to say what was wanted there.
const RULES_A_BYTE: usize = 200;

/// What is found in `text` where the parser may try `rules` rules for an item or a statement.
fn findings(text: &str, rules: usize) -> Vec<String> {
    pest::set_call_limit(NonZeroUsize::new(rules));
    let mut sources = Sources::new();
    let file = sources.add("a.ops", text);
    let (_, found) = opsc::syntax::parse(&sources, file);
    found.iter().map(|finding| format!("{:?} {}", finding.primary.span, finding.message)).collect()
}

#[track_caller]
fn check(text: &str) {
    let rules = RULES_A_BYTE * (text.len() + 10);
    let found = findings(text, rules);
    assert!(!found.iter().any(|message| message.contains("call limit")), "{text:?} takes too long to read");
    assert_eq!(found, findings(text, rules * 8), "{text:?} is read otherwise where there is time");
}

/// What opens a bracket behind something, or asks for more.
fn opening() -> impl Strategy<Value = String> {
    let parts = [
        "n(",
        "a-(",
        "a- (",
        "a -(",
        "-(",
        "-n(",
        "(",
        "[",
        "x in [",
        "in [",
        "a, (",
        "a, [",
        "not (",
        "not x(",
        "a not (",
        "a and (",
        "b or not [",
        "a < (",
        "1 + (",
        "true(",
        "\"s\"(",
        "\u{e9}(",
        ".. (",
        "3(",
        "a (",
        "a [",
        "f(1)(",
        "_(",
        "a when (",
        ": (",
        "because (",
        "@a(",
        "{ n(",
        "{ ",
        "[a, not (",
        "[a, .. , (",
        "2025-01-01(",
        "$1(",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 1..6)
        .prop_flat_map(|unit| (Just(unit.concat()), 4_usize..60))
        .prop_map(|(unit, times)| unit.repeat(times))
}

proptest! {
    #![proptest_config(support::law(400))]

    #[test]
    fn nested_brackets_that_cannot_be_read_take_no_longer(
        open in opening(),
        middle in prop::sample::select(vec!["", "a", ";", "#", "\n", "1 2", ",", "\"", ".."]),
        close in prop::sample::select(vec!["", ")", "]", "}", ") ", ")]", "#)", ", )"]),
        times in 0_usize..70,
    ) {
        check(&format!("x {open}{middle}{}\ny b\n", close.repeat(times)));
        check(&format!("{open}{middle}{}", close.repeat(times)));
    }
}

#[test]
fn what_once_took_minutes_is_read() {
    check(
        "nk(z(eV((z(eV((3\0\0\0\0\0z(eV((3n(z(eV(e\t\0\0\0\0n(n(z(eV((3n(z(eV(e\t(3\0\0\0\0\0\0\0\0\0n(n(z(eV((3n(z(eV(e\t\0,",
    );
    for (open, close) in
        [("n(", ")"), ("a-(", ")"), ("x in [", "]"), ("a, (", ")"), ("[a, not (", ")]"), ("é(", ")")]
    {
        check(&format!("x {}#{}", open.repeat(30), close.repeat(30)));
        check(&format!("x {}", open.repeat(30)));
    }
}
