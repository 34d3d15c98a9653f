//! What a log shows of earlier decisions: releases that were allowed, exceptions that were used, and the time.

use super::{MOST_CLOCK_SKEW, Reliance};
use crate::calendar::Instant;
use crate::cli::log_file::REPAIRED;
use crate::cli::{Failure, LogFile};
use crate::decide::{Change, Earlier, ExceptionUse, Intent, RECORD_SCHEMA, Record, Verdict, log};
use crate::policy::{Action, Policy, Reuse};
use serde_json::Value;

/// The part of a log that a decision rests on.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) earlier: Vec<Earlier>,
    pub(super) exceptions_used: Vec<ExceptionUse>,
    last: Option<Instant>,
}

/// What a decision on this change rests on: the whole log where something in it can matter, else its last record. A gate
/// that is enforced follows the whole chain even so.
///
/// # Errors
/// The log cannot be read, its chain is broken, or a record in it is none that is known: what was cut out of it could
/// be what matters.
pub(super) fn of(
    log: &mut LogFile,
    policy: &Policy,
    change: &Change,
    reliance: Reliance,
) -> Result<History, Failure> {
    let counts_uses = policy.exceptions.rows().iter().any(|exception| exception.reuse == Reuse::Once);
    let records = match counts_uses || change.intent != Intent::Forward {
        true => {
            let reading = log::read(&log.text()?);
            if let Some(broken) = reading.broken {
                return Err(unsound(log, chain_broken(&broken)));
            }
            reading.records
        }
        false => {
            if reliance == Reliance::Enforced
                && let Some(broken) = log.first_break()?
            {
                return Err(unsound(log, chain_broken(&broken)));
            }
            log.last_record().cloned().into_iter().collect()
        }
    };
    read(records, change).map_err(|reason| unsound(log, reason))
}

fn chain_broken(broken: &log::Broken) -> String {
    format!("its chain is broken at line {}", broken.line)
}

fn unsound(log: &LogFile, reason: String) -> Failure {
    let path = log.path();
    Failure::malformed(format!("nothing can be decided by the log `{path}`: {reason}"))
        .help(format!("`opsc log verify {path}` says more; put back a whole copy of it"))
}

/// Reads records as history of `change`. A simulated one is no history but of the time.
fn read(records: Vec<Value>, change: &Change) -> Result<History, String> {
    let mut history = History::default();
    for (position, value) in records.into_iter().enumerate() {
        let schema = value.get("schema").and_then(Value::as_str).unwrap_or("none").to_owned();
        if schema == REPAIRED {
            let at = value.get("at").and_then(Value::as_str).and_then(Instant::parse);
            history.last = history.last.max(at);
            continue;
        }
        let record = serde_json::from_value::<Record>(value).ok().filter(|_| schema == RECORD_SCHEMA);
        let Some(record) = record else {
            return Err(format!(
                "record {} (schema `{schema}`) is not one that this opsc reads",
                position + 1
            ));
        };
        history.last = history.last.max(Some(record.decided_at));
        if record.simulated {
            continue;
        }
        let allowed = record.verdict == Verdict::Allow && ran_there(&record, change);
        if record.verdict == Verdict::Allow {
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
    Ok(history)
}

/// Whether a record speaks of what a rollback may go back to: something that was let run, not only merged, in the environment
/// and in every region and component that the change asks about now.
fn ran_there(record: &Record, change: &Change) -> bool {
    let ran = matches!(record.change.action, None | Some(Action::Deploy | Action::Migrate | Action::Promote));
    let there = record.change.environment.is_none() || record.change.environment == change.environment;
    let covers = |had: &[String], asked: &[String]| {
        had.is_empty() || (!asked.is_empty() && asked.iter().all(|name| had.contains(name)))
    };
    ran && there
        && covers(&record.change.regions, &change.regions)
        && covers(&record.change.components, &change.components)
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
