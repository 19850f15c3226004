"""Pieces that every text format of the log shares: base64 and decimal numbers with one spelling each."""

from __future__ import annotations

import base64
import binascii
import re

from serentak.base.messages import _
from serentak.ledger.faults import Malformed

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def encode_base64(data: bytes) -> str:
    """Write bytes in base64, RFC 4648 section 4."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, what: str) -> bytes:
    """Read base64 in its one canonical spelling.

    Unused bits that are not zero are refused: they would let anyone change a signed file without changing
    what it says.

    Raises
    ------
    Malformed
        When the text is not canonical base64.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        data = None
    if data is None or encode_base64(data) != text:
        raise Malformed(what, _("this is not base64"), value=text)
    return data


def decode_hash(text: str, what: str) -> bytes:
    """Read a SHA-256 hash in base64.

    Raises
    ------
    Malformed
        When the text is not the base64 of 32 bytes.
    """
    data = decode_base64(text, what)
    if len(data) != 32:
        raise Malformed(what, _("a hash has 32 bytes, not {found}").format(found=len(data)), value=text)
    return data


def decode_decimal(text: str, what: str) -> int:
    """Read a number from 0 to 2**63 - 1 without sign or leading zeros.

    Raises
    ------
    Malformed
        When the text is not such a number.
    """
    if _DECIMAL.fullmatch(text) is None or int(text) >= 1 << 63:
        raise Malformed(what, _("this is not a decimal number"), value=text)
    return int(text)
