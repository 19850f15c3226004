"""The app of operations."""

from __future__ import annotations

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """See the package."""

    name = "serentak.tower.ops"
    label = "ops"
