"""A plan made to hold again after roads closed or teams were lost; as little as can be is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Final

from msgspec import structs

from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.cost import RunCost, add_up, working_days
from serentak.plan.difference import changed_runs
from serentak.plan.model import SCHEMA, BroughtBack, Direction, Plan, Replan, Stage, Stranded, Totals, Unserved
from serentak.plan.progress import State
from serentak.plan.replanned import (
    DIRECTIONS,
    Before,
    driven,
    ended,
    fleet_row,
    layout,
    left_behind,
    state_at,
    units_of,
    with_temporary,
)
from serentak.plan.stages import StageSpec, is_recap, recap_holders
from serentak.routing.district import LONG_AGO, start_goods
from serentak.routing.replan_solve import Search
from serentak.routing.replan_stage import Goods, Setting, replan_stage
from serentak.territory.model import District
from serentak.travel import Legs, Point, Travel
from serentak.travel.remembered import remembered

PATIENCE: Final = 40
"""Iterations without improvement: small parts are solved, and somebody waits."""
PRICE_OF_CHANGE: Final = 30_000
"""Rupiah set against every leg that was not issued: half an hour of a pickup's driving or twelve of its kilometres."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A re-plan, and the losses it stands on: those that were told, and teams that are cut off."""

    plan: Plan
    before: Before


def replan_district(
    before: Before,
    district: District,
    kits: Kits,
    rules: Rules,
    travel: Travel,
    *,
    state: State | None = None,
    patience: int = PATIENCE,
    price_of_change: int = PRICE_OF_CHANGE,
) -> Answer:
    """Make a plan hold again from a moment on.

    What is loaded or delivered stays; runs that hold stand as issued; the others are timed again, go another way, or
    are planned anew together with the nearest few.

    Parameters
    ----------
    before
        The issued plan, the moment, and what is closed and lost.
    district, kits, rules
        What the issued plan was made of, its temporary places included.
    travel
        Times and distances without closures.
    state
        How far the issued plan has come; by default as it was planned.
    patience
        Iterations without improvement of every part that is planned anew.
    price_of_change
        Rupiah set against every leg that was not issued.

    Returns
    -------
    Answer
        Who can no longer be served stands in the plan with the reason; nothing is dropped.
    """
    travel = remembered(travel)
    specs = layout(district, kits, rules, travel, before.stranded)
    known = state or state_at(before, district, kits, specs)
    over = ended(before, known, [*specs["out"], *specs["back"]], travel)
    cut_off = [loss for loss in over.values() if loss.reason == "cut_off"]
    before = replace(before, losses=(*before.losses, *cut_off))
    new = [left for name in over if (left := left_behind(known.runs[name], before.at)) is not None]
    stranded = (*before.stranded, *new)
    if new:
        district = with_temporary(district, new)
        specs = layout(district, kits, rules, travel, stranded)
    single = {unit.name: unit for unit in units_of(start_goods(district, kits), district, kits)}
    setting = Setting(before, district, single, frozenset(over), Search(patience, before.issued.seed, price_of_change))
    out, back, stages, stability = _there_and_back(specs, known, travel, setting)
    unserved = _unserved(before, district, kits, out, back)
    lost = [*(before.issued.replan.lost if before.issued.replan else ()), *over]
    gone = tuple(name for name in lost if any(run.id == name for stage in stages for run in stage.runs))
    plan = Plan(
        schema=SCHEMA,
        district=district.code,
        supersedes=before.sha256,
        input_sha256="",
        seed=before.issued.seed,
        effort=before.issued.effort,
        engines=before.issued.engines | {"pyvrp": version("pyvrp")},
        stages=stages,
        unserved=unserved,
        baseline=None,
        totals=_totals(district, unserved, _costs(specs, stages, travel, before, gone)),
    )
    return Answer(_recorded(plan, before, gone, stranded, out.brought_back, stability), before)


def _there_and_back(
    specs: Mapping[Direction, Sequence[StageSpec]], state: State, travel: Travel, setting: Setting
) -> tuple[Goods, Goods, tuple[Stage, ...], int | None]:
    issued = {stage.id: stage for stage in setting.before.issued.stages}
    start = dict.fromkeys(setting.single, LONG_AGO)
    warehouse = next(place.id for place in setting.district.places if place.kind == "warehouse")
    away = {
        direction: {one.goods: one.at for one in setting.before.elsewhere if one.direction == direction}
        for direction in DIRECTIONS
    }
    out = Goods("out", dict.fromkeys(start, warehouse) | away["out"], dict(start))
    back = out
    stages: list[Stage] = []
    priced: list[int] = []
    for direction in DIRECTIONS:
        if direction == "back":
            arrived = {name: place for name, place in out.where.items() if _arrived(setting, out, name)}
            arrived.update((name, place) for name, place in away["back"].items() if name in arrived)
            back = Goods("back", arrived, dict.fromkeys(arrived, LONG_AGO))
        for spec in specs[direction]:
            goods = out if direction == "out" else back
            states = [one for one in state.runs.values() if one.stage.id == spec.id]
            found = replan_stage(spec, states, travel, goods, setting)
            runs, old = tuple(found.runs), issued.get(spec.id)
            bound = old.bound if old is not None and old.runs == runs else None
            stages.append(Stage(spec.id, direction, spec.tier, spec.base.id, spec.window, runs, bound))
            priced += [] if found.stability is None else [found.stability]
    return out, back, tuple(stages), sum(priced) if priced else None


def _arrived(setting: Setting, goods: Goods, name: str) -> bool:
    """Tell whether goods are where they belong: a kit at its station, recapitulation boxes at their hub."""
    if not is_recap(name):
        return goods.where[name] == name
    warehouse = next(place.id for place in setting.district.places if place.kind == "warehouse")
    return goods.where[name] == recap_holders(setting.district).get(name.removesuffix("-R"), warehouse)


def _held(before: Before, name: str, direction: Direction, place: str) -> Unserved:
    astray = any((one.goods, one.direction, one.at) == (name, direction, place) for one in before.elsewhere)
    return Unserved(name, direction, "elsewhere" if astray else "held_up", None, {"place": place})


def _unserved(before: Before, district: District, kits: Kits, out: Goods, back: Goods) -> tuple[Unserved, ...]:
    """List who is not served, in the order of the district; what lies on the road because of others says so too."""
    order = {name: n for n, name in enumerate(start_goods(district, kits))}
    warehouse = next(place.id for place in district.places if place.kind == "warehouse")
    holders = recap_holders(district)
    found: list[Unserved] = []
    for name in order:
        home = holders.get(name.removesuffix("-R"), warehouse) if is_recap(name) else name
        if out.where[name] != home:
            lost = out.lost.get(name) or _held(before, name, "out", out.where[name])
            found += [lost, Unserved(name, "back", "not_delivered", None, {"out": lost.reason})]
        elif back.where[name] != warehouse:
            found.append(back.lost.get(name) or _held(before, name, "back", back.where[name]))
    return tuple(sorted(found, key=lambda lost: (lost.direction == "back", order[lost.station])))


def _costs(
    specs: Mapping[Direction, Sequence[StageSpec]],
    stages: Sequence[Stage],
    travel: Travel,
    before: Before,
    gone: Sequence[str],
) -> list[RunCost]:
    costs = []
    by_id = {spec.id: spec for direction in DIRECTIONS for spec in specs[direction]}
    for stage in stages:
        spec = by_id[stage.id]
        base = Point(spec.base.id, spec.base.lon, spec.base.lat)
        points = [base, *(child.point for child in spec.children)]
        ways = before.ways(travel, spec)
        guards = {name: row for row in spec.escorts for name in row.names()}
        legs: dict[tuple[str, float], tuple[Legs, Legs]] = {}
        for run in stage.runs:
            row = fleet_row(spec, run)
            pace = (row.mode, row.speed_factor)
            if pace not in legs:
                free = travel.legs(points, *pace)
                legs[pace] = (free if ways is travel else ways.legs(points, *pace), free)
            metres, seconds = driven(run, spec, *legs[pace], before.at, ended=run.id in gone)
            days = working_days(run.day, run.return_, spec.hours)
            escort = None if run.escort is None else (run.escort, guards[run.escort])
            costs.append(RunCost(row, run.vehicle, escort, days, metres, seconds))
    return costs


def _totals(district: District, unserved: Sequence[Unserved], costs: Sequence[RunCost]) -> Totals:
    sums = add_up(costs)
    lost = [entry for entry in unserved if not is_recap(entry.station)]
    return Totals(
        stations=len(district.stations),
        voters=sum(station.voters for station in district.stations),
        unserved_out=sum(entry.direction == "out" for entry in lost),
        unserved_back=sum(entry.direction == "back" for entry in lost),
        rupiah=sums.rupiah,
        metres=sums.metres,
        seconds=sums.seconds,
        vehicle_days=sums.vehicle_days,
        escort_days=sums.escort_days,
    )


def _recorded(
    plan: Plan,
    before: Before,
    gone: tuple[str, ...],
    stranded: tuple[Stranded, ...],
    brought_back: Sequence[BroughtBack],
    stability: int | None,
) -> Plan:
    """Say in a re-plan what it changes."""
    replan = Replan(
        before.at, (), before.withdrawn(plan), gone, stranded, tuple(brought_back), stability, before.elsewhere,
        before.logged, before.loaded,
    )  # fmt: skip
    marked = structs.replace(plan, replan=replan)
    return structs.replace(marked, replan=structs.replace(replan, changed=changed_runs(before.issued, marked)))
