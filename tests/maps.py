"""Network files written by hand, and what was read of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from serentak.base.errors import Problems
from serentak.travel.graph import Graph
from serentak.travel.network import read_network
from serentak.travel.protocol import UNREACHABLE

Spot = tuple[float, float]
DEGREE = 111_195
"""Metres of a degree of longitude at the equator, on a sphere; near enough to count kilometres."""


def osm(
    path: Path,
    nodes: Mapping[int, Spot],
    ways: Sequence[tuple[int, Sequence[int], Mapping[str, str]]],
    tagged: Mapping[int, Mapping[str, str]] | None = None,
    *,
    ways_first: bool = False,
    more: str = "",
) -> Path:
    """Write OpenStreetMap XML: (number, nodes, tags) of every way."""
    points = [
        f'<node id="{n}" version="1" lon="{lon}" lat="{lat}">{_tags((tagged or {}).get(n, {}))}</node>'
        for n, (lon, lat) in nodes.items()
    ]
    lines = [
        f'<way id="{n}" version="1">{"".join(f"<nd ref={quoteattr(str(ref))}/>" for ref in refs)}{_tags(tags)}</way>'
        for n, refs, tags in ways
    ]
    body = lines + points if ways_first else points + lines
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(body)}{more}</osm>', encoding="utf-8")
    return path


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def geojson(
    path: Path, lines: Iterable[tuple[Sequence[Sequence[float]], Mapping[str, object]]], **more: object
) -> Path:
    """Write GeoJSON: (coordinates, properties) of every line; coordinates one level deeper make a MultiLineString."""
    features = [
        {"type": "Feature", "properties": properties, "geometry": _shape(coordinates)}
        for coordinates, properties in lines
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def _shape(coordinates: Sequence) -> dict[str, object]:
    if isinstance(coordinates[0], int | float):
        return {"type": "Point", "coordinates": coordinates}
    deep = not isinstance(coordinates[0][0], int | float)
    return {"type": "MultiLineString" if deep else "LineString", "coordinates": coordinates}


def graphml(
    path: Path,
    nodes: Mapping[str, Mapping[str, object]],
    edges: Iterable[tuple[str, str, Mapping[str, object]]],
    crs: str = "epsg:4326",
) -> Path:
    """Write GraphML as osmnx does."""
    keys: dict[tuple[str, str], str] = {}

    def data(owner: str, values: Mapping[str, object]) -> str:
        found = [(keys.setdefault((owner, name), f"d{len(keys)}"), value) for name, value in values.items()]
        return "".join(f'<data key="{key}">{value}</data>' for key, value in found)

    body = data("graph", {"crs": crs} if crs else {})
    body += "".join(f'<node id="{name}">{data("node", values)}</node>' for name, values in nodes.items())
    body += "".join(f'<edge source="{a}" target="{b}">{data("edge", values)}</edge>' for a, b, values in edges)
    head = "".join(
        f'<key id="{key}" for="{owner}" attr.name="{name}" attr.type="string"/>' for (owner, name), key in keys.items()
    )
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        f'{head}<graph edgedefault="directed">{body}</graph></graphml>',
        encoding="utf-8",
    )
    return path


def read(path: Path) -> tuple[Graph, Problems]:
    """Read a network that lies anywhere."""
    return read_network(path)


def usable(graph: Graph, mode: str) -> set[tuple[Spot, Spot]]:
    """Give the arcs that a mode may use, by the positions of their ends, to five decimals."""
    if mode not in graph.milliseconds:
        return set()
    at = [(round(float(lon), 5), round(float(lat), 5)) for lon, lat in zip(graph.lon, graph.lat, strict=True)]
    return {
        (at[tail], at[head])
        for tail, head, time in zip(graph.tail, graph.head, graph.milliseconds[mode], strict=True)
        if time != UNREACHABLE
    }


def kmh(graph: Graph, mode: str) -> set[int]:
    """Give the speeds of a mode on the arcs it may use, rounded."""
    times = graph.milliseconds[mode]
    return {
        round(int(graph.metres[graph.edge[arc]]) * 3600 / int(times[arc]))
        for arc in range(len(times))
        if times[arc] != UNREACHABLE
    }
