"""Travel that is asked for the same legs again and again, and looks them up once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serentak.travel.protocol import Legs, Point, Travel, Way


class Remembered:
    """Any travel, with the legs of every set of points remembered.

    For work that comes back to the same stages several times within a second; memory grows with every set asked for.
    """

    def __init__(self, travel: Travel) -> None:
        self.travel = travel
        self._legs: dict[tuple[tuple[Point, ...], str, float], Legs] = {}

    @property
    def engines(self) -> Mapping[str, str]:
        """Name and version of the software that searches."""
        return self.travel.engines

    def legs(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> Legs:
        """Give all legs between the points; see `serentak.travel.protocol.Travel`. Nobody may write into them."""
        key = (tuple(points), mode, speed_factor)
        if key not in self._legs:
            self._legs[key] = self.travel.legs(points, mode, speed_factor)
        return self._legs[key]

    def way(self, start: Point, end: Point, mode: str) -> Way | None:
        """Give the way that `legs` measures."""
        return self.travel.way(start, end, mode)
