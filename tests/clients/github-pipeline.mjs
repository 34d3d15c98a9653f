// Runs emitted GitHub pipelines whole: each `run` step by bash, each expression by GitHub's own evaluator, the real `opsc` and
// git, and hooks that write down what they were called for. Usage: github-pipeline.mjs (opsc on the PATH)
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import YAML from "yaml";
import { runWorkflow } from "./runner.mjs";
import { ACTIVE, EXPECTED, FROZEN, ODD, ODD_TEXT, OVER, UNTOLD, US_FROZEN, answers, policy, read, receiver, repository, write } from "./story.mjs";

const stubs = process.env.OPSC_STUBS ?? path.join(path.dirname(fileURLToPath(import.meta.url)), "stubs");
const root = fs.mkdtempSync(path.join(os.tmpdir(), "opsc-github-pipeline-"));
const environment = {
  PATH: `${stubs}:${process.env.PATH}`,
  HOME: root,
  TZ: "UTC",
  CI: "true",
  GIT_AUTHOR_NAME: "eve",
  GIT_AUTHOR_EMAIL: "eve@example.com",
  GIT_COMMITTER_NAME: "eve",
  GIT_COMMITTER_EMAIL: "eve@example.com",
};
const run = (folder, program, ...words) => execFileSync(program, words, { cwd: folder, encoding: "utf8", env: environment, stdio: "pipe" });
const QUIET = 'target github-actions { to "../.github/workflows"; policy "release"; branch "main"; install "command -v opsc > /dev/null # installed" }';
const heard = receiver(root);
const TARGET = QUIET.replace(" }", `; pushgateway "${heard.address}" }`);

const origin = path.join(root, "origin.git");
const work = path.join(root, "work");
fs.mkdirSync(work);
run(root, "git", "init", "--quiet", "--bare", "--initial-branch=main", origin);
const git = (...words) => run(work, "git", ...words).trim();
git("init", "--quiet", "--initial-branch=main");
git("remote", "add", "origin", origin);
git("commit", "--quiet", "--allow-empty", "-m", "first");
const base = git("rev-parse", "HEAD");

/** What `main` holds from now on, with the policy built. */
function main(text, files = repository()) {
  fs.rmSync(path.join(work, "ops"), { recursive: true, force: true });
  write(work, { "release/main.ops": text, "site/page.md": `page ${Math.random()}\n`, ...files });
  run(work, "opsc", "build", "release");
  git("add", "-A");
  git("commit", "--quiet", "-m", "change");
  git("push", "--quiet", "--force", "origin", "main");
}

let count = 0;
/** Runs the pipeline, or the rollback by hand; `approvals` are logins that approved its environments. */
function pipeline({ file = "pipeline-rollout.yml", approvals = ["ada"], inputs = { base }, known, ...world } = {}) {
  count += 1;
  const place = path.join(root, `run-${count}`);
  const said = path.join(place, "answers");
  const api = path.join(place, "api");
  const approved = approvals.map((login) => ({ state: "approved", user: { login }, environments: [{ name: "ops-approve-rollout-ramp-1" }] }));
  write(api, { "repos/acme/shop/actions/runs/7/approvals.json": JSON.stringify(approved) });
  const done = runWorkflow(path.join(work, ".github/workflows", file), {
    github: { event_name: "workflow_dispatch", repository: "acme/shop", sha: git("rev-parse", "main"), token: "a-token", run_id: "7", run_attempt: "1", triggering_actor: "eve", event: { repository: { default_branch: "main" } } },
    inputs: { "pull-request": "", release: "", undo: "", ...inputs },
    secrets: { STORE_KEY: "a-secret" },
    known,
    origin,
    place,
    environment: { ...environment, ...answers(said, world), GH_ANSWERS: api },
  });
  return { done, ledger: read(said) };
}

let cases = 0;
function expect(title, { done, ledger }, wanted, results) {
  cases += 1;
  const log = Object.entries(done).filter(([, job]) => job.result !== "skipped").map(([name, job]) => `== ${name}: ${job.result}\n${job.log}`).join("\n");
  assert.deepEqual(ledger, wanted, `${title}\n${log}`);
  for (const [name, result] of Object.entries(results)) assert.equal(done[name].result, result, `${title}: ${name}\n${log}`);
}

main(policy(TARGET));
const workflow = YAML.parse(fs.readFileSync(path.join(work, ".github/workflows/pipeline-rollout.yml"), "utf8"));
assert.deepEqual(workflow.concurrency, { group: "ops-rollout", "cancel-in-progress": false, queue: "max" });
assert.equal(workflow.jobs.expand.concurrency.group, "ops-lock-schema");
for (const [name, job] of Object.entries(workflow.jobs)) {
  for (const step of job.steps) assert.ok(!(step.run ?? "").includes("${{"), `${name}: an expression in a shell line`);
}
expect("an open calendar lets it through, step by step", pipeline(), EXPECTED.allowed, { promote: "success", "back-bad-1": "skipped" });
assert.deepEqual(heard.told(), [ACTIVE, OVER]);
expect("a canary that is bad goes back, and recovers", pipeline({ errorRate: "8%" }), EXPECTED.failing, { canary: "failure", "ramp-1": "skipped", "back-bad-1": "success" });
assert.deepEqual(heard.told(), [ACTIVE, OVER]);
expect("one that does not recover is an incident, and writes come back", pipeline({ errorRate: "8%", stays: true }), EXPECTED.lost, { canary: "failure", "back-bad-1": "failure" });
expect("a gate that does not pass is no trigger, and goes back too", pipeline({ errorRate: "3%" }), EXPECTED.failing, { canary: "failure", "back-bad-1": "success" });
expect("a lever that cannot be pulled is followed by the next", pipeline({ errorRate: "8%", broken: ["flag-off"], stays: true }), [...EXPECTED.lost.slice(0, -3), "pull blue", ...EXPECTED.lost.slice(-3)], { "back-bad-1": "failure" });
heard.told();
expect("what started must be what was made", pipeline({ indexHash: "i2" }), EXPECTED.otherPins, { boot: "failure", canary: "skipped", "back-bad-1": "success" });
assert.deepEqual(heard.told(), [OVER]);
expect("nobody has approved", pipeline({ approvals: [] }), EXPECTED.unapproved, { "approve-ramp-1": "failure", "ramp-1": "skipped", "back-bad-1": "skipped" });
expect("somebody without the role has", pipeline({ approvals: ["mallory"] }), EXPECTED.unapproved, { "approve-ramp-1": "failure" });
heard.told();
expect("a way back by hand asks nobody", pipeline({ file: "rollback-bad.yml", inputs: { undo: "expand" } }), EXPECTED.failing.slice(EXPECTED.unapproved.length), { "back-bad-1": "success" });
assert.deepEqual(heard.told(), [OVER]);
expect("and undoes only what it is told", pipeline({ file: "rollback-bad.yml" }), EXPECTED.failing.slice(EXPECTED.unapproved.length, -1), { "back-bad-1": "success" });

git("-c", "user.name=ada", "commit", "--quiet", "--allow-empty", "--author=ada <7+ada@users.noreply.example.com>", "-m", "hers");
git("push", "--quiet", "origin", "main");
expect("who wrote it does not approve it", pipeline(), EXPECTED.unapproved, { "approve-ramp-1": "failure" });
expect("somebody else does", pipeline({ approvals: ["Bob"] }), EXPECTED.allowed, { promote: "success" });

main(policy(TARGET, { windows: FROZEN }));
heard.told();
expect("a freeze refuses the first change, and takes nothing back", pipeline(), EXPECTED.blocked, { expand: "failure", boot: "skipped", "back-bad-1": "skipped" });
assert.deepEqual(heard.told(), [OVER]);

main(policy(TARGET, { windows: US_FROZEN }));
const half = pipeline({ approvals: ["bob"] });
expect("a freeze half-way stops it where it is", half, EXPECTED.paused, { "ramp-2": "success", "ramp-3": "failure", "back-bad-1": "skipped" });
assert.deepEqual(heard.told(), [ACTIVE, OVER]);
main(policy(TARGET));
// Jobs that need one of those are run again with them.
const known = Object.fromEntries(Object.entries(half.done).filter(([name, job]) => job.result === "success" && name !== "over"));
expect("the failed jobs, run again, go on from there", pipeline({ approvals: ["bob"], known }), EXPECTED.allowed.slice(EXPECTED.paused.length), { promote: "success" });
assert.deepEqual(heard.told(), [ACTIVE, OVER]);
main(policy(TARGET, { windows: US_FROZEN, answer: "pause 2s then roll back" }));
expect("a freeze after which the policy goes back", pipeline({ approvals: ["bob"] }), EXPECTED.sentBack, { "ramp-3": "failure", "back-bad-1": "success" });

main(policy(TARGET, { command: ODD }));
expect("a command reaches the shell as it is written", pipeline({ approvals: ["bob"] }), EXPECTED.allowed.with(1, ODD_TEXT), { promote: "success" });
main(policy(TARGET), repository({ without: ["traffic"] }));
expect("a hook that is missing is found before anything starts", pipeline(), EXPECTED.nothing, { hooks: "failure", build: "skipped" });

main(policy(QUIET));
heard.told();
expect("without a Pushgateway nothing is pushed", pipeline({ approvals: ["bob"] }), EXPECTED.allowed, { promote: "success" });
assert.deepEqual(heard.told(), []);
assert.ok(!fs.readFileSync(path.join(work, ".github/workflows/pipeline-rollout.yml"), "utf8").includes("PUSHGATEWAY"));
main(policy(TARGET));
heard.stop();
const deaf = pipeline({ approvals: ["bob"] });
expect("where nobody can be told the rollout goes on", deaf, EXPECTED.allowed, { promote: "success", over: "success" });
assert.ok(deaf.done.canary.log.includes(UNTOLD(1)) && deaf.done.over.log.includes(UNTOLD(0)), "and says so");

fs.rmSync(root, { recursive: true, force: true });
console.log(`github-actions: ${cases} runs of emitted pipelines end as they must`);
