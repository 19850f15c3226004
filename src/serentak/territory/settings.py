"""The keys of ``district.toml`` as data, and how their values are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from serentak.base import cells, clock
from serentak.base.cells import CellError
from serentak.base.messages import N_, _
from serentak.territory import codes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PAIR: Final = re.compile(r"\s*(?:,|;|\.\.)\s*")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of ``district.toml`` as data.

    Parameters
    ----------
    name
        Dotted name.
    parse
        Reads its value, or raises `CellError`.
    note
        What it says, a message id.
    default
        Value taken when the key is not there; None for a key that must be there, or that is needed only when
        a place of its tier exists.
    required
        Whether the key must be there.
    """

    name: str
    parse: Callable[[object], Any]
    note: str
    default: object = None
    required: bool = False


def _string(raw: object) -> str:
    if not isinstance(raw, str):
        raise CellError(_("this is to be text"), _('put it in quotation marks: "…"'))
    return raw.strip()


def _as_text(parse: cells.Parser) -> Callable[[object], Any]:
    def read(raw: object) -> object:
        value = _string(raw)
        if not value:
            raise CellError(_("the value is empty"), _("write a value, or delete the key"))
        return parse(value)

    return read


def _whole(lo: int, hi: int) -> Callable[[object], int]:
    parse = cells.integer(lo, hi)

    def read(raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int | str):
            raise CellError(_("this is not a whole number"), _("write digits only, as 25"))
        number: int = parse(str(raw).strip() if isinstance(raw, str) or abs(raw) < 10**15 else "9" * 15)
        return number

    return read


def _code(raw: object) -> str:
    if not isinstance(raw, str):
        raise CellError(
            _("a code written as a number loses its zeros"), _('put it in quotation marks, as code = "14.10"')
        )
    return _kabupaten(raw)


def _kabupaten(value: str) -> str:
    try:
        return codes.parse_kabupaten(value)
    except codes.CodeError as error:
        raise CellError(error.message, error.remedy) from None


def _kecamatan(value: str) -> str:
    try:
        return codes.parse_kecamatan(value)
    except codes.CodeError as error:
        raise CellError(error.message, error.remedy) from None


def _date(raw: object) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(_string(raw))
    except ValueError:
        raise CellError(_("this is not a date"), _("write year, month, day, as 2024-11-27")) from None


def _strings(raw: object) -> list[str]:
    values = [part for part in _PAIR.split(raw.strip()) if part] if isinstance(raw, str) else raw
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise CellError(_("this is to be a list of texts"), _('write ["…", "…"]'))
    return values


def _letters(raw: object) -> tuple[str, ...]:
    return cells.letters("".join(_strings(raw)))


def parse_window(raw: object) -> tuple[int, int]:
    """Read ``["H-5 07:00", "H-2 18:00"]`` as two seconds from 00:00 on H, the second after the first."""
    values = _strings(raw)
    if len(values) != 2:
        raise CellError(
            _("a window has two times: earliest departure, latest arrival"),
            _('write ["H-5 07:00", "H-2 18:00"]'),
        )
    start, end = (cells.moment(value) for value in values)
    if end <= start:
        raise CellError(
            _("the window does not end after it starts"),
            _("write a time after {start}").format(start=clock.format_moment(start)),
        )
    return start, end


def parse_kecamatan_list(raw: object) -> tuple[str, ...]:
    """Read a list of codes of kecamatan, none twice."""
    found = tuple(_kecamatan(value) for value in (_strings(raw)))
    if not found:
        raise CellError(_("the list is empty"), _("name at least one kecamatan, or delete the group"))
    if len(set(found)) < len(found):
        raise CellError(_("a kecamatan stands here twice"), _("write each once"))
    return found


_escort = _as_text(cells.choice("run", "none", ya="run", tidak="none"))

_TIER_DEFAULTS: Final[dict[str, tuple[list[str] | None, str, str]]] = {
    "out.ppk": (None, "06:00-20:00", "run"),
    "out.pps": (None, "06:00-20:00", "none"),
    "out.tps": (None, "06:00-20:00", "none"),
    "back.ppk": (["H 12:00", "H+1 12:00"], "12:00-36:00", "none"),
    "back.kpu": (["H+2 07:00", "H+6 18:00"], "06:00-20:00", "run"),
}
"""Window (none outbound: it must be given), hours and escort by tier."""

EXAMPLE_WINDOWS: Final = {
    "ppk": '["H-5 07:00", "H-2 18:00"]',
    "pps": '["H-2 07:00", "H-1 12:00"]',
    "tps": '["H-1 06:00", "H-1 23:59"]',
}
"""Windows shown in remedies, by tier."""


def _tier_keys() -> Iterator[Key]:
    for tier, (window, hours, escort) in _TIER_DEFAULTS.items():
        yield Key(f"{tier}.window", parse_window, N_("earliest departure, latest arrival"), window)
        yield Key(f"{tier}.hours", _as_text(cells.hours), N_("working hours, 06:00-20:00"), hours)
        yield Key(f"{tier}.escort", _escort, N_("run = every vehicle team is escorted, or none"), escort)


KEYS: Final = (
    Key("code", _code, N_("Kemendagri code of the kabupaten or kota"), required=True),
    Key("name", _as_text(cells.text), N_("name of the kabupaten or kota"), required=True),
    Key("zone", _as_text(cells.choice(*clock.ZONES)), N_("WIB, WITA or WIT"), required=True),
    Key("election_day", _date, N_("date of H"), required=True),
    Key("rules", _as_text(cells.identifier), N_("name of the rule pack"), required=True),
    Key("elections", _letters, N_("letters of the elections held"), required=True),
    Key("seed", _whole(0, 2**31 - 1), N_("seed of everything that draws numbers"), 1),
    Key("travel.terrain", _as_text(cells.identifier), N_("lowland, hills, mountain or river"), "lowland"),
    Key("stop.min", _whole(0, 600), N_("minutes of a stop at a station"), 8),
    Key("stop.sec_per_box", _whole(0, 3600), N_("further seconds a box at a station"), 30),
    *_tier_keys(),
    Key("ready.from", _as_text(cells.moment), N_("when stations begin to be ready for the return"), "H 14:00"),
    Key("ready.sec_per_vote", _whole(0, 3600), N_("seconds of counting a voter and election"), 20),
    Key("ready.latest", _as_text(cells.moment), N_("when the last station is ready"), "H+1 06:00"),
)
"""Every key with a fixed name; besides them ``groups.NAME.…`` and ``rules_override.…``."""
