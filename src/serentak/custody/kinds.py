"""The kinds of events, what each must say and who must sign it, and the roles of units. Tables, not code."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal, NamedTuple

RULES: Final = "custody/1"
"""Version of these tables; a genesis names it."""


class Kind(IntEnum):
    """Kinds of events, by code."""

    GENESIS = 1
    PLAN = 2
    LOADS = 3
    SERIES = 4
    GUARDS = 5
    POSTS = 6
    PACKED = 10
    SEALED = 11
    UNSEALED = 12
    GIVEN = 13
    RECEIVED = 14
    REFUSED = 15
    STORED = 16
    TAKEN = 17
    INSPECTED = 18
    COUNTED = 19
    OPENED = 20
    CLOSED = 21
    DESTROYED = 22
    INCIDENT = 23
    ENTRUSTED = 24
    WATCHED = 25
    CORRECTED = 30
    DISPUTED = 31
    ANSWERED = 32
    RULED = 33
    KEY_ENROLLED = 40
    KEY_CERTIFIED = 41
    KEY_REVOKED = 42
    KEY_CLOSED = 43
    MARKED = 50


Role = Literal["kpu", "ppk", "pps", "kpps", "carrier", "escort", "guard", "police", "supervisor", "witness"]
ENROLS: Final[dict[Role, tuple[Role, ...]]] = {
    "kpu": ("kpu", "ppk", "pps", "kpps", "carrier", "escort", "guard", "police", "witness"),
    "ppk": ("pps", "kpps", "carrier", "guard"),
    "pps": ("kpps", "guard"),
    "supervisor": ("supervisor", "witness"),
}
"""Whose keys may enrol new keys of which roles. The keys of the genesis are ``kpu`` and ``supervisor``."""
ROLES: Final[tuple[Role, ...]] = (
    "kpu", "ppk", "pps", "kpps", "carrier", "escort", "guard", "police", "supervisor", "witness",
)  # fmt: skip

Party = Literal["device", "giver", "receiver", "unit", "kpu", "supervisor", "police", "key", "enroller"]
PARTIES: Final[dict[Party, str]] = {
    "device": "the key in `device`, whatever its unit",
    "giver": "a key of the unit in `giver`",
    "receiver": "a key of the unit in `receiver`",
    "unit": "a key of the unit in `unit`",
    "kpu": "a key with the role `kpu`; for a genesis the key in `organiser`",
    "supervisor": "a key with the role `supervisor`",
    "police": "a key with the role `police`",
    "key": "the new key in `key` itself: whoever enrols it has it in hand",
    "enroller": "a key whose role may enrol the role of the key that the event is about",
}
"""Who can be asked to sign."""


class Rule(NamedTuple):
    """What one kind of event must say, and who must sign it.

    Parameters
    ----------
    kind
        Kind.
    signers
        Who must sign. The device's own signature is always asked for. An act that lacks another of these is
        *single*: valid, counted, never green.
    required, optional
        Fields beyond the header. ``objects/load`` asks for exactly one of the two.
    meaning
        One sentence.
    """

    kind: Kind
    signers: tuple[Party, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    meaning: str


HEADER: Final = ("version", "kind", "log", "device", "seq", "at", "offset")
"""Fields that every event but the genesis has; ``previous`` too, from a device's second event on."""
ALWAYS: Final = ("previous", "position", "seen", "note", "photos", "private", "form")
"""Fields that every event but the genesis may have."""


def _rule(kind: Kind, signers: str, required: str, optional: str, meaning: str) -> Rule:
    asked = tuple(party for party in PARTIES if party in signers.split())
    return Rule(kind, asked, tuple(required.split()), tuple(optional.split()), meaning)


_OBJECTS: Final = "place step objects/load"
_SEEN: Final = "missing extra vehicle seals remarks"
_GENESIS: Final = "version kind at offset name day zone district elections organiser supervisors rules"
_RULES: Final = (
    _rule(Kind.GENESIS, "kpu", _GENESIS, "played note", "entry 0: the election, the keys of organiser and supervisor"),
    _rule(Kind.PLAN, "kpu", "plan pieces", "supersedes", "a plan is announced; it cancels what it supersedes"),
    _rule(Kind.LOADS, "kpu", "plan loads", "", "hand-overs expected: what, from whom, to whom, where, by when"),
    _rule(Kind.SERIES, "kpu", "plan objects seals", "", "numbers of the seals that each box will bear"),
    _rule(Kind.GUARDS, "kpu", "plan shifts", "", "who will guard which place at night"),
    _rule(Kind.POSTS, "kpu", "plan posts", "", "places on the way, and who keeps them"),
    _rule(Kind.PACKED, "unit", "unit place step objects", "counts", "contents were put in, counted"),
    _rule(Kind.SEALED, "unit", "unit place step objects seals", "", "seals were put on"),
    _rule(Kind.UNSEALED, "unit", "unit place step objects seals note", "remarks", "seals were broken, or found broken"),
    _rule(
        Kind.GIVEN, "giver receiver", f"giver receiver {_OBJECTS}", f"{_SEEN} counts",
        "goods changed hands, as the giver recorded it",
    ),
    _rule(
        Kind.RECEIVED, "giver receiver", f"giver receiver {_OBJECTS}", f"{_SEEN} counts",
        "goods changed hands, as the receiver recorded it",
    ),
    _rule(
        Kind.REFUSED, "receiver", f"giver receiver {_OBJECTS} remarks", "missing extra vehicle seals counts",
        "the receiver did not take the goods; they stay with the giver",
    ),
    _rule(Kind.STORED, "unit", f"unit {_OBJECTS}", _SEEN, "goods were put down at a place; the keeper is the same"),
    _rule(Kind.TAKEN, "unit", f"unit {_OBJECTS}", _SEEN, "goods were taken up again where they had been put down"),
    _rule(Kind.INSPECTED, "unit", f"unit {_OBJECTS}", f"{_SEEN} counts", "goods were looked at"),
    _rule(Kind.COUNTED, "unit", "unit place election counts", "", "ballots of one election were counted, see Balance"),
    _rule(Kind.OPENED, "unit", "unit place step objects", "seals counts remarks", "boxes were opened for voting"),
    _rule(Kind.CLOSED, "unit", "unit place step objects", "seals counts remarks", "boxes were closed after use"),
    _rule(
        Kind.DESTROYED, "kpu supervisor police", "unit place election counts", "",
        "ballots were destroyed before witnesses",
    ),
    _rule(Kind.INCIDENT, "device", "unit", "place step objects load vehicle remarks", "something happened"),
    _rule(
        Kind.ENTRUSTED, "giver receiver", "giver receiver place step objects until", f"{_SEEN} counts",
        "titip: the station signed for its goods, which stay where they are until the drop",
    ),
    _rule(Kind.WATCHED, "unit", "unit place since until", "", "a place was guarded"),
    _rule(Kind.CORRECTED, "device", "unit subject note", "chosen", "an earlier event was wrong; it stays, marked"),
    _rule(Kind.DISPUTED, "device", "unit subject note", "remarks", "an event is contested"),
    _rule(Kind.ANSWERED, "device", "unit subject note", "", "an answer in a dispute"),
    _rule(Kind.RULED, "supervisor", "subject note", "chosen", "the supervisor settles a dispute about an event"),
    _rule(Kind.KEY_ENROLLED, "key enroller", "key unit role", "", "a new key, with its unit and role"),
    _rule(Kind.KEY_CERTIFIED, "kpu", "keys", "", "the organiser vouches for keys that others enrolled"),
    _rule(Kind.KEY_REVOKED, "enroller", "keys last_seq note", "", "a key counts no more after this number"),
    _rule(Kind.KEY_CLOSED, "device", "last_seq", "", "a device says that this was its last event"),
    _rule(Kind.MARKED, "kpu", "seen", "", "by this time the log had this checkpoint: bounds the times of entries"),
)  # fmt: skip
KINDS: Final = {rule.kind: rule for rule in _RULES}
"""All kinds, by code."""
TOGETHER: Final = frozenset({Kind.GIVEN, Kind.RECEIVED, Kind.ENTRUSTED})
"""Kinds that move goods from one unit to another."""
