"""When the acts of one object happened, as far as it can be known from clocks that may be wrong by days.

Steps give the order. Clocks that fit it, and what the log itself knows of times, are believed. Where clocks contradict
each other, the fewest devices are set aside that take the contradiction away; where that can be done in several ways,
all of these, because nobody can tell which clock is wrong. What a clock set aside said is replaced by what is certain:
not before the believed act before, not after the believed one behind.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from serentak.custody.fields import MAX_MS

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

TOLERANCE: Final = 600_000
"""Milliseconds that two clocks may differ before it is said."""
_MOST_TRIED: Final = 3
"""Devices that are set aside at most; where that does not suffice, no clock is believed."""

Span = tuple[int, int]
"""Earliest and latest instant, epoch milliseconds."""


def happened(
    claims: Sequence[int], devices: Sequence[int], bounds: Sequence[Span] | None
) -> tuple[list[Span], list[int]]:
    """Say when acts happened.

    Parameters
    ----------
    claims
        What the devices' clocks said, in the order in which the acts happened.
    devices
        Which device said it.
    bounds
        Earliest and latest instant that the log allows for each; None where it says nothing.

    Returns
    -------
    tuple
        The span of each act (earliest = latest where its clock is believed), and which acts' clocks were set aside.
    """
    wrong = set() if bounds is None else {
        device
        for claim, device, (low, high) in zip(claims, devices, bounds, strict=True)
        if not low - TOLERANCE <= claim <= high + TOLERANCE
    }  # fmt: skip
    wrong |= _doubtful(claims, devices, wrong)
    if not wrong:
        return [(claim, claim) for claim in claims], []
    limits = [(0, MAX_MS)] * len(claims) if bounds is None else bounds
    spans: list[Span] = []
    before = 0
    for claim, device, (low, high) in zip(claims, devices, limits, strict=True):
        if device in wrong:
            spans.append((max(low, before), high))
        else:
            before = max(before, claim)
            spans.append((claim, claim))
    after = MAX_MS
    for at in range(len(spans) - 1, -1, -1):
        low, high = spans[at]
        if devices[at] in wrong:
            high = min(high, after)
            spans[at] = min(low, high), high
        else:
            after = min(after, low)
    return spans, [at for at, device in enumerate(devices) if device in wrong]


def _doubtful(claims: Sequence[int], devices: Sequence[int], wrong: Set[int]) -> set[int]:
    """Give the devices, beyond those known to be wrong, whose clocks the order of acts puts in doubt."""
    if _in_order(claims, devices, wrong):
        return set()
    candidates = sorted(set(devices) - wrong)
    for count in range(1, _MOST_TRIED + 1):
        ways = [set(each) for each in combinations(candidates, count) if _in_order(claims, devices, wrong | set(each))]
        if ways:
            return set.union(*ways)
    return set(candidates)


def _in_order(claims: Sequence[int], devices: Sequence[int], without: Set[int]) -> bool:
    kept = claims
    if without:
        kept = [claim for claim, device in zip(claims, devices, strict=True) if device not in without]
    return all(after + TOLERANCE >= before for before, after in pairwise(kept))
