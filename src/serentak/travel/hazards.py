"""What may close or slow the ways: layers of sites, the causes they share, and named scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Kind = Literal["flood", "landslide", "high_water", "low_water", "sea", "security"]
KINDS: Final[tuple[Kind, ...]] = ("flood", "landslide", "high_water", "low_water", "sea", "security")
CLOSED: Final = 0.0
"""Stands for "closed" among effects, which otherwise say how many times longer a journey takes."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What many sites share: a wet day, a dam that opens its gates, a spring tide.

    Parameters
    ----------
    name
        Name.
    probability
        Chance that it begins on a day, by season.
    lasts
        Days.
    slower
        How many times longer all journeys take while it lasts, by mode; 1 where a mode is not named.
    source
        Where the figures come from; says "assumed" or "invented" where they do.
    """

    name: str
    probability: Mapping[str, float]
    lasts: int = 1
    slower: Mapping[str, float] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """Sites of one kind from one source.

    Parameters
    ----------
    name
        Name.
    kind
        What it is.
    effect
        By mode: how many times longer a way through a site takes, `CLOSED` where nobody gets through; a mode that is
        not named is not touched.
    cause
        Name of the cause the sites share, or empty.
    given
        Chance that a site is active while the cause is at work; on any day where there is no cause.
    alone
        Chance that a site is active on a day by itself, whatever the cause.
    source, as_of
        Who says so, and when; "assumed" and "invented" are said here.
    """

    name: str
    kind: Kind
    effect: Mapping[str, float]
    cause: str
    given: float
    alone: float
    source: str
    as_of: str


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """What is active or not as a whole: one polygon, one stretch of road, one river.

    Parameters
    ----------
    name
        Unique name; draws go by it.
    layer
        Index of its layer.
    points
        Ids of the stations and places inside.
    legs
        Legs it lies on, as pairs of ids, each in both directions.
    shape
        Area or line, lon and lat (WGS84), or None.
    edges
        Numbers of features of the network (`Graph.source`) that it names.
    """

    name: str
    layer: int
    points: frozenset[str]
    legs: frozenset[tuple[str, str]]
    shape: BaseGeometry | None
    edges: frozenset[int]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named situation: what is taken as given instead of the season's chances.

    Parameters
    ----------
    name, note
        Name, and what it stands for.
    causes
        Chance of causes in it; a cause that is not named keeps the season's.
    given
        Chance of the sites of layers in it, by name of the layer.
    """

    name: str
    note: str
    causes: Mapping[str, float]
    given: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Hazards:
    """All hazards of a district.

    Parameters
    ----------
    season
        Season of the election, a key of `Cause.probability`.
    causes, scenarios
        By name.
    layers, sites
        As read.
    """

    season: str
    causes: Mapping[str, Cause]
    layers: tuple[Layer, ...]
    sites: tuple[Site, ...]
    scenarios: Mapping[str, Scenario]

    def likely(self, cause: Cause, scenario: Scenario | None) -> float:
        """Give the chance that a cause begins on a day."""
        if scenario is not None and cause.name in scenario.causes:
            return scenario.causes[cause.name]
        return cause.probability.get(self.season, 0.0)

    @staticmethod
    def chances(layer: Layer, scenario: Scenario | None) -> tuple[float, float]:
        """Give the chances of a layer's sites: while its cause is at work, and alone."""
        if scenario is not None and layer.name in scenario.given:
            return scenario.given[layer.name], layer.alone
        return layer.given, layer.alone
