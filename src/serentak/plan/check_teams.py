"""Vehicles and escorts over the whole plan: nobody in two places at once."""

from __future__ import annotations

import itertools
from collections.abc import Collection

from serentak.base.messages import _
from serentak.plan.cost import working_days
from serentak.plan.model import Plan, Run
from serentak.plan.stages import pin_direction
from serentak.plan.violations import Findings
from serentak.territory.model import District, Tier


def check_teams(plan: Plan, district: District, findings: Findings, driven: Collection[str] = ()) -> None:
    """Check vehicle teams, escort teams and the officer's pins on vehicles over all stages.

    Parameters
    ----------
    driven
        Runs whose loading a log shows: that happened, whatever was planned.
    """
    places = {place.id: place for place in district.places}
    runs = [(stage.base, run) for stage in plan.stages for run in stage.runs if stage.base in places]
    hours = {stage.id: _tier(district, stage.direction, stage.tier) for stage in plan.stages}
    spans = {
        run.id: working_days(run.day, run.return_, tier.hours)
        for stage in plan.stages
        if (tier := hours[stage.id]) is not None
        for run in stage.runs
    }
    by_vehicle: dict[str, list[tuple[str, Run]]] = {}
    for base, run in runs:
        by_vehicle.setdefault(run.vehicle, []).append((base, run))
    for vehicle, own in by_vehicle.items():
        own.sort(key=lambda pair: pair[1].depart)
        for (_base, earlier), (base, later) in itertools.pairwise(own):
            if later.id in driven:
                continue
            loading = later.depart - places[base].handling
            what = _("loading of {vehicle}, which is still out on {run},").format(vehicle=vehicle, run=earlier.id)
            findings.before("vehicle_double", later.id, what, loading, earlier.return_)
    _check_escorts([run for _base, run in runs], spans, findings)
    _check_pins(plan, district, findings)


def _tier(district: District, direction: str, tier: str) -> Tier | None:
    return (district.out if direction == "out" else district.back).get(tier)


def _check_escorts(runs: list[Run], spans: dict[str, range], findings: Findings) -> None:
    rides: dict[tuple[str, int], dict[str, str]] = {}
    guards: dict[tuple[str, int], dict[str | None, str]] = {}
    for run in runs:
        for day in spans.get(run.id, range(run.day, run.day + 1)):
            guards.setdefault((run.vehicle, day), {}).setdefault(run.escort, run.id)
            if run.escort is not None:
                rides.setdefault((run.escort, day), {}).setdefault(run.vehicle, run.id)
    for (escort, _day), vehicles in rides.items():
        if len(vehicles) > 1:
            message = _("{escort} rides with {vehicles} on the same working day")
            findings.say(
                "escort_double",
                ", ".join(vehicles.values()),
                message.format(escort=escort, vehicles=", ".join(vehicles)),
            )
    _check_instants([run for run in runs if run.escort is not None], spans, findings)
    for (vehicle, _day), escorts in guards.items():
        if len(escorts) > 1:
            message = _("{vehicle} does not keep one escort all day: {escorts}")
            names = ", ".join(escort or "-" for escort in escorts)
            findings.say("escort_change", ", ".join(escorts.values()), message.format(vehicle=vehicle, escorts=names))


def _check_instants(runs: list[Run], spans: dict[str, range], findings: Findings) -> None:
    """Check that an escort team is in one place at a time also where working days of two stages overlap."""
    runs = sorted(runs, key=lambda run: (run.escort or "", run.depart))
    for earlier, later in itertools.pairwise(runs):
        same_day = set(spans.get(earlier.id, ())) & set(spans.get(later.id, ()))
        if earlier.escort == later.escort and earlier.vehicle != later.vehicle and not same_day:
            what = _("departure of {escort}, which is still out on {run},").format(escort=later.escort, run=earlier.id)
            findings.before("escort_double", later.id, what, later.depart, earlier.return_)


def _check_pins(plan: Plan, district: District, findings: Findings) -> None:
    for pin in district.pins:
        for stage in plan.stages:
            if stage.direction != pin_direction(pin):
                continue
            for run in stage.runs:
                if pin.kind == "vehicle" and run.vehicle == pin.target:
                    _obeyed(pin.not_before, pin.not_after, run.depart, run.return_, run.id, findings)
                for stop in run.stops:
                    if pin.kind != "vehicle" and stop.at == pin.target:
                        start = stop.depart if pin.not_before is not None else stop.arrive
                        _obeyed(pin.not_before, pin.not_after, start, stop.arrive, run.id, findings)


def _obeyed(
    not_before: int | None, not_after: int | None, start: int, end: int, where: str, findings: Findings
) -> None:
    if not_before is not None:
        findings.before("pin", where, _("the pinned act"), start, not_before)
    if not_after is not None:
        findings.after("pin", where, _("the pinned act"), end, not_after)
