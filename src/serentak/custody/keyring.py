"""The keys of a log: whose they are, who vouched for them, and from which number on they count no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from serentak.custody.entry import key_id
from serentak.custody.kinds import ENROLS, KINDS, ROLES, Kind, Party, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from serentak.custody.event import Event

BITS: Final[dict[Party, int]] = {
    "device": 1, "giver": 2, "receiver": 4, "unit": 8, "kpu": 16, "supervisor": 32, "police": 64, "key": 128,
    "enroller": 256,
}  # fmt: skip
"""A bit for each party, so that who has signed fits a number."""
ASKED: Final = {kind: sum(BITS[party] for party in rule.signers) for kind, rule in KINDS.items()}
"""Bits of the parties that each kind asks for."""


@dataclass(slots=True)
class Key:
    """A key of the log.

    Parameters
    ----------
    public
        32 bytes.
    unit, role
        Whose it is.
    index
        Entry that enrolled it.
    certified
        Whether the organiser vouches for it.
    last_seq
        Last number of its device that counts, where it was revoked; None otherwise.
    """

    public: bytes
    unit: str
    role: Role
    index: int
    certified: bool
    last_seq: int | None = None


@dataclass(slots=True)
class Keyring:
    """All keys of a log, by id.

    Parameters
    ----------
    keys
        Keys by id.
    certified, revoked
        What was said of keys that are not known yet: that the organiser vouches for them, the last number that counts.
    """

    keys: dict[bytes, Key] = field(default_factory=dict)
    certified: set[bytes] = field(default_factory=set)
    revoked: dict[bytes, int] = field(default_factory=dict)

    def begin(self, genesis: Event) -> None:
        """Take the keys of a genesis event."""
        organiser, supervisors = genesis.organiser or b"", genesis.supervisors or []
        self.keys[key_id(organiser)] = Key(organiser, genesis.district or "", "kpu", 0, certified=True)
        for public in supervisors:
            self.keys.setdefault(key_id(public), Key(public, "", "supervisor", 0, certified=True))

    def parties(self, event: Event, signers: Iterable[bytes]) -> int:
        """Give the bits of the parties for whom these keys, by id, have signed an event."""
        bits = 0
        for each in signers:
            if event.key is not None and key_id(event.key) == each:
                bits |= BITS["key"]
            key = self.keys.get(each)
            if key is None:
                continue
            unit, role = key.unit, key.role
            bits |= BITS["device"] if each == event.device else 0
            bits |= BITS["giver"] if unit == event.giver else 0
            bits |= BITS["receiver"] if unit == event.receiver else 0
            bits |= BITS["unit"] if unit == event.unit else 0
            bits |= BITS["kpu"] if role == "kpu" else 0
            bits |= BITS["supervisor"] if role == "supervisor" else 0
            bits |= BITS["police"] if role == "police" else 0
            bits |= BITS["enroller"] if self._may_speak_for(role, event) else 0
        return bits

    def _may_speak_for(self, role: Role, event: Event) -> bool:
        """Tell whether a role may enrol or revoke the key that an event is about."""
        if event.kind == Kind.KEY_ENROLLED:
            return event.role in ENROLS.get(role, ())
        if event.kind == Kind.KEY_REVOKED:
            about = [self.keys.get(each) for each in event.keys or ()]
            return all(key is not None and key.role in ENROLS.get(role, ()) for key in about)
        return False

    def enrol(self, event: Event, index: int, *, by_organiser: bool) -> bool:
        """Take a new key; tell whether it contradicts what was enrolled before."""
        public, unit, role = event.key or b"", event.unit or "", event.role
        known = self.keys.get(key_id(public))
        if known is not None:
            known.certified = known.certified or by_organiser
            return (known.public, known.unit, known.role) != (public, unit, role)
        name = next((each for each in ROLES if each == role), None)
        if name is None:
            return True
        identifier = key_id(public)
        certified = by_organiser or identifier in self.certified
        self.keys[identifier] = Key(public, unit, name, index, certified, self.revoked.get(identifier))
        return False

    def certify(self, event: Event) -> None:
        """Take the organiser's word for keys."""
        for each in event.keys or ():
            self.certified.add(each)
            if each in self.keys:
                self.keys[each].certified = True

    def revoke(self, event: Event) -> None:
        """Take the last number of keys that were revoked; the lowest one said counts."""
        for each in event.keys or ():
            last = min(event.last_seq or 0, self.revoked.get(each, event.last_seq or 0))
            self.revoked[each] = last
            if each in self.keys:
                self.keys[each].last_seq = last
