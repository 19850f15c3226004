"""What was announced: plans, loads, seals, places and guards."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from serentak.custody.objects import expand, load_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.custody.acts import Names
    from serentak.custody.event import Event

OUT: Final = 0
BACK: Final = 1
Run = tuple[int, int, int]
"""A run of seals: series by number, first, last."""


@dataclass(slots=True)
class Plan:
    """A plan announced in the log: its number, row of its head, how many pieces it says, how many there are."""

    number: int
    row: int | None = None
    pieces: int = 0
    found: int = 0


class Promise(NamedTuple):
    """A load, as the life of one object sees it; names by number, instants in epoch milliseconds."""

    step: int
    load: int
    giver: int
    receiver: int
    place: int
    deadline: int
    direction: int
    active: bool


class Post(NamedTuple):
    """A place: who keeps it, whether goods there are guarded at night."""

    unit: int
    kind: str
    guarded: bool


class Expected:
    """Everything announced so far.

    Parameters
    ----------
    plans
        Plans by SHA-256.
    superseded
        Plans that another takes the place of.
    posts
        Places by number.
    step, giver, receiver, place, earliest, deadline, direction, vehicle, escort, plan, row
        Loads, in columns; `plan` is the number of the plan, `row` that of the event that announced it.
    """

    def __init__(self) -> None:
        self.plans: dict[bytes, Plan] = {}
        self.superseded: set[bytes] = set()
        self._order: list[bytes] = []
        self.posts: dict[int, Post] = {}
        self.positions: dict[int, tuple[int, int]] = {}
        self.shifts: dict[int, list[tuple[int, int, int]]] = {}
        self.step = array("I")
        self.giver = array("I")
        self.receiver = array("I")
        self.place = array("I")
        self.earliest = array("Q")
        self.deadline = array("Q")
        self.direction = array("B")
        self.vehicle = array("I")
        self.escort = array("I")
        self.hash: list[bytes] = []
        self.plan = array("H")
        self.row = array("I")
        self.objects: list[array[int]] = []
        self._by_hash: dict[bytes, int] = {}
        self._series = array("I")
        self._first = array("Q")
        self._last = array("Q")
        self._more_series: dict[int, list[Run]] = {}

    def _plan(self, digest: bytes) -> Plan:
        plan = self.plans.get(digest)
        if plan is None:
            plan = self.plans[digest] = Plan(len(self._order))
            self._order.append(digest)
        return plan

    def add_plan(self, event: Event, row: int) -> None:
        """Take the head of a plan."""
        plan = self._plan(event.plan or b"")
        plan.row, plan.pieces = row, event.pieces or 0
        if event.supersedes is not None:
            self.superseded.add(event.supersedes)

    def add_piece(self, event: Event) -> None:
        """Count a piece of a plan."""
        self._plan(event.plan or b"").found += 1

    def add_load(self, load: Sequence[Any], event: Event, row: int, names: Names, objects: Names) -> int:
        """Take a load; give its number."""
        step, giver, receiver, place, earliest, deadline, direction, vehicle, escort, groups = load
        number = len(self.step)
        self.step.append(step)
        self.giver.append(names.add(giver))
        self.receiver.append(names.add(receiver))
        self.place.append(names.add(place))
        self.earliest.append(earliest)
        self.deadline.append(deadline)
        self.direction.append(direction)
        self.vehicle.append(names.add(vehicle))
        self.escort.append(names.add(escort))
        self.plan.append(self._plan(event.plan or b"").number)
        self.row.append(row)
        self.objects.append(array("I", [objects.add(each) for each in expand(groups)]))
        self.hash.append(load_hash(load))
        self._by_hash[self.hash[-1]] = number
        return number

    def find_load(self, digest: bytes) -> int | None:
        """Find a load by its hash."""
        return self._by_hash.get(digest)

    def loads_of(self, digest: bytes) -> list[int]:
        """Give the loads of a plan, by number."""
        plan = self.plans.get(digest)
        return [] if plan is None else [load for load, number in enumerate(self.plan) if number == plan.number]

    def in_force(self, number: int) -> bool:
        """Tell whether no plan has taken the place of the one that announced a load."""
        return self._order[self.plan[number]] not in self.superseded

    def promise(self, number: int) -> Promise:
        """Give a load as a promise."""
        return Promise(
            self.step[number], number, self.giver[number], self.receiver[number], self.place[number],
            self.deadline[number], self.direction[number], self.in_force(number),
        )  # fmt: skip

    def add_series(self, number: int, run: Run) -> None:
        """Announce seals of an object."""
        series, first, last = run
        while len(self._series) <= number:
            self._series.append(0)
            self._first.append(0)
            self._last.append(0)
        if self._series[number] == 0:
            self._series[number], self._first[number], self._last[number] = series, first, last
        else:
            self._more_series.setdefault(number, []).append(run)

    def series(self, number: int) -> list[Run]:
        """Give the seals announced of an object; none where nothing was said."""
        if number >= len(self._series) or self._series[number] == 0:
            return []
        first = (self._series[number], self._first[number], self._last[number])
        return [first, *self._more_series.get(number, ())]

    @property
    def any_series(self) -> bool:
        """Whether seals of any object were announced."""
        return len(self._series) > 0

    def add_posts(self, event: Event, names: Names) -> set[int]:
        """Take places; give the numbers of those that are new, or changed."""
        changed = set()
        for place, unit, kind, guarded, where in event.posts or ():
            number = names.add(place)
            post = Post(names.add(unit), kind, bool(guarded))
            if self.posts.get(number) != post:
                self.posts[number] = post
                changed.add(number)
            for lon, lat in where:
                self.positions[number] = (lon, lat)
        return changed

    def add_shifts(self, event: Event, names: Names) -> None:
        """Take guards."""
        for place, unit, begin, end in event.shifts or ():
            self.shifts.setdefault(names.add(place), []).append((begin, end, names.add(unit)))
