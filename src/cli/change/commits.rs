//! What git says of a change: paths, people, the head and its patch.

use crate::cli::Failure;
use crate::cli::git::Git;
use crate::decide::Change;
use std::io::Write;
use std::process::{Command, Stdio};

/// Between the fields of a commit, and behind each commit: bytes that no name or trailer holds.
const FIELD: char = '\u{1f}';
const RECORD: char = '\u{1e}';

/// The change from where `head` left `base` to `head`.
pub(super) fn read(git: Git<'_>, base: &str, head: &str) -> Result<Change, Failure> {
    let commit = resolve(git, head)?;
    let base = resolve(git, base)?;
    let range = format!("{base}...{commit}");
    let names = git.bytes(&[
        "diff",
        "--name-only",
        "-z",
        "--no-renames",
        "--no-ext-diff",
        "--no-relative",
        "--ignore-submodules=none",
        &range,
        "--",
    ])?;
    let mut change = Change { commit: Some(commit.clone()), ..Change::default() };
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        // A path that is no text is shown with signs in it; a glob of its folder still matches.
        change.paths.push(String::from_utf8_lossy(name).into_owned());
    }
    change.paths.sort();
    people(git, &base, &commit, &mut change)?;
    change.patch = patch(git, &range);
    Ok(change)
}

fn resolve(git: Git<'_>, revision: &str) -> Result<String, Failure> {
    // `--end-of-options` keeps a revision that begins with a dash from being an option.
    let found = git.bytes(&[
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &format!("{revision}^{{commit}}"),
    ]);
    let said = found.map_err(|_| {
        Failure::malformed(format!("git knows no commit `{revision}` here"))
            .help("fetch it (a shallow clone may lack it: `fetch-depth: 0`), or name another with `--base` or `--head`")
    })?;
    Ok(String::from_utf8_lossy(&said).trim().to_owned())
}

fn people(git: Git<'_>, base: &str, head: &str, change: &mut Change) -> Result<(), Failure> {
    let format = format!(
        "--format=%ae{FIELD}%ce{FIELD}%(trailers:key=Co-authored-by,valueonly,separator=%x1f){RECORD}"
    );
    let log = git.bytes(&["log", "--no-mailmap", &format, &format!("{base}..{head}"), "--"])?;
    let log = String::from_utf8_lossy(&log);
    for record in log.split(RECORD).map(str::trim).filter(|record| !record.is_empty()) {
        let mut fields = record.split(FIELD);
        add(&mut change.authors, fields.next().unwrap_or(""));
        add(&mut change.committers, fields.next().unwrap_or(""));
        for trailer in fields {
            let address = trailer.split_once('<').map_or(trailer, |(_, rest)| rest.trim_end_matches('>'));
            add(&mut change.co_authors, address);
        }
    }
    Ok(())
}

/// Adds an address and the logins it may belong to: what a code host's private address holds, and what stands before the
/// `@`. Reviews name people by login, so one login too many bars a stranger, one too few lets an author approve.
fn add(people: &mut Vec<String>, address: &str) {
    let address = address.trim().trim_end_matches('>');
    if address.is_empty() {
        return;
    }
    let local = address.split_once('@').map(|(local, host)| match local.split_once('+') {
        Some((_, login)) if host.starts_with("users.noreply.") => login,
        Some((login, _)) => login,
        None => local,
    });
    for name in std::iter::once(address).chain(local) {
        if !name.is_empty() && !people.iter().any(|known| known == name) {
            people.push(name.to_owned());
        }
    }
}

/// The id of the patch, which a rebase does not change; none where the change is empty.
fn patch(git: Git<'_>, range: &str) -> Option<String> {
    let diff = git
        .bytes(&[
            "diff",
            "--no-ext-diff",
            "--no-textconv",
            "--no-relative",
            "--ignore-submodules=none",
            "--binary",
            range,
            "--",
        ])
        .ok()?;
    let mut child = Command::new("git")
        .args(["patch-id", "--verbatim"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let writer = std::thread::spawn(move || input.write_all(&diff));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    let said = String::from_utf8_lossy(&output.stdout);
    said.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_also_gives_the_logins_it_may_belong_to() {
        let mut people = Vec::new();
        let addresses = [
            "ana@example.com",
            "4821+ana-dev@users.noreply.github.com",
            "bo@users.noreply.github.com",
            "",
            "cy+x@example.com",
        ];
        for address in addresses {
            add(&mut people, address);
        }
        let expected = [
            "ana@example.com",
            "ana",
            "4821+ana-dev@users.noreply.github.com",
            "ana-dev",
            "bo@users.noreply.github.com",
            "bo",
            "cy+x@example.com",
            "cy",
        ];
        assert_eq!(people, expected);
    }
}
