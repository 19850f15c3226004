"""Cells of a table: parsers that turn what people type into values, or say what is wrong and how to mend it.

A parser is a function from text to a value that raises `CellError`. Parsers never guess: what can be read in
two ways is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from serentak.base import clock
from serentak.base.messages import _

Parser = Callable[[str], Any]
T = TypeVar("T")

MAX_TEXT: Final = 500
"""Longest text in characters; longer ones are a file read with the wrong delimiter."""

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,30})?")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[.,  ][0-9]{3})+(?:[.,][0-9]+)?")
_ZERO_DECIMALS: Final = re.compile(r"([+-]?[0-9]{1,15})[.,]0+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
_SEPARATORS: Final = re.compile(r"[\s,;/|+]+")
_SPREADSHEET_ERRORS: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!"})
YES: Final = frozenset({"ya", "y", "yes", "true", "benar", "1"})
NO: Final = frozenset({"tidak", "n", "no", "false", "salah", "0", "tdk"})


class CellError(ValueError):
    """A cell that cannot be used.

    Parameters
    ----------
    message
        What is wrong, in the language chosen.
    remedy
        What to do about it, in the language chosen.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Column:
    """A column as data: how it may be called and how its cells are read.

    Parameters
    ----------
    name
        English heading; also the name of the value in a `serentak.base.table.Row`.
    heading
        Heading in Bahasa Indonesia.
    parse
        Reads a cell that is not empty.
    note
        What the column says, a message id for the template and the reference page.
    required
        Whether the heading must be there and every cell filled.
    default
        Value of an empty cell.
    synonyms
        Further headings taken for this column.
    last_resort
        Headings taken for this column only where no better one stands in the file.
    choices
        Values a spreadsheet offers in a drop-down list.
    """

    name: str
    heading: str
    parse: Parser
    note: str
    required: bool = False
    default: Any = None
    synonyms: tuple[str, ...] = ()
    last_resort: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def nearest(word: str, known: Mapping[str, object] | tuple[str, ...] | list[str]) -> str:
    """Give the known word most like `word`, or an empty string when none is near."""
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def listed(words: tuple[str, ...] | list[str], limit: int = 12) -> str:
    """Write words as a list, cut where it would grow long."""
    shown = ", ".join(words[:limit])
    return shown if len(words) <= limit else shown + ", …"


def text(value: str) -> str:
    """Read free text; white space in a row becomes one blank.

    Raises
    ------
    CellError
        When it is too long, holds control characters or an error of a spreadsheet.
    """
    value = " ".join(value.split())
    if value.upper() in _SPREADSHEET_ERRORS:
        raise CellError(_("the spreadsheet could not compute this cell"), _("mend the formula, or type the value"))
    if len(value) > MAX_TEXT:
        raise CellError(
            _("the text has {found} characters; {limit} is the most").format(found=len(value), limit=MAX_TEXT),
            _("shorten it; if the file looks right in a spreadsheet, check the quotation marks"),
        )
    if _CONTROL.search(value):
        raise CellError(_("the text holds characters that cannot be printed"), _("type the value again"))
    return value


def identifier(value: str) -> str:
    """Read a name that is used as a key: letters, digits, ``.``, ``_`` and ``-``, at most 40."""
    if _IDENTIFIER.fullmatch(value) is None:
        raise CellError(
            _("this cannot be used as a name that others refer to"),
            _("use letters, digits, dot, hyphen and underscore, at most 40, as PPK-14.01.06"),
        )
    return value


def integer(lo: int, hi: int | None = None) -> Callable[[str], int]:
    """Make a parser of whole numbers from `lo` to `hi`, written without separators."""

    def parse(value: str) -> int:
        if _WHOLE.fullmatch(value) is None:
            raise _no_whole_number(value)
        number = int(value)
        _check_range(number, lo, hi)
        return number

    return parse


def decimal(lo: float, hi: float | None = None) -> Callable[[str], float]:
    """Make a parser of numbers from `lo` to `hi` with ``.`` or ``,`` before the decimals."""

    def parse(value: str) -> float:
        if _DECIMAL.fullmatch(value) is None:
            raise CellError(_("this is not a number"), _("write digits with one decimal point, as 101.032"))
        number = float(value.replace(",", "."))
        _check_range(number, lo, hi)
        return number

    return parse


def quantity(factor: int, lo: float = 0) -> Callable[[str], int]:
    """Make a parser of amounts kept as whole `factor`-ths: kilograms as grams, litres as millilitres.

    ``4.500`` is refused: it is four and a half to some and four thousand five hundred to others.
    """
    number = decimal(lo, 10_000_000)

    def parse(value: str) -> int:
        if _GROUPED.fullmatch(value):
            digits = re.sub(r"[^0-9]", "", value)
            raise CellError(
                _("the number can be read in two ways"),
                _("write {digits} without a separator, or fewer decimals").format(digits=digits),
            )
        return round(number(value) * factor)

    return parse


def choice(*values: str, **synonyms: str) -> Parser:
    """Make a parser of one of `values`; keywords give other words for them. Capitals do not matter."""
    known = {value.casefold(): value for value in values} | {
        word.replace("_", " "): value for word, value in synonyms.items()
    }

    def parse(value: str) -> str:
        found = known.get(" ".join(value.casefold().replace("_", " ").split())) or known.get(value.casefold())
        if found is None:
            near = nearest(value, known)
            raise CellError(
                _("this is not one of {values}").format(values=listed(values)),
                _("did you mean {value}?").format(value=known[near])
                if near
                else _("write one of: {values}").format(values=listed(values)),
            )
        return found

    return parse


def several(one: Parser) -> Parser:
    """Make a parser of several words, each read by `one`, with blanks or commas between; order is kept."""

    def parse(value: str) -> tuple[Any, ...]:
        words = tuple(one(word) for word in _SEPARATORS.split(value) if word)
        if len(set(words)) < len(words):
            raise CellError(_("a word stands here twice"), _("write each once, best first"))
        return words

    return parse


def yes_no(value: str) -> bool:
    """Read ``ya`` or ``tidak`` (also yes, no, true, false, 1, 0)."""
    word = value.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellError(_("this is neither yes nor no"), _("write ya or tidak"))


def letters(value: str) -> tuple[str, ...]:
    """Read letters of elections: ``GB``, ``G,B`` or ``G B``; capitals do not matter."""
    found = tuple(_SEPARATORS.sub("", value).upper())
    for letter in found:
        if not ("A" <= letter <= "Z"):
            raise CellError(_("elections are named by letters"), _("write G (gubernur), B (bupati) or W (walikota)"))
        if letter in "KR":
            raise CellError(
                _("{letter} names no election: K is the bundle outside the box, R a recapitulation box").format(
                    letter=letter
                ),
                _("write G (gubernur), B (bupati) or W (walikota)"),
            )
    if not found:
        raise CellError(_("no election is named"), _("write G (gubernur), B (bupati) or W (walikota)"))
    if len(set(found)) < len(found):
        raise CellError(_("a letter stands here twice"), _("write each election once"))
    return found


def hours(value: str) -> tuple[int, int]:
    """Read working hours ``06:00-18:00``; see `serentak.base.clock.parse_hours`."""
    return _timed(clock.parse_hours, value, _("these are no working hours"))


def days(value: str) -> tuple[int, ...]:
    """Read days ``H-5..H-3``; see `serentak.base.clock.parse_days`."""
    return _timed(clock.parse_days, value, _("these are no days counted from voting day H"))


def moment(value: str) -> int:
    """Read a moment ``H-1 23:59``; see `serentak.base.clock.parse_moment`."""
    return _timed(clock.parse_moment, value, _("this is no time counted from voting day H"))


def _timed(parse: Callable[[str], T], value: str, message: str) -> T:
    try:
        return parse(value)
    except ValueError as error:
        raise CellError(message, str(error)) from None


def _check_range(number: float, lo: float, hi: float | None) -> None:
    if number < lo:
        raise CellError(_("the number is too small"), _("write at least {lo}").format(lo=lo))
    if hi is not None and number > hi:
        raise CellError(_("the number is too large"), _("write a number from {lo} to {hi}").format(lo=lo, hi=hi))


def _no_whole_number(value: str) -> CellError:
    zeros = _ZERO_DECIMALS.fullmatch(value)
    # 525.000 may be thousands: only a plain .0 or .00 has one meaning.
    if zeros and not _GROUPED.fullmatch(value):
        return CellError(_("whole numbers are written without decimals"), _("write {number}").format(number=zeros[1]))
    if _GROUPED.fullmatch(value):
        return CellError(
            _("whole numbers are written without separators"),
            _("write {number}").format(number=re.sub(r"[^0-9+-]", "", value)),
        )
    return CellError(_("this is not a whole number"), _("write digits only, as 25"))
