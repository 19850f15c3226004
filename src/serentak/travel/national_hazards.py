"""The hazards of the whole country: events on record by region, and named scenarios, cut for each district.

What ``hazards.toml`` is to one district this is to all of them. A region is a province, kabupaten, kecamatan or
village; how often it was struck is on record, which of its villages an event touches is not, and is assumed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from serentak.base import cells
from serentak.base.cells import CellError, Column
from serentak.base.csvfile import stream_csv
from serentak.base.errors import InputError, Problems
from serentak.base.messages import N_, _
from serentak.territory.codes import CodeError, level, parse_kecamatan, parse_village
from serentak.territory.model import District
from serentak.territory.regions import region
from serentak.travel.hazards import Cause, Hazards, Kind, Layer, Scenario, Site
from serentak.travel.read_hazards import Factor, Share, effects_of

YEAR: Final = 365.25
SAFE: Final = 1e-9


def _region_code(value: str) -> str:
    """Read the code of a province, kabupaten, kecamatan or village."""
    try:
        kind = level(value)
        if kind in ("province", "kabupaten"):
            return region(value).code
        code = parse_kecamatan(value) if kind == "kecamatan" else parse_village(value)
        region(code[:5])
    except CodeError as error:
        raise CellError(error.message, error.remedy) from None
    return code


COLUMNS: Final = (
    Column(
        "region", "wilayah", _region_code, N_("code of a province, kabupaten, kota, kecamatan or village"),
        required=True, synonyms=("kode", "kode_wilayah", "code"),
    ),
    Column(
        "events", "kejadian", cells.decimal(0, 100_000), N_("events on record; empty where there is no record"),
        synonyms=("jumlah_kejadian",),
    ),
)  # fmt: skip
"""Columns of a table of events."""


class _Layer(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    kind: Kind
    file: str
    years: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    given: Annotated[float, msgspec.Meta(gt=0, le=1)]
    source: str
    as_of: str
    map: dict[str, str] = {}
    within: dict[str, Annotated[float, msgspec.Meta(ge=0, le=12)]] = {}
    lasts: Annotated[int, msgspec.Meta(ge=1, le=30)] = 1
    slower: dict[str, Factor] = {}
    effect: dict[str, Factor | str] = {}


class _Scenario(msgspec.Struct, forbid_unknown_fields=True):
    note: str
    regions: list[str] = []
    happens: dict[str, Share] = {}
    given: dict[str, Share] = {}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    season: str
    layers: list[_Layer]
    scenarios: dict[str, _Scenario] = {}


@dataclass(frozen=True, slots=True)
class Record:
    """One layer's events in one region.

    Parameters
    ----------
    layer
        Index of the layer.
    region
        Code of the province, kabupaten, kecamatan or village.
    daily
        Chance that an event begins on a day, in the season.
    """

    layer: int
    region: str
    daily: float


@dataclass(frozen=True, slots=True)
class NationalLayer:
    """Events of one kind; the fields are those of `serentak.travel.hazards.Layer` and `Cause`.

    Parameters
    ----------
    given
        Chance that a village of a region lies in an event that is at work there.
    season_factor
        How many times as frequent events are in the season as in the mean of the year.
    years
        Years of the record.
    """

    name: str
    kind: Kind
    effect: Mapping[str, float]
    given: float
    lasts: int
    slower: Mapping[str, float]
    season_factor: float
    years: float
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class NationalScenario:
    """A named situation.

    Parameters
    ----------
    note
        What it stands for, and who says so.
    regions
        Where it holds; empty for everywhere. Elsewhere the season's chances stay.
    happens
        Chance that an event is at work in a region on a day, by layer.
    given
        Chance that a village lies in it, by layer.
    """

    name: str
    note: str
    regions: tuple[str, ...]
    happens: Mapping[str, float]
    given: Mapping[str, float]

    def holds(self, code: str) -> bool:
        """Tell whether it holds in a region."""
        return not self.regions or any(_inside(code, own) for own in self.regions)


@dataclass(frozen=True, slots=True)
class NationalHazards:
    """All that was read.

    Parameters
    ----------
    file, sha256
        Name of the file, and hash of it and of its tables.
    """

    file: str
    sha256: str
    season: str
    layers: tuple[NationalLayer, ...]
    records: tuple[Record, ...]
    scenarios: tuple[NationalScenario, ...]

    def of_region(self, code: str) -> NationalHazards:
        """Give what matters to a kabupaten or kota."""
        own = tuple(one for one in self.records if _inside(one.region, code) or _inside(code, one.region))
        return NationalHazards(self.file, self.sha256, self.season, self.layers, own, self.scenarios)


def _inside(code: str, other: str) -> bool:
    return code == other or code.startswith(f"{other}.")


def read_national_hazards(path: Path, modes: Iterable[str]) -> NationalHazards:
    """Read the hazards of the country.

    Parameters
    ----------
    path
        The TOML file; tables that it names are sought beside it.
    modes
        Modes of travel that have effects.

    Raises
    ------
    InputError
        When it or a table cannot be used, with every problem found.
    """
    read, data = _decode(path)
    problems = Problems()
    _see_names(read, path.name, set(modes), problems)
    digest, records = hashlib.sha256(data), list[Record]()
    for number, layer in enumerate(read.layers):
        table = path.parent / layer.file
        if not table.is_file():
            problems.error(
                path.name, None, "layers.file", layer.file, _("there is no such file"),
                _("put it beside {file}").format(file=path.name),
            )  # fmt: skip
            continue
        digest.update(table.read_bytes())
        records += _records(table, layer, number, read.season, problems)
    problems.raise_errors()
    layers = tuple(
        NationalLayer(
            one.name, one.kind, effects_of(one.kind, one.effect), one.given, one.lasts, one.slower,
            one.within.get(read.season, 1.0), one.years, one.source, one.as_of,
        )
        for one in read.layers
    )  # fmt: skip
    scenarios = tuple(
        NationalScenario(name, one.note, tuple(_region_code(code) for code in one.regions), one.happens, one.given)
        for name, one in read.scenarios.items()
    )
    return NationalHazards(path.name, digest.hexdigest(), read.season, layers, tuple(records), scenarios)


def _decode(path: Path) -> tuple[_File, bytes]:
    remedy = _("the reference of hazards says what may stand there")
    try:
        data = path.read_bytes()
        return msgspec.toml.decode(data, type=_File), data
    except msgspec.ValidationError as error:
        message, _at, where = str(error).partition(" - at `$.")
        raise InputError.of(path.name, message, remedy, column=where.rstrip("`") or None) from None
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        reason = _("the file cannot be read: {reason}").format(reason=error)
        raise InputError.of(str(path), reason, remedy) from None


def _see_names(read: _File, file: str, modes: set[str], problems: Problems) -> None:
    """See that everything named is there, and nothing twice."""
    layers = {layer.name for layer in read.layers}
    seasons = {season for layer in read.layers for season in layer.within}
    names: list[tuple[str, str, set[str]]] = [("season", read.season, seasons)] if seasons else []
    for layer in read.layers:
        names += [("layers.slower", mode, modes) for mode in layer.slower]
        names += [("layers.effect", mode, modes) for mode in layer.effect]
        for value in layer.effect.values():
            if isinstance(value, str) and value != "closed":
                problems.error(
                    file, None, "layers.effect", value, _("this is no effect"),
                    _('write "closed", or how many times longer the way takes, as 2.0'),
                )  # fmt: skip
    for name, scenario in read.scenarios.items():
        names += [(f"scenarios.{name}.happens", layer, layers) for layer in scenario.happens]
        names += [(f"scenarios.{name}.given", layer, layers) for layer in scenario.given]
        for code in scenario.regions:
            try:
                _region_code(code)
            except CellError as error:
                problems.error(file, None, f"scenarios.{name}.regions", code, error.message, error.remedy)
    for key, name, known in names:
        if name not in known:
            remedy = _("known are {names}").format(names=cells.listed(sorted(known)))
            problems.error(file, None, key, name, _("nothing is called that"), remedy)
    if len(layers) < len(read.layers):
        problems.error(
            file, None, "layers.name", None, _("two layers have this name"), _("give every layer a name of its own")
        )


def _records(path: Path, layer: _Layer, number: int, season: str, problems: Problems) -> Iterator[Record]:
    seen: dict[str, int] = {}
    for table in stream_csv(path, COLUMNS, problems, unknown="ignore", mapping=layer.map):
        for row in table.rows:
            if row.bad or row["events"] is None:
                continue
            code = row["region"]
            if code in seen:
                problems.error(
                    layer.file, row.number, table.heading("region"), code,
                    _("the region stands in row {row} already").format(row=seen[code]),
                    _("write each region once"),
                )  # fmt: skip
            seen[code] = row.number
            a_day = row["events"] / (layer.years * YEAR) * layer.within.get(season, 1.0)
            yield Record(number, code, 1 - math.exp(-a_day))


def hazards_of(district: District, national: NationalHazards) -> Hazards | None:
    """Give the hazards of one district, or None where nothing is on record: each of its villages is a site.

    Draws go by name, so that an event on record for a whole province comes to all its districts at once, and one on
    record for a kabupaten to that one alone.
    """
    villages: dict[str, set[str]] = {}
    names = {station.village: station.desa_name for station in district.stations}
    for station in district.stations:
        villages.setdefault(station.village, set()).add(station.id)
    for place in district.places:
        if place.village in villages:
            villages[place.village].add(place.id)
    causes: dict[str, Cause] = {}
    layers: list[Layer] = []
    sites: list[Site] = []
    of_layer: list[tuple[Record, NationalLayer, str]] = []
    for record in national.of_region(district.code).records:
        own = national.layers[record.layer]
        touched = [village for village in villages if _inside(village, record.region)]
        if record.daily <= SAFE or not touched:
            continue
        name = f"{own.name} ({record.region})"
        causes[name] = Cause(name, {national.season: record.daily}, own.lasts, own.slower, own.source)
        for village in touched:
            title = f"{own.name}: {names[village]} ({village}; {record.region})"
            sites.append(Site(title, len(layers), frozenset(villages[village]), frozenset(), None, frozenset()))
        layers.append(Layer(name, own.kind, own.effect, name, own.given, 0.0, own.source, own.as_of))
        of_layer.append((record, own, name))
    if not layers:
        return None
    scenarios = {
        one.name: Scenario(
            one.name,
            one.note,
            {name: _begins(one.happens[own.name], own.lasts) for record, own, name in of_layer
             if own.name in one.happens and one.holds(record.region)},
            {name: one.given[own.name] for record, own, name in of_layer
             if own.name in one.given and one.holds(record.region)},
        )
        for one in national.scenarios
    }  # fmt: skip
    return Hazards(national.season, causes, tuple(layers), tuple(sites), scenarios)


def _begins(at_work: float, lasts: int) -> float:
    """Give the chance that an event begins on a day, of the chance that one is at work on a day."""
    return 1.0 if at_work >= 1 else 1 - (1 - at_work) ** (1 / lasts)
