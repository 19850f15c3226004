"""Checkpoints: the head of a log as the text of a note, and the messages that cosigners sign over it.

References
----------
https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

from dataclasses import dataclass

from serentak.base.messages import _
from serentak.ledger.faults import Malformed
from serentak.ledger.text import decode_decimal, decode_hash, encode_base64

_WHAT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log.

    Parameters
    ----------
    origin
        Name of the log, a URL without its scheme.
    size
        Number of entries.
    root
        Root of the tree over them, 32 bytes.
    extensions
        Further lines; none are written by this software.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Text of the note, ending in a newline."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint.

    Raises
    ------
    Malformed
        When a line is missing, empty or not what it should be.
    """
    lines = text.split("\n")
    if lines.pop() != "":
        raise Malformed(_WHAT, _("the last line does not end"))
    if len(lines) < 3:
        raise Malformed(_WHAT, _("a checkpoint has three lines: origin, size and root"))
    if "" in lines:
        raise Malformed(_WHAT, _("a line is empty"), row=lines.index("") + 1)
    origin, size, root, *extensions = lines
    return Checkpoint(origin, decode_decimal(size, _WHAT), decode_hash(root, _WHAT), tuple(extensions))


def cosigned_message(text: str, timestamp: int) -> bytes:
    """Give the bytes that an Ed25519 cosignature covers.

    Parameters
    ----------
    text
        Text of the checkpoint, all of its lines.
    timestamp
        Seconds since the epoch.
    """
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def subtree_message(checkpoint: Checkpoint, cosigner: str, timestamp: int) -> bytes:
    """Give the bytes that an ML-DSA-44 cosignature of a checkpoint covers.

    Parameters
    ----------
    checkpoint
        The checkpoint; its extension lines are not covered.
    cosigner
        Key name of the cosigner.
    timestamp
        Seconds since the epoch; 0 when nothing is said about time.

    Raises
    ------
    Malformed
        When a name is longer than 255 bytes.
    """
    names = cosigner.encode(), checkpoint.origin.encode()
    if not all(0 < len(name) < 256 for name in names):
        raise Malformed(_WHAT, _("a name has 1 to 255 bytes"))
    own, origin = (len(name).to_bytes(1, "big") + name for name in names)
    numbers = (0).to_bytes(8, "big") + checkpoint.size.to_bytes(8, "big")
    return b"subtree/v1\n\0" + own + timestamp.to_bytes(8, "big") + origin + numbers + checkpoint.root
