"""The app of what all pages share."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Layout, words, language, headers, health."""

    name = "serentak.tower.site"
    label = "site"
