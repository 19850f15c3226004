from __future__ import annotations

import json
from typing import ClassVar

import numpy as np
import pytest

from serentak.travel import UNREACHABLE, CrowFlight, Point
from serentak.travel.closures import Closure, crossing, edges_of, under
from serentak.travel.graph import Graph
from serentak.travel.remembered import remembered

POINTS = [Point("a", 101.0, 0.3), Point("b", 101.1, 0.3), Point("c", 101.1, 0.4)]
AB, AC, BC = (0, 1), (0, 2), (1, 2)


def square(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def seconds(*closures, mode="truck"):
    return under(CrowFlight("lowland"), closures).legs(POINTS, mode).seconds


FREE = seconds()


def test_without_closures_nothing_is_laid_over():
    ways = CrowFlight("lowland")
    assert under(ways, []) is ways


def test_a_leg_is_closed_in_both_directions_and_no_other():
    shut = seconds(Closure(leg=("a", "b")))
    assert shut[0, 1] == shut[1, 0] == UNREACHABLE
    assert shut[AC] == FREE[AC]
    assert shut[BC] == FREE[BC]


def test_a_leg_may_be_closed_in_one_direction():
    shut = seconds(Closure(leg=("a", "b"), oneway=True))
    assert shut[0, 1] == UNREACHABLE
    assert shut[1, 0] == FREE[1, 0]


def test_half_the_speed_takes_twice_as_long_over_the_same_distance():
    slow = under(CrowFlight("lowland"), [Closure(leg=("a", "b"), factor=0.5)]).legs(POINTS, "truck")
    assert slow.seconds[AB] == 2 * FREE[AB]
    assert slow.metres[AB] == CrowFlight("lowland").legs(POINTS, "truck").metres[AB]


def test_the_worst_of_several_counts():
    both = [Closure(leg=("a", "b"), factor=0.5), Closure(leg=("a", "b"))]
    assert seconds(*both)[AB] == seconds(*both[::-1])[AB] == UNREACHABLE


def test_other_modes_are_not_concerned():
    shut = Closure(leg=("a", "b"), modes=("truck",))
    assert seconds(shut)[AB] == UNREACHABLE
    assert seconds(shut, mode="motorbike")[AB] > 0


@pytest.mark.parametrize(
    ("area", "closed"),
    [
        (square(101.04, 0.29, 101.06, 0.31), {AB}),  # across one leg
        (square(100.99, 0.29, 101.01, 0.31), {AB, AC}),  # around a point
        (square(101.01, 0.38, 101.02, 0.40), set()),  # within the corners of a leg, but not on it
        (square(102.0, 0.3, 102.1, 0.4), set()),  # far away
    ],
)
def test_an_area_closes_the_straight_legs_that_touch_it(area, closed):
    shut = seconds(Closure(area=area))
    assert {pair for pair in (AB, AC, BC) if shut[pair] == UNREACHABLE} == closed
    assert (shut == shut.T).all()
    assert (np.diag(shut) == 0).all()
    assert not np.diag(crossing(area, POINTS)).any()


def test_a_closed_way_is_not_drawn():
    ways = under(CrowFlight("lowland"), [Closure(leg=("a", "b"))])
    assert ways.way(POINTS[0], POINTS[1], "truck") is None
    assert ways.way(POINTS[0], POINTS[2], "truck") is not None


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [(None, None, True), (None, 100, False), (None, 101, True), (200, None, True), (201, None, False), (0, 100, False)],
)
def test_a_closure_holds_while_it_lasts(start, end, holds):
    assert Closure(leg=("a", "b"), start=start, end=end).holds(100, 200) is holds


class Roads:
    """A network that only notes what is asked of it."""

    engines: ClassVar[dict[str, str]] = {}

    def __init__(self, graph, said=()):
        self.graph, self.said = graph, said

    def close(self, edges):
        return Roads(self.graph, (*self.said, ("close", tuple(edges))))

    def slow(self, edges, factor):
        return Roads(self.graph, (*self.said, ("slow", tuple(edges), factor)))

    def legs(self, points, mode, speed_factor=1.0):
        self.asked = mode
        legs = CrowFlight("lowland").legs(points, mode, speed_factor)
        return type(legs)(legs.metres, legs.seconds + 1000 * len(self.said))

    def way(self, *_asked):
        return None


def graph():
    """Three edges, of which the first two come from one road, number 7."""
    return Graph(
        lon=np.array([101.0, 101.1, 101.2, 101.3]), lat=np.full(4, 0.3),
        tail=np.array([0, 1, 2], np.int32), head=np.array([1, 2, 3], np.int32), edge=np.arange(3, dtype=np.int32),
        forward=np.ones(3, bool), milliseconds={"truck": np.full(3, 1000)}, metres=np.full(3, 10_000),
        kind=np.zeros(3, np.int16), kinds=("road",), name=np.zeros(3, np.int32), names=("",),
        source=np.array([7, 7, 8]), shape_start=np.array([0, 2, 4, 6]),
        shape_lon=np.array([101.0, 101.1, 101.1, 101.2, 101.2, 101.3]), shape_lat=np.full(6, 0.3),
    )  # fmt: skip


def test_on_a_network_edges_are_closed_and_slowed_by_their_source_or_where_they_run():
    assert edges_of(Closure(edge=7), graph()) == (0, 1)
    assert edges_of(Closure(area=square(101.14, 0.2, 101.16, 0.4)), graph()) == (1,)
    ways = under(Roads(graph()), [Closure(edge=8), Closure(area=square(101.14, 0.2, 101.16, 0.4), factor=0.25)])
    assert ways._open("truck").said == (("slow", (1,), 4.0), ("close", (2,)))
    assert ways.legs(POINTS, "truck").seconds[AB] == FREE[AB] + 2000


def test_a_mode_that_the_network_does_not_know_takes_the_estimate():
    ways = under(Roads(graph()), [Closure(area=square(101.04, 0.29, 101.06, 0.31))])
    assert ways.legs(POINTS, "boat").seconds[AB] == UNREACHABLE


def test_a_network_takes_a_closed_leg_over_its_own():
    ways = under(Roads(graph()), [Closure(leg=("a", "b"))])
    assert ways.legs(POINTS, "truck").seconds[AB] == UNREACHABLE


def test_legs_are_looked_up_once():
    roads = Roads(graph())
    ways = remembered(roads)
    first = ways.legs(POINTS, "truck")
    roads.said = ("changed",)
    assert ways.legs(list(POINTS), "truck") is first
    assert ways.legs(POINTS[:2], "truck").seconds[AB] != first.seconds[AB]


def test_a_network_that_is_remembered_can_still_be_closed_and_each_closure_is_remembered():
    ways = remembered(Roads(graph()))
    closed = under(ways, [Closure(edge=8)])
    assert closed.legs(POINTS, "truck").seconds[AB] == under(ways, [Closure(edge=8)]).legs(POINTS, "truck").seconds[AB]
    assert ways.close([2]) is ways.close([2])
    assert remembered(ways) is ways
