"""An entry of the log: the bytes of an event, and signatures over them.

Deterministic CBOR, ``{0: event bytes, 1: [[key id, signature], ...]}``, signatures sorted by key id, each key once.
A signature is Ed25519 over ``serentak-custody/1``, a newline, and the event's bytes.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from serentak.base.messages import _
from serentak.custody.cbor import decode, encode
from serentak.custody.event import Event, decode_event
from serentak.custody.fields import ID
from serentak.ledger.faults import Malformed
from serentak.ledger.tiles import MAX_ENTRY

PREFIX: Final = b"serentak-custody/1\n"
SIGNATURE: Final = 64
MAX_SIGNATURES: Final = 8


class Signature(NamedTuple):
    """A signature over an event: id of the key, and 64 bytes."""

    key: bytes
    data: bytes


class Entry(NamedTuple):
    """An entry as it stands in the log: the event, its signed bytes, and the signatures, not yet checked."""

    event: Event
    data: bytes
    signatures: tuple[Signature, ...]


def key_id(public: bytes) -> bytes:
    """Give the 8 bytes by which events name a key: the first of the SHA-256 of its 32 bytes."""
    return sha256(public).digest()[:ID]


def encode_entry(data: bytes, signatures: list[Signature] | tuple[Signature, ...]) -> bytes:
    """Write an entry: the bytes of an event with its signatures; equal sets of signatures give equal bytes."""
    return encode({0: data, 1: [list(each) for each in sorted(set(signatures))]})


def decode_entry(entry: bytes) -> Entry:
    """Read an entry; signatures are not checked yet, see `verify_signature`.

    Raises
    ------
    Malformed
        When the bytes are not an event with signatures.
    """
    data, signatures = split_entry(entry)
    return Entry(decode_event(data), data, signatures)


def split_entry(entry: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """Take an entry apart without reading the event; see `decode_entry`."""
    value = decode(entry, "entry", MAX_ENTRY)
    # A simple value equals its number, and is not one.
    parts = [(type(key), key, type(part)) for key, part in value.items()] if type(value) is dict else []
    if parts != [(int, 0, bytes), (int, 1, list)]:
        raise Malformed("entry", _("this is not an entry of a custody log"))
    if not 1 <= len(value[1]) <= MAX_SIGNATURES:
        raise Malformed("entry", _("an entry has 1 to {limit} signatures").format(limit=MAX_SIGNATURES))
    signatures = []
    for each in value[1]:
        if type(each) is not list or [type(part) for part in each] != [bytes, bytes]:
            raise Malformed("entry", _("this is not a signature"))
        signatures.append(Signature(*each))
    if any(len(each.key) != ID or len(each.data) != SIGNATURE for each in signatures):
        raise Malformed("entry", _("this is not a signature"))
    keys = [each.key for each in signatures]
    if keys != sorted(set(keys)):
        raise Malformed("entry", _("signatures are sorted by key, and each key signs once"))
    return value[0], tuple(signatures)


def verify_signature(public: bytes, data: bytes, signature: bytes) -> bool:
    """Tell whether a signature by a key, 32 bytes, holds over the bytes of an event."""
    try:
        _public_key(public).verify(signature, PREFIX + data)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=4096)
def _public_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)
