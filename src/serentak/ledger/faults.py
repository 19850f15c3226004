"""What can be wrong with bytes that somebody else wrote.

::

    InputError ── Malformed     the bytes are not what the format says
    Refused    ─┬ Unproven      the bytes are well formed, and do not prove what they should
                └ NotThere      a file of the log is not where the format says it is
"""

from __future__ import annotations

from serentak.base.errors import InputError, Problem, Refused
from serentak.base.messages import _

_SHOWN = 80


class Malformed(InputError):  # noqa: N818 - reads as the sentence it is
    """The bytes are not what the format says; one sentence says where."""

    def __init__(self, what: str, message: str, *, row: int | None = None, value: object = None) -> None:
        shown = None if value is None else str(value)[:_SHOWN]
        super().__init__([Problem(what, row, None, shown, message, _("Take the file again from where it came from."))])
        self.message = message

    def __str__(self) -> str:
        return "; ".join(
            f"{problem.file}" + (f", {problem.row}" if problem.row is not None else "") + f": {problem.message}"
            for problem in self.problems
        )


class Unproven(Refused):
    """A signature, proof or quorum does not hold."""


class NotThere(Refused):
    """A file of the log does not exist at its source."""

    def __init__(self, path: str) -> None:
        super().__init__(_("{path} is not there").format(path=path))
        self.path = path
