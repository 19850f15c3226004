"""Whether a plan holds: every rule recomputed from the district and the travel times, never from a solver.

This room knows nothing of how plans are made; it is what a supervisor runs on a plan somebody else made.
"""

from __future__ import annotations

from dataclasses import dataclass

from serentak.base.messages import _
from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.check_goods import Goods
from serentak.plan.check_pinned import After, check_before
from serentak.plan.check_run import RunCheck
from serentak.plan.check_teams import check_teams
from serentak.plan.cost import RunCost, add_up
from serentak.plan.model import Direction, Plan, Run, Stage
from serentak.plan.replanned import DIRECTIONS, Before, layout, with_temporary
from serentak.plan.stages import StageSpec, is_recap
from serentak.plan.violations import Findings, Violation, span
from serentak.territory.model import District
from serentak.travel import Travel


@dataclass(frozen=True, slots=True)
class Checked:
    """Result of a check.

    Parameters
    ----------
    violations
        Broken rules; empty when the plan holds.
    unserved
        Stations the plan itself lists as not served, both directions. Listed is no violation.
    """

    violations: tuple[Violation, ...]
    unserved: int


def check_plan(
    plan: Plan, district: District, kits: Kits, rules: Rules, travel: Travel, before: Before | None = None
) -> Checked:
    """Check a plan against its district.

    Each station is served exactly once a direction or listed unserved; teams, capacities, windows, hours, escorts
    at every instant, modes, release and pins hold; boxes are conserved at every tier; totals are true.

    Parameters
    ----------
    plan, district
        The plan, and the district it was made for.
    kits, rules
        What each station receives, and the rule pack.
    travel
        Times and distances without closures; every arrival is recomputed from it.
    before
        What a re-plan started from; None for a first plan.
    """
    findings = Findings()
    stranded = plan.replan.stranded if plan.replan else ()
    elsewhere = plan.replan.elsewhere if plan.replan else ()
    district = with_temporary(district, stranded)
    specs = layout(district, kits, rules, travel, stranded)
    after = check_before(plan, before, district, kits, specs, travel, findings)
    findings.differs("district", "plan", _("the district"), plan.district, district.code)
    costs: list[RunCost] = []
    delivered: Goods | None = None
    for direction in DIRECTIONS:
        goods = Goods(district, kits, direction, delivered, findings, elsewhere)
        _check_direction(plan, specs[direction], travel, goods, after, findings, costs)
        delivered = goods
    if after is not None:
        after.compare(plan, findings)
    check_teams(plan, district, findings, after.driven if after else frozenset())
    _check_names(plan, findings)
    _check_totals(plan, district, costs, findings)
    return Checked(tuple(findings.found), sum(not is_recap(lost.station) for lost in plan.unserved))


def _check_direction(
    plan: Plan,
    stage_specs: list[StageSpec],
    travel: Travel,
    goods: Goods,
    after: After | None,
    findings: Findings,
    costs: list[RunCost],
) -> None:
    specs, direction = {spec.id: spec for spec in stage_specs}, goods.direction
    stages = [stage for stage in plan.stages if stage.direction == direction]
    _check_order(stages, specs, direction, findings)
    for stage in stages:
        spec = specs.get(stage.id)
        if spec is None:
            findings.say("unknown_stage", stage.id, _("the district has no such stage"))
            continue
        findings.differs("stage", stage.id, _("the base"), stage.base, spec.base.id)
        findings.differs("stage", stage.id, _("the tier"), stage.tier, spec.tier)
        findings.differs("stage", stage.id, _("the window"), span(stage.window), span(spec.window))
        checker = RunCheck(spec, travel, goods, findings, after)
        checker.call_off({run.id for run in stage.runs})
        own = [cost for run in stage.runs if (cost := checker.check(run)) is not None]
        costs.extend(own)
        if after is None:  # what was brought back or left on the road may have to be divided
            goods.close_stage(spec)
        if stage.bound is not None:
            findings.differs("bound", stage.id, _("the cost"), stage.bound.packed, add_up(own).rupiah)
            if stage.bound.rupiah > stage.bound.packed and not plan.unserved:
                findings.say("bound", stage.id, _("the plan costs less than what is called its lower bound"))
    goods.compare_unserved([lost.station for lost in plan.unserved if lost.direction == direction])


def _check_order(stages: list[Stage], specs: dict[str, StageSpec], direction: Direction, findings: Findings) -> None:
    """Check that no stage stands twice, and that each stands after the one its goods come through."""
    ids = [stage.id for stage in stages]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        findings.say("stage", name, _("the stage stands in the plan twice"))
    seen: set[str] = set()
    waiting = set(ids) if direction == "out" else set()
    for stage in stages:
        spec = specs.get(stage.id)
        seen.add(stage.id)
        above = f"{direction}:{spec.base.parent}" if spec is not None else ""
        if (direction == "out" and above in waiting - seen) or (direction == "back" and above in seen):
            findings.say("stage", stage.id, _("the stage stands before one that it depends on"))


def _check_names(plan: Plan, findings: Findings) -> None:
    runs: list[Run] = [run for stage in plan.stages for run in stage.runs]
    seen: set[str] = set()
    for run in runs:
        if run.id in seen:
            findings.say("run_twice", run.id, _("the run stands in the plan twice"))
        seen.add(run.id)


def _check_totals(plan: Plan, district: District, costs: list[RunCost], findings: Findings) -> None:
    sums, totals = add_up(costs), plan.totals
    lost = {
        direction: sum(entry.direction == direction and not is_recap(entry.station) for entry in plan.unserved)
        for direction in ("out", "back")
    }
    true = {
        "stations": len(district.stations),
        "voters": sum(station.voters for station in district.stations),
        "unserved_out": lost["out"],
        "unserved_back": lost["back"],
        "rupiah": sums.rupiah,
        "metres": sums.metres,
        "seconds": sums.seconds,
        "vehicle_days": sums.vehicle_days,
        "escort_days": sums.escort_days,
    }
    for name, value in true.items():
        findings.differs("total", f"totals.{name}", name, getattr(totals, name), value)
