"""Nearest neighbour: the practice of the spreadsheet, under the same rules, for comparison in every report.

A vehicle goes to the nearest station it can still serve, returns when it is full or nothing more fits its shift,
loads again, and when the shift is over the next vehicle goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serentak.routing.lastmile import Tour
from serentak.routing.problem import Problem, Task
from serentak.routing.roster import Crew, shift_function
from serentak.routing.timing import Shift, Timed, time_run


def nearest(problem: Problem, tasks: Sequence[int], staff: Sequence[Crew]) -> list[Tour]:
    """Make tours by nearest neighbour; tasks that no shift had room for are in none of them."""
    left = list(tasks)
    tours: list[Tour] = []
    busy: set[tuple[str, int]] = set()
    for crew in staff:
        for index, name in enumerate(crew.names):
            if (name, crew.day) in busy or not left:
                continue
            runs = _day(problem, crew, index, left)
            if runs:
                tours.append(Tour(crew, tuple(timed.order for timed in runs)))
                busy.update((name, day) for timed in runs for day in range(timed.first_day, timed.last_day + 1))
    return tours


def _day(problem: Problem, crew: Crew, index: int, left: list[int]) -> list[Timed]:
    """Fill one team's day; takes the tasks it does off the list."""
    runs: list[Timed] = []
    while left:
        last = runs[-1] if runs else None
        if last is not None and last.last_day > crew.day:
            break
        timed = _run(problem, crew, index, left, last.back if last else None)
        if timed is None:
            break
        runs.append(timed)
    return runs


def _run(problem: Problem, crew: Crew, index: int, left: list[int], busy_until: int | None) -> Timed | None:
    row, shift_of = crew.row, shift_function(problem, crew, index)
    seconds = problem.seconds[row.mode, row.speed_factor]
    done: list[int] = []
    timed: Timed | None = None
    here = 0
    while True:
        room = _Room.left_by(problem, crew, done)
        for _leg, task in sorted((seconds[here][problem.halts[task].point], task) for task in left):
            if not (room.holds(problem.tasks[task]) and _may(problem, crew, task)):
                continue
            if timed is not None and _too_late(problem, crew, timed, task, shift_of(crew.day)):
                continue
            longer = time_run(problem, row, [*done, task], crew.day, shift_of, busy_until)
            if longer is not None and not _sleeps_needlessly(longer, timed, busy_until):
                done.append(task)
                left.remove(task)
                timed, here = longer, problem.tasks[task].child + 1
                break
        else:
            return timed


def _too_late(problem: Problem, crew: Crew, before: Timed, task: int, shift: Shift | None) -> bool:
    """Tell at once what timing the whole run would tell: that one task more brings the team home after its shift."""
    if shift is None or problem.spec.overnight:
        return False
    seconds = problem.seconds[crew.row.mode, crew.row.speed_factor]
    here = problem.halts[before.order[-1]].point
    _child, there, service, _opens = problem.halts[task]
    return before.halts[-1][2] + seconds[here][there] + service + seconds[there][0] > shift[1]


def _sleeps_needlessly(longer: Timed, before: Timed | None, busy_until: int | None) -> bool:
    """Tell whether a run would spend a night that an earlier start or one stop less would spare it."""
    nights = longer.last_day - longer.first_day
    return nights > 0 and (
        busy_until is not None or (before is not None and before.last_day - before.first_day < nights)
    )


@dataclass(frozen=True, slots=True)
class _Room:
    """What a team can still carry."""

    boxes: int
    grams: int
    millilitres: int

    @classmethod
    def left_by(cls, problem: Problem, crew: Crew, done: Sequence[int]) -> _Room:
        row, own = crew.row, [problem.tasks[task] for task in done]
        return cls(
            row.team * row.boxes - sum(task.boxes for task in own),
            row.team * row.grams - sum(task.grams for task in own),
            row.team * row.millilitres - sum(task.millilitres for task in own),
        )

    def holds(self, task: Task) -> bool:
        return task.boxes <= self.boxes and task.grams <= self.grams and task.millilitres <= self.millilitres


def _may(problem: Problem, crew: Crew, task: int) -> bool:
    guarded = not problem.spec.needs_escort(problem.child(task)) or bool(crew.escorts)
    return guarded and problem.reaches(crew.row, task)
