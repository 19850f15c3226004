"""The fields of an event: integer key, name, shape, meaning. The table is the format; docs/custody-format.md shows it.

Instants are epoch milliseconds, offsets minutes east of Greenwich, positions ``[lon, lat]`` in degrees x 10^7 (WGS84).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from serentak.base.clock import ZONES
from serentak.custody.objects import is_group

Check = Callable[[Any], bool]

ID: Final = 8
"""Bytes of the id of a key, and of the id of a log in events."""
HASH: Final = 32
LINK: Final = 16
"""Bytes of a device's link to its previous event, the first of that event's hash."""
_TEXT: Final = re.compile(r"[!-~](?:[ -~]{0,38}[!-~])?")
_DAY: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_CODE: Final = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?")
_LETTER: Final = re.compile(r"[A-Z]")
_LETTERS: Final = re.compile(r"[A-Z]{1,8}")
_NOTE: Final = 280
MAX_MS: Final = 1 << 47
MAX_NUMBER: Final = 10**12

REMARKS: Final = {
    1: "seal broken",
    2: "seal number differs",
    3: "too few",
    4: "wet",
    5: "damaged",
    6: "wrong box",
    7: "too late",
    8: "contents differ",
    9: "other",
}
"""What can be remarked on goods, by code (reference: reasons for refusing a hand-over)."""


def _whole(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _raw(size: int) -> Check:
    return lambda value: type(value) is bytes and len(value) == size


def _text(value: object) -> bool:
    return type(value) is str and _TEXT.fullmatch(value) is not None


def _text_or_none(value: object) -> bool:
    return value == "" or _text(value)


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: type(value) is str and pattern.fullmatch(value) is not None


def _note(value: object) -> bool:
    return type(value) is str and 0 < len(value) <= _NOTE and all(each.isprintable() or each == "\n" for each in value)


def _each(check: Check, least: int = 1, most: int = 4096) -> Check:
    return lambda value: type(value) is list and least <= len(value) <= most and all(map(check, value))


def _row(*checks: Check) -> Check:
    def check(value: object) -> bool:
        return (
            type(value) is list
            and len(value) == len(checks)
            and all(test(item) for test, item in zip(checks, value, strict=True))
        )

    return check


_instant = _whole(0, MAX_MS)
_number = _whole(0, MAX_NUMBER)
_hash = _raw(HASH)
_groups = _each(is_group)
_lonlat = _row(_whole(-1_800_000_000, 1_800_000_000), _whole(-900_000_000, 900_000_000))


_object = _whole(0, 65_535)


def _seal(value: Any) -> bool:
    """[object, series, first, last], a run of numbers on one object."""
    return _seal_row(value) and value[2] <= value[3]


_seal_row = _row(_object, _text, _number, _number)


def _remark(value: object) -> bool:
    """[code] of the whole, or [code, object]."""
    return _row(_code)(value) or _row(_code, _object)(value)


_code = _whole(1, max(REMARKS))
_load = _row(
    _whole(1, 1 << 20), _text, _text, _text, _instant, _instant, _whole(0, 1), _text_or_none, _text_or_none, _groups
)
_shift = _row(_text, _text, _instant, _instant)
_post = _row(_text, _text, _text, _whole(0, 1), _each(_lonlat, 0, 1))


class Field(NamedTuple):
    """A field of events.

    Parameters
    ----------
    key
        Integer key in the CBOR map; never given to another field.
    name
        Attribute of `serentak.custody.event.Event`.
    shape
        CDDL (RFC 8610) of its value.
    meaning
        One sentence.
    check
        Whether a value has this shape.
    """

    key: int
    name: str
    shape: str
    meaning: str
    check: Check


FIELDS: Final = (
    Field(0, "version", "1", "version of this format", _whole(1, 1)),
    Field(1, "kind", "1..63", "kind of the event", _whole(1, 63)),
    Field(2, "log", "bstr .size 8", "first 8 bytes of the hash of the log's genesis event", _raw(ID)),
    Field(3, "device", "bstr .size 8", "id of the key of the device that recorded this", _raw(ID)),
    Field(
        4, "seq", "1..4294967295", "number of the event on its device, from 1, none left out", _whole(1, (1 << 32) - 1)
    ),
    Field(
        5,
        "previous",
        "bstr .size 16",
        "first 16 bytes of the hash of the device's event before; absent in its first",
        _raw(LINK),
    ),
    Field(6, "at", "instant", "when the act was captured, by the device's clock", _instant),
    Field(7, "offset", "-720..840", "minutes of local time east of Greenwich", _whole(-720, 840)),
    Field(8, "position", "[lon, lat]", "where the device was, degrees x 10^7", _lonlat),
    Field(
        9,
        "seen",
        "[size: uint, root: hash]",
        "newest checkpoint of the log that the device had seen",
        _row(_number, _hash),
    ),
    Field(
        10,
        "step",
        "1..1048576",
        "place of the act in the life of its objects: higher than every act before it",
        _whole(1, 1 << 20),
    ),
    Field(11, "objects", "[+ group]", "boxes and bundles the act is about, as expected", _groups),
    Field(12, "load", "hash", "hash of an announced load, instead of its objects", _hash),
    Field(13, "missing", "[+ group]", "of these, what was not there", _groups),
    Field(14, "extra", "[+ group]", "what was there beyond these", _groups),
    Field(15, "giver", "name", "unit that hands over", _text),
    Field(16, "receiver", "name", "unit that receives", _text),
    Field(17, "place", "name", "place or station of the act", _text),
    Field(18, "vehicle", "name", "vehicle", _text),
    Field(19, "seals", "[+ seal]", "seals: announced, applied, broken, or read, by kind", _each(_seal)),
    Field(20, "remarks", "[+ remark]", "what is wrong with the goods", _each(_remark)),
    Field(
        21,
        "counts",
        "[+ [item: name, expected: uint, found: uint]]",
        "counts, expected and found apart",
        _each(_row(_text, _number, _number)),
    ),
    Field(22, "form", "name", "id of the paper form this was typed from (proxy)", _text),
    Field(23, "subject", "hash", "hash of the event this one is about", _hash),
    Field(24, "unit", "name", "unit that acts; of a new key: its unit", _text),
    Field(25, "note", "tstr", "free words, at most 280 characters, never about persons", _note),
    Field(
        26,
        "photos",
        "[+ [sha256: hash, bytes: uint, of: name]]",
        "photographs, by hash",
        _each(_row(_hash, _number, _text)),
    ),
    Field(
        27,
        "private",
        "[+ [what: name, commitment: hash]]",
        "personal data, each as SHA-256(salt || value)",
        _each(_row(_text, _hash)),
    ),
    Field(28, "election", "letter", "letter of the election", _matches(_LETTER)),
    Field(29, "plan", "hash", "SHA-256 of the plan announced", _hash),
    Field(30, "supersedes", "hash", "SHA-256 of the plan it takes the place of", _hash),
    Field(31, "pieces", "1..65535", "entries that announce the plan, this one not counted", _whole(1, 65_535)),
    Field(32, "loads", "[+ load]", "hand-overs announced", _each(_load)),
    Field(
        33, "shifts", "[+ [place: name, unit: name, from: instant, until: instant]]", "guards announced", _each(_shift)
    ),
    Field(
        34,
        "posts",
        "[+ [place: name, unit: name, kind: name, guarded: 0..1, [? [lon, lat]]]]",
        "places, who keeps them, whether goods there are guarded at night",
        _each(_post),
    ),
    Field(35, "key", "bstr .size 32", "a public key, Ed25519", _raw(32)),
    Field(36, "role", "name", "role of the new key's unit", _text),
    Field(37, "keys", "[+ bstr .size 8]", "ids of keys", _each(_raw(ID))),
    Field(38, "last_seq", "uint", "last number that counts of the device of this key", _whole(0, (1 << 32) - 1)),
    Field(39, "since", "instant", "beginning of a watch", _instant),
    Field(40, "until", "instant", "end of a watch; latest arrival of what was left in trust", _instant),
    Field(41, "chosen", "hash", "hash of the event that counts, after a ruling", _hash),
    Field(42, "name", "tstr", "name of the election", _note),
    Field(43, "day", "tstr", "voting day H, 2024-11-27", _matches(_DAY)),
    Field(
        44, "zone", '"WIB" / "WITA" / "WIT"', "zone of local time", lambda value: type(value) is str and value in ZONES
    ),
    Field(45, "district", "tstr", "code of the district (or province) whose boxes the log is about", _matches(_CODE)),
    Field(46, "elections", "tstr", "letters of the elections", _matches(_LETTERS)),
    Field(47, "organiser", "bstr .size 32", "public key of the organiser", _raw(32)),
    Field(48, "supervisors", "[+ bstr .size 32]", "public keys of the supervisor", _each(_raw(32))),
    Field(49, "rules", "name", "version of the tables of signers and kinds", _text),
    Field(50, "played", "1", "present where everything in the log is played, not real", _whole(1, 1)),
)
"""All fields, by key."""
BY_KEY: Final = {field.key: field for field in FIELDS}
BY_NAME: Final = {field.name: field for field in FIELDS}
