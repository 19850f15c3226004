"""Ids of boxes and bundles, and the check character printed after them.

======================  ==========================
``14.01.06.2003-007-B``  box of a station, election B
``14.01.06.2003-007-K``  bundle that travels outside the boxes
``14.01.06-R-B``         recapitulation box of a kecamatan
``14.01.06.2003-007-B.2``  box of the second round, a repeated vote
======================  ==========================

Printed, an id ends in a dash and an ISO 7064 MOD 37,36 check character over its letters and digits. It
catches every single wrong character, and two adjacent ones that changed places, except neighbours in the
alphabet (such as 4 and 5) in one state of 36: a property of the standard, proved in the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from serentak.base.messages import _
from serentak.territory.codes import CodeError, parse_kecamatan, parse_station

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BUNDLE: Final = "K"
RECAP: Final = "R"

_MODULUS: Final = len(ALPHABET)
_ID: Final = re.compile(r"([0-9.]+)-([0-9]{3}|R)-([A-Z])(?:\.([1-9][0-9]?))?(?:-([0-9A-Z]))?")


@dataclass(frozen=True, slots=True)
class BoxId:
    """What the id of a box or bundle says.

    Parameters
    ----------
    kind
        ``box``, ``bundle`` or ``recap``.
    region
        Code of the village, or of the kecamatan for a recapitulation box.
    number
        Number of the station, 0 for a recapitulation box.
    letter
        Letter of the election; ``K`` for a bundle.
    round
        1, or the round of a repeated vote.
    """

    kind: Literal["box", "bundle", "recap"]
    region: str
    number: int
    letter: str
    round: int = 1

    def __str__(self) -> str:
        middle = RECAP if self.kind == "recap" else f"{self.number:03d}"
        return f"{self.region}-{middle}-{self.letter}" + (f".{self.round}" if self.round > 1 else "")

    @property
    def station(self) -> str:
        """Id of the station; empty for a recapitulation box."""
        return "" if self.kind == "recap" else f"{self.region}-{self.number:03d}"


def box_id(station: str, letter: str, round_: int = 1) -> str:
    """Give the id of a station's box: ``14.01.06.2003-007-B``.

    Parameters
    ----------
    station
        Id of the station.
    letter
        Letter of the election.
    round_
        1, or the round of a repeated vote.
    """
    return str(parse_box_id(f"{station}-{letter}" + (f".{round_}" if round_ > 1 else "")))


def bundle_id(station: str, round_: int = 1) -> str:
    """Give the id of the bundle that travels outside a station's boxes: ``14.01.06.2003-007-K``."""
    return box_id(station, BUNDLE, round_)


def recap_id(kecamatan: str, letter: str) -> str:
    """Give the id of a recapitulation box: ``14.01.06-R-B``."""
    return str(parse_box_id(f"{kecamatan}-{RECAP}-{letter}"))


def check_character(text: str) -> str:
    """Give the ISO 7064 MOD 37,36 check character over the letters and digits of a text.

    Punctuation is passed over and small letters count as capitals.

    Raises
    ------
    ValueError
        When the text has no letter or digit.
    """
    characters = [character for character in text.upper() if character in ALPHABET]
    if not characters:
        raise ValueError("nothing to compute a check character over")
    state = _MODULUS
    for character in characters:
        state = (state + ALPHABET.index(character)) % _MODULUS or _MODULUS
        state = state * 2 % (_MODULUS + 1)
    return ALPHABET[(1 - state) % _MODULUS]


def printed(identifier: str) -> str:
    """Give an id as it is printed and typed, with its check character at the end."""
    return f"{identifier}-{check_character(identifier)}"


def parse_box_id(text: str) -> BoxId:
    """Read the id of a box or bundle, with or without its check character.

    Raises
    ------
    CodeError
        When the text is no such id or its check character does not fit.
    """
    text = text.strip().upper()
    match = _ID.fullmatch(text)
    if match is None:
        raise CodeError(
            _("{text} is not the id of a box").format(text=repr(text)),
            _("write it as {examples}").format(examples="14.01.06.2003-007-B, 14.01.06-R-B"),
        )
    region, middle, letter, round_, check = match.groups()
    if middle == RECAP:
        found = BoxId("recap", parse_kecamatan(region), 0, letter, int(round_ or 1))
    else:
        village, number = parse_station(f"{region}-{middle}")
        found = BoxId("bundle" if letter == BUNDLE else "box", village, number, letter, int(round_ or 1))
    if letter == RECAP or (found.kind == "recap" and letter == BUNDLE) or round_ == "1":
        raise CodeError(
            _("{text} is not the id of a box").format(text=repr(text)),
            _("write the letter of the election; a first round is not numbered"),
        )
    if check is not None and check != check_character(str(found)):
        raise CodeError(
            _("the check character of {text} does not fit").format(text=repr(text)),
            _("read the label again: a character is wrong or two have changed places"),
        )
    return found
