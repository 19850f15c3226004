"""When everything arrives, in every future.

A future begins with the plan and lets it meet what strays: journeys and hand-overs take longer or shorter, hubs are
slow, vehicles break down, a load is sent back, roads close. People keep to the plan as far as they can: nobody leaves
before the planned time, a vehicle waits for its goods and for the run before it, a crew finishes its run after hours,
and where no way is left it turns back, which costs the time of the way there, goes on to its next stop, and tries
again on the next day if that is before the deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from serentak.base.clock import DAY, HOUR, MINUTE
from serentak.plan.model import Direction
from serentak.risk.course import Course, Halt, Journey
from serentak.risk.draws import Bools, Draws, Floats, chunks
from serentak.risk.uncertainty import Uncertainty
from serentak.travel import Point

NEVER: Final = np.float32(np.inf)


class Ways(Protocol):
    """Gives the seconds of a leg in every future of a chunk."""

    def leg(self, start: Point, end: Point, pace: tuple[str, float], day: int, draws: Draws) -> Floats | float:
        """Give seconds, one number where they are the same in all futures; infinite where no way is open."""
        ...

    def prepare(self, legs: Iterable[tuple[Point, Point, tuple[str, float], int]], draws: Draws) -> None:
        """Find at once what will be asked for."""
        ...

    def slower(self, mode: str, day: int, draws: Draws) -> Floats | float:
        """Give how many times longer all journeys of a mode take on a day."""
        ...


@dataclass(slots=True)
class Arrivals:
    """When goods arrived, over all futures.

    Parameters
    ----------
    futures
        Number of futures.
    on_time
        Futures in which a station (outbound: reached; return: its boxes at the hub above) or place (outbound: all its
        goods; return: all at the place above) was in time, by direction and id.
    missed
        Futures by how many stations were late or not reached in them, by direction; shape (stations + 1,).
    together
        Futures in which every station of a kecamatan was in time, by direction and kecamatan.
    """

    futures: int
    on_time: dict[Direction, dict[str, int]] = field(default_factory=lambda: {"out": {}, "back": {}})
    missed: dict[Direction, NDArray[np.int64]] = field(default_factory=dict)
    together: dict[Direction, dict[str, int]] = field(default_factory=lambda: {"out": {}, "back": {}})


def play_futures(
    course: Course,
    ways: Ways,
    uncertainty: Uncertainty,
    futures: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> Arrivals:
    """Let a plan meet many futures.

    Parameters
    ----------
    course
        The plan, see `serentak.risk.course.make_course`.
    ways
        What each leg takes, see `serentak.risk.closures`.
    uncertainty
        How far things stray.
    futures, seed
        How many, and the seed of their draws; equal seeds give equal futures to every plan.
    progress
        Called with the number of futures that are done.
    """
    arrivals = Arrivals(futures, missed={d: np.zeros(len(course.stations[d]) + 1, np.int64) for d in ("out", "back")})
    done = 0
    legs = tuple(course.legs())
    for draws in chunks(seed, futures):
        ways.prepare(legs, draws)
        _Unfolding(course, ways, uncertainty, draws).into(arrivals)
        done += draws.size
        if progress is not None:
            progress(done)
    return arrivals


class _Unfolding:
    """One chunk of futures, journey by journey."""

    def __init__(self, course: Course, ways: Ways, uncertainty: Uncertainty, draws: Draws) -> None:
        self.course, self.ways, self.u, self.draws = course, ways, uncertainty, draws
        self.free: dict[str, Floats] = {}
        """From when goods may be loaded where they are; goods not named are where they began."""
        self.back: dict[tuple[str, str], Floats] = {}
        """Return of each vehicle and escort team, by stage."""
        self.ready: dict[str, Floats] = {}
        """On the return: when the last goods brought to a place were handled."""
        self.in_time: dict[Direction, dict[str, Bools]] = {"out": {}, "back": {}}
        self._days: dict[tuple[str, int], Floats] = {}
        self._slow: dict[tuple[str, str], Floats | float] = {}

    def into(self, arrivals: Arrivals) -> None:
        """Unfold, and add to the counts."""
        for journey in self.course.journeys:
            self._travel(journey)
        for direction in ("out", "back"):
            stations = self.course.stations[direction]
            known = frozenset(stations)
            late = np.zeros(self.draws.size, dtype=np.int64)
            kecamatan: dict[str, Bools] = {}
            for name, good in self.in_time[direction].items():
                counts = arrivals.on_time[direction]
                counts[name] = counts.get(name, 0) + int(np.count_nonzero(good))
                if name in known:
                    late += ~good
                    code = name[:8]
                    kecamatan[code] = kecamatan[code] & good if code in kecamatan else good
            for code, good in kecamatan.items():
                counts = arrivals.together[direction]
                counts[code] = counts.get(code, 0) + int(np.count_nonzero(good))
            arrivals.missed[direction] += np.bincount(late, minlength=len(stations) + 1)

    def _travel(self, journey: Journey) -> None:
        """Let one run happen."""
        now = self._leave(journey)
        here, trouble = journey.base, self._breakdown(journey)
        for number, halt in enumerate(journey.halts):
            now = now + self._leg(journey, here, halt.child.point, halt.child.id)
            now = self._delayed(now, trouble, number)
            here = halt.child.point
            now = self._handle(journey, halt, now)
        now = now + self._leg(journey, here, journey.base, f"home {journey.halts[-1].child.id}")
        now = self._delayed(now, trouble, len(journey.halts))
        self._home(journey, now)

    def _leave(self, journey: Journey) -> Floats:
        run, size = journey.run, self.draws.size
        now = np.full(size, run.depart, dtype=np.float32)
        handling = journey.stage.base.handling
        waits = [self.back[key] for key in self._teams(journey) if key in self.back]
        if journey.direction == "out":
            # What never comes is not waited for.
            arrays = {
                id(free): free
                for halt in journey.halts
                for name in halt.goods
                if (free := self._free(name)) is not None
            }
            waits += [np.where(np.isinf(free), -NEVER, free) for free in arrays.values()]
        for wait in waits:
            np.maximum(now, wait + handling, out=now)
        return now

    def _free(self, name: str) -> Floats | None:
        return self.free.get(name)

    def _leg(self, journey: Journey, start: Point, end: Point, name: str) -> Floats:
        """Give the seconds of a leg; where no way is open, those of turning back."""
        mode, _factor = journey.pace
        day, draws = journey.run.day, self.draws
        seconds = self.ways.leg(start, end, journey.pace, day, draws)
        if not isinstance(seconds, float):
            usual = seconds.min() if np.isfinite(seconds).any() else np.float32(0)
            seconds = np.where(np.isinf(seconds), usual, seconds)
        slower = self.ways.slower(mode, day, draws)
        if self.u.leg == 0 and self.u.day == 0:
            return np.broadcast_to(np.float32(seconds * slower), draws.size)
        spread = self._spread(seconds, self.u.leg, "leg", journey.direction, name)
        spread *= self._day(mode, day) * slower
        return spread

    def _spread(self, seconds: Floats | float, deviation: float, *name: object) -> Floats:
        """Give a time spread around its median: its logarithm is normal with this deviation."""
        if not deviation:
            return np.broadcast_to(np.float32(seconds), self.draws.size)
        spread = self.draws.normal(*name)
        spread *= np.float32(deviation)
        np.exp(spread, out=spread)
        spread *= seconds
        return spread

    def _day(self, mode: str, day: int) -> Floats:
        key = ("boat" if mode == "boat" else "land", day)
        if key not in self._days:
            self._days[key] = np.exp(self.draws.normal("day", *key) * np.float32(self.u.day))
        return self._days[key]

    def _handle(self, journey: Journey, halt: Halt, now: Floats) -> Floats:
        """Wait, hand over or collect, and book what arrived; give when the vehicle goes on."""
        child, u, direction = halt.child, self.u, journey.direction
        reached = self._reached(journey, halt)
        opens: Floats | float = self._opens(journey, halt)
        done = _open(child.hours, np.maximum(now, opens)) + self._spread(
            halt.service, u.service, "service", direction, child.id
        )
        if direction == "out":
            self._deliver(journey, halt, now, done, reached)
        else:
            self._collect(halt, reached)
        if halt.morning is not None:
            done = np.maximum(done, np.float32(halt.morning))
        return done if reached is None else np.where(reached, done, now)

    def _opens(self, journey: Journey, halt: Halt) -> Floats | float:
        child = halt.child
        if journey.direction == "back" and child.is_station and self.u.count:
            return child.opens + self.draws.normal("count", child.id) * np.float32(self.u.count * HOUR)
        ready = self.ready.get(child.id) if journey.direction == "back" else None
        return child.opens if ready is None else np.maximum(ready, np.float32(child.opens))

    def _reached(self, journey: Journey, halt: Halt) -> Bools | None:
        """Tell in which futures some way from the base is open, or None for all."""
        seconds = self.ways.leg(journey.base, halt.child.point, journey.pace, journey.run.day, self.draws)
        if isinstance(seconds, float):
            return None if seconds != float("inf") else np.zeros(self.draws.size, dtype=np.bool_)
        closed = np.isinf(seconds)
        return ~closed if closed.any() else None

    def _deliver(self, journey: Journey, halt: Halt, arrive: Floats, done: Floats, reached: Bools | None) -> None:
        child = halt.child
        missing = [free for name in halt.goods if (free := self.free.get(name)) is not None and np.isinf(free).any()]
        there = arrive if reached is None else np.where(reached, arrive, NEVER)
        if child.is_station:
            there = self._another_day(journey, halt, there)
            for free in missing:
                there = np.where(np.isinf(free), NEVER, there)
            self.in_time["out"][child.id] = self._second_try(journey, halt, there) <= halt.closes
            return
        free = done + self._hub_delay(child.id)
        free = free if reached is None else np.where(reached, free, NEVER)
        for name in halt.goods:
            before = self.free.get(name)
            lost = before is not None and bool(np.isinf(before).any())
            self.free[name] = np.where(np.isinf(before), NEVER, free) if lost and before is not None else free
        good = there <= halt.closes
        known = self.in_time["out"].get(child.id)
        self.in_time["out"][child.id] = good if known is None else known & good

    def _another_day(self, journey: Journey, halt: Halt, there: Floats) -> Floats:
        """Let a load that found no way wait at the base, and go straight to the station on the next days."""
        base, (start, _end) = journey.stage.base, journey.stage.hours
        for day in range(journey.run.day + 1, halt.closes // DAY + 1):
            begin = day * DAY + start
            if begin > halt.closes or not np.isinf(there).any():
                break
            seconds = self.ways.leg(journey.base, halt.child.point, journey.pace, day, self.draws)
            there = np.where(np.isinf(there), np.float32(begin + base.handling) + seconds, there).astype(np.float32)
        return there

    def _second_try(self, journey: Journey, halt: Halt, there: Floats) -> Floats:
        """Let a load that is sent back come again with the same vehicle, after a new loading."""
        back = self.draws.struck(self.u.returned / 1000, "returned", halt.child.id)
        if len(back):
            seconds = self.ways.leg(journey.base, halt.child.point, journey.pace, journey.run.day, self.draws)
            again = np.broadcast_to(np.float32(seconds), there.shape)[back]
            there = there.copy()
            there[back] = np.maximum(there[back], journey.run.return_) + journey.stage.base.handling + again
        return there

    def _collect(self, halt: Halt, reached: Bools | None) -> None:
        if reached is not None:
            lost = np.where(reached, np.float32(0), NEVER)
            for name in halt.goods:
                self.free[f"back {name}"] = lost

    def _home(self, journey: Journey, now: Floats) -> None:
        """Book the return of the teams, and on the way back the goods they bring."""
        for key in self._teams(journey):
            self.back[key] = np.maximum(now, self.back[key]) if key in self.back else now
        if journey.direction == "out":
            return
        base, run = journey.stage.base, journey.run
        handled = now + np.float32(base.handling + base.seconds_per_box * sum(stop.boxes for stop in run.stops))
        handled = handled + self._hub_delay(base.id)
        self.ready[base.id] = np.maximum(self.ready[base.id], handled) if base.id in self.ready else handled
        for halt in journey.halts:
            due = halt.due
            good = np.ones(now.shape, np.bool_) if due is None else now <= due
            for name in halt.goods:
                lost = self.free.get(f"back {name}")
                if lost is not None:
                    good = good & np.isfinite(lost)
            known = self.in_time["back"].get(halt.child.id)
            self.in_time["back"][halt.child.id] = good if known is None else known & good

    def _teams(self, journey: Journey) -> list[tuple[str, str]]:
        run = journey.run
        teams = [run.vehicle] if run.escort is None else [run.vehicle, run.escort]
        return [(journey.stage.id, team) for team in teams]

    def _hub_delay(self, place: str) -> Floats | float:
        if not self.u.hub or not self.u.hub_share:
            return 0.0
        slow = self.draws.struck(self.u.hub_share, "hub slow", place)
        delay = np.zeros(self.draws.size, dtype=np.float32)
        delay[slow] = self.draws.exponential("hub", place)[slow] * np.float32(self.u.hub * MINUTE)
        return delay

    def _breakdown(self, journey: Journey) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats] | None:
        """Give the futures in which the vehicle fails, on which leg, and for how long."""
        run, legs = journey.run, len(journey.halts) + 1
        share = 1 - np.exp(-self.u.breakdowns * journey.row.team * journey.metres / 1_000_000)
        name = (run.vehicle, journey.stage.id, run.day, journey.round)
        failed = self.draws.struck(share, "fails", *name)
        if not len(failed):
            return None
        leg = (self.draws.uniform("fails on", *name)[failed] * legs).astype(np.int64)
        repair = self.draws.exponential("repair", *name)[failed] * np.float32(self.u.repair * MINUTE)
        if journey.spare:
            np.minimum(repair, np.float32(self.u.spare * MINUTE), out=repair)
        return failed, np.minimum(leg, legs - 1), repair

    @staticmethod
    def _delayed(now: Floats, trouble: tuple[NDArray[np.int64], NDArray[np.int64], Floats] | None, leg: int) -> Floats:
        if trouble is None:
            return now
        failed, where, seconds = trouble
        own = where == leg
        if own.any():
            now = now.copy()
            now[failed[own]] += seconds[own]
        return now


def _open(hours: tuple[int, int] | None, moment: Floats) -> Floats:
    """Give when handling can start at a place with hours; see `serentak.routing.timing.opening`."""
    if hours is None:
        return moment
    first, last = hours
    day = np.floor((moment - last) / DAY) + 1  # the first day whose closing is not before the moment
    start: Floats = np.maximum(moment, day * DAY + first).astype(np.float32)
    return start
