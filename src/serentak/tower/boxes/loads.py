"""Announced loads and how many of their objects were handed over, kept in memory while a log is followed."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from serentak.custody.expected import OUT
from serentak.custody.life import TRUST
from serentak.custody.times import TOLERANCE

if TYPE_CHECKING:
    from serentak.custody.state import State

COLUMNS: Final = (
    "log_id", "hash", "province", "kabupaten", "kecamatan", "village", "step", "giver", "receiver", "place",
    "earliest", "deadline", "back", "vehicle", "escort", "boxes", "began", "done", "late", "cancelled", "open",
)  # fmt: skip
"""Attributes of `serentak.tower.boxes.models.Load` in the order of `LoadBook.row`."""


class Course(NamedTuple):
    """How far one object is along the loads that were announced of it: bits by place in `loads`."""

    loads: tuple[int, ...]
    began: int
    done: int
    late: int


_NOWHERE: Final = Course((), 0, 0, 0)


class LoadBook:
    """Counts by load, brought up to date object by object.

    Parameters
    ----------
    state
        State of the log.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.began = array("I")
        self.done = array("I")
        self.late = array("I")
        self._courses: dict[int, Course] = {}
        self._same: dict[Course, Course] = {}
        self._touched: set[int] = set()

    def take(self, number: int, now: int) -> None:
        """Bring the counts up to date with the life of an object, as of an instant in epoch milliseconds."""
        while len(self.done) < len(self.state.expected.step):
            for column in (self.began, self.done, self.late):
                column.append(0)
        before = self._courses.get(number, _NOWHERE)
        after = course(self.state, number, now)
        if after == before:
            return
        self._courses[number] = self._same.setdefault(after, after)
        self._count(before, -1)
        self._count(after, 1)
        self._touched.update(before.loads, after.loads)

    def _count(self, each: Course, sign: int) -> None:
        for at, load in enumerate(each.loads):
            bit = 1 << at
            self.began[load] += sign * bool(each.began & bit)
            self.done[load] += sign * bool(each.done & bit)
            self.late[load] += sign * bool(each.late & bit)

    def changed(self) -> list[int]:
        """Give the loads whose counts have changed, or that are new, since this was asked last."""
        found = sorted(self._touched)
        self._touched.clear()
        return found

    def row(self, log: int, load: int) -> tuple[Any, ...]:
        """Give a load as `COLUMNS`."""
        state, expected, names = self.state, self.state.expected, self.state.names
        region = _region([state.objects[number] for number in expected.objects[load]])
        return (
            log, expected.hash[load].hex(), region[:2], region[:5], region[:8] if len(region) >= 8 else "",
            region if len(region) == 13 else "", expected.step[load], names[expected.giver[load]],
            names[expected.receiver[load]], names[expected.place[load]], moment(expected.earliest[load]),
            moment(expected.deadline[load]), expected.direction[load] != OUT, names[expected.vehicle[load]],
            names[expected.escort[load]], len(expected.objects[load]), self.began[load], self.done[load],
            self.late[load], not expected.in_force(load),
            expected.in_force(load) and self.done[load] < len(expected.objects[load]),
        )  # fmt: skip


def course(state: State, number: int, now: int) -> Course:
    """Say how far an object is along its loads: which are done, which have begun, which are or were late.

    A load from a vehicle has begun when the vehicle has the object on board; a load from a place when it is done.
    """
    expected, lives = state.expected, state.lives
    loads = tuple(sorted(state.promised[number], key=lambda load: (expected.step[load], load)))
    due = lives.due_load[number]
    if due == TRUST:
        home = state.names.find(state.objects[number].rpartition("-")[0])
        cut = next((at for at, load in enumerate(loads) if expected.receiver[load] == home), len(loads))
    elif due >= 0:
        cut = loads.index(due)
    else:
        cut = len(loads) if lives.row[number] >= 0 else 0
    began = done = (1 << cut) - 1
    late = 0
    if cut < len(loads):
        load = loads[cut]
        if due == TRUST or (expected.giver[load] == expected.vehicle[load] == lives.holder[number]):
            began |= 1 << cut
        if due != -1 and lives.due[number] < now:
            late |= 1 << cut
    for trouble in state.troubles.get(number, ()):
        if trouble.code == "overdue" and trouble.load in loads and state.acts.at[trouble.rows[-1]] <= now + TOLERANCE:
            late |= 1 << loads.index(trouble.load)
    return Course(loads, began, done, late)


def moment(milliseconds: int | None) -> datetime | None:
    """Give an instant."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _region(objects: list[str]) -> str:
    """Give the smallest region that holds the owners of all objects, a kabupaten at most, a village at least."""
    regions = [each[:13] if each[8:9] == "." else each[:8] for each in objects]
    first, last = min(regions, default=""), max(regions, default="")
    for length in (13, 8, 5, 2):
        if len(first) >= length and first[:length] == last[:length]:
            return first[:length]
    return ""
