"""Hazards of the sample district Kampar: its known rivers, its landslide road and its 122 flood-prone stations.

Which corridors and how many stations are facts with sources; which stations of a kecamatan they are is invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"
Row = dict[str, object]


def hazard_files(facts: dict[str, Any], stations: Sequence[Row], table: Any) -> dict[str, str]:
    """Give the files of the hazards by name.

    Parameters
    ----------
    facts
        ``data/kampar.toml``.
    stations
        Rows of ``stations.csv``.
    table
        Writes rows as CSV.
    """
    corridors = {corridor["name"]: (corridor["mode"], corridor["villages"]) for corridor in facts["corridor"]}
    roads = [name for name, (mode, _villages) in corridors.items() if mode == "motorbike"]
    return {
        "hazards.toml": (DATA / "kampar_hazards.toml").read_text(encoding="utf-8"),
        "banjir.csv": table(list(_flooded(facts, stations))),
        "longsor.csv": table([row for name in roads for row in _along(name, corridors[name][1], stations)]),
        "sungai.csv": table(
            [row for name in corridors if name not in roads for row in _along(name, corridors[name][1], stations)]
        ),
    }


def _along(corridor: str, villages: Sequence[str], stations: Sequence[Row]) -> list[Row]:
    codes = sorted({str(row["village"]) for row in stations if row["desa"] in villages and row["note"] == corridor})
    return [{"site": corridor, "at": code, "note": ""} for code in codes]


def _flooded(facts: dict[str, Any], stations: Sequence[Row]) -> Iterable[Row]:
    """Choose as many stations of each kecamatan as were flood-prone: first those that could not be moved."""
    random = Random(facts["seed"] + 1)  # noqa: S311 - an invented choice needs no secrecy
    for kecamatan in facts["kecamatan"]:
        mine = [row for row in stations if str(row["village"]).startswith(kecamatan["code"]) and not row["access"]]
        known = [row for row in mine if row["movable"] == "tidak"]
        others = [row for row in mine if row["movable"] != "tidak"]
        wanted = kecamatan.get("flood", 0)
        chosen = known[:wanted] + random.sample(others, max(0, wanted - len(known)))
        for row in sorted(chosen, key=lambda row: (str(row["village"]), int(str(row["number"])))):
            station = f"{row['village']}-{int(str(row['number'])):03}"
            note = "tidak dapat dipindahkan" if row["movable"] == "tidak" else ""
            yield {"site": f"{row['desa']} {row['village']}", "at": station, "note": note}
