// Writes each snippet, as it stands when nothing is filled in, to a file of its own in FOLDER. Usage: node snippets.mjs FOLDER

import { readFileSync, writeFileSync } from "node:fs";

// What stands around those that are no items.
const FRAMES = {
  Stage: ["pipeline p {", "}"],
  "Accept a finding": ["", 'region r { zone "Etc/UTC" }'],
};

const snippets = JSON.parse(readFileSync(new URL("../snippets/ops.json", import.meta.url), "utf8"));
for (const [name, { body }] of Object.entries(snippets)) {
  const text = body
    .join("\n")
    .replace(/\$\{\d+\|([^,|]+)[^}]*\}/g, "$1")
    .replace(/\$\{\d+:((?:[^{}]|\{[^{}]*\})*)\}/g, "$1")
    .replaceAll("${CURRENT_YEAR}", "2027");
  if (text.includes("$" + "{")) throw new Error(`${name} is not filled in: ${text}`);
  const [before, behind] = FRAMES[name] ?? ["", ""];
  writeFileSync(`${process.argv[2]}/${name.replaceAll(" ", "-")}.ops`, `${before}\n${text}\n${behind}\n`);
}
