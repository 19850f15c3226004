"""Plans to be re-planned, and what may happen to them, for the tests of re-planning."""

from __future__ import annotations

import hashlib
import itertools
from functools import cache

from hypothesis import strategies as st

from serentak.plan.check import check_plan
from serentak.plan.model import Plan, Run, encode
from serentak.plan.replanned import Before, Loss
from serentak.routing.district import plan_district
from serentak.routing.replan import Answer, replan_district
from serentak.territory.model import District
from serentak.travel import CrowFlight
from serentak.travel.closures import Closure
from support import besar, kecil, kits_of, rules_of

DISTRICTS = {"kecil": kecil, "besar": besar}


@cache
def issued(name: str) -> Plan:
    return plan_district(DISTRICTS[name](), "draft")


def sha256(plan: Plan) -> str:
    return hashlib.sha256(encode(plan)).hexdigest()


def again(where: District, plan: Plan, at: int, closed=(), lost=(), **more) -> Answer:
    before = Before(plan, sha256(plan), at, tuple(closed), tuple(lost))
    return replan_district(
        before, where, kits_of(where), rules_of(where), CrowFlight(where.terrain), patience=10, **more
    )


def found(where: District, answer: Answer):
    ways = CrowFlight(where.terrain)
    return check_plan(answer.plan, where, kits_of(where), rules_of(where), ways, answer.before)


def legs_of(plan: Plan) -> list[tuple[str, str]]:
    legs = []
    for stage in plan.stages:
        for run in stage.runs:
            path = [stage.base, *(stop.at for stop in run.stops), stage.base]
            legs += [(a, b) for a, b in itertools.pairwise(path) if a != b]
    return sorted(set(legs))


def runs(plan: Plan) -> list[Run]:
    return [run for stage in plan.stages for run in stage.runs]


@st.composite
def events(draw, plan: Plan):
    """Draw what happens: a moment near some run, up to four closed or slowed legs, and perhaps a lost team."""
    run = draw(st.sampled_from(runs(plan)))
    at = draw(st.integers(run.depart - 3600, run.return_ + 600))
    closed = draw(
        st.lists(
            st.builds(
                Closure,
                leg=st.sampled_from(legs_of(plan)),
                factor=st.sampled_from([0.0, 0.0, 0.5]),
                end=st.sampled_from([None, None, 0]),
            ),
            max_size=4,
        )
    )
    lost: list[Loss] = []
    if draw(st.booleans()):
        out = [run for run in runs(plan) if run.depart <= at < run.return_] or runs(plan)
        team = draw(st.sampled_from(out))
        lost.append(Loss(team.vehicle, at, draw(st.sampled_from([None, team.day]))))
        lost += [Loss(team.escort, at, team.day)] if team.escort else []
    return at, closed, lost
