"""Makes the database ready: tables, the tree of regions, and the log that is to be followed."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from serentak.tower.regions.models import Region
from serentak.tower.regions.tree import plant


class Command(BaseCommand):
    """Run by `serentak serve` before anything else."""

    help = "make the tables, plant the tree of regions"

    def handle(self, **_options: Any) -> None:
        """Do it."""
        call_command("migrate", interactive=False, verbosity=0)
        if not Region.objects.exists():
            plant()
