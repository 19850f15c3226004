"""The part of a stage that must be planned anew: broken runs, the nearest few that can take over, idle teams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from serentak.routing.lastmile import Limits, Stay, Tour, route
from serentak.routing.problem import Problem
from serentak.routing.replan_slots import Slot, Work
from serentak.routing.roster import Crew
from serentak.routing.timing import Timed

Slots = Mapping[tuple[str, int], Slot]
NEIGHBOURS: Final = 3
"""Standing slots that are planned anew beside every broken one."""
SPARE: Final = 2
"""Idle teams of one kind and day that are offered, besides one for every broken slot."""
MOST_TASKS: Final = 120
"""Tasks beyond which no neighbours are added; more take the search longer than people wait."""
REPAIRS: Final = 3
"""Rounds in which windows are narrowed where exact times do not hold what the solver promised."""


@dataclass(frozen=True, slots=True)
class Search:
    """How hard to search, and the price on change in rupiah a leg that was not issued."""

    patience: int
    seed: int
    price_of_change: int


@dataclass(frozen=True, slots=True)
class Found:
    """Runs by slot that a search put in the place of the open ones, and the tasks that are in none."""

    runs: dict[tuple[str, int], list[Timed]]
    left: tuple[int, ...]


def solve(problem: Problem, slots: Slots, loose: Sequence[int], search: Search) -> tuple[tuple[int, ...], int | None]:
    """Plan what is open or loose on a stage's slots; the slots take the result.

    Returns
    -------
    tuple
        Tasks that could not be done; and what it costs to stay near the plan as issued, or None where nothing was
        searched for.
    """
    legs = _issued_legs(problem, slots)
    wanted = [*loose, *(task for slot in slots.values() for run in slot.open for task in run)]
    if not wanted:
        return (), None
    chosen = _neighbourhood(problem, slots, wanted)
    found, cost = _searched(problem, slots, chosen, wanted, search, legs)
    if found.left and len(chosen) < len(slots):
        wider = [key for key, slot in slots.items() if _may_open(slot)]
        other, other_cost = _searched(problem, slots, wider, wanted, search, legs)
        if _voters(problem, other.left) < _voters(problem, found.left):
            chosen, found, cost = wider, other, other_cost
    for key in chosen:
        slot = slots[key]
        slot.work, slot.open = _standing(slot), []
        slot.work.extend(Work(timed) for timed in found.runs.get(key, ()))
    for slot in slots.values():
        slot.open = []
    return _append(problem, slots, found.left), cost


def _issued_legs(problem: Problem, slots: Slots) -> frozenset[tuple[str, int, int]]:
    legs: set[tuple[str, int, int]] = set()
    for slot in slots.values():
        for order in [*(work.timed.order for work in slot.work), *slot.open]:
            path = [0, *(problem.tasks[task].child + 1 for task in order), 0]
            legs.update((slot.name, here, there) for here, there in pairwise(path))
    return frozenset(legs)


def _may_open(slot: Slot) -> bool:
    """Tell whether a slot's standing runs may be planned anew: all within one day, none fixed."""
    return all(work.timed.last_day == work.timed.first_day for work in slot.work)


def _standing(slot: Slot) -> list[Work]:
    """Give the runs that stand whatever is planned anew: those that take over goods on the road."""
    if slot.open:
        return list(slot.work)
    last = max((n for n, work in enumerate(slot.work, 1) if work.issued is None), default=0)
    return slot.work[:last]


def _neighbourhood(problem: Problem, slots: Slots, wanted: Sequence[int]) -> list[tuple[str, int]]:
    broken = [key for key, slot in slots.items() if slot.open]
    offered: Counter[tuple[int, int, bool]] = Counter()
    chosen = list(broken)
    for key, slot in slots.items():
        kind = (slot.crew.row.row, slot.crew.day, bool(slot.crew.escorts))
        if not slot.open and not slot.work and offered[kind] < SPARE + len(broken):
            offered[kind] += 1
            chosen.append(key)
    size = len(wanted)
    near = sorted((_distance(problem, slot, wanted), key) for key, slot in slots.items()
                  if slot.work and not slot.open and _may_open(slot))  # fmt: skip
    for _seconds, key in near[: NEIGHBOURS * max(1, len(broken))]:
        more = sum(len(work.timed.order) for work in slots[key].work)
        if size + more > MOST_TASKS:
            break
        size += more
        chosen.append(key)
    return chosen


def _distance(problem: Problem, slot: Slot, wanted: Sequence[int]) -> int:
    row = slot.crew.row
    seconds = problem.seconds[row.mode, row.speed_factor]
    own = {problem.tasks[task].child + 1 for work in slot.work for task in work.timed.order}
    legs = (seconds[problem.tasks[task].child + 1][point] for task in wanted for point in own)
    return min((leg for leg in legs if leg >= 0), default=10**9)


def _searched(
    problem: Problem,
    slots: Slots,
    chosen: Sequence[tuple[str, int]],
    wanted: Sequence[int],
    search: Search,
    legs: frozenset[tuple[str, int, int]],
) -> tuple[Found, int | None]:
    near = _search(problem, slots, chosen, wanted, search, Stay(legs, search.price_of_change))
    if not search.price_of_change:
        return near, 0
    # Only to say what stability costs, so half the patience must do.
    free = _search(problem, slots, chosen, wanted, replace(search, patience=search.patience // 2), None)
    cost = _rupiah(slots, chosen, near) - _rupiah(slots, chosen, free)
    # A search without a price on change may still end dearer, or serve others: then staying near costs nothing.
    return near, max(0, cost) if near.left == free.left else 0


def _rupiah(slots: Slots, chosen: Iterable[tuple[str, int]], found: Found) -> int:
    return sum(slots[key].cost(found.runs.get(key, [])) for key in chosen)


def _search(
    problem: Problem,
    slots: Slots,
    chosen: Sequence[tuple[str, int]],
    wanted: Sequence[int],
    search: Search,
    stay: Stay | None,
) -> Found:
    """Search from the plan as issued until every run holds under exact times."""
    standing = {key: _standing(slots[key]) for key in chosen}
    crews = {key: _crew(slots[key], standing[key]) for key in chosen}
    start, tasks = [], set(wanted)
    for key in chosen:
        again = tuple(work.timed.order for work in slots[key].work[len(standing[key]) :]) + tuple(slots[key].open)
        tasks.update(task for run in again for task in run)
        if again:
            start.append(Tour(crews[key], again))
    limits = Limits({})
    best = Found({}, tuple(sorted(tasks)))
    staff = [crew for crew in crews.values() if crew.shift[1] > crew.shift[0]]
    for _round in range(REPAIRS):
        tours = route(
            problem, sorted(tasks), search.patience, search.seed,
            everyone=staff, limits=limits, start=start, restart=not start, stay=stay,
        )  # fmt: skip
        found, broken = _timed(problem, slots, standing, tours, tasks)
        if _voters(problem, found.left) < _voters(problem, best.left) or not best.runs:
            best = found
        if not broken:
            break
        closes = dict(limits.closes)
        for task in (task for run in broken for task in run):
            closes[task] = closes.get(task, problem.child(task).closes) - 900
        limits = Limits(closes)
    return best


def _crew(slot: Slot, standing: Sequence[Work]) -> Crew:
    return Slot(slot.crew, slot.paid, list(standing), home=slot.home).sunk()


def _timed(
    problem: Problem,
    slots: Slots,
    standing: Mapping[tuple[str, int], Sequence[Work]],
    tours: Sequence[Tour],
    tasks: Iterable[int],
) -> tuple[Found, list[tuple[int, ...]]]:
    runs: dict[tuple[str, int], list[Timed]] = {}
    broken: list[tuple[int, ...]] = []
    for tour in tours:
        key = (tour.crew.names[0], tour.crew.day)
        busy = standing[key][-1].timed.back if standing[key] else None
        for run in tour.runs:
            timed = slots[key].time(problem, run, busy)
            if timed is None:
                broken.append(run)
            else:
                busy = timed.back
                runs.setdefault(key, []).append(timed)
    done = {task for own in runs.values() for timed in own for task in timed.order}
    return Found(runs, tuple(sorted(set(tasks) - done))), broken


def _voters(problem: Problem, tasks: Iterable[int]) -> int:
    return sum(problem.tasks[task].voters + 1 for task in tasks)


def _append(problem: Problem, slots: Slots, left: Sequence[int]) -> tuple[int, ...]:
    """Give what the search left undone a run of its own where a team still has time, a night on the road included."""
    undone = []
    for task in sorted(left, key=lambda task: (-problem.tasks[task].voters, task)):
        ways = []
        for key, slot in slots.items():
            timed = slot.time(problem, [task], slot.busy)
            if timed is not None and not (slot.work and slot.work[-1].timed.last_day > slot.crew.day):
                ways.append((slot.cost([timed]), timed.back, key, timed))
        if ways:
            _cost, _back, key, timed = min(ways, key=lambda way: way[:3])
            slots[key].work.append(Work(timed))
        else:
            undone.append(task)
    return tuple(undone)
