"""Goods that a lost team left on the road: another team drives there, takes them over, and delivers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serentak.routing.problem import Problem
from serentak.routing.replan_slots import Slot, Work
from serentak.routing.timing import Timed


@dataclass(frozen=True, slots=True)
class Relief:
    """A load that waits on the road: the task of taking it over, and the tasks of delivering it, in order."""

    take_over: int
    deliver: tuple[int, ...]


def relieve(
    problem: Problem, slots: Mapping[tuple[str, int], Slot], load: Relief, price_of_change: int
) -> list[tuple[int, ...]]:
    """Give the load to the team that can take it at the least cost, whole where one team carries it.

    A run of relief goes before, between or after a team's runs; what follows it is timed again, and where it does
    not hold any more it is opened for planning anew.

    Returns
    -------
    list of tuple of int
        Runs of relief that were given to a team, each with the task of taking over first.
    """
    if not load.deliver:
        return []
    order = (load.take_over, *load.deliver)
    ways = [way for key, slot in slots.items() for way in _ways(problem, key, slot, order, price_of_change)]
    if ways:
        _cost, _arrive, key, before, relief, after = min(ways, key=lambda way: way[:3])
        slot = slots[key]
        standing = slot.work
        slot.work = [*standing[:before], Work(relief), *after]
        slot.open = [*(work.timed.order for work in standing[before + len(after) :]), *slot.open]
        return [order]
    if len(load.deliver) == 1:
        return []
    half = len(load.deliver) // 2
    parts = (load.deliver[:half], load.deliver[half:])
    return [run for part in parts for run in relieve(problem, slots, Relief(load.take_over, part), price_of_change)]


def _ways(
    problem: Problem, key: tuple[str, int], slot: Slot, order: Sequence[int], price_of_change: int
) -> list[tuple[int, int, tuple[str, int], int, Timed, list[Work]]]:
    """Give every place a relief can have in a slot's day: its cost, last arrival, and the runs after it that hold."""
    found = []
    for before in range(len(slot.work) + 1):
        busy = slot.work[before - 1].timed.back if before else None
        relief = slot.time(problem, order, busy)
        if relief is None:
            continue
        after: list[Work] = []
        busy, changed, voters = relief.back, 0, 0
        for work in slot.work[before:]:
            timed = slot.time(problem, work.timed.order, busy)
            if timed is None:
                rest = [task for other in slot.work[before + len(after) :] for task in other.timed.order]
                voters = sum(problem.tasks[task].voters + 1 for task in rest)
                break
            after.append(Work(timed, work.issued))
            busy = timed.back
            changed += sum(new[0] != old[0] for new, old in zip(timed.halts, work.timed.halts, strict=True))
        # Who must be planned anew may end unserved, so that costs more than any detour.
        cost = slot.cost([relief]) + price_of_change * changed + 1_000_000 * voters
        found.append((cost, relief.halts[-1][0], key, before, relief, after))
    return found
