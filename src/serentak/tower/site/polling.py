"""Pages that are asked for again and again: with the ETag of their data they cost no page while nothing has changed."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers

from serentak import __version__
from serentak.base.messages import language

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def answer(request: HttpRequest, template: str, version: object, context: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Answer with a page, or with 304 where the caller has it.

    Parameters
    ----------
    version
        All that the page shows and that can change, as values of the database; what `context` makes of it follows.
    context
        Gives what the template needs; not asked where the caller has the page.
    """
    # Who asks decides what is shown; a browser is told apart from another by its session.
    said = (__version__, settings.CONFIG.demo, language(), template, request.actor.name, request.actor.seats, version)
    tag = '"' + sha256(repr(said).encode()).hexdigest()[:32] + '"'
    response = None
    if not len(get_messages(request)):
        response = get_conditional_response(request, etag=tag)
    if response is None:
        response = render(request, template, context())
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
