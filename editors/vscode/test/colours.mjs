// Holds the TextMate grammar against the compiler, by the tokenizer that VS Code uses: over every policy that the compiler reads,
// each keyword, literal, text and comment has its colour from its first byte to its last, and nothing is marked as invalid.
// Usage: editor_truth FILE... | node colours.mjs

import { readFileSync } from "node:fs";
import { tokenizer } from "./tokenizer.mjs";

// What the compiler calls a leaf, by the scope of the grammar.
const SCOPES = {
  string: "string.quoted",
  boolean: "constant.language.boolean",
  range: "keyword.operator.range",
  Number: "constant.numeric.number",
  Ratio: "constant.numeric.ratio",
  Points: "constant.numeric.points",
  Duration: "constant.numeric.duration",
  Rate: "constant.numeric.rate",
  Money: "constant.numeric.money",
  Instant: "constant.numeric.instant",
  ZonedDateTime: "constant.numeric.instant",
  LocalDateTime: "constant.numeric.instant",
  Date: "constant.numeric.date",
  Time: "constant.numeric.time",
  Ordinal: "constant.numeric.ordinal",
};
// What a name never is.
const NO_NAME = ["string", "comment", "constant.numeric", "invalid"];

const { words, files } = JSON.parse(readFileSync(0, "utf8"));
// A statement may begin with any name where the schema has a field for that.
const known = new Set([...words.declarations, ...words.fields, "use"]);
const tokenize = await tokenizer();
const wrong = [];
const counts = { policies: 0, leaves: 0, comments: 0, words: 0 };

for (const [path, told] of Object.entries(files)) {
  if (told.findings.length > 0) continue;
  counts.policies += 1;
  const bytes = readFileSync(path);
  const scopes = tokenize(bytes.toString());
  const say = (at, what) => {
    const before = bytes.subarray(0, at).toString().split("\n");
    wrong.push(`${path}:${before.length}:${before.at(-1).length + 1}: ${what}, not ${scopes[at]?.slice(1).join(" ") || "plain"}`);
  };
  const all = (start, end, holds, what) => {
    for (let at = start; at < end; at++) {
      if (bytes[at] === 10) continue;
      if (!holds(scopes[at] ?? [])) return say(at, what);
    }
  };
  for (const [kind, start, end] of told.leaves) {
    counts.leaves += 1;
    const text = bytes.subarray(start, end).toString();
    const has = (prefix) => (list) => list.some((scope) => scope.startsWith(prefix));
    if (kind === "keyword" && /^[0-9]/.test(text)) all(start, end, has("constant.numeric.date"), "a date");
    else if (kind === "keyword" && known.has(text)) all(start, end, has("keyword."), "a keyword");
    else if (kind === "keyword" || kind === "name") all(start, end, (list) => !NO_NAME.some((not) => has(not)(list)), "a name");
    else all(start, end, has(SCOPES[kind]), kind);
  }
  for (const [start, end] of told.comments) {
    counts.comments += 1;
    all(start, end, (list) => list.some((scope) => scope.startsWith("comment.line.double-slash")), "a comment");
  }
  scopes.forEach((list, at) => {
    if (list?.some((scope) => scope.startsWith("invalid"))) say(at, "nothing invalid");
  });
}

const check = (text, word, scope) => {
  counts.words += 1;
  const found = tokenize(text)[text.indexOf(word)];
  if (!found.includes(scope)) wrong.push(`\`${word}\` in \`${text}\` is ${found.join(" ")}, not ${scope}`);
};
for (const word of words.declarations) check(`${word} x`, word, "keyword.declaration.ops");
for (const word of words.fields) check(`x { a; ${word} y }`, `${word} y`, "keyword.other.field.ops");
for (const word of words.clauses) check(`x y ${word} z`, word, "keyword.control.clause.ops");
for (const word of words.calendar) check(`x { every week ${word} }`, word, "constant.language.calendar.ops");

for (const [what, count] of Object.entries(counts)) console.log(`${what}: ${count}`);
console.log(wrong.slice(0, 40).join("\n"));
process.exit(wrong.length > 0 || Object.values(counts).includes(0) ? 1 : 0);
