"""Whole districts planned out and back: time, memory, rupiah beside nearest neighbour, the trunk beside its bound."""

from __future__ import annotations

import hashlib
import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._districts import sample_folder, station_lists
from bench._report import machine, spread, table, verdict
from serentak.operations.new import new_district
from serentak.operations.plan import read_ground
from serentak.plan.check import check_plan
from serentak.plan.model import Baseline, Bound, Totals, encode
from serentak.routing.district import DEFAULT_EFFORT, plan_district

REPETITIONS = 2
SEED = 1


@dataclass(frozen=True, slots=True)
class Planned:
    """One plan of a district, made in a process of its own."""

    wall: float
    cpu: float
    megabytes: float
    digest: str
    violations: int
    totals: Totals
    baseline: Baseline
    bounds: tuple[tuple[str, Bound], ...]


def report() -> str:
    """Measure, and write the page."""
    cores = len(os.sched_getaffinity(0))
    alone: dict[str, Planned] = {}
    shared: dict[str, list[Planned]] = {}
    with _folders() as folders:
        for name, folder in folders.items():
            alone[name] = _apart(folder, 1)
            shared[name] = [_apart(folder, cores) for _repetition in range(REPETITIONS)]
    introduction = INTRODUCTION.format(effort=DEFAULT_EFFORT, cores=cores, repetitions=REPETITIONS)
    parts = [introduction, machine(), "## Goals", _goals(alone, shared)]
    parts += ["## Time and memory", _effort(alone, shared), "## Cost", _costs(alone), "## Trunk", _trunks(alone)]
    return "\n\n".join(parts) + "\n"


@contextmanager
def _folders() -> Iterator[dict[str, Path]]:
    """Give the folders of the real districts that are at hand, by the default rules of ``new``, and the sample."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory()))
        folders = {}
        for name, path in station_lists().items():
            folders[name] = scratch / name
            new_district(path, folders[name])
        folders["sample kampar"] = stack.enter_context(sample_folder())
        yield folders


def _apart(folder: Path, jobs: int) -> Planned:
    """Plan in a fresh process, whose peak of memory is then its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_plan, folder, jobs).result()


def _plan(folder: Path, jobs: int) -> Planned:
    ground = read_ground(folder)
    wall, cpu = time.perf_counter(), time.process_time()
    plan = plan_district(ground.district, DEFAULT_EFFORT, SEED, travel=ground.travel, jobs=jobs)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    checked = check_plan(plan, ground.district, ground.kits, ground.rules, ground.travel)
    return Planned(
        wall,
        cpu,
        peak,
        hashlib.sha256(encode(plan)).hexdigest(),
        len(checked.violations),
        plan.totals,
        plan.baseline,
        tuple((stage.id, stage.bound) for stage in plan.stages if stage.bound is not None),
    )


def _each(alone: dict[str, Planned], row: Callable[[Planned], list[str]]) -> list[list[str]]:
    return [[name, *row(planned)] for name, planned in alone.items()]


def _goals(alone: dict[str, Planned], shared: dict[str, list[Planned]]) -> str:
    rows = []
    for name, planned in alone.items():
        lost = planned.totals.unserved_out + planned.totals.unserved_back
        found = f"{planned.violations} and {lost}"
        rows.append(verdict(f"{name}: 0 violations, 0 unserved", found, met=found == "0 and 0"))
        same = {planned.digest, *(other.digest for other in shared[name])}
        goal = f"{name}: the same plan from every run, byte for byte"
        rows.append(verdict(goal, f"{len(same)} plan" if len(same) == 1 else f"{len(same)} plans", met=len(same) == 1))
        if name == "kampar":
            walls = [other.wall for other in shared[name]]
            goal = f"{name}: at most 30 s on {len(os.sched_getaffinity(0))} cores"
            rows.append(verdict(goal, spread(walls, 1, " s"), met=max(walls) <= 30))
    return table(["goal", "measured", "met"], rows)


def _effort(alone: dict[str, Planned], shared: dict[str, list[Planned]]) -> str:
    rows = [
        [
            name,
            f"{one.totals.stations:,}",
            spread([other.wall for other in shared[name]]),
            f"{one.wall:.1f}",
            f"{one.cpu:.1f}",
            f"{one.megabytes:.0f}",
        ]
        for name, one in alone.items()
    ]
    heads = ["district", "stations", "wall, all cores, s", "wall, one process, s", "its CPU, s", "its peak, MB"]
    return table(heads, rows)


def _costs(alone: dict[str, Planned]) -> str:
    def row(one: Planned) -> list[str]:
        mine, theirs = one.totals, one.baseline
        return [
            f"{mine.rupiah:,}",
            f"{theirs.rupiah:,}",
            f"{100 * (1 - mine.rupiah / theirs.rupiah):.1f}",
            f"{mine.vehicle_days:,} / {theirs.vehicle_days:,}",
            f"{mine.metres // 1000:,} / {theirs.metres // 1000:,}",
            f"{mine.unserved_out + mine.unserved_back} / {theirs.unserved_out + theirs.unserved_back}",
        ]

    heads = [
        "district",
        "rupiah",
        "nearest neighbour",
        "saved, %",
        "vehicle-days",
        "km",
        "unserved, both ways",
    ]
    return table(heads, _each(alone, row))


def _trunks(alone: dict[str, Planned]) -> str:
    rows = [
        [
            f"{name}, {stage}",
            f"{bound.rupiah:,}",
            "optimum" if bound.proven else "bound",
            f"{bound.packed:,}",
            f"{100 * (bound.packed / bound.rupiah - 1):.2f}",
            f"{bound.candidates:,}",
        ]
        for name, one in alone.items()
        for stage, bound in one.bounds
    ]
    return table(["stage", "least rupiah", "proof", "packed", "gap, %", "candidate runs"], rows)


INTRODUCTION = """# Whole districts

Written by `python -m bench district`. Each district is planned out and back at effort `{effort}`, from the folder that
`serentak new` makes of its list of stations (the sample: from `serentak sample`), and the plan is then checked. Where
two figures stand, the second is nearest neighbour's under the same rules. Planning is timed with its baseline, without
reading and checking. Wall time with {cores} processes is the smallest and largest of {repetitions} repetitions; time,
CPU and memory of one process are of a single run. Other work on the machine lengthens all times; nothing else depends
on it."""
