"""What a re-plan changes, as people read it: at the head of ``report.md``, and in ``difference.csv``."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from typing import Final

from serentak.base.clock import MINUTE, format_moment
from serentak.base.messages import _
from serentak.base.numbers import direction, number, percent, rupiah
from serentak.formats.report.gaps import MOST_LISTED
from serentak.formats.report.markdown import table
from serentak.plan.difference import Change, Difference, StopChange
from serentak.plan.model import Plan, Replan, Unserved
from serentak.plan.reasons import in_words
from serentak.territory.model import District

COLUMNS: Final = (
    "at",
    "name",
    "direction",
    "change",
    "old_run",
    "new_run",
    "old_vehicle",
    "new_vehicle",
    "old_arrive",
    "new_arrive",
    "shift_minutes",
)
"""Headings of ``difference.csv``, in order; documented in ``docs/plan-folder.md``."""
STATIONS_WITH_OPTIONS: Final = ("closed", "no_way", "no_mode", "no_team", "stranded", "held_up", "window", "hours",
                                "window_and_hours", "fleet_short", "escort_short", "no_escort", "no_day")  # fmt: skip


def difference_csv(found: Difference, district: District) -> str:
    """Write the stops that are not as issued."""
    names = _names(district)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for stop in found.changes:
        writer.writerow(
            [
                stop.at, names.get(stop.at, ""), stop.direction, stop.change, stop.old_run, stop.new_run,
                stop.old_vehicle, stop.new_vehicle, _when(stop.old_arrive), _when(stop.new_arrive),
                "" if stop.shift is None else round(stop.shift / MINUTE),
            ]
        )  # fmt: skip
    return text.getvalue()


def difference_text(found: Difference, plan: Plan, district: District) -> str:
    """Write the difference as a section of the report (Markdown), in the language in use."""
    record = plan.replan
    if record is None:
        return ""
    near, issued = found.unchanged()
    counted = Counter(stop.change for stop in found.changes)
    lines = [
        f"## {_('What has changed')}",
        _("As of {at}; it replaces plan {sha}. What was loaded or delivered before stays as it was.").format(
            at=format_moment(record.at), sha=(plan.supersedes or "")[:12]
        ),
        _("{near} of {issued} stops ({share}) keep vehicle and order and shift by 15 minutes at most.").format(
            near=number(near), issued=number(issued), share=percent(near, issued)
        ),
    ]
    if counted:
        said = ", ".join(f"{_change(change)} {number(counted[change])}" for change in _ORDER if counted[change])
        lines.append(_("Stops that changed: {said}. All stand in difference.csv.").format(said=said))
    lines.append(_paper(found, plan))
    lines.append(_cost(found, plan))
    shown = sorted(found.changes, key=lambda stop: (stop.direction == "back", _ORDER.index(stop.change), _moment(stop)))
    if shown:
        names = _names(district)
        rows = [_row(stop, names) for stop in shown[:MOST_LISTED]]
        head = (_("Stop"), _("direction"), _("what"), _("was"), _("is now"))
        lines.append(table(head, rows))
    if len(shown) > MOST_LISTED:
        lines.append(_("{n} more stand in difference.csv.").format(n=len(shown) - MOST_LISTED))
    lines += [part for part in (by_the_log(plan), _on_the_road(plan), _out_of_reach(plan, district)) if part]
    return "\n\n".join(lines)


_ORDER: Final[tuple[Change, ...]] = ("dropped", "new", "moved", "later", "earlier")


def _change(change: Change) -> str:
    words = {
        "dropped": _("no longer served"),
        "new": _("newly served"),
        "moved": _("on another run or in another order"),
        "later": _("later"),
        "earlier": _("earlier"),
        "kept": _("as issued"),
    }
    return words[change]


def _moment(stop: StopChange) -> int:
    return next((moment for moment in (stop.new_arrive, stop.old_arrive) if moment is not None), 0)


def _when(moment: int | None) -> str:
    return "" if moment is None else format_moment(moment)


def _row(stop: StopChange, names: dict[str, str]) -> tuple[str, str, str, str, str]:
    old = f"{stop.old_run}, {stop.old_vehicle}, {_when(stop.old_arrive)}" if stop.old_run else "-"
    new = f"{stop.new_run}, {stop.new_vehicle}, {_when(stop.new_arrive)}" if stop.new_run else "-"
    name = names.get(stop.at, "")
    return f"{stop.at} {name}".strip(), direction(stop.direction), _change(stop.change), old, new


def _paper(found: Difference, plan: Plan) -> str:
    lost = plan.replan.lost if plan.replan else ()
    said = [
        (_("Runs that need new paper: {names}."), found.changed),
        (_("Runs withdrawn, their paper is void: {names}."), found.withdrawn),
        (_("Runs that ended on the road: {names}."), lost),
    ]
    return "\n\n".join(words.format(names=", ".join(names)) for words, names in said if names) or _(
        "No run needs new paper."
    )


def _cost(found: Difference, plan: Plan) -> str:
    text = _("The cost changes by {rupiah}.").format(rupiah=rupiah(found.rupiah))
    price = plan.replan.stability_rupiah if plan.replan else None
    if price:
        text += " " + _("Keeping the rest as issued costs {rupiah} of it.").format(rupiah=rupiah(price))
    return text


def by_the_log(plan: Plan) -> str:
    """Say how much a custody log knew, and what it contradicts; empty where none was asked."""
    record = plan.replan
    if record is None or (record.logged is None and not record.elsewhere):
        return ""
    parts = [f"### {_('What the log says')}", *log_lines(record)]
    rows = [
        (one.goods, direction(one.direction), one.at, format_moment(one.since), one.entry) for one in record.elsewhere
    ]
    if rows:
        head = (_("Load"), _("direction"), _("who has it by the log"), _("since"), _("entry"))
        parts.append(table(head, rows[:MOST_LISTED]))
    return "\n\n".join(parts)


def log_lines(record: Replan) -> list[str]:
    """Say in a sentence each how far a log was known, and where it contradicts the plan."""
    lines: list[str] = []
    if record.logged is not None:
        known, unknown = record.logged.known, record.logged.unknown
        message = _("The log knows who has {known} of {all} loads.")
        lines.append(message.format(known=number(known), all=number(known + len(unknown))))
        if unknown:
            message = _("Of {n} loads it knows nothing; they are taken to be where the plan has them: {names}.")
            lines.append(message.format(n=number(len(unknown)), names=_some(unknown)))
        if record.logged.late:
            message = _("{n} stops should be over by then, and nobody has signed there.")
            lines.append(message.format(n=number(record.logged.late)))
        for run, vehicle in record.logged.vehicles:
            message = _("The log shows the goods of {run} with {vehicle}, which was not to drive it.")
            lines.append(message.format(run=run, vehicle=vehicle))
    if record.elsewhere:
        message = _("{n} loads are where no run of the plan has brought them; no run carries them: {names}.")
        said = (f"{one.goods} ({one.at})" for one in record.elsewhere)
        lines.append(message.format(n=number(len(record.elsewhere)), names=_some(said)))
    return lines


def _some(names: Iterable[str], most: int = 10) -> str:
    given = list(names)
    return ", ".join(given[:most]) + (" …" if len(given) > most else "")


def _on_the_road(plan: Plan) -> str:
    record = plan.replan
    if record is None or not record.stranded:
        return ""
    rows = [(left.place, left.run, left.at, len(left.goods), format_moment(left.since)) for left in record.stranded]
    head = (_("Temporary place"), _("run that was lost"), _("where it stopped"), _("loads"), _("from"))
    return f"### {_('Left on the road')}\n\n" + table(head, rows)


def _out_of_reach(plan: Plan, district: District) -> str:
    lost = [one for one in plan.unserved if one.reason not in ("not_delivered", "elsewhere")]
    if not lost:
        return ""
    rows = [
        (one.station, direction(one.direction), in_words(one.reason, one.figures),
         "-" if one.earliest is None else format_moment(one.earliest), "; ".join(options(one, district)))
        for one in lost[:MOST_LISTED]
    ]  # fmt: skip
    head = (_("Station"), _("direction"), _("reason"), _("earliest"), _("what can be done"))
    more = len(lost) - len(rows)
    text = f"### {_('Out of reach')}\n\n" + table(head, rows)
    return text + ("\n\n" + _("{n} more stand in plan.json.").format(n=more) if more else "")


def options(lost: Unserved, district: District) -> list[str]:
    """Give what officers may do about a station that a re-plan cannot serve; they decide, not the plan."""
    station = next((station for station in district.stations if station.id == lost.station), None)
    if station is None or lost.reason not in STATIONS_WITH_OPTIONS:
        return []
    tried = {row.mode for row in district.fleet if row.base == station.parent}
    others = sorted({row.mode for row in district.fleet} | set(station.access) - tried)
    others = [mode for mode in others if mode not in tried]
    found = [_("another mode: {modes}").format(modes=", ".join(others) if others else _("boat, motorbike, on foot"))]
    if station.movable is not False:
        known = "" if station.movable else " " + _("(ask whether it may be moved)")
        found.append(_("move it inside {desa}").format(desa=station.desa_name) + known)
    if station.lon is not None and station.lat is not None:
        found.append(_("by air to {lat}, {lon}").format(lat=f"{station.lat:.5f}", lon=f"{station.lon:.5f}"))
    if lost.direction == "out":
        found.append(_("a postponed vote (PSS), or its continuation (PSL)"))
    return found


def _names(district: District) -> dict[str, str]:
    names = {place.id: place.name for place in district.places}
    return names | {station.id: f"{station.desa_name} {station.number}" for station in district.stations}
