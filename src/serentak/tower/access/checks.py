"""Django's ``check`` fails while a route has no access rule."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, register

from serentak.tower.access.guard import unguarded


@register()
def every_route_is_guarded(**_kwargs: Any) -> list[Error]:
    """Name every route without a rule."""
    return [Error(f"{route} declares no access rule", id="access.E001") for route in unguarded()]
