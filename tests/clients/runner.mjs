// Runs a job of a GitHub workflow on this machine: every expression by GitHub's own evaluator, every `run` step by bash, the
// two pinned actions by stand-ins that do with git and files what the real ones do with GitHub, composite actions in place.
import fs from "node:fs";
import path from "node:path";
import { execFileSync, spawnSync } from "node:child_process";
import YAML from "yaml";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";

const CONTEXTS = ["github", "env", "inputs", "needs", "steps", "job", "jobs", "vars", "secrets", "matrix", "strategy", "runner"];

function toData(value) {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  if (typeof value === "object") {
    return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: toData(item) })));
  }
  return new data.StringData(String(value));
}

function evaluate(expression, context) {
  const failed = context.failed === true;
  const status = { success: !failed, failure: failed, always: true, cancelled: false };
  const functions = Object.keys(status).map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(status[name]),
  }));
  const tree = new Parser(new Lexer(expression).lex().tokens, CONTEXTS, functions).parse();
  const values = toData(Object.fromEntries(CONTEXTS.map((name) => [name, context[name] ?? {}])));
  return new Evaluator(tree, values, new Map(functions.map((one) => [one.name, one]))).evaluate();
}

/** A string with each `${{ ... }}` evaluated; an expression ends at the first `}}` outside its quotes. */
export function substitute(text, context) {
  return String(text).replace(/\$\{\{((?:'(?:[^']|'')*'|(?!\}\})[^'])*)\}\}/gs, (_, inner) =>
    evaluate(inner.trim(), context).coerceString(),
  );
}

function holds(condition, context) {
  if (condition === undefined) return !context.failed;
  let expression = String(condition).trim();
  const wrapped = expression.match(/^\$\{\{(.*)\}\}$/s);
  if (wrapped) expression = wrapped[1].trim();
  if (!/\b(success|failure|always|cancelled)\s*\(/.test(expression)) expression = `success() && (${expression})`;
  const result = evaluate(expression, context);
  return result.kind === 1 ? result.value : !["", "false", "0"].includes(result.coerceString());
}

const substituted = (fields, context) =>
  Object.fromEntries(Object.entries(fields ?? {}).map(([key, value]) => [key, substitute(value ?? "", context)]));

const git = (folder, ...words) => execFileSync("git", words, { cwd: folder, encoding: "utf8", stdio: "pipe" });

/** What the pinned actions do, by name; each must be pinned by a full commit. */
const ACTIONS = {
  "actions/checkout"(run, inputs) {
    if (inputs["persist-credentials"] !== "false") throw new Error("checkout would leave its token behind");
    const folder = path.join(run.workspace, inputs.path ?? ".");
    git(run.workspace, "clone", "--quiet", "--no-checkout", run.origin, folder);
    git(folder, "fetch", "--quiet", "origin", "+refs/pull/*:refs/pull/*");
    const ref = inputs.ref;
    const branch = spawnSync("git", ["rev-parse", "--verify", "--quiet", `refs/remotes/origin/${ref}`], { cwd: folder });
    git(folder, "checkout", "--quiet", "--detach", branch.status === 0 ? `refs/remotes/origin/${ref}` : ref);
  },
  // A cache that has nothing, and keeps nothing.
  "actions/cache"(_, inputs) {
    if (!inputs.path || !inputs.key) throw new Error("cache needs a path and a key");
  },
  "actions/upload-artifact"(run, inputs) {
    const from = path.join(run.workspace, inputs.path);
    if (!fs.existsSync(from) && inputs["if-no-files-found"] === "error") throw new Error(`nothing at ${inputs.path}`);
    const to = path.join(run.artifacts, inputs.name);
    if (fs.existsSync(to)) throw new Error(`artifact ${inputs.name} is there already`);
    fs.cpSync(from, to, { recursive: true });
  },
};

function runShell(run, step, context) {
  const files = Object.fromEntries(["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"].map((name) => [name, path.join(run.temporary, `${run.count++}-${name}`)]));
  for (const file of Object.values(files)) fs.writeFileSync(file, "");
  const own = { RUNNER_TEMP: run.temporary, ...(context.folder ? { GITHUB_ACTION_PATH: context.folder } : {}) };
  const env = { ...own, ...run.environment, ...files, ...substituted({ ...context.env, ...step.env }, context) };
  const script = substitute(step.run, context);
  const shell = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
  const done = spawnSync("bash", shell, { cwd: run.workspace, env, encoding: "utf8" });
  run.log.push(`$ ${step.name ?? step.id}\n${done.stdout}${done.stderr}(exit ${done.status})`);
  run.summary += fs.readFileSync(files.GITHUB_STEP_SUMMARY, "utf8");
  const outputs = {};
  for (const line of fs.readFileSync(files.GITHUB_OUTPUT, "utf8").split("\n")) {
    const at = line.indexOf("=");
    if (at > 0) outputs[line.slice(0, at)] = line.slice(at + 1);
  }
  return { outputs, failed: done.status !== 0 };
}

function runUses(run, step, context) {
  const given = substituted(step.with, context);
  if (step.uses.startsWith("./")) {
    const folder = path.join(run.workspace, step.uses);
    const action = YAML.parse(fs.readFileSync(path.join(folder, "action.yml"), "utf8"));
    const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
    if (unknown.length > 0) throw new Error(`${step.uses} takes no ${unknown}`);
    const inputs = Object.fromEntries(
      Object.entries(action.inputs).map(([name, input]) => [name, given[name] ?? substitute(input.default ?? "", context)]),
    );
    const env = substituted(context.env, context);
    const inner = { github: context.github, strategy: context.strategy, inputs, runner: { os: "Linux", arch: "X64", temp: run.temporary }, steps: {}, env, folder, failed: false };
    runSteps(run, action.runs.steps, inner);
    return { outputs: substituted(Object.fromEntries(Object.entries(action.outputs).map(([name, output]) => [name, output.value])), inner), failed: inner.failed };
  }
  const [name, version] = step.uses.split("@");
  if (!/^[0-9a-f]{40}$/.test(version ?? "")) throw new Error(`${step.uses} is not pinned by a commit`);
  run.log.push(`uses ${step.uses} ${JSON.stringify(given)}`);
  ACTIONS[name](run, given);
  return { outputs: {}, failed: false };
}

function runSteps(run, steps, context) {
  for (const step of steps) {
    if (!holds(step.if, context)) continue;
    let done;
    try {
      done = step.run === undefined ? runUses(run, step, context) : runShell(run, step, context);
    } catch (error) {
      run.log.push(`failed: ${error.message}`);
      done = { outputs: {}, failed: true };
    }
    if (step.id) context.steps[step.id] = { outputs: done.outputs, outcome: done.failed ? "failure" : "success" };
    if (done.failed) context.failed = true;
  }
}

/**
 * Runs one job. `origin` is a bare repository; `workspace`, `temporary` and `artifacts` are empty folders; `environment` is
 * what the runner's machine has set, `PATH` with `opsc` and `gh` among it.
 */
export function runJob(file, jobName, { github, inputs = {}, needs = {}, secrets = {}, origin, workspace, temporary, artifacts, environment }) {
  const workflow = YAML.parse(fs.readFileSync(file, "utf8"));
  const job = workflow.jobs[jobName];
  const run = { origin, workspace, temporary, artifacts, environment, log: [], summary: "", count: 0 };
  const failed = Object.values(needs).some((need) => need.result !== "success");
  const context = { github, inputs, needs, secrets, strategy: { "job-index": 0 }, steps: {}, env: { ...workflow.env, ...job.env }, failed };
  if (!holds(job.if, context)) return { result: "skipped", outputs: {}, log: "", summary: "", artifacts };
  context.failed = false;
  runSteps(run, job.steps, context);
  return { result: context.failed ? "failure" : "success", outputs: substituted(job.outputs, context), log: run.log.join("\n"), summary: run.summary, artifacts };
}

/**
 * Runs a whole workflow, each job once those that it needs are done, each in a workspace of its own. `known` are jobs of an
 * earlier attempt whose results stay, as where the failed ones are run again.
 */
export function runWorkflow(file, { github, place, known = {}, ...given }) {
  const { jobs } = YAML.parse(fs.readFileSync(file, "utf8"));
  const done = { ...known };
  const wanted = (name) => [jobs[name].needs ?? []].flat();
  const open = new Set(Object.keys(jobs).filter((name) => !(name in done)));
  while (open.size > 0) {
    const name = [...open].find((name) => wanted(name).every((need) => need in done));
    if (!name) throw new Error(`jobs wait for each other: ${[...open]}`);
    open.delete(name);
    const folder = (kind) => {
      const made = path.join(place, `${name}-${kind}`);
      fs.rmSync(made, { recursive: true, force: true });
      fs.mkdirSync(made, { recursive: true });
      return made;
    };
    done[name] = runJob(file, name, {
      ...given,
      github: { ...github, job: name },
      needs: Object.fromEntries(wanted(name).map((need) => [need, { result: done[need].result, outputs: done[need].outputs }])),
      secrets: jobs[name].environment ? given.secrets : {},
      workspace: folder("workspace"),
      temporary: folder("temporary"),
      artifacts: folder("artifacts"),
    });
  }
  return done;
}
