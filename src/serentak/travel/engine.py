"""What RoadTravel asks of a search engine: milliseconds between nodes, and the arcs of a fastest path.

Two engines answer alike: `serentak.travel.cch` quickly, `serentak.travel.dijkstra` slowly, as a fallback where the
first has no build and as its oracle in tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from serentak.base.errors import Broken
from serentak.base.messages import _
from serentak.travel.graph import Graph
from serentak.travel.protocol import UNREACHABLE

LONGEST: Final = 2**31 - 2
"""Longest time an engine tells, in milliseconds: 24 days and 20 hours. A longer way counts as none."""


class Metric(Protocol):
    """The network at given times. Not safe to use from several threads at once."""

    def update(self, arcs: ArrayLike, weights: ArrayLike) -> None:
        """Change the times of a few arcs.

        Parameters
        ----------
        arcs
            Indices of arcs.
        weights
            Their new milliseconds, at least 1, or `UNREACHABLE` to close one.

        Raises
        ------
        Broken
            When a weight is neither.
        """
        ...

    def matrix(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
        """Give the fastest times in milliseconds, shape (sources, targets); `UNREACHABLE` where there is no way."""
        ...

    def pairs(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
        """Give the fastest times from each source to the target beside it, shape (n,)."""
        ...

    def path(self, source: int, target: int) -> NDArray[np.int64] | None:
        """Give the arcs of a fastest path in order of travel, or None; empty from a node to itself."""
        ...


class Engine(Protocol):
    """The shape of a network, made ready once; the times over it change."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Name and version of the software that searches, as a plan records them."""
        ...

    def customise(self, weights: NDArray[np.int64]) -> Metric:
        """Give the network at these times.

        Parameters
        ----------
        weights
            Milliseconds of every arc, shape (m,), at least 1; `UNREACHABLE` where an arc may not be used.

        Raises
        ------
        Broken
            When a weight is neither, or larger than `LONGEST`.
        """
        ...


def make_engine(graph: Graph) -> Engine:
    """Give the quickest engine that runs here; its preparation is kept on disk, see `serentak.travel.cache`."""
    try:
        from serentak.travel.cch import Hierarchy  # noqa: PLC0415 - has no build for some machines
    except ImportError:
        from serentak.travel.dijkstra import Dijkstra  # noqa: PLC0415

        return Dijkstra(len(graph.lon), graph.tail, graph.head)
    return Hierarchy.of(graph)


def checked(weights: ArrayLike) -> NDArray[np.int64]:
    """Give weights as an array of times that an engine can hold.

    Raises
    ------
    Broken
        When one is neither `UNREACHABLE` nor from 1 to `LONGEST`.
    """
    times = np.asarray(weights, dtype=np.int64)
    bad = times[(times != UNREACHABLE) & ((times < 1) | (times > LONGEST))]
    if bad.size:
        message = _("an arc takes {milliseconds} ms; a time must be from 1 to {longest}")
        raise Broken(message.format(milliseconds=int(bad[0]), longest=LONGEST))
    return times
