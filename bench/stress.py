"""Futures a second: delays alone, and with every hazard of the sample Kampar at work."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._report import machine, table, verdict
from serentak.operations.plan import Ground, read_ground
from serentak.operations.sample import write_sample
from serentak.operations.stress import affected, course_of
from serentak.plan.model import Plan
from serentak.risk.closures import Calm, Closures
from serentak.risk.futures import Ways, play_futures
from serentak.risk.uncertainty import Uncertainty
from serentak.routing.district import plan_district

FUTURES = 10_000
INTRODUCTION = """# Futures a second

The sample district Kampar (positions and chances invented), planned at draft effort, out and back, met {futures}
futures on one core. "Delays" are journeys, hand-overs, hubs, breakdowns and returned loads; "hazards" add every site of
`hazards.toml`, days and causes shared. A station-future is one station in one direction in one future. Ways are
searched in the first futures and kept; both are shown. Time is that of the process, so that what else the machine does
counts little. Run: `make bench`, or `python -m bench stress`."""


def report() -> str:
    """Measure, and write the page."""
    with TemporaryDirectory() as scratch:
        write_sample("kampar", Path(scratch) / "kampar")
        ground = read_ground(Path(scratch) / "kampar")
    plan = plan_district(ground.district, "draft", travel=ground.travel, jobs=os.cpu_count() or 1)
    assert ground.hazards is not None  # noqa: S101 - the sample has them
    hazards = ground.hazards
    calm = _measure(plan, ground, lambda: Calm(ground.travel))
    struck = _measure(plan, ground, lambda: Closures(affected(ground, hazards), hazards))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        ("delays", *_cells(calm)),
        (f"delays and {len(hazards.sites)} sites", *_cells(struck)),
    ]
    goals = [
        verdict("delays alone: 10 million station-futures a second", f"{calm[2]:.1f} million", met=calm[2] >= 10),
        verdict("10,000 futures with 50 sites or more: 60 s", f"{struck[0]:.1f} s", met=struck[0] <= 60),
    ]
    heads = ("futures of", "first time, s", "again, s", "million station-futures a second, again")
    parts = [
        INTRODUCTION.format(futures=f"{FUTURES:,}"),
        machine(("serentak", "numpy")),
        f"Peak memory {megabytes:.0f} MB.",
    ]
    return "\n\n".join([*parts, table(heads, rows), "## Goals", table(("goal", "measured", "met"), goals)]) + "\n"


def _measure(plan: Plan, ground: Ground, make: Callable[[], Ways]) -> tuple[float, float, float]:
    """Give the seconds of the first run, of a second with the same ways, and its rate in millions."""
    course, ways, usual = course_of(plan, ground), make(), Uncertainty.usual()
    seconds = []
    for seed in (1, 2):
        start = time.process_time()
        play_futures(course, ways, usual, FUTURES, seed)
        seconds.append(time.process_time() - start)
    stations = sum(len(names) for names in course.stations.values())
    return seconds[0], seconds[1], stations * FUTURES / seconds[1] / 1e6


def _cells(measured: tuple[float, float, float]) -> tuple[str, str, str]:
    return f"{measured[0]:.2f}", f"{measured[1]:.2f}", f"{measured[2]:.1f}"
