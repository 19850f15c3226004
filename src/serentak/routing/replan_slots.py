"""Who can still drive when: a slot for every vehicle team and working day that is left, with what it is to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from serentak.base.clock import DAY
from serentak.plan.cost import working_days
from serentak.plan.model import Run
from serentak.plan.replanned import Loss
from serentak.routing.draft import Draft, price
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, pinned_shift, shift_function
from serentak.routing.timing import Shift, Timed, opening, path_metres, time_run
from serentak.territory.model import EscortRow


@dataclass(frozen=True, slots=True)
class Work:
    """A run that has not been loaded: its tasks in order, its times, and the issued run that it was."""

    timed: Timed
    issued: Run | None = None


@dataclass(slots=True)
class Slot:
    """One vehicle team on one working day.

    Parameters
    ----------
    crew
        A crew of this one team; its shift begins when the team is free.
    paid
        Whether the team works on that day anyway, so that its day costs nothing more.
    work
        Runs that stand, in order.
    open
        Runs that are to be planned anew, in order, as tasks.
    nights
        Gives the team's shift on a later working day, where it has nothing else to do then.
    home
        Gives the moment at which the team is back from runs of earlier days, which may sleep out.
    """

    crew: Crew
    paid: bool
    work: list[Work] = field(default_factory=list)
    open: list[tuple[int, ...]] = field(default_factory=list)
    nights: Callable[[int], Shift | None] = lambda _day: None
    home: Callable[[], int] = lambda: -(10**9)

    @property
    def name(self) -> str:
        """Name of the vehicle team."""
        return self.crew.names[0]

    @property
    def busy(self) -> int | None:
        """Return of the last run that stands."""
        return self.work[-1].timed.back if self.work else None

    def shift_of(self, day: int) -> Shift | None:
        """Give its shift on a working day; on a later one only where it has nothing else to do."""
        return self.crew.shift if day == self.crew.day else self.nights(day)

    def time(self, problem: Problem, order: Sequence[int], busy: int | None) -> Timed | None:
        """Time a run of this team, loads looked at too."""
        row = self.crew.row
        delivered = [task for task in order if not problem.child(task).temporary]
        if not all(problem.reaches(row, task) for task in order) or not problem.carries(row, delivered):
            return None
        if not self.crew.escorts and any(problem.spec.needs_escort(problem.child(task)) for task in order):
            return None
        free = self.home() if busy is None else max(busy, self.home())
        return time_run(problem, row, order, self.crew.day, self.shift_of, free)

    def draft(self, timed: Timed) -> Draft:
        """Give a run of this team with its cost."""
        return Draft(self.crew.row, self.name, self.crew.escorts[0] if self.crew.escorts else None, timed)

    def cost(self, runs: Iterable[Timed]) -> int:
        """Give the rupiah of runs on this day, the day itself unless it is paid anyway."""
        drafts = [self.draft(timed) for timed in runs]
        return price(drafts).rupiah - (self.crew.cost_day if self.paid and drafts else 0)

    def sunk(self) -> Crew:
        """Give the crew as a solver should see it: a day that is paid anyway costs nothing."""
        busy = self.crew.shift[0] if self.busy is None else self.busy
        shift = (max(self.crew.shift[0], busy, self.home()), self.crew.shift[1])
        if not self.paid and not self.work:
            return replace(self.crew, shift=shift)
        guards = tuple((name, replace(row, cost_day=0)) for name, row in self.crew.escorts)
        return replace(self.crew, row=replace(self.crew.row, cost_day=0), escorts=guards, shift=shift)


def make_slots(
    problem: Problem, issued: Collection[Run], busy: Mapping[str, int], losses: Sequence[Loss], at: int
) -> dict[tuple[str, int], Slot]:
    """List the slots of a stage.

    Parameters
    ----------
    issued
        All runs of the stage as issued; a team keeps its escort.
    busy
        Moment until which a vehicle team is on the road with what it had loaded.
    """
    spec = problem.spec
    wanted = spec.escort == "run" or any(spec.needs_escort(problem.child(n)) for n in range(len(problem.tasks)))
    slots: dict[tuple[str, int], Slot] = {}
    for day in spec.days():
        # On the last day of its shift a team may still be needed; days that are over are not.
        if (day + 1) * DAY + spec.hours[1] < at:
            continue
        own = {run.vehicle: run.escort for run in issued if day in working_days(run.day, run.return_, spec.hours)}
        guards = {name: row for name, row in spec.escort_teams(day) if not _barred(losses, name, day, at)}
        spare = [(name, row) for name, row in guards.items() if name not in own.values()] if wanted else []
        for row in spec.fleet:
            for name in row.names():
                if _barred(losses, name, day, at):
                    continue
                guard: tuple[str, EscortRow] | None
                if name in own:
                    escort = own[name]
                    guard = (escort, guards[escort]) if escort in guards else None
                    if escort is not None and guard is None:
                        continue
                else:
                    guard = spare.pop(0) if spare else None
                if guard is None and spec.escort == "run":
                    continue
                shift = spec.shift(day, row, guard[1] if guard else None)
                if shift is None:
                    continue
                start, end = pinned_shift(problem, name, shift)
                start = max(start, at, busy.get(name, at))
                if end > start:
                    crew = Crew(row, day, (name,), (guard,) if guard else (), (start, end))
                    slots[name, day] = Slot(crew, name in own)
    for slot in slots.values():
        slot.nights = _nights(problem, slot, slots)
        slot.home = _home(slot, slots)
    return slots


def _barred(losses: Sequence[Loss], team: str, day: int, at: int) -> bool:
    return any(loss.bars(team, day, at) for loss in losses)


def _nights(problem: Problem, slot: Slot, slots: Mapping[tuple[str, int], Slot]) -> Callable[[int], Shift | None]:
    shift_of = shift_function(problem, slot.crew, 0)

    def later(day: int) -> Shift | None:
        other = slots.get((slot.name, day))
        free = other is not None and not other.work and not other.open and other.crew.escorts == slot.crew.escorts
        return shift_of(day) if free else None

    return later


def _home(slot: Slot, slots: Mapping[tuple[str, int], Slot]) -> Callable[[], int]:
    earlier = [other for (name, day), other in slots.items() if name == slot.name and day < slot.crew.day]
    return lambda: max((work.timed.back for other in earlier for work in other.work), default=-(10**9))


def stands(problem: Problem, slot: Slot, run: Run, order: Sequence[int]) -> Timed | None:
    """Give a run's issued times where they still hold; None where anything in them has changed."""
    spec, row = problem.spec, slot.crew.row
    seconds = problem.seconds[row.mode, row.speed_factor]
    loading = run.depart - spec.base.handling
    busy = max(slot.crew.shift[0], slot.home(), slot.crew.shift[0] if slot.busy is None else slot.busy)
    if loading < max([busy, *(problem.tasks[task].free for task in order)]):
        return None
    if slot.time(problem, order, slot.busy) is None:
        return None
    here, now, halts, driving = 0, run.depart, [], 0
    for task, stop in zip(order, run.stops, strict=True):
        work, child = problem.tasks[task], problem.child(task)
        done = opening(child, work.opens, stop.arrive) + child.service(work.boxes)
        slept = spec.overnight and child.night and stop.depart > done
        if stop.arrive - now != seconds[here][work.child + 1] or not (stop.depart == done or slept):
            return None
        halts.append((stop.arrive, done, stop.depart))
        driving += stop.arrive - now
        here, now = work.child + 1, stop.depart
    if run.return_ - now != seconds[here][0]:
        return None
    last = working_days(run.day, run.return_, spec.hours)[-1]
    metres = path_metres(problem, row, order)
    driving += run.return_ - now
    return Timed(tuple(order), run.depart, tuple(halts), run.return_, metres, driving, run.day, last)
