"""Questions to the state of a log: one object, a station, a place, what is not accounted for, how many of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from serentak.custody.acts import PROXY
from serentak.custody.fields import MAX_MS
from serentak.custody.findings import CODES
from serentak.custody.keyring import BITS
from serentak.custody.kinds import KINDS, Kind
from serentak.custody.life import ANNOUNCED, STATUSES, TRUST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from serentak.custody.life import Trouble
    from serentak.custody.state import State

ROUNDS = range(1, 10)


@dataclass(frozen=True, slots=True)
class Step:
    """One act about an object.

    Parameters
    ----------
    step, kind
        As in the event; the kind by name.
    giver, unit, place
        Who handed over (empty where nobody did), who acts or receives, where.
    at
        Epoch milliseconds, by the device's clock.
    lacking
        Parties who have not signed.
    proxy
        Whether it was typed from paper.
    index, event
        Index of the entry and hash of the event.
    """

    step: int
    kind: str
    giver: str
    unit: str
    place: str
    at: int
    lacking: tuple[str, ...]
    proxy: bool
    index: int
    event: str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a box or bundle is.

    Parameters
    ----------
    id
        Id of the object.
    status
        One of `serentak.custody.life.STATUSES`.
    holder, place
        Who has it and where; empty where nobody is known to have it.
    since
        Epoch milliseconds, None where it is not known or a clock is not believed.
    expected_at, deadline
        Who should have it next and by when, epoch milliseconds; empty and None where nothing is announced.
    disputed
        Whether something about it is contested that the supervisor has not settled.
    troubles
        Codes of what does not fit.
    steps
        Its acts, in the order of their steps.
    """

    id: str
    status: str
    holder: str
    place: str
    since: int | None
    expected_at: str
    deadline: int | None
    disputed: bool
    troubles: tuple[str, ...]
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


def box(state: State, identifier: str) -> Whereabouts | None:
    """Say where a box or bundle is; None where the log has never heard of it."""
    number = state.objects.find(identifier)
    return None if not number else _whereabouts(state, number)


def brief(state: State, number: int) -> Whereabouts:
    """Say where the object with a number is, without its acts."""
    return _where(state, number, ())


def is_open(state: State, trouble: Trouble) -> bool:
    """Tell whether what does not fit is a finding that the supervisor has not settled."""
    meaning = CODES[trouble.code]
    return meaning.severity == "finding" and not (
        meaning.disputed and any(row in state.rulings for row in trouble.rows)
    )


def station(state: State, identifier: str) -> list[Whereabouts]:
    """Say where everything of a station is, or the recapitulation boxes of ``14.01.06-R``."""
    letters = sorted({*(state.genesis.elections or "" if state.genesis else ""), "K"})
    ids = [f"{identifier}-{letter}" + (f".{turn}" if turn > 1 else "") for turn in ROUNDS for letter in letters]
    return [found for found in (box(state, each) for each in ids) if found is not None]


def place(state: State, name: str) -> list[Whereabouts]:
    """Say what is at a place, or with a unit."""
    number = state.names.find(name)
    if not number:
        return []
    lives = state.lives
    return [
        _whereabouts(state, each)
        for each in range(1, len(lives))
        if number in (lives.place[each], lives.holder[each])
    ]  # fmt: skip


def without_custodian(state: State) -> list[str]:
    """Give the ids of all objects that the log has heard of and nobody is known to hold, sorted."""
    lives = state.lives
    known = len(lives)
    return sorted(
        state.objects[number]
        for number in range(1, len(state.objects))
        if number >= known or lives.holder[number] == 0
    )  # fmt: skip


def counts(state: State) -> dict[str, int]:
    """Count objects by status, in the order of `serentak.custody.life.STATUSES`."""
    lives = state.lives
    found = Counter(lives.status[1:])
    found[ANNOUNCED] += max(0, len(state.objects) - max(1, len(lives)))
    return {status: found[number] for number, status in enumerate(STATUSES)}


def evidence(state: State, identifier: str) -> list[int]:
    """Give the indices of all entries that bear on an object, ascending: its acts, and what was announced of it.

    The genesis event and the events of keys are not among them; see `keys_behind`.
    """
    number = state.objects.find(identifier)
    if not number:
        return []
    rows = {each >> 2 for each in state.history[number]}
    rows |= {state.expected.row[load] for load in state.promised[number]}
    rows |= {plan.row for plan in state.expected.plans.values() if plan.row is not None}
    rows |= {said for row in rows for said in state.subjects.get(state.acts.hash(row), ())}
    return sorted({state.acts.index[row] for row in rows})


def keys_behind(state: State, names: Iterable[bytes]) -> list[int]:
    """Give the indices of the entries that enrolled these keys, ascending; the genesis is entry 0."""
    return sorted({state.keyring.keys[name].index for name in names if name in state.keyring.keys})


def _whereabouts(state: State, number: int) -> Whereabouts:
    return _where(state, number, tuple(_steps(state, number)))


def _where(state: State, number: int, steps: tuple[Step, ...]) -> Whereabouts:
    lives, names = state.lives, state.names
    load = lives.due_load[number]
    receiver = state.objects[number].rpartition("-")[0]
    if load != TRUST:
        receiver = names[state.expected.receiver[load]] if load >= 0 else ""
    believed = lives.since[number] == lives.latest[number] not in (0, MAX_MS)
    return Whereabouts(
        id=state.objects[number],
        status=STATUSES[lives.status[number]],
        holder=names[lives.holder[number]],
        place=names[lives.place[number]],
        since=lives.since[number] if believed else None,
        expected_at=receiver,
        deadline=lives.due[number] if load != -1 else None,
        disputed=_is_disputed(state, number),
        troubles=tuple(sorted({each.code for each in state.troubles.get(number, ())})),
        steps=steps,
    )


def _is_disputed(state: State, number: int) -> bool:
    open_rows = {row for row in state.disputes if row not in state.rulings}
    return any(each >> 2 in open_rows for each in state.history[number]) or any(
        CODES[each.code].disputed and not any(row in state.rulings for row in each.rows)
        for each in state.troubles.get(number, ())
    )


def _steps(state: State, number: int) -> list[Step]:
    acts, names = state.acts, state.names
    return [
        Step(
            step=act.step,
            kind=Kind(act.kind).name.lower(),
            giver=names[act.giver],
            unit=names[act.receiver],
            place=names[act.place],
            at=act.at,
            lacking=tuple(party for party in KINDS[Kind(act.kind)].signers if acts.lacking[act.row] & BITS[party]),
            proxy=bool(act.flags & PROXY),
            index=acts.index[act.row],
            event=acts.hash(act.row).hex(),
        )
        for act in acts.read(state.history[number])
    ]
