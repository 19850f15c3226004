"""Proofs small enough for a printed QR code.

What the reader can compute is left out: the root follows from the entry and the path, names follow from the
policy. The bytes are a deterministic CBOR map with integer keys::

    0  version, 1
    1  id of the log's key, 4 bytes
    2  index of the entry
    3  size of the log
    4  path, hashes one after another
    5  the log's signature, 64 bytes
    6  cosignatures: a list of [key id, seconds since the epoch, signature]

In a QR code they stand as text, ``SP1:`` and the bytes in base45, so that a scanner that types what it reads,
or a telephone's own camera, can hand them on.

References
----------
https://www.rfc-editor.org/rfc/rfc8949.html#section-4.2, https://www.rfc-editor.org/rfc/rfc9285.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cbor2

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.ledger.checkpoint import Checkpoint, parse_checkpoint
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.note import COSIGNATURE, ED25519, Signature, SignedNote, VerifierKey
from serentak.ledger.proof import MAX_PATH, Proof
from serentak.ledger.tree import HASH_BYTES, leaf_hash, root_from_inclusion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from serentak.ledger.policy import Policy

PREFIX: Final = "SP1:"
MAX_BYTES: Final = 8192
"""Bytes of the largest compact proof that is read; a QR code holds less than 3,000."""
_VERSION = 1
_SIGNATURE = 64
_TIMESTAMP = 8
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def to_paper(proof: Proof, policy: Policy) -> bytes:
    """Write a proof as compact bytes.

    Signatures that do not fit paper (ML-DSA-44), or whose key the policy does not know, are left out.

    Raises
    ------
    Refused
        When the checkpoint has extension lines, or the log did not sign it with Ed25519.
    """
    checkpoint = parse_checkpoint(proof.checkpoint.text)
    if checkpoint.extensions:
        raise Refused(_("a checkpoint with extension lines does not fit a compact proof"))
    logs = {(log.key.name, log.key.id) for log in policy.logs if log.key.kind == ED25519}
    witnesses = {(each.key.name, each.key.id) for each in policy.witnesses if each.key.kind == COSIGNATURE}
    signed = [each for each in proof.checkpoint.signatures if (each.name, each.key_id) in logs]
    if not signed:
        raise Refused(_("the log did not sign this checkpoint with Ed25519"))
    cosignatures = [
        [each.key_id, int.from_bytes(each.data[:_TIMESTAMP], "big"), each.data[_TIMESTAMP:]]
        for each in proof.checkpoint.signatures
        if (each.name, each.key_id) in witnesses
    ]
    path = b"".join(proof.path)
    values = (_VERSION, signed[0].key_id, proof.index, checkpoint.size, path, signed[0].data, cosignatures)
    return cbor2.dumps(dict(enumerate(values)), canonical=True)


def from_paper(data: bytes, entry: bytes, policy: Policy) -> Proof:
    """Read a compact proof back into a whole one; `serentak.ledger.proof.verify_proof` then checks it.

    Raises
    ------
    Malformed
        When the bytes are no compact proof.
    Unproven
        When the policy does not know the log, or the path does not fit index and size.
    """
    key_id, index, size, path, signature, cosignatures = _decode(data)
    log = _named((log.key for log in policy.logs if log.key.kind == ED25519), key_id)
    if log is None:
        raise Unproven(_("the policy does not know the key of this log"))
    root = root_from_inclusion(leaf_hash(entry), index, size, path)
    signatures = [Signature(log.name, key_id, signature)]
    keys = [witness.key for witness in policy.witnesses if witness.key.kind == COSIGNATURE]
    for witness_id, timestamp, cosignature in cosignatures:
        witness = _named(keys, witness_id)
        if witness is not None:
            signatures.append(Signature(witness.name, witness_id, timestamp.to_bytes(8, "big") + cosignature))
    text = Checkpoint(log.name, size, root).text
    return Proof(index, tuple(path), SignedNote(text, tuple(signatures)))


def _named(keys: Iterable[VerifierKey], key_id: bytes) -> VerifierKey | None:
    return next((key for key in keys if key.id == key_id), None)


def _decode(data: bytes) -> tuple[bytes, int, int, list[bytes], bytes, list[tuple[bytes, int, bytes]]]:
    value: Any = None
    # cbor2 says of hostile bytes what it will; that they are no proof is all that matters here.
    try:
        if len(data) <= MAX_BYTES:
            value = cbor2.loads(data)
            # Another spelling of the same values would let two different papers prove the same.
            value = value if cbor2.dumps(value, canonical=True) == data else None
    except Exception:  # noqa: BLE001 - see above
        value = None
    if not isinstance(value, dict) or list(value) != list(range(7)) or value[0] != _VERSION:
        raise Malformed("proof", _("these bytes are not a compact proof"))
    key_id, index, size, path, signature, cosignatures = (value[key] for key in range(1, 7))
    numbers = all(type(number) is int and 0 <= number < 1 << 63 for number in (index, size))
    strings = all(type(string) is bytes for string in (key_id, path, signature))
    if not numbers or not strings or len(key_id) != 4 or len(signature) != _SIGNATURE:
        raise Malformed("proof", _("these bytes are not a compact proof"))
    if len(path) % HASH_BYTES or len(path) > MAX_PATH * HASH_BYTES:
        raise Malformed("proof", _("a hash is not 32 bytes long"))
    if type(cosignatures) is not list or not all(_is_cosignature(each) for each in cosignatures):
        raise Malformed("proof", _("these bytes are not a compact proof"))
    hashes = [path[i : i + HASH_BYTES] for i in range(0, len(path), HASH_BYTES)]
    return key_id, index, size, hashes, signature, [tuple(each) for each in cosignatures]


def _is_cosignature(value: object) -> bool:
    return (
        type(value) is list
        and [type(each) for each in value] == [bytes, int, bytes]
        and len(value[0]) == 4
        and 0 <= value[1] < 1 << 63
        and len(value[2]) == _SIGNATURE
    )


def to_qr_text(data: bytes) -> str:
    """Write bytes as the text of a QR code: ``SP1:`` and base45."""
    digits = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _place in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            digits.append(_DIGITS[digit])
    return PREFIX + "".join(digits)


def from_qr_text(text: str) -> bytes:
    """Read the text of a QR code.

    Raises
    ------
    Malformed
        When it is not ``SP1:`` and base45.
    """
    body = text.removeprefix(PREFIX)
    places = [_DIGITS.find(digit) for digit in body]
    if body == text or -1 in places or len(places) % 3 == 1 or len(places) > 2 * MAX_BYTES:
        raise Malformed("proof", _("this is not the text of a proof's QR code"))
    parts = []
    for start in range(0, len(places), 3):
        group = places[start : start + 3]
        number = sum(digit * 45**place for place, digit in enumerate(group))
        if number >= 256 ** (len(group) - 1):
            raise Malformed("proof", _("this is not the text of a proof's QR code"))
        parts.append(number.to_bytes(len(group) - 1, "big"))
    return b"".join(parts)
