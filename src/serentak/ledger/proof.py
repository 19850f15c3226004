"""Proofs for one entry that need no network: where it stands in the log, and who vouches for the log.

References
----------
https://c2sp.org/tlog-proof
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from serentak.base.messages import _
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.note import MAX_NOTE, SignedNote, parse_note
from serentak.ledger.text import decode_base64, decode_decimal, decode_hash, encode_base64
from serentak.ledger.tree import leaf_hash, verify_inclusion

if TYPE_CHECKING:
    from serentak.ledger.policy import Opened, Policy

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_PATH: Final = 63
"""Hashes in the longest proof."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is in a log.

    Parameters
    ----------
    index
        Position of the entry, from 0.
    path
        Hashes from the leaf's sibling to the root's child.
    checkpoint
        The log's checkpoint with its signatures.
    extra
        Bytes that nothing vouches for; None when there are none.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedNote
    extra: bytes | None = None

    def __bytes__(self) -> bytes:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines += [f"index {self.index}", *map(encode_base64, self.path), "", ""]
        return "\n".join(lines).encode() + bytes(self.checkpoint)


def parse_proof(data: bytes) -> Proof:
    """Read a proof in its text form, without checking it.

    Raises
    ------
    Malformed
        When it is not such a text.
    """
    if len(data) > 2 * MAX_NOTE:
        raise Malformed("proof", _("a proof has at most {limit} bytes").format(limit=2 * MAX_NOTE))
    head, blank, note = data.partition(b"\n\n")
    try:
        header, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("proof", _("the text before the checkpoint is not ASCII")) from None
    if header != HEADER:
        raise Malformed("proof", _("the first line is not {header}").format(header=HEADER), value=header)
    if not blank:
        raise Malformed("proof", _("the proof has no checkpoint"))
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "), "proof")
    if not lines or not lines[0].startswith("index "):
        raise Malformed("proof", _("the line with the index is missing"))
    index = decode_decimal(lines[0].removeprefix("index "), "proof")
    if len(lines) > MAX_PATH + 1:
        raise Malformed("proof", _("a proof has at most {limit} hashes").format(limit=MAX_PATH))
    path = tuple(decode_hash(line, "proof") for line in lines[1:])
    return Proof(index, path, parse_note(note), extra)


def verify_proof(proof: Proof, entry: bytes, policy: Policy) -> Opened:
    """Check that an entry is in a log that the policy believes, and that enough witnesses vouch for it.

    Raises
    ------
    Malformed
        When the proof's note is no checkpoint.
    Unproven
        When a signature or the path does not hold, or too few witnesses cosigned.
    """
    opened = policy.open(proof.checkpoint)
    checkpoint = opened.checkpoint
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root)
    if not opened.quorum:
        message = _("too few witnesses cosigned: the policy asks for {quorum}")
        raise Unproven(message.format(quorum=policy.quorum))
    return opened
