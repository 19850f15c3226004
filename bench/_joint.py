"""A whole district's last mile as one model, each station's hub given, for solvers that take it in one piece.

Nodes 0 .. H-1 are the hubs, then the stations. Legs between what belongs to different hubs are longer than any shift,
so that no route can mix them; with `borders=False` they are as long as they are.
"""

from __future__ import annotations

# Imported where they are used: one that is not installed leaves the others measured.
# ruff: noqa: PLC0415
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bench._districts import Stations
from bench._instance import BOXES, CAPACITY, SHIFT, STOP, VEHICLE, Instance
from serentak.travel import CrowFlight, Point

FAR = 90_000
"""Seconds that no shift holds, and every solver can add up."""
Routes = list[tuple[int, list[int]]]
"""Hub, and stations in the order of the visits, both as numbers."""


@dataclass(frozen=True)
class Joint:
    """All kecamatan of a district."""

    parts: tuple[Instance, ...]

    @classmethod
    def of(cls, stations: Stations) -> Joint:
        """Make the model of a district."""
        return cls(tuple(Instance(code, points) for code, points in stations.kecamatan.items()))

    @property
    def hubs(self) -> int:
        """Number of hubs."""
        return len(self.parts)

    @property
    def owner(self) -> list[int]:
        """Hub of each station."""
        return [hub for hub, part in enumerate(self.parts) for _station in part.stations]

    def matrix(self, *, borders: bool = True) -> NDArray[np.int64]:
        """Give driving times between all nodes."""
        hubs = [part.problem.spec.base for part in self.parts]
        points = [Point(str(n), hub.lon, hub.lat) for n, hub in enumerate(hubs)]
        points += [point for part in self.parts for point in part.stations]
        seconds = CrowFlight("lowland").legs(points, "pickup").seconds.astype(np.int64)
        if borders:
            belongs = np.array([*range(self.hubs), *self.owner])
            seconds[belongs[:, None] != belongs[None, :]] = FAR
        return seconds

    def cost(self, routes: Routes) -> int:
        """Score an answer, kecamatan by kecamatan, by the plan checker.

        Raises
        ------
        WrongAnswerError
            When it breaks a rule.
        """
        first, total = 0, 0
        for hub, part in enumerate(self.parts):
            own = [[station - first for station in route] for base, route in routes if base == hub]
            total += part.score(own).cost
            first += part.size
        return total


def pyvrp(
    joint: Joint, seconds: float, seed: int, *, borders: bool = True, start: Routes | None = None
) -> tuple[Routes, int]:
    """Solve by PyVRP: a depot a hub, vehicles of one type a depot; give routes and their cost in its own model."""
    from pyvrp import Activity, Client, Depot, Location, ProblemData, Route, Solution, VehicleType, solve
    from pyvrp.stop import MaxRuntime

    began = time.perf_counter()
    hubs, matrix = joint.hubs, joint.matrix(borders=borders)
    count = len(matrix) - hubs
    clients = [Client(hubs + n, delivery=[BOXES], service_duration=STOP) for n in range(count)]
    types = [
        VehicleType(
            part.size, capacity=[CAPACITY], fixed_cost=VEHICLE, tw_late=SHIFT, shift_duration=SHIFT,
            start_depot=hub, end_depot=hub,
        )
        for hub, part in enumerate(joint.parts)
    ]  # fmt: skip
    data = ProblemData(
        [Location(0, 0)] * len(matrix), clients, [Depot(hub) for hub in range(hubs)], types, [matrix], [matrix]
    )
    first = None
    if start is not None:
        first = Solution(data, [Route(data, [Activity(f"C{n}") for n in own], hub) for hub, own in start])
    left = max(seconds - (time.perf_counter() - began), 0.001)
    result = solve(data, MaxRuntime(left), seed, collect_stats=False, display=False, initial_solution=first)
    if not result.is_feasible():
        return [], 0
    routes = result.best.routes()
    found = [(own.vehicle_type(), [activity.idx for activity in own if activity.is_client()]) for own in routes]
    return found, int(result.cost())


def vroom(joint: Joint, seconds: float, level: int) -> Routes:
    """Solve by VROOM; a skill a hub keeps vehicles to their own stations."""
    import vroom as library

    hubs = joint.hubs
    problem = library.Input()
    problem.set_durations_matrix("car", joint.matrix().astype(np.uint32))
    for station, hub in enumerate(joint.owner):
        problem.add_job(
            library.Job(station, location=hubs + station, delivery=[BOXES], default_service=STOP, skills={hub})
        )
    costs, number = library.VehicleCosts(fixed=VEHICLE, per_hour=3600), 0
    for hub, part in enumerate(joint.parts):
        for _vehicle in range(-(-part.size * BOXES // CAPACITY) * 2):
            problem.add_vehicle(
                library.Vehicle(
                    number, start=hub, end=hub, capacity=[CAPACITY], time_window=[0, SHIFT], costs=costs, skills={hub}
                )
            )
            number += 1
    solution = problem.solve(exploration_level=level, nb_threads=1, timeout=timedelta(seconds=seconds))
    table = solution.routes
    jobs = table[table.type == "job"]
    owner = joint.owner
    routes = [[int(station) for station in own.id] for _vehicle, own in jobs.groupby("vehicle_id")]
    return [(owner[own[0]], own) for own in routes]


def ortools(joint: Joint, seconds: float) -> Routes:
    """Solve by OR-Tools' routing library: cheapest insertion, then guided local search until time is up."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    began = time.perf_counter()
    hubs, matrix = joint.hubs, joint.matrix()
    bases = [hub for hub, part in enumerate(joint.parts) for _n in range(-(-part.size * BOXES // CAPACITY) * 2)]
    manager = pywrapcp.RoutingIndexManager(len(matrix), len(bases), bases, bases)
    routing = pywrapcp.RoutingModel(manager)
    driving = routing.RegisterTransitMatrix(matrix.tolist())
    stops = np.where(np.arange(len(matrix)) >= hubs, STOP, 0)
    working = routing.RegisterTransitMatrix((matrix + stops[:, None]).tolist())
    boxes = routing.RegisterUnaryTransitVector([0] * hubs + [BOXES] * (len(matrix) - hubs))
    routing.SetArcCostEvaluatorOfAllVehicles(driving)
    routing.SetFixedCostOfAllVehicles(VEHICLE)
    routing.AddDimension(boxes, 0, CAPACITY, True, "boxes")
    routing.AddDimension(working, 0, SHIFT, True, "time")
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    left = max(seconds - (time.perf_counter() - began), 0.001)
    search.time_limit.FromMilliseconds(int(left * 1000))
    found = routing.SolveWithParameters(search)
    return _routes(routing, manager, found, bases) if found is not None else []


def _routes(routing: object, manager: object, found: object, bases: Sequence[int]) -> Routes:
    routes: Routes = []
    hubs = max(bases) + 1
    for vehicle, hub in enumerate(bases):
        route, index = [], found.Value(routing.NextVar(routing.Start(vehicle)))  # type: ignore[attr-defined]
        while not routing.IsEnd(index):  # type: ignore[attr-defined]
            route.append(manager.IndexToNode(index) - hubs)  # type: ignore[attr-defined]
            index = found.Value(routing.NextVar(index))  # type: ignore[attr-defined]
        if route:
            routes.append((hub, route))
    return routes
