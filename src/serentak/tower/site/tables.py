"""The tables of the site as files: the same rows as ``.csv``, ``.json`` and ``.xlsx``, under the same stable names.

A table is declared once, with the name of every column, what it holds and how it is read from a row::

    BOXES = Table("boxes", (
        Column("box", N_("id of the box"), "id"),
        Column("deadline", N_("when it must be there"), "deadline"),
        Column("status", N_("where it is by the log"), lambda box: STATUSES[box.status]),
    ))

Beside the page that shows it stands a route, ``path("kotak.<table:kind>", views.boxes_table, name="boxes_table")``; its
view is guarded as the page is and ends in ``return BOXES.answer(rows, kind)``. The page leads to all three with
``{% table_links "boxes_table" %}``. Columns are only ever added at the end.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import xlsxwriter
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.urls import register_converter

from serentak.base.messages import _

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

KINDS: Final = ("csv", "json", "xlsx")
MOST_ROWS: Final = 200_000
"""Rows of the largest workbook; above, a spreadsheet no longer opens in reasonable time."""
_AT_ONCE: Final = 2000
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How text begins that a spreadsheet would take for a formula."""

Cell = str | int | float | bool | datetime | date | None


class Column(NamedTuple):
    """A column: its stable name, what it holds (a message), and how it is read.

    ``value`` is the name of an attribute (``"box.owner"``), or a function of the row; where it is not given, ``name``
    is the attribute's too.
    """

    name: str
    help: str
    value: str | Callable[[Any], Cell] = ""

    @property
    def read(self) -> Callable[[Any], Cell]:
        """Give the function from a row to the cell."""
        return self.value if callable(self.value) else attrgetter(self.value or self.name)


class Table:
    """A table that the site gives away as files.

    Parameters
    ----------
    name
        Stable name: of the file, and in the documentation.
    columns
        Its columns, in order.
    """

    def __init__(self, name: str, columns: tuple[Column, ...]) -> None:
        self.name, self.columns = name, columns
        TABLES[name] = self

    def answer(
        self, rows: Iterable[Any], kind: str, *, as_of: datetime | None = None, stem: str = ""
    ) -> HttpResponseBase:
        """Answer a request with the table as a file.

        Parameters
        ----------
        rows
            A query, read piece by piece, or anything else that gives rows.
        kind
            One of `KINDS`.
        as_of
            As of when the rows hold; stands in the JSON.
        stem
            Name of the file without its ending; the table's name if not given.

        Raises
        ------
        BadRequest
            When a workbook would be too large.
        """
        if isinstance(rows, QuerySet):
            rows = rows.iterator(chunk_size=_AT_ONCE)
        cells = self._cells(rows)
        file_name = f"{stem or self.name}.{kind}"
        response: HttpResponseBase
        if kind == "xlsx":
            response = FileResponse(self._workbook(cells), content_type=_TYPES[kind], as_attachment=True,
                                    filename=file_name)  # fmt: skip
        else:
            text = self._csv(cells) if kind == "csv" else self._json(cells, as_of)
            response = StreamingHttpResponse(_gathered(text), content_type=_TYPES[kind])
            response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    def _cells(self, rows: Iterable[Any]) -> Iterator[list[Cell]]:
        readers = [column.read for column in self.columns]
        for row in rows:
            yield [_plain(read(row)) for read in readers]

    def _csv(self, rows: Iterable[list[Cell]]) -> Iterator[str]:
        writer = csv.writer(_Through(), lineterminator="\r\n")
        yield writer.writerow([column.name for column in self.columns])
        for row in rows:
            yield writer.writerow([_safe(cell) for cell in row])

    def _json(self, rows: Iterable[list[Cell]], as_of: datetime | None) -> Iterator[str]:
        names = [column.name for column in self.columns]
        head = {"table": self.name, "as_of": _plain(as_of), "columns": names}
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
        before = "\n"
        for row in rows:
            yield before + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
            before = ",\n"
        yield "\n]}\n"

    def _workbook(self, rows: Iterable[list[Cell]]) -> Any:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        try:
            self._fill(file, rows)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def _fill(self, file: Any, rows: Iterable[list[Cell]]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet(self.name[:31])
            heading = book.add_format({"bold": True, "bottom": 1})
            for place, column in enumerate(self.columns):
                sheet.write_string(0, place, column.name, heading)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows, 1):
                if number > MOST_ROWS:
                    message = _("a workbook holds at most {most} rows; take the CSV, or a smaller region")
                    raise BadRequest(message.format(most=MOST_ROWS))
                for place, cell in enumerate(row):
                    _put(sheet, number, place, cell)


TABLES: Final[dict[str, Table]] = {}
"""Every table of the site by name: what the documentation must name."""


class TableKind:
    """A part of an address that says in which form a table is asked for."""

    regex = "csv|json|xlsx"

    @staticmethod
    def to_python(value: str) -> str:
        """Give the kind."""
        return value

    @staticmethod
    def to_url(value: str) -> str:
        """Write the kind."""
        return value


register_converter(TableKind, "table")


class _Through:
    """A file that gives back what is written to it."""

    @staticmethod
    def write(text: str) -> str:
        return text


def _plain(value: Any) -> Cell:
    """Give an instant in UTC as ISO 8601 writes it, any other value as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _safe(cell: Cell) -> Cell:
    """Keep a spreadsheet from running text that somebody typed: a quote goes before what looks like a formula."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _put(sheet: Any, row: int, place: int, cell: Cell) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell)
    else:
        sheet.write_string(row, place, str(cell)[:32_767])


def _gathered(pieces: Iterable[str]) -> Iterator[str]:
    """Gather small pieces, so that not every row is a packet of its own."""
    held: list[str] = []
    for piece in pieces:
        held.append(piece)
        if len(held) == _AT_ONCE:
            yield "".join(held)
            held.clear()
    yield "".join(held)
