"""Times of one run, each worked out by hand. Legs take an hour unless said otherwise; loading takes half of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serentak.base.clock import DAY, HOUR
from serentak.routing.timing import opening, path_metres, time_run
from serentak.territory.model import Tier
from support import Table, district, fleet, place, problem, station, window

HALF = HOUR // 2
SHIFT = (6 * HOUR, 20 * HOUR)


def hubs(*, legs=None, count=2, direction="out", **more):
    """Make a trunk problem of hubs H1, H2 … with one station each; unloading takes 20 minutes and 20 s a box."""
    table = Table(lambda a, b: (legs or {}).get((a, b), (legs or {}).get((b, a), HOUR)))
    places = [place("W", "warehouse", "", 101.0, 0.0, handling=HALF)]
    places += [place(f"H{n}", "ppk", "W", 101.0, 0.0, village=f"14.01.0{n}.2001", **more) for n in range(1, count + 1)]
    stations = [station(f"14.01.0{n}.2001", 1, 101.0, 0.0, f"H{n}") for n in range(1, count + 1)]
    out = {"ppk": Tier(window("H-5 06:00", "H-2 18:00"), SHIFT, "none")}
    where = district(places, stations, [fleet("truk", "W", "truck", 1, 40)], out=out)
    return problem(where, "W", direction, table)


def timed(work, order, day=-5, busy=None, shift_of=None):
    row = work.spec.fleet[0]
    return time_run(work, row, order, day, shift_of or (lambda d: work.spec.shift(d, row)), busy)


START = -5 * DAY + 6 * HOUR
UNLOADING = 1200 + 4 * 20


def test_a_run_leaves_after_loading_and_every_time_follows():
    run = timed(hubs(), (0, 1))
    first = START + HALF + HOUR
    second = first + UNLOADING + HOUR
    assert run.depart == START + HALF
    assert run.halts == ((first, first + UNLOADING, first + UNLOADING), (second, *[second + UNLOADING] * 2))
    assert run.back == second + UNLOADING + HOUR
    assert (run.seconds, run.metres) == (3 * HOUR, 3 * HOUR)
    assert (run.first_day, run.last_day) == (-5, -5)


def test_loading_waits_for_the_team_and_for_the_goods():
    work = hubs()
    assert timed(work, (0,), busy=START + 5 * HOUR).depart == START + 5 * HOUR + HALF
    late = replace(work, tasks=tuple(replace(task, free=START + 2 * HOUR) for task in work.tasks))
    assert timed(late, (0,)).depart == START + 2 * HOUR + HALF


def test_no_departure_before_the_window():
    where = hubs()
    spec = replace(where.spec, children=tuple(replace(c, earliest=START + 3 * HOUR) for c in where.spec.children))
    assert timed(replace(where, spec=spec), (0,)).depart == START + 3 * HOUR


def test_it_waits_loaded_at_the_base_rather_than_at_a_closed_place():
    run = timed(hubs(hours=(12 * HOUR, 16 * HOUR)), (0,))
    assert run.halts[0][0] == START + 6 * HOUR
    assert run.depart == START + 5 * HOUR


def test_only_later_stops_wait_on_the_road():
    work = hubs(hours=(12 * HOUR, 16 * HOUR))
    spec = replace(work.spec, children=(replace(work.spec.children[0], hours=None), work.spec.children[1]))
    run = timed(replace(work, spec=spec), (0, 1))
    assert run.depart == START + HALF
    assert run.halts[1][1] == START + 6 * HOUR + UNLOADING
    assert run.halts[1][0] == START + HALF + HOUR + UNLOADING + HOUR


@pytest.mark.parametrize(("one_way", "nights"), [(6 * HOUR, 0), (7 * HOUR, 1), (13 * HOUR, 1), (14 * HOUR, None)])
def test_a_night_where_the_way_home_no_longer_fits(one_way, nights):
    run = timed(hubs(legs={("W", "H1"): one_way}), (0,))
    if nights is None:
        assert run is None
        return
    assert run.last_day - run.first_day == nights
    if nights:
        assert run.halts[0][2] == -4 * DAY + 6 * HOUR
        assert run.back == -4 * DAY + 6 * HOUR + one_way


def test_no_night_where_none_is_allowed_or_the_stage_is_no_trunk():
    far = {("W", "H1"): 7 * HOUR}
    assert timed(hubs(legs=far, night=False), (0,)) is None
    work = hubs(legs=far)
    assert timed(replace(work, spec=replace(work.spec, overnight=False)), (0,)) is None


def test_no_night_before_a_day_off():
    work = hubs(legs={("W", "H1"): 7 * HOUR})
    row = work.spec.fleet[0]
    assert timed(work, (0,), shift_of=lambda d: work.spec.shift(d, row) if d == -5 else None) is None
    assert timed(work, (0,), shift_of=lambda _d: None) is None


def test_a_night_between_two_stops():
    far = {("W", "H1"): 7 * HOUR, ("H1", "H2"): 6 * HOUR, ("W", "H2"): 7 * HOUR}
    run = timed(hubs(legs=far), (0, 1))
    assert run.halts[0][2] == -4 * DAY + 6 * HOUR
    assert run.halts[1][0] == -4 * DAY + 12 * HOUR
    assert run.last_day == -4


def test_one_second_too_late_is_too_late():
    work = hubs()
    arrival = timed(work, (0,)).halts[0][0]
    for closes, fits in ((arrival, True), (arrival - 1, False)):
        spec = replace(work.spec, children=tuple(replace(c, closes=closes) for c in work.spec.children))
        assert (timed(replace(work, spec=spec), (0,)) is not None) == fits


def test_the_return_must_be_home_in_time():
    work = hubs(direction="back")
    run = timed(work, (0,), day=2)
    for due, fits in ((run.back, True), (run.back - 1, False)):
        spec = replace(work.spec, children=tuple(replace(c, home_by=due) for c in work.spec.children))
        assert (timed(replace(work, spec=spec), (0,), day=2) is not None) == fits


def test_no_way_is_never_a_short_way():
    assert timed(hubs(legs={("W", "H1"): -1}), (0,)) is None
    assert timed(hubs(legs={("H1", "H2"): -1}), (0, 1)) is None
    assert timed(hubs(legs={("H1", "H2"): -1}), (0,)) is not None


def test_the_path_is_measured_from_base_to_base():
    work = hubs(legs={("W", "H1"): 10, ("H1", "H2"): 200, ("W", "H2"): 3000})
    assert path_metres(work, work.spec.fleet[0], (0, 1)) == 3210
    assert path_metres(work, work.spec.fleet[0], (1,)) == 6000


@pytest.mark.parametrize(
    ("hours", "arrival", "start"),
    [
        (None, 3 * HOUR, 3 * HOUR),
        ((8 * HOUR, 16 * HOUR), 3 * HOUR, 8 * HOUR),
        ((8 * HOUR, 16 * HOUR), 9 * HOUR, 9 * HOUR),
        ((8 * HOUR, 16 * HOUR), 16 * HOUR, 16 * HOUR),
        ((8 * HOUR, 16 * HOUR), 16 * HOUR + 1, DAY + 8 * HOUR),
        ((20 * HOUR, 30 * HOUR), DAY + 3 * HOUR, DAY + 3 * HOUR),
        ((20 * HOUR, 30 * HOUR), DAY + 7 * HOUR, DAY + 20 * HOUR),
        ((8 * HOUR, 16 * HOUR), -20 * HOUR, -16 * HOUR),
    ],
)
def test_opening_hours(hours, arrival, start):
    child = replace(hubs().spec.children[0], hours=hours)
    assert opening(child, -10 * DAY, arrival) == start


def test_goods_that_are_not_ready_open_no_door():
    child = replace(hubs().spec.children[0], hours=None)
    assert opening(child, 5 * HOUR, 3 * HOUR) == 5 * HOUR
