"""Pages about oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

from serentak.base.messages import _
from serentak.tower.access.actor import ROLE_WORDS
from serentak.tower.access.guard import SELF, access
from serentak.tower.access.rules import actions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@access(SELF)
def me(request: HttpRequest) -> HttpResponse:
    """Say who one is here, and what one may do where."""
    actor = request.actor
    seats = [
        {"post": seat.post, "role": _(ROLE_WORDS[seat.role]), "areas": ", ".join(seat.areas)} for seat in actor.seats
    ]
    allowed = [{"words": _(words), "where": ", ".join(actor.territories(name))} for name, words in actions().items()]
    return render(request, "access/me.html", {"seats": seats, "allowed": [row for row in allowed if row["where"]]})
