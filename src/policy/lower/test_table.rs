//! A table of a test: many questions that differ in a few things, one a row.

use super::test::give;
use super::{Lower, test_expect};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{Case, Fact, FactKind, Id, Request};
use crate::resolve::UNKNOWN_NAME;
use crate::schema::suggest::{closest, one_of};
use crate::schema::{DUPLICATE_FIELD, Given, Shape, WRONG_FORM};
use crate::syntax::tree::Expr;
use std::collections::BTreeSet;

code!(pub UNEVEN_ROW, Error, "uneven-row", "a row of a test's table with more or fewer cells than there are columns");

/// The word that gives nothing, and how the question then is.
type Open = (&'static str, fn(&mut Request));

/// A column that is a word of a question.
struct Column {
    word: &'static str,
    /// What a cell must be: the form of the same statement, its word left out.
    shape: Shape,
    /// How the column is left open; nothing where it must be given.
    open: Option<Open>,
}

/// Every word that may head a column; whatever else does is a fact.
static COLUMNS: [Column; 13] = [
    column("at", "#at instant", None),
    column("tier", "#tier tier", Some(("unstated", |request| request.tier = None))),
    column("action", "#action action=word", Some(("all", |request| request.action = None))),
    column("phase", "#phase phase=word", None),
    column("environment", "#environment environment", Some(("all", |request| request.environment = None))),
    column("region", "#region region,", Some(("all", |request| request.regions.clear()))),
    column("component", "#component component,", Some(("all", |request| request.components.clear()))),
    column("service", "#service service", Some(("all", |request| request.service = None))),
    column("release", "#release release", None),
    column("path", "#path path=text,", None),
    column("approved", "#approved person=party,", Some(("nobody", |request| request.approved_by.clear()))),
    column("author", "#author person=party,", Some(("nobody", |request| request.authors.clear()))),
    column("kill", "#kill flag", None),
];

/// What gives nothing in a column of a fact.
const UNKNOWN: &str = "unknown";

const fn column(word: &'static str, pattern: &'static str, open: Option<Open>) -> Column {
    Column { word, shape: Shape::new(pattern), open }
}

/// What a column of one table asks for.
enum Asked {
    Question(&'static Column),
    Fact(Id<Fact>),
}

/// The cases of a table, each from what is given so far.
pub(super) fn table(
    lower: &mut Lower<'_>,
    given: &Given<'_>,
    outer: &Request,
    titles: &[String],
    cases: &mut Vec<Case>,
) {
    let headed: Vec<&Expr> = given.captures.all("column").collect();
    let columns: Option<Vec<Asked>> = headed.iter().map(|column| asked(lower, column)).collect();
    is_said_once(lower, &headed);
    for row in given.fields.all("row") {
        let cells: Vec<&Expr> = row.captures.all("cell").collect();
        let expected = test_expect::expectation(lower, &row.annotation);
        let mut expectations: Vec<_> =
            expected.map(|expected| (expected, lower.origin(row.span()))).into_iter().collect();
        for more in row.fields.all("expect") {
            let expected = test_expect::expectation(lower, &more.captures);
            expectations.extend(expected.map(|expected| (expected, lower.origin(more.span()))));
        }
        let Some(columns) = &columns else { continue };
        if cells.len() != columns.len() {
            report_uneven(lower, given, row, &cells);
            continue;
        }
        let mut request = outer.clone();
        for ((column, head), cell) in columns.iter().zip(&headed).zip(&cells) {
            fill(lower, column, head, cell, &mut request);
        }
        if !expectations.is_empty() {
            let words: Vec<&str> = cells.iter().map(|cell| lower.text(cell.span)).collect();
            let title = titles.iter().cloned().chain([words.join(" ")]).collect::<Vec<_>>().join(", ");
            cases.push(Case { title, origin: lower.origin(row.span()), request, expectations });
        }
    }
}

fn asked(lower: &mut Lower<'_>, written: &Expr) -> Option<Asked> {
    let word = written.word()?;
    if let Some(column) = COLUMNS.iter().find(|column| column.word == word) {
        return Some(Asked::Question(column));
    }
    if lower.names.find("fact", word).is_some() {
        return lower.id::<Fact>(written).map(Asked::Fact);
    }
    let words = || COLUMNS.iter().map(|column| column.word);
    let message = format!("`{word}` is no column: no question has that word, and no fact that name");
    let finding = Diagnostic::new(&UNKNOWN_NAME, written.span, message);
    let known = lower.names.of("fact").chain(words());
    lower.report(match closest(word, known).map(str::to_owned) {
        Some(near) => finding.fix(format!("write `{near}`"), written.span, near),
        None => finding.help(format!("a column is a fact, or {}", one_of(words()))),
    });
    None
}

fn is_said_once(lower: &mut Lower<'_>, headed: &[&Expr]) {
    let mut seen = BTreeSet::new();
    for column in headed {
        let Some(word) = column.word() else { continue };
        if !seen.insert(word) {
            let message = format!("the table has the column `{word}` twice");
            lower.report(Diagnostic::new(&DUPLICATE_FIELD, column.span, message).help("keep one of the two"));
        }
    }
}

fn report_uneven(lower: &mut Lower<'_>, table: &Given<'_>, row: &Given<'_>, cells: &[&Expr]) {
    let columns = table.captures.all("column").count();
    let message = format!("this row has {} for {}", counted(cells.len(), "cell"), counted(columns, "column"));
    let span = match (cells.first(), cells.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => row.span(),
    };
    lower.report(
        Diagnostic::new(&UNEVEN_ROW, span, message).also(table.span(), "the columns").help(
            "write one cell a column; several things in one cell are parted by commas, as in `us-east-1, eu-west-1`",
        ),
    );
}

fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Puts what a cell says into the question.
fn fill(lower: &mut Lower<'_>, column: &Asked, head: &Expr, cell: &Expr, request: &mut Request) {
    match column {
        Asked::Fact(id) => {
            let fact = lower.policy.facts[*id].clone();
            let is_choice = matches!(&fact.kind, FactKind::OneOf(choices) if choices.iter().any(|choice| choice == UNKNOWN));
            if cell.word() == Some(UNKNOWN) && !is_choice {
                request.facts.remove(&fact.name);
            } else if let Some(value) = lower.value(head, &fact.kind, cell) {
                request.facts.insert(fact.name, value);
            }
        }
        Asked::Question(column) => {
            let open = column.open.filter(|(word, _)| cell.word() == Some(word));
            let is_name = cell.word().is_some_and(|word| lower.names.find(column.word, word).is_some());
            match (open, column.shape.captures(cell)) {
                (Some((_, clear)), _) if !is_name => clear(request),
                (_, Ok(captures)) => give(lower, &captures, request, &mut BTreeSet::new()),
                (_, Err(mismatch)) => {
                    let text = lower.text(cell.span).to_owned();
                    let expected = mismatch.expected.join(" or ");
                    let message = format!("the column `{}` takes {expected}, not `{text}`", column.word);
                    let finding =
                        Diagnostic::new(&WRONG_FORM, cell.span, message).also(head.span, "the column");
                    lower.report(match column.open {
                        Some((word, _)) => finding.help(format!("`{word}` leaves it open")),
                        None => finding,
                    });
                }
            }
        }
    }
}
