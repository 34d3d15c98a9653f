// Opens an emitted page in a real browser without a network. It must fetch nothing, say nothing on the console, run nothing that a
// policy wrote, be read by a screen reader (axe-core's rules) in light, in dark and as it is printed, be walked through by keyboard,
// and fit a screen of 360 pixels. What it says of each freeze is held against the policy: by its tables, and as its own script
// answers at every instant at which something changes and a second to either side.
// Usage: html.mjs FILE TRUTH POLICY.json [FOLDER FOR PICTURES]
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [file, truthFile, documentFile, pictures] = process.argv.slice(2);
const truth = JSON.parse(fs.readFileSync(truthFile, "utf8")).active;
const policy = JSON.parse(fs.readFileSync(documentFile, "utf8"));
const text = fs.readFileSync(file, "utf8");

const browser = await puppeteer.launch({
  executablePath: process.env.OPSC_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
});
const told = [];
const STILL = { name: "prefers-reduced-motion", value: "reduce" };

async function open(url, width) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.setOfflineMode(!url.startsWith("file:"));
  page.on("console", (message) => told.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => told.push(`error: ${error}`));
  page.on("dialog", (dialog) => (told.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  // A picture in its own text is the browser's, in its field of date and time: the page may name none.
  page.on("request", (request) => [url, "data:"].some((own) => request.url().startsWith(own)) || told.push(`request: ${request.url()}`));
  page.on("popup", () => told.push("a window was opened"));
  await page.goto(url);
  return page;
}

const merged = (spans) => {
  const found = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
};

/// The tables: for each window and region whether it holds, at every instant that the policy was asked about.
async function tables(page) {
  const rows = await page.$$eval("[data-in]", (marks) =>
    marks.map((mark) => {
      const { cells } = mark.closest("tr");
      const [, kind, window] = [...cells].map((cell) => cell.textContent);
      const ends = (time) => [...time.querySelectorAll("time")].map((end) => Date.parse(end.dateTime) / 1000);
      return [...cells[4].querySelectorAll("li")].map((time) => [mark.textContent, kind, window, ...ends(time)]);
    }),
  ).then((rows) => rows.flat());
  const held = {};
  for (const [region, kind, window, from, until] of rows) {
    (held[`${region} ${window}`] ??= []).push([from, until]);
    const { freeze } = policy.windows.find(({ name }) => name === window.replace(/^outside /, ""));
    assert.equal(kind, freeze);
  }
  let compared = 0;
  for (const [name, regions] of Object.entries(truth)) {
    const { only, freeze, environments, components } = policy.windows.find((window) => window.name === name);
    const alike = policy.windows.filter((other) => other.only && other.freeze === freeze);
    // Hours of several `only` windows add up: the first of them stands for all.
    if (only && alike.length > 1) continue;
    for (const [region, { instants, active }] of Object.entries(regions)) {
      const spans = merged(held[`${region || "everywhere"} ${only ? "outside " : ""}${name}`] ?? []);
      for (const [at, instant] of instants.entries()) {
        const holds = spans.some(([from, until]) => from <= instant && instant < until);
        assert.equal(holds, (active[at] === "1") !== only, `${name} in ${region || "no region"} at ${instant}`);
        compared += 1;
      }
    }
  }
  return { compared, rows };
}

/// The script: what it says of each region at instants that are asked about.
async function script(page, rows) {
  const instants = [...new Set(rows.flatMap(([, , , from, until]) => [from - 1, from, until - 1, until]))].sort((a, b) => a - b);
  const step = Math.ceil(instants.length / 600);
  const asked = instants.filter((_, at) => at % step === 0);
  const answers = await page.evaluate((asked) => {
    const input = document.getElementById("at");
    return asked.map((instant) => {
      input.value = new Date(instant * 1000).toISOString().slice(0, 19);
      input.dispatchEvent(new Event("input"));
      return [...document.querySelectorAll("[data-region]")].map((card) => [
        card.querySelector("h3 bdi").textContent,
        [...card.querySelectorAll(".state p")].map((line) => line.textContent),
      ]);
    });
  }, asked);
  const [start, end] = policy.policy.horizon.split("/").map((at) => Date.parse(at) / 1000);
  for (const [at, instant] of asked.entries()) {
    for (const [region, lines] of answers[at]) {
      if (instant < start || instant >= end) {
        assert.match(lines[0], /ask the gate/);
        continue;
      }
      const holds = rows.filter((row) => row[0] === region && row[3] <= instant && instant < row[4]);
      const said = lines.filter((line) => / until /.test(line)).map((line) => line.split(" until ")[0]);
      assert.deepEqual(said.sort(), holds.map((row) => `${row[1]} ${row[2]}`).sort(), `${region} at ${instant}`);
      assert.equal(lines.some((line) => line.startsWith("Open")), holds.length === 0);
      const soonest = {};
      for (const [, kind, , from] of rows.filter((row) => row[0] === region && row[3] > instant)) {
        soonest[kind] = Math.min(soonest[kind] ?? Infinity, from);
      }
      const next = lines.filter((line) => line.startsWith("Next: ")).map((line) => line.slice(6).split(" from ")[0]);
      assert.equal(next.length, Object.keys(soonest).length, `${region} at ${instant}`);
      for (const [kind, from] of Object.entries(soonest)) {
        assert(rows.some((row) => row[0] === region && row[3] === from && next.includes(`${row[1]} ${row[2]}`) && row[1] === kind));
      }
    }
  }
  await page.evaluate(() => document.querySelector("#ask button").click());
  return asked.length;
}

async function accessible(page, how) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
  const said = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 150)).join(" | ")}`);
  assert.deepEqual(said, [], `axe-core, ${how}`);
}

/// Headings go one step deeper at a time, and each part that a link names is there.
async function outlined(page) {
  const levels = await page.$$eval("h1, h2, h3, h4, h5, h6", (all) => all.map((one) => Number(one.tagName[1])));
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.forEach((level, at) => assert(level <= (levels[at - 1] ?? 0) + 1, `a heading ${level} behind ${levels[at - 1]}`));
  const lost = await page.$$eval("a[href]", (links) =>
    links.map((link) => link.getAttribute("href")).filter((to) => !to.startsWith("#") || !document.getElementById(to.slice(1))));
  assert.deepEqual(lost, [], "links lead nowhere");
  const ids = await page.$$eval("[id]", (all) => all.map((one) => one.id));
  assert.equal(new Set(ids).size, ids.length, "an id is there twice");
}

/// The key goes through everything that can be reached, in the order of the page, each seen while it has the focus.
async function walked(page) {
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], input, button, summary, [tabindex='0']")];
    const reached = all.filter((one) => one.checkVisibility() && !one.closest("details:not([open]) > :not(summary)"));
    reached.forEach((one, at) => (one.dataset.walk = at));
    return reached.length;
  });
  await page.evaluate(() => document.body.focus());
  for (let at = 0; at < wanted; ) {
    await page.keyboard.press("Tab");
    const [number, seen, inside] = await page.evaluate(() => {
      const one = document.activeElement;
      const style = getComputedStyle(one);
      const { bottom, top } = one.getBoundingClientRect();
      return [one.dataset.walk, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0, bottom > 0 && top < innerHeight];
    });
    // A field of date and time has stops of its own inside.
    if (at > 0 && Number(number) === at - 1) continue;
    assert.equal(Number(number), at, "the key goes through the page in its order");
    assert(seen && inside, `what has the focus is seen: ${at}`);
    at += 1;
  }
  await page.evaluate(() => document.querySelectorAll("[data-walk]").forEach((one) => delete one.dataset.walk));
  return wanted;
}

async function fits(page, how) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert(wide <= 0, `${how}: ${wide} pixels wider than the screen`);
}

async function picture(page, name, fullPage = false) {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage });
}

try {
  const url = pathToFileURL(file).href;
  const page = await open(url, 1280);
  await page.emulateMediaFeatures([STILL]);
  const title = `Release policy ${policy.policy.name}`;
  assert.equal(await page.title(), title);
  assert.equal(await page.$eval("html", (html) => html.lang), "en");
  await outlined(page);
  await picture(page, "wide");
  const stops = await walked(page);
  const { compared, rows } = await tables(page);
  const asked = rows.length === 0 ? 0 : await script(page, rows);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, STILL]);
    await accessible(page, scheme);
    await picture(page, scheme, true);
  }
  await page.emulateMediaType("print");
  await accessible(page, "print, dark");
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }, STILL]);
  await accessible(page, "print");
  await page.emulateMediaType("screen");
  await page.setViewport({ width: 360, height: 780 });
  await page.evaluate(() => document.querySelectorAll("details").forEach((details, at) => (details.open = at < 2)));
  await fits(page, "360");
  await accessible(page, "360");
  await page.evaluate(() => scrollTo(0, 0));
  await picture(page, "narrow");
  await picture(page, "narrow-whole", true);
  if (pictures) await page.pdf({ path: `${pictures}/print.pdf`, format: "A4" });

  // Without a script the page says the same, by date.
  const quiet = await browser.newPage();
  await quiet.setJavaScriptEnabled(false);
  await quiet.goto(url);
  if (rows.length > 0) {
    const said = await quiet.$$eval(".card .state", (states) => states.map((state) => state.textContent));
    for (const [name, regions] of Object.entries(truth)) {
      Object.values(regions).forEach(({ active }, at) => active.includes("1") && Object.keys(regions).length === said.length && assert(said[at].includes(name)));
    }
  }
  await quiet.close();

  assert.equal(await page.title(), title, "nothing changed the title");
  assert.equal(await page.$$eval("script, iframe, object, embed, img, link, base", (all) => all.length), 1, "the page's own script alone");
  const attributes = await page.evaluate(() =>
    [...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames().filter((name) => /^on|^style$/.test(name))));
  assert.deepEqual(attributes, [], "no attribute runs or styles anything");
  assert(!/\burl\((?!#)|@import/.test(text.slice(0, text.indexOf("</style>"))), "the style names no picture and no other style");
  assert.deepEqual(told, [], "the page is quiet");
  console.log(`answers by tables, instants by script, stops of the key: ${compared}, ${asked}, ${stops}`);
} finally {
  await browser.close();
}
