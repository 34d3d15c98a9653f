//! One report in every format: what it looks like, and that published schemas accept it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::diag::{Code, Diagnostic, Edit, Fix, Habit, Level};
use opsc::render::{Paint, Report, WIDTH, format, wrap::columns};
use opsc::source::{Sources, Span};
use serde_json::Value;

const PAGE: &str = "# a-name\n\nWhy.\n";
static UNKNOWN: Code = Code {
    name: "unknown-name",
    summary: "a name that nothing declares",
    level: Level::Error,
    habit: Habit::Always,
    page: PAGE,
};
static STALE: Code = Code {
    name: "stale-feed",
    summary: "a feed that nobody read again",
    level: Level::Warning,
    habit: Habit::Strict,
    page: PAGE,
};

const MAIN: &str =
    "region us-east-1 {}\r\nwindow w : hard {\r\n  regions us-est-1, é\u{202e}x\r\n  hold 5min\r\n}\r\n";

fn span(sources: &Sources, file: &str, text: &str) -> Span {
    let file = sources.find(file).unwrap();
    let start = sources.get(file).unwrap().text().find(text).unwrap();
    Span::new(file, start, start + text.len())
}

fn sources() -> Sources {
    let mut sources = Sources::new();
    sources.add("policy/main.ops", MAIN);
    sources.add("policy/a, b: 100%.ops", "team x {}\n");
    sources
}

fn findings(sources: &Sources) -> Vec<Diagnostic> {
    let main = |text| span(sources, "policy/main.ops", text);
    let other = span(sources, "policy/a, b: 100%.ops", "team x {}");
    let region = main("us-est-1");
    let mut both = Diagnostic::new(&UNKNOWN, main("x\r\n"), "no region is called `\u{1b}[31mx`");
    both.fixes
        .push(Fix { title: "write `y`".to_owned(), edits: vec![Edit { span: other, text: "y".to_owned() }] });
    both.fixes.push(Fix {
        title: "write `z`".to_owned(),
        edits: vec![Edit { span: region, text: "z".to_owned() }],
    });
    vec![
        Diagnostic::new(&UNKNOWN, region, "no region is called `us-est-1`")
            .label("not declared")
            .also(main("us-east-1"), "this one is")
            .also(other, "in [another] file")
            .note("a note that is so long that it cannot stand on one line of a hundred columns, because it says a lot")
            .fix("write `us-east-1`", region, "us-east-1"),
        both,
        Diagnostic::new(&UNKNOWN, main("hold"), "long labels move").label(
            "expected the end of the statement, a colon, a clause, an operator, a value, a list in brackets or a name",
        ),
        Diagnostic::new(&STALE, main("window w : hard {\r\n  regions"), "nobody read it").help("read it"),
    ]
}

fn rendered(name: &str, paint: Paint) -> String {
    let sources = sources();
    let found = findings(&sources);
    let report = Report { sources: &sources, found: &found, codes: &[&STALE, &UNKNOWN] };
    (format(name).unwrap().render)(&report, paint)
}

#[track_caller]
fn check(name: &str, expected: &str) {
    let actual = rendered(name, Paint::Plain);
    assert_eq!(actual, expected, "\n{actual}");
}

#[test]
fn for_people() {
    check("human", HUMAN);
    for line in rendered("human", Paint::Plain).lines() {
        assert!(columns(line) <= WIDTH, "{line}");
    }
}

const HUMAN: &str = r"error[unknown-name]: no region is called `us-est-1`
  --> policy/main.ops:3:11
  |
1 | region us-east-1 {}
  |        --------- this one is
2 | window w : hard {
3 |   regions us-est-1, é�x
  |           ^^^^^^^^ not declared
  |
  --> policy/a, b: 100%.ops:1:1
  |
1 | team x {}
  | --------- in [another] file
  |
  = note: a note that is so long that it cannot stand on one line of a hundred columns, because it
      says a lot
  = fix: write `us-east-1`

error[unknown-name]: no region is called `?[31mx`
  --> policy/main.ops:3:23
  |
3 |   regions us-est-1, é�x
  |                       ^
  |
  = choose: write `y`
  = choose: write `z`

error[unknown-name]: long labels move
  --> policy/main.ops:4:3
  |
4 |   hold 5min
  |   ^^^^
  |
  = expected the end of the statement, a colon, a clause, an operator, a value, a list in brackets
    or a name

warning[stale-feed]: nobody read it
  --> policy/main.ops:2:1
  |
2 | / window w : hard {
3 | |   regions us-est-1, é�x
  | \---------^
  |
  = help: read it

3 errors, 1 warning
";

#[test]
fn colour_only_adds() {
    let painted = rendered("human", Paint::Colour);
    let mut plain = String::new();
    let mut rest = painted.as_str();
    while let Some((before, sequence)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = sequence.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, rendered("human", Paint::Plain));
    assert_ne!(plain, painted);
}

#[test]
fn one_line_each() {
    check(
        "short",
        "policy/main.ops:3:11: error[unknown-name]: no region is called `us-est-1`\n\
         policy/main.ops:3:23: error[unknown-name]: no region is called `?[31mx`\n\
         policy/main.ops:4:3: error[unknown-name]: long labels move\n\
         policy/main.ops:2:1: warning[stale-feed]: nobody read it\n",
    );
}

#[test]
fn annotations_end_where_they_should() {
    check("github", GITHUB);
}

const GITHUB: &str = r"::error file=policy/main.ops,line=3,endLine=3,col=11,endColumn=19,title=unknown-name::no region is called `us-est-1`%0Anot declared%0Apolicy/main.ops:1: this one is%0Apolicy/a, b: 100%25.ops:1: in [another] file%0Anote: a note that is so long that it cannot stand on one line of a hundred columns, because it says a lot%0Afix: write `us-east-1`
::error file=policy/main.ops,line=3,endLine=4,title=unknown-name::no region is called `?[31mx`%0Afix: write `y`%0Afix: write `z`
::error file=policy/main.ops,line=4,endLine=4,col=3,endColumn=7,title=unknown-name::long labels move%0Aexpected the end of the statement, a colon, a clause, an operator, a value, a list in brackets or a name
::warning file=policy/main.ops,line=2,endLine=3,title=stale-feed::nobody read it%0Ahelp: read it
";

#[test]
fn json_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../docs/schema/check.schema.json")).unwrap();
    let output: Value = serde_json::from_str(&rendered("json", Paint::Plain)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let edit = &output["findings"][0]["fixes"][0]["edits"][0];
    let start = edit["start"]["byte"].as_u64().unwrap() as usize;
    let end = edit["end"]["byte"].as_u64().unwrap() as usize;
    assert_eq!(&MAIN[start..end], "us-est-1");
    assert_eq!((edit["start"]["line"].as_u64(), edit["start"]["column"].as_u64()), (Some(3), Some(11)));
}

fn sarif(sources: &Sources, found: &[Diagnostic]) -> Value {
    let report = Report { sources, found, codes: &[&STALE, &UNKNOWN] };
    serde_json::from_str(&(format("sarif").unwrap().render)(&report, Paint::Plain)).unwrap()
}

#[test]
fn sarif_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let sources = sources();
    for found in [findings(&sources), Vec::new()] {
        let log = sarif(&sources, &found);
        let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), found.len());
        for result in results {
            let rule =
                &log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            for location in result["locations"].as_array().unwrap() {
                assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "policy/main.ops");
            }
        }
    }
    let mut broken = sarif(&sources, &[]);
    broken["version"] = Value::from("2");
    assert!(!validator.is_valid(&broken));
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let prints = |text: &str| -> Vec<String> {
        let mut sources = Sources::new();
        let file = sources.add("main.ops", text);
        let found: Vec<Diagnostic> = text
            .match_indices("bad")
            .map(|(at, _)| Diagnostic::new(&UNKNOWN, Span::new(file, at, at + 3), "x"))
            .collect();
        let log = sarif(&sources, &found);
        let results = log["runs"][0]["results"].as_array().unwrap();
        results
            .iter()
            .map(|result| result["partialFingerprints"]["opsc/v1"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = prints("a bad\nb bad\nb bad\n");
    assert_eq!(before, prints("// new\n\na bad\n  b  bad\nb bad\n"));
    assert_ne!(before[0], before[1]);
    assert_ne!(before[1], before[2]);
}

#[test]
fn nothing_found_says_nothing_to_people() {
    let sources = sources();
    let report = Report { sources: &sources, found: &[], codes: &[] };
    for name in ["human", "short", "github"] {
        assert_eq!((format(name).unwrap().render)(&report, Paint::Colour), "");
    }
}

#[test]
fn places_outside_the_text_are_no_panic() {
    let sources = sources();
    let main = sources.find("policy/main.ops").unwrap();
    let far = MAIN.len() + 50;
    for (start, end) in [(far, far), (0, far), (9, 3), (MAIN.len(), MAIN.len()), (66, 67)] {
        let found = [Diagnostic::new(&UNKNOWN, Span::new(main, start, end), "x").fix(
            "y",
            Span::new(main, start, end),
            "z",
        )];
        let report = Report { sources: &sources, found: &found, codes: &[&UNKNOWN] };
        for format in opsc::render::FORMATS {
            assert_ne!((format.render)(&report, Paint::Plain), "");
        }
    }
}

#[test]
fn a_long_line_is_told_and_not_repeated() {
    let mut sources = Sources::new();
    let file = sources.add("main.ops", "x".repeat(100_000));
    let at = |start| Diagnostic::new(&UNKNOWN, Span::new(file, start, start + 1), "x");
    let found: Vec<Diagnostic> = (0..100).map(at).collect();
    let report = Report { sources: &sources, found: &found, codes: &[&UNKNOWN] };
    let text = (format("human").unwrap().render)(&report, Paint::Plain);
    assert!(text.len() < 20_000, "{}", text.len());
    assert!(text.contains("main.ops:1:100: here; the line is too long"), "{text}");
}
