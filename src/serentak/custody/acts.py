"""All events of a log, one row each, in columns: 7 million of them fit the memory of a laptop."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from serentak.custody.fields import HASH
from serentak.custody.kinds import Kind

if TYPE_CHECKING:
    from serentak.custody.event import Event

PROXY: Final = 1
SEALS: Final = 2
DETAILS: Final = 4
VOID: Final = 8
"""Corrected, or overruled: stays in the log, counts no more."""
POWERLESS: Final = 16
"""Signed by nobody who could: never counted."""

PRESENT: Final = 0
MISSING: Final = 1
EXTRA: Final = 2
"""How an event names an object: as there, as not there though expected, as there though not expected."""


class Names:
    """Texts and their numbers; number 0 is no text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}
        self.texts: list[str] = [""]

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, number: int) -> str:
        return self.texts[number]

    def add(self, text: str | None) -> int:
        """Give the number of a text, a new one if need be."""
        if text is None:
            return 0
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return number

    def find(self, text: str) -> int | None:
        """Give the number of a text that is known."""
        return self._numbers.get(text)


class Details(NamedTuple):
    """What few events say: remarks, counts and the end of a trust."""

    remarks: list[list[int]]
    counts: list[list[int | str]]
    until: int


class Act(NamedTuple):
    """One row, as the life of one object sees it.

    Parameters
    ----------
    step
        Place in the life of the object.
    signed
        Parties who should have signed and have not, counted downwards from 0.
    row
        Row.
    role
        `PRESENT`, `MISSING` or `EXTRA`.
    kind
        Kind.
    giver, receiver, place
        Names by number; of an act by one unit alone that unit is the receiver.
    at
        When, by the device's clock, epoch milliseconds.
    device
        Device that recorded it, by number.
    flags
        `PROXY` and the others.
    """

    step: int
    signed: int
    row: int
    role: int
    kind: int
    giver: int
    receiver: int
    place: int
    at: int
    device: int
    flags: int


class Acts:
    """The rows.

    Parameters
    ----------
    index
        Index of the entry that brought the event.
    kind, step, giver, receiver, place, at, device, flags
        As in `Act`.
    lacking
        Bits of the parties who should have signed and have not.
    seen
        Size of the newest checkpoint that the device had seen, 0 if not said.
    start, count
        Which part of `members` are its objects.
    members
        Objects by number and how they are named, ``number << 2 | role``.
    hashes
        32 bytes a row.
    details
        What few rows say, by row.
    places
        Places at which anything happened.
    """

    def __init__(self) -> None:
        self.index = array("Q")
        self.kind = array("B")
        self.flags = array("B")
        self.lacking = array("H")
        self.step = array("I")
        self.giver = array("I")
        self.receiver = array("I")
        self.place = array("I")
        self.at = array("Q")
        self.device = array("I")
        self.seen = array("Q")
        self.start = array("Q")
        self.count = array("I")
        self.members = array("I")
        self.hashes = bytearray()
        self.details: dict[int, Details] = {}
        self.places: set[int] = set()
        self._seal_rows = array("I")
        self._seals = (array("I"), array("I"), array("Q"), array("Q"))

    def __len__(self) -> int:
        return len(self.index)

    def add(self, index: int, event: Event, digest: bytes, device: int, names: Names) -> int:
        """Add a row, its objects not yet known; give its number."""
        row = len(self.index)
        self.index.append(index)
        self.kind.append(event.kind)
        self.flags.append(0 if event.form is None else PROXY)
        self.lacking.append(0)
        self.step.append(event.step or 0)
        self.giver.append(names.add(event.giver))
        self.receiver.append(names.add(event.receiver if event.unit is None else event.unit))
        place = names.add(event.place)
        self.place.append(place)
        self.places.add(place)
        self.at.append(event.at)
        self.device.append(device)
        self.seen.append(0 if event.seen is None else event.seen[0])
        self.start.append(0)
        self.count.append(0)
        self.hashes += digest
        if event.remarks is not None or event.until is not None or event.counts is not None:
            differing = [each for each in event.counts or () if each[1] != each[2]]
            if event.remarks or event.until is not None or differing:
                self.details[row] = Details(event.remarks or [], differing, event.until or 0)
                self.flags[row] |= DETAILS
        return row

    def place_objects(self, row: int, members: list[int]) -> None:
        """Say which objects a row is about; see `members`."""
        self.start[row] = len(self.members)
        self.count[row] = len(members)
        self.members.extend(members)

    def add_seals(self, row: int, seals: list[list[int | str]], names: Names) -> None:
        """Note the seals that an event names; rows come in ascending order, or only now and then not."""
        at = bisect_left(self._seal_rows, row)
        objects, series, first, last = self._seals
        for number, name, low, high in seals:
            if int(number) < self.count[row]:
                self._seal_rows.insert(at, row)
                objects.insert(at, self.members[self.start[row] + int(number)] >> 2)
                series.insert(at, names.add(str(name)))
                first.insert(at, int(low))
                last.insert(at, int(high))
                at += 1
        self.flags[row] |= SEALS

    def seals(self, row: int, number: int) -> list[tuple[int, int, int]]:
        """Give the seals that a row names on one object: series by number, first, last."""
        at, found = bisect_left(self._seal_rows, row), []
        objects, series, first, last = self._seals
        while at < len(self._seal_rows) and self._seal_rows[at] == row:
            if objects[at] == number:
                found.append((series[at], first[at], last[at]))
            at += 1
        return found

    def remarks(self, row: int, number: int) -> list[int]:
        """Give the codes of the remarks that a row makes on one object, or on all."""
        details = self.details.get(row)
        if details is None or not details.remarks:
            return []
        start = self.start[row]
        own = [each >> 2 for each in self.members[start : start + self.count[row]]]
        return [
            each[0]
            for each in details.remarks
            if len(each) == 1 or (each[1] < len(own) and own[each[1]] == number)
        ]  # fmt: skip

    def objects(self, row: int) -> list[int]:
        """Give the objects of a row, by number."""
        start = self.start[row]
        return [each >> 2 for each in self.members[start : start + self.count[row]]]

    def hash(self, row: int) -> bytes:
        """Give the hash of a row's event."""
        return bytes(self.hashes[row * HASH : row * HASH + HASH])

    def find(self, digest: bytes) -> int | None:
        """Find the row of an event by its hash: a search through all, for the few that others speak about."""
        at = self.hashes.find(digest)
        while at >= 0 and at % HASH:
            at = self.hashes.find(digest, at + 1)
        return None if at < 0 else at // HASH

    def read(self, history: array[int], known: dict[int, Act] | None = None) -> list[Act]:
        """Give the acts of one object's history in the order of their steps.

        Of those with one step the one with most signatures stands last, and so prevails; then the hash decides, an
        order that nobody's upload can change.

        Parameters
        ----------
        history
            Rows of the object and how they name it, ``row << 2 | role``.
        known
            Acts read before, by the same number; the boxes of a station share most of theirs.
        """
        known = {} if known is None else known
        acts = []
        for each in history:
            act = known.get(each)
            if act is None:
                act = known[each] = self._act(each >> 2, each & 3)
            acts.append(act)
        acts.sort()
        if any(one.step == other.step and one.signed == other.signed for one, other in pairwise(acts)):
            acts.sort(key=lambda act: (*act[:2], self.hash(act.row)))
        return acts

    def _act(self, row: int, role: int) -> Act:
        return Act(
            self.step[row], -self.lacking[row].bit_count(), row, role, self.kind[row], self.giver[row],
            self.receiver[row], self.place[row], self.at[row], self.device[row], self.flags[row],
        )  # fmt: skip


MOVES: Final = frozenset({int(Kind.GIVEN), int(Kind.RECEIVED), int(Kind.ENTRUSTED)})
