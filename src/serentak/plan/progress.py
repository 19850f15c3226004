"""How far a plan has come at a moment, if everything goes as planned: every run, vehicle and kit.

Whoever knows better than the plan, such as a log of hand-overs, gives another `State`; nobody who reads one asks where
it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from serentak.base.clock import DAY
from serentak.kit.kits import Kits
from serentak.plan.check_goods import Goods
from serentak.plan.model import Direction, Elsewhere, Plan, Run, Stage, Stop
from serentak.plan.stages import StageSpec, is_recap
from serentak.plan.violations import Findings
from serentak.territory.model import District

Phase = Literal["waiting", "loaded", "under_way", "back"]
"""A run whose loading has not begun; one that is loaded; one that has left; one that is home, or ended on the road."""


@dataclass(frozen=True, slots=True)
class RunState:
    """How far a run has come.

    Parameters
    ----------
    stage
        Stage it belongs to.
    run
        The run as planned.
    phase
        See `Phase`.
    done
        Stops at which handling has begun; it may still go on at the last of them. A team that waits at a stop for it to
        open counts as on its way there.
    here
        Id of the stop, or of the base, that it reached last.
    left
        Moment at which it leaves there, or left; the end of the run where it is back.
    goods
        Kits (by station id) and recapitulation boxes handed over or taken on board, a tuple a stop.
    returning
        Goods on board that it brings back, as an earlier re-plan decided.
    """

    stage: Stage
    run: Run
    phase: Phase
    done: int
    here: str
    left: int
    goods: tuple[tuple[str, ...], ...]
    returning: tuple[str, ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether it has been loaded, so that vehicle and load stay as they are."""
        return self.phase != "waiting"

    def toward(self) -> str | None:
        """Give where it is going, or will go next; None where it is back."""
        if self.phase in ("waiting", "back"):
            return None
        return self.run.stops[self.done].at if self.done < len(self.run.stops) else self.stage.base


@dataclass(frozen=True, slots=True)
class State:
    """A plan at a moment.

    Parameters
    ----------
    at
        Seconds from 00:00 local time on H.
    runs
        By run id.
    whereabouts
        Where each kit and each kecamatan's recapitulation boxes are: id of a place, a station, or a run; the latest
        direction in which they have moved counts.
    """

    at: int
    runs: Mapping[str, RunState]
    whereabouts: Mapping[str, str]

    def vehicle(self, name: str) -> RunState | None:
        """Give the run that a vehicle team is loaded for or out on, or None where it stands at its base."""
        own = (state for state in self.runs.values() if state.run.vehicle == name)
        return next((state for state in own if state.phase in ("loaded", "under_way")), None)


def planned_state(
    plan: Plan,
    district: District,
    kits: Kits,
    specs: Iterable[StageSpec],
    at: int,
    elsewhere: Iterable[Elsewhere] = (),
    progress: Mapping[str, tuple[Phase, int]] = MappingProxyType({}),
) -> State:
    """Give the state that a plan has at a moment if everything goes as planned.

    Parameters
    ----------
    specs
        Stages of both directions, those of the plan's temporary places included.
    elsewhere
        Goods that are where no run brings them.
    progress
        Phase and number of stops done of runs of which that is known better than by their times.
    """
    stages = {spec.id: spec for spec in specs}
    ended = set(plan.replan.lost) if plan.replan else set()
    early = set(plan.replan.loaded) if plan.replan else set()
    returning = {back.run: back.goods for back in plan.replan.brought_back} if plan.replan else {}
    runs: dict[str, RunState] = {}
    whereabouts: dict[str, str] = {}
    before: Goods | None = None
    directions: tuple[Direction, ...] = ("out", "back")
    for direction in directions:
        goods = Goods(district, kits, direction, before, Findings(), elsewhere)
        if before is None:
            whereabouts.update(goods.at)
        before = goods
        for stage in plan.stages:
            spec = stages.get(stage.id)
            if stage.direction != direction or spec is None:
                continue
            for run in stage.runs:
                carried = carry(goods, spec, run)
                if plan.replan is not None:
                    goods.strand(run.id, plan.replan.stranded)
                if run.id in progress:
                    state = _known_state(stage, run, carried, *progress[run.id])
                else:
                    state = _run_state(stage, spec, run, carried, at, ended=run.id in ended, early=run.id in early)
                state = replace(state, returning=returning.get(run.id, ()))
                runs[run.id] = state
                _locate(whereabouts, state, ended=run.id in ended)
                for left in plan.replan.stranded if plan.replan and state.phase == "back" else ():
                    if left.run == run.id:
                        whereabouts.update(dict.fromkeys(left.goods, left.place))
    whereabouts.update((one.goods, one.at) for one in elsewhere)
    return State(at, runs, whereabouts)


def carry(goods: Goods, spec: StageSpec, run: Run) -> tuple[tuple[str, ...], ...]:
    """Book what a run moves, whatever its times, and give it by stop."""
    children = {child.id: child for child in spec.children}
    carried = []
    for stop in run.stops:
        names = goods.resolve(spec, children[stop.at], stop) if stop.at in children else []
        if names:
            goods.move(run.id, spec, children[stop.at], names, 0)
        carried.append(tuple(names))
    return tuple(carried)


def _run_state(
    stage: Stage,
    spec: StageSpec,
    run: Run,
    carried: tuple[tuple[str, ...], ...],
    at: int,
    *,
    ended: bool,
    early: bool,
) -> RunState:
    if ended or run.return_ <= at:
        return RunState(stage, run, "back", len(run.stops), stage.base, run.return_, carried)
    if at <= run.depart - spec.base.handling and not early:
        return RunState(stage, run, "waiting", 0, stage.base, run.depart, carried)
    if at < run.depart:
        return RunState(stage, run, "loaded", 0, stage.base, run.depart, carried)
    done = sum(_begun(spec, stop) <= at for stop in run.stops)
    here, left = (run.stops[done - 1].at, run.stops[done - 1].depart) if done else (stage.base, run.depart)
    return RunState(stage, run, "under_way", done, here, left, carried)


def _known_state(stage: Stage, run: Run, carried: tuple[tuple[str, ...], ...], phase: Phase, done: int) -> RunState:
    if phase == "back":
        return RunState(stage, run, phase, len(run.stops), stage.base, run.return_, carried)
    here, left = (run.stops[done - 1].at, run.stops[done - 1].depart) if done else (stage.base, run.depart)
    return RunState(stage, run, phase, done, here, left, carried)


def _begun(spec: StageSpec, stop: Stop) -> int:
    """Give the second at which handling begins at a stop."""
    child = next((child for child in spec.children if child.id == stop.at), None)
    if child is None:
        return stop.arrive
    arrived, left = ((moment - spec.hours[0]) // DAY for moment in (stop.arrive, stop.depart))
    if spec.overnight and child.night and left > arrived:
        return max(stop.arrive, child.opens)
    return stop.depart - child.service(abs(stop.boxes))


def _locate(whereabouts: dict[str, str], state: RunState, *, ended: bool) -> None:
    """Note where a run's goods are, unless it has not been loaded."""
    outbound = state.stage.direction == "out"
    if state.returning and state.phase != "back":
        whereabouts.update(dict.fromkeys(state.returning, state.run.id))
    for n, (stop, names) in enumerate(zip(state.run.stops, state.goods, strict=True)):
        reached = state.pinned and n < state.done
        if outbound and state.pinned:
            place = stop.at if reached and stop.boxes > 0 else state.run.id
            if stop.boxes > 0 or reached:
                whereabouts.update(dict.fromkeys(names, place))
        elif reached:
            home = state.phase == "back" and not ended
            whereabouts.update(dict.fromkeys(names, state.stage.base if home else state.run.id))


def labels(names: Iterable[str], spec: StageSpec, at: str) -> tuple[str, ...]:
    """Give the units as which goods are listed at a place: a village's code where it is whole, else its stations."""
    child = next(child for child in spec.children if child.id == at)
    if child.is_station:
        return ()
    left = set(names)
    whole = [unit for unit in child.units if unit.stations and left.issuperset(unit.stations)]
    if child.temporary:
        whole = []
    parts = left.difference(name for unit in whole for name in unit.stations)
    return (*(unit.name for unit in whole), *sorted(parts, key=lambda name: (is_recap(name), name)))
