"""What is known of every object now, in columns."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serentak.custody.life import Life


class Lives:
    """The lives of all objects by number; see `serentak.custody.life.Life` for the columns.

    `since` and `latest` are the two ends of `Life.since`.
    """

    def __init__(self) -> None:
        self.status = array("B")
        self.holder = array("I")
        self.place = array("I")
        self.row = array("q")
        self.since = array("Q")
        self.latest = array("Q")
        self.due = array("Q")
        self.due_load = array("q")
        self.nights: dict[int, tuple[tuple[int, int, int], ...]] = {}
        self._same: dict[tuple[tuple[int, int, int], ...], tuple[tuple[int, int, int], ...]] = {}

    def __len__(self) -> int:
        return len(self.status)

    def put(self, number: int, life: Life) -> None:
        """Replace what is known of an object."""
        columns = (self.status, self.holder, self.place, self.row, self.since, self.latest, self.due, self.due_load)
        while len(self.status) <= number:
            for column in columns:
                column.append(0)
            self.row[-1] = self.due_load[-1] = -1
        self.status[number] = life.status
        self.holder[number], self.place[number], self.row[number] = life.holder, life.place, life.row
        self.since[number], self.latest[number] = life.since
        self.due[number], self.due_load[number] = life.due, life.due_load
        if life.nights:
            nights = tuple(life.nights)
            self.nights[number] = self._same.setdefault(nights, nights)
        else:
            self.nights.pop(number, None)
