"""The app of regions."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_


class RegionsConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.regions"
    label = "regions"

    def ready(self) -> None:
        """Add the entries of the menu."""
        from serentak.tower.access import menu  # noqa: PLC0415 - the models of access are there only now

        menu.add_entry("home", N_("Regions"), "", 10)
        menu.add_entry("search", N_("Search"), "", 12)
