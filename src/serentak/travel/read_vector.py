"""Line files of a GIS: GeoPackage, GeoJSON and shapefile, read with GDAL (pyogrio) and shapely."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from serentak.base.cells import listed
from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.travel.lines import LineBuilder, Lines
from serentak.travel.ways import TAGS

if TYPE_CHECKING:
    from serentak.base.errors import Problems
    from serentak.travel.ways import Judge

KIND_COLUMNS: Final = ("highway", "fclass", "type", "class", "kelas", "jenis", "remark", "waterway", "route")
"""Columns that may say what a line is, in this order; the first that a layer has."""

NAME_COLUMNS: Final = ("name", "nama", "namobj", "nama_jalan", "ref")
"""Columns that may say what a line is called."""

_SYNONYMS: Final = {
    "satu_arah": "oneway",
    "one_way": "oneway",
    "permukaan": "surface",
    "max_speed": "maxspeed",
    "lebar": "width",
    "kecepatan": "maxspeed",
}
_ONE_WAY: Final = {"b": "no", "ft": "yes", "tf": "-1", "ya": "yes", "t": "yes", "tidak": "no", "f": "no", "false": "no"}
_ONE_WAY_GEOFABRIK: Final = {"b": "no", "f": "yes", "t": "-1"}
"""How other programs say in which direction one may go; F is forward in files that have a column ``fclass``."""

_OTHER_TAGS: Final = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_SOURCE: Final = "osm_id"
_UNITS: Final = 10_000_000
"""Bends that agree to a ten millionth of a degree, a centimetre, are one."""


def read_vector(path: Path, judge: Judge, problems: Problems) -> Lines:
    """Read the lines that somebody may travel on, from all layers of lines.

    Coordinates are turned into WGS84. Lines meet where they share a bend.

    Raises
    ------
    InputError
        When the file is damaged, holds no lines or does not say its coordinate system or the kinds of its lines.
    """
    _see_that_it_is_whole(path)
    lines = LineBuilder()
    layers = _line_layers(path)
    read = [_read_layer(path, layer, lines, judge, problems) for layer in layers]
    if not any(read):
        raise InputError.of(
            path.name,
            _("no column says what kind of way a line is"),
            _("name it {names}, with the words of OpenStreetMap (residential, river …)").format(
                names=listed(KIND_COLUMNS)
            ),
        )
    return lines.build(judge.traits)


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError.of(
        path.name,
        _("the file is damaged or is not what its name says: {reason}").format(reason=error),
        _("export it again; a shapefile needs its .shx, .dbf and .prj beside it"),
    )


def _see_that_it_is_whole(path: Path) -> None:
    """See that a shapefile is as long as it says: GDAL reads one that was cut off as if lines had no shape."""
    if path.suffix.lower() != ".shp":
        return
    size = path.stat().st_size
    with path.open("rb") as file:
        words = int.from_bytes(file.read(28)[24:28], "big")
    if 2 * words != size:
        message = _("the file has {size} bytes and says that it has {words}").format(size=size, words=2 * words)
        raise _damaged(path, OSError(message))


def _line_layers(path: Path) -> list[str]:
    import pyogrio  # noqa: PLC0415 - heavy; only those who have a network pay for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layers = [(str(name), str(kind or "")) for name, kind in pyogrio.list_layers(path)]
    except (RuntimeError, ValueError, OSError) as error:
        raise _damaged(path, error) from None
    found = [name for name, kind in layers if "Line" in kind or "Unknown" in kind or "Collection" in kind]
    if not found:
        raise InputError.of(
            path.name,
            _("there are no lines in it"),
            _("give a layer of lines; areas and points are no ways"),
            value=", ".join(f"{name}: {kind or '-'}" for name, kind in layers),
        )
    return found


def _read_layer(path: Path, layer: str, lines: LineBuilder, judge: Judge, problems: Problems) -> bool:
    """Add the lines of a layer; tell whether it says what they are, or has none."""
    import pyogrio  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, numbers, shapes, columns = pyogrio.raw.read(path, layer=layer, force_2d=True, return_fids=True)
            geometry = shapely.from_wkb(shapes, on_invalid="ignore")
    except (RuntimeError, ValueError, OSError, shapely.errors.ShapelyError) as error:
        raise _damaged(path, error) from None
    tags = _Tags([str(name) for name in meta["fields"]], columns)
    if not tags.kind:
        return not len(geometry)
    parts, owner = shapely.get_parts(geometry, return_index=True)
    _say_no_lines(path, layer, geometry, shapely.get_type_id(parts), problems)
    straight = np.isin(shapely.get_type_id(parts), (1, 2)) & ~shapely.is_empty(parts)
    parts, owner = parts[straight], owner[straight]
    at, index = shapely.get_coordinates(parts, return_index=True)
    lon, lat = degrees(path, meta["crs"], at[:, 0], at[:, 1])
    key = bend_keys(lon, lat)
    start = np.concatenate(([0], np.cumsum(np.bincount(index, minlength=len(parts)))))
    verdicts: dict[int, tuple[int, int, str]] = {}
    for n, feature in enumerate(owner.tolist()):
        if feature not in verdicts:
            source, name = tags.source(feature, int(numbers[feature])), tags.name(feature)
            verdicts[feature] = (source, judge.way(source, tags.of(feature), name), name)
        source, trait, name = verdicts[feature]
        bends = slice(int(start[n]), int(start[n + 1]))
        if trait >= 0 and bends.stop - bends.start > 1:
            lines.add(source, trait, name, key[bends].tolist(), lon[bends].tolist(), lat[bends].tolist())
    return True


def bend_keys(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give one number for each place, the same for bends that agree to a centimetre."""
    east, north = (np.rint(np.clip(degrees, -360, 360) * _UNITS).astype(np.int64) for degrees in (lon, lat))
    return (east << 32) + north


def _say_no_lines(
    path: Path, layer: str, geometry: NDArray[np.object_], kinds: NDArray[np.int32], problems: Problems
) -> None:
    import shapely  # noqa: PLC0415

    missing = int(np.sum(shapely.is_missing(geometry)))
    if missing:
        problems.warn(
            path.name, None, None, layer,
            _("{n} features have no shape that can be read").format(n=missing),
            _("draw or delete them; if the file was cut off, fetch it again"),
        )  # fmt: skip
    others = int(np.sum(~np.isin(kinds, (-1, 1, 2))))
    if others:
        problems.note(
                path.name, layer,
            _("{n} features are no lines; they are left out").format(n=others),
            _("draw ways as lines; areas and points are no ways"),
        )  # fmt: skip


def degrees(
    path: Path, crs: str | None, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn coordinates into degrees, WGS84.

    Raises
    ------
    InputError
        When the file does not say its coordinate system, or says one that its coordinates cannot have.
    """
    import pyproj  # noqa: PLC0415 - heavy

    remedy = _("say in the file which coordinate system it has, or export it as WGS84 (EPSG:4326)")
    if crs is None:
        beside = _("; the .prj file that belongs to the shapefile is missing") if path.suffix.lower() == ".shp" else ""
        raise InputError.of(path.name, _("the file does not say its coordinate system") + beside, remedy)
    try:
        system = pyproj.CRS.from_user_input(crs)
        if not system.equals("EPSG:4326", ignore_axis_order=True):
            x, y = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True).transform(x, y)
    except pyproj.exceptions.ProjError as error:
        message = _("the coordinate system is not known: {reason}").format(reason=error)
        raise InputError.of(path.name, message, remedy, value=crs) from None
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        message = _("the coordinates do not fit the coordinate system that the file says it has")
        raise InputError.of(path.name, message, remedy, value=system.name)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


class _Tags:
    """Columns of a layer, read as tags of OpenStreetMap."""

    def __init__(self, names: list[str], columns: list[Any]) -> None:
        self.columns: dict[str, Any] = {}
        for name, column in zip(names, columns, strict=True):
            word = name.strip().lower()
            self.columns.setdefault(_SYNONYMS.get(word, word), column)
        self.kind = next((name for name in KIND_COLUMNS if name in self.columns), "")
        if not self.kind and "other_tags" in self.columns:
            self.kind = "other_tags"
        self.names = [name for name in NAME_COLUMNS if name in self.columns]
        self.tags = [name for name in TAGS if name in self.columns]

    def of(self, feature: int) -> dict[str, str]:
        """Give the tags of a feature."""
        tags = dict(self._given(feature))
        if self.kind not in {*TAGS, "other_tags"} and (kind := self._text(self.kind, feature)):
            tags["highway"] = kind
        grade = tags.get("highway", "")
        if grade.startswith("track_grade"):
            tags.setdefault("tracktype", grade.removeprefix("track_"))
        if "oneway" in tags:
            words = _ONE_WAY_GEOFABRIK if self.kind == "fclass" else _ONE_WAY
            tags["oneway"] = words.get(tags["oneway"].lower(), tags["oneway"].lower())
        for name in ("maxspeed", "width"):
            if tags.get(name) in {"0", "0.0"} and _SOURCE in self.columns:
                del tags[name]  # exports of OpenStreetMap write 0 where nothing is known
        return tags

    def _given(self, feature: int) -> Iterator[tuple[str, str]]:
        if "other_tags" in self.columns:
            yield from _OTHER_TAGS.findall(self._text("other_tags", feature))
        for name in self.tags:
            if value := self._text(name, feature):
                yield name, value

    def name(self, feature: int) -> str:
        """Give what a feature is called; empty where it has no name."""
        return next((value for name in self.names if (value := self._text(name, feature))), "")

    def source(self, feature: int, number: int) -> int:
        """Give the number of a feature: that of OpenStreetMap where the file has it, else the file's own."""
        value = self._text(_SOURCE, feature) if _SOURCE in self.columns else ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else number

    def _text(self, name: str, feature: int) -> str:
        value = self.columns[name][feature]
        if value is None or value != value:  # noqa: PLR0124 - not a number
            return ""
        if isinstance(value, float | np.floating) and float(value).is_integer():
            value = int(value)
        return str(value).strip()
