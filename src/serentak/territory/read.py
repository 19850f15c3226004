"""Read a district folder, or one workbook with the same tables.

Everything wrong with it is found in one go: each step notes its problems and goes on, and only at the end is
an error raised.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from serentak.base.csvfile import read_csv
from serentak.base.errors import InputError, Problems
from serentak.base.messages import _
from serentak.base.table import Table
from serentak.base.workbook import Workbook
from serentak.territory import fleet, header
from serentak.territory.codes import station_id
from serentak.territory.columns import REQUIRED_TABLES, TABLES
from serentak.territory.model import BACK_TIERS, OUT_TIERS, Assumption, District, FleetRow, Station
from serentak.territory.places import Places, read_places
from serentak.territory.settings import EXAMPLE_WINDOWS
from serentak.territory.stations import read_stations

if TYPE_CHECKING:
    from collections.abc import Collection

    from serentak.territory.header import Entries, Header

WORKBOOKS: Final = (".xlsx", ".xlsm")
"""Endings of files that are read as workbooks."""


def read_district(source: Path) -> tuple[District, Problems]:
    """Read a district.

    Parameters
    ----------
    source
        A folder with ``district.toml, stations.csv, places.csv, fleet.csv`` and perhaps ``escorts.csv,
        pins.csv, stock.csv, assumed.csv``; or a workbook with sheets of the same names.

    Returns
    -------
    tuple[District, Problems]
        The district, and the warnings. What nobody gave stands in `District.assumed`.

    Raises
    ------
    InputError
        When the district cannot be used, with everything that is wrong.
    """
    problems = Problems()
    folder = _open(source)
    head = _read_header(folder, problems)
    tables = {name: folder.table(name, problems) for name in TABLES}
    _required_tables(folder, tables, problems)
    district = _build(head, {name: table or Table(folder.label(name)) for name, table in tables.items()}, problems)
    problems.raise_errors()
    if district is None:
        raise AssertionError  # without errors there is a district
    return district, problems


class Source(Protocol):
    """Where the tables of a district come from."""

    def label(self, name: str) -> str:
        """Give the name of a table as errors show it."""

    def names(self) -> list[str]:
        """Give the names of the tables that are there, also those nobody asked for."""

    def settings(self, problems: Problems) -> tuple[str, Entries, dict[str, object]] | None:
        """Give label, entries and rule overrides of the district's settings; None when there are none."""

    def table(self, name: str, problems: Problems) -> Table | None:
        """Read a table; None when it is not there."""


class FolderSource:
    """A folder of CSV files."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def label(self, name: str) -> str:
        """Give the file name."""
        return f"{name}.toml" if name == "district" else f"{name}.csv"

    def names(self) -> list[str]:
        """Give the file names."""
        return sorted(path.name for path in self._path.iterdir())

    def settings(self, problems: Problems) -> tuple[str, Entries, dict[str, object]] | None:
        """Read ``district.toml``."""
        label = self.label("district")
        data = self._bytes(label)
        return None if data is None else (label, *header.toml_entries(data, label, problems))

    def table(self, name: str, problems: Problems) -> Table | None:
        """Read a CSV file."""
        label = self.label(name)
        try:
            data = self._bytes(label)
        except InputError as error:
            for problem in error.problems:
                problems.add(problem)
            return Table(label, readable=False)
        return None if data is None else read_csv(data, label, TABLES[name], problems)

    def _bytes(self, name: str) -> bytes | None:
        path = self._path / name
        if not path.exists():
            return None
        try:
            return path.read_bytes()
        except OSError as error:
            raise unreadable(name, error) from None


class WorkbookSource:
    """A workbook with a sheet a table."""

    def __init__(self, path: Path) -> None:
        self._book = Workbook(path)

    def label(self, name: str) -> str:
        """Give workbook and sheet."""
        return self._book.label(name)

    def names(self) -> list[str]:
        """Give the names of the sheets."""
        return list(self._book.sheets)

    def settings(self, problems: Problems) -> tuple[str, Entries, dict[str, object]] | None:
        """Read the sheet ``district``."""
        sheet = self._book.find("district")
        if sheet is None:
            return None
        table = self._book.read(sheet, header.SHEET, problems)
        if not table.readable:
            return table.file, {}, {}
        return (table.file, *header.sheet_entries(table, problems))

    def table(self, name: str, problems: Problems) -> Table | None:
        """Read a sheet."""
        sheet = self._book.find(name)
        return None if sheet is None else self._book.read(sheet, TABLES[name], problems)


def unreadable(name: str, error: OSError) -> InputError:
    """Give the error of a file that the system does not let us read."""
    return InputError.of(
        name,
        _("the file cannot be read: {reason}").format(reason=error.strerror or type(error).__name__),
        _("check its name and permissions, and close it in other programs"),
    )


def _open(source: Path) -> Source:
    if source.is_dir():
        return FolderSource(source)
    if not source.exists():
        raise InputError.of(
            str(source), _("there is no such folder or file"), _("name a district folder, or a workbook")
        )
    if source.suffix.lower() not in WORKBOOKS:
        raise InputError.of(
            str(source),
            _("this is neither a folder nor a workbook"),
            _("name the folder that holds district.toml, or an .xlsx file"),
        )
    try:
        return WorkbookSource(source)
    except OSError as error:
        raise unreadable(source.name, error) from None


def _read_header(folder: Source, problems: Problems) -> Header | None:
    try:
        found = folder.settings(problems)
    except InputError as error:
        for problem in error.problems:
            problems.add(problem)
        return None
    if found is None:
        _missing(folder, "district", problems)
        return None
    label, entries, overrides = found
    return header.read_header(entries, overrides, label, problems)


def _required_tables(folder: Source, tables: dict[str, Table | None], problems: Problems) -> None:
    for name in REQUIRED_TABLES:
        table = tables[name]
        if table is None:
            _missing(folder, name, problems)
        elif table.readable and not table.rows and not any(problem.file == table.file for problem in problems.errors):
            problems.error(
                table.file,
                None,
                None,
                None,
                _("the table has a heading and no rows"),
                _("write at least one row"),
            )


def _missing(folder: Source, name: str, problems: Problems) -> None:
    label = folder.label(name)
    near = get_close_matches(name, [Path(found).stem.casefold() for found in folder.names()], n=1)
    there = [found for found in folder.names() if near and Path(found).stem.casefold() == near[0]]
    problems.error(
        label,
        None,
        None,
        None,
        _("the table is missing"),
        _("rename {found} to {name}").format(found=there[0], name=label)
        if there
        else _("write it as the reference of the district folder says, or begin with serentak new --template"),
    )


def _build(head: Header | None, tables: dict[str, Table], problems: Problems) -> District | None:
    """Make the records of all tables, and the district if nothing stands against it."""
    settings = head.values if head else {}
    assumed: list[Assumption] = list(head.assumed) if head else []
    code, elections = settings.get("code"), settings.get("elections")
    places = read_places(tables["places"], code, problems, assumed)
    stations = read_stations(tables["stations"], code, elections, places=places, problems=problems, assumed=assumed)
    vehicles = fleet.read_fleet(tables["fleet"], places, problems)
    escorts = fleet.read_escorts(tables["escorts"], places, problems)
    stock = fleet.read_stock(tables["stock"], problems)
    if head is not None:
        _check_groups(head, stations, places, problems)
        if places.complete:
            _check_tiers(head, stations, places, problems)
    pins = fleet.read_pins(tables["pins"], _pinnable(tables, vehicles, places), problems)
    if head is None or problems.errors:
        return None
    assumed += _no_escorts(head, tables["escorts"], problems) if not escorts else []
    return District(
        code=settings["code"],
        name=settings["name"],
        zone=settings["zone"],
        election_day=settings["election_day"],
        rules=settings["rules"],
        elections=settings["elections"],
        seed=settings["seed"],
        terrain=settings["travel.terrain"],
        out={name: tier for name in OUT_TIERS if (tier := head.tier(f"out.{name}"))},
        back={name: tier for name in BACK_TIERS if (tier := head.tier(f"back.{name}"))},
        group_windows={where: window for where, (window, _key) in head.groups.items()},
        ready=head.ready(),
        stop_seconds=settings["stop.min"] * 60,
        stop_seconds_per_box=settings["stop.sec_per_box"],
        rule_overrides=head.overrides,
        stations=tuple(stations),
        places=tuple(places.all),
        fleet=tuple(vehicles),
        escorts=tuple(escorts),
        pins=tuple(pins),
        stock=tuple(stock),
        assumed=tuple(dict.fromkeys([*fleet.read_assumed(tables["assumed"]), *assumed])),
    )


def _pinnable(
    tables: dict[str, Table], vehicles: list[FleetRow], places: Places
) -> dict[fleet.PinKind, Collection[str] | None]:
    """Give the names a pin may have, also of rows with another fault; None where they cannot be told."""
    if not tables["pins"].rows:
        return {"station": None, "vehicle": None, "hub": None}
    rows = tables["stations"].rows
    whole = len(vehicles) == len(tables["fleet"].rows) and tables["fleet"].readable
    return {
        "station": {station_id(row["village"], row["number"]) for row in rows if row.get("number")}
        if tables["stations"].readable and all(row.get("village") and row.get("number") for row in rows)
        else None,
        "vehicle": {name for row in vehicles for name in row.names()} if whole else None,
        "hub": places.ids if tables["places"].readable else None,
    }


def _check_groups(head: Header, stations: list[Station], places: Places, problems: Problems) -> None:
    known = {station.kecamatan for station in stations} | set(places.ppk)
    if not known:
        return
    for (_direction, _tier, kecamatan), (_window, key) in head.groups.items():
        if kecamatan not in known:
            name = f"{'.'.join(key.split('.')[:2])}.kecamatan"
            problems.error(
                head.file,
                head.rows.get(name),
                name,
                kecamatan,
                _("the district has no such kecamatan"),
                _("it has {names}").format(names=", ".join(sorted(known))),
            )


def _check_tiers(head: Header, stations: list[Station], places: Places, problems: Problems) -> None:
    """See that every tier with receivers has a window."""
    receivers = {
        "ppk": [place.id for place in places.all if place.kind == "ppk"],
        "pps": [place.id for place in places.all if place.kind == "pps"],
        "tps": [station.id for station in stations],
    }
    for tier, names in receivers.items():
        key = f"out.{tier}.window"
        if names and key not in head.values and key not in head.rows:
            problems.error(
                head.file,
                None,
                key,
                None,
                _("nobody says when goods go to {first} and {n} others").format(first=names[0], n=len(names) - 1)
                if len(names) > 1
                else _("nobody says when goods go to {first}").format(first=names[0]),
                _("add to [out.{tier}]: window = {window}").format(tier=tier, window=EXAMPLE_WINDOWS[tier]),
            )


def _no_escorts(head: Header, table: Table, problems: Problems) -> list[Assumption]:
    guarded = [
        name
        for direction, tiers in (("out", OUT_TIERS), ("back", BACK_TIERS))
        for name in (f"{direction}.{tier}" for tier in tiers)
        if f"{name}.window" in head.values and head.values[f"{name}.escort"] == "run"
    ]
    if not guarded:
        return []
    problems.warn(
        table.file,
        None,
        "teams",
        "0",
        _("there are no escort teams, and {tiers} ask for them").format(tiers=", ".join(guarded)),
        _('list teams, or write escort = "none" in district.toml'),
    )
    return [Assumption(table.file, None, "teams", "0", _("no table of escorts: there are none"))]
