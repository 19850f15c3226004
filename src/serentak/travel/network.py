"""Read a network of roads and rivers, whatever its format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from serentak.base.errors import InputError, Problems
from serentak.base.messages import _
from serentak.travel.clean import build_graph
from serentak.travel.ends import joined_ends
from serentak.travel.graph import Graph
from serentak.travel.lines import Lines
from serentak.travel.ways import Judge, table

Box = tuple[float, float, float, float]
"""Least lon, least lat, greatest lon, greatest lat; degrees, WGS84."""

OSM: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
VECTOR: Final = (".gpkg", ".geojson", ".json", ".shp")
GRAPHML: Final = (".graphml",)
ENDINGS: Final = (*OSM, *VECTOR, *GRAPHML)
"""Endings of files that are read as networks."""


def read_network(path: Path, around: Box | None = None) -> tuple[Graph, Problems]:
    """Read a network of roads, rivers and crossings.

    Parameters
    ----------
    path
        OpenStreetMap extract, GeoPackage, GeoJSON, shapefile or GraphML.
    around
        Where the network is to lie: the box of the stations; None to take it as it is.

    Returns
    -------
    tuple[Graph, Problems]
        The network, and the warnings: what was left out and why.

    Raises
    ------
    InputError
        When the file cannot be used.
    """
    problems = Problems()
    judge = Judge()
    lines = _reader(path)(path, judge, problems)
    _say_what_was_not_used(judge, path.name, problems)
    _see_that_there_are_ways(len(lines.trait), judge, path.name)
    _see_where_it_lies(lines, around, path.name)
    if path.name.lower().endswith(VECTOR):
        lines = joined_ends(lines, path.name, problems)
    graph = build_graph(lines, path.name, problems)
    _see_that_there_are_ways(len(graph.metres), judge, path.name)
    return graph, problems


def _reader(path: Path) -> Callable[[Path, Judge, Problems], Lines]:
    name = path.name.lower()
    if not path.is_file():
        raise InputError.of(
            str(path),
            _("there is no such file"),
            _("name a network file: {endings}").format(endings=", ".join(ENDINGS)),
        )
    if path.stat().st_size == 0:
        raise InputError.of(path.name, _("the file is empty"), _("fetch or export the network again"))
    if name.endswith(OSM):
        from serentak.travel.read_osm import read_osm  # noqa: PLC0415 - only the format at hand is loaded

        return read_osm
    if name.endswith(VECTOR):
        from serentak.travel.read_vector import read_vector  # noqa: PLC0415

        return read_vector
    if name.endswith(GRAPHML):
        from serentak.travel.read_graphml import read_graphml  # noqa: PLC0415

        return read_graphml
    raise InputError.of(
        path.name,
        _("a network file does not end like this"),
        _("known endings are {endings}").format(endings=", ".join(ENDINGS)),
        value=path.suffix,
    )


def _say_what_was_not_used(judge: Judge, file: str, problems: Problems) -> None:
    for kind, count in sorted(judge.unknown.items(), key=lambda item: (-item[1], item[0]))[:20]:
        problems.note(
            file, kind,
            _("{n} ways are of a kind that nobody knows; nobody travels on them").format(n=count),
            _("if people do, write a kind that is known; the reference of networks lists them"),
        )  # fmt: skip
    if judge.closed:
        problems.note(
            file, ", ".join(f"{kind} ({n})" for kind, n in judge.closed.most_common(8)),
            _("{n} ways of known kinds are closed to everybody, or not built").format(n=judge.closed.total()),
            _("nothing need be done unless people use them"),
        )  # fmt: skip
    for limit, sources in judge.speeds.items():
        problems.warn(
            file, None, "maxspeed", limit,
            _("{n} ways have a limit of speed that cannot be true; the speed of their kind is used: {ways}").format(
                n=len(sources), ways=", ".join(map(str, sources[:5]))
            ),
            _("write km/h from {least} to {most}, or leave it empty").format(
                least=table()["maxspeed"]["least"], most=table()["maxspeed"]["most"]
            ),
        )  # fmt: skip


def _see_that_there_are_ways(count: int, judge: Judge, file: str) -> None:
    if count:
        return
    others = judge.unknown + judge.closed
    raise InputError.of(
        file,
        _("there is no way in it that anybody may use"),
        _("it has only these kinds, which are not known or closed: {kinds}").format(
            kinds=", ".join(f"{kind} ({n})" for kind, n in others.most_common(8))
        )
        if others
        else _("a network has lines with a class of road or river; the reference of networks says how"),
    )


def _see_where_it_lies(lines: Lines, around: Box | None, file: str) -> None:
    west, south, east, north = lines.lon.min(), lines.lat.min(), lines.lon.max(), lines.lat.max()
    swap = _("export it again with the longitude first, then the latitude")
    if not _on_earth((west, south, east, north)):
        swapped = _on_earth((south, west, north, east))
        raise InputError.of(
            file,
            _("longitude and latitude are swapped") if swapped else _("the coordinates are not degrees"),
            swap if swapped else _("say in the file which coordinate system it has, or export it as WGS84 (EPSG:4326)"),
            value=f"{west:g}..{east:g}, {south:g}..{north:g}",
        )
    if around is None or _touch((west, south, east, north), around):
        return
    swapped = _touch((south, west, north, east), around)
    raise InputError.of(
        file,
        _("longitude and latitude are swapped") if swapped else _("the network lies elsewhere than the stations"),
        swap
        if swapped
        else _(
            "the stations lie in {west:.2f}..{east:.2f}, {south:.2f}..{north:.2f}; give the network of that area"
        ).format(west=around[0], east=around[2], south=around[1], north=around[3]),
        value=f"{west:.2f}..{east:.2f}, {south:.2f}..{north:.2f}",
    )


def _on_earth(box: Box) -> bool:
    return min(box[0], box[2]) >= -180 and max(box[0], box[2]) <= 180 and abs(box[1]) <= 90 and abs(box[3]) <= 90


def _touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
