"""The trunk against plain enumeration: every way to make runs of small loads, and every way to fill the days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise, permutations, product

import pytest

from serentak.base.clock import DAY, HOUR
from serentak.plan.cost import moving_cost
from serentak.routing import stage
from serentak.routing.district import plan_district
from serentak.routing.draft import price
from serentak.routing.precheck import impossible
from serentak.routing.problem import Problem
from serentak.routing.stage import Order, solve_stage
from serentak.routing.trunk import candidates, complete, cover
from serentak.territory.model import District, FleetRow, Tier
from support import Table, broken, district, fleet, guards, place, problem, station, window

SEEDS = range(24)


@dataclass
class Case:
    """A warehouse and its hubs on a grid; every working day is as long as the other."""

    where: District
    travel: Table
    hours: tuple[int, int]

    @cached_property
    def work(self) -> Problem:
        return problem(self.where, "GUDANG", "out", self.travel)

    @property
    def length(self) -> int:
        return self.hours[1] - self.hours[0]


@cache
def make(seed: int, *, short: bool = False, night: bool = False) -> Case:
    rng = random.Random(seed)  # noqa: S311 - a seed, not a secret
    hubs = rng.randint(3, 4) if night else rng.randint(3, 5)
    spots = {"GUDANG": (0, 0)}
    places = [place("GUDANG", "warehouse", "", 101.0, 0.0, handling=rng.choice([900, 1800]))]
    stations = []
    for n in range(1, hubs + 1):
        name, code = f"PPK-{n}", f"14.01.0{n}.2001"
        reach = 40 if night else 12
        spots[name] = (rng.randint(1, reach), rng.randint(-reach, reach))
        places.append(place(name, "ppk", "GUDANG", 101.0 + n / 10, 0.0, village=code, night=night))
        many = range(1, rng.randint(2, 8))
        stations += [station(code, k, 101.0, 0.0, name, voters=rng.randint(50, 600)) for k in many]

    def seconds(a: str, b: str) -> int:
        return 120 + 300 * (abs(spots[a][0] - spots[b][0]) + abs(spots[a][1] - spots[b][1]))

    hours = (6 * HOUR, (rng.choice([9, 10]) if short else 20 if night else rng.choice([11, 14, 18])) * HOUR)
    last = "H-4" if (short or rng.random() < 0.5) else "H-3"
    # The window holds whole working days, so that the hours alone bind.
    tier = Tier(window("H-5 06:00", f"{last} 23:00"), hours, rng.choice(["run", "none"]))
    trucks = [fleet("truk", "GUDANG", "truck", rng.randint(1, 2), rng.choice([16, 24, 40]), cost_day=1_500_000, row=2)]
    if not night and rng.random() < 0.4:
        trucks.append(fleet("engkel", "GUDANG", "truck", 1, 18, cost_day=700_000, cost_km=2000, row=3))
    teams = sum(row.teams for row in trucks)
    escorts = [guards("polri", "GUDANG", teams)]
    where = district(places, stations, trucks, escorts, out={"ppk": tier})
    return Case(where, Table(seconds), hours)


# The same by enumeration.


def partitions(items: list[int]) -> Iterator[list[tuple[int, ...]]]:
    if not items:
        yield []
        return
    first, *rest = items
    for mask in range(2 ** len(rest)):
        group = (first, *(item for n, item in enumerate(rest) if mask >> n & 1))
        if len(group) <= 4:
            for others in partitions([item for item in rest if item not in group]):
                yield [group, *others]


def drive(work: Problem, order: tuple[int, ...]) -> int:
    seconds = work.seconds["truck", 1.0]
    path = [0, *(work.tasks[task].child + 1 for task in order), 0]
    return sum(seconds[a][b] for a, b in pairwise(path))


def shortest(work: Problem, group: tuple[int, ...]) -> int:
    known = work.__dict__.setdefault("shortest", {})
    if group not in known:
        known[group] = min(drive(work, order) for order in permutations(group))
    return known[group]


def occupied(work: Problem, group: tuple[int, ...]) -> int:
    service = sum(work.child(task).service(work.tasks[task].boxes) for task in group)
    return work.spec.base.handling + shortest(work, group) + service


def fits(work: Problem, row: FleetRow, group: tuple[int, ...]) -> bool:
    return sum(work.tasks[task].boxes for task in group) <= row.team * row.boxes


def day_cost(case: Case, row: FleetRow) -> int:
    return row.team * row.cost_day + (750_000 if case.where.out["ppk"].escort == "run" else 0)


def choices(case: Case, tasks: list[int]) -> Iterator[list[tuple[FleetRow, tuple[int, ...]]]]:
    """Give every way to make runs of the tasks, each with its fleet row."""
    work = case.work
    for groups in partitions(tasks):
        able = [
            [row for row in case.where.fleet if fits(work, row, group) and occupied(work, group) <= case.length]
            for group in groups
        ]
        for rows in product(*able):
            yield list(zip(rows, groups, strict=True))


def price_of(work: Problem, runs: list[tuple[FleetRow, tuple[int, ...]]]) -> int:
    return sum(moving_cost(row, shortest(work, group), shortest(work, group)) for row, group in runs)


def team_days(case: Case, row: FleetRow) -> int:
    return row.teams * len(case.work.spec.days())


def cheapest_cover(case: Case, tasks: list[int]) -> int | None:
    """Give the least cost where a row's runs need only fit the sum of its team-days: what the cover promises."""
    best = None
    for runs in choices(case, tasks):
        cost = price_of(case.work, runs)
        for row in case.where.fleet:
            seconds = sum(occupied(case.work, group) for own, group in runs if own == row)
            days = -(-seconds // case.length)
            if days > team_days(case, row):
                break
            cost += days * day_cost(case, row)
        else:
            best = cost if best is None else min(best, cost)
    return best


def cheapest_plan(case: Case, tasks: list[int]) -> int | None:
    """Give the least cost where every run has its place in one team's day."""
    best = None
    for runs in choices(case, tasks):
        cost = price_of(case.work, runs)
        for row in case.where.fleet:
            sizes = [occupied(case.work, group) for own, group in runs if own == row]
            days = fewest_days(sizes, case.length)
            if days > team_days(case, row):
                break
            cost += days * day_cost(case, row)
        else:
            best = cost if best is None else min(best, cost)
    return best


def fewest_days(sizes: list[int], length: int) -> int:
    """Give the fewest days of one length that hold all sizes, by trying every place for each."""

    def put(left: list[int], days: list[int]) -> int:
        if not left:
            return len(days)
        best = put(left[1:], [*days, left[0]])
        for n in range(len(days)):
            if days[n] + left[0] <= length:
                best = min(best, put(left[1:], [*days[:n], days[n] + left[0], *days[n + 1 :]]))
        return best

    return put(sizes, [])


def possible(case: Case) -> list[int]:
    return [task for task in range(len(case.work.tasks)) if task not in impossible(case.work)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cover_is_the_optimum_and_a_bound_on_every_plan(seed):
    case = make(seed)
    tasks = possible(case)
    assert 3 <= len(tasks) <= 9
    if len(tasks) > 7:
        pytest.skip("too many parts to enumerate")
    found = cover(case.work, tasks, candidates(case.work, tasks))
    optimum = cheapest_cover(case, tasks)
    assert (found is None) == (optimum is None)
    if found is None:
        return
    assert found.proven
    assert abs(found.bound - optimum) <= 2  # HiGHS works in floating point, to a ten-millionth
    assert sorted(task for run in found.chosen for task in run.timed.order) == tasks
    best = cheapest_plan(case, tasks)
    assert best is None or found.bound <= best + 2
    solved = solve_stage(Order(case.work, 50, 1))
    cost = price(solved.drafts).rupiah
    done = sorted(task for draft in solved.drafts for task in draft.timed.order)
    if best is None:
        assert done != tasks
    else:
        assert done == tasks
        assert best <= cost
        assert cost == best
        if complete(case.work, tasks):
            assert found.bound <= solved.bound.packed == cost
        else:
            assert solved.bound is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_list_is_complete_only_if_longer_runs_carry_nothing_new(seed, most):
    case = make(seed)
    tasks = possible(case)
    if complete(case.work, tasks, most):
        shorter, longer = (candidates(case.work, tasks, most=parts) for parts in (most, most + 1))
        assert len(shorter) == len(longer)


@pytest.mark.parametrize("seed", SEEDS)
def test_scarce_days_leave_the_fewest_voters_unserved(seed):
    case = make(seed, short=True)
    one = tuple(replace(row, count=1) for row in case.where.fleet[:1])
    case = replace(case, where=replace(case.where, fleet=one, escorts=(guards("polri", "GUDANG", 1),)))
    work, tasks = case.work, possible(case)
    if len(tasks) > 7:
        pytest.skip("too many parts to enumerate")
    found = cover(work, tasks, candidates(work, tasks), optional=True)
    done = {task for run in found.chosen for task in run.timed.order}
    lost = sum(work.tasks[task].voters + 1 for task in tasks if task not in done)
    assert lost == fewest(case, tasks, cheapest_cover)
    solved = solve_stage(Order(work, 50, 1))
    served = {task for draft in solved.drafts for task in draft.timed.order}
    packed = sum(work.tasks[task].voters + 1 for task in tasks if task not in served)
    assert packed >= fewest(case, tasks, cheapest_plan)
    assert packed == fewest(case, tasks, cheapest_plan)
    assert {solved.undone[task].reason for task in tasks if task not in served} <= {"fleet_short", "escort_short"}


def fewest(case: Case, tasks: list[int], cheapest) -> int:
    best = 10**9
    for mask in range(2 ** len(tasks)):
        left = sum(case.work.tasks[task].voters + 1 for n, task in enumerate(tasks) if not mask >> n & 1)
        chosen = [task for n, task in enumerate(tasks) if mask >> n & 1]
        if left < best and cheapest(case, chosen) is not None:
            best = left
    return best


@pytest.mark.parametrize("seed", range(8))
def test_a_night_out_is_used_only_where_no_day_is_long_enough(seed):
    case = make(seed, night=True)
    plan = plan_district(case.where, "draft", travel=case.travel, jobs=1)
    assert broken(plan, case.where, case.travel) == []
    for run in plan.stages[0].runs:
        slept = [stop for stop in run.stops if (stop.depart - case.hours[0]) % DAY == 0]
        assert run.return_ <= run.day * DAY + case.hours[1] or slept


def ten_hubs(boxes: int, apart: float = 0.1, away: float = 0.0) -> District:
    """Make a warehouse with trucks of so many boxes and ten hubs, the last so far that its truck stays the night."""
    places = [place("GUDANG", "warehouse", "", 101.0, 0.0)]
    stations = []
    for n in range(1, 11):
        spot = (102.5, 0.0) if n == 10 else (101.0 + away + n % 3 * apart, n // 3 * apart)
        code = f"14.01.{n:02}.2001"
        places.append(place(f"PPK-{n}", "ppk", "GUDANG", *spot, village=code))
        stations += [station(code, k, *spot, f"PPK-{n}") for k in (1, 2)]
    pickups = [fleet("pikap", f"PPK-{n}", "pickup", 1, 20, first=n, row=10 + n) for n in range(1, 11)]
    trucks = [fleet("truk", "GUDANG", "truck", 3, boxes, cost_day=1_500_000)]
    return district(places, stations, [*trucks, *pickups], [guards("polri", "GUDANG", 3)])


@pytest.mark.parametrize(("listed", "weighed"), [(10**6, 60), (60, 60), (60, 10)])
def test_more_parts_than_can_be_enumerated_still_go_out_whole(monkeypatch, listed, weighed):
    monkeypatch.setattr(stage, "MOST_LISTED", listed)
    monkeypatch.setattr(stage, "MOST_CANDIDATES", weighed)
    where = ten_hubs(30)
    plan = plan_district(where, "draft", jobs=1)
    assert broken(plan, where) == []
    assert not plan.unserved


def test_where_runs_of_many_parts_are_cheapest_few_shorter_ones_are_listed(monkeypatch):
    limits = []

    def listing(problem, tasks, limit, *most):
        limits.append(limit)
        return candidates(problem, tasks, limit, *most)

    monkeypatch.setattr(stage, "candidates", listing)
    where = ten_hubs(200, 0.02, 0.4)
    plan = plan_district(where, "standard", jobs=1)
    assert broken(plan, where) == []
    assert not plan.unserved
    trunks = [own for own in plan.stages if own.base == "GUDANG"]
    assert max(len(run.stops) for own in trunks for run in own.runs) > 4
    assert set(limits) == {stage.FEW_CANDIDATES}
    assert all(own.bound is None for own in trunks)


def test_two_solutions_of_one_stage_are_the_same():
    case = make(3)
    first, second = (solve_stage(Order(case.work, 50, 1)) for _ in range(2))
    assert first == second
