//! Laws of reading and writing: what is printed is read as it was meant, formatting changes nothing but layout, and no text
//! makes the parser panic, point outside the file, or lose a finding elsewhere.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use opsc::diag::{Diagnostic, Level};
use opsc::fmt::format;
use opsc::source::{FileId, Sources};
use opsc::syntax::tree::{
    Block, Clause, ClauseKind, Comparison, Expr, ExprKind, Node, NodeKind, Operator, Tree,
};
use opsc::syntax::{parse, parse_after};
use proptest::prelude::*;
use support::law;

mod support;

const SAMPLE: &str = include_str!("fixtures/sample.ops");

fn load(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let file = sources.add("a.ops", text);
    (sources, file)
}

/// Everything that must hold of any text at all.
#[track_caller]
fn check(text: &str) -> (Tree, Vec<Diagnostic>) {
    let (sources, file) = load(text);
    let (tree, found) = parse(&sources, file);
    for diagnostic in &found {
        let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        let labels = diagnostic.secondary.iter().map(|label| label.span);
        for span in edits.chain(labels).chain([diagnostic.primary.span]) {
            assert_eq!(span.file, file);
            assert!(text.get(span.range()).is_some(), "{span:?} is no part of {text:?}");
        }
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'));
    }
    let errors = tree.nodes.iter().any(|node| matches!(node.kind, NodeKind::Error));
    assert!(!errors || !found.is_empty(), "an error node without a finding in {text:?}");
    if found.is_empty() {
        formats(text, &tree);
    }
    (tree, found)
}

/// Formatting keeps the tree and the comments, and formatting twice is formatting once.
#[track_caller]
fn formats(text: &str, tree: &Tree) {
    let (sources, file) = load(text);
    let once = format(&sources, file).unwrap();
    let (again, same) = load(&once);
    let (tree_again, found) = parse(&again, same);
    assert!(found.is_empty(), "formatting {text:?} gives {once:?} with {found:?}");
    assert_eq!(show(&again, &tree_again), show(&sources, tree), "formatting {text:?} gives {once:?}");
    let remarks = |sources: &Sources, tree: &Tree| {
        tree.comments.iter().map(|comment| sources.text_of(comment.span).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(remarks(&again, &tree_again), remarks(&sources, tree));
    let twice = format(&again, same).unwrap();
    assert_eq!(twice, once, "formatting {text:?} twice");
    // The formatter hands back a text that it cannot prove; nothing may need that.
    // What a string or a remark holds is its own.
    let code = |line: &str| line.split("//").next().is_some_and(|code| !code.contains('\t'));
    let plain = once.lines().all(|line| line.contains('"') || line == line.trim_end() && code(line));
    assert!(plain || once.contains("\"\"\""), "{text:?} is left as it was: {once:?}");
}

/// A tree as text that shows its structure: every operand in parentheses of its own.
fn show(sources: &Sources, tree: &Tree) -> String {
    nodes(sources, &tree.nodes)
}

fn nodes(sources: &Sources, list: &[Node]) -> String {
    let node = |node: &Node| {
        let docs: Vec<&str> = node.docs.iter().map(|line| line.text.as_str()).collect();
        let body = match &node.kind {
            NodeKind::Use(import) => format!("{:?}", import.target).replace(char::is_numeric, ""),
            NodeKind::Error => "error".to_owned(),
            NodeKind::Entry(entry) => {
                let part = |part: &Option<Expr>| part.as_ref().map(|part| expr(sources, part));
                let block = entry.block.as_ref().map(|Block { nodes: list, .. }| nodes(sources, list));
                let clauses: Vec<String> =
                    entry.clauses.iter().map(|clause| show_clause(sources, clause)).collect();
                let (head, annotation) = (part(&entry.head), part(&entry.annotation));
                format!("{} {head:?} : {annotation:?} {clauses:?} {block:?}", entry.word.text)
            }
        };
        format!(
            "{docs:?} {:?} {body}",
            node.attributes.iter().map(|a| exprs(sources, &a.arguments)).collect::<Vec<_>>()
        )
    };
    list.iter().map(node).collect::<Vec<_>>().join(" | ")
}

fn show_clause(sources: &Sources, clause: &Clause) -> String {
    match &clause.kind {
        ClauseKind::When(condition) => format!("when {}", expr(sources, condition)),
        ClauseKind::Where(condition) => format!("where {}", expr(sources, condition)),
        ClauseKind::Because(text) => format!("because {:?}", text.value),
    }
}

fn exprs(sources: &Sources, list: &[Expr]) -> Vec<String> {
    list.iter().map(|member| expr(sources, member)).collect()
}

fn expr(sources: &Sources, e: &Expr) -> String {
    let all = |name: &str, list: &[Expr]| format!("{name}({})", exprs(sources, list).join(", "));
    match &e.kind {
        ExprKind::Or(list) => all("or", list),
        ExprKind::And(list) => all("and", list),
        ExprKind::Phrase(list) => all("phrase", list),
        ExprKind::List(list) => all("list", list),
        ExprKind::Bracket(list) => all("bracket", list),
        ExprKind::Call(call) => all(&format!("call {}", call.name.text), &call.arguments),
        ExprKind::Not(inner) => all("not", std::slice::from_ref(inner)),
        ExprKind::Negative(inner) => all("negative", std::slice::from_ref(inner)),
        ExprKind::Paren(inner) => all("paren", std::slice::from_ref(inner)),
        ExprKind::In(within) => format!("in({}, {})", expr(sources, &within.member), all("", &within.of)),
        ExprKind::Compare(left, sign, right) => {
            format!("{sign:?}({}, {})", expr(sources, left), expr(sources, right))
        }
        ExprKind::Arithmetic(left, sign, right) => {
            format!("{sign:?}({}, {})", expr(sources, left), expr(sources, right))
        }
        ExprKind::Range => "..".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Word(word) => word.clone(),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Literal(shape) => format!("{shape:?} {}", sources.text_of(e.span)),
        ExprKind::Error => "error".to_owned(),
    }
}

/// A generated expression: its source text, and how [`expr`] shows it.
type Pair = (String, String);

fn word() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,3}(-[a-z0-9]{1,3}|_[a-z]){0,2}".prop_filter("reserved", |word| {
        !["and", "or", "not", "true", "false", "when", "where", "because", "in", "use"]
            .contains(&word.as_str())
    })
}

fn atom() -> impl Strategy<Value = Pair> {
    let literal = prop::sample::select(vec![
        ("Number", "42"),
        ("Number", "0.15"),
        ("Ratio", "0.5%"),
        ("Points", "2pp"),
        ("Duration", "1h30m"),
        ("Duration", "250ms"),
        ("Rate", "100/m"),
        ("Money", "$0.02"),
        ("Instant", "2025-11-27T00:00:00Z"),
        ("Instant", "2025-11-27T09:00+09:00"),
        ("ZonedDateTime", "2025-09-14T22:00[Europe/Dublin]"),
        ("LocalDateTime", "2025-09-14T22:00"),
        ("Date", "2025-11-27"),
        ("Time", "18:00"),
        ("Ordinal", "3rd"),
    ]);
    prop_oneof![
        4 => word().prop_map(|word| (word.clone(), word)),
        4 => literal.prop_map(|(shape, text)| (text.to_owned(), format!("{shape} {text}"))),
        1 => "[a-z {}/*;é-]{0,6}".prop_map(|text| (format!("\"{text}\""), format!("{text:?}"))),
        1 => any::<bool>().prop_map(|value| (value.to_string(), value.to_string())),
    ]
}

/// Members joined by `sign`, shown under `name`; one alone is itself.
fn several(member: BoxedStrategy<Pair>, sign: &'static str, name: &'static str) -> BoxedStrategy<Pair> {
    prop::collection::vec(member, 1..4)
        .prop_map(move |members| match members.as_slice() {
            [one] => one.clone(),
            _ => {
                let (texts, shown): (Vec<_>, Vec<_>) = members.into_iter().unzip();
                (texts.join(sign), format!("{name}({})", shown.join(", ")))
            }
        })
        .boxed()
}

fn binary(part: BoxedStrategy<Pair>, signs: Vec<(&'static str, String)>) -> BoxedStrategy<Pair> {
    (part.clone(), prop::option::weighted(0.3, (prop::sample::select(signs), part)))
        .prop_map(|(left, rest)| match rest {
            None => left,
            Some(((sign, name), right)) => {
                (format!("{} {sign} {}", left.0, right.0), format!("{name}({}, {})", left.1, right.1))
            }
        })
        .boxed()
}

/// Expressions whose text, read by precedence, must be shown as generated.
fn expression() -> impl Strategy<Value = Pair> {
    atom().boxed().prop_recursive(3, 24, 3, |inner| {
        let members = |inner: BoxedStrategy<Pair>| {
            let bare = inner.prop_filter("a comma parts the members", |pair| !pair.0.contains(','));
            prop::collection::vec(bare, 0..3)
                .prop_map(|members| members.into_iter().unzip::<_, _, Vec<_>, Vec<_>>())
        };
        let bracket = members(inner.clone()).prop_map(|(texts, shown)| {
            (format!("[{}]", texts.join(",\n ")), format!("bracket({})", shown.join(", ")))
        });
        let call = (word(), members(inner.clone())).prop_map(|(name, (texts, shown))| {
            (format!("{name}({})", texts.join(", ")), format!("call {name}({})", shown.join(", ")))
        });
        let paren = inner.prop_map(|(text, shown)| (format!("({text})"), format!("paren({shown})")));
        let negative = word().prop_map(|word| (format!("-{word}"), format!("negative({word})")));
        let unit = prop_oneof![5 => atom(), 1 => bracket, 1 => call, 1 => paren].boxed();
        let first = unit.clone();
        let product = binary(
            first,
            vec![("*", format!("{:?}", Operator::Multiply)), ("/", format!("{:?}", Operator::Divide))],
        );
        let sum = binary(
            product,
            vec![("+", format!("{:?}", Operator::Add)), ("-", format!("{:?}", Operator::Subtract))],
        );
        let compare = binary(
            sum,
            vec![
                ("<=", format!("{:?}", Comparison::LessOrEqual)),
                ("==", format!("{:?}", Comparison::Equal)),
                ("!=", format!("{:?}", Comparison::NotEqual)),
                (">", format!("{:?}", Comparison::Greater)),
            ],
        );
        let list = several(compare, ", ", "list");
        let range = Just(("..".to_owned(), "..".to_owned()));
        let phrase = several(prop_oneof![8 => list, 1 => negative, 1 => range].boxed(), " ", "phrase");
        let not = (any::<bool>(), phrase).prop_map(|(not, (text, shown))| {
            if not { (format!("not {text}"), format!("not({shown})")) } else { (text, shown) }
        });
        let and = several(not.boxed(), "\n  and ", "and");
        several(and, " or ", "or")
    })
}

fn token_soup() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        3 => word(),
        6 => prop::sample::select(vec![
            "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", ",", ";", ":", "..", ".", "=", "<=", "-", "- ", "@", "@allow(", "$",
            "\n", "\n\n", "\n  ", " ", "  ", "\t", "\r\n", "//", "// c\n", "/// d\n", "//! m\n", "\\", "and", "or", "not", "in", "use ",
            "when", "because", "true", "5", "5m", "5min", "3rd", "2025-11-27", "18:00", "8:00", "5%", "$1", "é", "\u{feff}", "\0",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

/// The sample with a piece cut out, doubled or replaced.
fn mutation() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "", "{", "}", "(", "\"", "\"\"\"", "//", "\n", ",", "and ", "é", ";", "\r\n", "  ",
    ]);
    (0..SAMPLE.len(), 0..12_usize, piece).prop_filter_map("a character boundary", |(start, length, piece)| {
        let (before, after) = (SAMPLE.get(..start)?, SAMPLE.get((start + length).min(SAMPLE.len())..)?);
        Some(format!("{before}{piece}{after}"))
    })
}

proptest! {
    #![proptest_config(law(256))]

    #[test]
    fn what_is_printed_is_read_as_it_was_meant((text, shown) in expression()) {
        let text = format!("x {text}");
        let (sources, file) = load(&text);
        let (tree, found) = parse(&sources, file);
        prop_assert!(found.is_empty(), "{text:?}: {found:?}");
        let NodeKind::Entry(entry) = &tree.nodes[0].kind else { panic!("{text:?}") };
        prop_assert_eq!(expr(&sources, entry.head.as_ref().unwrap()), shown, "{:?}", text);
        formats(&text, &tree);
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,60}|[\\x00-\\x7f]{0,60}") {
        check(&text);
    }

    #[test]
    fn no_soup_of_tokens_is_too_strange(text in token_soup()) {
        check(&text);
    }
}

proptest! {
    #![proptest_config(law(48))]

    #[test]
    fn a_mutated_policy_is_read_and_formatted(text in mutation()) {
        check(&text);
    }

    #[test]
    fn what_is_kept_of_an_earlier_text_changes_nothing(before in mutation(), text in mutation()) {
        let (sources, file) = load(&before);
        let earlier = parse_after(&sources, file, None);
        let mut sources = Sources::new();
        sources.add("new.ops", "");
        let file = sources.add("a.ops", text.as_str());
        let again = parse_after(&sources, file, Some(&earlier));
        let (tree, found) = parse(&sources, file);
        prop_assert_eq!(format!("{:?}", again.tree), format!("{tree:?}"), "{:?} after {:?}", text, before);
        prop_assert_eq!(format!("{:?}", again.found), format!("{found:?}"), "{:?} after {:?}", text, before);
    }

    #[test]
    fn a_mistake_hides_nothing_elsewhere(mistake in token_soup()) {
        // A block string that is not closed takes what follows it along, and doc lines and attributes belong to the next node.
        prop_assume!(!mistake.contains('"') && !mistake.contains("//") && !mistake.contains('@'));
        // Whatever stands before, a declaration that begins in column 0 keeps its own finding, unless it is asked for as the
        // rest of the line.
        let asks = |sign: &&str| mistake.trim_end().ends_with(sign);
        prop_assume!(![",", "=", "<", "-", ".", "and", "or"].iter().any(asks));
        let indented = mistake.replace('\n', "\n  ");
        let text = format!("a {{ b }}\nwindow x {indented}\nregion r {{\n  zone >\n}}\n");
        let (_, found) = check(&text);
        let place = text.rfind('>').unwrap();
        let spoken = found.iter().any(|d| d.primary.span.start as usize == place && d.level == Level::Error);
        prop_assert!(spoken, "{text:?}: {found:?}");
    }
}

/// Texts that a random case found a mistake with.
#[test]
fn what_once_failed_holds() {
    for text in ["a{}é", "//\ta", "a { b {} 日 }"] {
        check(text);
    }
}

#[test]
fn the_sample_formats() {
    let (tree, found) = check(SAMPLE);
    assert!(found.is_empty());
    assert!(tree.comments.len() > 5);
}

#[test]
fn ten_mistakes_are_ten_findings() {
    let text = "region a { zone }\nwindow b : { x }\nwindow c : : d\nrole e { members > }\nrole f { x 5min }\nrole é { y }\n\
                gate g { require a < b < c }\nrole h { x \"\\q\" }\nrole i { j } role k { l }\nrole m and\n}\n";
    let (_, found) = check(text);
    let lines: Vec<u32> = {
        let (sources, file) = load(text);
        let (_, found) = parse(&sources, file);
        found.iter().map(|d| sources.position(d.primary.span).line).collect()
    };
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "{found:?}");
}
