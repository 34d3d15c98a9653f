"use strict";
// Says what holds now, or at an instant that is asked about. What it says is read from the tables of this page.
(() => {
  const cards = [...document.querySelectorAll("[data-region]")];
  if (cards.length === 0) return;
  // By region: each time of each row; cells are the region, the freeze, the window, what it concerns, its times.
  const spans = cards.map(() => []);
  for (const mark of document.querySelectorAll("[data-in]")) {
    const { cells } = mark.closest("tr");
    const rank = Number(cells[1].firstElementChild.className.at(-1)) + (cells[3].textContent === "everything" ? 0 : 0.5);
    for (const time of cells[4].querySelectorAll("li")) {
      const [from, until] = [...time.querySelectorAll("time")].map((end) => ({ at: Date.parse(end.dateTime), end }));
      spans[Number(mark.dataset.in)].push({ from, until, cells, rank, kind: cells[1].textContent });
    }
  }
  const overview = document.querySelector(".overview");
  const [start, end] = [overview.dataset.from, overview.dataset.until].map(Date.parse);
  const lines = [...overview.querySelectorAll(".strip")].map((strip) => {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", "now");
    line.setAttribute("y2", "100%");
    strip.append(line);
    return line;
  });
  const form = document.getElementById("ask");
  const asked = document.getElementById("at");
  const summary = document.getElementById("summary");

  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };
  const copy = (cell) => [...cell.childNodes].map((node) => node.cloneNode(true));
  const said = ({ cells }, word, { end }) => {
    const scope = cells[3].textContent === "everything" ? [] : [", for ", ...copy(cells[3])];
    return [...copy(cells[1]), " ", element("b", ...copy(cells[2])), ` ${word} `, end.cloneNode(true), ...scope];
  };
  const holding = (region, now) =>
    spans[region].filter(({ from, until }) => from.at <= now && now < until.at).sort((a, b) => a.rank - b.rank);
  // What begins next of each kind.
  const ahead = (region, now) => {
    const next = new Map();
    for (const span of spans[region].filter(({ from }) => from.at > now)) {
      if (!next.has(span.kind) || span.from.at < next.get(span.kind).from.at) next.set(span.kind, span);
    }
    return [...next.values()].sort((a, b) => Math.floor(a.rank) - Math.floor(b.rank));
  };
  const state = (region, now) => {
    if (now < start || now >= end) return [element("p", "Beyond the dates of this page: ask the gate.")];
    const open = element("strong", "Open");
    open.className = "open";
    const held = holding(region, now).map((span) => element("p", ...said(span, "until", span.until)));
    const next = ahead(region, now).map((span) => element("p", "Next: ", ...said(span, "from", span.from)));
    for (const line of next) line.className = "next";
    return [...(held.length === 0 ? [element("p", open, " by the calendar")] : held), ...next];
  };
  const clock = (zone, now) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit" }).format(now);

  const show = () => {
    const wanted = Date.parse(`${asked.value}Z`);
    const now = Number.isNaN(wanted) ? Date.now() : wanted;
    const frozen = new Map();
    cards.forEach((card, region) => {
      const told = state(region, now);
      const held = holding(region, now);
      card.dataset.held = held.length === 0 ? "" : Math.floor(held[0].rank);
      for (const kind of new Set(held.map((span) => span.kind))) frozen.set(kind, (frozen.get(kind) ?? 0) + 1);
      card.querySelector(".clock").textContent = clock(card.dataset.zone, now);
      const before = card.querySelector(".state");
      const after = element("div", ...told);
      if (before.innerHTML !== after.innerHTML) before.replaceChildren(...told);
    });
    const when = Number.isNaN(wanted) ? "Now, by this device’s clock" : `At ${new Date(now).toISOString().slice(0, 19)}Z`;
    const where = [...frozen].map(([kind, count]) => `${kind} in ${count} of ${cards.length} regions`);
    const words = `${when}: ${where.length === 0 ? "nothing is frozen by a date" : where.join(", ")}.`;
    if (summary.textContent !== words) summary.textContent = words;
    const place = `${((now - start) / (end - start)) * 100}%`;
    for (const line of lines) {
      line.setAttribute("x1", place);
      line.setAttribute("x2", place);
    }
    return now;
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  asked.addEventListener("input", show);
  const now = show();
  for (const month of document.querySelectorAll("details[data-from]")) {
    month.open = Date.parse(month.dataset.from) <= now && now < Date.parse(month.dataset.until);
  }
  setInterval(show, 15_000);
})();
