//! Tables as CSV: a header that names its columns, in any order, then a row a line.

use super::{Deployment, HistoryError, instant, truth};
use crate::calendar::Instant;
use crate::schema::suggest::{closest, one_of};
use crate::simulate::csv_fields;

/// Columns of a history of deployments.
const DEPLOYMENTS: &[&str] = &[
    "time",
    "id",
    "environment",
    "region",
    "component",
    "service",
    "tier",
    "commit",
    "path",
    "author",
    "approved_by",
    "emergency",
];

/// What parts several things in one field.
const SEPARATOR: char = ';';

/// A row with the names of its columns.
pub(super) struct Row {
    pub line: usize,
    columns: Vec<(&'static str, String)>,
}

impl Row {
    /// The text of a column; nothing where it is empty or not there.
    pub fn get(&self, column: &str) -> Option<&str> {
        let found = self.columns.iter().find(|(name, _)| *name == column);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    /// The same as a text of its own.
    pub fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// Where it stands.
    pub fn place(&self) -> String {
        format!("line {}", self.line)
    }

    /// The instant of a column, if there is one.
    pub fn instant(&self, column: &str) -> Result<Option<Instant>, HistoryError> {
        let Some(text) = self.get(column) else { return Ok(None) };
        let read = match text.parse::<i64>() {
            Ok(seconds) => Some(Instant::from_unix(seconds)),
            Err(_) => instant(text),
        };
        let wrong = || {
            let help = "write an instant with its zone, `2026-01-31T12:00:00Z`, or seconds since 1970";
            HistoryError::new(self.place(), format!("`{text}` is no instant"), help)
        };
        read.map(Some).ok_or_else(wrong)
    }

    fn list(&self, column: &str) -> Vec<String> {
        let parts = self.get(column).into_iter().flat_map(|text| text.split(SEPARATOR)).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}

/// The rows of a table whose header has the column `needed` and no others than `known`.
pub(super) fn rows(
    text: &str,
    known: &'static [&'static str],
    needed: &'static str,
) -> Result<Vec<Row>, HistoryError> {
    let fields = |line: usize, text: &str| {
        let read = csv_fields(line, text);
        read.map_err(|error| HistoryError::new(format!("line {line}"), error.message, error.help))
    };
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let help = || {
        format!(
            "the first line names the columns: {needed}, and of the others those you have: {}",
            one_of(known.iter().copied())
        )
    };
    let Some((first, header)) = lines.next() else {
        return Err(HistoryError::new("", "it is empty", help()));
    };
    let place = format!("line {first}");
    let mut columns: Vec<&'static str> = Vec::new();
    for name in fields(first, header)? {
        let Some(column) = known.iter().copied().find(|column| *column == name.trim()) else {
            let message = format!("there is no column `{name}`");
            let help = match closest(&name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => help(),
            };
            return Err(HistoryError::new(place, message, help));
        };
        if columns.contains(&column) {
            return Err(HistoryError::new(
                place,
                format!("the column `{column}` stands there twice"),
                "keep one of the two",
            ));
        }
        columns.push(column);
    }
    if !columns.contains(&needed) {
        return Err(HistoryError::new(place, format!("there is no column `{needed}`"), help()));
    }
    let mut found = Vec::new();
    for (line, text) in lines {
        let fields = fields(line, text)?;
        if fields.len() != columns.len() {
            let message = format!("it has {} fields where the header has {}", fields.len(), columns.len());
            let help = "give each line one field for each column; one that holds commas stands in quotes";
            return Err(HistoryError::new(format!("line {line}"), message, help));
        }
        found.push(Row { line, columns: columns.iter().copied().zip(fields).collect() });
    }
    Ok(found)
}

pub(super) fn deployments(text: &str) -> Result<Vec<Deployment>, HistoryError> {
    rows(text, DEPLOYMENTS, "time")?.iter().map(deployment).collect()
}

fn deployment(row: &Row) -> Result<Deployment, HistoryError> {
    let Some(at) = row.instant("time")? else {
        let help = "say when it began, as in `2026-01-31T12:00:00Z`";
        return Err(HistoryError::new(row.place(), "it says no time", help));
    };
    let said = row.get("emergency").unwrap_or_default();
    let Some(emergency) = truth(said) else {
        let message = format!("`{said}` is neither `true` nor `false`");
        return Err(HistoryError::new(
            row.place(),
            message,
            "write `true` for an emergency, else `false` or nothing",
        ));
    };
    Ok(Deployment {
        id: row.text("id").unwrap_or_else(|| row.place()),
        at,
        environment: row.text("environment"),
        regions: row.list("region"),
        components: row.list("component"),
        service: row.text("service"),
        tier: row.text("tier"),
        commit: row.text("commit"),
        paths: row.list("path"),
        author: row.text("author"),
        approved_by: row.list("approved_by"),
        emergency,
        place: row.place(),
    })
}
