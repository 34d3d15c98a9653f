//! How long a command may work, and how far it has come: shown on a terminal, and nowhere else.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// A bound on the time that a command works.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    end: Option<Instant>,
}

impl Budget {
    /// A budget that begins now.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a command works is no part of any answer but what is left undecided"
    )]
    pub fn of(seconds: u64) -> Self {
        Self { end: Instant::now().checked_add(Duration::from_secs(seconds)) }
    }

    /// Whether it is used up.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a command works is no part of any answer but what is left undecided"
    )]
    pub fn is_over(self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }
}

/// `30s`, `5m`, or a number of seconds.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    seconds.ok_or_else(|| "write a span of time, as in `30s` or `5m`".to_owned())
}

/// Says on a terminal how far a long work has come, and takes it away again when it ends.
pub(super) fn progress(noun: &str, done: usize, all: usize) {
    let mut stream = std::io::stderr().lock();
    if stream.is_terminal() {
        let text = if done < all { format!("\r{done} of {all} {noun}") } else { "\r\u{1b}[K".to_owned() };
        // Nothing depends on it.
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }
}

/// Ends a work once so many seconds are spent, and says how far it is where a person watches.
pub(super) fn pulse(noun: &'static str, seconds: u64) -> impl FnMut(usize, usize) -> ControlFlow<()> {
    let budget = Budget::of(seconds);
    let mut shown = None;
    move |done, all| {
        if shown.replace(done) != Some(done) {
            progress(noun, done, all);
        }
        if budget.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
