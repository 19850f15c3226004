// A plan on the map: choose a leg to close it or to give its run up for lost, or draw a closed area. All of it ends in the form below.
import { Popup, addSign, fit, makeMap, say } from "./base.js";

const part = document.getElementById("map"), told = document.getElementById("chosen");
const [draw, finish, undo] = ["draw", "finish", "undo"].map((id) => document.getElementById(id));
let corners = [], drawing = false;

function add(name, line) {
  const field = document.getElementById(name);
  const lines = field.value.split("\n").filter(Boolean);
  if (!lines.includes(line)) field.value = [...lines, line].join("\n");
  told.textContent = line;
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "second";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function shapes() {
  try { return JSON.parse(document.getElementById("areas").value).features || []; } catch { return []; }
}

function redraw(map) {
  const line = corners.length > 1 ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: corners } }] : [];
  const points = corners.map((each) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: each } }));
  map.getSource("drawn").setData({ type: "FeatureCollection", features: [...shapes(), ...line, ...points] });
  finish.disabled = corners.length < 3;
  undo.disabled = !corners.length;
}

function setUp(map, data) {
  addSign(map, "hub", "■");
  map.addSource("plan", { type: "geojson", data });
  map.addSource("drawn", { type: "geojson", data: { type: "FeatureCollection", features: shapes() } });
  const is = (kind) => ["==", ["get", "feature"], kind];
  map.addLayer({ id: "areas", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#9a1c1c", "fill-opacity": 0.3 } });
  map.addLayer({ id: "legs", type: "line", source: "plan", filter: is("leg"), paint: { "line-color": "#1e3a8a", "line-width": 3 } });
  map.addLayer({ id: "stations", type: "circle", source: "plan", filter: is("station"), paint: { "circle-radius": 3, "circle-color": "#57534e" } });
  map.addLayer({ id: "hubs", type: "symbol", source: "plan", filter: is("place"), layout: { "icon-image": "hub", "icon-allow-overlap": true } });
  map.addLayer({ id: "pencil", type: "line", source: "drawn", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": "#9a1c1c", "line-width": 3 } });
  map.addLayer({ id: "corners", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": "#9a1c1c" } });
  map.on("click", (event) => {
    if (drawing) {
      corners.push([event.lngLat.lng, event.lngLat.lat].map((each) => Math.round(each * 1e6) / 1e6));
      redraw(map);
      return;
    }
    const { x, y } = event.point;
    const leg = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers: ["legs"] })[0]?.properties;
    if (!leg) return;
    const popup = new Popup().setLngLat(event.lngLat).addTo(map);
    const act = (name, line) => () => { add(name, line); popup.remove(); };
    popup.setDOMContent(say(`${leg.run}: ${leg.vehicle}`, `${leg.from} → ${leg.to}`, button(part.dataset.shut, act("closed", `${leg.from}>${leg.to}`)), button(part.dataset.lose, act("lost", leg.run))));
  });
  draw.addEventListener("click", () => {
    drawing = !drawing;
    draw.setAttribute("aria-pressed", String(drawing));
    map.getCanvas().style.cursor = drawing ? "crosshair" : "";
    if (!drawing) { corners = []; redraw(map); }
  });
  undo.addEventListener("click", () => { corners.pop(); redraw(map); });
  finish.addEventListener("click", () => {
    const area = { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...corners, corners[0]]] } };
    document.getElementById("areas").value = JSON.stringify({ type: "FeatureCollection", features: [...shapes(), area] });
    corners = [];
    drawing = false;
    draw.setAttribute("aria-pressed", "false");
    map.getCanvas().style.cursor = "";
    redraw(map);
  });
}

try {
  const map = makeMap(part);
  const loaded = new Promise((done) => map.once("load", done));
  const [data] = await Promise.all([fetch(part.dataset.routes).then((answer) => answer.json()), loaded]);
  setUp(map, data);
  fit(map, data.features.filter((each) => each.geometry));
  map.once("idle", () => { part.dataset.drawn = String(data.features.length); });
} catch (error) {
  console.error(error);
  part.hidden = true;
}
