//! The calendar files that schedules come from, read beside the policy: never from the change that is judged.

use crate::calendar::{Elapsed, Instant, Interval};
use crate::cli::git::Git;
use crate::cli::{Context, Failure, files};
use crate::decide::Rota;
use crate::import;
use crate::policy::Policy;
use sha2::{Digest, Sha256};

/// Shifts that come back by a rule are looked at so far before and behind now, or as far as the policy's horizon.
const AROUND: Elapsed = Elapsed::days(800);

/// Every rota that is there. `root` is the policy's folder.
///
/// # Errors
/// A file that is there and cannot be read, or is no rota.
pub(in crate::cli) fn read(context: &Context<'_>, policy: &Policy, root: &str) -> Result<Vec<Rota>, Failure> {
    let now = Instant::from_system(context.world.now());
    let around =
        Interval::new(policy.horizon.start.min(now.minus(AROUND)), policy.horizon.end.max(now.plus(AROUND)));
    let mut found = Vec::new();
    for schedule in policy.schedules.rows() {
        let Some((file, _)) = &schedule.source else { continue };
        let path = format!("{root}{file}");
        let Some(text) = files::text_if_there(context.world, &path)? else { continue };
        let duties = import::duties(&text, schedule.zone, around).map_err(|errors| {
            let first = errors.first().map_or_else(String::new, ToString::to_string);
            let help = errors.first().map_or_else(String::new, |error| error.help.clone());
            Failure::malformed(format!("`{path}`, the rota of `{}`, cannot be read: {first}", schedule.name))
                .help(help)
        })?;
        found.push(Rota {
            schedule: schedule.name.clone(),
            digest: Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect(),
            written_at: written_at(context, root, file),
            duties,
        });
    }
    Ok(found)
}

/// When a file was written: by its last commit where git keeps it unchanged, since a checkout makes every file new. Nothing
/// where the checkout is too shallow to tell.
fn written_at(context: &Context<'_>, root: &str, file: &str) -> Option<Instant> {
    let git = Git::new(root);
    let modified = || context.world.modified(&format!("{root}{file}")).ok().map(Instant::from_system);
    if !git.is_checkout() {
        return modified();
    }
    let path = format!("./{file}");
    let kept = !git.ask(&["ls-files", "--", &path])?.trim().is_empty();
    let changed = !git.ask(&["status", "--porcelain", "--", &path])?.trim().is_empty();
    if !kept || changed {
        return modified();
    }
    if git.ask(&["rev-parse", "--is-shallow-repository"])?.trim() != "false" {
        return None;
    }
    git.ask(&["log", "-1", "--format=%ct", "--", &path])?.trim().parse().ok().map(Instant::from_unix)
}
