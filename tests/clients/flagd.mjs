// Holds emitted flags against the policy: flagd's own in-process evaluator, at every instant at which the calendar changes and a
// second to either side, must say what the decision says. Usage: flagd.mjs FLAGS TRUTH
import fs from "node:fs";
import assert from "node:assert/strict";
import { FlagdCore } from "@openfeature/flagd-core";

const [flagsFile, truthFile] = process.argv.slice(2);
const text = fs.readFileSync(flagsFile, "utf8");
const truth = JSON.parse(fs.readFileSync(truthFile, "utf8")).flags;
const logger = { error() {}, warn() {}, info() {}, debug() {} };

const core = new FlagdCore();
core.setConfigurations(text);

let clock = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [clock * 1000] : given));
  }
  static now() {
    return clock * 1000;
  }
};
const ask = (key, context) => core.resolveBooleanEvaluation(key, true, context, logger);

const keys = Object.keys(JSON.parse(text).flags);
const expected = new Set(Object.values(truth).flatMap((region) => Object.keys(region.open)));
assert.deepEqual(new Set(keys), expected, "the file has exactly the flags of the policy");

let asked = 0;
const wrong = [];
for (const [region, { instants, open }] of Object.entries(truth)) {
  const context = region === "" ? {} : { region };
  for (const [key, letters] of Object.entries(open)) {
    instants.forEach((at, index) => {
      clock = at;
      const got = ask(key, context);
      asked += 1;
      const want = letters[index] === "1";
      if (got.value !== want || got.variant !== (want ? "open" : "closed")) {
        wrong.push(`${key} in ${region || "no region"} at ${new RealDate(at * 1000).toISOString()}: flagd says ${got.variant}, the decision ${want ? "open" : "closed"}`);
      }
    });
  }
}
assert.equal(wrong.length, 0, `${wrong.length} of ${asked} differ:\n${wrong.slice(0, 20).join("\n")}`);

// Whoever asks from an unknown region, from none, or outside the horizon finds every flag closed.
const regions = Object.keys(truth).filter((region) => region !== "");
for (const key of keys) {
  for (const at of Object.values(truth)[0].instants) {
    clock = at;
    if (regions.length === 0) continue;
    for (const context of [{}, { region: "nowhere" }, { region: "" }, { region: [regions[0]] }, { region: null }]) {
      assert.equal(ask(key, context).variant, "closed", `${key} for ${JSON.stringify(context)}`);
      asked += 1;
    }
    if (at % 7 !== 0) break;
  }
  for (const at of [0, 4102444800]) {
    clock = at;
    assert.equal(ask(key, { region: regions[0] }).variant, "closed", `${key} at ${at}`);
  }
}
console.log(`flagd: ${keys.length} flags agree with the decision at ${asked} questions`);
