// The tokenizer of VS Code over our grammar: scopes by byte.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const here = new URL("../syntaxes/ops.tmLanguage.json", import.meta.url);

/** A function from the text of a policy to the list of scopes of each of its bytes. */
export async function tokenizer() {
  await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(here, "utf8"), here.pathname),
  });
  const grammar = await registry.loadGrammar("source.ops");
  return (text) => {
    const scopes = [];
    let state = textmate.INITIAL;
    for (const line of text.split("\n")) {
      const read = grammar.tokenizeLine(line, state);
      state = read.ruleStack;
      for (const token of read.tokens) {
        const length = Buffer.byteLength(line.slice(token.startIndex, Math.min(token.endIndex, line.length)));
        for (let byte = 0; byte < length; byte++) scopes.push(token.scopes);
      }
      scopes.push([]);
    }
    return scopes;
  };
}
