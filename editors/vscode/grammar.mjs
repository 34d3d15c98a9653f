// Makes `syntaxes/ops.tmLanguage.json`: the colours of a policy before the language server has read it.
// The words are the schema's, as `editor_truth` prints them. Usage: editor_truth | node grammar.mjs

import { readFileSync } from "node:fs";

const { words } = JSON.parse(readFileSync(0, "utf8"));

// Words that only bind others together; the schema has each of them behind a keyword.
const BINDING = ["at", "by", "each", "else", "every", "for", "in", "of", "on", "then", "through", "to", "until", "while", "within"];

const NAME = "[A-Za-z](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9]))*";
const WORD_ENDS = "(?!-?[A-Za-z0-9_])";
const DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const CLOCK = "[0-9]{2}:[0-9]{2}(?::[0-9]{2})?";
const DECIMAL = "[0-9]+(?:\\.[0-9]+)?";
// Where a literal ends: what would run on is malformed.
const LITERAL_ENDS = "(?![A-Za-z0-9_]|[:.][0-9]|[-/][A-Za-z0-9])";
// A statement begins a line, or follows a brace or a semicolon.
const BEGINS = "(?:^|(?<=[{;]))\\s*";
// What was left open ends where the next item begins.
const NEXT_ITEM = "(?=^[A-Za-z@])";

const any = (list) => `(?:${[...list].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).join("|")})${WORD_ENDS}`;
const scope = (name) => ({ name: `${name}.ops` });
const rule = (name, match) => ({ ...scope(name), match });
const include = (...names) => names.map((name) => ({ include: `#${name}` }));
const quoted = (name, quotes, end, patterns) => ({
  ...scope(name),
  begin: quotes,
  end,
  beginCaptures: { 0: scope("punctuation.definition.string.begin") },
  endCaptures: { 0: scope("punctuation.definition.string.end") },
  patterns,
});
const enclosed = (name, open, close, patterns) => ({
  begin: open,
  end: `${close}|${NEXT_ITEM}`,
  beginCaptures: { 0: scope(`punctuation.section.${name}.begin`) },
  endCaptures: { 0: scope(`punctuation.section.${name}.end`) },
  patterns,
});

const LITERALS = [
  ["constant.numeric.instant", `${DAY}T${CLOCK}\\[[A-Za-z0-9/_+-]+\\]`],
  ["constant.numeric.instant", `${DAY}T${CLOCK}(?:Z|[+-][0-9]{2}:[0-9]{2})`],
  ["constant.numeric.instant", `${DAY}T${CLOCK}`],
  ["constant.numeric.date", DAY],
  ["constant.numeric.time", CLOCK],
  ["constant.numeric.duration", "(?:[0-9]+(?:ms|[smhd]))+"],
  ["constant.numeric.ordinal", "[0-9]+(?:st|nd|rd|th)"],
  ["constant.numeric.points", `${DECIMAL}pp`],
  ["constant.numeric.ratio", `${DECIMAL}%`],
  ["constant.numeric.rate", `${DECIMAL}/[smhd]`],
  ["constant.numeric.number", `${DECIMAL}(?!%)`],
  ["constant.numeric.money", `\\$${DECIMAL}`],
];
const MALFORMED = "\\$?[0-9](?:[A-Za-z0-9_%]|[.:+/-](?=[A-Za-z0-9]))*";

const repository = {
  comments: {
    patterns: [
      rule("comment.line.documentation.module", "//!.*$"),
      rule("comment.line.documentation", "///(?!/).*$"),
      rule("comment.line.double-slash", "//.*$"),
    ],
  },
  imports: {
    begin: `${BEGINS}(use)${WORD_ENDS}`,
    end: "$|(?=;)|(?<=[}\"])",
    beginCaptures: { 1: scope("keyword.control.import") },
    patterns: [
      ...include("strings"),
      { begin: "\\{", end: "\\}", patterns: [rule("entity.name.type", NAME), ...include("comments", "punctuation")] },
      rule("entity.name.namespace", NAME),
      ...include("comments", "punctuation"),
    ],
  },
  attributes: {
    match: `(@)(${NAME})`,
    captures: { 1: scope("punctuation.definition.decorator"), 2: scope("entity.name.function.decorator") },
  },
  items: {
    match: `${BEGINS}(${any(words.declarations)})(?:[ \\t]+(${NAME}))?`,
    captures: { 1: scope("keyword.declaration"), 2: scope("entity.name.type") },
  },
  stages: {
    match: `${BEGINS}(stage)${WORD_ENDS}[ \\t]+(${NAME})`,
    captures: { 1: scope("keyword.other.field"), 2: scope("entity.name.function") },
  },
  statements: {
    match: `${BEGINS}(${any(words.fields)})`,
    captures: { 1: scope("keyword.other.field") },
  },
  annotations: {
    match: `(:)[ \\t]*(${NAME})`,
    captures: { 1: scope("punctuation.separator.annotation"), 2: scope("entity.name.type") },
  },
  blocks: {
    ...enclosed("block", "\\{", "\\}", include("attributes", "stages", "statements", "parts")),
  },
  // A comma at the end of a line: the next one goes on.
  continuations: {
    begin: ",(?=\\s*(?://.*)?$)",
    end: "^\\s*(?=[^\\s/])|(?=^\\s*///)",
    beginCaptures: { 0: scope("punctuation.separator.list") },
    patterns: include("comments"),
  },
  brackets: {
    patterns: [
      enclosed("brackets", "\\[", "\\]", include("parts")),
      enclosed("parens", "\\(", "\\)", include("parts")),
    ],
  },
  strings: {
    patterns: [
      quoted("string.quoted.triple", '"""', '"""', include("escapes", "placeholders")),
      quoted("string.quoted.double", '"', '"|$', include("escapes", "placeholders")),
    ],
  },
  escapes: rule("constant.character.escape", "\\\\."),
  placeholders: rule("constant.other.placeholder", "\\{[a-z][a-z0-9-]*\\}|\\$(?:track|window|quantile)\\b"),
  literals: {
    patterns: [
      ...LITERALS.map(([name, match]) => rule(name, match + LITERAL_ENDS)),
      rule("invalid.illegal.literal", MALFORMED),
    ],
  },
  words: {
    patterns: [
      rule("constant.language.boolean", any(["true", "false"])),
      rule("keyword.operator.logical", any(["and", "or", "not"])),
      rule("keyword.operator.in", `in(?=[ \\t]*\\[)`),
      rule("keyword.control.clause", any(words.clauses)),
      rule("constant.language.calendar", any(words.calendar)),
      rule("keyword.other.binding", any(BINDING)),
      rule("entity.name.function.call", `${NAME}(?=\\()`),
      { match: NAME },
    ],
  },
  operators: {
    patterns: [
      rule("keyword.operator.range", "\\.\\."),
      rule("keyword.operator.comparison", "==|!=|<=|>=|<|>|="),
      rule("keyword.operator.arithmetic", "[-+*/]"),
    ],
  },
  punctuation: {
    patterns: [
      rule("punctuation.separator.list", ","),
      rule("punctuation.terminator.statement", ";"),
      rule("punctuation.separator.annotation", ":"),
      rule("punctuation.accessor", "\\."),
    ],
  },
  parts: {
    patterns: include(
      "comments", "blocks", "brackets", "strings", "continuations", "annotations", "literals", "words", "operators", "punctuation",
    ),
  },
};

const missing = BINDING.filter((word) => !words.inner.includes(word) && !words.fields.includes(word));
if (missing.length > 0) throw new Error(`the schema has no ${missing.join(", ")}`);

const grammar = {
  information_for_contributors: "Made by grammar.mjs from the compiler's schema; BLESS=1 tests/editors/run makes it anew.",
  name: "ops",
  scopeName: "source.ops",
  patterns: include("imports", "attributes", "items", "parts"),
  repository,
};
process.stdout.write(`${JSON.stringify(grammar, null, 2)}\n`);
