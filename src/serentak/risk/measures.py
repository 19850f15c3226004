"""Measures that make a plan surer, as rows of a table: what a district changes, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from serentak.base.clock import DAY, MINUTE
from serentak.territory.model import District, FleetRow, Station

Kind = Literal["reach", "vehicles", "buffer_out", "buffer_back", "earlier", "escorts", "avoid"]
KINDS: Final[tuple[Kind, ...]] = ("reach", "vehicles", "buffer_out", "buffer_back", "earlier", "escorts", "avoid")
SPARE: Final = "cadangan"
"""Ending of the type of vehicles and the agency of escorts that a measure adds."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Parameters
    ----------
    kind
        ``reach``: a station, village or kecamatan is served by this mode; ``vehicles``: so many more of a mode stand at
        a base; ``buffer_out``, ``buffer_back``: a kecamatan is planned to be served so many minutes before its
        deadline; ``earlier``: it is served so many days before; ``escorts``: so many more escort teams stand at a
        base; ``avoid``: no way leads through the sites of this layer of hazards.
    at
        Code, id or name of what it is about.
    mode
        Mode of travel, of ``reach`` and ``vehicles``.
    number
        Minutes, days, vehicles or teams.
    note
        Why.
    """

    kind: Kind
    at: str
    mode: str = ""
    number: int = 0
    note: str = ""


def apply_measures(district: District, measures: Iterable[Measure], vehicles: Mapping[str, FleetRow]) -> District:
    """Give the district as its measures change it; what was promised to stations stays what it was.

    Parameters
    ----------
    district, measures
        The district, and measures that name what it has; ``avoid`` is about the network and changes nothing here.
    vehicles
        A usual vehicle of each mode, for bases that have none of it.
    """
    for measure in measures:
        if measure.kind == "reach":
            stations = tuple(_reached(station, measure) for station in district.stations)
            district = replace(district, stations=stations)
        elif measure.kind == "vehicles":
            district = replace(district, fleet=(*district.fleet, _more(district, measure, vehicles)))
        elif measure.kind == "escorts":
            own = next(row for row in district.escorts if row.base == measure.at)
            agency = own.agency if own.agency.endswith(SPARE) else f"{own.agency}-{SPARE}"
            first = 1 + sum(row.teams for row in district.escorts if row.agency == agency)
            more = replace(own, agency=agency, teams=measure.number, first=first, row=0)
            district = replace(district, escorts=(*district.escorts, more))
        elif measure.kind != "avoid":
            district = replace(district, group_windows=district.group_windows | _windows(district, measure))
    return district


def _reached(station: Station, measure: Measure) -> Station:
    if station.id == measure.at or station.village.startswith(measure.at):
        return replace(station, access=(measure.mode,))
    return station


def _more(district: District, measure: Measure, vehicles: Mapping[str, FleetRow]) -> FleetRow:
    """Give a row of spare vehicles: like those of the base, else like those of another, else the usual one."""
    rows = sorted(
        (row for row in district.fleet if row.mode == measure.mode),
        key=lambda row: (row.base != measure.at, row.type.endswith(SPARE), row.row),
    )
    own = rows[0] if rows else vehicles[measure.mode]
    name = own.type if own.type.endswith(SPARE) else f"{own.type}-{SPARE}"
    first = 1 + sum(row.teams for row in district.fleet if row.type == name)
    number = 1 + max((row.row for row in district.fleet), default=0)  # rows are told apart by their numbers
    return replace(own, type=name, base=measure.at, count=measure.number * own.team, first=first, days=(), row=number)


def _windows(district: District, measure: Measure) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Give the windows that a measure of time changes."""
    kecamatan = measure.at

    def window(direction: str, tier: str) -> tuple[int, int] | None:
        tiers = district.out if direction == "out" else district.back
        usual = tiers[tier].window if tier in tiers else None
        return district.group_windows.get((direction, tier, kecamatan), usual)

    if measure.kind == "earlier":
        days = measure.number * DAY
        return {
            ("out", tier, kecamatan): (own[0] - days, own[1] - days)
            for tier in ("ppk", "pps", "tps")
            if (own := window("out", tier)) is not None
        }
    direction, tier = ("out", "tps") if measure.kind == "buffer_out" else ("back", "ppk")
    own = window(direction, tier)
    return {} if own is None else {(direction, tier, kecamatan): (own[0], own[1] - measure.number * MINUTE)}
