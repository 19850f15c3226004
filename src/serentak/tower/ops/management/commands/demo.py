"""What a demonstration needs in the database; refuses to touch any other site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from serentak.tower.ops.cast import make_accounts, show_plan
from serentak.tower.regions.models import Station


class Command(BaseCommand):
    """Run by `serentak serve --demo`."""

    help = "bring the district of a plan in, or make the accounts of a demonstration"

    def add_arguments(self, parser: Any) -> None:
        """Take what is to be done, and the plan folder."""
        parser.add_argument("what", choices=["district", "accounts"])
        parser.add_argument("plan", nargs="?")

    def handle(self, *, what: str, plan: str | None, **_options: Any) -> None:
        """Do it, and print what was made as JSON."""
        if not settings.CONFIG.demo:
            raise CommandError("this site is no demonstration: SERENTAK_DEMO is not 1")
        if what == "district":
            self.stdout.write(json.dumps({"district": show_plan(Path(plan or ""), settings.CONFIG.log)}))
            return
        district = Station.objects.values_list("kabupaten", flat=True).first()
        if district is None:
            raise CommandError("there is no district yet")
        self.stdout.write(json.dumps(make_accounts(district)))
