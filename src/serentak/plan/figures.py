"""What one plan comes to: the figures by which districts are compared, all of them from the plan and its input."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from serentak.kit.kits import Kits
from serentak.plan.model import Baseline, Direction, Plan, Totals
from serentak.plan.stages import is_recap
from serentak.territory.model import District

HUB_DIGITS: Final = 3
"""Decimals of a hub's coordinates, about 100 metres: for a map of the country."""


class Missed(msgspec.Struct, frozen=True):
    """Stations of one district that are not served for one reason.

    Parameters
    ----------
    stations, voters
        How many, and the voters on their lists.
    kecamatan
        Names of the kecamatan they lie in.
    example, figures
        One of them, with the arithmetic behind its reason.
    """

    direction: Direction
    reason: str
    stations: int
    voters: int
    kecamatan: tuple[str, ...]
    example: str
    figures: dict[str, int | str]


class Figures(msgspec.Struct, frozen=True):
    """One district's plan in figures.

    Parameters
    ----------
    elections
        Letters of the elections held.
    kecamatan, villages
        How many there are.
    points
        Different points at which its stations stand.
    boxes, recap_boxes
        Ballot boxes of stations, and recapitulation boxes of kecamatan.
    runs
        Journeys, out and back.
    vehicles
        Vehicles that leave on the busiest day.
    last_arrival
        Latest arrival at a station on the way out, in seconds from H; None where none is served.
    trunk_bound, trunk_packed
        Rupiah: the trunk's bound and its cost, over the stages that have a bound, out and back.
    missed
        What is not served, with reasons.
    hubs
        Lon and lat of warehouse and hubs, degrees, rounded.
    assumed
        Values that the default rule set took.
    plan_sha256
        Hash of ``plan.json``.
    """

    code: str
    name: str
    zone: str
    terrain: str
    elections: tuple[str, ...]
    kecamatan: int
    villages: int
    points: int
    boxes: int
    recap_boxes: int
    runs: int
    vehicles: int
    last_arrival: int | None
    trunk_bound: int
    trunk_packed: int
    totals: Totals
    baseline: Baseline | None
    missed: tuple[Missed, ...]
    hubs: tuple[tuple[float, float], ...]
    assumed: int
    plan_sha256: str


def plan_figures(plan: Plan, district: District, kits: Kits, plan_sha256: str) -> Figures:
    """Give the figures of a plan."""
    bounds = [stage.bound for stage in plan.stages if stage.bound is not None]
    return Figures(
        code=district.code,
        name=district.name,
        zone=district.zone,
        terrain=district.terrain,
        elections=district.elections,
        kecamatan=len({station.kecamatan for station in district.stations}),
        villages=len({station.village for station in district.stations}),
        points=len({(station.lon, station.lat) for station in district.stations}),
        boxes=sum(len(kit.boxes) for kit in kits.stations.values()),
        recap_boxes=sum(len(kit.boxes) for kit in kits.recap.values()),
        runs=sum(len(stage.runs) for stage in plan.stages),
        vehicles=_busiest(plan),
        last_arrival=_last_arrival(plan),
        trunk_bound=sum(bound.rupiah for bound in bounds),
        trunk_packed=sum(bound.packed for bound in bounds),
        totals=plan.totals,
        baseline=plan.baseline,
        missed=_missed(plan, district),
        hubs=tuple((round(place.lon, HUB_DIGITS), round(place.lat, HUB_DIGITS)) for place in district.places),
        assumed=len(district.assumed),
        plan_sha256=plan_sha256,
    )


def _busiest(plan: Plan) -> int:
    """Give the vehicles that leave on the busiest day."""
    used: dict[tuple[str, int], int] = {}
    for stage in plan.stages:
        for run in stage.runs:
            used[run.vehicle, run.day] = run.team
    days: Counter[int] = Counter()
    for (_vehicle, day), team in used.items():
        days[day] += team
    return max(days.values(), default=0)


def _last_arrival(plan: Plan) -> int | None:
    arrivals = [
        stop.arrive
        for stage in plan.stages
        if stage.direction == "out" and stage.tier == "tps"
        for run in stage.runs
        for stop in run.stops
    ]
    return max(arrivals, default=None)


def _missed(plan: Plan, district: District) -> tuple[Missed, ...]:
    stations = {station.id: station for station in district.stations}
    found: dict[tuple[Direction, str], list[int]] = {}
    for place, lost in enumerate(plan.unserved):
        if not is_recap(lost.station):
            found.setdefault((lost.direction, lost.reason), []).append(place)
    missed = []
    for (direction, reason), places in sorted(found.items(), key=lambda item: (item[0][0] == "back", item[0][1])):
        own = [stations[plan.unserved[place].station] for place in places]
        first = plan.unserved[places[0]]
        missed.append(
            Missed(
                direction,
                reason,
                len(own),
                sum(station.voters for station in own),
                tuple(dict.fromkeys(station.kecamatan_name for station in own)),
                first.station,
                dict(first.figures),
            )
        )
    return tuple(missed)
