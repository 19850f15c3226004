from __future__ import annotations

import json

import maps
import support
from maps import osm
from serentak.travel.survey import survey_network

KM = 1 / 111.195
ROAD = {"highway": "residential"}


def valley(tmp_path):
    """Draw a road of 10 km, a path of 2 km at its end, a river beside it, and a village road across a gap of 30 m."""
    spots = {
        1: (101.0, 0.0), 2: (101.0 + 10 * KM, 0.0), 3: (101.0 + 12 * KM, 0.0),
        4: (101.0 + 5 * KM, 0.1 * KM), 5: (101.0 + 5 * KM, 8 * KM),
        6: (101.0 + 10 * KM, -0.03 * KM), 7: (101.0 + 10 * KM, -7 * KM),
    }  # fmt: skip
    ways = [
        (1, [1, 2], {"highway": "primary"}), (2, [2, 3], {"highway": "path", "motorcycle": "yes"}),
        (3, [5, 4], {"waterway": "river"}), (4, [6, 7], ROAD),
    ]  # fmt: skip
    graph, problems = maps.read(osm(tmp_path / "network.osm", spots, ways))
    return graph, tuple(problems)


def district():
    places = [
        support.place("GUDANG", "warehouse", "", 101.0, 0.001),
        support.place("PPK", "ppk", "GUDANG", 101.0 + 2 * KM, 0.001),
    ]
    village = "14.01.01.2001"
    stations = [
        support.station(village, 1, 101.0 + 3 * KM, 0.001, "PPK"),
        support.station(village, 2, 101.0 + 12 * KM, 0.001, "PPK"),  # at the end of the path
        support.station(village, 3, 101.0 + 5 * KM, 6 * KM, "PPK"),  # up the river
        support.station(village, 4, 101.0 + 10 * KM, -5 * KM, "PPK"),  # beyond the gap
        support.station(village, 5, 101.0 + 3 * KM, 40 * KM, "PPK"),  # far from everything
        support.station(village, 6, 101.0 + 3 * KM, 40 * KM, "PPK", access=("boat",)),  # no boats at its parent
    ]
    fleet = [support.fleet("truk", "GUDANG", "truck", 2, 150), support.fleet("pikap", "PPK", "pickup", 2, 20)]
    return support.district(places, stations, fleet)


def test_the_report(tmp_path, english):
    graph, notes = valley(tmp_path)
    survey = survey_network(graph, district(), notes)
    lost = {row.id: row.reason for row in survey.unreached if row.only}
    village = "14.01.01.2001"
    assert lost == {
        f"{village}-002": "far",
        f"{village}-003": "far",
        f"{village}-004": "apart",
        f"{village}-005": "far",
    }
    pickup = next(report for report in survey.modes if report.mode == "pickup")
    assert (pickup.points, pickup.joined) == (6, 3)
    assert len(pickup.pieces) == 2
    assert pickup.worst[0] == (f"{village}-005", pickup.longest)
    (gap,) = survey.gaps
    assert (gap.stations, gap.gap, gap.mode) == (1, 31, "pickup")
    assert {(row.go_on_by, row.stations) for row in survey.proposals} == {
        ("motorbike", (f"{village}-002",)), ("boat", (f"{village}-003",)),
    }  # fmt: skip
    text = "\n".join(survey.lines())
    assert "31 m, at 101.08993, -0.00027" in text
    assert "say in access" in text
    json.dumps(survey.as_dict())


def test_proposals_are_rows_that_a_table_takes(tmp_path):
    graph, _notes = valley(tmp_path)
    proposals = {row.go_on_by: row for row in survey_network(graph, district()).proposals}
    end = proposals["motorbike"]
    assert end.row() == "UJUNG-14.01.01.2001,14.01.01.2001,transit,PPK,101.089932,0.000000"
    assert 2000 / (10 / 3.6) - 30 < end.longest_seconds < 2000 / (10 / 3.6) + 30
    jetty = proposals["boat"]
    assert jetty.id == "DERMAGA-14.01.01.2001"
    assert jetty.lat == 0  # on the road, a hundred metres from the bank
    assert abs(jetty.lon - (101.0 + 5 * KM)) < 0.3 * KM


def test_a_place_that_is_not_on_the_network_is_the_one_to_mend(tmp_path, english):
    graph, _notes = valley(tmp_path)
    where = district()
    ppk = support.place("PPK", "ppk", "GUDANG", 101.0, 50 * KM)
    moved = support.district([where.places[0], ppk], where.stations[:1], where.fleet)
    survey = survey_network(graph, moved)
    assert [(row.id, row.reason) for row in survey.unreached] == [("PPK", "far"), (where.stations[0].id, "base_far")]
    assert not survey.proposals
    assert "because their parent PPK lies 49,7" in "\n".join(survey.lines())


def test_what_only_one_of_two_vehicles_reaches_is_counted(tmp_path, english):
    graph, _notes = valley(tmp_path)
    where = district()
    motorbikes = support.fleet("ojek", "PPK", "motorbike", 2, 1)
    survey = survey_network(graph, support.district(where.places, where.stations[:2], (*where.fleet, motorbikes)))
    assert [(row.id[-3:], row.mode, row.only) for row in survey.unreached] == [("002", "pickup", False)]
    said = "pickup: does not reach 1 stations and places that another vehicle of their parent reaches"
    assert said in "\n".join(survey.lines())


def test_no_boat_is_proposed_that_brings_goods_less_far_than_they_are_carried(tmp_path):
    """A short river beside the road, half a kilometre from a station that a path leads to."""
    spots = {
        1: (101.0, 0.0), 2: (101.0 + 10 * KM, 0.0), 3: (101.0 + 5 * KM, 0.05 * KM), 4: (101.0 + 5 * KM, 0.3 * KM),
        5: (101.0 + 5 * KM, 0.0), 6: (101.0 + 5 * KM, 0.9 * KM),
    }  # fmt: skip
    ways = [
        (1, [1, 5, 2], {"highway": "primary"}),
        (2, [3, 4], {"waterway": "river"}),
        (3, [5, 6], {"highway": "path"}),
    ]
    graph, _problems = maps.read(osm(tmp_path / "network.osm", spots, ways))
    where = district()
    station = support.station("14.01.01.2001", 1, 101.0 + 5 * KM, 0.9 * KM, "PPK")
    survey = survey_network(graph, support.district(where.places, [station], where.fleet))
    assert [(row.go_on_by, row.longest_off) for row in survey.proposals] == [("foot", 1)]


def test_a_mode_without_ways_stays_an_estimate(tmp_path, english):
    roads = osm(tmp_path / "r.osm", {1: (101.0, 0.0), 2: (101.1, 0.0)}, [(1, [1, 2], ROAD)])
    boats = support.fleet("perahu", "PPK", "boat", 1, 10)
    where = support.district(district().places, district().stations, (*district().fleet, boats))
    survey = survey_network(maps.read(roads)[0], where)
    assert survey.estimated == ("boat",)
    assert "boat: the network has no way for it; its times stay estimates" in "\n".join(survey.lines())
    assert not [row for row in survey.unreached if row.id.endswith("-006")]
