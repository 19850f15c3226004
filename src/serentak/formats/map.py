"""``map.html``: the plan as one page that opens from disk, without any network.

The page is put together from ``map_page/``: markup, style and scripts, with the plan as JSON beside them. It may
load nothing: its Content-Security-Policy names the hashes of its own style and script and forbids the rest.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from pathlib import Path
from typing import Any, Final

from serentak.base.clock import DAY
from serentak.base.messages import _, language
from serentak.formats.journeys import Journey, Ways, journeys, latest, legs
from serentak.formats.map_hazards import exposed_to, hazard_areas
from serentak.formats.map_lines import GRID, steps_of, straightened
from serentak.formats.map_words import words
from serentak.formats.paper.source import Source
from serentak.formats.paper.words import assumptions, mode_name, short_date
from serentak.plan.reasons import in_words, remedy
from serentak.plan.stages import is_recap, recap_holders
from serentak.territory.model import District, Place, Station

PAGE: Final = Path(__file__).with_name("map_page")
SCRIPTS: Final = ("choose.js", "list.js", "view.js", "draw.js")


def map_html(source: Source) -> str:
    """Write the page in the language in use."""
    style = (PAGE / "page.css").read_text(encoding="utf-8")
    script = "".join((PAGE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    # Whatever stands in a name, it cannot end the element that holds the data.
    data = json.dumps(map_data(source), ensure_ascii=False, separators=(",", ":"))
    parts = {
        "lang": language(),
        "title": html.escape(f"{_('Map of the plan')}: {source.district.name} ({source.district.code})"),
        "csp": f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'",
        "no_script": html.escape(_("This page needs JavaScript, which it carries itself.")),
        "style": style,
        "script": script,
        "data": data.replace("<", "\\u003c"),
    }
    pieces = (PAGE / "page.html").read_text(encoding="utf-8").split("%%")
    return "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def map_data(source: Source) -> dict[str, Any]:
    """Give what the page shows, as plain data; moments are seconds from 00:00 local time on H."""
    plan, district = source.plan, source.district
    all_journeys = journeys(plan, district)
    drawn = _Drawn(Ways(district, source.travel))
    runs = [_run(source, journey, drawn) for journey in all_journeys]
    exposed = exposed_to(source)
    days = sorted({journey.run.day for journey in all_journeys})
    return {
        "name": district.name,
        "code": district.code,
        "zone": district.zone,
        "source": {"input": plan.input_sha256[:12], "effort": plan.effort, "seed": plan.seed},
        "notes": assumptions(district),
        "assumed": _assumed(district),
        "words": words(),
        "grid": GRID,
        "days": {day: short_date(district, day * DAY) for day in days},
        "kecamatan": _kecamatan(district),
        "hazards": hazard_areas(source),
        "villages": _villages(district),
        "places": [
            {
                "id": place.id, "name": place.name or place.id, "kind": place.kind, "kecamatan": place.kecamatan,
                "lon": round(place.lon, 6), "lat": round(place.lat, 6),
            }
            for place in district.places
        ],
        "stations": [
            {
                "id": station.id, "desa": station.desa_name, "kecamatan": station.kecamatan, "number": station.number,
                "venue": station.venue, "voters": station.voters, "boxes": len(source.kits.stations[station.id].boxes),
                "lon": round(station.lon or 0, 6), "lat": round(station.lat or 0, 6),
                "hazards": exposed.get(station.id, []),
            }
            for station in district.stations
        ],
        "recap": _lost_recap(source),
        "runs": runs,
        "ways": drawn.lines,
        "unserved": [
            {
                "at": gap.station, "direction": gap.direction, "earliest": gap.earliest,
                "why": in_words(gap.reason, gap.figures), "help": remedy(gap.reason, gap.figures),
            }
            for gap in plan.unserved
        ],
    }  # fmt: skip


class _Drawn:
    """Ways as the page draws them, each only once; a straight line needs none."""

    def __init__(self, ways: Ways) -> None:
        self.lines: list[list[int]] = []
        self._ways = ways
        self._numbers: dict[tuple[int, ...], int] = {}

    def number(self, start: str, end: str, mode: str) -> int:
        """Give the index of a way in `lines`; -1 for a straight line, -2 where there is no way."""
        line = self._ways.line(start, end, mode)
        if line is None:
            return -2
        if len(line) <= 2:
            return -1
        steps = steps_of(straightened(line))
        if tuple(steps) not in self._numbers:
            self._numbers[tuple(steps)] = len(self.lines)
            self.lines.append(steps)
        return self._numbers[tuple(steps)]


def _run(source: Source, journey: Journey, drawn: _Drawn) -> dict[str, Any]:
    stage, run = journey.stage, journey.run
    ends = [latest(source.children[stage.id, stop.at]) for stop in run.stops]
    return {
        "id": run.id, "direction": stage.direction, "base": stage.base, "vehicle": run.vehicle, "type": run.type,
        "mode": mode_name(journey.row.mode), "team": run.team, "day": run.day, "escort": run.escort,
        "depart": run.depart, "back": run.return_, "boxes": journey.boxes,
        "stops": [
            {"at": stop.at, "arrive": stop.arrive, "depart": stop.depart, "boxes": stop.boxes, "latest": end}
            for stop, end in zip(run.stops, ends, strict=True)
        ],
        "ways": [drawn.number(leg.start, leg.end, journey.row.mode) for leg in legs(journey)],
    }  # fmt: skip


def _lost_recap(source: Source) -> list[dict[str, Any]]:
    """Give the recapitulation boxes that are not served, at the hub that should receive them."""
    holders = recap_holders(source.district)
    found = []
    for name in sorted({gap.station for gap in source.plan.unserved if is_recap(gap.station)}):
        code = name.removesuffix("-R")
        hub = source.places[holders[code]]
        found.append(
            {
                "id": name, "kecamatan": code, "boxes": len(source.kits.recap[code].boxes),
                "lon": round(hub.lon, 6), "lat": round(hub.lat, 6),
            }
        )  # fmt: skip
    return found


def _kecamatan(district: District) -> list[dict[str, Any]]:
    names = {station.kecamatan: station.kecamatan_name for station in district.stations}
    for place in district.places:
        names.setdefault(place.kecamatan, place.kecamatan)
    sketches = _sketches(district)
    found = []
    for code, name in sorted(names.items(), key=lambda item: item[0]):
        label, rings = sketches.get(code, (None, []))
        found.append({"code": code, "name": name, "label": label, "rings": rings})
    return found


def _villages(district: District) -> list[dict[str, Any]]:
    """Give each village's name in the middle of its stations."""
    spots: dict[str, list[tuple[float, float]]] = {}
    names = {}
    for station in district.stations:
        names[station.village] = station.desa_name
        spots.setdefault(station.village, []).append((station.lon or 0, station.lat or 0))
    return [
        {
            "name": names[code],
            "lon": round(sum(lon for lon, _lat in own) / len(own), 5),
            "lat": round(sum(lat for _lon, lat in own) / len(own), 5),
        }
        for code, own in sorted(spots.items())
    ]


def _sketches(district: District) -> dict[str, tuple[list[float], list[list[int]]]]:
    """Sketch each kecamatan: what lies nearer to its own stations and places than to those of others.

    These are no boundaries, and the page says so; they only help the eye. Cells of one kecamatan are joined and cut
    off at some distance from the outermost stations.
    """
    import shapely  # noqa: PLC0415 - heavy; only those who draw pay for it

    owner: dict[tuple[float, float], str] = {}
    items: tuple[Station | Place, ...] = (*district.stations, *district.places)
    for item in items:
        owner.setdefault((round(item.lon or 0, 6), round(item.lat or 0, 6)), item.kecamatan)
    points = shapely.points(sorted(owner))
    together = shapely.MultiPoint(list(points))
    west, south, east, north = together.bounds
    reach = max(0.05 * max(east - west, north - south), 0.01)
    # Buffering a thousand points takes seconds; buffering the squares that hold any does not.
    squares = shapely.MultiPoint(sorted({(round(x / reach * 2), round(y / reach * 2)) for x, y in owner}))
    around = shapely.transform(squares, lambda square: square * reach / 2)
    land = around.buffer(2 * reach, quad_segs=6).buffer(-1.2 * reach, quad_segs=6)
    cells = shapely.voronoi_polygons(together, extend_to=land, ordered=True).geoms if len(points) > 1 else [land]
    pieces: dict[str, list[Any]] = {}
    for point, cell in zip(points, cells, strict=True):
        pieces.setdefault(owner[point.x, point.y], []).append(cell)
    found = {}
    for code, own in pieces.items():
        area = shapely.union_all(own).intersection(land).simplify(reach / 60)
        parts = [part for part in getattr(area, "geoms", [area]) if part.geom_type == "Polygon"]
        if parts:
            label = max(parts, key=lambda part: part.area).representative_point()
            rings = [steps_of(part.exterior.coords) for part in parts]
            found[code] = ([round(label.x, 5), round(label.y, 5)], rings)
    return found


def _assumed(district: District) -> list[str]:
    """Say which inputs nobody gave, a line a column and rule."""
    return list(dict.fromkeys(f"{entry.file}: {entry.column} – {entry.rule}" for entry in district.assumed))


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
