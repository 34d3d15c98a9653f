// The story that both CI targets are held against: a service of two regions, what its repository's hooks do, and what must be
// found in the ledger that every hook and command writes a line to.
import fs from "node:fs";
import path from "node:path";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
// Commands are code by intention; everything in them reaches the shell as it is written, and nothing reads it before.
export const ODD_TEXT = 'odd ${{ github.token }} $$ ${HOME} $HOME {{ x }} %PATH% \\n "q" @{mark}';
export const ODD = `printf '%s\\n' '${ODD_TEXT}' >> "$LEDGER"`;

const ledger = (line) => `echo \\"${line}\\" >> \\"$LEDGER\\"`;

export const FROZEN = "window all-of-time : hard { during 2020-01-01T00:00Z .. 2090-01-01T00:00Z }";
export const OPEN = "window long-ago : hard { during 2020-01-01T00:00Z .. 2020-01-02T00:00Z }";
export const US_FROZEN = "window us-freeze : hard { during 2020-01-01T00:00Z .. 2090-01-01T00:00Z; regions us; on deploy, promote }";

/** The policy; `target` is a declaration of the target. */
export const policy = (target, { windows = OPEN, answer = "pause", command = 'echo "test" >> "$LEDGER"' } = {}) => `policy shop {
  language 1
  horizon  2020-01-01 .. 2091-01-01
}

region eu { zone "Europe/Dublin" }
region us { zone "America/New_York" }
component site { paths "site/**" }
service shop-api { components site }
environment production { vars STORE = "a $STORE \${{ github.token }} 'b'" ; secrets store-key }

role lead { members "ada", "bob" }

tier T0 "Emergency" { examples "outage fix" }
tier T2 "Standard"  { examples "page" }
classify { otherwise T2 }
freeze hard { admit T0; block others }

${windows}

metric error-rate : ratio { better lower; no-data hold }
gate slo { require error-rate <= 1% over 1s }
pins carried { has release-id, index-hash }
lock schema because "one schema"
severity S1 "Everybody" { impact "all" }

pipeline rollout for shop-api {
  on freeze { hard: ${answer}; otherwise pause }
  on failure rollback bad
  stage build { run "${ledger("build")}; printf 'image=%s\\nrelease-id=r1\\nindex-hash=i1\\n' ${DIGEST} > \\"$OPS_MADE\\""; produces image, carried; timeout 5m }
  stage test { after build; run ${JSON.stringify(command)}; timeout 5m }
  stage expand { after test; run "${ledger("expand in $STORE with $STORE_KEY")}"; undo "${ledger("undo expand")}"; environment production; holds schema; timeout 5m }
  stage boot : deploy { after expand; environment production; expects image, carried; run "${ledger("deploy $PIN_IMAGE")}; ./found"; timeout 5m }
  stage canary { after boot; environment production; traffic 5% hold 2s; regions eu; gate slo; timeout 2m }
  stage ramp { after canary; environment production; approve 1 of lead; traffic 50%, 100% hold 1s; regions eu then us soak 1s; gate slo; timeout 5m }
  stage promote { after ramp; expects image; run "${ledger("promote $PIN_IMAGE")}; ./found"; timeout 5m }
}

lever back-to-blue { flips selector "live"; run "${ledger("pull blue")}; ./lever"; within 1m }
lever flag-off     { flips flag "new"; within 10s }

rollback bad for rollout {
  when error-rate > 5% over 1m
  do {
    capture carried
    freeze-writes
    pull fastest of back-to-blue, flag-off
    rotate-cache
    hold 1s until recovered at most 3s else incident S1
  }
  finally { unfreeze-writes }
  recovered within 1m when error-rate < 2% over 1m
}

${target}
`;

const HOOKS = {
  ready: 'echo "ready $1" >> "$LEDGER"',
  capture: 'echo "capture $OPS_VERSIONS" >> "$LEDGER"',
  "freeze-writes": 'echo "freeze-writes" >> "$LEDGER"',
  "unfreeze-writes": 'echo "unfreeze-writes" >> "$LEDGER"',
  "rotate-cache": 'echo "rotate-cache" >> "$LEDGER"',
  incident: 'echo "incident $1" >> "$LEDGER"',
  pull: 'echo "pull $1" >> "$LEDGER"; [ ! -e "$ANSWERS/no-$1" ] && if [ ! -e "$ANSWERS/stays" ]; then echo 0.1% > "$ANSWERS/error-rate"; fi',
  traffic: 'echo "traffic $* in $OPS_REGIONS" >> "$LEDGER"',
  measure: 'now=$(date +%s); echo "time,metric,value"; for at in $(seq $((now - 2)) $((now + 5))); do echo "$(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ),error-rate,$(cat "$ANSWERS/error-rate")"; done',
};

/** Files of the repository beside the policy: hooks, and what runs where it is deployed. */
export function repository({ without = [] } = {}) {
  const files = {
    found: `#!/usr/bin/env bash\nprintf 'image=%s\\nrelease-id=r1\\nindex-hash=%s\\n' ${DIGEST} "$(cat "$ANSWERS/index-hash")" > "$OPS_FOUND"\n`,
    lever: "#!/usr/bin/env bash\ntrue\n",
  };
  for (const [name, body] of Object.entries(HOOKS)) {
    if (!without.includes(name)) files[`ops/hooks/${name}`] = `#!/usr/bin/env bash\nset -eu\n${body}\n`;
  }
  return files;
}

const RECEIVER = path.join(path.dirname(fileURLToPath(import.meta.url)), "receiver.mjs");

/** A Pushgateway on loopback: its address, what it was told since it was asked last (each once where it is told so again), and its end. */
export function receiver(folder) {
  const file = path.join(folder, "told");
  const child = spawn(process.execPath, [RECEIVER, file], { stdio: "ignore" });
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const port = () => (fs.existsSync(`${file}.port`) ? fs.readFileSync(`${file}.port`, "utf8") : "");
  for (let tries = 0; port() === "" && tries < 200; tries += 1) Atomics.wait(asleep, 0, 0, 50);
  return {
    address: `http://127.0.0.1:${port()}`,
    told: () => {
      const said = fs.readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
      fs.writeFileSync(file, "");
      return said.filter((line, position) => line !== said[position - 1]);
    },
    stop: () => child.kill(),
  };
}

/** What it is told of a rollout that gives traffic, and of one that is over. */
export const [ACTIVE, OVER] = [1, 0].map((value) => `POST /metrics/job/ops/pipeline/rollout ops_rollout_active ${value}`);
/** What a job says that cannot tell it. */
export const UNTOLD = (value) => `warning: ops_rollout_active could not be set to ${value}`;

/** Writes files, programs among them as such. */
export function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    if (text.startsWith("#!")) fs.chmodSync(file, 0o755);
  }
}

/** Where hooks find what they answer, fresh for each run. */
export function answers(folder, { errorRate = "0.1%", indexHash = "i1", broken = [], stays = false } = {}) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "error-rate"), errorRate);
  fs.writeFileSync(path.join(folder, "index-hash"), indexHash);
  for (const lever of broken) fs.writeFileSync(path.join(folder, `no-${lever}`), "");
  if (stays) fs.writeFileSync(path.join(folder, "stays"), "");
  fs.writeFileSync(path.join(folder, "ledger"), "");
  return still(folder);
}

/** The same, as the run before left them. */
export const still = (folder) => ({ ANSWERS: folder, LEDGER: path.join(folder, "ledger"), OPS_EVERY: "1" });

/** What the hooks and commands of the last run wrote. */
export const read = (folder) => fs.readFileSync(path.join(folder, "ledger"), "utf8").split("\n").filter((line) => line !== "");

const BEFORE = ["build", "test"];
const BOOTED = [...BEFORE, "expand in a $STORE ${{ github.token }} 'b' with a-secret", `deploy ${DIGEST}`, "ready site"];
const CANARY = [...BOOTED, "traffic 5% in eu"];
const EU = [...CANARY, "traffic 50% in eu", "traffic 100% in eu"];
const BACK = ["capture release-id index-hash", "freeze-writes", "pull flag-off", "rotate-cache"];

/** What must be found, by case. */
export const EXPECTED = {
  allowed: [...EU, "traffic 50% in us", "traffic 100% in us", `promote ${DIGEST}`],
  blocked: BEFORE,
  unapproved: CANARY,
  paused: EU,
  /** A freeze after which the policy goes back. */
  sentBack: [...EU, ...BACK, "unfreeze-writes", "undo expand"],
  /** A canary that fails, and recovers once a lever was pulled. */
  failing: [...CANARY, ...BACK, "unfreeze-writes", "undo expand"],
  /** One that does not recover. */
  lost: [...CANARY, ...BACK, "incident S1", "unfreeze-writes"],
  otherPins: [...BOOTED, ...BACK, "unfreeze-writes", "undo expand"],
  nothing: [],
};
