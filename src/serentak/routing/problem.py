"""One stage made ready for a solver: its loads cut into parts, its legs as plain tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from serentak.plan.stages import Child, StageSpec, Unit
from serentak.territory.model import FleetRow, Pin
from serentak.travel import Legs, Travel
from serentak.travel import Point as TravelPoint

if TYPE_CHECKING:
    from serentak.routing.timing import Timed


@dataclass(frozen=True)
class Task:
    """A halt to be made once: a station's kit, or a part of a place's load that fits one run.

    Parameters
    ----------
    child
        Index into the stage's children; its point is ``child + 1`` in the tables of legs.
    free
        Second from which the goods may be loaded at the base (outbound).
    opens
        Earliest start of handling at the child.
    """

    child: int
    units: tuple[Unit, ...]
    free: int
    opens: int

    @cached_property
    def boxes(self) -> int:
        """Ballot boxes."""
        return sum(unit.boxes for unit in self.units)

    @cached_property
    def grams(self) -> int:
        """Weight of boxes and bundles."""
        return sum(unit.grams for unit in self.units)

    @cached_property
    def millilitres(self) -> int:
        """Volume of boxes and bundles."""
        return sum(unit.millilitres for unit in self.units)

    @cached_property
    def voters(self) -> int:
        """Voters whose kits these are."""
        return sum(unit.voters for unit in self.units)


class Halt(NamedTuple):
    """A halt at a task: its child, the child's point in the tables of legs, seconds of handling, earliest start."""

    child: Child
    point: int
    service: int
    opens: int


@dataclass(frozen=True)
class Problem:
    """A stage, its tasks and its legs by (mode, speed factor); point 0 is the base. Pickles, so it can travel."""

    spec: StageSpec
    tasks: tuple[Task, ...]
    legs: dict[tuple[str, float], Legs]
    pins: tuple[Pin, ...] = ()

    @cached_property
    def seconds(self) -> dict[tuple[str, float], list[list[int]]]:
        """Driving times as plain lists, quicker to look up one by one."""
        return {key: legs.seconds.tolist() for key, legs in self.legs.items()}

    @cached_property
    def metres(self) -> dict[tuple[str, float], list[list[int]]]:
        """Distances as plain lists."""
        return {key: legs.metres.tolist() for key, legs in self.legs.items()}

    @cached_property
    def halts(self) -> tuple[Halt, ...]:
        """What a halt at each task is, quicker to look up than to work out each time."""
        own = ((task, self.spec.children[task.child]) for task in self.tasks)
        return tuple(Halt(child, task.child + 1, child.service(task.boxes), task.opens) for task, child in own)

    @cached_property
    def known_runs(self) -> dict[tuple[object, ...], Timed | None]:
        """Runs that were timed before; see `serentak.routing.roster.crew_run`."""
        return {}

    def child(self, task: int) -> Child:
        """Give the child at which a task is done."""
        return self.spec.children[self.tasks[task].child]

    def reaches(self, row: FleetRow, task: int) -> bool:
        """Tell whether a vehicle's mode can reach the child of a task."""
        access = self.child(task).access
        return not access or row.mode in access

    def carries(self, row: FleetRow, tasks: Collection[int]) -> bool:
        """Tell whether one team can carry the tasks together."""
        own = [self.tasks[task] for task in tasks]
        return (
            sum(task.boxes for task in own) <= row.team * row.boxes
            and sum(task.grams for task in own) <= row.team * row.grams
            and sum(task.millilitres for task in own) <= row.team * row.millilitres
        )


def fits(row: FleetRow, units: Collection[Unit]) -> bool:
    """Tell whether one team of a fleet row can carry the goods together."""
    return (
        sum(unit.boxes for unit in units) <= row.team * row.boxes
        and sum(unit.grams for unit in units) <= row.team * row.grams
        and sum(unit.millilitres for unit in units) <= row.team * row.millilitres
    )


def make_problem(
    spec: StageSpec,
    travel: Travel,
    available: Mapping[str, int],
    ready: Mapping[str, int],
    single: Mapping[str, Unit],
    pins: tuple[Pin, ...] = (),
) -> Problem:
    """Cut a stage's loads into tasks and look up its legs.

    Parameters
    ----------
    spec
        The stage.
    available
        Second from which goods may be loaded at the base, by station id or name of recapitulation boxes; goods
        that are not named here do not travel.
    ready
        Second at which a place's goods are ready (return), by place id.
    single
        The kit of each station, for villages that must be divided.
    pins
        Pins on vehicles of this base.
    """
    points = [
        TravelPoint(spec.base.id, spec.base.lon, spec.base.lat),
        *(child.point for child in spec.children),
    ]
    paces = {(row.mode, row.speed_factor) for row in spec.fleet}
    legs = {(mode, factor): travel.legs(points, mode, factor) for mode, factor in sorted(paces)}
    tasks: list[Task] = []
    for index, child in enumerate(spec.children):
        opens = max(child.opens, ready.get(child.id, child.opens))
        units = [left for unit in child.units if (left := _remaining(unit, available, single)) is not None]
        for part in cut(units, spec.fleet, single) if not child.is_station else [tuple(units)]:
            if part:
                free = max(available[name] for unit in part for name in (unit.stations or (unit.name,)))
                tasks.append(Task(index, part, free, opens))
    return Problem(spec, tuple(tasks), legs, pins)


def _remaining(unit: Unit, available: Mapping[str, int], single: Mapping[str, Unit]) -> Unit | None:
    names = unit.stations or (unit.name,)
    left = tuple(name for name in names if name in available)
    if len(left) == len(names):
        return unit
    return join(unit.name, [single[name] for name in left]) if left else None


def join(name: str, units: Collection[Unit]) -> Unit:
    """Make one unit of several."""
    return Unit(
        name,
        tuple(station for unit in units for station in unit.stations),
        sum(unit.boxes for unit in units),
        sum(unit.grams for unit in units),
        sum(unit.millilitres for unit in units),
        sum(unit.voters for unit in units),
    )


def cut(units: Collection[Unit], fleet: Collection[FleetRow], single: Mapping[str, Unit]) -> list[tuple[Unit, ...]]:
    """Cut a place's load into parts that fit one run, by first-fit decreasing over its villages.

    A village stays whole unless it alone exceeds a run; then it is divided by station number. A kit that exceeds
    every run by itself becomes a part of its own, which precheck then refuses.
    """

    def carried(part: list[Unit]) -> bool:
        return any(fits(row, part) for row in fleet)

    pieces: list[list[Unit]] = []
    for unit in units:
        pieces.extend([[unit]] if carried([unit]) or not unit.stations else _divide(unit, fleet, single))
    pieces.sort(key=lambda piece: (-sum(unit.boxes for unit in piece), piece[0].name))
    parts: list[list[Unit]] = []
    for piece in pieces:
        home = next((part for part in parts if carried([*part, *piece])), None)
        if home is None:
            parts.append(list(piece))
        else:
            home.extend(piece)
    return [tuple(part) for part in parts]


def _divide(unit: Unit, fleet: Collection[FleetRow], single: Mapping[str, Unit]) -> list[list[Unit]]:
    """Divide a village too large for one run, by station number, into as few pieces as that order allows."""
    pieces: list[list[Unit]] = [[]]
    for station in sorted(unit.stations):
        kit = single[station]
        if pieces[-1] and not any(fits(row, [*pieces[-1], kit]) for row in fleet):
            pieces.append([])
        pieces[-1].append(kit)
    return pieces
