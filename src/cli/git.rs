//! Asking git: where a policy was read, and what a change is made of.

use super::Failure;
use std::path::Path;
use std::process::{Command, Stdio};

/// A folder of a git work tree.
#[derive(Debug, Clone, Copy)]
pub struct Git<'a> {
    folder: &'a str,
}

impl<'a> Git<'a> {
    /// Git in this folder; empty is the current one.
    pub fn new(folder: &'a str) -> Self {
        Self { folder: if folder.is_empty() { "." } else { folder } }
    }

    /// Whether the folder, or one above it, is a git checkout: seen without starting git.
    pub fn is_checkout(self) -> bool {
        let Ok(whole) = Path::new(self.folder).canonicalize() else { return false };
        whole.ancestors().any(|folder| folder.join(".git").exists())
    }

    /// What git prints; nothing where it fails or cannot be started.
    pub fn ask(self, arguments: &[&str]) -> Option<String> {
        let output = self.command(arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What git prints, as it is.
    ///
    /// # Errors
    /// Git cannot be started, or says that it failed: its own words are the message.
    pub fn bytes(self, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        let output = self.command(arguments).output().map_err(|error| {
            Failure::malformed(format!("cannot run git: {error}")).help("install git, and put it on the PATH")
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason was given");
        Err(Failure::malformed(format!("git {} failed: {}", arguments.first().unwrap_or(&""), line.trim())))
    }

    /// A command whose outcome rests neither on the user's settings nor on prompts.
    fn command(self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(self.folder)
            .args(["-c", "core.quotePath=false", "-c", "diff.renames=false", "-c", "log.showSignature=false"])
            .args(arguments)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        command
    }
}
