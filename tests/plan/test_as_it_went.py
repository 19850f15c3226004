from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replanning import DISTRICTS, found, issued, runs, sha256
from serentak.plan.as_it_went import as_told
from serentak.plan.model import decode, encode
from serentak.plan.progress import planned_state
from serentak.plan.replanned import Before, layout
from serentak.plan.sightings import AND, Sighting
from serentak.routing.replan import Answer, replan_district
from serentak.travel import CrowFlight
from support import kits_of, rules_of

LAST = 10**7


def parts(name):
    where = DISTRICTS[name]()
    return where, kits_of(where), rules_of(where), CrowFlight(where.terrain)


def as_planned(name) -> dict[str, list[tuple[str, Sighting]]]:
    """Give what a log sees of every load where everything goes as planned, each with its run."""
    where, kits, rules, travel = parts(name)
    specs = layout(where, kits, rules, travel, ())
    state = planned_state(issued(name), where, kits, [*specs["out"], *specs["back"]], LAST)
    seen: dict[str, list[tuple[str, Sighting]]] = {}
    for one in state.runs.values():
        run, base = one.run, one.stage.base
        for stop, names in zip(run.stops, one.goods, strict=True):
            for load in names:
                rows = seen.setdefault(load, [])
                hands = [(base, run.vehicle, base, run.depart), (run.vehicle, stop.at, stop.at, stop.arrive)]
                if one.stage.direction == "back":
                    hands = [(stop.at, run.vehicle, stop.at, stop.depart), (run.vehicle, base, base, run.return_)]
                rows += [(run.id, Sighting(load, giver, holder, at, when, 0)) for giver, holder, at, when in hands]
    return seen


def told(name, at, sightings, plan=None) -> tuple[Before, Answer]:
    where, kits, rules, travel = parts(name)
    plan = plan or issued(name)
    before = Before(plan, sha256(plan), at, sightings=tuple(sightings))
    before = as_told(before, where, kits, rules, travel)
    return before, replan_district(before, where, kits, rules, travel, patience=10)


def by_then(name, at):
    return [one for rows in as_planned(name).values() for _run, one in rows if one.at <= at]


@pytest.mark.parametrize("name", DISTRICTS)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_log_of_what_was_planned_changes_nothing(name, data):
    run = data.draw(st.sampled_from(runs(issued(name))))
    at = data.draw(st.integers(run.depart - 3600, run.return_ + 600))
    before, answer = told(name, at, by_then(name, at))
    assert answer.plan.replan.changed == answer.plan.replan.withdrawn == answer.plan.replan.elsewhere == ()
    assert [stage.runs for stage in answer.plan.stages] == [stage.runs for stage in issued(name).stages]
    assert before.went.logged.late == 0
    assert found(DISTRICTS[name](), answer).violations == ()


@st.composite
def logs(draw, name):
    """Draw a log: runs earlier or later, other drivers, loads unseen, seen until somewhere, or astray; and a moment."""
    planned = as_planned(name)
    plan = issued(name)
    vehicles = sorted({run.vehicle for run in runs(plan)})
    where = DISTRICTS[name]()
    anywhere = [*vehicles, "sewaan#1", *(one.id for one in where.places), *(one.id for one in where.stations[:5])]
    names = [run.id for run in runs(plan)]
    shifts = draw(st.dictionaries(st.sampled_from(names), st.integers(-7200, 14_400), max_size=3))
    drivers = draw(st.dictionaries(st.sampled_from(names), st.sampled_from([*vehicles, "sewaan#1"]), max_size=2))
    odd = draw(st.dictionaries(
        st.sampled_from(sorted(planned)),
        st.one_of(st.none(), st.tuples(st.integers(0, 8), st.one_of(st.none(), st.sampled_from(anywhere)))),
        max_size=6,
    ))  # fmt: skip
    run = draw(st.sampled_from(runs(plan)))
    at = draw(st.integers(run.depart - 3600, run.return_ + 7200))
    seen = []
    for load, rows in planned.items():
        if load in odd and odd[load] is None:
            continue
        own = []
        for run_id, one in rows:
            driven = {issued_run.vehicle: drivers.get(run_id, issued_run.vehicle)
                      for issued_run in runs(plan) if issued_run.id == run_id}  # fmt: skip
            own.append(replace(
                one, at=one.at + shifts.get(run_id, 0), giver=driven.get(one.giver, one.giver),
                holder=driven.get(one.holder, one.holder),
            ))  # fmt: skip
        if load in odd:
            until, then = odd[load]
            own = own[:until]
            if then is not None:
                own.append(Sighting(load, "", then, then, own[-1].at if own else at, 0))
        last = -LAST
        for one in own:
            last = max(last, one.at)
            if last > at:
                break
            seen.append(replace(one, at=last))
    return at, seen


@pytest.mark.parametrize("name", DISTRICTS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_a_log_says_the_new_plan_holds_and_leaves_goods_where_they_are(name, data):
    at, seen = data.draw(logs(name))
    before, answer = told(name, at, seen)
    where = DISTRICTS[name]()
    assert found(where, answer).violations == ()
    record = answer.plan.replan
    known = {one.goods: one.holder for one in seen}
    assert record.logged.known == len(known)
    assert set(record.logged.unknown).isdisjoint(known)
    astray = {one.goods: one.at for one in record.elsewhere}
    state = planned_state(
        before.issued, where, kits_of(where), [spec for own in _specs(name).values() for spec in own], at,
        before.elsewhere, before.went.progress,
    )  # fmt: skip
    drivers = {name: own.run.vehicle for name, own in state.runs.items()} | dict(record.logged.vehicles)
    for load, holder in known.items():
        there = state.whereabouts.get(load, "GUDANG")
        there = drivers.get(there, there)
        own = next((one.run.vehicle for one in state.runs.values() if one.phase == "loaded" and
                    any(load in names for names in one.goods)), None)  # fmt: skip
        assert holder in (there, astray.get(load)) or own == there, (load, holder, there)
    # Read back from its bytes it is the same plan, and holds for who was told the same.
    assert decode(encode(answer.plan)) == answer.plan


def _specs(name):
    where, kits, rules, travel = parts(name)
    return layout(where, kits, rules, travel, ())


def test_a_load_left_behind_is_planned_anew_and_a_part_astray_is_named():
    seen = by_then("kecil", -55_000)
    run = next(run for run in runs(issued("kecil")) if run.id == "out:PPK-CONTOH:1")
    behind, astray = run.stops[-1].at, run.stops[-2].at
    seen = [one for one in seen if one.goods not in (behind, astray) or one.giver != "PPK-CONTOH"]
    seen = [one for one in seen if not (one.goods in (behind, astray) and one.giver == run.vehicle)]
    seen.append(Sighting(astray, "", f"PPK-CONTOH{AND}{run.vehicle}", "", -63_000, 7))
    before, answer = told("kecil", -60_000, [one for one in seen if one.at <= -60_000])
    assert found(DISTRICTS["kecil"](), answer).violations == ()
    record = answer.plan.replan
    assert [(one.goods, one.direction, one.entry) for one in record.elsewhere] == [(astray, "out", 7)]
    lost = {one.station: one.reason for one in answer.plan.unserved if one.direction == "out"}
    assert lost == {astray: "elsewhere"}
    served = {stop.at: run.id for run in runs(answer.plan) for stop in run.stops if stop.at == behind}
    assert served
    assert before.went.progress[run.id][0] == "under_way"


def test_a_run_loaded_early_stays_loaded_at_the_next_replan_too():
    run = next(run for run in runs(issued("kecil")) if run.id == "out:GUDANG:1")
    evening = run.depart - 10 * 3600
    seen = [
        replace(one, at=evening) for rows in as_planned("kecil").values() for own, one in rows
        if own == run.id and one.giver == "GUDANG"
    ]  # fmt: skip
    before, answer = told("kecil", evening + 60, seen)
    assert before.went.progress[run.id] == ("loaded", 0)
    assert answer.plan.replan.loaded == (run.id,)
    where, kits, rules, travel = parts("kecil")
    again = Before(answer.plan, sha256(answer.plan), evening + 3600)
    later = replan_district(again, where, kits, rules, travel, patience=10)
    assert later.plan.replan.loaded == (run.id,)
    assert found(where, later).violations == ()


def test_loads_of_which_the_log_knows_nothing_do_not_bring_a_run_home():
    run = next(run for run in runs(issued("kecil")) if run.id == "back:PPK-CONTOH:1")
    at = run.stops[1].depart + 60
    hidden = {run.stops[0].at}
    late = [one for one in by_then("kecil", at) if one.goods not in hidden and one.giver not in
            {stop.at for stop in run.stops}]  # fmt: skip
    before, answer = told("kecil", at, late)
    assert before.went.progress[run.id] == ("under_way", 1)
    assert answer.plan.replan.logged.unknown == tuple(hidden)
    assert found(DISTRICTS["kecil"](), answer).violations == ()


def test_a_run_that_waits_leaves_a_stop_earlier_where_a_load_went_another_way():
    load = "14.01.01.2001-002"
    at = -276_069
    seen = [one for one in by_then("besar", at) if one.goods != load]
    _before, answer = told("besar", at, [*seen, Sighting(load, "", "ojek#1", "ojek#1", at, 0)])
    assert [(one.goods, one.at) for one in answer.plan.replan.elsewhere] == [(load, "ojek#1")]
    assert found(DISTRICTS["besar"](), answer).violations == ()


def test_a_run_that_did_not_go_brought_nothing_and_nobody_fetches_what_no_log_has_seen():
    out = next(run for run in runs(issued("kecil")) if run.id == "out:PPK-CONTOH:2")
    back = next(run for run in runs(issued("kecil")) if run.id == "back:PPK-CONTOH:1")
    left, *unseen = (stop.at for stop in out.stops)
    assert back.stops[0].at in unseen
    at = back.stops[0].arrive
    seen = [one for one in by_then("kecil", at) if one.goods not in unseen]
    seen = [one for one in seen if one.goods != left or one.giver == "GUDANG"]
    before, answer = told("kecil", at, seen)
    assert before.went.progress[out.id] == ("waiting", 0)
    assert before.went.progress[back.id] == ("under_way", 0)
    assert found(DISTRICTS["kecil"](), answer).violations == ()
    assert set(unseen) <= set(answer.plan.replan.logged.unknown)
