"""``measures.csv`` of a district: what was changed to make its plan surer; read, checked, applied, written."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from serentak.base import cells
from serentak.base.cells import Column
from serentak.base.csvfile import read_csv
from serentak.base.errors import InputError, Problems
from serentak.base.messages import N_, _
from serentak.operations.defaults import load_defaults
from serentak.risk.measures import KINDS, Measure, apply_measures
from serentak.territory.columns import MODES
from serentak.territory.model import District, FleetRow
from serentak.travel import Travel
from serentak.travel.affected import edges_of
from serentak.travel.hazards import Hazards
from serentak.travel.road import RoadTravel

FILE: Final = "measures.csv"
COLUMNS: Final = (
    Column("measure", "langkah", cells.choice(*KINDS), N_("what is done"), required=True, choices=KINDS),
    Column("at", "di", cells.text, N_("kecamatan, village, station, base, or layer of hazards"), required=True),
    Column("mode", "moda", cells.choice(*MODES), N_("mode of travel, of reach and vehicles"), default=""),
    Column("number", "jumlah", cells.integer(0, 10_000), N_("minutes, days, vehicles or teams"), default=0),
    Column("note", "catatan", cells.text, N_("why"), default=""),
)


def read_measures(folder: Path, district: District, hazards: Hazards | None) -> tuple[Measure, ...]:
    """Read the measures of a district folder; none where there is no such file.

    Raises
    ------
    InputError
        When a row cannot be used, or names what the district has not.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    problems = Problems()
    measures = []
    for row in read_csv(path.read_bytes(), FILE, COLUMNS, problems).rows:
        if row.bad:
            continue
        measure = Measure(row["measure"], row["at"], row["mode"], row["number"], row["note"])
        fault = _fault(measure, district, hazards)
        if fault is None:
            measures.append(measure)
        else:
            column, message, remedy = fault
            problems.error(FILE, row.number, column, str(getattr(measure, column)), message, remedy)
    problems.raise_errors()
    return tuple(measures)


def _fault(measure: Measure, district: District, hazards: Hazards | None) -> tuple[str, str, str] | None:
    """Give what is wrong with a measure: column, message and remedy; or None."""
    known: dict[str, Collection[str]] = {
        "vehicles": [place.id for place in district.places],
        "escorts": [row.base for row in district.escorts],
        "avoid": [layer.name for layer in hazards.layers] if hazards is not None else [],
    }
    kecamatan = {station.kecamatan for station in district.stations}
    villages = {station.village for station in district.stations}
    known["reach"] = kecamatan | villages | {station.id for station in district.stations}
    if measure.at not in known.get(measure.kind, kecamatan):
        return "at", _("the district has nothing of that name for this measure"), _("see the reference of measures")
    if measure.kind in {"reach", "vehicles"} and not measure.mode:
        return "mode", _("the cell is empty"), _("name a mode: {names}").format(names=", ".join(MODES))
    if measure.kind not in {"reach", "avoid"} and not measure.number:
        return "number", _("the cell is empty"), _("write minutes, days, vehicles or teams, at least 1")
    return None


def changed(district: District, measures: Iterable[Measure]) -> District:
    """Give a district with its measures applied; the usual vehicles are those of the default rule set."""
    return apply_measures(district, measures, usual_vehicles(district))


def usual_vehicles(district: District) -> dict[str, FleetRow]:
    """Give a vehicle of each mode, as the default rule set has it."""
    found: dict[str, FleetRow] = {}
    for name, own in load_defaults().vehicles.items():
        found[own.mode] = FleetRow(
            type=name, base="", mode=own.mode, count=own.team, team=own.team, boxes=own.boxes, grams=own.kg * 1000,
            millilitres=own.litres * 1000, speed_factor=1.0, days=(), cost_day=own.cost_day, cost_km=own.cost_km,
            cost_hour=own.cost_hour, first=1 + sum(row.teams for row in district.fleet if row.type == name), row=0,
        )  # fmt: skip
    return found


def avoiding(travel: Travel, measures: Iterable[Measure], hazards: Hazards | None) -> Travel:
    """Give travel that keeps away from the layers that are to be avoided.

    Raises
    ------
    InputError
        When ways are estimated from coordinates: they lead nowhere in particular.
    """
    names = {measure.at for measure in measures if measure.kind == "avoid"}
    if not names or hazards is None:
        return travel
    if not isinstance(travel, RoadTravel):
        raise InputError.of(
            FILE,
            _("only ways on a network can avoid anything"),
            _("give a network file, or delete the row"),
            value="avoid",
        )
    edges = edges_of(travel, hazards)
    sites = (n for n, site in enumerate(hazards.sites) if hazards.layers[site.layer].name in names)
    return travel.close(frozenset[int]().union(*(edges[n] for n in sites)))


def measures_csv(measures: Iterable[Measure]) -> str:
    """Write measures as `read_measures` reads them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in COLUMNS])
    for measure in measures:
        writer.writerow((measure.kind, measure.at, measure.mode, measure.number or "", measure.note))
    return out.getvalue()
