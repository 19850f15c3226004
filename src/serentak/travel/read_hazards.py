"""Read the hazards of a district: ``hazards.toml`` and the layers it names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

from serentak.base import cells
from serentak.base.cells import Column, listed
from serentak.base.csvfile import read_csv
from serentak.base.errors import InputError, Problems
from serentak.base.messages import N_, _
from serentak.territory.model import District
from serentak.travel.hazard_shapes import shapes_of
from serentak.travel.hazards import Cause, Hazards, Kind, Layer, Scenario, Site

FILE: Final = "hazards.toml"
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Factor = Annotated[float, msgspec.Meta(ge=1, le=100)]
_EFFECTS: Final = Path(__file__).with_name("effects.toml")
_LEG: Final = re.compile(r"\s*(\S+?)\s*>\s*(\S+)\s*")
_EDGE: Final = re.compile(r"edge:\s*(\d{1,18})", re.IGNORECASE)
COLUMNS: Final = (
    Column("site", "titik", cells.text, N_("name; rows of one name are one site"), required=True),
    Column(
        "at",
        "di",
        cells.text,
        N_("code of a village, a station, a place, a leg as A>B, or a way of the network as edge:123"),
        required=True,
    ),
    Column("note", "catatan", cells.text, N_("remark")),
)
"""Columns of a layer that is a table."""


class _Cause(msgspec.Struct, forbid_unknown_fields=True):
    probability: dict[str, Share]
    lasts: Annotated[int, msgspec.Meta(ge=1, le=30)] = 1
    slower: dict[str, Factor] = {}
    source: str = ""


class _Layer(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    kind: Kind
    file: str
    source: str
    as_of: str
    column: str = ""
    values: list[str] = []
    named: str = ""
    cause: str = ""
    given: Share = 1.0
    alone: Share = 0.0
    together: bool = False
    effect: dict[str, Annotated[float, msgspec.Meta(ge=1, le=100)] | str] = {}


class _Scenario(msgspec.Struct, forbid_unknown_fields=True):
    note: str = ""
    causes: dict[str, Share] = {}
    given: dict[str, Share] = {}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    season: str
    layers: list[_Layer]
    causes: dict[str, _Cause] = {}
    scenarios: dict[str, _Scenario] = {}


def read_hazards(folder: Path, district: District, modes: Collection[str]) -> tuple[Hazards | None, Problems]:
    """Read the hazards of a district folder.

    Parameters
    ----------
    folder
        Folder with ``hazards.toml``; the files it names are sought beside it.
    district
        The district, whose stations and places lie in the sites or do not.
    modes
        Modes of travel that have effects.

    Returns
    -------
    tuple
        The hazards, or None where there is no such file; and the warnings.

    Raises
    ------
    InputError
        When the file or a layer cannot be used.
    """
    problems = Problems()
    path = folder / FILE
    if not path.is_file():
        return None, problems
    read = _decode(path)
    _see_names(read, modes, problems)
    sites: list[Site] = []
    for number, layer in enumerate(read.layers):
        sites += _sites(folder, layer, number, district, problems)
    problems.raise_errors()
    causes = {
        name: Cause(name, cause.probability, cause.lasts, cause.slower, cause.source)
        for name, cause in read.causes.items()
    }
    scenarios = {name: Scenario(name, row.note, row.causes, row.given) for name, row in read.scenarios.items()}
    return Hazards(read.season, causes, tuple(map(_layer, read.layers)), tuple(sites), scenarios), problems


def _decode(path: Path) -> _File:
    remedy = _("the reference of hazards says what may stand there")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File)
    except msgspec.ValidationError as error:
        message, _at, where = str(error).partition(" - at `$.")
        raise InputError.of(FILE, message, remedy, column=where.rstrip("`") or None) from None
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError.of(FILE, _("the file cannot be read: {reason}").format(reason=error), remedy) from None


def _see_names(read: _File, modes: Collection[str], problems: Problems) -> None:
    """See that everything named is there."""
    seasons = {season for cause in read.causes.values() for season in cause.probability}
    layers = [layer.name for layer in read.layers]
    names: list[tuple[str, str, Collection[str]]] = [
        ("layers.cause", layer.cause, read.causes) for layer in read.layers if layer.cause
    ]
    if seasons:
        names.append(("season", read.season, seasons))
    for name, scenario in read.scenarios.items():
        names += [(f"scenarios.{name}.causes", cause, read.causes) for cause in scenario.causes]
        names += [(f"scenarios.{name}.given", layer, layers) for layer in scenario.given]
    for cause in read.causes.values():
        names += [("causes.slower", mode, modes) for mode in cause.slower]
    for layer in read.layers:
        names += [("layers.effect", mode, modes) for mode in layer.effect]
        problems_of = [value for value in layer.effect.values() if isinstance(value, str) and value != "closed"]
        for value in problems_of:
            problems.error(
                FILE, None, "layers.effect", value, _("this is no effect"),
                _('write "closed", or how many times longer the way takes, as 2.0'),
            )  # fmt: skip
    for name in sorted({name for name in layers if layers.count(name) > 1}):
        problems.error(
            FILE, None, "layers.name", name, _("two layers have this name"), _("give every layer a name of its own")
        )
    for key, name, known in names:
        if name not in known:
            remedy = _("known are {names}").format(names=listed(list(known))) if known else _("write it in the file")
            problems.error(FILE, None, key, name, _("nothing is called that"), remedy)


def effects_of(kind: Kind, told: Mapping[str, float | str]) -> Mapping[str, float]:
    """Give what a layer does to each mode: as it says itself, else what is usual for its kind (``effects.toml``)."""
    usual: dict[str, float] = tomllib.loads(_EFFECTS.read_text(encoding="utf-8"))[kind]
    return {mode: 0.0 if value == "closed" else float(value) for mode, value in told.items()} or usual


def _layer(row: _Layer) -> Layer:
    return Layer(
        row.name, row.kind, effects_of(row.kind, row.effect), row.cause, row.given, row.alone, row.source, row.as_of
    )


def _sites(folder: Path, layer: _Layer, number: int, district: District, problems: Problems) -> Iterator[Site]:
    path = folder / layer.file
    if not path.is_file():
        problems.error(
            FILE,
            None,
            "layers.file",
            layer.file,
            _("there is no such file"),
            _("put it beside {file}").format(file=FILE),
        )
        return
    if path.suffix.lower() == ".csv":
        found = list(_listed(path, layer, number, district, problems))
    else:
        found = [
            Site(f"{layer.name}: {name}", number, inside, frozenset(), shape, frozenset())
            for name, shape, inside in shapes_of(path, layer.column, layer.values, layer.named, district, problems)
        ]
    if layer.together and found:
        found = [_joined(layer.name, number, found)]
    if not found and not problems.errors:
        problems.warn(
            layer.file, None, layer.column or None, ", ".join(layer.values) or None,
            _("the layer {name} has no site").format(name=layer.name), _("check column and values in hazards.toml"),
        )  # fmt: skip
    yield from found


def _joined(name: str, number: int, sites: list[Site]) -> Site:
    from shapely import union_all  # noqa: PLC0415 - heavy

    shapes = [site.shape for site in sites if site.shape is not None]
    return Site(
        name,
        number,
        frozenset().union(*(site.points for site in sites)),
        frozenset().union(*(site.legs for site in sites)),
        union_all(shapes) if shapes else None,
        frozenset().union(*(site.edges for site in sites)),
    )


def _listed(path: Path, layer: _Layer, number: int, district: District, problems: Problems) -> Iterator[Site]:
    table = read_csv(path.read_bytes(), layer.file, COLUMNS, problems)
    villages: dict[str, list[str]] = {}
    for station in district.stations:
        villages.setdefault(station.village, []).append(station.id)
    known = {station.id for station in district.stations} | {place.id for place in district.places}
    rows: dict[str, list[tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[int]]]] = {}
    for row in table.rows:
        if row.bad:
            continue
        what = _place(row["at"], villages, known)
        if what is None:
            problems.error(
                layer.file, row.number, "at", row["at"], _("the district has no such village, station or place"),
                _("write a village's code, a station, a place, A>B, or edge:123"),
            )  # fmt: skip
        else:
            rows.setdefault(row["site"], []).append(what)
    for name, parts in rows.items():
        points, legs, edges = (frozenset().union(*column) for column in zip(*parts, strict=True))
        yield Site(f"{layer.name}: {name}", number, points, legs, None, edges)


def _place(
    at: str, villages: Mapping[str, list[str]], known: Collection[str]
) -> tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[int]] | None:
    nowhere: tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[int]] = frozenset(), frozenset(), frozenset()
    if match := _EDGE.fullmatch(at):
        return *nowhere[:2], frozenset({int(match[1])})
    if at in known:
        return frozenset({at}), *nowhere[1:]
    if at in villages:
        return frozenset(villages[at]), *nowhere[1:]
    if (match := _LEG.fullmatch(at)) and match[1] in known and match[2] in known:
        return nowhere[0], frozenset({(match[1], match[2])}), nowhere[2]
    return None
