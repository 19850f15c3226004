"""Customizable contraction hierarchies: the order of the nodes is found once, times are laid over it in milliseconds.

Dibbelt, Strasser, Wagner: Customizable Contraction Hierarchies, ACM Journal of Experimental Algorithmics 21 (2016).
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

import numpy as np
import pyroutingkit
from numpy.typing import ArrayLike, NDArray

from serentak.travel.cache import topology_of
from serentak.travel.engine import LONGEST, checked
from serentak.travel.graph import Graph
from serentak.travel.protocol import UNREACHABLE

_CLOSED: Final = np.uint32(pyroutingkit.INF_WEIGHT)
_BLOCK: Final = 512
assert int(_CLOSED) > LONGEST  # noqa: S101 - what makes "longer than LONGEST" and "no way" the same


class Hierarchy:
    """A network in the order in which its nodes are contracted.

    Parameters
    ----------
    topology
        Built by RoutingKit.
    rank
        Place of every node in the order, shape (n,).
    """

    def __init__(self, topology: pyroutingkit.CCHTopology, rank: NDArray[np.uint32]) -> None:
        self._topology, self._rank = topology, rank

    @classmethod
    def of(cls, graph: Graph) -> Hierarchy:
        """Prepare a network, or take what was prepared before."""
        return cls(*topology_of(graph))

    @property
    def versions(self) -> dict[str, str]:
        """Name and version; see `serentak.travel.engine.Engine`."""
        return {"pyroutingkit": version("pyroutingkit")}

    def customise(self, weights: NDArray[np.int64]) -> HierarchyMetric:
        """Give the network at these times; see `serentak.travel.engine.Engine`."""
        metric = pyroutingkit.CCHMetric(self._topology)
        metric.customize(_encoded(weights))
        return HierarchyMetric(metric, self._rank)


class HierarchyMetric:
    """A hierarchy at given times; see `serentak.travel.engine.Metric`."""

    def __init__(self, metric: pyroutingkit.CCHMetric, rank: NDArray[np.uint32]) -> None:
        self._metric, self._rank = metric, rank

    def update(self, arcs: ArrayLike, weights: ArrayLike) -> None:
        """Change the times of a few arcs."""
        self._metric.update_weights(np.asarray(arcs, dtype=np.uint32), _encoded(weights))

    def matrix(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
        """Give the fastest times."""
        rows, columns = np.asarray(sources, dtype=np.int64), np.asarray(targets, dtype=np.int64)
        if not rows.size or not columns.size:
            return np.zeros((rows.size, columns.size), dtype=np.int64)
        # Neighbours in rank share most of their search, and blocks of them stay in the processor's cache: asked so,
        # large tables come three to four times as fast.
        by_row, by_column = np.argsort(self._rank[rows]), np.argsort(self._rank[columns])
        asked = rows[by_row].astype(np.uint32)
        found = np.empty((rows.size, columns.size), dtype=np.uint32)
        for start in range(0, columns.size, _BLOCK):
            block = by_column[start : start + _BLOCK]
            found[by_row[:, None], block] = self._metric.distances_many_to_many(asked, columns[block].astype(np.uint32))
        times: NDArray[np.int64] = found.astype(np.int64)
        times[times >= _CLOSED] = UNREACHABLE
        return times

    def pairs(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
        """Give the fastest times of pairs; of one source with many targets in one search."""
        ends: dict[int, list[int]] = {}
        for number, source in enumerate(np.asarray(sources, dtype=np.int64).tolist()):
            ends.setdefault(source, []).append(number)
        there = np.asarray(targets, dtype=np.uint32)
        times = np.empty(there.size, dtype=np.int64)
        for source, own in ends.items():
            if len(own) == 1:
                times[own[0]] = self._metric.query(source, int(there[own[0]]))[0]
            else:
                times[own] = self._metric.distances_many_to_many(np.array([source], dtype=np.uint32), there[own])[0]
        times[times >= _CLOSED] = UNREACHABLE
        return times

    def path(self, source: int, target: int) -> NDArray[np.int64] | None:
        """Give the arcs of a fastest path."""
        if source == target:
            return np.empty(0, dtype=np.int64)
        time, _nodes, arcs = self._metric.query(source, target)
        return None if time >= _CLOSED else np.array(arcs, dtype=np.int64)


def _encoded(weights: ArrayLike) -> NDArray[np.uint32]:
    times = checked(weights)
    return np.where(times == UNREACHABLE, _CLOSED, times).astype(np.uint32)
