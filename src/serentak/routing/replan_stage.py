"""One stage re-planned: what is loaded goes on, what holds stands, what broke is planned anew with its neighbours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec.structs import replace as change

from serentak.plan.model import BroughtBack, Direction, Run, Stop, Stranded, Unserved
from serentak.plan.progress import RunState, labels
from serentak.plan.replanned import Before, brought_back, ended_run, left_behind, turned_back
from serentak.plan.stages import Child, StageSpec, Unit
from serentak.routing.precheck import Impossible
from serentak.routing.problem import Problem, Task, cut
from serentak.routing.replan_reasons import Reasons
from serentak.routing.replan_relief import Relief, relieve
from serentak.routing.replan_rest import as_pinned_run, finish
from serentak.routing.replan_slots import Slot, Work, make_slots, stands
from serentak.routing.replan_solve import Search, solve
from serentak.routing.timing import opening
from serentak.territory.model import District
from serentak.travel import Point, Travel


@dataclass(slots=True)
class Goods:
    """Goods on their way in one direction, as the stages are re-planned one after another.

    Parameters
    ----------
    where
        Place or station where each kit and each kecamatan's recapitulation boxes are; goods that do not travel are
        not named.
    free
        Second from which they may be loaded there.
    ready
        Second at which all goods of a place are there and handled (return).
    lost
        What is not served, with its reason.
    brought_back
        What loaded runs bring back to their base.
    """

    direction: Direction
    where: dict[str, str]
    free: dict[str, int]
    ready: dict[str, int] = field(default_factory=dict)
    lost: dict[str, Unserved] = field(default_factory=dict)
    brought_back: list[BroughtBack] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Setting:
    """What all stages of a re-plan share.

    Parameters
    ----------
    ended
        Runs that end on the road.
    busy
        Moment until which a vehicle team is on the road with what it had loaded, of all stages so far.
    single
        Every kit, and the recapitulation boxes of every kecamatan, as a unit of its own.
    """

    before: Before
    district: District
    single: Mapping[str, Unit]
    ended: Collection[str]
    search: Search
    busy: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Replanned:
    """A stage as it now is, and what staying near the issued plan costs there."""

    runs: list[Run]
    stability: int | None


def replan_stage(
    spec: StageSpec, states: Sequence[RunState], free: Travel, goods: Goods, setting: Setting
) -> Replanned:
    """Re-plan a stage and book what it moves.

    Parameters
    ----------
    spec
        The stage, temporary places among its children.
    states
        Its runs as issued, and how far they have come.
    free
        The ways without closures, to tell what is closed from what never was a way.
    """
    return _Desk(spec, states, free, goods, setting).replan()


class _Desk:
    def __init__(
        self, spec: StageSpec, states: Sequence[RunState], travel: Travel, goods: Goods, setting: Setting
    ) -> None:
        self.spec, self.states, self.goods, self.setting = spec, states, goods, setting
        self.before, self.at = setting.before, setting.before.at
        self.travel = travel
        self.outbound = spec.direction == "out"
        self.child = {child.id: (n, child) for n, child in enumerate(spec.children)}
        base = Point(spec.base.id, spec.base.lon, spec.base.lat)
        self.points = [base, *(child.point for child in spec.children)]
        ways = self.before.ways(travel, spec)
        paces = sorted({(row.mode, row.speed_factor) for row in spec.fleet})
        pins = tuple(pin for pin in setting.district.pins if pin.kind == "vehicle")
        self.problem = Problem(spec, (), {pace: ways.legs(self.points, *pace) for pace in paces}, pins)
        self.tasks: list[Task] = []
        self.runs: list[Run] = []
        self.busy = setting.busy

    def replan(self) -> Replanned:
        """See `replan_stage`."""
        pinned = [(state, self._rest_tasks(state)) for state in self.states if state.pinned]
        self._called_off()
        # Tasks of reached stops tell which teams need an escort today, so all stops become tasks.
        self._settle()
        for state, tasks in sorted(pinned, key=lambda pair: (pair[0].run.depart, pair[0].run.vehicle)):
            self._pinned(state, tasks)
        waiting = [(state, self._waiting_tasks(state)) for state in self.states if not state.pinned]
        reliefs = self._reliefs()
        loose = self._loose_tasks([task for _state, tasks in waiting for task in tasks])
        self._settle()
        slots = make_slots(self.problem, [state.run for state in self.states], self.busy, self.before.losses, self.at)
        loose += self._fill(slots, waiting)
        for load in reliefs:
            self._relieved(load, relieve(self.problem, slots, load, self.setting.search.price_of_change))
        reasons = Reasons(self.problem, self.travel, self.points, [slot.crew for slot in slots.values()])
        undone = self._hopeless(reasons, slots, loose)
        left, stability = solve(
            self.problem, slots, [task for task in loose if task not in undone], self.setting.search
        )
        undone |= reasons.no_room(left)
        self._write(slots)
        self._lose(undone)
        return Replanned(sorted(self.runs, key=lambda run: (run.depart, run.vehicle, run.id)), stability)

    # Tasks

    def _settle(self) -> None:
        self.problem = replace(self.problem, tasks=tuple(self.tasks))

    def _task(self, child_id: str, names: Iterable[str]) -> int:
        index, child = self.child[child_id]
        wanted = list(names)
        frees = [self.goods.free[name] for name in wanted if name in self.goods.free] if self.outbound else []
        opens = max(child.opens, self.goods.ready.get(child.id, child.opens))
        self.tasks.append(Task(index, self._units(child, wanted), max([self.at, *frees]), opens))
        return len(self.tasks) - 1

    def _units(self, child: Child, names: Sequence[str]) -> tuple[Unit, ...]:
        """Bundle goods into villages where they are whole, else by station."""
        whole = {unit.name: unit for unit in child.units}
        single = self.setting.single
        if child.is_station:
            return tuple(single[name] for name in names)
        return tuple(whole.get(label) or single[label] for label in labels(names, self.spec, child.id))

    def _names(self, task: int) -> list[str]:
        return [name for unit in self.problem.tasks[task].units for name in unit.stations or (unit.name,)]

    def _rest_tasks(self, state: RunState) -> dict[int, Stop]:
        """Make tasks of a loaded run's stops; give those that it has not reached, with the stops issued."""
        rest: dict[int, Stop] = {}
        for n, (stop, names) in enumerate(zip(state.run.stops, state.goods, strict=True)):
            # On the return it has not taken on board what it is on its way to, and that may not be there any more.
            left = names if self.outbound or n < state.done else self._there(stop.at, names)
            if left:
                task = self._task(stop.at, left)
                rest |= {task: stop} if n >= state.done else {}
        return rest

    def _source(self, child_id: str) -> str:
        """Give where goods must be for a stop at a child."""
        child = self.child[child_id][1]
        return self.spec.base.id if self.outbound and not child.temporary else child.id

    def _there(self, child_id: str, names: Iterable[str]) -> list[str]:
        source = self._source(child_id)
        return [name for name in names if self.goods.where.get(name) == source]

    def _waiting_tasks(self, state: RunState) -> list[int]:
        """Give the tasks of a run that has not been loaded; a run of relief is made anew."""
        if any(stop.boxes < 0 for stop in state.run.stops):
            return []
        pairs = zip(state.run.stops, state.goods, strict=True)
        left = [(stop.at, there) for stop, names in pairs if (there := self._there(stop.at, names))]
        return [self._task(at, names) for at, names in left]

    def _reliefs(self) -> list[Relief]:
        if not self.outbound:
            return []
        found = []
        for child in self.spec.children:
            if not child.temporary:
                continue
            waiting = [unit.name for unit in child.units if self.goods.where.get(unit.name) == child.id]
            if waiting:
                order = self._as_issued(child.id, waiting)
                deliver = tuple(self._task(at, names) for at, names in order)
                found.append(Relief(self._task(child.id, waiting), deliver))
        return found

    def _as_issued(self, place: str, waiting: Sequence[str]) -> list[tuple[str, list[str]]]:
        """Give the children that stranded goods are for, in the order in which the lost run was to serve them."""
        run = next((left.run for left in self._stranded() if left.place == place), "")
        state = next((state for state in self.states if state.run.id == run), None)
        rank = {name: n for n, names in enumerate(state.goods if state else ()) for name in names}
        groups: dict[str, list[str]] = {}
        for name in sorted(waiting, key=lambda name: (rank.get(name, len(rank)), name)):
            child = next(c for c in self.spec.children if not c.temporary and self._is_for(c, name))
            groups.setdefault(child.id, []).append(name)
        return list(groups.items())

    def _is_for(self, child: Child, name: str) -> bool:
        return any(name == unit.name or name in unit.stations for unit in child.units)

    def _stranded(self) -> list[Stranded]:
        own = [left for state in self.states if state.run.id in self.setting.ended
               if (left := left_behind(state, self.at)) is not None]  # fmt: skip
        return [*self.before.stranded, *own]

    def _loose_tasks(self, planned_tasks: Sequence[int]) -> list[int]:
        """Make tasks of goods that are at hand and on nobody's run."""
        tasks = [self.tasks[task] for task in planned_tasks]
        planned = {name for task in tasks for unit in task.units for name in unit.stations or (unit.name,)}
        loose = []
        for child in self.spec.children:
            if self.outbound and child.temporary:
                continue
            names = [name for unit in child.units for name in unit.stations or (unit.name,)]
            names = [name for name in self._there(child.id, names) if name not in planned]
            if not names:
                continue
            units = self._units(child, names)
            parts = [units] if child.is_station else cut(units, self.spec.fleet, self.setting.single)
            own = [[name for unit in part for name in unit.stations or (unit.name,)] for part in parts]
            loose += [self._task(child.id, part) for part in own]
        return loose

    # Runs that have been loaded

    def _pinned(self, state: RunState, tasks: Mapping[int, Stop]) -> None:
        if state.phase == "back":
            self.runs.append(self._relabelled(state.run, state.goods))
            if self.before.issued.replan is None or state.run.id not in self.before.issued.replan.lost:
                self._book(state.run, state.goods)
            else:
                own = [left for left in self.before.stranded if left.run == state.run.id]
                self._book_ended(state.run, state.goods, own)
            self._bring_back(state, state.run, state.returning)
            return
        if state.run.id in self.setting.ended:
            self._ended(state)
            return
        rest = finish(self.problem, state, list(tasks), self.at)
        new = as_pinned_run(self.problem, state, tasks, rest)
        kept = [*state.goods[: state.done], *(tuple(self._names(task)) for task in rest.order)]
        if new.stops:
            self.runs.append(self._relabelled(new, kept))
            self._book(new, kept)
        self.busy[state.run.vehicle] = new.return_ if new.stops else turned_back(state, self.at)
        left = [name for task in rest.dropped for name in self._names(task)]
        self._bring_back(state, new if new.stops else None, [*left, *state.returning])

    def _called_off(self) -> None:
        """Book what runs that earlier re-plans called off have brought back, or will."""
        known = {state.run.id for state in self.states}
        for back in self.before.issued.replan.brought_back if self.before.issued.replan else ():
            if back.stage == self.spec.id and back.run not in known:
                self.goods.free.update(dict.fromkeys(back.goods, back.free))
                self.goods.brought_back.append(back)

    def _bring_back(self, state: RunState, new: Run | None, names: Sequence[str]) -> None:
        """Book what a run could not deliver, and brings back; on the return it simply stays where it is."""
        own = sorted(name for name in names if self.goods.where.get(name) == self.spec.base.id)
        if self.outbound and own:
            boxes = sum(self.setting.single[name].boxes for name in own)
            home = brought_back(state, new, self.spec, boxes, self.at)
            self.goods.free.update(dict.fromkeys(own, home))
            self.goods.brought_back.append(BroughtBack(self.spec.id, state.run.id, home, tuple(own)))

    def _ended(self, state: RunState) -> None:
        if not state.done:
            names = [name for names in state.goods for name in names]
            self._bring_back(state, None, [*names, *state.returning])
            return
        run = ended_run(state, self.at)
        self.runs.append(self._relabelled(run, state.goods[: state.done]))
        left = left_behind(state, self.at)
        self._book_ended(run, state.goods[: state.done], [left] if left else [])

    def _book_ended(self, run: Run, carried: Sequence[Sequence[str]], stranded: Iterable[Stranded]) -> None:
        self._book(run, carried)
        for left in stranded:
            self.goods.where.update(dict.fromkeys(left.goods, left.place))
            self.goods.free.update(dict.fromkeys(left.goods, left.since))

    def _relabelled(self, run: Run, carried: Sequence[Sequence[str]]) -> Run:
        """List goods so that nobody can take part of a village for the whole of it."""
        stops = []
        for stop, names in zip(run.stops, carried, strict=True):
            units = labels(names, self.spec, stop.at)
            stops.append(stop if sorted(units) == sorted(stop.units) else change(stop, units=units))
        return run if list(run.stops) == stops else change(run, stops=tuple(stops))

    # Runs that have not

    def _fill(self, slots: Mapping[tuple[str, int], Slot], waiting: Sequence[tuple[RunState, list[int]]]) -> list[int]:
        """Let runs stand where they hold, or hold later or by another way; give the tasks of teams that are out."""
        loose: list[int] = []
        for state, tasks in sorted(waiting, key=lambda pair: pair[0].run.depart):
            run = state.run
            slot = slots.get((run.vehicle, run.day))
            if slot is None:
                loose += tasks
                continue
            if not tasks:
                continue
            timed = None
            if not slot.open:
                as_issued = len(tasks) == len(run.stops)
                timed = stands(self.problem, slot, run, tasks) if as_issued else None
                timed = timed or slot.time(self.problem, tasks, slot.busy)
            if timed is None:
                slot.open.append(tuple(tasks))
            else:
                slot.work.append(Work(timed, run))
        return loose

    def _relieved(self, load: Relief, runs: Sequence[tuple[int, ...]]) -> None:
        """Note what nobody can take over."""
        done = {task for run in runs for task in run}
        for task in load.deliver:
            if task not in done:
                self._lose({task: Impossible("stranded", None, {"place": self.problem.child(load.take_over).id})})

    def _hopeless(
        self, reasons: Reasons, slots: Mapping[tuple[str, int], Slot], loose: Sequence[int]
    ) -> dict[int, Impossible]:
        """Take out what no team that is left can do even by a run of its own, with the reason."""
        found = reasons.hopeless([*loose, *(task for slot in slots.values() for run in slot.open for task in run)])
        for slot in slots.values():
            slot.open = [kept for run in slot.open if (kept := tuple(task for task in run if task not in found))]
        return found

    # What comes of it

    def _write(self, slots: Mapping[tuple[str, int], Slot]) -> None:
        taken = {state.run.id for state in self.states}
        number = max((int(name.rpartition(":")[2]) for name in taken), default=0)
        kept = {run.id for run in self.runs}
        old = {state.run.id: state for state in self.states if not state.pinned}
        for slot in sorted(slots.values(), key=lambda slot: (slot.crew.day, slot.name)):
            for work in slot.work:
                run_id = self._issued_id(slot, work, old, kept)
                if run_id is None:
                    number += 1
                    run_id = f"{self.spec.id}:{number}"
                kept.add(run_id)
                run = self._run(slot, work, run_id, old.get(run_id))
                self.runs.append(run)
                self._book(run, [tuple(self._moved(task, work.timed.order)) for task in work.timed.order])

    def _issued_id(self, slot: Slot, work: Work, old: Mapping[str, RunState], kept: Collection[str]) -> str | None:
        """Give the id of the issued run that a run continues: of the same team and day, with most stops in common."""
        if work.issued is not None:
            return work.issued.id
        stops = {self.problem.child(task).id for task in work.timed.order}
        alike = [
            (-len(stops & {stop.at for stop in state.run.stops}), name)
            for name, state in old.items()
            if name not in kept and (state.run.vehicle, state.run.day) == (slot.name, slot.crew.day)
        ]
        common, name = min(alike, default=(0, ""))
        return name if common else None

    def _run(self, slot: Slot, work: Work, run_id: str, old: RunState | None) -> Run:
        timed, row = work.timed, slot.crew.row
        moved = [self._boxes(task, timed.order) for task in timed.order]
        load = sum(moved) if self.outbound else 0
        stops = []
        for task, (arrive, _done, depart), boxes in zip(timed.order, timed.halts, moved, strict=True):
            load += -boxes if self.outbound else boxes
            child = self.problem.child(task)
            units = () if child.is_station else self._listed(task, timed.order, old)
            stops.append(Stop(child.id, arrive, depart, boxes, load, units))
        escort = slot.crew.escorts[0][0] if slot.crew.escorts else None
        return Run(
            run_id, row.type, slot.name, row.team, timed.first_day, escort, timed.depart, timed.back, tuple(stops)
        )

    def _takes_over(self, task: int) -> bool:
        return self.outbound and self.problem.child(task).temporary

    def _moved(self, task: int, order: Sequence[int]) -> list[str]:
        """Give the goods of a stop; a run of relief takes over what it delivers, which may be a part of what waits."""
        if not self._takes_over(task):
            return self._names(task)
        return sorted(name for other in order if other != task for name in self._names(other))

    def _boxes(self, task: int, order: Sequence[int]) -> int:
        """Give the boxes of a stop; taken over from a temporary place on the way out they count below zero."""
        boxes = sum(self.setting.single[name].boxes for name in self._moved(task, order))
        return -boxes if self._takes_over(task) else boxes

    def _listed(self, task: int, order: Sequence[int], old: RunState | None) -> tuple[str, ...]:
        """Give the units of a stop, in the order issued where they are the same."""
        units = tuple(unit.name for unit in self.problem.tasks[task].units)
        if self._takes_over(task):
            units = labels(self._moved(task, order), self.spec, self.problem.child(task).id)
        same = (stop.units for stop in (old.run.stops if old else ()) if sorted(stop.units) == sorted(units))
        return next(same, units)

    def _book(self, run: Run, carried: Sequence[Sequence[str]]) -> None:
        """Book what a run moves."""
        base = self.spec.base
        handled = run.return_ + base.handling + base.seconds_per_box * sum(stop.boxes for stop in run.stops)
        for stop, names in zip(run.stops, carried, strict=True):
            child = self.child[stop.at][1]
            if stop.boxes < 0:
                self.goods.where.update(dict.fromkeys(names, base.id))
                continue
            handed_over = opening(child, child.opens, stop.arrive) + child.service(stop.boxes)
            target, free = (child.id, handed_over) if self.outbound else (base.id, handled)
            self.goods.where.update(dict.fromkeys(names, target))
            self.goods.free.update(dict.fromkeys(names, free))
            if not self.outbound:
                self.goods.ready[base.id] = max(self.goods.ready.get(base.id, handled), handled)

    def _lose(self, undone: Mapping[int, Impossible]) -> None:
        for task, why in undone.items():
            for name in self._names(task):
                self.goods.lost[name] = Unserved(name, self.spec.direction, why.reason, why.earliest, why.figures)
