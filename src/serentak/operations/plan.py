"""Use case ``serentak plan``: read a district, plan it, check the plan, write the plan folder."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from serentak import __version__
from serentak.base.errors import Broken, Problem, Problems
from serentak.base.messages import _
from serentak.formats.difference import difference_text
from serentak.formats.paper.source import Source
from serentak.formats.paper.vehicles import Crews
from serentak.formats.report import report_md
from serentak.formats.stops import stops_csv
from serentak.kit.kits import Kits, build_kits
from serentak.kit.rules import Rules, load_rules
from serentak.kit.validate import validate as validate_kits
from serentak.operations.measures import avoiding, changed, read_measures
from serentak.operations.network_file import find_network
from serentak.operations.replan_input import read_before
from serentak.operations.workspace import (
    copy_input,
    district_source,
    input_sha256,
    new_folder,
    refuse_existing,
)
from serentak.plan.as_it_went import as_told
from serentak.plan.check import check_plan
from serentak.plan.difference import compare
from serentak.plan.model import Plan, encode, read_plan
from serentak.plan.replanned import Before, with_temporary
from serentak.plan.validate import validate as validate_district
from serentak.risk.measures import Measure
from serentak.routing.chain import Progress
from serentak.routing.district import DEFAULT_EFFORT, plan_district
from serentak.territory.columns import MODES
from serentak.territory.model import District
from serentak.territory.read import read_district
from serentak.travel import CrowFlight, Travel
from serentak.travel.graph import Graph
from serentak.travel.hazards import Hazards
from serentak.travel.network import read_network
from serentak.travel.read_hazards import read_hazards
from serentak.travel.road import RoadTravel


@dataclass(frozen=True)
class Ground:
    """A district with all that is derived from it before planning.

    `graph` is its network and `hazards` what may close it, where it has them; `notes` say what was done to read it.
    `district` is what is planned, its measures applied; `promised` is the same without them. A re-plan also knows what
    it started from, `before`.
    """

    district: District
    kits: Kits
    rules: Rules
    travel: Travel
    warnings: tuple[Problem, ...]
    graph: Graph | None = None
    notes: tuple[Problem, ...] = ()
    hazards: Hazards | None = None
    promised: District | None = None
    measures: tuple[Measure, ...] = ()
    before: Before | None = None


@dataclass(frozen=True)
class Made:
    """A plan folder that was written."""

    folder: Path
    plan: Plan
    warnings: tuple[Problem, ...]


def read_ground(source: Path) -> Ground:
    """Read a district and all that is derived from it.

    Raises
    ------
    InputError
        When the district cannot be used, with everything that is wrong.
    """
    promised, problems = read_district(source)
    hazards, found = read_hazards(source, promised, MODES)
    problems.extend(found)
    measures = read_measures(source, promised, hazards)
    district = changed(promised, measures)
    rules = load_rules(district.rules, district.rule_overrides)
    problems.extend(validate_kits(district, rules))
    problems.raise_errors()
    kits = build_kits(district, rules)
    problems.extend(validate_district(district, kits))
    problems.raise_errors()
    graph = _read_graph(source, district, problems)
    travel: Travel = CrowFlight(district.terrain) if graph is None else RoadTravel(graph, district.terrain)
    travel = avoiding(travel, measures, hazards)
    warnings, notes = tuple(problems.warnings), tuple(problems.notes)
    return Ground(district, kits, rules, travel, warnings, graph, notes, hazards, promised, measures)


def _read_graph(source: Path, district: District, problems: Problems) -> Graph | None:
    """Read the network of a district, if it has one; it must lie where the stations are."""
    path = find_network(source)
    if path is None:
        return None
    where = [(p.lon, p.lat) for p in district.places] + [(s.lon, s.lat) for s in district.stations]
    lons, lats = (sorted(value for value in values if value is not None) for values in zip(*where, strict=True))
    graph, found = read_network(path, (lons[0], lats[0], lons[-1], lats[-1]))
    problems.extend(found)
    return graph


def make_plan(
    source: Path,
    out: Path,
    effort: str = DEFAULT_EFFORT,
    seed: int | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Made:
    """Plan a district and write its plan folder, whole or not at all.

    Parameters
    ----------
    source
        District folder or workbook.
    out
        Plan folder; must not exist yet.
    effort, seed, jobs, progress
        See `serentak.routing.district.plan_district`.

    Raises
    ------
    InputError
        When the district cannot be used or `out` is taken.
    Broken
        When the plan that was made does not hold: a bug, and nothing is written.
    """
    refuse_existing(out)
    ground = read_ground(source)
    with new_folder(out) as folder:
        plan = fill_plan_folder(folder, source, ground, effort, seed, jobs=jobs, progress=progress)
    return Made(out, plan, ground.warnings)


def fill_plan_folder(
    folder: Path,
    source: Path,
    ground: Ground,
    effort: str = DEFAULT_EFFORT,
    seed: int | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Plan:
    """Plan a district and write the plan, with all that belongs to it, into an empty folder; see `make_plan`."""
    started = datetime.now(UTC)
    copy_input(source, folder / "input")
    plan = plan_district(ground.district, effort, seed, travel=ground.travel, jobs=jobs, progress=progress)
    plan = msgspec.structs.replace(
        plan, input_sha256=input_sha256(folder / "input"), pins_rupiah=_price_of_pins(ground, plan, jobs)
    )
    write_plan(folder, plan, ground)
    (folder / "run.json").write_text(run_record(started), encoding="utf-8")
    return plan


def write_plan(folder: Path, plan: Plan, ground: Ground) -> None:
    """Check a plan and write it with its report and stops.

    Raises
    ------
    Broken
        When the plan does not hold.
    """
    checked = check_plan(plan, ground.district, ground.kits, ground.rules, ground.travel, ground.before)
    if checked.violations:
        first = "\n".join(str(violation) for violation in checked.violations[:10])
        raise Broken(_("the plan that was made does not hold; please report this:") + "\n" + first)
    warnings = [str(problem) for problem in ground.warnings]
    (folder / "plan.json").write_bytes(encode(plan))
    (folder / "stops.csv").write_text(stops_csv(plan, ground.district), encoding="utf-8", newline="")
    (folder / "report.md").write_text(report_md(source_of(plan, ground), warnings), encoding="utf-8")


def source_of(plan: Plan, ground: Ground, crews: Crews | None = None) -> Source:
    """Give a plan with all that its documents need; of a re-plan also what it changed."""
    news = ""
    if ground.before is not None:
        news = difference_text(compare(ground.before.issued, plan), plan, ground.district)
    closed = tuple(each.area for each in ground.before.closures if each.area) if ground.before else ()
    return Source(
        plan, ground.district, ground.kits, ground.rules, ground.travel, crews or {}, news, ground.hazards, closed,
        ground.measures,
    )  # fmt: skip


def read_plan_ground(folder: Path) -> Ground:
    """Read the district that lies in a plan folder, with the temporary places and closures of a re-plan."""
    ground = read_ground(district_source(folder / "input"))
    record = read_plan(folder).replan
    if record is None:
        return ground
    before = read_before(folder / "input", record.at)
    if before is not None:
        before = as_told(before, ground.district, ground.kits, ground.rules, ground.travel)
    return replace(ground, district=with_temporary(ground.district, record.stranded), before=before)


def _price_of_pins(ground: Ground, plan: Plan, jobs: int) -> int | None:
    """Give what the officer's pins cost: the plan's rupiah less those of the same plan without them."""
    if not ground.district.pins:
        return None
    free = replace(ground.district, pins=())
    without = plan_district(free, plan.effort, plan.seed, travel=ground.travel, jobs=jobs)
    return plan.totals.rupiah - without.totals.rupiah


def run_record(started: datetime, **more: object) -> str:
    """Say when and where something was made; kept out of what depends on its input alone."""
    record = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "serentak": __version__,
        "python": platform.python_version(),
        "machine": platform.platform(),
    } | more
    return json.dumps(record, indent=1) + "\n"
