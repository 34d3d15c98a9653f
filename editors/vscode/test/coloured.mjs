// Writes a policy in the colours that the grammar gives it, as a terminal shows them. Usage: node coloured.mjs FILE FIRST LAST

import { readFileSync } from "node:fs";
import { tokenizer } from "./tokenizer.mjs";

// The colours of VS Code's own dark theme for the scopes that themes know.
const THEME = [
  ["comment", "6a9955"],
  ["string.quoted", "ce9178"],
  ["constant.character.escape", "d7ba7d"],
  ["constant.language", "569cd6"],
  ["constant.numeric", "b5cea8"],
  ["constant.other.placeholder", "9cdcfe"],
  ["entity.name.function", "dcdcaa"],
  ["entity.name.type", "4ec9b0"],
  ["entity.name.namespace", "4ec9b0"],
  ["keyword.operator", "d4d4d4"],
  ["keyword.other.field", "9cdcfe"],
  ["keyword", "c586c0"],
];

const [file, first, last] = process.argv.slice(2);
const tokenize = await tokenizer();
const lines = readFileSync(file, "utf8").split("\n").slice(first - 1, last);
const bytes = Buffer.from(`${lines.join("\n")}\n`);
const scopes = tokenize(bytes.toString());
let shown = "";
let colour;
bytes.forEach((byte, at) => {
  const list = [...scopes[at]].reverse();
  const row = list.map((scope) => THEME.find(([prefix]) => scope.startsWith(prefix))).find(Boolean);
  const wanted = row?.[1] ?? "d4d4d4";
  if (wanted !== colour && byte !== 10) {
    const [red, green, blue] = wanted.match(/../g).map((part) => Number.parseInt(part, 16));
    shown += `\x1b[38;2;${red};${green};${blue}m`;
    colour = wanted;
  }
  shown += String.fromCharCode(byte);
});
process.stdout.write(Buffer.from(shown, "latin1"));
