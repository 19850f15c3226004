from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serentak.base.errors import InputError
from serentak.travel import CrowFlight, Point
from serentak.travel.crow import modes, terrains

SPOTS = st.lists(st.tuples(st.floats(95, 141), st.floats(-11, 6)), min_size=1, max_size=5).map(
    lambda spots: [Point(f"p{n}", *spot) for n, spot in enumerate(spots)]
)
ONE_DEGREE = [Point("a", 101.0, 0.0), Point("b", 102.0, 0.0)]
EQUATOR = 111_319.490793
"""Metres of a degree on the equator of WGS84: 6378137 m x pi / 180."""


def test_metres_are_the_geodesic_times_the_winding_and_seconds_follow_from_the_speed():
    legs = CrowFlight("lowland").legs(ONE_DEGREE, "truck")
    assert legs.metres[0, 1] == round(EQUATOR * 1.4) == 155_847
    assert legs.seconds[0, 1] == -(-155_847 * 36 // 300) == 18_702


def test_seconds_are_rounded_up_never_down():
    legs = CrowFlight("lowland").legs(ONE_DEGREE, "truck")
    assert legs.seconds[0, 1] >= legs.metres[0, 1] / (30 / 3.6)
    assert legs.seconds[0, 1] - 1 < legs.metres[0, 1] / (30 / 3.6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(points=SPOTS, terrain=st.sampled_from(terrains()), mode=st.sampled_from(modes()))
def test_tables_are_whole_symmetric_and_zero_on_the_diagonal_only(points, terrain, mode):
    legs = CrowFlight(terrain).legs(points, mode)
    for table in (legs.metres, legs.seconds):
        assert table.dtype.name == "int64"
        assert table.shape == (len(points), len(points))
        assert (table == table.T).all()
        for a in range(len(points)):
            for b in range(len(points)):
                assert (table[a, b] == 0) == (a == b)
    assert all(legs.metres[a, b] >= 400 for a in range(len(points)) for b in range(len(points)) if a != b)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(points=SPOTS.filter(lambda points: len(points) >= 3), terrain=st.sampled_from(terrains()))
def test_no_detour_is_shorter_by_more_than_rounding(points, terrain):
    metres = CrowFlight(terrain).legs(points, "truck").metres
    assert metres[0, 2] <= metres[0, 1] + metres[1, 2] + 2


def test_stations_that_share_one_point_still_cost_time():
    legs = CrowFlight("lowland").legs([Point("a", 101.0, 0.3), Point("b", 101.0, 0.3)], "foot")
    assert legs.metres.tolist() == [[0, 400], [400, 0]]
    assert legs.seconds.tolist() == [[0, 480], [480, 0]]


def test_a_leg_does_not_depend_on_the_points_around_it():
    points = [Point(str(n), 101 + n / 10, n / 7) for n in range(5)]
    whole = CrowFlight("hills").legs(points, "4x4")
    pair = CrowFlight("hills").legs([points[3], points[1]], "4x4")
    assert pair.metres[0, 1] == whole.metres[3, 1]
    assert pair.seconds[0, 1] == whole.seconds[1, 3]


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0, 2.0])
def test_the_speed_factor_changes_time_and_not_distance(factor):
    plain, other = (CrowFlight("lowland").legs(ONE_DEGREE, "boat", f) for f in (1.0, factor))
    assert other.metres[0, 1] == plain.metres[0, 1]
    assert other.seconds[0, 1] == pytest.approx(plain.seconds[0, 1] / factor, abs=1)


def test_every_terrain_knows_every_mode_with_sound_figures():
    for terrain in terrains():
        for mode in modes():
            kmh, winding = CrowFlight(terrain).speed(mode)
            assert 1 <= kmh <= 60
            assert 1.0 <= winding <= 2.5


def test_harder_terrain_is_never_quicker_by_road():
    times = [CrowFlight(name).legs(ONE_DEGREE, "truck").seconds[0, 1] for name in ("lowland", "hills", "mountain")]
    assert times == sorted(times)
    assert len(set(times)) == 3


def test_one_point_and_none():
    assert CrowFlight("river").legs([Point("a", 101.0, 0.0)], "boat").seconds.tolist() == [[0]]
    assert CrowFlight("river").legs([], "boat").seconds.shape == (0, 0)


def test_an_unknown_terrain_is_refused_with_the_choices(english):
    with pytest.raises(InputError) as caught:
        CrowFlight("moon")
    (problem,) = caught.value.problems
    assert (problem.file, problem.column, problem.value) == ("district.toml", "travel.terrain", "moon")
    assert all(name in problem.remedy for name in terrains())


def test_an_unknown_mode_is_no_silent_default():
    with pytest.raises(KeyError):
        CrowFlight("lowland").legs(ONE_DEGREE, "balloon")


def test_the_way_is_the_straight_line_and_names_nothing():
    way = CrowFlight("lowland").way(*ONE_DEGREE, "truck")
    assert way.line == ((101.0, 0.0), (102.0, 0.0))
    assert way.names == ()
