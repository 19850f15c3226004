"""Run-sheets: what a driver carries; a file a vehicle, each run on its own pages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from serentak.base.clock import DAY, MINUTE, format_hours
from serentak.base.messages import _
from serentak.formats.paper.goods import Load
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet
from serentak.formats.paper.words import (
    clock,
    compass,
    date_of,
    duration,
    file_name,
    kilograms,
    kilometres,
    legend,
    mode_name,
    short_date,
    signature_words,
    stretch,
    when,
)
from serentak.plan.model import Run, Stage, Stop
from serentak.plan.stages import point_of
from serentak.travel import Legs, Point, Way

SAME_PLACE: Final = 50
"""Metres below which a direction says nothing."""


def run_sheets(source: Source) -> list[Sheet]:
    """Lay out the run-sheets of all vehicles, a file each."""
    sheets = []
    for vehicle, runs in source.runs_by_vehicle().items():
        laid = [_run(source, stage, run) for stage, run in runs]
        data = {"meta": source.meta(f"{_('Run-sheet')} {vehicle}"), "words": _words(), "runs": laid}
        codes = tuple(dict.fromkeys(stop["geo"] for run in laid for stop in run["stops"]))
        sheets.append(Sheet(f"paper/run-sheet/{file_name(vehicle)}.pdf", "run_sheet", data, codes))
    return sheets


def geo(point: Point) -> str:
    """Give the address of a point that a telephone opens as a map (RFC 5870: latitude first)."""
    return f"geo:{point.lat:.5f},{point.lon:.5f}"


def _words() -> dict[str, str]:
    return {
        "run": _("run"),
        "no": _("No."),
        "where": _("Where to"),
        "times": _("Planned"),
        "goods": _("Boxes"),
        "map": _("Map"),
        "actual": _("Actual"),
        "latest": _("latest"),
        "ready": _("ready about"),
        "leave": _("departs"),
        "boxes": _("boxes"),
        "bundles": _("bundles"),
        "after": _("then on board:"),
        "below": _("listed below"),
        "contact": _("Contact:"),
        "came": _("arrived at"),
        "went": _("left at"),
        "initials": _("initials"),
        "border_line": _(
            "Hand-over of the escort at ______________________  time ________  initials ________ / ________"
        ),
        "departs": _("Departure:"),
        "returns": _("Back by:"),
        "late": _("If you are late, or cannot go on"),
        **signature_words(),
    }


def _run(source: Source, stage: Stage, run: Run) -> dict[str, Any]:
    outbound = stage.direction == "out"
    base = source.name(stage.base)
    loads = [source.loads[run.id, number] for number in range(1, len(run.stops) + 1)]
    legs, ways = _legs(source, stage, run)
    home = _("Then back to {base}: {leg}, arrival {time}.").format(
        base=base, leg=_leg(legs[-1]), time=when(source.district, run.return_)
    )
    if not outbound:
        due = min(source.children[stage.id, stop.at].home_by or run.return_ for stop in run.stops)
        home += " " + _("Latest {due}. There hand over {boxes} boxes against a signature.").format(
            due=when(source.district, due), boxes=run.stops[-1].load_after
        )
    return {
        "id": run.id,
        "title": _("Run-sheet"),
        "way": _("OUTBOUND: bring the boxes") if outbound else _("RETURN: fetch the boxes"),
        "stage": _("from {base}").format(base=base),
        "facts": _facts(source, run, loads),
        "departs": _("{time} from {base}").format(time=when(source.district, run.depart), base=base),
        "returns": when(source.district, run.return_),
        "stops": [
            _stop(source, stage, run, number, leg, way)
            for number, (leg, way) in enumerate(zip(legs, ways, strict=True), 1)
            if number <= len(run.stops)
        ],
        "legend": legend(source.rules, source.district),
        "home": home,
        "late": _if_late(source, stage, run),
        "signers": _signers(run),
    }


def _facts(source: Source, run: Run, loads: Sequence[Load]) -> list[tuple[str, str]]:
    row = source.fleet[run.vehicle]
    load = _("{boxes} boxes, {bundles} bundles, {weight}").format(
        boxes=sum(len(load.boxes) for load in loads),
        bundles=sum(len(load.bundles) for load in loads),
        weight=kilograms(sum(load.grams for load in loads)),
    )
    together = f" × {run.team}" if run.team > 1 else ""
    return [
        (_("Vehicle"), f"{run.vehicle} ({mode_name(row.mode)}){together}"),
        (_("Day"), date_of(source.district, run.depart // DAY)),
        *(
            pair
            for each in source.crew(run.vehicle)
            for pair in ((_("Plate"), each.plate), (_("Driver"), f"{each.driver} {each.phone}".strip()))
        ),
        (_("Load"), load),
        (_("Escort"), source.escort(run)),
    ]


def _legs(source: Source, stage: Stage, run: Run) -> tuple[list[tuple[int, int, Point, Point]], list[Way | None]]:
    """Give metres, seconds and ends of every leg of a run, and the way it takes."""
    row = source.fleet[run.vehicle]
    points = [_point(source, at) for at in (stage.base, *(stop.at for stop in run.stops), stage.base)]
    measured: Legs = source.travel.legs(points[:-1], row.mode, row.speed_factor)
    last = len(points) - 2
    legs, ways = [], []
    for n, (start, end) in enumerate(pairwise(points)):
        to = n + 1 if n < last else 0
        legs.append((int(measured.metres[n, to]), int(measured.seconds[n, to]), start, end))
        ways.append(source.travel.way(start, end, row.mode))
    return legs, ways


def _point(source: Source, at: str) -> Point:
    return point_of(source.stations[at] if at in source.stations else source.places[at])


def _leg(leg: tuple[int, int, Point, Point]) -> str:
    return _("{distance}, {time}").format(distance=kilometres(leg[0]), time=duration(leg[1]))


def way_in_words(way: Way | None, start: Point, end: Point, mode: str) -> str:
    """Say a way by the roads it takes, or where nothing is known of roads by straight distance and direction."""
    if way is not None and way.names:
        nameless = _("water without a name") if mode == "boat" else _("road without a name")
        return " → ".join(f"{name or nameless} ({stretch(metres)})" for name, metres in way.names)
    from pyproj import Geod  # noqa: PLC0415 - a fifth of a second that only printing should pay

    bearing, _back, straight = Geod(ellps="WGS84").inv(start.lon, start.lat, end.lon, end.lat)
    if straight < SAME_PLACE:
        return _("at the same place")
    return _("{distance} to the {direction} in a straight line; roads not known").format(
        distance=kilometres(round(straight)), direction=compass(bearing % 360)
    )


def _stop(
    source: Source, stage: Stage, run: Run, number: int, leg: tuple[int, int, Point, Point], way: Way | None
) -> dict[str, Any]:
    stop = run.stops[number - 1]
    child = source.children[stage.id, stop.at]
    load = source.loads[run.id, number]
    before = stage.base if number == 1 else run.stops[number - 2].at
    station = source.stations.get(stop.at)
    late_ready = stage.direction == "back" and child.opens > stop.arrive - 2 * 3600
    return {
        "n": number,
        "name": source.name(stop.at),
        "address": stop.at if station is None else source.address(station),
        "leg": _leg(leg),
        "way": way_in_words(way, leg[2], leg[3], source.fleet[run.vehicle].mode),
        "note": _("position not known: that of the hub is shown") if stop.at in source.borrowed else "",
        "arrive": clock(stop.arrive),
        "day": "" if stop.arrive // DAY == run.depart // DAY else short_date(source.district, stop.arrive),
        "latest": _clock(source, child.closes, stop.arrive),
        "ready": clock(child.opens) if late_ready and station is not None else "",
        "leave": _clock(source, stop.depart, stop.arrive),
        "boxes": len(load.boxes),
        "bundles": len(load.bundles),
        "after": stop.load_after,
        "groups": source.by_village(load),
        "geo": geo(leg[3]),
        "position": f"{leg[3].lat:.5f}, {leg[3].lon:.5f}",
        "border": _border(source, before, stop.at) if run.escort else "",
        "night": _night(source, stop),
    }


def _clock(source: Source, moment: int, beside: int) -> str:
    """Write a time of day, with its day where that is not the day of the moment beside it."""
    same = moment // DAY == beside // DAY
    return clock(moment) if same else f"{clock(moment)} {short_date(source.district, moment)}"


def _border(source: Source, before: str, at: str) -> str:
    """Say where responsibility for the escort passes from one police district to the next."""
    left, entered = source.police_district(before), source.police_district(at)
    if left == entered or not left or not entered:
        return ""
    return _("POLICE BORDER between {before} and {at}: {left} hands the escort over to {entered}").format(
        before=source.name(before), at=source.name(at), left=left, entered=entered
    )


def _night(source: Source, stop: Stop) -> str:
    if stop.at not in source.places or stop.depart // DAY == stop.arrive // DAY:
        return ""
    return _(
        "NIGHT at {place}: from {evening} to {morning}. Park inside, two people watch at all times, "
        "goods raised off the floor. Guards: ______________________ / ______________________"
    ).format(
        place=source.name(stop.at),
        evening=when(source.district, stop.arrive),
        morning=when(source.district, stop.depart),
    )


def _if_late(source: Source, stage: Stage, run: Run) -> list[str]:
    """Say what to do, in order; figures are those of this run."""
    tier = (source.district.out if stage.direction == "out" else source.district.back)[stage.tier]
    room, where = _room(source, stage, run, tier.hours)
    nights = [place.name or place.id for place in source.district.places if place.night and _near(stage, run, place.id)]
    outbound = stage.direction == "out"
    lines = [
        _("Call {base}, tel. ______________________ , as soon as you know that you will be late: say the run (its name "
          "stands at the top), where you are, and how many boxes are on board.").format(base=source.name(stage.base)),
        _("This run can be {time} late before a limit breaks; first breaks: {where}. Working hours: {hours}.").format(
            time=duration(max(room, 0) // MINUTE * MINUTE), where=where, hours=format_hours(tier.hours)
        ),
        _("A stop cannot be reached: go on to the next one, and come back to it last while its latest time allows. "
          "Never leave boxes with anyone but the receiver named here, who signs."),
        _("The way is closed (flood, landslide, high or low water, wave): do not cross. Wait at a police post or an "
          "office of PPK or desa, boxes on board, and call."),
        _("The vehicle breaks down: driver and escort stay with the boxes; another vehicle takes them over, each box "
          "ticked on the hand-over form."),
        _("A box is wet, damaged, its seal broken, or it belongs to another TPS: do not open it, do not exchange it. "
          "Write it on the form, call the hub and the supervisor (Bawaslu)."),
    ]  # fmt: skip
    rest = (
        _("What cannot be delivered goes back to {base}, sealed, and is signed in there.")
        if outbound
        else _("What cannot be fetched stays sealed and guarded where it is; tell {base}.")
    )
    lines.append(rest.format(base=source.name(stage.base)))
    if nights:
        lines.append(_("Nights only at: {places}. Two people watch.").format(places=", ".join(nights)))
    return lines


def _room(source: Source, stage: Stage, run: Run, hours: tuple[int, int]) -> tuple[int, str]:
    """Give the seconds by which a run may be late before something breaks, and what breaks first."""
    last_day = max(run.day, (run.return_ - hours[0]) // DAY)
    rooms = [(last_day * DAY + hours[1] - run.return_, _("the end of the working day"))]
    for stop in run.stops:
        child = source.children[stage.id, stop.at]
        rooms.append((child.closes - stop.arrive, source.name(stop.at)))
        if child.home_by is not None:
            rooms.append((child.home_by - run.return_, source.name(stage.base)))
    return min(rooms)


def _near(stage: Stage, run: Run, place: str) -> bool:
    return place == stage.base or any(stop.at == place for stop in run.stops)


def _signers(run: Run) -> list[str]:
    signers = [_("Sent by (hub)"), _("Driver")]
    if run.escort:
        signers.append(_("Escort"))
    return [*signers, _("Supervisor (Bawaslu)")]
