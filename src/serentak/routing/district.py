"""A district planned: the trunk and the last mile outbound, and the return after the count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from multiprocessing import get_context
from typing import Final

from serentak.kit.kits import Kits, build_kits
from serentak.kit.rules import load_rules
from serentak.plan.model import SCHEMA, Baseline, Plan, Totals, Unserved
from serentak.plan.replanned import DIRECTIONS
from serentak.plan.stages import StageSpec, build_stages, is_recap, recap_unit
from serentak.routing.chain import Flow, Progress, Settings, run_direction
from serentak.routing.draft import price
from serentak.routing.stage import nearest_neighbour
from serentak.territory.model import District
from serentak.travel import CrowFlight, Travel

EFFORTS: Final = {"draft": 40, "standard": 250, "final": 4000}
"""Iterations without improvement of every routing problem, by effort."""
DEFAULT_EFFORT: Final = "standard"


def plan_district(
    district: District,
    effort: str = DEFAULT_EFFORT,
    seed: int | None = None,
    *,
    travel: Travel | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Plan:
    """Plan how every kit of a district gets to its station, and every box back.

    Parameters
    ----------
    district
        As read from its folder.
    effort
        ``draft``, ``standard`` or ``final``: how long the search goes on, in iterations.
    seed
        Seed of the search; by default the district's. The same seed gives the same plan, whatever `jobs` is.
    travel
        Times and distances; by default from coordinates.
    jobs
        Processes that solve stages side by side.
    progress
        Told after every stage.

    Returns
    -------
    Plan
        What could not be served stands in it with its reason; nothing is dropped.
    """
    rules = load_rules(district.rules, district.rule_overrides)
    kits = build_kits(district, rules)
    ways = travel or CrowFlight(district.terrain)
    number = district.seed if seed is None else seed
    specs = [build_stages(district, kits, rules, ways, direction) for direction in DIRECTIONS]
    with _workers(jobs) as executor:
        settings = Settings(EFFORTS[effort], number, executor, progress)
        out, back = _there_and_back(district, kits, ways, specs, settings)
        plain = Settings(0, number, executor, None, nearest_neighbour)
        baseline = _baseline(*_there_and_back(district, kits, ways, specs, plain))
    return Plan(
        schema=SCHEMA,
        district=district.code,
        supersedes=None,
        input_sha256="",
        seed=number,
        effort=effort,
        engines={"pyvrp": version("pyvrp"), "highs": version("highspy"), **ways.engines},
        stages=(*out.stages, *back.stages),
        unserved=_listed(district, out, back),
        baseline=baseline,
        totals=_totals(district, out, back),
    )


@contextmanager
def _workers(jobs: int) -> Iterator[Executor | None]:
    if jobs <= 1:
        yield None
        return
    # A fresh interpreter each: forking a process that has loaded solver threads is not safe.
    with ProcessPoolExecutor(jobs, mp_context=get_context("forkserver")) as executor:
        yield executor


def _there_and_back(
    district: District, kits: Kits, travel: Travel, specs: Sequence[list[StageSpec]], settings: Settings
) -> tuple[Flow, Flow]:
    there, home = specs
    out = run_direction(district, kits, travel, there, start_goods(district, kits), settings)
    delivered = dict.fromkeys(out.available, LONG_AGO)
    back = run_direction(district, kits, travel, home, delivered, settings, warm=out.tours)
    for station, lost in out.lost.items():
        back.lost[station] = Unserved(station, "back", "not_delivered", None, {"out": lost.reason})
    return out, back


LONG_AGO: Final = -10_000_000
"""Goods that wait in the warehouse, or in a station until its count is over, are there long before they travel."""


def start_goods(district: District, kits: Kits) -> dict[str, int]:
    """Give all goods of a district as they lie in its warehouse: the second from which each may be loaded."""
    names = [station.id for station in district.stations]
    return dict.fromkeys([*names, *(recap_unit(kecamatan) for kecamatan in kits.recap)], LONG_AGO)


def _listed(district: District, out: Flow, back: Flow) -> tuple[Unserved, ...]:
    order = {station.id: n for n, station in enumerate(district.stations)}
    both = [*out.lost.values(), *back.lost.values()]
    last = len(order)
    return tuple(sorted(both, key=lambda lost: (lost.direction == "back", order.get(lost.station, last), lost.station)))


def _stations(flow: Flow) -> int:
    return sum(not is_recap(name) for name in flow.lost)


def _totals(district: District, out: Flow, back: Flow) -> Totals:
    voters = sum(station.voters for station in district.stations)
    return Totals(stations=len(district.stations), voters=voters, **_sums(out, back))


def _baseline(out: Flow, back: Flow) -> Baseline:
    return Baseline(name="nearest_neighbour", **_sums(out, back))


def _sums(out: Flow, back: Flow) -> dict[str, int]:
    """Give what totals and baseline have in common, by the names of their fields."""
    sums = asdict(price([*out.drafts, *back.drafts]))
    return {"unserved_out": _stations(out), "unserved_back": _stations(back), **sums}
