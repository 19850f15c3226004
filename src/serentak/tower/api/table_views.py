"""The tables of the pages as files: who may take them, as on the page beside which each stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_GET

from serentak.tower.access.guard import PUBLIC, access
from serentak.tower.access.territory import NATION, within
from serentak.tower.api.places import as_of
from serentak.tower.api.tables import (
    ACTS,
    BOXES,
    CASES,
    DEVIATIONS,
    ESCORTS,
    FINDINGS,
    GRANTS,
    GUARDS,
    HANDOVERS,
    MEANS,
    PLANS,
    REGIONS,
    STATIONS,
)  # fmt: skip
from serentak.tower.boxes import services
from serentak.tower.boxes.models import Box, Load
from serentak.tower.boxes.shown import handovers
from serentak.tower.boxes.views import where_box, where_place
from serentak.tower.cases.services import readable
from serentak.tower.escorts.services import needs, on_the_road
from serentak.tower.means.services import grants_in, means_in
from serentak.tower.oversight.models import Finding
from serentak.tower.plans.models import Plan
from serentak.tower.plans.views import in_territories
from serentak.tower.regions.models import Region, Station

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

    from serentak.tower.site.tables import Table


def _of_region(table: Table, action: str, rows: Callable[[HttpRequest, str], Any]) -> Callable[..., HttpResponseBase]:
    """Give the view of a table about a region that stands in its address."""

    @require_GET
    @access(action, where=None if action == PUBLIC else "code")
    def view(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
        get_object_or_404(Region, pk=code)
        return table.answer(rows(request, code), kind, as_of=as_of(code), stem=f"{table.name}-{code}")

    return view


def _own(table: Table, action: str, rows: Callable[[HttpRequest], Any]) -> Callable[..., HttpResponseBase]:
    """Give the view of a table of all that its reader may see; ``?wilayah=`` asks for less."""

    @require_GET
    @access(action)
    def view(request: HttpRequest, kind: str) -> HttpResponseBase:
        return table.answer(rows(request), kind, as_of=as_of(request.GET.get("wilayah") or NATION))

    return view


def _acts(boxes: Any, code: str) -> Any:
    log = services.log_of(code)
    return handovers(log, boxes) if log is not None else []


@require_GET
@access("boxes.read", where=where_box)
def box_acts(_request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """Give every act of a box as a file."""
    return ACTS.answer(_acts(Box.objects.filter(pk=code), code), kind, stem=f"{ACTS.name}-{code}")


@require_GET
@access("boxes.read", where="code")
def station_acts(_request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """Give every act of a station's boxes as a file."""
    return ACTS.answer(_acts(Box.objects.filter(owner=code), code), kind, stem=f"{ACTS.name}-{code}")


@require_GET
@access("boxes.read", where="code")
def station_boxes(_request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """Give the boxes of a station as a file."""
    return BOXES.answer(Box.objects.filter(owner=code), kind, as_of=as_of(code), stem=f"{BOXES.name}-{code}")


@require_GET
@access("boxes.read", where=where_place)
def place_boxes(_request: HttpRequest, kabupaten: str, name: str, kind: str) -> HttpResponseBase:
    """Give what lies at a place as a file."""
    return BOXES.answer(services.at_place(kabupaten, name)[1], kind, as_of=as_of(kabupaten))


@require_GET
@access("boxes.read", where=where_place)
def place_due(_request: HttpRequest, kabupaten: str, name: str, kind: str) -> HttpResponseBase:
    """Give what is due at a place as a file."""
    return HANDOVERS.answer(services.due_at(kabupaten, name), kind, as_of=as_of(kabupaten))


def _asked(request: HttpRequest, action: str) -> str:
    code = request.GET.get("wilayah") or request.actor.territories(action)[0]
    verdict = request.actor.may(action, code)
    if not verdict.allowed:
        raise PermissionDenied(verdict.reason)
    return str(code)


def _deviations(request: HttpRequest) -> Any:
    asked = request.GET
    notes, gone = asked.get("catatan") == "1", asked.get("lewat") == "1"
    code = _asked(request, "boxes.read")
    return services.deviations(code, notes=notes, gone=gone, kind=asked.get("jenis", "")[:32])


def _findings(request: HttpRequest) -> Any:
    rows = Finding.objects.filter(within(request.actor.territories("findings.read"), "", "territory"))
    state = request.GET.get("state", "")
    return rows.filter(state=state) if state else rows


def _plans(request: HttpRequest) -> Any:
    rows = Plan.objects.filter(in_territories(request.actor.territories("plans.read"), "district"))
    return rows.select_related("made_by").prefetch_related("approvals__user")


_HERE: Final = "wilayah/<str:code>/"
urlpatterns: list[URLPattern] = [
    path(
        _HERE + "bagian.<table:kind>",
        _of_region(REGIONS, PUBLIC, lambda _request, code: Region.objects.filter(parent_id=code)),
        name="regions_table",
    ),
    path(
        _HERE + "tps.<table:kind>",
        _of_region(STATIONS, "boxes.read", lambda _request, code: Station.objects.filter(within([code]))),
        name="stations_table",
    ),
    path(
        _HERE + "kotak.<table:kind>",
        _of_region(BOXES, "boxes.read", lambda _request, code: Box.objects.filter(within([code], station="owner"))),
        name="boxes_table",
    ),
    path(
        _HERE + "serah-terima.<table:kind>",
        _of_region(
            HANDOVERS,
            "boxes.live",
            lambda _request, code: Load.objects.filter(within([code], station="place"), cancelled=False),
        ),
        name="handovers_table",
    ),
    path(
        "belum-sampai.<table:kind>",
        _own(HANDOVERS, "boxes.read", lambda request: services.not_arrived(_asked(request, "boxes.read"))),
        name="not_arrived_table",
    ),
    path("kotak/<str:code>/catatan.<table:kind>", box_acts, name="box_acts_table"),
    path("tps/<str:code>/catatan.<table:kind>", station_acts, name="station_acts_table"),
    path("tps/<str:code>/kotak.<table:kind>", station_boxes, name="station_boxes_table"),
    path("tempat/<str:kabupaten>/<str:name>/kotak.<table:kind>", place_boxes, name="place_boxes_table"),
    path("tempat/<str:kabupaten>/<str:name>/serah-terima.<table:kind>", place_due, name="place_due_table"),
    path("menyimpang.<table:kind>", _own(DEVIATIONS, "boxes.read", _deviations), name="deviations_table"),
    path("rencana.<table:kind>", _own(PLANS, "plans.read", _plans), name="plans_table"),
    path("temuan.<table:kind>", _own(FINDINGS, "findings.read", _findings), name="findings_table"),
    path(
        "dana-sarana/hibah.<table:kind>",
        _own(GRANTS, "funds.read", lambda request: grants_in(request.actor.territories("funds.read"))),
        name="grants_table",
    ),
    path(
        "dana-sarana/sarana.<table:kind>",
        _own(MEANS, "means.read", lambda request: means_in(request.actor.territories("means.read"))[0]),
        name="means_table",
    ),
    path(
        "pengawalan.<table:kind>",
        _own(ESCORTS, "boxes.live", lambda request: on_the_road(request.actor.territories("boxes.live"))),
        name="escorts_table",
    ),
    path(
        "pengawalan/kekuatan.<table:kind>",
        _own(GUARDS, "guards.read", lambda request: needs(request.actor.territories("guards.read"))),
        name="guards_table",
    ),
    path(
        "perkara.<table:kind>",
        _own(CASES, "cases.read", lambda request: readable(request.user)),
        name="cases_table",
    ),
]
