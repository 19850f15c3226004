"""The life of one object: its acts in the order of their steps, beside what was announced. A pure function.

Nothing here depends on the order in which acts were uploaded, and nothing but what is said to be late depends on a
clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from serentak.custody.acts import DETAILS, EXTRA, MISSING, MOVES, POWERLESS, SEALS, VOID, Act
from serentak.custody.expected import BACK, Post, Promise, Run
from serentak.custody.fields import MAX_MS
from serentak.custody.kinds import Kind
from serentak.custody.times import Span, happened

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY: Final = 86_400_000
NIGHT: Final = 4 * 3_600_000
"""The night that must be guarded: from 00:00 to 04:00 local time, milliseconds."""

STATUSES: Final = (
    "announced", "packed", "sealed", "moving", "stored", "delivered", "entrusted", "opened", "closed", "returning",
    "returned",
)  # fmt: skip
"""What an object can be; the number is its place in this list."""
ANNOUNCED, PACKED, SEALED, MOVING, STORED, DELIVERED, ENTRUSTED, OPENED, CLOSED, RETURNING, RETURNED = range(11)
TRUST: Final = -2
"""In place of a load: what is due is the drop of goods left in trust."""
_REFUSED, _ENTRUSTED, _OPENED, _TAKEN = (int(kind) for kind in (Kind.REFUSED, Kind.ENTRUSTED, Kind.OPENED, Kind.TAKEN))
"""Plain numbers, because they are compared millions of times."""
_AFTER: Final = {
    int(Kind.PACKED): PACKED,
    int(Kind.SEALED): SEALED,
    int(Kind.STORED): STORED,
    int(Kind.TAKEN): MOVING,
    int(Kind.OPENED): OPENED,
    int(Kind.CLOSED): CLOSED,
}
BY_ANYONE: Final = frozenset({int(Kind.INSPECTED), int(Kind.INCIDENT), int(Kind.UNSEALED)})
"""Kinds that say nothing about who holds the object."""
_SAYS: Final = {int(Kind.INCIDENT): "incident", int(Kind.UNSEALED): "seal-broken"}
_REMARKS: Final = {
    1: "seal-broken",
    2: "seal-series",
    3: "count-mismatch",
    4: "damaged",
    5: "damaged",
    6: "wrong-place",
    8: "count-mismatch",
    9: "remarked",
}
"""Findings that remarks make; 7, too late, is judged by the deadline."""


class Trouble(NamedTuple):
    """What does not fit in a life: code of the finding, rows that show it, the load it is about (-1: none)."""

    code: str
    rows: tuple[int, ...]
    load: int = -1


class World(Protocol):
    """What the life of one object is judged by; names by number.

    Parameters
    ----------
    home
        The object's own station, 0 where it has none.
    series
        Seals announced of it.
    offset
        Milliseconds of local time east of Greenwich.
    announced
        Whether anything at all was announced in this log.
    bounded
        Whether the log says anything about the times of its entries.
    """

    home: int
    series: list[Run]
    offset: int
    announced: bool
    bounded: bool

    def is_station(self, place: int) -> bool:
        """Tell whether a place is a station."""

    def bounds(self, row: int) -> Span:
        """Give the earliest and latest instant at which a row can have happened."""

    def seals(self, row: int) -> list[Run]:
        """Give the seals that a row names on this object."""

    def remarks(self, row: int) -> list[int]:
        """Give the codes of the remarks that a row makes on this object."""

    def miscounted(self, row: int) -> bool:
        """Tell whether a row counted other than expected."""

    def until(self, row: int) -> int:
        """Give the end of a trust, epoch milliseconds."""

    def post(self, place: int) -> Post | None:
        """Give what was announced of a place."""


@dataclass(slots=True)
class Life:
    """Where an object is, and what does not fit.

    Parameters
    ----------
    status
        Place in `STATUSES`.
    holder, place
        Names by number, 0 where nothing is known.
    since
        Earliest and latest instant since when it is there, epoch milliseconds; the same where its clock is believed.
    row
        Last act that counts, -1 if none.
    due, due_load
        Deadline of the next promise that is not kept yet, and its load or `TRUST`; 0 and -1 where nothing is expected.
    nights
        Guarded nights spent at a place: (place, first day, last day), days since 1970; last -1: not over.
    troubles
        What does not fit.
    """

    status: int = ANNOUNCED
    holder: int = 0
    place: int = 0
    since: Span = (0, 0)
    row: int = -1
    due: int = 0
    due_load: int = -1
    nights: list[tuple[int, int, int]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


class _Move(NamedTuple):
    step: int
    giver: int
    receiver: int
    place: int
    when: Span
    row: int
    kind: int


def live(acts: Sequence[Act], promises: Sequence[Promise], world: World) -> Life:
    """Follow an object through its acts.

    Parameters
    ----------
    acts
        All acts about it, in the order of `serentak.custody.acts.Acts.read`.
    promises
        All loads announced that contain it, sorted.
    world
        What it is judged by.
    """
    counted = [act for act in acts if not act.flags & (VOID | POWERLESS)]
    follower = _Follower(world, promises, counted)
    for act, when in zip(counted, follower.times, strict=True):
        follower.take(act, when)
    follower.stay(None)
    follower.judge_promises()
    return follower.close()


class _Follower:
    def __init__(self, world: World, promises: Sequence[Promise], acts: Sequence[Act]) -> None:
        self.world = world
        self.promises = promises
        self.life = Life()
        self.moves: list[_Move] = []
        self._seals: list[Run] = []
        self._trust: tuple[int, int] | None = None
        self.times = self._times(acts)

    def _times(self, acts: Sequence[Act]) -> list[Span]:
        bounds = [self.world.bounds(act.row) for act in acts] if self.world.bounded else None
        spans, aside = happened([act.at for act in acts], [act.device for act in acts], bounds)
        for each in aside:
            self.say("clock", acts[each].row)
        return spans

    def say(self, code: str, *rows: int, load: int = -1) -> None:
        trouble = Trouble(code, rows, load)
        if trouble not in self.life.troubles:
            self.life.troubles.append(trouble)

    def take(self, act: Act, when: Span) -> None:
        if act.flags & DETAILS:
            self._remarks(act)
        if act.role == MISSING:
            self.say("count-mismatch", act.row)
        elif act.kind == _REFUSED:
            self.say("refused", act.row)
        elif act.kind in MOVES:
            self._move(act, when)
        else:
            self._act(act, when)
        if act.role == EXTRA:
            self.say("count-mismatch", act.row)
        if act.flags & SEALS and act.role != MISSING:
            self._read_seals(act)

    def _remarks(self, act: Act) -> None:
        for code in self.world.remarks(act.row):
            if code in _REMARKS:
                self.say(_REMARKS[code], act.row)
        if self.world.miscounted(act.row):
            self.say("count-mismatch", act.row)

    def _move(self, act: Act, when: Span) -> None:
        life, last = self.life, self.moves[-1] if self.moves else None
        if last is not None and (act.giver, act.receiver) == last[1:3] and life.holder == act.receiver:
            # Another record of the same hand-over, the other party's: the receiver has it already.
            return
        self._must_hold(act.giver, act)
        self.stay(when)
        life.holder, life.place, life.row = act.receiver, act.place, act.row
        life.since = when
        post = self.world.post(act.place)
        life.status = STORED if post is not None and post.unit == act.receiver else MOVING
        if act.receiver == self.world.home != 0:
            life.status = DELIVERED
        self._trust = None
        if act.kind == _ENTRUSTED:
            life.status = ENTRUSTED
            self._trust = self.world.until(act.row), act.row
        self.moves.append(_Move(act.step, act.giver, act.receiver, act.place, when, act.row, act.kind))

    def _act(self, act: Act, when: Span) -> None:
        life = self.life
        if act.kind in _SAYS:
            self.say(_SAYS[act.kind], act.row)
        if self._elsewhere(act.place) or (act.kind == _OPENED and self.world.home not in (0, act.place)):
            self.say("wrong-place", act.row)
        if act.kind in BY_ANYONE:
            return
        self._must_hold(act.receiver, act)
        if self._trust is not None and act.place == self.world.home:
            until, row = self._trust
            if when[0] > until:
                self.say("overdue", row, act.row)
            self._trust = None
        if act.place != life.place or act.receiver != life.holder or act.kind == _TAKEN:
            self.stay(when)
            life.since = when
        life.holder, life.place, life.row = act.receiver, act.place, act.row
        life.status = _AFTER.get(act.kind, life.status)

    def _must_hold(self, unit: int, act: Act) -> None:
        """Say so where the one who acts is not the one who has the object."""
        life = self.life
        if unit == life.holder:
            return
        if life.row < 0:
            first = self.promises[0].giver if self.promises else unit
            if act.kind != Kind.PACKED and unit != first and self.world.announced:
                self.say("custody-gap", act.row)
            return
        last = self.moves[-1].step if self.moves else 0
        expected = any(last < each.step <= act.step and each.receiver == unit for each in self.promises)
        gave = [move.row for move in self.moves if move.giver == unit]
        if gave and not expected and act.kind in MOVES:
            self.say("double-custody", gave[-1], act.row)
        else:
            self.say("custody-gap", life.row, act.row)

    def _elsewhere(self, place: int) -> bool:
        return self.world.home != 0 and place not in (0, self.world.home) and self.world.is_station(place)

    def _read_seals(self, act: Act) -> None:
        runs = self.world.seals(act.row)
        if act.kind in (Kind.SEALED, Kind.CLOSED):
            if act.kind == Kind.SEALED and self.world.series and not _within(runs, self.world.series):
                self.say("seal-series", act.row)
            self._seals = runs
        elif act.kind != Kind.UNSEALED:
            known = self._seals or self.world.series
            if known and not _within(runs, known):
                self.say("seal-series", act.row)

    def stay(self, until: Span | None) -> None:
        """Note the guarded nights of a stay that ends now, or that has not ended."""
        life, world = self.life, self.world
        post = world.post(life.place) if life.row >= 0 else None
        if post is None or not post.guarded or life.status not in (PACKED, SEALED, STORED, ENTRUSTED):
            return
        # What is certain: from the latest possible arrival to the earliest possible departure.
        first = -(-(life.since[1] + world.offset) // DAY)
        if life.since[1] == MAX_MS:
            return
        if until is None:
            life.nights.append((life.place, first, -1))
        else:
            last = (until[0] + world.offset - NIGHT) // DAY
            if first <= last:
                life.nights.append((life.place, first, last))

    def judge_promises(self) -> None:
        """Compare the moves with what was announced; a promise's moves are those up to the next one's step."""
        life, promises, moves = self.life, self.promises, self.moves
        if not promises:
            self._judge_unannounced()
        at, count = 0, len(moves)
        while promises and at < count and moves[at].step < promises[0].step:
            self.say("wrong-place" if self._strays(moves[at]) else "wrong-hands", moves[at].row)
            at += 1
        repeated = self._repeated()
        for number, promise in enumerate(promises):
            first, end = at, promises[number + 1].step if number + 1 < len(promises) else None
            while at < count and (end is None or moves[at].step < end):
                at += 1
            kept = self._judge_answers(promise, moves[first:at])
            if kept or not promise.active or promise in repeated:
                continue
            if at == count and life.due_load < 0:
                life.due, life.due_load = promise.deadline, promise.load
            elif at < count and first == at:
                self._say_gap(moves[at].row, promise.load)

    def _repeated(self) -> Sequence[Promise]:
        """Give the promises of a plan in force that had been kept under the plan before, as shows only now.

        Who replaces a plan does not know what telephones have signed and not yet uploaded, and promises it again. The
        first promises are kept by then if the moves made before any of their steps end with the last of them.
        """
        active = [promise for promise in self.promises if promise.active]
        if not active or len(active) == len(self.promises):
            return ()
        early = [move for move in self.moves if move.step < active[0].step]
        for count in range(len(active), 0, -1) if early else ():
            if _keeps(early[-1], active[count - 1]):
                left = iter(early)
                if all(any(_keeps(move, promise) for move in left) for promise in active[:count]):
                    return active[:count]
        return ()

    def close(self) -> Life:
        """Say what is open, and what the object's state is in the end."""
        life, moves = self.life, self.moves
        if self._trust is not None:
            life.due, life.due_load = self._trust[0], TRUST
        elif moves and life.status in (MOVING, STORED) and self._on_the_way_back():
            life.status = RETURNED if moves[-1].receiver == self.promises[-1].receiver else RETURNING
        return life

    def _judge_unannounced(self) -> None:
        for move in self.moves:
            if self._strays(move):
                self.say("wrong-place", move.row)
        if self.world.announced and self.life.row >= 0:
            self.say("unannounced", self.life.row)

    def _say_gap(self, row: int, load: int) -> None:
        """Say that a load's hand-over is missing, once with what its missing has led to."""
        troubles = self.life.troubles
        for at, each in enumerate(troubles):
            if each.code == "custody-gap" and each.rows[-1] == row:
                troubles[at] = each._replace(load=load)
                return
        self.say("custody-gap", row, load=load)

    def _strays(self, move: _Move) -> bool:
        return move.kind != _ENTRUSTED and (self._elsewhere(move.place) or self._elsewhere(move.receiver))

    def _judge_answers(self, promise: Promise, answers: list[_Move]) -> bool:
        """Compare moves with the promise they should keep; tell whether one of them does."""
        kept = None
        for move in answers:
            if kept is None and move.receiver == promise.receiver:
                kept = move
                if move.place == promise.place:
                    continue
            if move.kind == _ENTRUSTED and move.receiver == promise.receiver:
                continue
            if self._strays(move) or (move.receiver == promise.receiver and move.place != promise.place):
                self.say("wrong-place", move.row, load=promise.load)
            elif move.receiver != promise.receiver:
                self.say("wrong-hands", move.row, load=promise.load)
        if kept is not None and kept.when[0] > promise.deadline:
            self.say("overdue", kept.row, load=promise.load)
        return kept is not None

    def _on_the_way_back(self) -> bool:
        step = self.moves[-1].step
        return next((each.direction == BACK for each in reversed(self.promises) if each.step <= step), False)


def _keeps(move: _Move, promise: Promise) -> bool:
    at_place = move.place == promise.place or move.kind == _ENTRUSTED
    return at_place and (move.giver, move.receiver) == (promise.giver, promise.receiver)


def _within(runs: Sequence[Run], known: Sequence[Run]) -> bool:
    return all(any(run[0] == each[0] and each[1] <= run[1] and run[2] <= each[2] for each in known) for run in runs)
