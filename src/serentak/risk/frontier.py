"""What measures bought: chances before and after, and the frontier of cost against chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from serentak.plan.cost import RunCost, add_up, working_days
from serentak.plan.model import Direction, Plan
from serentak.risk.course import Course
from serentak.risk.measures import Measure
from serentak.risk.outlook import Outlook
from serentak.territory.model import District
from serentak.travel.hazards import Scenario


@dataclass(frozen=True, slots=True)
class Point:
    """A plan on the way to the hardened one, judged on the futures by which measures were chosen.

    Parameters
    ----------
    round
        Round of proposals, 0 for the plan as it was.
    rupiah
        Cost of the plan.
    measures
        Measures in force.
    all_on_time
        Chance that every station is in time, by direction.
    missed
        Stations late or not reached in the mean, by direction.
    """

    round: int
    rupiah: int
    measures: int
    all_on_time: Mapping[Direction, float]
    missed: Mapping[Direction, float]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a measure is worth: the plan with all measures, compared with a plan that lacks this one.

    Parameters
    ----------
    kecamatan
        Code; empty for a measure of the whole district.
    measures
        What belongs together: stations with the mode that serves them, and its vehicles.
    late
        Stations more that are late or not served without it, in the mean, both ways.
    rupiah
        What it costs: cost of the kecamatan's runs, or of the plan, less that without it.
    """

    kecamatan: str
    measures: tuple[Measure, ...]
    late: float
    rupiah: int


@dataclass(frozen=True, slots=True)
class Hardened:
    """A plan before and after.

    Parameters
    ----------
    target
        Chance that every single station was to reach.
    scenario
        What was taken as given, or None for the season.
    before, after
        How surely both hold, on futures that were not used to choose measures.
    plan, hardened
        The plans.
    measures
        Measures in force in the new plan.
    frontier
        What each round reached at what cost.
    costs
        Rupiah of the runs of each kecamatan's hub and what lies behind it, before and after; the trunk not counted.
    worth
        What each measure is worth, on the futures by which measures were chosen.
    """

    target: float
    scenario: Scenario | None
    before: Outlook
    after: Outlook
    plan: Plan
    hardened: Plan
    measures: tuple[Measure, ...]
    frontier: tuple[Point, ...]
    costs: tuple[Mapping[str, int], Mapping[str, int]]
    worth: tuple[Worth, ...] = ()


def steps_by_kecamatan(measures: Iterable[Measure], district: District) -> dict[str, list[tuple[Measure, ...]]]:
    """Give measures by kecamatan, what only makes sense together as one step; by "" those of all."""
    places = {place.id: place.kecamatan for place in district.places}
    codes = {station.kecamatan for station in district.stations}
    found: dict[str, dict[tuple[str, str], list[Measure]]] = defaultdict(lambda: defaultdict(list))
    for measure in measures:
        kecamatan = places.get(measure.at, measure.at[:8] if measure.at[:8] in codes else "")
        modal = measure.kind in ("reach", "vehicles")
        key = ("mode", measure.mode) if modal else (measure.kind, measure.at)
        found[kecamatan][key].append(measure)
    return {kecamatan: [tuple(step) for _key, step in sorted(own.items())] for kecamatan, own in sorted(found.items())}


def costs_by_kecamatan(course: Course) -> dict[str, int]:
    """Give the rupiah of the runs that start at places of each kecamatan, the warehouse's not counted."""
    runs: dict[str, list[RunCost]] = defaultdict(list)
    for journey in course.journeys:
        base, run = journey.stage.base, journey.run
        if base.kind == "warehouse":
            continue
        guards = {name: row for row in journey.stage.escorts for name in row.names()}
        escort = None if run.escort is None else (run.escort, guards[run.escort])
        days = working_days(run.day, run.return_, journey.stage.hours)
        runs[base.kecamatan].append(RunCost(journey.row, run.vehicle, escort, days, journey.metres, journey.seconds))
    return {kecamatan: add_up(own).rupiah for kecamatan, own in runs.items()}
