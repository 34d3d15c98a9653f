//! Incidents as CSV.

use super::csv::rows;
use super::{HistoryError, Incident};

const COLUMNS: &[&str] = &["start", "end", "id", "component", "region"];

/// Reads incidents, in the order of time. A component or a region that the policy does not know matches nothing.
///
/// # Errors
/// The first line that cannot be read, with how to mend it.
pub fn read(text: &str) -> Result<Vec<Incident>, HistoryError> {
    let mut found = Vec::new();
    for row in rows(text.trim_start_matches('\u{feff}'), COLUMNS, "start")? {
        let Some(start) = row.instant("start")? else {
            let help = "say when it began, as in `2026-01-31T12:00:00Z`";
            return Err(HistoryError::new(row.place(), "it says no start", help));
        };
        let end = row.instant("end")?;
        if let Some(end) = end.filter(|end| *end < start) {
            let message = format!("it ends at {end}, before it starts");
            return Err(HistoryError::new(row.place(), message, "put the earlier instant in `start`"));
        }
        found.push(Incident {
            id: row.text("id").unwrap_or_else(|| row.place()),
            start,
            end,
            component: row.text("component"),
            region: row.text("region"),
        });
    }
    found.sort_by_key(|incident| incident.start);
    Ok(found)
}
