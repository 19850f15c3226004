"""A plan as a course of events: every journey with what it waits for, in an order in which a future can unfold."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from serentak.base.clock import DAY
from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.model import Direction, Plan, Run, Stop
from serentak.plan.stages import Child, StageSpec, build_stages, is_recap, recap_unit
from serentak.territory.model import District, FleetRow
from serentak.travel import Point, Travel


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop of a journey.

    Parameters
    ----------
    child
        Where it is, with its hours.
    closes
        Latest arrival that was promised here; outbound.
    due
        Latest return to the base that was promised for these goods, or None; on the way back.
    goods
        Station ids and recapitulation boxes handed over or collected here.
    service
        Seconds that takes by the plan.
    morning
        Planned departure after a night here, or None.
    """

    child: Child
    closes: int
    due: int | None
    goods: tuple[str, ...]
    service: int
    morning: int | None


@dataclass(frozen=True, slots=True)
class Journey:
    """A run of the plan.

    Parameters
    ----------
    run
        As planned.
    stage
        Its stage.
    row
        Its vehicles.
    base
        Where it starts and ends.
    halts
        Its stops in order.
    round
        How many runs its vehicle team has made that day before it; with the team and the day its name in the draws.
    metres, seconds
        Distance and driving time of one vehicle of the team.
    spare
        Whether a team of its mode stands idle at the base that day, and can take over.
    """

    run: Run
    stage: StageSpec
    row: FleetRow
    base: Point
    halts: tuple[Halt, ...]
    round: int
    metres: int
    seconds: int
    spare: bool

    @property
    def direction(self) -> Direction:
        """Way out or return."""
        return self.stage.direction

    @property
    def pace(self) -> tuple[str, float]:
        """Mode and speed factor."""
        return self.row.mode, self.row.speed_factor


@dataclass(frozen=True, slots=True)
class Course:
    """A plan as journeys, each after all that it waits for.

    Parameters
    ----------
    stations
        Ids of the stations the plan serves, by direction, in the plan's order.
    places
        Ids of the places that goods pass through, by direction.
    """

    journeys: tuple[Journey, ...]
    stations: dict[Direction, tuple[str, ...]]
    places: dict[Direction, tuple[str, ...]]

    def legs(self) -> Iterator[tuple[Point, Point, tuple[str, float], int]]:
        """Give the legs of all runs, and those from their bases to each stop, on the days on which they may be driven.

        The latter tell whether a stop can be reached at all, and serve those who try again on a later day.
        """
        for journey in self.journeys:
            base, day = journey.base, journey.run.day
            points = [base, *(halt.child.point for halt in journey.halts), base]
            for start, end in itertools.pairwise(points):
                yield start, end, journey.pace, day
            for halt in journey.halts:
                last = halt.closes // DAY if journey.direction == "out" and halt.child.is_station else day
                for later in range(day, max(day, last) + 1):
                    yield base, halt.child.point, journey.pace, later


def make_course(
    plan: Plan, district: District, kits: Kits, rules: Rules, travel: Travel, promised: District | None = None
) -> Course:
    """Lay out a plan that holds as a course of events.

    Parameters
    ----------
    plan, district, kits, rules, travel
        A plan without violations, and what it was made for.
    promised
        The district whose deadlines were promised, where the plan was made for tighter ones.
    """
    journeys: list[Journey] = []
    stations: dict[Direction, dict[str, None]] = {"out": {}, "back": {}}
    places: dict[Direction, dict[str, None]] = {"out": {}, "back": {}}
    warehouse = next(place.id for place in district.places if place.kind == "warehouse")
    villages: dict[str, list[str]] = defaultdict(list)
    for station in district.stations:
        villages[station.village].append(station.id)
    where = dict.fromkeys([*(station.id for station in district.stations), *map(recap_unit, kits.recap)], warehouse)
    for direction in ("out", "back"):
        specs = {spec.id: spec for spec in build_stages(district, kits, rules, travel, direction)}
        kept = build_stages(promised or district, kits, rules, travel, direction)
        due = {(spec.id, child.id): child for spec in kept for child in spec.children}
        if direction == "back":
            where |= {station.id: station.id for station in district.stations}
        for stage in plan.stages:
            if stage.direction != direction:
                continue
            for journey in _journeys(stage.runs, specs[stage.id], due, villages, where, kits, travel):
                journeys.append(journey)
                for halt in journey.halts:
                    names = stations if halt.child.is_station else places
                    names[direction][halt.child.id] = None
    return Course(
        tuple(journeys),
        {direction: tuple(names) for direction, names in stations.items()},
        {direction: tuple(names) for direction, names in places.items()},
    )


def _journeys(
    runs: tuple[Run, ...],
    spec: StageSpec,
    due: dict[tuple[str, str], Child],
    villages: dict[str, list[str]],
    where: dict[str, str],
    kits: Kits,
    travel: Travel,
) -> list[Journey]:
    children = {child.id: child for child in spec.children}
    rows = {name: row for row in spec.fleet for name in row.names()}
    base = Point(spec.base.id, spec.base.lon, spec.base.lat)
    made: dict[tuple[str, int], int] = defaultdict(int)
    used = {(run.vehicle, run.day): rows[run.vehicle].mode for run in runs}
    journeys = []
    for run in sorted(runs, key=lambda run: (run.depart, run.id)):
        halts = tuple(
            _halt(stop, children[stop.at], due[spec.id, stop.at], spec, villages, where, kits) for stop in run.stops
        )
        row = rows[run.vehicle]
        metres, seconds = _driven([base, *(halt.child.point for halt in halts)], row, travel)
        teams = sum(own.teams for own in spec.fleet if own.mode == row.mode and (not own.days or run.day in own.days))
        busy = sum(day == run.day and mode == row.mode for (_vehicle, day), mode in used.items())
        journeys.append(Journey(run, spec, row, base, halts, made[run.vehicle, run.day], metres, seconds, teams > busy))
        made[run.vehicle, run.day] += 1
    return journeys


def _driven(points: list[Point], row: FleetRow, travel: Travel) -> tuple[int, int]:
    legs = travel.legs(points, row.mode, row.speed_factor)
    round_ = [(here, (here + 1) % len(points)) for here in range(len(points))]
    return sum(int(legs.metres[leg]) for leg in round_), sum(int(legs.seconds[leg]) for leg in round_)


def _halt(
    stop: Stop,
    child: Child,
    promised: Child,
    spec: StageSpec,
    villages: dict[str, list[str]],
    where: dict[str, str],
    kits: Kits,
) -> Halt:
    source, target = (spec.base.id, child.id) if spec.direction == "out" else (child.id, spec.base.id)
    names = [child.id] if child.is_station else []
    for unit in stop.units:
        inside = villages.get(unit)
        names += [name for name in inside if where.get(name) == source] if inside is not None else [unit]
    where |= dict.fromkeys(names, target)
    boxes = sum(len((kits.recap[name[:-2]] if is_recap(name) else kits.stations[name]).boxes) for name in names)
    arrived, left = ((moment - spec.hours[0]) // DAY for moment in (stop.arrive, stop.depart))
    overnight = spec.overnight and child.night and left > arrived
    morning = stop.depart if overnight else None
    return Halt(child, promised.closes, promised.home_by, tuple(names), child.service(boxes), morning)
