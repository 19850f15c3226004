"""The sample district Kampar, drawn from a seed around published facts.

Facts (``data/kampar.toml``, each with its source): the 21 kecamatan and their villages, stations per
kecamatan, the number of voters, the order of dispatch, the river and hill corridors of Kampar Kiri Hulu,
flood-prone places.
Invented: every position, stations per village, voters per station, vehicles, seal numbers. What trucks and
pickups carry and cost, and the time at places, come from the default rule set.
"""

from __future__ import annotations

import csv
import io
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from serentak.operations.defaults import VehicleDefaults, load_defaults
from serentak.operations.ruleset import ppk_id
from serentak.operations.sample_kampar_hazards import hazard_files

if TYPE_CHECKING:
    from serentak.operations.defaults import PlaceDefaults

DATA: Final = Path(__file__).parent / "data"
INVENTED: Final = "rekaan untuk contoh (invented for the sample)"

DISTRICT: Final = "14.01"
WAREHOUSE: Final = f"KPU-{DISTRICT}"
JETTY: Final = "DERMAGA-GEMA"
UPSTREAM: Final = "14.01.09"
"""Kampar Kiri Hulu, where boats and motorbikes take over."""

_KM_PER_DEGREE: Final = 111.2
_MAX_VOTERS: Final = 600

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Village:
    """A village of the sample: its code, names, invented position, and how it is reached."""

    code: str
    name: str
    kecamatan: str
    lon: float
    lat: float
    mode: str
    note: str
    fixed: bool


def kampar_files() -> dict[str, str]:
    """Give the files of the sample by name; always the same bytes."""
    facts = tomllib.loads((DATA / "kampar.toml").read_text(encoding="utf-8"))
    random = Random(facts["seed"])  # noqa: S311 - invented positions need no secrecy
    villages = _villages(facts, random)
    stations = _stations(facts, villages, random)
    seals = len(stations) * facts["fleet"]["seals_a_station"]
    return {
        "README.txt": _readme(facts),
        "assumed.csv": _table(_assumed()),
        "district.toml": _district(facts),
        "escorts.csv": _table(_escorts(facts)),
        "facts.csv": _table(_fact_rows(facts)),
        "fleet.csv": _table(_fleet(facts)),
        "places.csv": _table(_places(facts, villages)),
        "stations.csv": _table(stations),
        "stock.csv": _table([{"item": "seal", "series": "KPR", "from": 1, "to": seals}]),
        **hazard_files(facts, stations, _table),
    }


def _villages(facts: dict[str, Any], random: Random) -> list[Village]:
    """Place the villages: along their corridor, or scattered around the kecamatan."""
    centres = {row["code"]: row for row in facts["kecamatan"]}
    corridors = {
        name: (corridor, place) for corridor in facts["corridor"] for place, name in enumerate(corridor["villages"], 1)
    }
    fixed = {(row["kecamatan"], row["village"]) for row in facts["fixed"]}
    rows = _read("kampar_villages.csv")
    sizes = {code: sum(row["code"].startswith(code) for row in rows) for code in centres}
    villages = []
    for row in rows:
        kecamatan = row["code"][:8]
        centre = centres[kecamatan]
        corridor, place = corridors.get(row["name"], (None, 0)) if kecamatan == UPSTREAM else (None, 0)
        if corridor:
            angle, km = (
                math.radians(corridor["heading"] + 20 * (random.random() - 0.5)),
                corridor["step"] * place,
            )
        elif row["name"] == centre["seat"]:
            angle, km = 0.0, 0.0
        else:
            # The square root spreads villages evenly over the disc.
            angle = math.tau * random.random()
            km = 2.2 * math.sqrt(sizes[kecamatan]) * math.sqrt(random.random())
        villages.append(
            Village(
                code=row["code"],
                name=row["name"],
                kecamatan=row["kecamatan_name"],
                lon=centre["lon"] + km * math.sin(angle) / _KM_PER_DEGREE,
                lat=centre["lat"] + km * math.cos(angle) / _KM_PER_DEGREE,
                mode=corridor["mode"] if corridor else "",
                note=corridor["name"] if corridor else "",
                fixed=(row["kecamatan_name"], row["name"]) in fixed,
            )
        )
    return villages


def _stations(facts: dict[str, Any], villages: list[Village], random: Random) -> list[Row]:
    """Deal stations out to villages and voters to stations so that the published totals hold."""
    counted: list[tuple[Village, int]] = []
    weights: list[float] = []
    for kecamatan in facts["kecamatan"]:
        mine = [village for village in villages if village.code.startswith(kecamatan["code"])]
        # One station a village first, the others by chance, fewer where boats and motorbikes go.
        chances = [0.0 if village.mode else 0.3 + random.random() for village in mine]
        shares = _apportion(kecamatan["stations"] - len(mine), chances)
        for village, more in zip(mine, shares, strict=True):
            for number in range(1, more + 2):
                counted.append((village, number))
                weights.append(kecamatan.get("voters_factor", 1.0) * (0.8 + 0.4 * random.random()))
    voters = _apportion(facts["facts"]["voters"], weights)
    if max(voters) > _MAX_VOTERS or min(voters) < 1:
        raise ValueError("kampar.toml: the factors leave a station above the limit or empty")
    return [_station(village, number, count, random) for (village, number), count in zip(counted, voters, strict=True)]


def _apportion(total: int, weights: list[float]) -> list[int]:
    """Split a whole number by weights; the largest remainders are rounded up, the first of equals first."""
    whole = math.fsum(weights)
    shares = [total * weight / whole for weight in weights]
    found = [math.floor(share) for share in shares]
    order = sorted(range(len(weights)), key=lambda place: (found[place] - shares[place], place))
    for place in order[: total - sum(found)]:
        found[place] += 1
    return found


def _station(village: Village, number: int, voters: int, random: Random) -> Row:
    spread = 0.004 if village.mode else 0.008
    return {
        "kecamatan": village.kecamatan,
        "desa": village.name,
        "village": village.code,
        "number": number,
        "voters": voters,
        "lon": f"{village.lon + spread * (2 * random.random() - 1):.5f}",
        "lat": f"{village.lat + spread * (2 * random.random() - 1):.5f}",
        "access": village.mode,
        "kind": "reguler",
        "movable": "tidak" if village.fixed else "",
        "parent": JETTY if village.mode == "boat" else "",
        "note": "rawan banjir 2024" if village.fixed else village.note,
    }


def _places(facts: dict[str, Any], villages: list[Village]) -> list[Row]:
    defaults = load_defaults()
    warehouse = facts["warehouse"]
    rows = [
        _place(WAREHOUSE, "warehouse", "", warehouse["name"], defaults.warehouse)
        | _at(warehouse["village"], warehouse["lon"], warehouse["lat"])
    ]
    seats = {(village.code[:8], village.name): village for village in villages}
    for kecamatan in facts["kecamatan"]:
        code, lon, lat = kecamatan["code"], kecamatan["lon"], kecamatan["lat"]
        seat = seats[code, kecamatan["seat"]]
        hub = _place(ppk_id(code), "ppk", WAREHOUSE, f"PPK {seat.kecamatan}", defaults.ppk)
        rows.append(hub | _at(seat.code, lon, lat))
        if code == UPSTREAM:
            jetty = _place(JETTY, "transit", ppk_id(code), "Dermaga Gema", defaults.ppk) | {"night": "tidak"}
            rows.append(jetty | _at(seat.code, lon - 0.005, lat - 0.005))
    return rows


def _place(place: str, kind: str, parent: str, name: str, figures: PlaceDefaults) -> Row:
    return {
        "id": place,
        "village": "",
        "kind": kind,
        "parent": parent,
        "name": name,
        "lon": "",
        "lat": "",
        "handling_min": figures.handling_min,
        "sec_per_box": figures.sec_per_box,
        "night": figures.night,
        "police_district": "Polres Kampar",
    }


def _at(village: str, lon: float, lat: float) -> Row:
    return {"village": village, "lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}


def _fleet(facts: dict[str, Any]) -> list[Row]:
    fleet = facts["fleet"]
    own = msgspec.convert(facts["vehicles"], dict[str, VehicleDefaults])
    vehicles = load_defaults().vehicles | own
    rows = [("truk", WAREHOUSE, fleet["trucks"])]
    rows += [
        ("pikap", ppk_id(kecamatan["code"]), math.ceil(2 * kecamatan["stations"] / fleet["boxes_a_pickup"]))
        for kecamatan in facts["kecamatan"]
    ]
    rows += [("ojek", ppk_id(UPSTREAM), fleet["motorbikes"]), ("perahu", JETTY, fleet["boats"])]
    return [
        {"type": name, "base": base, "count": count, **msgspec.structs.asdict(vehicles[name])}
        for name, base, count in rows
    ]


def _escorts(facts: dict[str, Any]) -> list[Row]:
    escorts = load_defaults().escorts
    return [
        {
            "agency": escorts.agency,
            "base": WAREHOUSE,
            "police_district": "Polres Kampar",
            "teams": facts["fleet"]["escorts"],
            "cost_day": escorts.cost_day,
        }
    ]


def _assumed() -> list[Row]:
    what = (
        ("district.toml", "seed"),
        ("escorts.csv", "teams"),
        ("escorts.csv", "cost_day"),
        ("fleet.csv", "count"),
        ("fleet.csv", "boxes"),
        ("fleet.csv", "cost_day"),
        ("places.csv", "lon"),
        ("places.csv", "lat"),
        ("stations.csv", "number"),
        ("stations.csv", "voters"),
        ("stations.csv", "lon"),
        ("stations.csv", "lat"),
        ("stock.csv", "from"),
    )
    return [{"file": file, "row": "", "column": column, "value": "", "rule": INVENTED} for file, column in what]


def _fact_rows(facts: dict[str, Any]) -> list[Row]:
    """List the facts in the sample with their sources."""
    source = facts["facts"]
    found: list[tuple[str, str, object, str]] = [
        (DISTRICT, "stations", source["stations"], "stations"),
        (DISTRICT, "voters", source["voters"], "voters"),
        (WAREHOUSE, "name", facts["warehouse"]["name"], "warehouse"),
        (WAREHOUSE, "trucks", facts["fleet"]["trucks"], "trucks"),
        (ppk_id(UPSTREAM), "boxes a motorbike", facts["vehicles"]["ojek"]["boxes"], "ojek"),
    ]
    for row in facts["kecamatan"]:
        found.append((row["code"], "stations", row["stations"], "stations"))
        if "flood" in row:
            found.append((row["code"], "flood-prone stations", row["flood"], "flood"))
    for name, group in facts["groups"].items():
        found.append((name, "group", " ".join(group["kecamatan"]), "groups"))
    for corridor in facts["corridor"]:
        fact = f"corridor by {corridor['mode']}"
        found.append((corridor["name"], fact, ", ".join(corridor["villages"]), "corridors"))
    found += [(row["village"], "flood-prone, cannot be moved", row["kecamatan"], "fixed") for row in facts["fixed"]]
    return [
        {"place": place, "fact": fact, "value": value, "source": source[f"{name}_source"]}
        for place, fact, value, name in found
    ]


def _district(facts: dict[str, Any]) -> str:
    template = (DATA / "kampar_district.toml").read_text(encoding="utf-8")
    groups = []
    for name, group in facts["groups"].items():
        members = ", ".join(f'"{code}"' for code in group["kecamatan"])
        start, end = group["window"]
        groups.append(f'[groups.{name}]\nkecamatan = [{members}]\nout.ppk = ["{start}", "{end}"]\n')
    return template.replace("@SEED@", str(facts["seed"])).replace("@GROUPS@", "\n".join(groups).rstrip("\n"))


def _readme(facts: dict[str, Any]) -> str:
    text = (DATA / "kampar_readme.txt").read_text(encoding="utf-8")
    return text.replace("@POSITIONS@", facts["facts"]["positions_source"])


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
