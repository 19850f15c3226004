"""When a run happens: the times of one journey of a vehicle team, or that it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from serentak.base.clock import DAY
from serentak.plan.stages import Child
from serentak.routing.problem import Problem
from serentak.territory.model import FleetRow

Shift = tuple[int, int]


class Timed(NamedTuple):
    """The times of one run.

    Parameters
    ----------
    depart, back
        Departure from the base after loading, and return to it.
    halts
        Arrival, end of handling and departure at every task, in order.
    metres, seconds
        Distance and driving time of one vehicle.
    last_day
        Working day on which it is back.
    """

    order: tuple[int, ...]
    depart: int
    halts: tuple[tuple[int, int, int], ...]
    back: int
    metres: int
    seconds: int
    first_day: int
    last_day: int


def opening(child: Child, opens: int, arrival: int) -> int:
    """Give the second at which handling can start at a child for a vehicle that arrives then."""
    start = max(arrival, opens)
    if child.hours is None:
        return start
    first, last = child.hours
    for day in range(start // DAY - 1, start // DAY + 2):
        if start <= day * DAY + last:
            return max(start, day * DAY + first)
    return start  # unreachable: the loop covers the day after


def time_run(
    problem: Problem,
    row: FleetRow,
    order: Sequence[int],
    day: int,
    shift_of: Callable[[int], Shift | None],
    busy_until: int | None = None,
) -> Timed | None:
    """Time a run that starts as early as it may, or tell that it cannot be.

    Parameters
    ----------
    order
        Tasks in the order of the visits.
    day
        Working day on which it leaves.
    shift_of
        Gives start and end of the vehicle team's shift on a working day, or None.
    busy_until
        Return of the team's previous run on that day.

    Returns
    -------
    Timed or None
        None when a window, the hours or the lack of a way forbid it. Loads are not looked at.
    """
    shift = shift_of(day)
    if shift is None:
        return None
    loading = shift[0] if busy_until is None else max(shift[0], busy_until)
    depart = problem.halts[order[0]].child.earliest
    for task in order:
        loading = max(loading, problem.tasks[task].free)
        depart = max(depart, problem.halts[task].child.earliest)
    depart = max(depart, loading + problem.spec.base.handling)
    first, point, _service, opens = problem.halts[order[0]]
    leg = problem.seconds[row.mode, row.speed_factor][0][point]
    # Rather wait at the base, loaded and guarded, than on the road; but be there before it closes.
    depart = max(depart, min(opening(first, opens, depart + leg), first.closes) - leg)
    driven = drive(problem, row, order, Position(0, depart, day), shift_of)
    if driven is None:
        return None
    metres = path_metres(problem, row, order)
    return Timed(tuple(order), depart, driven.halts, driven.back, metres, driven.seconds, day, driven.last_day)


class Position(NamedTuple):
    """Where a vehicle team is free to go on: a point of the tables of legs, the second, and the working day.

    Parameters
    ----------
    arrival
        Second at which it reaches its first halt, where it is on the way there already.
    """

    point: int
    now: int
    day: int
    arrival: int | None = None


class Driven(NamedTuple):
    """The rest of a run: its halts, its return, the seconds driven, and the working day on which it is back."""

    halts: tuple[tuple[int, int, int], ...]
    back: int
    seconds: int
    last_day: int


def drive(
    problem: Problem,
    row: FleetRow,
    order: Sequence[int],
    start: Position,
    shift_of: Callable[[int], Shift | None],
    *,
    home_in_time: bool = True,
) -> Driven | None:
    """Time a journey from where a loaded team is, through its tasks and home, or tell that it cannot be.

    Parameters
    ----------
    home_in_time
        Whether hours and windows bind the way home; a team that has left long ago comes home when it can.
    """
    spec, seconds = problem.spec, problem.seconds[row.mode, row.speed_factor]
    here, now, today, shift, driving = start.point, start.now, start.day, shift_of(start.day), 0
    halts: list[tuple[int, int, int]] = []
    night, home_by = False, None
    for task in order:
        child, there, service, opens = problem.halts[task]
        leg = seconds[here][there] if halts or start.arrival is None else start.arrival - now
        if leg < 0 or shift is None:
            return None
        arrive = now + leg
        begun = max(arrive, opens) if child.hours is None else opening(child, opens, arrive)
        if night and begun + service > shift[1]:
            today, shift = today + 1, shift_of(today + 1)
            if shift is None:
                return None
            now = shift[0]
            halts[-1] = (*halts[-1][:2], now)
            arrive = now + leg
            begun = opening(child, opens, arrive)
        done = begun + service
        if arrive > child.closes or done > shift[1]:
            return None
        halts.append((arrive, done, done))
        here, now, driving = there, done, driving + leg
        night = spec.overnight and child.night
        if child.home_by is not None:
            home_by = child.home_by if home_by is None else min(home_by, child.home_by)
    leg = seconds[here][0] if halts or start.arrival is None else start.arrival - now
    if leg < 0:
        return None
    if night and shift is not None and now + leg > shift[1]:
        today, shift = today + 1, shift_of(today + 1)
        if shift is None:
            return None
        now = shift[0]
        halts[-1] = (*halts[-1][:2], now)
    if home_in_time and (shift is None or now + leg > shift[1] or (home_by is not None and now + leg > home_by)):
        return None
    return Driven(tuple(halts), now + leg, driving + leg, today)


def path_metres(problem: Problem, row: FleetRow, order: Sequence[int]) -> int:
    """Give the distance from the base through the tasks and back, in metres."""
    metres = problem.metres[row.mode, row.speed_factor]
    here, total = 0, 0
    for task in order:
        there = problem.halts[task].point
        total, here = total + metres[here][there], there
    return total + metres[here][0]
