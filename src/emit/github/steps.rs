//! Parts of jobs: where they run, what they check out, and the steps that run the program.

use super::super::escape;
use super::pipeline::Making;
use super::{CHECKOUT, reference};
use crate::policy::{Environment, Id, variable};
use std::collections::BTreeMap;
use std::fmt::Write;

impl Making<'_> {
    /// The environment that a job runs in, with its variables and secrets.
    pub(super) fn environment(&self, environment: Option<Id<Environment>>) -> String {
        let Some(environment) = environment.map(|id| &self.policy.environments[id]) else {
            return String::new();
        };
        let mut text =
            format!("    environment: {{ name: {} }}\n", escape::yaml(&escape::github(&environment.name)));
        let vars =
            environment.vars.iter().map(|(name, value)| (name.clone(), escape::yaml(&escape::github(value))));
        let secrets = environment.secrets.iter().map(|name| variable(name));
        let secrets = secrets.map(|name| (name.clone(), format!("${{{{ secrets.{name} }}}}")));
        let all: BTreeMap<String, String> = vars.chain(secrets).collect();
        if !all.is_empty() {
            text.push_str("    env:\n");
        }
        for (name, value) in all {
            let _ = writeln!(text, "      {name}: {value}");
        }
        text
    }

    /// Checks out the policy's branch.
    pub(super) fn check_out_policy(&self) -> String {
        format!(
            concat!(
                "      - name: Check out the policy's branch\n",
                "        uses: {}\n",
                "        with: {{ ref: {}, path: ops-policy, persist-credentials: false }}\n",
            ),
            CHECKOUT,
            reference(self.job),
        )
    }

    /// Brings `opsc` onto the runner, where the target says how.
    pub(super) fn install(&self) -> String {
        match self.job.option("install") {
            "" => String::new(),
            commands => {
                format!("      - name: Install opsc\n        run: {}", escape::yaml_script(commands, 10))
            }
        }
    }

    /// A step that runs the program. What it is told goes through the environment.
    pub(super) fn run(&self, title: &str, words: &str, told: &[(&str, String)], condition: &str) -> String {
        let mut text = format!("      - name: {}\n", escape::yaml(&escape::github(title)));
        if words == "step" {
            text.push_str("        id: act\n");
        }
        if !condition.is_empty() {
            let _ = writeln!(text, "        if: {condition}");
        }
        if !told.is_empty() {
            text.push_str("        env:\n");
        }
        for (name, value) in told {
            let _ = match *name {
                "OPS_MADE_BEFORE" => writeln!(text, "          OPS_PINS: {}", made(value)),
                name => writeln!(text, "          {name}: {}", escape::yaml(&escape::github(value))),
            };
        }
        let _ = writeln!(text, "        run: bash {} {words}", self.program);
        text
    }
}

/// What earlier jobs made, as a list.
fn made(needs: &str) -> String {
    let made = needs.split(' ').map(|need| format!("${{{{ {need} }}}}"));
    format!("\"[{}]\"", made.collect::<Vec<_>>().join(", "))
}

/// Checks out what rolls out.
pub(super) fn check_out_source(depth: u32) -> String {
    format!(
        concat!(
            "      - name: Check out what rolls out\n",
            "        uses: {}\n",
            "        with: {{ ref: \"${{{{ github.sha }}}}\", path: source, fetch-depth: {}, persist-credentials: false }}\n",
        ),
        CHECKOUT, depth,
    )
}
