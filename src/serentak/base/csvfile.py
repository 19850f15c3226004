"""CSV files as lines of text: not empty, decoded, split at the delimiter the heading uses, stripped."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from serentak.base.errors import InputError, Problems
from serentak.base.messages import _
from serentak.base.table import INVISIBLE, Lines, Table, headings_of, normalise, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

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


def stream_csv(
    path: Path, columns: Sequence[Column], problems: Problems, *, batch: int = 20_000, **how: Any
) -> Iterator[Table]:
    """Read a long UTF-8 CSV file, plain or packed by gzip, batch by batch, so that it never stands in memory whole.

    Parameters
    ----------
    path
        The file; one whose content is gzip's is unpacked on the way.
    columns
        Columns that may stand in it.
    problems
        Takes everything found; a heading that cannot be used ends the reading.
    batch
        Rows in a batch.
    how
        See `read_lines`.

    Yields
    ------
    Table
        A batch, with the row numbers of the whole file.

    Raises
    ------
    InputError
        When the file cannot be read, is no UTF-8 text, or its quotation marks do not close.
    """
    file, row = path.name, 0
    try:
        with path.open("rb") as raw, _unpacked(raw) as source:
            start = source.peek(4096)
            _not_empty(start, file)
            _a_text_file(start, file)
            delimiter = _delimiter(start.decode("utf-8-sig", errors="replace"), columns)
            text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
            lines = _strip(enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1))
            heading = list(islice((line for line in lines if any(line[1])), 1))
            while body := list(islice(lines, batch)):
                row = body[-1][0]
                yield read_lines([*heading, *body], file, columns, problems, **how)
                if any(problem.row == heading[0][0] for problem in problems.errors):
                    return
    except UnicodeDecodeError:
        raise InputError.of(
            file,
            _("the text is not UTF-8"),
            _("save the file in the spreadsheet program as CSV UTF-8"),
            row=row + 1,
        ) from None
    except csv.Error:
        raise _open_quotation(file, row + 1) from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise InputError.of(
            file, _("the packed file is damaged or cut short"), _("fetch it again, or hand over the plain CSV file")
        ) from None


def _unpacked(raw: io.BufferedReader) -> gzip.GzipFile | io.BufferedReader:
    return gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw


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
    return list(_strip(_split(text, _delimiter(text, columns), file)))


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
        raise _open_quotation(file, len(lines) + 1) from None
    return lines


def _open_quotation(file: str, row: int) -> InputError:
    return InputError.of(
        file,
        _("a quotation mark is not closed, or text follows a closed one"),
        _('close it; a quotation mark inside a cell is written twice: ""'),
        row=row,
    )


def _strip(lines: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, [cell.strip().strip(INVISIBLE).strip() for cell in cells]) for number, cells in lines)
