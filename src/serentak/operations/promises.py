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
from serentak.operations.promises_again import Again
from serentak.plan.replanned import DIRECTIONS, layout
from serentak.plan.stages import Child, is_recap, recap_holders, recap_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from serentak.kit.kits import Kits
    from serentak.operations.plan import Ground
    from serentak.plan.model import Plan, Run, Stage, Stop
    from serentak.territory.model import District, Place

GAP: Final = 16
"""Steps between two hand-overs of one box, for what happens in between: packed, stored, opened, given back …"""
_BETWEEN: Final = 3
"""Steps from one hand-over of a box to the next where a plan was not kept: a night may lie between."""
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
        self.again = Again(plan, ground)
        self.last: dict[str, int] = {}

    def handovers(self) -> Iterator[Handover]:
        stranded = self.plan.replan.stranded if self.plan.replan else ()
        specs = layout(self.ground.district, self.ground.kits, self.ground.rules, self.ground.travel, stranded)
        by_id = {spec.id: spec for direction in DIRECTIONS for spec in specs[direction]}
        for direction in DIRECTIONS:
            self.at |= self.again.elsewhere[direction]
            for stage in self.plan.stages:
                if stage.direction != direction:
                    continue
                children = {child.id: child for child in by_id[stage.id].children}
                yield from self._called_off(stage)
                for run in stage.runs:
                    read = self._out if direction == "out" else self._back
                    for each in read(stage, run, children):
                        self.last |= dict.fromkeys(each.objects, each.step)
                        yield each

    def _out(self, stage: Stage, run: Run, children: dict[str, Child]) -> Iterator[Handover]:
        vehicle, team = self.again.driver(run.id, run.vehicle), run.escort or ""
        goods = [self._goods(stop, children[stop.at], stage.base) for stop in run.stops]
        visited = [children[stop.at] for stop in run.stops]
        over = {each for part, child in zip(goods, visited, strict=True) if child.temporary for each in part}
        own = [each for part, child in zip(goods, visited, strict=True) if not child.temporary for each in part]
        more = [*self.again.left_by(run.id, self.kits), *self.again.brought_back_by(run.id, self.kits)]
        loaded = tuple(each for each in dict.fromkeys([*own, *more]) if each not in over)
        if loaded:
            earliest, closes = stage.window
            if not more:
                earliest, closes = min(each.earliest for each in visited), min(each.closes for each in visited)
            load = self._step(2 * self.depth[stage.base] + 1)
            yield Handover(
                self._after(loaded, load), stage.base, vehicle, stage.base, earliest, closes, OUT, vehicle, team,
                loaded, run.depart,
            )  # fmt: skip
        on_board = dict.fromkeys(loaded)
        for stop, child, part in zip(run.stops, visited, goods, strict=True):
            if child.temporary:
                yield from self._take_over(run, stop, child, part)
                on_board |= dict.fromkeys(part)
                continue
            for each in part:
                on_board.pop(each, None)
            self._halt(run, stop, max((self.last.get(each, 0) for each in on_board), default=0) + 1, on_board)
            if part:
                step = max(self._step(2 * self.depth[stage.base] + 2), self._after(part, 0))
                yield Handover(
                    step, vehicle, stop.at, stop.at, child.earliest, child.closes, OUT, vehicle, team, part,
                    stop.arrive,
                )  # fmt: skip
        back = tuple(self.again.brought_back_by(run.id, self.kits))
        if back:
            yield self._brought_back(stage, run, back, run.return_)
        for left in self.again.stranded.get(run.id, ()):
            self.at |= dict.fromkeys(left.goods, left.place)
            self.again.holder |= dict.fromkeys((each for name in left.goods for each in self.kits[name]), vehicle)

    def _take_over(self, run: Run, stop: Stop, child: Child, part: Sequence[str]) -> Iterator[Handover]:
        """Give the hand-overs by which a run takes over what a lost team has; that team keeps it until then."""
        teams: dict[str, list[str]] = {}
        for each in part:
            teams.setdefault(self.again.holder.get(each, stop.at), []).append(each)
        for giver, objects in teams.items():
            step = self._after(objects, 0)
            yield Handover(
                step, giver, run.vehicle, stop.at, child.earliest, child.closes, OUT, run.vehicle, run.escort or "",
                tuple(objects), stop.arrive,
            )  # fmt: skip

    def _brought_back(self, stage: Stage, run: Run, objects: tuple[str, ...], moment: int) -> Handover:
        vehicle = self.again.driver(run.id, run.vehicle)
        return Handover(
            self._after(objects, 0), vehicle, stage.base, stage.base, stage.window[0], max(stage.window[1], moment),
            OUT, vehicle, run.escort or "", objects, moment,
        )  # fmt: skip

    def _called_off(self, stage: Stage) -> Iterator[Handover]:
        """Give the hand-overs of runs that were loaded, came to nothing, and are in the plan no more."""
        for run, objects, free in self.again.called_off(stage.id, self.kits):
            load = self._step(2 * self.depth[stage.base] + 1)
            first = Handover(
                self._after(objects, load), stage.base, run.vehicle, stage.base, *stage.window, OUT, run.vehicle,
                run.escort or "", objects, run.depart,
            )  # fmt: skip
            self.last |= dict.fromkeys(objects, first.step)
            second = self._brought_back(stage, run, objects, free)
            self.last |= dict.fromkeys(objects, second.step)
            yield from (first, second)

    def _after(self, objects: Iterable[str], step: int) -> int:
        """Give a step behind all that has happened to some objects; in the plain course of a plan the one given."""
        last = max((self.last.get(each, 0) for each in objects), default=0)
        return step if step > last else last + _BETWEEN

    def _back(self, stage: Stage, run: Run, children: dict[str, Child]) -> Iterator[Handover]:
        deepest = max(self.depth.values())
        step = 2 * (deepest + 1) + 2 * (deepest - self.depth[stage.base]) + 1
        loaded: list[str] = []
        due: list[int] = []
        vehicle = self.again.driver(run.id, run.vehicle)
        team = vehicle, run.escort or ""
        for stop in run.stops:
            child = children[stop.at]
            part = self._goods(stop, child, stop.at, to=stage.base)
            self._halt(run, stop, self._step(step) + 1, loaded)
            if part:
                loaded.extend(part)
                due.append(child.closes if child.home_by is None else child.home_by)
                yield Handover(
                    self._step(step), stop.at, vehicle, stop.at, child.earliest, due[-1], BACK, *team, part,
                    stop.depart,
                )  # fmt: skip
        if loaded:
            yield Handover(
                self._step(step + 1), vehicle, stage.base, stage.base, stage.window[0], min(due), BACK, *team,
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
        source = stop.at if child.temporary else here
        names = [name for name in self._names(stop, child) if self.at.get(name) == source]
        for name in names:
            # What is taken over on the way is the run's own load from there on.
            self.at[name] = to if to is not None else here if child.temporary else stop.at
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
