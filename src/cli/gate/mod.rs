//! `opsc gate`: may this change land here, now?

mod asked;
mod elsewhere;
mod evidence;
mod history;
mod origin;
mod rota;
mod trust;

pub(super) use asked::{Asked, json};
pub(super) use origin::Origin;
pub(super) use rota::read as rotas;
pub(super) use trust::Reliance;

use super::log_file::LogFile;
use super::{Command, Context, Exit, Failure, Output, cache, files, policy};
use crate::calendar::{Elapsed, Instant, TZDB_VERSION};
use crate::decide::{Change, Prepared, Record, Stamp};
use crate::policy::Policy;
use crate::render::decision::{self, Answer};
use sha2::{Digest, Sha256};

/// How far the clock may be off a witness. Language section 5, "could-not-decide".
const MOST_CLOCK_SKEW: Elapsed = Elapsed::minutes(2);

/// From how long before the end of the horizon a gate warns.
const HORIZON_WARNING: Elapsed = Elapsed::days(60);

/// Say whether a change may land here, now
#[derive(Debug, clap::Args)]
pub struct Gate {
    /// The policy: a file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = crate::cli::files::argument, value_name = "PATH")]
    path: String,
    #[command(flatten)]
    asked: Asked,
    /// The instant to judge, instead of now; the record says that it is simulated
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
    /// Append the record to this hash-chained log, before the answer is given
    #[arg(long, value_name = "FILE")]
    log: Option<String>,
    /// Print the record as one JSON object, by docs/schema/decision.schema.json
    #[arg(long)]
    json: bool,
    /// Write Markdown for a pull request or a CI step
    #[arg(long, value_name = "FILE")]
    summary: Option<String>,
    /// For a gate that others rely on: the instant is the clock's own, and the policy is a clean checkout or no checkout at all
    #[arg(long)]
    enforce: bool,
    /// What another clock reads: over 2 minutes apart, nothing is decided
    #[arg(long, value_name = "INSTANT")]
    witness_clock: Option<String>,
}

impl Command for Gate {
    const NAME: &'static str = "gate";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "allowed: the only answer that permits"),
        (Exit::Block, "blocked"),
        (Exit::Pending, "pending: something is missing that can still come"),
        (Exit::Usage, "not decided: the command line was not understood"),
        (Exit::InvalidPolicy, "not decided: the policy has errors"),
        (Exit::Unreadable, "not decided: something could not be read or written"),
        (Exit::Clock, "not decided: the clock cannot be right"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        if self.enforce && self.at.is_some() {
            return Err(Failure::usage("`--at` judges another instant, and what is enforced is judged now")
                .help("leave out `--at`, or `--enforce` to see what would be"));
        }
        let now = Instant::from_system(context.world.now());
        // What is enforced is judged by the text that was reviewed, never by what lies in a cache.
        let compiled = if self.enforce { None } else { cache::read(context.world, &self.path) };
        let (policy, root) = match compiled {
            Some(found) => found,
            None => policy::load(context, &self.path).map(|valid| (valid.policy, valid.root))?,
        };
        if self.enforce {
            trust::says_something(&policy)?;
            self.log.as_deref().map_or(Ok(()), trust::is_untracked)?;
        }
        let mut origin = Origin::find(&policy, &root);
        if self.enforce && !origin.is_clean {
            let message =
                "the policy's checkout has changes that are not committed, or git does not answer for it";
            return Err(Failure::malformed(message).help(
                "check out the target branch afresh: a gate that is enforced judges by what was reviewed",
            ));
        }
        self.check_clock(now, &origin)?;
        let judged = self.instant(now)?;
        let reliance = if self.enforce { Reliance::Enforced } else { Reliance::Asker };
        let change = self.asked.change(context, &policy, judged, reliance)?;
        self.check_outputs(&policy, &root)?;
        if self.enforce {
            trust::is_whole(&policy, &change)?;
            origin.distrust(&root, &change);
        }
        let mut log = self.log.as_deref().map(|path| LogFile::open(path, now)).transpose()?;
        let mut circumstances = origin.context(judged, self.at.is_some());
        if let Some(log) = &mut log {
            let history = history::of(log, &policy, &change, reliance)?;
            history.check_clock(now)?;
            circumstances.earlier = history.earlier;
            circumstances.exceptions_used = Some(history.exceptions_used);
        } else {
            circumstances.exceptions_used = None;
        }
        circumstances.rotas = rota::read(context, &policy, &root)?;
        let prepared = Prepared::for_few(&policy);
        let answer = prepared.decide(&change, &circumstances);
        let stamp = Stamp {
            id: record_id(now, &change, log.as_ref().map_or("", |log| log.head().hash.as_str())),
            decided_at: now,
            clock: if self.witness_clock.is_some() { "witnessed" } else { "system" }.to_owned(),
            opsc: env!("CARGO_PKG_VERSION").to_owned(),
            zone_database: TZDB_VERSION.to_owned(),
        };
        let record = Record::of(&policy, &change, &circumstances, &answer, &stamp);
        let value = serde_json::to_value(&record)
            .map_err(|error| Failure::malformed(format!("the record cannot be written as JSON: {error}")))?;
        let mut notes = String::new();
        if let Some(log) = &mut log {
            let head = log.append(&value)?.hash.clone();
            notes.push_str(&format!("log head {head}\n"));
            if let Some(bytes) = log.repaired() {
                notes.push_str(&format!(
                    "a torn tail of {bytes} bytes was moved to {}.torn\n",
                    self.log.as_deref().unwrap_or("")
                ));
            }
        }
        notes.push_str(&horizon_warning(&policy, now));
        // What the record says is all that `--json` prints.
        let alone = if self.json && self.summary.is_none() {
            Vec::new()
        } else {
            elsewhere::regions(&policy, &prepared, &change, &circumstances, &record)
        };
        let answer =
            Answer { policy: &policy, record: &record, alone: &alone, root: &root, log: self.log.as_deref() };
        if let Some(path) = &self.summary {
            files::write_all([(path.as_str(), decision::summary(&answer).as_bytes())])?;
        }
        let said = if self.json {
            format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default())
        } else {
            decision::terminal(&answer, context.console.out)
        };
        Ok(Output::said(said).noted(notes).exit(record.verdict.into()))
    }

    fn refusal(text: &str) -> String {
        format!("NOT DECIDED, treated as block. This says nothing about your change.\n{text}")
    }
}

impl Gate {
    fn instant(&self, now: Instant) -> Result<Instant, Failure> {
        self.at.as_deref().map_or(Ok(now), |text| instant("--at", text))
    }

    /// A summary takes the place of its file whole, and a log grows: neither may be the other, nor a part of the policy.
    fn check_outputs(&self, policy: &Policy, root: &str) -> Result<(), Failure> {
        if let (Some(log), Some(summary)) = (&self.log, &self.summary)
            && files::is_same(log, summary)
        {
            return Err(Failure::usage(format!(
                "`--summary {summary}` and `--log {log}` name the same file"
            ))
            .help("write the summary to a file of its own"));
        }
        for (flag, path) in [("--log", &self.log), ("--summary", &self.summary)] {
            let Some(path) = path else { continue };
            if policy.files.iter().any(|file| files::is_same(&format!("{root}{file}"), path)) {
                return Err(Failure::usage(format!("`{flag} {path}` is a file of the policy"))
                    .help("name a file of its own"));
            }
        }
        Ok(())
    }

    /// A clock that is earlier than what it must be later than, or off a witness, decides nothing.
    fn check_clock(&self, now: Instant, origin: &Origin) -> Result<(), Failure> {
        if let Some(committed) =
            origin.committed_at.filter(|committed| *committed > now.plus(MOST_CLOCK_SKEW))
        {
            return Err(Failure::clock(format!(
                "the clock reads {now}, earlier than the policy's last commit at {committed}"
            ))
            .help("set the machine's clock (NTP), then ask again"));
        }
        let Some(text) = &self.witness_clock else { return Ok(()) };
        let witness = instant("--witness-clock", text)?;
        let apart = if witness > now { witness.since(now) } else { now.since(witness) };
        if apart > MOST_CLOCK_SKEW {
            return Err(Failure::clock(format!(
                "the clock reads {now}, its witness {witness}: {} apart",
                apart.show()
            ))
            .help("set the machine's clock (NTP), then ask again"));
        }
        Ok(())
    }
}

/// An instant from the command line.
pub(in crate::cli) fn instant(flag: &str, text: &str) -> Result<Instant, Failure> {
    Instant::parse(text).ok_or_else(|| {
        Failure::usage(format!("`{flag} {text}` is not an instant"))
            .help("write it with its offset: 2025-11-28T15:04:12Z or 2025-11-28T16:04:12+01:00")
    })
}

/// A count from the command line, from 1 to `most`.
pub(in crate::cli) fn count(flag: &str, text: &str, most: u16) -> Result<u16, Failure> {
    let count = text.parse().ok().filter(|count| (1..=most).contains(count));
    count.ok_or_else(|| {
        Failure::usage(format!("`{flag} {text}` is not a count from 1 to {most}"))
            .help(format!("write a whole number: `{flag} {}`", most.min(10)))
    })
}

/// A name that no other record of a log has, made of what is known without drawing lots.
fn record_id(now: Instant, change: &Change, head: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(now.unix().to_be_bytes());
    hash.update(head.as_bytes());
    hash.update(serde_json::to_vec(change).unwrap_or_default());
    let hex: String = hash.finalize().iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{hex}", now.utc().format("%Y%m%dT%H%M%SZ"))
}

fn horizon_warning(policy: &crate::policy::Policy, now: Instant) -> String {
    let end = policy.horizon.end;
    if end == Instant::MAX || end.minus(HORIZON_WARNING) > now || policy.targets.is_empty() {
        return String::new();
    }
    format!(
        "the policy's horizon ends {end}: what `opsc build` wrote out is closed after it; extend it and build again\n"
    )
}
