// opsc's commands as tasks of VS Code: each policy of the workspace is checked, tested, proved, built and formatted from the menu.

"use strict";

/** What is asked of each policy: words before its path, words behind it, what the output is read with, and the menu it is in. */
const COMMANDS = new Map([
  ["check", { behind: ["--format", "short"], matcher: "$opsc", group: "Build" }],
  ["build", { behind: [], group: "Build" }],
  ["build --check", { behind: [], group: "Test" }],
  ["test", { behind: [], group: "Test" }],
  ["prove", { behind: [], group: "Test" }],
  ["fmt --check", { behind: [], group: "Test" }],
]);

/** Folders whose policies nobody wrote. */
const EXCLUDED = "**/{node_modules,target}/**";
const MOST_POLICIES = 50;

/**
 * @param {typeof import("vscode")} vscode
 * @returns {import("vscode").TaskProvider}
 */
function taskProvider(vscode) {
  const make = (definition, scope) => {
    const row = COMMANDS.get(definition.command);
    if (!row) return undefined;
    const policy = definition.policy || ".";
    const path = vscode.workspace.getConfiguration("opsc").get("path", "opsc");
    const call = new vscode.ProcessExecution(path, [...definition.command.split(" "), policy, ...row.behind]);
    const name = policy === "." ? definition.command : `${definition.command} ${policy}`;
    const task = new vscode.Task(definition, scope, name, "opsc", call, row.matcher);
    task.group = vscode.TaskGroup[row.group];
    return task;
  };
  const tasksOf = (main) => {
    const folder = vscode.workspace.getWorkspaceFolder(main);
    if (!folder) return [];
    const relative = vscode.workspace.asRelativePath(main, false);
    const policy = relative.includes("/") ? relative.slice(0, relative.lastIndexOf("/")) : ".";
    return [...COMMANDS.keys()].flatMap((command) => make({ type: "opsc", command, policy }, folder) ?? []);
  };
  return {
    async provideTasks() {
      return (await vscode.workspace.findFiles("**/main.ops", EXCLUDED, MOST_POLICIES)).flatMap(tasksOf);
    },
    resolveTask(task) {
      return make(task.definition, task.scope ?? vscode.TaskScope.Workspace);
    },
  };
}

module.exports = { COMMANDS, taskProvider };
