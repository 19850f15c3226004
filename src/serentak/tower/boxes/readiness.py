"""How far the goods of a station are, by the lives of its boxes and its bundle. Pure: custody in, `Standing` out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from serentak.custody.acts import MISSING, MOVES, POWERLESS, PROXY, VOID
from serentak.custody.expected import BACK, OUT
from serentak.custody.life import (
    CLOSED,
    DELIVERED,
    ENTRUSTED,
    OPENED,
    RETURNED,
    RETURNING,
    STORED,
    TRUST,
)
from serentak.custody.query import ROUNDS, brief, is_open
from serentak.custody.times import TOLERANCE
from serentak.kit.ids import BUNDLE
from serentak.tower.regions.rollup import Standing, Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from serentak.custody.state import State

_AT_STATION: Final = frozenset({DELIVERED, OPENED, CLOSED, RETURNING, RETURNED})
_WORST: Final = ("gap", "single", "proxy", "")
"""What proves an arrival, the weakest first: nothing, one signature, a paper form, both signatures."""


class Part(NamedTuple):
    """One box or bundle, as its station sees it: how far, and what proves its arrival, out and back."""

    out: int
    back: int
    out_proof: str
    back_proof: str


def goods_of(state: State, station: str, letters: str) -> list[int]:
    """Give the boxes and the bundle of a station by number: those of the newest round that the log knows."""
    found: list[int] = []
    for turn in ROUNDS:
        ids = (f"{station}-{letter}" + (f".{turn}" if turn > 1 else "") for letter in (*letters, BUNDLE))
        numbers = [number for number in map(state.objects.find, ids) if number]
        if not numbers:
            break
        found = numbers
    return found


def standing(state: State, station: str, goods: Sequence[int], asked: int, now: int) -> Standing:
    """Say how far a station's goods are.

    Parameters
    ----------
    state
        State of the log, its lives worked out.
    station
        Id of the station.
    goods
        Its boxes and its bundle, by number.
    asked
        How many there should be.
    now
        When deadlines are judged, epoch milliseconds.
    """
    home = state.names.find(station) or 0
    parts = [_part(state, number, home) for number in goods]
    whole = len(parts) >= asked > 0
    late = {direction for number in goods for direction in missed(state, number, now)}
    loads = {load for number in goods for load in state.promised[number] if state.expected.in_force(load)}
    out, out_proof = _together([each.out for each in parts], [each.out_proof for each in parts], whole=whole)
    back, back_proof = _together([each.back for each in parts], [each.back_proof for each in parts], whole=whole)
    if back == Way.NOT_YET and any(each.back == Way.LOADED for each in parts):
        back = Way.LOADED
    if out == Way.UNDER_WAY and any(state.lives.status[number] == ENTRUSTED for number in goods):
        out_proof = "entrusted"
    return Standing(
        out=out,
        back=back,
        out_proof=out_proof,
        back_proof=back_proof,
        out_due=_last_due(state, loads, OUT),
        back_due=_last_due(state, loads, BACK),
        out_late=OUT in late,
        back_late=BACK in late,
        troubled=any(_is_troubled(state, number) for number in goods),
    )


def _together(ways: list[int], proofs: list[str], *, whole: bool) -> tuple[int, str]:
    arrived = [way == Way.READY for way in ways]
    if whole and all(arrived):
        proof = min(proofs, key=_WORST.index)
        return (Way.UNPROVEN, proof) if proof else (Way.READY, "")
    if any(arrived) or Way.UNDER_WAY in ways:
        return Way.UNDER_WAY, ""
    return (Way.LOADED, "") if whole and all(way == Way.LOADED for way in ways) else (Way.NOT_YET, "")


def _part(state: State, number: int, home: int) -> Part:
    lives = state.lives
    if number >= len(lives):
        return Part(Way.NOT_YET, Way.NOT_YET, "", "")
    status, place = lives.status[number], lives.place[number]
    came, went, last = _moves(state, number, home)
    there = status in _AT_STATION or (status == STORED and place == home != 0)
    out = Way.READY if there else Way.UNDER_WAY if last is not None else Way.LOADED if status else Way.NOT_YET
    if status == RETURNED:
        back = Way.READY
    elif status == RETURNING or (went and place != home):
        back = Way.UNDER_WAY
    else:
        back = Way.LOADED if status == CLOSED else Way.NOT_YET
    return Part(out, back, _proof(state, came), _proof(state, [] if last is None else [last]))


def _moves(state: State, number: int, home: int) -> tuple[list[int], bool, int | None]:
    """Give the hand-overs to the station, whether there was one from it, and the last of all."""
    acts, came, went, last = state.acts, list[int](), False, None
    for each in state.history[number]:
        row = each >> 2
        if acts.kind[row] not in MOVES or each & 3 == MISSING or acts.flags[row] & (VOID | POWERLESS):
            continue
        if home and acts.receiver[row] == home:
            came.append(row)
        went = went or (home != 0 and acts.giver[row] == home)
        if last is None or (acts.step[row], -acts.lacking[row]) >= (acts.step[last], -acts.lacking[last]):
            last = row
    return came, went, last


def _proof(state: State, rows: Iterable[int]) -> str:
    """Say what the best of several records of a hand-over proves, see `_WORST`."""
    acts, best = state.acts, "gap"
    for row in rows:
        said = "proxy" if acts.flags[row] & PROXY else "single" if acts.lacking[row] else ""
        best = max(best, said, key=_WORST.index)
    return best


def missed(state: State, number: int, now: int) -> set[int]:
    """Give the directions in which a deadline of an object has passed undone, or was met after it."""
    lives, found = state.lives, set[int]()
    if number >= len(lives):
        return found
    load = lives.due_load[number]
    if load != -1 and lives.due[number] < now:
        found.add(OUT if load == TRUST else state.expected.direction[load])
    for trouble in state.troubles.get(number, ()):
        if trouble.code == "overdue" and state.acts.at[trouble.rows[-1]] <= now + TOLERANCE:
            found.add(OUT if trouble.load < 0 else state.expected.direction[trouble.load])
    return found


def _is_troubled(state: State, number: int) -> bool:
    if any(each.code != "overdue" and is_open(state, each) for each in state.troubles.get(number, ())):
        return True
    return bool(state.disputes) and number < len(state.lives) and brief(state, number).disputed


def _last_due(state: State, loads: Iterable[int], direction: int) -> datetime | None:
    dues = [state.expected.deadline[load] for load in loads if state.expected.direction[load] == direction]
    return datetime.fromtimestamp(max(dues) / 1000, UTC) if dues else None
