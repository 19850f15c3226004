"""What cannot be passed, or only slowly: closures laid over any way of travelling.

A closure names an edge of the network by its number in the source, the leg between two stops, or an area. Without a
network an area is an estimate: points inside it cannot be reached, and a straight leg that crosses it is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from serentak.travel.graph import Graph
from serentak.travel.protocol import UNREACHABLE, Legs, Point, Travel, Way


@dataclass(frozen=True, slots=True)
class Closure:
    """Something closed or slowed; exactly one of edge, leg and area is given.

    Parameters
    ----------
    edge
        Number of the feature in the network's source.
    leg
        Ids of two stops; closed in both directions unless `oneway`.
    area
        Polygon or multipolygon as GeoJSON geometry, lon, lat (degrees, WGS84).
    modes
        Modes it concerns; empty for all.
    factor
        0 where it is closed, else the share of its speed that is left, below 1.
    start, end
        Seconds from 00:00 on H between which it holds; None for ever.
    name
        How people call it.
    """

    edge: int | None = None
    leg: tuple[str, str] | None = None
    area: str | None = None
    modes: tuple[str, ...] = ()
    factor: float = 0.0
    start: int | None = None
    end: int | None = None
    oneway: bool = False
    name: str = ""

    def holds(self, first: int, last: int) -> bool:
        """Tell whether it holds at any second from first to last."""
        return (self.start is None or self.start <= last) and (self.end is None or self.end > first)

    def concerns(self, mode: str) -> bool:
        """Tell whether it concerns a mode."""
        return not self.modes or mode in self.modes


@runtime_checkable
class Network(Protocol):
    """Travel by a network whose edges, by their index, can be closed and slowed; both share what was prepared."""

    @property
    def graph(self) -> Graph:
        """The network itself."""
        ...

    @property
    def engines(self) -> Mapping[str, str]:
        """See `Travel`."""
        ...

    def close(self, edges: Iterable[int]) -> Network:
        """Give the same ways without these edges."""
        ...

    def slow(self, edges: Iterable[int], factor: float) -> Network:
        """Give the same ways with these edges taking a number of times longer."""
        ...

    def legs(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> Legs:
        """See `Travel`."""
        ...

    def way(self, start: Point, end: Point, mode: str) -> Way | None:
        """See `Travel`."""
        ...


def under(travel: Travel, closures: Iterable[Closure]) -> Travel:
    """Lay closures over a way of travelling.

    The ways without closures are not changed; both can be used side by side.
    """
    found = tuple(closures)
    return ClosedTravel(travel, found) if found else travel


class ClosedTravel:
    """Travel under closures; see `under`."""

    def __init__(self, travel: Travel, closures: tuple[Closure, ...]) -> None:
        self.free, self.closures = travel, closures
        self._by_mode: dict[str, Travel] = {}

    @property
    def engines(self) -> Mapping[str, str]:
        """Name and version of the software that searches."""
        return self.free.engines

    def legs(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> Legs:
        """Give all legs between the points, closed ones as `UNREACHABLE`."""
        legs = self._open(mode).legs(points, mode, speed_factor)
        own = [closure for closure in self.closures if closure.concerns(mode) and self._by_line(closure, mode)]
        if not own:
            return legs
        share = np.ones(legs.seconds.shape)
        for closure in own:
            hit = self._hit(closure, points)
            share[hit] = np.minimum(share[hit], closure.factor)
        closed = (share == 0) | (legs.seconds == UNREACHABLE)
        np.fill_diagonal(closed, val=False)
        slower = np.ceil(legs.seconds / np.where(share == 0, 1, share) - 1e-9).astype(np.int64)
        seconds = np.where(share < 1, slower, legs.seconds)
        return Legs(np.where(closed, UNREACHABLE, legs.metres), np.where(closed, UNREACHABLE, seconds))

    def way(self, start: Point, end: Point, mode: str) -> Way | None:
        """Give the way that `legs` measures, or None where it is closed."""
        closed = self.legs([start, end], mode).seconds[0, 1] == UNREACHABLE
        return None if closed else self._open(mode).way(start, end, mode)

    def _on_network(self, mode: str) -> bool:
        return isinstance(self.free, Network) and mode in self.free.graph.milliseconds

    def _by_line(self, closure: Closure, mode: str) -> bool:
        """Tell whether a closure is laid over the legs rather than over the edges of a network."""
        return closure.leg is not None or (closure.area is not None and not self._on_network(mode))

    def _open(self, mode: str) -> Travel:
        """Give the network as a mode finds it; the ways without closures where there is none."""
        if not self._on_network(mode):
            return self.free
        if mode not in self._by_mode:
            network = self.free
            assert isinstance(network, Network)  # noqa: S101 - asked just before
            for closure in sorted(self.closures, key=lambda closure: closure.factor, reverse=True):
                if closure.concerns(mode) and closure.leg is None:
                    edges = edges_of(closure, network.graph)
                    slower = 1 / closure.factor if closure.factor else 0.0
                    network = network.slow(edges, slower) if closure.factor else network.close(edges)
            self._by_mode[mode] = network
        return self._by_mode[mode]

    def _hit(self, closure: Closure, points: Sequence[Point]) -> NDArray[np.bool_]:
        """Mark the legs that a closure concerns."""
        hit = np.zeros((len(points), len(points)), dtype=bool)
        if closure.leg is not None:
            start, end = (np.array([point.id == name for point in points]) for name in closure.leg)
            hit |= np.outer(start, end)
            hit |= hit.T if not closure.oneway else False
        elif closure.area is not None:
            hit |= crossing(closure.area, points)
        return hit


@lru_cache(maxsize=512)
def edges_of(closure: Closure, graph: Graph) -> tuple[int, ...]:
    """Give the indices of the edges of a network that a closure concerns."""
    if closure.edge is not None:
        return tuple(int(edge) for edge in np.flatnonzero(graph.source == closure.edge))
    if closure.area is None:
        return ()
    import shapely  # noqa: PLC0415 - only where an area is closed

    shape = shapely.from_geojson(closure.area)
    shapely.prepare(shape)
    counts = np.diff(graph.shape_start)
    lines = shapely.linestrings(graph.shape_lon, graph.shape_lat, indices=np.repeat(np.arange(len(counts)), counts))
    return tuple(int(edge) for edge in np.flatnonzero(shapely.intersects(shape, lines)))


def crossing(area: str, points: Sequence[Point]) -> NDArray[np.bool_]:
    """Mark the pairs of points whose straight line touches an area, shape (n, n)."""
    import shapely  # noqa: PLC0415 - only where an area is closed

    shape = shapely.from_geojson(area)
    shapely.prepare(shape)
    lon = np.array([point.lon for point in points])
    lat = np.array([point.lat for point in points])
    west, south, east, north = shapely.bounds(shape)
    rows, columns = np.triu_indices(len(points), 1)
    # Most legs pass by far away, which their corners tell already.
    near = (np.maximum(lon[rows], lon[columns]) >= west) & (np.minimum(lon[rows], lon[columns]) <= east)
    near &= (np.maximum(lat[rows], lat[columns]) >= south) & (np.minimum(lat[rows], lat[columns]) <= north)
    rows, columns = rows[near], columns[near]
    ends = np.stack([lon[rows], lat[rows], lon[columns], lat[columns]], axis=1).reshape(-1, 2, 2)
    hit = np.zeros((len(points), len(points)), dtype=bool)
    hit[rows, columns] = shapely.intersects(shape, shapely.linestrings(ends)) if len(rows) else False
    return hit | hit.T
