"""What a plan needs: vehicles and escort teams, beside what there is."""

from __future__ import annotations

from collections import Counter

from serentak.base.clock import DAY, HOUR, format_day
from serentak.base.messages import _
from serentak.base.numbers import direction, number, percent
from serentak.formats.paper.source import Source
from serentak.formats.paper.words import mode_name
from serentak.formats.report.page import Section, table


def fleet(source: Source) -> Section:
    """Give vehicles needed at once against those in the table, by fleet row."""
    used: dict[str, set[str]] = {}
    for _stage, run in source.runs():
        used.setdefault(run.vehicle, set()).add(format_day(run.day))
    rows = []
    for row in source.district.fleet:
        days = Counter(day for name in row.names() for day in used.get(name, ()))
        busiest = max(days.values(), default=0)
        rows.append(
            (
                f"{row.type} ({row.base})",
                mode_name(row.mode),
                number(row.teams * row.team),
                number(busiest * row.team),
            )
        )
    head = (_("Vehicles"), _("mode"), _("in the table"), _("needed on the busiest day"))
    return Section(_("Vehicles needed"), (table(head, rows),))


def escorts(source: Source) -> Section | None:
    """Give a row a stage with escorts: hours on the way against the hours that its escort teams have."""
    district = source.district
    rows = []
    for stage in source.plan.stages:
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
                f"{source.name(stage.base)} ({direction(stage.direction)})",
                ", ".join(sorted({row.agency for row in teams})),
                max(on_duty.values(), default=0),
                max(busiest.values()),
                round(hours),
                round(available),
                percent(round(hours), round(available)),
            )
        )
    if not rows:
        return None
    head = (
        _("From"), _("agency"), _("teams"), _("needed on the busiest day"), _("hours escorted"),
        _("hours available"), _("share"),
    )  # fmt: skip
    return Section(_("Escorts"), (table(head, rows),))
