"""The balance of ballots and boxes: equations that hold, or whose difference is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from serentak.base.clock import to_utc
from serentak.base.messages import N_
from serentak.custody.acts import POWERLESS, VOID
from serentak.custody.kinds import Kind
from serentak.custody.life import ANNOUNCED, RETURNED

if TYPE_CHECKING:
    from serentak.custody.state import State

ITEMS: Final = (
    "received", "good", "damaged", "foreign", "usable", "stations", "revote", "excess", "destroyed-damaged",
    "destroyed-excess",
)  # fmt: skip
"""Items of counts that the balance knows."""


@dataclass(frozen=True, slots=True)
class Equation:
    """Two sums that should be equal.

    Parameters
    ----------
    name
        The equation as it is read, ``received = good + damaged + foreign``; a message id.
    left, right
        What the sides come to.
    rows
        Rows of the counts behind it.
    """

    name: str
    left: int
    right: int
    rows: tuple[int, ...] = ()

    @property
    def difference(self) -> int:
        """Left less right; 0 where the equation holds."""
        return self.left - self.right


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance of one election.

    Parameters
    ----------
    election
        Its letter.
    counted
        Sum by item, see `ITEMS`; what nobody counted is absent.
    packed
        Ballots put into boxes, by the packing lists; None where none was counted.
    out, back
        Boxes that set out, and boxes that came back.
    equations
        Those whose figures are there.
    """

    election: str
    counted: dict[str, int]
    packed: int | None
    out: int
    back: int
    equations: tuple[Equation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the balance as plain data."""
        return {
            "election": self.election,
            "counted": self.counted,
            "packed": self.packed,
            "boxes_out": self.out,
            "boxes_back": self.back,
            "equations": [
                {"equation": each.name, "left": each.left, "right": each.right, "difference": each.difference}
                for each in self.equations
            ],
        }


def balances(state: State) -> list[Balance]:
    """Give the balance of every election of the log, in the order of their letters.

    Raises nothing: what was not counted is left out, and with it the equations that need it.
    """
    letters = state.genesis.elections if state.genesis is not None else ""
    counted: dict[str, Counter[str]] = {letter: Counter() for letter in letters or ""}
    rows: dict[str, list[int]] = {letter: [] for letter in counted}
    for row, event in state.ledger:
        letter = event.election or ""
        if letter in counted and not state.acts.flags[row] & (VOID | POWERLESS):
            rows[letter].append(row)
            for item, _expected, found in event.counts or ():
                counted[letter][item] += found
    packed = _packed(state)
    boxes = _boxes(state)
    return [
        Balance(
            letter,
            dict(sums),
            packed.get(letter),
            *boxes.get(letter, (0, 0)),
            _equations(sums, packed.get(letter), tuple(rows[letter])),
        )
        for letter, sums in sorted(counted.items())
    ]


def _packed(state: State) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row, item, found in zip(*state.packed, strict=True):
        if not state.acts.flags[row] & (VOID | POWERLESS):
            sums[state.names[item]] += found
    return dict(sums)


def _boxes(state: State) -> dict[str, tuple[int, int]]:
    """Count boxes of each election that set out and that came back, recapitulation boxes with them."""
    out: Counter[str] = Counter()
    back: Counter[str] = Counter()
    lives = state.lives
    for number in range(1, len(lives)):
        letter = state.objects[number].rpartition("-")[2][:1]
        out[letter] += lives.status[number] != ANNOUNCED
        back[letter] += lives.status[number] == RETURNED
    return {letter: (out[letter], back[letter]) for letter in out}


def _equations(sums: Counter[str], packed: int | None, rows: tuple[int, ...]) -> tuple[Equation, ...]:
    found = []
    if "received" in sums and "good" in sums:
        right = sums["good"] + sums["damaged"] + sums["foreign"]
        found.append(Equation(N_("received = good + damaged + foreign"), sums["received"], right, rows))
    if "good" in sums and "stations" in sums:
        left, right = sums["good"] + sums["usable"], sums["stations"] + sums["revote"] + sums["excess"]
        found.append(Equation(N_("good + usable = stations + revote + excess"), left, right, rows))
    if "stations" in sums and packed is not None:
        found.append(Equation(N_("stations = packed"), sums["stations"], packed, rows))
    if "destroyed-damaged" in sums or "destroyed-excess" in sums:
        left = sums["damaged"] - sums["usable"] + sums["excess"]
        right = sums["destroyed-damaged"] + sums["destroyed-excess"]
        found.append(Equation(N_("damaged - usable + excess = destroyed"), left, right, rows))
    return tuple(found)


def destruction_deadline(state: State) -> int | None:
    """Give the end of H-1 in epoch milliseconds, by which damaged and excess ballots must be destroyed."""
    if state.genesis is None:
        return None
    try:
        day = date.fromisoformat(state.genesis.day or "")
    except ValueError:
        return None
    return int(to_utc(day, state.genesis.zone or "WIB", 0).timestamp() * 1000)


def destructions(state: State) -> list[int]:
    """Give the rows of destructions that count."""
    return [
        row
        for row, event in state.ledger
        if event.kind == Kind.DESTROYED and not state.acts.flags[row] & (VOID | POWERLESS)
    ]
