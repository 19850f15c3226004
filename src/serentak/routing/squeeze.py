"""A vehicle-day saved where the work just fits without it: stations and runs move until every day holds its own.

Packing whole runs fails where they are nearly alike and the days nearly full: the time is there, in pieces too small
for a run. Here pieces are made: a station goes to a run with room on another day, or two days exchange runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final, NamedTuple

from serentak.routing.draft import Draft
from serentak.routing.lastmile import Tour
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crew_run
from serentak.routing.timing import Timed

MOST_MOVES: Final = 30


class _Run(NamedTuple):
    order: tuple[int, ...]
    work: int


class _Move(NamedTuple):
    """Two runs changed: the day and number of each, what they become, and by how much their work grows."""

    day: int
    number: int
    other: int
    place: int
    runs: tuple[_Run, _Run]
    less: int
    more: int


def squeezed(problem: Problem, staff: Sequence[Crew], drafts: Sequence[Draft]) -> list[Tour]:
    """Put the work of one kind of vehicle on a vehicle-day less.

    Parameters
    ----------
    drafts
        Runs of one fleet row, outbound, on two vehicle-days at least.

    Returns
    -------
    list of Tour
        The tours on the days that are left, under exact times; none where no way was found.
    """
    crew_of = {(name, crew.day): (crew, n) for crew in staff for n, name in enumerate(crew.names)}
    days: dict[tuple[str, int], list[_Run]] = {}
    legs = _Legs(problem, drafts[0])
    for draft in drafts:
        days.setdefault((draft.vehicle, draft.timed.first_day), []).append(legs.run(draft.timed.order))
    least = min(sorted(days), key=lambda key: sum(run.work for run in days[key]))
    homeless = sorted(days.pop(least), key=lambda run: (-run.work, run.order))
    keys = sorted(days)
    room = [crew_of[key][0].shift[1] - crew_of[key][0].shift[0] for key in keys]
    bins = [days[key] for key in keys]
    for run in homeless:
        where = min(range(len(bins)), key=lambda n: (sum(own.work for own in bins[n]) - room[n], n))
        bins[where].append(run)
    if not _levelled(legs, bins, room):
        return []
    tours = []
    for key, runs in zip(keys, bins, strict=True):
        crew, index = crew_of[key]
        timed = _in_turn(problem, crew, index, [run.order for run in runs if run.order])
        if timed is None:
            return []
        tours.append(Tour(crew, tuple(own.order for own in timed)))
    return tours


def _levelled(legs: _Legs, bins: list[list[_Run]], room: Sequence[int]) -> bool:
    """Make the move that leaves the least too much, again and again; tell whether nothing is too much at last.

    A move may be for the worse, but never leads to loads that were seen before (tabu search).
    """
    loads = [sum(run.work for run in runs) for runs in bins]
    seen = {tuple(loads)}
    for _move in range(MOST_MOVES):
        if _too_much(loads, room) == 0:
            return True
        excess = [load - limit for load, limit in zip(loads, room, strict=True)]
        best: tuple[tuple[int, int], list[int], _Move] | None = None
        for move in _moves(legs, bins, excess):
            over = _more_excess(excess, move)
            key = (over, move.less + move.more)
            if best is None or key < best[0]:
                after = list(loads)
                after[move.day] += move.less
                after[move.other] += move.more
                if tuple(after) not in seen:
                    best = key, after, move
        if best is None:
            return False
        _key, loads, move = best
        seen.add(tuple(loads))
        bins[move.day][move.number], bins[move.other][move.place] = move.runs
    return False


def _more_excess(excess: Sequence[int], move: _Move) -> int:
    """Give by how much more the days pass what they hold after a move; the day that it empties passes it now."""
    here = excess[move.day]
    if move.day == move.other:
        return max(here + move.less + move.more, 0) - here
    there = excess[move.other]
    return max(here + move.less, 0) - here + max(there + move.more, 0) - max(there, 0)


def _too_much(loads: Sequence[int], room: Sequence[int]) -> int:
    return sum(max(load - limit, 0) for load, limit in zip(loads, room, strict=True))


def _moves(legs: _Legs, bins: list[list[_Run]], excess: Sequence[int]) -> Iterator[_Move]:
    """Give moves from runs of a day with too much to runs of any day."""
    places = [(day, number) for day, runs in enumerate(bins) for number, run in enumerate(runs) if run.order]
    for day, number in places:
        if excess[day] <= 0:
            continue
        run = bins[day][number]
        for other, place in places:
            to = bins[other][place]
            if other != day:
                yield _Move(day, number, other, place, (to, run), to.work - run.work, run.work - to.work)
            elif place == number:
                continue
            for less, more in legs.given(run, to):
                yield _Move(day, number, other, place, (less, more), less.work - run.work, more.work - to.work)


class _Legs:
    """What runs of one kind of vehicle take; what one run may give another is worked out once for every pair."""

    def __init__(self, problem: Problem, draft: Draft) -> None:
        self.problem, self.row = problem, draft.row
        self.seconds = problem.seconds[draft.row.mode, draft.row.speed_factor]
        self._given: dict[tuple[tuple[int, ...], tuple[int, ...]], list[tuple[_Run, _Run]]] = {}

    def run(self, order: tuple[int, ...]) -> _Run:
        """Give a run with the seconds it takes: loading, driving, handling, no waiting."""
        if not order:
            return _Run((), 0)
        driving = sum(self.seconds[here][there] for here, there in pairwise(self._path(order)))
        return _Run(order, self.problem.spec.base.handling + driving + self._handling(order))

    def given(self, run: _Run, to: _Run) -> list[tuple[_Run, _Run]]:
        """Give both runs after one or two neighbouring stations went from the first to where they fit best."""
        pair = (run.order, to.order)
        if pair not in self._given:
            self._given[pair] = [
                (self.run(run.order[:first] + run.order[last:]), self._with(to, run.order[first:last]))
                for first, last in combinations(range(len(run.order) + 1), 2)
                if last - first <= 2 and self.problem.carries(self.row, [*to.order, *run.order[first:last]])
            ]
        return self._given[pair]

    def _with(self, to: _Run, piece: tuple[int, ...]) -> _Run:
        """Give a run with stations put where they make it the least longer."""
        _base, first, *rest, _end = self._path(piece)
        last = rest[-1] if rest else first
        path = self._path(to.order)
        seconds, onward = self.seconds, self.seconds[last]
        detours = [seconds[here][first] + onward[there] - seconds[here][there] for here, there in pairwise(path)]
        least = min(detours)
        order = min(to.order[:n] + piece + to.order[n:] for n, detour in enumerate(detours) if detour == least)
        within = self.seconds[first][last] if rest else 0
        return _Run(order, to.work + least + within + self._handling(piece))

    def _path(self, order: tuple[int, ...]) -> list[int]:
        return [0, *(self.problem.halts[task].point for task in order), 0]

    def _handling(self, order: tuple[int, ...]) -> int:
        return sum(self.problem.halts[task].service for task in order)


def _in_turn(problem: Problem, crew: Crew, index: int, orders: Sequence[tuple[int, ...]]) -> list[Timed] | None:
    """Time the runs of a team's day one after the other, or tell that some cannot be."""
    found: list[Timed] = []
    for order in sorted(orders, key=lambda order: (max(problem.tasks[task].free for task in order), order)):
        busy = found[-1].back if found else None
        timed = crew_run(problem, crew, index, order, busy)
        if timed is None or timed.last_day != timed.first_day:
            return None
        found.append(timed)
    return found
