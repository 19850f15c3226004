// Usage: npm ci && node scripts/vendor.mjs
//
// Copies the pinned parts of the front end beside the site's own static files, compressed ones beside the plain, and cuts the land of
// Indonesia and its neighbours out of Natural Earth (world-atlas). The site works without them: then it shows lists, no map.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { feature } from "topojson-client";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const TARGET = join(ROOT, "src/serentak/tower/site/static/vendor");
const [WEST, SOUTH, EAST, NORTH] = [92, -14, 145, 12];

// One side of Sutherland and Hodgman's clipping: keep what lies within, cut edges that cross.
function cut(ring, inside, cross) {
  const kept = [];
  ring.forEach((here, n) => {
    const before = ring[(n + ring.length - 1) % ring.length];
    if (inside(here) !== inside(before)) kept.push(cross(before, here));
    if (inside(here)) kept.push(here);
  });
  return kept;
}

const at = (axis, value) => ([x0, y0], [x1, y1]) => {
  const share = axis ? (value - y0) / (y1 - y0) : (value - x0) / (x1 - x0);
  return axis ? [x0 + share * (x1 - x0), value] : [value, y0 + share * (y1 - y0)];
};

function clip(ring) {
  let left = ring.slice(0, -1);
  left = cut(left, (p) => p[0] >= WEST, at(0, WEST));
  left = cut(left, (p) => p[0] <= EAST, at(0, EAST));
  left = cut(left, (p) => p[1] >= SOUTH, at(1, SOUTH));
  left = cut(left, (p) => p[1] <= NORTH, at(1, NORTH));
  const short = left.map(([x, y]) => [Math.round(x * 1e3) / 1e3, Math.round(y * 1e3) / 1e3]);
  const fresh = short.filter((p, n) => !n || p[0] !== short[n - 1][0] || p[1] !== short[n - 1][1]);
  return fresh.length < 3 ? null : [...fresh, fresh[0]];
}

function land() {
  const world = JSON.parse(readFileSync(join(ROOT, "node_modules/world-atlas/countries-10m.json"), "utf8"));
  const features = [];
  for (const country of feature(world, world.objects.countries).features) {
    const polygons = country.geometry.type === "Polygon" ? [country.geometry.coordinates] : country.geometry.coordinates;
    const coordinates = polygons.map((rings) => rings.map(clip).filter(Boolean)).filter((rings) => rings.length);
    if (coordinates.length) features.push({ type: "Feature", properties: { id: country.id, name: country.properties.name }, geometry: { type: "MultiPolygon", coordinates } });
  }
  return JSON.stringify({ type: "FeatureCollection", features });
}

function compress(name) {
  const data = readFileSync(join(TARGET, name));
  if (!data.length) return;
  writeFileSync(join(TARGET, `${name}.gz`), gzipSync(data, { level: 9 }));
  writeFileSync(join(TARGET, `${name}.br`), brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }));
}

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
const dist = join(ROOT, "node_modules/maplibre-gl/dist");
const files = ["maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs", "maplibre-gl.css"];
for (const name of files) copyFileSync(join(dist, name), join(TARGET, name));
copyFileSync(join(ROOT, "node_modules/maplibre-gl/LICENSE.txt"), join(TARGET, "maplibre-gl-LICENSE.txt"));
copyFileSync(join(ROOT, "node_modules/world-atlas/LICENSE"), join(TARGET, "world-atlas-LICENSE.txt"));
writeFileSync(join(TARGET, "land.geojson"), land());
for (const name of [...files, "land.geojson"]) compress(name);
