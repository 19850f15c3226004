"""The worker: follows the logs, runs tasks, keeps house. One process, three threads."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from serentak.tower.ops.work import work


class Command(BaseCommand):
    """Run by `serentak serve`; ``python -m serentak.tower worker`` by hand."""

    help = "follow the logs, run tasks, keep house"

    def handle(self, **_options: Any) -> None:
        """Do it until told to end."""
        work()
