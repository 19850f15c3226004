"""CSV files as lines of text: not empty, decoded, split at the delimiter the heading uses, stripped."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from serentak.base.errors import InputError, Problems
from serentak.base.messages import _
from serentak.base.table import INVISIBLE, Lines, Table, headings_of, normalise, read_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.base.cells import Column

DELIMITERS: Final = (",", ";", "\t")
MAX_BYTES: Final = 200_000_000
"""Largest text table; the whole country has 435,296 stations, in about 50 MB."""


def read_csv(
    data: bytes,
    file: str,
    columns: Sequence[Column],
    problems: Problems,
    **how: Any,
) -> Table:
    """Read a CSV file; what is wrong with it is noted in `problems`.

    Parameters
    ----------
    data
        Content of the file.
    file
        File name as the user knows it.
    columns
        Columns that may stand in it.
    problems
        Takes everything found.
    how
        See `read_lines`.
    """
    try:
        lines = csv_lines(data, file, columns, problems)
        return read_lines(lines, file, columns, problems, **how)
    except InputError as error:
        for problem in error.problems:
            problems.add(problem)
        return Table(file, readable=False)


def csv_lines(data: bytes, file: str, columns: Sequence[Column], problems: Problems) -> Lines:
    """Turn the bytes of a CSV file into cells.

    Raises
    ------
    InputError
        When they are no text, or quotation marks do not close.
    """
    _not_empty(data, file)
    _a_text_file(data, file)
    text = decode(data, file, problems)
    return _strip(_split(text, _delimiter(text, columns), file))


def _not_empty(data: bytes, file: str) -> None:
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise InputError.of(file, _("the file is empty"), _("write a heading row and at least one row below it"))
    if len(data) > MAX_BYTES:
        raise InputError.of(
            file,
            _("the file is larger than {limit} MB").format(limit=MAX_BYTES // 1_000_000),
            _("hand over one kabupaten or kota at a time"),
        )


def _a_text_file(data: bytes, file: str) -> None:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError.of(
            file,
            _("this is a spreadsheet workbook, not a CSV file"),
            _("name it .xlsx, or save it in the spreadsheet program as CSV UTF-8"),
        )
    if data.startswith((b"%PDF", b"\x89PNG", b"\x1f\x8b", b"SQLite")):
        raise InputError.of(file, _("this is not a table"), _("hand over a CSV file or an XLSX workbook"))


def decode(data: bytes, file: str, problems: Problems) -> str:
    """Turn bytes into text: UTF-8 with or without a mark, UTF-16, or Windows-1252 with a warning.

    Raises
    ------
    InputError
        When they are none of these.
    """
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _no_nul(data.decode("utf-16"), file)
        if b"\x00" in data:
            return _no_nul(data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"), file)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = _no_nul(data.decode("cp1252"), file)
    except UnicodeDecodeError as error:
        raise InputError.of(
            file,
            _("the text is in no encoding that can be read"),
            _("save the file in the spreadsheet program as CSV UTF-8"),
            row=data.count(b"\n", 0, error.start) + 1,
        ) from None
    problems.warn(
        file,
        None,
        None,
        None,
        _("the text is not UTF-8; it was read as Windows-1252"),
        _("look at the names; save the file as CSV UTF-8 if letters are wrong"),
    )
    return text


def _no_nul(text: str, file: str) -> str:
    if "\x00" in text:
        raise InputError.of(file, _("this is not a text file"), _("hand over a CSV file or an XLSX workbook"))
    return text


def _delimiter(text: str, columns: Sequence[Column]) -> str:
    """Give the delimiter under which the heading row names most columns, else gives most cells."""
    heading = next((line for line in text.splitlines() if line.strip(' ,;\t"' + INVISIBLE)), "")
    known = headings_of(columns)

    def score(delimiter: str) -> tuple[int, int]:
        cells = [normalise(cell.strip('" ')) for cell in heading.split(delimiter)]
        return sum(cell in known for cell in cells), len(cells)

    return max(DELIMITERS, key=score)


def _split(text: str, delimiter: str, file: str) -> Lines:
    lines: Lines = []
    # A lone carriage return ends a line in files of old Macintosh programs, which csv refuses.
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(plain), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            lines.append((number, cells))
    except csv.Error:
        raise InputError.of(
            file,
            _("a quotation mark is not closed, or text follows a closed one"),
            _('close it; a quotation mark inside a cell is written twice: ""'),
            row=len(lines) + 1,
        ) from None
    return lines


def _strip(lines: Lines) -> Lines:
    return [(number, [cell.strip().strip(INVISIBLE).strip() for cell in cells]) for number, cells in lines]
