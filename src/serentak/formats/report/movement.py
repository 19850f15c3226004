"""What moves when: arrivals against deadlines, the days of the plan, the trunk, and the hubs hour by hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from serentak.base.clock import HOUR, MINUTE, format_day, format_duration, format_moment
from serentak.base.messages import _
from serentak.base.numbers import direction, number, percent, rupiah
from serentak.formats.charts import Profile, cumulative, matrix, profiles
from serentak.formats.journeys import Journey, Movement, journeys, latest, movements
from serentak.formats.paper.source import Source
from serentak.formats.report.page import Block, Chart, Section, Table, Text, table
from serentak.plan.model import Direction, Stage

MOST_ROWS: Final = 44
MOST_PROFILES: Final = 10
"""Hubs, and quantities, in one chart, so that it stays on one page."""


def arrivals(source: Source) -> Section | None:
    """Show when kits are at the stations and boxes back, beside the latest moments that the windows allow."""
    blocks: list[Block] = []
    found: tuple[Direction, ...] = ("out", "back")
    for way in found:
        moments, ends = _done(source, way)
        if not moments:
            continue
        spare, where = min((end - moment, at) for (at, moment), end in zip(moments.items(), ends, strict=True))
        last = max(moments.values())
        spare -= spare % MINUTE  # never more than there is
        words = _(
            "{direction}: {n} stations, the first {first}, the last {last}; latest allowed {end}. "
            "The least time to spare is {spare} hours, at {where}."
        ).format(
            direction=direction(way).capitalize(), n=number(len(moments)), first=minute(min(moments.values())),
            last=minute(last), end=minute(max(ends)), spare=format_duration(spare), where=where,
        )  # fmt: skip
        axis = _("Stations that have their kit") if way == "out" else _("Stations whose boxes are at the hub")
        chart = cumulative(
            list(moments.values()), ends, axis=axis,
            done=_("planned, the last {moment}").format(moment=minute(last)),
            due=_("latest allowed {moment}").format(moment=minute(max(ends))),
        )  # fmt: skip
        blocks.append(Chart(words, chart))
    return Section(_("Arrivals against deadlines"), tuple(blocks)) if blocks else None


def _done(source: Source, way: Direction) -> tuple[dict[str, int], list[int]]:
    """Give when each station is done, by id, and by when it must be."""
    moments, ends = {}, []
    for stage, run in source.runs():
        for stop in run.stops:
            if stage.direction == way and stop.at in source.stations:
                moments[stop.at] = stop.arrive if way == "out" else run.return_
                ends.append(latest(source.children[stage.id, stop.at]))
    return moments, ends


def days(source: Source) -> Section | None:
    """Show what is on the road over the days of the plan: boxes, and vehicles by type."""
    all_journeys = journeys(source.plan, source.district)
    if not all_journeys:
        return None
    rows = []
    directions: tuple[Direction, ...] = ("out", "back")
    for way in directions:
        title = _("Ballot boxes on the road, outbound") if way == "out" else _("Ballot boxes on the road, return")
        own = [journey for journey in all_journeys if journey.stage.direction == way]
        if own:
            rows.append(Profile(title, _levels(change for journey in own for change in _loads(journey))))
    known: Counter[str] = Counter()
    for fleet_row in source.district.fleet:
        known[fleet_row.type] += fleet_row.teams * fleet_row.team
    for kind, available in known.items():
        own = [journey for journey in all_journeys if journey.run.type == kind]
        if own:
            steps = _levels(change for journey in own for change in _out(journey))
            title = _("Vehicles on the road: {type}").format(type=kind)
            rows.append(Profile(title, steps, (available, _("{n} in the table").format(n=number(available)))))
    table_rows = []
    for row in rows:
        moment, peak = row.peak
        table_rows.append((row.title, number(peak), minute(moment), "-" if row.limit is None else number(row.limit[0])))
    columns = (_("On the road at once"), _("at most"), _("first reached"), _("in the table"))
    words = _("What is on the road, day by day; in brackets and dashed, what the tables of the district have.")
    charts = [Chart(words, profiles(rows[n : n + MOST_PROFILES])) for n in range(0, len(rows), MOST_PROFILES)]
    return Section(_("The days of the plan"), (*charts, table(columns, table_rows)))


def _loads(journey: Journey) -> Iterable[tuple[int, int]]:
    run = journey.run
    if journey.stage.direction == "out":
        yield run.depart, journey.boxes
        yield from ((stop.arrive, -stop.boxes) for stop in run.stops)
    else:
        yield from ((stop.depart, stop.boxes) for stop in run.stops)
        yield run.return_, -journey.boxes


def _out(journey: Journey) -> Iterable[tuple[int, int]]:
    yield journey.run.depart, journey.run.team
    yield journey.run.return_, -journey.run.team


def _levels(changes: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Add changes up to levels by moment."""
    by_moment: Counter[int] = Counter()
    for moment, change in changes:
        by_moment[moment] += change
    level, steps = 0, []
    for moment in sorted(by_moment):
        level += by_moment[moment]
        steps.append((moment, level))
    return tuple(steps)


def trunk(source: Source) -> list[Section]:
    """List the runs between warehouse and hubs, with their bound."""
    found = []
    for stage in source.plan.stages:
        if stage.bound is None:
            continue
        title = _("Trunk outbound") if stage.direction == "out" else _("Trunk return")
        rows = [
            (
                run.vehicle,
                run.escort or "-",
                minute(run.depart),
                ", ".join(f"{source.name(stop.at)} ({stop.boxes}) {minute(stop.arrive)}" for stop in run.stops),
                minute(run.return_),
            )
            for run in stage.runs
        ]
        head = (_("Vehicle"), _("Escort"), _("Leaves"), _("Stops (boxes) and arrival"), _("Back"))
        found.append(Section(title, (table(head, rows), Text(_bound(stage)))))
    return found


def _bound(stage: Stage) -> str:
    bound = stage.bound
    if bound is None:
        return ""
    return _(
        "For these parts no plan costs less than {bound} ({kind} over {n} candidate runs); packed on teams and "
        "days it costs {packed}, {gap} more."
    ).format(
        bound=rupiah(bound.rupiah), kind=_("proven optimum") if bound.proven else _("lower bound"),
        n=number(bound.candidates), packed=rupiah(bound.packed),
        gap=percent(bound.packed - bound.rupiah, bound.rupiah),
    )  # fmt: skip


def hubs(source: Source) -> list[Section]:
    """List the bases of the last mile, and the boxes that leave or reach each of them hour by hour."""
    moves = movements(journeys(source.plan, source.district))
    found = []
    titles = (("out", _("Last mile outbound, by hub")), ("back", _("Return to the hubs")))
    for way, title in titles:
        stages = [s for s in source.plan.stages if s.direction == way and s.bound is None and s.runs]
        if not stages:
            continue
        own = {stage.id for stage in stages}
        handled = [move for move in moves if move.journey.stage.id in own and move.place == move.journey.stage.base]
        hours = {stage.base: Counter[int]() for stage in stages}
        for move in handled:
            hours[move.place][move.moment // HOUR] += move.boxes
        rows = [_hub(source, stage, moves, hours[stage.base]) for stage in stages]
        head = (
            _("Hub"), _("goods complete") if way == "out" else _("boxes ready"), _("stops"), _("boxes"), _("runs"),
            _("teams"), _("first leaves"), _("last arrives"), _("busiest hour, boxes"),
        )  # fmt: skip
        named = [(source.name(base), dict(figures)) for base, figures in hours.items()]
        words = _("Boxes that leave each hub, by the hour of departure; hours without any are left out.")
        if way == "back":
            words = _("Boxes that reach each hub, by the hour of arrival; hours without any are left out.")
        charts = [
            Chart(words, matrix(named[n : n + MOST_ROWS], total=_("sum"))) for n in range(0, len(named), MOST_ROWS)
        ]
        found.append(Section(title, (table(head, rows), *charts, _by_hour(named))))
    return found


def _hub(source: Source, stage: Stage, moves: list[Movement], hours: Counter[int]) -> tuple[object, ...]:
    stops = [stop for run in stage.runs for stop in run.stops]
    out = stage.direction == "out"
    if out:
        brought = [move for move in moves if move.place == stage.base and move.kind == "in"]
        begins = max((move.moment for move in brought if move.journey.stage.direction == "out"), default=None)
        last = max(stop.arrive for stop in stops)
    else:
        own = [stop.at for stop in stops if stop.at in source.stations]
        begins = min((source.children[stage.id, at].opens for at in own), default=None)
        last = max(run.return_ for run in stage.runs)
    hour, boxes = max(hours.items(), key=lambda item: (item[1], -item[0]))
    return (
        source.name(stage.base),
        "-" if begins is None else minute(begins),
        number(len(stops)),
        number(sum(stop.boxes for stop in stops)),
        number(len(stage.runs)),
        number(len({(run.vehicle, run.day) for run in stage.runs})),
        minute(min(run.depart for run in stage.runs)),
        minute(last),
        f"{number(boxes)} ({format_day(hour // 24)} {hour % 24:02d})",
    )


def _by_hour(named: list[tuple[str, dict[int, int]]]) -> Table:
    """Write the chart's figures as a table: hubs down, hours across."""
    hours = sorted({hour for _name, figures in named for hour in figures})
    head = (_("Boxes an hour"), *(f"{format_day(hour // 24)} {hour % 24:02d}" for hour in hours))
    rows = [(name, *(number(figures[hour]) if hour in figures else "" for hour in hours)) for name, figures in named]
    return table(head, rows, instead=True)


def minute(moment: int) -> str:
    """Write a moment to the minute that has begun."""
    return format_moment(moment // MINUTE * MINUTE)
