"""The app of access."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig

from serentak.base.messages import N_
from serentak.tower.access.menu import add_entry


class AccessConfig(AppConfig):
    """Agencies, posts, people, rules."""

    name = "serentak.tower.access"
    label = "access"

    def ready(self) -> None:
        """Keep a trail of every write to what matters here, and check routes with Django's own checks."""
        from serentak.tower.access import checks, trail  # noqa: F401, PLC0415 - they register themselves

        trail.follow(self)
        trail.follow_keys()
        trail.place_entries()
        _first_password_ends_with_its_change()
        add_entry("posts", N_("Accounts"), "accounts.read", order=80)
        add_entry("trail", N_("Trail"), "audit.read", order=85)


def _first_password_ends_with_its_change() -> None:
    from allauth.account.signals import password_changed  # noqa: PLC0415 - the library can be read only now

    def ended(user: Any, **_more: Any) -> None:
        if user.first_password:
            user.first_password = False
            user.save()

    password_changed.connect(ended, weak=False, dispatch_uid="access.first_password")
