"""Runs packed on teams and days: as few vehicle-days as can be, the farthest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from serentak.routing.draft import Draft, price
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crew_run, crews
from serentak.routing.timing import Timed
from serentak.routing.trunk import Candidate


@dataclass(slots=True)
class _Team:
    """One vehicle team and what it has been given so far."""

    crews: dict[int, tuple[Crew, int]]
    runs: list[Timed] = field(default_factory=list)
    days: set[int] = field(default_factory=set)


def pack(
    problem: Problem,
    chosen: Sequence[Candidate],
    spare: Sequence[Candidate] = (),
    staff: Sequence[Crew] | None = None,
) -> tuple[Draft, ...]:
    """Pack the chosen runs, trying several orders and keeping the best result.

    A run goes where it costs no further vehicle-day and leaves the least idle time; otherwise to a fresh team-day,
    the earliest one.

    Parameters
    ----------
    spare
        Runs that may fill the time left, or stand for the chosen ones, as far as their tasks are not done by others.
    staff
        Crews to use; by default all of the stage.

    Returns
    -------
    tuple of Draft
        Runs with teams and days, as many voters as could be; for the others no team had time.
    """

    def worth(drafts: tuple[Draft, ...]) -> tuple[int, int]:
        done = (task for draft in drafts for task in draft.timed.order)
        return -sum(problem.tasks[task].voters + 1 for task in done), price(drafts).rupiah

    def voters(run: Candidate) -> int:
        return sum(problem.tasks[task].voters + 1 for task in run.timed.order)

    most = sorted(spare, key=lambda run: (-voters(run), run.cost))
    dense = sorted(spare, key=lambda run: (-voters(run) / run.occupied, run.cost))
    ways = [[*sorted(chosen, key=order), *most] for order in _ORDERS]
    ways += [most, dense] if spare else []
    everyone = crews(problem) if staff is None else staff
    return min((_fill(problem, way, everyone) for way in ways), key=worth)


_ORDERS: tuple[Callable[[Candidate], tuple[int, ...]], ...] = (
    lambda run: (-run.occupied, *run.timed.order),
    lambda run: (len(run.days), -run.occupied, *run.timed.order),
    lambda run: (-run.timed.metres, *run.timed.order),
    lambda run: (max(run.days), -run.occupied, *run.timed.order),
    lambda run: (run.timed.depart, *run.timed.order),
    lambda run: (run.timed.back, *run.timed.order),
)


def _fill(problem: Problem, runs: Sequence[Candidate], everyone: Sequence[Crew]) -> tuple[Draft, ...]:
    teams = _teams(everyone)
    drafts: list[Draft] = []
    done: set[int] = set()
    for run in runs:
        if not done.isdisjoint(run.timed.order):
            continue
        place = _best_place(problem, teams, run)
        if place is None:
            continue
        name, day, timed = place
        done.update(timed.order)
        team = teams[name]
        crew, index = team.crews[day]
        team.runs.append(timed)
        team.days.update(range(timed.first_day, timed.last_day + 1))
        drafts.append(Draft(crew.row, name, crew.escorts[index] if crew.escorts else None, timed))
    return tuple(sorted(drafts, key=lambda draft: (draft.timed.depart, draft.vehicle)))


def _teams(everyone: Sequence[Crew]) -> dict[str, _Team]:
    teams: dict[str, _Team] = {}
    for crew in everyone:
        for index, name in enumerate(crew.names):
            teams.setdefault(name, _Team({})).crews[crew.day] = (crew, index)
    return teams


def _best_place(problem: Problem, teams: dict[str, _Team], run: Candidate) -> tuple[str, int, Timed] | None:
    best: tuple[tuple[int, int, int, int], str, int, Timed] | None = None
    fresh: set[int] = set()
    for rank, (name, team) in enumerate(teams.items()):
        for day in run.days:
            if day not in team.crews or team.crews[day][0].row.row != run.row.row:
                continue
            crew = team.crews[day][0]
            if not team.runs:
                # Unused teams of one crew are alike; one stands for all.
                if id(crew) in fresh:
                    continue
                fresh.add(id(crew))
            # A run of one day pays for a new vehicle-day or not: no need to time it where that alone is dearer.
            dearer = day not in team.days
            if best is not None and not run.nights and (dearer * crew.cost_day, day if dearer else 0) > best[0][:2]:
                continue
            timed = _try(problem, team, run, day)
            if timed is None:
                continue
            new = sum(later not in team.days for later in range(timed.first_day, timed.last_day + 1))
            key = (new * crew.cost_day, day if new else 0, crew.shift[1] - timed.back, rank)
            if best is None or key < best[0]:
                best = (key, name, day, timed)
    return None if best is None else best[1:]


def _try(problem: Problem, team: _Team, run: Candidate, day: int) -> Timed | None:
    crew, index = team.crews[day]
    if not crew.escorts and any(problem.spec.needs_escort(problem.child(task)) for task in run.timed.order):
        return None
    last = team.runs[-1] if team.runs else None
    if last is not None and last.last_day > day:
        return None
    busy = last.back if last is not None and last.last_day == day else None
    if busy is not None and not run.nights and busy + run.occupied > crew.shift[1]:
        return None
    timed = crew_run(problem, crew, index, run.timed.order, busy)
    # Ballots sleep on the road only where the way is too long for a day, never to fill an evening.
    if timed is None or timed.last_day - timed.first_day > run.nights:
        return None
    guard = crew.escorts[index] if crew.escorts else None
    for later in range(timed.first_day + 1, timed.last_day + 1):
        # The escort stays with the team through the night, so it must be the team's own on the next day too.
        if later not in team.crews:
            return None
        other, place = team.crews[later]
        if (other.escorts[place] if other.escorts else None) != guard:
            return None
    return timed
