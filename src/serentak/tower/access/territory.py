"""Territories as codes: ``ID`` for the nation, ``14``, ``14.01``, ``14.01.06``, ``14.01.06.2003``.

A station ``14.01.06.2003-007``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q

from serentak.base.errors import InputError
from serentak.kit.ids import parse_box_id
from serentak.territory.codes import (
    CodeError,
    level,
    parse_kabupaten,
    parse_kecamatan,
    parse_province,
    parse_station,
    parse_village,
    station_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

NATION: Final = "ID"
LEVELS: Final = ("nation", "province", "kabupaten", "kecamatan", "village", "station")
COLUMNS: Final = ("province", "kabupaten", "kecamatan", "village", "id")
"""Columns of a table of stations or boxes by level below the nation."""


def covers(territory: str, code: str) -> bool:
    """Tell whether a territory holds a code: itself, or anything below it."""
    return territory in (NATION, code) or code.startswith((territory + ".", territory + "-"))


def depth(code: str) -> int:
    """Give the level of a code as a place in `LEVELS`."""
    if code == NATION:
        return 0
    return 5 if "-" in code else code.count(".") + 1


def up(code: str) -> str:
    """Give the territory that holds a code; the nation's own is itself."""
    if code == NATION or depth(code) == 1:
        return NATION
    return code.rpartition("-")[0] if "-" in code else code.rpartition(".")[0]


def chain(code: str) -> list[str]:
    """Give a code and all that hold it, the nation first."""
    found = [code]
    while found[-1] != NATION:
        found.append(up(found[-1]))
    return found[::-1]


def within(territories: Iterable[str], prefix: str = "", station: str = "id", deepest: int = 5) -> Q:
    """Give the condition that a row of a table with the columns `COLUMNS` lies in one of these territories.

    Parameters
    ----------
    prefix
        Way to the table, ``station__``.
    station
        Column that holds the id of the station.
    deepest
        Lowest level of which the table has a column (a place in `LEVELS`); who has less than that sees nothing of it.
    """
    condition = Q(pk__in=[])
    for territory in territories:
        if territory == NATION:
            return Q()
        if depth(territory) > deepest:
            continue
        column = station if "-" in territory else COLUMNS[depth(territory) - 1]
        condition |= Q(**{prefix + column: territory})
    return condition


def territory_of(thing: str) -> str:
    """Give the territory in which something lies that is named by its code: a region, a station, a box, the nation.

    Raises
    ------
    InputError
        When the code is of no such thing.
    """
    text = thing.strip().upper()
    if text in ("", NATION):
        return NATION
    try:
        if "-" not in text:
            return _region(text)
        if text.count("-") == 1:
            return station_id(*parse_station(text))
        box = parse_box_id(text)
    except CodeError as error:
        raise InputError.of("OBJECT", error.message, error.remedy, value=thing) from None
    return box.station or box.region


def _region(text: str) -> str:
    parse = {"province": parse_province, "kabupaten": parse_kabupaten, "kecamatan": parse_kecamatan}
    return parse.get(level(text), parse_village)(text)
