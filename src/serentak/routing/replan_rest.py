"""What a loaded team still does: its vehicle and load stay, its way and times follow what is open now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from serentak.base.clock import DAY
from serentak.plan.model import Run, Stop
from serentak.plan.progress import RunState
from serentak.plan.replanned import fleet_row, load_at_departure, turned_back
from serentak.routing.problem import Problem
from serentak.routing.roster import pinned_shift
from serentak.routing.timing import Driven, Position, Shift, drive

MOST_ORDERED: Final = 6
"""Stops up to which all orders are tried where the issued one cannot be kept."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest of a pinned run: the tasks it still does, their halts, its return, and the tasks it cannot do."""

    order: tuple[int, ...]
    driven: Driven
    dropped: tuple[int, ...]


def finish(problem: Problem, state: RunState, tasks: Sequence[int], at: int) -> Rest:
    """Let a team go on from where it is: in the order issued where that holds, else in the best other order.

    Parameters
    ----------
    tasks
        Tasks of the stops it has not reached, in the order issued.
    """
    spec = problem.spec
    row, shift_of = fleet_row(spec, state.run), _shifts(problem, state)
    point = 0 if not state.done else next(n for n, child in enumerate(spec.children, 1) if child.id == state.here)
    day = max(state.run.day, (state.left - spec.hours[0]) // DAY)
    seconds = problem.seconds[row.mode, row.speed_factor]

    def going(order: Sequence[int]) -> Driven | None:
        target = problem.tasks[order[0]].child + 1 if order else 0
        left = state.run.stops[state.done :]
        planned = left[0].arrive if left else state.run.return_
        start = Position(point, state.left if state.left >= at else turned_back(state, at), day)
        toward = problem.child(order[0]).id if order else spec.base.id
        as_issued = toward == state.toward() and 0 <= seconds[point][target] <= planned - state.left
        if state.left < at and as_issued:
            start = Position(point, state.left, day, arrival=planned)
        return drive(problem, row, order, start, shift_of, home_in_time=False)

    for order in _orders(problem, tasks):
        driven = going(order)
        if driven is not None:
            return Rest(tuple(order), driven, ())
    return _as_many_as_can_be(problem, tasks, going)


def _orders(problem: Problem, tasks: Sequence[int]) -> Iterator[Sequence[int]]:
    yield list(tasks)
    if len(tasks) <= MOST_ORDERED and not any(problem.child(task).temporary for task in tasks):
        yield from (list(order) for order in permutations(tasks))


def _as_many_as_can_be(problem: Problem, tasks: Sequence[int], going: Callable[[Sequence[int]], Driven | None]) -> Rest:
    """Insert task after task where it delays the return least; those that fit nowhere are dropped."""
    chosen: list[int] = []
    driven = going(chosen)
    if not any(problem.child(task).temporary for task in tasks):
        for task in tasks:
            ways = [[*chosen[:n], task, *chosen[n:]] for n in range(len(chosen) + 1)]
            timed = [(found.back, n, found) for n, way in enumerate(ways) if (found := going(way)) is not None]
            if timed:
                _back, n, driven = min(timed, key=lambda way: way[:2])
                chosen = ways[n]
    if driven is None:  # its way home is open, else it would count as cut off
        raise AssertionError
    return Rest(tuple(chosen), driven, tuple(task for task in tasks if task not in chosen))


def _shifts(problem: Problem, state: RunState) -> Callable[[int], Shift | None]:
    spec, row = problem.spec, fleet_row(problem.spec, state.run)
    guards = {name: guard for guard in spec.escorts for name in guard.names()}
    guard = guards.get(state.run.escort) if state.run.escort else None

    def shift_of(day: int) -> Shift | None:
        shift = spec.shift(day, row, guard)
        return None if shift is None else pinned_shift(problem, state.run.vehicle, shift)

    return shift_of


def as_pinned_run(problem: Problem, state: RunState, issued: Mapping[int, Stop], rest: Rest) -> Run:
    """Write a pinned run with its rest; what it had done stays as it was."""
    run, outbound = state.run, state.stage.direction == "out"
    load = run.stops[state.done - 1].load_after if state.done else load_at_departure(state)
    stops = list(run.stops[: state.done])
    for task, (arrive, _done, depart) in zip(rest.order, rest.driven.halts, strict=True):
        old = issued[task]
        boxes = old.boxes if outbound else problem.tasks[task].boxes
        load += -boxes if outbound else boxes
        stops.append(Stop(old.at, arrive, depart, boxes, load, old.units))
    depart = run.depart
    return Run(run.id, run.type, run.vehicle, run.team, run.day, run.escort, depart, rest.driven.back, tuple(stops))
