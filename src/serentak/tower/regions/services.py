"""What a page of a region is made of; a few rows by their keys, whatever the size of the nation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from serentak.tower.regions.models import Region, Station
from serentak.tower.regions.shown import OUT, AsOf, Line, Status, as_of, leg_of, line, proof_word, status

if TYPE_CHECKING:
    from datetime import datetime

VILLAGE = 4


class StationLine(NamedTuple):
    """A station in a table."""

    id: str
    number: int
    venue: str
    status: Status
    proof: str
    due: datetime | None
    late: bool
    troubled: bool


class RegionPage(NamedTuple):
    """A region with what it is made of.

    Parameters
    ----------
    here, own
        The region, and its figures in the leg shown.
    leg
        ``out`` or ``back``.
    lines, stations
        Regions below it; of a village its stations.
    moment
        Up to when the figures hold.
    version
        All values that the page shows.
    """

    here: Region
    own: Line
    leg: str
    lines: list[Line]
    stations: list[StationLine]
    moment: AsOf
    version: object


def region_page(here: Region, asked: str = "") -> RegionPage:
    """Put the page of a region together.

    Parameters
    ----------
    asked
        ``kirim`` or ``balik`` for a leg; else the one that matters now.
    """
    leg = leg_of(asked, here)
    own = line(here, leg)
    lines = [] if here.level == VILLAGE else [line(each, leg) for each in here.children.order_by("code")]
    stations = station_lines(here.code, leg) if here.level == VILLAGE else []
    moment = as_of(here.code, here.zone)
    return RegionPage(here, own, leg, lines, stations, moment, (own, leg, lines, stations, moment))


def station_lines(village: str, leg: str) -> list[StationLine]:
    """Give the stations of a village."""
    rows = Station.objects.filter(village=village).order_by("id")
    return [
        StationLine(
            each.id,
            each.number,
            each.venue,
            status(each.out if leg == OUT else each.back, leg),
            proof_word(each.out_proof if leg == OUT else each.back_proof),
            each.out_due if leg == OUT else each.back_due,
            each.out_late if leg == OUT else each.back_late,
            each.troubled,
        )
        for each in rows
    ]
