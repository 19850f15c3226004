"use strict";
// What is shown: the plan as data, the filters, the list beside the map, and the details of what was picked.
// The map itself is drawn by draw.js, from `shown` and `picked`.

const plan = JSON.parse(document.getElementById("plan").textContent);
const byId = (id) => document.getElementById(id);
const say = (key, values = {}) => plan.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const language = document.documentElement.lang;
const figure = (value) => value.toLocaleString(language);

const spots = new Map(); // stations and places by id
const runs = new Map(plan.runs.map((run) => [run.id, run]));
const kecamatan = new Map(plan.kecamatan.map((each) => [each.code, each]));
const gaps = new Map(); // unserved, by "direction id"

/** What passes the filters now. `stations` and `runs` hold ids; null stands for "all" nowhere: the sets are whole. */
let shown = { runs: new Set(), stations: new Set() };
/** Whether the map stands beside the list; else everything stands in one column. */
const wide = matchMedia("(min-width: 801px)");
/** Id of the run, station or place that was picked, or null. */
let picked = null;

// Words for things

const icons = { out: "▶", back: "◀", lost: "✕", served: "✓" };

/** Write seconds from 00:00 on H as `H-1 06:45`; seconds within the minute are left out. */
function moment(seconds) {
  const day = Math.floor(seconds / 86400);
  const minutes = Math.floor((seconds - day * 86400) / 60);
  return `${dayName(day)} ${clock(minutes)}`;
}

/** Write a moment without its day where that is the one everybody is speaking of. */
const momentOn = (day, seconds) => {
  const whole = moment(seconds);
  return Math.floor(seconds / 86400) === day ? whole.split(" ")[1] : whole;
};

const dayName = (day) => (day === 0 ? "H" : day > 0 ? `H+${day}` : `H${day}`);
const clock = (minutes) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const span = (seconds) => `${Math.floor(seconds / 3600)}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;

function stationName(station) {
  return say("tps", { number: String(station.number).padStart(3, "0"), desa: station.desa });
}

function nameOf(id) {
  const spot = spots.get(id);
  if (spot.recap) return say("recap", { kecamatan: kecamatanName(spot.kecamatan) });
  return isStation(spot) ? stationName(spot) : spot.name;
}

const kecamatanName = (code) => (kecamatan.has(code) ? kecamatan.get(code).name : code);
const isStation = (spot) => spot.number !== undefined;
/** What the list of stations may hold: all of them, and recapitulation boxes that are not served. */
const listed = [...plan.stations, ...plan.recap].map((each) => each.id);

/** The directions in which a station or unit is not served. */
const lostWays = (id) => ["out", "back"].filter((way) => gaps.has(`${way} ${id}`));

// Reading the data once

function prepare() {
  for (const place of plan.places) spots.set(place.id, { ...place, runs: [] });
  for (const station of plan.stations) spots.set(station.id, { ...station, runs: [] });
  // Boxes that are not served are shown where they should be received.
  for (const unit of plan.recap) spots.set(unit.id, { ...unit, runs: [], recap: true });
  for (const gap of plan.unserved) gaps.set(`${gap.direction} ${gap.at}`, gap);
  for (const spot of spots.values()) {
    spot.words = isStation(spot)
      ? `tps ${spot.id} ${spot.desa} ${kecamatanName(spot.kecamatan)} ${spot.venue}`.toLowerCase()
      : `${spot.id} ${nameOf(spot.id)} ${kecamatanName(spot.kecamatan)}`.toLowerCase();
  }
  for (const run of plan.runs) {
    run.words = `${run.id} ${run.vehicle} ${run.escort ?? ""} ${nameOf(run.base)}`.toLowerCase();
    run.kecamatan = new Set(run.stops.map((stop) => spots.get(stop.at).kecamatan));
    run.trunk = run.stops.some((stop) => !isStation(spots.get(stop.at)));
    for (const stop of run.stops) spots.get(stop.at).runs.push({ run, stop });
  }
}

// Choosing

function filters() {
  return {
    direction: document.querySelector("input[name=direction]:checked").value,
    day: byId("day").value,
    kecamatan: byId("kecamatan").value,
    vehicle: byId("vehicle").value,
    unserved: byId("unserved").checked,
    words: byId("search").value.toLowerCase().split(/\s+/).filter(Boolean),
  };
}

/** Every word must stand in the text; a bare number of up to three digits means the number of a station. */
function speaksOf(spot, words) {
  return words.every((word) =>
    /^\d{1,3}$/.test(word) && isStation(spot) ? spot.number === Number(word) : spot.words.includes(word),
  );
}

function choose() {
  const wanted = filters();
  const found = new Set();
  if (wanted.words.length) for (const spot of spots.values()) if (speaksOf(spot, wanted.words)) found.add(spot.id);
  const runPasses = (run) =>
    (!wanted.direction || run.direction === wanted.direction) &&
    (!wanted.day || run.day === Number(wanted.day)) &&
    (!wanted.vehicle || run.vehicle === wanted.vehicle || run.type === wanted.vehicle) &&
    (!wanted.kecamatan || run.kecamatan.has(wanted.kecamatan)) &&
    (!wanted.words.length ||
      wanted.words.every((word) => run.words.includes(word)) ||
      run.stops.some((stop) => found.has(stop.at)));
  const chosenRuns = new Set(wanted.unserved ? [] : plan.runs.filter(runPasses).map((run) => run.id));
  const travels = wanted.day || wanted.vehicle;
  const stationPasses = (station) => {
    if (wanted.kecamatan && station.kecamatan !== wanted.kecamatan) return false;
    if (wanted.words.length && !found.has(station.id)) {
      const named = station.runs.some(({ run }) => wanted.words.every((word) => run.words.includes(word)));
      if (!named) return false;
    }
    const lost = lostWays(station.id).some((way) => !wanted.direction || way === wanted.direction);
    if (wanted.unserved || station.recap) return lost && !travels;
    return travels ? station.runs.some(({ run }) => runPasses(run)) : true;
  };
  shown = {
    runs: chosenRuns,
    stations: new Set(listed.filter((id) => stationPasses(spots.get(id)))),
  };
  if (picked !== null && !shown.runs.has(picked) && !shown.stations.has(picked) && !isPlace(picked)) pick(null);
  list();
  drawSoon();
}

const isPlace = (id) => spots.has(id) && spots.get(id).kind !== undefined;

/** Pick a run, station or place, or nothing; the list, the details and the map all show it. */
function pick(id, { look = false, speak = false } = {}) {
  picked = id;
  detail();
  for (const button of byId("list").querySelectorAll("button")) mark(button);
  if (id !== null && look) lookAt(id);
  if (id !== null && speak) byId("detail").focus({ preventScroll: false });
  drawSoon();
}

// The list

const made = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function list() {
  const view = document.querySelector("input[name=show]:checked").value;
  const stations = [...shown.stations].map((id) => spots.get(id)).filter(isStation);
  const boxes = stations.reduce((sum, station) => sum + station.boxes, 0);
  byId("count").textContent = say("count", {
    runs: figure(shown.runs.size), stations: figure(stations.length), boxes: figure(boxes),
  });
  byId("show-runs").textContent = `${say("runs")} (${figure(shown.runs.size)})`;
  byId("show-stations").textContent = `${say("stations")} (${figure(shown.stations.size)})`;
  const rows = view === "runs" ? runRows() : stationRows();
  byId("list").replaceChildren(...(rows.length ? rows : [made("li", { className: "about", textContent: say("none") })]));
  const first = byId("list").querySelector("button");
  if (first) (byId("list").querySelector("[aria-current=true]") ?? first).tabIndex = 0;
}

function runRows() {
  const chosen = plan.runs.filter((run) => shown.runs.has(run.id));
  chosen.sort((a, b) => a.day - b.day || a.depart - b.depart || (a.id < b.id ? -1 : 1));
  const rows = [];
  let day = null;
  for (const run of chosen) {
    if (run.day !== day) rows.push(made("li", { className: "head", textContent: plan.days[run.day] }));
    day = run.day;
    const about = say("run_about", {
      direction: say(run.direction), base: nameOf(run.base), stops: run.stops.length, boxes: figure(run.boxes),
    });
    rows.push(row(run.id, icons[run.direction], run.vehicle, hours(run), about));
  }
  return rows;
}

const hours = (run) => `${momentOn(run.day, run.depart)}–${momentOn(run.day, run.back)}`;

function stationRows() {
  const rows = [];
  let before = null;
  for (const id of listed) {
    if (!shown.stations.has(id)) continue;
    const station = spots.get(id);
    if (station.kecamatan !== before) {
      rows.push(made("li", { className: "head", textContent: kecamatanName(station.kecamatan) }));
    }
    before = station.kecamatan;
    const lost = lostWays(id);
    const arrival = station.runs.find(({ run }) => run.direction === "out");
    const item = row(
      id, lost.length ? icons.lost : icons.served, nameOf(id),
      arrival ? moment(arrival.stop.arrive) : "–", `${id} · ${statusOf(id)}`,
    );
    if (lost.length) item.firstChild.querySelector(".sign").classList.add("lost");
    rows.push(item);
  }
  return rows;
}

function statusOf(id) {
  const lost = lostWays(id);
  return lost.length ? say("lost", { ways: lost.map((way) => say(way)).join(", ") }) : say("planned");
}

function row(id, sign, name, when, about) {
  const button = made(
    "button", { type: "button", tabIndex: -1 },
    made("span", { className: "sign", textContent: sign, ariaHidden: "true" }),
    made("span", { className: "name", textContent: name }),
    made("span", { className: "when", textContent: when }),
    made("span", { className: "about", textContent: about }),
  );
  button.dataset.id = id;
  mark(button);
  return made("li", {}, button);
}

function mark(button) {
  button.setAttribute("aria-current", button.dataset.id === picked);
}

// Details

function detail() {
  const box = byId("detail");
  box.hidden = picked === null;
  if (picked !== null) byId("legend").open = false;
  if (picked === null) return box.replaceChildren();
  const close = made("button", { type: "button", className: "close", textContent: "✕", ariaLabel: say("close") });
  close.addEventListener("click", leave);
  const content = runs.has(picked) ? runDetail(runs.get(picked)) : spotDetail(spots.get(picked));
  box.replaceChildren(close, ...content);
}

/** Close the details and go back to where one came from in the list. */
function leave() {
  const row = byId("list").querySelector("[aria-current=true]");
  pick(null);
  (row ?? byId("canvas")).focus();
}

function facts(pairs) {
  const dl = made("dl");
  for (const [key, value] of pairs) {
    if (value === null || value === "") continue;
    dl.append(made("dt", { textContent: say(key) }), made("dd", {}, value));
  }
  return dl;
}

function link(id, text) {
  const button = made("button", { type: "button", textContent: text });
  button.addEventListener("click", () => pick(id, { look: true, speak: true }));
  return button;
}

function runDetail(run) {
  const table = made("table");
  const head = ["number", "stop", "arrive", "boxes"];
  table.append(made("thead", {}, made("tr", {}, ...head.map((key) =>
    made("th", { textContent: say(key), scope: "col", className: key === "stop" ? "" : "num" })))));
  const body = made("tbody");
  run.stops.forEach((stop, n) => {
    body.append(made("tr", {},
      made("td", { className: "num", textContent: n + 1 }),
      made("td", {}, link(stop.at, nameOf(stop.at))),
      made("td", { className: "num", textContent: momentOn(run.day, stop.arrive) }),
      made("td", { className: "num", textContent: figure(stop.boxes) })));
  });
  table.append(body);
  const end = Math.min(...run.stops.map((stop) => stop.latest));
  const spare = run.direction === "out"
    ? Math.min(...run.stops.map((stop) => stop.latest - stop.arrive))
    : end - run.back;
  return [
    made("h2", { textContent: `${icons[run.direction]} ${run.vehicle}: ${say(run.direction)}` }),
    facts([
      ["run", run.id], ["base", link(run.base, nameOf(run.base))],
      ["day", plan.days[run.day]],
      ["vehicles", run.team > 1 ? say("together", { n: run.team, mode: run.mode }) : run.mode],
      ["escort", run.escort ?? say("no_escort")],
      ["leaves", moment(run.depart)], ["returns", moment(run.back)],
      ["latest", say("spare", { moment: moment(end), hours: span(spare) })],
      ["boxes", figure(run.boxes)],
    ]),
    table,
  ];
}

function spotDetail(spot) {
  const nodes = [made("h2", { textContent: nameOf(spot.id) })];
  const pairs = [["id", spot.id], ["kecamatan", kecamatanName(spot.kecamatan)]];
  if (isStation(spot)) {
    pairs.push(["venue", spot.venue], ["voters", figure(spot.voters)], ["boxes", figure(spot.boxes)],
      ["status", `${lostWays(spot.id).length ? icons.lost : icons.served} ${statusOf(spot.id)}`]);
  } else {
    pairs.push(spot.recap ? ["boxes", figure(spot.boxes)] : ["kind", say(spot.kind)]);
  }
  nodes.push(facts(pairs));
  for (const way of ["out", "back"]) {
    for (const gap of plan.unserved) {
      if (gap.at !== spot.id || gap.direction !== way) continue;
      nodes.push(made("div", { className: "why" },
        made("p", { className: "lost", textContent: `${icons.lost} ${say("lost", { ways: say(way) })}` }),
        made("p", { textContent: gap.why }),
        made("p", { textContent: `${say("earliest")}: ${gap.earliest === null ? "–" : moment(gap.earliest)}` }),
        made("p", { textContent: `${say("help")}: ${gap.help}` })));
    }
  }
  const halts = spot.runs.filter(({ run }) => isStation(spot) || shown.runs.has(run.id));
  if (halts.length) nodes.push(visits(halts));
  return nodes;
}

function visits(halts) {
  const body = made("tbody");
  for (const { run, stop } of halts) {
    body.append(made("tr", {},
      made("td", {}, `${icons[run.direction]} ${say(run.direction)} `, link(run.id, run.vehicle)),
      made("td", { className: "num", textContent: moment(run.direction === "out" ? stop.arrive : stop.depart) }),
      made("td", { className: "num", textContent: figure(stop.boxes) })));
  }
  const head = ["run", "time", "boxes"].map((key) =>
    made("th", { textContent: say(key), scope: "col", className: key === "run" ? "" : "num" }));
  return made("table", {}, made("thead", {}, made("tr", {}, ...head)), body);
}

// The page's own words, and what is asked of it

function option(value, text) {
  return made("option", { value, textContent: text });
}

function fill() {
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = say(element.dataset.label);
  }
  byId("search").placeholder = say("search_hint");
  byId("title").textContent = `${plan.name} (${plan.code})`;
  byId("status").textContent = [say("plan_status", { zone: plan.zone }), ...plan.notes].join(" ");
  byId("source").textContent = say("source", plan.source);
  byId("assumed").replaceChildren(...plan.assumed.map((text) => made("li", { textContent: text })));
  byId("unserved-label").textContent =
    `${icons.lost} ${say("only_unserved", { n: figure(new Set(plan.unserved.map((gap) => gap.at)).size) })}`;
  byId("day").replaceChildren(option("", say("all")),
    ...Object.keys(plan.days).map(Number).sort((a, b) => a - b).map((day) => option(day, plan.days[day])));
  byId("kecamatan").replaceChildren(option("", say("all")),
    ...plan.kecamatan.map((each) => option(each.code, each.name)).sort((a, b) => a.text.localeCompare(b.text, language)));
  const types = new Map();
  for (const run of plan.runs) types.set(run.type, [...(types.get(run.type) ?? []), run]);
  byId("vehicle").replaceChildren(option("", say("all")), ...[...types].map(([type, own]) => {
    const names = [...new Set(own.map((run) => run.vehicle))].sort((a, b) => a.localeCompare(b, language, { numeric: true }));
    return made("optgroup", { label: type }, option(type, say("all_of", { type })), ...names.map((name) => option(name, name)));
  }));
}

function listen() {
  byId("filters").addEventListener("input", choose);
  byId("filters").addEventListener("reset", () => setTimeout(() => { pick(null); choose(); showAll(); }));
  byId("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    const first = byId("list").querySelector("button");
    if (first) pick(first.dataset.id, { look: true, speak: true });
  });
  byId("kecamatan").addEventListener("change", () => lookAtKecamatan(byId("kecamatan").value));
  byId("unserved").addEventListener("change", () => {
    if (byId("unserved").checked) document.querySelector("input[name=show][value=stations]").checked = true;
    list();
  });
  byId("show").addEventListener("change", list);
  byId("list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    pick(button.dataset.id === picked ? null : button.dataset.id, { look: true });
    if (picked !== null && !wide.matches) document.querySelector("main").scrollIntoView();
  });
  byId("list").addEventListener("keydown", walk);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && picked !== null) leave();
  });
}

/** One stop for the tab key; up, down, home and end walk through the rows. */
function walk(event) {
  const buttons = [...byId("list").querySelectorAll("button")];
  const here = buttons.indexOf(document.activeElement);
  const there = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (there === undefined || !buttons[there]) return;
  event.preventDefault();
  for (const button of buttons) button.tabIndex = -1;
  buttons[there].tabIndex = 0;
  buttons[there].focus();
}
