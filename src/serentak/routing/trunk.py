"""The trunk: from the warehouse to the hubs and back, by enumerated runs and a proven cheapest cover.

All sets of at most four parts that one team can carry are listed, each in its best order. HiGHS then picks the
cheapest cover under the hours of teams and escorts a day; its optimum is a bound on the cost of any plan with such
runs. Runs are then packed on teams and days (`serentak.routing.packing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Final

import highspy
import numpy as np

from serentak.plan.cost import moving_cost
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crew_run, crews
from serentak.routing.timing import Timed
from serentak.territory.model import FleetRow

MOST_PARTS: Final = 4
"""Parts in one enumerated run; more are rare where loads fill a truck, and the number of sets explodes."""
MOST_CANDIDATES: Final = 20_000
"""Candidate runs up to which the cover is solved as a whole; beyond it the heuristic takes over."""
MOST_LISTED: Final = 40_000
"""Candidate runs up to which they are at least listed, for the linear relaxation's bound."""
MOST_WORK: Final = 1_000_000
"""Branch-and-bound nodes times candidates after which the best cover is taken with its bound; counted, not timed, so
that the same input gives the same plan."""
SKIP: Final = 1_000_000
"""Rupiah set against leaving one voter unserved; more than any way to serve a hub costs a voter."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that could be made: who drives it, its best order, and the working days on which it is possible.

    Parameters
    ----------
    nights
        Nights it needs even when it leaves first thing in the morning.
    occupied
        Seconds of its team's shifts that it takes at least.
    cost
        Rupiah of driving it.
    """

    row: FleetRow
    timed: Timed
    days: tuple[int, ...]
    nights: int
    occupied: int
    cost: int


@dataclass(frozen=True, slots=True)
class Cover:
    """The cheapest choice of candidates found, and the bound that HiGHS proved for it."""

    chosen: tuple[Candidate, ...]
    bound: int
    proven: bool
    candidates: int


def candidates(
    problem: Problem, tasks: Sequence[int], limit: int = MOST_LISTED, most: int = MOST_PARTS
) -> list[Candidate] | None:
    """List every run of at most `most` parts that fits a team's load and hours, or None if there are over `limit`."""
    found: list[Candidate] = []
    for row, own in _by_row(crews(problem)):
        reached = [task for task in tasks if problem.reaches(row, task)]
        alone: dict[int, int] = {}
        for group in _loads(problem, row, reached, most):
            orders = _best_orders(problem, row, own, group)
            if len(group) == 1 and orders:
                alone[group[0]] = min(candidate.nights for candidate in orders)
            # A night with ballots on board is for ways too long for a day, not for saving a second journey.
            most_nights = max((alone.get(task, 0) for task in group), default=0)
            found.extend(candidate for candidate in orders if candidate.nights <= most_nights)
            if len(found) > limit:
                return None
    return found


def complete(problem: Problem, tasks: Sequence[int], most: int = MOST_PARTS) -> bool:
    """Tell whether no team can carry more than `most` parts, so that `candidates` leaves out no run.

    Only then is what a cover of them costs at least a bound on every plan; for light loads runs of more parts may be
    cheaper than all that are listed.
    """
    for row, _own in _by_row(crews(problem)):
        goods = [problem.tasks[task] for task in tasks if problem.reaches(row, task)]
        sizes = (
            (row.boxes, sorted(each.boxes for each in goods)),
            (row.grams, sorted(each.grams for each in goods)),
            (row.millilitres, sorted(each.millilitres for each in goods)),
        )
        if len(goods) > most and all(sum(lightest[: most + 1]) <= row.team * room for room, lightest in sizes):
            return False
    return True


def _by_row(everyone: list[Crew]) -> list[tuple[FleetRow, list[Crew]]]:
    rows: dict[int, list[Crew]] = {}
    for crew in everyone:
        rows.setdefault(crew.row.row, []).append(crew)
    return [(own[0].row, own) for own in rows.values()]


def _loads(problem: Problem, row: FleetRow, tasks: list[int], most: int) -> Iterator[tuple[int, ...]]:
    """Give the sets of tasks that one team can carry, smaller sets first."""
    light = sorted(tasks, key=lambda task: (problem.tasks[task].boxes, task))
    boxes = [problem.tasks[task].boxes for task in light]
    room = row.team * row.boxes

    def grow(start: int, chosen: tuple[int, ...], load: int, size: int) -> Iterator[tuple[int, ...]]:
        if len(chosen) == size:
            if problem.carries(row, chosen):
                yield tuple(sorted(chosen))
            return
        for n in range(start, len(light)):
            # Every further task is at least as heavy, so that no set beyond this one can fit.
            if load + boxes[n] * (size - len(chosen)) > room:
                return
            yield from grow(n + 1, (*chosen, light[n]), load + boxes[n], size)

    for size in range(1, most + 1):
        yield from grow(0, (), 0, size)


def _best_orders(problem: Problem, row: FleetRow, own: list[Crew], group: tuple[int, ...]) -> list[Candidate]:
    """Give the shortest feasible order on every working day; one candidate serves all days that share it."""
    seconds = problem.seconds[row.mode, row.speed_factor]
    points = {task: problem.tasks[task].child + 1 for task in group}

    def driving(order: tuple[int, ...]) -> int:
        path = [0, *(points[task] for task in order), 0]
        return sum(seconds[here][there] for here, there in pairwise(path))

    found: list[Candidate] = []
    left = own
    for order in sorted(permutations(group), key=lambda order: (driving(order), order)):
        timed = {crew.day: time for crew in left if (time := crew_run(problem, crew, 0, order)) is not None}
        if timed:
            quickest = min(timed.values(), key=lambda time: (time.seconds, time.depart))
            cost = moving_cost(row, quickest.metres, quickest.seconds)
            nights = min(time.last_day - time.first_day for time in timed.values())
            found.append(Candidate(row, quickest, tuple(sorted(timed)), nights, work(problem, quickest), cost))
            left = [crew for crew in left if crew.day not in timed]
        if not left:
            break
    return found


def work(problem: Problem, timed: Timed) -> int:
    """Give the seconds that a run takes of its team's shifts at least: loading, driving and handling, no waiting."""
    handling = sum(problem.halts[task].service for task in timed.order)
    return problem.spec.base.handling + timed.seconds + handling


def cover(
    problem: Problem,
    tasks: Sequence[int],
    listed: Sequence[Candidate],
    *,
    slack: float = 1.0,
    optional: bool = False,
    relaxed: bool = False,
) -> Cover | None:
    """Choose candidates that cover every task once at the least cost of driving, vehicle-days and escort-days.

    Parameters
    ----------
    slack
        Share of each shift that may be filled; below 1 it leaves room for packing, and the result is no bound.
    optional
        Whether tasks may stay undone, as few voters as possible.
    relaxed
        Whether only the bound of the linear relaxation is wanted; the choice is then empty.

    Returns
    -------
    Cover or None
        None when no choice covers all tasks within the hours of teams and escorts.
    """
    model = _CoverModel(problem, tasks, listed, slack, relaxed=relaxed)
    return model.solve(optional=optional)


class _CoverModel:
    """Columns: a binary a candidate, team-days a (row, day class), and seconds a (candidate class, day class).

    Working days that no row, escort or window tells apart form one day class, and candidates of one row that can run
    on the same day classes form one candidate class; symmetric copies would only slow the proof.
    """

    def __init__(
        self,
        problem: Problem,
        tasks: Sequence[int],
        listed: Sequence[Candidate],
        slack: float,
        *,
        relaxed: bool,
    ) -> None:
        self.problem, self.tasks, self.listed = problem, list(tasks), list(listed)
        self.slack, self.relaxed = slack, relaxed
        self.everyone = crews(problem)
        self.scale = 1000.0
        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        self.highs.setOptionValue("random_seed", 1)
        self.highs.setOptionValue("mip_rel_gap", 1e-7)
        self.highs.setOptionValue("mip_max_nodes", max(50, MOST_WORK // max(1, len(self.listed))))
        self.highs.setOptionValue("solve_relaxation", relaxed)
        self.columns = 0

    def _day_classes(self) -> list[list[int]]:
        classes: dict[tuple[object, ...], list[int]] = {}
        days = sorted({crew.day for crew in self.everyone})
        possible = {day: frozenset(n for n, run in enumerate(self.listed) if day in run.days) for day in days}
        for day in days:
            staff = tuple(
                (
                    crew.row.row,
                    len(crew.names),
                    crew.shift[0] - day * 86_400,
                    crew.shift[1] - day * 86_400,
                    crew.cost_day,
                )
                for crew in self.everyone
                if crew.day == day
            )
            classes.setdefault((staff, possible[day]), []).append(day)
        return list(classes.values())

    def _take(self) -> list[int]:
        """Add a binary column for every candidate, all at once."""
        many = len(self.listed)
        cost = np.array([run.cost / self.scale for run in self.listed])
        none = np.zeros(many, dtype=np.int32)
        self.highs.addCols(many, cost, np.zeros(many), np.ones(many), 0, none, none[:0], cost[:0])
        kinds = np.full(many, highspy.HighsVarType.kInteger)
        self.highs.changeColsIntegrality(many, np.arange(many, dtype=np.int32), kinds)
        self.columns += many
        return list(range(many))

    def _add(self, cost: float, upper: float, *, integer: bool) -> int:
        self.highs.addCol(cost / self.scale, 0.0, upper, 0, [], [])
        if integer:
            self.highs.changeColIntegrality(self.columns, highspy.HighsVarType.kInteger)
        self.columns += 1
        return self.columns - 1

    def _row(self, lower: float, upper: float, terms: Sequence[tuple[int, float]]) -> None:
        index = np.array([column for column, _value in terms], dtype=np.int32)
        value = np.array([value for _column, value in terms], dtype=np.float64)
        self.highs.addRow(lower, upper, len(terms), index, value)

    def solve(self, *, optional: bool) -> Cover | None:
        """Build the model, solve it and read the choice."""
        inf = highspy.kHighsInf
        take = self._take()
        holding: dict[int, list[tuple[int, float]]] = {task: [] for task in self.tasks}
        for column, run in zip(take, self.listed, strict=True):
            for task in run.timed.order:
                holding[task].append((column, 1.0))
        for task, terms in holding.items():
            if optional:
                penalty = (self.problem.tasks[task].voters + 1) * SKIP
                terms.append((self._add(penalty, 1.0, integer=True), 1.0))
            self._row(1.0, 1.0, terms)
        day_classes = self._day_classes()
        filled: dict[tuple[int, int], list[tuple[int, float]]] = {}
        groups: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        for n, run in enumerate(self.listed):
            classes = tuple(c for c, days in enumerate(day_classes) if days[0] in run.days)
            groups.setdefault((run.row.row, classes), []).append(n)
        for (row, classes), members in groups.items():
            parts = [(c, self._add(0.0, inf, integer=False)) for c in classes]
            hours = [(take[n], self.listed[n].occupied / 3600) for n in members]
            self._row(0.0, 0.0, [*hours, *((column, -1.0) for _c, column in parts)])
            for c, column in parts:
                filled.setdefault((row, c), []).append((column, 1.0))
        self._team_days(day_classes, filled)
        self.highs.run()
        return self._read(take)

    def _team_days(self, day_classes: list[list[int]], filled: dict[tuple[int, int], list[tuple[int, float]]]) -> None:
        inf = highspy.kHighsInf
        for c, days in enumerate(day_classes):
            guarded: list[tuple[int, float]] = []
            for row, own in _by_row([crew for crew in self.everyone if crew.day == days[0]]):
                teams = sum(len(crew.names) for crew in own)
                cheapest = min(crew.cost_day for crew in own)
                longest = max(crew.shift[1] - crew.shift[0] for crew in own) / 3600 * self.slack
                column = self._add(cheapest, teams * len(days), integer=True)
                self._row(-inf, 0.0, [*filled.get((row.row, c), []), (column, -longest)])
                guarded.append((column, 1.0))
            if self.problem.spec.escort == "run":
                guards = len(self.problem.spec.escort_teams(days[0])) * len(days)
                self._row(-inf, guards, guarded)

    def _read(self, take: list[int]) -> Cover | None:
        status = self.highs.getModelStatus()
        proven = status == highspy.HighsModelStatus.kOptimal
        info = self.highs.getInfo()
        if not proven and info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = self.highs.getSolution().col_value
        chosen = tuple(run for run, column in zip(self.listed, take, strict=True) if values[column] > 0.5)
        bound = info.objective_function_value if proven else info.mip_dual_bound
        # Rounded down: a bound must not exceed what it bounds by the solver's tolerance.
        return Cover(
            chosen,
            int(np.floor(bound * self.scale * (1 - 1e-9))),
            proven and not self.relaxed,
            len(self.listed),
        )
