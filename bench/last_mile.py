"""The last mile beside PyVRP, VROOM, OR-Tools and nearest neighbour, on every kecamatan of real districts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import fmean

from bench import _rivals
from bench._districts import Stations, read_stations
from bench._instance import Instance, Score, WrongAnswerError
from bench._report import machine, spread, table, verdict
from serentak.routing.district import DEFAULT_EFFORT, EFFORTS
from serentak.routing.stage import Order, Solved, nearest_neighbour, solve_stage
from serentak.travel import Point

OURS, NEAREST, LONG = "serentak", "nearest neighbour", "20 x"
RIVALS = ("PyVRP", "VROOM", "OR-Tools")
SEEDS = (1, 2, 3)
Job = tuple[str, str, tuple[Point, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A score with the time it took; no score where a solver gave no answer in time."""

    score: Score | None
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Measured:
    """All answers to one kecamatan, by solver and seed, or by effort."""

    district: str
    size: int
    rounds: dict[tuple[str, int], Answer]
    efforts: dict[str, Answer]

    @property
    def best(self) -> int:
        """Cost of the best answer anybody gave."""
        answers = [*self.rounds.values(), *self.efforts.values()]
        return min(answer.score.cost for answer in answers if answer.score is not None)


def report() -> str:
    """Measure, and write the page."""
    districts = read_stations()
    jobs = [(d.name, code, points) for d in districts for code, points in d.kecamatan.items()]
    jobs.sort(key=lambda job: -len(job[2]))
    cores = sorted(os.sched_getaffinity(0))
    context = get_context("forkserver")
    queue = context.Manager().Queue()
    for core in cores:
        queue.put(core)
    with ProcessPoolExecutor(len(cores), context, initializer=_pin, initargs=(queue,)) as pool:
        measured = list(pool.map(_measure, jobs))
    return _page(districts, measured)


def _pin(queue: object) -> None:
    """Bind this process to a core of its own."""
    os.sched_setaffinity(0, {queue.get()})  # type: ignore[attr-defined]


def _measure(job: Job) -> Measured:
    district, code, points = job
    instance = Instance(code, points)
    order = Order(instance.problem, EFFORTS[DEFAULT_EFFORT], 1)
    len(instance.seconds)  # the matrix is made once, before anybody's time begins
    _solve(solve_stage, Order(instance.problem, 1, 1))  # and so is whatever the first call of all loads
    rounds: dict[tuple[str, int], Answer] = {}
    for seed in SEEDS:
        ours = _timed(instance, lambda s=seed: _solve(solve_stage, Order(order.problem, order.patience, s)))
        rounds[OURS, seed] = ours
        rounds[NEAREST, seed] = _timed(instance, lambda: _solve(nearest_neighbour, order))
        limit = ours.wall
        rounds["PyVRP", seed] = _timed(instance, lambda t=limit, s=seed: _rivals.pyvrp(instance, t, s))
        rounds["VROOM", seed] = _vroom(instance, limit)
        rounds["OR-Tools", seed] = _timed(instance, lambda t=limit: _rivals.ortools(instance, t))
    patience = EFFORTS | {LONG: 20 * order.patience}
    efforts = {
        name: rounds[OURS, 1]
        if name == DEFAULT_EFFORT
        else _timed(instance, lambda n=limit: _solve(solve_stage, Order(order.problem, n, 1)))
        for name, limit in patience.items()
    }
    return Measured(district, instance.size, rounds, efforts)


def _solve(solver: Callable[[Order], Solved], order: Order) -> _rivals.Routes:
    return [list(draft.timed.order) for draft in solver(order).drafts]


def _timed(instance: Instance, solver: Callable[[], _rivals.Routes]) -> Answer:
    wall, cpu = time.perf_counter(), time.process_time()
    routes = solver()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Answer(instance.score(routes) if routes else None, wall, cpu)


def _vroom(instance: Instance, limit: float) -> Answer:
    """Give VROOM's best answer within the limit: exploration level after level, each with the whole limit."""
    found: list[Answer] = []
    for level in _rivals.LEVELS:
        try:
            answer = _timed(instance, lambda x=level: _rivals.vroom(instance, limit, x))
        except WrongAnswerError:  # stopped by the limit before every station had a vehicle
            break
        found.append(answer)
        if answer.wall >= limit:
            break
    known = [answer for answer in found if answer.score is not None]
    return min(known, key=lambda answer: answer.score.cost if answer.score else 0, default=Answer(None, limit, 0.0))


@dataclass(frozen=True, slots=True)
class Sum:
    """Sums over the kecamatan of a district, for one solver and seed."""

    cost: int
    travel: int
    vehicles: int
    wall: float
    cpu: float
    missing: int


def _sum(answers: Iterable[Answer]) -> Sum:
    answers = list(answers)
    scores = [answer.score for answer in answers if answer.score is not None]
    return Sum(
        sum(score.cost for score in scores),
        sum(score.travel for score in scores),
        sum(score.vehicles for score in scores),
        sum(answer.wall for answer in answers),
        sum(answer.cpu for answer in answers),
        len(answers) - len(scores),
    )


def _page(districts: list[Stations], measured: list[Measured]) -> str:
    parts = [INTRODUCTION, machine(), NOISE.format(repetitions=len(SEEDS)), "## Goals", _goals(districts, measured)]
    for district in districts:
        own = [m for m in measured if m.district == district.name]
        parts += [
            f"## {district.name}: {district.count:,} stations in {len(own)} kecamatan",
            _solvers(own),
            _efforts(own),
        ]
    return "\n\n".join(parts) + "\n"


def _solvers(own: list[Measured]) -> str:
    best = sum(m.best for m in own)
    rows = []
    for name in (OURS, *RIVALS, NEAREST):
        sums = [_sum(m.rounds[name, seed] for m in own) for seed in SEEDS]
        whole = [s for s in sums if not s.missing]
        if not whole:
            rows.append([name, "no answer to some", "", "", "", *_times(sums)])
            continue
        rows.append(
            [
                name,
                spread([s.cost for s in whole], 0),
                spread([s.travel for s in whole], 0),
                spread([s.vehicles for s in whole], 0),
                spread([_percent(s.cost, best) for s in whole], 3),
                *_times(sums),
            ]
        )
    heads = ["solver", "cost, s", "travel, s", "vehicles", "above the best of all, %", "wall, s", "CPU, s"]
    return table(heads, rows)


def _times(sums: list[Sum]) -> list[str]:
    return [spread([s.wall for s in sums]), spread([s.cpu for s in sums])]


def _efforts(own: list[Measured]) -> str:
    rows = []
    for name in own[0].efforts:
        gaps = [_gap(m, name) for m in own]
        total = _sum(m.efforts[name] for m in own)
        patience = EFFORTS.get(name, 20 * EFFORTS[DEFAULT_EFFORT])
        rows.append(
            [
                name,
                patience,
                f"{total.cost:,}",
                f"{fmean(gaps):.3f}",
                f"{max(gaps):.3f}",
                f"{total.wall:.1f}",
                f"{total.cpu:.1f}",
            ]
        )
    heads = [
        "effort",
        "iterations without improvement, each of two starts",
        "cost, s",
        "mean gap a kecamatan to 20 x, %",
        "largest, %",
        "wall, s",
        "CPU, s",
    ]
    return table(heads, rows)


def _gap(measured: Measured, effort: str) -> float:
    mine, long = measured.efforts[effort].score, measured.efforts[LONG].score
    return _percent(mine.cost, long.cost) if mine and long else float("nan")


def _percent(value: float, base: float) -> float:
    return 100 * (value / base - 1)


def _goals(districts: list[Stations], measured: list[Measured]) -> str:
    rows = []
    for district in districts:
        own = [m for m in measured if m.district == district.name]
        sums = {name: [_sum(m.rounds[name, seed] for m in own) for seed in SEEDS] for name in (OURS, NEAREST, *RIVALS)}
        if "kampar" in district.name:
            rows.append(_saving(district.name, sums))
        over = []
        for n, mine in enumerate(sums[OURS]):
            rivals = [sums[name][n].cost for name in RIVALS if not sums[name][n].missing]
            over.append(_percent(mine.cost, min(rivals)) if rivals else float("nan"))
        goal = f"{district.name}: cost at most 0.1 % above the best rival's"
        rows.append(verdict(goal, spread(over, 3, " %"), met=max(over) <= 0.1))
        gaps = [_gap(m, DEFAULT_EFFORT) for m in own]
        goal = f"{district.name}: mean gap to 20 x the iterations at most 0.2 %"
        rows.append(verdict(goal, f"{fmean(gaps):.3f} %, largest {max(gaps):.3f} %", met=fmean(gaps) <= 0.2))
    return table(["goal", "measured", "met"], rows)


def _saving(district: str, sums: dict[str, list[Sum]]) -> tuple[str, str, str]:
    pairs = list(zip(sums[OURS], sums[NEAREST], strict=True))
    saved = [-_percent(mine.travel, theirs.travel) for mine, theirs in pairs]
    more = max(mine.vehicles - theirs.vehicles for mine, theirs in pairs)
    measured = f"{spread(saved, 1, ' %')}, {more:+d} vehicles"
    goal = f"{district}: travel at least 12 % below nearest neighbour, no more vehicles"
    return verdict(goal, measured, met=min(saved) >= 12 and more <= 0)


INTRODUCTION = """# Last mile

Written by `python -m bench last_mile`. Every kecamatan is one problem: outbound from a hub at the mean of its
stations, 20 boxes a vehicle, 2 boxes and 10 minutes a station, 10 hours, no reload, as many vehicles as stations.
Times are those of a pickup in lowland, from coordinates, one matrix for all. Cost is seconds of travel plus 3,600 a
vehicle, the same for all. serentak answers through its own planning of a stage, at its default effort; PyVRP is
called directly with its defaults, VROOM takes the best of exploration levels 0 to 5 as far as they come, OR-Tools
runs guided local search. Each has, kecamatan by kecamatan, one core and the wall time that serentak took (VROOM: for
each level). Every answer is timed and priced again by the plan checker; what a solver says about its own answer
counts for nothing."""

NOISE = """Figures `a .. b` are the smallest and largest of {repetitions} repetitions with different seeds. As many
kecamatan are solved side by side as there are cores, each process bound to one. Other work on the machine lengthens
wall times and, less, CPU times; costs at a given effort depend on the seed alone, costs at a given time also on the
machine."""
