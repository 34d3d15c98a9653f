// Bundles the client, with the licences of what is in the bundle and our own beside it. `npm run build`

import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const { metafile } = await build({
  entryPoints: ["client/extension.js"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  minify: true,
  metafile: true,
  logLevel: "warning",
});

const folders = Object.keys(metafile.inputs).map((input) => input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]);
const notices = [...new Set(folders.filter(Boolean))].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (!file) throw new Error(`${name} has no licence to go with it`);
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
});
writeFileSync("dist/licences.txt", notices.join(`\n${"-".repeat(80)}\n\n`));

const own = ["../../LICENSE-APACHE", "../../LICENSE-MIT"].map((file) => readFileSync(file, "utf8").trim());
writeFileSync("LICENSE.txt", `Apache-2.0 OR MIT, as you like.\n\n${own.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
