from __future__ import annotations

import numpy as np
import osmium
import pytest

import maps
from maps import kmh, osm, usable
from serentak.base.errors import InputError
from serentak.travel.network import read_network
from serentak.travel.protocol import Point
from serentak.travel.snap import Snapper, pieces_of

NODES = {1: (106.80, -6.20), 2: (106.801, -6.20), 3: (106.802, -6.20), 4: (106.802, -6.201), 5: (106.803, -6.20)}
A, B, C, D, E = NODES.values()
HALF = (106.80215, -6.20085)
"""Where the way from C by D to E, longer than an edge may be, is cut."""


def test_ways_meet_at_shared_nodes_and_keep_their_numbers_and_names(tmp_path):
    path = osm(
        tmp_path / "network.osm", NODES,
        [(9_000_000_000_001, [1, 2, 3], {"highway": "primary", "name": "Jalan Sudirman"}),
         (7, [3, 4], {"highway": "residential"}),
         (8, [2, 5], {"highway": "footway", "ref": "K1"})],
    )  # fmt: skip
    graph, problems = maps.read(path)
    assert not list(problems)
    assert usable(graph, "truck") == {(A, B), (B, A), (B, C), (C, B), (C, D), (D, C)}
    assert usable(graph, "foot") > usable(graph, "truck")
    assert set(graph.source.tolist()) == {9_000_000_000_001, 7, 8}
    assert {graph.names[n] for n in graph.name} == {"Jalan Sudirman", "", "K1"}
    assert graph.metres.tolist() == [111, 111, 111, 221]  # of the ellipsoid, at six degrees south
    assert "boat" not in graph.milliseconds


def test_one_ways(tmp_path):
    path = osm(
        tmp_path / "network.osm", NODES,
        [(1, [1, 2], {"highway": "primary", "oneway": "yes"}), (2, [2, 3], {"highway": "primary", "oneway": "-1"}),
         (3, [3, 4, 5], {"highway": "primary", "junction": "roundabout"}), (4, [3, 5], {"highway": "footway"})],
    )  # fmt: skip
    graph, _problems = maps.read(path)
    assert usable(graph, "truck") == {(A, B), (C, B), (C, HALF), (HALF, E)}
    assert (B, A) in usable(graph, "foot")


def test_a_ring_at_the_end_of_a_road_can_be_driven_round(tmp_path):
    path = osm(
        tmp_path / "network.osm", NODES,
        [(1, [1, 2], {"highway": "residential"}), (2, [2, 3, 4, 2], {"highway": "residential", "oneway": "yes"})],
    )  # fmt: skip
    graph, problems = maps.read(path)
    assert not list(problems)
    assert int(graph.metres.sum()) == 111 + sum(graph.metres[graph.source == 2].tolist())
    assert pieces_of(graph, "truck").metres.max() == graph.metres.sum()


def test_barriers_part_a_way_for_those_they_stop(tmp_path):
    path = osm(
        tmp_path / "network.osm", NODES,
        [(1, [1, 2, 3], {"highway": "residential"}), (2, [3, 5], {"highway": "residential"})],
        {2: {"barrier": "bollard"}, 3: {"barrier": "gate"}},
    )  # fmt: skip
    graph, problems = maps.read(path)
    assert not list(problems)
    truck, motorbike = pieces_of(graph, "truck"), pieces_of(graph, "motorbike")
    assert sorted(truck.metres[truck.metres > 0].tolist()) == [111, 222]
    assert max(motorbike.metres) == 111 * 3 + 2  # a metre at each side of the bollard


def test_ways_before_their_nodes_are_found_in_a_second_pass(tmp_path):
    ways = [(1, [1, 2, 3], {"highway": "primary"}), (2, [3, 4], {"highway": "invented"})]
    first, problems = maps.read(osm(tmp_path / "network.osm", NODES, ways, ways_first=True))
    assert usable(first, "truck") == {(A, C), (C, A)}
    assert [(problem.value, problem.severity) for problem in problems] == [("invented", "note")]


def test_an_extract_cut_off_in_the_middle_of_a_way(tmp_path, english):
    path = osm(tmp_path / "network.osm", NODES, [(1, [77, 1, 2, 78, 79, 3, 5, 80], {"highway": "primary"})])
    graph, problems = maps.read(path)
    assert usable(graph, "truck") == {(A, B), (B, A), (C, E), (E, C)}
    assert [problem.message for problem in problems] == [
        "1 ways lack nodes that are not in the file; they end where it ends"
    ]


def test_relations_and_everything_else_are_passed_over(tmp_path):
    relation = '<relation id="1" version="1"><member type="way" ref="1" role=""/><tag k="route" v="ferry"/></relation>'
    ways = [
        (1, [1, 2], {"highway": "primary"}), (2, [2, 3], {"building": "yes"}), (3, [], {"highway": "primary"}),
        (4, [4], {"highway": "primary"}), (5, [3, 4], {"highway": "construction"}), (6, [3, 5], {"route": "bus"}),
        (-7, [4, 5], {"highway": "residential"}),
    ]  # fmt: skip
    graph, _problems = maps.read(osm(tmp_path / "network.osm", NODES, ways, more=relation))
    assert sorted(graph.source.tolist()) == [-7, 1]
    assert usable(graph, "truck") == {(A, B), (B, A), (D, E), (E, D)}


def test_a_ferry_between_piers(tmp_path):
    sea = {1: (106.0, -6.0), 2: (106.001, -6.0), 3: (106.002, -6.0), 4: (106.3, -6.0), 5: (106.301, -6.0)}
    ways = [
        (1, [1, 2], {"highway": "primary"}), (2, [2, 3], {"man_made": "pier"}),
        (3, [3, 4], {"route": "ferry", "motor_vehicle": "yes", "duration": "01:30"}),
        (4, [4, 5], {"highway": "primary"}),
    ]  # fmt: skip
    graph, _problems = maps.read(osm(tmp_path / "network.osm", sea, ways))
    crossing = graph.edge == int((graph.source == 3).argmax())
    assert int((graph.source == 3).sum()) == 1  # not cut at sea
    assert graph.milliseconds["foot"][crossing].tolist() == [7_200_000, 7_200_000]  # 90 minutes and 30 of waiting
    assert graph.milliseconds["truck"][crossing].tolist() == [7_200_000, 7_200_000]
    assert kmh(graph, "boat") == {18}
    lorry = pieces_of(graph, "truck")
    assert lorry.metres.max() == graph.metres[graph.source == 3][0] + graph.metres[graph.source == 4][0]  # not the pier
    assert pieces_of(graph, "foot").metres.max() == graph.metres.sum()


def test_a_crossing_of_several_ways_is_waited_for_once(tmp_path):
    """From one shore to the other by two lines that meet at sea, where a third goes on to an islet."""
    sea = {1: (106.0, -6.0), 2: (106.01, -6.0), 3: (106.1, -6.0), 4: (106.2, -6.0), 5: (106.21, -6.0), 6: (106.1, -6.1)}
    road, ferry = {"highway": "primary"}, {"route": "ferry", "motor_vehicle": "yes"}
    ways = [(1, [1, 2], road), (2, [2, 3], ferry), (3, [3, 4], ferry), (4, [4, 5], road), (5, [3, 6], ferry)]
    graph, _problems = maps.read(osm(tmp_path / "network.osm", sea, ways))
    for mode in ("truck", "foot"):
        times = {
            int(graph.source[edge]): int(time) - round(int(graph.metres[edge]) * 3600 / 15)
            for edge, time in zip(graph.edge, graph.milliseconds[mode], strict=True)
            if graph.source[edge] in (2, 3, 5)
        }
        assert times == {2: 900_000, 3: 900_000, 5: 900_000}  # a quarter of an hour at each shore, none at sea


def test_a_boat_lands_where_a_ferry_line_ends(tmp_path):
    sea = {1: (106.0, -6.0), 2: (106.01, -6.0), 3: (106.2, -6.0)}
    ways = [(1, [1, 2], {"highway": "primary"}), (2, [2, 3], {"route": "ferry"})]
    graph, _problems = maps.read(osm(tmp_path / "network.osm", sea, ways))
    snapped = Snapper(graph).snap([Point("islet", 106.203, -6.0)], "boat")
    assert graph.lon[snapped.node].round(3).tolist() == [106.2]
    assert Snapper(graph).snap([Point("islet", 106.203, -6.0)], "foot").node.tolist() == [-1]


def test_a_drawing_that_was_never_uploaded(tmp_path):
    """JOSM numbers what is new below zero, and keeps what was deleted with a mark."""
    path = tmp_path / "network.osm"
    path.write_text(
        '<osm version="0.6"><node id="-1" lat="-6" lon="106"/><node id="-2" lat="-6" lon="106.001"/>'
        '<node id="3" lat="-6" lon="106.002"/>'
        '<way id="-10"><nd ref="-1"/><nd ref="-2"/><nd ref="3"/><tag k="highway" v="primary"/></way>'
        '<way id="11" action="delete" visible="false"><nd ref="-2"/><nd ref="3"/>'
        '<tag k="highway" v="path"/></way></osm>',
        encoding="utf-8",
    )
    graph, problems = maps.read(path)
    assert not list(problems)
    assert usable(graph, "foot") == {((106.0, -6.0), (106.002, -6.0)), ((106.002, -6.0), (106.0, -6.0))}


def test_ways_that_carry_their_positions(tmp_path, data_file):
    source, path = data_file("data/osm/liechtenstein.osm.pbf"), tmp_path / "network.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,locations_on_ways=true")) as writer:
        for thing in osmium.FileProcessor(str(source)).with_locations():
            if thing.is_way() or "barrier" in thing.tags:
                writer.add(thing)
    whole, located = read_network(source)[0], read_network(path)[0]
    for name in ("lon", "lat", "tail", "head", "metres", "source"):
        assert np.array_equal(getattr(whole, name), getattr(located, name))


def test_ways_without_any_node_in_the_file(tmp_path, english):
    with pytest.raises(InputError) as caught:
        maps.read(osm(tmp_path / "network.osm", {}, [(1, [1, 2], {"highway": "primary"})]))
    assert "the nodes are missing" in caught.value.problems[0].message


def test_histories_and_changes_are_no_maps(tmp_path, english):
    path = tmp_path / "network.osm"
    path.write_text('<osmChange version="0.6"><create><node id="1" lat="0" lon="1"/></create></osmChange>')
    with pytest.raises(InputError) as caught:
        maps.read(path)
    assert "a history or a change" in caught.value.problems[0].message


def test_ways_that_stand_twice_are_named(tmp_path, english):
    ways = [
        (9, [1, 2], {"highway": "primary"}),
        (9, [1, 2], {"highway": "primary", "oneway": "yes"}),
        (8, [2, 3], {"highway": "primary"}),
    ]
    _graph, problems = maps.read(osm(tmp_path / "network.osm", NODES, ways))
    assert [(problem.value, problem.severity) for problem in problems] == [("9", "warning")]


def test_durations_that_no_ferry_keeps_are_not_used(tmp_path, english):
    sea = {1: (106.0, -6.0), 2: (106.3, -6.0)}
    graph, problems = maps.read(
        osm(tmp_path / "network.osm", sea, [(1, [1, 2], {"route": "ferry", "duration": "00:05"})])
    )
    hours = graph.metres[0] / 1000 / 15 + 0.5
    assert graph.milliseconds["foot"][0] == pytest.approx(hours * 3_600_000, abs=2)
    assert [problem.column for problem in problems.warnings] == ["duration"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("network.osm.pbf", b"not a pbf"),
        ("network.osm.pbf", b"\x00\x00\x00\x0e\x0a\x09OSMHeader\x18\x7f"),
        ("network.osm", b"<osm version='0.6'><node id='1'"),
        ("network.osm", b"<html></html>"),
        ("network.osm", b"{}"),
        ("network.osm.gz", b"\x1f\x8b\x08nothing"),
        ("network.osm.bz2", b"BZh9nothing"),
    ],
)
def test_damaged_extracts(tmp_path, name, content, english):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_network(path)
    assert caught.value.problems[0].file == name
    assert "damaged" in caught.value.problems[0].message


def test_a_truncated_extract_is_an_error_and_not_half_a_network(tmp_path, data_file):
    whole = data_file("data/osm/liechtenstein.osm.pbf").read_bytes()
    path = tmp_path / "network.osm.pbf"
    for share in (0.001, 0.5, 0.999):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(InputError):
            read_network(path)


def test_liechtenstein(data_file):
    graph, problems = read_network(data_file("data/osm/liechtenstein.osm.pbf"))
    assert not problems.errors
    assert not problems.warnings
    assert graph.metres.max() <= 250
    assert set(graph.milliseconds) == {"truck", "pickup", "4x4", "motorbike", "foot", "boat"}
    # The country measures 25 by 12 km; its lorry roads hang together but for yards beside the border.
    truck = pieces_of(graph, "truck")
    assert truck.metres.max() > 0.9 * truck.metres.sum()
