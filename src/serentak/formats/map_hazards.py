"""What may close the ways, as ``map.html`` shows it: areas and lines of each layer, and the stations inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from serentak.base.messages import _
from serentak.formats.map_lines import BEND, steps_of
from serentak.formats.paper.source import Source
from serentak.territory.model import Place, Station

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

AROUND: Final = 0.02
"""Degrees around stations and places within which hazards are drawn."""


def hazard_areas(source: Source) -> list[dict[str, Any]]:
    """Give the layers of hazards with what is drawn of them, and last the areas that a re-plan was told are closed."""
    if source.hazards is None and not source.closed:
        return []
    import shapely  # noqa: PLC0415 - heavy; only those who draw pay for it

    items: tuple[Station | Place, ...] = (*source.district.stations, *source.district.places)
    spots = [(item.lon, item.lat) for item in items if item.lon is not None and item.lat is not None]
    window = shapely.MultiPoint(spots).envelope.buffer(AROUND, join_style="mitre")
    found = []
    for number, layer in enumerate(source.hazards.layers if source.hazards else ()):
        sites = source.hazards.sites if source.hazards else ()
        shapes = [site.shape for site in sites if site.layer == number and site.shape is not None]
        name, said = layer.name, f"{layer.source} ({layer.as_of})"
        found.append({"name": name, "source": said, "closed": False, **_drawn(shapes, window)})
    if source.closed:
        shapes = [shapely.from_geojson(area) for area in source.closed]
        name, said = _("Closed"), _("as told to the re-plan")
        found.append({"name": name, "source": said, "closed": True, **_drawn(shapes, window)})
    return found


def exposed_to(source: Source) -> dict[str, list[str]]:
    """Give the names of the layers whose sites a station or place lies in, by its id."""
    found: dict[str, set[str]] = {}
    if source.hazards is not None:
        for site in source.hazards.sites:
            for point in site.points:
                found.setdefault(point, set()).add(source.hazards.layers[site.layer].name)
    return {point: sorted(names) for point, names in found.items()}


def _drawn(shapes: list[BaseGeometry], window: BaseGeometry) -> dict[str, list[list[int]]]:
    """Give rings of areas, holes too, and lines; what lies outside of the window is cut off."""
    import shapely  # noqa: PLC0415 - heavy; only those who draw pay for it

    # Made valid first: a hand-drawn polygon may cross itself, and only a picture is made of it here.
    whole = shapely.union_all([shapely.make_valid(shape) for shape in shapes]).intersection(window).simplify(BEND)
    rings, lines = [], []
    for part in _parts(whole):
        if part.geom_type == "Polygon":
            rings += [steps_of(ring.coords) for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "LineString":
            lines.append(steps_of(part.coords))
    return {"rings": rings, "lines": lines}


def _parts(shape: BaseGeometry) -> Iterator[Any]:
    for part in getattr(shape, "geoms", [shape]):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        elif not part.is_empty:
            yield part
