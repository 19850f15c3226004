"""What pages show of regions and stations: figures of the leg that matters now, signs and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Min

from serentak.base.messages import N_, _
from serentak.tower.access.territory import NATION, depth
from serentak.tower.boxes.models import Log
from serentak.tower.regions.models import Region, Station
from serentak.tower.site.templatetags.words import moment_text, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

OUT: Final = "out"
BACK: Final = "back"
LEGS: Final = {"kirim": OUT, "balik": BACK}
"""How an address names a leg."""
_LEVELS: Final = (N_("Nation"), N_("Province"), N_("Kabupaten or kota"), N_("Kecamatan"), N_("Village"), N_("Station"))
_WAYS: Final[dict[str, dict[int, tuple[str, str, str]]]] = {
    OUT: {
        Station.Way.NOT_YET: ("○", "", N_("Not yet")),
        Station.Way.LOADED: ("▣", "", N_("Packed")),
        Station.Way.UNDER_WAY: ("→", "way", N_("Under way")),
        Station.Way.READY: ("✓", "ready", N_("Ready")),
        Station.Way.UNPROVEN: ("◐", "", N_("Arrived, not signed by both sides")),
    },
    BACK: {
        Station.Way.NOT_YET: ("○", "", N_("Not yet")),
        Station.Way.LOADED: ("▣", "", N_("Closed, waits to go back")),
        Station.Way.UNDER_WAY: ("→", "way", N_("On its way back")),
        Station.Way.READY: ("✓", "ready", N_("Back")),
        Station.Way.UNPROVEN: ("◐", "", N_("Back, not signed by both sides")),
    },
}
_PROOFS: Final = {
    "single": N_("signed by one side only"),
    "proxy": N_("typed from a paper form"),
    "gap": N_("its hand-over is not in the log"),
    "entrusted": N_("signed for, left in trust elsewhere"),
}


class Status(NamedTuple):
    """A status as people see it: sign, class of the style sheet, word."""

    sign: str
    style: str
    word: str


class AsOf(NamedTuple):
    """Up to when the figures hold: the oldest of the logs behind them, and what is wrong with these."""

    at: datetime | None
    zone: str
    played: bool
    troubles: tuple[str, ...]
    logs: int

    @property
    def text(self) -> str:
        """As plain text."""
        return moment_text(self.at, self.zone)


class Line(NamedTuple):
    """One row of a table of regions, in the leg that is shown."""

    code: str
    name: str
    stations: int
    ready: int
    way: int
    unproven: int
    late: int
    troubled: int

    @property
    def open(self) -> int:
        """Stations whose goods have not all arrived."""
        return self.stations - self.ready - self.unproven

    @property
    def rest(self) -> int:
        """Stations whose goods have not left yet."""
        return self.stations - self.ready - self.way - self.unproven


def leg_of(asked: str, here: Region) -> str:
    """Give the leg to show: the one asked for, else back as soon as a box here was closed after voting."""
    return LEGS.get(asked) or (BACK if here.back_begun else OUT)


def level_word(level: int) -> str:
    """Name a level."""
    return _(_LEVELS[level])


def line(region: Region, leg: str) -> Line:
    """Give a region's figures in one leg."""
    ready, way, unproven, late = (getattr(region, f"{leg}_{name}") for name in ("ready", "way", "unproven", "late"))
    return Line(region.code, region.name, region.stations, ready, way, unproven, late, region.troubled)


def status(way: int, leg: str) -> Status:
    """Give a station's status in one leg."""
    sign, style, word = _WAYS[leg][way]
    return Status(sign, style, _(word))


def proof_word(proof: str) -> str:
    """Say why something that arrived is not ready; empty where it is."""
    return _(_PROOFS[proof]) if proof else ""


def as_of(code: str, zone: str = "WIB") -> AsOf:
    """Say up to when the figures of a region hold."""
    logs = Log.objects.all()
    if code != NATION:
        logs = logs.filter(district=code[:5]) if depth(code) > 1 else logs.filter(district__startswith=f"{code}.")
    at = logs.aggregate(at=Min("as_of"))["at"]
    rows = logs.values_list("played", "trouble")
    troubles = tuple(sorted({trouble for _played, trouble in rows if trouble}))
    return AsOf(at, zone, any(played for played, _trouble in rows), troubles[:3], len(rows))


def region_text(here: Region, lines: Sequence[Line], leg: str, moment: AsOf) -> str:
    """Write a region's figures as a message for WhatsApp."""
    own = line(here, leg)
    title = _("*{name}*: ballot boxes on their way to the stations") if leg == OUT else _(
        "*{name}*: ballot boxes on their way back"
    )  # fmt: skip
    said = [
        title.format(name=here.name),
        _("as of {moment}").format(moment=moment.text),
        (_("Ready: {part} of {whole} stations") if leg == OUT else _("Back: {part} of {whole} stations")).format(
            part=number(own.ready), whole=number(own.stations)
        ),
        _("Under way: {part}").format(part=number(own.way)),
        _("Late: {part}").format(part=number(own.late)),
    ]
    if own.unproven:
        said.append(_("Arrived, not signed by both sides: {part}").format(part=number(own.unproven)))
    worst = sorted((each for each in lines if each.late), key=lambda each: (-each.late, each.code))[:10]
    said += [
        (
            _("- {name}: {late} late, {ready} of {stations} ready")
            if leg == OUT
            else _("- {name}: {late} late, {ready} of {stations} back")
        ).format(name=each.name, late=number(each.late), ready=number(each.ready), stations=number(each.stations))
        for each in worst
    ]
    if moment.played:
        said.append(_("Played, not real."))
    return "\n".join(said)
