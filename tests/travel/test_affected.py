"""What active sites do to a leg on a network is what closing and slowing its edges by hand does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import STEP, graph
from serentak.travel import searches
from serentak.travel.affected import AffectedRoads
from serentak.travel.dijkstra import Dijkstra
from serentak.travel.hazards import CLOSED, Hazards, Layer, Site
from serentak.travel.protocol import UNREACHABLE, Point
from serentak.travel.road import RoadTravel
from serentak.travel.searches import Searches

SIDE = 4
PACE = ("truck", 0.9)
LAYERS = tuple(
    Layer(name, "flood", effect, "", 0.5, 0.0, "", "")
    for name, effect in (("tutup", {"truck": CLOSED}), ("lambat", {"truck": 2.5}), ("perahu", {"boat": CLOSED}))
)


def roads(times, engine=None):
    """Give a grid of streets; each takes its own time."""
    nodes = [(100 + STEP * x, STEP * y) for y in range(SIDE) for x in range(SIDE)]
    ends = [(n, n + 1) for n in range(SIDE**2) if n % SIDE < SIDE - 1]
    ends += [(n, n + SIDE) for n in range(SIDE * (SIDE - 1))]
    made = graph(nodes, [(a, b, 1000, time, time) for (a, b), time in zip(ends, times, strict=True)])
    searches = Searches(made, Dijkstra(len(made.lon), made.tail, made.head)) if engine == "plain" else None
    return RoadTravel(made, "lowland", searches=searches)


EDGES = 2 * SIDE * (SIDE - 1)
POINTS = [Point(str(n), 100 + STEP * x, STEP * y) for n, (x, y) in enumerate([(0, 0), (3, 3), (0, 3), (2, 1)])]


@pytest.mark.parametrize("engine", ["quick", "plain"])
@settings(max_examples=20, deadline=None, derandomize=True)
@given(data=st.data())
def test_active_sites_are_edges_closed_and_slowed_by_hand(engine, data):
    travel = roads(data.draw(st.lists(st.integers(60_000, 400_000), min_size=EDGES, max_size=EDGES)), engine)
    some = st.frozensets(st.integers(0, EDGES - 1), max_size=4)
    sites = tuple(
        Site(f"s{n}", data.draw(st.integers(0, 2)), frozenset(), frozenset(), None, data.draw(some)) for n in range(6)
    )
    affected = AffectedRoads(travel, Hazards("", {}, LAYERS, sites, {}))
    for _round in range(3):  # what was changed before is changed back
        active = data.draw(st.frozensets(st.integers(0, 5)))
        closed = {edge for n in active if sites[n].layer == 0 for edge in sites[n].edges}
        slower: dict[int, float] = {}
        for n in sorted(active):
            for edge in sites[n].edges if sites[n].layer == 1 else ():
                slower[edge] = slower.get(edge, 1.0) * 2.5
        by_hand = travel.close(closed)
        for edge, factor in slower.items():
            by_hand = by_hand.slow([edge], factor)
        expected = by_hand.seconds(POINTS, *PACE)
        legs = [(a, b) for a in range(4) for b in range(4) if a != b]
        found = affected.many([(POINTS[a], POINTS[b]) for a, b in legs], PACE, active)
        assert found.tolist() == [expected[leg] for leg in legs]
        for a, b in legs:
            seconds, met = affected.seconds(POINTS[a], POINTS[b], PACE, active)
            assert seconds == expected[a, b]
            # A way that meets no other site stays the best whatever those do.
            assert not {n for n in met if sites[n].layer == 2}
            assert not set(met) & active
            for n in range(6):
                if n in active or n in met or seconds == UNREACHABLE:
                    continue
                assert affected.seconds(POINTS[a], POINTS[b], PACE, active | {n})[0] == seconds


def test_points_at_one_node_and_modes_without_ways_are_estimates():
    travel = roads([100_000] * EDGES)
    near = Point("dekat", POINTS[0].lon + 0.0001, POINTS[0].lat)
    site = Site("s", 0, frozenset(), frozenset(), None, frozenset(range(EDGES)))
    affected = AffectedRoads(travel, Hazards("", {}, LAYERS, (site,), {}))
    seconds, met = affected.seconds(POINTS[0], near, PACE, frozenset({0}))
    assert (seconds, set(met)) == (travel.seconds((POINTS[0], near), *PACE)[0, 1], set())
    assert affected.seconds(POINTS[0], POINTS[1], ("boat", 1.0), frozenset({0}))[0] > 0


@settings(max_examples=20, deadline=None, derandomize=True)
@given(data=st.data())
def test_many_changes_are_searched_anew_with_the_same_result(data):
    times = data.draw(st.lists(st.integers(60_000, 400_000), min_size=EDGES, max_size=EDGES))
    shut = data.draw(st.frozensets(st.integers(0, EDGES - 1), max_size=6))
    few = roads(times).close(shut).legs(POINTS, *PACE)
    keep, searches._MANY = searches._MANY, 0
    try:
        many = roads(times).close(shut).legs(POINTS, *PACE)
    finally:
        searches._MANY = keep
    assert few.seconds.tolist() == many.seconds.tolist()
    assert few.metres.tolist() == many.metres.tolist()
