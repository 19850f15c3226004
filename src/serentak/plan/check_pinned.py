"""A re-plan checked against the plan it replaces: what was loaded or delivered has not changed, and says what has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from serentak.base.messages import _
from serentak.kit.kits import Kits
from serentak.plan.difference import changed_runs
from serentak.plan.model import BroughtBack, Direction, Plan, Run, Stop, Stranded
from serentak.plan.progress import RunState, State
from serentak.plan.replanned import Before, brought_back, ended, ended_run, left_behind, state_at, units_of
from serentak.plan.stages import StageSpec
from serentak.plan.violations import Findings
from serentak.territory.model import District
from serentak.travel import Travel


@dataclass(frozen=True, slots=True)
class After:
    """What the check of single runs must know of a re-plan.

    Parameters
    ----------
    states
        Runs as issued, and how far they had come.
    over
        Runs that ended on the road, at this re-plan or an earlier one.
    stranded
        What they left there.
    called_off
        What runs that were called off at earlier re-plans have brought back.
    driven
        Runs that were loaded, where a log says so.
    found
        What loaded runs bring back, as the check of single runs finds it.
    """

    before: Before
    district: District
    kits: Kits
    states: Mapping[str, RunState]
    over: frozenset[str]
    stranded: tuple[Stranded, ...]
    called_off: tuple[BroughtBack, ...]
    driven: frozenset[str] = frozenset()
    found: list[BroughtBack] = field(default_factory=list)

    def note(self, stage: str, run: str, free: int, goods: Sequence[str]) -> None:
        """Note what a run brings back."""
        self.found.append(BroughtBack(stage, run, free, tuple(goods)))

    def compare(self, plan: Plan, findings: Findings) -> None:
        """Check that a plan lists what is brought back."""
        listed = plan.replan.brought_back if plan.replan else ()
        true = {back.run: back for back in (*self.called_off, *self.found)}
        for back in listed:
            findings.differs("brought_back", back.run, _("what it brings back"), back, true.pop(back.run, None))
        for run in true:
            findings.say("brought_back", run, _("what it brings back is not listed"))

    def pinned(self, run: str) -> RunState | None:
        """Give the state of a run that had been loaded, or None."""
        state = self.states.get(run)
        return state if state is not None and state.pinned else None

    def brought_back(self, state: RunState, new: Run | None, spec: StageSpec, names: Iterable[str]) -> int:
        """Give the second from which goods that a loaded run did not deliver are free at its base again."""
        boxes = sum(unit.boxes for unit in units_of(names, self.district, self.kits))
        return brought_back(state, new, spec, boxes, self.before.at)


def check_before(
    plan: Plan,
    before: Before | None,
    district: District,
    kits: Kits,
    specs: Mapping[Direction, Sequence[StageSpec]],
    travel: Travel,
    findings: Findings,
) -> After | None:
    """Check a re-plan as a whole against the plan it replaces.

    Returns
    -------
    After or None
        What the check of its runs needs; None for a first plan, and where what it replaces is not at hand.
    """
    record = plan.replan
    if before is None or record is None:
        if record is not None or before is not None:
            message = _("a re-plan must say so, and carry the plan that it replaces in input/replan/")
            findings.say("supersedes", "plan", message)
        return None
    findings.differs("supersedes", "plan", _("the plan that is replaced"), plan.supersedes, before.sha256)
    findings.differs("supersedes", "plan", _("the moment of the re-plan"), record.at, before.at)
    state = state_at(before, district, kits, specs)
    everyone = [*specs["out"], *specs["back"]]
    over = _over(before, state, everyone, travel, findings)
    _check_record(plan, before, state, over, findings)
    new = {run.id: run for stage in plan.stages for run in stage.runs}
    for own in state.runs.values():
        if own.pinned:
            _check_pinned(own, new.get(own.run.id), before.at, findings, over=own.run.id in over)
    _check_new(plan, before, state, {spec.id: spec for spec in everyone}, findings)
    off = tuple(back for back in _earlier(before) if back.run not in state.runs)
    driven = frozenset(name for name, own in state.runs.items() if own.pinned and before.went is not None)
    return After(before, district, kits, state.runs, frozenset(record.lost), record.stranded, off, driven)


def _earlier(before: Before) -> tuple[BroughtBack, ...]:
    return before.issued.replan.brought_back if before.issued.replan else ()


def _over(
    before: Before, state: State, specs: Sequence[StageSpec], travel: Travel, findings: Findings
) -> Mapping[str, object]:
    """Find the runs that end on the road, and check that teams called cut off are."""
    told = tuple(loss for loss in before.losses if loss.reason == "lost" or loss.at != before.at)
    over = ended(replace(before, losses=told), state, specs, travel)
    known = {state.runs[name].run.vehicle for name in before.issued.replan.lost} if before.issued.replan else set()
    true = {loss.team for loss in over.values() if loss.reason == "cut_off"}
    listed = {loss.team for loss in before.losses if loss.reason == "cut_off" and loss.at == before.at} - known
    findings.differs("lost", "losses.csv", _("the teams that are cut off"), sorted(listed), sorted(true))
    return over


def _check_record(plan: Plan, before: Before, state: State, over: Mapping[str, object], findings: Findings) -> None:
    assert plan.replan is not None  # noqa: S101 - asked before
    issued = before.issued
    new = {run.id for stage in plan.stages for run in stage.runs}
    lost = [*(issued.replan.lost if issued.replan else ()), *(name for name in over if name in new)]
    findings.differs(
        "lost", "replan.lost", _("the runs that ended on the road"), sorted(plan.replan.lost), sorted(lost)
    )
    left = [found for name in over if (found := left_behind(state.runs[name], before.at)) is not None]
    waiting = {one.place: one for one in (*before.stranded, *left)}
    for one in plan.replan.stranded:
        findings.differs("temporary", one.place, _("what waits there"), one, waiting.pop(one.place, None))
    for place in waiting:
        findings.say("temporary", place, _("goods that wait on the road are not listed"))
    for name in ("elsewhere", "logged", "loaded"):
        what = _("what the log says")
        findings.differs("log", f"replan.{name}", what, getattr(plan.replan, name), getattr(before, name))
    changed = sorted(changed_runs(issued, plan))
    findings.differs("changed", "replan.changed", _("the runs that changed"), sorted(plan.replan.changed), changed)
    gone = sorted(before.withdrawn(plan))
    findings.differs("changed", "replan.withdrawn", _("the runs withdrawn"), sorted(plan.replan.withdrawn), gone)


def _check_pinned(state: RunState, new: Run | None, at: int, findings: Findings, *, over: bool) -> None:
    """Check that a run that had been loaded keeps team and load, and what it had done."""
    old = state.run
    if new is None:
        if state.done:
            findings.say("pinned", old.id, _("it had reached {at}, and is not in the plan").format(at=state.here))
        return
    if over:
        old = ended_run(state, at)
        _same_stops(old.id, new.stops, old.stops, findings)
        findings.differs("pinned", old.id, _("the end"), new.return_, old.return_)
    elif state.phase == "back":
        _same_stops(old.id, new.stops, old.stops, findings)
        findings.differs("pinned", old.id, _("the return"), new.return_, old.return_)
    else:
        _same_stops(old.id, new.stops[: state.done], old.stops[: state.done], findings)
        left = [(stop.at, stop.boxes) for stop in old.stops[state.done :]]
        known = [(stop.at, stop.arrive) for stop in old.stops[state.done :]]
        if state.stage.direction == "back":  # it has not taken on board what it is on its way to
            left = [(stop.at, stop.boxes) for stop in new.stops[state.done :] if stop.at in dict(left)]
        for stop in new.stops[state.done :]:
            if (stop.at, stop.boxes) not in left:
                message = _("{boxes} boxes for {at} are not what it was loaded with")
                findings.say("pinned", old.id, message.format(boxes=stop.boxes, at=stop.at))
            else:
                left.remove((stop.at, stop.boxes))
            if (stop.at, stop.arrive) not in known:  # it may wait there already
                findings.before("pinned", old.id, _("arrival at {at}").format(at=stop.at), stop.arrive, at)
    for name in ("type", "vehicle", "team", "day", "escort", "depart"):
        findings.differs("pinned", old.id, name, getattr(new, name), getattr(old, name))


def _same_stops(run: str, new: Sequence[Stop], old: Sequence[Stop], findings: Findings) -> None:
    """Compare stops by all but the names under which their goods are listed."""

    def facts(stops: Sequence[Stop]) -> list[tuple[object, ...]]:
        return [(stop.at, stop.arrive, stop.depart, stop.boxes, stop.load_after) for stop in stops]

    findings.differs("pinned", run, _("what it had done"), facts(new), facts(old))


def _check_new(plan: Plan, before: Before, state: State, specs: Mapping[str, StageSpec], findings: Findings) -> None:
    """Check that nothing else begins before the moment of the re-plan, or by a team that is out."""
    for stage in plan.stages:
        spec = specs.get(stage.id)
        for run in stage.runs if spec is not None else ():
            known = state.runs.get(run.id)
            if spec is None or (known is not None and known.pinned):
                continue
            loading = run.depart - spec.base.handling
            findings.before("pinned", run.id, _("loading"), loading, before.at)
            for team in filter(None, (run.vehicle, run.escort)):
                if any(loss.bars(team, run.day, loading) for loss in before.losses):
                    findings.say("lost", run.id, _("{team} is lost or cut off").format(team=team))
