"""Private keys: making, storing and signing with them. Verifiers never import this module.

A key is one line of text in a file that only its owner can read, ``PRIVATE+KEY+name+1234abcd+base64``, the
form that Go's note package uses; the base64 holds the signature type byte and the 32 bytes that make the key.

References
----------
https://pkg.go.dev/golang.org/x/mod/sumdb/note
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.ledger.checkpoint import cosigned_message, parse_checkpoint, subtree_message
from serentak.ledger.faults import Malformed
from serentak.ledger.note import (
    COSIGNATURE,
    ED25519,
    ML_DSA_44,
    Signature,
    SignedNote,
    VerifierKey,
    is_key_name,
    key_id,
)
from serentak.ledger.text import decode_base64, encode_base64

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

_SEED_BYTES = 32
_PREFIX = "PRIVATE+KEY+"


@dataclass(frozen=True)
class SigningKey:
    """A private key with its name and the kind of signature it makes.

    Parameters
    ----------
    name
        Key name; for a log, its origin.
    kind
        Signature type byte, see `serentak.ledger.note`.
    seed
        32 secret bytes.
    """

    name: str
    kind: int
    seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.verifier})"

    @cached_property
    def _ed25519(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def _ml_dsa(self) -> MLDSA44PrivateKey:
        try:
            from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey  # noqa: PLC0415

            return MLDSA44PrivateKey.from_seed_bytes(self.seed)
        except (ImportError, UnsupportedAlgorithm):
            raise Refused(_("this computer's cryptography library does not know ML-DSA-44")) from None

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public half."""
        if self.kind == ML_DSA_44:
            return VerifierKey(self.name, self.kind, self._ml_dsa.public_key().public_bytes_raw())
        return VerifierKey(self.name, self.kind, self._ed25519.public_key().public_bytes_raw())

    def sign(self, text: str, timestamp: int = 0) -> Signature:
        """Sign the text of a note.

        Parameters
        ----------
        text
            Text, ending in a newline; a checkpoint's where the kind is a cosignature.
        timestamp
            Seconds since the epoch that a cosignature states; unused by plain signatures.
        """
        stamp = timestamp.to_bytes(8, "big")
        if self.kind == ED25519:
            data = self._ed25519.sign(text.encode())
        elif self.kind == COSIGNATURE:
            parse_checkpoint(text)
            data = stamp + self._ed25519.sign(cosigned_message(text, timestamp))
        else:
            message = subtree_message(parse_checkpoint(text), self.name, timestamp)
            data = stamp + self._ml_dsa.sign(message)
        return Signature(self.name, self.verifier.id, data)


def new_key(name: str, kind: int = ED25519) -> SigningKey:
    """Make a fresh key.

    Raises
    ------
    InputError
        When the name has a space or a plus sign.
    """
    if not is_key_name(name):
        raise InputError.of("name", _("a key's name has no spaces and no plus sign"), _("Choose another."), value=name)
    return SigningKey(name, kind, secrets.token_bytes(_SEED_BYTES))


def sign_note(text: str, keys: Iterable[SigningKey], timestamp: int = 0) -> SignedNote:
    """Sign a text with one key after another; with Ed25519 the same input gives the same bytes."""
    return SignedNote(text, tuple(key.sign(text, timestamp) for key in keys))


def format_key(key: SigningKey) -> str:
    """Write a private key as one line of text, without a newline."""
    blob = encode_base64(bytes([key.kind]) + key.seed)
    return f"{_PREFIX}{key.name}+{key.verifier.id.hex()}+{blob}"


def parse_key(text: str) -> SigningKey:
    """Read a private key from its line of text.

    Raises
    ------
    Malformed
        When it is not such a line; the message never shows the key.
    """
    name, _plus, rest = text.strip().removeprefix(_PREFIX).partition("+")
    digest, _plus, encoded = rest.partition("+")
    try:
        data = decode_base64(encoded, "key")
    except Malformed:
        data = b""
    kinds = (ED25519, COSIGNATURE, ML_DSA_44)
    if not text.startswith(_PREFIX) or not is_key_name(name) or len(data) != 1 + _SEED_BYTES or data[0] not in kinds:
        raise Malformed("key", _("this is not a private key"))
    key = SigningKey(name, data[0], data[1:])
    # Some keys were written with the id of a plain signature; only the bytes of the key count.
    if digest != key.verifier.id.hex() and digest != key_id(name, ED25519, key.verifier.public).hex():
        raise Malformed("key", _("the id does not belong to the key"))
    return key


def write_key(path: Path, key: SigningKey) -> None:
    """Store a private key in a new file that only its owner can read.

    Raises
    ------
    Refused
        When the file exists: a key is never overwritten.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(_("{path} exists; a key is never overwritten").format(path=path)) from None
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, not a path
        file.write(format_key(key) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> SigningKey:
    """Read a private key from its file.

    Raises
    ------
    InputError
        When there is no such file, others can read it, or it holds no key.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = _("the key cannot be read: {error}").format(error=error)
        raise InputError.of(str(path), message, _("Check the path and its owner.")) from error
    if stat.S_IMODE(mode) & 0o077:
        message = _("others can read this key")
        raise InputError.of(str(path), message, _("Run: chmod 600 {path}").format(path=path))
    return parse_key(text)
