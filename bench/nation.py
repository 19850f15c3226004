"""How the national batch grows: 10, 100 and 514 districts, one worker and two; and its last mile beside a long search.

``SERENTAK_BENCH_DISTRICTS=10,100`` measures fewer. ``SERENTAK_BENCH_KEEP`` names a folder in which every single
measurement is kept, and every run's folder, so that a bench that was ended, or whose parts were measured one by one,
goes on from there.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory

from bench._nation import (
    SEED,
    district_folder,
    drawn,
    fingerprint,
    grandchildren,
    kept,
    processor_seconds,
    table,
    table_path,
)  # fmt: skip
from bench._plot import chart
from bench._report import machine, verdict
from bench._report import table as markdown
from serentak.operations.plan import read_ground
from serentak.plan.stages import build_stages
from serentak.routing.chain import Settings, run_direction
from serentak.routing.district import DEFAULT_EFFORT, EFFORTS, start_goods
from serentak.routing.draft import price
from serentak.routing.stage import Order, Solved, solve_stage

SIZES = tuple(int(text) for text in os.environ.get("SERENTAK_BENCH_DISTRICTS", "10,100,514").split(","))
WORKERS = (1, 2)
KECAMATAN = 100
LONG = 20
BETWEEN = (150, 600)
"""Further iterations without improvement: what less and more than ``standard`` would cost."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One run of the whole verb.

    Parameters
    ----------
    wall, cpu
        Seconds, of all its calls; `cpu` is the processor time of the caller and of the planning of all districts.
    killed
        How often its main process was killed in the middle, and the call repeated.
    trunk
        Rupiah: the trunks' bound and their cost, over the stages that have a bound.
    lost
        District, stations not served out and back, and reasons, where there are any.
    """

    districts: int
    jobs: int
    effort: str
    wall: float
    cpu: float
    worker_mb: float
    parent_mb: float
    stations: int
    unserved: tuple[int, int]
    failed: int
    digest: str
    killed: int = 0
    trunk: tuple[int, int] = (0, 0)
    lost: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def cores(self) -> float:
        """How many cores it had in the mean: fewer than its workers where the machine had other work too."""
        return self.cpu / self.wall


def report() -> str:
    """Measure, and write the page."""
    whole, most = max(SIZES), max(WORKERS)
    runs = [
        kept(f"batch-{size}-{jobs}-draft", Batch, partial(_batch, size, jobs, "draft", kill=(size, jobs) == (whole, 1)))
        for size in SIZES
        for jobs in WORKERS
    ]
    standard = kept(f"batch-{whole}-{most}-standard", Batch, partial(_batch, whole, most, "standard"))
    gaps = _gaps(drawn_kecamatan(KECAMATAN))
    series = {
        f"{jobs} worker{'s' * (jobs > 1)}": [(run.stations, run.cpu) for run in runs if run.jobs == jobs]
        for jobs in WORKERS
    }
    figure = chart("nation", series, x="stations", y="processor time, s", log_x=True, log_y=True)
    goals = _goals(runs, standard, gaps)
    parts = [INTRODUCTION, machine() + f" Date: {time.strftime('%Y-%m-%d')}.", "## Goals", goals]
    parts += ["## Growth", _growth([*runs, standard]), figure, "## Last mile", _gap_table(gaps)]
    parts += ["## Trunk", _trunk(standard), "## Not served", _lost(standard)]
    return "\n\n".join(parts) + "\n"


def _batch(districts: int, jobs: int, effort: str, *, kill: bool = False) -> Batch:
    """Run the verb as a user does, in a process of its own; killed in the middle and called again if wanted."""
    only = [] if districts >= len(table().districts) else ["--only", ",".join(drawn(districts))]
    with TemporaryDirectory() as scratch:
        out = Path(os.environ.get("SERENTAK_BENCH_KEEP") or scratch, f"out-{districts}-{jobs}-{effort}")
        words = [sys.executable, "-m", "serentak.cli", "nation", str(table_path()), "-o", str(out), *only]
        words += ["--jobs", str(jobs), "--effort", effort, "--json"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        lost = _killed_halfway(words, out, districts) if kill else 0.0
        made = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = json.loads(made.stdout)
        record = json.loads((out / "run.json").read_text("utf-8"))
        # The workers are children of a fork server that outlives the call, so that the system counts them nowhere.
        caller = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Batch(
            said["districts"], jobs, effort, wall, caller + record["processor_seconds"] + lost, record["peak_mb"],
            after.ru_maxrss / 1024, said["stations"], (said["unserved_out"], said["unserved_back"]),
            len(said["failed"]), fingerprint(out), int(kill), *_of_plans(out),
        )  # fmt: skip


def _of_plans(out: Path) -> tuple[tuple[int, int], tuple[tuple[str, str, str, str], ...]]:
    """Give bound and cost of the trunks, and what is not served."""
    with (out / "nation.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "planned"]
    trunk = (sum(int(row["trunk_bound_rupiah"]) for row in rows), sum(int(row["trunk_packed_rupiah"]) for row in rows))
    lost = tuple(
        (f"{row['district']} ({row['code']})", row["unserved_out"], row["unserved_back"], row["reasons"])
        for row in rows
        if row["reasons"]
    )
    return trunk, lost


def _killed_halfway(words: list[str], out: Path, districts: int) -> float:
    """Call, and kill the main process (SIGKILL) when half of the districts are there; give its workers' seconds."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as run:
        spent: dict[int, float] = {}
        while run.poll() is None and sum(1 for _path in (out / "districts").glob("[0-9]*")) < districts // 2:
            spent |= {pid: seconds for pid in grandchildren(run.pid) if (seconds := processor_seconds(pid))}
            time.sleep(0.5)
        run.kill()
    return sum(spent.values())


def drawn_kecamatan(count: int) -> list[str]:
    """Draw kecamatan at random from the whole country, each as likely as any other."""
    codes = sorted({block.first.kecamatan for own in table().districts.values() for block in own})
    return sorted(random.Random(SEED).sample(codes, count))  # noqa: S311 - a draw, not a secret


@dataclass(frozen=True, slots=True)
class Gap:
    """One kecamatan's last mile, out or back: stations, and rupiah and seconds by effort."""

    code: str
    direction: str
    size: int
    rupiah: dict[str, int]
    seconds: dict[str, float]
    undone: dict[str, int]


def _gaps(codes: Sequence[str]) -> list[Gap]:
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("forkserver")) as pool:
        return [gap for found in pool.map(_measure, codes) for gap in found]


def _measure(code: str) -> list[Gap]:
    return kept(f"gap-{code}", list[Gap], partial(_solve, code))


def _solve(code: str) -> list[Gap]:
    """Solve a kecamatan's last mile out and back as the batch meets it, at every effort and at 20 times the usual."""
    patience = {name: EFFORTS[name] for name in ("draft", "standard")}
    patience |= {f"{iterations} iterations": iterations for iterations in BETWEEN}
    patience |= {f"{LONG} x": LONG * EFFORTS["standard"]}
    return [
        Gap(
            code, order.problem.spec.direction, len(order.problem.tasks),
            *_solve_each(order, patience),
        )
        for order in orders_of(code)
    ]  # fmt: skip


def _solve_each(order: Order, patience: dict[str, int]) -> tuple[dict[str, int], dict[str, float], dict[str, int]]:
    rupiah, seconds, undone = {}, {}, {}
    for name, limit in patience.items():
        began = time.process_time()
        solved = solve_stage(Order(order.problem, limit, order.seed, order.warm))
        seconds[name] = time.process_time() - began
        rupiah[name], undone[name] = price(solved.drafts).rupiah, len(solved.undone)
    return rupiah, seconds, undone


def orders_of(kecamatan: str) -> Iterator[Order]:
    """Give the last-mile problems of a kecamatan, out and back, as `serentak nation` meets them at its usual effort."""
    taken: list[Order] = []

    def solver(order: Order) -> Solved:
        if order.problem.spec.base.kecamatan == kecamatan and not order.problem.spec.overnight:
            taken.append(order)
        return solve_stage(order)

    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "district")
        district_folder(kecamatan[:5], folder)
        ground = read_ground(folder)
    district, kits = ground.district, ground.kits
    goods, warm = start_goods(district, kits), None
    for direction in ("out", "back"):
        specs = build_stages(district, kits, ground.rules, ground.travel, direction)
        flow = run_direction(
            district, kits, ground.travel,
            [spec for spec in specs if spec.overnight or spec.base.kecamatan == kecamatan],
            goods, Settings(EFFORTS[DEFAULT_EFFORT], 1, solver=solver), warm,
        )  # fmt: skip
        goods, warm = dict.fromkeys(flow.available, -10_000_000), flow.tours
    yield from taken


def _percent(gap: Gap, effort: str) -> float:
    return 100 * (gap.rupiah[effort] / gap.rupiah[f"{LONG} x"] - 1) if gap.rupiah[f"{LONG} x"] else 0.0


def _gap_table(gaps: list[Gap]) -> str:
    rows = []
    for direction in ("out", "back"):
        own = [gap for gap in gaps if gap.direction == direction]
        for effort in own[0].rupiah:
            found = [_percent(gap, effort) for gap in own]
            rows.append([
                f"{direction}, {effort}", f"{sum(gap.size for gap in own):,}",
                f"{sum(gap.rupiah[effort] for gap in own):,}",
                f"{fmean(found):.3f}", f"{median(found):.3f}", f"{max(found):.3f}",
                f"{sum(gap.seconds[effort] for gap in own):.1f}", sum(gap.undone[effort] for gap in own),
            ])  # fmt: skip
    heads = ["", "stations", "rupiah", "mean gap to 20 x, %", "median, %", "largest, %", "CPU, s", "undone"]
    return markdown(heads, rows)


def _growth(runs: list[Batch]) -> str:
    rows = [
        [
            f"{run.districts}, {run.effort}" + ", killed halfway and called again" * run.killed, run.jobs,
            f"{run.stations:,}", f"{run.wall:.0f}", f"{run.cpu:.0f}", f"{run.cores:.2f}",
            f"{1000 * run.cpu / run.stations:.2f}", f"{run.worker_mb:.0f}", f"{run.parent_mb:.0f}",
            f"{run.unserved[0]} / {run.unserved[1]}", run.failed,
        ]
        for run in runs
    ]  # fmt: skip
    heads = [
        "districts", "workers", "stations", "wall, s", "processor, s", "cores it had", "processor a station, ms",
        "peak of a worker, MB", "peak of the caller, MB", "unserved out / back", "failed",
    ]  # fmt: skip
    return markdown(heads, rows)


def _trunk(run: Batch) -> str:
    bound, packed = run.trunk
    above = 100 * (packed / bound - 1) if bound else 0.0
    return (
        f"For the parts that the loads were cut into, no trunks of the {run.districts} districts cost less than "
        f"Rp{bound:,} (a proven bound, stage by stage); the plans' trunks cost Rp{packed:,}, {above:.3f} % more."
    )


def _lost(run: Batch) -> str:
    if not run.lost:
        return "Every station is served, out and back."
    return markdown(["district", "out", "back", "reasons: direction, reason, stations"], run.lost)


def _goals(runs: list[Batch], standard: Batch, gaps: list[Gap]) -> str:
    rows = []
    for run, minutes in ((standard, 30), (runs[-1], 10)):
        words = f"{run.stations:,} stations, {run.jobs} workers, {run.effort}: at most {minutes} minutes"
        said = f"{run.wall / 60:.1f} minutes of wall time on {run.cores:.2f} cores"
        rows.append(verdict(words, said, met=run.wall <= 60 * minutes))
        words = f"the same by processor time: at most {minutes * run.jobs} minutes on {run.jobs} cores"
        rows.append(verdict(words, f"{run.cpu / 60:.1f} minutes", met=run.cpu <= 60 * minutes * run.jobs))
    for effort, most in (("standard", 0.15), ("draft", 1.0)):
        mean = fmean(_percent(gap, effort) for gap in gaps)
        rows.append(
            verdict(f"{KECAMATAN} kecamatan, {effort}: mean gap at most {most} %", f"{mean:.3f} %", met=mean <= most)
        )
    for jobs in WORKERS:
        own = [run for run in runs if run.jobs == jobs]
        ratio = (own[-1].cpu / own[-1].stations) / (own[0].cpu / own[0].stations)
        words = f"{jobs} worker{'s' * (jobs > 1)}: no worse than linear in stations, processor time a station"
        rows.append(verdict(words, f"x {ratio:.2f}", met=ratio <= 1.1))
    same = {run.districts: len({other.digest for other in runs if other.districts == run.districts}) for run in runs}
    rows.append(
        verdict(
            "the same bytes with 1 worker and 2, and killed halfway",
            ", ".join(f"{size} districts: {'yes' if count == 1 else 'no'}" for size, count in same.items()),
            met=set(same.values()) == {1},
        )
    )
    failed = sum(run.failed for run in [*runs, standard])
    rows.append(verdict("no district failed, no plan with a violation", str(failed), met=not failed))
    return markdown(["goal", "measured", "met"], rows)


INTRODUCTION = """# The whole country

Written by `python -m bench nation`. `serentak nation` cuts the national table into districts by the default rule set,
plans every one out and back, checks and writes it. Wall time is that of the whole verb, from reading the table to the
last page; where the machine had other work too ("cores it had" below the number of workers), processor time says more.
Stations of a village share one point, hubs and vehicles are assumed: the plans say what is needed, and the time to make
them is real. A district whose plan breaks a rule of the independent check counts as failed. The last mile is measured
on kecamatan drawn at random, each as likely as any other, at every effort beside twenty times the iterations of
`standard`."""
