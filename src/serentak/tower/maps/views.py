"""The map page and its data."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from serentak.base.messages import _, language
from serentak.tower.access.guard import PUBLIC, access
from serentak.tower.access.territory import chain, depth
from serentak.tower.maps.journeys import journeys_in, now_of, plan_in_force
from serentak.tower.maps.points import STATUS, items_of, placed
from serentak.tower.maps.vendor import is_here
from serentak.tower.regions.models import Region

if TYPE_CHECKING:
    from django.http import HttpRequest


def _here(code: str) -> Region:
    return get_object_or_404(Region, code=code)


@require_GET
@access(PUBLIC)
def map_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a region as a map and as a list that says the same."""
    here = _here(code)
    items = items_of(here)
    kabupaten = code[:5] if depth(code) >= 2 else ""
    live = bool(kabupaten) and request.actor.may("boxes.live", code).allowed
    plan = plan_in_force(kabupaten) if live else None
    crumbs = Region.objects.in_bulk(chain(code))
    hubs, legs = _sorted_out(journeys_in(plan, code)) if plan else ([], [])
    return render(
        request,
        "maps/map.html",
        {
            "here": here, "items": items, "unplaced": len(items) - len(placed(items)), "map_here": is_here(),
            "crumbs": [crumbs[each] for each in chain(code) if each in crumbs],
            "singles": here.level >= 3, "plan": plan, "hubs": hubs, "legs": legs,
            "as_of": now_of(kabupaten) if kabupaten else None,
            "legend": [(code, sign, _(word)) for code, (sign, word) in STATUS.items()],
        },
    )  # fmt: skip


def _sorted_out(features: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    hubs = [each["properties"] for each in features if each["properties"]["feature"] == "hub"]
    legs = [each["properties"] for each in features if each["properties"].get("when") == "now"]
    return hubs, legs


def _answer(request: HttpRequest, features: list[dict[str, Any]], cache: str) -> HttpResponse:
    """Answer with features under a tag made of what they say."""
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    tag = f'"{hashlib.sha256((language() + body).encode()).hexdigest()[:24]}"'
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        answer = HttpResponse(body, content_type="application/geo+json")
    answer["ETag"], answer["Cache-Control"], answer["Vary"] = tag, cache, "Cookie"
    return answer


@require_GET
@access(PUBLIC)
def points(request: HttpRequest, code: str) -> HttpResponse | HttpResponseNotModified:
    """Give what lies in a region, with its status."""
    items = placed(items_of(_here(code)))
    return _answer(request, [each.feature() for each in items], "public, max-age=15")


@require_GET
@access("boxes.live", where="code")
def journeys(request: HttpRequest, code: str) -> HttpResponse | HttpResponseNotModified:
    """Give hubs and runs of the plan in force in a region: only for those who may see what is on the road."""
    _here(code)
    plan = plan_in_force(code[:5]) if depth(code) >= 2 else None
    if plan is None:
        raise Http404
    return _answer(request, journeys_in(plan, code), "private, no-cache")
