"""The log's side of the witness protocol: asks one witness to cosign each new checkpoint.

References
----------
https://c2sp.org/tlog-witness
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.note import Signature, SignedNote, parse_signatures, verify_note
from serentak.ledger.read import LogReader
from serentak.ledger.source import HttpSource, TileSource
from serentak.ledger.text import decode_decimal, encode_base64

if TYPE_CHECKING:
    from collections.abc import Callable

    from serentak.ledger.policy import Witness

ADD_CHECKPOINT: Final = "add-checkpoint"
PATIENCE: Final = 2.0
"""Seconds that a witness may take; then the checkpoint is published without it."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class Address(Protocol):
    """Somewhere that answers requests."""

    def request(
        self, method: str, path: str, body: bytes | None = None, content_type: str = ...
    ) -> tuple[int, bytes, str]:
        """Send one request and give status, body and content type, see `serentak.ledger.source.HttpSource`."""


def format_request(old: int, path: list[bytes], note: SignedNote) -> bytes:
    """Write the body of an ``add-checkpoint`` request."""
    lines = [f"old {old}", *map(encode_base64, path), "", ""]
    return "\n".join(lines).encode() + bytes(note)


class WitnessClient:
    """Asks one witness. For one thread at a time.

    Parameters
    ----------
    witness
        The witness with its address.
    held
        Size of the last checkpoint that it is known to hold; 0 for none.
    patience
        Seconds that an answer may take.
    clock
        Gives seconds, for the pause after a failure.
    reach
        Gives what answers at the witness's address, within these seconds.

    Attributes
    ----------
    trouble
        What is wrong with this witness; None while it cosigns.
    """

    def __init__(
        self,
        witness: Witness,
        held: int = 0,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        reach: Callable[[str, float], Address] = HttpSource,
    ) -> None:
        self.witness = witness
        self.trouble: str | None = None
        self._held = held
        self._address = reach(witness.url, patience)
        self._clock = clock
        self._not_before = 0.0
        self._pause = _FIRST_PAUSE
        self._retired = False

    @property
    def due(self) -> bool:
        """Whether to ask it now; not right after it failed."""
        return not self._retired and self._clock() >= self._not_before

    def cosign(self, note: SignedNote, source: TileSource) -> tuple[Signature, ...]:
        """Give the witness's signatures over a checkpoint; none when it cannot be had now, see `trouble`."""
        try:
            signatures = self._ask(note, source)
        except (Refused, Malformed) as error:
            self.trouble = f"{self.witness.name}: {error}"
            self._not_before = self._clock() + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return ()
        self.trouble = None
        self._pause = _FIRST_PAUSE
        return signatures

    def _ask(self, note: SignedNote, source: TileSource) -> tuple[Signature, ...]:
        size = parse_checkpoint(note.text).size
        reader = LogReader(source, size)
        old = min(self._held, size)
        for _attempt in range(2):
            body = format_request(old, reader.consistency(old), note)
            status, answer, _type = self._address.request("POST", ADD_CHECKPOINT, body, "text/plain")
            if status == 200:
                self._held = size
                return self._own(note, answer)
            if status != 409:
                break
            old = self._conflict(answer, size)
        said = answer[:200].decode("utf-8", "replace").strip()
        raise Refused(_("the witness answered {status} {said}").format(status=status, said=said))

    def _own(self, note: SignedNote, answer: bytes) -> tuple[Signature, ...]:
        try:
            lines = answer.decode("utf-8").splitlines()
        except UnicodeDecodeError:
            raise Malformed("witness", _("the text is not UTF-8")) from None
        key = self.witness.key
        signatures = parse_signatures(lines)
        verify_note(SignedNote(note.text, signatures), [key])
        return tuple(each for each in signatures if (each.name, each.key_id) == (key.name, key.id))

    def _conflict(self, answer: bytes, size: int) -> int:
        old = decode_decimal(answer.decode("ascii", "replace").removesuffix("\n"), "witness")
        if old > size:
            message = _("it has seen {old} entries of this log, which now has {size}: rolled back or forked")
            raise Unproven(message.format(old=old, size=size))
        if old < self._held:
            # It vouched for more once; whatever it says now is worth nothing.
            self._retired = True
            message = _("it cosigned {held} entries and now knows {old}: it lost its store; retire it")
            raise Unproven(message.format(held=self._held, old=old))
        return old
