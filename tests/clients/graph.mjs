// Mermaid's own parser reads a picture of `opsc graph`, and finds the boxes and arrows that Graphviz lays out.
// Usage: graph.mjs FILE.mmd FILE.plain (`dot -Tplain` of the same picture)
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const mermaid = (await import("mermaid")).default;

const [picture, plain] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const { diagramType } = await mermaid.parse(picture);
if (diagramType !== "flowchart-v2") throw new Error(`a ${diagramType}, not a flowchart`);
const { db } = await mermaid.mermaidAPI.getDiagramFromText(picture);
const lines = plain.split("\n").map((line) => line.split(" ", 3));
const laid = (kind) => lines.filter(([word]) => word === kind);
const boxes = laid("node").map(([, name]) => name).sort();
const read = [...db.getVertices().keys()].sort();
if (String(read) !== String(boxes)) throw new Error(`Mermaid has the boxes ${read}, Graphviz ${boxes}`);
const arrows = laid("edge").map(([, from, to]) => `${from} ${to}`).sort();
const drawn = db.getEdges().map(({ start, end }) => `${start} ${end}`).sort();
if (String(drawn) !== String(arrows)) throw new Error(`Mermaid has the arrows ${drawn}, Graphviz ${arrows}`);
console.log(`boxes, arrows: ${boxes.length}, ${arrows.length}`);
