from __future__ import annotations

import json
from dataclasses import replace

import shapely

from serentak.formats.map import map_data
from serentak.formats.map_hazards import exposed_to, hazard_areas
from serentak.travel.hazards import CLOSED, Hazards, Layer, Site


def under(source, *shapes):
    """Give the source with a site a shape, each of which holds the stations inside."""
    layer = Layer("air", "flood", {"truck": CLOSED}, "", 0.5, 0.0, "BPBD", "2024")
    sites = []
    for n, shape in enumerate(shapes):
        inside = frozenset(s.id for s in source.district.stations if shape.intersects(shapely.Point(s.lon, s.lat)))
        sites.append(Site(f"s{n}", 0, inside, frozenset(), shape, frozenset()))
    return replace(source, hazards=Hazards("", {}, (layer,), tuple(sites), {}))


def test_areas_are_drawn_where_they_are_and_cut_off_far_from_the_district(source):
    station = source.district.stations[0]
    near = shapely.Point(station.lon, station.lat).buffer(0.001, cap_style="square")
    far = shapely.box(0, 0, 1, 1)
    (layer,) = hazard_areas(under(source, near, far))
    assert (layer["name"], layer["source"], layer["closed"]) == ("air", "BPBD (2024)", False)
    (ring,) = layer["rings"]
    assert abs(ring[0] / 100_000 - station.lon) < 0.0011
    assert abs(ring[1] / 100_000 - station.lat) < 0.0011


def test_stations_inside_are_marked_and_those_outside_are_not(source):
    station = source.district.stations[0]
    wet = under(source, shapely.Point(station.lon, station.lat).buffer(1e-6))
    assert exposed_to(wet) == {station.id: ["air"]}
    marked = [each["id"] for each in map_data(wet)["stations"] if each["hazards"]]
    assert marked == [station.id]


def test_what_a_replan_was_told_is_closed_comes_last(source):
    station = source.district.stations[0]
    area = shapely.Point(station.lon, station.lat).buffer(0.01)
    shut = replace(under(source, area), closed=(shapely.to_geojson(area),))
    assert [each["closed"] for each in hazard_areas(shut)] == [False, True]
    json.dumps(hazard_areas(shut))


def test_without_hazards_nothing_is_drawn(source):
    assert map_data(source)["hazards"] == []
