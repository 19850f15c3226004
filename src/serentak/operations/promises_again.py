"""What a re-plan promises beyond its runs: goods that wait with a lost team, are brought back, or went other ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serentak.plan.replanned import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from serentak.operations.plan import Ground
    from serentak.plan.model import Direction, Plan, Run, Stranded


class Again:
    """What a plan says of the plan that it replaces, as far as hand-overs follow from it; nothing for a first plan.

    Attributes
    ----------
    stranded
        What each lost run left on the road.
    elsewhere
        Who has goods that no run carries, by direction.
    holder
        Team that has each box or bundle left on the road.
    """

    def __init__(self, plan: Plan, ground: Ground) -> None:
        record, before = plan.replan, ground.before
        self.stranded: dict[str, list[Stranded]] = {}
        self.elsewhere: dict[Direction, dict[str, str]] = {direction: {} for direction in DIRECTIONS}
        self.holder: dict[str, str] = {}
        self._brought_back = record.brought_back if record else ()
        self._drivers = dict(record.logged.vehicles) if record and record.logged else {}
        self._runs = {run.id for stage in plan.stages for run in stage.runs}
        issued = before.issued.stages if before is not None else ()
        self._issued = {run.id: run for stage in issued for run in stage.runs}
        for left in record.stranded if record else ():
            self.stranded.setdefault(left.run, []).append(left)
        for one in record.elsewhere if record else ():
            self.elsewhere[one.direction][one.goods] = one.at

    def driver(self, run: str, vehicle: str) -> str:
        """Give the team that drives a run: by the log where another one does."""
        return self._drivers.get(run, vehicle)

    def left_by(self, run: str, kits: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        """Give the boxes and bundles that a run left on the road."""
        for left in self.stranded.get(run, ()):
            for name in left.goods:
                yield from kits[name]

    def brought_back_by(self, run: str, kits: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        """Give the boxes and bundles that a run brings back to its base."""
        for back in self._brought_back:
            if back.run == run:
                for name in back.goods:
                    yield from kits[name]

    def called_off(self, stage: str, kits: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Run, tuple[str, ...], int]]:
        """Give runs of a stage that are no more, what they bring back, and when it is free again."""
        for back in self._brought_back:
            run = self._issued.get(back.run)
            if back.stage == stage and back.run not in self._runs and run is not None:
                yield run, tuple(self.brought_back_by(back.run, kits)), back.free
