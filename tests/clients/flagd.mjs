// Holds emitted flags against the policy: flagd's own in-process evaluator, at every instant at which the calendar changes and a
// second to either side, must say what the decision says. Usage: flagd.mjs FLAGS TRUTH
import fs from "node:fs";
import assert from "node:assert/strict";
import { FlagdCore } from "@openfeature/flagd-core";

const [flagsFile, truthFile] = process.argv.slice(2);
const text = fs.readFileSync(flagsFile, "utf8");
const { flags: truth, served, pins } = JSON.parse(fs.readFileSync(truthFile, "utf8"));
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

// Flags of the calendar have a tier; those that the policy declares have a kind.
const all = JSON.parse(text).flags;
const keys = Object.keys(all).filter((key) => all[key].metadata.tier !== undefined);
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
// A flag with shares: each user keeps a variant, shares are as written, a freeze serves the default to all, and so does killing it.
const USERS = 20_000;
const killedText = (key) => {
  const file = JSON.parse(text);
  file.$evaluators.killed.in[1].push(key);
  return JSON.stringify(file);
};
const own = Object.keys(all).filter((key) => all[key].metadata.kind !== undefined);
assert.deepEqual(new Set(own), new Set([...Object.keys(served), ...Object.keys(pins)]), "the flags and the pins of the policy");

// A pin is the version that the policy says, at any time and for anybody, and killed the last that is known to be good.
for (const [key, { pinned, good }] of Object.entries(pins)) {
  const killed = new FlagdCore();
  killed.setConfigurations(killedText(key));
  for (const [region, { instants }] of Object.entries(truth)) {
    for (const at of instants) {
      clock = at;
      assert.equal(core.resolveStringEvaluation(key, "none", { region }, logger).value, pinned, `${key} at ${at}`);
      assert.equal(killed.resolveStringEvaluation(key, "none", { region }, logger).value, good ?? pinned, `${key}, killed, at ${at}`);
      asked += 2;
    }
  }
}
for (const key of own.filter((key) => pins[key] === undefined)) {
  const flag = all[key];
  const fractional = flag.targeting.if.at(-1).fractional;
  const killed = new FlagdCore();
  killed.setConfigurations(killedText(key));
  const resolve = (from, context) =>
    typeof Object.values(flag.variants)[0] === "boolean"
      ? from.resolveBooleanEvaluation(key, false, context, logger)
      : from.resolveStringEvaluation(key, "none", context, logger);
  if (!fractional) {
    assert.equal(resolve(killed, { region: regions[0] }).variant, "off", `${key}, killed`);
    asked += 1;
    for (const [region, spans] of Object.entries(served[key].on)) {
      const edges = spans.flat().flatMap((edge) => [edge - 1, edge, edge + 1]);
      for (const at of [...edges, truth[region].instants[2]]) {
        clock = at;
        const isOn = served[key].read_only ? spans.some(([start, end]) => start <= at && at < end) : true;
        assert.equal(resolve(core, { region }).variant, isOn ? "on" : "off", `${key} in ${region} at ${at}`);
        asked += 1;
      }
    }
    continue;
  }
  const sticky = fractional[0].cat[2].var;
  assert.equal(sticky, served[key].sticky ?? "targetingKey");
  const shares = Object.fromEntries(Object.entries(served[key].shares).map(([name, share]) => [name, Number(share)]));
  let isShared = false;
  for (const [region, { instants, open }] of Object.entries(truth)) {
    instants.forEach((at, index) => {
      clock = at;
      const context = { ...(region === "" ? {} : { region }), [sticky]: "user-1" };
      const isOpen = Object.values(open).every((letters) => letters[index] === "1");
      assert.equal(resolve(killed, context).variant, flag.defaultVariant, `${key}, killed, at ${at}`);
      assert.equal(resolve(core, { region }).variant, flag.defaultVariant, `${key} without a user at ${at}`);
      asked += 2;
      if (!isOpen || isShared) return;
      isShared = true;
      const seen = {};
      for (let user = 0; user < USERS; user += 1) {
        const asks = { ...context, [sticky]: `user-${user}` };
        const { variant } = resolve(core, asks);
        seen[variant] = (seen[variant] ?? 0) + 1;
        if (user % 97 === 0) {
          clock = at + 1;
          assert.equal(resolve(core, asks).variant, variant, `${key}: user-${user} keeps a variant`);
          clock = at;
        }
        asked += 1;
      }
      for (const [name, share] of Object.entries(shares)) {
        const got = (seen[name] ?? 0) / USERS;
        const wide = 4 * Math.sqrt((share * (1 - share)) / USERS) + 1e-4;
        assert.ok(Math.abs(got - share) <= wide, `${key}: ${name} is served to ${got}, not ${share}`);
      }
    });
    // Where every component and tier is closed, so is the flag.
    instants.forEach((at, index) => {
      if (Object.values(open).some((letters) => letters[index] === "1")) return;
      clock = at;
      for (let user = 0; user < 200; user += 1) {
        assert.equal(resolve(core, { region, [sticky]: `user-${user}` }).variant, flag.defaultVariant, `${key} in a freeze at ${at}`);
        asked += 1;
      }
    });
  }
}
console.log(`flagd: ${keys.length + own.length} flags agree with the decision at ${asked} questions`);
