"""Sheets of a spreadsheet workbook (XLSX) as lines of text for `serentak.base.table`."""

from __future__ import annotations

import re
import zipfile
import zlib
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
MAX_BYTES: Final = 400_000_000
"""Largest unpacked sheet."""

_CELL: Final = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]*(?<!/)>')
_CHUNK: Final = 1 << 20

# The reader's own error covers most damaged files; the others come out of its parts.
_DAMAGE: Final = (python_calamine.CalamineError, OSError, ValueError, KeyError, OverflowError)


class Workbook:
    """A workbook that was opened.

    Parameters
    ----------
    path
        The file.
    data
        Its content, where it is already at hand and `path` only its name.

    Raises
    ------
    InputError
        When it is no workbook, is locked by a password, or has a sheet too large to be read.
    """

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        self.name = path.name
        try:
            data = path.read_bytes() if data is None else data
            _refuse_huge_sheets(data, self.name)
            self._book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
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
            When the sheet is damaged.
        """
        label = self.label(sheet)
        try:
            found = self._book.get_sheet_by_name(sheet)
            rows = found.to_python(skip_empty_area=False) if found.total_height else []
        except _DAMAGE:
            raise InputError.of(
                label,
                _("the sheet cannot be read"),
                _("open it in a spreadsheet program and save it again as XLSX"),
            ) from None
        return [(number, [as_text(cell) for cell in row]) for number, row in enumerate(rows, 1)]


def _refuse_huge_sheets(data: bytes, name: str) -> None:
    """Look at the sheets before the reader does: it takes memory for every cell up to the last one in use."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for part in archive.infolist():
                if part.filename.startswith("xl/worksheets/"):
                    rows, columns = _extent(archive, part) if part.file_size <= MAX_BYTES else (MAX_CELLS, 2)
                    if rows * columns > MAX_CELLS:
                        raise InputError.of(
                            name,
                            _("a sheet has {rows} rows and {columns} columns").format(rows=rows, columns=columns),
                            _("delete the rows and columns behind the table, even if they look empty"),
                            row=rows,
                        )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        return  # damaged or locked: the reader says so


def _extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    """Give the last row and column that have anything in them."""
    rows = columns = 0
    with archive.open(part) as sheet:
        rest = b""
        while chunk := sheet.read(_CHUNK):
            rest += chunk
            for letters, digits in _CELL.findall(rest):
                rows = max(rows, int(digits))
                columns = max(columns, _column(letters))
            rest = rest[max(rest.rfind(b"<"), 0) :][:_CHUNK]
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


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
