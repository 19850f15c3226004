// The list beside the map, and the details of what was picked.

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
      ["hazards", spot.hazards.join(", ")], ["status", `${lostWays(spot.id).length ? icons.lost : icons.served} ${statusOf(spot.id)}`]);
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
