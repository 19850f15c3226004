"""One run checked: its team, its way, its times, its load."""

from __future__ import annotations

from serentak.base.clock import DAY
from serentak.base.messages import _
from serentak.plan.check_goods import Goods
from serentak.plan.cost import RunCost, working_days
from serentak.plan.model import Run, Stop
from serentak.plan.stages import Child, StageSpec
from serentak.plan.violations import Findings, exact
from serentak.territory.model import EscortRow, FleetRow
from serentak.travel import Legs, Point, Travel


class RunCheck:
    """Checks the runs of one stage, in the order of the plan."""

    def __init__(self, spec: StageSpec, travel: Travel, goods: Goods, findings: Findings) -> None:
        self.spec, self.goods, self.findings = spec, goods, findings
        base = Point(spec.base.id, spec.base.lon, spec.base.lat)
        points = [base, *(child.point for child in spec.children)]
        paces = {(row.mode, row.speed_factor) for row in spec.fleet}
        self.legs: dict[tuple[str, float], Legs] = {pace: travel.legs(points, *pace) for pace in sorted(paces)}
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
        taken = [self.goods.resolve(self.spec, self._child(stop), stop) for stop in run.stops]
        self._modes(run, row)
        self._loads(run, row, taken)
        self._departure(run, taken)
        seconds, metres = self._times(run, row, guard, taken)
        self._move(run, taken)
        days = working_days(run.day, run.return_, self.spec.hours)
        escort = None if run.escort is None or guard is None else (run.escort, guard)
        return RunCost(row, run.vehicle, escort, days, metres, seconds)

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

    def _loads(self, run: Run, row: FleetRow, taken: list[list[str]]) -> None:
        moved = [self.goods.boxes(names) for names in taken]
        for stop, names, boxes in zip(run.stops, taken, moved, strict=True):
            if not names:
                self.findings.say("boxes", run.id, _("nothing is handed over at {at}").format(at=stop.at))
            what = _("boxes at {at}").format(at=stop.at)
            self.findings.differs("boxes", run.id, what, stop.boxes, boxes)
        outbound = self.spec.direction == "out"
        load = sum(moved) if outbound else 0
        for stop, boxes in zip(run.stops, moved, strict=True):
            load += -boxes if outbound else boxes
            what = _("the load after {at}").format(at=stop.at)
            self.findings.differs("load", run.id, what, stop.load_after, load)
        grams, millilitres = self.goods.weight(name for names in taken for name in names)
        for what, planned, most in (
            (_("boxes on board"), sum(moved), row.team * row.boxes),
            (_("grams on board"), grams, row.team * row.grams),
            (_("millilitres on board"), millilitres, row.team * row.millilitres),
        ):
            if planned > most:
                message = _("{what}: {planned}, but the team carries {most}")
                self.findings.say("capacity", run.id, message.format(what=what, planned=planned, most=most))

    def _departure(self, run: Run, taken: list[list[str]]) -> None:
        handling = self.spec.base.handling
        for stop, names in zip(run.stops, taken, strict=True):
            child = self._child(stop)
            self.findings.before("window", run.id, _("departure"), run.depart, child.earliest)
            if self.spec.direction == "out":
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
