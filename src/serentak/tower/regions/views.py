"""Pages of the tree of regions: from the nation to the stations of a village, search, and the page without pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from serentak.base.messages import _
from serentak.tower.access.guard import PUBLIC, access
from serentak.tower.access.territory import chain
from serentak.tower.regions.models import Region
from serentak.tower.regions.search import search
from serentak.tower.regions.services import RegionPage, region_page
from serentak.tower.regions.shown import BACK, OUT, region_text
from serentak.tower.site.polling import answer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@access(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """Show the region of whoever asks."""
    return redirect("region", code=request.actor.home)


@require_GET
@access(PUBLIC)
def region(request: HttpRequest, code: str) -> HttpResponse:
    """Show a region: three numbers, and what it is made of."""
    return _answer(request, code, "regions/region.html")


@require_GET
@access(PUBLIC)
def light(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the same as plain text for weak phones and lines."""
    return _answer(request, code or request.actor.home, "regions/light.html")


def _answer(request: HttpRequest, code: str, template: str) -> HttpResponse:
    here = get_object_or_404(Region, code=code)
    page = region_page(here, request.GET.get("arah", ""))
    inside = request.actor.may("boxes.read", code).allowed if not request.actor.is_public else False

    def context() -> dict[str, Any]:
        crumbs = Region.objects.in_bulk(chain(code))
        return {
            **page._asdict(),
            "back": page.leg == BACK,
            "crumbs": [crumbs[each] for each in chain(code) if each in crumbs],
            "station_route": "station" if inside else "my_station",
            "inside": inside,
            "text": _text(page),
            "other": "kirim" if page.leg == BACK else "balik",
        }

    return answer(request, template, (page.version, inside), context)


def _text(page: RegionPage) -> str:
    text = region_text(page.here, page.lines, page.leg, page.moment)
    late = [each for each in page.stations if each.late][:20]
    if late:
        text += "\n" + "\n".join(_("- TPS {number}: late").format(number=each.number) for each in late)
    return text


@require_GET
@access(PUBLIC)
def find(request: HttpRequest) -> HttpResponse:
    """Search for regions, stations and boxes."""
    asked = request.GET.get("q", "").strip()[:100]
    found = search(asked, request.actor)
    if len(found) == 1 and found[0].exact:
        return redirect(found[0].url)
    return render(request, "regions/search.html", {"asked": asked, "found": found, "out": OUT})
