from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

import maps
from maps import osm
from serentak.travel.protocol import UNREACHABLE, Point
from serentak.travel.snap import Snapper, pieces_of
from serentak.travel.ways import snap_limit

WGS84 = Geod(ellps="WGS84")


def grid(tmp_path):
    """Draw a main road of 11 km, a village of 6 km apart from it, and a yard of 100 m."""
    spots = {
        1: (106.0, -6.0), 2: (106.1, -6.0), 3: (106.0, -6.02), 4: (106.054, -6.02), 5: (106.09, -6.01),
        6: (106.091, -6.01), 7: (106.05, -6.0), 8: (106.05, -6.01),
    }  # fmt: skip
    ways = [
        (1, [1, 7, 2], {"highway": "primary"}), (2, [3, 4], {"highway": "residential"}),
        (3, [5, 6], {"highway": "residential"}), (4, [7, 8], {"highway": "motorway"}),
    ]  # fmt: skip
    return maps.read(osm(tmp_path / "network.osm", spots, ways))[0]


def test_points_join_the_nearest_node_of_a_large_piece(tmp_path):
    graph = grid(tmp_path)
    points = [
        Point("a", 106.03, -6.001),
        Point("b", 106.03, -6.019),
        Point("yard", 106.0905, -6.0101),
        Point("sea", 106.5, -6.0),
    ]
    snapped = Snapper(graph).snap(points, "truck")
    assert np.all((snapped.metres[:2] >= 111) & (snapped.metres[:2] < 111 + 125 / 2))  # nodes lie 240 m apart
    assert graph.lat[snapped.node[:2]].round(3).tolist() == [-6.0, -6.02]
    assert snapped.node[2:].tolist() == [-1, -1]  # the yard's own road is too short; the main one is a kilometre off
    assert 1100 < snapped.metres[2] < 1130
    assert snapped.metres[3] > 44_000


def test_on_an_islet_short_roads_are_all_there_is(tmp_path):
    spots = {
        1: (106.0, -6.0),
        2: (106.1, -6.0),
        3: (106.0, -6.1),
        4: (106.01, -6.1),
        5: (106.05, -6.001),
        6: (106.06, -6.001),
    }
    ways = [(n, [2 * n - 1, 2 * n], {"highway": "residential"}) for n in (1, 2, 3)]
    graph, _problems = maps.read(osm(tmp_path / "network.osm", spots, ways))
    snapped = Snapper(graph).snap([Point("islet", 106.005, -6.1001), Point("mainland", 106.055, -6.0011)], "motorbike")
    assert graph.lat[snapped.node].round(3).tolist() == [-6.1, -6.0]  # a short road beside the long one is passed over


def test_nobody_is_joined_to_a_motorway(tmp_path):
    graph = grid(tmp_path)
    near = Point("x", 106.0501, -6.004)
    assert Snapper(graph).snap([near], "truck").metres[0] > 440


def test_a_mode_without_ways_joins_nothing(tmp_path):
    snapped = Snapper(grid(tmp_path)).snap([Point("a", 106.03, -6.0)], "boat")
    assert (snapped.node.tolist(), snapped.metres.tolist()) == ([-1], [UNREACHABLE])
    assert not len(Snapper(grid(tmp_path)).snap([], "truck").node)


def test_pieces_are_those_from_which_one_gets_back(tmp_path):
    spots = {1: (106.0, -6.0), 2: (106.06, -6.0), 3: (106.06, -6.01), 4: (106.07, -6.0)}
    ways = [
        (1, [1, 2], {"highway": "primary"}), (2, [2, 3], {"highway": "primary", "oneway": "yes"}),
        (3, [2, 4], {"highway": "footway"}),
    ]  # fmt: skip
    graph, _problems = maps.read(osm(tmp_path / "network.osm", spots, ways))
    truck = pieces_of(graph, "truck")
    dead_end = int(np.argmin(graph.lat))
    assert truck.piece[dead_end] != truck.piece[0]
    assert truck.large.sum() == 1
    assert truck.metres.max() == graph.metres[graph.source == 1].sum()
    assert pieces_of(graph, "foot").metres.max() == graph.metres.sum()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=2, max_size=12, unique=True))
def test_the_nearest_node_is_the_nearest_anywhere_on_earth(places):
    """By brute force over all nodes, on the ellipsoid; the sphere's choice is as near within its flattening."""
    import networks

    *nodes, point = places
    edges = [(0, n, 6000, 1000, 1000) for n in range(1, len(nodes))] or [(0, 0, 6000, 1000, 1000)]
    graph = networks.graph(nodes, edges)
    snapped = Snapper(graph).snap([Point("x", *point)], "truck")
    nearest = min(WGS84.inv(*point, *node)[2] for node in nodes)
    assert nearest - 1e-6 <= snapped.metres[0] <= nearest * 1.007 + 1
    assert (snapped.node[0] >= 0) == (snapped.metres[0] <= snap_limit("truck"))
