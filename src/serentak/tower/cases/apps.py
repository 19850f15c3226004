"""The app of cases."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_
from serentak.tower.access import menu, trail


class CasesConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.cases"
    label = "cases"

    def ready(self) -> None:
        """Keep the trail, and stand in the menu."""
        trail.follow(self)
        menu.add_entry("cases", N_("Cases"), "cases.read", 60)
