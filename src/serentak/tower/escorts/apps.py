"""The app of escorts."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_
from serentak.tower.access import menu, trail


class EscortsConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.escorts"
    label = "escorts"

    def ready(self) -> None:
        """Keep the trail, and stand in the menu."""
        trail.follow(self)
        menu.add_entry("escorts", N_("Escorts and guards"), "guards.read", 30)
