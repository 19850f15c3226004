"""``routes.geojson``: stations, places and the legs of every run, for any map program (RFC 7946)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from serentak.base.clock import format_day, to_local
from serentak.formats.journeys import Line, Ways, journeys, legs
from serentak.formats.paper.source import Source
from serentak.kit.kits import Kits
from serentak.plan.model import Plan
from serentak.territory.model import District
from serentak.travel import Travel

PLACE: Final = ("feature", "id", "name", "kind", "parent")
STATION: Final = (
    "feature", "id", "name", "kecamatan", "desa", "voters", "boxes", "parent", "arrive", "collect", "status"
)  # fmt: skip
LEG: Final = (
    "feature", "run", "leg", "from", "to", "stage", "direction", "vehicle", "mode", "team", "escort", "day",
    "depart", "return", "leg_depart", "leg_arrive", "boxes", "status",
)  # fmt: skip
"""Properties of the three kinds of feature, in order; documented in ``docs/plan-folder.md``."""

DECIMALS: Final = 6
"""Of a degree: a tenth of a metre."""


def routes_geojson(source: Source) -> str:
    """Write places, stations and legs as one FeatureCollection, a feature a line.

    A leg is straight where nothing is known of roads, else drawn with every bend.
    """
    plan, district = source.plan, source.district
    features = [*_places(district), *_stations(plan, district, source.kits), *_legs(plan, district, source.travel)]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","bbox":{json.dumps(_bbox(features))},"features":[\n{lines}\n]}}\n'


def _feature(names: Iterable[str], values: Iterable[object], geometry: dict[str, Any] | None) -> dict[str, Any]:
    return {"type": "Feature", "properties": dict(zip(names, values, strict=True)), "geometry": geometry}


def _point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    if lon is None or lat is None:
        return None
    return {"type": "Point", "coordinates": [round(lon, DECIMALS), round(lat, DECIMALS)]}


def _line(line: Line | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {"type": "LineString", "coordinates": [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in line]}


def _places(district: District) -> Iterator[dict[str, Any]]:
    for place in district.places:
        values = ("place", place.id, place.name, place.kind, place.parent or None)
        yield _feature(PLACE, values, _point(place.lon, place.lat))


def _stations(plan: Plan, district: District, kits: Kits) -> Iterator[dict[str, Any]]:
    halts = {
        (stage.direction, stop.at): stop
        for stage in plan.stages for run in stage.runs for stop in run.stops
    }  # fmt: skip
    lost = {(gap.direction, gap.station) for gap in plan.unserved}
    for station in district.stations:
        brought, taken = halts.get(("out", station.id)), halts.get(("back", station.id))
        unserved = [way for way in ("out", "back") if (way, station.id) in lost]
        values = (
            "station", station.id, station.venue, station.kecamatan_name, station.desa_name, station.voters,
            len(kits.stations[station.id].boxes), station.parent,
            _instant(district, brought.arrive if brought else None),
            _instant(district, taken.depart if taken else None),
            "unserved_" + "_".join(unserved) if unserved else "planned",
        )  # fmt: skip
        yield _feature(STATION, values, _point(station.lon, station.lat))


def _legs(plan: Plan, district: District, travel: Travel) -> Iterator[dict[str, Any]]:
    ways = Ways(district, travel)
    for journey in journeys(plan, district):
        stage, run, row = journey.stage, journey.run, journey.row
        for leg in legs(journey):
            values = (
                "leg", run.id, leg.number, leg.start, leg.end, stage.id, stage.direction,
                run.vehicle, row.mode, run.team, run.escort, format_day(run.day),
                _instant(district, run.depart), _instant(district, run.return_),
                _instant(district, leg.depart), _instant(district, leg.arrive), leg.boxes, "planned",
            )  # fmt: skip
            yield _feature(LEG, values, _line(ways.line(leg.start, leg.end, row.mode)))


def _instant(district: District, moment: int | None) -> str | None:
    if moment is None:
        return None
    return to_local(district.election_day, district.zone, moment).isoformat(timespec="seconds")


def _bbox(features: Iterable[dict[str, Any]]) -> list[float]:
    """Give west, south, east, north of all positions."""
    positions: list[list[float]] = []
    for feature in features:
        geometry = feature["geometry"]
        if geometry is not None:
            found = geometry["coordinates"]
            positions.extend(found if geometry["type"] == "LineString" else [found])
    lons, lats = ([position[axis] for position in positions] for axis in (0, 1))
    return [min(lons), min(lats), max(lons), max(lats)]
