// Loads the packaged client as VS Code does, with a stub of its module `vscode`, and opens a policy in it: the client starts
// `opsc lsp` over standard input and output, the real one answers, and its findings arrive. Then what a person may do to it: the
// setting `opsc.strict`, a restart, an `opsc` that is not there, and the end of the session.
// Usage: node starts.mjs EXTENSION OPSC

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stub } from "./stub.mjs";

const [extension, opsc] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "opsc-vscode-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

// Stands before opsc, and keeps what it is called with.
const calls = join(folder, "calls");
const before = join(folder, "opsc");
writeFileSync(before, `#!/bin/sh\necho "$*" >> "${calls}"\nexec "${resolve(opsc)}" "$@"\n`);
chmodSync(before, 0o755);
writeFileSync(join(folder, "main.ops"), 'policy shop { language 1 }\nregion a { zone "Etc/UTC" }\nwindow w : nothing { every day 09:00 .. 10:00 }\n');

const settings = { path: before, strict: false };
const vscode = stub({ folder, settings });
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode.module : load(name, ...rest));
const { activate, deactivate } = createRequire(import.meta.url)(resolve(extension));

const called = () => readFileSync(calls, "utf8").trim().split("\n");
const until = async (what, holds) => {
  for (let tries = 0; tries < 300; tries++) {
    const value = holds();
    if (value) return value;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`never ${what}: ${vscode.said.join("\n")}`);
};

const context = { subscriptions: [], extensionPath: extension, asAbsolutePath: (path) => path };
await activate(context);
assert.deepEqual(called(), ["lsp --stdio"]);
const document = vscode.open(join(folder, "main.ops"));
const found = await until("findings", () => vscode.findings(document)?.find(({ code }) => (code?.value ?? code) === "unknown-name"));
assert.equal(found.source, "opsc");
console.log(`findings: ${vscode.findings(document).length}`);

settings.strict = true;
vscode.change("opsc.strict");
await until("restarted strictly", () => called().at(-1) === "lsp --strict --stdio");
await vscode.run("opsc.restart");
await until("restarted", () => called().length === 3);
assert.deepEqual(Object.keys(vscode.commands).filter((name) => /^opsc\.(explain|restart|showOutput)$/.test(name)).length, 3);
console.log(`starts: ${called().length}`);

const [provider] = vscode.providers;
const tasks = await provider.provideTasks();
assert.deepEqual(
  tasks.map(({ call }) => call.args.join(" ")),
  ["check . --format short", "build .", "build --check .", "test .", "prove .", "fmt --check ."],
);
assert.ok(tasks.every(({ call }) => call.process === before));
assert.equal(tasks[0].matchers, "$opsc");
assert.equal(provider.resolveTask({ definition: { type: "opsc", command: "rm -rf" } }), undefined);
console.log(`tasks: ${tasks.length}`);

settings.path = join(folder, "not-there");
vscode.change("opsc.path");
await until("told that opsc is not there", () => vscode.errors.some((text) => text.includes("not-there lsp` does not start")));
await deactivate();
process.exit(0);
