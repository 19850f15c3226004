"""Who escorts what, where, now; what nobody escorts or guards; and whether there are enough."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count, F, Q
from django.utils import timezone

from serentak.tower.access.territory import within
from serentak.tower.boxes.models import Box, Load, Log
from serentak.tower.escorts.models import Duty, Pattern, RoadReport, Strength
from serentak.tower.regions.models import Station

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

SOON: Final = timedelta(hours=6)
"""How far ahead of its earliest hour a journey is shown as coming."""
MOST: Final = 300


class OnRoad(NamedTuple):
    """A vehicle team with what it still has to do.

    Parameters
    ----------
    vehicle, escort
        As the plan names them; escort empty where none was announced.
    kabupaten, zone
        Where.
    aboard
        Boxes and bundles that it holds by the log.
    due
        Boxes and bundles that it still has to hand over or collect.
    next_place, deadline
        The next hand-over.
    late
        Whether that deadline is over.
    duty
        Who serves as its escort now; None where nobody was named.
    report
        Newest word from the road.
    """

    vehicle: str
    escort: str
    kabupaten: str
    zone: str
    aboard: int
    due: int
    next_place: str
    deadline: datetime
    late: bool
    duty: Duty | None
    report: RoadReport | None

    @property
    def gap(self) -> bool:
        """Whether an escort was announced and nobody is named for it."""
        return bool(self.escort) and self.duty is None


class Need(NamedTuple):
    """What the pattern of a class asks for in a kabupaten, beside how many stations there are."""

    kabupaten: str
    police_class: str
    stations: int
    pattern: Pattern | None
    police: int
    linmas: int


def now_of(log: Log) -> datetime:
    """Give the present of a log: the wall clock's, or the played one."""
    return log.as_of if log.played and log.as_of else timezone.now()


def on_the_road(territories: Iterable[str]) -> list[OnRoad]:
    """Give the vehicle teams that are out or about to leave, those that are late first."""
    places = within(territories, station="receiver")
    found: list[OnRoad] = []
    for log in Log.objects.all():
        now = now_of(log)
        open_loads = Load.objects.filter(
            places, log=log, cancelled=False, done__lt=F("boxes"), earliest__lte=now + SOON
        )
        teams: dict[str, list[Load]] = {}
        for load in open_loads.exclude(vehicle="").order_by("deadline", "step")[: MOST * 4]:
            teams.setdefault(load.vehicle, []).append(load)
        found += _teams(log, teams, now)
    return sorted(found, key=lambda each: (not each.late, each.deadline, each.vehicle))[:MOST]


def _teams(log: Log, teams: dict[str, list[Load]], now: datetime) -> list[OnRoad]:
    kabupaten = {loads[0].kabupaten for loads in teams.values()}
    duties = duties_now(kabupaten, now)
    reports: dict[tuple[str, str], RoadReport] = {}
    for report in RoadReport.objects.filter(kabupaten__in=kabupaten, vehicle__in=teams).order_by("at"):
        reports[report.kabupaten, report.vehicle] = report
    held = dict(
        Box.objects.filter(kabupaten__in=kabupaten, holder__in=teams)
        .values_list("holder")
        .annotate(n=Count("id"))
        .order_by()
    )
    rows = []
    for vehicle, loads in teams.items():
        first = loads[0]
        duty = duties.get((first.kabupaten, first.escort)) if first.escort else None
        rows.append(
            OnRoad(
                vehicle, first.escort, first.kabupaten, log.zone, held.get(vehicle, 0),
                sum(each.boxes - each.done for each in loads), first.place, first.deadline, first.deadline < now,
                duty, reports.get((first.kabupaten, vehicle)),
            )
        )  # fmt: skip
    return rows


def duties_now(kabupaten: Iterable[str], now: datetime) -> dict[tuple[str, str], Duty]:
    """Give who serves now, by kabupaten and unit."""
    rows = Duty.objects.filter(kabupaten__in=list(kabupaten), since__lte=now, until__gt=now)
    return {(each.kabupaten, each.unit): each for each in rows}


def unguarded_places(territories: Iterable[str]) -> list[tuple[str, str, int]]:
    """Give the places where goods lie and nobody is named as guard now: kabupaten, place, boxes and bundles."""
    allowed = within(territories, station="owner")
    found = []
    for log in Log.objects.all():
        now = now_of(log)
        rows = (
            Box.objects.filter(allowed, status=STORED)
            .filter(Q(kabupaten=log.district) if log.district else Q())
            .values_list("kabupaten", "place")
            .annotate(n=Count("id"))
            .order_by("kabupaten", "place")
        )
        named = duties_now({row[0] for row in rows}, now)
        found += [(kabupaten, place, n) for kabupaten, place, n in rows if (kabupaten, place) not in named]
    return found[:MOST]


STORED: Final = 4
"""Place of ``stored`` in `serentak.custody.life.STATUSES`."""


def needs(territories: Iterable[str]) -> list[Need]:
    """Give what the patterns ask for, by kabupaten and class of station."""
    allowed = list(territories)
    counted = (
        Station.objects.filter(within(allowed))
        .values_list("kabupaten", "police_class")
        .annotate(n=Count("id"))
        .order_by("kabupaten", "police_class")
    )[:MOST]
    patterns = {
        (each.kabupaten, each.police_class): each for each in Pattern.objects.filter(within(allowed, deepest=2))
    }
    return [
        _need(kabupaten, police_class, n, patterns.get((kabupaten, police_class)))
        for kabupaten, police_class, n in counted
    ]


def _need(kabupaten: str, police_class: str, stations: int, pattern: Pattern | None) -> Need:
    groups = -(-stations // pattern.stations) if pattern else 0
    police, linmas = (groups * pattern.police, groups * pattern.linmas) if pattern else (0, 0)
    return Need(kabupaten, police_class, stations, pattern, police, linmas)


def strengths(territories: Iterable[str]) -> list[Strength]:
    """Give how many can be sent out."""
    return list(Strength.objects.filter(within(territories, deepest=2)).order_by("kabupaten", "agency"))
