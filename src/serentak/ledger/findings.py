"""What a check of a log finds, named."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Final, Literal

Code = Literal[
    "checkpoint-unreadable",
    "checkpoint-unsigned",
    "quorum-not-met",
    "signature-unknown",
    "tile-missing",
    "tile-altered",
    "tile-stray",
    "bundle-missing",
    "bundle-malformed",
    "entry-altered",
    "entry-dropped",
    "entry-repeated",
    "entry-reordered",
    "root-mismatch",
    "rollback",
    "fork",
    "witness-missing",
    "witness-unreadable",
    "witness-unsigned",
    "store-damaged",
    "store-differs",
]
WARNINGS: Final[frozenset[Code]] = frozenset({"signature-unknown", "tile-stray"})
"""Findings that do not make a log fail."""
MOST: Final = 200
"""Findings that are written out; the rest are only counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a log.

    Parameters
    ----------
    code
        Name that programs can rely on.
    where
        File, or entries, at fault.
    message
        What is wrong, in the language chosen.
    """

    code: Code
    where: str
    message: str

    @property
    def serious(self) -> bool:
        """Whether the log fails for it."""
        return self.code not in WARNINGS

    def as_dict(self) -> dict[str, str]:
        """Give the finding as plain data."""
        return {**asdict(self), "severity": "error" if self.serious else "warning"}

    def __str__(self) -> str:
        return f"{self.code}: {self.where}: {self.message}"


@dataclass(slots=True)
class Findings:
    """Collects findings; of a log that is wrong everywhere, only the first are written out."""

    listed: list[Finding] = field(default_factory=list)
    more: int = 0
    serious: bool = False

    def add(self, code: Code, where: str, message: str) -> None:
        """Note a finding."""
        finding = Finding(code, where, message)
        if finding in self.listed:
            return
        self.serious = self.serious or finding.serious
        if len(self.listed) < MOST:
            self.listed.append(finding)
        else:
            self.more += 1
