"""The national table: a row a village with its number of stations, or a row a station, cut into districts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from serentak.base import cells
from serentak.base.cells import Column
from serentak.base.csvfile import stream_csv
from serentak.base.errors import InputError, Problems
from serentak.base.messages import N_, _
from serentak.base.table import Row, Table
from serentak.operations.new import LIST_COLUMNS, elections_are_held
from serentak.territory.codes import MAX_STATION, CodeError, station_id
from serentak.territory.columns import STATIONS
from serentak.territory.model import Station
from serentak.territory.regions import Region, region
from serentak.territory.stations import list_stations

_VOTERS: Final = next(column for column in STATIONS if column.name == "voters")
_NUMBER: Final = next(column for column in STATIONS if column.name == "number")

COLUMNS: Final = (
    *(column for column in LIST_COLUMNS if column.name not in ("number", "voters")),
    replace(_NUMBER, required=False, note=N_("number of the station, where a row is a station; else empty")),
    Column(
        "stations",
        "jumlah_tps",
        cells.integer(0, MAX_STATION),
        N_("stations of the village, where a row is a village; else empty"),
        synonyms=("n_tps", "banyak_tps"),
    ),
    replace(
        _VOTERS,
        parse=cells.integer(0),
        note=N_("voters on the lists (DPT) of all stations of the row"),
        synonyms=(*_VOTERS.synonyms, "n_voters"),
    ),
)
"""Columns of a national table: those of a list of stations, and how many stations a row stands for."""
MOST_PROBLEMS: Final = 1000
"""Errors after which reading ends: the table as a whole is then not what was meant."""


@dataclass(frozen=True, slots=True)
class Block:
    """Stations of one row: a single one, or all of a village at one point.

    Parameters
    ----------
    first
        The first of them, with the voters of all.
    count
        How many there are.
    """

    first: Station
    count: int

    def stations(self) -> Iterator[Station]:
        """Give the stations one by one; voters are shared out evenly, the first ones take what is left over."""
        share, over = divmod(self.first.voters, self.count)
        for n in range(self.count):
            number = self.first.number + n
            yield replace(
                self.first,
                id=station_id(self.first.village, number),
                number=number,
                voters=share + (n < over),
            )


@dataclass(slots=True)
class NationalTable:
    """A national table that was read.

    Parameters
    ----------
    file
        File name as the user knows it.
    sha256
        Hash of the file's bytes.
    districts
        Rows by code of the kabupaten or kota.
    without_stations
        Rows of villages without a station, which are left out.
    ignored
        Headings of the table that were not used.
    """

    file: str
    sha256: str
    districts: dict[str, list[Block]] = field(default_factory=dict)
    without_stations: int = 0
    ignored: tuple[str, ...] = ()


def read_national_table(source: Path, mapping: Mapping[str, str] | None = None) -> NationalTable:
    """Read a national table, row by row.

    Parameters
    ----------
    source
        CSV file, plain or packed by gzip.
    mapping
        Names of fields by heading, for headings that are not known by themselves.

    Raises
    ------
    InputError
        When it cannot be used, with every problem found.
    """
    if not source.is_file():
        raise InputError.of(
            str(source), _("there is no such file"), _("name a CSV file (or .csv.gz) with a row a village or station")
        )
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found, problems = NationalTable(source.name, digest), Problems()
    seen: dict[str, int] = {}
    for table in stream_csv(source, COLUMNS, problems, unknown="ignore", mapping=mapping or {}):
        found.ignored = table.ignored
        _take(table, found, seen, problems)
        if len(problems.errors) >= MOST_PROBLEMS:
            break
    if not found.districts and not problems.errors:
        problems.error(
            source.name, None, None, None,
            _("the table has a heading and no rows"), _("write a row for every village or station"),
        )  # fmt: skip
    problems.raise_errors()
    found.districts = dict(sorted(found.districts.items()))
    return found


def _take(table: Table, found: NationalTable, seen: dict[str, int], problems: Problems) -> None:
    """Book the rows of a batch by district."""
    counts: dict[int, int] = {}
    for row in table.rows:
        if not row.bad:
            count = _count(table, row, problems)
            if count == 0:
                found.without_stations += 1
                row.bad = True
            if count is not None:
                counts[row.number] = count
            else:
                row.bad = True
    stations = list_stations(table, problems, seen)
    for code, own in _by_region(table, stations, problems).items():
        elections_are_held(table, own, code, problems)
        blocks = found.districts.setdefault(code.code, [])
        blocks.extend(Block(station, counts[station.row]) for station in own)


def _count(table: Table, row: Row, problems: Problems) -> int | None:
    """Give how many stations a row stands for, or None where it does not say so rightly."""
    number, count, voters = row["number"], row["stations"], row["voters"]
    if (number is None) == (count is None):
        problems.error(
            table.file, row.number, table.heading("stations"), None if count is None else count,
            _("a row is a village with its number of stations, or one station with its number"),
            _("fill one of the columns {number} and {stations}").format(
                number=table.heading("number"), stations=table.heading("stations")
            ),
        )  # fmt: skip
        return None
    if number is not None:
        count = 1
    else:
        row.values["number"] = 1
    if voters < count:
        problems.error(
            table.file, row.number, table.heading("voters"), voters,
            _("{stations} stations have fewer voters than stations").format(stations=count),
            _("write the voters of all stations of the row together; a station has one at least"),
        )  # fmt: skip
        return None
    if voters > count * _MOST_VOTERS:
        problems.error(
            table.file, row.number, table.heading("voters"), voters,
            _("that is more than {most} voters a station").format(most=_MOST_VOTERS),
            _("correct the voters or the number of stations"),
        )  # fmt: skip
        return None
    return int(count)


_MOST_VOTERS: Final = 5000
"""Voters a station at most, as in a list of stations."""


def _by_region(table: Table, stations: list[Station], problems: Problems) -> dict[Region, list[Station]]:
    rows = Counter(station.village[:5] for station in stations)
    known: dict[str, Region] = {}
    for code in rows:
        try:
            known[code] = region(code)
        except CodeError as error:
            first = next(station for station in stations if station.village.startswith(code))
            problems.error(table.file, first.row, table.heading("village"), code, error.message, error.remedy)
    found: dict[Region, list[Station]] = {}
    for station in stations:
        if station.village[:5] in known:
            found.setdefault(known[station.village[:5]], []).append(station)
    return found
