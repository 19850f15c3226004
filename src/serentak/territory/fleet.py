"""The smaller tables: vehicles, escorts, pins, numbered stock, and the list of what was assumed."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from serentak.base.cells import nearest
from serentak.base.clock import format_moment
from serentak.base.messages import _
from serentak.territory.model import Assumption, EscortRow, FleetRow, Pin, StockRow
from serentak.territory.places import Places, unknown_place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from serentak.base.errors import Problems
    from serentak.base.table import Row, Table

PinKind = Literal["station", "vehicle", "hub"]


def read_fleet(table: Table, places: Places, problems: Problems) -> list[FleetRow]:
    """Make fleet rows of ``fleet.csv``; teams are numbered through all rows of a type, in file order."""
    fleet: list[FleetRow] = []
    numbered: dict[str, int] = defaultdict(int)
    for row in table.rows:
        _base_exists(table, row, places, problems)
        if row.bad:
            continue
        if row["team"] > row["count"]:
            problems.error(
                table.file,
                row.number,
                table.heading("team"),
                row["team"],
                _("a team has more vehicles than there are ({count})").format(count=row["count"]),
                _("write at most {count}, or raise the count").format(count=row["count"]),
            )
            continue
        made = FleetRow(
            type=row["type"],
            base=row["base"],
            mode=row["mode"],
            count=row["count"],
            team=row["team"],
            boxes=row["boxes"],
            grams=row["kg"],
            millilitres=row["litres"],
            speed_factor=row["speed_factor"],
            days=row["days"],
            cost_day=row["cost_day"],
            cost_km=row["cost_km"],
            cost_hour=row["cost_hour"],
            first=numbered[row["type"]] + 1,
            row=row.number,
        )
        numbered[made.type] += made.teams
        fleet.append(made)
    return fleet


def read_escorts(table: Table, places: Places, problems: Problems) -> list[EscortRow]:
    """Make escort rows of ``escorts.csv``; teams are numbered through all rows of an agency."""
    escorts: list[EscortRow] = []
    numbered: dict[str, int] = defaultdict(int)
    for row in table.rows:
        _base_exists(table, row, places, problems)
        if row.bad:
            continue
        escorts.append(
            EscortRow(
                agency=row["agency"],
                base=row["base"],
                police_district=row["police_district"],
                teams=row["teams"],
                days=row["days"],
                hours=row["hours"],
                cost_day=row["cost_day"],
                first=numbered[row["agency"]] + 1,
                row=row.number,
            )
        )
        numbered[row["agency"]] += row["teams"]
    return escorts


def read_pins(table: Table, known: Mapping[PinKind, Collection[str] | None], problems: Problems) -> list[Pin]:
    """Make pins of ``pins.csv``: each names exactly one station, vehicle or hub that exists.

    Parameters
    ----------
    table
        Rows read.
    known
        Names that exist, by kind; None where they could not all be read, and nothing is checked.
    problems
        Takes everything found.
    """
    pins: list[Pin] = []
    for row in table.rows:
        if row.bad:
            continue
        kinds = [kind for kind in known if row[kind]]
        if len(kinds) != 1:
            problems.error(
                table.file,
                row.number,
                table.heading("station"),
                ", ".join(row[kind] for kind in kinds),
                _("a pin names exactly one station, vehicle or hub; this one names {n}").format(n=len(kinds)),
                _("fill one of the three cells, and write a row for each"),
            )
            continue
        kind = kinds[0]
        good = _target_exists(table, row, kind, known[kind], problems)
        if _has_times(table, row, problems) and good:
            pins.append(Pin(kind, row[kind], row["not_before"], row["not_after"], row["note"], row.number))
    return pins


def read_stock(table: Table, problems: Problems) -> list[StockRow]:
    """Make stock rows of ``stock.csv``; ranges of a series may not overlap."""
    stock: list[StockRow] = []
    for row in table.rows:
        if row.bad:
            continue
        if row["to"] < row["from"]:
            problems.error(
                table.file,
                row.number,
                table.heading("to"),
                row["to"],
                _("the last number is below the first ({first})").format(first=row["from"]),
                _("exchange them"),
            )
            continue
        stock.append(StockRow(row["item"], row["series"], row["from"], row["to"], row.number))
    ordered = sorted(stock, key=lambda item: (item.item, item.series, item.start, item.row))
    for before, after in itertools.pairwise(ordered):
        if (before.item, before.series) == (after.item, after.series) and after.start <= before.end:
            problems.error(
                table.file,
                after.row,
                table.heading("from"),
                after.start,
                _("the numbers overlap those of row {row} ({first} to {last})").format(
                    row=before.row, first=before.start, last=before.end
                ),
                _("let every number of a series stand in one row only"),
            )
    return stock


def read_assumed(table: Table) -> list[Assumption]:
    """Make assumptions of ``assumed.csv``, as ``serentak new`` wrote them."""
    return [
        Assumption(row["file"], row["row"], row["column"], row["value"], row["rule"])
        for row in table.rows
        if not row.bad
    ]


def _base_exists(table: Table, row: Row, places: Places, problems: Problems) -> None:
    base = row.get("base")
    if base is not None and base not in places.ids:
        unknown_place(table, row.number, "base", base, places=places, problems=problems)


def _target_exists(table: Table, row: Row, kind: str, known: Collection[str] | None, problems: Problems) -> bool:
    target = row[kind]
    if known is None or target in known:
        return True
    near = nearest(target, list(known))
    problems.error(
        table.file,
        row.number,
        table.heading(kind),
        target,
        _("there is no {kind} of this name").format(kind=table.heading(kind)),
        _("did you mean {value}?").format(value=near)
        if near
        else _("write an id of stations.csv or places.csv, or the type and number of a vehicle, truk#1"),
    )
    return False


def _has_times(table: Table, row: Row, problems: Problems) -> bool:
    start, end = row["not_before"], row["not_after"]
    if start is None and end is None:
        problems.error(
            table.file,
            row.number,
            table.heading("not_before"),
            "",
            _("the pin says no time"),
            _("fill not_before, not_after, or both"),
        )
        return False
    if start is not None and end is not None and end < start:
        problems.error(
            table.file,
            row.number,
            table.heading("not_after"),
            format_moment(end),
            _("the pin ends before it begins ({start})").format(start=format_moment(start)),
            _("exchange the times"),
        )
        return False
    return True
