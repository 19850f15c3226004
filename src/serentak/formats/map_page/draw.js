// What is drawn.

let waiting = false;

/** Draw before the next picture, however often this is asked. */
function drawSoon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw();
  });
}

function resize() {
  const first = size.width === 0;
  size = { width: canvas.clientWidth, height: canvas.clientHeight };
  canvas.width = size.width * devicePixelRatio;
  canvas.height = size.height * devicePixelRatio;
  if (first) showAll();
  draw();
}

function draw() {
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, size.width, size.height);
  pen.lineJoin = pen.lineCap = "round";
  taken = [];
  drawLand();
  drawHazards();
  drawRuns();
  drawStations();
  drawPlaces();
  drawPicked();
  drawNames();
  drawScale();
}

/** Add a line to the path; bends nearer than two pixels to the last one cannot be seen and are left out. */
function trace(line) {
  const last = line.length - 1;
  const [left, top] = [size.width / 2 - view.x * view.scale, size.height / 2 - view.y * view.scale];
  let [seenX, seenY] = [0, 0];
  for (let n = 0; n <= last; n += 1) {
    const x = line[n][0] * view.scale + left;
    const y = line[n][1] * view.scale + top;
    if (n === 0) pen.moveTo(x, y);
    else if (n === last || Math.abs(x - seenX) + Math.abs(y - seenY) > 2) pen.lineTo(x, y);
    else continue;
    [seenX, seenY] = [x, y];
  }
}

function drawLand() {
  pen.strokeStyle = colours.edge;
  pen.lineWidth = 1;
  for (const each of plan.kecamatan) {
    pen.fillStyle = each.colour;
    pen.beginPath();
    each.lines.forEach(trace);
    pen.fill();
    pen.stroke();
  }
}

/** Areas and lines of hazards; what is closed is hatched, so that it does not hang on its colour. */
function drawHazards() {
  for (const each of plan.hazards) {
    pen.setLineDash([]);
    pen.strokeStyle = each.closed ? colours.lost : colours.water;
    pen.fillStyle = each.closed ? hatch() : colours.hazard;
    pen.lineWidth = each.closed ? 1.5 : 0.6;
    pen.beginPath();
    each.areas.forEach(trace);
    pen.fill("evenodd");
    pen.stroke();
    pen.lineWidth = 3;
    pen.beginPath();
    each.strokes.forEach(trace);
    pen.stroke();
  }
}

function hatch() {
  const tile = made("canvas", { width: 8, height: 8 });
  const to = tile.getContext("2d");
  to.strokeStyle = colours.lost;
  to.beginPath();
  for (const from of [-8, 0, 8]) {
    to.moveTo(from, 8);
    to.lineTo(from + 8, 0);
  }
  to.stroke();
  return pen.createPattern(tile, "repeat");
}

/** The picked run, or the runs that serve the picked station or place; empty when all are equal. */
function emphasised() {
  if (picked === null) return [];
  if (runs.has(picked)) return [runs.get(picked)];
  return spots.get(picked).runs.map(({ run }) => run).filter((run) => shown.runs.has(run.id));
}

function drawRuns() {
  const strong = new Set(emphasised());
  const chosen = plan.runs.filter((run) => shown.runs.has(run.id) && !strong.has(run));
  const widen = Math.min(Math.max(view.scale / 1500, 0.7), 2);
  for (const trunk of [false, true]) {
    for (const run of chosen) {
      if (run.trunk !== trunk) continue;
      pen.strokeStyle = picked === null ? run.colour : colours.dim;
      pen.globalAlpha = picked === null ? (trunk ? 0.75 : 0.8) : 0.45;
      pen.lineWidth = (trunk ? 2.2 : 1.1) * widen;
      pen.setLineDash(run.direction === "back" ? [5, 4] : []);
      pen.beginPath();
      run.lines.forEach(trace);
      pen.stroke();
    }
  }
  pen.globalAlpha = 1;
  for (const run of strong) {
    for (const [colour, width] of [[colours.paper, 7], [colours.chosen, 3.5]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.setLineDash(run.direction === "back" && colour !== colours.paper ? [9, 7] : []);
      pen.beginPath();
      run.lines.forEach(trace);
      pen.stroke();
    }
    pen.setLineDash([]);
    run.lines.forEach(arrow);
  }
  pen.setLineDash([]);
}

/** Draw the sense of travel in the middle of a leg that is long enough. */
function arrow(line) {
  const pixels = line.map(toPixel);
  const middle = Math.floor((pixels.length - 1) / 2);
  const [a, b] = [pixels[middle], pixels[middle + 1]];
  if (!a || !b || distance(pixels[0], pixels.at(-1)) < 30) return;
  pen.save();
  pen.translate((a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
  pen.rotate(Math.atan2(b[1] - a[1], b[0] - a[0]));
  pen.fillStyle = colours.chosen;
  pen.strokeStyle = colours.paper;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(8, 0);
  pen.lineTo(-6, 6.5);
  pen.lineTo(-6, -6.5);
  pen.closePath();
  pen.fill();
  pen.stroke();
  pen.restore();
}

function drawStations() {
  const r = Math.min(Math.max(view.scale / 1100, shown.stations.size > 200 ? 1.6 : 3.5), 5);
  const wanted = filters().direction;
  for (const id of listed) {
    if (!shown.stations.has(id)) continue;
    const [x, y] = toPixel(spots.get(id).at);
    if (x < -9 || y < -9 || x > size.width + 9 || y > size.height + 9) continue;
    if (spots.get(id).hazards?.length) wet(pen, x, y, r + 2);
    if (lostWays(id).some((way) => !wanted || way === wanted)) {
      cross(pen, x, y, Math.max(r + 2, 5));
    } else {
      dot(pen, x, y, r);
    }
  }
}

function dot(to, x, y, r) {
  to.beginPath();
  to.arc(x, y, r, 0, 7);
  to.fillStyle = colours.ink;
  to.fill();
  to.lineWidth = 1;
  to.strokeStyle = colours.paper;
  to.stroke();
}

/** A ring around a station inside a hazard. */
function wet(to, x, y, r) {
  to.beginPath();
  to.arc(x, y, r, 0, 7);
  to.fillStyle = "#ffffffb0";
  to.fill();
  to.lineWidth = 1.4;
  to.strokeStyle = colours.water;
  to.stroke();
}

function cross(to, x, y, r) {
  to.beginPath();
  to.arc(x, y, r + 2, 0, 7);
  to.fillStyle = colours.paper;
  to.fill();
  to.strokeStyle = colours.lost;
  to.lineWidth = 1.5;
  to.stroke();
  to.lineWidth = 2.2;
  to.beginPath();
  for (const [a, b] of [[-1, -1], [1, -1]]) {
    to.moveTo(x + a * r * 0.6, y + b * r * 0.6);
    to.lineTo(x - a * r * 0.6, y - b * r * 0.6);
  }
  to.stroke();
}

function drawPlaces() {
  for (const { id, kind } of plan.places) {
    const [x, y] = toPixel(spots.get(id).at);
    sign(pen, kind, x, y, size.width < 500 ? 0.75 : 1);
    taken.push([x - 8, y - 8, x + 8, y + 8]);
  }
}

/** Draw a place: the shape says its kind. */
function sign(to, kind, x, y, scale = 1) {
  const shapes = {
    warehouse: [[-9, 8], [-9, -2], [0, -10], [9, -2], [9, 8]],
    ppk: [[-6, -6], [6, -6], [6, 6], [-6, 6]],
    pps: [[0, -6.5], [6.5, 0], [0, 6.5], [-6.5, 0]],
    transit: [[0, -7.5], [7.5, 6], [-7.5, 6]],
  };
  to.beginPath();
  shapes[kind].forEach(([dx, dy], n) => to[n ? "lineTo" : "moveTo"](x + dx * scale, y + dy * scale));
  to.closePath();
  to.fillStyle = kind === "warehouse" ? colours.ink : colours.paper;
  to.fill();
  to.lineWidth = 2.2;
  to.strokeStyle = kind === "warehouse" ? colours.paper : colours.ink;
  to.stroke();
}

function drawPicked() {
  if (picked === null) return;
  const run = runs.get(picked);
  if (run) {
    run.stops.forEach((stop, n) => badge(n + 1, toPixel(spots.get(stop.at).at)));
  } else {
    const [x, y] = toPixel(spots.get(picked).at);
    pen.beginPath();
    pen.arc(x, y, 13, 0, 7);
    pen.lineWidth = 7;
    pen.strokeStyle = colours.paper;
    pen.stroke();
    pen.lineWidth = 3.5;
    pen.strokeStyle = colours.chosen;
    pen.stroke();
    taken.push([x - 15, y - 15, x + 15, y + 15]);
  }
}

function badge(number, [x, y]) {
  pen.beginPath();
  pen.arc(x, y, 9.5, 0, 7);
  pen.fillStyle = colours.chosen;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = colours.paper;
  pen.stroke();
  pen.font = "600 11px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = colours.paper;
  pen.fillText(number, x, y + 0.5);
  taken.push([x - 10, y - 10, x + 10, y + 10]);
}

let taken = []; // rectangles that hold a name or number already

/** Write a name at the first of some distances below its position where nothing else stands yet, or not at all. */
function write(text, [x, y], { font, colour, below = [0] }) {
  if (x < 0 || y < 0 || x > size.width || y > size.height) return;
  pen.font = font;
  const half = pen.measureText(text).width / 2 + 3;
  const own = (dy) => [x - half, y + dy - 7, x + half, y + dy + 7];
  const free = ([left, top, right, bottom]) => left > 0 && right < size.width - covered() &&
    taken.every((other) => left > other[2] || right < other[0] || top > other[3] || bottom < other[1]);
  const dy = below.find((each) => free(own(each)));
  if (dy === undefined) return;
  taken.push(own(dy));
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineWidth = 3.5;
  pen.strokeStyle = "#ffffffd9";
  pen.strokeText(text, x, y + dy);
  pen.fillStyle = colour;
  pen.fillText(text, x, y + dy);
}

function drawNames() {
  const plain = "12px system-ui, sans-serif";
  if (picked !== null && spots.has(picked)) {
    write(nameOf(picked), toPixel(spots.get(picked).at), { font: `600 ${plain}`, colour: colours.ink, below: [-24, 24] });
  }
  for (const each of plan.places) {
    if (view.scale > 900) write(each.name, toPixel(spots.get(each.id).at), { font: `600 ${plain}`, colour: colours.ink, below: [17, -17] });
  }
  if (view.scale < 3500) {
    for (const each of plan.kecamatan) {
      if (each.at) write(each.name.toUpperCase(), toPixel(each.at), { font: `600 11px system-ui, sans-serif`, colour: colours.name, below: [0, -16, 16, 28, -28] });
    }
  }
  if (view.scale > 6000) {
    for (const { id } of plan.stations) {
      if (shown.stations.has(id)) write(`TPS ${spots.get(id).number}`, toPixel(spots.get(id).at), { font: plain, colour: colours.ink, below: [14, -14] });
    }
  }
  if (view.scale > 2200) {
    for (const village of plan.villages) write(village.name, toPixel(village.at), { font: `italic ${plain}`, colour: colours.name });
  }
}

/** A bar of a round number of kilometres; north is up. */
function drawScale() {
  const kilometre = view.scale / 111.2;
  const lengths = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];
  const length = lengths.find((each) => each * kilometre > 50) ?? 200;
  const [right, bottom] = [size.width - covered() - 16, size.height - 14];
  const text = `${length.toLocaleString(language)} km`;
  pen.font = "12px system-ui, sans-serif";
  pen.textAlign = "right";
  pen.textBaseline = "alphabetic";
  for (const [colour, width] of [["#ffffffd9", 5], [colours.ink, 2]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(right - length * kilometre, bottom - 5);
    pen.lineTo(right - length * kilometre, bottom);
    pen.lineTo(right, bottom);
    pen.lineTo(right, bottom - 5);
    pen.stroke();
    pen.lineWidth = 3.5;
    if (width > 2) pen.strokeText(text, right, bottom - 9);
  }
  pen.fillStyle = colours.ink;
  pen.fillText(text, right, bottom - 9);
}

function swatch(to, closed) {
  to.beginPath();
  to.rect(6, 4, 28, 14);
  to.fillStyle = closed ? hatch() : colours.hazard;
  to.fill();
  to.strokeStyle = closed ? colours.lost : colours.water;
  to.stroke();
}

// The legend is drawn by the same hands as the map.

function drawLegend() {
  const line = (trunk, back) => (to) => {
    to.strokeStyle = trunk ? colours.trunk : hues[0];
    to.lineWidth = trunk ? 3 : 1.6;
    to.setLineDash(back ? [5, 4] : []);
    to.beginPath();
    to.moveTo(2, 11);
    to.lineTo(38, 11);
    to.stroke();
  };
  const kinds = new Set(plan.places.map((each) => each.kind));
  const signs = [
    ...["warehouse", "ppk", "pps", "transit"].filter((kind) => kinds.has(kind))
      .map((kind) => [(to) => sign(to, kind, 20, 11), say(kind)]),
    [(to) => dot(to, 20, 11, 4), `${icons.served} ${say("station_planned")}`],
    [(to) => cross(to, 20, 11, 6), `${icons.lost} ${say("station_lost")}`],
    ...(plan.stations.some((each) => each.hazards.length)
      ? [[(to) => { wet(to, 20, 11, 6.5); dot(to, 20, 11, 4); }, say("station_exposed")]] : []),
    ...plan.hazards.filter((each) => each.rings.length || each.lines.length)
      .map((each) => [(to) => swatch(to, each.closed), `${each.name}: ${each.source}`]),
    [line(true, false), say("trunk_runs")],
    [line(false, false), say("mile_runs")],
    [line(false, true), say("back_runs")],
  ];
  byId("signs").replaceChildren(...signs.map(([paint, text]) => {
    const picture = made("canvas", { width: 40 * devicePixelRatio, height: 22 * devicePixelRatio, ariaHidden: "true" });
    const to = picture.getContext("2d");
    to.scale(devicePixelRatio, devicePixelRatio);
    paint(to);
    return made("li", {}, picture, text);
  }));
  const straight = plan.ways.length ? "" : ` ${say("straight")}`;
  byId("notes").textContent = `${say("sketch")}${straight}`;
}

prepare();
fill();
measure();
drawLegend();
byId("more").open = byId("legend").open = wide.matches;
listen();
choose();
resize();
listenToMap();
