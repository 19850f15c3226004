"""Pages about oneself, and the door for cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from serentak.base.errors import InputError, Refused
from serentak.base.messages import N_, _
from serentak.tower.access import cards, limits
from serentak.tower.access.actor import ROLE_WORDS
from serentak.tower.access.guard import PUBLIC, SELF, access
from serentak.tower.access.rules import actions
from serentak.tower.access.secure import insecure
from serentak.tower.site.tables import Column, Table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from serentak.tower.access.actor import Actor


class Right(NamedTuple):
    """What somebody may do: the action's name, its words, and where."""

    action: str
    words: str
    where: str


RIGHTS: Final = Table(
    "rights",
    (
        Column("action", N_("stable name of the action")),
        Column("what", N_("what one may do, in the language of the page"), "words"),
        Column("where", N_("codes of the regions, with commas between; ID for all")),
    ),
)


@require_GET
@access(SELF)
def account(_request: HttpRequest) -> HttpResponse:
    """Lead to the page about oneself."""
    return redirect("me")


@require_GET
@access(SELF)
def me(request: HttpRequest) -> HttpResponse:
    """Say who one is here, and what one may do where."""
    actor = request.actor
    seats = [
        {"post": seat.post, "role": _(ROLE_WORDS[seat.role]), "areas": ", ".join(seat.areas)} for seat in actor.seats
    ]
    return render(request, "access/me.html", {"seats": seats, "allowed": _rights(actor)})


@require_GET
@access(SELF)
def rights_table(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give what one may do where as a file."""
    return RIGHTS.answer(_rights(request.actor), kind)


def _rights(actor: Actor) -> list[Right]:
    rows = (Right(name, _(words), ", ".join(actor.territories(name))) for name, words in actions().items())
    return [row for row in rows if row.where]


@require_http_methods(["GET", "POST"])
@access(PUBLIC)
def card_door(request: HttpRequest) -> HttpResponse:
    """Log in by the code of a printed card."""
    said = ""
    status = 200
    if request.method == "POST":
        try:
            cards.enter(request, request.POST.get("code", "")[:100])
        except InputError as error:
            said, status = "; ".join(f"{each.message}; {each.remedy}" for each in error.problems), 400
        except limits.TooOften as error:
            return limits.too_often(request, error.seconds)
        except Refused as error:
            said, status = str(error), 403
        else:
            return redirect(_next(request))
    return render(request, "access/card_door.html", {"said": said, "next": _next(request, "")}, status=status)


@require_GET
@access(PUBLIC)
def secure_address(request: HttpRequest) -> HttpResponse:
    """Say what works at a secure address only, and whether this is one."""
    return insecure(request)


def _next(request: HttpRequest, otherwise: str = settings.LOGIN_REDIRECT_URL) -> str:
    """Give where to go on; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    fine = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if fine else otherwise
