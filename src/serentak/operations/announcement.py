"""Promises as events: the pieces in which a plan is announced, each readable alone and small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from serentak.custody.cbor import encode
from serentak.custody.kinds import Kind
from serentak.custody.objects import expand, gather

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from serentak.kit.kits import Kits
    from serentak.operations.promises import Clock, Promises
    from serentak.territory.model import District

PIECE: Final = 7_500
"""Bytes of rows in one piece; with its header and signature an entry stays below 8 kB."""
SEAL: Final = "seal"
"""Item of ``stock.csv`` that is dealt to boxes."""
_NO_SERIES: Final = "-"

Piece = tuple[Kind, dict[str, Any]]
"""Kind of an event and its fields beyond plan and header."""
Run = tuple[str, int, int]
"""Seals of one series: series, first, last."""


def pieces_of(promises: Promises, district: District, seals: Mapping[str, list[Run]], clock: Clock) -> list[Piece]:
    """Give the pieces of an announcement: places, guards, loads, seals; equal plans give equal pieces.

    Parameters
    ----------
    promises
        What the plan promises.
    district
        For its places.
    seals
        Seals by box, see `deal_seals`.
    clock
        Turns seconds from H into instants.
    """
    posts = [
        [place.id, place.id, place.kind, 1, [[round(place.lon * 1e7), round(place.lat * 1e7)]]]
        for place in district.places
    ]  # fmt: skip
    shifts = [[each.place, each.unit, clock.instant(each.since), clock.instant(each.until)] for each in promises.shifts]
    loads = [each.row(clock) for each in promises.handovers]
    return [
        *((Kind.POSTS, {"posts": rows}) for rows in _split(posts)),
        *((Kind.GUARDS, {"shifts": rows}) for rows in _split(shifts)),
        *((Kind.LOADS, {"loads": rows}) for rows in _split(loads)),
        *((Kind.SERIES, fields) for fields in _series(seals)),
    ]


def _split(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    part: list[list[Any]] = []
    size = 0
    for row in rows:
        more = len(encode(row))
        if part and size + more > PIECE:
            yield part
            part, size = [], 0
        part.append(row)
        size += more
    if part:
        yield part


def _series(seals: Mapping[str, list[Run]]) -> Iterator[dict[str, Any]]:
    part: list[str] = []
    size = 0
    for box, runs in seals.items():
        more = len(box) + sum(len(encode([4096, *run])) for run in runs)
        if part and size + more > PIECE:
            yield _series_of(part, seals)
            part, size = [], 0
        part.append(box)
        size += more
    if part:
        yield _series_of(part, seals)


def _series_of(boxes: list[str], seals: Mapping[str, list[Run]]) -> dict[str, Any]:
    ordered = sorted(boxes, key=order_of(boxes).__getitem__)
    rows = [[number, *run] for number, box in enumerate(ordered) for run in seals[box]]
    return {"objects": gather(boxes), "seals": rows}


def order_of(identifiers: Iterable[str]) -> dict[str, int]:
    """Give the number of each box or bundle in the list that names them, see `serentak.custody.objects.gather`."""
    return {identifier: number for number, identifier in enumerate(expand(gather(identifiers)))}


def deal_seals(district: District, kits: Kits) -> tuple[dict[str, list[Run]], int]:
    """Deal the seals in stock to all boxes in the order of their ids, as many each as the rule pack says.

    Returns
    -------
    tuple
        Runs of seals by box, and how many boxes got none because the stock was not enough; 0 without any stock.
    """
    boxes = sorted(
        [box for kit in kits.stations.values() for box in kit.boxes]
        + [box for kit in kits.recap.values() for box in kit.boxes]
    )
    stock = [row for row in district.stock if row.item == SEAL]
    left: list[list[Any]] = [[row.series or _NO_SERIES, row.start, row.end] for row in stock]
    dealt: dict[str, list[Run]] = {}
    each = kits.rules["seals_per_box"]
    for box in boxes if each else ():
        if sum(end - start + 1 for _series, start, end in left) < each:
            break
        dealt[box] = list(_take(left, each))
    return dealt, len(boxes) - len(dealt) if stock else 0


def _take(left: list[list[Any]], count: int) -> Iterator[Run]:
    while count:
        series, start, end = left[0]
        got = min(count, end - start + 1)
        yield series, start, start + got - 1
        count -= got
        if start + got > end:
            left.pop(0)
        else:
            left[0][1] = start + got
