// The extension for VS Code: starts `opsc lsp`, says where it is missing, and offers opsc's commands as tasks. All that is known of
// the language is in the server.

"use strict";

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");
const { taskProvider } = require("./tasks");

/** @type {LanguageClient | undefined} */
let client;
/** @type {import("vscode").LogOutputChannel} */
let output;
// Starting and stopping wait for each other, however often the settings change.
let turn = Promise.resolve();

function settings() {
  return vscode.workspace.getConfiguration("opsc");
}

function makeClient() {
  const command = settings().get("path", "opsc");
  const args = settings().get("strict", false) ? ["lsp", "--strict"] : ["lsp"];
  return new LanguageClient(
    "opsc",
    "opsc",
    { command, args, transport: TransportKind.stdio },
    {
      documentSelector: [{ scheme: "file", language: "ops" }],
      outputChannel: output,
      middleware: { executeCommand: tell },
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{ops,ics}") },
    },
  );
}

/** Carries out a command behind a lens. The server says in a sentence what came of it; all of it goes to the output. */
async function tell(command, parameters, next) {
  const answer = await next(command, parameters);
  if (answer?.text) {
    output.info(`${answer.summary}\n${answer.text}`);
    if (!answer.isWell) output.show(true);
  }
  return answer;
}

function inTurn(step) {
  turn = turn.then(step, step);
  return turn;
}

async function start() {
  if (!vscode.workspace.isTrusted) return;
  client = makeClient();
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const path = settings().get("path", "opsc");
    output.error(String(error));
    const settle = "Open settings";
    const chosen = vscode.window.showErrorMessage(
      `\`${path} lsp\` does not start. Install opsc, or say where it is in the setting opsc.path.`,
      settle,
    );
    chosen.then((answer) => {
      if (answer === settle) vscode.commands.executeCommand("workbench.action.openSettings", "opsc.path");
    });
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function explain() {
  const name = await vscode.window.showInputBox({
    prompt: "The name of a finding, a declaration, a target or a command",
    placeHolder: "utc-days",
  });
  if (!name) return;
  const terminal = vscode.window.createTerminal({
    name: `opsc explain ${name}`,
    shellPath: settings().get("path", "opsc"),
    shellArgs: ["explain", name],
  });
  terminal.show();
}

/** @param {import("vscode").ExtensionContext} context */
async function activate(context) {
  output = vscode.window.createOutputChannel("opsc", { log: true });
  const restart = () => inTurn(stop).then(() => inTurn(start));
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("opsc.restart", restart),
    vscode.commands.registerCommand("opsc.showOutput", () => output.show()),
    vscode.commands.registerCommand("opsc.explain", explain),
    vscode.tasks.registerTaskProvider("opsc", taskProvider(vscode)),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("opsc.path") || change.affectsConfiguration("opsc.strict")) restart();
    }),
  );
  await inTurn(start);
}

function deactivate() {
  return inTurn(stop);
}

module.exports = { activate, deactivate };
