"""Operations about places: regions for anybody, stations for those who may see boxes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import Max, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router

from serentak.tower.access.guard import PUBLIC
from serentak.tower.access.territory import NATION, chain, depth, within
from serentak.tower.api.guard import Guard
from serentak.tower.api.schemas import Code, RegionOut, Regions, StationOut, Stations
from serentak.tower.boxes.models import Log
from serentak.tower.regions.models import Region, Station

if TYPE_CHECKING:
    from collections.abc import Callable

router = Router(tags=["places"])

After = Annotated[str, Query(max_length=40, description="what the part before gave as next")]
Limit = Annotated[int, Query(ge=1, le=1000)]
WAYS: Final = tuple(way.name.lower() for way in Station.Way)


def as_of(code: str = NATION) -> datetime | None:
    """Give the newest instant of the logs about a region."""
    logs = Log.objects.all()
    if code != NATION:
        place = chain(code)
        district = place[2] if len(place) > 2 else None
        logs = logs.filter(Q(district=district) if district else Q(district__startswith=code + ".")) | logs.filter(
            district=""
        )
    found: datetime | None = logs.aggregate(newest=Max("as_of"))["newest"]
    return found


def allowed_part(request: HttpRequest, action: str, region: str | None, prefix: str = "", station: str = "id") -> Q:
    """Give the condition for what an actor may see, of a region where one is asked for.

    `prefix` and `station` are those of `serentak.tower.access.territory.within`.

    Raises
    ------
    PermissionDenied
        When the region lies outside of what they may see.
    """
    territories = request.actor.territories(action)
    condition = within(territories, prefix, station)
    if region is None:
        return condition
    verdict = request.actor.may(action, region)
    inside = [each for each in territories if region in chain(each)]
    if not verdict.allowed and not inside:
        raise PermissionDenied(verdict.reason)
    return condition & within([region], prefix, station)


def part(rows: QuerySet, after: str | int | None, limit: int, give: Callable[[Any], Any]) -> dict[str, Any]:
    """Give a part of a list in the order of its keys, and the mark from which the next begins."""
    ordered = rows.order_by("pk")
    if after not in (None, ""):
        ordered = ordered.filter(pk__gt=after)
    found: list[Model] = list(ordered[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return {"items": [give(row) for row in found], "next": found[-1].pk if more else None}


def region_out(row: Region, moment: datetime | None) -> dict[str, Any]:
    """Give a region as the interface tells it."""
    numbers = {
        way: {"ready": getattr(row, f"{way}_ready"), "unproven": getattr(row, f"{way}_unproven"),
              "under_way": getattr(row, f"{way}_way"), "late": getattr(row, f"{way}_late")}
        for way in ("out", "back")
    }  # fmt: skip
    plain = {name: getattr(row, name) for name in ("code", "name", "level", "zone", "stations", "voters", "boxes")}
    return {**plain, "parent": row.parent_id, **numbers, "troubled": row.troubled, "as_of": moment}


def station_out(row: Station) -> dict[str, Any]:
    """Give a station as the interface tells it."""
    same = ("id", "number", "venue", "voters", "lon", "lat", "elections", "hub", "boxes", "out_due", "back_due",
            "out_late", "back_late", "troubled")  # fmt: skip
    plain = {name: getattr(row, name) for name in same}
    return {**plain, "region": row.village, "out": WAYS[row.out], "back": WAYS[row.back]}


@router.get("/regions/{code}", auth=Guard(PUBLIC), response=RegionOut, summary="One region")
def region(request: HttpRequest, code: Code) -> Any:
    """Give a region with its three numbers; anybody may ask."""
    row = Region.objects.filter(code=code).first()
    if row is None:
        raise Http404
    return region_out(row, as_of(code))


@router.get("/regions/{code}/parts", auth=Guard(PUBLIC), response=Regions, summary="What a region is made of")
def region_parts(request: HttpRequest, code: Code, after: After = "", limit: Limit = 100) -> Any:
    """Give the regions right below a region; anybody may ask."""
    if not Region.objects.filter(code=code).exists():
        raise Http404
    moment = as_of(code)
    rows = Region.objects.filter(parent_id=code)
    return {**part(rows, after, limit, lambda row: region_out(row, moment)), "as_of": moment}


@router.get("/stations", auth=Guard("boxes.read"), response=Stations, summary="Polling stations")
def stations(
    request: HttpRequest, region: Code | None = None, late: bool | None = None, after: After = "", limit: Limit = 100
) -> Any:
    """Give stations in your area: of one region, or only those that are late or not late."""
    rows = Station.objects.filter(allowed_part(request, "boxes.read", region))
    if late is not None:
        is_late = Q(out_late=True) | Q(back_late=True)
        rows = rows.filter(is_late if late else ~is_late)
    return {**part(rows, after, limit, station_out), "as_of": as_of(region or NATION)}


@router.get("/stations/{station}", auth=Guard("boxes.read"), response=StationOut, summary="One polling station")
def station(request: HttpRequest, station: str) -> Any:
    """Give a station of your area."""
    seen = within(request.actor.territories("boxes.read"))
    row = Station.objects.filter(seen, id=station).first() if depth(station) == 5 and "\0" not in station else None
    if row is None:
        raise Http404
    return station_out(row)
