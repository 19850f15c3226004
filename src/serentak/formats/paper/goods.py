"""Which kits a stop is about: follows every box of a plan from the warehouse and back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from serentak.kit.kits import Kits, RecapKit, StationKit
from serentak.plan.model import Plan, Stage, Stop
from serentak.plan.stages import is_recap
from serentak.territory.model import District


@dataclass(frozen=True, slots=True)
class Load:
    """What is handed over at a stop.

    Parameters
    ----------
    kits
        Kits of stations, by village and number.
    recap
        Recapitulation boxes of a kecamatan.
    """

    kits: tuple[StationKit, ...]
    recap: tuple[RecapKit, ...]

    @property
    def _all(self) -> tuple[StationKit | RecapKit, ...]:
        return (*self.kits, *self.recap)

    @property
    def boxes(self) -> tuple[str, ...]:
        """Ids of all ballot boxes."""
        return tuple(chain.from_iterable(kit.boxes for kit in self._all))

    @property
    def bundles(self) -> tuple[str, ...]:
        """Ids of the bundles outside the boxes."""
        return tuple(kit.bundle for kit in self.kits)

    @property
    def grams(self) -> int:
        """Weight of boxes and bundles."""
        return sum(kit.grams for kit in self._all)

    @property
    def millilitres(self) -> int:
        """Volume of boxes and bundles."""
        return sum(kit.millilitres for kit in self._all)


def trace_goods(plan: Plan, district: District, kits: Kits) -> dict[tuple[str, int], Load]:
    """Give what is handed over at every stop, by id of the run and number of the stop from 1.

    A stop at a place names villages; which of their kits it is about follows from where each kit is then, and from
    which place its station is served.

    Parameters
    ----------
    plan
        A plan that holds.
    district, kits
        What it was made of.
    """
    return _Trace(district, kits).follow(plan)


class _Trace:
    def __init__(self, district: District, kits: Kits) -> None:
        self.kits = kits
        warehouse = next(place.id for place in district.places if place.kind == "warehouse")
        recap = [f"{kecamatan}-R" for kecamatan in kits.recap]
        self.at: dict[str, str] = dict.fromkeys([*kits.stations, *recap], warehouse)
        parent = {place.id: place.parent for place in district.places}
        self.villages: dict[str, list[str]] = {}
        self.above: dict[str, set[str]] = {}
        for station in sorted(district.stations, key=lambda station: station.id):
            self.villages.setdefault(station.village, []).append(station.id)
            self.above[station.id] = set()
            place = station.parent
            while place:
                self.above[station.id].add(place)
                place = parent[place]

    def follow(self, plan: Plan) -> dict[tuple[str, int], Load]:
        loads = {}
        for stage in plan.stages:
            for run in stage.runs:
                for number, stop in enumerate(run.stops, 1):
                    names = self._names(stage, stop)
                    for name in names:
                        self.at[name] = stop.at if stage.direction == "out" else stage.base
                    stations = tuple(self.kits.stations[name] for name in names if not is_recap(name))
                    recap = tuple(self.kits.recap[name[:-2]] for name in names if is_recap(name))
                    loads[run.id, number] = Load(stations, recap)
        return loads

    def _names(self, stage: Stage, stop: Stop) -> list[str]:
        if stop.at in self.above:
            return [stop.at]
        here = stage.base if stage.direction == "out" else stop.at
        names: list[str] = []
        for unit in stop.units:
            if is_recap(unit) or unit in self.above:
                names.append(unit)
            else:
                village = (name for name in self.villages[unit] if stop.at in self.above[name])
                names.extend(name for name in village if self.at[name] == here)
        return sorted(names, key=lambda name: (is_recap(name), name))
