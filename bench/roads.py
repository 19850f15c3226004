"""Engines on road networks: preparation, matrices and closures beside SciPy and NetworKit; a million nodes."""

from __future__ import annotations

import itertools
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bench._report import machine, table, verdict
from serentak.travel.dijkstra import Dijkstra
from serentak.travel.engine import Engine, make_engine
from serentak.travel.graph import Graph
from serentak.travel.network import read_network
from serentak.travel.protocol import UNREACHABLE, Point
from serentak.travel.road import RoadTravel

NODES, CLOSED, STAGE = 1500, 50, 340
"""Nodes of the large matrix, edges closed, and stations of a large kecamatan."""
FEW = 100
"""Rows of the matrix that NetworKit is asked for; it keeps distances to all nodes, and 1,500 rows take gigabytes."""
MODE = "truck"
REAL = {"Jakarta": "jakarta/jakarta_roads.shp", "Liechtenstein": "osm/liechtenstein.osm.pbf"}
SIDE = 1000
"""Nodes along one side of the synthetic network."""

Table = NDArray[np.int64]
T = TypeVar("T")


@dataclass
class Measured:
    """CPU seconds by what was done, on one network, in a process of its own."""

    name: str
    nodes: int = 0
    arcs: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    equal: int = 0
    megabytes: dict[str, float] = field(default_factory=dict)


def report() -> str:
    """Measure, and write the page."""
    data = Path(os.environ.get("SERENTAK_DATA") or "/nonexistent", "data")
    real = [(name, data / path) for name, path in REAL.items() if (data / path).exists()]
    measured = [_alone(_measure, name, path) for name, path in real]
    missing = [name for name, path in REAL.items() if not (data / path).exists()]
    return _page(measured, _alone(_million), missing)


def _alone(measure: Callable[..., Measured], *words: object) -> Measured:
    """Measure in a fresh process bound to one core, with an empty cache."""
    with TemporaryDirectory() as cache, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_bound, cache, measure, *words).result()


def _bound(cache: str, measure: Callable[..., Measured], *words: object) -> Measured:
    os.environ["SERENTAK_CACHE"] = cache
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return measure(*words)


def _measure(name: str, path: Path) -> Measured:
    found = Measured(name)
    clock = _Clock(found)
    graph = clock("read", lambda: read_network(path)[0])
    found.nodes, found.arcs = len(graph.lon), len(graph.tail)
    weights = graph.milliseconds[MODE]
    chance = np.random.default_rng(1)
    nodes = chance.choice(np.unique(graph.tail[weights > 0]), NODES, replace=False).astype(np.int64)
    arcs = _arcs_to_close(graph, weights, chance)
    import scipy.sparse.csgraph  # noqa: PLC0415 - loaded before anybody's time begins

    clock("build", lambda: make_engine(graph))
    engine: Engine = clock("load", lambda: make_engine(graph))
    ours = clock("customise", lambda: engine.customise(weights))
    before = clock("matrix", lambda: ours.matrix(nodes, nodes))
    clock("update", lambda: ours.update(arcs, np.full(len(arcs), UNREACHABLE)))
    after = clock("matrix again", lambda: ours.matrix(nodes, nodes))
    scipy = Dijkstra(len(graph.lon), graph.tail, graph.head).customise(weights)
    oracle = clock("SciPy matrix", lambda: scipy.matrix(nodes, nodes))
    clock("SciPy update", lambda: scipy.update(arcs, np.full(len(arcs), UNREACHABLE)))
    again = clock("SciPy matrix again", lambda: scipy.matrix(nodes, nodes))
    found.equal = int(np.count_nonzero(before == oracle) + np.count_nonzero(after == again))
    _networkit(graph, weights, nodes, before, clock)
    _stage(graph, chance, clock)
    return found


class _Clock:
    """Takes the time of what is done."""

    def __init__(self, found: Measured) -> None:
        self.found = found

    def __call__(self, what: str, work: Callable[[], T]) -> T:
        start = time.process_time()
        done = work()
        self.found.seconds[what] = time.process_time() - start
        return done


def _arcs_to_close(graph: Graph, weights: Table, chance: np.random.Generator) -> Table:
    edges = chance.choice(np.unique(graph.edge[weights > 0]), CLOSED, replace=False)
    return np.flatnonzero(np.isin(graph.edge, edges)).astype(np.int64)


def _networkit(graph: Graph, weights: Table, nodes: Table, right: Table, clock: _Clock) -> None:
    """Measure NetworKit's search from many sources, with its answer compared."""
    import networkit  # noqa: PLC0415 - only this benchmark needs it

    networkit.setNumberOfThreads(1)
    other = networkit.Graph(len(graph.lon), weighted=True, directed=True)
    for tail, head, weight in zip(graph.tail.tolist(), graph.head.tolist(), weights.tolist(), strict=True):
        if weight > 0:
            other.addEdge(tail, head, float(weight))
    search = networkit.distance.SPSP(other, nodes[:FEW].tolist())
    clock("NetworKit matrix", search.run)
    clock.found.seconds["NetworKit matrix"] *= NODES / FEW
    far = np.array(search.getDistances())[:, nodes]
    found = np.where(far < 1e15, np.minimum(far, 1e15), UNREACHABLE).astype(np.int64)
    if not np.array_equal(found, right[:FEW]):
        message = f"NetworKit differs in {np.count_nonzero(found != right[:FEW])} pairs"
        raise AssertionError(message)


def _stage(graph: Graph, chance: np.random.Generator, clock: _Clock) -> None:
    """Measure what planning asks: the legs of a large kecamatan, every station at a node of its own, and closures."""
    travel = RoadTravel(graph, "lowland")
    usable = travel.snapper.snap([Point("", 0.0, 0.0)], MODE) and travel.snapper.usable(MODE)
    centre = usable[len(usable) // 2]
    away = np.hypot(graph.lon[usable] - graph.lon[centre], graph.lat[usable] - graph.lat[centre])
    near = chance.choice(usable[np.argsort(away)[: STAGE * 8]], STAGE, replace=False)
    points = [Point(str(node), float(graph.lon[node]), float(graph.lat[node])) for node in near]
    travel.seconds(points[:2], MODE)
    clock("stage seconds", lambda: travel.seconds(points, MODE))
    clock("stage legs", lambda: travel.legs(points, MODE))
    ways = clock("stage ways", lambda: [travel.way(a, b, MODE) for a, b in itertools.pairwise(points)])
    clock.found.seconds["stage way"] = clock.found.seconds.pop("stage ways") / len(ways)
    used = np.unique(np.concatenate([graph.edge[arcs] for a, b in itertools.pairwise(points)
                                     if (arcs := travel.arcs(a, b, MODE)) is not None]))  # fmt: skip
    for count in (1, CLOSED):
        closed = travel.close(chance.choice(used, count, replace=False))
        clock(f"stage seconds {count} closed", lambda closed=closed: closed.seconds(points, MODE))
        clock(f"stage legs {count} closed", lambda closed=closed: closed.legs(points, MODE))
        travel.seconds(points, MODE)


def _million() -> Measured:
    """Measure the engine alone on a synthetic network of towns."""
    graph = _towns(SIDE)
    found = Measured("towns", len(graph.lon), len(graph.tail))
    clock = _Clock(found)
    weights = graph.milliseconds[MODE]
    chance = np.random.default_rng(1)
    nodes = chance.choice(len(graph.lon), NODES, replace=False).astype(np.int64)
    arcs = _arcs_to_close(graph, weights, chance)
    found.megabytes["network"] = _peak()
    clock("build", lambda: make_engine(graph))
    found.megabytes["build"] = _peak()
    engine: Engine = clock("load", lambda: make_engine(graph))
    ours = clock("customise", lambda: engine.customise(weights))
    before = clock("matrix", lambda: ours.matrix(nodes, nodes))
    clock("update", lambda: ours.update(arcs, np.full(len(arcs), UNREACHABLE)))
    clock("matrix again", lambda: ours.matrix(nodes, nodes))
    found.megabytes["all"] = _peak()
    scipy = Dijkstra(len(graph.lon), graph.tail, graph.head).customise(weights)
    few = nodes[:10]
    oracle = clock("SciPy 10 rows", lambda: scipy.matrix(few, nodes))
    found.equal = int(np.count_nonzero(oracle == before[:10]))
    return found


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _towns(side: int) -> Graph:
    """Make towns of 10 x 10 nodes with 8 of 10 streets of a grid, and one road from each to each neighbour."""
    chance = np.random.default_rng(1)
    node = np.arange(side * side).reshape(side, side)
    ends = np.concatenate(
        [np.c_[node[:, :-1].ravel(), node[:, 1:].ravel()], np.c_[node[:-1].ravel(), node[1:].ravel()]]
    )
    row, column = np.divmod(ends, side)
    inside = (row[:, 0] // 10 == row[:, 1] // 10) & (column[:, 0] // 10 == column[:, 1] // 10)
    road = ~inside & ((row[:, 0] % 10 == 5) | (column[:, 0] % 10 == 5))
    ends = ends[road | (inside & (chance.random(len(ends)) < 0.8))]
    lon, lat = 100 + node % side * 0.001, -5 + node // side * 0.001
    both = chance.random(len(ends)) < 0.9
    edges = np.arange(len(ends))
    metres = chance.integers(60, 400, len(ends))
    edge = np.concatenate([edges, edges[both]])
    return Graph(
        lon=lon.ravel(), lat=lat.ravel(),
        tail=np.concatenate([ends[:, 0], ends[both, 1]]).astype(np.int32),
        head=np.concatenate([ends[:, 1], ends[both, 0]]).astype(np.int32),
        edge=edge.astype(np.int32), forward=np.arange(len(edge)) < len(edges),
        milliseconds={MODE: metres[edge] * chance.integers(70, 300, len(ends))[edge]},
        metres=metres, kind=np.zeros(len(ends), np.int16), kinds=("residential",),
        name=np.zeros(len(ends), np.int32), names=("",), source=edges,
        shape_start=edges * 2, shape_lon=np.empty(0), shape_lat=np.empty(0),
    )  # fmt: skip


def _page(measured: list[Measured], million: Measured, missing: list[str]) -> str:
    parts = [INTRODUCTION, machine(("pyroutingkit", "scipy", "networkit")), NOISE.format(load=os.getloadavg()[0])]
    if missing:
        parts.append(f"**Not measured this time, for want of `SERENTAK_DATA`: {', '.join(missing)}.**")
    if measured:
        parts += ["## Goals", _goals(measured[0]), ELSEWHERE, "## Engines", _engines(measured), EXACT, _exact(measured)]
        parts += ["## What planning asks", STAGES.format(stage=STAGE), _stages(measured)]
    parts += [f"## {million.nodes:,} nodes", MILLION.format(arcs=million.arcs), _large(million)]
    return "\n\n".join(parts) + "\n"


def _goals(main: Measured) -> str:
    s = main.seconds
    pairs = 2 * NODES * NODES
    times = s["SciPy matrix"] / s["matrix"]
    return table(
        ["goal", "measured", "met"],
        [
            verdict(
                f"{main.name}: matrix of {NODES:,} x {NODES:,} at least 30 times SciPy's speed",
                f"{times:.0f} times",
                met=times >= 30,
            ),
            verdict(f"{main.name}: {CLOSED} closures in less than 10 ms", _ms(s["update"]), met=s["update"] < 0.01),
            verdict(
                "all pairs equal SciPy's, before and after", f"{main.equal:,} of {pairs:,}", met=main.equal == pairs
            ),
        ],
    )


def _engines(measured: list[Measured]) -> str:
    lines = {
        "read the file and make the network": "read",
        "prepare the hierarchy, once a network": "build",
        "take it from the cache": "load",
        "lay times over it, once a mode": "customise",
        f"matrix {NODES:,} x {NODES:,}": "matrix",
        f"close {CLOSED} edges": "update",
        "the matrix again": "matrix again",
        "SciPy: matrix": "SciPy matrix",
        "SciPy: closures": "SciPy update",
        "SciPy: matrix again": "SciPy matrix again",
        f"NetworKit: matrix ({FEW} rows, times {NODES // FEW})": "NetworKit matrix",
    }
    rows = [[line, *(_ms(m.seconds[key]) for m in measured)] for line, key in lines.items()]
    return table(["", *(f"{m.name} ({m.nodes:,} nodes, {m.arcs:,} arcs)" for m in measured)], rows)


def _exact(measured: list[Measured]) -> str:
    pairs = 2 * NODES * NODES
    return table(["network", "pairs compared", "equal"], [[m.name, f"{pairs:,}", f"{m.equal:,}"] for m in measured])


def _stages(measured: list[Measured]) -> str:
    lines = {
        "seconds of all legs": "stage seconds",
        "seconds and metres of all legs": "stage legs",
        "one way drawn and said in words": "stage way",
        "one edge closed: seconds": "stage seconds 1 closed",
        "one edge closed: seconds and metres": "stage legs 1 closed",
        f"{CLOSED} edges closed: seconds": f"stage seconds {CLOSED} closed",
        f"{CLOSED} edges closed: seconds and metres": f"stage legs {CLOSED} closed",
    }
    return table(
        ["", *(m.name for m in measured)],
        [[line, *(_ms(m.seconds[key]) for m in measured)] for line, key in lines.items()],
    )


def _large(million: Measured) -> str:
    s, megabytes = million.seconds, million.megabytes
    rows = [
        ["prepare the hierarchy", _ms(s["build"]), f"{megabytes['build']:,.0f} MB"],
        ["take it from the cache", _ms(s["load"]), ""],
        ["lay times over it", _ms(s["customise"]), ""],
        [f"matrix {NODES:,} x {NODES:,}", _ms(s["matrix"]), ""],
        [f"close {CLOSED} edges", _ms(s["update"]), ""],
        ["the matrix again", _ms(s["matrix again"]), f"{megabytes['all']:,.0f} MB"],
        ["SciPy: 10 rows of the matrix", _ms(s["SciPy 10 rows"]), ""],
    ]
    same = f"The 10 rows of SciPy's equal ours in {million.equal:,} of {10 * NODES:,} pairs. "
    arrays = f"The process with the network alone took {megabytes['network']:,.0f} MB."
    return table(["", "time", "memory at most until then"], rows) + "\n\n" + same + arrays


def _ms(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 10 else f"{seconds * 1000:,.1f} ms"


INTRODUCTION = f"""# Roads

Written by `python -m bench roads`. One core, one run; every network in a fresh process with an empty cache. Times are
those of a {MODE}; {NODES:,} nodes are drawn at random from those it can use, and {CLOSED} edges from all it may use.
The engine is RoutingKit's customizable contraction hierarchy through `serentak.travel.cch`, the SciPy beside it is
`serentak.travel.dijkstra`: both answer through the same protocol, with integers of milliseconds. NetworKit's SPSP
searches from {FEW} of the nodes, which is counted {NODES // FEW} times; preparing its graph is not counted."""

ELSEWHERE = """The first goal depends on the processor: the same command gave 39 and 36 times on 2 x AMD EPYC (this
page at commits 47a0916 and f19fc95: 0.21 and 0.19 s beside 8.3 and 6.9 s), 12 to 14 times on 2 x Intel Xeon at
2.1 GHz. The hierarchy slows down three to four times from the one to the other, SciPy's search half as much; why was
not measured."""

NOISE = """Times are CPU times of one thread. Other work on the machine lengthens them less than wall times, but does.
At the end its load was {load:.1f}."""

EXACT = """All pairs of the matrix, before and after the closures, are compared with SciPy's; NetworKit's rows with
ours before."""

STAGES = """A kecamatan of {stage} stations, every one at a node of its own, through `RoadTravel`; the stations are
drawn from the nodes nearest to one in the middle. Seconds come from the hierarchy alone. Metres are those of the
shortest of the fastest ways, which no matrix of a hierarchy tells: they take a search by SciPy, bounded to the region
that the known times leave. Closed are edges that ways between stations use, so that most legs change."""

MILLION = """A synthetic network: 100 x 100 towns of 10 x 10 nodes with 8 of 10 streets of a grid, one road from each
town to each neighbour, 1 in 10 one-way; {arcs:,} arcs."""
