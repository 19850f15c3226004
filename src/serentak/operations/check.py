"""Use case ``serentak check``: whether a district or a plan holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serentak.base.errors import InputError, Problem
from serentak.base.messages import _
from serentak.base.numbers import direction
from serentak.formats.stops import stops_csv
from serentak.operations.plan import read_ground, read_plan_ground
from serentak.operations.workspace import input_sha256
from serentak.plan.check import check_plan
from serentak.plan.model import Plan, read_plan
from serentak.plan.reasons import in_words
from serentak.plan.violations import Violation
from serentak.routing.proofs import Proof, precheck_district
from serentak.travel.survey import survey_network
from serentak.travel.survey_report import Survey


@dataclass(frozen=True)
class DistrictVerdict:
    """What was found in a district folder that could be read."""

    code: str
    name: str
    stations: int
    voters: int
    places: int
    vehicles: int
    assumed: int
    warnings: tuple[Problem, ...]
    proofs: tuple[Proof, ...]
    network: Survey | None

    def holds(self, *, strict: bool) -> bool:
        """Tell whether it may be planned; strictly, also without warnings and proven impossibilities."""
        return not (strict and (self.warnings or self.proofs))


@dataclass(frozen=True)
class PlanVerdict:
    """What was found in a plan folder that could be read."""

    plan: Plan
    violations: tuple[Violation, ...]
    unserved: int
    warnings: tuple[Problem, ...]

    def holds(self, *, strict: bool) -> bool:
        """Tell whether every rule holds; strictly, also whether every station is served without warnings."""
        return not self.violations and not (strict and (self.unserved or self.warnings))

    def reasons(self) -> list[str]:
        """Give the listed unserved stations, a line each."""
        return [
            f"{lost.station} ({direction(lost.direction)}): {in_words(lost.reason, lost.figures)}"
            for lost in self.plan.unserved
        ]


def is_plan(folder: Path) -> bool:
    """Tell whether a path is a plan folder rather than a district."""
    return (folder / "plan.json").exists()


def check_district(source: Path) -> DistrictVerdict:
    """Read a district and prove what cannot be done in it.

    Raises
    ------
    InputError
        When it cannot be used, with every problem found.
    """
    ground = read_ground(source)
    district = ground.district
    return DistrictVerdict(
        code=district.code,
        name=district.name,
        stations=len(district.stations),
        voters=sum(station.voters for station in district.stations),
        places=len(district.places),
        vehicles=sum(row.count for row in district.fleet),
        assumed=len(district.assumed),
        warnings=ground.warnings,
        proofs=tuple(precheck_district(district, ground.travel)),
        network=None if ground.graph is None else survey_network(ground.graph, district, ground.notes),
    )


def check_plan_folder(folder: Path) -> PlanVerdict:
    """Recompute a plan from the copy of its input.

    Raises
    ------
    InputError
        When ``plan.json`` or the input cannot be read.
    """
    plan = read_plan(folder)
    source = folder / "input"
    if not source.is_dir():
        message, remedy = _("the copy of the district is missing"), _("restore the folder input/ of the plan")
        raise InputError.of(str(source), message, remedy)
    ground = read_plan_ground(folder)
    checked = check_plan(plan, ground.district, ground.kits, ground.rules, ground.travel, ground.before)
    violations = list(checked.violations)
    if input_sha256(source) != plan.input_sha256:
        message = _("the district in input/ is not the one this plan was made for")
        violations.insert(0, Violation("input", "input_sha256", message))
    written = folder / "stops.csv"
    if written.exists() and written.read_bytes() != stops_csv(plan, ground.district).encode():
        message = _("the stops are not those of plan.json; drivers would follow another plan")
        violations.append(Violation("stops_csv", "stops.csv", message))
    return PlanVerdict(plan, tuple(violations), checked.unserved, ground.warnings)
