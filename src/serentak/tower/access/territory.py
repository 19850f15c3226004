"""Territories as codes: ``ID`` for the nation, ``14``, ``14.01``, ``14.01.06``, ``14.01.06.2003``.

A station ``14.01.06.2003-007``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q

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
