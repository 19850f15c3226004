"""``stops.csv``: a row a stop, in the order of the plan."""

from __future__ import annotations

import csv
import io
from datetime import timedelta, timezone
from typing import Final

from serentak.base.clock import ZONES, format_moment, to_utc
from serentak.plan.model import Plan
from serentak.territory.model import District

COLUMNS: Final = (
    "at",
    "name",
    "kecamatan",
    "desa",
    "voters",
    "direction",
    "stage",
    "run",
    "vehicle",
    "team",
    "escort",
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
    """Write the stops of a plan; times both as ``H-1 06:45`` and in local time with its offset."""
    stations = {station.id: station for station in district.stations}
    places = {place.id: place for place in district.places}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for stage in plan.stages:
        for run in stage.runs:
            for number, stop in enumerate(run.stops, 1):
                station, place = stations.get(stop.at), places.get(stop.at)
                writer.writerow(
                    [
                        stop.at,
                        station.venue if station else place.name if place else "",
                        station.kecamatan_name if station else "",
                        station.desa_name if station else "",
                        station.voters if station else "",
                        stage.direction,
                        stage.id,
                        run.id,
                        run.vehicle,
                        run.team,
                        run.escort or "",
                        number,
                        format_moment(stop.arrive),
                        format_moment(stop.depart),
                        _local(district, stop.arrive),
                        _local(district, stop.depart),
                        stop.boxes,
                        stop.load_after,
                        " ".join(stop.units),
                        "planned",
                    ]
                )
    return text.getvalue()


def _local(district: District, moment: int) -> str:
    zone = timezone(timedelta(hours=ZONES[district.zone]))
    return to_utc(district.election_day, district.zone, moment).astimezone(zone).isoformat(timespec="seconds")
