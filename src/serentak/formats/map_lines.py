"""Lines as ``map.html`` holds them: steps on a grid of about a metre."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from serentak.formats.journeys import Line

GRID: Final = 100_000
"""Steps a degree in drawn lines: about a metre."""
BEND: Final = 0.0001
"""Degrees by which a drawn line may be straightened: about ten metres."""


def straightened(line: Line) -> Line:
    """Give a line without bends that nobody sees."""
    import shapely  # noqa: PLC0415 - heavy; only those who draw pay for it

    return tuple((lon, lat) for lon, lat in shapely.LineString(line).simplify(BEND).coords)


def steps_of(line: Iterable[Sequence[float]]) -> list[int]:
    """Give a line as steps of the grid: the first position, then what each next one differs by."""
    steps: list[int] = []
    before = (0, 0)
    for position in line:
        here = (round(position[0] * GRID), round(position[1] * GRID))
        steps += [here[0] - before[0], here[1] - before[1]]
        before = here
    return steps
