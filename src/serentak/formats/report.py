"""``report.md``: the plan as people read it: what goes where and when, at what cost, and what is not certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from serentak.base.clock import DAY, HOUR, format_day, format_moment
from serentak.base.messages import _
from serentak.base.numbers import direction, number, percent, rupiah
from serentak.kit.kits import Kits
from serentak.plan.model import Plan
from serentak.plan.reasons import in_words, remedy
from serentak.plan.stages import is_recap
from serentak.territory.model import District

MOST_LISTED = 40
"""Unserved stations listed one by one; the rest is counted, and stands in ``plan.json``."""


def report(plan: Plan, district: District, kits: Kits, warnings: Sequence[str] = (), news: str = "") -> str:
    """Write the report of a plan in the language in use (Markdown); `news` stands first."""
    parts = [
        f"# {_('Distribution plan')}: {district.name} ({district.code})",
        _head(plan, district),
        news,
        _totals(plan, kits),
        _comparison(plan),
        _trunk(plan, district),
        _hubs(plan, district),
        _fleet(plan, district),
        _escorts(plan, district),
        _unserved(plan),
        _pins(plan, district),
        _assumptions(district),
        _notes(warnings),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def km(metres: int) -> str:
    """Write metres as whole kilometres."""
    return number(round(metres / 1000))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table; a column of figures stands to the right."""
    body = [[str(cell).replace("|", "/") for cell in row] for row in rows]
    figures = [all(_is_figure(row[n]) for row in body) for n in range(len(head))]
    lines = ["| " + " | ".join(head) + " |", "|" + "".join("---:|" if right else "---|" for right in figures)]
    lines += ["| " + " | ".join(row) + " |" for row in body]
    return "\n".join(lines)


def _is_figure(cell: str) -> bool:
    return all(character in "0123456789.,%-/ Rp" for character in cell)


def _head(plan: Plan, district: District) -> str:
    if plan.replan is not None:
        return _("Status: planned as of {at}. Voting day (H) {day}, times {zone}. Seed {seed}, input {sha}.").format(
            at=format_moment(plan.replan.at), day=district.election_day.isoformat(), zone=district.zone,
            seed=plan.seed, sha=plan.input_sha256[:12],
        )  # fmt: skip
    return _(
        "Status: planned, nothing of this has happened yet. Voting day (H) {day}, times {zone}. "
        "Rules {rules}, effort {effort}, seed {seed}, input {sha}."
    ).format(
        day=district.election_day.isoformat(), zone=district.zone, rules=district.rules,
        effort=plan.effort, seed=plan.seed, sha=plan.input_sha256[:12],
    )  # fmt: skip


def _totals(plan: Plan, kits: Kits) -> str:
    totals = plan.totals
    boxes = sum(len(kit.boxes) for kit in kits.stations.values())
    recap = sum(len(kit.boxes) for kit in kits.recap.values())
    runs = [run for stage in plan.stages for run in stage.runs]
    rows = [
        (_("Stations"), number(totals.stations)),
        (_("Voters on the list"), number(totals.voters)),
        (_("Ballot boxes of stations / recapitulation boxes"), f"{number(boxes)} / {number(recap)}"),
        (_("Stations not served: outbound / return"), f"{totals.unserved_out} / {totals.unserved_back}"),
        (_("Runs"), number(len(runs))),
        (_("Vehicle-days / escort-days"), f"{number(totals.vehicle_days)} / {number(totals.escort_days)}"),
        (_("Distance, km"), km(totals.metres)),
        (_("Driving time, hours"), number(round(totals.seconds / 3600))),
        (_("Cost"), rupiah(totals.rupiah)),
    ]
    return f"## {_('In all')}\n\n" + table(("", _("figure")), rows)


def _comparison(plan: Plan) -> str:
    base, totals = plan.baseline, plan.totals
    if base is None:
        return ""
    rows = [
        (
            _("Cost"),
            rupiah(totals.rupiah),
            rupiah(base.rupiah),
            percent(base.rupiah - totals.rupiah, base.rupiah),
        ),
        (
            _("Distance, km"),
            km(totals.metres),
            km(base.metres),
            percent(base.metres - totals.metres, base.metres),
        ),
        (
            _("Vehicle-days"),
            number(totals.vehicle_days),
            number(base.vehicle_days),
            percent(base.vehicle_days - totals.vehicle_days, base.vehicle_days),
        ),
        (
            _("Not served: outbound / return"),
            f"{totals.unserved_out} / {totals.unserved_back}",
            f"{base.unserved_out} / {base.unserved_back}",
            "",
        ),
    ]
    head = ("", _("this plan"), _("nearest neighbour"), _("saved"))
    note = _("Nearest neighbour is what a spreadsheet gives: always the nearest station left, home when full.")
    return f"## {_('Compared with the usual practice')}\n\n" + table(head, rows) + "\n\n" + note


def _trunk(plan: Plan, district: District) -> str:
    places = {place.id: place.name or place.id for place in district.places}
    parts = []
    for stage in plan.stages:
        if stage.bound is None:
            continue
        title = _("Trunk outbound") if stage.direction == "out" else _("Trunk return")
        rows = [
            (
                run.vehicle,
                run.escort or "-",
                format_moment(run.depart),
                ", ".join(f"{places[stop.at]} ({stop.boxes}) {format_moment(stop.arrive)}" for stop in run.stops),
                format_moment(run.return_),
            )
            for run in stage.runs
        ]
        head = (_("Vehicle"), _("Escort"), _("Leaves"), _("Stops (boxes) and arrival"), _("Back"))
        kind = _("proven optimum") if stage.bound.proven else _("lower bound")
        bound = _(
            "For these parts no plan costs less than {bound} ({kind} over {n} candidate runs); packed on teams and "
            "days it costs {packed}, {gap} more."
        ).format(
            bound=rupiah(stage.bound.rupiah), kind=kind, n=number(stage.bound.candidates),
            packed=rupiah(stage.bound.packed),
            gap=percent(stage.bound.packed - stage.bound.rupiah, stage.bound.rupiah),
        )  # fmt: skip
        parts.append(f"## {title}\n\n" + table(head, rows) + "\n\n" + bound)
    return "\n\n".join(parts)


def _hubs(plan: Plan, district: District) -> str:
    """A row a base: stations, boxes, first departure, last arrival, boxes an hour."""
    names = {place.id: place.name or place.id for place in district.places}
    parts = []
    for way, title in (("out", _("Last mile outbound, by hub")), ("back", _("Return to the hubs"))):
        rows = []
        for stage in plan.stages:
            if stage.direction != way or stage.bound is not None or not stage.runs:
                continue
            stops = [stop for run in stage.runs for stop in run.stops]
            boxes = sum(stop.boxes for stop in stops)
            first = min(run.depart for run in stage.runs)
            last = max(run.return_ for run in stage.runs) if way == "back" else max(s.arrive for s in stops)
            rows.append(
                (
                    names[stage.base],
                    len(stops),
                    boxes,
                    len(stage.runs),
                    len({(run.vehicle, run.day) for run in stage.runs}),
                    format_moment(first),
                    format_moment(last),
                    round(boxes * 3600 / max(last - first, 1)),
                )
            )
        if rows:
            head = (
                _("Hub"), _("stops"), _("boxes"), _("runs"), _("teams"), _("first leaves"), _("last arrives"),
                _("boxes an hour"),
            )  # fmt: skip
            parts.append(f"## {title}\n\n" + table(head, rows))
    return "\n\n".join(parts)


def _fleet(plan: Plan, district: District) -> str:
    """Vehicles needed at once against those in the table, by fleet row."""
    used: dict[str, set[str]] = {}
    for stage in plan.stages:
        for run in stage.runs:
            used.setdefault(run.vehicle, set()).add(format_day(run.day))
    rows = []
    for row in district.fleet:
        names = [name for name in row.names() if name in used]
        days = Counter(day for name in names for day in used[name])
        busiest = max(days.values(), default=0)
        rows.append((f"{row.type} ({row.base})", row.mode, row.teams * row.team, busiest * row.team))
    head = (_("Vehicles"), _("mode"), _("in the table"), _("needed on the busiest day"))
    return f"## {_('Vehicles needed')}\n\n" + table(head, rows)


def _escorts(plan: Plan, district: District) -> str:
    """A row a stage with escorts: hours on the way against the hours that its escort teams have."""
    names = {place.id: place.name or place.id for place in district.places}
    rows = []
    for stage in plan.stages:
        guarded = [run for run in stage.runs if run.escort is not None]
        if not guarded:
            continue
        tier = (district.out if stage.direction == "out" else district.back)[stage.tier]
        start, end = stage.window
        days = range((start - tier.hours[1]) // DAY + 1, (end - tier.hours[0]) // DAY + 1)
        teams = [row for row in district.escorts if row.base == stage.base]
        on_duty = {day: sum(row.teams for row in teams if not row.days or day in row.days) for day in days}
        busiest = Counter(day for _name, day in {(run.escort, run.day) for run in guarded})
        hours = sum(run.return_ - run.depart for run in guarded) / HOUR
        available = sum(on_duty.values()) * (tier.hours[1] - tier.hours[0]) / HOUR
        rows.append(
            (
                f"{names[stage.base]} ({direction(stage.direction)})",
                ", ".join(sorted({row.agency for row in teams})),
                max(on_duty.values(), default=0),
                max(busiest.values()),
                round(hours),
                round(available),
                percent(round(hours), round(available)),
            )
        )
    if not rows:
        return ""
    head = (
        _("From"), _("agency"), _("teams"), _("needed on the busiest day"), _("hours escorted"),
        _("hours available"), _("share"),
    )  # fmt: skip
    return f"## {_('Escorts')}\n\n" + table(head, rows)


def _unserved(plan: Plan) -> str:
    if not plan.unserved:
        return f"## {_('Not served')}\n\n" + _("Every station is served, out and back.")
    rows = []
    for lost in plan.unserved[:MOST_LISTED]:
        earliest = "-" if lost.earliest is None else format_moment(lost.earliest)
        why, help_ = in_words(lost.reason, lost.figures), remedy(lost.reason, lost.figures)
        rows.append((lost.station, direction(lost.direction), why, earliest, help_))
    text = f"## {_('Not served')}\n\n" + table(
        (_("Station"), _("direction"), _("reason"), _("earliest"), _("what would help")), rows
    )
    more = len(plan.unserved) - len(rows)
    if more > 0:
        text += "\n\n" + _("{n} more stand in plan.json.").format(n=more)
    if any(is_recap(lost.station) for lost in plan.unserved):
        text += "\n\n" + _("Names that end in -R are recapitulation boxes of a kecamatan.")
    return text


def _pins(plan: Plan, district: District) -> str:
    if not district.pins:
        return ""
    rows = []
    for pin in district.pins:
        after = "-" if pin.not_before is None else format_moment(pin.not_before)
        before = "-" if pin.not_after is None else format_moment(pin.not_after)
        rows.append((pin.target, after, before, pin.note))
    text = f"## {_('Decisions of officers')}\n\n"
    text += table((_("What"), _("not before"), _("not after"), _("note")), rows)
    if plan.pins_rupiah is not None:
        text += "\n\n" + _("Together they change the cost by {cost}.").format(cost=rupiah(plan.pins_rupiah))
    return text


def _assumptions(district: District) -> str:
    counted = Counter((entry.file, entry.column, entry.rule) for entry in district.assumed)
    rows = [(f"{file}: {column}", rule, n) for (file, column, rule), n in counted.items()]
    text = f"## {_('Assumed')}\n\n"
    text += _("Times and distances: geodesic, lengthened and slowed by terrain ({terrain}); no road network.").format(
        terrain=district.terrain
    )
    if rows:
        text += "\n\n" + table((_("What"), _("rule"), _("values")), rows)
    return text


def _notes(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    shown = [f"- {warning}" for warning in warnings[:MOST_LISTED]]
    if len(warnings) > MOST_LISTED:
        shown.append("- " + _("{n} more warnings").format(n=len(warnings) - MOST_LISTED))
    return f"## {_('Warnings')}\n\n" + "\n".join(shown)
