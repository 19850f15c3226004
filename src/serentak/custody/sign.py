"""Recording and signing: what a device does. Checking never imports this module."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from serentak.custody.entry import PREFIX, Signature, encode_entry, key_id
from serentak.custody.event import Event, encode_event, event_hash, log_id
from serentak.custody.fields import LINK
from serentak.custody.kinds import RULES, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Device:
    """A device with its key: gives its events their numbers and links, and signs.

    Parameters
    ----------
    seed
        32 secret bytes, the Ed25519 private key.
    log
        Id of the log, see `serentak.custody.event.log_id`.
    offset
        Minutes of local time east of Greenwich.
    seq, last
        Number and hash of its last event; 0 and nothing for a new device.
    """

    seed: bytes = field(repr=False)
    log: bytes
    offset: int
    seq: int = 0
    last: bytes = b""
    _key: Ed25519PrivateKey = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public(self) -> bytes:
        """Public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        """Id of the key, 8 bytes."""
        return key_id(self.public)

    def record(self, kind: Kind, at: int | None = None, **fields: Any) -> bytes:
        """Record an event, the device's next, and give its bytes.

        Parameters
        ----------
        kind
            Kind.
        at
            Epoch milliseconds by the device's clock; now if not given.
        fields
            Fields of `Event` by name.

        Raises
        ------
        Malformed
            When the fields are not those of the kind; nothing is recorded then.
        """
        event = Event(
            kind=kind,
            log=self.log,
            device=self.id,
            seq=self.seq + 1,
            previous=self.last[:LINK] if self.seq else None,
            at=int(time.time() * 1000) if at is None else at,
            offset=self.offset,
            **fields,
        )
        data = encode_event(event)
        self.seq, self.last = self.seq + 1, event_hash(data)
        return data

    def sign(self, data: bytes) -> Signature:
        """Sign the bytes of an event, its own or another's."""
        return Signature(self.id, self._key.sign(PREFIX + data))

    def entry(self, data: bytes, *others: Device) -> bytes:
        """Give the entry for the log: an event signed by this device and others."""
        return encode_entry(data, [self.sign(data), *(each.sign(data) for each in others)])

    def close(self, at: int | None = None) -> bytes:
        """Record that this is the device's last event."""
        return self.record(Kind.KEY_CLOSED, at, last_seq=self.seq + 1)

    @classmethod
    def genesis(
        cls,
        seed: bytes,
        supervisors: Sequence[bytes],
        at: int,
        offset: int,
        **fields: Any,
    ) -> tuple[Self, bytes]:
        """Begin a log: give the organiser's device and the log's entry 0.

        Parameters
        ----------
        seed
            32 secret bytes of the organiser's key.
        supervisors
            Public keys of the supervisor, 32 bytes each.
        fields
            ``name``, ``day``, ``zone``, ``district``, ``elections``, and ``played=1`` where nothing is real.
        """
        device = cls(seed, b"", offset)
        event = Event(
            kind=Kind.GENESIS, at=at, offset=offset, organiser=device.public, supervisors=list(supervisors),
            rules=RULES, **fields,
        )  # fmt: skip
        data = encode_event(event)
        device.log = log_id(data)
        return device, encode_entry(data, [device.sign(data)])
