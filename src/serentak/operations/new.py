"""Use case ``serentak new``: any list of stations becomes a complete district folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from serentak.base.cells import listed
from serentak.base.csvfile import read_csv
from serentak.base.errors import InputError, Problem, Problems
from serentak.base.messages import _
from serentak.base.workbook import Workbook
from serentak.kit.rules import load_rules
from serentak.operations.defaults import Defaults, load_defaults
from serentak.operations.ruleset import DistrictFiles, default_district
from serentak.operations.workspace import new_folder, refuse_existing
from serentak.territory.codes import CodeError
from serentak.territory.columns import STATIONS
from serentak.territory.read import WORKBOOKS, read_district, unreadable
from serentak.territory.regions import Region, region
from serentak.territory.stations import list_stations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from serentak.base.table import Table
    from serentak.territory.model import Station

LIST_COLUMNS: Final = tuple(column for column in STATIONS if column.name not in ("parent", "note"))
"""Columns taken from a list of stations; it comes without places, so that parents would mean nothing."""


@dataclass(frozen=True, slots=True)
class NewReport:
    """What ``serentak new`` made.

    Parameters
    ----------
    folder
        The district folder.
    code, name
        Code and name of the kabupaten or kota.
    stations, voters, kecamatan
        How many there are.
    ignored
        Headings of the list that were not used.
    assumed
        Values that the default rule set took; ``assumed.csv`` lists them.
    warnings
        What the user should look at.
    """

    folder: Path
    code: str
    name: str
    stations: int
    voters: int
    kecamatan: int
    ignored: tuple[str, ...]
    assumed: int
    warnings: tuple[Problem, ...]


def new_district(
    source: Path, out: Path, mapping: Mapping[str, str] | None = None, *, defaults: Defaults | None = None
) -> NewReport:
    """Make a district folder of a list of stations, by the default rule set.

    Parameters
    ----------
    source
        CSV file or workbook, a row a station of one kabupaten or kota.
    out
        Folder to make. Nothing is there before all of it is written.
    mapping
        Names of fields by heading, for headings that are not known by themselves.
    defaults
        Another rule set than the one this version comes with.

    Raises
    ------
    InputError
        When the list cannot be used, or the folder has something in it already.
    """
    refuse_existing(out)
    defaults = defaults or load_defaults()
    problems = Problems()
    table = _read_list(source, mapping or {}, problems)
    stations = list_stations(table, problems)
    where = _one_region(table, stations, problems)
    problems.raise_errors()
    if where is None:
        raise AssertionError  # without errors there is a region
    elections_are_held(table, stations, where, problems)
    if all(station.lon is None for station in stations):
        problems.error(
            table.file, None, "lon", None,
            _("no station has coordinates"),
            _("add columns lon and lat in degrees, or name them with --map COLUMN=lon"),
        )  # fmt: skip
    problems.raise_errors()
    made = default_district(stations, where, defaults, load_rules(defaults.district.rules))
    _warn_of_blind_places(made, table, problems)
    write_folder(out, made.files)
    return NewReport(
        folder=out, code=where.code, name=where.name, stations=len(stations),
        voters=sum(station.voters for station in stations),
        kecamatan=len({station.kecamatan for station in stations}),
        ignored=table.ignored, assumed=len(made.assumed), warnings=tuple(problems),
    )  # fmt: skip


def parse_mapping(texts: Iterable[str]) -> dict[str, str]:
    """Read ``COLUMN=FIELD`` as typed on the command line.

    Raises
    ------
    InputError
        When one is no such pair, or a column or field is named twice.
    """
    mapping: dict[str, str] = {}
    for text in texts:
        heading, equals, name = (part.strip() for part in text.rpartition("="))
        if not equals or not heading or not name:
            problem = (
                _("this is not COLUMN=FIELD"),
                _("write the heading of the list first: --map DPT=voters"),
            )
        elif heading in mapping or name in mapping.values():
            problem = _("a column or field is named twice"), _("name each once")
        else:
            mapping[heading] = name
            continue
        raise InputError.of("--map", *problem, value=text)
    return mapping


def write_folder(out: Path, files: Mapping[str, str]) -> None:
    """Write a district folder whole or not at all: beside its place first, read back, then moved there.

    Parameters
    ----------
    out
        Folder to make; it may be there if it is empty.
    files
        Content by file name.

    Raises
    ------
    InputError
        When the place cannot be written to, or the files do not make a district.
    """
    with new_folder(out) as folder:
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8", newline="")
        read_district(folder)


def _read_list(source: Path, mapping: Mapping[str, str], problems: Problems) -> Table:
    if not source.is_file():
        raise InputError.of(
            str(source), _("there is no such file"), _("name a CSV file or a workbook with a row a station")
        )
    try:
        if source.suffix.lower() in WORKBOOKS:
            book = Workbook(source)
            sheet = book.find("stations") or (book.sheets[0] if book.sheets else "stations")
            table = book.read(sheet, LIST_COLUMNS, problems, unknown="ignore", mapping=mapping)
        else:
            table = read_csv(
                source.read_bytes(), source.name, LIST_COLUMNS, problems, unknown="ignore", mapping=mapping
            )
    except OSError as error:
        raise unreadable(source.name, error) from None
    if table.readable and not table.rows and not problems.errors:
        problems.error(
            table.file, None, None, None,
            _("the table has a heading and no rows"), _("write a row for every station"),
        )  # fmt: skip
    return table


def _one_region(table: Table, stations: list[Station], problems: Problems) -> Region | None:
    """Give the region all stations are in; a list of several is refused with how many rows each has."""
    counts = Counter(station.village[:5] for station in stations)
    if len(counts) > 1:
        most = counts.most_common(1)[0][0]
        stray = next(station for station in stations if not station.village.startswith(most))
        found = [f"{code} ({count})" for code, count in sorted(counts.items())]
        problems.error(
            table.file, stray.row, table.heading("village"), stray.village,
            _("the list has stations of {n} kabupaten and kota: {codes}").format(
                n=len(counts), codes=listed(found, 20)
            ),
            _("keep the rows of one of them, and make a folder for each"),
        )  # fmt: skip
    found_regions = []
    for code in sorted(counts):
        try:
            found_regions.append(region(code))
        except CodeError as error:
            row = next(station.row for station in stations if station.village.startswith(code))
            problems.error(table.file, row, table.heading("village"), code, error.message, error.remedy)
    return found_regions[0] if len(found_regions) == 1 else None


def elections_are_held(table: Table, stations: list[Station], where: Region, problems: Problems) -> None:
    """Note the stations of a list that ask for an election which their region does not hold."""
    for station in stations:
        strange = [letter for letter in station.elections if letter not in where.contests]
        if strange:
            problems.error(
                table.file, station.row, table.heading("elections"), "".join(station.elections),
                _("the district holds no election {letter}").format(letter=", ".join(strange)),
                _("write letters out of {letters}").format(letters=",".join(where.contests)),
            )  # fmt: skip


def _warn_of_blind_places(made: DistrictFiles, table: Table, problems: Problems) -> None:
    for kecamatan in made.placed_blindly:
        problems.warn(
            table.file, None, table.heading("lon"), kecamatan,
            _("no station of the kecamatan has coordinates; its hub stands at the warehouse"),
            _("write its true position in places.csv"),
        )  # fmt: skip
