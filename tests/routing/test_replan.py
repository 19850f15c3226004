from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as change

from replanning import DISTRICTS, again, events, found, issued, legs_of, runs
from serentak.base.clock import parse_moment
from serentak.plan.difference import compare
from serentak.plan.model import encode
from serentak.plan.reasons import CODES
from serentak.plan.replanned import Loss
from serentak.travel.closures import Closure

QUICK = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def handling(where, stage):
    return where.place(stage.base).handling


def assert_pinned(old, new, where, at, lost):
    """Compare with the plan replaced, by its times alone: what had happened by then is as it was."""
    after = {run.id: run for run in runs(new)}
    for stage in old.stages:
        for run in stage.runs:
            if run.depart - handling(where, stage) >= at:
                continue
            done = [stop for stop in run.stops if stop.depart <= at]
            twin = after.get(run.id)
            if twin is None:
                assert not done
                continue
            assert (twin.vehicle, twin.escort, twin.day, twin.depart) == (run.vehicle, run.escort, run.day, run.depart)
            assert [change(stop, units=()) for stop in twin.stops[: len(done)]] == [
                change(stop, units=()) for stop in done
            ]
            assert {stop.at for stop in twin.stops} <= {stop.at for stop in run.stops}
            if run.return_ <= at:
                assert len(twin.stops) == len(run.stops)
                assert twin.return_ == run.return_
            elif any(loss.team == run.vehicle and loss.day in {None, run.day} for loss in lost):
                assert len(twin.stops) <= sum(stop.arrive <= at for stop in run.stops)


def assert_all_accounted(plan, where):
    """Every station is served exactly once a direction, or listed with a reason."""
    for direction in ("out", "back"):
        served = [
            stop.at
            for stage in plan.stages
            if stage.direction == direction
            for run in stage.runs
            for stop in run.stops
            if "-" in stop.at and stop.at[:2].isdigit()
        ]
        listed = {lost.station for lost in plan.unserved if lost.direction == direction}
        for station in where.stations:
            assert served.count(station.id) == 1 or station.id in listed
    assert {lost.reason for lost in plan.unserved} <= set(CODES)


@pytest.mark.parametrize("name", sorted(DISTRICTS))
@QUICK
@given(data=st.data())
def test_pinned_is_pinned_whatever_happens_twice(name, data):
    where, plan, lost, closed, last = DISTRICTS[name](), issued(name), [], [], -(10**9)
    for _round in range(2):
        at, more, teams = data.draw(events(plan))
        at = max(at, last)
        closed, lost = [*closed, *more], [*lost, *(Loss(one.team, at, one.day) for one in teams)]
        answer = again(where, plan, at, closed, lost)
        checked = found(where, answer)
        assert not checked.violations, checked.violations[:3]
        now = [loss for loss in answer.before.losses if loss.at == at]
        assert_pinned(plan, answer.plan, where, at, now)
        assert_all_accounted(answer.plan, where)
        plan, lost, last = answer.plan, list(answer.before.losses), at
        if not runs(plan):
            break


@pytest.mark.parametrize("name", sorted(DISTRICTS))
@pytest.mark.parametrize("at", ["H-5 05:00", "H-5 08:30", "H-1 07:45", "H 20:00", "H+9 12:00"])
def test_where_nothing_happened_nothing_changes(name, at):
    plan = issued(name)
    new = again(DISTRICTS[name](), plan, parse_moment(at)).plan
    assert [stage.runs for stage in new.stages] == [stage.runs for stage in plan.stages]
    assert (new.totals, new.unserved) == (plan.totals, plan.unserved)
    assert new.replan.changed == new.replan.withdrawn == ()
    assert new.replan.stability_rupiah is None


def test_the_same_events_give_the_same_bytes():
    where, plan = DISTRICTS["besar"](), issued("besar")
    closed = [Closure(leg=leg) for leg in legs_of(plan)[::7]]
    at = parse_moment("H-1 06:30")
    assert encode(again(where, plan, at, closed).plan) == encode(again(where, plan, at, closed).plan)


def run_of(plan, base, number=0, direction="out"):
    stage = next(stage for stage in plan.stages if stage.id == f"{direction}:{base}")
    return sorted(stage.runs, key=lambda run: run.depart)[number]


def test_a_slower_road_changes_times_and_nothing_else():
    where, plan = DISTRICTS["besar"](), issued("besar")
    run = run_of(plan, "PPK-B")
    leg = ("PPK-B", run.stops[0].at)
    new = again(where, plan, run.depart - 7200, [Closure(leg=leg, factor=0.8, end=0)]).plan
    twin = next(one for one in runs(new) if one.id == run.id)
    assert [stop.at for stop in twin.stops] == [stop.at for stop in run.stops]
    assert twin.stops[0].arrive > run.stops[0].arrive
    assert {stop.change for stop in compare(plan, new).changes} == {"later"}


def test_boxes_of_a_lost_team_are_fetched_where_it_last_stopped():
    where, plan = DISTRICTS["besar"](), issued("besar")
    run = max(
        (run for run in run_stage(plan, "out:PPK-A") if run.vehicle.startswith("pikap")), key=lambda r: len(r.stops)
    )
    at = run.stops[1].depart + 60
    answer = again(where, plan, at, lost=[Loss(run.vehicle, at, run.day)])
    (left,) = answer.plan.replan.stranded
    assert left.at == run.stops[1].at
    assert set(left.goods) == {stop.at for stop in run.stops[2:]}
    relief = [one for one in runs(answer.plan) if any(stop.at == left.place for stop in one.stops)]
    assert relief
    for one in relief:
        assert one.vehicle != run.vehicle
        assert one.stops[0].at == left.place
        assert one.stops[0].boxes == -sum(stop.boxes for stop in one.stops[1:]) == -one.stops[0].load_after
    fetched = {stop.at for one in relief for stop in one.stops[1:]}
    assert fetched | {lost.station for lost in answer.plan.unserved} >= set(left.goods)
    assert not found(where, answer).violations


def run_stage(plan, name):
    return next(stage for stage in plan.stages if stage.id == name).runs


def test_what_a_loaded_team_cannot_deliver_comes_back_and_goes_by_another_mode():
    where, plan = DISTRICTS["besar"](), issued("besar")
    run = next(run for run in run_stage(plan, "out:PPK-A") if run.vehicle.startswith("pikap") and len(run.stops) > 3)
    lone = run.stops[-1].at
    others = [item.id for item in (*where.stations, *where.places) if item.id != lone]
    closed = [Closure(leg=(lone, other), modes=("pickup",)) for other in others]
    answer = again(where, plan, run.depart + 60, closed)
    twin = next(one for one in runs(answer.plan) if one.id == run.id)
    assert lone not in {stop.at for stop in twin.stops}
    (back,) = answer.plan.replan.brought_back
    assert (back.run, back.goods) == (run.id, (lone,))
    assert back.free > twin.return_
    ways = [one for one in runs(answer.plan) if lone in {stop.at for stop in one.stops} and one.id.startswith("out")]
    if ways:
        assert ways[0].vehicle.startswith("ojek")
        assert ways[0].depart - where.place("PPK-A").handling >= back.free
    else:
        assert lone in {lost.station for lost in answer.plan.unserved}
    assert not found(where, answer).violations


def test_who_cannot_be_served_is_named_with_the_reason():
    where, plan = DISTRICTS["kecil"](), issued("kecil")
    station = where.stations[0].id
    everything = [item.id for item in (*where.stations, *where.places) if item.id != station]
    closed = [Closure(leg=(station, other)) for other in everything]
    new = again(where, plan, parse_moment("H-1 05:00"), closed).plan
    lost = {(one.station, one.direction): one.reason for one in new.unserved}
    assert lost == {(station, "out"): "closed", (station, "back"): "not_delivered"}
    assert new.totals.unserved_out == new.totals.unserved_back == 1


def test_a_road_opened_again_serves_again():
    where, plan = DISTRICTS["kecil"](), issued("kecil")
    station = where.stations[0].id
    everything = [item.id for item in (*where.stations, *where.places) if item.id != station]
    shut = [Closure(leg=(station, other)) for other in everything]
    first = again(where, plan, parse_moment("H-1 05:00"), shut).plan
    answer = again(where, first, parse_moment("H-1 05:10"), ())
    assert answer.plan.unserved == ()
    assert not found(where, answer).violations


def test_a_lost_trunk_delays_what_is_behind_it():
    where, plan = DISTRICTS["besar"](), issued("besar")
    run = run_of(plan, "GUDANG")
    at = run.depart - 60 * 60
    answer = again(where, plan, at, lost=[Loss(run.vehicle, at, None)])
    assert all(one.vehicle != run.vehicle for one in runs(answer.plan))
    assert not found(where, answer).violations
    assert_all_accounted(answer.plan, where)


@pytest.mark.parametrize("some", [slice(3, None, 9), slice(1, None, 7), slice(0, None, 11)])
def test_a_price_on_change_keeps_more_of_what_was_issued(some):
    where, plan = DISTRICTS["besar"](), issued("besar")
    at = parse_moment("H-1 05:30")
    closed = [Closure(leg=leg) for leg in legs_of(plan)[some]]
    priced, free = again(where, plan, at, closed).plan, again(where, plan, at, closed, price_of_change=0).plan
    assert len(driven(priced) & driven(plan)) >= len(driven(free) & driven(plan))
    assert priced.replan.stability_rupiah >= 0


def driven(plan):
    """Give the legs of every team."""
    return {
        (run.vehicle, *leg)
        for stage in plan.stages
        for run in stage.runs
        for leg in itertools.pairwise([stage.base, *(stop.at for stop in run.stops), stage.base])
    }
