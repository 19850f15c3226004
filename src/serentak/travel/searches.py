"""Searches of one network, shared by all travel on it: a metric a mode, changed and changed back as edges close."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serentak.travel.dijkstra import Dijkstra, Lengths
from serentak.travel.engine import Engine, Metric, make_engine
from serentak.travel.graph import Graph
from serentak.travel.protocol import UNREACHABLE
from serentak.travel.snap import Snapper

Changes = Mapping[int, Fraction]
"""How many times longer an edge takes; zero where it is closed."""
Table = NDArray[np.int64]
_MOST: Final = 4_000_000
"""Cells of tables kept for the next question about the same nodes: 64 MB."""

_MANY: Final = 500
"""Changed edges above which it takes longer to ask who could have used them than to search all anew."""


class Searches:
    """Answers questions about the fastest ways on a network, at its own times or with edges closed or slowed.

    Not safe to use from several threads at once.

    Parameters
    ----------
    graph
        The network.
    engine
        Prepared from this very graph; by default the quickest there is.
    """

    def __init__(self, graph: Graph, engine: Engine | None = None) -> None:
        self.graph = graph
        self._given = engine
        self._modes: dict[str, _Mode] = {}

    @cached_property
    def engine(self) -> Engine:
        """The engine of all modes; the network is prepared when it is first asked for."""
        return self._given or make_engine(self.graph)

    @cached_property
    def snapper(self) -> Snapper:
        """Joins points to the network."""
        return Snapper(self.graph)

    @cached_property
    def plain(self) -> Dijkstra:
        """The network for searches by length."""
        return Dijkstra(len(self.graph.lon), self.graph.tail, self.graph.head)

    @cached_property
    def lengths(self) -> Table:
        """Metres of every arc."""
        return self.graph.metres[self.graph.edge]

    @cached_property
    def arcs_of(self) -> tuple[Table, Table]:
        """Arcs sorted by edge, and where those of each edge begin."""
        order = np.argsort(self.graph.edge, kind="stable")
        return order, np.searchsorted(self.graph.edge[order], np.arange(len(self.graph.metres) + 1))

    @cached_property
    def incoming(self) -> tuple[Table, Table]:
        """Arcs sorted by the node they lead to, and where those of each node begin."""
        order = np.argsort(self.graph.head, kind="stable")
        return order, np.searchsorted(self.graph.head[order], np.arange(len(self.graph.lon) + 1))

    def times(self, nodes: Table, mode: str, changes: Changes) -> Table:
        """Give the milliseconds between nodes, shape (n, n); `UNREACHABLE` where there is no way."""
        return self._mode(mode).metric(changes).matrix(nodes, nodes)

    def between(self, nodes: Table, mode: str, changes: Changes) -> tuple[Table, Table]:
        """Give the milliseconds and metres of the fastest ways between nodes, each of shape (n, n)."""
        own = self._mode(mode)
        return own.after(changes, nodes) if changes else own.before(nodes)

    def path(self, source: int, target: int, mode: str, changes: Changes) -> Table | None:
        """Give the arcs of the way that `between` measures, or None."""
        return self._mode(mode).path(source, target, changes)

    def weights(self, mode: str, changes: Changes) -> Table:
        """Give the milliseconds over every arc; `UNREACHABLE` where it is closed."""
        return self._mode(mode).at(changes)

    def _mode(self, mode: str) -> _Mode:
        if mode not in self._modes:
            self._modes[mode] = _Mode(self, mode)
        return self._modes[mode]


class _Mode:
    """The searches of one mode."""

    def __init__(self, searches: Searches, mode: str) -> None:
        self.searches, self.graph = searches, searches.graph
        self.weights = self.graph.milliseconds[mode]
        self._metric: Metric | None = None
        self._now: Changes = {}
        self._last: Changes | None = None
        self._lengths: tuple[Changes, Lengths] | None = None
        self._kept: OrderedDict[bytes, tuple[Table, Table]] = OrderedDict()
        self._cells = 0

    def metric(self, changes: Changes) -> Metric:
        """Give the metric with these changes and no others; what differs from the last question is updated."""
        if self._metric is not None and changes is self._last:
            return self._metric
        if self._metric is None:
            self._metric = self.searches.engine.customise(self.weights)
        other = {edge: changes.get(edge, Fraction(1)) for edge in {*changes, *self._now}}
        other = {edge: factor for edge, factor in other.items() if factor != self._now.get(edge, 1)}
        if other:
            self._metric.update(*self._changed(other))
            self._now = dict(changes)
        self._last = changes
        return self._metric

    def before(self, nodes: Table) -> tuple[Table, Table]:
        """Give times and lengths at the network's own times."""
        key = nodes.tobytes()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        times = self.metric({}).matrix(nodes, nodes)
        found = times, self._measure({}).between(nodes, nodes, times)
        self._kept[key] = found
        self._cells += nodes.size**2
        while self._cells > _MOST and len(self._kept) > 1:
            _oldest, (dropped, _metres) = self._kept.popitem(last=False)
            self._cells -= dropped.size
        return found

    def after(self, changes: Changes, nodes: Table) -> tuple[Table, Table]:
        """Give times and lengths with changed edges; only where a way could have used one is searched again."""
        times, metres = self.before(nodes)
        touched = np.ones(len(nodes), dtype=np.bool_)
        if len(changes) <= _MANY:
            touched &= self._touched(changes, nodes, times).any(axis=1)
        if not touched.any():
            return times, metres
        times, metres = times.copy(), metres.copy()
        rows = nodes[touched]
        times[touched] = self.metric(changes).matrix(rows, nodes)
        metres[touched] = self._measure(changes).between(rows, nodes, times[touched])
        return times, metres

    def path(self, source: int, target: int, changes: Changes) -> Table | None:
        """Give the arcs of the shortest of the fastest ways."""
        arcs = self.metric(changes).path(source, target)
        if arcs is None or self._is_only(source, arcs, changes):
            return arcs
        time = int(self.at(changes)[arcs].sum())
        return self._measure(changes).path(source, target, time)

    def _is_only(self, source: int, arcs: Table, changes: Changes) -> bool:
        """Tell whether no other way is as fast: one would have to come into this one by an arc that fits as well."""
        order, starts = self.searches.incoming
        entering = np.concatenate([order[starts[node] : starts[node + 1]] for node in self.graph.head[arcs]] or [arcs])
        weights = self.at(changes)[entering]
        entering, weights = entering[weights >= 0], weights[weights >= 0]
        ends = np.r_[self.graph.tail[entering], self.graph.head[entering]]
        asked, place = np.unique(ends, return_inverse=True)
        far = self.metric(changes).matrix([source], asked)[0][place]
        there, here = far[: len(entering)], far[len(entering) :]
        return int(np.count_nonzero((there >= 0) & (there + weights == here))) == len(arcs)

    def _touched(self, changes: Changes, nodes: Table, times: Table) -> NDArray[np.bool_]:
        """Tell for every two nodes whether a fastest way between them could use a changed edge, shape (n, n)."""
        arcs, _weights = self._changed(changes)
        arcs = arcs[self.weights[arcs] >= 0]
        there = self.metric({}).matrix(nodes, self.graph.tail[arcs])
        onward = self.metric({}).matrix(self.graph.head[arcs], nodes)
        touched = np.zeros(times.shape, dtype=np.bool_)
        for before, arc, after in zip(there.T, arcs, onward, strict=True):
            rows, columns = np.flatnonzero(before >= 0), np.flatnonzero(after >= 0)
            own = np.ix_(rows, columns)
            touched[own] |= before[rows, None] + self.weights[arc] + after[columns] == times[own]
        return touched

    def _measure(self, changes: Changes) -> Lengths:
        """Give the search by length with these changes; that without any and the last one are kept."""
        if not changes:
            return self._unchanged
        if self._lengths is None or (self._lengths[0] is not changes and self._lengths[0] != changes):
            weights = self.weights.copy()
            arcs, changed = self._changed(changes)
            weights[arcs] = changed
            self._lengths = changes, Lengths(self.searches.plain, weights, self.searches.lengths)
        return self._lengths[1]

    @cached_property
    def _unchanged(self) -> Lengths:
        return Lengths(self.searches.plain, self.weights, self.searches.lengths)

    def at(self, changes: Changes) -> Table:
        """Give the milliseconds over every arc."""
        return self._measure(changes).milliseconds

    def _changed(self, changes: Changes) -> tuple[Table, Table]:
        """Give the arcs of changed edges and their milliseconds, rounded up."""
        order, starts = self.searches.arcs_of
        edges = sorted(changes)
        own = [order[starts[edge] : starts[edge + 1]] for edge in edges]
        arcs = np.concatenate(own) if own else np.empty(0, dtype=np.int64)
        weights = [
            -(-weight * changes[edge].numerator // changes[edge].denominator)
            if changes[edge] and weight > 0
            else UNREACHABLE
            for edge, arcs_of_edge in zip(edges, own, strict=True)
            for weight in self.weights[arcs_of_edge].tolist()
        ]
        return arcs, np.array(weights, dtype=np.int64)
