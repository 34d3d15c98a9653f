// Runs the composite action of this repository for real, on pull requests against a bare origin: every expression by GitHub's own
// evaluator, every step by bash, with the real `opsc` and git; GitHub's answers come from files. Usage: review.mjs ROOT (opsc on the PATH)
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runJob } from "./runner.mjs";

const source = process.argv[2];
const stubs = process.env.OPSC_STUBS ?? path.join(path.dirname(fileURLToPath(import.meta.url)), "stubs");
const root = fs.mkdtempSync(path.join(os.tmpdir(), "opsc-review-"));
const environment = { PATH: `${stubs}:${process.env.PATH}`, HOME: root, TZ: "UTC", CI: "true", ACTION_SOURCE: source };
for (const role of ["AUTHOR", "COMMITTER"]) Object.assign(environment, { [`GIT_${role}_NAME`]: "eve", [`GIT_${role}_EMAIL`]: "eve@example.com" });
const run = (folder, program, ...words) => execFileSync(program, words, { cwd: folder, encoding: "utf8", env: environment, stdio: "pipe" });
const git = (...words) => run(work, "git", ...words).trim();

const policy = (window) => `policy shop {
  language 1
  horizon  2020-01-01 .. 2091-01-01
}

region eu { zone "Europe/Dublin" }
component site { paths "site/**" }

tier T0 "Emergency" { examples "outage fix" }
tier T2 "Standard"  { examples "page" }

classify { otherwise T2 }

freeze hard { admit T0; block others }

${window}

target json { to "out" }
`;
const FROZEN = policy("window always : hard { during 2020-01-01T00:00Z .. 2090-01-01T00:00Z }");
const OPEN = policy("window long-ago : hard { during 2020-01-01T00:00Z .. 2020-01-02T00:00Z }");
const WORKFLOW = `jobs:
  review:
    outputs:
      sarif: \${{ steps.review.outputs.sarif }}
      outcome: \${{ steps.review.outputs.outcome }}
      verdict: \${{ steps.review.outputs.verdict }}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
        with: { ref: "\${{ github.event.pull_request.head.sha }}", persist-credentials: "false" }
      - run: mkdir .opsc-action && cp -r "$ACTION_SOURCE"/{action.yml,action,Cargo.toml,Cargo.lock,src,grammar,stdlib,docs} .opsc-action/
      - id: review
        uses: ./.opsc-action
        with: WITH
`;

const origin = path.join(root, "origin.git");
const work = path.join(root, "work");
fs.mkdirSync(work);
run(root, "git", "init", "--quiet", "--bare", "--initial-branch=main", origin);
git("init", "--quiet", "--initial-branch=main");
git("remote", "add", "origin", origin);

function commit(branch, files, { build = true } = {}) {
  git("checkout", "--quiet", "-B", branch, ...(branch === "main" ? [] : ["main"]));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
    fs.writeFileSync(path.join(work, name), text);
  }
  if (build) run(work, "opsc", "build");
  git("add", "-A");
  git("commit", "--quiet", "--allow-empty", "-m", branch);
  git("push", "--quiet", "--force", "origin", branch);
  return git("rev-parse", "HEAD");
}

let cases = 0;
/** The action on a pull request from this commit, with what the host was sent. */
function review(head, given = {}, { comments = [], readOnly = false, path: before } = {}) {
  cases += 1;
  const place = fs.mkdtempSync(path.join(root, "run-"));
  const folder = (name) => (fs.mkdirSync(path.join(place, name)), path.join(place, name));
  const answers = folder("answers");
  const base = git("rev-parse", "main");
  const pull = { number: 7, state: "open", user: { login: "eve" }, head: { ref: "change", sha: head }, base: { ref: "main", sha: base }, labels: [] };
  const api = { "pulls/7": pull, "pulls/7/reviews": [], "pulls/7/commits": [{ sha: head, author: { login: "eve" }, committer: null }], "issues/7/events": [], "issues/7/comments": comments };
  for (const [name, answer] of Object.entries(api)) {
    const file = path.join(answers, `repos/acme/shop/${name}.json`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(answer));
  }
  const workflow = path.join(place, "review.yml");
  fs.writeFileSync(workflow, WORKFLOW.replace("WITH", JSON.stringify({ opsc: "opsc", ...given })));
  const done = runJob(workflow, "review", {
    github: { event: { pull_request: pull }, event_name: "pull_request", repository: "acme/shop", sha: head, token: "t" },
    origin,
    workspace: folder("workspace"),
    temporary: folder("temporary"),
    artifacts: folder("artifacts"),
    environment: { ...environment, GH_ANSWERS: answers, ...(readOnly ? { GH_READ_ONLY: "yes" } : {}), ...(before ? { PATH: `${before}:${environment.PATH}` } : {}) },
  });
  const sent = path.join(answers, "sent.jsonl");
  const harmed = fs.readdirSync(place, { recursive: true }).filter((name) => path.basename(name) === "harmed");
  assert.deepEqual(harmed, [], done.log);
  return { ...done, sent: fs.existsSync(sent) ? fs.readFileSync(sent, "utf8").trim().split("\n").map((line) => JSON.parse(line)) : [] };
}
const expect = (done, result, ...says) => {
  assert.equal(done.result, result, done.log);
  for (const words of says) assert.match(done.log + done.summary, words);
};

commit("main", { "main.ops": FROZEN, "site/page.md": "page\n" });

// A change that leaves the policy alone: nothing to say.
const page = commit("page", { "site/page.md": "another\n" });
let done = review(page);
expect(done, "success", /opsc 0\./);
assert.deepEqual([done.outputs.outcome, done.sent], ["same", []]);
assert.equal(JSON.parse(fs.readFileSync(done.outputs.sarif, "utf8")).runs[0].results.length, 0);

// A policy that newly allows: said once, then brought up to date; a fork's token may not write.
const wider = commit("wider", { "main.ops": OPEN });
done = review(wider);
expect(done, "success");
assert.equal(done.outputs.outcome, "wider");
assert.deepEqual(done.sent.map(({ method, path }) => [method, path]), [["POST", "repos/acme/shop/issues/7/comments"]]);
const [{ body }] = done.sent;
assert.ok(body.startsWith("<!-- opsc diff: . -->\n") && body.includes("| newly allowed | T2 in eu (site)") && done.summary.includes(body.split("\n")[1]), body);
const comments = [{ id: 1, body: "hello" }, { id: 42, body }];
done = review(wider, {}, { comments });
assert.deepEqual(done.sent.map(({ method, path }) => [method, path]), [["PATCH", "repos/acme/shop/issues/comments/42"]]);
done = review(page, {}, { comments });
assert.deepEqual(done.sent.map(({ method }) => method), ["PATCH"]);
expect(review(wider, {}, { readOnly: true }), "success", /::notice::the comment could not be written/);
expect(review(wider, { wider: "fail" }), "failure", /::error::with this policy something may land/);
assert.deepEqual(review(wider, { comment: "false" }).sent, []);

// Files that were not built again, and a policy with a mistake: each speaks, whatever the other found.
const stale = commit("stale", { "main.ops": FROZEN.replace("site/**", "pages/**") }, { build: false });
expect(review(stale), "failure", /::error::files made from the policy are out of date/);
const broken = commit("broken", { "main.ops": FROZEN.replace("Europe/Dublin", "Europe/Dubin") }, { build: false });
done = review(broken, { run: "check" });
expect(done, "failure", /::error file=main\.ops,line=6,.*title=unknown-zone/);
assert.equal(JSON.parse(fs.readFileSync(done.outputs.sarif, "utf8")).runs[0].results[0].ruleId, "unknown-zone");

// The gate: judged by the policy of the branch, not by the change's own.
for (const head of [page, wider]) {
  done = review(head, { run: "gate" });
  expect(done, "failure", /always/);
  assert.equal(done.outputs.verdict, "block");
}
commit("main", { "main.ops": OPEN });
done = review(commit("page", { "site/page.md": "a third\n" }), { run: "gate" });
expect(done, "success");
assert.equal(done.outputs.verdict, "allow");
done = review(git("rev-parse", "page"), { run: "gate", base: "0".repeat(40) });
expect(done, "failure", /::error::there is no commit whose policy could judge/);
assert.equal(done.outputs.verdict, "undecided");

// What a caller hands over is a value, never a command.
const NASTY = "$(touch harmed)'; touch harmed; \"`touch harmed`";
for (const input of ["policy", "base", "action", "environment", "wider", "strict", "opsc"]) review(page, { run: "check build diff gate", [input]: NASTY });

// Built from the action's own source, by a cargo that takes no time.
const built = path.join(root, "built");
fs.mkdirSync(built);
fs.writeFileSync(path.join(built, "cargo"), `#!/bin/sh
[ "$1 $2 $3 $4 $5" = "build --release --locked --bin opsc" ] && test -f Cargo.lock && mkdir -p "$7/release" && cp "$(command -v opsc)" "$7/release/opsc"
`, { mode: 0o755 });
done = review(git("rev-parse", "page"), { run: "check", opsc: "" }, { path: built });
expect(done, "success", /uses actions\/cache@.*opsc-Linux-X64-[0-9a-f]{64}/);
fs.rmSync(root, { recursive: true, force: true });
console.log(`pull requests: ${cases}`);
