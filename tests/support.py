"""Districts, plans and small changes to them, for the tests of planning.

A plan is checked, timed and changed here from the district and the travel times alone; of routing only `problem`
knows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from msgspec.structs import replace as change

from serentak.base.clock import DAY, parse_day, parse_moment
from serentak.kit.kits import Kits, build_kits
from serentak.kit.rules import Rules, load_rules
from serentak.operations.sample import write_sample
from serentak.plan.check import check_plan
from serentak.plan.model import Plan, Run, Stage, Stop
from serentak.plan.stages import StageSpec, build_stages
from serentak.routing.chain import single_kits
from serentak.routing.district import start_goods
from serentak.routing.problem import Problem, make_problem
from serentak.territory.model import District, EscortRow, FleetRow, Pin, Place, Ready, Station, Tier
from serentak.territory.read import read_district
from serentak.travel import CrowFlight, Legs, Point, Travel

WORKDAY = (6 * 3600, 20 * 3600)
NIGHT_SHIFT = (12 * 3600, 36 * 3600)


@cache
def kecil() -> District:
    with tempfile.TemporaryDirectory() as folder:
        write_sample("kecil", Path(folder) / "kecil")
        return read_district(Path(folder) / "kecil")[0]


def window(start: str, end: str) -> tuple[int, int]:
    return parse_moment(start), parse_moment(end)


def place(place_id: str, kind: str, parent: str, lon: float, lat: float, **more) -> Place:
    return Place(
        id=place_id,
        village=more.pop("village", "14.01.01.2001"),
        kind=kind,
        parent=parent,
        name=place_id,
        lon=lon,
        lat=lat,
        handling=more.pop("handling", 1200),
        seconds_per_box=more.pop("seconds_per_box", 20),
        hours=more.pop("hours", None),
        night=more.pop("night", kind == "ppk"),
        police_district="Polres",
        row=2,
        **more,
    )


def station(village: str, number: int, lon: float, lat: float, parent: str, **more) -> Station:
    return Station(
        id=f"{village}-{number:03}",
        village=village,
        number=number,
        kecamatan_name=village[:8],
        desa_name=village,
        voters=more.pop("voters", 300 + number),
        lon=lon,
        lat=lat,
        access=more.pop("access", ()),
        elections=more.pop("elections", ("G", "B")),
        kind="reguler",
        venue="",
        movable=None,
        police_class=more.pop("police_class", "kurang rawan"),
        parent=parent,
        row=2,
        **more,
    )


def fleet(kind: str, base: str, mode: str, count: int, boxes: int, **more) -> FleetRow:
    return FleetRow(
        type=kind,
        base=base,
        mode=mode,
        count=count,
        team=more.pop("team", 1),
        boxes=boxes,
        grams=more.pop("grams", 40_000_000),
        millilitres=more.pop("millilitres", 90_000_000),
        speed_factor=more.pop("speed_factor", 1.0),
        days=more.pop("days", ()),
        cost_day=more.pop("cost_day", 500_000),
        cost_km=more.pop("cost_km", 2500),
        cost_hour=more.pop("cost_hour", 35_000),
        first=more.pop("first", 1),
        row=more.pop("row", 2),
        **more,
    )


def guards(agency: str, base: str, teams: int, **more) -> EscortRow:
    return EscortRow(
        agency=agency,
        base=base,
        police_district="Polres",
        teams=teams,
        days=more.pop("days", ()),
        hours=more.pop("hours", None),
        cost_day=more.pop("cost_day", 750_000),
        first=more.pop("first", 1),
        row=more.pop("row", 2),
        **more,
    )


def district(
    places: Sequence[Place],
    stations: Sequence[Station],
    vehicles: Sequence[FleetRow],
    escorts: Sequence[EscortRow] = (),
    **more,
) -> District:
    out = {
        "ppk": Tier(window("H-5 07:00", "H-2 18:00"), WORKDAY, "run" if escorts else "none"),
        "pps": Tier(window("H-2 06:00", "H-1 12:00"), WORKDAY, "none"),
        "tps": Tier(window("H-1 06:00", "H-1 18:00"), WORKDAY, "none"),
    }
    back = {
        "ppk": Tier(window("H 12:00", "H+1 12:00"), NIGHT_SHIFT, "none"),
        "kpu": Tier(window("H+2 07:00", "H+6 18:00"), WORKDAY, "run" if escorts else "none"),
    }
    return District(
        code="14.01",
        name="Kabupaten Uji",
        zone="WIB",
        election_day=date(2024, 11, 27),
        rules="pilkada-2024",
        elections=("G", "B"),
        seed=1,
        terrain=more.pop("terrain", "lowland"),
        out=out | more.pop("out", {}),
        back=back | more.pop("back", {}),
        group_windows=more.pop("group_windows", {}),
        ready=more.pop("ready", Ready(14 * 3600, 20, DAY + 6 * 3600)),
        stop_seconds=480,
        stop_seconds_per_box=30,
        rule_overrides={},
        stations=tuple(stations),
        places=tuple(places),
        fleet=tuple(vehicles),
        escorts=tuple(escorts),
        pins=tuple(more.pop("pins", ())),
        stock=(),
        **more,
    )


@cache
def besar() -> District:
    """Build three kecamatan with all that a plan can have; see the comments."""
    places = [
        place("GUDANG", "warehouse", "", 101.0, 0.3, village="14.01.01.2001", handling=1800),
        place("PPK-A", "ppk", "GUDANG", 101.1, 0.3, village="14.01.01.2001"),
        place("PPK-B", "ppk", "GUDANG", 101.3, 0.5, village="14.01.02.2001"),
        place("PPS-B", "pps", "PPK-B", 101.36, 0.52, village="14.01.02.2002", night=False),
        # So far that its truck sleeps there, and comes home the next day.
        place("PPK-C", "ppk", "GUDANG", 102.5, 0.3, village="14.01.03.2001"),
        place("DERMAGA", "transit", "PPK-C", 102.55, 0.3, village="14.01.03.2002", night=False),
    ]
    # A village of 48 boxes, more than any truck takes: it is divided.
    stations = [station("14.01.01.2001", n, 101.1 + n % 5 * 0.006, 0.3 + n // 5 * 0.006, "PPK-A") for n in range(1, 25)]
    for n in range(1, 5):
        guarded = "sangat rawan" if n == 2 else "kurang rawan"
        access = ("motorbike",) if n == 4 else ()
        where = (101.14 + n * 0.01, 0.28)
        stations.append(station("14.01.01.2002", n, *where, "PPK-A", police_class=guarded, access=access))
    stations += [station("14.01.02.2001", n, 101.3 + n * 0.007, 0.49, "PPK-B") for n in range(1, 7)]
    stations += [station("14.01.02.2002", n, 101.36 + n * 0.007, 0.53, "PPS-B") for n in range(1, 7)]
    stations += [station("14.01.03.2001", n, 102.5 + n * 0.007, 0.31, "PPK-C") for n in range(1, 4)]
    stations += [station("14.01.03.2002", n, 102.58, 0.28 + n * 0.01, "DERMAGA", access=("boat",)) for n in range(1, 4)]
    vehicles = [
        fleet("truk", "GUDANG", "truck", 3, 40, cost_day=1_500_000, cost_km=4000, cost_hour=50_000, row=2),
        fleet("pikap", "PPK-A", "pickup", 2, 20, row=3),
        fleet("ojek", "PPK-A", "motorbike", 4, 1, team=2, cost_day=100_000, cost_km=500, row=4),
        fleet("pikap", "PPK-B", "pickup", 1, 20, first=3, row=5),
        fleet("motor", "PPS-B", "motorbike", 2, 1, team=2, cost_day=80_000, cost_km=500, row=6),
        fleet("pikap", "PPK-C", "pickup", 1, 20, first=4, row=7),
        fleet("perahu", "DERMAGA", "boat", 1, 10, cost_day=600_000, cost_km=6000, row=8),
    ]
    escorts = [
        guards("polri", "GUDANG", 2, row=2),
        guards("tni", "GUDANG", 1, cost_day=400_000, hours=(7 * 3600, 20 * 3600), row=3),
        guards("polri", "PPK-A", 1, first=3, row=4),
    ]
    mid = {("out", "ppk", "14.01.02"): window("H-4 07:00", "H-3 18:00")}
    return district(places, stations, vehicles, escorts, group_windows=mid)


def rules_of(where: District) -> Rules:
    return load_rules(where.rules, where.rule_overrides)


def kits_of(where: District) -> Kits:
    return build_kits(where, rules_of(where))


def broken(plan: Plan, where: District, travel: Travel | None = None) -> list[str]:
    """Give the names of the rules that a plan breaks, in the order found."""
    return [violation.rule for violation in violations(plan, where, travel)]


def violations(plan: Plan, where: District, travel: Travel | None = None):
    ways = travel or CrowFlight(where.terrain)
    return check_plan(plan, where, kits_of(where), rules_of(where), ways).violations


def specs(where: District, direction: str, travel: Travel | None = None) -> dict[str, StageSpec]:
    ways = travel or CrowFlight(where.terrain)
    return {spec.base.id: spec for spec in build_stages(where, kits_of(where), rules_of(where), ways, direction)}


class Table:
    """Travel by a table of seconds between ids, the same in every mode; a metre a second."""

    engines: ClassVar[dict[str, str]] = {}

    def __init__(self, seconds: Callable[[str, str], int]) -> None:
        self.seconds = seconds

    def legs(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> Legs:  # noqa: ARG002
        grid = [[0 if a.id == b.id else self.seconds(a.id, b.id) for b in points] for a in points]
        seconds = np.array(grid, dtype=np.int64)
        return Legs(seconds.copy(), seconds)


def runs_of(plan: Plan, direction: str | None = None) -> list[Run]:
    return [run for stage in plan.stages if direction in {None, stage.direction} for run in stage.runs]


def find(plan: Plan, test: Callable[[Stage, Run], object]) -> Run:
    """Give the first run of a plan that passes a test."""
    return next(run for stage in plan.stages for run in stage.runs if test(stage, run))


def with_runs(plan: Plan, *changed: Run) -> Plan:
    """Put runs in the place of those with the same id."""
    new = {run.id: run for run in changed}
    return change(
        plan,
        stages=tuple(change(stage, runs=tuple(new.get(run.id, run) for run in stage.runs)) for stage in plan.stages),
    )


def with_stop(run: Run, number: int, **changes) -> Run:
    stops = list(run.stops)
    stops[number] = change(stops[number], **changes)
    return change(run, stops=tuple(stops))


def shifted(run: Run, seconds: int) -> Run:
    """Move a whole run in time; everything in it stays consistent."""
    stops = tuple(change(s, arrive=s.arrive + seconds, depart=s.depart + seconds) for s in run.stops)
    return change(run, depart=run.depart + seconds, return_=run.return_ + seconds, stops=stops)


def retimed(where: District, stage: Stage, run: Run, stops: Sequence[Stop] | None = None) -> Run:
    """Give a run whose times, boxes and loads are true for its stops, with the same departure and no waiting."""
    stops = list(run.stops if stops is None else stops)
    base, kits = where.place(stage.base), kits_of(where)
    row = next(row for row in where.fleet if run.vehicle in row.names())
    spots = {child.id: child for child in specs(where, stage.direction)[stage.base].children}
    points = [Point(base.id, base.lon, base.lat), *(spots[stop.at].point for stop in stops)]
    legs = CrowFlight(where.terrain).legs(points, row.mode, row.speed_factor).seconds

    def boxes(stop: Stop) -> int:
        if spots[stop.at].is_station:
            return len(kits.stations[stop.at].boxes)
        behind = {name: unit for unit in spots[stop.at].units for name in (unit.name, *unit.stations)}
        return sum(
            len(kits.stations[name].boxes) if name in kits.stations else behind[name].boxes for name in stop.units
        )

    now, moved = run.depart, [boxes(stop) for stop in stops]
    load = sum(moved) if stage.direction == "out" else 0
    made = []
    for n, stop in enumerate(stops, 1):
        load += -moved[n - 1] if stage.direction == "out" else moved[n - 1]
        arrive = now + int(legs[n - 1, n])
        now = max(arrive, spots[stop.at].opens) + spots[stop.at].service(moved[n - 1])
        made.append(change(stop, arrive=arrive, depart=now, boxes=moved[n - 1], load_after=load))
    return change(run, stops=tuple(made), return_=now + int(legs[len(stops), 0]))


def stage_of(plan: Plan, run: Run) -> Stage:
    return next(stage for stage in plan.stages if run.id in {own.id for own in stage.runs})


def without(where: District, table: str, number: int) -> District:
    """Drop a row of a table of the district."""
    rows = list(getattr(where, table))
    del rows[number]
    return replace(where, **{table: tuple(rows)})


def pin(kind: str, target: str, not_before: str | None = None, not_after: str | None = None) -> Pin:
    moments = [None if text is None else parse_moment(text) for text in (not_before, not_after)]
    return Pin(kind, target, *moments, note="", row=2)


def days(first: str, last: str) -> tuple[int, ...]:
    return tuple(range(parse_day(first), parse_day(last) + 1))


def problem(where: District, base: str, direction: str = "out", travel: Travel | None = None, **more) -> Problem:
    """Make the routing problem of one stage, all goods there long before."""
    ways = travel or CrowFlight(where.terrain)
    kits = kits_of(where)
    spec = specs(where, direction, ways)[base]
    goods = start_goods(where, kits) | more.pop("available", {})
    for name in more.pop("missing", ()):
        del goods[name]
    single = single_kits(where, kits)
    return make_problem(spec, ways, goods, more.pop("ready", {}), single, more.pop("pins", ()))
