from __future__ import annotations

import json

import pytest
from tests.support import kecil

from serentak.base.errors import InputError
from serentak.territory.columns import MODES
from serentak.travel.hazards import CLOSED
from serentak.travel.read_hazards import read_hazards

DISTRICT = kecil()
STATION = DISTRICT.stations[0]
HEAD = """
season = "hujan"
[causes.hujan]
probability = { hujan = 0.3, kemarau = 0.1 }
lasts = 2
slower = { truck = 1.2 }
"""
LAYER = """
[[layers]]
name = "banjir"
kind = "flood"
file = "{file}"
source = "rekaan"
as_of = "2024"
"""


def written(folder, text=HEAD, file="titik.csv", content="site,at\nsungai,{station}\n", more=""):
    """Write hazards with one layer."""
    (folder / "hazards.toml").write_text(text + LAYER.format(file=file) + more, encoding="utf-8")
    if isinstance(content, bytes):
        (folder / file).write_bytes(content)
    elif content is not None:
        content = content.replace("{station}", STATION.id).replace("{village}", STATION.village)
        (folder / file).write_text(content, encoding="utf-8")
    return folder


def refused(folder):
    with pytest.raises(InputError) as error:
        read_hazards(folder, DISTRICT, MODES)
    return error.value.problems[0]


def test_a_district_without_hazards_has_none(tmp_path):
    assert read_hazards(tmp_path, DISTRICT, MODES)[0] is None


def test_a_table_names_stations_villages_legs_and_edges(tmp_path):
    hub = next(place.id for place in DISTRICT.places if place.kind == "ppk")
    rows = f"site,at\na,{{village}}\nb,{{station}}\nb,{hub}>{{station}}\nc,edge:77\n"
    found, _warnings = read_hazards(written(tmp_path, content=rows), DISTRICT, MODES)
    sites = {site.name: site for site in found.sites}
    inside = {station.id for station in DISTRICT.stations if station.village == STATION.village}
    assert sites["banjir: a"].points == inside
    assert sites["banjir: b"].points == {STATION.id}
    assert sites["banjir: b"].legs == {(hub, STATION.id)}
    assert sites["banjir: c"].edges == {77}


def test_effects_not_given_are_those_of_the_kind(tmp_path):
    found, _warnings = read_hazards(written(tmp_path), DISTRICT, MODES)
    assert found.layers[0].effect["truck"] == CLOSED
    assert found.layers[0].effect["4x4"] == 2.0
    own, _warnings = read_hazards(
        written(tmp_path, more='effect = { truck = 3.0, boat = "closed" }\n'), DISTRICT, MODES
    )
    assert own.layers[0].effect == {"truck": 3.0, "boat": CLOSED}


def square(lon, lat, reach=0.001):
    ring = [
        [lon - reach, lat - reach],
        [lon + reach, lat - reach],
        [lon + reach, lat + reach],
        [lon - reach, lat + reach],
    ]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def features(*shapes):
    rows = [
        {"type": "Feature", "properties": {"rawan": rawan, "nama": name}, "geometry": shape}
        for rawan, name, shape in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows})


def test_polygons_hold_the_stations_inside_and_are_chosen_by_a_column(tmp_path):
    content = features(
        ("YA", "Sena", square(STATION.lon, STATION.lat)), ("TIDAK", "lain", square(STATION.lon, STATION.lat))
    )
    more = 'column = "rawan"\nvalues = ["YA"]\nnamed = "nama"\n'
    found, _warnings = read_hazards(
        written(tmp_path, file="banjir.geojson", content=content, more=more), DISTRICT, MODES
    )
    assert [site.name for site in found.sites] == ["banjir: Sena"]
    assert STATION.id in found.sites[0].points


def test_features_of_one_name_are_one_site(tmp_path):
    here, there = square(STATION.lon, STATION.lat), square(0, 0)
    content = features(("YA", "a", here), ("YA", "b", there), ("YA", "a", there))
    found, _warnings = read_hazards(
        written(tmp_path, file="banjir.geojson", content=content, more='named = "nama"\n'), DISTRICT, MODES
    )
    assert [site.name for site in found.sites] == ["banjir: a", "banjir: b"]
    assert found.sites[0].shape.covers(found.sites[1].shape)


def test_a_layer_may_be_one_site(tmp_path):
    content = features(("YA", "a", square(STATION.lon, STATION.lat)), ("YA", "b", square(0, 0)))
    found, _warnings = read_hazards(
        written(tmp_path, file="banjir.geojson", content=content, more="together = true\n"), DISTRICT, MODES
    )
    assert [site.name for site in found.sites] == ["banjir"]
    assert STATION.id in found.sites[0].points


def test_a_grid_gives_a_site_for_every_patch(tmp_path):
    west, south = STATION.lon - 0.0015, STATION.lat - 0.0015
    grid = f"ncols 5\nnrows 3\nxllcorner {west}\nyllcorner {south}\ncellsize 0.001\nNODATA_value -9999\n"
    grid += "-9999 -9999 -9999 -9999 2\n-9999 3 -9999 -9999 2\n-9999 -9999 -9999 -9999 1\n"
    found, _warnings = read_hazards(
        written(tmp_path, file="dalam.asc", content=grid, more='values = ["2", "3"]\n'), DISTRICT, MODES
    )
    assert len(found.sites) == 2
    assert [STATION.id in site.points for site in found.sites].count(True) == 1


@pytest.mark.parametrize(
    ("text", "file", "content", "more", "column"),
    [
        ("season = 3\n", "titik.csv", "site,at\na,{station}\n", "", "season"),
        (HEAD.replace("0.3", "1.3"), "titik.csv", "site,at\na,{station}\n", "", "causes"),
        (HEAD.replace('"hujan"\n', '"salju"\n', 1), "titik.csv", "site,at\na,{station}\n", "", "season"),
        (HEAD, "titik.csv", "site,at\na,99.99.99.9999\n", "", "at"),
        (HEAD, "titik.csv", None, "", "layers.file"),
        (HEAD, "titik.csv", "site,at\na,{station}\n", 'cause = "angin"\n', "layers.cause"),
        (HEAD, "titik.csv", "site,at\na,{station}\n", 'effect = { truck = "tutup" }\n', "layers.effect"),
        (HEAD, "titik.csv", "site,at\na,{station}\n", "effect = { kuda = 2.0 }\n", "layers.effect"),
        (HEAD, "titik.csv", "site,at\na,{station}\n", "effect = { truck = 0.5 }\n", "layers[0].effect[...]"),
        (HEAD, "titik.csv", "site,at\na,{station}\n", "warna = 1\n", "layers[0]"),
        (HEAD, "titik.csv", "site,at\na,{station}\n", "[scenarios.x]\ncauses = {angin = 1.0}\n", "scenarios.x.causes"),
        (HEAD, "a.geojson", '{"type": "FeatureCollection", "features": []}', 'column = "rawan"\n', "rawan"),
        (HEAD, "a.geojson", b"\x00\x01", "", None),
        (HEAD, "a.asc", "ncols 2\nnrows 2\n1 2 3 4\n", "", None),
        (HEAD, "a.asc", b"\xff\xfe", "", None),
        (HEAD[:30], "titik.csv", "site,at\na,{station}\n", "", None),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(tmp_path, text, file, content, more, column):
    problem = refused(written(tmp_path, text, file, content, more))
    assert problem.file in {"hazards.toml", file}
    assert problem.remedy
    assert column is None or (problem.column or "").startswith(column)
