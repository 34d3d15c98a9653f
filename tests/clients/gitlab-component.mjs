// Runs the GitLab component of this repository with gitlab-ci-local's shell executor: included with inputs, on merge requests, with the
// real `opsc` and git; GitLab's API is a file. Usage: gitlab-component.mjs ROOT (opsc on the PATH)
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const template = path.join(process.argv[2], "templates", "opsc", "template.yml");
const local = path.join(path.dirname(createRequire(import.meta.url).resolve("gitlab-ci-local/package.json")), "dist", "index.js");
const root = fs.mkdtempSync(path.join(os.tmpdir(), "opsc-component-"));
const work = path.join(root, "work");
const bin = path.join(root, "bin");
const sent = path.join(root, "sent");
const notes = path.join(root, "notes.json");
const environment = { PATH: `${bin}:${process.env.PATH}`, HOME: root, TZ: "UTC" };
for (const role of ["AUTHOR", "COMMITTER"]) Object.assign(environment, { [`GIT_${role}_NAME`]: "eve", [`GIT_${role}_EMAIL`]: "eve@example.com" });
const run = (folder, program, ...words) => execFileSync(program, words, { cwd: folder, encoding: "utf8", env: environment, stdio: "pipe" });
const git = (...words) => run(work, "git", ...words).trim();

fs.mkdirSync(bin);
// The token comes by standard input, where no list of processes shows it.
fs.writeFileSync(
  path.join(bin, "curl"),
  `#!/bin/sh
grep -q 'PRIVATE-TOKEN: secret"' || exit 22
case "$*" in *secret*) exit 23 ;; *--request*) echo "$*" >> ${sent} ;; *) cat ${notes} ;; esac
`,
  { mode: 0o755 },
);

const policy = (window) => `policy shop {
  language 1
  horizon  2020-01-01 .. 2091-01-01
}

region eu { zone "Europe/Dublin" }
tier T0 "Emergency" { examples "outage fix" }
tier T2 "Standard"  { examples "page" }
classify { otherwise T2 }
freeze hard { admit T0; block others }
${window}

target json { to "out" }
`;
const FROZEN = policy("window always : hard { during 2020-01-01T00:00Z .. 2090-01-01T00:00Z }");
const OPEN = policy("window long-ago : hard { during 2020-01-01T00:00Z .. 2020-01-02T00:00Z }");

fs.mkdirSync(path.join(work, "release"), { recursive: true });
git("init", "--quiet", "--initial-branch=main");
git("remote", "add", "origin", "https://gitlab.invalid/acme/shop.git");
git("config", "--global", "user.name", "eve");
git("config", "--global", "user.email", "eve@example.com");

function commit(branch, text, { build = true, inputs = {} } = {}) {
  git("checkout", "--quiet", "-B", branch, ...(branch === "main" ? [] : ["main"]));
  fs.writeFileSync(path.join(work, "release", "main.ops"), text);
  fs.copyFileSync(template, path.join(work, "opsc.yml"));
  fs.writeFileSync(path.join(work, ".gitignore"), ".gitlab-ci-local/\nopsc-*\ngl-*\n");
  const given = { image: "any", policy: "release", ...inputs };
  fs.writeFileSync(path.join(work, ".gitlab-ci.yml"), `include: [{ local: opsc.yml, inputs: ${JSON.stringify(given)} }]\n`);
  if (build) run(work, "opsc", "build", "release");
  git("add", "-A");
  git("commit", "--quiet", "--allow-empty", "-m", branch);
}

let cases = 0;
function job(name, { token = false } = {}) {
  cases += 1;
  fs.rmSync(path.join(work, ".gitlab-ci-local"), { recursive: true, force: true });
  fs.rmSync(sent, { force: true });
  const variables = { CI_PIPELINE_SOURCE: "merge_request_event", CI_MERGE_REQUEST_DIFF_BASE_SHA: git("rev-parse", "main"), CI_MERGE_REQUEST_IID: "7", CI_PROJECT_ID: "3", CI_API_V4_URL: "https://gitlab.invalid/api/v4" };
  if (token) variables.OPSC_API_TOKEN = "secret";
  const words = Object.entries(variables).flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
  const done = spawnSync(process.execPath, [local, "--shell-isolation", "--force-shell-executor", ...words, name], { cwd: work, encoding: "utf8", env: environment });
  const kept = (file) => {
    const folder = path.join(work, ".gitlab-ci-local");
    const found = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }).find((one) => path.basename(one) === file) : undefined;
    return found ? fs.readFileSync(path.join(folder, found), "utf8") : "";
  };
  const requests = fs.existsSync(sent) ? fs.readFileSync(sent, "utf8").trim().split("\n").map((line) => line.match(/--request (\w+) .* (\S+)$/).slice(1)) : [];
  return { code: done.status, said: done.stdout + done.stderr, kept, requests };
}
const expect = (done, code, ...says) => {
  assert.equal(done.code, code, done.said);
  for (const words of says) assert.match(done.said, words);
};

commit("main", FROZEN);
for (const name of ["opsc-check", "opsc-build", "opsc-diff"]) expect(job(name), 0, /opsc 0\./);

commit("wider", OPEN);
fs.writeFileSync(notes, JSON.stringify([{ id: 1, body: "hello" }]));
let done = job("opsc-diff");
expect(done, 0, /newly allowed/);
assert.match(done.kept("opsc-diff.md"), /newly allowed/);
const place = "https://gitlab.invalid/api/v4/projects/3/merge_requests/7/notes";
assert.deepEqual(job("opsc-diff", { token: true }).requests, [["POST", place]]);
fs.writeFileSync(notes, JSON.stringify([{ id: 1, body: "hello" }, { id: 42, body: "<!-- opsc diff: release -->\nbefore" }]));
assert.deepEqual(job("opsc-diff", { token: true }).requests, [["PUT", `${place}/42`]]);
commit("stricter", OPEN, { inputs: { wider: "fail" } });
expect(job("opsc-diff"), 1, /something may land that could not before/);

commit("stale", FROZEN.replace("Standard", "Usual"), { build: false });
expect(job("opsc-build"), 1, /out of date/);
commit("broken", FROZEN.replace("Europe/Dublin", "Europe/Dubin"), { build: false });
done = job("opsc-check");
expect(done, 1, /error\[unknown-zone\]/);
const [issue] = JSON.parse(done.kept("gl-code-quality-report.json"));
assert.deepEqual([issue.check_name, issue.location.path], ["unknown-zone", "release/main.ops"]);

commit("nasty", FROZEN, { inputs: { policy: "$(touch harmed)" } });
assert.notEqual(job("opsc-check").code, 0);
assert.ok(!fs.existsSync(path.join(work, "harmed")));
fs.rmSync(root, { recursive: true, force: true });
console.log(`component jobs: ${cases}`);
