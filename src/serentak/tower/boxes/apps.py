"""The app of boxes."""

from __future__ import annotations

from django.apps import AppConfig


class BoxesConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.boxes"
    label = "boxes"
