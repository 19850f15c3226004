"""Cards and first passwords on paper: made in memory, given away once, kept nowhere."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone

from serentak import __version__
from serentak.base.messages import _, language
from serentak.formats.paper.typeset import Sheet, typeset
from serentak.tower.access.cards import NewCard
from serentak.tower.access.rules import agencies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.tower.access.people import NewPassword


def print_slips(made: Sequence[NewCard | NewPassword], *, card_address: str, login_address: str) -> bytes:
    """Lay out cards and first passwords, eight on a page of A4, as PDF.

    Parameters
    ----------
    card_address, login_address
        Where each is used; on a card as a QR code too.
    """
    slips = [
        _card(each, card_address) if isinstance(each, NewCard) else _password(each, login_address) for each in made
    ]
    sheet = Sheet(
        "cards.pdf", "card", {"meta": _meta(), "words": _words(), "slips": slips}, (card_address, login_address)
    )
    # Typst remembers all that it laid out until its process ends: here that would be every secret.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(typeset, sheet).result()


def as_download(pdf: bytes, name: str) -> HttpResponse:
    """Give a PDF away, and ask everybody on the way not to keep it."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _card(made: NewCard, address: str) -> dict[str, Any]:
    return {
        "title": _("CARD OF A POST"),
        "agency": agencies()[made.post.agency].name,
        "name": made.post.name,
        "where": ", ".join(area.territory for area in made.post.areas.all()[:4]),
        "address": address,
        "secret": made.code,
        "hint": _("Good until {day}. Lost? Say so at once: it will be revoked.").format(
            day=made.card.until.date().isoformat()
        ),
    }


def _password(made: NewPassword, address: str) -> dict[str, Any]:
    post = made.user.assignments.select_related("post").first()
    return {
        "title": _("FIRST PASSWORD"),
        "agency": agencies()[post.post.agency].name if post else "",
        "name": made.user.full_name or made.user.username,
        "where": _("Account: {name}").format(name=made.user.username),
        "address": address,
        "secret": made.password,
        "hint": _("To be changed when you log in for the first time. Then destroy this paper."),
    }


def _words() -> dict[str, str]:
    return {"foot": _("Secret: cut apart, hand over in person, keep no copy.")}


def _meta() -> dict[str, Any]:
    today = timezone.now().date()
    return {
        "title": _("Cards and first passwords"),
        "lang": language(),
        "date": [today.year, today.month, today.day],
        "made": _("made by serentak {version}").format(version=__version__),
        "status": "",
        "page": _("page {n} of {total}"),
        "file": "",
    }
