"""When the acts of one object happened, as far as it can be known from clocks that may be wrong by days.

Steps give the order. Clocks that fit it are believed; of clocks that contradict each other the fewest are set aside,
and what a clock set aside said is replaced by what is certain: not before the believed act before, not after the
believed one behind, and within what the log itself knows.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from serentak.custody.fields import MAX_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLERANCE: Final = 600_000
"""Milliseconds that two clocks may differ before it is said."""

Span = tuple[int, int]
"""Earliest and latest instant, epoch milliseconds."""


def happened(claims: Sequence[int], bounds: Sequence[Span]) -> tuple[list[Span], list[int]]:
    """Say when acts happened.

    Parameters
    ----------
    claims
        What the devices' clocks said, in the order in which the acts happened.
    bounds
        Earliest and latest instant that the log allows for each.

    Returns
    -------
    tuple
        The span of each act (earliest = latest where its clock is believed), and which clocks were set aside.
    """
    good = [low - TOLERANCE <= claim <= high + TOLERANCE for claim, (low, high) in zip(claims, bounds, strict=True)]
    if all(good) and all(after + TOLERANCE >= before for before, after in pairwise(claims)):
        return [(claim, claim) for claim in claims], []
    believed = _longest([at for at, fits in enumerate(good) if fits], claims)
    spans: list[Span] = []
    for at, (low, high) in enumerate(bounds):
        if at in believed:
            spans.append((claims[at], claims[at]))
        else:
            before = max((claims[each] for each in believed if each < at), default=0)
            after = min((claims[each] for each in believed if each > at), default=MAX_MS)
            low, high = max(low, before), min(high, after)  # noqa: PLW2901 - the same bounds, tighter
            spans.append((min(low, high), high))
    return spans, [at for at in range(len(claims)) if at not in believed]


def _longest(places: list[int], claims: Sequence[int]) -> set[int]:
    """Give the most acts whose clocks agree with their order; among equals those that make the acts earlier."""
    best: list[list[int]] = []
    for number, at in enumerate(places):
        fitting = [best[each] for each in range(number) if claims[places[each]] <= claims[at] + TOLERANCE]
        best.append([*_first(fitting, claims), at])
    return set(_first(best, claims))


def _first(chains: list[list[int]], claims: Sequence[int]) -> list[int]:
    """Give the longest chain, and among equals the one with the earliest clocks."""
    return min(chains, key=lambda chain: (-len(chain), [claims[each] for each in chain]), default=[])
