"""Tables as people hand them over: CSV files and spreadsheet sheets to rows with true row numbers.

A file passes through small steps, each of which can refuse it and say why::

    not empty -> a text file -> decode -> delimiter -> split -> strip          (`serentak.base.csvfile`)
    or a sheet of a workbook                                                   (`serentak.base.workbook`)
    -> heading row -> headings -> width of rows -> skip empty rows -> cells    (`read_lines`)

Rows are numbered as a spreadsheet shows them: the heading is usually row 1, and empty rows count. That is why
empty rows are dropped last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from serentak.base.cells import CellError, Column, listed, nearest
from serentak.base.errors import InputError, Problems
from serentak.base.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Lines = list[tuple[int, list[str]]]
"""Cells of a table as text, each line with its row number."""

INVISIBLE: Final = "\ufeff\u200b\u200e\u200f\u2060"
"""Marks that programs leave around text and nobody sees."""

_NOT_WORD: Final = re.compile(r"[^0-9a-z]+")


@dataclass(slots=True)
class Row:
    """A row that was read.

    Parameters
    ----------
    number
        Row as the user sees it in a spreadsheet.
    values
        Values by column name; a cell that could not be read has none.
    bad
        Whether any cell could not be read.
    """

    number: int
    values: dict[str, Any]
    bad: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str) -> Any:
        """Give a value, or None where the cell could not be read."""
        return self.values.get(name)


@dataclass(slots=True)
class Table:
    """A table that was read.

    Parameters
    ----------
    file
        File name as the user knows it.
    written
        Headings as they stand in the file, by column name.
    rows
        Rows with anything in them.
    ignored
        Headings of columns nobody asked for.
    readable
        False when no rows could be had from the file at all.
    heading_row
        Row of the headings.
    """

    file: str
    written: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    readable: bool = True
    heading_row: int = 1

    def heading(self, column: str) -> str:
        """Give the heading of a column as it stands in the file."""
        return self.written.get(column, column)


def normalise(heading: str) -> str:
    """Reduce a heading to small letters and digits with ``_`` between: ``Kode Desa`` is ``kode_desa``."""
    return _NOT_WORD.sub("_", heading.strip(INVISIBLE).casefold()).strip("_")


def read_lines(
    lines: Lines,
    file: str,
    columns: Sequence[Column],
    problems: Problems,
    *,
    unknown: Literal["error", "ignore"] = "error",
    mapping: Mapping[str, str] | None = None,
) -> Table:
    """Turn lines of text into rows of values.

    Parameters
    ----------
    lines
        Cells with their row numbers; the first line with anything in it is the heading.
    file
        File name as the user knows it.
    columns
        Columns that may stand in it.
    problems
        Takes everything found.
    unknown
        What to do about headings that are no column's.
    mapping
        Column names by heading, for headings no column knows; they win over the columns' own.

    Raises
    ------
    InputError
        When there is no heading row.
    """
    number, headings = _heading_row(lines, file)
    headings = _skip_empty_trailing_columns(headings)
    table = Table(file, heading_row=number)
    found = _find_columns(headings, columns, mapping or {}, table)
    if mapping:
        _mapped_headings_exist(mapping, headings, columns, table, problems)
    _no_heading_twice(headings, found, table, problems)
    if unknown == "error":
        _no_unknown_heading(headings, found, columns, table, problems)
    _no_heading_missing(columns, table, problems)
    body = [line for line in lines if line[0] > number]
    _no_data_without_heading(headings, body, table, problems)
    body = _right_width(body, headings, table, problems)
    body = _skip_empty_rows(body)
    _read_cells(body, found, columns, table, problems)
    return table


def headings_of(columns: Iterable[Column]) -> dict[str, str]:
    """Give column names by every heading, normalised, that may stand for them."""
    return {
        normalise(heading): column.name
        for column in columns
        for heading in (column.name, column.heading, *column.synonyms, *column.last_resort)
    }


def _heading_row(lines: Lines, file: str) -> tuple[int, list[str]]:
    for number, cells in lines:
        if any(cells):
            return number, cells
    raise InputError.of(file, _("the table is empty"), _("write a heading row and at least one row below it"))


def _skip_empty_trailing_columns(headings: list[str]) -> list[str]:
    width = max((place for place, heading in enumerate(headings, 1) if heading), default=0)
    return headings[:width]


def _find_columns(
    headings: list[str], columns: Sequence[Column], mapping: Mapping[str, str], table: Table
) -> dict[int, str]:
    """Give column names by place in the row; `table` learns how they are written."""
    mapped = {normalise(heading): name for heading, name in mapping.items()}
    own = {heading: name for heading, name in headings_of(columns).items() if name not in mapped.values()}
    last = {normalise(heading) for column in columns for heading in column.last_resort}
    found: dict[int, str] = {}
    better = {own[key] for key in map(normalise, headings) if key in own and key not in last}
    for place, heading in enumerate(headings):
        key = normalise(heading)
        name = mapped.get(key) or own.get(key)
        if name is None or (key in last and key not in mapped and name in better):
            continue
        found[place] = name
        table.written.setdefault(name, heading)
    table.ignored = tuple(heading for place, heading in enumerate(headings) if place not in found and heading)
    return found


def _mapped_headings_exist(
    mapping: Mapping[str, str],
    headings: list[str],
    columns: Sequence[Column],
    table: Table,
    problems: Problems,
) -> None:
    present = {normalise(heading) for heading in headings}
    names = [column.name for column in columns]
    for heading, name in mapping.items():
        if normalise(heading) not in present:
            problems.error(
                table.file,
                None,
                heading,
                None,
                _("there is no column of this name"),
                _did_you_mean(heading, [h for h in headings if h]),
            )
        if name not in names:
            problems.error(
                table.file,
                None,
                heading,
                name,
                _("there is no field of this name"),
                _did_you_mean(name, names),
            )


def _no_heading_twice(headings: list[str], found: Mapping[int, str], table: Table, problems: Problems) -> None:
    first: dict[str, str] = {}
    for place, name in found.items():
        if name in first:
            problems.error(
                table.file,
                table.heading_row,
                headings[place],
                headings[place],
                _("two columns stand for {name}: {first} and {second}").format(
                    name=name, first=first[name], second=headings[place]
                ),
                _("delete or rename one of them"),
            )
        first.setdefault(name, headings[place])


def _no_unknown_heading(
    headings: list[str],
    found: Mapping[int, str],
    columns: Sequence[Column],
    table: Table,
    problems: Problems,
) -> None:
    known = headings_of(columns)
    last = {normalise(heading) for column in columns for heading in column.last_resort}
    for place, heading in enumerate(headings):
        if not heading or place in found or normalise(heading) in last:
            continue
        near = nearest(normalise(heading), known)
        problems.error(
            table.file,
            table.heading_row,
            heading,
            heading,
            _("nobody knows a column of this name"),
            _("did you mean {value}?").format(value=near)
            if near
            else _("delete the column, or keep remarks in one called note; known are {names}").format(
                names=listed([column.name for column in columns], 20)
            ),
        )


def _no_data_without_heading(headings: list[str], body: Lines, table: Table, problems: Problems) -> None:
    for place, heading in enumerate(headings):
        filled = [cells[place] for _number, cells in body if len(cells) > place and cells[place]]
        if filled and not heading:
            problems.error(
                table.file,
                table.heading_row,
                str(place + 1),
                filled[0],
                _("column {place} has no heading").format(place=place + 1),
                _("give it a heading, or delete the column"),
            )


def _no_heading_missing(columns: Sequence[Column], table: Table, problems: Problems) -> None:
    for column in columns:
        if column.required and column.name not in table.written:
            problems.error(
                table.file,
                table.heading_row,
                column.name,
                None,
                _("the column {name} is missing").format(name=column.name),
                _("add a column with the heading {name} or {heading}").format(name=column.name, heading=column.heading),
            )


def _right_width(lines: Lines, headings: list[str], table: Table, problems: Problems) -> Lines:
    width = len(headings)
    right: Lines = []
    for number, cells in lines:
        if len(cells) == width or not any(cells) or (len(cells) > width and not any(cells[width:])):
            right.append((number, cells[:width]))
        else:
            problems.error(
                table.file,
                number,
                None,
                listed(cells, 20),
                _("the row has {found} cells, the heading has {wanted}").format(found=len(cells), wanted=width),
                _('put a cell that holds the delimiter in quotation marks: "…"')
                if len(cells) > width
                else _("fill the row up, with empty cells where nothing is known"),
            )
    return right


def _skip_empty_rows(lines: Lines) -> Lines:
    return [line for line in lines if any(line[1])]


def _read_cells(
    lines: Lines, found: Mapping[int, str], columns: Sequence[Column], table: Table, problems: Problems
) -> None:
    places: dict[str, int] = {}
    for place, name in found.items():
        places.setdefault(name, place)
    present = [(places[column.name], column) for column in columns if column.name in places]
    absent = {column.name: column.default for column in columns if column.name not in places and not column.required}
    broken = any(column.required and column.name not in places for column in columns)
    for number, cells in lines:
        row = Row(number, dict(absent), broken)
        for place, column in present:
            cell = cells[place]
            try:
                row.values[column.name] = _value(cell, column)
            except CellError as error:
                row.bad = True
                problems.error(table.file, number, table.written[column.name], cell, error.message, error.remedy)
        table.rows.append(row)


def _value(cell: str, column: Column) -> Any:
    if cell:
        return column.parse(cell)
    if column.required:
        raise CellError(_("the cell is empty"), _(column.note))
    return column.default


def _did_you_mean(word: str, known: list[str]) -> str:
    near = nearest(word, known)
    if near:
        return _("did you mean {value}?").format(value=near)
    return _("known are {names}").format(names=listed(known, 20))
