"""The default rule set: its figures, read from ``defaults.toml`` beside this module."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec


class DistrictDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for the whole district; `terrain_water` where boxes travel by water."""

    rules: str
    election_day: date
    seed: int
    terrain: str
    terrain_water: str


class TierDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Window, hours and escort of a tier, as ``district.toml`` writes them."""

    window: tuple[str, str]
    hours: str
    escort: Literal["run", "none"]


class ReadyDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When stations are ready for the return."""

    start: str = msgspec.field(name="from")
    sec_per_vote: int
    latest: str


class StopDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Time at a station: minutes, and seconds a box."""

    min: int
    sec_per_box: int


class PlaceDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Time at a place: minutes, and seconds a box; whether a loaded vehicle may stay the night."""

    handling_min: int
    sec_per_box: int
    night: Literal["ya", "tidak"]


class VehicleDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type of vehicle: what one carries, and its cost in rupiah."""

    mode: str
    boxes: int
    kg: int
    litres: int
    cost_day: int
    cost_km: int
    cost_hour: int
    team: int = 1


class FleetDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which type of vehicle serves where."""

    trunk: str
    last_mile: str
    water: str
    access: dict[str, str]


class EscortDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Escort teams, in rupiah a day."""

    agency: str
    cost_day: int


class StockDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbered goods that are invented."""

    item: str
    series: str


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The default rule set; every figure has its reason in ``defaults.toml``."""

    district: DistrictDefaults
    out: dict[str, TierDefaults]
    back: dict[str, TierDefaults]
    ready: ReadyDefaults
    stop: StopDefaults
    warehouse: PlaceDefaults
    ppk: PlaceDefaults
    vehicles: dict[str, VehicleDefaults]
    fleet: FleetDefaults
    escorts: EscortDefaults
    stock: StockDefaults


@cache
def load_defaults() -> Defaults:
    """Give the rule set this version comes with."""
    data = (Path(__file__).parent / "defaults.toml").read_bytes()
    return msgspec.toml.decode(data, type=Defaults)
