//! `runbook`: the playbooks of a policy as Markdown, for whoever is woken at night: numbered steps, exact commands, and at
//! the end of each step the line of the policy that says so.

mod emergency;
mod incident;
mod maintenance;
mod page;
mod pipeline;
mod rollback;
mod steps;
#[cfg(test)]
mod tests;
mod words;

use super::{Files, Job, Target, mark};
use crate::policy::Policy;
use page::{Inline, Page};

/// The target.
pub static RUNBOOK: Target = Target {
    name: "runbook",
    summary: "the rollback, emergency, maintenance and incident playbooks as Markdown",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/runbook.md")),
    make,
};

/// A playbook that a policy may have.
#[derive(Debug)]
pub struct Playbook {
    /// What it is for, in one word.
    pub kind: &'static str,
    /// The name of its file.
    pub file: &'static str,
    title: &'static str,
    about: &'static str,
    write: fn(&Policy, &mut Page),
}

impl Playbook {
    /// Its text; nothing where the policy says nothing of what it is for.
    pub fn text(&self, policy: &Policy) -> Option<String> {
        let mut page = Page::default();
        (self.write)(policy, &mut page);
        (!page.is_empty()).then(|| {
            let remark = mark::of(policy, RUNBOOK.name);
            page.finish(self.title, remark, Inline::from(self.about))
        })
    }
}

/// Every playbook, in the order that one needs them; the files are those of the target's row in `fidelity`.
pub static PLAYBOOKS: &[Playbook] = &[
    Playbook {
        kind: "rollback",
        file: "rollback.md",
        title: "Rollback",
        about: "How a release comes back. Nobody needs to agree first: no freeze holds a rollback, and no approval is asked, where \
                its lever is declared and what it goes back to was allowed before. Words in capitals are yours to fill in: `PERSON` \
                is your login, `LEVER` the lever you pulled, `RELEASE` what you go back to, `LOG` the log that every gate of the service writes.",
        write: rollback::write,
    },
    Playbook {
        kind: "emergency",
        file: "emergency.md",
        title: "Emergency",
        about: "How a change goes out that cannot wait for a freeze to end. First ask whether going back is enough. Go on only where \
                the gate answers `ALLOWED`, which is exit code 0. Words in capitals are yours to fill in: `PERSON` is your login, \
                `INSTANT` a time such as `2025-11-28T15:00:00Z`, `LOG` the log that every gate of the service writes.",
        write: emergency::write,
    },
    Playbook {
        kind: "maintenance",
        file: "maintenance.md",
        title: "Maintenance",
        about: "How writes are refused for a while and taken again, with reads going on. A step that fails leaves the rest of its list \
                undone; what is below *However it ended* is done even then.",
        write: maintenance::write,
    },
    Playbook {
        kind: "incident",
        file: "incident.md",
        title: "Incident",
        about: "What opens an incident, who does what in its first minutes, what is said to whom and when. Promise the time of the next \
                update, never the time of the end.",
        write: incident::write,
    },
];

fn make(job: &Job<'_>) -> Files {
    let texts = PLAYBOOKS.iter().map(|playbook| playbook.text(job.policy));
    job.paths().into_iter().zip(texts).filter_map(|(path, text)| Some((path, text?))).collect()
}
