// The map of a region: the points of the list beside it, and the runs of the plan in force for those who may see them.
import { Popup, addSign, fit, makeMap, say } from "./base.js";

const part = document.getElementById("map");

async function get(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function showPoints(map, data) {
  for (const { properties } of data.features) if (!map.hasImage(properties.status)) addSign(map, properties.status, properties.sign);
  map.addSource("points", { type: "geojson", data });
  map.addLayer({
    id: "circles", type: "circle", source: "points", filter: [">", ["get", "stations"], 1],
    paint: { "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "stations"]], 1, 8, 130, 34], "circle-color": "#fff", "circle-opacity": 0.65, "circle-stroke-width": 1.5, "circle-stroke-color": "#57534e" },
  });
  map.addLayer({ id: "signs", type: "symbol", source: "points", layout: { "icon-image": ["get", "status"], "icon-allow-overlap": true } });
  map.on("click", "signs", ({ features, lngLat }) => {
    const { code, name, sign, word, stations, ready } = features[0].properties;
    const link = document.createElement("a");
    link.href = part.dataset.page.replace("CODE", code);
    link.textContent = name;
    new Popup().setLngLat(lngLat).setDOMContent(say(code.includes("-") ? `${code} ${name === code ? "" : name}` : link, `${sign} ${word}`, stations > 1 ? `✓ ${ready} / ${stations}` : "")).addTo(map);
  });
}

function showJourneys(map, data) {
  addSign(map, "hub", "■");
  map.addSource("journeys", { type: "geojson", data });
  const legs = ["==", ["get", "feature"], "leg"];
  map.addLayer({ id: "legs", type: "line", source: "journeys", filter: ["all", legs, ["!=", ["get", "when"], "now"]], paint: { "line-color": "#78716c", "line-width": 1, "line-dasharray": [2, 2] } }, "circles");
  map.addLayer({ id: "now", type: "line", source: "journeys", filter: ["all", legs, ["==", ["get", "when"], "now"]], paint: { "line-color": "#1e3a8a", "line-width": 4 } }, "circles");
  map.addLayer({ id: "hubs", type: "symbol", source: "journeys", filter: ["==", ["get", "feature"], "hub"], layout: { "icon-image": "hub", "icon-allow-overlap": true } });
  map.on("click", "hubs", ({ features, lngLat }) => {
    const { name, kind, sign, word } = features[0].properties;
    new Popup().setLngLat(lngLat).setDOMContent(say(`${name} (${kind})`, `${sign} ${word}`)).addTo(map);
  });
  for (const layer of ["legs", "now"]) map.on("click", layer, ({ features, lngLat }) => {
    const leg = features[0].properties;
    new Popup().setLngLat(lngLat).setDOMContent(say(`${leg.run}: ${leg.vehicle}`, `${leg.from} → ${leg.to}`, leg.word)).addTo(map);
  });
}

try {
  const map = makeMap(part);
  const loaded = new Promise((done) => map.once("load", done));
  const [points, journeys] = await Promise.all([get(part.dataset.points), part.dataset.journeys ? get(part.dataset.journeys) : null, loaded]);
  showPoints(map, points);
  if (journeys) showJourneys(map, journeys);
  fit(map, points.features.length ? points.features : journeys?.features || []);
  map.once("idle", () => { part.dataset.drawn = String(points.features.length); });
} catch (error) {
  console.error(error);
  part.textContent = part.dataset.fail || "";
}
