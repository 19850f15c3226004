"use strict";
// What is shown: the plan as data, the filters, and what they let pass. list.js and draw.js show `shown` and `picked`.

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

/** Pick the first station that the search found, or else the first run. */
function pickFirst() {
  const station = filters().words.length ? listed.find((id) => shown.stations.has(id)) : undefined;
  if (station !== undefined) {
    document.querySelector("input[name=show][value=stations]").checked = true;
    list();
  }
  const first = station ?? byId("list").querySelector("button")?.dataset.id;
  if (first !== undefined) pick(first, { look: true, speak: true });
}

function listen() {
  byId("filters").addEventListener("input", choose);
  byId("filters").addEventListener("reset", () => setTimeout(() => { pick(null); choose(); showAll(); }));
  byId("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    pickFirst();
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
