// Holds an emitted calendar against the policy with ical.js, by the time zones that the file itself brings along, so that
// they are tested too. Usage: ics.mjs FILE TRUTH
import fs from "node:fs";
import assert from "node:assert/strict";
import ICAL from "ical.js";

ICAL.design.strict = true;
const [file, truthFile] = process.argv.slice(2);
const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(file, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const truth = JSON.parse(fs.readFileSync(truthFile, "utf8")).occurrences;

function merged(spans) {
  const found = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

const held = {};
for (const component of calendar.getAllSubcomponents("vevent")) {
  const event = new ICAL.Event(component);
  const [made, kind, name] = component.getFirstProperty("categories").getValues();
  if (made !== "opsc" || kind === "release") continue;
  const regions = event.summary.match(/\(([^()]*)\)$/)?.[1].split(", ") ?? [""];
  const spans = [];
  if (event.isRecurring()) {
    const iterator = event.iterator();
    for (let next = iterator.next(); next; next = iterator.next()) {
      const { startDate, endDate } = event.getOccurrenceDetails(next);
      spans.push([startDate.toUnixTime(), endDate.toUnixTime()]);
    }
  } else {
    spans.push([event.startDate.toUnixTime(), event.endDate.toUnixTime()]);
  }
  for (const region of regions) ((held[name] ??= {})[region] ??= []).push(...spans);
}

let compared = 0;
for (const [name, regions] of Object.entries(truth)) {
  for (const [region, spans] of Object.entries(regions)) {
    const want = merged(spans);
    assert.deepEqual(merged(held[name]?.[region] ?? []), want, `${name} in ${region || "no region"}`);
    compared += want.length;
  }
}
console.log(`ical.js: ${compared} spans agree with the policy`);
