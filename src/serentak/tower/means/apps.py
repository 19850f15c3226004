"""The app of means."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_
from serentak.tower.access import menu, trail


class MeansConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.means"
    label = "means"

    def ready(self) -> None:
        """Keep the trail, and stand in the menu."""
        trail.follow(self)
        menu.add_entry("means", N_("Funds and means"), "means.read", 50)
