"""A kecamatan of Jakarta planned on its real streets; the page `jakarta` of the benchmarks shows a whole kota."""

from __future__ import annotations

import pytest
from bench._jakarta import drives, make_district, roads, unlawful, worst_street

from serentak.operations.plan import read_ground
from serentak.plan.check import check_plan
from serentak.routing.district import plan_district

JOHAR_BARU = "31.71.08"


@pytest.fixture(scope="module")
def planned(data_file, tmp_path_factory):
    data_file("data/jakarta/jakarta_roads.shp")
    folder = data_file("data/national.csv.gz").parent
    out = tmp_path_factory.mktemp("jakarta") / "district"
    make_district(folder, out, JOHAR_BARU, spread=True)
    ground = read_ground(out)
    plan = plan_district(ground.district, "draft", travel=ground.travel)
    return folder, ground, plan, list(drives(plan, ground.district, ground.travel))


def violations(ground, plan, travel):
    return check_plan(plan, ground.district, ground.kits, ground.rules, travel).violations


def test_everybody_is_served_and_no_rule_is_broken(planned):
    _folder, ground, plan, _driven = planned
    assert len(ground.district.stations) > 150
    assert plan.unserved == ()
    assert violations(ground, plan, ground.travel) == ()


def test_no_car_on_a_footpath_and_every_one_way_street_obeyed(planned):
    folder, ground, _plan, driven = planned
    assert sum(len(drive.arcs) for drive in driven) > 500
    assert [unlawful(roads(folder), ground.travel.graph, drive) for drive in driven if drive.mode != "foot"] == [
        [] for _drive in driven
    ]


def test_the_way_of_every_leg_adds_up(planned):
    _folder, ground, _plan, driven = planned
    for drive in driven:
        way = ground.travel.way(drive.start, drive.end, drive.mode)
        assert sum(metres for _name, metres in way.names) == drive.metres


def test_times_are_those_of_a_loaded_car_in_a_city(planned):
    _folder, _ground, _plan, driven = planned
    long = [drive for drive in driven if drive.straight > 1000]
    assert long
    for drive in long:
        assert 1 <= drive.metres / drive.straight < 5
        assert 5 < 3.6 * drive.metres / drive.seconds < 40


def test_closing_a_street_breaks_the_runs_that_use_it_and_no_other(planned):
    _folder, ground, plan, driven = planned
    edge = worst_street(ground.travel, driven)
    used = {drive.run for drive in driven if edge in ground.travel.graph.edge[drive.arcs]}
    runs = {run.id for stage in plan.stages for run in stage.runs}
    closed = ground.travel.close([edge])
    assert {violation.where for violation in violations(ground, plan, closed)} & runs == used
    again = plan_district(ground.district, "draft", travel=closed)
    assert violations(ground, again, closed) == ()
    for drive in drives(again, ground.district, closed):
        assert edge not in ground.travel.graph.edge[drive.arcs]
