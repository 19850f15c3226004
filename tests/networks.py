"""Small networks made by hand or by chance."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from serentak.travel.graph import Graph
from serentak.travel.protocol import UNREACHABLE, Point

STEP = 0.01
"""Degrees between neighbouring nodes of a drawn grid: some 1,100 metres."""


def graph(nodes, edges, modes=("truck",)) -> Graph:
    """Make a network.

    Parameters
    ----------
    nodes
        (lon, lat) of every node.
    edges
        (from, to, metres, milliseconds there, milliseconds back, name); `UNREACHABLE` where one may not go.
        Milliseconds may be a dict by mode.
    """
    tail, head, edge, forward, times = [], [], [], [], {mode: [] for mode in modes}
    for number, (start, end, _metres, there, back, *_name) in enumerate(edges):
        for first, last, ahead, milliseconds in ((start, end, True, there), (end, start, False, back)):
            by_mode = milliseconds if isinstance(milliseconds, dict) else dict.fromkeys(modes, milliseconds)
            if all(by_mode.get(mode, UNREACHABLE) == UNREACHABLE for mode in modes):
                continue
            tail.append(first)
            head.append(last)
            edge.append(number)
            forward.append(ahead)
            for mode in modes:
                times[mode].append(by_mode.get(mode, UNREACHABLE))
    names = ("", *sorted({name for *_rest, name in (e for e in edges if len(e) > 5)} - {""}))
    position = np.array(nodes, dtype=np.float64).reshape(-1, 2)
    ends = np.array([[e[0], e[1]] for e in edges], dtype=np.int64).reshape(-1, 2)
    return Graph(
        lon=position[:, 0],
        lat=position[:, 1],
        tail=np.array(tail, dtype=np.int32),
        head=np.array(head, dtype=np.int32),
        edge=np.array(edge, dtype=np.int32),
        forward=np.array(forward, dtype=np.bool_),
        milliseconds={mode: np.array(column, dtype=np.int64) for mode, column in times.items()},
        metres=np.array([e[2] for e in edges], dtype=np.int64),
        kind=np.zeros(len(edges), dtype=np.int16),
        kinds=("residential",),
        name=np.array([names.index(e[5]) if len(e) > 5 else 0 for e in edges], dtype=np.int32),
        names=names,
        source=np.arange(len(edges), dtype=np.int64),
        shape_start=np.arange(0, 2 * len(edges) + 1, 2, dtype=np.int64),
        shape_lon=position[ends.ravel(), 0],
        shape_lat=position[ends.ravel(), 1],
    )


@st.composite
def graphs(draw, most: int = 9):
    """Draw networks with one-way, parallel and looping edges, in several pieces, with many ties."""
    count = draw(st.integers(1, most))
    node = st.integers(0, count - 1)
    time = st.one_of(st.just(UNREACHABLE), st.integers(1, 6), st.integers(1, 10**6))
    edge = st.tuples(node, node, st.integers(1, 9), time, time)
    edges = draw(st.lists(edge, min_size=1, max_size=3 * most))
    nodes = [(101.0 + n % 3 * STEP, 0.3 + n // 3 * STEP) for n in range(count)]
    return graph(nodes, edges)


def at(network: Graph, node: int, name: str = "") -> Point:
    """Give a point that lies on a node."""
    return Point(name or f"n{node}", float(network.lon[node]), float(network.lat[node]))
