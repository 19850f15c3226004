from __future__ import annotations

from dataclasses import replace

import pytest

from serentak.kit.kits import build_kits
from serentak.kit.rules import load_rules


def spread(make_station, kecamatan: int, stations: int, elections=("G", "B"), code="33.20"):
    """Stations dealt out over the villages of so many kecamatan."""
    return [
        make_station(f"{code}.{n % kecamatan + 1:02d}.2001", n // kecamatan + 1, elections=elections)
        for n in range(stations)
    ]


def test_jepara(make_station, make_district, rules):
    kits = build_kits(make_district(spread(make_station, 16, 1_743), "33.20"), rules)
    totals = kits.totals()
    assert totals["boxes"] == 3_518
    assert (totals["station_boxes"], totals["recap_boxes"]) == (3_486, 32)
    assert (totals["booths"], totals["punch_sets"]) == (6_972, 6_972)
    assert totals["ink"] == 3_486
    assert totals["ties"] == 20_916
    assert len({box for kit in kits.stations.values() for box in kit.boxes}) == 3_486


def test_mahakam_ulu(make_station, make_district, rules):
    totals = build_kits(make_district(spread(make_station, 5, 77, code="64.11"), "64.11"), rules).totals()
    assert totals["boxes"] == 164
    assert totals["booths"] == 308
    assert totals["seals"] - 3_991 in range(77)  # 52 a station is 51.8 rounded up


def test_kutai_kartanegara(make_station, make_district, rules):
    totals = build_kits(make_district(spread(make_station, 20, 1_443, code="64.02"), "64.02"), rules).totals()
    assert totals["c_hasil"] == 2_886
    totals = build_kits(make_district(spread(make_station, 20, 1_447, code="64.02"), "64.02"), rules).totals()
    assert totals["boxes"] == 2_934


def test_where_one_election_is_held_there_is_one_box(make_station, make_district, rules):
    stations = spread(make_station, 4, 10, ("G",), "31.71")
    kits = build_kits(make_district(stations, "31.71", ("G",)), rules)
    assert kits.totals()["boxes"] == 14
    assert kits.totals()["ballots_G"] == 10 * 513
    assert "ballots_B" not in kits.totals()


def test_the_kit_of_a_station(make_station, make_district, rules):
    kits = build_kits(make_district([make_station(number=7, voters=600)]), rules)
    kit = kits.stations["14.01.06.2003-007"]
    assert kit.boxes == ("14.01.06.2003-007-G", "14.01.06.2003-007-B")
    assert kit.bundle == "14.01.06.2003-007-K"
    assert kit.ballots == {"G": 615, "B": 615}
    # A box: 2,260 empty + 3,000 contents + 615 ballots of 7.5 g = 9,873 rounded up; bundle 4 x 700 + 1,500.
    assert kit.grams == 2 * 9_873 + 4_300
    assert kit.millilitres == 2 * 96_000 + 4 * 6_000 + 6_000
    recap = kits.recap["14.01.06"]
    assert recap.boxes == ("14.01.06-R-G", "14.01.06-R-B")
    assert (recap.grams, recap.millilitres) == (2 * 3_260, 192_000)


def test_boxes_come_in_the_order_of_the_pack(make_station, make_district, rules):
    kits = build_kits(make_district([make_station(elections=("B", "G"))]), rules)
    assert [box[-1] for box in kits.stations["14.01.06.2003-001"].boxes] == ["G", "B"]


def test_the_stock_for_a_repeated_vote_is_never_counted_as_available(make_station, make_district, rules):
    kits = build_kits(make_district([make_station(voters=500)]), rules)
    assert [(stock.election, stock.ballots, stock.keeper) for stock in kits.revote] == [
        ("G", None, "KPU of the province"),
        ("B", 2000, "KPU of the kabupaten or kota"),
    ]
    assert kits.totals()["ballots_B"] == 513


def test_a_district_may_say_otherwise(make_station, make_district):
    rules = load_rules("pilkada-2024", {"booths": 2, "reserve_permille": 20})
    kits = build_kits(make_district([make_station(voters=500)]), rules)
    assert kits.totals()["booths"] == 2
    assert kits.totals()["ballots_B"] == 510


def test_an_election_that_the_pack_has_not_is_not_passed_over(make_station, make_district, rules):
    station = replace(make_station(), elections=("G", "X"))
    with pytest.raises(KeyError, match="X"):
        build_kits(make_district([station]), rules)
