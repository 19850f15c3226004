"""What a district is: plain records, filled by `serentak.territory.read`.

Times are seconds: a moment counts from 00:00 local time on voting day H, hours count from midnight.
Weights are grams, volumes millilitres, money whole rupiah. Coordinates are lon, lat in degrees (WGS84).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

PlaceKind = Literal["warehouse", "ppk", "pps", "transit"]
PLACE_KINDS: Final[tuple[PlaceKind, ...]] = ("warehouse", "ppk", "pps", "transit")
OUT_TIERS: Final = ("ppk", "pps", "tps")
"""Tiers outbound, named for the receiver: the kecamatan's hub, the village's, the station."""
BACK_TIERS: Final = ("ppk", "kpu")
"""Tiers of the return, named for the receiver: stations to PPK, PPK to the warehouse of KPU."""


@dataclass(frozen=True, slots=True)
class Station:
    """A polling station (TPS).

    Parameters
    ----------
    id
        Village code and number, ``14.01.06.2003-007``.
    village
        Kemendagri code of the desa or kelurahan.
    number
        Number within the village, 1 to 999.
    kecamatan_name, desa_name
        Names as the user wrote them.
    voters
        Voters on the list (DPT).
    lon, lat
        Degrees, WGS84; None where the user knows none (see `Place`: the hub's are then taken).
    access
        Modes that can reach it, best first; empty when any vehicle can.
    elections
        Letters of the elections held here, in the rule pack's order.
    kind
        ``reguler`` or ``khusus``.
    venue, movable, police_class
        Free text; whether it may move inside the village (None: unknown); class given by the police.
    parent
        Id of the place its goods come from.
    row
        Row of the user's table.
    """

    id: str
    village: str
    number: int
    kecamatan_name: str
    desa_name: str
    voters: int
    lon: float | None
    lat: float | None
    access: tuple[str, ...]
    elections: tuple[str, ...]
    kind: str
    venue: str
    movable: bool | None
    police_class: str
    parent: str
    row: int

    @property
    def kecamatan(self) -> str:
        """Code of the kecamatan."""
        return self.village[:8]


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse, a hub of a kecamatan (ppk) or village (pps), or a road end or jetty (transit).

    Parameters
    ----------
    parent
        Id of the place its goods come from; empty for the warehouse.
    handling
        Seconds to load or to start unloading, whatever the size of the load.
    seconds_per_box
        Further seconds a box until an unloaded load is free.
    hours
        Hours in which goods are handled here, or None for any.
    night
        Whether a loaded vehicle may spend the night here.
    """

    id: str
    village: str
    kind: PlaceKind
    parent: str
    name: str
    lon: float
    lat: float
    handling: int
    seconds_per_box: int
    hours: tuple[int, int] | None
    night: bool
    police_district: str
    row: int

    @property
    def kecamatan(self) -> str:
        """Code of the kecamatan it lies in."""
        return self.village[:8]


@dataclass(frozen=True, slots=True)
class FleetRow:
    """Vehicles of one type that stand at one place.

    Parameters
    ----------
    type
        Name such as ``truk``; teams are numbered across all rows of the type: ``truk#1``.
    base
        Id of the place where they start and end the day.
    mode
        How they travel: truck, pickup, 4x4, motorbike, boat, foot.
    count
        Vehicles.
    team
        Vehicles that move together; there are ``count // team`` teams.
    boxes, grams, millilitres
        What one vehicle carries.
    speed_factor
        Multiplies the speed of the mode.
    days
        Day numbers relative to H on which they work; empty for all.
    cost_day, cost_km, cost_hour
        Rupiah a vehicle: for a day in use, a kilometre, an hour of driving.
    first
        Number of the row's first team within its type, from 1.
    """

    type: str
    base: str
    mode: str
    count: int
    team: int
    boxes: int
    grams: int
    millilitres: int
    speed_factor: float
    days: tuple[int, ...]
    cost_day: int
    cost_km: int
    cost_hour: int
    first: int
    row: int

    @property
    def teams(self) -> int:
        """Number of teams."""
        return self.count // self.team

    def names(self) -> tuple[str, ...]:
        """Give the names of the row's teams, ``type#n``."""
        return tuple(f"{self.type}#{n}" for n in range(self.first, self.first + self.teams))


@dataclass(frozen=True, slots=True)
class EscortRow:
    """Escort teams of one agency that stand at one place; see `FleetRow` for days, hours and numbering."""

    agency: str
    base: str
    police_district: str
    teams: int
    days: tuple[int, ...]
    hours: tuple[int, int] | None
    cost_day: int
    first: int
    row: int

    def names(self) -> tuple[str, ...]:
        """Give the names of the row's teams, ``agency#n``."""
        return tuple(f"{self.agency}#{n}" for n in range(self.first, self.first + self.teams))


@dataclass(frozen=True, slots=True)
class Pin:
    """An officer's own decision about one station, hub or vehicle; obeyed, and priced in the report."""

    kind: Literal["station", "hub", "vehicle"]
    target: str
    not_before: int | None
    not_after: int | None
    note: str
    row: int


@dataclass(frozen=True, slots=True)
class StockRow:
    """Numbered goods in stock: seals or cartons of one series, `start` to `end` inclusive."""

    item: str
    series: str
    start: int
    end: int
    row: int

    @property
    def quantity(self) -> int:
        """Pieces in the range."""
        return self.end - self.start + 1


@dataclass(frozen=True, slots=True)
class Tier:
    """When goods may move towards one kind of receiver, and whether guarded.

    Parameters
    ----------
    window
        Earliest departure from the giver, latest arrival at the receiver; seconds from 00:00 on H.
    hours
        Working hours of a day, seconds after midnight; the end may lie past 24:00.
    escort
        ``run``: every vehicle team is escorted; ``none``: only where the police class asks for it.
    """

    window: tuple[int, int]
    hours: tuple[int, int]
    escort: Literal["run", "none"]


@dataclass(frozen=True, slots=True)
class Ready:
    """When a station's boxes are ready for the return: ``start + seconds_per_vote x voters x elections``."""

    start: int
    seconds_per_vote: int
    latest: int


@dataclass(frozen=True, slots=True)
class District:
    """A kabupaten or kota with everything needed to plan its distribution.

    Parameters
    ----------
    code, name
        Kemendagri code and name.
    zone
        ``WIB``, ``WITA`` or ``WIT``.
    election_day
        Date of H.
    rules
        Name of the rule pack, ``pilkada-2024``.
    elections
        Letters of the elections held in the district.
    seed
        Seed of everything that draws numbers.
    terrain
        Key of the table of speeds (see `serentak.travel`).
    out, back
        Tiers by receiver: ``ppk, pps, tps`` and ``ppk, kpu``.
    group_windows
        Windows of single kecamatan that differ from their tier's, by (direction, tier, kecamatan).
    ready
        Rule for the return.
    stop_seconds, stop_seconds_per_box
        Time at a station: fixed, and a box.
    rule_overrides
        The table ``[rules_override]``, laid over the rule pack.
    """

    code: str
    name: str
    zone: str
    election_day: date
    rules: str
    elections: tuple[str, ...]
    seed: int
    terrain: str
    out: dict[str, Tier]
    back: dict[str, Tier]
    group_windows: dict[tuple[str, str, str], tuple[int, int]]
    ready: Ready
    stop_seconds: int
    stop_seconds_per_box: int
    rule_overrides: dict[str, object]
    stations: tuple[Station, ...]
    places: tuple[Place, ...]
    fleet: tuple[FleetRow, ...]
    escorts: tuple[EscortRow, ...]
    pins: tuple[Pin, ...]
    stock: tuple[StockRow, ...]
    assumed: tuple[Assumption, ...] = ()

    def place(self, place_id: str) -> Place:
        """Give a place by id; KeyError when there is none."""
        for place in self.places:
            if place.id == place_id:
                return place
        raise KeyError(place_id)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value nobody gave: which one, and by which rule it was taken."""

    file: str
    row: int | None
    column: str
    value: str
    rule: str
