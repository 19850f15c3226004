"""Where the search of a last mile begins: with good single runs, packed on as few vehicles as they fit on.

Nearest neighbour is several per cent from where a search ends, and often a vehicle too many; PyVRP moves reloads one at
a time, so that it seldom empties a vehicle into the free hours of another. Runs made one by one, each paid for its
hours, leave packing a problem of a few dozen pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from serentak.plan.cost import moving_cost
from serentak.routing.draft import Draft, price
from serentak.routing.lastmile import Tour, single_runs
from serentak.routing.packing import pack
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crew_run
from serentak.routing.split import split
from serentak.routing.squeeze import squeezed
from serentak.routing.timing import Timed
from serentak.routing.trunk import Candidate, work

SHARE: Final = 8
"""Part of the patience that each search for single runs has."""
ATTEMPTS: Final = 3
"""Searches where the work nearly fits on a vehicle-day less, each four times as long as the one before."""
NEARLY: Final = 0.02
"""How near: the share of the working days by which the work may pass what they hold, or stay below it."""


def packed_tours(
    problem: Problem,
    tasks: Sequence[int],
    staff: Sequence[Crew],
    patience: int,
    seed: int,
    first: Sequence[Tour],
) -> list[Tour]:
    """Make tours of single runs, packed on teams and days.

    Parameters
    ----------
    patience
        Iterations without improvement of a search that begins from nothing.
    first
        Tours whose runs are improved.

    Returns
    -------
    list of Tour
        Tasks for whose runs no team had time are in none of them.
    """
    best: tuple[Draft, ...] = ()
    share = max(patience // SHARE, 1)
    for attempt in range(ATTEMPTS):
        runs: list[Candidate] = []
        for group in split(problem, tasks):
            for crew, run in single_runs(problem, group, share << 2 * attempt, seed + attempt, staff, first):
                runs.extend(_candidate(problem, staff, crew, run))
        drafts = pack(problem, runs, staff=staff)
        best = min((best, drafts), key=lambda drafts: _worth(problem, drafts)) if best else drafts
        if not _nearly_spared(problem, best):
            break
        if fewer := squeezed(problem, staff, best):
            return fewer
    return _tours(staff, best)


def _candidate(problem: Problem, staff: Sequence[Crew], crew: Crew, run: tuple[int, ...]) -> list[Candidate]:
    timed = crew_run(problem, crew, 0, run)
    if timed is None:
        return []
    days = tuple(sorted({other.day for other in staff if other.row == crew.row}))
    cost = moving_cost(crew.row, timed.metres, timed.seconds)
    return [Candidate(crew.row, timed, days, 0, work(problem, timed), cost)]


def _worth(problem: Problem, drafts: Sequence[Draft]) -> tuple[int, int]:
    done = (task for draft in drafts for task in draft.timed.order)
    return -sum(problem.tasks[task].voters + 1 for task in done), price(drafts).rupiah


def _nearly_spared(problem: Problem, drafts: Sequence[Draft]) -> bool:
    """Tell whether one kind of vehicle does the work, and a vehicle-day less would almost, or just, hold it."""
    days = {(draft.vehicle, draft.timed.first_day) for draft in drafts}
    if problem.spec.direction == "back" or len(days) < 2 or len({draft.row.row for draft in drafts}) > 1:
        return False  # on the return vehicles wait for the count, so that the sum of the work says little
    shift = max(problem.spec.hours[1] - problem.spec.hours[0], 1)
    needed = sum(work(problem, draft.timed) for draft in drafts)
    return abs(needed / ((len(days) - 1) * shift) - 1) < NEARLY


def _tours(staff: Sequence[Crew], drafts: Sequence[Draft]) -> list[Tour]:
    crew_of = {(name, crew.day): crew for crew in staff for name in crew.names}
    runs: dict[tuple[str, int], list[Timed]] = {}
    for draft in sorted(drafts, key=lambda draft: draft.timed.depart):
        runs.setdefault((draft.vehicle, draft.timed.first_day), []).append(draft.timed)
    return [Tour(crew_of[key], tuple(timed.order for timed in own)) for key, own in runs.items()]
