"""Whole districts: out and back, through every tier, checked by the checker that knows nothing of solvers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serentak.base.clock import DAY, HOUR, parse_moment
from serentak.plan.model import Plan, Stop, encode
from serentak.routing.district import EFFORTS, plan_district
from serentak.territory.model import District, Tier
from serentak.travel import CrowFlight
from serentak.travel.crow import terrains
from support import (
    Table,
    besar,
    broken,
    district,
    fleet,
    guards,
    kecil,
    pin,
    place,
    runs_of,
    stage_of,
    station,
    window,
    without,
)


def plan(where: District, **more) -> Plan:
    made = plan_district(where, more.pop("effort", "draft"), **more)
    assert broken(made, where, more.get("travel")) == []
    return made


def stops_at(made: Plan, name: str, direction: str) -> list[Stop]:
    return [stop for run in runs_of(made, direction) for stop in run.stops if stop.at == name]


@pytest.mark.parametrize("make", [kecil, besar])
def test_the_same_seed_gives_the_same_bytes_on_one_process_and_on_two(make):
    first = encode(plan(make(), seed=5))
    assert encode(plan(make(), seed=5)) == first
    assert encode(plan(make(), seed=5, jobs=2)) == first


def test_the_seed_is_the_districts_unless_given():
    assert plan(kecil()).seed == kecil().seed
    assert plan(replace(kecil(), seed=9)).seed == 9
    assert plan(kecil(), seed=4).seed == 4


@pytest.mark.parametrize("effort", [name for name in EFFORTS if name != "final"])
def test_every_effort_serves_all_and_more_is_not_dearer(effort):
    made = plan(besar(), effort=effort)
    assert not made.unserved
    assert made.effort == effort
    assert made.totals.rupiah <= plan(besar()).totals.rupiah


def test_an_unknown_effort_is_refused():
    with pytest.raises(KeyError):
        plan_district(kecil(), "heroic")


@pytest.mark.parametrize("terrain", terrains())
def test_every_terrain(terrain):
    made = plan(replace(kecil(), terrain=terrain))
    assert not made.unserved


def test_slower_terrain_takes_longer():
    hours = {name: plan(replace(kecil(), terrain=name)).totals.seconds for name in ("lowland", "hills", "mountain")}
    assert hours["lowland"] < hours["hills"] < hours["mountain"]


def test_kecil_as_the_documentation_tells_it():
    made = plan(kecil())
    (first,) = made.stages[0].runs
    assert first.depart == parse_moment("H-5 07:00")
    assert first.escort == "polri#1"
    hub = first.stops[0]
    next_day = min(run.depart for stage in made.stages[1:3] for run in stage.runs)
    assert next_day // DAY > hub.depart // DAY, "the kits lie at the ppk for a night at least"
    assert [stage.id for stage in made.stages] == [
        "out:GUDANG", "out:PPK-CONTOH", "out:DERMAGA-CONTOH", "back:DERMAGA-CONTOH", "back:PPK-CONTOH", "back:GUDANG",
    ]  # fmt: skip
    assert made.totals.stations == 12


def test_the_plan_is_never_dearer_than_nearest_neighbour():
    for where in (kecil(), besar()):
        made = plan(where)
        assert made.baseline.name == "nearest_neighbour"
        assert made.totals.rupiah <= made.baseline.rupiah


def test_every_box_takes_every_tier_in_turn():
    made = plan(besar())
    tiers = {stage.base: stage.tier for stage in made.stages if stage.direction == "out"}
    assert tiers == {
        "GUDANG": "ppk", "PPK-A": "tps", "PPK-B": "pps", "PPK-C": "tps", "PPS-B": "tps", "DERMAGA": "tps",
    }  # fmt: skip
    assert sum(stop.boxes for stop in stops_at(made, "PPS-B", "out")) == 12
    assert sum(stop.boxes for stop in stops_at(made, "PPK-B", "out")) == 26
    assert sum(stop.boxes for stop in stops_at(made, "PPK-B", "back")) == 26


def test_a_chain_of_transit_places():
    places = [
        place("W", "warehouse", "", 101.0, 0.0),
        place("P", "ppk", "W", 101.2, 0.0),
        place("ROADEND", "transit", "P", 101.3, 0.0, night=False),
        place("JETTY", "transit", "ROADEND", 101.35, 0.0, night=False),
    ]
    stations = [station("14.01.01.2001", n, 101.4 + n / 100, 0.01, "JETTY", access=("boat",)) for n in range(1, 5)]
    vehicles = [
        fleet("truk", "W", "truck", 1, 100, row=2),
        fleet("pikap", "P", "pickup", 1, 20, row=3),
        fleet("motor", "ROADEND", "motorbike", 4, 1, team=2, row=4),
        fleet("perahu", "JETTY", "boat", 1, 6, row=5),
    ]
    where = district(places, stations, vehicles)
    made = plan(where)
    assert not made.unserved
    out = [stage for stage in made.stages if stage.direction == "out"]
    back = [stage for stage in made.stages if stage.direction == "back"]
    assert [stage.base for stage in out] == ["W", "P", "ROADEND", "JETTY"]
    assert [stage.base for stage in back] == ["JETTY", "ROADEND", "P", "W"]
    # A motorbike team takes one kit at a time: the load for the jetty is cut, and all of it is there before the boat.
    assert len(out[2].runs) == 4
    deadlines = [stage.window[1] for stage in out[1:]]
    assert deadlines == sorted(deadlines)
    assert deadlines[0] < deadlines[2]


def test_a_window_of_several_days_is_used_where_one_is_not_enough():
    where = kecil()
    slow = replace(where.fleet[1], speed_factor=0.2, boxes=6)
    tier = replace(where.out["tps"], window=window("H-3 06:00", "H-1 23:59"))
    # The jetty's load must be there a day early, for a slow pickup leaves the boat no time on the last.
    early = (pin("hub", "DERMAGA-CONTOH", None, "H-2 18:00"),)
    where = replace(where, fleet=(where.fleet[0], slow, where.fleet[2]), out=where.out | {"tps": tier}, pins=early)
    made = plan(where)
    assert not [lost for lost in made.unserved if lost.direction == "out"]
    assert len({run.day for stage in made.stages if stage.id == "out:PPK-CONTOH" for run in stage.runs}) > 1


def test_groups_keep_their_own_windows():
    where = besar()
    early = window("H-3 06:00", "H-2 18:00")
    tiers = where.out | {"ppk": replace(where.out["ppk"], window=window("H-6 07:00", "H-4 20:00"))}
    windows = {("out", "tps", "14.01.03"): early, ("back", "kpu", "14.01.01"): window("H+5 07:00", "H+6 18:00")}
    where = replace(where, out=tiers, group_windows=windows)
    made = plan(where)
    assert not made.unserved
    far = {station.id for station in where.stations if station.kecamatan == "14.01.03"}
    for run in runs_of(made, "out"):
        for stop in run.stops:
            if stop.at in far:
                assert early[0] <= run.depart
                assert stop.arrive <= early[1]
            elif stop.at in {s.id for s in where.stations}:
                assert run.depart >= -DAY
    late = parse_moment("H+5 07:00")
    assert all(run.depart >= late for run in runs_of(made, "back") if "PPK-A" in {stop.at for stop in run.stops})


@pytest.mark.parametrize(
    ("given", "obeyed"),
    [
        (pin("station", "14.01.08.2001-003", "H-1 12:00"), lambda s: s.depart - 540 >= -DAY + 12 * HOUR),
        (pin("station", "14.01.08.2002-004", None, "H-1 07:30"), lambda s: s.arrive <= -DAY + 7.5 * HOUR),
        (pin("hub", "PPK-CONTOH", "H-3 09:00"), lambda s: s.arrive >= -3 * DAY + 9 * HOUR),
        (pin("hub", "DERMAGA-CONTOH", None, "H-1 07:00"), lambda s: s.arrive <= -DAY + 7 * HOUR),
    ],
)
def test_pins_on_stations_and_hubs_are_obeyed(given, obeyed):
    where = replace(kecil(), pins=(given,))
    made = plan(where)
    assert not made.unserved
    (stop,) = stops_at(made, given.target, "out")
    assert obeyed(stop)


@pytest.mark.parametrize(
    ("given", "direction"),
    [
        (pin("vehicle", "pikap#1", "H-1 09:00"), "out"),
        (pin("vehicle", "pikap#1", None, "H-1 18:00"), "out"),
        (pin("vehicle", "truk#1", "H-4 12:00", "H-4 20:00"), "out"),
        (pin("vehicle", "pikap#1", "H 20:00"), "back"),
        (pin("vehicle", "truk#1", None, "H+3 12:00"), "back"),
    ],
)
def test_a_vehicles_pin_binds_its_own_direction_only(given, direction):
    made = plan(replace(kecil(), pins=(given,)))
    assert not made.unserved
    for run in runs_of(made, direction):
        if run.vehicle == given.target:
            assert given.not_before is None or run.depart >= given.not_before
            assert given.not_after is None or run.return_ <= given.not_after


def test_a_pin_on_one_of_several_teams_leaves_the_others_free():
    late = parse_moment("H-1 15:00")
    made = plan(replace(besar(), pins=(pin("vehicle", "pikap#1", "H-1 15:00"),)))
    assert not made.unserved
    days = [run for stage in made.stages if stage.id == "out:PPK-A" for run in stage.runs]
    assert all(run.depart >= late for run in days if run.vehicle == "pikap#1")
    assert any(run.depart < late for run in days if run.vehicle == "pikap#2")


def test_a_pin_nobody_can_obey_leaves_the_station_unserved():
    where = replace(kecil(), pins=(pin("station", "14.01.08.2002-004", None, "H-1 05:00"),))
    made = plan(where)
    assert {(lost.station, lost.direction, lost.reason) for lost in made.unserved} == {
        ("14.01.08.2002-004", "out", "window"), ("14.01.08.2002-004", "back", "not_delivered"),
    }  # fmt: skip


def test_the_return_collects_exactly_what_was_delivered():
    made = plan(without(besar(), "fleet", 6))
    lost = {entry.station for entry in made.unserved if entry.direction == "out"}
    assert lost == {f"14.01.03.2002-{n:03}" for n in range(1, 4)}
    assert {entry.station for entry in made.unserved if entry.direction == "back"} == lost
    collected = {stop.at for run in runs_of(made, "back") for stop in run.stops}
    assert not collected & lost
    assert "DERMAGA" not in collected
    assert sum(stop.boxes for stop in stops_at(made, "PPK-C", "back")) == 2 * 3 + 2


def test_the_return_does_not_wait_at_the_base_for_goods_that_lie_elsewhere():
    made = plan(besar())
    (stop,) = stops_at(made, "DERMAGA", "back")
    (run,) = [run for run in runs_of(made, "back") if stop in run.stops]
    assert run.depart < max(other.return_ for other in runs_of(made) if stage_of(made, other).id == "back:DERMAGA")


def test_an_escort_that_begins_later_than_the_truck_sets_the_morning_after_a_night():
    made = plan(besar())
    nights = [run for run in runs_of(made) if run.vehicle.startswith("truk") and run.return_ // DAY > run.day]
    assert nights
    for run in nights:
        assert run.escort == "tni#1"
        assert {stop.depart % DAY for stop in run.stops} & {7 * HOUR}


def test_working_days_longer_than_a_day_do_not_count_a_team_twice():
    where = kecil()
    tier = replace(where.back["ppk"], hours=(12 * HOUR, 48 * HOUR), window=window("H 12:00", "H+2 12:00"))
    slow = replace(where.fleet[1], speed_factor=0.2, boxes=6)
    plan(replace(where, back=where.back | {"ppk": tier}, fleet=(where.fleet[0], slow, where.fleet[2])))


def test_stations_may_hang_directly_from_the_warehouse():
    places = [place("W", "warehouse", "", 101.0, 0.0), place("P", "ppk", "W", 101.2, 0.0)]
    stations = [station("14.01.01.2001", n, 101.0 + n / 50, 0.01, "W" if n < 4 else "P") for n in range(1, 7)]
    vehicles = [fleet("truk", "W", "truck", 2, 40), fleet("pikap", "P", "pickup", 1, 20, row=3)]
    made = plan(district(places, stations, vehicles, [guards("polri", "W", 2)]))
    assert not made.unserved


def test_a_town_without_any_hub():
    places = [place("W", "warehouse", "", 101.0, 0.0)]
    stations = [station("14.01.01.2001", n, 101.0 + n / 50, 0.01, "W") for n in range(1, 7)]
    where = district(places, stations, [fleet("truk", "W", "truck", 2, 40)])
    made = plan(where)
    assert not made.unserved
    assert [stage.id for stage in made.stages] == ["out:W", "back:W"]


def test_stations_that_hold_different_elections():
    stations = tuple(replace(s, elections=("G",) if s.number == 1 else s.elections) for s in kecil().stations)
    made = plan(replace(kecil(), stations=stations))
    assert not made.unserved
    assert stops_at(made, "14.01.08.2001-001", "out")[0].boxes == 1
    assert stops_at(made, "PPK-CONTOH", "out")[0].boxes == 26 - 4


def test_other_travel_times_are_used_and_checked():
    ways = CrowFlight("lowland")

    class Detour(CrowFlight):
        def legs(self, points, mode, speed_factor=1.0):
            return ways.legs(points, mode, speed_factor / 2)

    made = plan(kecil(), travel=Detour("lowland"))
    assert broken(made, kecil()) != []
    assert made.totals.seconds > plan(kecil()).totals.seconds


def test_one_way_streets():
    """Legs need not be alike in both directions."""
    table = Table(lambda a, b: 600 if a < b else 2400)
    made = plan(kecil(), travel=table)
    assert not made.unserved


def test_progress_is_told_after_every_stage():
    told = []
    plan(kecil(), progress=lambda *step: told.append(step))
    assert [step[:3] for step in told] == [(way, n, 3) for way in ("out", "back") for n in (1, 2, 3)]
    costs = [step[3] for step in told]
    assert costs[0] < costs[1] < costs[2]


def test_a_single_tier_for_everything():
    where = kecil()
    wide = Tier(window("H-5 06:00", "H-1 23:59"), (6 * HOUR, 20 * HOUR), "none")
    made = plan(replace(where, out={"ppk": wide, "tps": wide}))
    assert not made.unserved
    # What arrives on the first day may go on at once: the tiers share a window, only the goods must be there.
    hub = stops_at(made, "PPK-CONTOH", "out")[0]
    onward = [run.depart for stage in made.stages if stage.id == "out:PPK-CONTOH" for run in stage.runs]
    assert min(onward) >= hub.depart + 1200
