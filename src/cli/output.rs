//! What a command says, where, and with which exit code.

use crate::decide::Verdict;
use std::io::{self, Write};
use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, clean, or allowed.
    Done = 0,
    /// Done, and something was found: findings, a failed test, an output that is out of date.
    Found = 1,
    /// The command line was not understood.
    Usage = 2,
    /// The policy has no meaning.
    InvalidPolicy = 3,
    /// Something could not be read or written.
    Unreadable = 4,
    /// The clock cannot be right.
    Clock = 5,
    /// The gate blocks.
    Block = 10,
    /// The gate waits for something.
    Pending = 11,
    /// The program itself is at fault.
    Broken = 101,
}

/// Every exit code with what it means in general. A command says what it means there.
pub static EXITS: &[(Exit, &str)] = &[
    (Exit::Done, "done, clean, or allowed"),
    (Exit::Found, "something was found: a finding, a failed test, an output out of date"),
    (Exit::Usage, "the command line was not understood"),
    (Exit::InvalidPolicy, "the policy has errors"),
    (Exit::Unreadable, "something could not be read or written"),
    (Exit::Clock, "the clock cannot be right"),
    (Exit::Block, "`opsc gate`: blocked"),
    (Exit::Pending, "`opsc gate`: pending"),
    (Exit::Broken, "opsc itself went wrong"),
];

impl Exit {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        let found = EXITS.iter().find(|(exit, _)| exit.code() == verdict.exit_code());
        found.map_or(Self::Broken, |(exit, _)| *exit)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What a command says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// How it ended.
    pub exit: Exit,
}

impl Output {
    /// Done, and this is said on standard output.
    pub fn said(out: impl Into<String>) -> Self {
        Self { out: out.into(), err: String::new(), exit: Exit::Done }
    }

    /// The same, ended so.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same, with more on standard error.
    #[must_use]
    pub fn noted(mut self, err: impl AsRef<str>) -> Self {
        self.err.push_str(err.as_ref());
        self
    }

    /// Prints it. Whoever stopped reading has seen enough; an answer that could not be printed for another
    /// reason was not given.
    pub(super) fn print(&self) -> Exit {
        match self.write() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Unreadable.max(self.exit),
            _ => self.exit,
        }
    }

    /// Writes it to the two streams.
    pub(super) fn write(&self) -> io::Result<()> {
        let noted = print(&mut io::stderr().lock(), &self.err);
        let said = print(&mut io::stdout().lock(), &self.out);
        noted.and(said)
    }
}

fn print(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// The exit codes of a command, as they stand below its help.
pub(super) fn exits_text(exits: &[(Exit, &str)]) -> String {
    let lines = exits.iter().map(|(exit, meaning)| format!("  {:<3} {meaning}\n", exit.code()));
    format!("Exit codes:\n{}", lines.collect::<String>())
}
