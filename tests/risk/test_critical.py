from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from serentak.risk.critical import bridges_to
from serentak.travel.graph import Graph


def graph(nodes: int, edges: list[tuple[int, int]]) -> Graph:
    """Make a network of two-way edges, each a kilometre."""
    e, m = len(edges), 2 * len(edges)
    tail = np.array([end for a, b in edges for end in (a, b)], dtype=np.int32)
    head = np.array([end for a, b in edges for end in (b, a)], dtype=np.int32)
    at = np.arange(nodes, dtype=np.float64) / 100
    ends = np.array(edges, dtype=np.int64).reshape(-1)
    return Graph(
        lon=at, lat=at, tail=tail, head=head,
        edge=np.repeat(np.arange(e, dtype=np.int32), 2), forward=np.tile([True, False], e),
        milliseconds={"truck": np.full(m, 1000, dtype=np.int64)}, metres=np.full(e, 1000, dtype=np.int64),
        kind=np.zeros(e, dtype=np.int16), kinds=("residential",), name=np.zeros(e, dtype=np.int32), names=("",),
        source=np.arange(e, dtype=np.int64), shape_start=np.arange(0, 2 * e + 1, 2, dtype=np.int64),
        shape_lon=at[ends], shape_lat=at[ends],
    )  # fmt: skip


def test_the_bridge_cuts_off_what_lies_behind_it():
    # 0-1-2-0 is a ring; 2-3 the bridge; 3-4-5-3 a ring behind it; 5-6 a dead end.
    made = graph(7, [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6)])
    assert bridges_to(made, "truck", 0, [1, 4, 6]) == {3: (1, 2), 7: (2,)}


def test_two_parallel_roads_are_no_bridge():
    assert bridges_to(graph(2, [(0, 1), (0, 1)]), "truck", 0, [1]) == {}


def test_a_mode_without_ways_and_a_point_joined_to_none_have_no_links():
    assert bridges_to(graph(2, [(0, 1)]), "boat", 0, [1]) == {}
    assert bridges_to(graph(2, [(0, 1)]), "truck", -1, [1]) == {}
    assert bridges_to(graph(2, [(0, 1)]), "truck", 0, [-1]) == {}


def reached(nodes: int, edges: list[tuple[int, int]], start: int) -> set[int]:
    found, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for a, b in edges:
            for other in {a, b} - {here} if here in (a, b) else ():
                if other not in found:
                    found.add(other)
                    todo.append(other)
    return found


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_closing_each_edge_by_hand_finds_the_same(data):
    nodes = data.draw(st.integers(2, 8))
    pair = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda ends: ends[0] != ends[1])
    edges = data.draw(st.lists(pair, min_size=1, max_size=12))
    ends = list(range(1, nodes))
    before = reached(nodes, edges, 0)
    by_hand = {}
    for lost in range(len(edges)):
        after = reached(nodes, edges[:lost] + edges[lost + 1 :], 0)
        members = tuple(n for n, end in enumerate(ends) if end in before - after)
        if members:
            by_hand.setdefault(members, set()).add(lost)
    seen = bridges_to(graph(nodes, edges), "truck", 0, ends)
    assert set(seen.values()) == set(by_hand)
    assert all(edge in by_hand[members] for edge, members in seen.items())
