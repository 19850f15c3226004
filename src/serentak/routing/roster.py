"""Who can drive when: vehicle teams and escort teams of a stage on each working day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from serentak.routing.problem import Problem
from serentak.routing.timing import Shift, Timed, time_run
from serentak.territory.model import EscortRow, FleetRow


@dataclass(frozen=True, slots=True)
class Crew:
    """Alike vehicle teams of one fleet row on one working day.

    Parameters
    ----------
    names
        Names of the teams, ``truk#1``; `escorts` is as long where they are escorted, else empty.
    shift
        Start and end of the day in seconds from H.
    """

    row: FleetRow
    day: int
    names: tuple[str, ...]
    escorts: tuple[tuple[str, EscortRow], ...]
    shift: Shift

    @property
    def kind(self) -> tuple[int, int, Shift, int | None]:
        """Give what all teams of the crew share, and no other crew of the stage has."""
        return self.row.row, self.day, self.shift, self.escorts[0][1].cost_day if self.escorts else None

    @property
    def cost_day(self) -> int:
        """Rupiah for one team and its escort for the day."""
        return self.row.team * self.row.cost_day + (self.escorts[0][1].cost_day if self.escorts else 0)


def crews(problem: Problem) -> list[Crew]:
    """List the crews of a stage, by day.

    Where fewer escort teams than vehicle teams stand ready, they go first to rows without which some task could
    not be reached, then to the largest vehicles.
    """
    spec = problem.spec
    must = spec.escort == "run"
    wanted = must or any(spec.needs_escort(problem.child(task)) for task in range(len(problem.tasks)))
    found: list[Crew] = []
    given: Counter[int] = Counter()
    for day in spec.days():
        rows = [row for row in spec.fleet if spec.shift(day, row) is not None]
        guards = spec.escort_teams(day) if wanted else []
        share = _share(problem, rows, len(guards), given)
        given.update({row.row: count for row, count in zip(rows, share, strict=True)})
        taken = 0
        for row, count in zip(rows, share, strict=True):
            names = row.names()
            mine = tuple(guards[taken : taken + count])
            taken += count
            found.extend(_escorted(problem, row, day, names[:count], mine))
            if not must and names[count:]:
                found.extend(_plain(problem, row, day, names[count:]))
    return found


def _escorted(
    problem: Problem,
    row: FleetRow,
    day: int,
    names: tuple[str, ...],
    guards: tuple[tuple[str, EscortRow], ...],
) -> list[Crew]:
    groups: dict[tuple[Shift, int], list[tuple[str, tuple[str, EscortRow]]]] = {}
    for name, guard in zip(names, guards, strict=True):
        shift = problem.spec.shift(day, row, guard[1])
        if shift is not None:
            groups.setdefault((pinned_shift(problem, name, shift), guard[1].cost_day), []).append((name, guard))
    return [
        Crew(row, day, tuple(name for name, _ in pairs), tuple(guard for _, guard in pairs), shift)
        for (shift, _cost), pairs in groups.items()
        if shift[1] > shift[0]
    ]


def _plain(problem: Problem, row: FleetRow, day: int, names: tuple[str, ...]) -> list[Crew]:
    shift = problem.spec.shift(day, row)
    groups: dict[Shift, list[str]] = {}
    for name in names:
        if shift is not None:
            groups.setdefault(pinned_shift(problem, name, shift), []).append(name)
    return [Crew(row, day, tuple(same), (), own) for own, same in groups.items() if own[1] > own[0]]


def pinned_shift(problem: Problem, name: str, shift: Shift) -> Shift:
    """Narrow a shift by the officer's pins on the vehicle."""
    start, end = shift
    for pin in problem.pins:
        if pin.target == name:
            start = start if pin.not_before is None else max(start, pin.not_before)
            end = end if pin.not_after is None else min(end, pin.not_after)
    return start, end


def _share(problem: Problem, rows: list[FleetRow], guards: int, given: Mapping[int, int]) -> list[int]:
    """Share escort teams out over fleet rows; `given` says how many a row had on the days before."""
    share = [0] * len(rows)
    guarded = [task for task in range(len(problem.tasks)) if problem.spec.needs_escort(problem.child(task))]
    reaching = [[n for n, row in enumerate(rows) if problem.reaches(row, task)] for task in guarded]
    only = {able[0] for able in reaching if len(able) == 1}
    useful = {n for able in reaching for n in able}
    largest = sorted(useful, key=lambda n: (n not in only, -rows[n].team * rows[n].boxes, n))
    # Where they do not suffice for all such rows, the rows take turns from day to day.
    for n in sorted(only, key=lambda n: (given.get(rows[n].row, 0), largest.index(n))):
        if guards and rows[n].teams:
            share[n] += 1
            guards -= 1
    for n in largest:
        more = min(guards, rows[n].teams - share[n])
        share[n] += more
        guards -= more
    return share


def shift_function(problem: Problem, crew: Crew, index: int) -> Callable[[int], Shift | None]:
    """Give the shifts of one team of a crew, with its escort, on any working day."""
    guard = crew.escorts[index][1] if crew.escorts else None

    def shift_of(day: int) -> Shift | None:
        if day == crew.day:
            return crew.shift
        shift = problem.spec.shift(day, crew.row, guard)
        if shift is None:
            return None
        pinned = pinned_shift(problem, crew.names[index], shift)
        return pinned if pinned[1] > pinned[0] else None

    return shift_of


def crew_run(
    problem: Problem, crew: Crew, index: int, order: Sequence[int], busy_until: int | None = None
) -> Timed | None:
    """Time a run of one team of a crew, as `time_run` does; what was asked before is remembered.

    Packing in several orders, and weighing one way against another, ask nine times in ten for a run that was timed.
    """
    known = problem.known_runs
    key = (crew.row.row, crew.day, crew.shift, tuple(order), busy_until)
    if key in known:
        return known[key]
    timed = time_run(problem, crew.row, order, crew.day, shift_function(problem, crew, index), busy_until)
    # What happens after a night depends on the team's next shift too, which is its own.
    if not problem.spec.overnight or (timed is not None and timed.last_day == crew.day):
        known[key] = timed
    return timed
