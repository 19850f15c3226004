"""One run of a plan as it went; see `serentak.plan.as_it_went`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace as change

from serentak.base.clock import DAY
from serentak.plan.model import Run, Stop
from serentak.plan.progress import Phase, RunState, labels
from serentak.plan.replanned import fleet_row, units_of
from serentak.plan.stages import StageSpec
from serentak.travel import Legs, Point

if TYPE_CHECKING:
    from serentak.plan.as_it_went import Follower

_STARTED: Final = ("aboard", "done")


class Status(NamedTuple):
    """How far one load has come in one stage: ``before``, ``aboard``, ``done`` or ``away``, when, and by whom."""

    kind: str
    at: int = 0
    loaded: int | None = None
    vehicle: str = ""


class _Part(NamedTuple):
    """A stop, or the part of one that was done or was not: when, as issued, with which goods, and whether with all."""

    at: int
    stop: Stop
    names: list[str]
    whole: bool = True


class RunAsItWent:
    """One run as it went."""

    def __init__(self, whole: Follower, state: RunState, spec: StageSpec, legs: dict[tuple[str, float], Legs]) -> None:
        self.whole, self.state, self.spec, self.run = whole, state, spec, state.run
        self.at, self.outbound = whole.before.at, state.stage.direction == "out"
        self.child = {child.id: (n, child) for n, child in enumerate(spec.children, 1)}
        self.status: dict[str, Status] = {}
        self.vehicle = self.run.vehicle
        self._known = legs

    def write(self) -> Run:
        """Give the run, its goods that went other ways taken out; note how far it has come."""
        own, whole = self.state, self.whole
        if own.run.id in (whole.before.issued.replan.lost if whole.before.issued.replan else ()):
            return self._as_planned()  # it ended, and what it left is known
        self._read()
        if not self.status:
            return self._as_planned()
        self._vote()
        started = {name for name, one in self.status.items() if one.kind in _STARTED and self._is_ours(one)}
        if started:
            return self._begun(started)
        if not self.outbound and own.phase in ("loaded", "under_way"):
            # An empty vehicle on its way to its first stop signs nothing.
            return self._begun(started)
        lost = any(loss.bars(self.run.vehicle, self.run.day, self.at) for loss in whole.before.losses)
        if own.phase == "loaded" and not lost and all(self._is_at_base(name) for name in self.status):
            return self._as_planned()  # it is being loaded, and will be signed for when it leaves
        self.whole.progress[self.run.id] = "waiting", 0
        self.whole.late += self._due(0)
        return self._without([name for name, one in self.status.items() if one.kind == "away"])

    def _as_planned(self) -> Run:
        self.whole.progress[self.run.id] = self.state.phase, self.state.done
        for n, (stop, names) in enumerate(zip(self.run.stops, self.state.goods, strict=True)):
            for name in names if self.state.pinned else ():
                self._now_at(name, self._target(stop) if n < self.state.done else self.run.vehicle)
                if self.state.phase == "loaded":
                    self._now_at(name, self.run.vehicle, self.spec.base.id)
        return self._without([])

    def _is_at_base(self, name: str) -> bool:
        return name in self.whole.rows and self.whole.rows[name][-1].holder == self.spec.base.id

    def _due(self, done: int) -> int:
        """Count the stops that should be over, and are not done."""
        return max(0, sum(stop.depart <= self.at for stop in self.run.stops) - done)

    def _target(self, stop: Stop) -> str:
        if not self.outbound:
            return self.spec.base.id if self.state.phase == "back" else self.run.vehicle
        return self.run.vehicle if stop.boxes < 0 else stop.at

    def _now_at(self, name: str, *where: str) -> None:
        self.whole.where[self.state.stage.direction, name] = set(where)

    def _strays(self, name: str) -> bool:
        return (self.state.stage.direction, name) in self.whole.stray

    def _read(self) -> None:
        taken = {name for stop, names in self._issued() if stop.boxes < 0 for name in names}
        for stop, names in self._issued():
            for name in names:
                if self._strays(name) or name in self.status:
                    continue
                if name not in self.whole.rows:
                    if self.state.pinned and not self._came(name, stop):
                        self.status[name] = Status("before")
                    continue
                if not self.outbound:
                    self.status[name] = self.whole.homeward(name, self.spec.base.id)
                    continue
                target = stop.at if stop.boxes > 0 else self._goes_to(name)
                status = self.whole.outward(name, self.spec.base.id, target)
                if name in taken and not any(row.holder == self.run.vehicle for row in self.whole.rows[name]):
                    # It still waits on the road, with the team that was lost.
                    status = Status("before") if status.kind == "aboard" else status
                self.status[name] = status

    def _came(self, name: str, stop: Stop) -> bool:
        """Tell whether the runs before this one, as they went, brought a load of which no log knows to where it is."""
        if stop.boxes < 0 or name in self.whole.replanned:
            return True
        route = self.whole.routes[name]
        if self.outbound:
            return self.spec.base.id in self.whole.where["out", name]
        return stop.at in self.whole.where["out" if stop.at == route[-1] else "back", name]

    def _issued(self) -> Iterable[tuple[Stop, tuple[str, ...]]]:
        return zip(self.run.stops, self.state.goods, strict=True)

    def _goes_to(self, name: str) -> str:
        return next((stop.at for stop, names in self._issued() if stop.boxes > 0 and name in names), self.spec.base.id)

    def _vote(self) -> None:
        """Find who drove the run: those who had most of its goods, its own team where that is among them."""
        if any(stop.boxes < 0 for stop in self.run.stops):
            return  # what it takes over was somebody else's
        votes = Counter(one.vehicle for one in self.status.values() if one.kind in _STARTED and one.vehicle)
        most = max(votes.values(), default=0)
        drivers = sorted(name for name, count in votes.items() if count == most)
        if drivers and self.run.vehicle not in drivers:
            self.vehicle = drivers[0]
            self.whole.vehicles.append((self.run.id, self.vehicle))

    def _is_ours(self, status: Status) -> bool:
        return status.vehicle in ("", self.vehicle)

    def _without(self, names: Iterable[str]) -> Run:
        """Give the run as planned without some of its goods, and without those that went astray."""
        gone = {*names, *(name for _stop, own in self._issued() for name in own if self._strays(name))}
        if not gone:
            return self.run
        parts = [_Part(stop.arrive, stop, [name for name in own if name not in gone]) for stop, own in self._issued()]
        stops = [self._stop(part, part.stop.arrive, self._leaves(part)) for part in parts if part.names]
        return change(self.run, stops=self._loaded(stops))

    def _leaves(self, part: _Part) -> int:
        """Give the departure from a stop at which fewer goods are handled than planned, a night there kept."""
        if part.stop.depart // DAY > part.stop.arrive // DAY:
            return part.stop.depart
        _index, child = self.child[part.stop.at]
        return part.stop.depart + child.service(self._boxes(part.names)) - child.service(abs(part.stop.boxes))

    def _begun(self, started: set[str]) -> Run:
        """Give a run that has begun: its stops done when they were, the others when they can be."""
        done, left = self._parts(started)
        home = [one.at for name in started if (one := self.status[name]).kind == "done" and not self.outbound]
        over = bool(home) and bool(done) and len(home) == len(started)
        if over:
            left = []  # it came home without them
        stops = self._done(done)
        depart = self._depart(stops, started)
        if not over:
            stops, depart = self._held_up(left, stops, depart)
        rest = self._rest(left, stops, depart)
        halts = [*stops, *rest]
        back = max(home) if over else self._return(halts, depart)
        phase: Phase = "under_way"
        if over or (not rest and back <= self.at):
            phase = "back"
        elif not stops and depart > self.at:
            phase = "loaded"
            if self.at <= depart - self.spec.base.handling:
                self.whole.early.append(self.run.id)
        self.whole.progress[self.run.id] = phase, len(stops)
        self.whole.late += 0 if over else self._due(len(stops))
        for part in done:
            at_stop = part.stop.at if self.outbound and part.stop.boxes > 0 else self.vehicle
            for name in part.names:
                self._now_at(name, self.spec.base.id if over else at_stop)
        for part in left:
            for name in part.names if self.outbound else ():
                if name in started:
                    self._now_at(name, self.vehicle)
        day = self.run.day if depart == self.run.depart else (depart - self.spec.hours[0]) // DAY
        return change(self.run, day=day, depart=depart, return_=back, stops=self._loaded(halts))

    def _parts(self, started: set[str]) -> tuple[list[_Part], list[_Part]]:
        done: list[_Part] = []
        left: list[_Part] = []
        for n, (stop, own) in enumerate(self._issued()):
            now: list[str] = []
            later: list[str] = []
            for name in own:
                if self._strays(name):
                    continue
                if name not in self.status:
                    (now if n < self.state.done else later).append(name)
                elif self._did(stop, name, started):
                    now.append(name)
                elif self._still_to_do(name, started):
                    later.append(name)
            if now:
                known = [self._when(stop, self.status[name]) for name in now if name in self.status]
                done.append(_Part(max(known) if known else self._planned(stop), stop, now, len(now) == len(own)))
            if later:
                left.append(_Part(stop.arrive, stop, later, len(later) == len(own)))
        return sorted(done, key=lambda part: part.at), left

    def _did(self, stop: Stop, name: str, started: set[str]) -> bool:
        if name not in started:
            return False
        return self.status[name].kind == "done" or not self.outbound or stop.boxes < 0

    def _still_to_do(self, name: str, started: set[str]) -> bool:
        # What was not loaded at the base stays there, and is planned anew; what is to be fetched is still to do.
        return name in started or not self.outbound or self._is_taken_over(name)

    def _is_taken_over(self, name: str) -> bool:
        return any(stop.boxes < 0 and name in names for stop, names in self._issued())

    def _when(self, stop: Stop, status: Status) -> int:
        """Give when a load was handed over at a stop: on the return, and where it is taken over, when it was taken."""
        if self.outbound and stop.boxes > 0:
            return status.at
        return status.loaded if status.loaded is not None else status.at

    def _planned(self, stop: Stop) -> int:
        return stop.arrive if self.outbound else stop.depart

    # Times

    def _boxes(self, names: Iterable[str]) -> int:
        return sum(unit.boxes for unit in units_of(names, self.whole.district, self.whole.kits))

    def _stop(self, part: _Part, arrive: int, depart: int) -> Stop:
        boxes = self._boxes(part.names) * (-1 if part.stop.boxes < 0 else 1)
        units = labels(part.names, self.spec, part.stop.at)
        same = boxes == part.stop.boxes and sorted(units) == sorted(part.stop.units)
        return change(part.stop, arrive=arrive, depart=depart, boxes=boxes, units=part.stop.units if same else units)

    def _done(self, parts: Sequence[_Part]) -> list[Stop]:
        stops: list[Stop] = []
        for n, part in enumerate(parts):
            arrive, depart = part.stop.arrive, part.stop.depart
            if part.at != self._planned(part.stop):
                arrive, depart = self._halt(part, stops[-1].depart if stops else None)
            if n + 1 < len(parts):
                depart = max(arrive, min(depart, parts[n + 1].at))
            stops.append(self._stop(part, arrive, depart))
        return stops

    def _halt(self, part: _Part, after: int | None) -> tuple[int, int]:
        """Give arrival and departure of a stop whose hand-over was signed at another moment than planned."""
        _index, child = self.child[part.stop.at]
        service = child.service(self._boxes(part.names))
        if not self.outbound:
            return max(part.at - service, part.at if after is None else min(after, part.at)), part.at
        slept = self.spec.overnight and child.night and part.stop.depart // DAY > part.stop.arrive // DAY
        same_evening = slept and part.at // DAY == part.stop.arrive // DAY
        done = part.at + service
        return part.at, max(done, part.stop.depart) if same_evening else done

    def _depart(self, stops: Sequence[Stop], started: set[str]) -> int:
        loads = [one.loaded for name in started if (one := self.status[name]).loaded is not None]
        loaded = max((each for each in loads if each is not None), default=None) if self.outbound else None
        depart = self.run.depart if loaded is None else max(loaded, self.run.depart)
        if stops and stops[0].arrive < depart:
            depart = stops[0].arrive if loaded is None else min(loaded, stops[0].arrive)
        return depart

    def _held_up(self, left: Sequence[_Part], done: list[Stop], depart: int) -> tuple[list[Stop], int]:
        """Let a late run leave where it was last so late that it comes to its next halt now: more is not known.

        Where it may be handling now, nobody can have signed yet, and it is not late.
        """
        if not left and self.outbound:
            return done, depart  # nobody signs for an empty vehicle that comes home
        here, now = (done[-1].at, done[-1].depart) if done else (self.spec.base.id, depart)
        to, halt = self.spec.base.id, 0
        if left:
            stop = left[0].stop
            service = self.child[stop.at][1].service(self._boxes(left[0].names))
            to, halt = stop.at, stop.depart - stop.arrive if left[0].whole else service
        leg = max(0, self._leg(here, to))
        if now + leg + halt > self.at:
            return done, depart
        now = self.at + 1 - leg
        return ([*done[:-1], change(done[-1], depart=now)], depart) if done else (done, now)

    def _rest(self, parts: Sequence[_Part], done: Sequence[Stop], depart: int) -> list[Stop]:
        stops: list[Stop] = []
        here, now = (done[-1].at, done[-1].depart) if done else (self.spec.base.id, depart)
        shift = 0
        for part in parts:
            halt = part.stop.depart - part.stop.arrive
            if not part.whole:
                halt = self.child[part.stop.at][1].service(self._boxes(part.names))
            if not stops:
                leg = self._leg(here, part.stop.at)
                arrive = now + leg if leg >= 0 else max(part.stop.arrive, self.at + 1)
                shift = arrive - part.stop.arrive
            arrive = part.stop.arrive + shift
            if stops:
                arrive = max(arrive, stops[-1].depart)
            stops.append(self._stop(part, arrive, arrive + halt))
        return stops

    def _return(self, halts: Sequence[Stop], depart: int) -> int:
        here, now = (halts[-1].at, halts[-1].depart) if halts else (self.spec.base.id, depart)
        if halts and here == self.run.stops[-1].at:
            return now + self.run.return_ - self.run.stops[-1].depart
        return now + max(0, self._leg(here, self.spec.base.id))

    def _leg(self, start: str, end: str) -> int:
        row = fleet_row(self.spec, self.run)
        pace = (row.mode, row.speed_factor)
        if pace not in self._known:
            base = Point(self.spec.base.id, self.spec.base.lon, self.spec.base.lat)
            self._known[pace] = self.whole.travel.legs([base, *(child.point for child in self.spec.children)], *pace)
        at = [0 if name == self.spec.base.id else self.child[name][0] for name in (start, end)]
        return int(self._known[pace].seconds[at[0], at[1]])

    def _loaded(self, stops: Sequence[Stop]) -> tuple[Stop, ...]:
        """Give stops with what is on board behind each."""
        first, outbound = self.run.stops[0], self.outbound
        missing = sum(stop.boxes for stop in self.run.stops) - sum(stop.boxes for stop in stops)
        load = first.load_after + first.boxes - missing if outbound else 0
        found = []
        for stop in stops:
            load += -stop.boxes if outbound else stop.boxes
            found.append(change(stop, load_after=load))
        return tuple(found)
