"""The app of regions."""

from __future__ import annotations

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.regions"
    label = "regions"
