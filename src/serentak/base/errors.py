"""The one error tree.

::

    SerentakError
    ├── InputError      what the user handed over cannot be used; exit code 2
    ├── Refused         understood, and the answer is no; exit code 1
    └── Broken          the software contradicts itself; a bug, please report it

An `InputError` carries every problem found, not only the first, so that a table is mended in one sitting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from serentak.base.messages import _

Severity = Literal["error", "warning", "note"]


class SerentakError(Exception):
    """Anything this software raises on purpose."""


class Refused(SerentakError):
    """The request was understood and the answer is no."""


class Broken(SerentakError):
    """The software contradicts itself: a bug, never the user's fault."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what the user handed over, and what to do about it.

    Parameters
    ----------
    file
        File name as the user knows it; a workbook's sheet is written ``book.xlsx[stations]``.
    row
        Row as the user sees it in a spreadsheet: the heading is row 1. None for a whole file.
    column
        Heading as it stands in the file, or a dotted key of a TOML file. None for a whole row.
    value
        The value at fault, as written.
    message
        What is wrong, in the language chosen.
    remedy
        What to do about it, in the language chosen.
    severity
        An error stops the work; a warning is shown, and stops it only when the user asks to be strict; a note says
        what was done with the input and is shown where somebody asks for a report on it.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    message: str
    remedy: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += _(", row {row}").format(row=self.row)
        if self.column is not None:
            place += _(", column {column}").format(column=self.column)
        value = "" if self.value is None else f" ({self.value!r})"
        return f"{place}: {self.message}{value}; {self.remedy}"

    def as_dict(self) -> dict[str, str | int | None]:
        """Give the problem as plain data for ``--json``."""
        return asdict(self)


class InputError(SerentakError):
    """What the user handed over cannot be used; names every place at fault.

    Parameters
    ----------
    problems
        At least one problem.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, file: str, message: str, remedy: str, **where: str | int | None) -> InputError:
        """Make an error of a single problem; `where` takes row, column and value."""
        row, column, value = where.get("row"), where.get("column"), where.get("value")
        return cls(
            [
                Problem(
                    file,
                    int(row) if row is not None else None,
                    str(column) if column is not None else None,
                    str(value) if value is not None else None,
                    message,
                    remedy,
                )
            ]
        )


class Problems:
    """Collects problems while a whole input is read, so that they are reported together."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop the work, in the order found."""
        return [problem for problem in self._found if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """Problems that are only shown, in the order found."""
        return [problem for problem in self._found if problem.severity == "warning"]

    @property
    def notes(self) -> list[Problem]:
        """What was done with the input, in the order found."""
        return [problem for problem in self._found if problem.severity == "note"]

    def add(self, problem: Problem) -> None:
        """Note a problem; the same one twice is kept once."""
        if problem not in self._found[-50:]:
            self._found.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        for problem in problems:
            self.add(problem)

    def error(self, file: str, row: int | None, column: str | None, value: object, message: str, remedy: str) -> None:
        """Note something that stops the work."""
        self.add(Problem(file, row, column, None if value is None else str(value), message, remedy))

    def warn(self, file: str, row: int | None, column: str | None, value: object, message: str, remedy: str) -> None:
        """Note something the user should look at."""
        self.add(Problem(file, row, column, None if value is None else str(value), message, remedy, "warning"))

    def note(self, file: str, value: object, message: str, remedy: str) -> None:
        """Note what was done with the input."""
        self.add(Problem(file, None, None, None if value is None else str(value), message, remedy, "note"))

    def raise_errors(self, *, strict: bool = False) -> None:
        """Raise what has been found.

        Parameters
        ----------
        strict
            Whether warnings stop the work too.

        Raises
        ------
        InputError
            When at least one error was noted, with all of them (and the warnings, if strict).
        """
        stopping = self.errors + (self.warnings if strict else [])
        if stopping:
            raise InputError(stopping)
