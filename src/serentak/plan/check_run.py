"""One run checked: its team, its way, its times, its load."""

from __future__ import annotations

from collections.abc import Collection

from serentak.base.clock import DAY
from serentak.base.messages import _
from serentak.plan.check_goods import Goods
from serentak.plan.check_pinned import After
from serentak.plan.cost import RunCost, working_days
from serentak.plan.model import Run, Stop
from serentak.plan.progress import RunState
from serentak.plan.replanned import driven, load_at_departure, resumed
from serentak.plan.stages import Child, StageSpec
from serentak.plan.violations import Findings, exact
from serentak.territory.model import EscortRow, FleetRow
from serentak.travel import Legs, Point, Travel


class RunCheck:
    """Checks the runs of one stage, in the order of the plan."""

    def __init__(
        self, spec: StageSpec, travel: Travel, goods: Goods, findings: Findings, after: After | None = None
    ) -> None:
        self.spec, self.goods, self.findings, self.after = spec, goods, findings, after
        base = Point(spec.base.id, spec.base.lon, spec.base.lat)
        points = [base, *(child.point for child in spec.children)]
        paces = {(row.mode, row.speed_factor) for row in spec.fleet}
        free: dict[tuple[str, float], Legs] = {pace: travel.legs(points, *pace) for pace in sorted(paces)}
        ways = after.before.ways(travel, spec) if after else travel
        self.free, self.legs = free, free
        if ways is not travel:
            self.legs = {pace: ways.legs(points, *pace) for pace in free}
        self.index = {child.id: number for number, child in enumerate(spec.children, 1)}
        self.teams = {name: row for row in spec.fleet for name in row.names()}
        self.guards = {name: row for row in spec.escorts for name in row.names()}

    def check(self, run: Run) -> RunCost | None:
        """Check one run and book the goods it moves; None when it is too broken to be priced."""
        row = self.teams.get(run.vehicle)
        if row is None:
            self.findings.say("vehicle", run.id, _("{name} does not stand here").format(name=run.vehicle))
            return None
        self.findings.differs("vehicle", run.id, _("the type"), run.type, row.type)
        self.findings.differs("team", run.id, _("the team"), run.team, row.team)
        if not run.stops:
            self.findings.say("run", run.id, _("the run has no stops"))
            return None
        unknown = [stop.at for stop in run.stops if stop.at not in self.index]
        if unknown:
            message = _("{names} are not served from {base}")
            self.findings.say("wrong_base", run.id, message.format(names=", ".join(unknown), base=self.spec.base.id))
            return None
        guard = self._escort(run)
        taken = self._taken(run)
        state = self.after.pinned(run.id) if self.after else None
        self._modes(run, row)
        self._loads(run, row, taken, state)
        if state is None:
            self._departure(run, taken)
            seconds, metres = self._times(run, row, guard, taken)
        else:
            seconds, metres = self._rest(run, row, guard, taken, state)
        self._move(run, taken)
        if state is not None:
            self._bring_back(run.id, run, state)
        days = working_days(run.day, run.return_, self.spec.hours)
        escort = None if run.escort is None or guard is None else (run.escort, guard)
        return RunCost(row, run.vehicle, escort, days, metres, seconds)

    def _taken(self, run: Run) -> list[list[str]]:
        """Give the goods of each stop."""
        taken: list[list[str]] = []
        over: set[str] = set()
        for stop in run.stops:
            child = self._child(stop)
            taken.append(self.goods.resolve(self.spec, child, stop, over))
            over.update(taken[-1] if child.temporary and self.spec.direction == "out" else ())
        return taken

    def _child(self, stop: Stop) -> Child:
        return self.spec.children[self.index[stop.at] - 1]

    def _escort(self, run: Run) -> EscortRow | None:
        if run.escort is None:
            if any(self.spec.needs_escort(self._child(stop)) for stop in run.stops):
                self.findings.say("escort_missing", run.id, _("the run must be escorted"))
            return None
        guard = self.guards.get(run.escort)
        if guard is None:
            self.findings.say("escort", run.id, _("{name} does not stand here").format(name=run.escort))
        return guard

    def _modes(self, run: Run, row: FleetRow) -> None:
        for stop in run.stops:
            access = self._child(stop).access
            if access and row.mode not in access:
                message = _("{at} cannot be reached by {mode}, only by {access}")
                self.findings.say("mode", run.id, message.format(at=stop.at, mode=row.mode, access=", ".join(access)))

    def _loads(self, run: Run, row: FleetRow, taken: list[list[str]], state: RunState | None) -> None:
        outbound = self.spec.direction == "out"
        moved = [self.goods.boxes(names) for names in taken]
        # What is taken over from a temporary place on the way out counts below zero.
        moved = [
            -boxes if outbound and self._child(stop).temporary else boxes
            for stop, boxes in zip(run.stops, moved, strict=True)
        ]
        for stop, names, boxes in zip(run.stops, taken, moved, strict=True):
            if not names:
                self.findings.say("boxes", run.id, _("nothing is handed over at {at}").format(at=stop.at))
            what = _("boxes at {at}").format(at=stop.at)
            self.findings.differs("boxes", run.id, what, stop.boxes, boxes)
        load = (sum(moved) if outbound else 0) if state is None else load_at_departure(state)
        for stop, boxes in zip(run.stops, moved, strict=True):
            load += -boxes if outbound else boxes
            what = _("the load after {at}").format(at=stop.at)
            self.findings.differs("load", run.id, what, stop.load_after, load)
        on_board = {name for names in taken for name in names}
        grams, millilitres = self.goods.weight(on_board)
        for what, planned, most in (
            (_("boxes on board"), self.goods.boxes(on_board), row.team * row.boxes),
            (_("grams on board"), grams, row.team * row.grams),
            (_("millilitres on board"), millilitres, row.team * row.millilitres),
        ):
            if planned > most:
                message = _("{what}: {planned}, but the team carries {most}")
                self.findings.say("capacity", run.id, message.format(what=what, planned=planned, most=most))

    def _departure(self, run: Run, taken: list[list[str]]) -> None:
        handling = self.spec.base.handling
        over = {name for stop, names in zip(run.stops, taken, strict=True)
                if self._child(stop).temporary for name in names}  # fmt: skip
        for stop, names in zip(run.stops, taken, strict=True):
            child = self._child(stop)
            self.findings.before("window", run.id, _("departure"), run.depart, child.earliest)
            if self.spec.direction == "out" and over.isdisjoint(names):
                free = self.goods.release(names, self.spec.base.id)
                if free is not None:
                    what = _("loading for {at}").format(at=stop.at)
                    self.findings.before("release", run.id, what, run.depart - handling, free)

    def _times(self, run: Run, row: FleetRow, guard: EscortRow | None, taken: list[list[str]]) -> tuple[int, int]:
        legs = self.legs[row.mode, row.speed_factor]
        here, now, seconds, metres = 0, run.depart, 0, 0
        day = self._on_day(run)
        self._works(run, row, guard, day, now - self.spec.base.handling, now, _("loading"))
        for stop, names in zip(run.stops, taken, strict=True):
            there, child = self.index[stop.at], self._child(stop)
            seconds, metres = (
                seconds + self._leg(run, legs, here, there),
                metres + int(legs.metres[here, there]),
            )
            arrive = now + int(legs.seconds[here, there])
            what = _("arrival at {at}").format(at=stop.at)
            self.findings.differs("arrival", run.id, what, exact(stop.arrive), exact(arrive))
            self.findings.after("window", run.id, what, stop.arrive, child.closes)
            self._works(run, row, guard, day, now, stop.arrive, _("the way to {at}").format(at=stop.at))
            day = self._handled(run, row, guard, day, stop, names)
            here, now = there, stop.depart
        seconds, metres = seconds + self._leg(run, legs, here, 0), metres + int(legs.metres[here, 0])
        back = now + int(legs.seconds[here, 0])
        self.findings.differs("return", run.id, _("the return"), exact(run.return_), exact(back))
        self._works(run, row, guard, day, now, run.return_, _("the way home"))
        for stop in run.stops:
            due = self._child(stop).home_by
            if due is not None:
                self.findings.after("window", run.id, _("the return"), run.return_, due)
        return seconds, metres

    def _rest(
        self, run: Run, row: FleetRow, guard: EscortRow | None, taken: list[list[str]], state: RunState
    ) -> tuple[int, int]:
        """Check what a run that had been loaded still does; what it had done is compared with the plan replaced."""
        assert self.after is not None  # noqa: S101 - without a re-plan nothing is pinned
        pace, at, over = (row.mode, row.speed_factor), self.after.before.at, run.id in self.after.over
        now = self.legs[pace]
        metres, seconds = driven(run, self.spec, now, self.free[pace], at, ended=over)
        if over or state.phase == "back":
            return seconds, metres
        here = self.index.get(state.here, 0)
        day = max(run.day, (state.left - self.spec.hours[0]) // DAY)
        left: int | None = None
        for stop, names in list(zip(run.stops, taken, strict=True))[state.done :]:
            there, child = self.index[stop.at], self._child(stop)
            leg = self._leg(run, now, here, there)
            arrive = resumed(state, at, stop.at, leg) if left is None else left + leg
            what = _("arrival at {at}").format(at=stop.at)
            self.findings.differs("arrival", run.id, what, exact(stop.arrive), exact(arrive))
            self.findings.after("window", run.id, what, stop.arrive, child.closes)
            day = self._handled(run, row, guard, day, stop, names)
            here, left = there, stop.depart
        leg = self._leg(run, now, here, 0)
        back = resumed(state, at, self.spec.base.id, leg) if left is None else left + leg
        self.findings.differs("return", run.id, _("the return"), exact(run.return_), exact(back))
        return seconds, metres

    def call_off(self, runs: Collection[str]) -> None:
        """Book what runs that are no more in the plan have brought back to their base, or will."""
        for back in self.after.called_off if self.after else ():
            if back.stage == self.spec.id:
                self.goods.free.update(dict.fromkeys(back.goods, back.free))
        for state in self.after.states.values() if self.after else ():
            if state.pinned and state.stage.id == self.spec.id and state.run.id not in runs:
                self._bring_back(state.run.id, None, state)

    def _bring_back(self, name: str, new: Run | None, state: RunState) -> None:
        """Book what a loaded run did not deliver: back at its base, or left on the road."""
        assert self.after is not None  # noqa: S101 - without a re-plan nothing is pinned
        self.goods.strand(name, self.after.stranded)
        goods = {*state.returning, *(name for names in state.goods for name in names)}
        own = sorted(name for name in goods if self.goods.at.get(name) == self.spec.base.id)
        if own and self.spec.direction == "out" and name not in self.after.over:
            free = self.after.brought_back(state, new, self.spec, own)
            self.goods.free.update(dict.fromkeys(own, free))
            self.after.note(self.spec.id, name, free, own)

    def _leg(self, run: Run, legs: Legs, here: int, there: int) -> int:
        seconds = int(legs.seconds[here, there])
        if seconds < 0:
            self.findings.say("no_way", run.id, _("there is no way between two of its stops"))
        return max(seconds, 0)

    def _handled(self, run: Run, row: FleetRow, guard: EscortRow | None, day: int, stop: Stop, names: list[str]) -> int:
        """Check waiting and handling at a stop and give the working day on which the run goes on."""
        child = self._child(stop)
        opens = child.opens
        if self.spec.direction == "back" and not child.is_station:
            opens = max(opens, self.goods.release(names, child.id) or opens)
        done = _start(child, max(stop.arrive, opens)) + child.service(self.goods.boxes(names))
        self._works(run, row, guard, day, stop.arrive, done, _("handling at {at}").format(at=stop.at))
        if stop.depart == done:
            return day
        morning = self._morning(row, guard, child, day, done, stop.depart)
        if morning is None:
            what = _("departure from {at}").format(at=stop.at)
            self.findings.differs("handling", run.id, what, exact(stop.depart), exact(done))
        return day if morning is None else morning

    def _morning(
        self, row: FleetRow, guard: EscortRow | None, child: Child, day: int, done: int, depart: int
    ) -> int | None:
        """Give the working day that begins with a departure, after a night where that is allowed."""
        if self.spec.overnight and child.night:
            for later in range(day + 1, done // DAY + 3):
                shift = self.spec.shift(later, row, guard)
                if shift is not None and depart == shift[0] > done:
                    return later
        return None

    def _works(
        self, run: Run, row: FleetRow, guard: EscortRow | None, day: int, start: int, end: int, what: str
    ) -> None:
        """Check that an activity lies within the working day of the vehicle team and of its escort."""
        shift = self.spec.shift(day, row, guard)
        if shift is None or start < shift[0] or end > shift[1]:
            message = _("{what} ({start} to {end}) is outside working hours")
            self.findings.say("hours", run.id, message.format(what=what, start=exact(start), end=exact(end)))

    def _on_day(self, run: Run) -> int:
        """Check the working day, and give the true one."""
        first = (run.depart - self.spec.hours[0]) // DAY
        self.findings.differs("day", run.id, _("the working day"), run.day, first)
        return first

    def _move(self, run: Run, taken: list[list[str]]) -> None:
        base = self.spec.base
        handled = run.return_ + base.handling + base.seconds_per_box * sum(stop.boxes for stop in run.stops)
        for stop, names in zip(run.stops, taken, strict=True):
            child = self._child(stop)
            service = child.service(self.goods.boxes(names))
            handed_over = _start(child, max(stop.arrive, child.opens)) + service
            free = handed_over if self.spec.direction == "out" else handled
            self.goods.move(run.id, self.spec, child, names, free)


def _start(child: Child, moment: int) -> int:
    """Give the second at which handling can start at a child, its hours obeyed."""
    if child.hours is None:
        return moment
    opened = [day * DAY + child.hours[0] for day in range(moment // DAY - 1, moment // DAY + 2)]
    length = child.hours[1] - child.hours[0]
    return min(max(first, moment) for first in opened if moment <= first + length)
