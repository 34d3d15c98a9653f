// Runs the emitted GitHub job for real: a bare origin, a policy on its protected branch, pull requests of several kinds, the
// real `opsc`, git and bash; GitHub's own evaluator reads every expression. Usage: github.mjs (opsc on the PATH)
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runJob } from "./runner.mjs";

const stubs = process.env.OPSC_STUBS ?? path.join(path.dirname(fileURLToPath(import.meta.url)), "stubs");
const root = fs.mkdtempSync(path.join(os.tmpdir(), "opsc-github-"));
const environment = {
  PATH: `${stubs}:${process.env.PATH}`,
  HOME: root,
  TZ: "UTC",
  CI: "true",
  GIT_AUTHOR_NAME: "ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "forge",
  GIT_COMMITTER_EMAIL: "forge@example.com",
};
const run = (folder, program, ...words) => execFileSync(program, words, { cwd: folder, encoding: "utf8", env: environment, stdio: "pipe" });
const git = (folder, ...words) => run(folder, "git", ...words).trim();

const FROZEN = "window all-of-time : hard { during 2020-01-01T00:00Z .. 2090-01-01T00:00Z }";
const OPEN = "window long-ago : hard { during 2020-01-01T00:00Z .. 2020-01-02T00:00Z }";
// The text of a reason that would do harm wherever it is pasted: into a shell, a workflow, a summary.
const NASTY = "'; touch harmed; echo $(touch harmed) `touch harmed` ${{ github.token }} </details> ::set-output name=x::y";
const policy = (windows, tail = "") => `policy shop {
  language 1
  horizon  2020-01-01 .. 2091-01-01
}

region eu { zone "Europe/Dublin" }
component site  { paths "site/**" }
component index { paths "index/**" }

role lead { members "ada", "bob" }

tier T0 "Emergency" { examples "outage fix" }
tier T2 "Standard"  { examples "page"; approve 1 of lead }

classify { otherwise T2 }

freeze hard { admit T0; block others }

${windows}

target github-actions { to ".github/workflows"; branch "main"; install "command -v opsc > /dev/null # installed" }
${tail}`;

const origin = path.join(root, "origin.git");
const work = path.join(root, "work");
fs.mkdirSync(work);
git(root, "init", "--quiet", "--bare", "--initial-branch=main", origin);
git(work, "init", "--quiet", "--initial-branch=main");
git(work, "remote", "add", "origin", origin);

function write(files) {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
    fs.writeFileSync(path.join(work, name), text);
  }
}

/** What `main` holds from now on, built by `opsc build` where it can be. */
function main(text, { build = true } = {}) {
  git(work, "checkout", "--quiet", "-B", "main");
  write({ "main.ops": text, "site/page.md": `page ${Math.random()}\n` });
  if (build) run(work, "opsc", "build");
  git(work, "add", "-A");
  git(work, "commit", "--quiet", "-m", "policy");
  git(work, "push", "--quiet", "--force", "origin", "main");
  return git(work, "rev-parse", "HEAD");
}

let number = 0;
/** A pull request against `main` with these files; from a fork its commits are in the origin only as refs/pull. */
function pullRequest(files, { fork = false, reviews = [], labels = [], build = false, login = "eve" } = {}) {
  number += 1;
  const base = git(work, "rev-parse", "main");
  git(work, "checkout", "--quiet", "-B", `change-${number}`, "main");
  write(files);
  if (build) run(work, "opsc", "build");
  git(work, "add", "-A");
  git(work, "-c", "user.name=eve", "-c", "user.email=eve@example.com", "commit", "--quiet", "--author=eve <eve@example.com>", "-m", "change");
  const head = git(work, "rev-parse", "HEAD");
  git(work, "push", "--quiet", "origin", fork ? `HEAD:refs/pull/${number}/head` : `HEAD:refs/heads/change-${number}`);
  git(work, "checkout", "--quiet", "main");
  const pull = {
    number,
    state: "open",
    user: { login: "eve" },
    head: { ref: `change-${number}`, sha: head },
    base: { ref: "main", sha: base },
    labels: labels.map((name) => ({ name })),
  };
  const given = reviews.map(([login, state], index) => ({
    id: index + 1,
    user: { login },
    state,
    commit_id: head,
    submitted_at: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, "Z"),
  }));
  const commits = [{ sha: head, author: { login }, committer: null }];
  return { pull, reviews: given, commits, head, base };
}

const known = () => git(work, "show", "main:.github/workflows/ops-gate.yml");

/** Runs the gate as GitHub would for a pull request; `edited` runs the workflow file of the change itself. */
function gate({ pull, reviews, commits }, { answers = {}, inputs = {}, event = {}, edited = false, on = "pull_request", sha } = {}) {
  const place = fs.mkdtempSync(path.join(root, "run-"));
  const folder = (name) => {
    const made = path.join(place, name);
    fs.mkdirSync(made);
    return made;
  };
  const api = folder("answers");
  const repository = "acme/shop";
  if (pull) {
    const all = {
      [`repos/${repository}/pulls/${pull.number}`]: pull,
      [`repos/${repository}/pulls/${pull.number}/reviews`]: reviews,
      [`repos/${repository}/pulls/${pull.number}/commits`]: commits,
      [`repos/${repository}/issues/${pull.number}/events`]: pull.labels.map((label) => ({ event: "labeled", label, actor: { login: "bob" } })),
      ...answers,
    };
    for (const [name, answer] of Object.entries(all)) {
      if (answer === null) continue;
      const file = path.join(api, `${name}.json`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, JSON.stringify(answer));
    }
  }
  const workflow = path.join(place, "ops-gate.yml");
  fs.writeFileSync(workflow, edited ? git(work, "show", `${pull.head.sha}:.github/workflows/ops-gate.yml`) : known());
  const github = {
    event_name: pull ? on : "push",
    repository,
    sha: sha ?? (pull ? pull.head.sha : git(work, "rev-parse", "main")),
    token: "a-token",
    job: "gate",
    run_attempt: "1",
    event: { repository: { default_branch: "main" }, ...(pull && on === "pull_request" ? { pull_request: pull } : {}), ...event },
  };
  const done = runJob(workflow, "gate", {
    github,
    inputs,
    origin,
    workspace: folder("workspace"),
    temporary: folder("temporary"),
    artifacts: folder("artifacts"),
    environment: { ...environment, GH_ANSWERS: api },
  });
  const harmed = fs.readdirSync(place, { recursive: true }).filter((name) => path.basename(name) === "harmed");
  assert.deepEqual(harmed, [], "text of a policy or a change was run as a command");
  const kept = fs.readdirSync(path.join(place, "artifacts"));
  const artifact = kept.length === 1 ? path.join(place, "artifacts", kept[0]) : null;
  const record = artifact && path.join(artifact, "logs", "change_freeze_decision.json");
  return { ...done, artifact, record: record && fs.existsSync(record) && fs.statSync(record).size > 0 ? JSON.parse(fs.readFileSync(record, "utf8")) : null };
}

let cases = 0;
function expect(title, done, { result, verdict, reason }) {
  cases += 1;
  const got = { result: done.result, verdict: done.outputs.verdict };
  assert.deepEqual(got, { result, verdict }, `${title}\n${done.log}`);
  assert.ok(done.artifact, `${title}: record and summary are kept\n${done.log}`);
  if (verdict === "undecided") return;
  assert.equal(done.record.verdict, verdict, `${title}: the record says so too`);
  assert.ok(done.summary.length > 0, `${title}: the job has a summary`);
  assert.ok(fs.existsSync(path.join(done.artifact, "logs", "decisions.jsonl")), `${title}: the log is kept`);
  assert.equal(done.record.simulated, false, `${title}: by the clock`);
  if (reason) assert.ok(JSON.stringify(done.record.reasons).includes(reason), `${title}: the record names ${reason}`);
}

main(policy(FROZEN));
const blocked = { result: "failure", verdict: "block", reason: "all-of-time" };
expect("a freeze blocks", gate(pullRequest({ "site/page.md": "new\n" }, { reviews: [["ada", "APPROVED"]] })), blocked);
expect("a fork is judged alike", gate(pullRequest({ "site/page.md": "fork\n" }, { fork: true })), blocked);
expect("a pull request that loosens its policy stays blocked", gate(pullRequest({ "main.ops": policy(OPEN) }, { build: true, reviews: [["ada", "APPROVED"]] })), blocked);
expect(
  "nor does it help to hand a looser gate along",
  gate(pullRequest({ "main.ops": policy(OPEN), ".github/actions/ops-gate/action.yml": "name: x\ndescription: x\ninputs: {}\noutputs: {}\nruns: { using: composite, steps: [] }\n" })),
  blocked,
);
expect("names of files are not commands", gate(pullRequest({ "site/$(touch harmed)`touch harmed`;'\".md": "x\n" })), blocked);
expect(
  "nor are labels and branches",
  gate((() => {
    const made = pullRequest({ "site/page.md": "label\n" }, { labels: ["$(touch harmed)", "${{ github.token }}"] });
    made.pull.head.ref = "x; touch harmed";
    made.pull.title = "$(touch harmed)";
    return made;
  })()),
  blocked,
);
expect("what cannot be read decides nothing", gate(pullRequest({ "site/page.md": "y\n" }), { answers: { "repos/acme/shop/pulls/7": { not: "a pull request" } } }), { result: "failure", verdict: "undecided" });

main(policy(FROZEN.replace(" }", `; because ${JSON.stringify(NASTY)} }`)));
expect("a reason is text wherever it is shown", gate(pullRequest({ "site/page.md": "z\n" })), blocked);

main(policy(OPEN));
expect("an approval is missing", gate(pullRequest({ "site/page.md": "1\n" })), { result: "failure", verdict: "pending" });
expect("an approved change may land", gate(pullRequest({ "site/page.md": "2\n" }, { reviews: [["ada", "APPROVED"]] })), { result: "success", verdict: "allow" });
expect("one who asks for changes is heard", gate(pullRequest({ "site/page.md": "3\n" }, { reviews: [["ada", "APPROVED"], ["bob", "CHANGES_REQUESTED"]] })), { result: "failure", verdict: "block" });
expect("nobody approves their own", gate((() => {
  const made = pullRequest({ "site/page.md": "4\n" }, { reviews: [["ada", "APPROVED"]] });
  made.pull.user.login = "ada";
  return made;
})()), { result: "failure", verdict: "pending" });
expect("nor is a commit by another name's account", gate(pullRequest({ "site/page.md": "7\n" }, { login: "ada", reviews: [["ada", "APPROVED"]] })), { result: "failure", verdict: "pending" });
expect(
  "a deploy asks about its regions",
  gate({}, { inputs: { action: "deploy", regions: "eu nowhere", base: git(work, "rev-parse", "main^") } }),
  { result: "failure", verdict: "block", reason: "nowhere" },
);

const merged = pullRequest({ "site/page.md": "6\n" }, { reviews: [["bob", "APPROVED"]] });
const deploy = { action: "deploy", "pull-request": String(merged.pull.number), base: merged.base };
const queued = { head_ref: `refs/heads/gh-readonly-queue/main/pr-${merged.pull.number}-${merged.base}`, base_sha: merged.base, head_sha: merged.head };
expect("a merge queue asks with the pull request's reviews", gate(merged, { on: "merge_group", event: { merge_group: queued } }), { result: "success", verdict: "allow" });
expect(
  "a deploy of a pull request counts its reviews",
  gate(merged, { on: "push", inputs: deploy }),
  { result: "success", verdict: "allow" },
);
git(work, "merge", "--quiet", "--squash", merged.head);
git(work, "commit", "--quiet", "-m", "squashed");
git(work, "push", "--quiet", "origin", "main");
const squashed = git(work, "rev-parse", "main");
const undecided = { result: "failure", verdict: "undecided" };
expect("another commit borrows no reviews", gate(merged, { on: "push", sha: squashed, inputs: deploy }), undecided);
merged.pull.merge_commit_sha = squashed;
expect("what it was merged as has its reviews", gate(merged, { on: "push", sha: squashed, inputs: deploy }), { result: "success", verdict: "allow" });
expect("a deploy is not judged by its last commit alone", gate({}, { inputs: { action: "deploy" } }), undecided);
expect("nor from where a pull request began", gate(merged, { inputs: { action: "deploy" } }), undecided);
expect("a number is a number", gate({}, { inputs: { ...deploy, "pull-request": "1/../2" } }), undecided);

main("policy shop { language 1\n", { build: false });
expect("a broken policy decides nothing", gate(pullRequest({ "site/page.md": "5\n" })), { result: "failure", verdict: "undecided" });

fs.rmSync(root, { recursive: true, force: true });
console.log(`github-actions: ${cases} runs of the emitted job end as they must`);
