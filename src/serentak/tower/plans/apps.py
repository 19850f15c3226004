"""The app of districts and plans."""

from __future__ import annotations

from django.apps import AppConfig

from serentak.base.messages import N_
from serentak.tower.access.menu import add_entry


class PlansConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.plans"
    label = "plans"

    def ready(self) -> None:
        """Add to the menu, and keep a trail of every write."""
        from serentak.tower.access import trail  # noqa: PLC0415 - models are known only now
        from serentak.tower.plans import planning, services  # noqa: PLC0415 - as above

        services.register()
        planning.register()
        add_entry("plans", N_("Plans"), "plans.read", 30)
        add_entry("districts", N_("Bring in a district"), "plans.write", 31)
        trail.follow(self)
