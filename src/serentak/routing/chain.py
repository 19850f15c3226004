"""A whole direction: stage after stage, what one delivers is what the next may load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import groupby

from serentak.kit.kits import Kits
from serentak.plan.model import Direction, Stage, Unserved
from serentak.plan.stages import StageSpec, Unit, pin_direction
from serentak.routing.draft import Draft, as_run, price
from serentak.routing.precheck import Impossible
from serentak.routing.problem import Problem, make_problem
from serentak.routing.stage import Order, Solved, solve_stage
from serentak.territory.model import District
from serentak.travel import Travel

Progress = Callable[[str, int, int, int], None]
"""Told after every stage: phase, stages done, stages in all, rupiah so far."""
Solver = Callable[[Order], Solved]
NamedTours = tuple[tuple[int, tuple[tuple[str, ...], ...]], ...]
"""Tours of a base: the fleet row's number, and runs as the ids of their children."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How hard to search, with which random numbers, and where."""

    patience: int
    seed: int
    executor: Executor | None = None
    progress: Progress | None = None
    solver: Solver = solve_stage


@dataclass(slots=True)
class Flow:
    """Goods on their way in one direction.

    Parameters
    ----------
    available
        Second from which goods may be loaded where they now are, by station id or name of recapitulation boxes; on
        the return, only which goods travel at all.
    ready
        Second at which all goods of a place are there and handled (return), by place.
    lost
        Stations that are not served, with the reason; recapitulation boxes that do not travel stand here too.
    """

    direction: Direction
    available: dict[str, int]
    ready: dict[str, int] = field(default_factory=dict)
    lost: dict[str, Unserved] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    tours: dict[str, NamedTours] = field(default_factory=dict)


def run_direction(
    district: District,
    kits: Kits,
    travel: Travel,
    specs: list[StageSpec],
    start: Mapping[str, int],
    settings: Settings,
    warm: Mapping[str, NamedTours] | None = None,
) -> Flow:
    """Solve all stages of a direction.

    Parameters
    ----------
    specs
        Stages in planning order.
    start
        Second from which goods may be loaded at their first base, by station id or name of recapitulation boxes;
        goods that are not named do not travel.
    warm
        Tours of the outbound direction, reversed: where the return begins its search.
    """
    flow = Flow(specs[0].direction if specs else "out", dict(start))
    single = single_kits(district, kits)
    done = 0
    for _level, level in groupby(specs, key=_depth(district)):
        orders = []
        for spec in level:
            pins = tuple(pin for pin in district.pins if pin.kind == "vehicle" and pin_direction(pin) == spec.direction)
            problem = make_problem(spec, travel, flow.available, flow.ready, single, pins)
            tours = _tasks_of(problem, (warm or {}).get(spec.base.id, ()))
            orders.append(Order(problem, settings.patience, settings.seed, tours))
        solving = settings.executor.map if settings.executor else map
        for order, solved in zip(orders, solving(settings.solver, orders), strict=True):
            _take(flow, order.problem, solved)
            done += 1
            if settings.progress is not None:
                settings.progress(flow.direction, done, len(specs), price(flow.drafts).rupiah)
    return flow


def _depth(district: District) -> Callable[[StageSpec], int]:
    parents = {place.id: place.parent for place in district.places}

    def depth(spec: StageSpec) -> int:
        steps, here = 0, spec.base.id
        while parents[here]:
            steps, here = steps + 1, parents[here]
        return steps

    return depth


def single_kits(district: District, kits: Kits) -> dict[str, Unit]:
    """Give the kit of every station as a unit of its own."""
    units = {}
    for station in district.stations:
        kit = kits.stations[station.id]
        units[station.id] = Unit(station.id, (station.id,), len(kit.boxes), kit.grams, kit.millilitres, station.voters)
    return units


def _tasks_of(problem: Problem, tours: NamedTours) -> tuple[tuple[int, tuple[tuple[int, ...], ...]], ...]:
    """Find the tasks that tours of children's ids stand for; none where children have several parts."""
    task = {problem.child(n).id: n for n in range(len(problem.tasks))}
    if len(task) != len(problem.tasks):
        return ()
    return tuple((row, tuple(tuple(task[at] for at in run if at in task) for run in runs)) for row, runs in tours)


def _take(flow: Flow, problem: Problem, solved: Solved) -> None:
    """Book what a stage delivered and what it left undone."""
    spec = problem.spec
    for task, why in solved.undone.items():
        _lose(flow, _names(problem, task), why)
    for draft in solved.drafts:
        for task, (_arrive, handed_over, _depart) in zip(draft.timed.order, draft.timed.halts, strict=True):
            if spec.direction == "out":
                flow.available |= dict.fromkeys(_names(problem, task), handed_over)
        if spec.direction == "back":
            # A vehicle may be on its way to goods that are not ready yet; only collecting them has to wait.
            boxes = sum(problem.tasks[task].boxes for task in draft.timed.order)
            handled = draft.timed.back + spec.base.handling + spec.base.seconds_per_box * boxes
            flow.ready[spec.base.id] = max(flow.ready.get(spec.base.id, handled), handled)
    runs = tuple(as_run(problem, draft, f"{spec.id}:{n}") for n, draft in enumerate(solved.drafts, 1))
    flow.stages.append(Stage(spec.id, spec.direction, spec.tier, spec.base.id, spec.window, runs, solved.bound))
    flow.drafts.extend(solved.drafts)
    flow.tours[spec.base.id] = _reversed_tours(problem, solved.drafts)


def _names(problem: Problem, task: int) -> list[str]:
    return [name for unit in problem.tasks[task].units for name in unit.stations or (unit.name,)]


def _lose(flow: Flow, names: Iterable[str], why: Impossible) -> None:
    for name in names:
        flow.available.pop(name, None)
        flow.lost[name] = Unserved(name, flow.direction, why.reason, why.earliest, why.figures)


def _reversed_tours(problem: Problem, drafts: Iterable[Draft]) -> NamedTours:
    tours: dict[tuple[int, str, int], list[tuple[str, ...]]] = {}
    for draft in drafts:
        run = tuple(problem.child(task).id for task in reversed(draft.timed.order))
        tours.setdefault((draft.row.row, draft.vehicle, draft.timed.first_day), []).insert(0, run)
    return tuple((row, tuple(runs)) for (row, _vehicle, _day), runs in tours.items())
