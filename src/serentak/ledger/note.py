"""Signed notes: a text, and one line for each signature over it.

A signature names its key by name and four bytes of a hash; the kind of signature is part of that hash. Each
kind is one row of a table, so a new one (as ML-DSA-44 was) adds a row and changes nothing else.

References
----------
https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from serentak.base.messages import _
from serentak.ledger.checkpoint import cosigned_message, parse_checkpoint, subtree_message
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.text import decode_base64, encode_base64

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ED25519: Final = 0x01
"""A plain Ed25519 signature over the text."""
COSIGNATURE: Final = 0x04
"""An Ed25519 cosignature over a checkpoint and a time."""
ML_DSA_44: Final = 0x06
"""An ML-DSA-44 cosignature over a checkpoint and a time."""

MAX_NOTE: Final = 1 << 20
"""Bytes of the largest note that is read."""
MAX_SIGNATURES: Final = 100
"""Signatures in the largest note that is read."""
_DASH: Final = "— "
_TIMESTAMP: Final = 8
_PUBLIC_BYTES: Final = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}


class Verified(NamedTuple):
    """A signature that holds: whose, and as of when (seconds since the epoch; None where it says no time)."""

    key: VerifierKey
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and the kind of signature it makes.

    Parameters
    ----------
    name
        Key name; no spaces, no plus sign.
    kind
        Signature type byte, `ED25519`, `COSIGNATURE` or `ML_DSA_44`.
    public
        Public key, raw bytes as its kind defines them.
    """

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that, with the name, tell signatures of this key."""
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(bytes([self.kind]) + self.public)}"

    def verify(self, text: str, signature: bytes) -> int | None:
        """Check a signature over a note's text and give its time, if it states one.

        Raises
        ------
        Unproven
            When the signature does not hold.
        """
        try:
            return _VERIFIERS[self.kind](self, text, signature)
        except (InvalidSignature, Malformed, ValueError) as error:
            raise Unproven(_("the signature of {name} does not hold").format(name=self.name)) from error


@lru_cache(maxsize=256)
def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Compute the four bytes that identify a key under its name."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def is_key_name(name: str) -> bool:
    """Tell whether a text can be the name of a key."""
    # Surrogates stand for bytes that are no UTF-8, where a policy was read as opaque octets.
    return bool(name) and not any(c == "+" or c.isspace() or c < " " or "\ud800" <= c <= "\udfff" for c in name)


def parse_vkey(text: str) -> VerifierKey:
    """Read a public key from its text form, ``name+1234abcd+base64``.

    Raises
    ------
    Malformed
        When it is not such a text, its kind is not known, or the four bytes do not belong to the key.
    """
    name, _plus, rest = text.partition("+")
    digest, _plus, encoded = rest.partition("+")
    data = decode_base64(encoded, "vkey")
    if not is_key_name(name) or not data:
        raise Malformed("vkey", _("write a public key as name+id+base64"), value=text)
    kind, public = data[0], data[1:]
    if kind not in _VERIFIERS:
        raise Malformed("vkey", _("signatures of kind {kind} are not known here").format(kind=kind), value=text)
    if len(public) != _PUBLIC_BYTES[kind]:
        raise Malformed("vkey", _("the public key has the wrong length"), value=text)
    key = VerifierKey(name, kind, public)
    if key.id.hex() != digest:
        raise Malformed("vkey", _("the id does not belong to the key"), value=text)
    return key


@lru_cache(maxsize=256)
def _ed25519(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def _verify_ed25519(key: VerifierKey, text: str, signature: bytes) -> int | None:
    _ed25519(key.public).verify(signature, text.encode())
    return None


def _timestamped(signature: bytes) -> tuple[int, bytes]:
    timestamp = int.from_bytes(signature[:_TIMESTAMP], "big")
    if len(signature) <= _TIMESTAMP or timestamp >= 1 << 63:
        raise Malformed("cosignature", _("the signature has the wrong length"))
    return timestamp, signature[_TIMESTAMP:]


def _verify_cosignature(key: VerifierKey, text: str, signature: bytes) -> int | None:
    timestamp, rest = _timestamped(signature)
    # A cosignature speaks about a tree; over any other text it would say nothing.
    parse_checkpoint(text)
    _ed25519(key.public).verify(rest, cosigned_message(text, timestamp))
    return timestamp


def _verify_ml_dsa(key: VerifierKey, text: str, signature: bytes) -> int | None:
    # Imported here: an OpenSSL without ML-DSA still serves everyone who has no such key.
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey  # noqa: PLC0415

    timestamp, rest = _timestamped(signature)
    message = subtree_message(parse_checkpoint(text), key.name, timestamp)
    MLDSA44PublicKey.from_public_bytes(key.public).verify(rest, message)
    return timestamp or None


_VERIFIERS: Final[dict[int, Callable[[VerifierKey, str, bytes], int | None]]] = {
    ED25519: _verify_ed25519,
    COSIGNATURE: _verify_cosignature,
    ML_DSA_44: _verify_ml_dsa,
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note, not yet checked."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, with its newline."""
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text (ending in a newline) and the signatures over it, in the order of the file."""

    text: str
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()

    def signed_also(self, signatures: Iterable[Signature]) -> SignedNote:
        """Give the note with further signatures behind its own; one that is there already is not repeated."""
        more = tuple(signature for signature in signatures if signature not in self.signatures)
        return SignedNote(self.text, self.signatures + more)


def parse_note(data: bytes, *, skip_misspelt: bool = False) -> SignedNote:
    """Read a signed note without checking its signatures.

    Parameters
    ----------
    data
        The whole note.
    skip_misspelt
        Leave out signatures that are not canonical base64 instead of refusing the note; for a reader that
        answers "no signature holds" rather than "unreadable", as the witness protocol does.

    Raises
    ------
    Malformed
        When it is not a signed note.
    """
    if len(data) > MAX_NOTE:
        raise Malformed("note", _("a note has at most {limit} bytes").format(limit=MAX_NOTE))
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("note", _("the text is not UTF-8")) from None
    if any(c < " " and c != "\n" for c in whole):
        raise Malformed("note", _("the text has a control character"))
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n"):
        raise Malformed("note", _("the note has no signatures"))
    text, lines = whole[: split + 1], whole[split + 2 : -1].split("\n")
    return SignedNote(text, parse_signatures(lines, skip_misspelt=skip_misspelt))


def parse_signatures(lines: Iterable[str], *, skip_misspelt: bool = False) -> tuple[Signature, ...]:
    """Read signature lines (without their newlines); see `parse_note`.

    Raises
    ------
    Malformed
        When a line is not a signature, or there are more than `MAX_SIGNATURES`.
    """
    signatures: list[Signature] = []
    for row, line in enumerate(lines, 1):
        name, _space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not is_key_name(name):
            raise Malformed("note", _("this is not a signature line"), row=row, value=line)
        if row > MAX_SIGNATURES:
            raise Malformed("note", _("a note has at most {limit} signatures").format(limit=MAX_SIGNATURES))
        try:
            blob = decode_base64(encoded, "note")
        except Malformed:
            if skip_misspelt:
                continue
            raise
        if len(blob) < 5:
            raise Malformed("note", _("the signature is too short"), row=row, value=line)
        signatures.append(Signature(name, blob[:4], blob[4:]))
    return tuple(signatures)


def verify_note(note: SignedNote, keys: Iterable[VerifierKey]) -> list[Verified]:
    """Check every signature by a known key; signatures by other keys are ignored.

    Raises
    ------
    Unproven
        When a known key's signature does not hold, or no known key signed.
    """
    known = {(key.name, key.id): key for key in keys}
    verified: list[Verified] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        timestamp = key.verify(note.text, signature.data)
        if all(key != seen.key for seen in verified):
            verified.append(Verified(key, timestamp))
    if not verified:
        raise Unproven(_("no known key signed this note"))
    return verified
