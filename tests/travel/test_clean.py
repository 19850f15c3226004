from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

import maps
from maps import osm
from serentak.base.errors import InputError
from serentak.travel.network import ENDINGS, read_network
from serentak.travel.snap import pieces_of

ROAD = {"highway": "residential"}
WGS84 = Geod(ellps="WGS84")


def shape(graph, edge):
    own = slice(graph.shape_start[edge], graph.shape_start[edge + 1])
    return graph.shape_lon[own], graph.shape_lat[own]


def test_long_stretches_are_cut_evenly_and_stay_in_place(tmp_path):
    ends = {1: (106.0, -6.0), 2: (106.01, -6.0)}  # 1,106.7 m by the geodesic
    graph, _problems = maps.read(osm(tmp_path / "network.osm", ends, [(1, [1, 2], ROAD)]))
    assert graph.metres.tolist() == [221] * 5
    assert sorted(graph.lon.round(6)) == pytest.approx([106.0, 106.002, 106.004, 106.006, 106.008, 106.01])


def test_ways_of_no_length_are_left_out_without_parting_the_road(tmp_path, english):
    spots = {1: (106.0, -6.0), 2: (106.001, -6.0), 3: (106.001, -6.0), 4: (106.002, -6.0)}
    ways = [(1, [1, 2], ROAD), (2, [2, 3], ROAD), (3, [3, 4], ROAD), (4, [1, 1], ROAD)]
    graph, problems = maps.read(osm(tmp_path / "network.osm", spots, ways))
    assert [(problem.message, problem.value) for problem in problems] == [
        ("2 stretches of way have no length; they are left out", "2, 4")
    ]
    assert pieces_of(graph, "truck").metres.max() == graph.metres.sum() == 222


def test_ways_drawn_twice_count_once(tmp_path, english):
    spots = {1: (106.0, -6.0), 2: (106.001, -6.0), 3: (106.0005, -6.001)}
    ways = [
        (1, [1, 2], ROAD), (2, [1, 2], ROAD), (3, [2, 1], ROAD),  # the same road, and drawn the other way round
        (4, [1, 3, 2], ROAD),  # a longer way beside it
        (5, [1, 2], ROAD | {"oneway": "yes"}), (6, [2, 1], ROAD | {"oneway": "yes"}),  # two directions
    ]  # fmt: skip
    graph, problems = maps.read(osm(tmp_path / "network.osm", spots, ways))
    assert [(problem.message, problem.value) for problem in problems] == [
        ("2 stretches of way are drawn twice; one of each is kept", "2, 3")
    ]
    assert sorted(set(graph.source.tolist())) == [1, 4, 5, 6]


def test_a_straight_road_over_kilometres_is_named(tmp_path, english):
    spots = {1: (106.0, -6.0), 2: (106.05, -6.0), 3: (106.1, -6.0)}
    ways = [(4, [1, 2], ROAD), (5, [2, 3], {"route": "ferry"})]
    _graph, problems = maps.read(osm(tmp_path / "network.osm", spots, ways))
    assert [(problem.value, problem.message) for problem in problems.warnings] == [
        ("4", "1 stretches of road run straight for more than 3000 m; their length may be wrong")
    ]


def test_the_network_has_to_lie_where_the_stations_are(tmp_path, english):
    path = osm(tmp_path / "network.osm", {1: (9.5, 47.2), 2: (9.51, 47.2)}, [(1, [1, 2], ROAD)])
    assert read_network(path, (9.0, 47.0, 10.0, 48.0))
    with pytest.raises(InputError, match="elsewhere"):
        read_network(path, (106.0, -7.0, 107.0, -6.0))
    with pytest.raises(InputError, match="swapped"):
        read_network(path, (47.0, 9.0, 48.0, 10.0))


@pytest.mark.parametrize("name", ["network.txt", "network", "network.xlsx", "network.csv"])
def test_wrong_endings(tmp_path, name, english):
    path = tmp_path / name
    path.write_text("x")
    with pytest.raises(InputError, match="does not end like this"):
        read_network(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_empty_and_missing_files(tmp_path, ending, english):
    path = tmp_path / f"network{ending}"
    with pytest.raises(InputError, match="no such file"):
        read_network(path)
    path.touch()
    with pytest.raises(InputError, match="is empty"):
        read_network(path)


PATH = {"highway": "footway"}
SPOTS = st.integers(0, 8)
WAYS = st.lists(
    st.tuples(
        st.lists(SPOTS, min_size=1, max_size=6),
        st.sampled_from(
            [ROAD, ROAD | {"oneway": "yes"}, ROAD | {"oneway": "-1"}, {"highway": "footway"}, {"route": "ferry"}]
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=WAYS, blocked=st.sets(SPOTS, max_size=2))
def test_whatever_is_drawn_the_graph_is_sound(tmp_path, ways, blocked):
    """Lengths, shapes, ends and permissions agree with what was drawn, by another way of counting."""
    spots = {n: (106.0 + n % 3 * 0.004, -6.0 - n // 3 * 0.001) for n in range(9)}
    drawn = [(number, refs, tags) for number, (refs, tags) in enumerate(ways)]
    path = osm(tmp_path / "network.osm", spots, drawn, {n: {"barrier": "bollard"} for n in blocked})
    try:
        graph, _problems = read_network(path)
    except InputError:
        assert all(len(set(refs)) < 2 for refs, _tags in ways)
        return
    ferry = np.array([graph.kinds[kind] == "ferry" for kind in graph.kind])
    assert np.all(graph.metres[~ferry] <= 251)
    assert np.all(graph.metres >= 1)
    for edge in range(len(graph.metres)):
        lon, lat = shape(graph, edge)
        assert abs(WGS84.line_length(lon, lat) - graph.metres[edge]) <= 1
    for arc in range(len(graph.tail)):
        lon, lat = shape(graph, graph.edge[arc])
        first, last = (0, -1) if graph.forward[arc] else (-1, 0)
        assert (lon[first], lat[first]) == pytest.approx((graph.lon[graph.tail[arc]], graph.lat[graph.tail[arc]]))
        assert (lon[last], lat[last]) == pytest.approx((graph.lon[graph.head[arc]], graph.lat[graph.head[arc]]))
        assert graph.tail[arc] != graph.head[arc]
        assert any(times[arc] > 0 for times in graph.milliseconds.values())
    if not blocked:
        roads = {
            pair
            for refs, tags in ways
            if tags["highway" if "highway" in tags else "route"] == "residential"
            for pair in pairwise(refs)
            if pair[0] != pair[1]
        }
        straight = sum(WGS84.inv(*spots[a], *spots[b])[2] for a, b in {tuple(sorted(pair)) for pair in roads})
        lorry = np.unique(graph.edge[graph.milliseconds["truck"] > 0]) if "truck" in graph.milliseconds else []
        assert graph.metres[lorry].sum() >= straight - 10 * len(roads)
