//! A history in any of its forms, told apart by how it begins.

use super::{Deployment, HistoryError, csv, json};

/// Reads a history: JSON of GitHub's or GitLab's deployment API, several pages behind or inside one another, or CSV. In the order of
/// time; of two at the same instant, in the order they stand.
///
/// # Errors
/// The first place that cannot be read, with how to mend it.
pub fn read(text: &str) -> Result<Vec<Deployment>, HistoryError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut found = match text.trim_start().chars().next() {
        None => {
            let help = "give the answer of GitHub's or GitLab's deployment API, or CSV with a header";
            return Err(HistoryError::new("", "it is empty", help));
        }
        Some('[' | '{') => json::read(text)?,
        Some(_) => csv::deployments(text)?,
    };
    found.sort_by_key(|deployment| deployment.at);
    Ok(found)
}
