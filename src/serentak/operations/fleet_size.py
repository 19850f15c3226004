"""How many vehicle teams a hub needs at least, so that a default district can be served whatever its distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serentak.base.clock import MINUTE, parse_hours
from serentak.travel import CrowFlight, Point

if TYPE_CHECKING:
    from serentak.operations.defaults import Defaults, VehicleDefaults


@dataclass(frozen=True, slots=True)
class Demand:
    """What one village asks of its hub: where it lies (degrees), how many stations and how many boxes."""

    lon: float
    lat: float
    stations: int
    boxes: int


def teams_needed(
    lon: float, lat: float, demands: Sequence[Demand], vehicle: VehicleDefaults, terrain: str, defaults: Defaults
) -> int:
    """Give the vehicle teams with which every village could have journeys of its own within one working day.

    The larger of two numbers: as many as carry everything at once, and as many working days as all direct journeys
    fill (first-fit decreasing). A journey longer than a working day counts as one; no number of vehicles helps it.

    Parameters
    ----------
    lon, lat
        Where the hub lies.
    terrain
        Key of the table of speeds.
    """
    room = vehicle.boxes * vehicle.team
    at_once = math.ceil(sum(demand.boxes for demand in demands) / room)
    start, end = parse_hours(defaults.out["tps"].hours)
    points = [Point("hub", lon, lat), *(Point(str(n), village.lon, village.lat) for n, village in enumerate(demands))]
    legs = CrowFlight(terrain).legs(points, vehicle.mode).seconds
    journeys: list[int] = []
    for number, demand in enumerate(demands, 1):
        runs = math.ceil(demand.boxes / room)
        way = defaults.ppk.handling_min * MINUTE + int(legs[0, number]) * 2
        # Stations of a village that share its point still cost the way between them.
        stops = demand.stations * (defaults.stop.min * MINUTE + _between(terrain, vehicle.mode))
        stops += demand.boxes * defaults.stop.sec_per_box
        journeys += [way + math.ceil(stops / runs)] * runs
    return max(at_once, _bins(journeys, end - start), 1)


def _between(terrain: str, mode: str) -> int:
    pair = [Point("a", 0.0, 0.0), Point("b", 0.0, 0.0)]
    return int(CrowFlight(terrain).legs(pair, mode).seconds[0, 1])


def _bins(journeys: Sequence[int], day: int) -> int:
    left: list[int] = []
    for journey in sorted(journeys, reverse=True):
        place = next((n for n, room in enumerate(left) if journey <= room), None)
        if place is None:
            left.append(day - journey)
        else:
            left[place] -= journey
    return len(left)
