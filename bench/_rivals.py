"""Other solvers on the same problem: the same matrix, the same cost, one core, a given wall time.

Every one of them returns routes only; what they are worth is not for them to say.
"""

from __future__ import annotations

# Imported where they are used: one that is not installed leaves the others measured.
# ruff: noqa: PLC0415
import time
from datetime import timedelta

import numpy as np

from bench._instance import BOXES, CAPACITY, SHIFT, STOP, VEHICLE, Instance

Routes = list[list[int]]
LEVELS = range(6)


def pyvrp(instance: Instance, seconds: float, seed: int) -> Routes:
    """Solve by PyVRP as its documentation shows it: one load, one kind of vehicle, its own start."""
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
    from pyvrp.stop import MaxRuntime

    began = time.perf_counter()
    n = instance.size
    matrix = np.array(instance.seconds, dtype=np.int64)
    clients = [Client(place, delivery=[BOXES], service_duration=STOP) for place in range(1, n + 1)]
    vehicles = VehicleType(n, capacity=[CAPACITY], fixed_cost=VEHICLE, tw_late=SHIFT, shift_duration=SHIFT)
    places = [Location(0, 0)] * (n + 1)
    data = ProblemData(places, clients, [Depot(0)], [vehicles], [matrix], [matrix])
    left = max(seconds - (time.perf_counter() - began), 0.001)
    result = solve(data, MaxRuntime(left), seed, collect_stats=False, display=False)
    return [[activity.idx for activity in route if activity.is_client()] for route in result.best.routes()]


def vroom(instance: Instance, seconds: float, level: int) -> Routes:
    """Solve by VROOM at an exploration level of 0 to 5; it draws no random numbers."""
    import vroom as library

    n = instance.size
    problem = library.Input()
    problem.set_durations_matrix("car", np.array(instance.seconds, dtype=np.uint32))
    for station in range(n):
        job = library.Job(station, location=station + 1, delivery=[BOXES], default_service=STOP)
        problem.add_job(job)
    costs = library.VehicleCosts(fixed=VEHICLE, per_hour=3600)
    for number in range(n):
        vehicle = library.Vehicle(number, start=0, end=0, capacity=[CAPACITY], time_window=[0, SHIFT], costs=costs)
        problem.add_vehicle(vehicle)
    solution = problem.solve(exploration_level=level, nb_threads=1, timeout=timedelta(seconds=seconds))
    table = solution.routes
    jobs = table[table.type == "job"]
    return [[int(station) for station in own.id] for _vehicle, own in jobs.groupby("vehicle_id")]


def ortools(instance: Instance, seconds: float) -> Routes:
    """Solve by OR-Tools' routing library: cheapest insertion, then guided local search until time is up."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    began = time.perf_counter()
    n = instance.size
    matrix = instance.seconds
    manager = pywrapcp.RoutingIndexManager(n + 1, n, 0)
    routing = pywrapcp.RoutingModel(manager)
    driving = routing.RegisterTransitMatrix(matrix)
    working = routing.RegisterTransitMatrix(
        [[leg + (STOP if here else 0) for leg in row] for here, row in enumerate(matrix)]
    )
    boxes = routing.RegisterUnaryTransitVector([0] + [BOXES] * n)
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
    if found is None:
        return []
    routes = []
    for vehicle in range(n):
        route, index = [], found.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            route.append(manager.IndexToNode(index) - 1)
            index = found.Value(routing.NextVar(index))
        routes.append(route)
    return routes
