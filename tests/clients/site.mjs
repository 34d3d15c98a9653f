// Opens the built site in a real browser, from a server on this machine, with nothing else to be reached. Every link and anchor leads
// somewhere, search finds a page by its words, `.ops` is coloured, axe-core finds nothing against WCAG 2.2 AA in light and in dark, and it fits a screen of
// 360 pixels. Usage: site.mjs FOLDER [FOLDER FOR PICTURES]
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [root, pictures] = process.argv.slice(2);
const KINDS = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml" };

/// Every link of every page, held against the files and the anchors that there are.
const pages = fs.readdirSync(root, { recursive: true }).filter((name) => name.endsWith(".html"));
const texts = new Map(pages.map((name) => [name, fs.readFileSync(path.join(root, name), "utf8")]));
const value = (tag, name) => tag.match(new RegExp(`\\s${name}=(?:"([^"]*)"|([^\\s>]+))`))?.slice(1).find((one) => one !== undefined)?.replaceAll("&amp;", "&");
const tags = new Map([...texts].map(([name, text]) => [name, text.match(/<[a-zA-Z][^<>]*>/g)]));
const anchors = new Map([...tags].map(([name, all]) => [name, new Set(all.map((tag) => value(tag, "id")).filter(Boolean))]));
const wrong = [];
let links = 0;
for (const [name, all] of tags) {
  // The page for addresses that lead nowhere stands at no place of its own.
  if (name === "404.html") continue;
  for (const tag of all) {
    const address = value(tag, "href") ?? value(tag, "src");
    if (address === undefined) continue;
    if (/^[a-z]+:/.test(address)) {
      if (!tag.startsWith("<a ") && !address.startsWith("data:")) wrong.push(`${name}: loads ${address}`);
      continue;
    }
    links += 1;
    const [place, anchor] = decodeURI(address).split("#");
    const target = place === "" ? name : path.join(path.dirname(name), place);
    if (!fs.existsSync(path.join(root, target))) wrong.push(`${name}: nothing at ${address}`);
    else if (anchor && anchors.has(target) && !anchors.get(target).has(anchor)) wrong.push(`${name}: no anchor at ${address}`);
  }
}
assert.deepEqual(wrong, []);
assert.ok(texts.get("docs/language.html").split('class="k"').length > 50, "policies are not coloured");

const server = http.createServer((request, answer) => {
  const file = path.join(root, decodeURI(new URL(request.url, "http://site").pathname));
  const found = fs.existsSync(file) && fs.statSync(file).isFile();
  answer.writeHead(found ? 200 : 404, { "content-type": KINDS[path.extname(file)] ?? "application/octet-stream" });
  answer.end(found ? fs.readFileSync(file) : "");
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const site = `http://127.0.0.1:${server.address().port}/`;
const browser = await puppeteer.launch({
  executablePath: process.env.OPSC_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
});
const told = [];

async function open(name, { scheme = "light", width = 1280 } = {}) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  page.on("pageerror", (error) => told.push(`${name}: ${error}`));
  page.on("request", (request) => [site, "data:", "blob:"].some((own) => request.url().startsWith(own)) || told.push(`${name}: request ${request.url()}`));
  await page.goto(site + name, { waitUntil: "networkidle0" });
  return page;
}

let checked = 0;
for (const name of ["index.html", "docs/language.html", "docs/rules/window-hole.html", "docs/rules/index.html"]) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(name, { scheme });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
    const said = violations.map(({ id, nodes }) => `${id}, ${nodes.length} times: ${nodes[0].target} ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`);
    assert.deepEqual(said, [], `${name} in ${scheme}`);
    if (pictures) await page.screenshot({ path: path.join(pictures, `${name.replaceAll("/", "-")}-${scheme}.png`) });
    checked += 1;
    await page.close();
  }
  const page = await open(name, { width: 360 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide for a phone`);
  await page.close();
}

/// What a reader who types these words is led to: pages that nothing on the first page leads to.
let searched = 0;
for (const [words, wanted] of [
  ["window-hole", "docs/rules/window-hole.html"],
  ["half a minute between", "docs/rules/window-hole.html"],
  ["deadlock", "docs/rules/deadlock.html"],
]) {
  const page = await open("index.html");
  await page.keyboard.down("Control");
  await page.keyboard.press("k");
  await page.keyboard.up("Control");
  await new Promise((done) => setTimeout(done, 300));
  await page.keyboard.type(words);
  const isThere = (wanted) => {
    const within = (place) => [...place.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
    return within(document).some((one) => one.tagName === "A" && one.href.includes(wanted));
  };
  await page.waitForFunction(isThere, { timeout: 10_000 }, wanted).catch(async (error) => {
    if (pictures) await page.screenshot({ path: path.join(pictures, "search.png") });
    throw new Error(`"${words}" does not find ${wanted}: ${error.message}`);
  });
  if (pictures) await page.screenshot({ path: path.join(pictures, `search-${searched}.png`) });
  searched += 1;
  await page.close();
}
assert.deepEqual(told, []);
await browser.close();
server.close();
console.log(`pages: ${pages.length}, links: ${links}, looked at by axe-core: ${checked}, searched: ${searched}`);
