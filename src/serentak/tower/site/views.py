"""Pages of the site itself: health, help, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from serentak.tower.access.guard import PUBLIC, access

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@access(PUBLIC)
def health(_request: HttpRequest) -> JsonResponse:
    """Say that the site answers and its database too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_GET
@access(PUBLIC)
def help_page(request: HttpRequest) -> HttpResponse:
    """Say what the words of the site mean."""
    return render(request, "site/help.html")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Say why something is not allowed."""
    return render(request, "site/forbidden.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Say that there is no such page."""
    del exception
    return render(request, "site/not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that this is our fault."""
    return render(request, "site/failed.html", status=500)
