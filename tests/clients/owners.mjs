// Asks a second reader of CODEOWNERS that others wrote who owns a path of each glob of the policy: it must be whom the policy asks there.
// Usage: owners.mjs FILE TRUTH
import assert from 'node:assert';
import fs from 'node:fs';
import codeowners from 'codeowners-utils';

const [file, truth] = process.argv.slice(2);
const entries = codeowners.parse(fs.readFileSync(file, 'utf8'));
const handle = name => /^[a-z0-9][a-z0-9-]*$/i.test(name) ? `@${name}` : /^[\w.+-]+@[\w.-]+$/.test(name) ? name : undefined;
let asked = 0;
for (const row of JSON.parse(fs.readFileSync(truth, 'utf8')).owners) {
  const names = (row.asked.length ? row.asked : row.answers).map(handle).filter(Boolean);
  if (names.length === 0) continue;
  const found = codeowners.matchFile(row.path, entries)?.owners ?? [];
  assert.deepStrictEqual([...found].sort(), names.sort(), row.path);
  asked += 1;
}
assert(asked > 0);
console.log(`paths: ${asked}`);
