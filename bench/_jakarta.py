"""A kota of DKI Jakarta as a district on its real streets: stations from the national list, roads from a shapefile.

The list has no positions of stations, only the centre of each kelurahan. Spread out, every station stands at a random
point of a disc as large as its kelurahan around that centre: invented, and labelled so wherever it is shown.
"""

from __future__ import annotations

import csv
import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from serentak.operations.new import new_district

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


def make_district(folder: Path, out: Path, region: str, *, spread: bool = False) -> None:
    """Make a district folder: stations by `serentak new`, and the roads beside them as its network.

    Parameters
    ----------
    folder
        The folder with the list and the roads.
    out
        District folder to make.
    region
        Code of a kota, or of one of its kecamatan.
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


def _stations(folder: Path, region: str, *, spread: bool) -> Iterator[list[object]]:
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
