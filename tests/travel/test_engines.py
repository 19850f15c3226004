"""Two engines, one answer; and a brute force that knows neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import graph, graphs
from serentak.base.errors import Broken, Refused
from serentak.travel.cch import Hierarchy
from serentak.travel.dijkstra import Dijkstra, Lengths
from serentak.travel.engine import LONGEST, make_engine
from serentak.travel.protocol import UNREACHABLE

NETWORKS = {"jakarta": "data/jakarta/jakarta_roads.shp", "liechtenstein": "data/osm/liechtenstein.osm.pbf"}


def engines(network):
    return Hierarchy.of(network), Dijkstra(len(network.lon), network.tail, network.head)


def least(network, weights, lengths):
    """Give milliseconds and metres of the fastest ways, the shortest of them, by Floyd and Warshall."""
    n = len(network.lon)
    best = [[(0, 0) if a == b else None for b in range(n)] for a in range(n)]
    for tail, head, weight, metres in zip(network.tail, network.head, weights, lengths, strict=True):
        if weight >= 0 and tail != head:
            known = best[tail][head]
            best[tail][head] = min(known, (weight, metres)) if known else (weight, metres)
    for via in range(n):
        for a in range(n):
            for b in range(n):
                if best[a][via] and best[via][b]:
                    found = tuple(map(sum, zip(best[a][via], best[via][b], strict=True)))
                    best[a][b] = min(best[a][b] or found, found)
    table = np.array([[pair or (UNREACHABLE, UNREACHABLE) for pair in row] for row in best], dtype=np.int64)
    return table[..., 0], table[..., 1]


@settings(max_examples=150, deadline=None)
@given(graphs(), st.data())
def test_engines_agree_with_brute_force_before_and_after_changes(network, data):
    weights = network.milliseconds["truck"]
    everyone = np.arange(len(network.lon))
    lengths = network.metres[network.edge]
    count = len(weights)
    arcs = data.draw(st.lists(st.integers(0, count - 1), unique=True)) if count else []
    new = np.array([data.draw(st.sampled_from([UNREACHABLE, 1, 3, 10**6])) for _arc in arcs], dtype=np.int64)
    after = weights.copy()
    after[arcs] = new
    for engine in engines(network):
        metric = engine.customise(weights)
        for now in (weights, after):
            if now is after and arcs:
                metric.update(arcs, new)
            times, metres = least(network, now, lengths)
            assert metric.matrix(everyone, everyone).tolist() == times.tolist()
            measure = Lengths(Dijkstra(len(everyone), network.tail, network.head), now, lengths)
            assert measure.between(everyone, everyone, times).tolist() == metres.tolist()
            for a, b in np.ndindex(times.shape):
                path = metric.path(a, b)
                assert (path is None) == (times[a, b] < 0)
                if path is not None:
                    assert follows(network, path, a, b)
                    assert now[path].sum() == times[a, b]
                    shortest = measure.path(a, b, int(times[a, b]))
                    assert follows(network, shortest, a, b)
                    assert (now[shortest].sum(), lengths[shortest].sum()) == (times[a, b], metres[a, b])


def follows(network, arcs, start, end) -> bool:
    nodes = [start, *network.head[arcs]]
    return nodes[-1] == end and list(network.tail[arcs]) == nodes[:-1]


def test_rectangles_keep_their_order():
    network = graph([(101, 0), (101, 0.01), (101, 0.02)], [(0, 1, 5, 10, 20), (1, 2, 5, 30, 40)])
    for engine in engines(network):
        metric = engine.customise(network.milliseconds["truck"])
        assert metric.matrix([2, 0], [1, 2, 0]).tolist() == [[40, 0, 60], [10, 40, 0]]
        assert metric.matrix([2, 2], []).shape == (2, 0)
        assert metric.matrix([1, 1], [2, 2]).tolist() == [[30, 30], [30, 30]]


@pytest.mark.parametrize("weight", [0, -2, LONGEST + 1])
def test_what_is_no_time_is_refused(weight):
    network = graph([(101, 0), (101, 0.01)], [(0, 1, 5, 10, 20)])
    for engine in engines(network):
        with pytest.raises(Broken, match=str(weight)):
            engine.customise(np.array([weight, 10]))
        metric = engine.customise(np.array([LONGEST, 10]))
        assert metric.matrix([0], [1]).tolist() == [[LONGEST]]
        with pytest.raises(Broken, match=str(weight)):
            metric.update([0], [weight])


def test_a_way_of_more_than_24_days_is_none():
    network = graph([(101, 0), (101, 0.01), (101, 0.02)], [(0, 1, 5, LONGEST, 1), (1, 2, 5, 1, LONGEST)])
    for engine in engines(network):
        metric = engine.customise(network.milliseconds["truck"])
        assert metric.matrix([0], [1, 2]).tolist() == [[LONGEST, UNREACHABLE]]
        assert metric.path(0, 2) is None


def test_disagreement_is_never_passed_on():
    network = graph([(101, 0), (101, 0.01)], [(0, 1, 5, 10, 20)])
    measure = Lengths(engines(network)[1], network.milliseconds["truck"], network.metres[network.edge])
    with pytest.raises(Broken):
        measure.between(np.array([0]), np.array([1]), np.array([[11]]))


def test_ways_too_long_for_exact_lengths_are_refused_not_rounded():
    network = graph([(101, 0), (101, 0.01)], [(0, 1, 2**31, 2**30, 20)])
    weights, lengths = network.milliseconds["truck"], network.metres[network.edge]
    measure = Lengths(engines(network)[1], weights, lengths)
    with pytest.raises(Refused, match="298"):
        measure.between(np.array([0]), np.array([1]), np.array([[2**30]]))
    assert measure.between(np.array([1]), np.array([0]), np.array([[20]])).tolist() == [[2**31]]


def test_where_the_quick_engine_has_no_build_the_slow_one_serves(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "serentak.travel.cch", None)
    network = graph([(101, 0), (101, 0.01)], [(0, 1, 5, 10, 20)])
    engine = make_engine(network)
    assert set(engine.versions) == {"scipy"}
    assert engine.customise(network.milliseconds["truck"]).matrix([0], [1]).tolist() == [[10]]


@pytest.mark.parametrize("place", NETWORKS)
@pytest.mark.parametrize("mode", ["truck", "foot"])
def test_real_networks_before_and_after_fifty_closures(place, mode, real_network):
    network = real_network(NETWORKS[place])
    weights = network.milliseconds[mode].copy()
    chance = np.random.default_rng(5)
    nodes = chance.choice(np.unique(network.tail[weights > 0]), 200, replace=False)
    quick, slow = (engine.customise(weights) for engine in engines(network))
    before = quick.matrix(nodes, nodes)
    assert np.array_equal(before, slow.matrix(nodes, nodes))
    used = np.unique(np.concatenate([path for b in nodes[1:] if (path := quick.path(nodes[0], b)) is not None]))
    edges = chance.choice(np.unique(network.edge[used]), 50, replace=False)
    arcs = np.flatnonzero(np.isin(network.edge, edges))
    for metric in (quick, slow):
        metric.update(arcs, np.full(len(arcs), UNREACHABLE))
    after = quick.matrix(nodes, nodes)
    assert np.array_equal(after, slow.matrix(nodes, nodes))
    assert not np.array_equal(before, after)
    quick.update(arcs, weights[arcs])
    assert np.array_equal(quick.matrix(nodes, nodes), before)


@pytest.fixture(scope="module")
def real_network(data_file):
    from functools import cache

    from serentak.travel.network import read_network

    @cache
    def read(name: str):
        return read_network(Path(data_file(name)))[0]

    return read
