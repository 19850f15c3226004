"""A vehicle-day saved where whole runs do not pack, but their stations do."""

from __future__ import annotations

import random

import pytest

from serentak.base.clock import HOUR
from serentak.routing.draft import Draft
from serentak.routing.lastmile import Tour
from serentak.routing.problem import Problem
from serentak.routing.roster import crews
from serentak.routing.squeeze import squeezed
from serentak.routing.stage import timed_tours
from serentak.routing.trunk import work
from serentak.territory.model import District, Station, Tier
from support import district, fleet, place, problem, station, window

START = 6 * HOUR


def desa(stations: list[Station], hours: tuple[int, int]) -> District:
    """One hub with three vehicles of 20 boxes, which work so long."""
    places = [place("W", "warehouse", "", 101.0, 0.0), place("P", "ppk", "W", 101.1, 0.0)]
    vehicles = [fleet("truk", "W", "truck", 1, 150, row=99), fleet("pikap", "P", "pickup", 3, 20)]
    tiers = {
        "tps": Tier(window("H-1 06:00", "H-1 20:00"), hours, "none"),
        "ppk": Tier(window("H-9 06:00", "H-2 20:00"), (START, 20 * HOUR), "none"),
    }
    return district(places, stations, vehicles, out=tiers)


def around(many: int, seed: int) -> list[Station]:
    rng = random.Random(seed)  # noqa: S311 - a seed, not a secret
    return [
        station("14.01.01.2001", n, 101.1 + rng.uniform(-0.06, 0.06), rng.uniform(-0.06, 0.06), "P")
        for n in range(1, many + 1)
    ]


def drafts_of(where: Problem, sizes: tuple[int, ...]) -> list[Draft]:
    """Give the tasks in their order cut into runs, each on a vehicle of its own."""
    (crew,) = crews(where)
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    runs = [tuple(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]
    drafts, broken = timed_tours(where, [Tour(crew, (run,)) for run in runs])
    assert not broken
    return drafts


def at_one_point(hours: int, many: int = 18) -> Problem:
    """Stations of one village, two boxes each, far from the hub; vehicles take ten stations."""
    stations = [station("14.01.01.2001", n, 101.3, 0.0, "P") for n in range(1, many + 1)]
    return problem(desa(stations, (START, START + hours)), "P")


def long_run(stations: int) -> int:
    """What a run to so many stations of the village takes."""
    where = at_one_point(14 * HOUR, stations)
    (draft,) = drafts_of(where, (stations,))
    return work(where, draft.timed)


def test_runs_that_do_not_pack_whole_are_made_of_other_pieces() -> None:
    where = at_one_point(long_run(9))
    drafts = drafts_of(where, (6, 6, 6))
    assert 2 * work(where, drafts[0].timed) > long_run(9)  # no vehicle makes two of them
    tours = squeezed(where, crews(where), drafts)
    assert len(tours) == 2
    held, broken = timed_tours(where, tours)
    assert not broken
    assert sorted(task for draft in held for task in draft.timed.order) == list(range(18))
    assert all(where.carries(draft.row, draft.timed.order) for draft in held)


def test_what_does_not_fit_is_not_squeezed() -> None:
    where = at_one_point(long_run(9) - 1)
    assert squeezed(where, crews(where), drafts_of(where, (6, 6, 6))) == []


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_whatever_the_map(seed: int) -> None:
    generous = problem(desa(around(30, seed), (START, 20 * HOUR)), "P")
    total = sum(work(generous, draft.timed) for draft in drafts_of(generous, (10, 10, 10)))
    where = problem(desa(around(30, seed), (START, START + round(total / 2 * 1.02))), "P")
    tours = squeezed(where, crews(where), drafts_of(where, (10, 10, 10)))
    held, broken = timed_tours(where, tours)
    assert not broken
    assert sorted(task for draft in held for task in draft.timed.order) in ([], list(range(30)))
    assert all(where.carries(draft.row, draft.timed.order) for draft in held)
