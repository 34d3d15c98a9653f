// Runs the emitted GitLab job with gitlab-ci-local's shell executor: the real `opsc`, git and shell, a bare origin, a policy on its
// protected branch. Usage: gitlab.mjs (opsc on the PATH)
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const local = path.join(path.dirname(createRequire(import.meta.url).resolve("gitlab-ci-local/package.json")), "dist", "index.js");
assert.ok(fs.existsSync(local), `gitlab-ci-local is missing at ${local}`);

const root = fs.mkdtempSync(path.join(os.tmpdir(), "opsc-gitlab-"));
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

const FROZEN = "window all-of-time : hard { during 2020-01-01T00:00Z .. 2090-01-01T00:00Z }";
const OPEN = "window long-ago : hard { during 2020-01-01T00:00Z .. 2020-01-02T00:00Z }";
const policy = (windows) => `policy shop {
  language 1
  horizon  2020-01-01 .. 2091-01-01
}

region eu { zone "Europe/Dublin" }

tier T0 "Emergency" { examples "outage fix" }
tier T2 "Standard"  { examples "page" }

classify { otherwise T2 }

freeze hard { admit T0; block others }

${windows}

target gitlab-ci { to ".gitlab"; policy "release"; branch "main"; install "command -v opsc > /dev/null # installed" }
`;
const PIPELINE = `include: { local: .gitlab/ops-gate.yml }

deploy:
  extends: .ops-ask
  needs: [ops-gate]
  variables: { OPS_REGIONS: eu }
  script:
    - !reference [.ops-ask, script]
    - echo landed > landed
`;

fs.mkdirSync(path.join(work, "release"), { recursive: true });
run(root, "git", "init", "--quiet", "--bare", "--initial-branch=main", origin);
git("init", "--quiet", "--initial-branch=main");
// The tool wants the address of a host; git reads the bare repository in its place.
git("remote", "add", "origin", "https://gitlab.invalid/acme/shop.git");
git("config", "--global", `url.${origin}.insteadOf`, "https://gitlab.invalid/acme/shop.git");
git("config", "--global", "user.name", "eve");
git("config", "--global", "user.email", "eve@example.com");
git("commit", "--quiet", "--allow-empty", "-m", "first");

function write(name, text) {
  fs.mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
  fs.writeFileSync(path.join(work, name), text);
}

/** Writes the policy on this branch, builds, commits and pushes. */
function branch(name, text) {
  git("checkout", "--quiet", "-B", name, ...(name === "main" ? [] : ["main"]));
  write("release/main.ops", text.replace('to ".gitlab"', 'to "../.gitlab"'));
  write(".gitlab-ci.yml", PIPELINE);
  write(".gitignore", ".gitlab-ci-local/\nops-gate/\nlanded\n");
  write("site/page.md", `page ${Math.random()}\n`);
  run(work, "opsc", "build", "release");
  git("add", "-A");
  git("commit", "--quiet", "-m", "change");
  git("push", "--quiet", "--force", "origin", name);
  git("remote", "set-head", "origin", "main");
}

/** Runs jobs as on a merge request, or on the branch that is checked out. */
function pipeline(jobs, { request = false, before = git("rev-parse", "HEAD~1"), lost = false } = {}) {
  fs.rmSync(path.join(work, ".gitlab-ci-local"), { recursive: true, force: true });
  fs.rmSync(path.join(work, "landed"), { force: true });
  fs.rmSync(path.join(work, "ops-gate"), { recursive: true, force: true });
  const base = git("rev-parse", "main");
  const given = request
    ? { CI_PIPELINE_SOURCE: "merge_request_event", CI_MERGE_REQUEST_DIFF_BASE_SHA: base, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: git("rev-parse", "HEAD") }
    : before && { OPS_BASE: before };
  const variables = Object.entries(given ?? {}).flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
  if (lost) fs.renameSync(origin, `${origin}.lost`);
  const done = spawnSync(process.execPath, [local, "--shell-isolation", ...variables, ...jobs], { cwd: work, encoding: "utf8", env: environment });
  if (lost) fs.renameSync(`${origin}.lost`, origin);
  const said = (done.stdout + done.stderr).split("\n").map((line) => line.slice(0, 200)).join("\n");
  const record = path.join(work, ".gitlab-ci-local", "artifacts", "ops-gate", "ops-gate", "logs", "change_freeze_decision.json");
  return { code: done.status, said, record: fs.existsSync(record) && fs.statSync(record).size > 0 ? JSON.parse(fs.readFileSync(record, "utf8")) : null };
}

let cases = 0;
function expect(title, done, { code, verdict, says }) {
  cases += 1;
  assert.equal(done.code, code, `${title}\n${done.said}`);
  assert.equal(done.record?.verdict, verdict, `${title}: the record is kept\n${done.said}`);
  if (says) assert.ok(done.said.includes(says), `${title}: it says ${says}\n${done.said}`);
}

branch("main", policy(FROZEN));
expect("a freeze blocks a deploy", pipeline(["ops-gate"]), { code: 1, verdict: "block", says: "all-of-time" });
branch("loosen", policy(OPEN));
expect("a merge request that loosens its policy stays blocked", pipeline(["ops-gate"], { request: true }), { code: 1, verdict: "block", says: "all-of-time" });
branch("main", policy(OPEN));
expect("an open calendar lets a deploy through, which asks again", pipeline(["ops-gate", "deploy"]), { code: 0, verdict: "allow" });
expect("a deploy is not judged by its last commit alone", pipeline(["ops-gate"], { before: null }), { code: 1, verdict: undefined, says: "OPS_BASE is missing" });
expect("an old copy of the policy does not judge", pipeline(["ops-gate"], { lost: true }), { code: 1, verdict: undefined, says: "cannot be fetched" });
branch("feature", policy(FROZEN));
expect("a change is not held by what it would freeze itself", pipeline(["ops-gate"], { request: true }), { code: 0, verdict: "allow" });

fs.rmSync(root, { recursive: true, force: true });
console.log(`gitlab-ci: ${cases} pipelines end as they must`);
