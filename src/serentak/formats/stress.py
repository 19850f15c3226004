"""How surely a plan holds, as people read it (Markdown) and as spreadsheets take it (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from serentak.base.messages import _
from serentak.base.numbers import direction as direction_word
from serentak.base.numbers import number
from serentak.formats.report.markdown import table
from serentak.plan.model import Direction
from serentak.risk.chance import Chance
from serentak.risk.outlook import DIRECTIONS, Odds, Outlook
from serentak.risk.uncertainty import Uncertainty
from serentak.territory.model import District
from serentak.travel.hazards import CLOSED

COLUMNS: Final = ("what", "id", "name", "direction", "on_time", "low", "high", "on_time_without_hazards", "sites")
"""Columns of the CSV file."""
MOST_LISTED: Final = 30


def stress_csv(found: Outlook, district: District) -> str:
    """Write every chance, a row each; see `COLUMNS`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    names = _names(district)
    for direction in DIRECTIONS:
        groups: list[tuple[str, Sequence[Odds]]] = [
            ("district", (found.all_on_time[direction],)),
            ("kecamatan", found.kecamatan[direction]),
            ("place", found.places[direction]),
            ("station", found.stations[direction]),
        ]
        for what, rows in groups:
            for odds in rows:
                chances = (f"{value:.5f}" for value in (*odds.on_time, odds.calm.value))
                identifier = odds.id or district.code
                writer.writerow(
                    (what, identifier, names.get(odds.id, district.name), direction, *chances, "; ".join(odds.sites))
                )
    return out.getvalue()


def stress_report(found: Outlook, district: District) -> str:
    """Write the report in the language in use."""
    parts = [
        f"# {_('How surely the plan holds')}: {district.name} ({district.code})",
        _head(found),
        _in_all(found),
        *(_kecamatan(found, district, direction) for direction in DIRECTIONS),
        *(_stations(found, district, direction) for direction in DIRECTIONS),
        _exposure(found, district),
        _critical(found, district),
        _hazards(found),
        assumed_spreads(found.uncertainty),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def stress_lines(found: Outlook) -> list[str]:
    """Say the outcome in a line a direction."""
    line = _("{direction}: every station in time in {share} of {futures} futures; {mean} stations late in the mean")
    return [
        line.format(
            direction=direction_word(direction),
            share=interval(found.all_on_time[direction].on_time),
            futures=number(found.futures),
            mean=mean(found.missed[direction][0]),
        )
        for direction in DIRECTIONS
    ]


def mean(value: float) -> str:
    """Write a mean number of stations."""
    return number(round(value)) if value >= 10 else f"{value:.2f}".replace(".", ",")


def _names(district: District) -> dict[str, str]:
    names = {station.id: f"{station.desa_name} {station.number}" for station in district.stations}
    names |= {station.kecamatan: station.kecamatan_name for station in district.stations}
    return names | {place.id: place.name for place in district.places}


def share(value: float) -> str:
    """Write a probability; never round what is not sure to 100 %, nor what can happen to 0 %."""
    if 0 < value < 0.0005:
        return _("below {share} %").format(share="0,1")
    if 0.9995 <= value < 1:
        return _("above {share} %").format(share="99,9")
    return f"{100 * value:.1f} %".replace(".", ",")


def interval(chance: Chance) -> str:
    """Write a probability with its interval."""
    return f"{share(chance.value)} ({share(chance.low)} – {share(chance.high)})"


def _head(found: Outlook) -> str:
    situation = (
        _("scenario {name}: {note}").format(name=found.scenario.name, note=found.scenario.note or "-")
        if found.scenario
        else _("the chances of the season ({season})").format(season=found.hazards.season)
        if found.hazards
        else _("no hazards are given; only delays and breakdowns are simulated")
    )
    return _(
        "Status: simulated, {futures} futures, seed {seed}; {situation}. In brackets the 95 % interval that the number "
        "of futures leaves open. It does not tell whether the assumptions below are right."
    ).format(futures=number(found.futures), seed=found.seed, situation=situation)


def _in_all(found: Outlook) -> str:
    rows = [
        (
            direction_word(direction),
            interval(found.all_on_time[direction].on_time),
            share(found.all_on_time[direction].calm.value),
            mean(found.missed[direction][0]),
            number(found.missed[direction][1]),
        )
        for direction in DIRECTIONS
    ]
    head = (
        "",
        _("every station in time"),
        _("without hazards"),
        _("stations late, mean"),
        _("in 1 of 20 futures at least"),
    )
    return f"## {_('In all')}\n\n" + table(head, rows)


def _kecamatan(found: Outlook, district: District, direction: Direction) -> str:
    names = _names(district)
    rows = [
        (f"{odds.id} {names.get(odds.id, '')}", interval(odds.on_time), share(odds.calm.value))
        for odds in found.kecamatan[direction]
        if odds.on_time.value < 1
    ]
    if not rows:
        return ""
    title = _("Every station of a kecamatan in time, {direction}").format(direction=direction_word(direction))
    return f"## {title}\n\n" + table((_("kecamatan"), _("in time"), _("without hazards")), rows)


def _stations(found: Outlook, district: District, direction: Direction) -> str:
    names = _names(district)
    unsure = [odds for odds in found.stations[direction] if odds.on_time.value < 1]
    if not unsure:
        return ""
    rows = [
        (
            odds.id,
            names.get(odds.id, ""),
            interval(odds.on_time),
            share(odds.calm.value),
            "; ".join(odds.sites) or "-",
        )
        for odds in unsure[:MOST_LISTED]
    ]
    title = _("The least sure stations, {direction}").format(direction=direction_word(direction))
    more = len(unsure) - len(rows)
    text = f"## {title}\n\n" + table(
        (_("station"), _("name"), _("in time"), _("without hazards"), _("hazards on the way")), rows
    )
    return text + ("\n\n" + _("… and {n} more, see the CSV file.").format(n=number(more)) if more else "")


def _exposure(found: Outlook, district: District) -> str:
    if not found.exposures:
        return ""
    names = _names(district)
    rows = [
        (
            own.layer, number(own.sites), number(len(own.stations)), number(own.voters),
            number(own.movable), number(len(own.stations) - own.movable - len(own.fixed)),
            ", ".join(own.fixed[:8]) + (" …" if len(own.fixed) > 8 else "") or "-",
            ", ".join(names[place] for place in own.places) or "-",
            ", ".join(names[place] for place in own.nights) or "-",
            number(own.runs),
        )
        for own in found.exposures
    ]  # fmt: skip
    head = (
        _("layer"), _("sites"), _("stations inside"), _("voters"), _("may be moved"),
        _("not known whether"), _("cannot be moved"), _("places inside"),
        _("nights spent there"), _("runs whose way meets it"),
    )  # fmt: skip
    return f"## {_('Exposure')}\n\n" + table(head, rows)


def _critical(found: Outlook, district: District) -> str:
    if not found.links:
        return ""
    names = _names(district)
    rows = [
        (
            link.name or "-", link.source, link.mode, names.get(link.base, link.base),
            number(len(link.behind)), ", ".join(link.behind[:5]) + (" …" if len(link.behind) > 5 else ""),
        )
        for link in found.links[:MOST_LISTED]
    ]  # fmt: skip
    head = (
        _("way"), _("number in the network file"), _("mode"), _("from"), _("cut off without it"), _("stations"),
    )  # fmt: skip
    return f"## {_('Critical links')}\n\n" + table(head, rows)


def _hazards(found: Outlook) -> str:
    if found.hazards is None:
        return ""
    sites = [sum(site.layer == n for site in found.hazards.sites) for n in range(len(found.hazards.layers))]
    rows = [
        (
            layer.name, layer.kind, number(sites[n]), layer.cause or "-",
            share(found.hazards.chances(layer, found.scenario)[0]),
            effects_words(layer.effect),
            layer.source, layer.as_of,
        )
        for n, layer in enumerate(found.hazards.layers)
    ]  # fmt: skip
    head = (
        _("layer"), _("kind"), _("sites"), _("cause"), _("active, given the cause"), _("effect"), _("source"),
        _("as of"),
    )  # fmt: skip
    causes = [
        (cause.name, share(found.hazards.likely(cause, found.scenario)), number(cause.lasts), cause.source)
        for cause in found.hazards.causes.values()
    ]
    text = f"## {_('Hazards')}\n\n" + table(head, rows)
    if causes:
        text += "\n\n" + table((_("cause"), _("begins on a day"), _("days"), _("source")), causes)
    return text


def effects_words(effect: Mapping[str, float]) -> str:
    """Say what a hazard does to each mode."""
    said = ((mode, _("closed") if factor == CLOSED else f"x {factor:g}") for mode, factor in effect.items())
    return ", ".join(f"{mode} {what}" for mode, what in said)


def assumed_spreads(u: Uncertainty) -> str:
    """Write the section that says how far things were let stray."""
    rows = [
        (_("time of one journey, standard deviation of the logarithm"), f"{u.leg:g}"),
        (_("the same, shared by all journeys of a day"), f"{u.day:g}"),
        (_("time of one hand-over, standard deviation of the logarithm"), f"{u.service:g}"),
        (_("end of the count, standard deviation in hours"), f"{u.count:g}"),
        (_("hubs that take longer, share and mean minutes"), f"{u.hub_share:g}, {u.hub:g}"),
        (_("breakdowns per 1,000 km, mean minutes until the load goes on"), f"{u.breakdowns:g}, {u.repair:g}"),
        (_("minutes until an idle vehicle has taken over"), f"{u.spare:g}"),
        (_("loads sent back once, per 1,000 stations"), f"{u.returned:g}"),
    ]
    return (
        f"## {_('Assumptions')}\n\n"
        + _(
            "Nobody has measured these for the delivery of election materials; they are assumed. Crews finish their "
            "run after hours; where no way is open the vehicle turns back and goes on to its next stop, and the "
            "station counts as not in time."
        )
        + "\n\n"
        + table((_("what"), _("figure")), rows)
    )
