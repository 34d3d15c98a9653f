// Reads real output of `opsc check --format short` as VS Code's problem matcher does: every line is a problem, and the file it names
// is there. Usage: opsc check ... --format short | node matcher.mjs FOLDER

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const { contributes } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const [matcher] = contributes.problemMatchers;
const pattern = contributes.problemPatterns.find((known) => `$${known.name}` === matcher.pattern);
const severities = new Set();
const wrong = [];

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const found = line.match(new RegExp(pattern.regexp));
  if (!found) {
    wrong.push(`not read: ${line}`);
    continue;
  }
  const part = (name) => found[pattern[name]];
  severities.add(part("severity"));
  const text = existsSync(resolve(process.argv[2], part("file"))) && readFileSync(resolve(process.argv[2], part("file")), "utf8");
  const place = text && text.split("\n")[part("line") - 1];
  if (typeof place !== "string" || place.length + 1 < Number(part("column"))) wrong.push(`no such place: ${line}`);
  if (!part("message") || !/^[a-z0-9-]+$/.test(part("code"))) wrong.push(`no message or code: ${line}`);
}
console.log(`problems: ${lines.length}`);
console.log(`severities: ${severities.size}, ${[...severities].join(" ")}`);
console.log(wrong.join("\n"));
process.exit(wrong.length > 0 || ["error", "warning"].some((level) => !severities.has(level)) ? 1 : 0);
