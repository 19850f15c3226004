"""Pages that are asked for again and again: with the ETag of their data they cost no page while nothing has changed."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers

from serentak import __version__
from serentak.base.messages import language

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


_MOST: Final = 1_000
_pages: OrderedDict[str, bytes] = OrderedDict()
"""Pages as the public got them, by their tag; the same page is made once, however many look at it."""


def answer(request: HttpRequest, template: str, version: object, context: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Answer with a page, or with 304 where the caller has it.

    Parameters
    ----------
    version
        All that the page shows and that can change, as values of the database; what `context` makes of it follows.
    context
        Gives what the template needs; not asked where the caller has the page.
    """
    actor = request.actor
    # Who asks decides what is shown.
    said = (
        __version__, settings.CONFIG.demo, settings.CONFIG.secure, language(), template, request.get_full_path(),
        actor.name, actor.seats, version,
    )  # fmt: skip
    tag = '"' + sha256(repr(said).encode()).hexdigest()[:32] + '"'
    response = None
    plain = not len(get_messages(request))
    if plain:
        response = get_conditional_response(request, etag=tag)
    if response is None:
        # The page of the public holds nothing of whoever asks, and its tag names all that it shows.
        kept = _pages.get(tag) if plain and actor.is_public else None
        response = render(request, template, context()) if kept is None else HttpResponse(kept)
        if plain and actor.is_public and kept is None:
            _keep(tag, response.content)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


def _keep(tag: str, page: bytes) -> None:
    _pages[tag] = page
    while len(_pages) > _MOST:
        try:
            _pages.popitem(last=False)
        except KeyError:
            # Another thread was faster.
            break
