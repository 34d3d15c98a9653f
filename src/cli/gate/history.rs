//! What a log shows of earlier decisions: releases that were allowed, exceptions that were used, and the time.

use super::MOST_CLOCK_SKEW;
use crate::calendar::Instant;
use crate::cli::{Failure, LogFile};
use crate::decide::{Change, Earlier, ExceptionUse, Intent, Record, Verdict, log};
use crate::policy::{Policy, Reuse};
use serde_json::Value;

/// The part of a log that a decision rests on.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) earlier: Vec<Earlier>,
    pub(super) exceptions_used: Vec<ExceptionUse>,
    last: Option<Instant>,
}

/// What a decision on this change rests on: the whole log where something in it can matter, else its last record.
///
/// # Errors
/// The log cannot be read.
pub(super) fn of(log: &mut LogFile, policy: &Policy, change: &Change) -> Result<History, Failure> {
    let counts_uses = policy.exceptions.rows().iter().any(|exception| exception.reuse != Reuse::Any);
    if counts_uses || change.intent != Intent::Forward {
        return Ok(read(log::read(&log.text()?).records));
    }
    Ok(read(log.last_record().cloned()))
}

/// Reads records. A simulated one is no history but of the time.
fn read(records: impl IntoIterator<Item = Value>) -> History {
    let mut history = History::default();
    for value in records {
        let Ok(record) = serde_json::from_value::<Record>(value) else { continue };
        history.last = history.last.max(Some(record.decided_at));
        if record.simulated {
            continue;
        }
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
