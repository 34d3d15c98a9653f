//! Commands behind lenses: what each is called, what it is told, and what it answers.

use super::snapshot::Snapshot;
use super::{Refusal, View, uri};
use crate::calendar::{Elapsed, Instant};
use crate::ide::{Done, Offered};
use gen_lsp_types::{Command, MessageType};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The command of each errand, by the keyword of what it is for.
pub(super) static COMMANDS: &[(&str, &str)] =
    &[("test", "opsc.runTest"), ("prove", "opsc.prove"), ("release", "opsc.nextSlot")];

/// A proof that is not through after this is undecided, as with `opsc prove`.
const BUDGET: Elapsed = Elapsed::seconds(30);

/// What a command is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    /// The document that holds the declaration.
    pub uri: String,
    /// The name or title of the declaration.
    pub name: String,
    /// What `opsc` is called with for the same in a terminal.
    pub arguments: Vec<String>,
}

/// The command that carries out an errand, under a title.
pub(super) fn command(
    view: &View,
    snapshot: &Snapshot,
    offered: &Offered<'_>,
    title: String,
) -> Option<Command> {
    let keyword = offered.errand.keyword;
    let (_, command) = COMMANDS.iter().find(|(known, _)| *known == keyword)?;
    let uri = view.uri(snapshot, offered.span.file)?.0;
    let path = policy_path(snapshot);
    let arguments: Vec<&str> = match keyword {
        "release" => vec!["next", offered.name, &path],
        _ => vec![keyword, &path, "--filter", offered.name],
    };
    let arguments = arguments.into_iter().map(str::to_owned).collect();
    let told = Told { uri, name: offered.name.to_owned(), arguments };
    let told = serde_json::to_value(told).ok()?;
    Some(Command { title, tooltip: None, command: (*command).to_owned(), arguments: Some(vec![told]) })
}

/// The path of the policy's first file.
fn policy_path(snapshot: &Snapshot) -> String {
    let analysis = &snapshot.analysis;
    let root = analysis.modules.last().and_then(|module| analysis.sources.get(module.file));
    root.map_or_else(String::new, |root| root.name().to_owned())
}

impl View {
    /// The reading of the policy that a document is read for.
    pub(super) fn reading_of(&self, document: &str) -> Option<&Arc<Snapshot>> {
        let path = uri::path_of(document);
        self.all.iter().find(|snapshot| snapshot.analysis.sources.find(&path).is_some())
    }

    /// Carries out a command, tells the person what came of it, and answers with all of it.
    ///
    /// # Errors
    /// Where there is no such command or declaration, or the policy has errors.
    pub(super) fn carry_out(&self, command: &str, told: &Told) -> Result<Value, Refusal> {
        let keyword = COMMANDS.iter().find(|(_, known)| *known == command).map(|(keyword, _)| *keyword);
        let errand = crate::ide::ERRANDS.iter().find(|errand| Some(errand.keyword) == keyword);
        let errand = errand.ok_or_else(|| Refusal::malformed(format!("there is no command `{command}`")))?;
        let snapshot = self
            .reading_of(&told.uri)
            .ok_or_else(|| Refusal::impossible(format!("`{}` belongs to no policy", told.uri)))?;
        let sound = snapshot.analysis.policy().filter(|_| snapshot.analysis.is_sound());
        let policy = sound.ok_or_else(|| Refusal::impossible("the policy has errors: mend them first"))?;
        let started = self.clock();
        let mut pulse = || match self.clock().since(started) > BUDGET {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let done = (errand.run)(policy, &told.name, started, &mut pulse).ok_or_else(|| {
            Refusal::impossible(format!("the policy has no `{}` called `{}`", errand.keyword, told.name))
        })?;
        let level = if done.is_well { MessageType::Info } else { MessageType::Warning };
        self.say(level, &done.summary);
        Ok(self.answer_of(snapshot, &done))
    }

    fn answer_of(&self, snapshot: &Snapshot, done: &Done) -> Value {
        let findings = done.findings.iter().map(|finding| {
            json!({
                "code": finding.code.name,
                "message": finding.message,
                "notes": finding.notes,
                "location": self.location(snapshot, finding.primary.span),
            })
        });
        json!({
            "isWell": done.is_well,
            "summary": done.summary,
            "text": done.text,
            "findings": findings.collect::<Vec<Value>>(),
        })
    }

    /// The clock's reading.
    pub(super) fn clock(&self) -> Instant {
        Instant::from_system(self.world.now())
    }
}
