"""How often something may be done: counted in the database, so that all processes of the site count together.

``spend("card AB3CD", most=5, seconds=900)`` counts once and tells whether that was still within the limit; ``spent``
asks without counting. A window begins with the first count, and is over `seconds` later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.tower.access.models import Count

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
WRITES: Final = 120
"""Writes a minute from one person, or from one address where nobody is logged in."""
KEPT: Final = timedelta(hours=1)


class TooOften(Refused):
    """Something was done more often than it may be; holds when to try again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(_("Too often in a short time. Wait {n} minutes and try again.").format(n=-(-seconds // 60)))


def spend(key: str, *, most: int, seconds: int) -> bool:
    """Count once, and tell whether it was within the limit.

    Parameters
    ----------
    key
        What is counted, at most 100 characters.
    most
        How often it may be done in a window.
    seconds
        Length of the window.
    """
    now = timezone.now()
    window = Count.objects.filter(key=key, until__gt=now)
    # One statement that looks and counts: two who ask at the same instant never both get the last one.
    if window.filter(n__lt=most).update(n=F("n") + 1):
        return True
    if window.exists():
        return False
    Count.objects.filter(until__lte=now - KEPT).delete()
    Count.objects.filter(key=key, until__lte=now).delete()
    try:
        with transaction.atomic():
            Count.objects.create(key=key, until=now + timedelta(seconds=seconds))
    except IntegrityError:  # somebody else began the window at the same instant
        return bool(window.filter(n__lt=most).update(n=F("n") + 1))
    return most > 0


def spent(key: str, *, most: int) -> bool:
    """Tell whether a limit has been used up, without counting."""
    return Count.objects.filter(key=key, until__gt=timezone.now(), n__gte=most).exists()


def forget(key: str) -> None:
    """Begin anew, as after a success."""
    Count.objects.filter(key=key).delete()


def limit_writes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse whoever writes faster than any person can; the interface for systems (``/api/``) counts by itself."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or request.path.startswith("/api/"):
            return get_response(request)
        who = f"user {request.user.pk}" if request.user.is_authenticated else f"from {request.META['REMOTE_ADDR']}"
        if spend(f"write {who}", most=WRITES, seconds=60):
            return get_response(request)
        return too_often(request, 60)

    return handle


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    """Say that it was too often, and when to try again."""
    from django.shortcuts import render  # noqa: PLC0415 - the middleware is imported before the templates are ready

    response = render(request, "access/too_often.html", {"reason": TooOften(seconds)}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
