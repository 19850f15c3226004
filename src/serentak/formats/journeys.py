"""What a plan moves, leg by leg and place by place: the ground of map, tables, charts and report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from serentak.plan.model import Plan, Run, Stage
from serentak.plan.stages import Child, point_of
from serentak.territory.model import District, FleetRow
from serentak.travel import Point, Travel

Line = tuple[tuple[float, float], ...]
"""(lon, lat) of every bend, degrees, WGS84."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A run with its stage and the fleet row of its vehicles."""

    stage: Stage
    run: Run
    row: FleetRow

    @property
    def boxes(self) -> int:
        """Ballot boxes handed over or taken on board on the whole run."""
        return sum(stop.boxes for stop in self.run.stops)


@dataclass(frozen=True, slots=True)
class Leg:
    """The drive from one halt of a run to the next.

    Parameters
    ----------
    number
        From 1; the last one leads back to the base.
    start, end
        Ids of the places or stations.
    depart, arrive
        Seconds from 00:00 on H.
    boxes
        Ballot boxes on board.
    """

    number: int
    start: str
    end: str
    depart: int
    arrive: int
    boxes: int


@dataclass(frozen=True, slots=True)
class Movement:
    """Ballot boxes that reach or leave a place or the warehouse.

    Parameters
    ----------
    place
        Id of the place.
    kind
        ``in`` when a load is brought, ``out`` when one is taken.
    moment
        Arrival or departure of the vehicles, seconds from 00:00 on H.
    journey
        The run that brings or takes it.
    others
        Where it comes from or goes to, ids in order.
    boxes, units
        Ballot boxes, and what they belong to as in `serentak.plan.model.Stop` (empty for a run's whole load).
    """

    place: str
    kind: Literal["in", "out"]
    moment: int
    journey: Journey
    others: tuple[str, ...]
    boxes: int
    units: tuple[str, ...]


def journeys(plan: Plan, district: District) -> tuple[Journey, ...]:
    """Give all runs in the order of the plan."""
    rows = {name: row for row in district.fleet for name in row.names()}
    return tuple(Journey(stage, run, rows[run.vehicle]) for stage in plan.stages for run in stage.runs)


def legs(journey: Journey) -> Iterator[Leg]:
    """Give the legs of a run, from its base and back."""
    base, run = journey.stage.base, journey.run
    halts = [(base, run.depart, run.depart, journey.boxes if journey.stage.direction == "out" else 0)]
    halts += [(stop.at, stop.arrive, stop.depart, stop.load_after) for stop in run.stops]
    halts.append((base, run.return_, run.return_, 0))
    for number, (before, after) in enumerate(pairwise(halts), 1):
        yield Leg(number, before[0], after[0], before[2], after[1], before[3])


def movements(all_journeys: Iterable[Journey]) -> list[Movement]:
    """Give what reaches and leaves every place, in order of time."""
    found = []
    for journey in all_journeys:
        stage, run = journey.stage, journey.run
        out = stage.direction == "out"
        ends = tuple(stop.at for stop in run.stops)
        at_base = ("out", run.depart) if out else ("in", run.return_)
        found.append(Movement(stage.base, *at_base, journey, ends, journey.boxes, ()))  # type: ignore[arg-type]
        for stop in run.stops:
            if stop.units:
                kind: Literal["in", "out"] = "in" if out else "out"
                moment = stop.arrive if out else stop.depart
                found.append(Movement(stop.at, kind, moment, journey, (stage.base,), stop.boxes, stop.units))
    return sorted(found, key=lambda move: (move.moment, move.place, move.journey.run.id))


class Ways:
    """Draws the legs of a plan, each way between two points only once.

    Parameters
    ----------
    district
        Where places and stations lie.
    travel
        What the plan was timed by: straight lines, or a network with its bends.
    """

    def __init__(self, district: District, travel: Travel) -> None:
        self.points: dict[str, Point] = {place.id: point_of(place) for place in district.places}
        self.points |= {station.id: point_of(station) for station in district.stations}
        self._travel = travel
        self._drawn: dict[tuple[str, str, str], Line | None] = {}

    def line(self, start: str, end: str, mode: str) -> Line | None:
        """Give the bends from one id to another, both ends included, or None where there is no way."""
        key = (start, end, mode)
        if key not in self._drawn:
            way = self._travel.way(self.points[start], self.points[end], mode)
            self._drawn[key] = way.line if way is not None else None
        return self._drawn[key]


def latest(child: Child) -> int:
    """Give the latest moment for a child of a stage, in seconds from 00:00 on H.

    Outbound it is the latest arrival there, on the return the latest arrival of its goods at the place above it.
    """
    return child.closes if child.home_by is None else child.home_by
