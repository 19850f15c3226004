"""Arithmetic of grants: instalments and their dates, what is paid, spent and done. Whole rupiah, no database."""

from __future__ import annotations

import calendar
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Scheme(NamedTuple):
    """How a grant is paid: its name (a message), parts as percent and rule of the date, and the source."""

    key: str
    name: str
    parts: tuple[tuple[int, str], ...]
    source: str


class Instalment(NamedTuple):
    """A part of a grant.

    Parameters
    ----------
    rupiah, due
        How much, and by when; None where the scheme names no date.
    paid
        Rupiah of it that came, the oldest instalment being filled first.
    """

    rupiah: int
    due: date | None
    paid: int

    def late(self, today: date) -> bool:
        """Tell whether it is not paid in full though its date is over."""
        return self.due is not None and self.due < today and self.paid < self.rupiah


class Realisation(NamedTuple):
    """How a grant stands by its newest monthly closing.

    ``deviation`` is physical less target, percentage points, cumulative.
    """

    granted: int
    paid: int
    spent: int
    physical: int
    target: int
    deviation: int


@cache
def schemes() -> dict[str, Scheme]:
    """Give the schemes by key."""
    table: dict[str, Any] = tomllib.loads((Path(__file__).parent / "schemes.toml").read_text("utf-8"))
    found = {
        key: Scheme(key, row["name"], tuple((part["percent"], part["due"]) for part in row["parts"]), row["source"])
        for key, row in table.items()
    }
    for scheme in found.values():
        if sum(percent for percent, _due in scheme.parts) != 100:
            raise ValueError(f"schemes.toml: the parts of {scheme.key} are not 100 percent")
    return found


def months_before(day: date, months: int) -> date:
    """Give the same day so many months earlier, or the month's last where there is no such day."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def due_of(rule: str, signed: date, voting: date) -> date | None:
    """Give the date of an instalment by its rule."""
    if rule.startswith("sign+"):
        return signed + timedelta(days=int(rule.removeprefix("sign+").removesuffix("d")))
    if rule.startswith("vote-"):
        return max(signed, months_before(voting, int(rule.removeprefix("vote-").removesuffix("m"))))
    return None


def instalments(scheme: str, granted: int, signed: date, voting: date, transfers: Sequence[int]) -> list[Instalment]:
    """Give the instalments of a grant, with what was paid of each.

    Parameters
    ----------
    granted
        Rupiah of the grant, with its addenda.
    transfers
        Rupiah that came, in any order; a refund is negative.
    """
    parts = schemes()[scheme].parts
    amounts = [granted * percent // 100 for percent, _due in parts]
    amounts[-1] += granted - sum(amounts)
    left = sum(transfers)
    found = []
    for amount, (_percent, rule) in zip(amounts, parts, strict=True):
        paid = max(0, min(amount, left))
        left -= paid
        found.append(Instalment(amount, due_of(rule, signed, voting), paid))
    return found


def refund_due(confirmed: date) -> date:
    """Give the day by which unspent money goes back: three months after the pair was proposed for confirmation."""
    return months_before(confirmed, -3)
