"""A kota of DKI Jakarta as a district on its real streets: stations from the national list, roads from a shapefile.

The list has no positions of stations, only the centre of each kelurahan. Spread out, every station stands at a random
point of a disc as large as its kelurahan around that centre: invented, and labelled so wherever it is shown.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from serentak.operations.new import new_district
from serentak.plan.model import Plan
from serentak.plan.stages import point_of
from serentak.territory.model import District
from serentak.travel import Point
from serentak.travel.graph import Graph
from serentak.travel.road import RoadTravel

KOTA = {
    "31.71": "Jakarta Pusat",
    "31.72": "Jakarta Utara",
    "31.73": "Jakarta Barat",
    "31.74": "Jakarta Selatan",
    "31.75": "Jakarta Timur",
}
DEGREE = 111_320
"""Metres of a degree of latitude; on the equator also of longitude, near enough for invented positions."""


def data() -> Path | None:
    """Give the folder with the list and the roads, if it is at hand."""
    folder = Path(os.environ.get("SERENTAK_DATA") or "/nonexistent", "data")
    return folder if (folder / "national.csv.gz").exists() and roads(folder).exists() else None


def roads(folder: Path) -> Path:
    """Give the roads of Jakarta, OpenStreetMap of about 2012."""
    return folder / "jakarta" / "jakarta_roads.shp"


def make_district(folder: Path, out: Path, region: str | tuple[str, ...], *, spread: bool = False) -> None:
    """Make a district folder: stations by `serentak new`, and the roads beside them as its network.

    Parameters
    ----------
    folder
        The folder with the list and the roads.
    out
        District folder to make.
    region
        Code of a kota, or those of some of its kecamatan.
    spread
        Whether stations stand at invented positions within their kelurahan, rather than all at its centre.
    """
    table = out.with_suffix(".csv")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kode_desa", "kecamatan", "desa", "nomor_tps", "pemilih", "lon", "lat"])
        writer.writerows(_stations(folder, region, spread=spread))
    new_district(table, out)
    for part in roads(folder).parent.glob(f"{roads(folder).stem}.*"):
        shutil.copyfile(part, out / f"network{part.suffix}")


def _stations(folder: Path, region: str | tuple[str, ...], *, spread: bool) -> Iterator[list[object]]:
    chance = np.random.default_rng(1)
    with gzip.open(folder / "national.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["kode_kpu"]
            if not code.startswith(region):
                continue
            count, voters = int(row["n_tps"]), int(row["n_voters"])
            radius = (float(row["area_km2"]) * 1e6 / np.pi) ** 0.5 / DEGREE if spread else 0.0
            for n in range(count):
                away, turn = radius * chance.random() ** 0.5, 2 * np.pi * chance.random()
                lon, lat = float(row["lon"]) + away * np.cos(turn), float(row["lat"]) + away * np.sin(turn)
                share = voters // count + (n < voters % count)
                yield [code, row["kecamatan"], row["desa"], n + 1, share, f"{lon:.6f}", f"{lat:.6f}"]


@dataclass(frozen=True, slots=True)
class Drive:
    """One leg of one run as it is driven.

    Parameters
    ----------
    arcs
        Arcs of the network, in order.
    metres, seconds
        What the plan counts for it.
    straight
        Metres of the straight line.
    """

    run: str
    mode: str
    start: Point
    end: Point
    arcs: NDArray[np.int64]
    metres: int
    seconds: int
    straight: float


def drives(plan: Plan, district: District, travel: RoadTravel) -> Iterator[Drive]:
    """Give every leg of every run of a plan."""
    spots = {item.id: point_of(item) for item in (*district.places, *district.stations)}
    rows = {name: row for row in district.fleet for name in row.names()}
    for stage in plan.stages:
        for run in stage.runs:
            row = rows[run.vehicle]
            path = [spots[stage.base], *(spots[stop.at] for stop in run.stops), spots[stage.base]]
            for start, end in itertools.pairwise(path):
                legs = travel.legs((start, end), row.mode, row.speed_factor)
                arcs = travel.arcs(start, end, row.mode)
                if arcs is None:
                    message = f"{run.id} has no way from {start.id} to {end.id}"
                    raise AssertionError(message)
                straight = DEGREE * float(np.hypot(start.lon - end.lon, start.lat - end.lat))
                metres, seconds = int(legs.metres[0, 1]), int(legs.seconds[0, 1])
                yield Drive(run.id, row.mode, start, end, arcs, metres, seconds, straight)


NO_CARS = ("footway", "path", "pedestrian", "steps", "cycleway", "construction")


def unlawful(shapefile: Path, graph: Graph, drive: Drive) -> list[int]:
    """Give the features that a drive uses though the shapefile itself forbids it: closed to cars, or one-way."""
    kinds, one_way = _tags(shapefile)
    bad = []
    for arc in drive.arcs:
        feature = int(graph.source[graph.edge[arc]])
        against = one_way[feature] == ("-1" if graph.forward[arc] else "yes")
        if kinds[feature] in NO_CARS or against:
            bad.append(feature)
    return bad


@cache
def _tags(shapefile: Path) -> tuple[list[str], list[str]]:
    import pyogrio  # noqa: PLC0415 - heavy

    meta, _ids, _geometry, fields = pyogrio.raw.read(shapefile, read_geometry=False)
    columns = dict(zip(meta["fields"], fields, strict=True))
    return [str(kind) for kind in columns["TYPE"]], [str(value) for value in columns["ONEWAY"]]


def worst_street(travel: RoadTravel, driven: Sequence[Drive]) -> int:
    """Give the edge on the ways of most runs, of those whose closing costs each of its legs at least ten seconds."""
    runs: dict[int, set[str]] = {}
    legs: dict[int, list[Drive]] = {}
    for drive in driven:
        for edge in np.unique(travel.graph.edge[drive.arcs]).tolist():
            runs.setdefault(edge, set()).add(drive.run)
            legs.setdefault(edge, []).append(drive)
    for edge in sorted(runs, key=lambda edge: (-len(runs[edge]), edge)):
        closed = travel.close([edge])
        longer = (closed.seconds((drive.start, drive.end), drive.mode)[0, 1] for drive in legs[edge])
        if all(seconds < 0 or seconds >= drive.seconds + 10 for seconds, drive in zip(longer, legs[edge], strict=True)):
            return edge
    message = "every street has another beside it"
    raise AssertionError(message)
