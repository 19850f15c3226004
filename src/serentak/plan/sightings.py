"""What others saw of the goods of a plan, and what follows for it; the values alone, see `serentak.plan.as_it_went`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serentak.plan.model import Elsewhere, Logged, Plan
from serentak.plan.progress import Phase


@dataclass(frozen=True, slots=True)
class Sighting:
    """Goods in somebody's hands, as a log of hand-overs says; those of one load in the order in which it happened.

    Parameters
    ----------
    goods
        Station id of a kit, or name of recapitulation boxes (``14.01.06-R``).
    giver
        Who handed it over; empty where it was only seen.
    holder
        Who has had it since: place, station or vehicle team. Where the parts of a kit are in several hands, all of
        them, joined by `AND`.
    place
        Where.
    at
        When, seconds from 00:00 local time on H.
    entry
        Index of the entry of the log that says so.
    """

    goods: str
    giver: str
    holder: str
    place: str
    at: int
    entry: int


AND = " + "
"""Between the holders of a kit that is not together."""


@dataclass(frozen=True, slots=True)
class Went:
    """A plan as it went until a moment.

    Parameters
    ----------
    plan
        The plan with the stops that were made at the times at which they were made, the others later where they are
        late; without goods that went other ways.
    progress
        Phase of each run, and how many of its stops are done.
    elsewhere
        Goods that are where no run of the plan has brought them.
    logged
        How much of this the log knows.
    loaded
        Runs that were loaded before the plan has them loaded.
    dropped
        Runs whose goods have all gone other ways.
    """

    plan: Plan
    progress: Mapping[str, tuple[Phase, int]]
    elsewhere: tuple[Elsewhere, ...]
    logged: Logged
    loaded: tuple[str, ...]
    dropped: tuple[str, ...]
