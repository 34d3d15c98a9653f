//! From files to findings, or to a policy.

use super::load;
use crate::world::MemoryWorld;

/// A world of these files; `main.ops` says `policy` unless it does so itself.
fn world(files: &[(&str, &str)]) -> MemoryWorld {
    files.iter().fold(MemoryWorld::at(0), |world, (name, text)| world.with_file(name, *text))
}

/// The findings that a policy of these files yields, as `file:line: code: message`.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let loaded = load(&world(files), ".").unwrap();
    let found: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|finding| {
            format!(
                "{}: {}: {}",
                loaded.sources.place(finding.primary.span),
                finding.code.name,
                finding.message
            )
        })
        .collect();
    assert_eq!(found, expected);
    let errors = loaded.diagnostics.iter().any(|finding| finding.level == crate::diag::Level::Error);
    assert_eq!(loaded.policy.is_none(), errors);
}

#[track_caller]
fn check_one(text: &str, expected: &[&str]) {
    check(&[("main.ops", &format!("policy p {{ language 1 }}\n{text}"))], expected);
}

#[test]
fn the_library_checks_with_its_roles() {
    let uses: Vec<String> =
        crate::resolve::LIBRARY.iter().map(|module| format!("use std.{}\n", module.name)).collect();
    let roles = [
        "sre-owner",
        "product-owner",
        "service-owner",
        "incident-lead",
        "comms-lead",
        "support-lead",
        "sre-on-call",
    ];
    let roles = roles.map(|role| format!("role {role} {{ members \"ana\", \"ben\", \"cleo\" }}\n"));
    let text = format!("{}policy p {{ language 1 }}\n{}", uses.concat(), roles.concat());
    check(&[("main.ops", &text)], &[]);
}

#[test]
fn modules_of_the_library_lie_in_folders() {
    let gate = "gate g { require error-rate <= 1% and coverage >= 0.5 }";
    for used in [
        "use std.metrics.{http, rag}",
        "use std.metrics",
        "use std.{metrics}",
        "use std.metrics.http\nuse std.metrics.rag.{coverage}",
    ] {
        check(&[("main.ops", &format!("{used}\npolicy p {{ language 1 }}\n{gate}"))], &[]);
    }
    check(
        &[(
            "main.ops",
            "use std.metrics.htpp\nuse std.metrics.{http, rga}\nuse std.metric\npolicy p { language 1 }",
        )],
        &[
            "main.ops:1: unknown-module: the library has no `metrics.htpp`",
            "main.ops:2: unknown-module: the library has no `metrics.rga`",
            "main.ops:3: unknown-module: the library has no `metric`",
        ],
    );
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    check_one("component a { needs b }", &["main.ops:2: unknown-name: no `component` is called `b`"]);
    check_one(
        "metric x : ratio { better lower; no-data fail }\ntier T0 \"t\" { before merge require x }",
        &["main.ops:3: unknown-name: no `fact` is called `x`"],
    );
    let loaded =
        load(&world(&[("main.ops", "policy p { language 1 }\nfreeze f { admit T1; block others }")]), ".")
            .unwrap();
    assert_eq!(loaded.diagnostics[0].help, ["the library has it: write `use std.tiers`"]);
}

#[test]
fn a_broken_declaration_still_counts_as_declared() {
    check_one(
        "component a { pahts \"a/**\" }\ncomponent b { needs a }\nservice s { components a, b }",
        &["main.ops:2: unknown-field: `component` has no `pahts`"],
    );
    check_one(
        "fact f : nothing\ntier T0 \"t\" { before merge require f }\nregion r { zone \"EST\" }\nteam t { regions r }",
        &[
            "main.ops:2: wrong-form: `:` behind `fact` takes `bool`, `one`, `number`, `ratio`, `duration`, `money`, `rate`, `instant` or `text` here, not `nothing`",
            "main.ops:4: unknown-zone: `EST` is an abbreviation, not a zone",
        ],
    );
}

#[test]
fn units_are_checked() {
    let head = "fact r : ratio\nfact d : duration\nfact b : bool\nfact o : one of low, high\n";
    let condition = |condition: &str, expected: &[&str]| {
        check_one(&format!("{head}tier T0 \"t\" {{ before merge require {condition} }}"), expected);
    };
    condition("r <= 5% and d < 15m and b and o >= high", &[]);
    condition("(b or r > 0.5%) and tier in [T0] and b == false", &[]);
    condition("r <= 5", &["main.ops:6: wrong-unit: `r` is a ratio, and `5` is not"]);
    condition("r <= 2pp", &["main.ops:6: wrong-unit: `r` is a ratio, and `2pp` is not"]);
    condition("d < 15", &["main.ops:6: wrong-unit: `d` is a duration, and `15` is not"]);
    condition("r", &["main.ops:6: wrong-unit: `r` is a ratio, so it must be compared"]);
    condition("b < true", &["main.ops:6: wrong-unit: true or false has no order"]);
    condition("o == hihg", &["main.ops:6: wrong-unit: `o` is never `hihg`"]);
    condition("o in [low, medium]", &["main.ops:6: wrong-unit: `o` is never `medium`"]);
    condition(
        "x and y and r <= 5",
        &[
            "main.ops:6: unknown-name: no `fact` is called `x`",
            "main.ops:6: unknown-name: no `fact` is called `y`",
            "main.ops:6: wrong-unit: `r` is a ratio, and `5` is not",
        ],
    );
}

#[test]
fn seats_are_read() {
    let seats = |seats: &str, expected: &[&str]| {
        check_one(
            &format!(
                "role a {{ members \"x\" }}\nrole b {{ members \"y\" }}\ntier T0 \"t\" {{ approve {seats} }}"
            ),
            expected,
        );
    };
    seats("1 of a and 1 of b", &[]);
    seats("2 of [a, b]", &[]);
    seats("1 of a in region", &[]);
    seats("0 of a", &["main.ops:4: impossible-value: `0` is out of range"]);
    seats("a", &["main.ops:4: bad-seats: `a` says no seats"]);
    seats("1 of c", &["main.ops:4: unknown-name: no `role` is called `c`"]);
}

#[test]
fn files_use_each_other_within_bounds() {
    let main = "use \"./a.ops\"\npolicy p { language 1 }\n";
    check(&[("main.ops", main), ("a.ops", "region r { zone \"UTC\" }")], &[]);
    check(&[("main.ops", main)], &["main.ops:1: import-not-found: `a.ops` cannot be read: no such file"]);
    check(
        &[("main.ops", main), ("a.ops", "use \"./b.ops\""), ("b.ops", "use \"./a.ops\"")],
        &["b.ops:1: import-cycle: files use each other in a circle: a.ops -> b.ops -> a.ops"],
    );
    check(
        &[("main.ops", "use \"../x.ops\"\npolicy p { language 1 }\n")],
        &["main.ops:1: import-outside: `../x.ops` cannot be used: it leaves the policy's folder"],
    );
    check(&[("main.ops", main), ("a.ops", "region r { zone \"UTC\" }"), ("b.ops", "never read")], &[]);
    let torn = MemoryWorld::at(0).with_file("main.ops", b"policy p { language 1 }\n// \xff\nregion".to_vec());
    let loaded = load(&torn, "main.ops").unwrap();
    let messages: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["`main.ops` is not UTF-8 text: byte 27, in line 2, belongs to no character"]);
}

#[test]
fn a_chain_of_files_has_an_end() {
    let mut world = MemoryWorld::at(0).with_file("main.ops", "use \"./f0.ops\"\npolicy p { language 1 }");
    for file in 0..100 {
        world = world.with_file(&format!("f{file}.ops"), format!("use \"./f{}.ops\"", file + 1));
    }
    let loaded = load(&world, ".").unwrap();
    let messages: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["more than 64 files use each other in a row"]);
}

#[test]
fn names_are_given_once() {
    check(
        &[
            ("main.ops", "use \"./a.ops\"\npolicy p { language 1 }\nregion r { zone \"UTC\" }"),
            ("a.ops", "region r { zone \"UTC\" }"),
        ],
        &["main.ops:3: name-clash: `r` names two `region`s"],
    );
    check_one(
        "fact x : bool\ngate x { require true }",
        &["main.ops:3: name-clash: `x` names a `fact` and a `gate`, which share their names"],
    );
    check_one("region x { zone \"UTC\" }\ncomponent x { }", &[]);
}

#[test]
fn only_what_is_taken_from_the_library_is_there() {
    let text = "use std.tiers.{T0}\npolicy p { language 1 }\nfreeze f { admit T0; block others }\n";
    check(&[("main.ops", text)], &[]);
    let text = "use std.tiers.{T0}\npolicy p { language 1 }\nfreeze f { admit T1; block others }\n";
    check(&[("main.ops", text)], &["main.ops:3: unknown-name: no `tier` is called `T1`"]);
}

#[test]
fn a_policy_says_itself_once() {
    check(
        &[("main.ops", "region r { zone \"UTC\" }")],
        &["main.ops:1: no-policy: this policy does not say what it is called"],
    );
    check_one("policy q { language 1 }", &["main.ops:2: no-policy: a policy says `policy` once"]);
    check(
        &[("main.ops", "policy p { language 2 }")],
        &["main.ops:1: unknown-language: this binary reads version 1 of the language, not `2`"],
    );
}

#[test]
fn the_digest_follows_names_and_texts() {
    let digest = |files: &[(&str, &str)]| load(&world(files), ".").unwrap().policy.unwrap().digest;
    let main = ("main.ops", "policy p { language 1 }");
    assert_eq!(digest(&[main]), digest(&[main]));
    assert_ne!(digest(&[main]), digest(&[("main.ops", "policy p { language 1 } ")]));
    let using = ("main.ops", "use \"./a.ops\"\npolicy p { language 1 }");
    assert_ne!(digest(&[using, ("a.ops", "")]), digest(&[using, ("a.ops", "// x")]));
}

#[test]
fn ten_thousand_unknown_names_end_soon() {
    let mut text = String::from("policy p { language 1 }\n");
    for at in 0..3000 {
        text.push_str(&format!("component c{at} {{ needs d{at} }}\n"));
    }
    let loaded = load(&world(&[("main.ops", &text)]), ".").unwrap();
    assert_eq!(loaded.diagnostics.len(), 3000);
}
