"""Search: what people type, a box's label, a code or a name with a slip in it, to the pages about it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Q
from django.urls import reverse

from serentak.base.messages import _
from serentak.kit.ids import parse_box_id
from serentak.territory.codes import CodeError
from serentak.tower.boxes.models import Box
from serentak.tower.regions.models import Region, Station
from serentak.tower.regions.shown import level_word

if TYPE_CHECKING:
    from serentak.tower.access.actor import Actor

MOST: Final = 30
"""Results shown."""
_CANDIDATES: Final = 400
_ALIKE: Final = 0.72
_SHORTEST: Final = 3
_STATION: Final = re.compile(r"\btps\s*(\d{1,3})\b", re.IGNORECASE)
_CODE: Final = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?")
_STATION_ID: Final = re.compile(r"(\d{2}\.\d{2}\.\d{2}\.\d{4})-(\d{1,3})")
_DIGITS: Final = re.compile(r"(\d{2})(\d{2})?(\d{2})?(\d{4})?")


class Found(NamedTuple):
    """One result: its name, what it is, where it leads, and whether it is exactly what was asked for."""

    name: str
    what: str
    url: str
    exact: bool = False


def search(asked: str, actor: Actor) -> list[Found]:
    """Give what fits, the best first.

    Parameters
    ----------
    asked
        A box's id with or without its check character, a station's id, a region's code, or part of a name; ``tps 7``
        beside a village's name asks for the station.
    actor
        Who asks: boxes lead the public to the page of their station.
    """
    if not asked:
        return []
    return _by_code(asked, actor) or _by_name(asked, actor)


def _by_code(asked: str, actor: Actor) -> list[Found]:
    try:
        identifier = str(parse_box_id(asked))
    except CodeError:
        pass
    else:
        box = Box.objects.filter(pk=identifier).first()
        return [] if box is None else [_box(box, actor)]
    match = _STATION_ID.fullmatch(asked)
    if match is not None:
        station = Station.objects.filter(pk=f"{match[1]}-{int(match[2]):03d}").first()
        return [] if station is None else [_station(station, actor, exact=True)]
    match = _DIGITS.fullmatch(asked)
    code = ".".join(filter(None, match.groups())) if match is not None else asked
    if _CODE.fullmatch(code):
        region = Region.objects.filter(pk=code).first()
        return [] if region is None else [_region(region, exact=True)]
    return []


def _by_name(asked: str, actor: Actor) -> list[Found]:
    match = _STATION.search(asked)
    name = _plain(_STATION.sub(" ", asked))
    regions = _regions(name)
    if match is None:
        return [_region(each) for each in regions]
    villages = [each.code for each in regions if each.level == 4]
    stations = Station.objects.filter(village__in=villages, number=int(match[1]))
    order = {code: at for at, code in enumerate(villages)}
    return [_station(each, actor) for each in sorted(stations, key=lambda each: order[each.village])]


def _regions(name: str) -> list[Region]:
    """Give the regions with this name, or one like it: one slip leaves one half of the name as it is."""
    if len(name) < _SHORTEST:
        return []
    middle = len(name) // 2
    whole = Region.objects.filter(name__icontains=name).order_by("level", "name")[:_CANDIDATES]
    found = {each.code: each for each in whole}
    if len(found) < MOST and middle >= _SHORTEST - 1:
        halves = Q(name__icontains=name[:middle]) | Q(name__icontains=name[middle:])
        for each in Region.objects.filter(halves).order_by("level", "name")[:_CANDIDATES]:
            found.setdefault(each.code, each)
    ranked = sorted(((_likeness(name, each), each) for each in found.values()), key=lambda pair: _rank(*pair))
    return [each for likeness, each in ranked if likeness >= _ALIKE][:MOST]


def _rank(likeness: float, region: Region) -> tuple[float, int, str]:
    return -likeness, region.level, region.code


def _likeness(name: str, region: Region) -> float:
    """Say how alike a name is to what was typed, 1 for the same; a name that holds it counts as alike too."""
    own = _plain(region.name)
    likeness = SequenceMatcher(None, name, own, autojunk=False).ratio()
    bare = re.sub(r"^(kabupaten|kota|kab) ", "", own)
    likeness = max(likeness, SequenceMatcher(None, name, bare, autojunk=False).ratio())
    return max(likeness, 0.9) if re.search(rf"\b{re.escape(name)}", own) else likeness


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", name.lower()).split())


def _region(region: Region, *, exact: bool = False) -> Found:
    what = f"{level_word(region.level)} {region.code}"
    return Found(region.name, what, reverse("region", args=[region.code]), exact)


def _station(station: Station, actor: Actor, *, exact: bool = False) -> Found:
    inside = not actor.is_public and actor.may("boxes.read", station.id).allowed
    village = Region.objects.filter(pk=station.village).values_list("name", flat=True).first() or station.village
    return Found(
        f"TPS {station.number}, {village}",
        station.id,
        reverse("station" if inside else "my_station", args=[station.id]),
        exact,
    )


def _box(box: Box, actor: Actor) -> Found:
    where = box.owner if not box.owner.endswith("-R") else box.kecamatan
    inside = not actor.is_public and actor.may("boxes.read", where).allowed
    if inside:
        url = reverse("box", args=[box.id])
    elif box.owner.endswith("-R"):
        url = reverse("region", args=[box.kecamatan])
    else:
        url = reverse("my_station", args=[box.owner])
    return Found(box.id, _("box or bundle"), url, exact=True)
