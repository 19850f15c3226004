"""Probabilities from counts, with what the number of futures leaves uncertain."""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

Z95: Final = 1.959963984540054
"""Standard normal quantile of a two-sided interval of 95 %."""


class Chance(NamedTuple):
    """A probability seen in futures.

    Parameters
    ----------
    value
        Share of the futures.
    low, high
        Wilson interval of 95 % (Wilson, JASA 22, 1927): what the number of futures leaves open, not whether the
        assumptions are right.
    """

    value: float
    low: float
    high: float


def chance(hits: int, futures: int) -> Chance:
    """Give the probability of what happened in `hits` of `futures` futures.

    Raises
    ------
    ValueError
        When there are no futures, or more hits than futures.
    """
    if not 0 <= hits <= futures or futures == 0:
        message = f"{hits} of {futures} futures"
        raise ValueError(message)
    share, z2 = hits / futures, Z95**2
    middle = (share + z2 / (2 * futures)) / (1 + z2 / futures)
    reach = Z95 * sqrt(share * (1 - share) / futures + z2 / (4 * futures**2)) / (1 + z2 / futures)
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    high = 1.0 if hits == futures else min(1.0, middle + reach)
    return Chance(share, low, high)
