"""The app of maps."""

from __future__ import annotations

from django.apps import AppConfig


class MapsConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.maps"
    label = "maps"
