"""Deterministic CBOR (RFC 8949, 4.2): one spelling for each value.

References
----------
https://www.rfc-editor.org/rfc/rfc8949.html#section-4.2
"""

from __future__ import annotations

from typing import Any

import cbor2

from serentak.base.messages import _
from serentak.ledger.faults import Malformed


def encode(value: Any) -> bytes:
    """Write a value in its one spelling."""
    # cbor2 sorts keys shortest first, as RFC 7049 had it; for the unsigned integers used here this is the
    # order of RFC 8949.
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, what: str, limit: int) -> Any:
    """Read a value in its one spelling.

    Parameters
    ----------
    data
        Bytes.
    what
        Name of the thing, for the error.
    limit
        Most bytes that are read.

    Raises
    ------
    Malformed
        When the bytes are too many, are not CBOR, or are another spelling of what they say.
    """
    if len(data) > limit:
        message = _("{size} bytes are too many; at most {limit} are read").format(size=len(data), limit=limit)
        raise Malformed(what, message)
    # cbor2 says of hostile bytes what it will; that they are not CBOR is all that matters here.
    try:
        value = cbor2.loads(data)
        same = cbor2.dumps(value, canonical=True) == data
    except Exception:  # noqa: BLE001 - see above
        raise Malformed(what, _("this is not CBOR")) from None
    if not same:
        raise Malformed(what, _("this is not deterministic CBOR: another spelling says the same"))
    return value
