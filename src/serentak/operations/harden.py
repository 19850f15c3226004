"""Use case ``serentak harden``: find the measures that make every station of a plan surer, and what they cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.formats.harden import harden_report
from serentak.operations.measures import FILE, avoiding, changed, measures_csv
from serentak.operations.plan import Ground, read_plan_ground, write_plan
from serentak.operations.stress import chosen_scenario, course_of, foresee
from serentak.operations.workspace import copy_input, district_source, input_sha256, new_folder, refuse_existing
from serentak.plan.model import Direction, Plan, read_plan
from serentak.risk.frontier import Hardened, Point, Worth, costs_by_kecamatan, steps_by_kecamatan
from serentak.risk.measures import Measure
from serentak.risk.outlook import DIRECTIONS, Outlook
from serentak.risk.proposals import propose, unsure
from serentak.routing.district import plan_district
from serentak.travel import CrowFlight, Travel
from serentak.travel.hazards import Scenario
from serentak.travel.road import RoadTravel

ROUNDS = 8
"""Rounds of proposals at most; each plans the district once."""
LEARN = 2_000
"""Futures by which measures are chosen."""


@dataclass(frozen=True)
class _Try:
    measures: tuple[Measure, ...]
    ground: Ground
    plan: Plan
    found: Outlook


def harden(
    folder: Path,
    out: Path,
    target: float,
    scenario: str | None = None,
    futures: int = 10_000,
    *,
    jobs: int = 1,
    progress: Callable[[int, float], None] | None = None,
) -> Hardened:
    """Make a plan surer, and write the new plan with its measures.

    Measures are chosen on one set of futures and judged on another. A hardened plan that is worse there, outbound or on
    the return, stations that it does not serve counted, is not written; the plan as it was is written again.

    Parameters
    ----------
    folder, out
        Plan folder, and the new one, which must not exist yet.
    target
        Chance of being in time that every single station is to reach, both ways.
    scenario
        Name of a scenario of ``hazards.toml``; the chances of the season without one.
    futures
        Futures by which both plans are judged.
    jobs
        Processes that plan stages side by side.
    progress
        Told after every round: its number, and the share of stations that reach the target.

    Raises
    ------
    InputError
        When the folder holds no plan, its input is a workbook, or `out` is taken.
    """
    refuse_existing(out)
    source = district_source(folder / "input")
    if source.is_file():
        raise InputError.of(
            str(source), _("measures cannot be written beside a workbook"), _("plan from a folder of CSV files")
        )
    before, ground = read_plan(folder), read_plan_ground(folder)
    if before.replan is not None:
        raise InputError.of(
            str(folder / "plan.json"),
            _("a re-plan keeps what is loaded and delivered, so it cannot be planned anew with measures"),
            _("harden the plan that it replaces, or tell 'serentak replan' what is closed"),
        )
    chosen = chosen_scenario(ground.hazards, scenario)
    work = _Work(ground, before, chosen, jobs)
    best, points = work.search(target, progress)
    after = work.attempt(best.measures, before.effort) if best is not work.first else work.first
    test = [foresee(own.plan, own.ground, chosen, futures, before.seed + 1) for own in (work.first, after)]
    if worse((after.plan, test[1]), (before, test[0])):
        after, test = work.first, [test[0], test[0]]
    worth = work.worth(best) if after is not work.first else ()
    costs = tuple(costs_by_kecamatan(course_of(own.plan, own.ground)) for own in (work.first, after))
    result = Hardened(
        target,
        chosen,
        test[0],
        test[1],
        before,
        after.plan,
        after.measures,
        tuple(points),
        (costs[0], costs[1]),
        worth,
    )
    _write(out, folder, after, result)
    return result


def worse(one: tuple[Plan, Outlook], other: tuple[Plan, Outlook]) -> bool:
    """Tell whether one plan is worse than another, outbound or on the return; a station not served is late for sure."""
    return any(
        _all_in_time(*one, direction) < _all_in_time(*other, direction)
        or _late(*one, direction) > _late(*other, direction)
        for direction in DIRECTIONS
    )


def _all_in_time(plan: Plan, seen: Outlook, direction: Direction) -> float:
    return 0.0 if _unserved(plan, direction) else seen.all_on_time[direction].on_time.value


def _late(plan: Plan, seen: Outlook, direction: Direction) -> float:
    return seen.missed[direction][0] + _unserved(plan, direction)


def _unserved(plan: Plan, direction: Direction) -> int:
    return plan.totals.unserved_out if direction == "out" else plan.totals.unserved_back


class _Work:
    """The search for measures."""

    def __init__(self, ground: Ground, plan: Plan, scenario: Scenario | None, jobs: int) -> None:
        self.ground, self.plan, self.scenario, self.jobs = ground, plan, scenario, jobs
        self.first = _Try(ground.measures, ground, plan, self._foresee(plan, ground))

    def search(self, target: float, progress: Callable[[int, float], None] | None) -> tuple[_Try, list[Point]]:
        """Give the best plan found, at draft effort, and what each round reached at what cost."""
        now, refused = self.first, set[Measure]()
        points, roads = [_point(now, 0)], self.ground.graph is not None
        for number in range(1, ROUNDS + 1):
            weak = unsure(now.found, now.plan, target)
            proposed = {
                kecamatan: propose(
                    kecamatan, own, now.ground.district, now.ground.hazards, now.measures, refused, on_network=roads
                )
                for kecamatan, own in weak.items()
            }
            proposed = {kecamatan: steps for kecamatan, steps in proposed.items() if steps}
            if not proposed:
                break
            tried = self.attempt(_laid_over(now.measures, proposed.values()), "draft")
            good = [kecamatan for kecamatan in proposed if _missed(tried, kecamatan) < _missed(now, kecamatan)]
            for kecamatan in proposed.keys() - set(good):
                refused.update(proposed[kecamatan])
            if len(good) < len(proposed):
                tried = self.attempt(_laid_over(now.measures, (proposed[k] for k in good)), "draft") if good else now
            if sum(_missed(tried, k) for k in proposed) < sum(_missed(now, k) for k in proposed):
                now = tried
                points.append(_point(now, number))
            else:
                refused.update(step for k in good for step in proposed[k])
            if progress is not None:
                progress(number, _share_at(now, target))
        return now, points

    def worth(self, best: _Try) -> tuple[Worth, ...]:
        """Give what each measure is worth: one of every kecamatan is left out at a time, since they do not meet."""
        steps = steps_by_kecamatan(
            (each for each in best.measures if each not in self.ground.measures), best.ground.district
        )
        whole = [{"": step} for step in steps.pop("", [])]
        most = max(map(len, steps.values()), default=0)
        ones = [{kecamatan: own[n] for kecamatan, own in steps.items() if n < len(own)} for n in range(most)]
        found = []
        for left_out in (*whole, *ones):
            without = {each for step in left_out.values() for each in step}
            tried = self.attempt(tuple(each for each in best.measures if each not in without), "draft")
            with_it, costs = (_costs(own) for own in (best, tried))
            for kecamatan, step in left_out.items():
                late = _missed(tried, kecamatan) - _missed(best, kecamatan)
                found.append(Worth(kecamatan, step, late, with_it.get(kecamatan, 0) - costs.get(kecamatan, 0)))
        return tuple(sorted(found, key=lambda each: each.kecamatan))

    def attempt(self, measures: tuple[Measure, ...], effort: str) -> _Try:
        """Plan the district with measures, and see how surely it holds."""
        ground = self.ground
        district = changed(ground.promised or ground.district, measures)
        plain: Travel = CrowFlight(district.terrain)
        if ground.graph is not None:
            plain = RoadTravel(ground.graph, district.terrain)
        travel = avoiding(plain, measures, ground.hazards)
        ground = replace(ground, district=district, travel=travel, measures=measures)
        plan = plan_district(district, effort, self.plan.seed, travel=travel, jobs=self.jobs)
        return _Try(measures, ground, plan, self._foresee(plan, ground))

    def _foresee(self, plan: Plan, ground: Ground) -> Outlook:
        return foresee(plan, ground, self.scenario, LEARN, self.plan.seed)


def _missed(own: _Try, kecamatan: str) -> float:
    """Give the stations of a kecamatan that are not in time in the mean; unserved ones always are not."""
    late = sum(
        1 - odds.on_time.value for rows in own.found.stations.values() for odds in rows if odds.id.startswith(kecamatan)
    )
    return late + sum(lost.station.startswith(kecamatan) for lost in own.plan.unserved)


def _costs(own: _Try) -> dict[str, int]:
    """Give the rupiah of the runs of each kecamatan, and by "" those of the plan."""
    return {**costs_by_kecamatan(course_of(own.plan, own.ground)), "": own.plan.totals.rupiah}


def _share_at(own: _Try, target: float) -> float:
    rows = [odds for odds_of in own.found.stations.values() for odds in odds_of]
    return sum(odds.on_time.value >= target for odds in rows) / max(1, len(rows) + len(own.plan.unserved))


def _point(own: _Try, number: int) -> Point:
    chances = {direction: own.found.all_on_time[direction].on_time.value for direction in own.found.all_on_time}
    missed = {direction: own.found.missed[direction][0] for direction in own.found.missed}
    return Point(number, own.plan.totals.rupiah, len(own.measures), chances, missed)


def _laid_over(measures: Iterable[Measure], proposed: Iterable[Iterable[Measure]]) -> tuple[Measure, ...]:
    """Give measures with new ones in the place of those of the same kind, place and mode; vehicles add up."""
    found = {(each.kind, each.at, each.mode if each.kind == "vehicles" else ""): each for each in measures}
    for step in proposed:
        for each in step:
            key = each.kind, each.at, each.mode if each.kind == "vehicles" else ""
            if each.kind == "vehicles" and key in found:
                each = replace(each, number=each.number + found[key].number)  # noqa: PLW2901
            found[key] = each
    return tuple(found[key] for key in sorted(found))


def _write(out: Path, folder: Path, after: _Try, result: Hardened) -> None:
    with new_folder(out) as made:
        copy_input(folder / "input", made / "input")
        if after.measures:
            (made / "input" / FILE).write_text(measures_csv(after.measures), encoding="utf-8")
        digest = hashlib.sha256((folder / "plan.json").read_bytes()).hexdigest()
        plan = msgspec.structs.replace(after.plan, supersedes=digest, input_sha256=input_sha256(made / "input"))
        write_plan(made, plan, after.ground)
        (made / "harden.md").write_text(harden_report(result, after.ground.district), encoding="utf-8")
