// Reads workflows with GitHub's own parser and its language service. Usage: workflow-parse.mjs FILE...
import fs from "node:fs";
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";

let found = 0;
const say = (file, message) => {
  found += 1;
  console.error(`${file}: ${message}`);
};
for (const file of process.argv.slice(2)) {
  const content = fs.readFileSync(file, "utf8");
  const parsed = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  if (parsed.value) await convertWorkflowTemplate(parsed.context, parsed.value, undefined, { errorPolicy: 1 });
  for (const error of parsed.context.errors.getErrors()) say(file, `parser: ${error.message}`);
  const document = TextDocument.create(`file:///${file}`, "yaml", 0, content);
  for (const finding of await validate(document, {})) {
    // The action lives in the checked-out policy, which the service cannot see.
    say(file, `language service: line ${finding.range.start.line + 1}: ${finding.message}`);
  }
}
process.exit(found ? 1 : 0);
