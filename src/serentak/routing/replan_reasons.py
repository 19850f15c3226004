"""Why tasks of a stage cannot be done by the teams that a re-plan has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from serentak.routing import precheck
from serentak.routing.precheck import Impossible
from serentak.routing.problem import Problem
from serentak.routing.roster import Crew
from serentak.routing.stage import short
from serentak.travel import Point, Travel


@dataclass(frozen=True, slots=True)
class Reasons:
    """Gives reasons for one stage.

    Parameters
    ----------
    problem
        The stage under its closures.
    free, points
        The ways without closures, and the points between which they lead: they tell what is closed from what never was
        a way.
    staff
        Crews that are left.
    """

    problem: Problem
    free: Travel
    points: Sequence[Point]
    staff: Sequence[Crew]

    def hopeless(self, tasks: Sequence[int]) -> dict[int, Impossible]:
        """Find what no team that is left can do even by a run of its own."""
        found = precheck.impossible(self.problem, self.staff, tasks)
        # Where only the direct way is closed, a run may still come by way of another stop.
        found = {task: why for task, why in found.items() if why.reason != "no_way" or not self._by_detour(task)}
        return {task: self._because(task, why) for task, why in found.items()}

    def no_room(self, tasks: Sequence[int]) -> dict[int, Impossible]:
        """Say why tasks that could each be done alone were not done together."""
        why = short(self.problem, tasks)
        direct = precheck.impossible(self.problem, self.staff, list(tasks))
        return why | {task: self._because(task, one) for task, one in direct.items()}

    def _because(self, task: int, why: Impossible) -> Impossible:
        """Say closed where the way is closed, and no team where none is left."""
        base = self.problem.spec.base.id
        if why.reason == "no_way":
            legs = {pace: self.free.legs(self.points, *pace) for pace in self.problem.legs}
            problem = replace(self.problem, legs=legs)
            point = problem.halts[task].point
            if any(seconds[0][point] >= 0 for seconds in problem.seconds.values()):
                modes = sorted({mode for mode, _factor in problem.legs})
                return Impossible("closed", None, {"base": base, "modes": ", ".join(modes)})
        if not any(self.problem.reaches(crew.row, task) for crew in self.staff) and why.reason == "no_day":
            return Impossible("no_team", None, {"base": base})
        return why

    def _by_detour(self, task: int) -> bool:
        """Tell whether some vehicle could reach a task and come home by way of one other stop each way."""
        point = self.problem.halts[task].point
        for row in self.problem.spec.fleet:
            seconds = self.problem.seconds[row.mode, row.speed_factor]
            if self.problem.reaches(row, task):
                there = any(seconds[0][via] >= 0 and seconds[via][point] >= 0 for via in range(len(seconds)))
                back = any(seconds[point][via] >= 0 and seconds[via][0] >= 0 for via in range(len(seconds)))
                if there and back:
                    return True
        return False
