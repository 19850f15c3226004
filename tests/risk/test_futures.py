"""Closed forms: what a future does to a plan is compared with what a person can compute by hand."""

from __future__ import annotations

from dataclasses import replace
from math import erf, exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import kecil, kits_of, rules_of

from serentak.plan.stages import point_of
from serentak.risk.chance import chance
from serentak.risk.closures import Calm, Closures
from serentak.risk.course import make_course
from serentak.risk.draws import CHUNK, Draws
from serentak.risk.futures import play_futures
from serentak.risk.measures import Measure, apply_measures
from serentak.risk.uncertainty import Uncertainty
from serentak.routing.district import plan_district
from serentak.travel import CrowFlight
from serentak.travel.affected import AffectedEstimate
from serentak.travel.hazards import CLOSED, Cause, Hazards, Layer, Scenario, Site

FUTURES = 20_000
NONE = Uncertainty.none()


@pytest.fixture(scope="module")
def small():
    """A district, its plan and its course."""
    district = kecil()
    travel = CrowFlight(district.terrain)
    plan = plan_district(district, "draft", 1, travel=travel)
    return district, plan, make_course(plan, district, kits_of(district), rules_of(district), travel), travel


def hazards(*sites, cause=None, given=1.0, alone=0.0, effect=None, scenarios=None):
    """Make hazards of sites, each a set of ids of stations, all of one layer and one cause."""
    layer = Layer(
        "air", "flood", effect or dict.fromkeys(MODES, CLOSED), "hujan" if cause else "", given, alone, "", ""
    )
    causes = {"hujan": Cause("hujan", {"basah": cause})} if cause else {}
    named = [Site(f"s{n}", 0, frozenset(points), frozenset(), None, frozenset()) for n, points in enumerate(sites)]
    return Hazards("basah", causes, (layer,), tuple(named), scenarios or {})


MODES = ("truck", "pickup", "4x4", "motorbike", "boat", "foot")


def played(small, what, uncertainty=NONE, futures=FUTURES, seed=1, scenario=None):
    _district, _plan, course, travel = small
    ways = Closures(AffectedEstimate(travel, what), what, scenario) if what else Calm(travel)
    return play_futures(course, ways, uncertainty, futures, seed)


def agrees(hits: int, futures: int, expected: float) -> bool:
    """Tell whether a count agrees with a probability, within four standard deviations."""
    return abs(hits - futures * expected) <= 4 * sqrt(futures * expected * (1 - expected)) + 1e-9


def test_a_world_in_which_nothing_strays_is_the_plan(small):
    seen = played(small, None)
    for direction in ("out", "back"):
        assert set(seen.on_time[direction].values()) == {FUTURES}
        assert seen.missed[direction][0] == FUTURES


def test_one_site_with_no_cause_closes_its_station_as_often_as_it_is_given(small):
    station = small[2].stations["out"][0]
    seen = played(small, hazards({station}, given=0.3))
    assert agrees(seen.on_time["out"][station], FUTURES, 0.7)
    others = [name for name in small[2].stations["out"] if name != station]
    assert all(seen.on_time["out"][name] == FUTURES for name in others)
    assert agrees(int(seen.missed["out"][1]), FUTURES, 0.3)


def test_two_sites_of_one_cause_close_together(small):
    first, second = small[2].stations["out"][:2]
    seen = played(small, hazards({first}, {second}, cause=0.4))
    both = int(seen.missed["out"][2])
    assert both == FUTURES - seen.on_time["out"][first] == FUTURES - seen.on_time["out"][second]
    assert agrees(both, FUTURES, 0.4)


def test_two_sites_without_a_cause_close_each_for_itself(small):
    first, second = small[2].stations["out"][:2]
    seen = played(small, hazards({first}, {second}, given=0.4))
    assert agrees(int(seen.missed["out"][2]), FUTURES, 0.16)
    assert agrees(int(seen.missed["out"][1]), FUTURES, 0.48)


def test_a_cause_and_what_it_brings_multiply(small):
    station = small[2].stations["out"][0]
    seen = played(small, hazards({station}, cause=0.5, given=0.2))
    assert agrees(seen.on_time["out"][station], FUTURES, 0.9)


def test_a_cause_that_lasts_is_at_work_on_the_days_after_it_began(small):
    station = small[2].stations["out"][0]
    what = hazards({station}, cause=0.2)
    long = Hazards(what.season, {"hujan": Cause("hujan", {"basah": 0.2}, lasts=3)}, what.layers, what.sites, {})
    assert agrees(played(small, long).on_time["out"][station], FUTURES, 0.8**3)


def test_a_scenario_takes_the_place_of_the_season(small):
    station = small[2].stations["out"][0]
    flood = Scenario("banjir", "", {"hujan": 1.0}, {"air": 1.0})
    what = hazards({station}, cause=0.1, given=0.1, scenarios={"banjir": flood})
    assert played(small, what, scenario=flood).on_time["out"][station] == 0


def test_a_river_closes_boats_and_nobody_else(small):
    district, plan, _course, _travel = small
    places = {place.id for place in district.places if place.kind == "transit"}
    boats = {
        stop.at
        for stage in plan.stages
        for run in stage.runs
        if stage.direction == "out" and any(row.mode == "boat" and run.vehicle in row.names() for row in district.fleet)
        for stop in run.stops
    }
    assert boats
    assert places
    everywhere = {station.id for station in district.stations} | {place.id for place in district.places}
    seen = played(small, hazards(everywhere, given=0.25, effect={"boat": CLOSED}))
    for name, hits in seen.on_time["out"].items():
        if name in boats:
            assert agrees(hits, FUTURES, 0.75)
        elif name in {station.id for station in district.stations}:
            assert hits == FUTURES


def test_a_hub_that_cannot_be_reached_loses_all_behind_it(small):
    district, _plan, course, _travel = small
    hub = next(place.id for place in district.places if place.kind == "ppk")
    seen = played(small, hazards({hub}, given=1.0, effect={"truck": CLOSED}))
    assert {seen.on_time["out"][name] for name in course.stations["out"]} == {0}


def test_a_slow_leg_is_late_as_often_as_the_logarithm_says(small):
    """The hub that the first lorry reaches first is late when that leg takes longer than to the deadline."""
    _district, _plan, course, travel = small
    journey = course.journeys[0]
    halt = journey.halts[0]
    seconds = int(travel.legs((journey.base, halt.child.point), *journey.pace).seconds[0, 1])
    room = halt.child.closes - journey.run.depart
    seen = played(small, None, replace(NONE, leg=log(room / seconds)))
    assert agrees(seen.on_time["out"][halt.child.id], FUTURES, (1 + erf(1 / sqrt(2))) / 2)


def test_breakdowns_come_as_often_as_the_kilometres_say(small):
    _district, _plan, course, _travel = small
    journey = course.journeys[0]
    expected = 1 - exp(-400 * journey.row.team * journey.metres / 1e6)
    draws = [Draws(1, chunk, CHUNK) for chunk in range(4)]
    name = (journey.run.vehicle, journey.stage.id, journey.run.day, journey.round)
    hits = sum(len(each.struck(expected, "fails", *name)) for each in draws)
    assert agrees(hits, 4 * CHUNK, expected)


def test_equal_seeds_give_equal_futures_and_other_seeds_others(small):
    rough = replace(Uncertainty.usual(), leg=1.5)
    one, two, other = (played(small, None, rough, 5000, seed) for seed in (1, 1, 2))
    assert one.on_time == two.on_time
    assert one.missed["back"].tolist() == two.missed["back"].tolist()
    assert one.missed["back"].tolist() != other.missed["back"].tolist()


def test_the_first_futures_do_not_depend_on_how_many_follow():
    few, many = Draws(3, 0, 100), Draws(3, 0, CHUNK)
    assert few.normal("a").tolist() == many.normal("a")[:100].tolist()
    assert few.struck(0.05, "a").tolist() == [n for n in many.struck(0.05, "a").tolist() if n < 100]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(share=st.floats(0.001, 0.999))
def test_struck_futures_are_a_share_of_all(share):
    hits = [Draws(7, chunk, CHUNK).struck(share, "x") for chunk in range(3)]
    assert agrees(sum(map(len, hits)), 3 * CHUNK, share)
    assert all((each[1:] > each[:-1]).all() for each in hits)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(futures=st.integers(1, 10**6), share=st.floats(0, 1))
def test_the_interval_holds_its_share(futures, share):
    hits = round(futures * share)
    seen = chance(hits, futures)
    assert 0 <= seen.low <= seen.value <= seen.high <= 1


def test_the_interval_is_wilsons():
    seen = chance(8, 10)
    assert (round(seen.low, 4), round(seen.high, 4)) == (0.4902, 0.9433)
    with pytest.raises(ValueError, match="0 futures"):
        chance(0, 0)


def test_every_halt_lies_where_its_place_lies(small):
    district, _plan, course, _travel = small
    where = {item.id: point_of(item) for item in (*district.stations, *district.places)}
    assert all(halt.child.point == where[halt.child.id] for journey in course.journeys for halt in journey.halts)


def test_what_is_planned_a_day_earlier_has_a_second_chance(small):
    """A station closed for a day is reached the day after: only what is closed on both days is lost."""
    district, _plan, _course, travel = small
    hub = next(place for place in district.places if place.kind == "ppk")
    earlier = apply_measures(district, [Measure("earlier", hub.village[:8], number=1)], {})
    plan = plan_district(earlier, "draft", 1, travel=travel)
    assert not plan.unserved
    course = make_course(plan, earlier, kits_of(district), rules_of(district), travel, promised=district)
    station = next(
        journey.halts[0].child.id
        for journey in course.journeys
        if journey.direction == "out"
        and journey.run.day == -2
        and journey.base.id == hub.id
        and journey.halts[0].child.is_station
    )
    what = hazards({station}, cause=0.3)
    seen = play_futures(course, Closures(AffectedEstimate(travel, what), what), NONE, FUTURES, 1)
    assert agrees(seen.on_time["out"][station], FUTURES, 1 - 0.3**2)


@pytest.mark.parametrize(("cause", "expected"), [(None, 1 - 0.6**2), (0.4, 0.4)])
def test_the_interval_holds_what_a_person_computes_about_as_often_as_it_says(small, cause, expected):
    """Two sites that close by themselves, or together by their cause: how often either station is late."""
    first, second = small[2].stations["out"][:2]
    what = hazards({first}, {second}, cause=cause, given=1.0 if cause else 0.4)
    inside = 0
    for seed in range(40):
        missed = played(small, what, futures=400, seed=seed).missed["out"]
        seen = chance(400 - int(missed[0]), 400)
        inside += seen.low <= expected <= seen.high
    assert inside >= 34  # of 40 intervals of 95 %, fewer than 34 hold it once in some 700 times
