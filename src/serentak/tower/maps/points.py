"""What a map of a region shows: circles with three numbers down to the kecamatan, below it single stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Avg

from serentak.base.messages import N_, _
from serentak.tower.access.territory import COLUMNS, NATION, depth
from serentak.tower.regions.models import Region, Station

if TYPE_CHECKING:
    from collections.abc import Iterable

STATUS: Final = {
    "late": ("✕", N_("Late")),
    "trouble": ("!", N_("Troubled")),
    "unproven": ("?", N_("Arrived, not proven by both sides")),
    "way": ("→", N_("Under way")),
    "loaded": ("▣", N_("Loaded")),
    "ready": ("✓", N_("Ready")),
    "none": ("○", N_("Not yet")),
}
"""Signs and words by code of a status; the worst first."""
_WAYS: Final = {
    Station.Way.NOT_YET: "none", Station.Way.LOADED: "loaded", Station.Way.UNDER_WAY: "way",
    Station.Way.READY: "ready", Station.Way.UNPROVEN: "unproven",
}  # fmt: skip


class Item(NamedTuple):
    """A region or station on the map, and in the list beside it.

    ``ready``, ``way``, ``late`` count stations of ``stations``; of a single station they are 0.
    """

    code: str
    name: str
    lon: float | None
    lat: float | None
    status: str
    stations: int
    ready: int
    way: int
    late: int

    @property
    def sign(self) -> str:
        """Sign of its status."""
        return STATUS[self.status][0]

    @property
    def word(self) -> str:
        """Word of its status."""
        return _(STATUS[self.status][1])

    def feature(self) -> dict[str, Any]:
        """Give it as GeoJSON."""
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(self.lon or 0, 5), round(self.lat or 0, 5)]},
            "properties": {
                "code": self.code, "name": self.name, "status": self.status, "sign": self.sign, "word": self.word,
                "stations": self.stations, "ready": self.ready, "way": self.way, "late": self.late,
            },
        }  # fmt: skip


def items_of(here: Region) -> list[Item]:
    """Give what the map of a region shows, in the order of codes: the nation's kabupaten, children, or stations."""
    back = here.back_begun > 0
    if here.level >= 3:
        column = COLUMNS[here.level - 1]
        return [_station(each, back=back) for each in Station.objects.filter(**{column: here.code})]
    below = Region.objects.filter(level=2) if here.code == NATION else here.children.all()
    middles = _middles(here) if here.level == 2 else {}
    return [_region(each, middles, back=back) for each in below]


def _middles(here: Region) -> dict[str, tuple[float, float]]:
    """Give the middle of every kecamatan's stations, as far as their positions are known."""
    rows = Station.objects.filter(kabupaten=here.code).values("kecamatan").annotate(x=Avg("lon"), y=Avg("lat"))
    return {row["kecamatan"]: (row["x"], row["y"]) for row in rows.order_by() if row["x"] is not None}


def _region(row: Region, middles: dict[str, tuple[float, float]], *, back: bool) -> Item:
    ready, way, late, unproven = (
        (row.back_ready, row.back_way, row.back_late, row.back_unproven)
        if back
        else (row.out_ready, row.out_way, row.out_late, row.out_unproven)
    )
    status = "none"
    if late:
        status = "late"
    elif row.stations and ready == row.stations:
        status = "ready"
    elif unproven:
        status = "unproven"
    elif way or ready:
        status = "way"
    lon, lat = middles.get(row.code, (row.lon, row.lat))
    return Item(row.code, row.name, lon, lat, status, row.stations, ready, way, late)


def _station(row: Station, *, back: bool) -> Item:
    status = _WAYS[Station.Way(row.back if back else row.out)]
    if row.back_late if back else row.out_late:
        status = "late"
    elif row.troubled:
        status = "trouble"
    return Item(row.pk, row.venue or row.pk, row.lon, row.lat, status, 1, 0, 0, 0)


def placed(items: Iterable[Item]) -> list[Item]:
    """Give those whose position is known."""
    return [each for each in items if each.lon is not None and each.lat is not None]


def is_region(code: str) -> bool:
    """Tell whether a code is one of a region, not of a station."""
    return depth(code) < 5
