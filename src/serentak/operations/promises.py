"""A plan as promises: every hand-over it expects, from whom, to whom, where, by when; the nights to guard; the seals.

A run has one hand-over where its goods are loaded or unloaded whole (at its base), and one at each of its stops.
The keeper of a place is named as the place, the KPPS of a station as the station, a vehicle team as the plan names it.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from serentak.base.clock import DAY, HOUR, ZONES, to_utc
from serentak.custody.expected import BACK, OUT
from serentak.custody.objects import gather
from serentak.plan.stages import Child, build_stages, is_recap, recap_holders, recap_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from serentak.kit.kits import Kits
    from serentak.operations.plan import Ground
    from serentak.plan.model import Plan, Run, Stage, Stop
    from serentak.territory.model import District, Place

GAP: Final = 16
"""Steps between two hand-overs of one box, for what happens in between: packed, stored, opened, given back …"""
_EVENING, _MORNING = 18 * HOUR, 30 * HOUR
_SMALL_HOURS: Final = 4 * HOUR
_BEFORE: Final = 3
"""Nights before the first departure that the warehouse is guarded."""


class Clock(NamedTuple):
    """Turns seconds from 00:00 on H into instants.

    Parameters
    ----------
    midnight
        00:00 local time on H, epoch milliseconds.
    offset
        Minutes of local time east of Greenwich.
    """

    midnight: int
    offset: int

    def instant(self, seconds: int) -> int:
        """Give epoch milliseconds."""
        return self.midnight + seconds * 1000


class Handover(NamedTuple):
    """A hand-over that a plan expects.

    Parameters
    ----------
    step
        Place in the life of its objects.
    giver, receiver, place
        Units, and the place or station.
    earliest, deadline
        Window, seconds from 00:00 on H.
    direction
        `OUT` or `BACK`.
    vehicle, escort
        Teams; ``""`` where there is none.
    objects
        Ids of boxes and bundles.
    moment
        When the plan means it to happen; not announced.
    """

    step: int
    giver: str
    receiver: str
    place: str
    earliest: int
    deadline: int
    direction: int
    vehicle: str
    escort: str
    objects: tuple[str, ...]
    moment: int

    def row(self, clock: Clock) -> list[Any]:
        """Give the load as it is announced, see docs/custody-format.md."""
        return [
            self.step, self.giver, self.receiver, self.place, clock.instant(self.earliest),
            clock.instant(self.deadline), self.direction, self.vehicle, self.escort, gather(self.objects),
        ]  # fmt: skip


class Shift(NamedTuple):
    """A guard at a place, seconds from 00:00 on H."""

    place: str
    unit: str
    since: int
    until: int


class Halt(NamedTuple):
    """A night that a loaded vehicle spends at a place: who, where, from when to when, with what on board."""

    vehicle: str
    place: str
    since: int
    until: int
    step: int
    objects: tuple[str, ...]


class Promises(NamedTuple):
    """Everything that a plan promises.

    Parameters
    ----------
    handovers
        In the order of the plan's stages.
    shifts
        Guards by place and night.
    halts
        Nights on the road; not announced.
    unplanned
        Stations and recapitulation boxes that the plan does not bring to their place, or not back.
    """

    handovers: tuple[Handover, ...]
    shifts: tuple[Shift, ...]
    halts: tuple[Halt, ...]
    unplanned: tuple[str, ...]


def clock_of(district: District) -> Clock:
    """Give the clock of a district's election."""
    midnight = int(to_utc(district.election_day, district.zone, 0).timestamp()) * 1000
    return Clock(midnight, ZONES[district.zone] * 60)


def promises_of(plan: Plan, ground: Ground, above: int = 0) -> Promises:
    """Read a plan as promises.

    Parameters
    ----------
    plan
        A plan that holds; see `serentak.plan.check`.
    ground
        The district it was made for.
    above
        All steps are higher than this.
    """
    reader = _Reader(plan, ground, above)
    handovers = tuple(reader.handovers())
    shifts = tuple(_guards(handovers, reader.halts, ground.district))
    lost = {f"{each.station} ({each.direction})": None for each in plan.unserved}
    return Promises(handovers, shifts, tuple(reader.halts), tuple(lost))


class _Reader:
    """Follows the goods of a plan from stage to stage."""

    def __init__(self, plan: Plan, ground: Ground, above: int) -> None:
        self.plan, self.ground = plan, ground
        self.first = -(-above // GAP)
        district = ground.district
        self.village = {station.id: station.village for station in district.stations}
        self.depth = _depths(district)
        self.kits = objects_of(ground.kits)
        warehouse = next(place.id for place in district.places if place.kind == "warehouse")
        self.at = dict.fromkeys(self.kits, warehouse)
        self.halts: list[Halt] = []

    def handovers(self) -> Iterator[Handover]:
        specs = {
            spec.id: spec
            for direction in ("out", "back")
            for spec in build_stages(
                self.ground.district, self.ground.kits, self.ground.rules, self.ground.travel, direction
            )
        }
        for stage in self.plan.stages:
            children = {child.id: child for child in specs[stage.id].children}
            for run in stage.runs:
                read = self._out if stage.direction == "out" else self._back
                yield from read(stage, run, children)

    def _out(self, stage: Stage, run: Run, children: dict[str, Child]) -> Iterator[Handover]:
        step = 2 * self.depth[stage.base] + 1
        goods = [self._goods(stop, children[stop.at], stage.base) for stop in run.stops]
        visited = [children[stop.at] for stop in run.stops]
        loaded = tuple(each for part in goods for each in part)
        team = run.vehicle, run.escort or ""
        if loaded:
            window = min(each.earliest for each in visited), min(each.closes for each in visited)
            yield Handover(
                self._step(step), stage.base, run.vehicle, stage.base, *window, OUT, *team, loaded, run.depart
            )
        left = list(loaded)
        for stop, child, part in zip(run.stops, visited, goods, strict=True):
            left = left[len(part) :]
            self._halt(run, stop, self._step(step) + 1, left)
            if part:
                yield Handover(
                    self._step(step + 1), run.vehicle, stop.at, stop.at, child.earliest, child.closes, OUT, *team,
                    part, stop.arrive,
                )  # fmt: skip

    def _back(self, stage: Stage, run: Run, children: dict[str, Child]) -> Iterator[Handover]:
        deepest = max(self.depth.values())
        step = 2 * (deepest + 1) + 2 * (deepest - self.depth[stage.base]) + 1
        loaded: list[str] = []
        due: list[int] = []
        team = run.vehicle, run.escort or ""
        for stop in run.stops:
            child = children[stop.at]
            part = self._goods(stop, child, stop.at, to=stage.base)
            self._halt(run, stop, self._step(step) + 1, loaded)
            if part:
                loaded.extend(part)
                due.append(child.closes if child.home_by is None else child.home_by)
                yield Handover(
                    self._step(step), stop.at, run.vehicle, stop.at, child.earliest, due[-1], BACK, *team, part,
                    stop.depart,
                )  # fmt: skip
        if loaded:
            yield Handover(
                self._step(step + 1), run.vehicle, stage.base, stage.base, stage.window[0], min(due), BACK, *team,
                tuple(loaded), run.return_,
            )  # fmt: skip

    def _halt(self, run: Run, stop: Stop, step: int, on_board: Iterable[str]) -> None:
        objects = tuple(on_board)
        midnight = -(-stop.arrive // DAY) * DAY
        if objects and stop.depart > midnight + _SMALL_HOURS:
            self.halts.append(Halt(run.vehicle, stop.at, stop.arrive, stop.depart, step, objects))

    def _step(self, number: int) -> int:
        return (self.first + number) * GAP

    def _goods(self, stop: Stop, child: Child, here: str, to: str | None = None) -> tuple[str, ...]:
        """Give the boxes and bundles moved at a stop, and remember where they are then."""
        names = [name for name in self._names(stop, child) if self.at.get(name) == here]
        for name in names:
            self.at[name] = stop.at if to is None else to
        return tuple(each for name in names for each in self.kits[name])

    def _names(self, stop: Stop, child: Child) -> Iterable[str]:
        if child.is_station:
            return [child.id]
        behind = [name for unit in child.units for name in unit.stations]
        names = []
        for unit in stop.units:
            if unit in self.village or is_recap(unit):
                names.append(unit)
            else:
                names.extend(name for name in behind if self.village[name] == unit)
        return names


def objects_of(kits: Kits) -> dict[str, tuple[str, ...]]:
    """Give the boxes and bundles that travel together, by station id or ``14.01.06-R``."""
    goods = {kit.station: (*kit.boxes, kit.bundle) for kit in kits.stations.values()}
    return goods | {recap_unit(code): kit.boxes for code, kit in kits.recap.items()}


def _depths(district: District) -> dict[str, int]:
    """Give how many places lie above each place."""
    parents = {place.id: place.parent for place in district.places}
    depths: dict[str, int] = {}
    for place in parents:
        above, here = 0, place
        while parents[here]:
            above, here = above + 1, parents[here]
        depths[place] = above
    return depths


def _guards(handovers: Iterable[Handover], halts: Iterable[Halt], district: District) -> Iterator[Shift]:
    """Give who guards which place in the nights in which the plan lets goods rest there."""
    kept = {*recap_holders(district).values(), *(place.id for place in district.places if place.kind == "warehouse")}
    rests: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for each in handovers:
        # Recapitulation boxes stay at their place between the two ways, other places are empty then.
        rests[each.place][OUT if each.place in kept else each.direction].append(each.moment)
    for halt in halts:
        rests[halt.place][OUT].append(halt.until)
    for place in district.places:
        unit = guard_of(place)
        for moments in rests[place.id].values():
            first, last = min(moments), max(moments)
            if place.kind == "warehouse":
                first, last = first - _BEFORE * DAY, max(last, district.back["kpu"].window[1])
            for day in range(first // DAY - 1, last // DAY + 1):
                since, until = day * DAY + _EVENING, day * DAY + _MORNING
                if since < last and until > first:
                    yield Shift(place.id, unit, since, until)


def guard_of(place: Place) -> str:
    """Give the unit that guards a place at night: its police district or, where none is named, its own keeper."""
    plain = unicodedata.normalize("NFKD", place.police_district).encode("ascii", "ignore").decode()
    return plain[:40].strip() or place.id


def recap_places(district: District) -> dict[str, str]:
    """Give the place that receives each kecamatan's recapitulation boxes, by ``14.01.06-R``."""
    return {recap_unit(code): place for code, place in recap_holders(district).items()}
