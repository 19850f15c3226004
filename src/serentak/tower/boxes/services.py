"""What the pages about boxes are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from serentak.custody.objects import expand
from serentak.tower.access.territory import within
from serentak.tower.boxes.models import Box, Deviation, Load, Log
from serentak.tower.boxes.shown import read_events

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from serentak.custody.event import Event

PAGE: Final = 100
"""Rows of one page of a list."""
MOST_PAGES: Final = 50


class Rows(NamedTuple):
    """One page of a list, its number from 1, and whether there is a next one."""

    rows: list[Any]
    page: int
    more: bool


def rows_of(found: QuerySet[Any], page: str) -> Rows:
    """Give one page of a list; nothing is counted."""
    number = min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdigit() else 1
    rows = list(found[(number - 1) * PAGE : number * PAGE + 1])
    return Rows(rows[:PAGE], number, len(rows) > PAGE and number < MOST_PAGES)


def log_of(code: str) -> Log | None:
    """Give the log of a district, by any code within it."""
    return Log.objects.filter(district=code[:5]).first()


def judged_at(log: Log | None) -> datetime:
    """Give the instant at which deadlines are judged: the played one of a played log, else now."""
    return log.as_of if log is not None and log.played and log.as_of is not None else timezone.now()


def in_region(code: str, station: str) -> Q:
    """Give the condition that a load or deviation lies in a region or is of a station, whose column is named."""
    return within([code], station=station)


def not_arrived(code: str) -> QuerySet[Load]:
    """Give the loads that shall arrive in a region and have not, by deadline."""
    return Load.objects.filter(in_region(code, "place"), open=True, receiver=F("place")).order_by("deadline", "pk")


def deviations(code: str, *, notes: bool = False, gone: bool = False, kind: str = "") -> QuerySet[Deviation]:
    """Give what deviates in a region, the newest first."""
    found = Deviation.objects.filter(in_region(code, "owner"), finding=not notes).select_related("log")
    found = found if gone else found.filter(gone_at=None)
    return (found.filter(code=kind) if kind else found).order_by("-seen_at", "-pk")


def deviations_by_kind(code: str) -> list[tuple[str, int]]:
    """Count the findings of a region by kind, the most first."""
    found = Deviation.objects.filter(in_region(code, "owner"), finding=True, gone_at=None)
    rows = found.order_by().values_list("code").annotate(n=Count("pk")).order_by("-n", "code")
    return [(kind, n) for kind, n in rows]


def deviations_about(owner: str) -> QuerySet[Deviation]:
    """Give the findings and notes about a station's boxes, those that name others beside them too."""
    mine = Q(owner=owner) | Q(owner="", objects_named__contains=f"{owner}-")
    found = Deviation.objects.filter(mine, kabupaten=owner[:5], gone_at=None)
    return found.order_by("-finding", "-seen_at", "-pk")


def territory_of_place(kabupaten: str, name: str) -> str | None:
    """Give the smallest region that holds what is brought to a place, or lies there; None where nobody knows it."""
    loads = Load.objects.filter(Q(place=name) | Q(vehicle=name), kabupaten=kabupaten)
    found = set(loads.order_by().values_list("kecamatan", flat=True).distinct()[:2])
    if not found:
        there = Box.objects.filter(Q(place=name) | Q(holder=name), kabupaten=kabupaten)
        found = set(there.order_by().values_list("kecamatan", flat=True).distinct()[:2])
    if not found:
        return None
    return found.pop() or kabupaten if len(found) == 1 else kabupaten


def at_place(kabupaten: str, name: str) -> tuple[dict[int, int], QuerySet[Box]]:
    """Give what lies at a place or is in the hands of a unit: how many by status, and the boxes."""
    there = Box.objects.filter(Q(place=name) | Q(holder=name), kabupaten=kabupaten).order_by("owner", "id")
    counted = there.order_by().values_list("status").annotate(n=Count("pk"))
    return dict(counted), there


def due_at(kabupaten: str, name: str) -> QuerySet[Load]:
    """Give the loads that are to be handed over at a place, or by a unit, by deadline."""
    mine = Q(place=name) | Q(vehicle=name)
    return Load.objects.filter(mine, kabupaten=kabupaten, open=True).order_by("deadline", "pk")


def event_at(log: Log, index: int) -> tuple[Event, str] | None:
    """Give what a log says under a number, and the region that it is about."""
    event = read_events(log, [index]).get(index)
    if event is None:
        return None
    objects = expand(event.objects or ())
    if event.load is not None:
        load = Load.objects.filter(log=log, hash=event.load.hex()).first()
        return event, _smallest(load, log) if load is not None else log.district
    return event, _common(objects) or log.district


def _smallest(load: Load, log: Log) -> str:
    return load.village or load.kecamatan or load.kabupaten or log.district


def _common(objects: Iterable[str]) -> str:
    owners = {each.rpartition("-")[0].removesuffix("-R") for each in objects}
    if len(owners) == 1:
        return owners.pop()
    kecamatan = {each[:8] for each in owners}
    return kecamatan.pop() if len(kecamatan) == 1 else ""


def objects_of_event(event: Event) -> list[str]:
    """Give the boxes that an event names one by one."""
    return expand(event.objects or ())
