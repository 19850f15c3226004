"""Make the page of real floods: two plans before, hardened and re-planned, with pictures of their maps.

Usage::

    SERENTAK_DATA=/where/the/data/is python scripts/make_floods.py docs --work floods

Jakarta Pusat stands on its real streets under the flood layers of 2007, which need
``SERENTAK_DATA``; the sample Kampar comes with this package. Every figure is what the command line said. What was made
before in the working folder is taken as it is, so that the command can be called again after it was stopped. Needs
Debian's Chromium for the pictures.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyogrio
import shapely

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench._jakarta import data, make_district
from scripts.floods_page import page
from scripts.make_pictures import picture_of_map, save

JAKARTA: Final = "31.71"
RW, DEPTH, ROADS = "Jakarta_RW_2007flood", "jakarta_flood_category_123.asc.gz", "jakarta"
HAZARDS: Final = """season = "hujan"

[causes.banjir-besar]
probability = { hujan = 0.05, kemarau = 0.0 }
lasts = 3
source = "assumed"

[[layers]]
name = "RW tergenang 2007"
kind = "flood"
file = "rw.shp"
cause = "banjir-besar"
given = 0.8
effect = { truck = 2.0, pickup = "closed", motorbike = "closed", 4x4 = 2.0 }
source = "RW yang tergenang pada banjir Februari 2007; effects assumed"
as_of = "2007"

[[layers]]
name = "genangan terdalam"
kind = "flood"
file = "kedalaman.asc.gz"
values = ["3"]
cause = "banjir-besar"
given = 0.8
effect = { truck = "closed", pickup = "closed", motorbike = "closed", 4x4 = 3.0 }
source = "kelas kedalaman terbesar dari peta genangan Jakarta; effects assumed"
as_of = "2007"

[scenarios.banjir-2007]
note = "banjir Februari 2007 terulang: semua RW dan genangan itu tergenang"
causes = { banjir-besar = 1.0 }
given = { "RW tergenang 2007" = 1.0, "genangan terdalam" = 1.0 }
"""


@dataclass(frozen=True)
class Case:
    """A district, what strikes it, and what a re-plan is told."""

    name: str
    district: Callable[[Path], None]
    scenario: str | None
    target: float
    at: str
    closures: Callable[[Path, Path], None]


def jakarta(folder: Path) -> None:
    """Make Jakarta Pusat, stations spread at random, on its streets, under the layers of 2007."""
    source = data()
    if source is None:
        raise SystemExit("SERENTAK_DATA names no folder with the list and the roads of Jakarta")
    make_district(source, folder, JAKARTA, spread=True)
    for part in (source / ROADS).glob(f"{RW}.*"):
        shutil.copyfile(part, folder / f"rw{part.suffix}")
    shutil.copyfile(source / ROADS / DEPTH, folder / "kedalaman.asc.gz")
    (folder / "hazards.toml").write_text(HAZARDS, encoding="utf-8")


def jakarta_closures(district: Path, table: Path) -> None:
    """Close the flooded RW of Jakarta Pusat to pickups and motorbikes."""
    meta, _ids, shapes, fields = pyogrio.raw.read(district / "rw.shp")
    names = dict(zip(meta["fields"], fields, strict=True))["KAB_NAME"]
    wet = [shape for shape, name in zip(shapely.from_wkb(shapes), names, strict=True) if name == "JAKARTA PUSAT"]
    area = shapely.union_all([shapely.make_valid(shape) for shape in wet]).simplify(0.00005)
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    _geojson(table.with_suffix(".geojson"), parts)
    _rows(table, [["", table.with_suffix(".geojson").name, "pickup motorbike", 0, "RW tergenang seperti tahun 2007"]])


def kampar(folder: Path) -> None:
    """Write the sample district."""
    folder.rmdir()
    serentak("sample", "kampar", folder)


def kampar_closures(district: Path, table: Path) -> None:
    """Close the 122 flood-prone stations to pickups; slow the hill road by landslides and the rivers by high water."""
    with (district / "stations.csv").open(encoding="utf-8") as file:
        rows = {f"{row['village']}-{int(row['number']):03}": row for row in csv.DictReader(file)}
    with (district / "banjir.csv").open(encoding="utf-8") as file:
        wet = [rows[row["at"]] for row in csv.DictReader(file)]
    squares = [shapely.Point(float(row["lon"]), float(row["lat"])).buffer(0.0003, cap_style="square") for row in wet]
    whole = shapely.union_all(squares)
    _geojson(table.with_suffix(".geojson"), list(shapely.get_parts(whole)))
    found = [["", table.with_suffix(".geojson").name, "pickup", 0, "122 TPS rawan banjir tergenang"]]
    for name, row in rows.items():
        if row["access"] == "motorbike":
            found.append([f"PPK-14.01.09>{name}", "", "motorbike", 40, "longsor di jalan perbukitan"])
        elif row["access"] == "boat":
            found.append([f"DERMAGA-GEMA>{name}", "", "boat", 55, "arus tinggi"])
    _rows(table, found)


CASES: Final = (
    Case("jakarta", jakarta, "banjir-2007", 0.9, "H-1 05:30", jakarta_closures),
    Case("kampar", kampar, None, 0.95, "H-2 05:30", kampar_closures),
)


def _geojson(path: Path, shapes: Sequence[Any]) -> None:
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))} for shape in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _rows(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["lintasan", "wilayah", "moda", "kecepatan", "catatan"])
        writer.writerows(rows)


def serentak(*words: str | Path) -> dict[str, Any]:
    """Call a verb, and give what it said."""
    print("serentak", *words, file=sys.stderr)
    command = [sys.executable, "-m", "serentak.cli", *map(str, words)]
    run = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own program
    if run.returncode == 2 or not run.stdout:
        raise SystemExit(f"{' '.join(map(str, words))}: exit code {run.returncode}")
    said: dict[str, Any] = json.loads(run.stdout)
    return said | {"code": run.returncode}


def kept(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give what was said before, or say it now."""
    if not path.exists():
        path.write_text(json.dumps(make()), encoding="utf-8")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def played(case: Case, work: Path, futures: int) -> dict[str, dict[str, Any]]:
    """Plan a case, stress, harden and re-plan it, check every plan, and print the maps."""
    home = work / case.name
    home.mkdir(parents=True, exist_ok=True)
    district, table = home / "district", home / "closures.csv"
    if not district.exists():
        district.mkdir()
        case.district(district)
        case.closures(district, table)
    scenario = ["--scenario", case.scenario] if case.scenario else []
    told = ["--at", case.at, "--closed", table]
    plan, hard = home / "plan", home / "hardened"
    said = {
        "plan": kept(home / "plan.json", lambda: serentak("plan", district, "-o", plan, "--effort", "draft")),
        "stress": kept(home / "stress.json", lambda: serentak("stress", plan, *scenario, "--futures", str(futures))),
        "harden": kept(
            home / "harden.json",
            lambda: serentak(
                "harden", plan, "-o", hard, *scenario, "--target", str(case.target), "--futures", str(futures)
            ),
        ),
        "again": kept(home / "again.json", lambda: serentak("replan", plan, "-o", home / "plan-again", *told)),
        "hard-again": kept(
            home / "hard-again.json", lambda: serentak("replan", hard, "-o", home / "hardened-again", *told)
        ),
    }
    for name in ("plan", "hardened", "plan-again", "hardened-again"):
        own = home / name
        said[f"check {name}"] = kept(home / f"check-{name}.json", lambda own=own: serentak("check", own))
        if not (own / "map.html").exists():
            serentak("paper", own, "--only", "map")
    return said


def main() -> int:
    """Make the page and its pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("docs", type=Path, help="folder of the page; pictures go to images/ in it")
    parser.add_argument("--work", type=Path, default=Path("floods"), help="where districts and plans are made")
    parser.add_argument("--futures", type=int, default=4_000)
    parser.add_argument("--only", choices=[case.name for case in CASES], help="play one case, and write no page")
    asked = parser.parse_args()
    if asked.only:
        played(next(case for case in CASES if case.name == asked.only), asked.work, asked.futures)
        return 0
    said = {case.name: played(case, asked.work, asked.futures) for case in CASES}
    for case in CASES:
        for name, picture in (("plan", "sebelum"), ("hardened", "tangguh"), ("plan-again", "disusun-ulang")):
            shown = picture_of_map(asked.work / case.name / name / "map.html")
            save(shown, asked.docs / "images" / f"banjir-{case.name}-{picture}.png")
    (asked.docs / "floods.md").write_text(page(said, asked.work, asked.futures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
