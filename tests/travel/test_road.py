"""Travel on a network: what `legs` says, `way` draws, and closing an edge changes what used it and nothing else."""

from __future__ import annotations

import itertools
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import STEP, at, graph, graphs
from serentak.travel import CrowFlight, Point
from serentak.travel.dijkstra import Dijkstra
from serentak.travel.protocol import UNREACHABLE
from serentak.travel.road import RoadTravel, said
from serentak.travel.searches import Searches


def slow_engine(network):
    return Searches(network, Dijkstra(len(network.lon), network.tail, network.head))


@st.composite
def journeys(draw):
    """Draw a network and points on, near and far from its nodes, some twice at one place."""
    network = draw(graphs())
    points = []
    for n in range(draw(st.integers(1, 6))):
        node = draw(st.integers(0, len(network.lon) - 1))
        off = draw(st.sampled_from([0.0, 0.0, 0.001, 0.003, 0.2]))
        points.append(Point(f"p{n}", float(network.lon[node]) + off, float(network.lat[node])))
    return network, points


@settings(max_examples=50, deadline=None)
@given(journeys(), st.data())
def test_legs_are_the_sums_of_their_ways_on_both_engines(journey, data):
    network, points = journey
    travel, slow = RoadTravel(network, "lowland"), RoadTravel(network, "lowland", searches=slow_engine(network))
    edges = data.draw(st.lists(st.integers(0, len(network.metres) - 1), unique=True, max_size=4))
    factor = data.draw(st.sampled_from([0, 1, 1.5, 7]))
    for n, own in enumerate((travel, slow)):
        changed = own.slow(edges, factor) if factor else own.close(edges)
        for now in (own, changed, own):
            legs = now.legs(points, "truck")
            assert np.array_equal(now.seconds(points, "truck"), legs.seconds)
            assert np.array_equal(legs.seconds < 0, legs.metres < 0)
            if n == 0 and now is changed:
                expected = legs
            weights = weights_at(network, now)
            for a, b in np.ndindex(legs.seconds.shape):
                way = now.way(points[a], points[b], "truck")
                assert (way is None) == (legs.seconds[a, b] == UNREACHABLE)
                if way is None:
                    continue
                assert sum(metres for _name, metres in way.names) == legs.metres[a, b]
                assert way.line[0] == (points[a].lon, points[a].lat)
                assert way.line[-1] == (points[b].lon, points[b].lat)
                arcs = now.arcs(points[a], points[b], "truck")
                if arcs is not None and len(arcs):
                    walks = now.snapper.snap([points[a], points[b]], "truck").metres
                    milliseconds = weights[arcs].sum() + sum(-(-int(walk) * 3600 // 4) for walk in walks)
                    assert legs.seconds[a, b] == -(-milliseconds // 1000)
                    assert legs.metres[a, b] == network.metres[network.edge[arcs]].sum() + walks.sum()
                    assert (network.head[arcs[:-1]] == network.tail[arcs[1:]]).all()
        if n == 1:
            assert np.array_equal(changed.legs(points, "truck").seconds, expected.seconds)
            assert np.array_equal(changed.legs(points, "truck").metres, expected.metres)


def weights_at(network, travel):
    weights = network.milliseconds["truck"].copy()
    for edge, factor in travel.changes.items():
        for arc in np.flatnonzero(network.edge == edge):
            if weights[arc] > 0:
                weights[arc] = -(-int(weights[arc]) * factor.numerator // factor.denominator) if factor else UNREACHABLE
    return weights


@settings(max_examples=80, deadline=None)
@given(journeys(), st.data())
def test_closing_an_edge_changes_only_what_could_have_used_it(journey, data):
    """A leg whose way does not use the edge stays as it is; another takes as long or longer, and goes elsewhere."""
    network, points = journey
    travel = RoadTravel(network, "lowland")
    edge = data.draw(st.integers(0, len(network.metres) - 1))
    before, closed = travel.legs(points, "truck"), travel.close([edge])
    after = closed.legs(points, "truck")
    fresh = RoadTravel(network, "lowland", changes={edge: Fraction(0)}).legs(points, "truck")
    assert np.array_equal(after.seconds, fresh.seconds)
    assert np.array_equal(after.metres, fresh.metres)
    for a, b in np.ndindex(after.seconds.shape):
        arcs = travel.arcs(points[a], points[b], "truck")
        if arcs is None or edge not in network.edge[arcs]:
            assert (after.seconds[a, b], after.metres[a, b]) == (before.seconds[a, b], before.metres[a, b])
        elif after.seconds[a, b] >= 0:
            assert after.seconds[a, b] >= before.seconds[a, b]
            assert edge not in network.edge[closed.arcs(points[a], points[b], "truck")]


# A town on two banks: a bridge (edge 1) and a long way round (edges 3, 4), a one-way street back (edge 5).
TOWN = graph(
    [(101.0, 0.3), (101.0 + STEP, 0.3), (101.0 + 2 * STEP, 0.3), (101.0 + 3 * STEP, 0.3), (101.0 + STEP, 0.3 + STEP)],
    [
        (0, 1, 1100, 100_000, 100_000, "Jalan Merdeka"),
        (1, 2, 60, 6_000, 6_000, ""),
        (2, 3, 1100, 100_000, 100_000, "Jalan Merdeka"),
        (1, 4, 1500, 200_000, 200_000, "Jalan Lingkar"),
        (4, 2, 1500, 200_000, 200_000, "Jalan Lingkar"),
        (3, 0, 3000, 150_000, UNREACHABLE, "Jalan Satu Arah"),
    ],
)


def test_a_way_is_said_in_words_and_drawn_bend_by_bend():
    travel = RoadTravel(TOWN, "lowland")
    way = travel.way(at(TOWN, 0), at(TOWN, 3), "truck")
    assert way.names == (("Jalan Merdeka", 2260),)
    assert way.line == tuple((round(101 + n * STEP, 6), 0.3) for n in range(4))
    back = travel.way(at(TOWN, 3), at(TOWN, 0), "truck")
    assert back.names == (("Jalan Satu Arah", 3000),)
    assert travel.legs([at(TOWN, 0), at(TOWN, 3)], "truck").seconds.tolist() == [[0, 206], [150, 0]]


def test_closing_the_bridge_and_opening_it_again():
    travel = RoadTravel(TOWN, "lowland")
    points = [at(TOWN, n) for n in range(4)]
    before = travel.legs(points, "truck")
    closed = travel.close([1])
    after = closed.legs(points, "truck")
    crossing = [(0, 2), (0, 3), (1, 2), (1, 3), (2, 0), (2, 1), (3, 1)]
    assert np.argwhere(before.seconds != after.seconds).tolist() == [list(pair) for pair in crossing]
    assert closed.way(points[0], points[3], "truck").names == (
        ("Jalan Merdeka", 1100), ("Jalan Lingkar", 3000), ("Jalan Merdeka", 1100),
    )  # fmt: skip
    assert np.array_equal(travel.legs(points, "truck").seconds, before.seconds)
    cut_off = closed.close([3])
    assert cut_off.legs(points, "truck").seconds[0].tolist() == [0, 100, UNREACHABLE, UNREACHABLE]
    assert cut_off.way(points[0], points[3], "truck") is None


def test_slowing_is_told_by_its_factor_and_closed_stays_closed():
    travel = RoadTravel(TOWN, "lowland")
    ends = [at(TOWN, 0), at(TOWN, 3)]
    assert travel.slow([0], 1.5).legs(ends, "truck").seconds[0, 1] == 256
    assert travel.slow([0], 3).slow([0], 1.5).legs(ends, "truck").seconds[0, 1] == 256
    assert travel.slow([1], 1000).legs(ends, "truck").seconds[0, 1] == 600
    assert travel.close([1]).slow([1], 2).legs(ends, "truck").seconds[0, 1] == 600
    with pytest.raises(ValueError, match=r"0\.5"):
        travel.slow([0], 0.5)
    with pytest.raises(IndexError, match="99"):
        travel.close([99])


def test_speed_is_scaled_and_rounded_up_once():
    travel = RoadTravel(TOWN, "lowland")
    ends = [at(TOWN, 0), at(TOWN, 3)]
    for factor, seconds in ((1.0, 206), (2.0, 103), (0.8, 258), (0.3, 687)):
        assert travel.legs(ends, "truck", factor).seconds[0, 1] == seconds
        assert travel.legs(ends, "truck", factor).metres[0, 1] == 2260


def test_points_of_one_node_keep_the_estimate_and_the_gap():
    travel = RoadTravel(TOWN, "hills")
    points = [at(TOWN, 0, "a"), at(TOWN, 0, "b"), Point("c", 101.0, 0.301), at(TOWN, 3)]
    near = CrowFlight("hills").legs(points, "pickup")
    network = graph([(101.0, 0.3), (101.0 + STEP, 0.3)], [(0, 1, 1100, 9, 9)], modes=("pickup",))
    travel = RoadTravel(network, "hills")
    legs = travel.legs(points[:3], "pickup")
    assert legs.metres.tolist() == near.metres[:3, :3].tolist()
    assert legs.seconds.tolist() == near.seconds[:3, :3].tolist()
    assert legs.metres[0, 1] == 400
    assert travel.way(points[0], points[1], "pickup").names == (("", 400),)
    assert travel.way(points[0], points[0], "pickup").names == ()


def test_what_lies_off_the_network_is_walked_to_or_not_reached():
    travel = RoadTravel(TOWN, "lowland")
    near, far = Point("near", 101.0 - 0.001, 0.3), Point("far", 101.0 - 0.01, 0.3)
    legs = travel.legs([near, far, at(TOWN, 1)], "truck")
    assert legs.metres[0, 2] == 1100 + 112
    assert legs.seconds[0, 2] == 100 + 101  # 112 m at 4 km/h
    assert legs.seconds[1].tolist() == [UNREACHABLE, 0, UNREACHABLE]
    assert travel.way(far, near, "truck") is None


def test_a_mode_of_which_the_network_knows_nothing_keeps_its_estimate_and_an_unknown_one_is_an_error():
    travel = RoadTravel(TOWN, "river").close([1])
    ends = [at(TOWN, 0), at(TOWN, 3)]
    estimate = CrowFlight("river")
    assert travel.legs(ends, "boat", 0.5).seconds.tolist() == estimate.legs(ends, "boat", 0.5).seconds.tolist()
    assert travel.seconds(ends, "boat").tolist() == estimate.legs(ends, "boat").seconds.tolist()
    assert travel.way(*ends, "boat") == estimate.way(*ends, "boat")
    assert travel.arcs(*ends, "boat").size == 0
    with pytest.raises(KeyError):
        travel.legs(ends, "balloon")


def test_of_equally_fast_ways_the_shortest_is_measured_and_drawn():
    edges = [
        (0, 1, 900, 50, 50, "Jauh"),
        (1, 3, 900, 50, 50, "Jauh"),
        (0, 2, 500, 60, 60, "Dekat"),
        (2, 3, 500, 40, 40),
    ]
    nodes = [(101.0, 0.3), (101.0, 0.31), (101.01, 0.3), (101.01, 0.31)]
    for turn in (1, -1):
        network = graph(nodes, edges[::turn])
        for searches in (None, slow_engine(network)):
            travel = RoadTravel(network, "lowland", searches=searches)
            ends = [at(network, 0), at(network, 3)]
            assert travel.legs(ends, "truck").metres[0, 1] == 1000
            assert travel.way(*ends, "truck").names == (("Dekat", 500), ("", 500))


def test_it_travels_to_another_process_with_its_closures():
    travel = RoadTravel(TOWN, "lowland").close([1])
    ends = [at(TOWN, 0), at(TOWN, 3)]
    travel.legs(ends, "truck")
    again = pickle.loads(pickle.dumps(travel))  # noqa: S301 - bytes of our own
    assert again.legs(ends, "truck").seconds.tolist() == travel.legs(ends, "truck").seconds.tolist()
    assert again.changes == travel.changes


def test_no_points_and_one_point():
    travel = RoadTravel(TOWN, "lowland")
    assert travel.legs([], "truck").seconds.shape == (0, 0)
    assert travel.legs([at(TOWN, 0)], "truck").seconds.tolist() == [[0]]
    assert travel.close([0]).legs([at(TOWN, 0)], "truck").metres.tolist() == [[0]]


@given(st.lists(st.tuples(st.sampled_from(["", "A", "B"]), st.integers(0, 300)), max_size=12))
def test_what_is_said_keeps_every_metre(pieces):
    names = said(pieces)
    assert sum(metres for _name, metres in names) == sum(metres for _name, metres in pieces)
    assert all(metres > 0 for _name, metres in names)
    assert all(a[0] != b[0] for a, b in itertools.pairwise(names))


def test_a_short_nameless_piece_is_said_with_its_neighbour():
    assert said([("", 20), ("A", 300), ("", 50), ("A", 100), ("", 150), ("B", 10), ("", 99)]) == (
        ("A", 470), ("", 150), ("B", 109),
    )  # fmt: skip
