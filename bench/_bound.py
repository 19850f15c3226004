"""A lower bound on what a kecamatan's last mile must cost, by column generation over all runs that could be made.

The stations of a village share a point and are alike, so that a run is at least as dear as an order of villages with
how many stations of each it serves. The master problem covers every village as often as it has stations, and pays
vehicle-days for the hours that the runs take::

    min  sum_r cost_r x_r + day * V
    s.t. sum_r a_vr x_r = n_v  for each village,   sum_r hours_r x_r <= shift * V,   V integer, x_r >= 0
         sum_r x_r >= stations / (stations that one vehicle holds), rounded up

The last row holds for whole runs, and so for every plan: without it the relaxation fills every run. The master knows no
windows, no release and no single vehicles; every plan is a solution of it, so that its value is a bound. Pricing is
exact: the cheapest tour of every subset of villages by dynamic programming, then the most rewarding stations of it that
a vehicle holds. V is branched on once, below and above its fractional value; the lesser of the two counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np
from numba import njit
from numpy.typing import NDArray

from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crews

MOST_VILLAGES = 17
"""Villages up to which every subset is priced; beyond it there is no bound."""
MOST_ROUNDS = 400
OVERTIME = 10_000.0
"""Vehicle-days that one beyond those allowed costs: dear enough that none is bought where there is another way."""
EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Proven:
    """A bound that holds, in rupiah, or why there is none."""

    rupiah: int | None
    why: str = ""
    columns: int = 0


def bound(problem: Problem) -> Proven:
    """Give a lower bound on the cost of a stage outbound with one kind of vehicle.

    Every bound returned was reached with no run left that would lower it; otherwise the reason says what was missing.
    """
    staff = crews(problem)
    if len(staff) != 1 or staff[0].escorts or problem.spec.direction != "out":
        return Proven(None, "more than one kind of vehicle")
    crew, row = staff[0], staff[0].row
    tasks = problem.tasks
    points: dict[tuple[float, float], list[int]] = {}
    for task in range(len(tasks)):
        place = problem.child(task).point
        points.setdefault((place.lon, place.lat), []).append(task)
    if len(points) > MOST_VILLAGES:
        return Proven(None, f"more than {MOST_VILLAGES} villages")
    loads = {(task.boxes, task.grams, task.millilitres) for task in tasks}
    if len({boxes for boxes, _grams, _litres in loads}) != 1:
        return Proven(None, "stations of different loads")
    model = _Master(problem, crew, [points[key] for key in sorted(points)])
    if model.most < 1 or row.team != 1:
        return Proven(None, "teams")
    free = model.solve(0, None)
    if free is None:
        return Proven(None, "pricing did not end")
    low, high = model.solve(0, math.floor(free[1] + EPSILON)), model.solve(math.ceil(free[1] - EPSILON), None)
    if high is None or low is None:
        return Proven(None, "pricing did not end")
    # A rupiah a station for the rounding of each run's cost, and the solver's own tolerance.
    value = min(low[0], high[0]) * (1 - 1e-7) - len(tasks)
    return Proven(math.floor(value), "", len(model.columns))


class _Master:
    def __init__(self, problem: Problem, crew: Crew, villages: list[list[int]]) -> None:
        row, self.size = crew.row, len(villages)
        seconds = np.array(problem.seconds[row.mode, row.speed_factor], dtype=np.float64)
        metres = np.array(problem.metres[row.mode, row.speed_factor], dtype=np.float64)
        every = [problem.tasks[task].child + 1 for own in villages for task in own]
        nodes = [0, *(problem.tasks[own[0]].child + 1 for own in villages)]
        self.seconds, self.gap_seconds = _without_gap(seconds, every, nodes)
        self.metres, self.gap_metres = _without_gap(metres, every, nodes)
        self.per_metre, self.per_second = row.cost_km / 1000, row.cost_hour / 3600
        self.boxes = problem.tasks[0].boxes
        self.most = row.boxes // self.boxes
        service = min(problem.child(own[0]).service(self.boxes) for own in villages)
        self.handling, self.service = problem.spec.base.handling, service
        self.counts = np.array([len(own) for own in villages])
        self.shift = crew.shift[1] - crew.shift[0]
        self.day = crew.cost_day
        self.teams = len(crew.names)
        self.columns: list[tuple[float, float, NDArray[np.int64]]] = []
        for village in range(self.size):
            for many in range(1, min(self.counts[village], self.most) + 1):
                use = np.zeros(self.size, dtype=np.int64)
                use[village] = many
                self._column([village], use)

    def _column(self, order: list[int], use: NDArray[np.int64]) -> None:
        path = [0, *(village + 1 for village in order), 0]
        seconds = sum(self.seconds[a, b] for a, b in pairwise(path))
        metres = sum(self.metres[a, b] for a, b in pairwise(path))
        seconds += self.gap_seconds * (int(use.sum()) - 1)
        metres += self.gap_metres * (int(use.sum()) - 1)
        cost = metres * self.per_metre + seconds * self.per_second
        self.columns.append((cost, self.handling + seconds + self.service * int(use.sum()), use))

    def solve(self, low: int, high: int | None) -> tuple[float, float] | None:
        """Give value and vehicle-days of the relaxation with V from low to high, or None where pricing did not end."""
        for _round in range(MOST_ROUNDS):
            value, days, prices, hours, run = self._relaxed(low, high)
            if not self._price(prices, hours, run):
                return value, days
        return None

    def _relaxed(self, low: int, high: int | None) -> tuple[float, float, NDArray[np.float64], float, float]:
        """Solve the master over the columns known; give value, vehicle-days, and prices of stations, seconds and runs.

        Hours that no vehicle has can be bought at a dear price: a relaxation, so that the value stays a bound.
        """
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        inf, dear = highspy.kHighsInf, OVERTIME * self.day
        for village in range(self.size):
            highs.addRow(float(self.counts[village]), float(self.counts[village]), 0, [], [])
        highs.addRow(-inf, 0.0, 0, [], [])
        highs.addRow(float(-(-int(self.counts.sum()) // self.most)), inf, 0, [], [])
        rows = np.arange(self.size + 2, dtype=np.int32)
        for cost, hours, use in self.columns:
            values = np.array([*use, hours / self.shift, 1.0], dtype=np.float64)
            kept = values != 0
            highs.addCol(cost / self.day, 0.0, inf, int(kept.sum()), rows[kept], values[kept])
        last = np.array([self.size], dtype=np.int32)
        highs.addCol(1.0, float(low), inf if high is None else float(high), 1, last, np.array([-1.0]))
        highs.addCol(dear / self.day, 0.0, inf, 1, last, np.array([-1.0]))
        highs.run()
        found = highs.getSolution()
        values, duals = found.col_value, np.array(found.row_dual)
        value = highs.getInfo().objective_function_value * self.day
        prices, (hours, run) = duals[:-2] * self.day, duals[-2:] * self.day
        return value, values[-2], prices, -hours / self.shift, run

    def _price(self, prices: NDArray[np.float64], hours: float, run: float) -> bool:
        """Add the runs that would lower the value most; tell whether there was any."""
        second = self.per_second + hours
        arc = self.metres * self.per_metre + self.seconds * second
        gap = self.gap_metres * self.per_metre + self.gap_seconds * second
        gain = prices - self.service * hours - gap
        tours, last = _tours(arc)
        best, counts = _best(tours, gain, self.counts.astype(np.int64), self.most)
        worth = best + gap - self.handling * hours + run
        added = False
        for subset in np.argsort(-worth)[:30]:
            if worth[subset] <= EPSILON * self.day:
                break
            self._column(_order(int(subset), last, arc), counts[subset].copy())
            added = True
        return added


def _without_gap(legs: NDArray[np.float64], stations: list[int], nodes: list[int]) -> tuple[NDArray[np.float64], float]:
    """Give least ways between hub and villages when every leg from station to station is shorter by the least of them.

    That least leg, the gap of stations that share a point, is counted a station instead. What is left is closed under
    the triangle inequality: a run may pass a village twice at no more than its two gaps, and the bound holds for it.
    """
    if len(stations) == len(nodes) - 1:
        return legs[np.ix_(nodes, nodes)], 0.0  # nobody shares a point, so that no village is passed twice
    between = legs[np.ix_(stations, stations)] + np.where(np.eye(len(stations), dtype=bool), np.inf, 0.0)
    gap = float(between.min()) if len(stations) > 1 else 0.0
    ways = legs[np.ix_(nodes, nodes)].copy()
    ways[1:, 1:] = np.maximum(ways[1:, 1:] - gap, 0.0)
    for through in range(1, len(nodes)):
        ways[1:, 1:] = np.minimum(ways[1:, 1:], ways[1:, [through]] + ways[[through], 1:])
    return ways, gap


@njit(cache=True)
def _tours(arc: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the least cost of a tour from the hub through every subset of villages, and of the ways that end in each."""
    n = arc.shape[0] - 1
    ends = np.full((1 << n, n), np.inf)
    tours = np.full(1 << n, np.inf)
    for v in range(n):
        ends[1 << v, v] = arc[0, v + 1]
    for subset in range(1, 1 << n):
        for v in range(n):
            here = ends[subset, v]
            if here == np.inf:
                continue
            tours[subset] = min(tours[subset], here + arc[v + 1, 0])
            for w in range(n):
                if not subset >> w & 1:
                    there = subset | 1 << w
                    ends[there, w] = min(ends[there, w], here + arc[v + 1, w + 1])
    return tours, ends


@njit(cache=True)
def _best(
    tours: NDArray[np.float64],
    gain: NDArray[np.float64],
    counts: NDArray[np.int64],
    most: int,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the most that a run through a subset earns: one station of each village, then the best of the others."""
    n = len(gain)
    order = np.argsort(-gain)
    worth = np.full(len(tours), -np.inf)
    use = np.zeros((len(tours), n), dtype=np.int64)
    for subset in range(1, len(tours)):
        left, total = most, -tours[subset]
        for v in range(n):
            if subset >> v & 1:
                use[subset, v] = 1
                left -= 1
                total += gain[v]
        if left < 0:
            continue
        for v in order:
            if left <= 0 or gain[v] <= 0:
                break
            if subset >> v & 1:
                more = min(left, counts[v] - 1)
                use[subset, v] += more
                left -= more
                total += more * gain[v]
        worth[subset] = total
    return worth, use


def _order(subset: int, ends: NDArray[np.float64], arc: NDArray[np.float64]) -> list[int]:
    """Follow the cheapest tour of a subset backwards."""
    n, here, order = arc.shape[0] - 1, 0, []
    while subset:
        inside = [v for v in range(n) if subset >> v & 1]
        v = min(inside, key=lambda v: ends[subset, v] + arc[v + 1, here])
        order.append(v)
        subset, here = subset & ~(1 << v), v + 1
    return order[::-1]
