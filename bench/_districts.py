"""Where the measured districts come from: real lists of stations where they are at hand, else our own sample."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from serentak.operations.sample import write_sample
from serentak.territory.read import read_district
from serentak.travel import Point

REAL = ("kampar", "kutai_kartanegara", "kota_metro")
"""Districts measured where ``SERENTAK_DATA`` names a folder that holds ``data/districts/<name>_tps.csv``."""


@dataclass(frozen=True, slots=True)
class Stations:
    """Stations of one district by kecamatan."""

    name: str
    kecamatan: dict[str, tuple[Point, ...]]

    @property
    def count(self) -> int:
        """Number of stations."""
        return sum(len(points) for points in self.kecamatan.values())


def station_lists() -> dict[str, Path]:
    """Give the real station lists that are at hand, by district."""
    folder = Path(os.environ.get("SERENTAK_DATA") or "/nonexistent", "data", "districts")
    paths = {name: folder / f"{name}_tps.csv" for name in REAL}
    return {name: path for name, path in paths.items() if path.exists()}


@contextmanager
def sample_folder() -> Iterator[Path]:
    """Give a folder with the project's own sample district."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "kampar"
        write_sample("kampar", folder)
        yield folder


def read_stations() -> list[Stations]:
    """Read the real districts, or the sample where there is none."""
    real = [Stations(name, _read_list(path)) for name, path in station_lists().items()]
    return real or [_read_sample()]


def _read_list(path: Path) -> dict[str, tuple[Point, ...]]:
    found: dict[str, list[Point]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            village = row["kode_desa"]
            point = Point(f"{village}-{int(row['tps_no']):03d}", float(row["lon"]), float(row["lat"]))
            found.setdefault(village[:8], []).append(point)
    return {code: tuple(points) for code, points in sorted(found.items())}


def _read_sample() -> Stations:
    with sample_folder() as folder:
        district, _problems = read_district(folder)
    found: dict[str, list[Point]] = {}
    for station in district.stations:
        if station.lon is not None and station.lat is not None:
            found.setdefault(station.kecamatan, []).append(Point(station.id, station.lon, station.lat))
    return Stations("sample kampar", {code: tuple(points) for code, points in sorted(found.items())})
