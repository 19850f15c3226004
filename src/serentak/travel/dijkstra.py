"""Dijkstra's search by SciPy: an engine for where no other runs, the oracle of the other, and the measure of lengths.

SciPy computes in float64, which is exact for integers up to 2**53; everything here stays below.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from serentak.base.errors import Broken, Refused
from serentak.base.messages import _
from serentak.travel.engine import LONGEST, checked
from serentak.travel.protocol import UNREACHABLE

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_EXACT: Final = 2**53
_CELLS: Final = 4_000_000
"""Distances held at once while rows are searched: 32 MB."""


class Dijkstra:
    """A network as a sparse matrix; see `serentak.travel.engine.Engine`.

    Parameters
    ----------
    nodes
        How many.
    tail, head
        Nodes an arc leads from and to, shape (m,).
    """

    def __init__(self, nodes: int, tail: NDArray[np.integer], head: NDArray[np.integer]) -> None:
        self.nodes, self.tail, self.head = nodes, tail, head
        self.order = np.lexsort((head, tail))
        t, h = tail[self.order], head[self.order]
        # Of parallel arcs the matrix holds the least; a sparse matrix would add them up.
        self.starts = np.flatnonzero(np.r_[True, (t[1:] != t[:-1]) | (h[1:] != h[:-1])]) if len(t) else np.empty(0, int)
        self.rows, self.columns = t[self.starts], h[self.starts]

    @property
    def versions(self) -> dict[str, str]:
        """Name and version."""
        return {"scipy": version("scipy")}

    def customise(self, weights: NDArray[np.int64]) -> DijkstraMetric:
        """Give the network at these times."""
        return DijkstraMetric(self, checked(weights).copy())

    def csr(self, weights: NDArray[np.int64]) -> csr_array:
        """Give the least weight between every two neighbours; negative weights are closed."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - a third of a second that only searching should pay

        open_ = np.where(weights < 0, np.iinfo(np.int64).max, weights)[self.order]
        least = np.minimum.reduceat(open_, self.starts) if len(self.starts) else open_
        kept = least < np.iinfo(np.int64).max
        shape = (self.nodes, self.nodes)
        return csr_array((least[kept].astype(np.float64), (self.rows[kept], self.columns[kept])), shape=shape)

    def arcs_along(self, path: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the arcs between the nodes of a path: of parallel ones the least, of equal ones the first."""
        found = np.empty(len(path) - 1, dtype=np.int64)
        keys = self.rows.astype(np.int64) * self.nodes + self.columns
        ends = np.r_[self.starts[1:], len(self.order)]
        groups = np.searchsorted(keys, path[:-1] * self.nodes + path[1:])
        for n, group in enumerate(groups):
            arcs = self.order[self.starts[group] : ends[group]]
            arcs = arcs[weights[arcs] >= 0]
            found[n] = arcs[np.argmin(weights[arcs])]
        return found


class DijkstraMetric:
    """A sparse matrix at given times; see `serentak.travel.engine.Metric`."""

    def __init__(self, engine: Dijkstra, weights: NDArray[np.int64]) -> None:
        self._engine, self._weights = engine, weights
        self._csr = engine.csr(weights)

    def update(self, arcs: ArrayLike, weights: ArrayLike) -> None:
        """Change the times of a few arcs."""
        self._weights[np.asarray(arcs, dtype=np.int64)] = checked(weights)
        self._csr = self._engine.csr(self._weights)

    def matrix(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
        """Give the fastest times."""
        return _searched(self._csr, np.asarray(sources, np.int64), np.asarray(targets, np.int64), LONGEST)

    def pairs(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
        """Give the fastest times of pairs."""
        starts, place = np.unique(np.asarray(sources, dtype=np.int64), return_inverse=True)
        times: NDArray[np.int64] = np.empty(len(place), dtype=np.int64)
        there = np.asarray(targets, dtype=np.int64)
        for number, start in enumerate(starts):
            own = place == number
            times[own] = self.matrix([start], there[own])[0]
        return times

    def path(self, source: int, target: int) -> NDArray[np.int64] | None:
        """Give the arcs of a fastest path."""
        nodes = _nodes_between(self._csr, source, target, LONGEST)
        return None if nodes is None else self._engine.arcs_along(nodes, self._weights)


class Lengths:
    """Tells how long the fastest ways are; of several equally fast ones, the shortest.

    A search weighs an arc by milliseconds and metres in one number, milliseconds first, so that both are exact and no
    tie is left that could show in a figure.

    Parameters
    ----------
    engine
        The network.
    milliseconds
        Time over every arc, shape (m,); `UNREACHABLE` where it is closed.
    metres
        Length of every arc, shape (m,).
    """

    def __init__(self, engine: Dijkstra, milliseconds: NDArray[np.int64], metres: NDArray[np.int64]) -> None:
        self._engine, self.milliseconds, self._metres = engine, milliseconds, metres
        usable = milliseconds > 0
        self._fastest = float((metres[usable] / milliseconds[usable]).max()) if usable.any() else 1.0
        self._prepared: tuple[int, NDArray[np.int64], csr_array, csr_array] | None = None

    def between(
        self, sources: NDArray[np.int64], targets: NDArray[np.int64], times: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Give the metres of the fastest ways.

        Parameters
        ----------
        sources, targets
            Nodes.
        times
            Their milliseconds as an engine gave them, shape (sources, targets).

        Raises
        ------
        Broken
            When this search finds other times than the engine did.
        Refused
            When milliseconds and metres together need more than 53 bits, as on ways of several weeks.
        """
        longest = int(times.max(initial=0))
        if longest == 0:
            return times.copy()
        unit, _weights, there, back = self._weighed(longest)
        # Every node of a way is within half its time of one of its ends; nothing else need be looked at.
        half = float((longest // 2 + 1) * unit)
        near = np.isfinite(_reached(there, sources, half)) | np.isfinite(_reached(back, targets, half))
        near[sources] = near[targets] = True
        region = np.flatnonzero(near)
        local = there[region][:, region] if len(region) < len(near) else there
        limit = (longest + 1) * unit - 1
        found = _searched(local, np.searchsorted(region, sources), np.searchsorted(region, targets), limit)
        if not np.array_equal(np.where(found < 0, UNREACHABLE, found // unit), times):
            raise Broken(_("two searches of the network give different times; please report this"))
        return np.where(found < 0, UNREACHABLE, found % unit)

    def path(self, source: int, target: int, time: int) -> NDArray[np.int64]:
        """Give the arcs of the shortest of the fastest ways, which takes that many milliseconds."""
        unit, weights, there, _back = self._weighed(time)
        nodes = _nodes_between(there, source, target, (time + 1) * unit - 1)
        if nodes is None:
            raise Broken(_("two searches of the network give different times; please report this"))
        return self._engine.arcs_along(nodes, weights)

    def _weighed(self, longest: int) -> tuple[int, NDArray[np.int64], csr_array, csr_array]:
        """Give a unit larger than the metres of any way of that time, the weights, and the matrix with its mirror."""
        unit = self._prepared[0] if self._prepared else 0
        if unit <= longest * self._fastest:
            unit = 1 << (int(longest * self._fastest) + 1).bit_length()
        if (longest + 2) * unit >= _EXACT:
            message = _("ways of {hours} hours are too long to be measured together; divide the district")
            raise Refused(message.format(hours=longest // 3_600_000))
        if self._prepared is None or self._prepared[0] != unit:
            # An arc that takes longer than can be told exactly is on no way that is asked for.
            told = (self.milliseconds > 0) & (self.milliseconds < _EXACT // unit)
            weights = np.where(told, np.where(told, self.milliseconds, 0) * unit + self._metres, UNREACHABLE)
            there = self._engine.csr(weights)
            self._prepared = (unit, weights, there, there.T.tocsr())
        return self._prepared


def _reached(csr: csr_array, sources: NDArray[np.int64], limit: float) -> NDArray[np.float64]:
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    found: NDArray[np.float64] = dijkstra(csr, indices=sources, limit=limit, min_only=True)
    return found


def _searched(csr: csr_array, sources: NDArray[np.int64], targets: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Give the least weights from sources to targets, `UNREACHABLE` beyond the limit."""
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    found = np.empty((len(sources), len(targets)), dtype=np.int64)
    step = max(1, _CELLS // max(1, csr.shape[0]))
    for start in range(0, len(sources), step):
        rows = dijkstra(csr, indices=sources[start : start + step], limit=float(limit))[:, targets]
        reached = np.isfinite(rows)
        found[start : start + step] = np.where(reached, np.where(reached, rows, 0).astype(np.int64), UNREACHABLE)
    return found


def _nodes_between(csr: csr_array, source: int, target: int, limit: int) -> NDArray[np.int64] | None:
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    far, before = dijkstra(csr, indices=source, limit=float(limit), return_predecessors=True)
    if not np.isfinite(far[target]):
        return None
    path = [target]
    while path[-1] != source:
        path.append(int(before[path[-1]]))
    return np.array(path[::-1], dtype=np.int64)
