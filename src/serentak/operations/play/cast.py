"""Who plays: every unit has telephones, each with a key of its own, all made from the seed."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from serentak.custody.sign import Device
from serentak.operations.promises import guard_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from serentak.custody.kinds import Role
    from serentak.operations.promises import Handover
    from serentak.territory.model import District

ORGANISER = "KPU"
SUPERVISOR = "BAWASLU"
CLOCK = "KPU-JAM"
"""The organiser's second device: it says what size the log had when."""

_ROLES: dict[str, Role] = {"warehouse": "kpu", "ppk": "ppk", "pps": "pps", "transit": "pps"}


def secret(seed: int, name: str) -> bytes:
    """Give 32 bytes that nobody else's name or seed gives. Played keys are no secrets: the seed is public."""
    return sha256(f"serentak-play/1 {seed} {name}".encode()).digest()


class Cast:
    """The devices of a play, made when they first appear.

    Parameters
    ----------
    seed
        Seed of the play.
    log
        Id of the log.
    offset
        Minutes of local time east of Greenwich.
    """

    def __init__(self, seed: int, log: bytes, offset: int, organiser: Device) -> None:
        self._seed, self._log, self._offset = seed, log, offset
        self.devices: dict[tuple[str, int], Device] = {(ORGANISER, 0): organiser}

    @staticmethod
    def public(seed: int, unit: str) -> bytes:
        """Give the public key of a unit's first telephone, 32 bytes."""
        return Device(secret(seed, f"{unit}/0"), b"", 0).public

    def device(self, unit: str, phone: int = 0) -> Device:
        """Give a telephone of a unit; number 1 is what it gets after losing number 0."""
        found = self.devices.get((unit, phone))
        if found is None:
            made = Device(secret(self._seed, f"{unit}/{phone}"), self._log, self._offset)
            found = self.devices[unit, phone] = made
        return found


def roles_of(district: District, handovers: Iterable[Handover]) -> dict[str, Role]:
    """Give the role of every unit that acts in a plan, and of the police who guard, in the order of their names."""
    roles: dict[str, Role] = {place.id: _ROLES[place.kind] for place in district.places}
    roles |= dict.fromkeys((station.id for station in district.stations), "kpps")
    for place in district.places:
        roles.setdefault(guard_of(place), "police")
    for each in handovers:
        roles.setdefault(each.vehicle, "carrier")
    roles.setdefault(police_of(district), "police")
    return {unit: roles[unit] for unit in sorted(roles)}


def police_of(district: District) -> str:
    """Give the police who witness the destruction of ballots: those who guard the warehouse."""
    warehouse = next(place for place in district.places if place.kind == "warehouse")
    guard = guard_of(warehouse)
    return "POLRI" if guard == warehouse.id else guard
