from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, permutations

import pytest

from serentak.base.clock import DAY, HOUR
from serentak.plan.cost import moving_cost
from serentak.routing.baseline import nearest
from serentak.routing.draft import price
from serentak.routing.lastmile import Tour, quickest_run, route
from serentak.routing.problem import Problem
from serentak.routing.roster import crews
from serentak.routing.stage import Order, nearest_neighbour, solve_stage, timed_tours
from serentak.territory.model import District, Tier
from support import Table, besar, district, fleet, guards, place, problem, station, window

DAYTIME = (6 * HOUR, 20 * HOUR)


def desa(stations, vehicles, escorts=(), *, days="H-1", hours=DAYTIME, escort="none", **more) -> District:
    places = [place("W", "warehouse", "", 101.0, 0.0), place("P", "ppk", "W", 101.1, 0.0)]
    tier = Tier(window(f"{days} 06:00", "H-1 20:00"), hours, escort)
    trucks = [fleet("truk", "W", "truck", 1, 150, row=99)]
    out = {"tps": tier, "ppk": Tier(window("H-9 06:00", "H-2 20:00"), DAYTIME, "none")}
    return district([*places, *more.pop("places", ())], stations, [*trucks, *vehicles], escorts, out=out, **more)


def around(many: int, seed: int = 1, **more):
    rng = random.Random(seed)  # noqa: S311 - a seed, not a secret
    return [
        station("14.01.01.2001", n, 101.1 + rng.uniform(-0.06, 0.06), rng.uniform(-0.06, 0.06), "P", **more)
        for n in range(1, many + 1)
    ]


def solve(work: Problem, patience: int = 200, seed: int = 1):
    return solve_stage(Order(work, patience, seed))


def visited(solved) -> list[int]:
    return sorted(task for draft in solved.drafts for task in draft.timed.order)


# Equal to enumeration.


def partitions(items: list[int], most: int) -> Iterator[list[tuple[int, ...]]]:
    if not items:
        yield []
        return
    first, *rest = items
    for mask in range(2 ** len(rest)):
        group = (first, *(item for n, item in enumerate(rest) if mask >> n & 1))
        if len(group) <= most:
            for others in partitions([item for item in rest if item not in group], most):
                yield [group, *others]


def fewest_days(sizes: list[int], length: int) -> int:
    def put(left: list[int], days: list[int]) -> int:
        if not left:
            return len(days)
        best = put(left[1:], [*days, left[0]])
        for n in range(len(days)):
            if days[n] + left[0] <= length:
                best = min(best, put(left[1:], [*days[:n], days[n] + left[0], *days[n + 1 :]]))
        return best

    return put(sizes, [])


def by_enumeration(work: Problem, length: int, per_run: int) -> tuple[int, int] | None:
    """Give rupiah and vehicle-days of the best way to visit all tasks with alike vehicles, or None."""
    row = work.spec.fleet[0]
    seconds, metres = work.seconds[row.mode, row.speed_factor], work.metres[row.mode, row.speed_factor]

    def tour(group: tuple[int, ...]) -> tuple[int, int, int]:
        def size(order):
            path = [0, *(work.tasks[task].child + 1 for task in order), 0]
            drive, way = sum(seconds[a][b] for a, b in pairwise(path)), sum(metres[a][b] for a, b in pairwise(path))
            return moving_cost(row, way, drive), drive

        cost, drive = min(map(size, permutations(group)))
        service = sum(work.child(task).service(work.tasks[task].boxes) for task in group)
        return cost, drive, work.spec.base.handling + drive + service

    known: dict[tuple[int, ...], tuple[int, int, int]] = {}
    best = None
    for groups in partitions(list(range(len(work.tasks))), per_run):
        for group in groups:
            known.setdefault(group, tour(group))
        if any(known[group][2] > length for group in groups):
            continue
        days = fewest_days([known[group][2] for group in groups], length)
        if days <= row.teams * len(work.spec.days()):
            found = sum(known[group][0] for group in groups) + days * row.team * row.cost_day, days
            best = found if best is None else min(best, found)
    return best


@pytest.mark.parametrize("seed", range(16))
def test_small_cases_equal_plain_enumeration(seed):
    rng = random.Random(seed)  # noqa: S311 - a seed, not a secret
    hours = (6 * HOUR, 6 * HOUR + rng.choice([7200, 10_800, 50_400]))
    room = rng.choice([4, 6, 20])
    where = desa(around(rng.randint(3, 6), seed), [fleet("pikap", "P", "pickup", 3, room)], hours=hours)
    work = problem(where, "P")
    best = by_enumeration(work, hours[1] - hours[0], room // 2)
    solved = solve(work)
    if best is None:
        assert solved.undone
        return
    assert not solved.undone
    sums = price(solved.drafts)
    # PyVRP counts in whole units of ten rupiah, so the last few may differ.
    assert best[0] <= sums.rupiah <= best[0] + 100
    assert sums.vehicle_days == best[1]


def test_the_same_seed_gives_the_same_tours_and_another_may_not_be_worse_than_nearest_neighbour():
    work = problem(desa(around(25), [fleet("pikap", "P", "pickup", 3, 20)]), "P")
    everyone = list(range(25))
    assert route(work, everyone, 100, 7) == route(work, everyone, 100, 7)
    plain = price(nearest_neighbour(Order(work, 0, 1)).drafts).rupiah
    for seed in (1, 2, 3):
        assert price(solve(work, 100, seed).drafts).rupiah <= plain


def test_no_run_is_overloaded_by_boxes_weight_or_volume():
    base = {"boxes": 20, "grams": 10**9, "millilitres": 10**9}
    weigh = problem(desa(around(9), [fleet("pikap", "P", "pickup", 3, 20)]), "P").tasks
    heaviest, largest = max(t.grams for t in weigh), max(t.millilitres for t in weigh)
    for limit in ({"boxes": 5}, {"grams": 2 * heaviest + 1}, {"millilitres": 2 * largest + 1}):
        figures = base | limit
        row = fleet("pikap", "P", "pickup", 3, figures.pop("boxes"), **figures)
        solved = solve(problem(desa(around(9), [row]), "P"))
        assert visited(solved) == list(range(9))
        assert max(len(draft.timed.order) for draft in solved.drafts) == 2


def test_a_mode_goes_only_where_it_can():
    stations = around(8)
    stations = [replace(s, access=("boat", "motorbike") if n % 3 == 0 else ()) for n, s in enumerate(stations)]
    vehicles = [fleet("pikap", "P", "pickup", 2, 20), fleet("motor", "P", "motorbike", 4, 1, team=2, row=3)]
    work = problem(desa(stations, vehicles), "P")
    solved = solve(work)
    assert visited(solved) == list(range(8))
    for draft in solved.drafts:
        if draft.row.mode == "pickup":
            assert not {0, 3, 6} & set(draft.timed.order)


def test_guarded_stations_are_visited_by_escorted_teams_and_only_one_team_has_the_escort():
    stations = [replace(s, police_class="khusus" if n in {1, 4} else "") for n, s in enumerate(around(8))]
    work = problem(desa(stations, [fleet("pikap", "P", "pickup", 3, 6)], [guards("polri", "P", 1)]), "P")
    solved = solve(work)
    assert visited(solved) == list(range(8))
    escorted = {draft.vehicle for draft in solved.drafts if draft.escort}
    assert len(escorted) == 1
    for draft in solved.drafts:
        assert draft.escort or not {1, 4} & set(draft.timed.order)


def test_fewer_escorts_than_vehicles_means_fewer_vehicles_on_the_road():
    work = problem(desa(around(8), [fleet("pikap", "P", "pickup", 5, 6)], [guards("polri", "P", 2)], escort="run"), "P")
    solved = solve(work)
    assert all(draft.escort for draft in solved.drafts)
    assert len({draft.vehicle for draft in solved.drafts}) <= 2


def test_two_kinds_of_vehicle_that_both_need_the_one_escort_take_turns():
    stations = [replace(s, access=("boat",) if n < 2 else ("pickup",)) for n, s in enumerate(around(4))]
    vehicles = [fleet("pikap", "P", "pickup", 1, 20), fleet("perahu", "P", "boat", 1, 20, row=3)]
    work = problem(desa(stations, vehicles, [guards("polri", "P", 1)], escort="run", days="H-2"), "P")
    solved = solve(work)
    assert visited(solved) == [0, 1, 2, 3]
    assert len({draft.timed.first_day for draft in solved.drafts}) == 2


def test_opening_hours_hold_on_each_of_several_days():
    pps = [
        place(f"S{n}", "pps", "P", 101.1 + n / 50, 0.0, village=f"14.01.01.200{n}", hours=(8 * HOUR, 9 * HOUR))
        for n in range(1, 6)
    ]
    stations = [station(f"14.01.01.200{n}", k, 101.1 + n / 50, 0.0, f"S{n}") for n in range(1, 6) for k in range(1, 10)]
    motors = [fleet("motor", f"S{n}", "motorbike", 2, 4, row=20 + n) for n in range(1, 6)]
    tier = Tier(window("H-5 06:00", "H-1 20:00"), DAYTIME, "none")
    where = desa(stations, [fleet("pikap", "P", "pickup", 1, 20), *motors], places=pps)
    where = replace(where, out=where.out | {"pps": tier})
    solved = solve(problem(where, "P"))
    assert not solved.undone
    assert len({draft.timed.first_day for draft in solved.drafts}) > 1
    for draft in solved.drafts:
        for arrive, done, _depart in draft.timed.halts:
            assert done - 1200 - 18 * 20 >= arrive
            assert 8 * HOUR <= (done - 1200 - 18 * 20) % DAY <= 9 * HOUR


def test_nothing_is_loaded_before_it_is_free():
    work = problem(desa(around(6), [fleet("pikap", "P", "pickup", 1, 20)]), "P")
    noon = -DAY + 12 * HOUR
    late = replace(work, tasks=tuple(replace(t, free=noon if n < 2 else t.free) for n, t in enumerate(work.tasks)))
    solved = solve(late)
    assert visited(solved) == list(range(6))
    for draft in solved.drafts:
        if {0, 1} & set(draft.timed.order):
            assert draft.timed.depart >= noon + 1200


def test_goods_that_are_free_too_late_are_impossible_and_say_so():
    work = problem(desa(around(3), [fleet("pikap", "P", "pickup", 1, 20)]), "P")
    evening = -DAY + 20 * HOUR
    late = replace(work, tasks=(replace(work.tasks[0], free=evening), *work.tasks[1:]))
    solved = solve(late)
    assert set(solved.undone) == {0}
    assert solved.undone[0].reason == "window"
    assert solved.undone[0].earliest > evening


def test_the_return_waits_for_the_count_and_is_home_in_time():
    stations = [replace(s, voters=100 * n) for n, s in enumerate(around(6), 1)]
    work = problem(desa(stations, [fleet("pikap", "P", "pickup", 1, 20)]), "P", "back")
    solved = solve(work)
    assert visited(solved) == list(range(6))
    for draft in solved.drafts:
        assert draft.timed.back <= DAY + 12 * HOUR
        for task, (arrive, done, _depart) in zip(draft.timed.order, draft.timed.halts, strict=True):
            assert arrive <= done - 540
            assert done - 540 >= 14 * HOUR + 20 * 2 * 100 * (task + 1)


def test_a_place_without_a_way_is_left_out_and_the_rest_is_served():
    stations = around(4)
    no_way = stations[2].id
    table = Table(lambda a, b: -1 if no_way in {a, b} else 900)
    work = problem(desa(stations, [fleet("pikap", "P", "pickup", 1, 20)]), "P", travel=table)
    solved = solve(work)
    assert visited(solved) == [0, 1, 3]
    assert solved.undone[2].reason == "no_way"


def test_nothing_to_do_and_nobody_to_do_it():
    work = problem(desa(around(2), [fleet("pikap", "P", "pickup", 1, 20)]), "P")
    assert route(work, [], 10, 1) == []
    assert route(work, [0, 1], 10, 1, everyone=[]) == []


def test_nearest_neighbour_goes_to_the_nearest_and_returns_when_full():
    spots = {"P": 0, "a": 10, "b": 25, "c": 45, "d": -20}
    stations = [station("14.01.01.2001", n, 101.1, 0.0, "P") for n in range(1, 5)]
    names = {s.id: spots[key] for s, key in zip(stations, "abcd", strict=True)} | {"P": 0}
    table = Table(lambda a, b: 60 * abs(names[a] - names[b]))
    work = problem(desa(stations, [fleet("pikap", "P", "pickup", 1, 4)]), "P", travel=table)
    (tour,) = nearest(work, range(4), crews(work))
    assert tour.runs == ((0, 1), (3, 2))
    drafts, failed = timed_tours(work, [tour])
    assert failed == []
    assert [draft.timed.order for draft in drafts] == [(0, 1), (3, 2)]


def test_every_stage_of_the_rich_district_beats_or_equals_nearest_neighbour():
    for base in ("PPK-A", "PPK-B", "PPK-C", "PPS-B", "DERMAGA"):
        work = problem(besar(), base)
        plain, found = nearest_neighbour(Order(work, 0, 1)), solve(work)
        assert len(found.undone) <= len(plain.undone)
        if len(found.undone) == len(plain.undone):
            assert price(found.drafts).rupiah <= price(plain.drafts).rupiah


def test_a_start_with_more_runs_than_the_shift_holds_now_is_cut_and_searched_from():
    """What was issued may no longer fit where ways have become slower; a re-plan begins from it all the same."""
    where = desa(around(4), [fleet("pikap", "P", "pickup", 4, 4)], hours=(6 * HOUR, 6 * HOUR + 3900))
    work = problem(where, "P")
    crew = crews(work)[0]
    assert crew.shift[1] - crew.shift[0] < 2 * quickest_run(work, [1, 2, 3])
    tours = route(work, [1, 2, 3], 100, 1, start=[Tour(crew, ((1,), (2, 3)))], restart=False)
    assert sorted(task for tour in tours for run in tour.runs for task in run) == [1, 2, 3]
    assert {len(tour.runs) for tour in tours} == {1}
