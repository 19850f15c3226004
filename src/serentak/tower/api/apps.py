"""The app of the interface."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_
from serentak.tower.access.menu import add_entry


class ApiConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.api"
    label = "api"

    def ready(self) -> None:
        """Keep a trail of every key, and lead administrators to them."""
        from serentak.tower.access import trail  # noqa: PLC0415 - it needs the models

        trail.follow(self)
        add_entry("system_keys", N_("Keys of systems"), "accounts.write", order=91)
