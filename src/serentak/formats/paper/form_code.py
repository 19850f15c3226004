"""What the QR code of a hand-over form says: which form of which plan it is, so that paper can be entered later.

::

    SF1:SJ:50e50b86e489:out:KPU-14.01:3/2
    |   |  |            |               |
    |   |  |            run             number of the stop from 1
    |   |  first twelve digits of the SHA-256 of plan.json
    |   kind: SJ surat jalan, TT tanda terima, BA berita acara of the return
    version

Below the code stands an id that people can read aloud, ``SJ-7Q2M-K9XA-C``: the kind, 40 bits of the SHA-256 of the
code in base 32, and a check character (ISO 7064 MOD 37,36).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from serentak.base.messages import _
from serentak.kit.ids import check_character
from serentak.territory.codes import CodeError

PREFIX: Final = "SF1:"
KINDS: Final = ("SJ", "TT", "BA")

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, which are read as 1, 1, 0, V."""
_TEXT: Final = re.compile(rf"{PREFIX}({'|'.join(KINDS)}):([0-9a-f]{{12}}):(\S+)/([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class FormCode:
    """A form of a plan.

    Parameters
    ----------
    kind
        ``SJ``, ``TT`` or ``BA``.
    plan
        First twelve digits of the SHA-256 of ``plan.json``.
    run
        Id of the run.
    stop
        Number of the stop within the run, from 1.
    """

    kind: str
    plan: str
    run: str
    stop: int

    @property
    def id(self) -> str:
        """Id that people read aloud: ``SJ-7Q2M-K9XA-C``."""
        digest = hashlib.sha256(str(self).encode()).digest()
        number = int.from_bytes(digest[:5], "big")
        signs = "".join(_SIGNS[number >> shift & 31] for shift in range(35, -1, -5))
        body = f"{self.kind}-{signs[:4]}-{signs[4:]}"
        return f"{body}-{check_character(body)}"

    def __str__(self) -> str:
        return f"{PREFIX}{self.kind}:{self.plan}:{self.run}/{self.stop}"


def parse_form_code(text: str) -> FormCode:
    """Read what a scanner found on a form.

    Raises
    ------
    CodeError
        When it is no code of a form.
    """
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise CodeError(
            _("{text} is not the code of a form").format(text=repr(text)),
            _("scan the QR code at the top of the form; a box label will not do"),
        )
    return FormCode(match[1], match[2], match[3], int(match[4]))
