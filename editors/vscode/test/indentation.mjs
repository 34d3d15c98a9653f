// Holds the rules of indentation against policies as `opsc fmt` leaves them: indented by the rules alone, they stand as they are.
// Lines that go on with a statement are indented by hand, and so are those of block strings. Usage: node indentation.mjs FILE...

import { readFileSync } from "node:fs";

const { indentationRules, wordPattern } = JSON.parse(readFileSync(new URL("../language-configuration.json", import.meta.url), "utf8"));
const increases = new RegExp(indentationRules.increaseIndentPattern);
const decreases = new RegExp(indentationRules.decreaseIndentPattern);

const wrong = [];
let lines = 0;
for (const path of process.argv.slice(2)) {
  let level = 0;
  let inString = false;
  let goesOn = false;
  readFileSync(path, "utf8").split("\n").forEach((line, number) => {
    const code = line.replace(/\s*\/\/.*$/, "");
    const begins = !inString && !goesOn && !/^\s*(and|or)\b/.test(line) && line.trim() !== "";
    if (decreases.test(line) && !inString) level -= 1;
    if (begins) {
      lines += 1;
      const found = line.length - line.trimStart().length;
      if (found !== 2 * level) wrong.push(`${path}:${number + 1}: ${found} columns, and the rules say ${2 * level}`);
    }
    if (!inString && increases.test(line)) level += 1;
    if (line.split('"""').length % 2 === 0) inString = !inString;
    if (code.trim() !== "") goesOn = /(?:[,=<>+*/-]|\.\.)$/.test(code);
  });
}
const names = "us-east-1 a- b".match(new RegExp(wordPattern, "g")).join();
if (names !== "us-east-1,a,b") wrong.push(`words are ${names}`);
console.log(`lines: ${lines}`);
console.log(wrong.slice(0, 20).join("\n"));
process.exit(wrong.length > 0 || lines === 0 ? 1 : 0);
