"""A run as routing knows it, before it is written into a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from serentak.plan.cost import RunCost, Sums, add_up
from serentak.plan.model import Run, Stop
from serentak.routing.problem import Problem
from serentak.routing.timing import Timed
from serentak.territory.model import EscortRow, FleetRow


@dataclass(frozen=True, slots=True)
class Draft:
    """A timed run with its vehicle team and escort."""

    row: FleetRow
    vehicle: str
    escort: tuple[str, EscortRow] | None
    timed: Timed

    @property
    def cost(self) -> RunCost:
        """What enters the price of a plan."""
        timed = self.timed
        days = range(timed.first_day, timed.last_day + 1)
        return RunCost(self.row, self.vehicle, self.escort, days, timed.metres, timed.seconds)


def price(drafts: Iterable[Draft]) -> Sums:
    """Add up the cost of runs."""
    return add_up(draft.cost for draft in drafts)


def as_run(problem: Problem, draft: Draft, run_id: str) -> Run:
    """Write a draft as a run of a plan; boxes on board follow from the direction."""
    timed, outbound = draft.timed, problem.spec.direction == "out"
    boxes = [problem.tasks[task].boxes for task in timed.order]
    load = sum(boxes) if outbound else 0
    stops = []
    for task, (arrive, _done, depart), moved in zip(timed.order, timed.halts, boxes, strict=True):
        load += -moved if outbound else moved
        child = problem.child(task)
        units = () if child.is_station else tuple(unit.name for unit in problem.tasks[task].units)
        stops.append(Stop(child.id, arrive, depart, moved, load, units))
    return Run(
        id=run_id,
        type=draft.row.type,
        vehicle=draft.vehicle,
        team=draft.row.team,
        day=timed.first_day,
        escort=draft.escort[0] if draft.escort else None,
        depart=timed.depart,
        return_=timed.back,
        stops=tuple(stops),
    )
