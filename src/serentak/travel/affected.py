"""What active sites do to a leg: a detour, a longer time, or no way at all."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import numpy as np

from serentak.travel.crow import CrowFlight
from serentak.travel.hazards import CLOSED, Hazards
from serentak.travel.protocol import UNREACHABLE, Point
from serentak.travel.road import RoadTravel

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
        self._changed: dict[tuple[str, frozenset[int]], RoadTravel] = {}

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
        seconds, edges = self._under(mode, active).quick(start, end, mode, factor)
        met: set[int] = set()
        for edge in edges:
            met.update(self._sites_of.get(edge, ()))
        return seconds, {site for site in met - active if _effect(self._hazards, site, mode) is not None}

    def _under(self, mode: str, active: frozenset[int]) -> RoadTravel:
        key = mode, active
        if key not in self._changed:
            closed: set[int] = set()
            slowed: dict[int, float] = {}
            for site in sorted(active):
                effect = _effect(self._hazards, site, mode)
                if effect == CLOSED:
                    closed |= self.edges[site]
                elif effect is not None:
                    for edge in self.edges[site]:
                        slowed[edge] = slowed.get(edge, 1.0) * effect
            travel = self._travel.close(closed)
            for factor in sorted(set(slowed.values())):
                travel = travel.slow([edge for edge, own in slowed.items() if own == factor], factor)
            self._changed[key] = travel
        return self._changed[key]


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
