"""What would make the unsure stations of a kecamatan surer: proposals, the gentlest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from serentak.plan.model import Direction, Plan
from serentak.risk.measures import Kind, Measure
from serentak.risk.outlook import DIRECTIONS, Odds, Outlook
from serentak.territory.model import District, Station
from serentak.travel.hazards import CLOSED, Hazards

HARDER: Final = ("4x4", "motorbike", "boat", "foot")
"""Modes that may get through where the usual one does not, the largest first."""
BUFFERS: Final[tuple[tuple[Direction, Kind, int], ...]] = (("out", "buffer_out", 90), ("back", "buffer_back", 120))
"""Minutes by which a kecamatan is planned earlier than its deadline, more with every round."""
MOST_MINUTES: Final = 480
MOST_DAYS: Final = 1


@dataclass(frozen=True, slots=True)
class Unsure:
    """The stations of a kecamatan that do not reach the target.

    Parameters
    ----------
    by_hazards
        Stations whose chance would reach it if nothing closed.
    by_delays
        Stations that would not even then.
    unserved
        Stations the plan does not serve at all.
    """

    by_hazards: tuple[Odds, ...]
    by_delays: tuple[Odds, ...]
    unserved: tuple[str, ...]


def unsure(seen: Outlook, plan: Plan, target: float) -> dict[str, dict[Direction, Unsure]]:
    """Sort the stations below the target by kecamatan, direction and what keeps them below."""
    rows: dict[tuple[str, Direction], tuple[list[Odds], list[Odds], list[str]]] = defaultdict(lambda: ([], [], []))
    for direction in DIRECTIONS:
        for odds in seen.stations[direction]:
            own = rows[odds.id[:8], direction]
            if odds.on_time.value < target:
                (own[0] if odds.calm.value >= target else own[1]).append(odds)
    for lost in plan.unserved:
        rows[lost.station[:8], lost.direction][2].append(lost.station)
    found: dict[str, dict[Direction, Unsure]] = defaultdict(dict)
    for (kecamatan, direction), (by_hazards, by_delays, unserved) in sorted(rows.items()):
        if by_hazards or by_delays or unserved:
            found[kecamatan][direction] = Unsure(tuple(by_hazards), tuple(by_delays), tuple(unserved))
    return dict(found)


def propose(
    kecamatan: str,
    weak: Mapping[Direction, Unsure],
    district: District,
    hazards: Hazards | None,
    taken: Collection[Measure],
    refused: Collection[Measure],
    *,
    on_network: bool = False,
) -> list[Measure]:
    """Propose the next measures for a kecamatan.

    Parameters
    ----------
    kecamatan, weak
        The kecamatan, and its stations below the target by direction.
    district, hazards
        As it is planned now, and what may close.
    taken, refused
        Measures that are in force, and those that have been tried and did not help.
    on_network
        Whether ways are those of a network, where one can keep off what may close.

    Returns
    -------
    list of Measure
        Replacing those in force of the same kind and place; empty when nothing is left to try.
    """
    stations = {station.id: station for station in district.stations}
    lost = [name for own in weak.values() for name in own.unserved if name in stations]
    if lost:
        return _new([_more_vehicles(stations[lost[0]].parent, district)], refused)
    none = Unsure((), (), ())
    struck = {odds.id: odds for own in weak.values() for odds in own.by_hazards}
    by_hazards = []
    if hazards is not None and on_network:
        by_hazards.append(_elsewhere(struck.values(), hazards, taken))
    if hazards is not None:
        by_hazards.append(_by_other_means(struck.values(), stations, hazards, district))
    if weak.get("out", none).by_hazards:
        by_hazards.append(_further("earlier", kecamatan, 1, MOST_DAYS, taken))
    steps = _new(by_hazards, refused)
    for direction, kind, minutes in BUFFERS:
        own = weak.get(direction, none)
        if own.by_delays or (own.by_hazards and not steps):
            steps += _new([_further(kind, kecamatan, minutes, MOST_MINUTES, taken)], refused)
    return steps


def _new(ladder: Iterable[list[Measure]], refused: Collection[Measure]) -> list[Measure]:
    """Give the first step of a ladder that has not been tried in vain."""
    return next((step for step in ladder if step and not all(each in refused for each in step)), [])


def _further(kind: Kind, at: str, step: int, most: int, taken: Iterable[Measure]) -> list[Measure]:
    """Go a step further than a measure in force, up to what is bearable."""
    now = max((measure.number for measure in taken if measure.kind == kind and measure.at == at), default=0)
    return [Measure(kind, at, number=now + step)] if now + step <= most else []


def _more_vehicles(base: str, district: District) -> list[Measure]:
    """Propose a quarter more of what stands at a base, at least one."""
    rows = sorted((row for row in district.fleet if row.base == base), key=lambda row: -row.count)
    if not rows:
        return []
    mode = rows[0].mode
    teams = sum(row.teams for row in rows if row.mode == mode)
    return [Measure("vehicles", base, mode, ceil(teams / 4))]


def _elsewhere(struck: Iterable[Odds], hazards: Hazards, taken: Collection[Measure]) -> list[Measure]:
    """Propose to keep off the ways of the layers that strike, where one may get round them."""
    layers = {site.name: hazards.layers[site.layer].name for site in hazards.sites}
    names = sorted({layers[name] for odds in struck for name in odds.sites})
    return [step for name in names if (step := Measure("avoid", name)) not in taken]


def _by_other_means(
    struck: Iterable[Odds], stations: Mapping[str, Station], hazards: Hazards, district: District
) -> list[Measure]:
    """Propose another mode for stations whose way is closed to the usual one, and the vehicles it takes."""
    layers = {site.name: hazards.layers[site.layer] for site in hazards.sites}
    flooded = {point for site in hazards.sites if hazards.layers[site.layer].kind == "flood" for point in site.points}
    afloat = {row.base for row in district.fleet if row.mode == "boat"}
    chosen: dict[tuple[str, str], list[Station]] = defaultdict(list)
    for odds in struck:
        station = stations[odds.id]
        effects = [layers[name].effect for name in odds.sites]
        closed = any(CLOSED in effect.values() for effect in effects)
        modes = [
            (mode == "foot", max(effect.get(mode, 1.0) for effect in effects), HARDER.index(mode), mode)
            for mode in HARDER
            if effects and all(effect.get(mode) != CLOSED for effect in effects)
            # Water must lead from the base to the station: where boats lie already, or where both are flooded.
            if mode != "boat" or station.parent in afloat or {station.id, station.parent} <= flooded
        ]
        if closed and modes and (min(modes)[-1],) != station.access:
            chosen[station.parent, min(modes)[-1]].append(station)
    measures = []
    for (base, mode), served in sorted(chosen.items()):
        measures += [Measure("reach", station.id, mode) for station in sorted(served, key=lambda own: own.id)]
        boxes = sum(len(station.elections) for station in served)
        there = sum(row.teams * row.boxes for row in district.fleet if row.base == base and row.mode == mode)
        if there * 2 < boxes:
            measures.append(Measure("vehicles", base, mode, max(1, ceil(boxes / 24))))
    return measures
