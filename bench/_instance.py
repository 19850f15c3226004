"""One kecamatan's outbound last mile as a routing problem, and the score of an answer to it.

The product routes a stage with reloads; here none may happen. Loading therefore lasts as long as a shift: each
vehicle stands loaded when its ten hours begin, and could not load again before they end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from serentak.base.clock import HOUR, MINUTE
from serentak.kit.kits import Kits, StationKit
from serentak.kit.rules import load_rules
from serentak.plan.check_goods import Goods
from serentak.plan.check_run import RunCheck
from serentak.plan.cost import add_up
from serentak.plan.stages import Child, StageSpec, Unit
from serentak.plan.violations import Findings
from serentak.routing.draft import as_run
from serentak.routing.lastmile import Tour
from serentak.routing.problem import Problem, make_problem
from serentak.routing.roster import crews
from serentak.routing.stage import timed_tours
from serentak.territory.model import District, FleetRow, Place, Ready, Station
from serentak.travel import CrowFlight, Point

SHIFT = 10 * HOUR
STOP = 10 * MINUTE
BOXES = 2
CAPACITY = 20
VEHICLE = 3600
"""Cost of a vehicle in seconds of travel. A rupiah is made to be a second: cost = travel + this a vehicle."""
HUB = "hub"


@dataclass(frozen=True, slots=True)
class Score:
    """What an answer costs, by the plan checker's own sums."""

    travel: int
    vehicles: int

    @property
    def cost(self) -> int:
        """Seconds of travel, and an hour a vehicle."""
        return self.travel + VEHICLE * self.vehicles


class WrongAnswerError(Exception):
    """An answer that breaks a rule of the problem."""


@dataclass(frozen=True)
class Instance:
    """The last mile of one kecamatan; node 0 of `seconds` is the hub, node n + 1 is station n."""

    code: str
    stations: tuple[Point, ...]

    @property
    def size(self) -> int:
        """Number of stations."""
        return len(self.stations)

    @cached_property
    def problem(self) -> Problem:
        """The problem as the product takes it."""
        spec = self._spec()
        single = {child.id: child.units[0] for child in spec.children}
        return make_problem(spec, self._travel, dict.fromkeys(single, 0), {}, single)

    @cached_property
    def seconds(self) -> list[list[int]]:
        """Driving times between all nodes, the same for every solver."""
        return next(iter(self.problem.seconds.values()))

    @cached_property
    def _travel(self) -> CrowFlight:
        return CrowFlight("lowland")

    def _spec(self) -> StageSpec:
        lon = sum(point.lon for point in self.stations) / self.size
        lat = sum(point.lat for point in self.stations) / self.size
        hub = Place(HUB, self.code, "warehouse", "", HUB, lon, lat, SHIFT, 0, None, False, "", 1)
        pickups = FleetRow(
            "pickup", HUB, "pickup", self.size, 1, CAPACITY, 10**9, 10**9, 1.0, (), VEHICLE, 0, 3600, 1, 1
        )
        children = tuple(self._child(point) for point in self.stations)
        return StageSpec(f"out:{HUB}", "out", "tps", hub, children, (pickups,), (), (0, 2 * SHIFT), "none", False)

    def _child(self, point: Point) -> Child:
        return Child(
            id=point.id,
            point=point,
            is_station=True,
            units=(Unit(point.id, (point.id,), BOXES, 1, 1, 1),),
            earliest=SHIFT,
            opens=SHIFT,
            closes=2 * SHIFT,
            home_by=None,
            hours=None,
            fixed=STOP,
            per_box=0,
            access=(),
            escorted=False,
            night=False,
        )

    def score(self, routes: Sequence[Sequence[int]]) -> Score:
        """Score an answer by the plan checker, whoever made it.

        Parameters
        ----------
        routes
            One vehicle each: stations in the order of the visits.

        Raises
        ------
        WrongAnswerError
            When a load, a shift or the service of a station does not hold.
        """
        crew = crews(self.problem)[0]
        tours = [Tour(crew, (tuple(route),)) for route in routes if route]
        drafts, broken = timed_tours(self.problem, tours)
        if broken:
            raise WrongAnswerError(f"{self.code}: no time for {broken[0]}")
        findings = Findings()
        goods = self._goods(findings)
        checker = RunCheck(self.problem.spec, self._travel, goods, findings)
        runs = [as_run(self.problem, draft, f"run {n}") for n, draft in enumerate(drafts, 1)]
        costs = [cost for run in runs if (cost := checker.check(run)) is not None]
        goods.compare_unserved([])
        if findings.found:
            raise WrongAnswerError(f"{self.code}: {findings.found[0]}")
        sums = add_up(costs)
        if sums.rupiah != sums.seconds + VEHICLE * sums.vehicle_days:
            raise WrongAnswerError(f"{self.code}: {sums.rupiah} is not the cost agreed on")
        return Score(sums.seconds, sums.vehicle_days)

    def _goods(self, findings: Findings) -> Goods:
        boxes = {point.id: tuple(f"{point.id}-{n}" for n in range(BOXES)) for point in self.stations}
        kits = {name: StationKit(name, boxes[name], "", {}, 1, 1) for name in boxes}
        return Goods(self._district(), Kits(kits, {}, (), load_rules("pilkada-2024")), "out", None, findings)

    def _district(self) -> District:
        """Give just enough of a district for the checker to follow the boxes."""
        stations = tuple(
            Station(point.id, point.id[:13], 1, "", "", 1, point.lon, point.lat, (), (), "", "", None, "", HUB, 1)
            for point in self.stations
        )
        return District(
            "", "", "WIB", date(2024, 11, 27), "", (), 0, "lowland", {}, {}, {}, Ready(0, 0, 0), STOP, 0, {},
            stations, (self.problem.spec.base,), self.problem.spec.fleet, (), (), (),
        )  # fmt: skip
