"""Receipts: the log's signed promise, given once an entry is stored, that it is in the log at this index.

A receipt is a signed note. Its second line begins with a word, so that it can never be taken for a
checkpoint, whose second line is a number::

    serentak/receipt@v1
    origin example.org/log
    index 17
    leaf <base64>
    time <milliseconds since the epoch>
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from serentak.base.messages import _
from serentak.ledger.faults import Malformed
from serentak.ledger.text import decode_decimal, decode_hash, encode_base64

HEADER: Final = "serentak/receipt@v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where and when an entry was stored.

    Parameters
    ----------
    origin
        The log.
    index
        Position in the log, from 0.
    leaf
        Hash of the entry as a leaf.
    time
        Milliseconds since the epoch of the first acceptance of these bytes.
    """

    origin: str
    index: int
    leaf: bytes
    time: int

    @property
    def text(self) -> str:
        """Text of the note, ending in a newline."""
        return (
            f"{HEADER}\norigin {self.origin}\nindex {self.index}\nleaf {encode_base64(self.leaf)}\ntime {self.time}\n"
        )


def parse_receipt(text: str) -> Receipt:
    """Read the text of a receipt.

    Raises
    ------
    Malformed
        When it is not one.
    """
    lines = text.split("\n")
    words = ["origin ", "index ", "leaf ", "time "]
    if len(lines) != 6 or lines[0] != HEADER or lines[5]:
        raise Malformed("receipt", _("this is not a receipt"))
    if not all(line.startswith(word) for word, line in zip(words, lines[1:5], strict=True)):
        raise Malformed("receipt", _("this is not a receipt"))
    origin, index, leaf, time = (line.removeprefix(word) for word, line in zip(words, lines[1:5], strict=True))
    return Receipt(
        origin,
        decode_decimal(index, "receipt"),
        decode_hash(leaf, "receipt"),
        decode_decimal(time, "receipt"),
    )
