"""Codes that people type from paper: random signs, none of which looks like another, with a check character.

A card's code is a lookup of 5 signs, a secret of 14 and a check character (ISO 7064 MOD 37,36), in groups of four::

    AC7H-KMPX-3FTD-W9RQ-JEYN

The secret is one of 25^14, about 2^65.
"""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.kit.ids import check_character

SIGNS: Final = "34679ACDEFGHJKMNPQRTUVWXY"
"""Digits and letters without 0 O, 1 I L, 2 Z, 5 S, 8 B."""
LOOKUP: Final = 5
SECRET: Final = 14
GROUP: Final = 4
_LENGTH: Final = LOOKUP + SECRET + 1


class Passphrase(NamedTuple):
    """A code: the part that finds the card, and the part that proves it."""

    lookup: str
    secret: str

    @property
    def printed(self) -> str:
        """Give it as it is printed, in groups, with its check character."""
        plain = self.lookup + self.secret
        return grouped(plain + check_character(plain))


def grouped(text: str) -> str:
    """Write signs in groups of four."""
    return "-".join(text[place : place + GROUP] for place in range(0, len(text), GROUP))


def random_signs(n: int) -> str:
    """Draw so many signs."""
    return "".join(secrets.choice(SIGNS) for _sign in range(n))


def make_passphrase() -> Passphrase:
    """Draw a code whose check character is one of `SIGNS` too."""
    while True:
        made = Passphrase(random_signs(LOOKUP), random_signs(SECRET))
        if made.printed[-1] in SIGNS:
            return made


def make_password() -> str:
    """Draw a first password: 16 signs in groups, about 2^74 of them."""
    return grouped(random_signs(16)).lower()


def parse_passphrase(text: str) -> Passphrase:
    """Read a code as somebody typed it: small letters, blanks and other dashes do not matter.

    Raises
    ------
    InputError
        When a sign is missing, too many or wrong.
    """
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    if len(signs) != _LENGTH:
        message = _("the code has {found} signs, {wanted} are needed").format(found=len(signs), wanted=_LENGTH)
        raise InputError.of(_("card"), message, _("Type the code as it stands on the card."))
    strange = sorted(set(signs) - set(SIGNS))
    if strange or check_character(signs[:-1]) != signs[-1]:
        message = _("the code was mistyped: its last sign does not fit the others")
        raise InputError.of(_("card"), message, _("Compare it with the card, sign by sign."))
    return Passphrase(signs[:LOOKUP], signs[LOOKUP:-1])
