"""The app of access."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Agencies, posts, people, rules."""

    name = "serentak.tower.access"
    label = "access"

    def ready(self) -> None:
        """Keep a trail of every write to what matters here, and check routes with Django's own checks."""
        from serentak.tower.access import checks, trail  # noqa: F401, PLC0415 - they register themselves

        trail.follow(self)
