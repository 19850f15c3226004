"""The table of stations: read, given their parents, and coordinates where they have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serentak.base.messages import _
from serentak.territory.codes import station_id
from serentak.territory.model import Assumption, Place, Station
from serentak.territory.places import Places, check_point, unknown_place

if TYPE_CHECKING:
    from serentak.base.errors import Problems
    from serentak.base.table import Row, Table


def read_stations(
    table: Table,
    code: str | None,
    elections: tuple[str, ...] | None,
    *,
    places: Places,
    problems: Problems,
    assumed: list[Assumption],
) -> list[Station]:
    """Make stations of the rows of ``stations.csv``.

    Parameters
    ----------
    table
        Rows read.
    code
        Code of the district; None when it is not known, and nothing is checked against it.
    elections
        Letters of the district's elections, in order; None when they are not known.
    places
        Places read.
    problems
        Takes everything found.
    assumed
        Takes the coordinates that nobody gave.
    """
    stations: list[Station] = []
    first: dict[str, int] = {}
    for row in table.rows:
        good = _is_unique(table, row, first, problems) and _inside(table, row, code, problems)
        letters = _letters(table, row, elections, problems)
        lon, lat = row.get("lon"), row.get("lat")
        point = None if row.bad else check_point(table, row, lon, lat, problems)
        parent = None if row.bad or not good else _parent(table, row, places, problems)
        if parent is None or letters is None:
            continue
        if point is None:
            if lon is not None or lat is not None:
                continue  # given and refused
            point = _borrow(table, row, parent, places, assumed)
        stations.append(_station(row, point, letters, parent))
    return stations


def list_stations(table: Table, problems: Problems, seen: dict[str, int] | None = None) -> list[Station]:
    """Make stations of a list that comes without places: no parents, coordinates only where they are given.

    Parameters
    ----------
    table
        Rows read.
    problems
        Takes everything that is wrong with them.
    seen
        Rows by station id, of a list that is read in several batches.
    """
    stations: list[Station] = []
    first = {} if seen is None else seen
    for row in table.rows:
        if row.bad:
            continue
        lon, lat = row["lon"], row["lat"]
        point = check_point(table, row, lon, lat, problems)
        if _is_unique(table, row, first, problems) and (point is not None or (lon is None and lat is None)):
            stations.append(_station(row, point or (None, None), row["elections"], None))
    return stations


def _station(
    row: Row, point: tuple[float | None, float | None], letters: tuple[str, ...], parent: Place | None
) -> Station:
    village, number = row["village"], row["number"]
    return Station(
        id=f"{village}-{number:03d}",
        village=village,
        number=number,
        kecamatan_name=row["kecamatan"] or village[:8],
        desa_name=row["desa"] or village,
        voters=row["voters"],
        lon=point[0],
        lat=point[1],
        access=row["access"],
        elections=letters,
        kind=row["kind"],
        venue=row["venue"],
        movable=row["movable"],
        police_class=row["police_class"],
        parent=parent.id if parent else "",
        row=row.number,
    )


def _is_unique(table: Table, row: Row, first: dict[str, int], problems: Problems) -> bool:
    village, number = row.get("village"), row.get("number")
    if village is None or number is None:
        return False
    name = station_id(village, number)
    if name in first:
        problems.error(
            table.file,
            row.number,
            table.heading("number"),
            name,
            _("the station stands in row {first} already").format(first=first[name]),
            _("delete one of the rows, or correct village or number"),
        )
        return False
    first[name] = row.number
    return True


def _inside(table: Table, row: Row, code: str | None, problems: Problems) -> bool:
    village = row["village"]
    if code is None or village.startswith(f"{code}."):
        return True
    problems.error(
        table.file,
        row.number,
        table.heading("village"),
        village,
        _("the village is not in district {code}").format(code=code),
        _("write a code that begins with {code}, or delete the row").format(code=code),
    )
    return False


def _letters(table: Table, row: Row, elections: tuple[str, ...] | None, problems: Problems) -> tuple[str, ...] | None:
    own = row.get("elections")
    if own is None or elections is None:
        return None
    if not own:
        return elections
    for letter in own:
        if letter not in elections:
            problems.error(
                table.file,
                row.number,
                table.heading("elections"),
                "".join(own),
                _("the district holds no election {letter}").format(letter=letter),
                _("write letters out of {letters}, or add it to elections in district.toml").format(
                    letters=",".join(elections)
                ),
            )
            return None
    return tuple(letter for letter in elections if letter in own)


def _parent(table: Table, row: Row, places: Places, problems: Problems) -> Place | None:
    """Give the place a station's goods come from, by the rule of the district folder."""
    given, village = row["parent"], row["village"]
    if given:
        if given not in places.ids:
            unknown_place(table, row.number, "parent", given, places=places, problems=problems)
        return places.by_id.get(given)
    for listed_there in (places.pps.get(village, []), places.ppk.get(village[:8], [])):
        if len(listed_there) > 1:
            names = ", ".join(place.id for place in listed_there)
            problems.error(
                table.file,
                row.number,
                table.heading("parent"),
                "",
                _("the goods may come from several places: {names}").format(names=names),
                _("write one of them in the column parent"),
            )
        if listed_there:
            return listed_there[0]
    return places.warehouse


def _borrow(table: Table, row: Row, parent: Place, places: Places, assumed: list[Assumption]) -> tuple[float, float]:
    """Take the coordinates of the village's pps, else of the kecamatan's ppk, else of the parent."""
    near = (*places.pps.get(row["village"], ()), *places.ppk.get(row["village"][:8], ()), parent)[0]
    assumed.append(
        Assumption(
            table.file,
            row.number,
            "lon, lat",
            f"{near.lon}, {near.lat}",
            _("no coordinates given: those of {place}").format(place=near.id),
        )
    )
    return near.lon, near.lat
