"""The vehicle routing problem of one stage, solved by PyVRP.

One PyVRP vehicle type stands for a crew (alike teams of one fleet row on one working day). Effort is counted in
iterations without improvement, never in wall time: the same seed gives the same routes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyvrp import (
    Activity,
    Client,
    ClientGroup,
    Depot,
    Location,
    PenaltyParams,
    ProblemData,
    Route,
    Solution,
    VehicleType,
)

from serentak.base.clock import DAY
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crews
from serentak.routing.search import Search

LARGEST_FIXED: Final = 50_000
"""Largest fixed cost handed to PyVRP: half of its largest penalty, so that infeasibility never pays."""
SINGLE_SCALE: Final = 10
"""Finer units where no whole vehicle-day is at stake: a second of the dearest one is then about ten of them."""
PRIZE: Final = 100_000
"""Cost of leaving one voter unserved; more than any way to serve a station, so voters come before rupiah."""
MAX_PENALTY: Final = 10_000_000
"""Largest penalty where tasks are optional: under PyVRP's own limit a second too late costs less than a voter, and the
search would hardly see a solution that holds."""
FAR: Final = 10 * DAY
"""Driving time that no shift holds, for legs that do not exist; the loads forbid such visits already."""
MAX_RELOADS: Final = 40


@dataclass(frozen=True, slots=True)
class Tour:
    """What one vehicle team does on one working day: its runs in order, each a sequence of tasks."""

    crew: Crew
    runs: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Narrower latest arrivals for single tasks, found when exact times are laid over the solver's routes."""

    closes: dict[int, int]


@dataclass(frozen=True, slots=True)
class Stay:
    """A price on change: what was issued, and the rupiah of every leg that was not.

    Parameters
    ----------
    legs
        Vehicle team, and the points of the tables of legs between which it was to drive.
    """

    legs: frozenset[tuple[str, int, int]]
    rupiah: int


def route(
    problem: Problem,
    tasks: Sequence[int],
    patience: int,
    seed: int,
    *,
    everyone: Sequence[Crew] | None = None,
    limits: Limits | None = None,
    start: Sequence[Tour] = (),
    restart: bool = True,
    stay: Stay | None = None,
) -> list[Tour]:
    """Route tasks on the stage's crews.

    Parameters
    ----------
    tasks
        Tasks to be done, all of them possible by themselves.
    patience
        Iterations without improvement after which the search stops.
    everyone
        Crews to use; by default all of the stage.
    limits
        Latest arrivals narrower than the problem's.
    start
        Tours to begin from; without them the search often stays with more vehicles than it needs, since PyVRP adds
        reloads one move at a time.
    restart
        Whether a second search begins at random, and the cheaper result counts: from one start even a long search
        may end above what another finds. Where the start has been searched for already it is not worth its time.
    stay
        A price on change; the crews must then be of one team each.

    Returns
    -------
    list of Tour
        Tasks that are in none of them could not be served; they are as few voters as the search could find.
    """
    staff = list(crews(problem) if everyone is None else everyone)
    if not tasks or not staff:
        return []
    for required in (True, False):
        model = _Model(problem, list(tasks), staff, limits or Limits({}), stay, required=required)
        penalty = PenaltyParams() if required else PenaltyParams(max_penalty=MAX_PENALTY)
        search = Search(model.data, seed, penalty)
        found = [search.improved(search.descended(model.solution(start)), patience)] if start else []
        if restart or not start:
            found.append(search.from_random(patience))
        best = min(found, key=lambda result: result.cost())  # infinite where a result is not feasible
        if best.is_feasible():
            return model.tours(best.best)
    return []


def single_runs(
    problem: Problem, tasks: Sequence[int], patience: int, seed: int, staff: Sequence[Crew], start: Sequence[Tour]
) -> list[tuple[Crew, tuple[int, ...]]]:
    """Route tasks as if every run had a vehicle of its own, paid by the hour: its share of a working day.

    Where no shift holds two runs a run costs the whole day. Without reloads an iteration costs a fraction, and the
    search sees at once what a detour costs; with them it pays nothing until a whole vehicle-day is lost.

    Parameters
    ----------
    start
        Tours whose runs the search begins from; tasks that are not `tasks` are passed over.

    Returns
    -------
    list of (crew, run)
        Which kind of team should make each run; none where no feasible solution was found.
    """
    model = _Model(problem, list(tasks), list(staff), Limits({}), required=True, single=True)
    alone = [Tour(tour.crew, (run,)) for tour in start for run in tour.runs]
    search = Search(model.data, seed, PenaltyParams())
    result = search.improved(search.descended(model.solution(alone)), patience)
    if not result.is_feasible():
        return []
    return [(tour.crew, run) for tour in model.tours(result.best) for run in tour.runs]


def may_reload(problem: Problem, tasks: Sequence[int], staff: Sequence[Crew]) -> bool:
    """Tell whether some shift is long enough for two runs."""
    quickest = quickest_run(problem, tasks)
    return any(crew.shift[1] - crew.shift[0] >= 2 * quickest for crew in staff)


def quickest_run(problem: Problem, tasks: Sequence[int]) -> int:
    """Give the least time that any run can take, from loading to the return; where no way leads there, the loading."""
    spec = problem.spec
    ways = (
        there + problem.halts[task].service + seconds[point][0]
        for task in tasks
        for point in [problem.halts[task].point]
        for seconds in problem.seconds.values()
        for there in [seconds[0][point]]
        if there >= 0 and seconds[point][0] >= 0
    )
    return spec.base.handling + min(ways, default=0)


class _Model:
    """PyVRP's view of a problem; time is shifted so that none is negative."""

    def __init__(
        self,
        problem: Problem,
        tasks: list[int],
        staff: list[Crew],
        limits: Limits,
        stay: Stay | None = None,
        *,
        required: bool,
        single: bool = False,
    ) -> None:
        self.problem, self.tasks, self.staff, self.required = problem, tasks, staff, required
        self.single, self.limits, self.stay = single, limits, stay
        self.origin = min(crew.shift[0] for crew in staff)
        self.modes = sorted({crew.row.mode for crew in staff})
        self.places = [0, *sorted({problem.tasks[task].child + 1 for task in tasks})]
        self.location = {place: n for n, place in enumerate(self.places)}
        self.owner: list[int] = []
        self.crate = self._crate()
        self.weighed = self._weight_binds()
        self.barring = [mode for mode in self.modes if any(self._bars(mode, task) for task in tasks)]
        self.guarding = any(problem.spec.needs_escort(problem.child(task)) for task in tasks)
        self.guarding = self.guarding and not all(crew.escorts for crew in staff)
        self.quickest = quickest_run(problem, tasks)
        self.data = self._data()

    def _data(self) -> ProblemData:
        clients, groups = self._clients()
        depot = Depot(0, service_duration=self.problem.spec.base.handling)
        profiles: dict[tuple[str, float, int, int, str], int] = {}
        distances: list[NDArray[np.int64]] = []
        durations: list[NDArray[np.int64]] = []
        scale = self._scale()
        types = []
        for crew in self.staff:
            row = crew.row
            own = crew.names[0] if self.stay else ""
            key = (row.mode, row.speed_factor, row.team * row.cost_km, row.team * row.cost_hour, own)
            if key not in profiles:
                profiles[key] = len(distances)
                distance, duration = self._matrices(crew, scale)
                distances.append(distance)
                durations.append(duration)
            types.append(self._vehicle_type(crew, profiles[key], scale))
        locations = [Location(0, 0) for _ in self.places]
        # PyVRP's stubs ask for arrays of the type int, which no array has.
        return ProblemData(locations, clients, [depot], types, distances, durations, groups)  # type: ignore[arg-type]

    def _scale(self) -> float:
        """Give solver units a rupiah."""
        fixed = max(crew.cost_day for crew in self.staff)
        if fixed > 0:
            return LARGEST_FIXED / fixed * (SINGLE_SCALE if self.single and self._reloads() else 1)
        longest = max(float(self._rupiah(crew).max()) for crew in self.staff)
        return LARGEST_FIXED / longest if longest > 0 else 1.0

    def _reloads(self) -> bool:
        return any(crew.shift[1] - crew.shift[0] >= 2 * self.quickest for crew in self.staff)

    def _rupiah(self, crew: Crew) -> NDArray[np.float64]:
        legs = self.problem.legs[crew.row.mode, crew.row.speed_factor]
        grid = np.ix_(self.places, self.places)
        row = crew.row
        cost = legs.metres[grid] * (row.cost_km / 1000) + legs.seconds[grid] * (row.cost_hour / 3600)
        return np.maximum(cost, 0) * row.team

    def _matrices(self, crew: Crew, scale: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        grid = np.ix_(self.places, self.places)
        seconds = self.problem.legs[crew.row.mode, crew.row.speed_factor].seconds[grid]
        cost = np.rint((self._rupiah(crew) + self._price_of_change(crew)) * scale).astype(np.int64)
        missing = seconds < 0
        return np.where(missing, LARGEST_FIXED, cost), np.where(missing, FAR, seconds)

    def _price_of_change(self, crew: Crew) -> NDArray[np.float64]:
        """Give the price of legs that were not issued; durations stay true, since PyVRP keeps them apart."""
        price = np.zeros((len(self.places), len(self.places)))
        if self.stay is not None:
            price += self.stay.rupiah
            np.fill_diagonal(price, 0)
            for team, here, there in self.stay.legs:
                if team == crew.names[0] and here in self.location and there in self.location:
                    price[self.location[here], self.location[there]] = 0
        return price

    def _vehicle_type(self, crew: Crew, profile: int, scale: float) -> VehicleType:
        row, many = crew.row, len(self.tasks)
        # Dimension m counts goods that mode m cannot take there: a vehicle of mode m has no room for them. The last
        # one counts goods that need an escort. Every dimension costs time, so one that cannot bind is left out.
        capacity = [row.team * row.boxes // self.crate]
        capacity += [row.team * row.grams, row.team * row.millilitres] if self.weighed else []
        capacity += [0 if row.mode == mode else many for mode in self.barring]
        capacity += [many if crew.escorts else 0] if self.guarding else []
        shift = crew.shift[1] - crew.shift[0]
        again = shift >= 2 * self.quickest
        hourly = self.single and again
        return VehicleType(
            num_available=many if self.single else len(crew.names),
            capacity=capacity,
            fixed_cost=0 if hourly else round(crew.cost_day * scale),
            unit_duration_cost=round(crew.cost_day * scale / shift) if hourly else 0,
            tw_early=crew.shift[0] - self.origin,
            tw_late=max(self._home(crew), crew.shift[0]) - self.origin,
            profile=profile,
            reload_depots=[0] if again and not self.single else [],
            max_reloads=MAX_RELOADS,
        )

    def _crate(self) -> int:
        """Give the boxes that always travel together.

        Counted one by one they would make an overload of one station dearer than a vehicle, at PyVRP's penalties of
        the first thousands of iterations, and bar it from ways between good solutions.
        """
        return math.gcd(*(self.problem.tasks[task].boxes for task in self.tasks)) or 1

    def _weight_binds(self) -> bool:
        """Tell whether some load could be too heavy or bulky for a vehicle that has room for its boxes."""
        work = [self.problem.tasks[task] for task in self.tasks]
        return any(
            task.grams * crew.row.boxes > crew.row.grams * task.boxes
            or task.millilitres * crew.row.boxes > crew.row.millilitres * task.boxes
            for task in work
            for crew in self.staff
        )

    def _bars(self, mode: str, task: int) -> bool:
        access = self.problem.child(task).access
        return bool(access) and mode not in access

    def _home(self, crew: Crew) -> int:
        due = [self.problem.child(task).home_by for task in self.tasks]
        if any(moment is None for moment in due):
            return crew.shift[1]
        return min(crew.shift[1], max(moment for moment in due if moment is not None))

    def _clients(self) -> tuple[list[Client], list[ClientGroup]]:
        clients: list[Client] = []
        groups: list[ClientGroup] = []
        for task in self.tasks:
            spans = self._spans(task)
            group = len(groups) if len(spans) > 1 else None
            if group is not None:
                first = len(clients)
                groups.append(ClientGroup(list(range(first, first + len(spans))), required=self.required))
            for span in spans:
                clients.append(self._client(task, span, group))
                self.owner.append(task)
        return clients, groups

    def _client(self, task: int, span: tuple[int, int], group: int | None) -> Client:
        problem, work, child = self.problem, self.problem.tasks[task], self.problem.child(task)
        load = [work.boxes // self.crate]
        load += [work.grams, work.millilitres] if self.weighed else []
        load += [int(self._bars(mode, task)) for mode in self.barring]
        load += [int(problem.spec.needs_escort(child))] if self.guarding else []
        outbound = problem.spec.direction == "out"
        release = max(work.free, child.earliest - problem.spec.base.handling) - self.origin
        return Client(
            self.location[work.child + 1],
            delivery=load if outbound else [],
            pickup=[] if outbound else load,
            service_duration=child.service(work.boxes),
            tw_early=max(span[0] - self.origin, 0),
            tw_late=max(span[1] - self.origin, 0),
            release_time=max(release, 0),
            prize=0 if self.required else (work.voters + 1) * PRIZE,
            required=self.required and group is None,
            group=group,
        )

    def _spans(self, task: int) -> list[tuple[int, int]]:
        """Give the spans in which handling may start at a task's child: one a day where the place keeps hours."""
        child, work = self.problem.child(task), self.problem.tasks[task]
        closes = min(child.closes, self.limits.closes.get(task, child.closes))
        if child.home_by is not None:
            closes = min(closes, child.home_by - child.service(work.boxes) - self._quickest_home(task))
        if child.hours is None:
            return [(work.opens, max(closes, work.opens))]
        spans = []
        for day in range(work.opens // DAY - 1, closes // DAY + 1):
            first, last = max(work.opens, day * DAY + child.hours[0]), min(closes, day * DAY + child.hours[1])
            if last >= first:
                spans.append((first, last))
        return spans or [(work.opens, max(closes, work.opens))]

    def _quickest_home(self, task: int) -> int:
        point = self.problem.tasks[task].child + 1
        times = [seconds[point][0] for seconds in self.problem.seconds.values() if seconds[point][0] >= 0]
        return min(times, default=0)

    def solution(self, start: Sequence[Tour]) -> Solution:
        """Make a first solution of tours; PyVRP takes it even where it is not feasible."""
        client = {task: n for n, task in reversed(list(enumerate(self.owner)))}
        room = [len(self.tasks) if self.single else len(crew.names) for crew in self.staff]
        routes = []
        for tour in start:
            alike = [n for n, crew in enumerate(self.staff) if room[n] and crew.kind == tour.crew.kind]
            kind = next((n for n in alike if self.staff[n].names == tour.crew.names), alike[0] if alike else None)
            runs = list(filter(None, ([client[task] for task in run if task in client] for run in tour.runs)))
            if not runs or kind is None:
                continue
            room[kind] -= 1
            vehicle = self.data.vehicle_type(kind)
            # Where ways have become slower since, the shift may no longer hold the runs that it once held.
            trips = vehicle.max_reloads + 1 if vehicle.reload_depots else 1
            activities: list[Activity] = []
            for run in runs[:trips]:
                activities += [Activity("D0")] if activities else []
                activities += [Activity(f"C{n}") for n in run]
            routes.append(Route(self.data, activities, kind))
        return Solution(self.data, routes)

    def tours(self, best: Solution) -> list[Tour]:
        """Read PyVRP's routes back as tours, sorted so that equal solutions give equal plans."""
        found: list[Tour] = []
        for route_ in best.routes():
            runs: dict[int, list[int]] = {}
            for activity in route_:
                if activity.is_client():
                    runs.setdefault(activity.trip, []).append(self.owner[activity.idx])
            crew = self.staff[route_.vehicle_type()]
            found.append(Tour(crew, tuple(tuple(run) for _trip, run in sorted(runs.items()))))
        return sorted(found, key=lambda tour: (tour.crew.day, tour.crew.row.row, tour.crew.shift, tour.runs))
