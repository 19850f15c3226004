"""Layers of hazards that are drawn: polygons and lines of a GIS, and grids of classes."""

from __future__ import annotations

import gzip
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from serentak.base.cells import listed
from serentak.base.errors import InputError, Problems
from serentak.base.messages import _
from serentak.territory.model import District

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

GRIDS: Final = (".asc", ".asc.gz")
_HEADER: Final = ("ncols", "nrows", "xllcorner", "yllcorner", "cellsize")


def shapes_of(
    path: Path, column: str, values: Sequence[str], named: str, district: District, problems: Problems
) -> Iterator[tuple[str, BaseGeometry, frozenset[str]]]:
    """Read the sites of a drawn layer.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage or shapefile; or an ESRI ASCII grid of whole classes, in degrees (WGS84).
    column, values
        Column to choose features by, and the values that count; of a grid the classes. Empty for all.
    named
        Column with the names of the sites; features of one name are one site.
    district
        Whose stations and places may lie inside.
    problems
        Takes what was left out.

    Yields
    ------
    tuple
        Name, shape (lon, lat, WGS84), and the ids of the stations and places inside.

    Raises
    ------
    InputError
        When the layer cannot be used.
    """
    import shapely  # noqa: PLC0415 - heavy; only a district with hazards pays for it

    grid = path.name.lower().endswith(GRIDS)
    found = list(_cells(path, values) if grid else _features(path, column, values, named, problems))
    names = [station.id for station in district.stations] + [place.id for place in district.places]
    where = [(station.lon, station.lat) for station in district.stations]
    where += [(place.lon, place.lat) for place in district.places]
    tree = shapely.STRtree(np.atleast_1d(np.asarray(shapely.points(np.array(where, dtype=np.float64)), dtype=object)))
    for name, shape in found:
        inside = tree.query(shape, predicate="intersects")
        yield name, shape, frozenset(names[n] for n in inside)


def _features(
    path: Path, column: str, values: Sequence[str], named: str, problems: Problems
) -> Iterator[tuple[str, BaseGeometry]]:
    import pyogrio  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    from serentak.travel.read_vector import degrees  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, numbers, raw, columns = pyogrio.raw.read(path, force_2d=True, return_fids=True)
            shapes = shapely.from_wkb(raw, on_invalid="ignore")
    except (RuntimeError, ValueError, OSError, shapely.errors.ShapelyError) as error:
        raise InputError.of(
            path.name,
            _("the file is damaged or is not what its name says: {reason}").format(reason=error),
            _("export it again; a shapefile needs its .shx, .dbf and .prj beside it"),
        ) from None
    fields = {str(name): values for name, values in zip(meta["fields"], columns, strict=True)}
    for wanted in filter(None, (column, named)):
        if wanted not in fields:
            raise InputError.of(
                path.name,
                _("there is no column of this name"),
                _("known are {names}").format(names=listed(list(fields))),
                column=wanted,
            )
    empty = 0
    found: dict[str, list[BaseGeometry]] = {}
    for n, shape in enumerate(shapes):
        if column and values and _text(fields[column][n]) not in values:
            continue
        if shape is None or shape.is_empty:
            empty += 1
            continue
        at = shapely.get_coordinates(shape)
        lon, lat = degrees(path, meta["crs"], at[:, 0], at[:, 1])
        whole = shapely.make_valid(shapely.set_coordinates(shape, np.column_stack((lon, lat))))
        found.setdefault((_text(fields[named][n]) if named else "") or str(numbers[n]), []).append(whole)
    if empty:
        problems.warn(
            path.name, None, None, None, _("{n} features have no shape; they are left out").format(n=empty),
            _("draw them, or delete their rows"),
        )  # fmt: skip
    for name, parts in found.items():
        yield name, parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _cells(path: Path, values: Sequence[str]) -> Iterator[tuple[str, BaseGeometry]]:
    """Give the patches of a grid: neighbouring cells of the classes that count."""
    import shapely  # noqa: PLC0415
    from scipy.ndimage import find_objects, label  # noqa: PLC0415

    head, cells = _grid(path)
    wanted = (
        np.isin(cells, [float(value) for value in values])
        if values
        else (cells != head.get("nodata_value", -9999)) & (cells != 0)
    )
    patches, count = label(wanted, structure=np.ones((3, 3)))
    west, south, size = head["xllcorner"], head["yllcorner"], head["cellsize"]
    north = south + size * cells.shape[0]
    for number, where in enumerate(find_objects(patches, count), 1):
        rows, columns = np.nonzero(patches[where] == number)
        x = west + size * (columns + where[1].start)
        y = north - size * (rows + where[0].start)
        yield f"{number}", shapely.union_all(shapely.box(x, y - size, x + size, y))


def _grid(path: Path) -> tuple[dict[str, float], np.ndarray[Any, np.dtype[np.float64]]]:
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("ascii").split()
        head: dict[str, float] = {}
        while text[2 * len(head)][0].isalpha():
            head[text[2 * len(head)].lower()] = float(text[2 * len(head) + 1])
        cells = np.array(text[2 * len(head) :], dtype=np.float64)
        if missing := [name for name in _HEADER if name not in head]:
            raise LookupError(*missing)  # noqa: TRY301 - said below with all other faults of a grid
        return head, cells.reshape(int(head["nrows"]), int(head["ncols"]))
    except (ValueError, LookupError, EOFError, OSError, gzip.BadGzipFile) as error:
        raise InputError.of(
            path.name,
            _("this is no ESRI ASCII grid: {reason}").format(reason=error),
            _("export the grid as .asc in degrees (WGS84), with ncols, nrows, xllcorner, yllcorner and cellsize"),
        ) from None
