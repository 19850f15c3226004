"""``stops.csv``: a row a stop, in the order of the plan."""

from __future__ import annotations

import csv
import io
from typing import Final

from serentak.base.clock import format_day, format_moment, to_local
from serentak.plan.model import Plan
from serentak.territory.model import District, Place, Station

COLUMNS: Final = (
    "at",
    "name",
    "kecamatan",
    "desa",
    "voters",
    "lon",
    "lat",
    "direction",
    "stage",
    "run",
    "vehicle",
    "mode",
    "team",
    "escort",
    "day",
    "leaves",
    "returns",
    "stop",
    "arrive",
    "depart",
    "arrive_local",
    "depart_local",
    "boxes",
    "load_after",
    "units",
    "status",
)
"""Headings, in order; documented in ``docs/plan-folder.md``."""


def stops_csv(plan: Plan, district: District) -> str:
    """Write the stops of a plan; times both as ``H-1 06:45`` and in local time with its offset.

    A plan under check may name stations and vehicles that the district has not: what is told of them stays empty.
    """
    items: dict[str, Station | Place] = {station.id: station for station in district.stations}
    items |= {place.id: place for place in district.places}
    modes = {name: row.mode for row in district.fleet for name in row.names()}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for stage in plan.stages:
        for run in stage.runs:
            mode = modes.get(run.vehicle, "")
            for number, stop in enumerate(run.stops, 1):
                arrive, depart = (_local(district, moment) for moment in (stop.arrive, stop.depart))
                writer.writerow(
                    [
                        stop.at, *_about(items.get(stop.at)), stage.direction, stage.id,
                        run.id, run.vehicle, mode, run.team, run.escort or "",
                        format_day(run.day), format_moment(run.depart), format_moment(run.return_),
                        number, format_moment(stop.arrive), format_moment(stop.depart), arrive, depart,
                        stop.boxes, stop.load_after, " ".join(stop.units), "planned",
                    ]
                )  # fmt: skip
    return text.getvalue()


def _about(item: Station | Place | None) -> tuple[object, ...]:
    """Give name, kecamatan, desa, voters, lon and lat."""
    if isinstance(item, Station):
        return item.venue, item.kecamatan_name, item.desa_name, item.voters, item.lon, item.lat
    return ("", "", "", "", "", "") if item is None else (item.name, "", "", "", item.lon, item.lat)


def _local(district: District, moment: int) -> str:
    return to_local(district.election_day, district.zone, moment).isoformat(timespec="seconds")
