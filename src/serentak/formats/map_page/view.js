// How degrees become pixels, and how one moves in the map.

const canvas = byId("canvas");
const pen = canvas.getContext("2d");
const colours = {
  land: ["#f7f3e6", "#eef3e4", "#f4ece4", "#e9f1ee", "#f3eff3"], edge: "#b9b39c", name: "#6d6747",
  ink: "#1a2330", trunk: "#1f2d3d", paper: "#ffffff", chosen: "#c2410c", lost: "#a31515", hazard: "#2b7bbb40", water: "#1b5f96", dim: "#9aa3ad",
};
/** Dark enough on the land; neighbouring hubs get different ones. They only keep runs apart, they mean nothing. */
const hues = ["#0b6e99", "#8a4b08", "#2f7022", "#7d3a94", "#9c2740", "#5d5a00"];

let view = { x: 0, y: 0, scale: 1 }; // centre in map units, pixels a map unit
let size = { width: 0, height: 0 };
let whole = null; // [west, south, east, north] in map units

// Positions: a map unit is a degree of latitude; east-west is shortened for the middle of the district.

let squeeze = 1;
const place = (lon, lat) => [lon * squeeze, -lat];
const toPixel = ([x, y]) => [(x - view.x) * view.scale + size.width / 2, (y - view.y) * view.scale + size.height / 2];

/** Read steps of the grid as positions. */
function unrolled(steps) {
  const line = [];
  let lon = 0;
  let lat = 0;
  for (let n = 0; n < steps.length; n += 2) {
    lon += steps[n];
    lat += steps[n + 1];
    line.push(place(lon / plan.grid, lat / plan.grid));
  }
  return line;
}

function measure() {
  const all = [...spots.values()];
  const lats = all.map((spot) => spot.lat);
  squeeze = Math.cos((((Math.min(...lats) + Math.max(...lats)) / 2) * Math.PI) / 180);
  for (const spot of all) spot.at = place(spot.lon, spot.lat);
  for (const village of plan.villages) village.at = place(village.lon, village.lat);
  const ways = plan.ways.map(unrolled);
  const bases = [...new Set(plan.runs.filter((run) => !run.trunk).map((run) => run.base))].sort();
  const hue = hueOf(bases);
  for (const run of plan.runs) {
    const halts = [run.base, ...run.stops.map((stop) => stop.at), run.base].map((id) => spots.get(id).at);
    run.lines = run.ways.map((way, n) => (way === -2 ? [] : way === -1 ? [halts[n], halts[n + 1]] : ways[way]));
    run.colour = run.trunk ? colours.trunk : hue.get(run.base);
  }
  plan.kecamatan.forEach((each, n) => {
    each.lines = each.rings.map(unrolled);
    each.colour = colours.land[n % colours.land.length];
    each.at = each.label && place(...each.label);
  });
  for (const each of plan.hazards) {
    each.areas = each.rings.map(unrolled);
    each.strokes = each.lines.map(unrolled);
  }
  whole = box([...all.map((spot) => spot.at), ...plan.kecamatan.flatMap((each) => each.lines.flat())]);
}

/** Give each hub the hue that is farthest away among the hubs which have it already. */
function hueOf(bases) {
  const given = new Map();
  for (const base of bases) {
    const far = hues.map((hue, n) => {
      const same = [...given].filter(([, other]) => other === hue).map(([id]) => distance(spots.get(id).at, spots.get(base).at));
      return [same.length ? Math.min(...same) : 1e9 - n, hue];
    });
    given.set(base, far.sort((a, b) => b[0] - a[0])[0][1]);
  }
  return given;
}

const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function box(points) {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

// Moving

/** Pixels at the right of the map that lie under the details, and at its left under the buttons. */
const covered = () => (wide.matches && picked !== null ? byId("detail").offsetWidth + 12 : 0);
const pressed = () => (wide.matches ? byId("pad").offsetWidth + 12 : 0);

function fit([west, north, east, south], room = 0.96) {
  const width = Math.max(east - west, 0.004);
  const height = Math.max(south - north, 0.004);
  centre([(west + east) / 2, (north + south) / 2],
    limited(room * Math.min((size.width - covered() - pressed()) / width, size.height / height)));
}

function centre([x, y], scale) {
  view = { x: x + (covered() - pressed()) / 2 / scale, y, scale };
  drawSoon();
}

const limited = (scale) => Math.min(Math.max(scale, 20), 400000);
const showAll = () => fit(whole);

function lookAt(id) {
  const run = runs.get(id);
  if (run) return fit(box(run.lines.flat()), 0.8);
  const [x, y] = toPixel(spots.get(id).at);
  const inside = x > 40 && y > 40 && x < size.width - covered() - 40 && y < size.height - 40;
  if (view.scale < 4000 || !inside) centre(spots.get(id).at, Math.max(view.scale, 4000));
}

function lookAtKecamatan(code) {
  const points = [...spots.values()].filter((spot) => spot.kecamatan === code).map((spot) => spot.at);
  if (points.length) fit(box(points), 0.85);
  else showAll();
}

/** Zoom so that what lies under a pixel stays there. */
function zoom(factor, [px, py] = [size.width / 2, size.height / 2]) {
  const scale = limited(view.scale * factor);
  const [dx, dy] = [px - size.width / 2, py - size.height / 2];
  view = { x: view.x + dx / view.scale - dx / scale, y: view.y + dy / view.scale - dy / scale, scale };
  drawSoon();
}

function pan(dx, dy) {
  view = { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
  drawSoon();
}

const moves = {
  in: () => zoom(1.5), out: () => zoom(1 / 1.5), all: showAll,
  up: () => pan(0, 80), down: () => pan(0, -80), left: () => pan(80, 0), right: () => pan(-80, 0),
};
const keys = {
  "+": "in", "=": "in", "-": "out", "_": "out", 0: "all",
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right",
};

function listenToMap() {
  byId("pad").addEventListener("click", (event) => {
    const move = event.target.dataset.move;
    if (move) moves[move]();
  });
  canvas.addEventListener("keydown", (event) => {
    const move = keys[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[move]();
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), [event.offsetX, event.offsetY]);
  }, { passive: false });
  const fingers = new Map();
  let travelled = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (!fingers.size) travelled = 0;
    fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
    hint(null);
  });
  canvas.addEventListener("pointermove", (event) => {
    const here = [event.offsetX, event.offsetY];
    const before = fingers.get(event.pointerId);
    if (!before) return hint(under(here), here);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      zoom(Math.max(distance(here, other), 10) / Math.max(distance(before, other), 10), other);
    } else {
      pan(here[0] - before[0], here[1] - before[1]);
    }
    travelled += distance(here, before);
    fingers.set(event.pointerId, here);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      const last = fingers.delete(event.pointerId) && !fingers.size;
      if (kind === "pointerup" && last && travelled < 8) pick(under([event.offsetX, event.offsetY]));
    });
  }
  canvas.addEventListener("pointerleave", () => hint(null));
  new ResizeObserver(resize).observe(byId("map"));
}

/** Show the name of what lies under the pointer. */
function hint(id, [x, y] = [0, 0]) {
  const note = byId("hint");
  note.hidden = id === null;
  canvas.style.cursor = id === null ? "" : "pointer";
  if (id === null) return;
  const run = runs.get(id);
  note.textContent = run ? `${icons[run.direction]} ${run.vehicle}, ${moment(run.depart)}` : nameOf(id);
  note.style.left = `${Math.min(x + 14, size.width - note.offsetWidth - 4)}px`;
  note.style.top = `${Math.max(y - 34, 4)}px`;
}

/** Find what lies under a pixel: a place, else a station, else a run. */
function under(pixel) {
  const near = (ids, reach) => {
    let best = null;
    for (const id of ids) {
      const away = distance(toPixel(spots.get(id).at), pixel);
      if (away < reach) [best, reach] = [id, away];
    }
    return best;
  };
  const marks = near(plan.places.map((each) => each.id), 12) ?? near(shown.stations, 10);
  if (marks !== null) return marks;
  let [best, reach] = [null, 6];
  for (const id of shown.runs) {
    for (const line of runs.get(id).lines) {
      for (let n = 1; n < line.length; n += 1) {
        const away = toSegment(pixel, toPixel(line[n - 1]), toPixel(line[n]));
        if (away < reach) [best, reach] = [id, away];
      }
    }
  }
  return best;
}

function toSegment(point, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(Math.max(along, 0), 1);
  return distance(point, [a[0] + t * dx, a[1] + t * dy]);
}
