"""Use case ``serentak stress``: let a plan meet thousands of futures, and say how surely it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from serentak.base.errors import InputError, Problem
from serentak.base.messages import _
from serentak.formats.stress import stress_csv, stress_report
from serentak.operations.plan import Ground, read_plan_ground
from serentak.plan.model import Plan, read_plan
from serentak.risk.closures import Affected, Calm, Closures
from serentak.risk.course import Course, make_course
from serentak.risk.critical import critical_links
from serentak.risk.exposure import exposures
from serentak.risk.futures import play_futures
from serentak.risk.outlook import Outlook, outlook
from serentak.risk.uncertainty import Uncertainty
from serentak.travel import CrowFlight
from serentak.travel.affected import AffectedEstimate, AffectedRoads
from serentak.travel.hazards import Hazards, Scenario
from serentak.travel.read_hazards import FILE
from serentak.travel.road import RoadTravel

SEASON = "musim"
"""Name of the results without a scenario: the chances of the season."""
FUTURES = 10_000


@dataclass(frozen=True)
class Stressed:
    """What was found, and the files it was written to."""

    outlook: Outlook
    files: tuple[Path, ...]
    warnings: tuple[Problem, ...]


def stress(
    folder: Path,
    futures: int = FUTURES,
    scenario: str | None = None,
    seed: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Stressed:
    """Let a plan meet many futures, and write what was found into ``stress/`` of its folder.

    Parameters
    ----------
    folder
        Plan folder.
    futures
        How many.
    scenario
        Name of a scenario of ``hazards.toml``; the chances of the season without one.
    seed
        Seed of the futures; by default the plan's.
    progress
        Called with the number of futures that are done.

    Raises
    ------
    InputError
        When the folder holds no plan, or its hazards cannot be used or have no such scenario.
    """
    plan, ground = read_plan(folder), read_plan_ground(folder)
    chosen = chosen_scenario(ground.hazards, scenario)
    found = foresee(plan, ground, chosen, futures, plan.seed if seed is None else seed, progress)
    if isinstance(ground.travel, RoadTravel):
        found = replace(found, links=critical_links(course_of(plan, ground), ground.travel))
    files = _write(folder / "stress", chosen.name if chosen else SEASON, found, ground)
    return Stressed(found, files, ground.warnings)


def foresee(
    plan: Plan,
    ground: Ground,
    scenario: Scenario | None,
    futures: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> Outlook:
    """Give how surely a plan holds, with its hazards and, beside it, without them."""
    uncertainty, hazards = Uncertainty.usual(), ground.hazards
    course = course_of(plan, ground)
    calm = play_futures(course, Calm(ground.travel), uncertainty, futures, seed, None if hazards else progress)
    if hazards is None:
        return outlook(course, calm, calm, uncertainty, seed)
    ways = Closures(affected(ground, hazards), hazards, scenario)
    seen = play_futures(course, ways, uncertainty, futures, seed, progress)
    found = outlook(course, seen, calm, uncertainty, seed, ways)
    return replace(found, exposures=exposures(course, ground.district, ways))


def course_of(plan: Plan, ground: Ground) -> Course:
    """Lay out a plan as a course of events, with the deadlines that were promised."""
    return make_course(plan, ground.district, ground.kits, ground.rules, ground.travel, ground.promised)


def affected(ground: Ground, hazards: Hazards) -> Affected:
    """Give what the sites of hazards do to the legs of a district."""
    if isinstance(ground.travel, RoadTravel):
        return AffectedRoads(ground.travel, hazards)
    if isinstance(ground.travel, CrowFlight):
        return AffectedEstimate(ground.travel, hazards)
    raise TypeError(type(ground.travel).__name__)


def chosen_scenario(hazards: Hazards | None, name: str | None) -> Scenario | None:
    """Give a scenario by name, or None for the season.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if name is None:
        return None
    known = hazards.scenarios if hazards is not None else {}
    if name not in known:
        raise InputError.of(
            FILE,
            _("there is no such scenario"),
            _("known are {names}").format(names=", ".join(known))
            if known
            else _("write hazards.toml beside district.toml"),
            value=name,
        )
    return known[name]


def _write(folder: Path, name: str, found: Outlook, ground: Ground) -> tuple[Path, ...]:
    """Write the results; those of the same scenario before are replaced, since they follow from their input."""
    folder.mkdir(exist_ok=True)
    files = tuple(folder / f"{name}.{ending}" for ending in ("md", "csv", "json"))
    texts = (
        stress_report(found, ground.district),
        stress_csv(found, ground.district),
        json.dumps(found.as_dict(), indent=1) + "\n",
    )
    for path, text in zip(files, texts, strict=True):
        path.write_text(text, encoding="utf-8", newline="")
    return files
