"""Pages of the tree of regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from serentak.tower.access.guard import PUBLIC, access
from serentak.tower.access.territory import chain
from serentak.tower.regions.models import Region

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
    here = get_object_or_404(Region, code=code)
    crumbs = Region.objects.in_bulk(chain(code))
    return render(
        request,
        "regions/region.html",
        {
            "here": here,
            "crumbs": [crumbs[each] for each in chain(code) if each in crumbs],
            "children": here.children.all(),
        },
    )
