"""The least sure villages of a plan, each with what makes it so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from serentak.plan.model import Direction
from serentak.risk.chance import Chance
from serentak.risk.course import Course, Halt, Journey
from serentak.risk.outlook import DIRECTIONS, Odds, Outlook
from serentak.territory.model import District, Station

Why = Literal["hazards", "time"]


@dataclass(frozen=True, slots=True)
class Weak:
    """A village in one direction, told by its least sure station.

    Parameters
    ----------
    district, village, name, kecamatan
        Code of the district, code and name of the village, name of its kecamatan.
    stations, voters
        Stations of the village, and the voters on their lists.
    station
        The least sure of them.
    on_time, calm
        Its chance to be in time, and the share of futures in which it is when nothing closes.
    why
        What costs more futures: ``hazards``, or the ``time`` that delays need and the plan does not have.
    margin
        Seconds from its planned arrival to its deadline; on the way back, from the run's return to the deadline.
    stop, stops
        Which stop of its run it is, and how many the run has.
    driving
        Driving time of its run, seconds.
    base
        Name of the place where its run starts.
    sites
        Names of the sites that ways towards it meet.
    """

    district: str
    village: str
    name: str
    kecamatan: str
    direction: Direction
    stations: int
    voters: int
    station: str
    on_time: Chance
    calm: float
    why: Why
    margin: int
    stop: int
    stops: int
    driving: int
    base: str
    sites: tuple[str, ...]


def rank(weak: Weak) -> tuple[float, int, str, str]:
    """Give the key that sorts the weakest first; of equal ones, that with most voters."""
    return weak.on_time.value, -weak.voters, weak.village, weak.direction


def weakest(found: Outlook, course: Course, district: District, most: int) -> tuple[Weak, ...]:
    """Give the least sure villages of a plan, out and back.

    Parameters
    ----------
    found, course, district
        How surely a plan holds, the plan as a course of events, and its district.
    most
        How many at most.
    """
    stations = {station.id: station for station in district.stations}
    villages: dict[str, list[Station]] = {}
    for station in district.stations:
        villages.setdefault(station.village, []).append(station)
    least: dict[tuple[Direction, str], Odds] = {}
    for direction in DIRECTIONS:
        for odds in found.stations[direction]:  # the least sure first
            least.setdefault((direction, stations[odds.id].village), odds)

    def key(item: tuple[tuple[Direction, str], Odds]) -> tuple[float, int, str, str]:
        (direction, village), odds = item
        return odds.on_time.value, -sum(station.voters for station in villages[village]), village, direction

    chosen = sorted(least.items(), key=key)[:most]
    wanted = {(direction, odds.id) for (direction, _village), odds in chosen}
    halts = {
        (journey.direction, halt.child.id): (journey, number, halt)
        for journey in course.journeys
        for number, halt in enumerate(journey.halts)
        if (journey.direction, halt.child.id) in wanted
    }
    names = {place.id: place.name for place in district.places}
    weak = []
    for (direction, village), odds in chosen:
        own, (journey, number, halt) = villages[village], halts[direction, odds.id]
        lost_to_hazards, lost_to_time = odds.calm.value - odds.on_time.value, 1 - odds.calm.value
        weak.append(
            Weak(
                district=district.code,
                village=village,
                name=own[0].desa_name,
                kecamatan=own[0].kecamatan_name,
                direction=direction,
                stations=len(own),
                voters=sum(station.voters for station in own),
                station=odds.id,
                on_time=odds.on_time,
                calm=odds.calm.value,
                why="hazards" if lost_to_hazards > lost_to_time else "time",
                margin=_margin(journey, number, halt),
                stop=number + 1,
                stops=len(journey.halts),
                driving=journey.seconds,
                base=names[journey.base.id],
                sites=odds.sites,
            )
        )
    return tuple(weak)


def _margin(journey: Journey, number: int, halt: Halt) -> int:
    if journey.direction == "out":
        return halt.closes - journey.run.stops[number].arrive
    return 0 if halt.due is None else halt.due - journey.run.return_
