//! `workspace/executeCommand`: what a lens offers, done here.

use crate::lsp::errands::COMMANDS;
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{ExecuteCommandOptions, ExecuteCommandParams, ExecuteCommandRequest, ServerCapabilities};
use serde_json::Value;

pub(super) struct ExecuteCommand;

impl Feature for ExecuteCommand {
    type Request = ExecuteCommandRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.execute_command_provider = Some(ExecuteCommandOptions {
            commands: COMMANDS.iter().map(|(_, command)| (*command).to_owned()).collect(),
            ..ExecuteCommandOptions::default()
        });
    }

    fn answer(view: &View, parameters: ExecuteCommandParams) -> Result<Option<Value>, Refusal> {
        let told = parameters.arguments.into_iter().flatten().next().unwrap_or_default();
        let told = serde_json::from_value(told).map_err(|error| Refusal::malformed(error.to_string()))?;
        view.carry_out(&parameters.command, &told).map(Some)
    }
}
