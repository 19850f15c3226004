"""Sums over stations at every place of the tree: brought up to date by differences, and the same counted anew."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Avg, Count, F, Q, Sum

from serentak.tower.access.territory import NATION
from serentak.tower.regions.models import Region, Station
from serentak.tower.site.bulk import portions, update

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

Way = Station.Way


class Standing(NamedTuple):
    """How far a station's goods are, as `Station` keeps it; see there."""

    out: int = Way.NOT_YET
    back: int = Way.NOT_YET
    out_proof: str = ""
    back_proof: str = ""
    out_due: datetime | None = None
    back_due: datetime | None = None
    out_late: bool = False
    back_late: bool = False
    troubled: bool = False


STANDING: Final = Standing._fields
COUNTERS: Final = (
    "out_ready", "out_way", "out_unproven", "out_late",
    "back_ready", "back_way", "back_unproven", "back_late", "back_begun", "troubled",
)  # fmt: skip
"""Sums of a region that events change."""
Tally = tuple[int, ...]
"""One figure for each of `COUNTERS`."""
NOTHING: Final[Tally] = (0,) * len(COUNTERS)


def tally(station: Standing) -> Tally:
    """Give what one station adds to the sums of its regions."""
    out, back = station.out, station.back
    return (
        int(out == Way.READY), int(out == Way.UNDER_WAY), int(out == Way.UNPROVEN), int(station.out_late),
        int(back == Way.READY), int(back == Way.UNDER_WAY), int(back == Way.UNPROVEN), int(station.back_late),
        int(back != Way.NOT_YET), int(station.troubled),
    )  # fmt: skip


class Changes:
    """Differences of sums, gathered over many stations and then written a region at a time."""

    def __init__(self) -> None:
        self._by_region: dict[str, list[int]] = defaultdict(lambda: [0] * len(COUNTERS))

    def add(self, village: str, before: Tally, after: Tally) -> None:
        """Note that a station of a village changed."""
        if before == after:
            return
        for code in (NATION, village[:2], village[:5], village[:8], village):
            sums = self._by_region[code]
            for at, (old, new) in enumerate(zip(before, after, strict=True)):
                sums[at] += new - old

    def write(self) -> None:
        """Add the differences to the sums; in one order, so that no two writers wait for each other."""
        for code in sorted(self._by_region):
            changed = {name: F(name) + by for name, by in zip(COUNTERS, self._by_region[code], strict=True) if by}
            if changed:
                Region.objects.filter(pk=code).update(**changed)
        self._by_region.clear()


_COUNTS: Final = {
    "out_ready": Q(out=Way.READY), "out_way": Q(out=Way.UNDER_WAY), "out_unproven": Q(out=Way.UNPROVEN),
    "out_late": Q(out_late=True), "back_ready": Q(back=Way.READY), "back_way": Q(back=Way.UNDER_WAY),
    "back_unproven": Q(back=Way.UNPROVEN), "back_late": Q(back_late=True),
    "back_begun": ~Q(back=Way.NOT_YET), "troubled": Q(troubled=True),
}  # fmt: skip
_STATIC: Final = {"all": Count("pk"), "people": Sum("voters"), "goods": Sum("boxes"), "x": Avg("lon"), "y": Avg("lat")}
SUMS: Final = ("stations", "voters", "boxes", *COUNTERS)
"""All sums of a region."""


def recount(territory: str = NATION) -> dict[str, dict[str, Any]]:
    """Count the sums of a kabupaten's regions, or of the whole nation's, from the stations alone.

    Returns
    -------
    dict
        By region code: `SUMS`, and the mean position ``lon``, ``lat``.
    """
    found: dict[str, dict[str, Any]] = {}
    stations = Station.objects.all() if territory == NATION else Station.objects.filter(kabupaten=territory)
    counts = {name: Count("pk", filter=condition) for name, condition in _COUNTS.items()}
    levels = ["kabupaten", "kecamatan", "village"]
    for level in levels if territory != NATION else ["province", *levels]:
        for row in stations.order_by().values(level).annotate(**_STATIC, **counts):
            sums = {name: row[name] for name in COUNTERS}
            static = {"stations": row["all"], "voters": row["people"], "boxes": row["goods"]}
            found[row[level]] = {**static, **sums, "lon": row["x"], "lat": row["y"]}
    if territory == NATION:
        provinces = [sums for code, sums in found.items() if len(code) == 2]
        whole: dict[str, Any] = {name: sum(each[name] for each in provinces) for name in SUMS}
        found[NATION] = {**whole, "lon": None, "lat": None}
    return found


def rewrite(kabupaten: str) -> None:
    """Count a kabupaten's regions anew and write it, up to the nation."""
    counted = recount(kabupaten)
    names = (*SUMS, "lon", "lat")
    known: list[str] = []
    for part in portions(counted):
        known += Region.objects.filter(pk__in=part).values_list("pk", flat=True)
    update(Region, names, [(*(counted[code][name] for name in names), code) for code in known])
    for above in (kabupaten[:2], NATION):
        sums = Region.objects.filter(parent=above).aggregate(**{name: Sum(name) for name in SUMS})
        Region.objects.filter(pk=above).update(**{name: value or 0 for name, value in sums.items()})


def stored(codes: Iterable[str]) -> Mapping[str, dict[str, int]]:
    """Give the sums that are kept for regions."""
    return {
        row.pop("code"): row
        for part in portions(codes)
        for row in Region.objects.filter(pk__in=part).values("code", *SUMS)
    }
