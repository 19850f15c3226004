"""The table of places: read, and seen to form a tree below the one warehouse."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from serentak.base.cells import listed, nearest
from serentak.base.messages import _
from serentak.territory.columns import LAT, LON
from serentak.territory.model import Assumption, Place

if TYPE_CHECKING:
    from serentak.base.errors import Problems
    from serentak.base.table import Row, Table

HANDLING_MIN: Final = {"warehouse": 30}
"""Minutes to load or start unloading where the table says nothing; 20 at any other kind of place."""
HANDLING_MIN_ELSEWHERE: Final = 20
SEC_PER_BOX: Final = 20

_RANK: Final = {"warehouse": 0, "ppk": 1, "pps": 2}


@dataclass(slots=True)
class Places:
    """Places by id, and what is needed to find the parent of a station.

    Parameters
    ----------
    all
        Places that could be read, in file order.
    ids
        Ids that stand in the file, also those of rows that could not be read.
    """

    all: list[Place] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    by_id: dict[str, Place] = field(default_factory=dict)
    pps: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    ppk: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    warehouse: Place | None = None
    complete: bool = True


def check_point(
    table: Table, row: Row, lon: float | None, lat: float | None, problems: Problems
) -> tuple[float, float] | None:
    """Give the coordinates of a row, or None where there are none or they lie outside Indonesia."""
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        missing, given = ("lon", "lat") if lon is None else ("lat", "lon")
        problems.error(
            table.file,
            row.number,
            table.heading(missing),
            "",
            _("{given} is there, {missing} is not").format(given=given, missing=missing),
            _("give both, or neither"),
        )
        return None
    if LON[0] <= lon <= LON[1] and LAT[0] <= lat <= LAT[1]:
        return lon, lat
    if LON[0] <= lat <= LON[1] and LAT[0] <= lon <= LAT[1]:
        problems.error(
            table.file,
            row.number,
            table.heading("lon"),
            f"{lon}, {lat}",
            _("longitude and latitude are swapped"),
            _("exchange the headings {lon} and {lat}").format(lon=table.heading("lon"), lat=table.heading("lat")),
        )
        return None
    for name, value, (lo, hi) in (("lon", lon, LON), ("lat", lat, LAT)):
        if not lo <= value <= hi:
            problems.error(
                table.file,
                row.number,
                table.heading(name),
                f"{value:g}",
                _("the point lies outside Indonesia"),
                _("write degrees from {lo:g} to {hi:g}; south of the equator is negative").format(lo=lo, hi=hi),
            )
    return None


def read_places(table: Table, code: str | None, problems: Problems, assumed: list[Assumption]) -> Places:
    """Make places of the rows of ``places.csv``."""
    places = Places()
    first: dict[str, int] = {}
    for row in table.rows:
        place_id = row.get("id")
        if place_id is not None:
            if place_id in first:
                problems.error(
                    table.file,
                    row.number,
                    table.heading("id"),
                    place_id,
                    _("the id stands in row {first} already").format(first=first[place_id]),
                    _("give every place its own id"),
                )
                continue
            first[place_id] = row.number
            places.ids.add(place_id)
        point = None
        if row.get("lon") is not None and row.get("lat") is not None:
            point = check_point(table, row, row["lon"], row["lat"], problems)
        if row.bad or point is None or not _inside(table, row, code, problems):
            places.complete = False
            continue
        _keep(_place(table, row, point, assumed), places)
    if table.readable and not any(row.bad for row in table.rows):
        _one_warehouse(table, places, problems)
    _tree(table, places, problems)
    return places


def _inside(table: Table, row: Row, code: str | None, problems: Problems) -> bool:
    """Tell whether a hub lies in the district; a warehouse or jetty may be rented outside."""
    if code is None or row["kind"] in ("warehouse", "transit") or row["village"].startswith(f"{code}."):
        return True
    problems.error(
        table.file,
        row.number,
        table.heading("village"),
        row["village"],
        _("the place is not in district {code}").format(code=code),
        _("write a code that begins with {code}, or delete the row").format(code=code),
    )
    return False


def _place(table: Table, row: Row, point: tuple[float, float], assumed: list[Assumption]) -> Place:
    kind = row["kind"]
    defaults = {"handling_min": HANDLING_MIN.get(kind, HANDLING_MIN_ELSEWHERE), "sec_per_box": SEC_PER_BOX}
    for name, value in defaults.items():
        if row[name] is None:
            row.values[name] = value
            assumed.append(Assumption(table.file, row.number, name, str(value), _("default of the district folder")))
    return Place(
        id=row["id"],
        village=row["village"],
        kind=kind,
        parent=row["parent"],
        name=row["name"] or row["id"],
        lon=point[0],
        lat=point[1],
        handling=round(row["handling_min"] * 60),
        seconds_per_box=row["sec_per_box"],
        hours=row["hours"],
        night=row["night"],
        police_district=row["police_district"],
        row=row.number,
    )


def _keep(place: Place, places: Places) -> None:
    places.all.append(place)
    places.by_id[place.id] = place
    if place.kind == "pps":
        places.pps[place.village].append(place)
    elif place.kind == "ppk":
        places.ppk[place.kecamatan].append(place)
    elif place.kind == "warehouse" and places.warehouse is None:
        places.warehouse = place


def _one_warehouse(table: Table, places: Places, problems: Problems) -> None:
    warehouses = [place for place in places.all if place.kind == "warehouse"]
    if not warehouses and places.complete:
        problems.error(
            table.file,
            None,
            table.heading("kind"),
            None,
            _("there is no warehouse"),
            _("give one place the kind warehouse: where everything starts"),
        )
    for place in warehouses[1:]:
        problems.error(
            table.file,
            place.row,
            table.heading("kind"),
            place.id,
            _("there are two warehouses: {first} and {second}").format(first=warehouses[0].id, second=place.id),
            _("make one of them a transit below the other"),
        )


def _tree(table: Table, places: Places, problems: Problems) -> None:
    """See that every place has a parent, and that following parents ends at the warehouse."""
    for place in places.all:
        if place.kind == "warehouse":
            if place.parent:
                problems.error(
                    table.file,
                    place.row,
                    table.heading("parent"),
                    place.parent,
                    _("the warehouse has a parent"),
                    _("empty the cell: everything starts at the warehouse"),
                )
        elif not place.parent:
            example = places.warehouse.id if places.warehouse else "KPU"
            problems.error(
                table.file,
                place.row,
                table.heading("parent"),
                "",
                _("the place has no parent"),
                _("write the id of the place its goods come from, as {example}").format(example=example),
            )
        elif place.parent not in places.ids:
            unknown_place(table, place.row, "parent", place.parent, places=places, problems=problems)
    _no_cycle(table, places, problems)
    _ranks(table, places, problems)


def unknown_place(table: Table, row: int, column: str, value: str, *, places: Places, problems: Problems) -> None:
    """Note that no place has this id, with the nearest that has one."""
    near = nearest(value, sorted(places.ids))
    problems.error(
        table.file,
        row,
        table.heading(column),
        value,
        _("no place has this id"),
        _("did you mean {value}?").format(value=near)
        if near
        else _("places are {names}").format(names=listed(sorted(places.ids)) or "-"),
    )


def _no_cycle(table: Table, places: Places, problems: Problems) -> None:
    settled: set[str] = set()
    for place in places.all:
        path: list[str] = []
        here: Place | None = place
        while here is not None and here.id not in settled and here.id not in path:
            path.append(here.id)
            here = places.by_id.get(here.parent)
        if here is not None and here.id in path:
            cycle = [*path[path.index(here.id) :], here.id]
            problems.error(
                table.file,
                here.row,
                table.heading("parent"),
                here.parent,
                _("the places are each other's parents: {cycle}").format(cycle=" < ".join(cycle)),
                _("give one of them a parent that leads to the warehouse"),
            )
            places.complete = False
        settled.update(path)


def _ranks(table: Table, places: Places, problems: Problems) -> None:
    """See that goods go from warehouse to ppk to pps; transits may lie anywhere between."""
    for place in places.all:
        if place.kind not in ("ppk", "pps"):
            continue
        above = places.by_id.get(place.parent)
        seen = {place.id}
        while above is not None and above.kind == "transit" and above.id not in seen:
            seen.add(above.id)
            above = places.by_id.get(above.parent)
        if above is not None and above.kind != "transit" and _RANK[above.kind] >= _RANK[place.kind]:
            problems.error(
                table.file,
                place.row,
                table.heading("parent"),
                place.parent,
                _("a {kind} cannot get its goods from a {above}").format(kind=place.kind, above=above.kind),
                _("goods go from the warehouse to a ppk, from there to a pps; transits may lie between"),
            )
