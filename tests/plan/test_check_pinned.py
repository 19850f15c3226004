from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from msgspec.structs import replace as change

from replanning import DISTRICTS, again, found, issued
from serentak.plan.check import check_plan
from serentak.plan.replanned import Loss
from serentak.travel import CrowFlight
from serentak.travel.closures import Closure
from support import kits_of, rules_of, shifted, with_runs, with_stop

WHERE = DISTRICTS["besar"]


@cache
def story():
    """Re-plan in the morning of H-1: one pickup is lost after its second stop, and a leg is closed."""
    plan = issued("besar")
    stage = next(stage for stage in plan.stages if stage.id == "out:PPK-A")
    run = max((run for run in stage.runs if run.vehicle.startswith("pikap")), key=lambda run: len(run.stops))
    at = run.stops[1].depart + 60
    other = next(stage for stage in plan.stages if stage.id == "out:PPK-B").runs[0]
    closed = [Closure(leg=(other.stops[0].at, other.stops[1].at), end=0)]
    return run, at, again(WHERE(), plan, at, closed, [Loss(run.vehicle, at, run.day)])


def rules(plan, before):
    where = WHERE()
    found = check_plan(plan, where, kits_of(where), rules_of(where), CrowFlight(where.terrain), before)
    return {violation.rule for violation in found.violations}


def own(plan, name):
    return next(run for stage in plan.stages for run in stage.runs if run.id == name)


def test_the_story_holds():
    _run, _at, answer = story()
    assert rules(answer.plan, answer.before) == set()


def test_without_the_plan_it_replaces_it_cannot_be_checked():
    _run, _at, answer = story()
    assert "supersedes" in rules(answer.plan, None)
    assert "supersedes" in rules(change(answer.plan, supersedes="0" * 64), answer.before)


def test_a_delivered_stop_that_moved_is_found():
    run, _at, answer = story()
    ended = own(answer.plan, run.id)
    moved = with_stop(ended, 0, arrive=ended.stops[0].arrive - 60)
    assert "pinned" in rules(with_runs(answer.plan, moved), answer.before)


def test_a_run_that_had_left_must_not_vanish():
    run, _at, answer = story()
    stages = [change(stage, runs=tuple(one for one in stage.runs if one.id != run.id)) for stage in answer.plan.stages]
    assert "pinned" in rules(change(answer.plan, stages=tuple(stages)), answer.before)


def test_nothing_new_begins_before_the_moment():
    _run, at, answer = story()
    late = next(
        run for stage in answer.plan.stages if stage.id == "out:PPS-B" for run in stage.runs if run.depart - 1200 >= at
    )
    early = shifted(late, at - 1 - (late.depart - 1200))
    assert "pinned" in rules(with_runs(answer.plan, early), answer.before)


def test_a_lost_team_is_not_used():
    run, _at, answer = story()
    relief = next(
        one for stage in answer.plan.stages for one in stage.runs if any(stop.boxes < 0 for stop in one.stops)
    )
    assert "lost" in rules(with_runs(answer.plan, change(relief, vehicle=run.vehicle)), answer.before)


def test_losses_that_nobody_told_are_found():
    _run, at, answer = story()
    told = (*answer.before.losses, Loss("pikap#3", at, None, "cut_off"))
    more = replace(answer.before, losses=told)
    assert "lost" in rules(answer.plan, more)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("changed", (), "changed"),
        ("withdrawn", ("out:PPK-A:1",), "changed"),
        ("lost", (), "lost"),
        ("stranded", (), "temporary"),
        ("at", 0, "supersedes"),
    ],
)
def test_what_a_replan_says_of_itself_is_recomputed(field, value, rule):
    _run, _at, answer = story()
    record = change(answer.plan.replan, **{field: value})
    assert rule in rules(change(answer.plan, replan=record), answer.before)


def test_a_closed_leg_is_not_driven():
    _run, at, answer = story()
    waiting = [run for stage in answer.plan.stages if stage.direction == "back" for run in stage.runs]
    here = next(run for run in waiting if len(run.stops) > 1)
    more = Closure(leg=(here.stops[0].at, here.stops[1].at), start=here.depart)
    assert "no_way" in rules(answer.plan, replace(answer.before, closures=(*answer.before.closures, more)))
    slower = replace(more, factor=0.5)
    assert "arrival" in rules(answer.plan, replace(answer.before, closures=(*answer.before.closures, slower)))
    assert here.depart > at


def test_villages_that_a_relief_takes_over_on_the_way_are_found_at_its_next_stops():
    where, plan = DISTRICTS["besar"](), issued("besar")
    run = next(run for stage in plan.stages for run in stage.runs if run.id == "out:GUDANG:1")
    at = run.stops[0].depart + 60
    answer = again(where, plan, at, lost=[Loss(run.vehicle, at, run.day), Loss(run.escort, at, run.day)])
    relief = [one for stage in answer.plan.stages for one in stage.runs if any(stop.boxes < 0 for stop in one.stops)]
    assert any(unit.count(".") == 3 and "-" not in unit for one in relief for stop in one.stops for unit in stop.units)
    assert found(where, answer).violations == ()
