"""Village groups: a hub with very many stations is cut into neighbouring groups that are routed apart first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from serentak.routing.problem import Problem

LARGE: Final = 240
"""Tasks above which a stage is cut; up to about this many the solver converges within its usual patience."""


def split(problem: Problem, tasks: Sequence[int]) -> list[list[int]]:
    """Cut a stage's tasks into groups of whole villages by direction from the hub; one group where it is small."""
    number = math.ceil(len(tasks) / LARGE)
    return [list(tasks)] if number <= 1 else _sweep(problem, tasks, number)


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
