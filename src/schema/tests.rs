//! The table holds itself: every pattern compiles, every row says what it is, no word is given twice.

use super::*;
use crate::diag::Sink;
use crate::source::Sources;
use crate::syntax::parse;
use std::collections::BTreeSet;

fn each_body(kind: &Kind, see: &mut dyn FnMut(&str, &Body)) {
    fn walk(path: &str, body: &Body, see: &mut dyn FnMut(&str, &Body)) {
        see(path, body);
        for slot in &body.fields {
            walk(&format!("{path} / {}", slot.row.keyword), &slot.body, see);
        }
    }
    walk(kind.row.keyword, &kind.body, see);
}

#[test]
fn every_pattern_compiles() {
    let mut wrong = Vec::new();
    let mut compile = |place: &str, text: &'static str| {
        if let Err(error) = Pattern::compile(text) {
            wrong.push(format!("{place}: {error}"));
        }
    };
    for (name, text) in super::pattern::RULES {
        compile(name, text);
    }
    for kind in schema().kinds() {
        compile(kind.row.keyword, kind.row.head);
        compile(kind.row.keyword, kind.row.annotation);
        each_body(kind, &mut |path, body| {
            for slot in &body.fields {
                compile(path, slot.row.pattern);
                compile(path, slot.row.annotation);
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_says_what_it_is() {
    let is_sentence = |doc: &str| doc.ends_with('.') && doc.starts_with(|c: char| c.is_uppercase());
    let mut wrong = Vec::new();
    for kind in schema().kinds() {
        if !is_sentence(kind.row.doc) {
            wrong.push(kind.row.keyword.to_owned());
        }
        each_body(kind, &mut |path, body| {
            wrong.extend(
                body.fields
                    .iter()
                    .filter(|slot| !is_sentence(slot.row.doc))
                    .map(|slot| format!("{path} / {}", slot.row.keyword)),
            );
        });
    }
    assert!(wrong.is_empty(), "no sentence says what these are: {}", wrong.join(", "));
}

#[test]
fn no_word_is_given_twice() {
    let mut seen = BTreeSet::new();
    for kind in schema().kinds() {
        assert!(seen.insert(kind.row.keyword), "two rows are called `{}`", kind.row.keyword);
        each_body(kind, &mut |path, body| {
            let mut seen = BTreeSet::new();
            for slot in &body.fields {
                assert!(seen.insert(slot.row.keyword), "{path} has two rows called `{}`", slot.row.keyword);
            }
        });
    }
}

/// The messages, in order, that a file yields.
#[track_caller]
fn check_messages(text: &str, expected: &[&str]) {
    let mut sources = Sources::new();
    let file = sources.add("test.ops", text);
    let (tree, syntax) = parse(&sources, file);
    let mut sink = Sink::new();
    sink.extend(syntax);
    check(&tree, &sources, &mut sink);
    let found: Vec<String> = sink.into_sorted().into_iter().map(|finding| finding.message).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_fits_is_silent() {
    check_messages("region a { zone \"Europe/Dublin\"; off-peak 01:00 .. 05:00; weekend Fri, Sat }", &[]);
    check_messages(
        "fact x : one of none, one-step { from json \"a.json\" at \"/b\"; fresh 1h; private }",
        &[],
    );
    check_messages("component a { paths \"a/**\", \"b/**\"; needs b; needs c, d }", &[]);
    check_messages("schedule s { zone \"UTC\"; shift \"ana\" every week Fri 18:00 .. Mon 08:00 }", &[]);
    check_messages(
        "property \"x\" { for trace of p; where a < 1 for 5m during b; expect never finished }",
        &[],
    );
}

#[test]
fn a_phrase_is_held_against_every_way() {
    check_messages(
        "schedule s { zone \"UTC\"; shift \"ana\" every fortnight Fri 18:00 }",
        &[
            "`shift` takes `day`, `week`, a weekday such as `Fri`, `workday`, `month`, `year` or `rrule` here, not `fortnight`",
        ],
    );
    check_messages(
        "schedule s { zone \"UTC\"; shift \"ana\" every week Fri 18:00 .. Mon }",
        &["`shift` lacks a time such as `18:00`"],
    );
    check_messages(
        "region a { zone \"UTC\"; off-peak 01:00 .. 05:00 and 06:00 }",
        &["`off-peak` does not go on with `06:00`"],
    );
}

#[test]
fn ten_mistakes_give_ten_reports() {
    check_messages(
        "regoin a { zone \"UTC\" }
region b { zome \"UTC\"; zone \"UTC\" }
region c { }
region d { zone UTC }
region e { zone \"UTC\"; zone \"UTC\" }
region f { zone \"UTC\" { x } }
region g { zone \"UTC\" because \"x\" }
region h : hard { zone \"UTC\" }
service i
region j { zone \"UTC\"; off-peak 01:00 }
",
        &[
            "`regoin` is no declaration",
            "`region` has no `zome`",
            "`region` `c` lacks `zone`",
            "`zone` takes a zone in quotes such as `\"Europe/Dublin\"` here, not `UTC`",
            "`region` says `zone` twice",
            "`zone` takes no block",
            "`zone` takes no `because`",
            "`:` behind `region` does not go on with `hard`",
            "`service` `i` lacks `components`",
            "`off-peak` lacks `..`",
        ],
    );
}
