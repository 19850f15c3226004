"""How far from the best possible: lower bounds on the last mile of kecamatan drawn from the whole country.

``SERENTAK_BENCH_BOUNDS=20`` measures fewer; ``SERENTAK_BENCH_KEEP`` as in `bench.nation`.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import fmean, median

from bench._nation import SEED, kept, table
from bench._plot import chart
from bench._report import machine
from bench._report import table as markdown
from bench.nation import orders_of
from serentak.routing.district import DEFAULT_EFFORT, EFFORTS
from serentak.routing.draft import price
from serentak.routing.stage import Order, solve_stage

SAMPLE = int(os.environ.get("SERENTAK_BENCH_BOUNDS", "200"))
STRATA = ((1, 15), (16, 30), (31, 60), (61, 120), (121, 10_000))
"""Stations of a kecamatan, from and to; each stratum gives the same number of kecamatan."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One kecamatan outbound: its cost at the usual effort beside its bound."""

    code: str
    size: int
    rupiah: int
    bound: int | None
    why: str
    seconds: float

    @property
    def gap(self) -> float:
        """By how many per cent the cost may lie above the best possible, at most."""
        return 100 * (self.rupiah / self.bound - 1) if self.bound else float("nan")


def report() -> str:
    """Measure, and write the page."""
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("forkserver")) as pool:
        found = list(pool.map(_measure, _drawn()))
    series = {"kecamatan": [(own.size, max(own.gap, 0.001)) for own in found if own.bound]}
    figure = chart("bounds", series, x="stations", y="gap to the bound, %", log_x=True, lines=False)
    parts = [INTRODUCTION, machine() + f" Date: {time.strftime('%Y-%m-%d')}.", _strata(found), figure, _without(found)]
    return "\n\n".join(parts) + "\n"


def _drawn() -> list[str]:
    """Draw kecamatan at random, as many of each stratum."""
    sizes: Counter[str] = Counter()
    for own in table().districts.values():
        for block in own:
            sizes[block.first.kecamatan] += block.count
    chance = random.Random(SEED)  # noqa: S311 - a draw, not a secret
    drawn: list[str] = []
    for low, high in STRATA:
        inside = sorted(code for code, size in sizes.items() if low <= size <= high)
        drawn += chance.sample(inside, SAMPLE // len(STRATA))
    return drawn


def _measure(code: str) -> Measured:
    return kept(f"bound-{code}", Measured, partial(_prove, code))


def _prove(code: str) -> Measured:
    from bench._bound import bound  # noqa: PLC0415 - numba, in the workers only

    order = next(iter(orders_of(code)))
    solved = solve_stage(Order(order.problem, EFFORTS[DEFAULT_EFFORT], order.seed, order.warm))
    began = time.process_time()
    proven = bound(order.problem)
    wall = time.process_time() - began
    rupiah = price(solved.drafts).rupiah
    if solved.undone:
        return Measured(code, len(order.problem.tasks), rupiah, None, "some not served", wall)
    if proven.rupiah is not None and proven.rupiah > rupiah:
        raise AssertionError(f"{code}: a bound of {proven.rupiah} above a plan of {rupiah}")
    return Measured(code, len(order.problem.tasks), rupiah, proven.rupiah, proven.why, wall)


def _strata(found: Sequence[Measured]) -> str:
    rows = []
    for low, high in (*STRATA, (1, 10_000)):
        inside = [own for own in found if low <= own.size <= high]
        own = [one for one in inside if one.bound is not None]
        if not own:
            rows.append([f"{low} to {high}", len(inside), 0, "", "", "", "", ""])
            continue
        gaps = [one.gap for one in own]
        rows.append([
            f"{low} to {high}", len(inside), len(own), f"{fmean(gaps):.3f}", f"{median(gaps):.3f}", f"{max(gaps):.3f}",
            sum(gap < 0.01 for gap in gaps), f"{fmean(one.seconds for one in own):.1f}",
        ])  # fmt: skip
    heads = [
        "stations", "kecamatan", "with a bound", "mean gap, %", "median, %", "largest, %", "proven optimal (< 0.01 %)",
        "CPU of a bound, s",
    ]  # fmt: skip
    return markdown(heads, rows)


def _without(found: Sequence[Measured]) -> str:
    whys = Counter(own.why for own in found if own.bound is None)
    lines = [f"{count} without a bound: {why}." for why, count in sorted(whys.items())]
    return " ".join(lines) if lines else "Every kecamatan drawn has a bound."


INTRODUCTION = """# Lower bounds on the last mile

Written by `python -m bench bounds`. Kecamatan are drawn at random from the national table, as many of each size, and
planned outbound as `serentak nation` plans them. `bench/_bound.py` then proves what no plan can go below: the linear
relaxation over all runs that a vehicle could make, with the number of vehicle-days whole. The gap is therefore the most
that the plan could be above the best one; part of it is the bound's. Where villages are too many for every subset of
them to be priced there is no bound, and the table says so: the figures are of a sample, not of the country. The trunk's
bounds stand in every plan (`bound` in `plan.json`)."""
