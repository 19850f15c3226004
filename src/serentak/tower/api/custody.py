"""Operations about custody: boxes, announced hand-overs, deviations, and handing signed events to the log."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Header, Query, Router
from ninja.responses import Status

from serentak.base.errors import Refused
from serentak.custody.life import STATUSES
from serentak.tower.access.territory import NATION, within
from serentak.tower.api.guard import Guard
from serentak.tower.api.places import After, Limit, allowed_part, as_of, part
from serentak.tower.api.problems import Problem
from serentak.tower.api.schemas import (
    Boxes,
    BoxOut,
    Code,
    Deviations,
    Direction,
    EntriesIn,
    Loads,
    Logs,
    Plans,
    ResultsOut,
)
from serentak.tower.api.services import OtherBody
from serentak.tower.api.services import hand_in as hand_in_entries
from serentak.tower.boxes.models import Box, Deviation, Load, Log
from serentak.tower.plans.models import Plan
from serentak.tower.plans.views import in_territories

router = Router(tags=["custody"])

Mark = Annotated[int | None, Query(ge=0, lt=1 << 63, description="what the part before gave as next")]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", max_length=100, description="the same key and body give the same answer again"),
]


def box_out(row: Box) -> dict[str, Any]:
    """Give a box as the interface tells it."""
    same = ("id", "owner", "letter", "holder", "place", "since", "expected_at", "deadline", "disputed")
    plain = {name: getattr(row, name) for name in same}
    return {**plain, "status": STATUSES[row.status], "troubles": row.troubles.split()}


def load_out(row: Load, *, guards: bool) -> dict[str, Any]:
    """Give an announced hand-over as the interface tells it."""
    same = ("id", "hash", "giver", "receiver", "place", "earliest", "deadline", "vehicle", "boxes", "began", "done",
            "late", "cancelled")  # fmt: skip
    plain = {name: getattr(row, name) for name in same}
    escort = row.escort if guards else ""
    return {**plain, "district": row.kabupaten, "direction": "back" if row.back else "out", "escort": escort}


def deviation_out(row: Deviation) -> dict[str, Any]:
    """Give a deviation as the interface tells it."""
    return {
        "id": row.pk, "code": row.code, "finding": row.finding, "owner": row.owner, "district": row.kabupaten,
        "objects": row.objects_named, "entries": row.entries, "figures": row.figures, "seen": row.seen_at,
        "gone": row.gone_at,
    }  # fmt: skip


@router.get("/logs", auth=Guard("boxes.read"), response=Logs, summary="Logs that the site follows")
def logs(request: HttpRequest) -> Any:
    """Give the logs of districts in your area, with the newest instant that each tells."""
    rows = []
    for row in Log.objects.order_by("pk"):
        district = row.district or NATION
        if request.actor.may("boxes.read", district).allowed:
            rows.append(row)
    return {"items": rows}


@router.get("/boxes", auth=Guard("boxes.read"), response=Boxes, summary="Boxes and bundles")
def boxes(
    request: HttpRequest,
    region: Code | None = None,
    status: Annotated[str | None, Query(description="one of the statuses, such as moving", max_length=20)] = None,
    troubled: bool | None = None,
    after: After = "",
    limit: Limit = 100,
) -> Any:
    """Give boxes in your area: of one region, in one status, or only those with or without trouble."""
    rows = Box.objects.filter(allowed_part(request, "boxes.read", region, station="owner"))
    if status is not None:
        if status not in STATUSES:
            raise Problem(422, ", ".join(STATUSES), [{"where": "query.status", "message": status}])
        rows = rows.filter(status=STATUSES.index(status))
    if troubled is not None:
        rows = rows.exclude(troubles="") if troubled else rows.filter(troubles="")
    return {**part(rows, after, limit, box_out), "as_of": as_of(region or NATION)}


@router.get("/boxes/{box}", auth=Guard("boxes.read"), response=BoxOut, summary="One box")
def box(request: HttpRequest, box: str) -> Any:
    """Give a box of your area."""
    seen = within(request.actor.territories("boxes.read"), station="owner")
    row = Box.objects.filter(seen, id=box).first() if "\0" not in box else None
    if row is None:
        raise Http404
    return box_out(row)


@router.get("/loads", auth=Guard("boxes.live"), response=Loads, summary="Announced hand-overs")
def loads(
    request: HttpRequest,
    region: Code | None = None,
    direction: Direction | None = None,
    late: bool | None = None,
    after: Mark = None,
    limit: Limit = 100,
) -> Any:
    """Give the hand-overs that plans announced in your area, with how much of each is done."""
    rows = Load.objects.filter(allowed_part(request, "boxes.live", region, station="place"))
    if direction is not None:
        rows = rows.filter(back=direction == "back")
    if late is not None:
        rows = rows.filter(late__gt=0) if late else rows.filter(late=0)
    guarded = request.actor.ever("guards.read")
    found = part(rows, after, limit, lambda row: load_out(row, guards=guarded))
    return {**found, "as_of": as_of(region or NATION)}


@router.get("/deviations", auth=Guard("boxes.read"), response=Deviations, summary="What deviates")
def deviations(
    request: HttpRequest,
    region: Code | None = None,
    finding: bool | None = None,
    standing: bool | None = None,
    after: Mark = None,
    limit: Limit = 100,
) -> Any:
    """Give findings and notes about your area: only findings, only those that still stand."""
    rows = Deviation.objects.filter(allowed_part(request, "boxes.read", region, station="owner"))
    if finding is not None:
        rows = rows.filter(finding=finding)
    if standing is not None:
        rows = rows.filter(gone_at__isnull=standing)
    return {**part(rows, after, limit, deviation_out), "as_of": as_of(region or NATION)}


def plan_out(row: Plan) -> dict[str, Any]:
    """Give a plan as the interface tells it."""
    same = ("id", "sha256", "effort", "seed", "made_at", "announced_at", "totals")
    plain = {name: getattr(row, name) for name in same}
    return {**plain, "district": row.district_id, "state": str(row.state.value), "supersedes": row.supersedes_id}


@router.get("/plans", auth=Guard("plans.read"), response=Plans, tags=["plans"], summary="Plans")
def plans(request: HttpRequest, region: Code | None = None, after: Mark = None, limit: Limit = 100) -> Any:
    """Give the plans of districts in your area, with what was made of them: approved, announced, superseded."""
    territories = request.actor.territories("plans.read")
    condition = in_territories(territories, "district")
    if region is not None:
        allowed_part(request, "plans.read", region)
        condition &= in_territories((region,), "district")
    rows = Plan.objects.filter(condition).prefetch_related("approvals__user").select_related("made_by")
    return {**part(rows, after, limit, plan_out), "as_of": as_of(region or NATION)}


@router.post(
    "/custody/entries",
    auth=Guard("custody.hand_in"),
    response={200: ResultsOut, 422: ResultsOut},
    summary="Hand signed events to the log",
)
def hand_in(request: HttpRequest, body: EntriesIn, key: Key = "") -> Any:
    """Forward signed entries to the log, as they are, and give its receipts.

    The log takes the same entry only once, and gives the same receipt for it again. Status 422 with results: it took
    none of them.
    """
    try:
        taken = hand_in_entries(request.actor, body.entries, key)
    except OtherBody as error:
        raise Problem(409, str(error)) from error
    except Refused as error:
        raise Problem(503, str(error)) from error
    return Status(taken.status, taken.answer)
