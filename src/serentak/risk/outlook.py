"""How surely a plan holds: probabilities by district, kecamatan, place and station, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from serentak.plan.model import Direction
from serentak.risk.chance import Chance, chance
from serentak.risk.closures import Closures
from serentak.risk.course import Course
from serentak.risk.critical import Link
from serentak.risk.exposure import Exposure
from serentak.risk.futures import Arrivals
from serentak.risk.uncertainty import Uncertainty
from serentak.travel.hazards import Hazards, Scenario

DIRECTIONS: tuple[Direction, ...] = ("out", "back")


@dataclass(frozen=True, slots=True)
class Odds:
    """The chance that something is in time.

    Parameters
    ----------
    id
        Station, place or kecamatan.
    on_time
        With the hazards.
    calm
        Without them: journeys, hubs and vehicles stray all the same.
    sites
        Names of the sites its ways met.
    """

    id: str
    on_time: Chance
    calm: Chance
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """How surely a plan holds.

    Parameters
    ----------
    futures, seed
        How many futures, and their seed.
    uncertainty
        How far things strayed in them.
    hazards, scenario
        What could close, or None; and what was taken as given, or None.
    all_on_time
        Chance that every station the plan serves is in time, with the hazards and without, by direction.
    missed
        Stations late or not reached in the mean, and in the worst of 20 futures, by direction.
    stations, places, kecamatan
        Odds, the least sure first, by direction.
    exposures
        What each layer of hazards touches.
    links
        Stretches of way that nothing replaces; empty where ways are estimates.
    """

    futures: int
    seed: int
    uncertainty: Uncertainty
    hazards: Hazards | None
    scenario: Scenario | None
    all_on_time: dict[Direction, Odds]
    missed: dict[Direction, tuple[float, int]]
    stations: dict[Direction, tuple[Odds, ...]]
    places: dict[Direction, tuple[Odds, ...]]
    kecamatan: dict[Direction, tuple[Odds, ...]]
    exposures: tuple[Exposure, ...] = ()
    links: tuple[Link, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the figures as plain data."""

        def row(odds: Odds) -> dict[str, Any]:
            return {"id": odds.id, "on_time": list(odds.on_time), "calm": odds.calm.value, "sites": list(odds.sites)}

        return {
            "futures": self.futures,
            "seed": self.seed,
            "scenario": self.scenario.name if self.scenario else None,
            "exposures": [{name: getattr(row, name) for name in Exposure.__slots__} for row in self.exposures],
            "links": [{name: getattr(row, name) for name in Link.__slots__} for row in self.links],
            "uncertainty": {name: getattr(self.uncertainty, name) for name in Uncertainty.__slots__},
            **{
                direction: {
                    "all_on_time": row(self.all_on_time[direction]),
                    "missed_mean": self.missed[direction][0],
                    "missed_1_in_20": self.missed[direction][1],
                    "kecamatan": [row(odds) for odds in self.kecamatan[direction]],
                    "places": [row(odds) for odds in self.places[direction]],
                    "stations": [row(odds) for odds in self.stations[direction]],
                }
                for direction in DIRECTIONS
            },
        }


def outlook(
    course: Course,
    seen: Arrivals,
    calm: Arrivals,
    uncertainty: Uncertainty,
    seed: int,
    ways: Closures | None = None,
) -> Outlook:
    """Turn counts over futures into probabilities.

    Parameters
    ----------
    course, seen, calm
        The plan, and what happened with its hazards and without them; the same futures otherwise.
    uncertainty, seed
        What the futures were drawn from.
    ways
        The hazards at work, or None where there are none.
    """
    met = ways.met() if ways is not None else {}
    names = (
        {point: tuple(sorted(ways.hazards.sites[n].name for n in sites)) for point, sites in met.items()}
        if ways
        else {}
    )

    def odds(direction: Direction, ids: tuple[str, ...]) -> tuple[Odds, ...]:
        rows = [
            Odds(
                name,
                chance(seen.on_time[direction][name], seen.futures),
                chance(calm.on_time[direction][name], calm.futures),
                names.get(name, ()),
            )
            for name in ids
        ]
        return tuple(sorted(rows, key=lambda row: (row.on_time.value, row.id)))

    def together(direction: Direction) -> tuple[Odds, ...]:
        rows = [
            Odds(code, chance(hits, seen.futures), chance(calm.together[direction][code], calm.futures))
            for code, hits in seen.together[direction].items()
        ]
        return tuple(sorted(rows, key=lambda row: (row.on_time.value, row.id)))

    def whole(direction: Direction) -> Odds:
        hits = [int(counts.missed[direction][0]) for counts in (seen, calm)]
        return Odds("", chance(hits[0], seen.futures), chance(hits[1], calm.futures))

    return Outlook(
        futures=seen.futures,
        seed=seed,
        uncertainty=uncertainty,
        hazards=ways.hazards if ways is not None else None,
        scenario=ways.scenario if ways is not None else None,
        all_on_time={direction: whole(direction) for direction in DIRECTIONS},
        missed={direction: _missed(seen, direction) for direction in DIRECTIONS},
        stations={direction: odds(direction, course.stations[direction]) for direction in DIRECTIONS},
        places={direction: odds(direction, course.places[direction]) for direction in DIRECTIONS},
        kecamatan={direction: together(direction) for direction in DIRECTIONS},
    )


def _missed(seen: Arrivals, direction: Direction) -> tuple[float, int]:
    counts = seen.missed[direction]
    mean = float((counts * np.arange(len(counts))).sum() / seen.futures)
    bad = int(np.searchsorted(np.cumsum(counts), 0.95 * seen.futures))
    return mean, bad
