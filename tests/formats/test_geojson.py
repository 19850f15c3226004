"""``routes.geojson`` as other programs read it, and as the plan says it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pyogrio
from msgspec.structs import replace as change

from serentak.base.clock import to_utc
from serentak.formats.geojson import LEG, PLACE, STATION, routes_geojson
from serentak.plan.model import Unserved
from serentak.travel import Way

NAMES = {"place": PLACE, "station": STATION, "leg": LEG}


class Bent:
    """Straight lines with one bend; boats have no way."""

    def way(self, start, end, mode):
        return None if mode == "boat" else Way(((start.lon, start.lat), (100.123456789, 0.5), (end.lon, end.lat)))


def made(source) -> list[dict]:
    collection = json.loads(routes_geojson(source))
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    return collection["features"]


def of_kind(features: list[dict], kind: str) -> list[dict]:
    return [feature["properties"] for feature in features if feature["properties"]["feature"] == kind]


def test_every_feature_has_the_documented_properties_in_order(source):
    features = made(source)
    for feature in features:
        assert tuple(feature["properties"]) == NAMES[feature["properties"]["feature"]]
        assert set(feature) == {"type", "properties", "geometry"}
    district = source.district
    assert [place["id"] for place in of_kind(features, "place")] == [place.id for place in district.places]
    assert [station["id"] for station in of_kind(features, "station")] == [s.id for s in district.stations]


def test_legs_follow_each_other_in_place_time_and_load(source):
    plan, district = source.plan, source.district
    features = [feature for feature in made(source) if feature["properties"]["feature"] == "leg"]
    spots = {item.id: [round(item.lon, 6), round(item.lat, 6)] for item in (*district.places, *district.stations)}
    for stage in plan.stages:
        for run in stage.runs:
            own = [feature for feature in features if feature["properties"]["run"] == run.id]
            about = [feature["properties"] for feature in own]
            assert [leg["leg"] for leg in about] == list(range(1, len(run.stops) + 2))
            assert [leg["from"] for leg in about] == [stage.base, *(stop.at for stop in run.stops)]
            assert [leg["to"] for leg in about] == [*(stop.at for stop in run.stops), stage.base]
            assert [leg["boxes"] for leg in about][1:] == [stop.load_after for stop in run.stops]
            assert about[0]["boxes"] == (sum(stop.boxes for stop in run.stops) if stage.direction == "out" else 0)
            moments = [datetime.fromisoformat(leg[key]) for leg in about for key in ("leg_depart", "leg_arrive")]
            assert moments == sorted(moments)
            assert moments[0] == to_utc(district.election_day, district.zone, run.depart)
            assert moments[-1] == to_utc(district.election_day, district.zone, run.return_)
            for leg, feature in zip(about, own, strict=True):
                line = feature["geometry"]["coordinates"]
                assert (line[0], line[-1]) == (spots[leg["from"]], spots[leg["to"]])


def test_a_leg_is_drawn_with_the_bends_of_its_way(source):
    for feature in made(replace(source, travel=Bent())):
        about = feature["properties"]
        if about["feature"] == "leg" and about["mode"] == "boat":
            assert feature["geometry"] is None
        elif about["feature"] == "leg":
            assert feature["geometry"]["coordinates"][1] == [100.123457, 0.5]


def test_a_station_that_is_not_served_says_so(source):
    first, second = (station.id for station in source.district.stations[:2])
    gaps = [Unserved(first, way, "no_vehicle", None) for way in ("out", "back")]
    gaps.append(Unserved(second, "back", "no_vehicle", None))
    stations = of_kind(made(replace(source, plan=change(source.plan, unserved=tuple(gaps)))), "station")
    assert [station["status"] for station in stations[:3]] == ["unserved_out_back", "unserved_back", "planned"]


def test_another_program_reads_it(source, tmp_path):
    path = tmp_path / "routes.geojson"
    path.write_text(routes_geojson(source), encoding="utf-8")
    info = pyogrio.read_info(path, force_total_bounds=True)
    assert info["features"] == len(made(source))
    assert info["crs"] == "EPSG:4326"
    assert list(info["total_bounds"]) == json.loads(path.read_text(encoding="utf-8"))["bbox"]
    assert set(info["fields"]) == set(PLACE) | set(STATION) | set(LEG)
