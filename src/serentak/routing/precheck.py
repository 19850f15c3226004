"""What cannot be done whatever the solver: arithmetic proofs, with the smallest change that would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serentak.base.clock import MINUTE
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crew_run, crews
from serentak.routing.timing import opening
from serentak.territory.model import FleetRow


@dataclass(frozen=True, slots=True)
class Impossible:
    """A task that no vehicle of its stage can do, with the reason.

    Parameters
    ----------
    reason
        Code, see `serentak.plan.reasons`.
    earliest
        Earliest possible arrival at the child (outbound) or back at the base (return), or None if never.
    figures
        The arithmetic, among it the smallest relaxation that would help.
    """

    reason: str
    earliest: int | None
    figures: dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Shortage:
    """A stage whose fleet or escorts cannot do all its tasks, by an area bound.

    Parameters
    ----------
    reason
        ``fleet_short`` or ``escort_short``.
    needed, available
        Team-seconds.
    """

    reason: str
    needed: int
    available: int
    figures: dict[str, int | str]


def impossible(
    problem: Problem, staff: Sequence[Crew] | None = None, tasks: Sequence[int] | None = None
) -> dict[int, Impossible]:
    """Find the tasks that cannot be done even by a run of their own with every vehicle free.

    Parameters
    ----------
    staff, tasks
        Crews that there are and tasks asked about; by default all of the stage.

    Returns
    -------
    dict
        By task; empty when each task alone can be done.
    """
    everyone = crews(problem) if staff is None else list(staff)
    found: dict[int, Impossible] = {}
    for task in range(len(problem.tasks)) if tasks is None else tasks:
        if not any(_alone(problem, crew, task) for crew in everyone):
            found[task] = _reason(problem, everyone, task)
    return found


def _alone(problem: Problem, crew: Crew, task: int) -> bool:
    row = crew.row
    if not problem.reaches(row, task) or not problem.carries(row, [task]):
        return False
    if problem.spec.needs_escort(problem.child(task)) and not crew.escorts:
        return False
    return crew_run(problem, crew, 0, (task,)) is not None


def _reason(problem: Problem, everyone: list[Crew], task: int) -> Impossible:
    spec, child = problem.spec, problem.child(task)
    fleet = [row for row in spec.fleet if row.teams]
    if not fleet:
        return Impossible("no_vehicle", None, {"base": spec.base.id})
    reaching = [row for row in fleet if problem.reaches(row, task)]
    if not reaching:
        return Impossible("no_mode", None, {"base": spec.base.id, "access": ", ".join(child.access)})
    carrying = [row for row in reaching if problem.carries(row, [task])]
    if not carrying:
        work = problem.tasks[task]
        largest = max(row.team * row.boxes for row in reaching)
        if work.boxes > largest:
            return Impossible("too_large", None, {"boxes": work.boxes, "largest": largest})
        kg, litres = -(-work.grams // 1000), -(-work.millilitres // 1000)
        return Impossible("too_heavy", None, {"boxes": work.boxes, "kg": kg, "litres": litres})
    driving = [row for row in carrying if _there_and_back(problem, row, task)]
    if not driving:
        modes = ", ".join(dict.fromkeys(row.mode for row in carrying))
        return Impossible("no_way", None, {"base": spec.base.id, "modes": modes})
    best = min(driving, key=lambda row: problem.seconds[row.mode, row.speed_factor][0][_point(problem, task)])
    arrival, home = _freely(problem, best, task)
    earliest = arrival if spec.direction == "out" else home
    if not any(spec.shift(day, row) for day in spec.days() for row in driving):
        return Impossible("no_day", earliest, {"base": spec.base.id})
    own = [crew for crew in everyone if crew.row in driving]
    if spec.needs_escort(child) and not any(crew.escorts for crew in own):
        return Impossible("no_escort", earliest, {"base": spec.base.id})
    if not own:
        return Impossible("no_day", earliest, {"base": spec.base.id})
    shift = max(crew.shift[1] - crew.shift[0] for crew in own)
    return _too_late(problem, best, task, arrival, home, shift)


def _there_and_back(problem: Problem, row: FleetRow, task: int) -> bool:
    """Tell whether there is a way to the child and a way home."""
    seconds, point = problem.seconds[row.mode, row.speed_factor], _point(problem, task)
    return seconds[0][point] >= 0 and seconds[point][0] >= 0


def _point(problem: Problem, task: int) -> int:
    return problem.tasks[task].child + 1


def _freely(problem: Problem, row: FleetRow, task: int) -> tuple[int, int]:
    """Give arrival at the child and return home of a direct run that no hours or windows hold back."""
    child, work = problem.child(task), problem.tasks[task]
    seconds = problem.seconds[row.mode, row.speed_factor]
    there, back = seconds[0][_point(problem, task)], seconds[_point(problem, task)][0]
    arrival = max(work.free + problem.spec.base.handling, child.earliest) + there
    start = opening(child, work.opens, arrival)
    return start, start + child.service(work.boxes) + back


def _too_late(problem: Problem, row: FleetRow, task: int, arrival: int, home: int, shift: int) -> Impossible:
    spec, child = problem.spec, problem.child(task)
    seconds = problem.seconds[row.mode, row.speed_factor]
    there = seconds[0][_point(problem, task)]
    round_trip = spec.base.handling + there + problem.halts[task].service
    round_trip += seconds[_point(problem, task)][0]
    earliest = arrival if spec.direction == "out" else home
    late = arrival - child.closes if child.home_by is None else home - child.home_by
    if late > 0:
        figures: dict[str, int | str] = {
            "due": child.closes if child.home_by is None else child.home_by,
            "late_minutes": -(-late // MINUTE),
            "vehicle": row.type,
        }
        return Impossible("window", earliest, figures)
    lacking = round_trip - shift
    figures = {
        "round_trip_minutes": -(-round_trip // MINUTE),
        "working_minutes": shift // MINUTE,
        "vehicle": row.type,
    }
    if lacking > 0:
        return Impossible("hours", earliest, figures | {"lacking_minutes": -(-lacking // MINUTE)})
    return Impossible(
        "window_and_hours",
        earliest,
        figures | {"due": child.closes if child.home_by is None else child.home_by},
    )


def shortage(problem: Problem) -> Shortage | None:
    """Prove that a stage's teams cannot do all the tasks that each could be done alone, where arithmetic can.

    The bound: every run needs loading, the way to its nearest task and the way home from the nearest, and every task
    needs its handling. Team-hours of the working days that touch the window stand against it.
    """
    spec = problem.spec
    hopeless = impossible(problem)
    tasks = {n: task for n, task in enumerate(problem.tasks) if n not in hopeless}
    everyone = [crew for crew in crews(problem) if any(problem.reaches(crew.row, n) for n in tasks)]
    if not tasks:
        return None
    capacity = max(crew.row.team * crew.row.boxes for crew in everyone)
    runs = -(-sum(task.boxes for task in tasks.values()) // capacity)
    points = [task.child + 1 for task in tasks.values()]
    nearest = min(max(0, seconds[0][point]) for seconds in problem.seconds.values() for point in points)
    nearest += min(max(0, seconds[point][0]) for seconds in problem.seconds.values() for point in points)
    service = sum(problem.halts[task].service for task in tasks)
    needed = runs * (spec.base.handling + nearest) + service
    available = sum(len(crew.names) * (crew.shift[1] - crew.shift[0]) for crew in everyone)
    if needed <= available:
        return None
    per_day = max(crew.shift[1] - crew.shift[0] for crew in everyone)
    short = -(-(needed - available) // per_day)
    vehicles = sum(row.teams for row in spec.fleet)
    guards = max((len(spec.escort_teams(day)) for day in spec.days()), default=0)
    reason = "escort_short" if spec.escort == "run" and guards < vehicles else "fleet_short"
    figures: dict[str, int | str] = {"needed_hours": -(-needed // 3600), "available_hours": available // 3600}
    return Shortage(reason, needed, available, figures | {"more_team_days": short})
