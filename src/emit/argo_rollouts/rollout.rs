//! The Rollout of a pipeline in one region: its moves as the steps of a canary, or as the analyses of a blue-green strategy.

use super::analysis::{AfterSwitch, Analyses};
use super::moves::{Deed, Move};
use crate::calendar::Elapsed;
use crate::emit::{Job, escape, mark};
use crate::policy::{Action, FlipKind, Id, Pipeline, Policy, Region};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::fmt::Write;

/// How long pods are kept that nothing is sent to any more, where no lever says: as Argo Rollouts does by itself.
const KEPT: Elapsed = Elapsed::seconds(30);
/// The name of the route that mirrors.
const MIRROR: &str = "ops-mirror";

/// What one is made of.
#[derive(Debug)]
pub(super) struct Making<'a> {
    pub job: &'a Job<'a>,
    pub pipeline: &'a Pipeline,
    pub region: Option<Id<Region>>,
    /// The name of the Rollout, its workload and its services.
    pub name: &'a str,
    pub analyses: &'a Analyses<'a>,
    pub moves: &'a [Move<'a>],
}

/// What is asked behind a switch of colours, where that is how traffic is given.
pub(super) fn after_switch<'a>(moves: &[Move<'a>]) -> Option<AfterSwitch<'a>> {
    let at = moves.iter().position(|one| matches!(one.deed, Deed::Give(_)))?;
    let flips = |one: &&Move<'_>| one.deed == Deed::Give(Decimal::ONE) && one.stage.switch.is_some();
    moves.get(at).filter(flips)?;
    let mut after = AfterSwitch { judged: Vec::new(), watched: Elapsed::ZERO };
    for one in moves.get(at..).unwrap_or_default() {
        match one.deed {
            Deed::Hold(hold) => {
                after.watched = Elapsed::seconds(after.watched.as_seconds() + hold.as_seconds());
            }
            Deed::Judge => after.judged.push((one.stage, after.watched)),
            _ => {}
        }
    }
    Some(after)
}

impl Making<'_> {
    /// The object, as a file.
    pub fn text(&self) -> String {
        let policy = self.job.policy;
        let place = self.region.map_or_else(String::new, |id| format!(" in {}", policy.regions[id].name));
        let name = escape::yaml(self.name);
        let strategy = match after_switch(self.moves) {
            Some(_) => self.blue_green(),
            None => self.canary(),
        };
        format!(
            "{}#\n# pipeline {}{}\napiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata:\n  name: {name}\n  namespace: {}\n\
             spec:\n  workloadRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: {name}\n    scaleDown: onsuccess\n  \
             progressDeadlineAbort: false\n  strategy:\n{strategy}",
            mark::hash_comments(self.job),
            escape::comment(&self.pipeline.name),
            escape::comment(&place),
            escape::yaml(self.job.option("namespace")),
        )
    }

    fn canary(&self) -> String {
        let mut text = format!(
            "    canary:\n      stableService: {}\n      canaryService: {}\n      scaleDownDelaySeconds: {}\n      \
             abortScaleDownDelaySeconds: {}\n{}",
            escape::yaml(&format!("{}-stable", self.name)),
            escape::yaml(&format!("{}-canary", self.name)),
            kept(self.job.policy).as_seconds(),
            KEPT.as_seconds(),
            self.routing(),
        );
        let mut steps: Vec<(&Move<'_>, String)> = Vec::new();
        let mut starting = None;
        let mut given = Decimal::ZERO;
        for one in self.moves {
            let written = self.step(one, given);
            if let Deed::Give(share) = one.deed {
                given = share;
            }
            let traffic = match one.deed {
                Deed::Give(share) => percent(share) > 0,
                Deed::Mirror(share) => share.is_some(),
                _ => false,
            };
            starting = starting.or(traffic.then_some(steps.len()));
            steps.extend(written.into_iter().map(|step| (one, step)));
        }
        if let Some(triggers) = &self.analyses.triggers {
            // Infallible: a `String` takes all that is written to it.
            let _ = write!(
                text,
                "      analysis:\n        startingStep: {}\n        templates:\n          - templateName: {}\n",
                starting.unwrap_or(0),
                escape::yaml(triggers),
            );
        }
        text.push_str("      steps:\n");
        let mut title = "";
        for (one, step) in &steps {
            if one.title != title {
                title = &one.title;
                let place = self.job.policy.place(one.stage.origin);
                text.push_str(&format!("        # {}\n", escape::comment(&format!("{place}: {title}"))));
            }
            text.push_str(step);
        }
        text
    }

    /// The steps of a move; the change has `given` of the traffic before it.
    fn step(&self, one: &Move<'_>, given: Decimal) -> Vec<String> {
        let pause = |inner: &str| format!("        - pause:{inner}\n");
        match &one.deed {
            Deed::Wait(what) => {
                vec![format!("        # waits for a hand: {}\n{}", escape::comment(what), pause(" {}"))]
            }
            Deed::Ask(action, share) => {
                let mut step = "        - analysis:\n".to_owned();
                step.push_str(&self.asked(*action, *share, one, 12));
                vec![step]
            }
            Deed::Mirror(Some(share)) => vec![
                "        - setCanaryScale:\n            replicas: 1\n".to_owned(),
                format!(
                    "        - setMirrorRoute:\n            name: {MIRROR}\n            percentage: {}\n            match:\n              \
                     - path:\n                  prefix: /\n",
                    percent(*share)
                ),
            ],
            Deed::Mirror(None) => vec![
                format!("        - setMirrorRoute:\n            name: {MIRROR}\n"),
                "        - setCanaryScale:\n            matchTrafficWeight: true\n".to_owned(),
            ],
            Deed::Give(share) if percent(*share) == percent(given) => Vec::new(),
            Deed::Give(share) => vec![format!("        - setWeight: {}\n", percent(*share))],
            Deed::Hold(hold) => vec![pause(&format!("\n            duration: {}s", hold.as_seconds()))],
            Deed::Judge => match self.analyses.gates.get(one.stage.name.as_str()) {
                Some(name) => vec![format!(
                    "        - analysis:\n            templates:\n              - templateName: {}\n",
                    escape::yaml(name)
                )],
                None => Vec::new(),
            },
        }
    }

    /// The template that asks the gate, with what it is told, behind so many blanks.
    fn asked(&self, action: Action, share: Option<Decimal>, one: &Move<'_>, depth: usize) -> String {
        let policy = self.job.policy;
        let region = self.region.map_or("", |id| &policy.regions[id].name);
        let own = one.stage.environment.map(|id| policy.environments[id].name.as_str());
        let environment = own.unwrap_or_else(|| self.job.option("environment"));
        let traffic = share.map_or_else(String::new, crate::schedule::percent);
        let told = [
            ("stage", one.stage.name.as_str()),
            ("action", action.name()),
            ("traffic", &traffic),
            ("region", region),
            ("environment", environment),
        ];
        let indent = " ".repeat(depth);
        let mut text = format!(
            "{indent}templates:\n{indent}  - templateName: {}\n{indent}args:\n",
            escape::yaml(&self.analyses.ask)
        );
        for (name, value) in told {
            text.push_str(&format!("{indent}  - name: {name}\n{indent}    value: {}\n", escape::yaml(value)));
        }
        text + &format!(
            "{indent}  - name: revision\n{indent}    valueFrom:\n{indent}      podTemplateHashValue: Latest\n"
        )
    }

    fn routing(&self) -> String {
        match self.job.option("virtual-service") {
            "" => {
                let route = match self.job.option("http-route") {
                    "" => self.name,
                    route => route,
                };
                format!(
                    "      trafficRouting:\n        plugins:\n          argoproj-labs/gatewayAPI:\n            httpRoute: {}\n            \
                     namespace: {}\n",
                    escape::yaml(route),
                    escape::yaml(self.job.option("namespace")),
                )
            }
            service => {
                let mirrors = self.moves.iter().any(|one| matches!(one.deed, Deed::Mirror(_)));
                let managed = match mirrors {
                    true => format!("        managedRoutes:\n          - name: {MIRROR}\n"),
                    false => String::new(),
                };
                format!(
                    "      trafficRouting:\n{managed}        istio:\n          virtualService:\n            name: {}\n",
                    escape::yaml(service)
                )
            }
        }
    }

    /// Before the switch the gate is asked, and where anything waits for a hand the switch does; behind it, what is measured decides.
    fn blue_green(&self) -> String {
        let at = self.moves.iter().position(|one| matches!(one.deed, Deed::Give(_))).unwrap_or(0);
        let before = self.moves.get(..at).unwrap_or_default();
        let waits: Vec<&str> = before
            .iter()
            .filter_map(|one| match &one.deed {
                Deed::Wait(what) => Some(what.as_str()),
                _ => None,
            })
            .collect();
        let mut text = format!(
            "    blueGreen:\n      activeService: {}\n      previewService: {}\n",
            escape::yaml(self.name),
            escape::yaml(&format!("{}-preview", self.name)),
        );
        for what in &waits {
            text.push_str(&format!("      # waits for a hand: {}\n", escape::comment(what)));
        }
        // Infallible: a `String` takes all that is written to it.
        let _ = write!(
            text,
            "      autoPromotionEnabled: {}\n      scaleDownDelaySeconds: {}\n      abortScaleDownDelaySeconds: {}\n",
            waits.is_empty(),
            kept(self.job.policy).as_seconds(),
            KEPT.as_seconds(),
        );
        let ask = before.iter().find_map(|one| match one.deed {
            Deed::Ask(action, share) => Some((one, action, share)),
            _ => None,
        });
        if let Some((one, action, share)) = ask {
            text.push_str("      prePromotionAnalysis:\n");
            text.push_str(&self.asked(action, share, one, 8));
        }
        if let Some(name) = self.analyses.switched() {
            text.push_str(&format!(
                "      postPromotionAnalysis:\n        templates:\n          - templateName: {}\n",
                escape::yaml(name)
            ));
        }
        text
    }
}

/// A share in whole percents, never above it.
fn percent(share: Decimal) -> u32 {
    (share * Decimal::ONE_HUNDRED).floor().to_u32().unwrap_or(0).min(100)
}

/// How long the version before is kept: as long as a lever that flips a selector or a route says.
fn kept(policy: &Policy) -> Elapsed {
    let flips = policy.levers.rows().iter().filter(|lever| {
        lever.flips.iter().any(|flip| matches!(flip.kind, FlipKind::Selector | FlipKind::Route))
    });
    flips.filter_map(|lever| lever.keeps).max().unwrap_or(KEPT).max(KEPT)
}
