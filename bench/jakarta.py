"""A kota of DKI Jakarta planned on its real streets: served, lawful, plausible, and what one closed street changes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench._jakarta import KOTA, Drive, data, drives, make_district, roads, unlawful, worst_street
from bench._report import machine, table, verdict
from serentak.operations.plan import Ground, read_ground
from serentak.plan.check import check_plan
from serentak.plan.model import Plan
from serentak.routing.district import plan_district
from serentak.travel.road import RoadTravel

REGION = "31.71"


@dataclass(frozen=True, slots=True)
class Planned:
    """A district planned on its streets."""

    stations: int
    unserved: int
    violations: int
    trespasses: int
    arcs: int
    kmh: dict[str, float]
    detour: float
    plan: Plan
    seconds: float
    closed: str
    exact: bool


def report() -> str:
    """Plan, check, and write the page."""
    folder = data()
    if folder is None:
        return INTRODUCTION + "\n\nNot measured: `SERENTAK_DATA` names no folder with the list and the roads.\n"
    planned = {name: _planned(folder, spread=spread) for name, spread in (("centres", False), ("spread", True))}
    return _page(planned)


def _planned(folder: Path, *, spread: bool) -> Planned:
    with TemporaryDirectory() as scratch:
        out = Path(scratch) / "jakarta"
        make_district(folder, out, REGION, spread=spread)
        ground = read_ground(out)
    start = time.process_time()
    plan = plan_district(ground.district, "draft", travel=ground.travel)
    seconds = time.process_time() - start
    travel = ground.travel
    if not isinstance(travel, RoadTravel):
        raise TypeError
    checked = check_plan(plan, ground.district, ground.kits, ground.rules, travel)
    driven = list(drives(plan, ground.district, travel))
    closed, exact = _closed(plan, ground, travel, driven)
    return Planned(
        stations=len(ground.district.stations),
        unserved=plan.totals.unserved_out,
        violations=len(checked.violations),
        trespasses=sum(len(unlawful(roads(folder), travel.graph, drive)) for drive in driven),
        arcs=sum(len(drive.arcs) for drive in driven),
        kmh=_speeds(driven),
        detour=_detour(driven),
        plan=plan,
        seconds=seconds,
        closed=closed,
        exact=exact,
    )


def _speeds(driven: list[Drive]) -> dict[str, float]:
    modes = sorted({drive.mode for drive in driven})
    own = {mode: [drive for drive in driven if drive.mode == mode] for mode in modes}
    return {
        mode: sum(drive.metres for drive in some) * 3.6 / sum(drive.seconds for drive in some)
        for mode, some in own.items()
    }


def _detour(driven: list[Drive]) -> float:
    """Give how much longer than the straight line the legs of more than a kilometre are, in the middle."""
    return float(np.median([drive.metres / drive.straight for drive in driven if drive.straight > 1000]))


def _closed(plan: Plan, ground: Ground, travel: RoadTravel, driven: list[Drive]) -> tuple[str, bool]:
    """Close a street; say which, and whether the runs that no longer hold are those that use it."""
    edge = worst_street(travel, driven)
    used = {drive.run for drive in driven if edge in travel.graph.edge[drive.arcs]}
    found = check_plan(plan, ground.district, ground.kits, ground.rules, travel.close([edge]))
    runs = {run.id for stage in plan.stages for run in stage.runs}
    broken = {violation.where for violation in found.violations} & runs
    name = travel.graph.names[travel.graph.name[edge]] or "a nameless street"
    text = (
        f"{name}, {travel.graph.metres[edge]} m: {len(used)} of {len(runs)} runs use it, {len(broken)} no longer hold"
    )
    return text, broken == used


def _page(planned: dict[str, Planned]) -> str:
    every = list(planned.values())
    violations, trespasses = sum(p.violations for p in every), sum(p.trespasses for p in every)
    exact = all(p.exact for p in every)
    goals = [
        verdict("no violation found by the plan check", str(violations), met=not violations),
        verdict(
            "no arc driven on a way closed to the vehicle, or against a one-way street",
            f"{trespasses} of {sum(p.arcs for p in every):,}",
            met=not trespasses,
        ),
        verdict("closing a street breaks the runs that use it and no other", "see below", met=exact),
    ]
    lines = [
        ("stations", lambda p: f"{p.stations:,}"),
        ("not served: no way on the map", lambda p: str(p.unserved)),
        ("runs", lambda p: str(sum(len(stage.runs) for stage in p.plan.stages))),
        ("km", lambda p: f"{p.plan.totals.metres / 1000:,.0f}"),
        ("hours of driving", lambda p: f"{p.plan.totals.seconds / 3600:,.0f}"),
        ("vehicle-days", lambda p: str(p.plan.totals.vehicle_days)),
        ("rupiah", lambda p: f"{p.plan.totals.rupiah:,}"),
        ("rupiah, nearest neighbour", lambda p: f"{p.plan.baseline.rupiah:,}" if p.plan.baseline else ""),
        ("km/h of trucks, halts apart", lambda p: f"{p.kmh['truck']:.1f}"),
        ("km/h of pickups, halts apart", lambda p: f"{p.kmh['pickup']:.1f}"),
        ("way over straight line, legs of more than 1 km, median", lambda p: f"{p.detour:.2f}"),
        ("planning, CPU s", lambda p: f"{p.seconds:.0f}"),
        ("a closed street", lambda p: p.closed),
    ]  # fmt: skip
    rows = [[line, *(show(p) for p in every)] for line, show in lines]
    heads = ["", "stations at the centre of their kelurahan", "stations spread over their kelurahan (invented)"]
    parts = [INTRODUCTION, machine(("serentak", "pyvrp", "pyroutingkit", "scipy")), "## Goals",
             table(["goal", "measured", "met"], goals), f"## {KOTA[REGION]}", table(heads, rows), NOTES]  # fmt: skip
    return "\n\n".join(parts) + "\n"


INTRODUCTION = f"""# {KOTA[REGION]} on its streets

Written by `python -m bench jakarta`. The stations of {KOTA[REGION]} from the national list (governor only, one box a
station), all else by `serentak new`, the streets of Jakarta as OpenStreetMap drew them about 2012 as its network;
planned at effort `draft`. The list has the centre of every kelurahan, and no position of stations: they are planned
once all at that centre, and once at random points of a disc as large as the kelurahan, which are invented."""

NOTES = """Whether a way is lawful is read from the shapefile again, feature by feature: no truck or pickup on a
footway, path, pedestrian street or one under construction, and nothing against the direction of a one-way street.
Stations that no way leads to stand on pieces of the map that nothing joins to the rest; `serentak check` names the
place where they come nearest. Speeds by kind of street are assumptions of `ways.toml`.

A street counts as closed when one edge of the network is. The edge is the one that lies on the ways of most runs of
those whose closing costs each of them at least ten seconds. A run no longer holds when the plan check, told of the
closed edge, finds its times untrue."""
