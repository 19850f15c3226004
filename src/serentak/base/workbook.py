"""Sheets of a spreadsheet workbook (XLSX, XLS, ODS) as lines of text for `serentak.base.table`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import python_calamine

from serentak.base.errors import InputError, Problems
from serentak.base.messages import _
from serentak.base.table import Lines, Table, read_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from serentak.base.cells import Column

MAX_CELLS: Final = 20_000_000
"""Most cells of a sheet: 1,000,000 rows of 20. A stray mark in the last cell makes 17 billion."""

# The reader's own error covers most damaged files; the others come out of its parts.
_DAMAGE: Final = (python_calamine.CalamineError, OSError, ValueError, KeyError, OverflowError)


class Workbook:
    """A workbook that was opened.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        When it is no workbook, or is locked by a password.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
            self.sheets: tuple[str, ...] = tuple(self._book.sheet_names)
        except python_calamine.PasswordError:
            raise InputError.of(
                self.name, _("the workbook is locked by a password"), _("save it without a password")
            ) from None
        except _DAMAGE:
            raise InputError.of(
                self.name,
                _("the workbook cannot be opened"),
                _("open it in a spreadsheet program and save it again as XLSX"),
            ) from None

    def find(self, sheet: str) -> str | None:
        """Give the name of a sheet as written, whatever its capitals; None when there is none."""
        wanted = sheet.casefold()
        return next((name for name in self.sheets if name.strip().casefold() == wanted), None)

    def label(self, sheet: str) -> str:
        """Give a sheet's name as errors show it: ``book.xlsx[stations]``."""
        return f"{self.name}[{sheet}]"

    def read(self, sheet: str, columns: Sequence[Column], problems: Problems, **how: Any) -> Table:
        """Read a sheet; what is wrong is noted in `problems`. See `serentak.base.table.read_lines`."""
        label = self.label(sheet)
        try:
            return read_lines(self.lines(sheet), label, columns, problems, **how)
        except InputError as error:
            for problem in error.problems:
                problems.add(problem)
            return Table(label, readable=False)

    def lines(self, sheet: str) -> Lines:
        """Give the cells of a sheet as text.

        Raises
        ------
        InputError
            When the sheet is too large or damaged.
        """
        label = self.label(sheet)
        try:
            found = self._book.get_sheet_by_name(sheet)
            cells = found.total_height * found.total_width
            rows = found.to_python(skip_empty_area=False) if 0 < cells <= MAX_CELLS else []
        except _DAMAGE:
            raise InputError.of(
                label,
                _("the sheet cannot be read"),
                _("open it in a spreadsheet program and save it again as XLSX"),
            ) from None
        if cells > MAX_CELLS:
            raise InputError.of(
                label,
                _("the sheet has {rows} rows and {columns} columns").format(
                    rows=found.total_height, columns=found.total_width
                ),
                _("delete the rows and columns behind the table, even if they look empty"),
            )
        return [(number, [as_text(cell) for cell in row]) for number, row in enumerate(rows, 1)]


def as_text(cell: object) -> str:
    """Write a cell as a person would type it: 525, 0.330091, 2024-11-27, 06:00, ya."""
    match cell:
        case str():
            return " ".join(cell.split())
        case bool():
            return "ya" if cell else "tidak"
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return f"{Decimal(repr(cell)):f}"
        case datetime() | date() | time() | timedelta():
            return _time_as_text(cell)
        case _:
            return str(cell)


def _time_as_text(cell: date | time | timedelta) -> str:
    if isinstance(cell, timedelta):
        minutes = int(cell.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat()
