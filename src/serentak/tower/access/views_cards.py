"""Cards of posts, for administrators: printed once, revoked; and accounts brought in from a table."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.tower.access import bulk, cards, people, posts
from serentak.tower.access.guard import access
from serentak.tower.access.models import Card, Post
from serentak.tower.access.paper import as_download, print_slips
from serentak.tower.access.rules import agencies
from serentak.tower.access.secure import home_address
from serentak.tower.access.views_posts import WRITE, of_post, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

MOST_CARDS: Final = 500
"""Cards printed at once: 63 pages."""
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def of_card(request: HttpRequest, pk: int) -> str | None:
    """Give an area of the post of a card."""
    card = Card.objects.filter(pk=pk).first()
    post = Post.objects.filter(assignments__user__cards=card).first() if card else None
    return of_post(request, post.pk) if post else None


@require_POST
@access(WRITE)
@told("posts")
def print_cards(request: HttpRequest) -> HttpResponse:
    """Print new cards for posts; cards of these posts that are out are revoked."""
    wanted = {int(each) for each in request.POST.getlist("post") if each.isdecimal() and len(each) < 19}
    chosen = posts.posts_of(request.actor, WRITE).filter(pk__in=wanted).prefetch_related("areas").order_by("name")
    if not 0 < len(wanted) <= MOST_CARDS or len(chosen) != len(wanted):
        remedy = _("Choose 1 to {most} posts that you look after.").format(most=MOST_CARDS)
        raise InputError.of(posts.POST, _("no cards were printed"), remedy)
    made = cards.replace_all(chosen, people.read_day(request.POST.get("until", "")))
    return as_download(_slips(request, made), "kartu")


@require_POST
@access(WRITE, where=of_card)
def revoke_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a card."""
    found = posts.posts_of(request.actor, WRITE).filter(assignments__user__cards=pk).first()
    post = get_object_or_404(posts.posts_of(request.actor, WRITE), pk=found.pk if found else None)
    cards.revoke(get_object_or_404(Card, pk=pk))
    messages.success(request, _("The card is revoked: it opens nothing from now on."))
    return redirect("post", pk=post.pk)


@require_http_methods(["GET", "POST"])
@access(WRITE)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Bring in accounts from a table: first looked through, then made, with their cards and passwords on paper."""
    offices = [code for code, _areas in request.actor.offices(WRITE)]
    agency = request.POST.get("agency") if request.POST.get("agency") in offices else offices[0]
    told_now: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            name, data = _table(request)
            if request.POST.get("do") == "make":
                made = bulk.bring_in(request.actor, agency, name, data)
                return as_download(_slips(request, made), "akun")
            told_now = _look(bulk.look_through(request.actor, agency, name, data), name, data)
        except InputError as error:
            told_now, status = {"problems": error.problems}, 400
    choices = [(code, agencies()[code].name) for code in offices]
    page = {"offices": choices, "agency": agency, "columns": bulk.COLUMNS, **told_now}
    return render(request, "access/bring_in.html", page, status=status)


@require_GET
@access(WRITE)
def template(_request: HttpRequest, kind: str) -> HttpResponse:
    """Give an empty table with its headings and examples."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    if kind == "csv":
        response = HttpResponse(bulk.template_csv(), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(bulk.template_xlsx(), content_type=_XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="akun.{kind}"'
    return response


def _table(request: HttpRequest) -> tuple[str, bytes]:
    """Give name and content of the table: uploaded, or the one that was just looked through."""
    file = request.FILES.get("file")
    if file is not None:
        if file.size > bulk.MOST_BYTES:
            message = _("the file is larger than {limit} MB").format(limit=bulk.MOST_BYTES // 1_000_000)
            raise InputError.of(str(file.name), message, _("Divide it."))
        return str(file.name), file.read()
    try:
        data = base64.b64decode(request.POST.get("table", ""), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        raise InputError.of(_("table"), _("no file was chosen"), _("Choose a CSV or XLSX file."))
    return request.POST.get("name", "")[:200], data


def _look(rows: Sequence[bulk.Planned], name: str, data: bytes) -> dict[str, Any]:
    return {
        "rows": rows[:200],
        "n": len(rows),
        "n_cards": sum(each.card for each in rows),
        "n_passwords": sum(not each.card and not each.known for each in rows),
        "name": name,
        "table": base64.b64encode(data).decode("ascii"),
        "sha": hashlib.sha256(data).hexdigest()[:12],
    }


def _slips(request: HttpRequest, made: Sequence[Any]) -> bytes:
    home = home_address(request)
    return print_slips(made, card_address=home + reverse("card_door"), login_address=home + reverse("account_login"))
