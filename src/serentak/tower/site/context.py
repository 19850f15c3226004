"""What every template knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from serentak.base.messages import language
from serentak.tower.access.secure import is_secure

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Give language, actor, whether this is a demonstration, and whether the address is secure, also for passkeys."""
    return {
        "language": language(),
        "actor": getattr(request, "actor", None),
        "demo": settings.CONFIG.demo,
        "secure": settings.CONFIG.secure,
        "origin": settings.CONFIG.origin,
        "passkeys": is_secure(request, named=True),
    }
