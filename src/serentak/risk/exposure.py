"""What of a plan lies in hazards, or depends on ways through them."""

from __future__ import annotations

from dataclasses import dataclass

from serentak.risk.closures import Closures
from serentak.risk.course import Course
from serentak.territory.model import District


@dataclass(frozen=True, slots=True)
class Exposure:
    """One layer of hazards, and what it touches.

    Parameters
    ----------
    layer
        Name of the layer.
    sites
        How many it has.
    stations, voters
        Stations inside its sites, and the voters on their lists.
    fixed
        Of these stations, those of which the district says that they cannot move inside their village.
    movable
        How many of these stations may move inside their village; of the rest nobody has said.
    places
        Ids of warehouses, hubs and road ends inside.
    nights
        Of these, where vehicles or goods spend a night by the plan.
    runs
        Runs whose ways meet a site.
    """

    layer: str
    sites: int
    stations: tuple[str, ...]
    voters: int
    fixed: tuple[str, ...]
    movable: int
    places: tuple[str, ...]
    nights: tuple[str, ...]
    runs: int


def exposures(course: Course, district: District, ways: Closures) -> tuple[Exposure, ...]:
    """Give what each layer touches.

    Parameters
    ----------
    course, district
        The plan and its district.
    ways
        Hazards whose legs have been searched, see `serentak.risk.futures.play_futures`.
    """
    nights = {halt.child.id for journey in course.journeys for halt in journey.halts if halt.morning is not None}
    met = ways.met()
    found = []
    for number, layer in enumerate(ways.hazards.layers):
        sites = {n for n, site in enumerate(ways.hazards.sites) if site.layer == number}
        inside = frozenset[str]().union(*(ways.hazards.sites[n].points for n in sites))
        stations = [station for station in district.stations if station.id in inside]
        places = tuple(place.id for place in district.places if place.id in inside)
        through = {name for name, own in met.items() if own & sites}
        runs = sum(any(halt.child.id in through for halt in journey.halts) for journey in course.journeys)
        found.append(
            Exposure(
                layer.name,
                len(sites),
                tuple(station.id for station in stations),
                sum(station.voters for station in stations),
                tuple(station.id for station in stations if station.movable is False),
                sum(station.movable is True for station in stations),
                places,
                tuple(place for place in places if place in nights),
                runs,
            )
        )
    return tuple(found)
