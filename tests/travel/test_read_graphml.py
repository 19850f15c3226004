from __future__ import annotations

import pytest

import maps
from maps import graphml, kmh, usable
from serentak.base.errors import InputError
from serentak.travel.network import read_network
from serentak.travel.snap import pieces_of

A, B, C = (116.80, -1.20), (116.801, -1.20), (116.802, -1.20)
NODES = {"10": {"x": A[0], "y": A[1]}, "20": {"x": B[0], "y": B[1]}, "30": {"x": C[0], "y": C[1]}}

SWAPPED = {"10": {"x": -1.2, "y": 116.8}, "20": {"x": -1.3, "y": 116.8}}


def edge(**values):
    return {"highway": "residential", "oneway": "False", "osmid": "5", "length": "111.3", **values}


def test_both_directions_of_a_road_are_one_edge(tmp_path):
    path = graphml(
        tmp_path / "network.graphml", NODES,
        [("10", "20", edge(name="Jalan Satu")), ("20", "10", edge(reversed="True", name="Jalan Satu")),
         ("20", "30", edge(oneway="True", osmid="6"))],
    )  # fmt: skip
    graph, problems = maps.read(path)
    assert not list(problems)
    assert usable(graph, "truck") == {(A, B), (B, A), (B, C)}
    assert usable(graph, "foot") == {(A, B), (B, A), (B, C), (C, B)}
    assert sorted(graph.source.tolist()) == [5, 6]
    assert set(graph.names) == {"", "Jalan Satu"}


def test_a_one_way_against_its_drawing_was_turned_by_osmnx(tmp_path):
    path = graphml(tmp_path / "network.graphml", NODES, [("20", "10", edge(oneway="True", reversed="True"))])
    assert usable(maps.read(path)[0], "truck") == {(B, A)}


def test_an_edge_of_several_ways_is_as_slow_as_the_worst(tmp_path):
    values = edge(
        highway="['primary', 'living_street']", osmid="[8, 9]", name="['Satu', 'Dua']", maxspeed="['40', '8']"
    )
    graph, _problems = maps.read(graphml(tmp_path / "network.graphml", NODES, [("10", "20", values)]))
    assert kmh(graph, "truck") == {8}
    assert [graph.kinds[kind] for kind in graph.kind] == ["living_street"]
    assert graph.names[graph.name[0]] == "Satu"
    assert graph.source.tolist() == [8]


def test_drawn_lines_are_followed(tmp_path):
    drawn = f"LINESTRING ({A[0]} {A[1]}, {A[0]} {A[1] + 0.001}, {B[0]} {B[1]})"
    graph, _problems = maps.read(graphml(tmp_path / "network.graphml", NODES, [("10", "20", edge(geometry=drawn))]))
    assert int(graph.metres.sum()) == 111 + 157
    straight, _problems = maps.read(
        graphml(tmp_path / "network.graphml", NODES, [("10", "20", edge(geometry="LINESTRING (nonsense"))])
    )
    assert straight.metres.tolist() == [111]


@pytest.mark.parametrize(
    ("nodes", "edges", "crs", "message"),
    [
        ({"10": {}, "20": {}}, [("10", "20", edge())], "epsg:4326", "no coordinates"),
        (NODES, [], "epsg:4326", "no edges"),
        (NODES, [("10", "20", edge())], "epsg:32750", "not degrees"),
        (
            {"10": {"x": -1.2, "y": 116.8}, "20": {"x": -1.3, "y": 116.8}},
            [("10", "20", edge())],
            "epsg:4326",
            "swapped",
        ),
        (NODES, [("10", "10", edge())], "epsg:4326", "no way"),
        (NODES, [("10", "20", edge(access="private"))], "epsg:4326", "no way"),
    ],
)
def test_bad_graphs(tmp_path, english, nodes, edges, crs, message):
    with pytest.raises(InputError, match=message):
        read_network(graphml(tmp_path / "network.graphml", nodes, edges, crs))


def test_nodes_without_a_place_and_edges_to_nowhere_are_counted(tmp_path, english):
    nodes = NODES | {"40": {"x": "nan", "y": "1"}}
    edges = [("10", "20", edge()), ("20", "40", edge()), ("20", "50", edge()), ("30", "30", edge())]
    _graph, problems = maps.read(graphml(tmp_path / "network.graphml", nodes, edges))
    assert [problem.message.partition(" ")[0] for problem in problems] == ["2", "1"]


def test_entities_are_refused(tmp_path, english):
    path = tmp_path / "network.graphml"
    path.write_text('<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><graphml>&b;</graphml>')
    with pytest.raises(InputError, match="document type"):
        read_network(path)


def test_balikpapan(data_file):
    graph, problems = read_network(data_file("data/osm/balikpapan.graphml"))
    assert not problems.warnings
    truck = pieces_of(graph, "truck")
    assert truck.metres.max() > 0.98 * truck.metres.sum()
    assert 116.8 < graph.lon.min() < graph.lon.max() < 116.87
    assert -1.29 < graph.lat.min() < graph.lat.max() < -1.25
