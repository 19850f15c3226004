"""The events of each device by number: which are missing, which are there twice, which histories fork."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from serentak.custody.fields import LINK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serentak.custody.acts import Acts

_JUMP: Final = 4096
"""A number that leaves out more than this is kept apart, so that a false one costs no memory."""


@dataclass(slots=True)
class Device:
    """The rows of a device by number.

    Parameters
    ----------
    number
        Number of the device among those of the log.
    rows
        Row + 1 of number 1, 2, 3 …, 0 where it is missing.
    far
        Rows of numbers far beyond.
    forks
        Further rows of a number, where the device has two histories.
    top
        Highest number.
    last
        Number that the device, or the revocation of its key, gave as its last; None while neither did.
    links
        Links of events whose predecessor is not there yet, by number.
    broken
        Numbers whose link names another predecessor than the log has.
    """

    number: int = 0
    rows: array[int] = field(default_factory=lambda: array("I"))
    far: dict[int, int] = field(default_factory=dict)
    forks: dict[int, list[int]] = field(default_factory=dict)
    top: int = 0
    last: int | None = None
    links: dict[int, bytes] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)

    def row(self, seq: int) -> int | None:
        """Give the first row that came with a number."""
        if 0 < seq <= len(self.rows) and self.rows[seq - 1]:
            return self.rows[seq - 1] - 1
        return self.far.get(seq)

    def versions(self, seq: int) -> list[int]:
        """Give all rows that came with a number."""
        row = self.row(seq)
        return [] if row is None else [row, *self.forks.get(seq, ())]

    def add(self, seq: int, row: int) -> None:
        """Take a row whose number is free, or of which there is another version."""
        if self.row(seq) is not None:
            self.forks.setdefault(seq, []).append(row)
        elif seq > len(self.rows) + _JUMP:
            self.far[seq] = row
        else:
            self.rows.extend([0] * (seq - len(self.rows)))
            self.rows[seq - 1] = row + 1
        self.top = max(self.top, seq)

    def link(self, seq: int, previous: bytes | None, acts: Acts) -> None:
        """Compare the link of an event with its predecessor, and its own hash with the link of its successor."""
        if previous is not None:
            self.links[seq] = previous
        for number in (seq, seq + 1):
            named = self.links.get(number)
            before = self.versions(number - 1)
            if named is None or not before:
                continue
            if any(acts.hash(row)[:LINK] == named for row in before):
                del self.links[number]
                self.broken.discard(number)
            else:
                self.broken.add(number)

    def beyond(self, last: int) -> list[int]:
        """Give all rows whose number is higher."""
        numbers = [*range(last + 1, len(self.rows) + 1), *(seq for seq in self.far if seq > last)]
        return [row for seq in numbers for row in self.versions(seq)]

    def missing(self) -> Iterator[tuple[int, int]]:
        """Give the numbers that are not there, as first and last of each run."""
        end = self.top if self.last is None else self.last
        known = {at for at, row in enumerate(self.rows, 1) if row} | self.far.keys()
        before = 0
        for seq in [*sorted(each for each in known if each <= end), end + 1]:
            if seq > before + 1:
                yield before + 1, seq - 1
            before = seq
