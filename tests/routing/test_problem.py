from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serentak.plan.stages import Unit
from serentak.routing.problem import cut, fits, join
from support import besar, fleet, kecil, problem


def kit(name: str, boxes: int, grams: int = 0) -> Unit:
    return Unit(name, (name,), boxes, grams or boxes * 10_000, boxes * 50_000, boxes * 100)


def village(name: str, sizes: list[int]) -> tuple[Unit, dict[str, Unit]]:
    kits = {f"{name}-{n:03}": kit(f"{name}-{n:03}", boxes) for n, boxes in enumerate(sizes, 1)}
    return join(name, list(kits.values())), kits


def parts(sizes: list[list[int]], room: int, **more) -> list[tuple[str, ...]]:
    units, single = [], {}
    for n, kits in enumerate(sizes):
        unit, own = village(f"v{n}", kits)
        units.append(unit)
        single |= own
    made = cut(units, [fleet("truk", "W", "truck", 1, room, **more)], single)
    return [tuple(unit.name for unit in part) for part in made]


def test_first_fit_decreasing_over_whole_villages():
    # 7, 6, 5, 4, 3 into tens: 7+3, 6+4, 5.
    assert parts([[3], [4], [5], [6], [7]], 10) == [("v4", "v0"), ("v3", "v1"), ("v2",)]


def test_equal_villages_keep_the_order_of_their_codes():
    assert parts([[5], [5], [5]], 10) == [("v0", "v1"), ("v2",)]


def test_only_a_village_that_exceeds_a_run_is_divided_by_station_number():
    assert parts([[2, 2, 2], [1]], 4) == [("v0-001", "v0-002"), ("v0-003", "v1")]


def test_the_rest_of_a_divided_village_travels_with_others():
    assert parts([[2, 2, 2], [2]], 4) == [("v0-001", "v0-002"), ("v0-003", "v1")]


def test_a_kit_too_large_for_every_run_stands_alone():
    assert parts([[2, 9, 2]], 4) == [("v0-002",), ("v0-001", "v0-003")]


def test_a_team_carries_as_many_times_as_it_has_vehicles():
    row = fleet("ojek", "W", "motorbike", 4, 1, team=2)
    assert fits(row, [kit("a", 2)])
    assert not fits(row, [kit("a", 3)])


@pytest.mark.parametrize("limit", ["grams", "millilitres"])
def test_weight_and_volume_cut_as_boxes_do(limit):
    tight = {"grams": 45_000, "millilitres": 225_000}
    assert parts([[2], [2], [2]], 99, **{limit: tight[limit]}) == [("v0", "v1"), ("v2",)]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    sizes=st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=8), min_size=1, max_size=6),
    rooms=st.lists(st.integers(1, 20), min_size=1, max_size=2),
)
def test_nothing_is_lost_nothing_doubled_and_all_that_can_fit_fits(sizes, rooms):
    units, single = [], {}
    for n, kits in enumerate(sizes):
        unit, own = village(f"v{n}", kits)
        units.append(unit)
        single |= own
    rows = [fleet("truk", "W", "truck", 1, room) for room in rooms]
    made = cut(units, rows, single)
    names = [name for part in made for unit in part for name in unit.stations]
    assert sorted(names) == sorted(single)
    room = max(rooms)
    for part in made:
        boxes = sum(unit.boxes for unit in part)
        assert boxes <= room or (len(part) == 1 and len(part[0].stations) == 1)
    for unit in units:
        holders = [part for part in made if any(set(own.stations) & set(unit.stations) for own in part)]
        if unit.boxes <= room:
            assert len(holders) == 1
    # First fit: no part would have fitted whole into an earlier one.
    loads = [sum(unit.boxes for unit in part) for part in made]
    first = [part[0].boxes for part in made]
    assert all(loads[a] + first[b] > room for b in range(len(made)) for a in range(b) if len(made[b]) == 1)


def test_the_tasks_of_the_rich_district():
    work = problem(besar(), "GUDANG")
    assert sum(task.boxes for task in work.tasks) == 46 * 2 + 3 * 2
    assert max(task.boxes for task in work.tasks) <= 40
    at_a = [task for n, task in enumerate(work.tasks) if work.child(n).id == "PPK-A"]
    assert [task.boxes for task in at_a] == [40, 18]


def test_goods_that_never_came_do_not_travel():
    full = problem(kecil(), "PPK-CONTOH")
    fewer = problem(kecil(), "PPK-CONTOH", missing=["14.01.08.2001-001", "14.01.08.2003-002", "14.01.08.2004-001"])
    assert len(full.tasks) == len(fewer.tasks) + 1
    assert [task.boxes for n, task in enumerate(fewer.tasks) if fewer.child(n).id == "DERMAGA-CONTOH"] == [4]
    jetty = next(task for n, task in enumerate(fewer.tasks) if fewer.child(n).id == "DERMAGA-CONTOH")
    assert [unit.stations for unit in jetty.units] == [("14.01.08.2003-001",), ("14.01.08.2004-002",)]


def test_goods_are_free_when_the_last_of_them_came():
    late = {"14.01.08.2003-002": 77, "14.01.08.2003-001": 5}
    work = problem(kecil(), "PPK-CONTOH", available=late)
    jetty = next(task for n, task in enumerate(work.tasks) if work.child(n).id == "DERMAGA-CONTOH")
    assert jetty.free == 77


def test_a_place_opens_on_the_return_when_all_its_goods_are_handled():
    work = problem(kecil(), "PPK-CONTOH", "back", ready={"DERMAGA-CONTOH": 66_666})
    jetty = next(task for n, task in enumerate(work.tasks) if work.child(n).id == "DERMAGA-CONTOH")
    assert jetty.opens == 66_666
