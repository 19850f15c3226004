"""What a re-plan was told, as people say it on the command line and as it lies in ``input/replan/``.

::

    input/replan/issued.json     byte copy of the plan that is replaced; its SHA-256 is `supersedes`
    input/replan/closures.csv    all that is closed or slowed, also what earlier re-plans knew
    input/replan/area-N.geojson  the areas that closures.csv names
    input/replan/losses.csv      all who are lost or cut off, likewise
    input/replan/state.csv       what a custody log told, see `serentak.operations.replan_told`
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from serentak.base import cells
from serentak.base.cells import Column
from serentak.base.clock import format_moment
from serentak.base.csvfile import read_csv
from serentak.base.errors import Problems
from serentak.base.messages import N_, _
from serentak.base.table import Row, Table
from serentak.operations.replan_told import read_told, write_told
from serentak.plan.model import Plan, decode
from serentak.plan.replanned import Before, Loss
from serentak.territory.model import District
from serentak.travel import Travel
from serentak.travel.closures import Closure, Network
from serentak.travel.crow import modes

FOLDER: Final = "replan"
CLOSURES: Final = (
    Column("edge", "ruas", cells.integer(0), N_("number of a road or river in the network's source")),
    Column("leg", "lintasan", cells.text, N_("ids of two stops, PPK-14.01.06>14.01.06.2003-001"), default=""),
    Column("area", "wilayah", cells.text, N_("file with polygons, GeoJSON, beside this table"), default=""),
    Column("modes", "moda", cells.several(cells.choice(*modes())), N_("modes it concerns; empty for all"), default=()),
    Column("speed", "kecepatan", cells.integer(0, 99), N_("percent of the speed that is left; 0 is closed"), default=0),
    Column("from", "dari", cells.moment, N_("from when it holds, H-1 06:00; empty for always")),
    Column("to", "sampai", cells.moment, N_("until when it holds; empty for ever")),
    Column("oneway", "satu_arah", cells.yes_no, N_("whether a leg is closed in this direction only"), default=False),
    Column("note", "catatan", cells.text, N_("who says so, and what happened"), default="", synonyms=("keterangan",)),
)
"""Columns of a table of closures; exactly one of the first three is filled."""
LOSSES: Final = (
    Column("team", "regu", cells.text, N_("vehicle or escort team, pikap#3"), required=True),
    Column("at", "pada", cells.integer(-(10**7)), N_("second from which it is out"), required=True),
    Column("day", "hari", cells.integer(-99), N_("working day for the rest of which it is out; empty for good")),
    Column("reason", "alasan", cells.choice("lost", "cut_off"), N_("lost, or cut off"), required=True),
)


def read_closed(words: Sequence[str], district: District, travel: Travel) -> list[Closure]:
    """Read what ``--closed`` names: an edge, a leg, a GeoJSON file of polygons, or a table of such.

    Raises
    ------
    InputError
        When something named is not there, with everything that is wrong.
    """
    problems = Problems()
    found: list[Closure] = []
    for word in words:
        path = Path(word)
        if word.isdigit():
            found.append(Closure(edge=int(word), name=word))
        elif ">" in word:
            found += _leg("--closed", None, word, problems)
        elif not path.is_file():
            message = _("this is neither the number of a road, nor a leg A>B, nor a file")
            problems.error("--closed", None, None, word, message, _("write 4711, PPK-A>PPK-B, or name a file"))
        elif path.suffix.lower() in (".geojson", ".json"):
            found += _areas(path, Closure(name=path.stem), problems)
        else:
            found += read_table(path, problems)
    _check(found, district, travel, problems)
    problems.raise_errors()
    return found


def read_table(path: Path, problems: Problems) -> list[Closure]:
    """Read a table of closures; areas are read from the files that it names."""
    table = read_csv(path.read_bytes(), path.name, CLOSURES, problems)
    found = []
    for row in table.rows:
        if row.bad:
            continue
        if sum(bool(row[name]) or row[name] == 0 for name in ("edge", "leg", "area")) != 1:
            message = _("a closure names exactly one edge, leg or area")
            problems.error(table.file, row.number, "edge", None, message, _("fill one of the three cells"))
            continue
        found += _of_row(table, row, path, problems)
    return found


def _of_row(table: Table, row: Row, path: Path, problems: Problems) -> list[Closure]:
    if row["from"] is not None and row["to"] is not None and row["to"] <= row["from"]:
        message = _("it ends before it begins")
        problems.error(table.file, row.number, "to", format_moment(row["to"]), message, _("correct one of the two"))
    common = Closure(
        modes=row["modes"], factor=row["speed"] / 100, start=row["from"], end=row["to"], oneway=row["oneway"],
        name=row["note"],
    )  # fmt: skip
    if row["leg"]:
        return [replace(common, leg=one.leg) for one in _leg(table.file, row.number, row["leg"], problems)]
    if row["area"]:
        return _areas(path.parent / row["area"], common, problems)
    return [replace(common, edge=row["edge"])]


def _leg(file: str, row: int | None, word: str, problems: Problems) -> list[Closure]:
    start, _arrow, end = (part.strip() for part in word.partition(">"))
    if not start or not end or ">" in end or start == end:
        message = _("a leg has two different ends")
        problems.error(file, row, "leg", word, message, _("write it as PPK-A>PPK-B, in quotation marks"))
        return []
    return [Closure(leg=(start, end), name=word)]


def _areas(path: Path, common: Closure, problems: Problems) -> list[Closure]:
    """Read every polygon of a GeoJSON file."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = _("the file cannot be read: {reason}").format(reason=error)
        problems.error(str(path), None, None, None, message, _("hand over polygons as GeoJSON, lon and lat in degrees"))
        return []
    features = data.get("features", [data]) if isinstance(data, dict) else []
    found = []
    for number, feature in enumerate(features, 1):
        geometry = feature.get("geometry", feature) if isinstance(feature, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
            kind = geometry.get("type") if isinstance(geometry, dict) else None
            problems.error(
                str(path), number, "geometry", kind, _("this is no polygon"), _("draw the closed area as a polygon")
            )
            continue
        if not _is_shape(geometry):
            remedy = _("write rings of lon, lat in degrees, the last point as the first")
            problems.error(str(path), number, "geometry", None, _("the polygon cannot be read"), remedy)
            continue
        text = json.dumps({"type": geometry["type"], "coordinates": geometry["coordinates"]})
        found.append(replace(common, area=text))
    if not found and not problems.errors:
        problems.error(str(path), None, None, None, _("the file holds no polygon"), _("draw at least one"))
    return found


def _is_shape(geometry: dict[str, Any]) -> bool:
    import shapely  # noqa: PLC0415 - only where an area is closed

    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except shapely.errors.GEOSException:
        return False
    west, south, east, north = shape.bounds if not shape.is_empty else (999.0,) * 4
    return bool(shape.is_valid) and -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _check(closures: Iterable[Closure], district: District, travel: Travel, problems: Problems) -> None:
    known = {station.id for station in district.stations} | {place.id for place in district.places}
    for closure in closures:
        for name in closure.leg or ():
            if name not in known:
                near = cells.nearest(name, sorted(known))
                remedy = (
                    _("did you mean {value}?").format(value=near) if near else _("name a station or place by its id")
                )
                problems.error("--closed", None, "leg", name, _("the district has no such station or place"), remedy)
        if closure.edge is not None and not _has_edge(travel, closure.edge):
            message = _("the plan knows no road of this number")
            problems.error("--closed", None, "edge", closure.edge, message, _("name a leg A>B, or a file of polygons"))


def _has_edge(travel: Travel, edge: int) -> bool:
    return isinstance(travel, Network) and bool((travel.graph.source == edge).any())


def read_lost(words: Sequence[str], issued: Plan, district: District, at: int) -> list[Loss]:
    """Read what ``--lost`` names: a run (its team is out for the rest of the day) or a vehicle (out for good).

    An escort that rides along is out with its vehicle for the rest of that day.

    Raises
    ------
    InputError
        When there is no such run or vehicle.
    """
    runs = {run.id: run for stage in issued.stages for run in stage.runs}
    vehicles = {name for row in district.fleet for name in row.names()}
    problems = Problems()
    found: list[Loss] = []
    for word in words:
        if word in runs and runs[word].return_ <= at:
            message = _("the run is over at {moment}").format(moment=format_moment(at))
            problems.error("--lost", None, None, word, message, _("name a run of later, or the vehicle"))
        elif word in runs:
            run = runs[word]
            found.append(Loss(run.vehicle, at, run.day))
            found += [Loss(run.escort, at, run.day)] if run.escort else []
        elif word in vehicles:
            found.append(Loss(word, at, None))
            riding = [
                run for run in runs.values() if run.vehicle == word and run.escort and run.depart <= at < run.return_
            ]
            found += [Loss(run.escort, at, run.day) for run in riding if run.escort]
        else:
            near = cells.nearest(word, sorted([*runs, *vehicles]))
            remedy = _("did you mean {value}?").format(value=near) if near else _("name it as it stands in stops.csv")
            problems.error("--lost", None, None, word, _("the plan has no run or vehicle team of that name"), remedy)
    problems.raise_errors()
    return found


def read_before(folder: Path, at: int) -> Before | None:
    """Read what a re-plan started from out of its ``input/``; None where it lies there not.

    What a log told is read, and has no effect yet: see `serentak.plan.as_it_went.as_told`.

    Raises
    ------
    InputError
        When it is there and cannot be used.
    """
    own = folder / FOLDER
    if not (own / "issued.json").is_file():
        return None
    data = (own / "issued.json").read_bytes()
    problems = Problems()
    closures = read_table(own / "closures.csv", problems) if (own / "closures.csv").is_file() else []
    losses: list[Loss] = []
    if (own / "losses.csv").is_file():
        table = read_csv((own / "losses.csv").read_bytes(), f"{FOLDER}/losses.csv", LOSSES, problems)
        losses = [Loss(row["team"], row["at"], row["day"], row["reason"]) for row in table.rows if not row.bad]
    told = read_told(own, problems)
    problems.raise_errors()
    issued = decode(data, "issued.json")
    return Before(issued, hashlib.sha256(data).hexdigest(), at, tuple(closures), tuple(losses), told)


def write_before(folder: Path, issued: bytes, before: Before, log: dict[str, Any] | None = None) -> None:
    """Write what a re-plan starts from into its ``input/``.

    Parameters
    ----------
    log
        Which log was asked, see `serentak.operations.replan_log.read_log`.
    """
    own = folder / FOLDER
    own.mkdir()
    if before.sightings is not None:
        write_told(own, before.sightings, log)
    (own / "issued.json").write_bytes(issued)
    if before.closures:
        _write(own / "closures.csv", CLOSURES, [_closure_row(own, n, one) for n, one in enumerate(before.closures, 1)])
    if before.losses:
        rows = [[one.team, one.at, "" if one.day is None else one.day, one.reason] for one in before.losses]
        _write(own / "losses.csv", LOSSES, rows)


def _closure_row(folder: Path, number: int, closure: Closure) -> list[object]:
    area = ""
    if closure.area is not None:
        area = f"area-{number}.geojson"
        (folder / area).write_text(closure.area + "\n", encoding="utf-8")
    moments = ["" if moment is None else format_moment(moment) for moment in (closure.start, closure.end)]
    return [
        "" if closure.edge is None else closure.edge, ">".join(closure.leg or ()), area, " ".join(closure.modes),
        round(closure.factor * 100), *moments, "ya" if closure.oneway else "tidak", closure.name,
    ]  # fmt: skip


def _write(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(rows)
