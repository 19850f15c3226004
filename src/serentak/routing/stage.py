"""One stage solved: precheck, routes, exact times, and what could not be done with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serentak.plan.model import Bound
from serentak.routing import precheck
from serentak.routing.baseline import nearest
from serentak.routing.draft import Draft, price
from serentak.routing.lastmile import Limits, Tour, may_reload, route
from serentak.routing.packing import pack
from serentak.routing.precheck import Impossible
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crew_run, crews
from serentak.routing.split import LARGE
from serentak.routing.start import packed_tours
from serentak.routing.timing import Timed
from serentak.routing.trunk import (
    MOST_CANDIDATES,
    MOST_LISTED,
    MOST_PARTS,
    Candidate,
    Cover,
    candidates,
    complete,
    cover,
)

REPAIRS = 4
"""Rounds in which windows are narrowed where exact times do not hold what the solver promised."""
SHORT = 4
"""Part of the patience that is left to the search from packed runs."""
SLACKS = tuple(1 - 0.03 * n for n in range(17))
"""Shares of the shift offered to the cover, so that its runs can also be packed; the cheapest result is kept."""
THOROUGH = 200
"""Patience below which a trunk is weighed whole only where it has few candidates; a large cover takes a minute."""
FEW_CANDIDATES = 2000
MANY = 1000
"""Candidates above which only two of these shares are tried, since each takes long."""


@dataclass(frozen=True, slots=True)
class Solved:
    """Runs of a stage, its undone tasks with reasons, and the trunk's bound."""

    drafts: tuple[Draft, ...]
    undone: dict[int, Impossible]
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """All that one stage needs to be solved; it pickles, so any process can take it.

    Parameters
    ----------
    patience
        Iterations without improvement.
    warm
        Tours to begin from, on the return: the outbound ones reversed, each with its fleet row's number.
    """

    problem: Problem
    patience: int
    seed: int
    warm: tuple[tuple[int, tuple[tuple[int, ...], ...]], ...] = ()


def solve_stage(order: Order) -> Solved:
    """Solve one stage: what is impossible leaves first, then trunk by cover or last mile by routing."""
    problem = order.problem
    undone = precheck.impossible(problem)
    tasks = [task for task in range(len(problem.tasks)) if task not in undone]
    if not tasks:
        return Solved((), undone)
    if problem.spec.overnight:
        drafts, bound = _trunk(order, tasks)
    else:
        drafts, bound = _routes(order, tasks), None
    done = {task for draft in drafts for task in draft.timed.order}
    undone |= short(problem, [task for task in tasks if task not in done])
    return Solved(tuple(drafts), undone, bound)


def nearest_neighbour(order: Order) -> Solved:
    """Solve one stage by nearest neighbour, the baseline of every report; effort and seed play no part."""
    problem = order.problem
    undone = precheck.impossible(problem)
    tasks = [task for task in range(len(problem.tasks)) if task not in undone]
    drafts, _broken = timed_tours(problem, nearest(problem, tasks, crews(problem)))
    done = {task for draft in drafts for task in draft.timed.order}
    return Solved(tuple(drafts), undone | short(problem, [task for task in tasks if task not in done]))


def _trunk(order: Order, tasks: Sequence[int]) -> tuple[Sequence[Draft], Bound | None]:
    """Solve the trunk exactly where its runs can be weighed one by one, else by the better of two heuristics.

    A bound is given only where the list of runs is complete. Where it is not and routing makes runs of more parts than
    are listed, few are listed: the cheapest runs are then not among them.
    """
    problem = order.problem
    all_listed = complete(problem, tasks)
    routed = None if all_listed else _routes(order, tasks)
    longer = routed is not None and any(len(draft.timed.order) > MOST_PARTS for draft in routed)
    quick = longer or order.patience < THOROUGH
    most_listed, most = (FEW_CANDIDATES,) * 2 if quick else (MOST_LISTED, MOST_CANDIDATES)
    listed = candidates(problem, tasks, most_listed)
    if listed is not None and len(listed) <= most:
        whole = cover(problem, tasks, listed)
        drafts = _covered(problem, tasks, listed, whole)
        if routed is None:
            return drafts, _bound(whole, drafts) if whole else None
        return min((drafts, routed), key=lambda drafts: _worth(problem, tasks, drafts)), None
    fewer = (candidates(problem, tasks, most, parts) for parts in (3, 2, 1))
    smaller = next((few for few in fewer if few is not None), [])
    covered = _covered(problem, tasks, smaller, cover(problem, tasks, smaller))
    ways = (covered, _routes(order, tasks) if routed is None else routed)
    drafts = min(ways, key=lambda drafts: _worth(problem, tasks, drafts))
    relaxed = cover(problem, tasks, listed, relaxed=True) if listed is not None and all_listed else None
    return drafts, _bound(relaxed, drafts) if relaxed else None


def _covered(
    problem: Problem, tasks: Sequence[int], listed: Sequence[Candidate], whole: Cover | None
) -> Sequence[Draft]:
    """Cover, pack, and cover again with shorter days while that packs better."""
    best: Sequence[Draft] = ()
    for slack in SLACKS if len(listed) <= MANY else SLACKS[:6:4]:
        chosen = whole if slack == 1.0 else None
        chosen = chosen or cover(problem, tasks, listed, slack=slack, optional=whole is None)
        if chosen is None:
            break
        packed: Sequence[Draft] = pack(problem, chosen.chosen)
        if _worth(problem, tasks, packed)[0]:
            packed = pack(problem, chosen.chosen, listed)
        best = min((best, packed), key=lambda drafts: _worth(problem, tasks, drafts))
        lost, rupiah = _worth(problem, tasks, best)
        if not lost and whole and rupiah <= max(whole.bound, chosen.bound) * 1.0005:
            break
    return best


def _bound(least: Cover, drafts: Sequence[Draft]) -> Bound:
    return Bound(least.bound, least.proven, least.candidates, price(drafts).rupiah)


def _routes(order: Order, tasks: Sequence[int]) -> list[Draft]:
    """Route all tasks, from the best start there is, until every run holds under exact times."""
    problem, everyone = order.problem, crews(order.problem)
    start = _start(order, tasks, everyone)
    # From packed runs little is left to find, and the way out reversed has been searched for already.
    packed = start.packed
    patience = max(order.patience // SHORT, 1) if packed else order.patience
    limits = Limits({})
    found = list(start.tours)
    for _round in range(REPAIRS):
        tours = route(
            problem,
            tasks,
            patience,
            order.seed,
            limits=limits,
            start=start.tours,
            restart=not packed and not order.warm,
        )
        found = min((tours, found), key=lambda tours: _value(problem, tasks, tours))
        _drafts, broken = timed_tours(problem, tours)
        if not broken:
            break
        limits = _narrowed(problem, limits, broken)
    drafts, _broken = timed_tours(problem, found)
    return sorted(drafts, key=lambda draft: (draft.timed.depart, draft.vehicle))


@dataclass(frozen=True, slots=True)
class _Start:
    tours: list[Tour]
    packed: bool


def _start(order: Order, tasks: Sequence[int], staff: Sequence[Crew]) -> _Start:
    """Give tours to begin from: the best of nearest neighbour's, packed single runs, and the way out reversed."""
    problem = order.problem
    ways = [nearest(problem, tasks, staff)]
    if order.warm:
        ways.append(_reversed(order, tasks, staff))
    packed = False
    if may_reload(problem, tasks, staff) or len(tasks) > LARGE:
        first = min(ways, key=lambda tours: _value(problem, tasks, tours))
        ways.append(packed_tours(problem, tasks, staff, order.patience, order.seed, first))
        packed = not _value(problem, tasks, ways[-1])[0]
    return _Start(min(ways, key=lambda tours: _value(problem, tasks, tours)), packed)


def _reversed(order: Order, tasks: Sequence[int], staff: Sequence[Crew]) -> list[Tour]:
    wanted = set(tasks)
    crew_of = {(crew.row.row, crew.day): crew for crew in reversed(staff)}
    first_day = {row: min(day for other, day in crew_of if other == row) for row, _day in crew_of}
    tours = []
    for row, runs in order.warm:
        kept = tuple(own for run in runs if (own := tuple(task for task in run if task in wanted)))
        if kept and row in first_day:
            tours.append(Tour(crew_of[row, first_day[row]], kept))
    return tours


def _value(problem: Problem, tasks: Sequence[int], tours: Sequence[Tour]) -> tuple[int, int]:
    return _worth(problem, tasks, timed_tours(problem, tours)[0])


def _worth(problem: Problem, tasks: Sequence[int], drafts: Sequence[Draft]) -> tuple[int, int]:
    """Give what makes one set of runs better than another: unserved voters, then rupiah."""
    done = {task for draft in drafts for task in draft.timed.order}
    lost = sum(problem.tasks[task].voters + 1 for task in tasks if task not in done)
    return lost, price(drafts).rupiah


def timed_tours(problem: Problem, tours: Sequence[Tour]) -> tuple[list[Draft], list[tuple[int, ...]]]:
    """Lay exact times over tours; give the runs that hold, and those that do not."""
    drafts: list[Draft] = []
    broken: list[tuple[int, ...]] = []
    used: dict[object, int] = {}
    staff = {crew.kind: crew for crew in crews(problem)}
    for tour in tours:
        crew = staff[tour.crew.kind]
        index = used.get(crew.kind, 0)
        used[crew.kind] = index + 1
        if index >= len(crew.names):
            broken.extend(tour.runs)
            continue
        last: Timed | None = None
        for run in tour.runs:
            timed = crew_run(problem, crew, index, run, last.back if last else None)
            if timed is None:
                broken.append(run)
                continue
            last = timed
            drafts.append(Draft(crew.row, crew.names[index], crew.escorts[index] if crew.escorts else None, timed))
    return drafts, broken


def _narrowed(problem: Problem, limits: Limits, broken: Sequence[tuple[int, ...]]) -> Limits:
    closes = dict(limits.closes)
    for run in broken:
        for task in run:
            before = closes.get(task, problem.child(task).closes)
            closes[task] = before - 900
    return Limits(closes)


def short(problem: Problem, tasks: Sequence[int]) -> dict[int, Impossible]:
    """Say why tasks that could each be done alone were not done together."""
    if not tasks:
        return {}
    proof = precheck.shortage(problem)
    spec = problem.spec
    vehicles = sum(row.teams for row in spec.fleet)
    guards = max((len(spec.escort_teams(day)) for day in spec.days()), default=0)
    reason = "escort_short" if spec.escort == "run" and guards < vehicles else "fleet_short"
    figures: dict[str, int | str] = {
        "base": spec.base.id,
        "vehicles": vehicles,
        "team_days": sum(len(crew.names) for crew in crews(problem)),
        "undone": len(tasks),
    }
    if proof is not None:
        reason, figures = proof.reason, figures | proof.figures
    return {task: Impossible(reason, None, figures) for task in tasks}
