"""What a re-plan changes, for people: whom, what, and the new times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

from serentak.plan.model import Direction, Plan, Run, Stop

Change = Literal["kept", "moved", "earlier", "later", "new", "dropped"]
TOLERANCE: Final = 15 * 60
"""Seconds by which a stop may shift and still count as unchanged."""


@dataclass(frozen=True, slots=True)
class StopChange:
    """What became of one stop.

    Parameters
    ----------
    at
        Station or place.
    direction
        ``out`` or ``back``.
    change
        ``later``, ``earlier``: the same run and vehicle at another time; ``moved``: on another run or vehicle, or after
        other stops; ``new``, ``dropped``: served only now, or no longer; ``kept``: as issued.
    old_run, new_run, old_vehicle, new_vehicle, old_arrive, new_arrive
        Empty or None where there was or is none.
    """

    at: str
    direction: Direction
    change: Change
    old_run: str
    new_run: str
    old_vehicle: str
    new_vehicle: str
    old_arrive: int | None
    new_arrive: int | None

    def as_dict(self) -> dict[str, object]:
        """Give it as plain data."""
        return asdict(self)

    @property
    def shift(self) -> int | None:
        """Seconds later than issued, below zero where earlier."""
        return None if self.old_arrive is None or self.new_arrive is None else self.new_arrive - self.old_arrive


@dataclass(frozen=True, slots=True)
class Difference:
    """What a plan changes in another.

    Parameters
    ----------
    stops
        Every stop of either plan, those that are as issued too, in the order of the new plan.
    rupiah
        Cost of the new plan less that of the old one.
    """

    stops: tuple[StopChange, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    rupiah: int

    @property
    def changes(self) -> list[StopChange]:
        """Stops that are not as issued."""
        return [stop for stop in self.stops if stop.change != "kept"]

    def unchanged(self, tolerance: int = TOLERANCE) -> tuple[int, int]:
        """Count the stops with the same vehicle and order, shifted by the tolerance at most, and all stops issued."""
        issued = [stop for stop in self.stops if stop.old_run]
        near = [stop for stop in issued if stop.change in ("kept", "later", "earlier")
                and abs(stop.shift or 0) <= tolerance]  # fmt: skip
        return len(near), len(issued)


def changed_runs(issued: Plan, plan: Plan) -> tuple[str, ...]:
    """Give the runs that need new paper: new ones, and those that differ; a run that ended on the road needs none."""
    old = {run.id: run for stage in issued.stages for run in stage.runs}
    over = set(plan.replan.lost) if plan.replan else set()
    runs = (run for stage in plan.stages for run in stage.runs)
    return tuple(run.id for run in runs if run != old.get(run.id) and run.id not in over)


def withdrawn_runs(issued: Plan, plan: Plan) -> tuple[str, ...]:
    """Give the runs whose paper is void."""
    new = {run.id for stage in plan.stages for run in stage.runs}
    return tuple(run.id for stage in issued.stages for run in stage.runs if run.id not in new)


Key = tuple[Direction, str, tuple[str, ...]]
Placed = tuple[Run, Stop, str]
"""A stop, its run, and the stop before it."""


def compare(issued: Plan, plan: Plan) -> Difference:
    """Compare a plan with the one it replaces."""
    old, new = dict(_stops(issued)), dict(_stops(plan))
    partner = _partners(old, new)
    found = [_change(key, old.get(partner.get(key, key)), placed) for key, placed in new.items()]
    found += [_change(key, placed, None) for key, placed in old.items() if key not in partner.values()]
    rupiah = plan.totals.rupiah - issued.totals.rupiah
    return Difference(tuple(found), changed_runs(issued, plan), withdrawn_runs(issued, plan), rupiah)


def _partners(old: Mapping[Key, Placed], new: Mapping[Key, Placed]) -> dict[Key, Key]:
    """Give the issued stop that each stop continues: with the same goods, else the next one at the same place."""
    partner = {key: key for key in new if key in old}
    left: dict[tuple[Direction, str], list[Key]] = {}
    for key in old:
        if key not in partner:
            left.setdefault(key[:2], []).append(key)
    for key in new:
        if key not in partner and left.get(key[:2]):
            partner[key] = left[key[:2]].pop(0)
    return partner


def _stops(plan: Plan) -> Iterator[tuple[Key, Placed]]:
    seen: dict[tuple[Direction, str], int] = {}
    for stage in plan.stages:
        for run in stage.runs:
            before = stage.base
            for stop in run.stops:
                # A place may be served in several parts; they are told apart by what they bring.
                number = seen.get((stage.direction, stop.at), 0)
                seen[stage.direction, stop.at] = number + 1
                own = tuple(sorted(stop.units)) or (() if not number else (str(number),))
                yield (stage.direction, stop.at, own), (run, stop, before)
                before = stop.at


def _change(key: Key, old: Placed | None, new: Placed | None) -> StopChange:
    direction, at, _units = key
    return StopChange(
        at,
        direction,
        _kind(old, new),
        old[0].id if old else "",
        new[0].id if new else "",
        old[0].vehicle if old else "",
        new[0].vehicle if new else "",
        old[1].arrive if old else None,
        new[1].arrive if new else None,
    )


def _kind(old: Placed | None, new: Placed | None) -> Change:
    if old is None or new is None:
        return "new" if old is None else "dropped"
    if (old[0].id, old[0].vehicle, old[2]) != (new[0].id, new[0].vehicle, new[2]):
        return "moved"
    if old[1].arrive == new[1].arrive:
        return "kept"
    return "later" if new[1].arrive > old[1].arrive else "earlier"
