"""The app of boxes."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_


class BoxesConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.boxes"
    label = "boxes"

    def ready(self) -> None:
        """Add the entries of the menu."""
        from serentak.tower.access import menu  # noqa: PLC0415 - the models of access are there only now

        menu.add_entry("my_stations", N_("My polling station"), "", 20)
        menu.add_entry("not_arrived", N_("What has not arrived?"), "boxes.read", 22)
        menu.add_entry("deviations", N_("What deviates?"), "boxes.read", 24)
