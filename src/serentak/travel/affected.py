"""What active sites do to a leg: a detour, a longer time, or no way at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from serentak.travel.changing import Changing
from serentak.travel.crow import CrowFlight
from serentak.travel.hazards import CLOSED, Hazards
from serentak.travel.protocol import UNREACHABLE, Point
from serentak.travel.road import RoadTravel, door_to_door, walked

Pace = tuple[str, float]


class AffectedEstimate:
    """Legs estimated from coordinates, under hazards.

    Nothing is known of detours: a leg that begins or ends inside an active site, or that the site names, takes longer
    or is closed. A straight line that merely crosses a site is not touched; the road may well go round.

    Parameters
    ----------
    travel
        The estimate.
    hazards
        The sites.
    """

    def __init__(self, travel: CrowFlight, hazards: Hazards) -> None:
        self._travel, self._hazards = travel, hazards
        self._at: dict[str, list[int]] = {}
        self._on: dict[tuple[str, str], list[int]] = {}
        for number, site in enumerate(hazards.sites):
            for name in site.points:
                self._at.setdefault(name, []).append(number)
            for here, there in site.legs:
                for leg in {(here, there), (there, here)}:
                    self._on.setdefault(leg, []).append(number)
        self._plain: dict[tuple[str, str, Pace], int] = {}

    def seconds(self, start: Point, end: Point, pace: Pace, active: frozenset[int]) -> tuple[int, Collection[int]]:
        """Give the seconds of a leg while sites are active, and the sites that would change it."""
        mode, _factor = pace
        key = start.id, end.id, pace
        if key not in self._plain:
            self._plain[key] = int(self._travel.legs((start, end), *pace).seconds[0, 1])
        seconds = self._plain[key]
        met = {*self._at.get(start.id, ()), *self._at.get(end.id, ()), *self._on.get((start.id, end.id), ())}
        effects = {site: effect for site in met if (effect := _effect(self._hazards, site, mode)) is not None}
        working = [effects[site] for site in effects if site in active]
        if CLOSED in working:
            return UNREACHABLE, ()
        for effect in working:
            seconds = round(seconds * effect)
        return seconds, effects.keys() - active

    def many(self, legs: Sequence[tuple[Point, Point]], pace: Pace, active: frozenset[int]) -> NDArray[np.int64]:
        """Give the seconds of legs while sites are active."""
        return np.array([self.seconds(start, end, pace, active)[0] for start, end in legs], dtype=np.int64)


class AffectedRoads:
    """Legs on a network, under hazards: the best way that is left.

    Parameters
    ----------
    travel
        The network as it is.
    hazards
        The sites.
    """

    def __init__(self, travel: RoadTravel, hazards: Hazards) -> None:
        self._travel, self._hazards = travel, hazards
        self._changing: dict[str, Changing] = {}
        self._active: dict[str, frozenset[int]] = {}
        self._arcs: dict[int, NDArray[np.int64]] = {}
        self._joined: dict[tuple[str, str], tuple[int, int]] = {}

    @cached_property
    def edges(self) -> tuple[frozenset[int], ...]:
        """Edges of the network that lie in each site, wholly or in part."""
        return edges_of(self._travel, self._hazards)

    @cached_property
    def _sites_of(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for site, edges in enumerate(self.edges):
            for edge in edges:
                found.setdefault(edge, []).append(site)
        return found

    def seconds(self, start: Point, end: Point, pace: Pace, active: frozenset[int]) -> tuple[int, Collection[int]]:
        """Give the seconds of a leg while sites are active, and the sites that would change it."""
        mode, factor = pace
        (here, walk), (there, walk_on) = self._node(start, mode), self._node(end, mode)
        if here == there or min(here, there) < 0:
            return int(self._travel.seconds((start, end), mode, factor)[0, 1]), ()
        time, edges = self._under(mode, active).way(here, there)
        met: set[int] = set()
        for edge in edges.tolist():
            met.update(self._sites_of.get(edge, ()))
        seconds = int(door_to_door(np.array(time), np.array(walk + walk_on), factor))
        return seconds, {site for site in met - active if _effect(self._hazards, site, mode) is not None}

    def many(self, legs: Sequence[tuple[Point, Point]], pace: Pace, active: frozenset[int]) -> NDArray[np.int64]:
        """Give the seconds of legs between points that the network joins, while sites are active."""
        mode, factor = pace
        joined = np.array([(*self._node(start, mode), *self._node(end, mode)) for start, end in legs], dtype=np.int64)
        times = self._under(mode, active).times(joined[:, 0], joined[:, 2])
        return door_to_door(times, joined[:, 1] + joined[:, 3], factor)

    def _node(self, point: Point, mode: str) -> tuple[int, int]:
        """Give the node a point is joined to, negative if to none, and the milliseconds of the walk there."""
        if mode not in self._travel.graph.milliseconds:
            return -1, 0
        key = point.id, mode
        if key not in self._joined:
            snapped = self._travel.snapper.snap((point,), mode)
            self._joined[key] = int(snapped.node[0]), int(walked(snapped.metres)[0])
        return self._joined[key]

    def _under(self, mode: str, active: frozenset[int]) -> Changing:
        """Give the network while sites are active; that of the last question is at hand."""
        if mode not in self._changing:
            self._changing[mode], self._active[mode] = self._travel.changing(mode), frozenset()
        network = self._changing[mode]
        if self._active[mode] != active:
            closed, slowed = [], []
            for site in sorted(active):
                effect = _effect(self._hazards, site, mode)
                if effect is None or not self.edges[site]:
                    continue
                if site not in self._arcs:
                    self._arcs[site] = network.arcs(self.edges[site])
                if effect == CLOSED:
                    closed.append(self._arcs[site])
                else:
                    slowed.append((self._arcs[site], effect))
            network.change(closed, slowed)
            self._active[mode] = active
        return network


def edges_of(travel: RoadTravel, hazards: Hazards) -> tuple[frozenset[int], ...]:
    """Give the edges of a network in each site: those it names, and those drawn through its shape."""
    import shapely  # noqa: PLC0415 - heavy; only a district with hazards pays for it

    graph = travel.graph
    lines = shapely.linestrings(
        np.column_stack((graph.shape_lon, graph.shape_lat)),
        indices=np.repeat(np.arange(len(graph.metres)), np.diff(graph.shape_start)),
    )
    tree = shapely.STRtree(np.atleast_1d(np.asarray(lines, dtype=object)))
    found = []
    for site in hazards.sites:
        own = set(np.flatnonzero(np.isin(graph.source, list(site.edges))).tolist()) if site.edges else set()
        if site.shape is not None:
            own |= set(tree.query(site.shape, predicate="intersects").tolist())
        found.append(frozenset(own))
    return tuple(found)


def _effect(hazards: Hazards, site: int, mode: str) -> float | None:
    return hazards.layers[hazards.sites[site].layer].effect.get(mode)
