from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.support import kecil

from serentak.base.errors import InputError
from serentak.operations.measures import FILE, avoiding, changed, measures_csv, read_measures
from serentak.plan.model import Unserved
from serentak.risk.chance import chance
from serentak.risk.measures import Measure
from serentak.risk.outlook import Odds
from serentak.risk.proposals import Unsure, propose, unsure
from serentak.travel import CrowFlight
from serentak.travel.hazards import CLOSED, Hazards, Layer, Site

DISTRICT = kecil()
HUB = next(place for place in DISTRICT.places if place.kind == "ppk")
KECAMATAN = HUB.village[:8]
STATION = next(station for station in DISTRICT.stations if station.parent == HUB.id and not station.access)


def test_a_mode_is_for_the_stations_it_names_and_no_others():
    own = changed(DISTRICT, [Measure("reach", STATION.village, "4x4")])
    assert {s.access for s in own.stations if s.village == STATION.village} == {("4x4",)}
    others = [(a, b) for a, b in zip(DISTRICT.stations, own.stations, strict=True) if a.village != STATION.village]
    assert all(a == b for a, b in others)


def test_spare_vehicles_do_not_rename_those_that_are_there():
    own = changed(DISTRICT, [Measure("vehicles", HUB.id, "pickup", 2), Measure("vehicles", HUB.id, "4x4", 1)])
    names = [name for row in own.fleet for name in row.names()]
    assert len(names) == len(set(names))
    assert names[: len([n for row in DISTRICT.fleet for n in row.names()])] == [
        name for row in DISTRICT.fleet for name in row.names()
    ]
    assert {row.type for row in own.fleet} - {row.type for row in DISTRICT.fleet} == {
        "pikap-cadangan", "gardan_ganda-cadangan",
    }  # fmt: skip
    assert len({row.row for row in own.fleet}) == len(own.fleet)  # two spare rows of one base are not one kind


def test_buffers_and_days_change_the_windows_of_one_kecamatan():
    own = changed(DISTRICT, [Measure("buffer_back", KECAMATAN, number=60), Measure("earlier", KECAMATAN, number=1)])
    start, end = DISTRICT.back["ppk"].window
    assert own.group_windows["back", "ppk", KECAMATAN] == (start, end - 3600)
    start, end = DISTRICT.out["tps"].window
    assert own.group_windows["out", "tps", KECAMATAN] == (start - 86400, end - 86400)


def test_what_is_written_is_what_is_read(tmp_path):
    measures = (
        Measure("reach", STATION.id, "4x4", note="rawan banjir"), Measure("vehicles", HUB.id, "4x4", 1),
        Measure("buffer_out", KECAMATAN, number=90),
    )  # fmt: skip
    (tmp_path / FILE).write_text(measures_csv(measures), encoding="utf-8")
    assert read_measures(tmp_path, DISTRICT, None) == measures


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("reach,14.99,4x4,,", "at"),
        ("reach,{station},,,", "mode"),
        ("vehicles,{hub},4x4,,", "number"),
        ("vehicles,nowhere,4x4,1,", "at"),
        ("avoid,banjir,,,", "at"),
        ("terbang,{hub},,,", "measure"),
        ("earlier,{kecamatan},,-1,", "number"),
    ],
)
def test_a_measure_that_cannot_be_used_is_named(tmp_path, row, column):
    row = row.format(station=STATION.id, hub=HUB.id, kecamatan=KECAMATAN)
    (tmp_path / FILE).write_text(f"measure,at,mode,number,note\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_measures(tmp_path, DISTRICT, None)
    problem = error.value.problems[0]
    assert (problem.file, problem.row, problem.column) == (FILE, 2, column)
    assert problem.remedy


def test_an_estimate_from_coordinates_cannot_avoid_anything():
    with pytest.raises(InputError, match="avoid"):
        avoiding(CrowFlight("lowland"), [Measure("avoid", "banjir")], HAZARDS)


LAYER = Layer("banjir", "flood", {"pickup": CLOSED, "motorbike": 3.0, "4x4": 2.0}, "", 0.3, 0.0, "", "")
HAZARDS = Hazards("", {}, (LAYER,), (Site("s", 0, frozenset({STATION.id}), frozenset(), None, frozenset()),), {})


def odds(on_time: int, calm: int, *sites: str) -> Odds:
    return Odds(STATION.id, chance(on_time, 100), chance(calm, 100), sites)


def test_a_closed_way_first_asks_for_a_mode_that_gets_through_then_for_another_day():
    weak = {"out": Unsure((odds(70, 100, "s"),), (), ())}
    first = propose(KECAMATAN, weak, DISTRICT, HAZARDS, (), ())
    assert first[0] == Measure("reach", STATION.id, "4x4")  # slower, but through
    then = propose(KECAMATAN, weak, DISTRICT, HAZARDS, first, set(first))
    assert then == [Measure("earlier", KECAMATAN, number=1)]
    last = propose(KECAMATAN, weak, DISTRICT, HAZARDS, then, {*first, *then})
    assert last == [Measure("buffer_out", KECAMATAN, number=90)]


def test_a_boat_is_proposed_only_where_water_leads():
    weak = {"out": Unsure((odds(70, 100, "s"),), (), ())}
    both = Hazards("", {}, (LAYER,), (replace(HAZARDS.sites[0], points=frozenset({STATION.id, HUB.id})),), {})
    assert propose(KECAMATAN, weak, DISTRICT, both, (), ())[0] == Measure("reach", STATION.id, "boat")
    afloat = changed(DISTRICT, [Measure("vehicles", HUB.id, "boat", 1)])
    assert propose(KECAMATAN, weak, afloat, HAZARDS, (), ())[0] == Measure("reach", STATION.id, "boat")


def test_on_a_network_one_first_keeps_off_what_may_close():
    weak = {"out": Unsure((odds(70, 100, "s"),), (), ())}
    first = propose(KECAMATAN, weak, DISTRICT, HAZARDS, (), (), on_network=True)
    assert first == [Measure("avoid", "banjir")]
    then = propose(KECAMATAN, weak, DISTRICT, HAZARDS, first, (), on_network=True)
    assert then[0].kind == "reach"


def test_delays_ask_for_more_and_more_room_up_to_what_is_bearable():
    weak = {"back": Unsure((), (odds(50, 50),), ())}
    taken: list[Measure] = []
    minutes = []
    while steps := propose(KECAMATAN, weak, DISTRICT, HAZARDS, taken, ()):
        taken = steps
        minutes.append(steps[0].number)
    assert minutes == [120, 240, 360, 480]


def test_what_is_not_served_asks_for_vehicles_first():
    weak = {"out": Unsure((odds(70, 100, "s"),), (), (STATION.id,))}
    steps = propose(KECAMATAN, weak, DISTRICT, HAZARDS, (), ())
    assert [(step.kind, step.at) for step in steps] == [("vehicles", HUB.id)]


def test_stations_are_sorted_by_what_keeps_them_from_the_target():
    seen = SimpleNamespace(stations={"out": (odds(70, 100, "s"), odds(70, 80), odds(100, 100)), "back": ()})
    lacking = SimpleNamespace(unserved=(Unserved(STATION.id, "back", "no_way", None),))
    found = unsure(seen, lacking, 0.95)
    assert list(found) == [KECAMATAN]
    assert [len(found[KECAMATAN]["out"].by_hazards), len(found[KECAMATAN]["out"].by_delays)] == [1, 1]
    assert found[KECAMATAN]["back"].unserved == (STATION.id,)
