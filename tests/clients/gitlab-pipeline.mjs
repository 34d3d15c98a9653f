// Runs emitted GitLab child pipelines whole with gitlab-ci-local's shell executor: the real `opsc`, git and shell, a bare origin, and
// hooks that write down what they were called for. Usage: gitlab-pipeline.mjs (opsc on the PATH)
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { ACTIVE, EXPECTED, FROZEN, ODD, ODD_TEXT, OVER, UNTOLD, US_FROZEN, answers, policy, read, receiver, repository, still, write } from "./story.mjs";

const local = path.join(path.dirname(createRequire(import.meta.url).resolve("gitlab-ci-local/package.json")), "dist", "index.js");
const root = fs.mkdtempSync(path.join(os.tmpdir(), "opsc-gitlab-pipeline-"));
const origin = path.join(root, "origin.git");
const work = path.join(root, "work");
const environment = {
  PATH: process.env.PATH,
  HOME: root,
  TZ: "UTC",
  GIT_AUTHOR_NAME: "eve",
  GIT_AUTHOR_EMAIL: "eve@example.com",
  GIT_COMMITTER_NAME: "eve",
  GIT_COMMITTER_EMAIL: "eve@example.com",
};
const run = (folder, program, ...words) => execFileSync(program, words, { cwd: folder, encoding: "utf8", env: environment, stdio: "pipe" });
const git = (...words) => run(work, "git", ...words).trim();
const QUIET = 'target gitlab-ci { to "../.gitlab"; policy "release"; branch "main"; install "command -v opsc > /dev/null # installed" }';
const heard = receiver(root);
const TARGET = QUIET.replace(" }", `; pushgateway "${heard.address}" }`);

fs.mkdirSync(work);
run(root, "git", "init", "--quiet", "--bare", "--initial-branch=main", origin);
git("init", "--quiet", "--initial-branch=main");
git("remote", "add", "origin", "https://gitlab.invalid/acme/shop.git");
git("config", "--global", `url.${origin}.insteadOf`, "https://gitlab.invalid/acme/shop.git");
git("config", "--global", "user.name", "eve");
git("config", "--global", "user.email", "eve@example.com");
git("commit", "--quiet", "--allow-empty", "-m", "first");
const base = git("rev-parse", "HEAD");

/** What `main` holds from now on, with the policy built. */
function main(text, files = repository()) {
  fs.rmSync(path.join(work, "ops"), { recursive: true, force: true });
  write(work, {
    "release/main.ops": text,
    ".gitignore": ".gitlab-ci-local/\nops-gate/\nops-state/\nops-facts.json\n",
    ".gitlab-ci.yml": "include: [{ local: /.gitlab/ops-gate.yml }, { local: /.gitlab/ops-pipelines.yml }]\n",
    "site/page.md": `page ${Math.random()}\n`,
    ...files,
  });
  run(work, "opsc", "build", "release");
  git("add", "-A");
  git("commit", "--quiet", "-m", "change");
  git("push", "--quiet", "--force", "origin", "main");
  git("remote", "set-head", "origin", "main");
}

const said = path.join(root, "answers");
const plain = (text) => text.replace(/\x1b\[[0-9;]*m/g, "");
/**
 * Runs the child pipeline, or some of its jobs one behind the other; `by` is who starts manual jobs. GitLab starts a job
 * `when: on_failure` where a job of an earlier stage failed; this runner does not where others were skipped, so it is told to.
 */
function pipeline({ one = [[]], ...asked } = {}) {
  let done;
  for (const [position, alone] of one.entries()) {
    const next = jobs({ ...asked, jobs: alone, fresh: asked.fresh !== false && position === 0, kept: position > 0 });
    done = { ...next, said: (done?.said ?? "") + next.said };
    if (done.code !== 0) break;
  }
  if (done.code === 0 || asked.file) return done;
  const emitted = fs.readFileSync(path.join(work, ".gitlab/pipeline-rollout.yml"), "utf8");
  assert.equal(emitted.split("when: on_failure").length, 2);
  fs.writeFileSync(path.join(work, ".gitlab/failed.yml"), emitted.replace("when: on_failure", "when: always"));
  const back = jobs({ file: "failed.yml", jobs: ["back-bad-1"], by: asked.by, fresh: false, kept: true });
  fs.rmSync(path.join(work, ".gitlab/failed.yml"));
  const over = emitted.includes("\nover:\n") ? jobs({ jobs: ["over"], by: asked.by, fresh: false, kept: true }).said : "";
  return { code: done.code, said: done.said + back.said + over, ledger: back.ledger };
}

/** GitLab runs `after_script` in the folder of the job; this runner empties that before, so the script's own shell runs it at its end. */
function afterwards(text) {
  const [whole, script] = /\n  after_script:\n    - \|\n((?:      .*\n)+)/.exec(text) ?? ["", ""];
  if (script === "") return text;
  const status = '      if [ "$?" -eq 0 ]; then CI_JOB_STATUS=success; else CI_JOB_STATUS=failed; fi\n';
  const trap = `      set -e\n      afterwards() {\n${status}${script}      }\n      trap afterwards EXIT\n`;
  return text.replace(whole, "\n").replace("      set -e\n", () => trap);
}

function jobs({ file = "pipeline-rollout.yml", jobs = [], by = "eve", fresh = true, kept = false, undo = "", ...world }) {
  if (fresh) fs.rmSync(path.join(work, ".gitlab-ci-local"), { recursive: true, force: true });
  const variables = { OPS_BASE: base, GITLAB_USER_LOGIN: by, STORE_KEY: "a-secret", OPS_UNDO: undo, ...(kept ? still(said) : answers(said, world)) };
  const words = Object.entries(variables).flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
  const running = path.join(work, ".gitlab/running.yml");
  fs.writeFileSync(running, afterwards(fs.readFileSync(path.join(work, ".gitlab", file), "utf8")));
  const done = spawnSync(process.execPath, [local, "--file", ".gitlab/running.yml", "--shell-isolation", ...words, ...jobs], { cwd: work, encoding: "utf8", env: environment });
  fs.rmSync(running);
  return { code: done.status, said: plain(done.stdout + done.stderr), ledger: read(said) };
}

let cases = 0;
function expect(title, done, wanted, code) {
  cases += 1;
  assert.deepEqual(done.ledger, wanted, `${title}\n${done.said.slice(-6000)}`);
  assert.equal(done.code, code, `${title}\n${done.said.slice(-6000)}`);
}

const AFTER = [["ramp-1"], ["ramp-2"], ["ramp-3"], ["ramp-4"], ["promote"]];
/** Up to the approval by whoever starts the pipeline, then the approval and what is behind it by `by`. */
function approved(by) {
  const first = pipeline();
  const then = pipeline({ by, fresh: false, one: [["approve-ramp-1"], ...AFTER] });
  return { code: then.code, said: first.said + then.said, ledger: [...first.ledger, ...then.ledger] };
}

main(policy(TARGET));
// Real GitLab waits at the manual job; this runner does not, and the job behind it refuses by itself.
expect("nothing behind a manual approval begins", pipeline(), EXPECTED.unapproved, 1);
heard.told();
expect("a canary that is bad goes back, and recovers", pipeline({ errorRate: "8%" }), EXPECTED.failing, 1);
assert.deepEqual(heard.told(), [ACTIVE, OVER]);
expect("one that does not recover is an incident, and writes come back", pipeline({ errorRate: "8%", stays: true }), EXPECTED.lost, 1);
expect("what started must be what was made", pipeline({ indexHash: "i2" }), EXPECTED.otherPins, 1);
heard.told();
expect("approved, an open calendar lets it through, step by step", approved("ada"), EXPECTED.allowed, 0);
assert.deepEqual(heard.told(), [ACTIVE, OVER, ACTIVE, OVER]);
expect("who started it does not approve it", approved("eve"), EXPECTED.unapproved, 1);
expect("nor does somebody without the role", approved("mallory"), EXPECTED.unapproved, 1);
heard.told();
expect("a way back by hand asks nobody", pipeline({ file: "rollback-bad.yml", undo: "expand" }), EXPECTED.failing.slice(EXPECTED.unapproved.length), 0);
assert.deepEqual(heard.told(), [OVER]);

main(policy(TARGET, { windows: FROZEN }));
expect("a freeze refuses the first change, and takes nothing back", pipeline(), EXPECTED.blocked, 1);
assert.deepEqual(heard.told(), [OVER]);
main(policy(TARGET, { windows: US_FROZEN }));
expect("a freeze half-way stops it where it is", approved("bob"), EXPECTED.paused, 1);
assert.deepEqual(heard.told(), [ACTIVE, OVER, ACTIVE, OVER]);
main(policy(TARGET));
expect("a job that was refused, tried again, goes on from there", pipeline({ fresh: false, by: "bob", one: AFTER.slice(2) }), EXPECTED.allowed.slice(EXPECTED.paused.length), 0);
assert.deepEqual(heard.told(), [ACTIVE, OVER]);
main(policy(TARGET, { windows: US_FROZEN, answer: "pause 2s then roll back" }));
expect("a freeze after which the policy goes back", approved("bob"), EXPECTED.sentBack, 1);

main(policy(TARGET, { command: ODD }));
expect("a command reaches the shell as it is written", pipeline(), EXPECTED.unapproved.with(1, ODD_TEXT), 1);
main(policy(TARGET), repository({ without: ["traffic"] }));
expect("a hook that is missing is found before anything starts", pipeline(), EXPECTED.nothing, 1);

main(policy(QUIET));
heard.told();
expect("without a Pushgateway nothing is pushed", approved("bob"), EXPECTED.allowed, 0);
assert.deepEqual(heard.told(), []);
assert.ok(!fs.readFileSync(path.join(work, ".gitlab/pipeline-rollout.yml"), "utf8").includes("PUSHGATEWAY"));
main(policy(TARGET));
heard.stop();
const deaf = approved("bob");
expect("where nobody can be told the rollout goes on", deaf, EXPECTED.allowed, 0);
assert.ok(deaf.said.includes(UNTOLD(1)) && deaf.said.includes(UNTOLD(0)), "and says so");

fs.rmSync(root, { recursive: true, force: true });
console.log(`gitlab-ci: ${cases} runs of emitted pipelines end as they must`);
