"""Pages for everybody: my polling station, its status in words, and the proof to take home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from serentak.base.messages import _
from serentak.tower.access.guard import PUBLIC, access
from serentak.tower.boxes.models import Box
from serentak.tower.boxes.shown import ON_THE_ROAD, box_status, label
from serentak.tower.boxes.views import crumbs_of, evidence_file
from serentak.tower.regions.models import Region, Station
from serentak.tower.regions.search import search
from serentak.tower.regions.shown import BACK, OUT, as_of, proof_word, status
from serentak.tower.site.polling import answer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@access(PUBLIC)
def my_stations(request: HttpRequest) -> HttpResponse:
    """Let people find their polling station."""
    asked = request.GET.get("q", "").strip()[:100]
    found = search(asked, request.actor)
    if len(found) == 1 and found[0].exact:
        return redirect(found[0].url)
    return render(request, "boxes/my_stations.html", {"asked": asked, "found": found})


@require_GET
@access(PUBLIC)
def my_station(request: HttpRequest, code: str) -> HttpResponse:
    """Show what everybody may know of a station: how far its goods are, in words; no place, no vehicle, no guard."""
    here = get_object_or_404(Station, pk=code)
    boxes = list(Box.objects.filter(owner=code).only("id", "status", "disputed", "acts"))
    village = get_object_or_404(Region, pk=here.village)
    moment = as_of(code, village.zone)
    shown = (here.out, here.back, here.out_late, here.back_late, here.out_proof, here.back_proof)
    version = (shown, [(each.id, each.status, each.disputed, bool(each.acts)) for each in boxes], moment)

    def context() -> dict[str, Any]:
        rows = [(each, box_status(each), label(each.id), has_proof(each)) for each in boxes]
        lines = [
            f"*TPS {here.number}, {village.name}*",
            _("as of {moment}").format(moment=moment.text),
            _("Out: {word}").format(word=status(here.out, OUT).word),
            _("Back: {word}").format(word=status(here.back, BACK).word),
        ]
        return {
            "here": here,
            "village": village,
            "crumbs": crumbs_of(here.village),
            "moment": moment,
            "out": status(here.out, OUT),
            "back": status(here.back, BACK),
            "out_proof": proof_word(here.out_proof),
            "back_proof": proof_word(here.back_proof),
            "boxes": rows,
            "text": "\n".join(lines),
        }

    return answer(request, "boxes/my_station.html", version, context)


def has_proof(box: Box) -> bool:
    """Tell whether the public may take home what the log says of a box: it has acts, and is not on the road."""
    return bool(box.acts) and box.status not in ON_THE_ROAD


@require_GET
@access(PUBLIC)
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Give the file of evidence about a box of a station, as ``serentak evidence`` makes it."""
    here = get_object_or_404(Box, pk=code)
    if not has_proof(here):
        raise Http404
    return evidence_file(request, code)
