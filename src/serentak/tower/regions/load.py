"""A district brought in: its kecamatan and villages, its stations, their boxes and bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import transaction

from serentak.kit.ids import BUNDLE
from serentak.tower.boxes.models import Box, Log
from serentak.tower.regions.models import Region, Station
from serentak.tower.regions.rollup import SUMS, rewrite
from serentak.tower.regions.tree import plant
from serentak.tower.site.bulk import portions, upsert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from serentak.kit.kits import Kits
    from serentak.territory.model import District

_STATION: Final = (
    "id", "province", "kabupaten", "kecamatan", "village", "number", "venue", "voters", "lon", "lat", "elections",
    "police_class", "hub", "boxes",
)  # fmt: skip
_STATION_REST: Final = {
    "out": 0, "back": 0, "out_proof": "", "back_proof": "", "out_late": False, "back_late": False, "troubled": False,
}  # fmt: skip
_BOX: Final = ("id", "owner", "province", "kabupaten", "kecamatan", "village", "letter")
_BOX_REST: Final = {
    "status": 0, "holder": "", "place": "", "expected_at": "", "disputed": False, "troubles": "", "acts": [],
}  # fmt: skip
_REGION: Final = ("code", "parent_id", "level", "name", "zone")


class Loaded(NamedTuple):
    """What a district has: stations, ballot boxes (those of the recapitulation too), bundles."""

    stations: int
    boxes: int
    bundles: int


@transaction.atomic
def load_district(district: District, kits: Kits) -> Loaded:
    """Bring a district in; a second time changes what has changed, and keeps what the log has said.

    Parameters
    ----------
    district
        As read from its folder.
    kits
        Its kits: the boxes and bundles of every station and kecamatan.
    """
    if not Region.objects.filter(pk=district.code).exists():
        plant()
    _load_regions(district)
    _forget_others(district, kits)
    upsert(Station, _STATION, _stations(district, kits), ["id"], _STATION[1:], _STATION_REST)
    upsert(Box, _BOX, _boxes(kits), ["id"], (), _BOX_REST)
    rewrite(district.code)
    # What the log said of stations that are new here has not been written yet.
    Log.objects.filter(district=district.code).update(stale=True)
    boxes = sum(len(each.boxes) for each in kits.stations.values())
    boxes += sum(len(each.boxes) for each in kits.recap.values())
    return Loaded(len(district.stations), boxes, len(kits.stations))


def _load_regions(district: District) -> None:
    rows: dict[str, tuple[Any, ...]] = {}
    for each in district.stations:
        rows.setdefault(each.kecamatan, (each.kecamatan, district.code, 3, each.kecamatan_name, district.zone))
        rows.setdefault(each.village, (each.village, each.kecamatan, 4, each.desa_name, district.zone))
    # Parents before children.
    ordered = sorted(rows.values(), key=lambda row: row[2])
    zeros = (0,) * len(SUMS)
    upsert(Region, (*_REGION, *SUMS), (row + zeros for row in ordered), ["code"], ["name", "zone"])


def _forget_others(district: District, kits: Kits) -> None:
    """Take away stations that the district no longer has, and their boxes that no log has spoken of."""
    kept = {each.id for each in district.stations}
    there = Station.objects.filter(kabupaten=district.code).values_list("pk", flat=True)
    for part in portions([each for each in there if each not in kept]):
        Station.objects.filter(pk__in=part).delete()
    goods = {row[0] for row in _boxes(kits)}
    silent = Box.objects.filter(kabupaten=district.code, status=0, holder="").values_list("pk", flat=True)
    for part in portions([each for each in silent if each not in goods]):
        Box.objects.filter(pk__in=part).delete()
    kept_regions = {code for each in district.stations for code in (each.kecamatan, each.village)}
    empty = Region.objects.filter(parent__parent=district.code).exclude(stations=0).values_list("pk", flat=True)
    for part in portions([code for code in empty if code not in kept_regions]):
        Region.objects.filter(pk__in=part).delete()


def _stations(district: District, kits: Kits) -> Iterator[tuple[Any, ...]]:
    for each in district.stations:
        village = each.village
        yield (
            each.id, village[:2], village[:5], village[:8], village, each.number, each.venue[:120], each.voters,
            each.lon, each.lat, "".join(each.elections), each.police_class[:20], each.parent[:40],
            len(kits.stations[each.id].boxes),
        )  # fmt: skip


def _boxes(kits: Kits) -> Iterator[tuple[str, ...]]:
    for kit in kits.stations.values():
        village = kit.station.rpartition("-")[0]
        for box in (*kit.boxes, kit.bundle):
            letter = BUNDLE if box == kit.bundle else box.rpartition("-")[2][0]
            yield box, kit.station, village[:2], village[:5], village[:8], village, letter
    for recap in kits.recap.values():
        code = recap.kecamatan
        for box in recap.boxes:
            yield box, f"{code}-R", code[:2], code[:5], code, "", box.rpartition("-")[2][0]
