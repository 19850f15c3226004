// A map over the land of Natural Earth, without any host but this one. Signs are drawn here: there are no fonts to fetch.
import { Map, NavigationControl, Popup, LngLatBounds, setWorkerUrl } from "../vendor/maplibre-gl.mjs";

setWorkerUrl(new URL("../vendor/maplibre-gl-worker.mjs", import.meta.url).href);
export { Popup };

const COLOURS = { late: "#9a1c1c", trouble: "#9a1c1c", unproven: "#854d0e", way: "#1e3a8a", loaded: "#1e3a8a", ready: "#14532d", none: "#57534e", hub: "#1c1917" };

export function makeMap(part) {
  const words = part.dataset;
  const map = new Map({
    container: part,
    style: {
      version: 8,
      sources: { land: { type: "geojson", data: new URL(words.base, location).href } },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": "#dbeafe" } },
        { id: "land", type: "fill", source: "land", paint: { "fill-color": ["case", ["==", ["get", "id"], "360"], "#fffbeb", "#e7e5e4"], "fill-outline-color": "#78716c" } },
      ],
    },
    bounds: [[94.5, -11.5], [141.5, 6.5]],
    maxZoom: 17,
    attributionControl: false,
    dragRotate: false,
    locale: {
      "Map.Title": words.label || "", "NavigationControl.ZoomIn": words.in || "", "NavigationControl.ZoomOut": words.out || "",
      "NavigationControl.ResetBearing": words.north || "", "Popup.Close": words.close || "",
    },
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  return map;
}

export function addSign(map, name, sign, colour = COLOURS[name] || COLOURS.none) {
  const size = 40, canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.beginPath();
  pen.arc(size / 2, size / 2, size / 2 - 3, 0, 2 * Math.PI);
  pen.fillStyle = "#fff";
  pen.fill();
  pen.lineWidth = 4;
  pen.strokeStyle = pen.fillStyle = colour;
  pen.stroke();
  pen.font = "bold 22px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(sign, size / 2, size / 2 + 1);
  map.addImage(name, pen.getImageData(0, 0, size, size), { pixelRatio: 2 });
}

export function say(...lines) {
  const box = document.createElement("div");
  for (const line of lines.filter(Boolean)) {
    const text = document.createElement("p");
    if (line instanceof Node) text.append(line);
    else text.textContent = line;
    box.append(text);
  }
  return box;
}

export function fit(map, features) {
  const bounds = new LngLatBounds();
  for (const each of features) {
    const where = each.geometry?.coordinates;
    if (!where) continue;
    if (each.geometry.type === "Point") bounds.extend(where);
    else for (const point of where) bounds.extend(point);
  }
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 40, maxZoom: 13, animate: false });
}
