"""Region codes as Kemendagri prints them: ``14``, ``14.01``, ``14.01.06``, ``14.01.06.2003``.

Codes are read dotted or as plain digits and always written dotted. A code with a part of the wrong width is
refused with the likely code named and never repaired: a spreadsheet turns both 14.10 and 14.1 into 14.1, and
only the person who typed it knows which district was meant.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from serentak.base.messages import N_, _

Level = Literal["province", "kabupaten", "kecamatan", "village"]

WIDTHS: Final = (2, 2, 2, 4)
"""Digits of each part of a code (Permendagri on codes and data of government areas)."""
LEVELS: Final[tuple[Level, ...]] = ("province", "kabupaten", "kecamatan", "village")
MAX_STATION: Final = 999
"""Highest number of a polling station within a village; three digits are printed."""

_EXAMPLES: Final = ("14", "14.01", "14.01.06", "14.01.06.2003")
_NAMES: Final = (N_("province"), N_("kabupaten or kota"), N_("kecamatan"), N_("desa or kelurahan"))
_DIGITS: Final = re.compile(r"[0-9]+")
_NUMBER: Final = re.compile(r"[0-9]{1,3}")
_EXPONENT: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")


class CodeError(ValueError):
    """A code that cannot be read.

    Parameters
    ----------
    message
        What is wrong, in the language chosen.
    remedy
        What to do about it, with the likely code where there is one.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def parse_province(text: str) -> str:
    """Read the code of a province; see `parse_village`."""
    return _parse(text, 1)


def parse_kabupaten(text: str) -> str:
    """Read the code of a kabupaten or kota, ``14.01`` or ``1401``; see `parse_village`."""
    return _parse(text, 2)


def parse_kecamatan(text: str) -> str:
    """Read the code of a kecamatan, ``14.01.06`` or ``140106``; see `parse_village`."""
    return _parse(text, 3)


def parse_village(text: str) -> str:
    """Read the code of a desa or kelurahan, ``14.01.06.2003`` or ``1401062003``.

    Returns
    -------
    str
        The code, dotted.

    Raises
    ------
    CodeError
        When a part is missing, left over, of the wrong width, or not a number.
    """
    return _parse(text, 4)


def station_id(village: str, number: int) -> str:
    """Give the id of a polling station: ``14.01.06.2003-007``.

    Parameters
    ----------
    village
        Code of the desa or kelurahan, in any form that can be read.
    number
        Number within the village, 1 to 999.

    Raises
    ------
    CodeError
        When the code or the number is none.
    """
    code = parse_village(village)
    if not 1 <= number <= MAX_STATION:
        raise CodeError(
            _("{number} is not the number of a polling station").format(number=number),
            _("number the stations of a village from 1 to {last}").format(last=MAX_STATION),
        )
    return f"{code}-{number:03d}"


def parse_station(text: str) -> tuple[str, int]:
    """Read the id of a polling station as village code and number.

    Raises
    ------
    CodeError
        When the text is not such an id.
    """
    village, dash, number = text.strip().partition("-")
    if not dash or _NUMBER.fullmatch(number) is None:
        raise CodeError(
            _("{text} is not the id of a polling station").format(text=repr(text)),
            _("write village code and number, as 14.01.06.2003-007"),
        )
    code = parse_village(village)
    station_id(code, int(number))
    return code, int(number)


def level(code: str) -> Level:
    """Tell what a code stands for, whatever its form.

    Raises
    ------
    CodeError
        When the code is of no level.
    """
    text = code.strip()
    parts = text.count(".") + 1 if "." in text else {2: 1, 4: 2, 6: 3}.get(len(text), 4)
    parts = min(parts, len(WIDTHS))
    _parse(text, parts)
    return LEVELS[parts - 1]


def parent(code: str) -> str:
    """Give the code one level up: the kecamatan of a village, the province of a kabupaten.

    Raises
    ------
    CodeError
        When the code is of no level or is that of a province.
    """
    depth = LEVELS.index(level(code)) + 1
    if depth == 1:
        raise CodeError(
            _("a province has no region above it"),
            _("ask for the parent of a kabupaten, kecamatan or village"),
        )
    return _parse(code, depth).rpartition(".")[0]


@lru_cache(maxsize=100_000)
def _parse(text: str, depth: int) -> str:
    """Read a code of `depth` parts; kept, since every station of a village names it."""
    text = text.strip()
    _refuse_what_is_no_number(text, depth)
    if "." in text:
        parts = tuple(text.split("."))
        _check_parts(parts, depth)
    else:
        parts = _cut(text, depth)
    for part in parts:
        if int(part) == 0:
            raise CodeError(
                _("no region is numbered {part}").format(part=part),
                _("write the code as {example}").format(example=_EXAMPLES[depth - 1]),
            )
    return ".".join(parts)


def _refuse_what_is_no_number(text: str, depth: int) -> None:
    example = _EXAMPLES[depth - 1]
    name = _(_NAMES[depth - 1])
    if not text:
        raise CodeError(
            _("the code of the {region} is missing").format(region=name),
            _("write the code as {example}").format(example=example),
        )
    if _EXPONENT.fullmatch(text):
        raise CodeError(
            _("a spreadsheet turned the code into a rounded number"),
            _("format the column as text and write the code again, as {example}").format(example=example),
        )
    if not all(part == "" or _DIGITS.fullmatch(part) for part in text.split(".")):
        raise CodeError(
            _("the code of a {region} has digits and dots only").format(region=name),
            _("write the code as {example}").format(example=example),
        )


def _check_parts(parts: tuple[str, ...], depth: int) -> None:
    if len(parts) == 2 and parts[1].strip("0") == "" and len(parts[0]) == sum(WIDTHS[:depth]) and depth > 1:
        raise CodeError(
            _("a spreadsheet added a decimal to the code"),
            _("format the column as text; did you mean {codes}?").format(codes=".".join(_cut(parts[0], depth))),
        )
    for index, (part, width) in enumerate(zip(parts, WIDTHS, strict=False)):
        if len(part) != width:
            raise _wrong_width(parts, index, depth)
    if len(parts) == depth:
        return
    if len(parts) <= len(WIDTHS):
        message = _("this is the code of a {found}, not of a {wanted}").format(
            found=_(_NAMES[len(parts) - 1]), wanted=_(_NAMES[depth - 1])
        )
    else:
        message = _("the code has {n} parts; that of a {region} has {depth}").format(
            n=len(parts), region=_(_NAMES[depth - 1]), depth=depth
        )
    raise CodeError(message, _("write the code as {example}").format(example=_EXAMPLES[depth - 1]))


def _wrong_width(parts: tuple[str, ...], index: int, depth: int) -> CodeError:
    part, width = parts[index], WIDTHS[index]
    message = _("part {n} of the code, {part}, has {found} digits instead of {wanted}").format(
        n=index + 1, part=repr(part), found=len(part), wanted=width
    )
    likely = [
        ".".join((*parts[:index], guess, *parts[index + 1 :]))
        for guess in _guesses(part, width, last=index == len(parts) - 1)
    ]
    if not likely:
        return CodeError(message, _("write the code as {example}").format(example=_EXAMPLES[depth - 1]))
    return CodeError(
        message,
        _("a spreadsheet drops zeros: write {codes}, with the column formatted as text").format(
            codes=_(" or ").join(likely)
        ),
    )


def _guesses(part: str, width: int, *, last: bool) -> list[str]:
    """Give what the part may have been: a zero lost at its end (only after the last dot) or at its start."""
    if not part or len(part) >= width:
        # A part that is too long may be padded: 014 for 14.
        return [part.lstrip("0")] if part and len(part.lstrip("0")) == width else []
    guesses = [part.ljust(width, "0")] if last else []
    guesses.append(part.rjust(width, "0"))
    return [guess for guess in dict.fromkeys(guesses) if int(guess) > 0]


def _cut(digits: str, depth: int) -> tuple[str, ...]:
    wanted = sum(WIDTHS[:depth])
    if len(digits) != wanted:
        raise CodeError(
            _("the code of a {region} has {wanted} digits; this one has {found}").format(
                region=_(_NAMES[depth - 1]), wanted=wanted, found=len(digits)
            ),
            _("write the code with dots, as {example}, in a column formatted as text").format(
                example=_EXAMPLES[depth - 1]
            ),
        )
    parts = []
    start = 0
    for width in WIDTHS[:depth]:
        parts.append(digits[start : start + width])
        start += width
    return tuple(parts)
