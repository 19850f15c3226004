"""GraphML as osmnx and networkx write it, read with the parser of the standard library."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.travel.lines import LineBuilder, Lines
from serentak.travel.ways import TAGS, kind_of, table

if TYPE_CHECKING:
    from serentak.base.errors import Problems
    from serentak.travel.ways import Judge

_LON: Final = ("x", "lon", "longitude")
_LAT: Final = ("y", "lat", "latitude")
_BEND_KEYS: Final = 1 << 40
"""Keys of bends between two nodes begin here; nodes are numbered from 0."""


def read_graphml(path: Path, judge: Judge, problems: Problems) -> Lines:
    """Read the edges that somebody may travel on.

    An edge leads from its source to its target as it is drawn; where it is no one-way, its twin in the other
    direction is the same road. Where an edge joins several ways, the worst kind and the lowest limit count.

    Raises
    ------
    InputError
        When the file is damaged, or its nodes have no coordinates.
    """
    found = _Document(path)
    try:
        found.read()
    except (expat.ExpatError, OSError, ValueError, LookupError) as error:
        raise InputError.of(
            path.name,
            _("the file is damaged or is no GraphML: {reason}").format(reason=error),
            _("export it again, with osmnx.save_graphml"),
        ) from None
    _see_its_coordinates(found, path.name)
    return _lines(found, judge, path.name, problems)


class _Document:
    """What stands in a GraphML file: nodes and edges with their values by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.crs = ""
        self.nodes: dict[str, dict[str, str]] = {}
        self.edges: list[tuple[str, str, dict[str, str]]] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._graph: dict[str, str] = {}
        self._element = self._key = ""
        self._text: list[str] | None = None

    def read(self) -> None:
        """Read the file.

        Raises
        ------
        ValueError
            When it declares a document type: nobody needs one, and entities can be made to fill the memory.
        """
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        with self.path.open("rb") as file:
            parser.ParseFile(file)
        self.crs = self._graph.get("crs", "")

    def _refuse(self, *_what: object) -> None:
        raise ValueError(_("it declares a document type"))

    def _start(self, tag: str, given: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        if tag == "key":
            self._names[given.get("id", "")] = given.get("attr.name", "")
        elif tag == "graph":
            self._values = self._graph
        elif tag == "node":
            self._values = self.nodes.setdefault(given.get("id", ""), {})
        elif tag == "edge":
            self._values = {}
            self.edges.append((given.get("source", ""), given.get("target", ""), self._values))
        elif tag == "data":
            self._key, self._text = self._names.get(given.get("key", ""), ""), []

    def _end(self, tag: str) -> None:
        tag = tag.rpartition("}")[2]
        if tag == "data" and self._text is not None:
            self._values[self._key] = "".join(self._text).strip()
            self._text = None
        elif tag in {"node", "edge"}:
            self._values = self._graph

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


def _see_its_coordinates(found: _Document, file: str) -> None:
    if not found.edges:
        raise InputError.of(file, _("there are no edges in it"), _("export the street graph again"))
    if not any(_position(values) for values in found.nodes.values()):
        raise InputError.of(
            file,
            _("its nodes have no coordinates"),
            _("write x (longitude) and y (latitude) at every node, as osmnx.save_graphml does"),
        )
    if found.crs and "4326" not in found.crs and "CRS84" not in found.crs.upper():
        raise InputError.of(
            file,
            _("the coordinates are not degrees"),
            _("write the graph before it is projected, in EPSG:4326"),
            column="crs",
            value=found.crs[:80],
        )


def _lines(found: _Document, judge: Judge, file: str, problems: Problems) -> Lines:
    positions = {name: _position(values) for name, values in found.nodes.items()}
    number = {name: n for n, name in enumerate(found.nodes)}
    bends: dict[tuple[float, float], int] = {}
    lines = LineBuilder()
    seen: set[tuple[str, str, str, str]] = set()
    nowhere = 0
    for order, (tail, head, values) in enumerate(found.edges):
        start, end = positions.get(tail), positions.get(head)
        if start is None or end is None:
            nowhere += 1
            continue
        osmids = _several(values.get("osmid", ""))
        osmid = osmids[0]
        source = int(osmid) if osmid.isascii() and osmid.isdigit() and len(osmid) < 19 else order
        tags = _tags(values)
        drawn = _geometry(values.get("geometry", "")) or [start, end]
        if tags["oneway"] != "yes":
            road = (" ".join(sorted(osmids)), f"{_metres(values.get('length', '')):.0f}")
            if (head, tail, *road) in seen:
                continue
            seen.add((tail, head, *road))
        name = _several(values.get("name", ""))[0]
        trait = judge.way(source, tags, name)
        if trait < 0:
            continue
        inner = [bends.setdefault(bend, _BEND_KEYS + len(bends)) for bend in drawn[1:-1]]
        lines.add(
            source,
            trait,
            name,
            [number[tail], *inner, number[head]],
            [bend[0] for bend in drawn],
            [bend[1] for bend in drawn],
        )
    if nowhere:
        problems.note(
            file, None,
            _("{n} edges lead to nodes without coordinates; they are left out").format(n=nowhere),
            _("write x (longitude) and y (latitude) at every node, as osmnx.save_graphml does"),
        )  # fmt: skip
    return lines.build(judge.traits)


def _position(values: dict[str, str]) -> tuple[float, float] | None:
    lon = next((values[name] for name in _LON if name in values), "")
    lat = next((values[name] for name in _LAT if name in values), "")
    return _point(lon, lat)


def _point(lon: str, lat: str) -> tuple[float, float] | None:
    try:
        point = float(lon), float(lat)
    except ValueError:
        return None
    return point if math.isfinite(point[0]) and math.isfinite(point[1]) else None


def _geometry(text: str) -> list[tuple[float, float]]:
    """Read ``LINESTRING (116.8 -1.2, 116.9 -1.3)``; empty where that is not what is written."""
    word, _open, rest = text.strip().partition("(")
    if word.strip().upper().split(" ")[0] != "LINESTRING" or not rest.endswith(")"):
        return []
    found = [_point(*pair[:2]) for part in rest[:-1].split(",") if len(pair := part.split()) > 1]
    bends = [bend for bend in found if bend is not None]
    return bends if len(bends) == len(found) > 1 else []


def _metres(text: str) -> float:
    try:
        return float(text) if math.isfinite(float(text)) else 0.0
    except ValueError:
        return 0.0


def _several(text: str) -> list[str]:
    """Read a value that osmnx may have written as a list, ``['residential', 'tertiary']``."""
    if not text.startswith("["):
        return [text]
    try:
        values = ast.literal_eval(text[:2000])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [text]
    return [str(value) for value in values] if isinstance(values, list) and values else [""]


def _tags(values: dict[str, str]) -> dict[str, str]:
    tags = {name: ";".join(_several(values[name])) for name in TAGS if values.get(name)}
    kinds = _several(values.get("highway", "")) if values.get("highway") else []
    if len(kinds) > 1:
        tags["highway"] = min(kinds, key=_rank)
    for name in ("width", "maxwidth", "maxweight", "maxheight"):
        if ";" in tags.get(name, ""):
            tags[name] = min(tags[name].split(";"), key=_metres)
    # osmnx has turned edges so that traffic may always go from source to target.
    tags["oneway"] = "yes" if values.get("oneway", "").strip().lower() in {"true", "yes", "1", "-1"} else "no"
    return tags


def _rank(kind: str) -> float:
    """Give how good a kind of way is for a lorry."""
    row = table()["kinds"].get(kind_of({"highway": kind}), {})
    return float(row.get("speed", {}).get("truck", 0))
