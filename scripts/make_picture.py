"""Draw a plan as a map: one standalone SVG file, made of the plan folder alone.

Usage::

    serentak sample kampar demo/kampar
    serentak plan demo/kampar -o demo/rencana-kampar
    python scripts/make_picture.py demo/rencana-kampar docs/images/rencana-kampar.svg

Shows the way out: trunk runs from the warehouse to the hubs, last-mile runs from hubs and jetties to the stations.
What a line or mark means is told by its stroke and shape; colour only keeps neighbouring hubs apart. The same plan
gives the same bytes.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Final

from serentak.operations.plan import read_plan_ground
from serentak.plan.model import Plan, Run, Stage, read_plan
from serentak.territory.model import District, Place

WIDTH: Final = 1000
MARGIN: Final = 36
HEAD: Final = 96
"""Height of the title above the map."""
FOOT: Final = 150
"""Height of the legend below the map."""
INK: Final = "#1b1b1b"
PAPER: Final = "#fffdf8"
TRUNK: Final = "#1f2d3d"
ALARM: Final = "#c00000"
HUES: Final = ("#0b6e99", "#b4520b", "#3f7d20", "#8a3fa0", "#a3283c", "#6b6300")
"""Dark enough to read on paper; neighbouring hubs get different ones."""
FONT: Final = 'font-family="Arial, Helvetica, sans-serif"'
LETTER: Final = 7.9
"""Width of a letter of a label, roughly; for keeping labels apart."""
DEGREE_KM: Final = 111.2

Spot = tuple[float, float]
Sign = Callable[[float, float], str]
"""Draws a sign of the legend at a position."""


@dataclass
class Sheet:
    """The map's frame: degrees to pixels, x to the right and y down."""

    west: float
    north: float
    scale: float
    shrink: float
    height: float

    def at(self, lon: float, lat: float) -> Spot:
        """Give the pixel of a position."""
        x = MARGIN + (lon - self.west) * self.shrink * self.scale
        return round(x, 1), round(HEAD + (self.north - lat) * self.scale, 1)

    def km(self, kilometres: float) -> float:
        """Give the pixels of a distance."""
        return kilometres / DEGREE_KM * self.scale


@dataclass
class Labels:
    """What is on the map already, so that the next name keeps clear of it."""

    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    """Marks and names, as left, top, right, bottom."""
    lines: list[Spot] = field(default_factory=list)
    """Points along the lines; a name may lie on them where there is no other room."""

    def block(self, spot: Spot, half: float) -> None:
        """Keep the square around a mark clear."""
        x, y = spot
        self.taken.append((x - half, y - half, x + half, y + half))

    def line(self, here: Spot, there: Spot) -> None:
        """Note a line, a point every few pixels."""
        steps = max(1, int(math.dist(here, there) / 6))
        for n in range(steps + 1):
            share = n / steps
            self.lines.append((here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share))

    def place(self, spot: Spot, text: str) -> tuple[float, float, str]:
        """Find the best side of a mark for its name: position and anchor."""
        x, y = spot
        wide = len(text) * LETTER
        sides: list[tuple[float, float, float, str, float]] = []
        for far in (11, 15, 20, 27, 36):
            for across, down in ((1, 0), (-1, 0), (0, -1), (0, 1), (0.7, -0.8), (0.7, 0.8), (-0.7, -0.8), (-0.7, 0.8)):
                anchor = "start" if across > 0 else "end" if across < 0 else "middle"
                tx, ty = x + across * far, y + 5 + down * (far + 3)
                left = tx - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
                sides.append((self._cost(left, ty - 13, wide) + 1.5 * far, tx, ty, anchor, left))
        _cost, tx, ty, anchor, left = min(sides, key=lambda side: side[0])
        self.taken.append((left, ty - 13, left + wide, ty + 4))
        return round(tx, 1), round(ty, 1), anchor

    def _cost(self, left: float, top: float, wide: float) -> float:
        right, bottom = left + wide, top + 17
        if left < 4 or right > WIDTH - 4:
            return 10_000
        hits = sum(left < r and x < right and top < b and y < bottom for x, y, r, b in self.taken)
        crossed = sum(left < x < right and top < y < bottom for x, y in self.lines)
        return 1000 * hits + 2.5 * crossed


def picture(plan: Plan, district: District, *, invented: bool) -> str:
    """Draw the way out of a plan.

    Parameters
    ----------
    plan, district
        The plan, and the district it was made for.
    invented
        Whether the positions are invented; the picture then says so.
    """
    sheet = _sheet(district)
    spots = {item.id: sheet.at(item.lon or 0.0, item.lat or 0.0) for item in (*district.places, *district.stations)}
    stages = [stage for stage in plan.stages if stage.direction == "out"]
    trunk = [stage for stage in stages if stage.tier != "tps"]
    last = [stage for stage in stages if stage.tier == "tps"]
    stopped = {stop.at for stage in stages for run in stage.runs for stop in run.stops}
    served = {station.id for station in district.stations} & stopped
    total = sheet.height + HEAD + FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total:.0f}" role="img" {FONT} fill="{INK}">',
        f"<title>{escape(district.name)}: rencana distribusi / distribution plan</title>",
        f'<rect width="{WIDTH}" height="{total:.0f}" fill="{PAPER}"/>',
        *_head(district, invented),
        *_last_mile(last, spots, _hues(district, spots)),
        *_stations(district, served, spots),
        *_trunk(trunk, spots),
        *_places(district, spots, trunk),
        *_legend(sheet, district, trunk, last, len(served)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _sheet(district: District) -> Sheet:
    points = [(item.lon or 0.0, item.lat or 0.0) for item in (*district.places, *district.stations)]
    west, east = min(lon for lon, _ in points), max(lon for lon, _ in points)
    south, north = min(lat for _, lat in points), max(lat for _, lat in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * shrink, (north - south) * 0.8, 0.01)
    return Sheet(west, north, scale, shrink, (north - south) * scale)


def _head(district: District, invented: bool) -> Iterator[str]:
    yield f'<text x="{MARGIN}" y="44" font-size="28" font-weight="700">{escape(district.name)}</text>'
    about = (
        "Dari gudang sampai setiap TPS / from the warehouse to every polling station. "
        f"H = {district.election_day.isoformat()}"
    )
    yield f'<text x="{MARGIN}" y="72" font-size="16">{escape(about)}</text>'
    if invented:
        x = WIDTH - MARGIN
        yield f'<rect x="{x - 292}" y="20" width="292" height="30" rx="4" fill="none" stroke="{INK}"/>'
        yield (
            f'<text x="{x - 146}" y="40" font-size="15" font-weight="700" text-anchor="middle">'
            "posisi rekaan / invented positions</text>"
        )


def _hues(district: District, spots: dict[str, Spot]) -> dict[str, str]:
    """Give every base a hue that its nearest neighbours before it do not have."""
    hues: dict[str, str] = {}
    for place in district.places:
        here = spots[place.id]
        near = sorted(hues, key=lambda other: math.dist(spots[other], here))
        barred = [hues[other] for other in near[: len(HUES) - 1]]
        hues[place.id] = next((hue for hue in HUES if hue not in barred), HUES[0])
    return hues


def _path(points: Sequence[Spot]) -> str:
    (x, y), *others = points
    return f"M{x:g} {y:g}" + "".join(f"L{x:g} {y:g}" for x, y in others)


def _way(stage: Stage, run: Run, spots: dict[str, Spot]) -> list[Spot]:
    return [spots[stage.base], *(spots[stop.at] for stop in run.stops), spots[stage.base]]


def _last_mile(stages: Sequence[Stage], spots: dict[str, Spot], hues: dict[str, str]) -> Iterator[str]:
    for stage in stages:
        ways = "".join(_path(_way(stage, run, spots)) for run in stage.runs)
        if ways:
            yield (
                f'<path d="{ways}" fill="none" stroke="{hues[stage.base]}" stroke-width="1" '
                'stroke-dasharray="4 2.5" stroke-linejoin="round"/>'
            )


def _stations(district: District, served: set[str], spots: dict[str, Spot]) -> Iterator[str]:
    """Draw served stations as dots; one that is not served is a cross, so that nobody overlooks it."""
    dots = "".join("M{:g} {:g}h0".format(*spots[station.id]) for station in district.stations if station.id in served)
    if dots:
        yield f'<path d="{dots}" stroke="{INK}" stroke-width="3.6" stroke-linecap="round"/>'
    lost = [spots[station.id] for station in district.stations if station.id not in served]
    if lost:
        crosses = "".join(f"M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8" for x, y in lost)
        yield f'<path d="{crosses}" stroke="{ALARM}" stroke-width="2.4"/>'


def _trunk(stages: Sequence[Stage], spots: dict[str, Spot]) -> Iterator[str]:
    """Draw every leg once, wider where more runs take it."""
    legs: Counter[tuple[Spot, Spot]] = Counter()
    for stage in stages:
        for run in stage.runs:
            for here, there in pairwise(_way(stage, run, spots)):
                legs[min(here, there), max(here, there)] += 1
    by_count: dict[int, str] = {}
    for leg, count in sorted(legs.items()):
        by_count[count] = by_count.get(count, "") + _path(leg)
    for count, ways in sorted(by_count.items()):
        wide = min(2.2 + 0.35 * count, 6)
        yield f'<path d="{ways}" fill="none" stroke="{PAPER}" stroke-width="{wide + 2.4:g}" stroke-opacity=".8"/>'
        yield f'<path d="{ways}" fill="none" stroke="{TRUNK}" stroke-width="{wide:g}" stroke-linecap="round"/>'


def _mark(kind: str, x: float, y: float) -> str:
    style = f'fill="{PAPER}" stroke="{INK}" stroke-width="2.2"'
    if kind == "warehouse":
        return f'<rect x="{x - 9:g}" y="{y - 9:g}" width="18" height="18" fill="{INK}" stroke="{PAPER}"/>'
    if kind == "transit":
        return f'<path d="M{x:g} {y - 8:g}l8 14h-16z" {style}/>'
    if kind == "pps":
        return f'<rect x="{x - 4:g}" y="{y - 4:g}" width="8" height="8" {style}/>'
    return f'<circle cx="{x:g}" cy="{y:g}" r="6.4" {style}/>'


def _short(place: Place) -> str:
    if place.kind == "warehouse":
        return "Gudang KPU"
    return (place.name or place.id).removeprefix("PPK ")


def _places(district: District, spots: dict[str, Spot], trunk: Sequence[Stage]) -> Iterator[str]:
    labels = Labels()
    shown = [place for place in district.places if place.kind != "pps"]
    for place in shown:
        labels.block(spots[place.id], 9)
    for here, there in {leg for stage in trunk for run in stage.runs for leg in pairwise(_way(stage, run, spots))}:
        labels.line(here, there)
    for place in sorted(shown, key=lambda place: place.kind != "warehouse"):
        x, y = spots[place.id]
        yield _mark(place.kind, x, y)
        tx, ty, anchor = labels.place((x, y), _short(place))
        yield (
            f'<text x="{tx:g}" y="{ty:g}" font-size="14.5" font-weight="700" text-anchor="{anchor}" '
            f'stroke="{PAPER}" stroke-width="4" paint-order="stroke" stroke-linejoin="round">'
            f"{escape(_short(place))}</text>"
        )
    yield from (_mark(place.kind, *spots[place.id]) for place in district.places if place.kind == "pps")


def _legend(
    sheet: Sheet, district: District, trunk: Sequence[Stage], last: Sequence[Stage], served: int
) -> Iterator[str]:
    kinds = Counter(place.kind for place in district.places)
    runs = [sum(len(stage.runs) for stage in stages) for stages in (trunk, last)]
    top = HEAD + sheet.height + 46
    lost = len(district.stations) - served
    entries: list[tuple[Sign, str]] = [
        (_line(last=False), f"distribusi utama / trunk: {_number(runs[0])} rit / runs"),
        (_line(last=True), f"distribusi akhir / last mile: {_number(runs[1])} rit / runs"),
        (_dot, f"TPS terlayani / stations served: {_number(served)}"),
        (_cross, f"TPS tidak terlayani / not served: {_number(lost)}"),
        (_sign("warehouse"), f"gudang KPU / warehouse: {kinds['warehouse']}"),
        (_sign("ppk"), f"PPK / kecamatan hubs: {kinds['ppk']}"),
        (_sign("transit"), f"dermaga, ujung jalan / jetties, road ends: {kinds['transit']}"),
        (_sign("pps"), f"PPS / village posts: {kinds['pps']}"),
    ]
    shown = [entry for entry in entries if lost or entry[0] is not _cross]
    shown = [entry for entry in shown if kinds["pps"] or not entry[1].startswith("PPS")]
    shown = [entry for entry in shown if kinds["transit"] or not entry[1].startswith("dermaga")]
    for n, (draw, text) in enumerate(shown):
        column, row = divmod(n, math.ceil(len(shown) / 2))
        x, y = MARGIN + column * 420, top + row * 27
        yield draw(x, y)
        yield f'<text x="{x + 50}" y="{y + 5:g}" font-size="15.5">{escape(text)}</text>'
    yield from _scale_bar(sheet, top)


def _line(*, last: bool) -> Sign:
    style = 'stroke-width="1.6" stroke-dasharray="4 2.5"' if last else 'stroke-width="3.6"'
    return lambda x, y: f'<path d="M{x:g} {y:g}h40" stroke="{HUES[0] if last else TRUNK}" {style}/>'


def _dot(x: float, y: float) -> str:
    return f'<path d="M{x + 20:g} {y:g}h0" stroke="{INK}" stroke-width="4.6" stroke-linecap="round"/>'


def _cross(x: float, y: float) -> str:
    return f'<path d="M{x + 16:g} {y - 4:g}l8 8m0 -8l-8 8" stroke="{ALARM}" stroke-width="2.4"/>'


def _sign(kind: str) -> Sign:
    return lambda x, y: _mark(kind, x + 20, y)


def _scale_bar(sheet: Sheet, top: float) -> Iterator[str]:
    kilometres = next((km for km in (50, 20, 10, 5, 2, 1) if sheet.km(km) < WIDTH / 8), 1)
    right, wide = WIDTH - MARGIN, sheet.km(kilometres)
    yield f'<path d="M{right - wide:.1f} {top - 5:g}v5h{wide:.1f}v-5" fill="none" stroke="{INK}" stroke-width="1.6"/>'
    yield f'<text x="{right:g}" y="{top - 12:g}" font-size="15" text-anchor="end">{kilometres} km</text>'


def _number(value: int) -> str:
    """Write thousands apart with a thin space, which both languages read the same way."""
    return f"{value:,}".replace(",", "\u2009")


def main() -> None:
    """Read a plan folder and write the picture."""
    parser = argparse.ArgumentParser(description="Draw the way out of a plan as a standalone SVG map.")
    parser.add_argument("plan", type=Path, help="plan folder, as written by `serentak plan`")
    parser.add_argument("out", type=Path, help="SVG file to write")
    given = parser.parse_args()
    district = read_plan_ground(given.plan).district
    positions = (entry for entry in district.assumed if entry.file == "stations.csv" and entry.column in ("lon", "lat"))
    invented = any("rekaan" in entry.rule for entry in positions)
    text = picture(read_plan(given.plan), district, invented=invented)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(text, encoding="utf-8", newline="\n")
    print(f"{given.out}: {len(text.encode()) // 1000} kB")


if __name__ == "__main__":
    main()
