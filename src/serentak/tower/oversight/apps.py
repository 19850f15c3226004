"""The app of oversight."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_
from serentak.tower.access import menu, trail


class OversightConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.oversight"
    label = "oversight"

    def ready(self) -> None:
        """Keep the trail, and stand in the menu."""
        trail.follow(self)
        menu.add_entry("findings", N_("Findings"), "findings.read", 40)
