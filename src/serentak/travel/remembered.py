"""Travel that is asked for the same legs again and again, and looks them up once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from serentak.travel.closures import Network
from serentak.travel.graph import Graph
from serentak.travel.protocol import Legs, Point, Travel, Way


def remembered(travel: Travel) -> Remembered:
    """Give travel that looks legs up once; a network stays one whose edges can be closed."""
    if isinstance(travel, Remembered):
        return travel
    return RememberedNetwork(travel) if isinstance(travel, Network) else Remembered(travel)


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


class RememberedNetwork(Remembered):
    """A network, with the legs of every set of points remembered, those under closures too."""

    travel: Network

    def __init__(self, travel: Network) -> None:
        super().__init__(travel)
        self._changed: dict[tuple[frozenset[int], float], RememberedNetwork] = {}

    @property
    def graph(self) -> Graph:
        """The network itself."""
        return self.travel.graph

    def close(self, edges: Iterable[int]) -> RememberedNetwork:
        """Give the same ways without these edges."""
        return self._under(frozenset(edges), 0.0)

    def slow(self, edges: Iterable[int], factor: float) -> RememberedNetwork:
        """Give the same ways with these edges taking a number of times longer."""
        return self._under(frozenset(edges), factor)

    def _under(self, edges: frozenset[int], factor: float) -> RememberedNetwork:
        key = edges, factor
        if key not in self._changed:
            changed = self.travel.slow(edges, factor) if factor else self.travel.close(edges)
            self._changed[key] = RememberedNetwork(changed)
        return self._changed[key]
