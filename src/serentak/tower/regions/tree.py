"""The tree of regions: planted from the region table, grown by every district that is brought in."""

from __future__ import annotations

from django.db import transaction

from serentak.territory.regions import provinces, regions
from serentak.tower.access.territory import NATION
from serentak.tower.regions.models import Region


@transaction.atomic
def plant() -> int:
    """Plant the nation, its provinces and its kabupaten and kota, as far as they are not there.

    Gives how many there are.
    """
    rows = [Region(code=NATION, parent_id=None, level=0, name="Indonesia")]
    rows += [Region(code=each.code, parent_id=NATION, level=1, name=each.name, zone=each.zone) for each in provinces()]
    rows += [
        Region(code=each.code, parent_id=each.province_code, level=2, name=each.name, zone=each.zone)
        for each in regions()
    ]
    Region.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
