"""A custody event: what a device recorded and people signed. Its bytes are deterministic CBOR and never change."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any, Final

import msgspec

from serentak.base.messages import _
from serentak.custody.cbor import decode, encode
from serentak.custody.fields import BY_KEY, BY_NAME, FIELDS, ID
from serentak.custody.kinds import ALWAYS, HEADER, KINDS, Kind
from serentak.custody.objects import Group
from serentak.ledger.faults import Malformed

MAX_EVENT: Final = 65_000
"""Most bytes of an event: with its signatures it must fit one entry of the log."""
VERSION: Final = 1


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event; its fields are those of `serentak.custody.fields`, absent ones are None.

    Instants are epoch milliseconds, positions ``[lon, lat]`` in degrees x 10^7. Made for writing and showing; the
    state reads the same fields.
    """

    version: int = VERSION
    kind: int
    log: bytes | None = None
    device: bytes | None = None
    seq: int | None = None
    previous: bytes | None = None
    at: int
    offset: int
    position: list[int] | None = None
    seen: list[Any] | None = None
    step: int | None = None
    objects: list[Group] | None = None
    load: bytes | None = None
    missing: list[Group] | None = None
    extra: list[Group] | None = None
    giver: str | None = None
    receiver: str | None = None
    place: str | None = None
    vehicle: str | None = None
    seals: list[list[Any]] | None = None
    remarks: list[list[Any]] | None = None
    counts: list[list[Any]] | None = None
    form: str | None = None
    subject: bytes | None = None
    unit: str | None = None
    note: str | None = None
    photos: list[list[Any]] | None = None
    private: list[list[Any]] | None = None
    election: str | None = None
    plan: bytes | None = None
    supersedes: bytes | None = None
    pieces: int | None = None
    loads: list[list[Any]] | None = None
    shifts: list[list[Any]] | None = None
    posts: list[list[Any]] | None = None
    key: bytes | None = None
    role: str | None = None
    keys: list[bytes] | None = None
    last_seq: int | None = None
    since: int | None = None
    until: int | None = None
    chosen: bytes | None = None
    name: str | None = None
    day: str | None = None
    zone: str | None = None
    district: str | None = None
    elections: str | None = None
    organiser: bytes | None = None
    supervisors: list[bytes] | None = None
    rules: str | None = None
    played: int | None = None


_NAMES: Final = tuple((field.key, field.name) for field in FIELDS)


def encode_event(event: Event) -> bytes:
    """Write the bytes of an event, which are then signed.

    Raises
    ------
    Malformed
        When a field is missing, superfluous or out of its range; the message names it.
    """
    values = {key: value for key, name in _NAMES if (value := getattr(event, name)) is not None}
    values[_KIND] = int(event.kind)
    check_fields(values)
    data = encode(values)
    if len(data) > MAX_EVENT:
        message = _("{size} bytes are too many; at most {limit} are read").format(size=len(data), limit=MAX_EVENT)
        raise Malformed("event", message)
    return data


def decode_event(data: bytes) -> Event:
    """Read an event from its bytes; `encode_event` gives the same bytes back.

    Raises
    ------
    Malformed
        When they are not one event in deterministic CBOR with exactly the fields of its kind.
    """
    values = decode(data, "event", MAX_EVENT)
    if type(values) is not dict:
        raise Malformed("event", _("this is not an event"))
    check_fields(values)
    return Event(**{BY_KEY[key].name: value for key, value in values.items()})


def event_hash(data: bytes) -> bytes:
    """Give the 32 bytes by which other events name this one: SHA-256 of its bytes."""
    return sha256(data).digest()


def log_id(genesis: bytes) -> bytes:
    """Give the 8 bytes by which events name their log, of the bytes of its genesis event."""
    return event_hash(genesis)[:ID]


def check_fields(values: dict[Any, Any]) -> None:
    """Check the fields of an event: known, of their shape, and those that its kind asks for and no others.

    Raises
    ------
    Malformed
        With the first field at fault.
    """
    for key, value in values.items():
        field = BY_KEY.get(key) if type(key) is int else None
        if field is None:
            raise Malformed("event", _("no field has the key {key}").format(key=repr(key)[:20]))
        if not field.check(value):
            message = _("the field {name} is not {shape}").format(name=field.name, shape=field.shape)
            raise Malformed("event", message, value=value)
    kind = values.get(_KIND)
    if kind not in KINDS:
        raise Malformed("event", _("there is no such kind of event"), value=kind)
    required, allowed, choice = _keys(kind)
    missing = required - values.keys()
    if missing:
        message = _("an event of the kind {kind} needs the field {name}")
        raise Malformed("event", message.format(kind=Kind(kind).name.lower(), name=BY_KEY[min(missing)].name))
    unwanted = values.keys() - allowed
    if unwanted:
        message = _("an event of the kind {kind} has no field {name}")
        raise Malformed("event", message.format(kind=Kind(kind).name.lower(), name=BY_KEY[min(unwanted)].name))
    if choice and len(choice & values.keys()) != 1:
        raise Malformed("event", _("the event names either its objects or a load"))
    if (values.get(_SEQ, 1) == 1) == (_PREVIOUS in values):
        raise Malformed("event", _("a device's first event has no previous one, every other has"))
    _check_numbers(values)


def _check_numbers(values: dict[int, Any]) -> None:
    """Check that seals and remarks speak of objects that are there; of a load only its announcement knows."""
    if _LOAD in values:
        return
    count = sum(len(group[1]) for key in (_OBJECTS, _EXTRA) for group in values.get(key, ()))
    numbers = [row[0] for row in values.get(_SEALS, ())] + [row[1] for row in values.get(_REMARKS, ()) if len(row) > 1]
    if any(number >= count for number in numbers):
        raise Malformed("event", _("a seal or a remark names an object that the event has not"), value=max(numbers))


_KIND: Final = BY_NAME["kind"].key
_SEQ: Final = BY_NAME["seq"].key
_PREVIOUS: Final = BY_NAME["previous"].key
_OBJECTS, _LOAD, _EXTRA, _SEALS, _REMARKS = (
    BY_NAME[name].key for name in ("objects", "load", "extra", "seals", "remarks")
)


@cache
def _keys(kind: int) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Give the keys that a kind needs, those it may have, and those of which it needs exactly one."""
    rule = KINDS[Kind(kind)]
    genesis = rule.kind is Kind.GENESIS
    choice = {name for each in rule.required for name in each.split("/") if "/" in each}
    needed = {each for each in rule.required if "/" not in each} | set(() if genesis else HEADER)
    allowed = needed | choice | set(rule.optional) | set(() if genesis else ALWAYS)
    names = (needed, allowed, choice)
    required, may, either = (frozenset(BY_NAME[name].key for name in each) for each in names)
    return required, may, either
