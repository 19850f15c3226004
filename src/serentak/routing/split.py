"""Village groups: a hub with very many stations is cut into neighbouring groups that are routed apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from serentak.routing.problem import Problem
from serentak.routing.roster import Crew, crews

LARGE: Final = 240
"""Tasks above which a stage is cut; up to about this many the solver converges within its usual patience."""


def split(problem: Problem, tasks: Sequence[int]) -> list[tuple[list[int], list[Crew]]]:
    """Cut a stage's tasks into groups of whole villages by direction from the hub, each with its share of the crews.

    Returns
    -------
    list of (tasks, crews)
        A single group where the stage is small, or has fewer teams than groups.
    """
    everyone = crews(problem)
    number = math.ceil(len(tasks) / LARGE)
    if number <= 1 or any(len(crew.names) < number for crew in everyone):
        return [(list(tasks), everyone)]
    groups = _sweep(problem, tasks, number)
    weights = [sum(problem.tasks[task].boxes for task in group) for group in groups]
    shares = {id(crew): _apportion(len(crew.names), weights) for crew in everyone}
    result = []
    for place, group in enumerate(groups):
        staff = []
        for crew in everyone:
            first, count = sum(shares[id(crew)][:place]), shares[id(crew)][place]
            own = slice(first, first + count)
            if count:
                staff.append(Crew(crew.row, crew.day, crew.names[own], crew.escorts[own], crew.shift))
        result.append((group, staff))
    return result


def _sweep(problem: Problem, tasks: Sequence[int], number: int) -> list[list[int]]:
    base = problem.spec.base
    villages: dict[str, list[int]] = {}
    for task in tasks:
        villages.setdefault(problem.child(task).id[:13], []).append(task)

    def angle(village: list[int]) -> float:
        points = [problem.child(task).point for task in village]
        lat = sum(point.lat for point in points) / len(points) - base.lat
        lon = sum(point.lon for point in points) / len(points) - base.lon
        return math.atan2(lat, lon)

    ordered = sorted(villages.values(), key=lambda village: (angle(village), village[0]))
    groups: list[list[int]] = [[] for _ in range(number)]
    filled, total = 0, len(tasks)
    for village in ordered:
        groups[min(number - 1, filled * number // total)].extend(village)
        filled += len(village)
    return [group for group in groups if group]


def _apportion(teams: int, weights: Sequence[int]) -> list[int]:
    """Share teams out by largest remainder, at least one each."""
    total = sum(weights)
    shares = [max(1, teams * weight // total) for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda n: (-(teams * weights[n] % total), n))
    while sum(shares) > teams:
        shares[max(range(len(shares)), key=lambda n: shares[n])] -= 1
    for n in remainders * 2:
        if sum(shares) < teams:
            shares[n] += 1
    return shares
