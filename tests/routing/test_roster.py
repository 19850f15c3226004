"""Runs of the teams of a crew: remembered, and never those of another team."""

from __future__ import annotations

from itertools import permutations

from serentak.base.clock import DAY, HOUR
from serentak.routing.roster import crew_run, crews, shift_function
from serentak.routing.timing import time_run
from serentak.territory.model import Tier
from support import Table, district, fleet, pin, place, problem, station, window


def trunk(one_way, *, pins=(), count=3):
    """Make a trunk with two trucks and hubs at which they may sleep; loading takes half an hour."""
    places = [place("W", "warehouse", "", 101.0, 0.0, handling=HOUR // 2)]
    places += [
        place(f"H{n}", "ppk", "W", 101.0, 0.0, village=f"14.01.0{n}.2001", night=True) for n in range(1, count + 1)
    ]
    stations = [station(f"14.01.0{n}.2001", 1, 101.0, 0.0, f"H{n}") for n in range(1, count + 1)]
    out = {"ppk": Tier(window("H-5 06:00", "H-2 18:00"), (6 * HOUR, 20 * HOUR), "none")}
    where = district(places, stations, [fleet("truk", "W", "truck", 2, 40)], out=out)
    return problem(where, "W", "out", Table(lambda _a, _b: one_way), pins=pins)


def afresh(work, crew, index, order, busy):
    return time_run(work, crew.row, order, crew.day, shift_function(work, crew, index), busy)


def test_what_is_remembered_is_what_timing_it_again_would_give():
    for one_way in (HOUR, 5 * HOUR, 7 * HOUR, 14 * HOUR):
        work = trunk(one_way)
        for crew in crews(work):
            morning = crew.shift[0]
            for order in [own for size in (1, 2, 3) for own in permutations(range(3), size)]:
                for busy in (None, morning + HOUR, morning + 9 * HOUR):
                    wanted = afresh(work, crew, 0, order, busy)
                    assert crew_run(work, crew, 0, order, busy) == wanted
                    assert crew_run(work, crew, 0, list(order), busy) == wanted


def test_two_teams_alike_today_whose_tomorrow_differs_do_not_share_a_night():
    # The way home falls into the next morning, when the first truck must be done by eight.
    work = trunk(7 * HOUR, pins=(pin("vehicle", "truk#1", not_after="H-4 08:00"),))
    crew = next(own for own in crews(work) if own.day == -5)
    assert crew.names == ("truk#1", "truk#2")
    for index in (0, 1, 0, 1):
        assert crew_run(work, crew, index, (0,)) == afresh(work, crew, index, (0,), None)
    assert crew_run(work, crew, 0, (0,)) is None
    assert crew_run(work, crew, 1, (0,)).back > -4 * DAY + 8 * HOUR
