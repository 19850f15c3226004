"""Travel on a network: the fastest way by each mode, its time, its length and its line."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from serentak.travel.changing import Changing
from serentak.travel.crow import CrowFlight
from serentak.travel.graph import Graph
from serentak.travel.protocol import UNREACHABLE, Legs, Point, Way
from serentak.travel.searches import Changes, Searches
from serentak.travel.snap import Snapped, Snapper

ON_FOOT: Final = 4
"""km/h between a point and the network: a walking pace, whatever the mode. Nothing is known of that stretch."""

SHORT: Final = 100
"""Metres below which a nameless piece is said with what it leads to or from, such as a junction."""
_NO_CHANGES: Final[Changes] = MappingProxyType({})


class RoadTravel:
    """Times, lengths and lines of the fastest ways on a network; of equally fast ones the shortest.

    From a point one walks straight to the nearest node that the mode can use (`serentak.travel.snap`), and so at the
    other end; a point too far from any is not reached by that mode. Between two points joined at the same node the
    network says nothing, and the estimate from coordinates stands, with its gap between stations of one coordinate. It
    stands too for a mode of which the network knows no way at all, such as boats on a map of roads.

    Parameters
    ----------
    graph
        The network.
    terrain
        Terrain of the estimate between points joined at the same node, see `CrowFlight`.
    searches
        Searches of this very graph, to be shared; made when first needed.
    changes
        Edges closed or slowed; made by `close` and `slow`.
    """

    def __init__(
        self, graph: Graph, terrain: str, *, searches: Searches | None = None, changes: Changes = _NO_CHANGES
    ) -> None:
        self.graph, self.terrain, self.changes = graph, terrain, changes
        self._nearby = CrowFlight(terrain)
        self._searches = searches or Searches(graph)

    def __reduce__(self) -> tuple[Any, ...]:
        # Searches are made again where this is unpacked, from the cache on disk; the arrays alone travel.
        return _again, (self.graph, self.terrain, dict(self.changes))

    @property
    def engines(self) -> Mapping[str, str]:
        """Name and version of the software that searches."""
        return self._searches.engine.versions

    @cached_property
    def snapper(self) -> Snapper:
        """Joins points to this network."""
        return self._searches.snapper

    def close(self, edges: Iterable[int]) -> RoadTravel:
        """Give travel on the same network with more edges closed in both directions, for every mode.

        Parameters
        ----------
        edges
            Indices of edges of `graph`.
        """
        return self._changed(dict.fromkeys(map(int, edges), Fraction(0)))

    def slow(self, edges: Iterable[int], factor: float) -> RoadTravel:
        """Give travel on the same network with edges that take longer than at their own speed.

        Parameters
        ----------
        edges
            Indices of edges of `graph`. What is closed stays closed; a later factor replaces an earlier one.
        factor
            How many times longer, at least 1.

        Raises
        ------
        ValueError
            When the factor is below 1.
        """
        longer = Fraction(str(factor))
        if longer < 1:
            message = f"an edge cannot become quicker than it is: {factor}"
            raise ValueError(message)
        return self._changed({edge: longer for edge in map(int, edges) if self.changes.get(edge) != 0})

    def _changed(self, more: dict[int, Fraction]) -> RoadTravel:
        unknown = [edge for edge in more if not 0 <= edge < len(self.graph.metres)]
        if unknown:
            message = f"the network has no edge {unknown[0]}"
            raise IndexError(message)
        return RoadTravel(self.graph, self.terrain, searches=self._searches, changes={**self.changes, **more})

    def legs(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> Legs:
        """Give all legs between the points; see `serentak.travel.protocol.Travel`.

        Milliseconds over the arcs and the walks at both ends are added up, divided by the speed factor, and rounded up
        to seconds once.
        """
        if mode not in self.graph.milliseconds:
            return self._nearby.legs(points, mode, speed_factor)
        joined = _Joined(self.snapper.snap(points, mode))
        times, lengths = map(joined.spread, self._searches.between(joined.nodes, mode, self.changes))
        metres = np.where(times == UNREACHABLE, UNREACHABLE, lengths + joined.at_both_ends(joined.metres))
        seconds = joined.seconds(times, speed_factor)
        for own, near in self._near(points, joined, mode, speed_factor):
            metres[own], seconds[own] = near.metres, near.seconds
        np.fill_diagonal(metres, 0)
        return Legs(metres, seconds)

    def seconds(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> NDArray[np.int64]:
        """Give the seconds of `legs` alone, many times quicker where edges have just been closed."""
        if mode not in self.graph.milliseconds:
            return self._nearby.legs(points, mode, speed_factor).seconds
        joined = _Joined(self.snapper.snap(points, mode))
        times = joined.spread(self._searches.times(joined.nodes, mode, self.changes))
        seconds = joined.seconds(times, speed_factor)
        for own, near in self._near(points, joined, mode, speed_factor):
            seconds[own] = near.seconds
        return seconds

    def _near(
        self, points: Sequence[Point], joined: _Joined, mode: str, speed_factor: float
    ) -> Iterator[tuple[tuple[NDArray[np.int64], ...], Legs]]:
        """Give the estimates between points joined at the same node, each with its cells in a table of all points."""
        for group in joined.groups():
            yield np.ix_(group, group), self._nearby.legs([points[n] for n in group], mode, speed_factor)

    def way(self, start: Point, end: Point, mode: str) -> Way | None:
        """Give the way that `legs` measures: its bends, and its names with their metres."""
        if mode not in self.graph.milliseconds:
            return self._nearby.way(start, end, mode)
        joined = self.snapper.snap((start, end), mode)
        here, there = map(int, joined.node)
        if start.id == end.id or here == there >= 0:
            metres = int(self._nearby.legs((start, end), mode).metres[0, 1]) if start.id != end.id else 0
            return Way(((start.lon, start.lat), (end.lon, end.lat)), (("", metres),) if metres else ())
        arcs = self.arcs(start, end, mode)
        if arcs is None:
            return None
        walk_there, walk_on = map(int, joined.metres)
        line = [(start.lon, start.lat), *self._drawn(arcs), (end.lon, end.lat)]
        edges = self.graph.edge[arcs]
        named = [(self.graph.names[self.graph.name[edge]], int(self.graph.metres[edge])) for edge in edges]
        bends = tuple(bend for bend, _same in itertools.groupby(line))
        return Way(bends, said([("", walk_there), *named, ("", walk_on)]))

    def arcs(self, start: Point, end: Point, mode: str) -> NDArray[np.int64] | None:
        """Give the arcs of the way from one point to another in order of travel.

        Returns
        -------
        ndarray or None
            Indices of arcs of `graph`; empty between points joined at the same node and for a mode of which the
            network knows no way, None where there is no way.
        """
        if mode not in self.graph.milliseconds:
            return np.empty(0, dtype=np.int64)
        here, there = map(int, self.snapper.snap((start, end), mode).node)
        if min(here, there) < 0:
            return None
        return self._searches.path(here, there, mode, self.changes)

    def changing(self, mode: str) -> Changing:
        """Give the network as it is now for those who close and open its edges thousands of times.

        Raises
        ------
        KeyError
            When the network knows no way of this mode.
        """
        return Changing(self._searches, self._searches.weights(mode, self.changes))

    def _drawn(self, arcs: NDArray[np.int64]) -> list[tuple[float, float]]:
        graph, line = self.graph, []
        for arc in arcs:
            edge = graph.edge[arc]
            own = slice(graph.shape_start[edge], graph.shape_start[edge + 1])
            bends = list(zip(graph.shape_lon[own].tolist(), graph.shape_lat[own].tolist(), strict=True))
            line += bends if graph.forward[arc] else bends[::-1]
        return line


def walked(metres: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the milliseconds of walks between points and the network."""
    return -(-metres * 3600 // ON_FOOT)


def door_to_door(times: NDArray[np.int64], walks: NDArray[np.int64], speed_factor: float) -> NDArray[np.int64]:
    """Give seconds of milliseconds on the network and of the walks at its ends, which keep `UNREACHABLE`."""
    # In whole numbers, so that every machine rounds alike.
    factor = Fraction(str(speed_factor)).limit_denominator(1_000_000)
    seconds = -(-(times + walks) * factor.denominator // (1000 * factor.numerator))
    return np.where(times == UNREACHABLE, UNREACHABLE, seconds)


def said(pieces: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Merge pieces of a way as a person would say it: one entry a name, short nameless pieces with what precedes.

    Parameters
    ----------
    pieces
        Names with metres, in order of travel; the sum of the metres is kept.
    """
    merged: list[tuple[str, int]] = []
    for name, group in itertools.groupby(pieces, key=lambda piece: piece[0]):
        metres = sum(length for _name, length in group)
        if not metres:
            continue
        if merged and (name == merged[-1][0] or (not name and metres < SHORT)):
            merged[-1] = (merged[-1][0], merged[-1][1] + metres)
        elif len(merged) == 1 and not merged[0][0] and merged[0][1] < SHORT:
            merged[0] = (name, merged[0][1] + metres)
        else:
            merged.append((name, metres))
    return tuple(merged)


class _Joined:
    """Points at the nodes they are joined to: tables between distinct nodes become tables between points."""

    def __init__(self, snapped: Snapped) -> None:
        self.metres = snapped.metres
        every, self._place = np.unique(snapped.node, return_inverse=True)
        self._apart = int(np.count_nonzero(every < 0))
        self.nodes = every[self._apart :].astype(np.int64)

    def spread(self, table: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give a table between `nodes` for all points; `UNREACHABLE` for those that have no node."""
        whole = np.pad(table, ((self._apart, 0), (self._apart, 0)), constant_values=UNREACHABLE)
        return whole[np.ix_(self._place, self._place)]

    def at_both_ends(self, walks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give what is walked at both ends of every leg, shape (n, n)."""
        ends: NDArray[np.int64] = walks[:, None] + walks[None, :]
        return ends

    def seconds(self, times: NDArray[np.int64], speed_factor: float) -> NDArray[np.int64]:
        """Give seconds of milliseconds on the network with the walks at both ends; zero from a point to itself."""
        seconds = door_to_door(times, self.at_both_ends(walked(self.metres)), speed_factor)
        np.fill_diagonal(seconds, 0)
        return seconds

    def groups(self) -> list[NDArray[np.int64]]:
        """Give the points of every node that several are joined to."""
        order = np.argsort(self._place, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(self._place[order])) + 1)
        return [group for group in groups if len(group) > 1 and self._place[group[0]] >= self._apart]


def _again(graph: Graph, terrain: str, changes: Changes) -> RoadTravel:
    return RoadTravel(graph, terrain, changes=changes)
