"""What is missing or not certain: stations not served, decisions of officers, assumptions, warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from serentak.base.clock import format_moment
from serentak.base.messages import _
from serentak.base.numbers import direction, number, rupiah
from serentak.formats.measures import step_in_words
from serentak.formats.paper.source import Source
from serentak.formats.report.page import Block, Bullets, Section, Text, table
from serentak.plan.reasons import in_words, remedy
from serentak.plan.stages import is_recap
from serentak.risk.frontier import steps_by_kecamatan
from serentak.travel import CrowFlight

MOST_LISTED: Final = 40
"""Unserved stations listed one by one; the rest is counted, and stands in ``plan.json``."""


def unserved(source: Source) -> Section:
    """List what is not served, with its reason and what would help."""
    gaps = source.plan.unserved
    if not gaps:
        return Section(_("Not served"), (Text(_("Every station is served, out and back.")),))
    rows = []
    for lost in gaps[:MOST_LISTED]:
        earliest = "-" if lost.earliest is None else format_moment(lost.earliest)
        why, help_ = in_words(lost.reason, lost.figures), remedy(lost.reason, lost.figures)
        rows.append((lost.station, direction(lost.direction), why, earliest, help_))
    head = (_("Station"), _("direction"), _("reason"), _("earliest"), _("what would help"))
    blocks: list[Block] = [table(head, rows)]
    if len(gaps) > len(rows):
        blocks.append(Text(_("{n} more stand in plan.json.").format(n=number(len(gaps) - len(rows)))))
    if any(is_recap(lost.station) for lost in gaps):
        blocks.append(Text(_("Names that end in -R are recapitulation boxes of a kecamatan.")))
    return Section(_("Not served"), tuple(blocks))


def measures(source: Source) -> Section | None:
    """Say by kecamatan what was changed to make the plan surer, for those who sign for it."""
    if not source.measures:
        return None
    names = {station.kecamatan: station.kecamatan_name for station in source.district.stations}
    blocks: list[Block] = [
        Text(
            _("They stand in measures.csv. What they buy and cost is in harden.md, where 'serentak harden' chose them.")
        )
    ]
    for kecamatan, steps in steps_by_kecamatan(source.measures, source.district).items():
        blocks.append(Text(f"{kecamatan} {names[kecamatan]}" if kecamatan else _("The whole district")))
        blocks.append(Bullets(tuple(step_in_words(step, source.district) for step in steps)))
    return Section(_("Measures for a surer plan"), tuple(blocks))


def pins(source: Source) -> Section | None:
    """List the decisions of officers and their price."""
    if not source.district.pins:
        return None
    rows = []
    for pin in source.district.pins:
        after = "-" if pin.not_before is None else format_moment(pin.not_before)
        before = "-" if pin.not_after is None else format_moment(pin.not_after)
        rows.append((pin.target, after, before, pin.note))
    blocks: list[Block] = [table((_("What"), _("not before"), _("not after"), _("note")), rows)]
    price = source.plan.pins_rupiah
    if price is not None:
        blocks.append(Text(_("Together they change the cost by {cost}.").format(cost=rupiah(price))))
    return Section(_("Decisions of officers"), tuple(blocks))


def assumptions(source: Source) -> Section:
    """Say what nobody gave: ways, columns of the tables, figures of the rule pack."""
    district = source.district
    ways = _(
        "Times and distances: fastest ways on the network of the district; speeds by kind of way are assumptions, "
        "and so is a walking pace between a place and the nearest way. Places that share the nearest node of the "
        "network: geodesic, lengthened and slowed by terrain ({terrain})."
    ).format(terrain=source.district.terrain)
    if isinstance(source.travel, CrowFlight):
        ways = _(
            "Times and distances: geodesic, lengthened and slowed by terrain ({terrain}); no road network."
        ).format(terrain=district.terrain)
    counted: Counter[tuple[str, str, str]] = Counter()
    whole = set()  # columns assumed as a whole stand without a row
    for entry in district.assumed:
        counted[entry.file, entry.column, entry.rule] += 1
        if entry.row is None:
            whole.add((entry.file, entry.column, entry.rule))
    rows = [
        (f"{key[0]}: {key[1]}", key[2], _("all") if key in whole else number(count)) for key, count in counted.items()
    ]
    blocks: list[Block] = [Text(ways)]
    if rows:
        blocks.append(table((_("What"), _("rule"), _("values")), rows))
    figures = [figure for figure in source.rules.figures.values() if figure.status != "sourced"]
    if figures:
        words = {"assumed": _("assumed"), "overridden": _("set by the district")}
        rows = [(_(figure.unit), number(figure.value), words[figure.status]) for figure in figures]
        blocks.append(Text(_("Figures of the rule pack {rules} without a public source:").format(rules=district.rules)))
        blocks.append(table((_("What"), _("figure"), _("status")), rows))
    return Section(_("Assumed"), tuple(blocks))


def warnings(found: Sequence[str]) -> Section | None:
    """List what the reader of the district warned of."""
    if not found:
        return None
    shown = list(found[:MOST_LISTED])
    if len(found) > MOST_LISTED:
        shown.append(_("{n} more warnings").format(n=number(len(found) - MOST_LISTED)))
    return Section(_("Warnings"), (Bullets(tuple(shown)),))
