"""A network of one mode whose edges are closed and opened thousands of times, as futures ask for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from serentak.travel.protocol import UNREACHABLE

if TYPE_CHECKING:
    from serentak.travel.searches import Searches

_ANEW: Final = 4_000
"""Arcs that change at once above which it is quicker to lay all times over the network anew."""

Arcs = NDArray[np.int64]


class Changing:
    """Fastest ways while some edges are closed and others take longer; only what differs is updated.

    Parameters
    ----------
    searches
        The network.
    weights
        Milliseconds of every arc when nothing is changed.
    """

    def __init__(self, searches: Searches, weights: Arcs) -> None:
        self._searches, self._plain, self._now = searches, weights, weights
        self._metric = searches.engine.customise(weights)

    def arcs(self, edges: Collection[int]) -> Arcs:
        """Give the arcs of edges."""
        order, starts = self._searches.arcs_of
        own = [order[starts[edge] : starts[edge + 1]] for edge in sorted(edges)]
        return np.concatenate(own) if own else np.empty(0, dtype=np.int64)

    def change(self, closed: Collection[Arcs], slowed: Collection[tuple[Arcs, float]]) -> None:
        """Take the network as it was, but for these arcs.

        Parameters
        ----------
        closed
            Arcs that nobody gets through.
        slowed
            Arcs that take so many times longer; where several slow one arc, they multiply.
        """
        weights = self._plain.copy()
        if slowed:
            longer = np.ones(len(weights))
            for arcs, factor in slowed:
                longer[arcs] *= factor
            for factor, own in _alike(longer).items():
                exact = Fraction(str(factor))
                usable = own[weights[own] > 0]
                weights[usable] = -(-weights[usable] * exact.numerator // exact.denominator)
        for arcs in closed:
            weights[arcs] = UNREACHABLE
        other = np.flatnonzero(weights != self._now)
        if len(other) > _ANEW:
            self._metric = self._searches.engine.customise(weights)
        elif len(other):
            self._metric.update(other, weights[other])
        self._now = weights

    def way(self, source: int, target: int) -> tuple[int, Arcs]:
        """Give the milliseconds of a fastest way, and the edges it uses; none where there is no way."""
        arcs = self._metric.path(source, target)
        if arcs is None:
            return UNREACHABLE, np.empty(0, dtype=np.int64)
        return int(self._now[arcs].sum()), self._searches.graph.edge[arcs].astype(np.int64)

    def times(self, sources: ArrayLike, targets: ArrayLike) -> Arcs:
        """Give the milliseconds from each source to the target beside it."""
        return self._metric.pairs(sources, targets)


def _alike(longer: NDArray[np.float64]) -> Mapping[float, Arcs]:
    """Give the arcs of every factor other than 1."""
    changed = np.flatnonzero(longer != 1)
    return {factor: changed[longer[changed] == factor] for factor in np.unique(longer[changed]).tolist()}
