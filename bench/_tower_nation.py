"""The nation for the tower's measurement: every district, from the real table or invented in the same shape."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from serentak.kit.kits import build_kits
from serentak.kit.rules import load_rules
from serentak.operations.nation_table import read_national_table
from serentak.operations.sample import write_sample
from serentak.territory.codes import station_id
from serentak.territory.model import Station
from serentak.territory.read import read_district
from serentak.territory.regions import Region, regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serentak.kit.kits import Kits
    from serentak.territory.model import District

STATIONS = 435_296
VILLAGES = 83_731
SEED = 20241127


def nation() -> Iterator[tuple[District, Kits]]:
    """Give every district with its kits: of ``SERENTAK_DATA`` where it is set, else invented in the same shape."""
    with TemporaryDirectory() as folder:
        write_sample("kecil", Path(folder) / "kecil")
        model, _problems = read_district(Path(folder) / "kecil")
    rules = load_rules(model.rules)
    for region, stations in _real() if source() == "real" else _invented():
        held = tuple(replace(each, elections=region.contests) for each in stations)
        district = replace(
            model, code=region.code, name=region.name, zone=region.zone, elections=region.contests, stations=held
        )
        yield district, build_kits(district, rules)


def source() -> str:
    """Tell where the stations come from: ``real`` or ``invented``."""
    return "real" if os.environ.get("SERENTAK_DATA") else "invented"


def _real() -> Iterator[tuple[Region, list[Station]]]:
    table = read_national_table(Path(os.environ["SERENTAK_DATA"], "data", "national.csv.gz"))
    for region in regions():
        blocks = table.districts.get(region.code, [])
        yield (
            region,
            [replace(station, parent=f"PPK-{station.kecamatan}") for block in blocks for station in block.stations()],
        )


def _invented() -> Iterator[tuple[Region, list[Station]]]:
    """Share the nation's villages and stations over the real list of kabupaten, unevenly, the same each time."""
    draw = random.Random(SEED)  # noqa: S311 - a shape, not a secret
    everywhere = regions()
    weights = [draw.lognormvariate(0, 0.7) for _each in everywhere]
    villages = _share(VILLAGES, weights)
    stations = _share(STATIONS - VILLAGES, [weight * draw.uniform(0.6, 1.6) for weight in weights])
    for region, count, more in zip(everywhere, villages, stations, strict=True):
        extra = _share(more, [draw.lognormvariate(0, 1) for _each in range(count)])
        found = []
        for number in range(count):
            kecamatan, village = divmod(number, 14)
            code = f"{region.code}.{kecamatan % 98 + 1:02d}.{2001 + village + 14 * (kecamatan // 98)}"
            found += [_station(code, each, draw) for each in range(1, min(extra[number], 998) + 2)]
        yield region, found


def _share(total: int, weights: list[float]) -> list[int]:
    """Share a whole number, one to each at least where there is enough."""
    whole = sum(weights)
    shares = [int(total * weight / whole) for weight in weights]
    for at in range(total - sum(shares)):
        shares[at % len(shares)] += 1
    return [max(1, each) for each in shares]


def _station(village: str, number: int, draw: random.Random) -> Station:
    return Station(
        id=station_id(village, number), village=village, number=number, kecamatan_name=f"Kecamatan {village[6:8]}",
        desa_name=f"Desa {village[9:]}", voters=draw.randrange(150, 600), lon=95 + 46 * draw.random(),
        lat=-11 + 17 * draw.random(), access=(), elections=(), kind="reguler", venue="", movable=None, police_class="",
        parent=f"PPK-{village[:8]}", row=0,
    )  # fmt: skip
