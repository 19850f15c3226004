"""Whole districts of 1,000 to 3,000 stations, hubs given, as one model: serentak beside its peers at equal wall time.

``SERENTAK_BENCH_LIMITS=10,30`` and ``SERENTAK_BENCH_WHOLE="frozen 1000"`` measure less.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from bench import _joint
from bench._districts import Stations, read_stations
from bench._frozen import FROZEN, digest, frozen
from bench._instance import WrongAnswerError
from bench._joint import Joint, Routes
from bench._plot import chart
from bench._report import machine, table, verdict
from serentak.routing.stage import Order, nearest_neighbour, solve_stage

OURS, NEAREST, PEERS = "serentak", "nearest neighbour", ("PyVRP", "VROOM", "OR-Tools")
LIMITS = tuple(int(text) for text in os.environ.get("SERENTAK_BENCH_LIMITS", "10,30,60").split(","))
PATIENCES = (25, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12800)
"""Efforts tried one after the other, each from nothing; the longest that ends within the limit counts."""
SEED = 1


@dataclass(frozen=True, slots=True)
class Whole:
    """All answers to one district: cost by solver and limit, None where there was none in time."""

    name: str
    size: int
    hubs: int
    digest: str
    costs: dict[tuple[str, int], int | None]
    tries: tuple[tuple[int, float, int], ...]
    borders: tuple[int, int]

    @property
    def best(self) -> int:
        """The least cost of all."""
        return min(cost for cost in self.costs.values() if cost is not None)


def report() -> str:
    """Measure, and write the page."""
    wanted = os.environ.get("SERENTAK_BENCH_WHOLE")
    districts = [frozen(name) for name in FROZEN] + [own for own in read_stations() if own.count >= 1000]
    districts = [own for own in districts if wanted is None or own.name in wanted.split(",")]
    # A fresh process a district: no solver's memory weighs on the next.
    found = []
    for own in districts:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            found.append(pool.submit(_measure, own).result())
    parts = [INTRODUCTION, machine() + f" Date: {time.strftime('%Y-%m-%d')}.", "## Goals", _goals(found)]
    for own in found:
        parts += [f"## {own.name}: {own.size:,} stations, {own.hubs} hubs ({own.digest})", _table(own)]
    parts += ["## Quality against time", _quality(found), "## Cost against size", _size(found)]
    parts += ["## What the borders cost", _borders(found)]
    return "\n\n".join(parts) + "\n"


def _measure(stations: Stations) -> Whole:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    joint = Joint.of(stations)
    costs: dict[tuple[str, int], int | None] = {}
    for part in joint.parts:
        len(part.seconds)  # the legs are looked up before anybody's time begins, as are the rivals'
    tries, best = _ours(joint)
    for limit in LIMITS:
        within = [cost for _patience, wall, cost in tries if wall <= limit]
        costs[OURS, limit] = min(within, default=None)
        costs[NEAREST, limit] = joint.cost(_solved(joint, nearest_neighbour, 1))
        costs["PyVRP", limit] = _cost(joint, lambda t=limit: _joint.pyvrp(joint, t, SEED)[0])
        costs["VROOM", limit] = _vroom(joint, limit)
        costs["OR-Tools", limit] = _cost(joint, lambda t=limit: _joint.ortools(joint, t))
    # Both warm from the decomposition and as long: what is gained beyond the polish with borders is theirs.
    kept = _joint.pyvrp(joint, max(LIMITS), SEED, start=best)[1]
    open_ = _joint.pyvrp(joint, max(LIMITS), SEED, borders=False, start=best)[1]
    return Whole(stations.name, stations.count, joint.hubs, digest(stations), costs, tuple(tries), (kept, open_))


def _ours(joint: Joint) -> tuple[list[tuple[int, float, int]], Routes]:
    """Give patience, wall time and cost of our own answers, kecamatan after kecamatan, and the best of them."""
    tries: list[tuple[int, float, int]] = []
    best: tuple[int, Routes] | None = None
    for patience in PATIENCES:
        began = time.perf_counter()
        routes = _solved(joint, solve_stage, patience)
        wall = time.perf_counter() - began
        cost = joint.cost(routes)
        tries.append((patience, wall, cost))
        if wall <= max(LIMITS) and (best is None or cost < best[0]):
            best = cost, routes
        if wall > max(LIMITS) / 2:  # the next would take about twice as long
            break
    return tries, best[1] if best else []


def _solved(joint: Joint, solver: Callable[[Order], object], patience: int) -> Routes:
    routes: Routes = []
    first = 0
    for hub, part in enumerate(joint.parts):
        solved = solver(Order(part.problem, patience, SEED))
        routes += [(hub, [first + task for task in draft.timed.order]) for draft in solved.drafts]  # type: ignore[attr-defined]
        first += part.size
    return routes


def _cost(joint: Joint, solver: Callable[[], Routes]) -> int | None:
    try:
        routes = solver()
        return joint.cost(routes) if routes else None
    except (WrongAnswerError, ImportError):
        return None


def _vroom(joint: Joint, limit: int) -> int | None:
    """Give VROOM's best answer: level after level, each with the whole limit, while a level ends within it."""
    found: list[int] = []
    for level in range(6):
        began = time.perf_counter()
        cost = _cost(joint, lambda x=level: _joint.vroom(joint, limit, x))
        if cost is None:
            break
        found.append(cost)
        if time.perf_counter() - began >= limit / 2:
            break
    return min(found, default=None)


def _table(own: Whole) -> str:
    rows = []
    for name in (OURS, *PEERS, NEAREST):
        cells = []
        for limit in LIMITS:
            cost = own.costs[name, limit]
            cells.append("no answer" if cost is None else f"{cost:,} ({100 * (cost / own.best - 1):.2f} %)")
        rows.append([name, *cells])
    tries = ", ".join(f"{patience}: {wall:.1f} s" for patience, wall, _cost in own.tries)
    heads = ["cost, s (above the best of all)", *(f"{limit} s" for limit in LIMITS)]
    return table(heads, rows) + f"\n\nOur own tries, patience and wall time: {tries}."


def _against(own: Whole, limit: int) -> float | None:
    """Give by how many per cent our cost lies below the best peer's."""
    peers = [cost for name in PEERS if (cost := own.costs[name, limit]) is not None]
    mine = own.costs[OURS, limit]
    return None if mine is None or not peers else 100 * (1 - mine / min(peers))


def _goals(found: list[Whole]) -> str:
    rows = []
    for limit in LIMITS:
        wanted, words = (5.0, "at least 5 % below") if limit == min(LIMITS) else (0.0, "never above")
        gains = [gain for own in found if (gain := _against(own, limit)) is not None]
        said = f"{min(gains):.2f} .. {max(gains):.2f} % below" if gains else "no answer"
        rows.append(verdict(f"{limit} s: {words} the best peer", said, met=bool(gains) and min(gains) >= wanted))
    return table(["goal", "measured", "met"], rows)


def _quality(found: list[Whole]) -> str:
    series: dict[str, list[tuple[float, float]]] = {}
    for name in (OURS, *PEERS):
        for limit in LIMITS:
            gaps = [100 * (cost / own.best - 1) for own in found if (cost := own.costs[name, limit]) is not None]
            if gaps:
                series.setdefault(name, []).append((limit, sum(gaps) / len(gaps)))
    return chart("whole_quality", series, x="wall time, s", y="mean above the best of all, %")


def _size(found: list[Whole]) -> str:
    longest = max(LIMITS)
    series = {
        name: [(own.size, cost) for own in found if (cost := own.costs[name, longest]) is not None]
        for name in (OURS, *PEERS, NEAREST)
    }
    return chart("whole_size", series, x="stations", y=f"cost at {longest} s, s", lines=False)


def _borders(found: list[Whole]) -> str:
    rows = [
        [own.name, f"{own.borders[0]:,}", f"{own.borders[1]:,}", f"{100 * (1 - own.borders[1] / own.borders[0]):.2f}"]
        for own in found
    ]
    text = (
        f"From our own answer PyVRP polishes the whole district for {max(LIMITS)} s, once with each station's hub "
        "kept, once free to let any hub serve it. The difference is what the rule costs that a kecamatan's boxes "
        "leave from its own hub; no plan of ours makes use of it."
    )
    return text + "\n\n" + table(["district", "hubs kept, cost, s", "hubs free, cost, s", "saved, %"], rows)


INTRODUCTION = """# Whole districts as one model

Written by `python -m bench whole`. Each kecamatan is the problem of [Last mile](last_mile.md): outbound from a hub
given, 20 boxes a vehicle, 2 boxes and 10 minutes a station, 10 hours, no reload; cost is seconds of travel plus 3,600 a
vehicle. The peers take all kecamatan of a district as one model; legs between stations of different hubs are longer
than a shift, so that it is the same problem. serentak solves kecamatan after kecamatan, as it always does; its effort
is counted in iterations, so that the longest of a row of efforts that ends within the limit counts. One core, equal
wall time, one seed; every answer is scored by the plan checker. Frozen districts are made by `bench/_frozen.py` from a
seed; the short hash says that they are the same."""
