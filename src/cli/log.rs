//! `opsc log`: whether a log of decisions is whole, and what it says.

use super::log_file::{REPAIRED, read_shared};
use super::{Command, Context, Exit, Failure, Output};
use crate::decide::log::{self, Fault, HeadCheck, Reading};
use crate::render::{count, guard::visible, wrap::pad};
use serde_json::Value;

/// Verify or show a log of decisions
#[derive(Debug, clap::Args)]
pub struct Log {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Say whether every record is as it was written, and the first that is not
    Verify {
        /// The log
        file: String,
        /// A head that the log once had, as `opsc gate` printed it: finds a log that was cut off
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// List the records, one line each
    Show {
        /// The log
        file: String,
        /// Only so many, from the end
        #[arg(long, value_name = "COUNT")]
        last: Option<usize>,
        /// Only this record (they count from 0), in full, as JSON
        #[arg(long, value_name = "NUMBER", conflicts_with = "last")]
        record: Option<usize>,
    },
}

impl Command for Log {
    const NAME: &'static str = "log";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "the log is whole"),
        (Exit::Found, "a record was changed, removed or put in, or the log was cut off"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::Unreadable, "the log cannot be read"),
    ];

    fn run(&self, _: &Context<'_>) -> Result<Output, Failure> {
        match &self.action {
            Action::Verify { file, head } => {
                let text = text_of(file)?;
                Ok(verify(file, &text, head.as_deref()))
            }
            Action::Show { file, last, record } => {
                let text = text_of(file)?;
                show(file, &log::read(&text), *last, *record)
            }
        }
    }
}

/// The log as text; where it is not, the bytes that are not become signs, which no hash agrees with.
fn text_of(file: &str) -> Result<String, Failure> {
    let bytes = read_shared(file).map_err(|error| Failure::unreadable(file, &error))?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn verify(file: &str, text: &str, head: Option<&str>) -> Output {
    let reading = log::read(text);
    let mut said = String::new();
    let mut exit = Exit::Done;
    if let Some(broken) = &reading.broken {
        said.push_str(&format!("{file}:{}: {}\n", broken.line, fault(&broken.fault)));
        said.push_str(&format!("  {} whole before it\n", count(reading.records.len(), "record")));
        exit = Exit::Found;
    } else {
        said.push_str(&format!("{file}: {}, all whole\n", count(reading.records.len(), "record")));
    }
    for (line, record) in (1..).zip(&reading.records) {
        if let Some(bytes) = repaired(record) {
            said.push_str(&format!("  line {line}: a torn tail of {bytes} bytes was moved away\n"));
        }
    }
    said.push_str(&format!("  head {}\n", reading.head.hash));
    if let Some(hash) = head {
        match log::check_head(text, hash) {
            HeadCheck::IsHead => {}
            HeadCheck::Extended { by } => {
                let by = usize::try_from(by).unwrap_or(usize::MAX);
                said.push_str(&format!("  {} since the head that was given\n", count(by, "record")));
            }
            HeadCheck::Missing => {
                said.push_str(&format!(
                    "{file}: no record has the hash `{}`: the log was cut off or written anew since\n",
                    visible(hash)
                ));
                exit = Exit::Found;
            }
        }
    }
    Output::said(said).exit(exit)
}

/// What is wrong with a line, as a sentence about it.
fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Torn => {
            "the line has no end: its writer was interrupted; the next `opsc gate` moves it away".to_owned()
        }
        Fault::Malformed => "this is not a line of a log of decisions".to_owned(),
        Fault::OutOfSequence { found, expected } => {
            format!(
                "this is record {found}, but record {expected} should stand here: a record is missing or was put in"
            )
        }
        Fault::Unchained => {
            "this record does not follow the one before it: one of them was exchanged".to_owned()
        }
        Fault::Altered => "this record is not as it was written: its hash is another".to_owned(),
    }
}

fn repaired(record: &Value) -> Option<u64> {
    (record.get("schema")?.as_str()? == REPAIRED).then(|| record.get("torn_bytes")?.as_u64()).flatten()
}

fn show(
    file: &str,
    reading: &Reading,
    last: Option<usize>,
    number: Option<usize>,
) -> Result<Output, Failure> {
    let records = &reading.records;
    let said = match number {
        Some(number) => {
            let record = records.get(number).ok_or_else(|| {
                Failure::usage(format!(
                    "`{file}` has no record {number}: it has {}",
                    count(records.len(), "record")
                ))
            })?;
            serde_json::to_string_pretty(record).map(|text| text + "\n").unwrap_or_default()
        }
        None => {
            let skipped = last.map_or(0, |last| records.len().saturating_sub(last));
            records.iter().enumerate().skip(skipped).map(|(number, record)| line(number, record)).collect()
        }
    };
    let output = Output::said(said);
    Ok(match &reading.broken {
        None => output,
        Some(broken) => output.exit(Exit::Found).noted(format!(
            "{file}:{}: {}; what stands behind it is not shown\n",
            broken.line,
            fault(&broken.fault)
        )),
    })
}

/// One record: number, when, verdict, tier, change, why.
fn line(number: usize, record: &Value) -> String {
    let text = |pointer: &str| match record.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    };
    if let Some(bytes) = repaired(record) {
        return format!(
            "{number:>6}  {}  repaired  a torn tail of {bytes} bytes was moved away\n",
            text("/at")
        );
    }
    let reasons = record.get("reasons").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let stands_out = |reason: &&Value| reason.get("verdict").and_then(Value::as_str) != Some("allow");
    let mut why: Vec<&str> =
        reasons.iter().filter(stands_out).filter_map(|reason| reason.get("name")?.as_str()).collect();
    why.dedup();
    let simulated = record.get("simulated").and_then(Value::as_bool).unwrap_or(false);
    let parts = [
        format!("{number:>6}"),
        text("/at"),
        pad(&text("/verdict"), 8),
        text("/tier/name"),
        text("/change/id"),
        why.join(", "),
        if simulated { "(simulated)".to_owned() } else { String::new() },
    ];
    let shown: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}\n", visible(shown.join("  ").trim_end()))
}
