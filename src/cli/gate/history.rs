//! What a log shows of earlier decisions: releases that were allowed, exceptions that were used, and the time.

use super::MOST_CLOCK_SKEW;
use crate::calendar::Instant;
use crate::cli::Failure;
use crate::decide::{Earlier, ExceptionUse, Record, Verdict, log};

/// The part of a log that a decision rests on.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) earlier: Vec<Earlier>,
    pub(super) exceptions_used: Vec<ExceptionUse>,
    last: Option<Instant>,
}

/// Reads a log's text. A simulated record is no history, and what is behind a broken line counts no more.
pub(super) fn read(text: &str) -> History {
    let mut history = History::default();
    for value in log::read(text).records {
        let Ok(record) = serde_json::from_value::<Record>(value) else { continue };
        if record.simulated {
            continue;
        }
        history.last = history.last.max(Some(record.decided_at));
        let allowed = record.verdict == Verdict::Allow;
        if allowed {
            let change = record.change.id.clone();
            let used = record
                .exceptions
                .iter()
                .map(|used| ExceptionUse { exception: used.id.clone(), change: change.clone() });
            history.exceptions_used.extend(used);
        }
        history.earlier.push(Earlier {
            at: record.at,
            allowed,
            release: record.release.map(|release| release.id),
            commit: record.change.commit,
        });
    }
    history
}

impl History {
    /// A clock earlier than the last record decides nothing.
    pub(super) fn check_clock(&self, now: Instant) -> Result<(), Failure> {
        match self.last {
            Some(last) if last > now.plus(MOST_CLOCK_SKEW) => Err(Failure::clock(format!(
                "the clock reads {now}, earlier than the log's last record at {last}"
            ))
            .help("set the machine's clock (NTP), then ask again")),
            _ => Ok(()),
        }
    }
}
