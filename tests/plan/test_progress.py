from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replanning import DISTRICTS, issued, runs
from serentak.plan.progress import planned_state
from serentak.plan.replanned import layout
from serentak.plan.stages import is_recap
from serentak.travel import CrowFlight
from support import kits_of, rules_of

PHASES = ("waiting", "loaded", "under_way", "back")


def state(name, at):
    where, plan = DISTRICTS[name](), issued(name)
    specs = layout(where, kits_of(where), rules_of(where), CrowFlight(where.terrain), ())
    return planned_state(plan, where, kits_of(where), [*specs["out"], *specs["back"]], at)


def first(name, at_of):
    run = next(run for run in runs(issued(name)) if len(run.stops) > 2 and run.id.startswith("out:PPK"))
    return run, state(name, at_of(run)).runs[run.id]


@pytest.mark.parametrize(
    ("moment", "phase", "done", "here"),
    [
        (lambda run: run.depart - 1200, "waiting", 0, "base"),
        (lambda run: run.depart - 1199, "loaded", 0, "base"),
        (lambda run: run.depart, "under_way", 0, "base"),
        (lambda run: run.stops[0].arrive, "under_way", 1, "first"),
        (lambda run: run.stops[1].arrive - 1, "under_way", 1, "first"),
        (lambda run: run.return_ - 1, "under_way", None, "last"),
        (lambda run: run.return_, "back", None, "base"),
    ],
)
def test_a_run_goes_from_phase_to_phase(moment, phase, done, here):
    run, found = first("besar", moment)
    places = {"base": found.stage.base, "first": run.stops[0].at, "last": run.stops[-1].at}
    assert found.phase == phase
    assert found.done == (len(run.stops) if done is None else done)
    assert found.here == places[here]


def test_it_says_where_it_is_going():
    run, found = first("besar", lambda run: run.stops[0].depart + 1)
    assert found.toward() == run.stops[1].at
    run, found = first("besar", lambda run: run.return_ - 1)
    assert found.toward() == found.stage.base
    assert first("besar", lambda run: run.return_)[1].toward() is None


def test_a_vehicle_is_out_or_at_its_base():
    run, _found = first("besar", lambda run: run.depart)
    assert state("besar", run.depart).vehicle(run.vehicle).run.id == run.id
    assert state("besar", -(10**7)).vehicle(run.vehicle) is None


@pytest.mark.parametrize("name", sorted(DISTRICTS))
def test_before_all_goods_lie_in_the_warehouse_and_after_all_are_back(name):
    where = DISTRICTS[name]()
    warehouse = where.places[0].id
    names = {station.id for station in where.stations} | set(map("{}-R".format, kits_of(where).recap))
    for at in (-(10**7), 10**7):
        assert state(name, at).whereabouts == dict.fromkeys(names, warehouse)


@pytest.mark.parametrize("name", sorted(DISTRICTS))
def test_at_the_opening_of_the_polls_every_kit_is_at_its_station(name):
    found = state(name, 7 * 3600).whereabouts
    assert all(place == kit for kit, place in found.items() if not is_recap(kit))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(moments=st.lists(st.integers(-450_000, 600_000), min_size=2, max_size=6))
def test_time_runs_one_way(moments):
    states = [state("besar", at) for at in sorted(moments)]
    for before, after in itertools.pairwise(states):
        for name, run in before.runs.items():
            later = after.runs[name]
            assert PHASES.index(run.phase) <= PHASES.index(later.phase)
            assert run.done <= later.done
        assert before.whereabouts.keys() == after.whereabouts.keys()
