"""What the life of an object is judged by, taken from the state of a log."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from itertools import accumulate
from typing import TYPE_CHECKING

from serentak.base.clock import HOUR, ZONES
from serentak.custody.fields import MAX_MS

if TYPE_CHECKING:
    from serentak.custody.acts import Acts, Names
    from serentak.custody.expected import Expected, Post, Run
    from serentak.custody.times import Span


class Marks:
    """Bounds on times that the log itself gives: its size at certain instants, and when it took its entries."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, int]] = []
        self._sizes: list[int] = []
        self._by_then: list[int] = []
        self._after: list[int] = []
        self._received: dict[int, int] = {}

    def add(self, size: int, at: int) -> int:
        """Note that the log had this size at an instant; give the first index whose bounds may change by it."""
        before = self._marks[-1][0] if self._marks and self._marks[-1][0] <= size else 0
        insort(self._marks, (size, at))
        self._sizes = [each for each, _at in self._marks]
        times = [each for _size, each in self._marks]
        self._after = list(accumulate(times, max))
        self._by_then = list(accumulate(reversed(times), min))[::-1]
        return before

    @property
    def newest(self) -> int | None:
        """Newest instant at which the organiser said what size the log had, epoch milliseconds."""
        return max((at for _size, at in self._marks), default=None)

    @property
    def any(self) -> bool:
        """Whether anything was noted."""
        return bool(self._marks or self._received)

    def receive(self, index: int, at: int) -> None:
        """Note when the log took an entry, from its receipt."""
        self._received[index] = at

    def bounds(self, index: int, seen: int) -> Span:
        """Give the span in which an event was made: its entry's index, and the size that its device had seen."""
        earliest, latest = 0, MAX_MS
        if self._marks:
            after = bisect_right(self._sizes, index)
            latest = self._by_then[after] if after < len(self._sizes) else MAX_MS
            before = bisect_left(self._sizes, seen)
            earliest = self._after[before - 1] if before else 0
        if self._received:
            latest = min(latest, self._received.get(index, MAX_MS))
            earliest = max(earliest, self._received.get(seen - 1, 0))
        return min(earliest, latest), latest


class LogWorld:
    """`serentak.custody.life.World` of one object after another, see `of`."""

    def __init__(self, acts: Acts, expected: Expected, marks: Marks, names: Names) -> None:
        self._acts = acts
        self._expected = expected
        self._marks = marks
        self._names = names
        self._number = 0
        self._stations: dict[int, bool] = {}
        self.home = 0
        self.series: list[Run] = []
        self.offset = 0
        self.announced = False
        self.bounded = False

    def begin(self, zone: str) -> None:
        """Set the zone of local time."""
        self.offset = ZONES[zone] * HOUR * 1000

    def of(self, number: int, home: int) -> LogWorld:
        """Turn to an object: its number, and the number of its station's name."""
        self._number, self.home = number, home
        self.series = self._expected.series(number)
        self.announced = bool(self._expected.plans)
        self.bounded = self._marks.any
        return self

    def is_station(self, place: int) -> bool:
        """Tell whether a place is a station: written as village code and number."""
        known = self._stations.get(place)
        if known is None:
            text = self._names[place]
            known = self._stations[place] = len(text) == 17 and text[13] == "-" and text[:2].isdigit()
        return known

    def bounds(self, row: int) -> Span:
        """Give the earliest and latest instant at which a row can have happened."""
        return self._marks.bounds(self._acts.index[row], self._acts.seen[row])

    def seals(self, row: int) -> list[Run]:
        """Give the seals that a row names on this object."""
        return self._acts.seals(row, self._number)

    def remarks(self, row: int) -> list[int]:
        """Give the codes of the remarks that a row makes on this object."""
        return self._acts.remarks(row, self._number)

    def miscounted(self, row: int) -> bool:
        """Tell whether a row counted other than expected."""
        details = self._acts.details.get(row)
        return details is not None and bool(details.counts)

    def until(self, row: int) -> int:
        """Give the end of a trust."""
        details = self._acts.details.get(row)
        return 0 if details is None else details.until

    def post(self, place: int) -> Post | None:
        """Give what was announced of a place."""
        return self._expected.posts.get(place)
