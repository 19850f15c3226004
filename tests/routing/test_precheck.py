from __future__ import annotations

import random
from dataclasses import replace

import pytest

from serentak.base.clock import DAY, HOUR
from serentak.plan.reasons import CODES, in_words, remedy
from serentak.routing.precheck import impossible, shortage
from serentak.routing.proofs import precheck_district
from serentak.routing.stage import Order, solve_stage
from serentak.territory.model import District, Tier
from support import Table, district, fleet, guards, kecil, place, problem, station, window, without


def desa(vehicles, escorts=(), *, stations=None, hours=(6, 20), start="H-1 06:00", end="H-1 20:00", escort="none"):
    places = [place("W", "warehouse", "", 101.0, 0.0), place("P", "ppk", "W", 101.1, 0.0)]
    tier = Tier(window(start, end), (int(hours[0] * HOUR), int(hours[1] * HOUR)), escort)
    trucks = [fleet("truk", "W", "truck", 1, 150, row=99)]
    stations = stations or [station("14.01.01.2001", 1, 101.2, 0.0, "P")]
    out = {"tps": tier, "ppk": Tier(window("H-9 06:00", "H-2 20:00"), (6 * HOUR, 20 * HOUR), "none")}
    return district(places, stations, [*trucks, *vehicles], escorts, out=out)


def pickup(**more):
    return fleet("pikap", "P", "pickup", 1, more.pop("boxes", 20), **more)


LEG = 1871
"""Seconds from P to the station: a tenth of a degree on the equator x 1.4 at 30 km/h, rounded up."""
GUARDED = [station("14.01.01.2001", 1, 101.2, 0.0, "P", police_class="khusus")]
BOAT = [station("14.01.01.2001", 1, 101.2, 0.0, "P", access=("boat",))]

REASONS: dict[str, tuple[District, Table | None, str, dict[str, int | str], int | None]] = {
    "no vehicle": (desa([]), None, "no_vehicle", {"base": "P"}, None),
    "a team that never comes together": (
        desa([fleet("ojek", "P", "motorbike", 1, 1, team=2)]), None, "no_vehicle", {"base": "P"}, None),
    "no mode": (desa([pickup()], stations=BOAT), None, "no_mode", {"base": "P", "access": "boat"}, None),
    "too heavy": (desa([pickup(grams=2_000)]), None, "too_heavy", {"boxes": 2}, None),
    "too large": (desa([pickup(boxes=1)]), None, "too_large", {"boxes": 2, "largest": 1}, None),
    "no way": (desa([pickup()]), Table(lambda _a, _b: -1), "no_way", {"base": "P"}, None),
    "no escort": (desa([pickup()], escort="run"), None, "no_escort", {"base": "P"}, None),
    "no escort for a guarded station": (desa([pickup()], stations=GUARDED), None, "no_escort", {"base": "P"}, None),
    "escort elsewhere": (desa([pickup()], [guards("polri", "W", 3)], escort="run"), None, "no_escort", {}, None),
    "escort on other days": (
        desa([pickup()], [guards("polri", "P", 3, days=(-3,))], escort="run"), None, "no_escort", {}, None),
    "no day": (desa([pickup(days=(-3, 2))]), None, "no_day", {"base": "P"}, None),
    "no day, though no escort either": (desa([pickup(days=(2,))], escort="run"), None, "no_day", {}, None),
    "window": (desa([pickup()], start="H-1 19:00", end="H-1 19:20"), None, "window",
               {"due": -DAY + 19 * HOUR + 1200, "late_minutes": 12, "vehicle": "pikap"},
               -DAY + 19 * HOUR + LEG),
    "hours": (desa([pickup()], hours=(6, 7)), None, "hours",
              {"round_trip_minutes": 92, "working_minutes": 60, "lacking_minutes": 32, "vehicle": "pikap"}, None),
    "hours of the escort": (
        desa([pickup()], [guards("polri", "P", 1, hours=(7 * HOUR, 8 * HOUR))], escort="run"), None, "hours",
        {"round_trip_minutes": 92, "working_minutes": 60, "lacking_minutes": 32}, None),
    "window and hours": (desa([pickup()], start="H-1 19:00", end="H-1 23:00"), None, "window_and_hours",
                         {"round_trip_minutes": 92, "working_minutes": 840}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", REASONS)
def test_each_reason_with_its_arithmetic(name, english):
    where, travel, reason, figures, earliest = REASONS[name]
    (found,) = impossible(problem(where, "P", travel=travel)).values()
    assert found.reason == reason
    assert figures.items() <= found.figures.items()
    assert earliest is None or found.earliest == earliest
    assert "…" not in in_words(found.reason, found.figures) + remedy(found.reason, found.figures)


def test_every_code_that_one_task_can_have_is_covered():
    of_several = {"fleet_short", "escort_short", "hours_short", "not_delivered"}
    of_replans = {"closed", "no_team", "stranded", "held_up", "elsewhere"}
    alone = set(CODES) - of_several - of_replans
    assert {reason for _where, _travel, reason, _figures, _earliest in REASONS.values()} == alone


@pytest.mark.parametrize(
    ("reason", "where"),
    [
        ("window", desa([pickup()], start="H-1 19:00", end="H-1 19:32")),
        ("hours", desa([pickup()], hours=(6, 7 + 32 / 60))),
        ("too_large", desa([pickup(boxes=2)])),
        ("no_escort", desa([pickup()], [guards("polri", "P", 1)], escort="run")),
    ],
)
def test_the_relaxation_that_is_named_does_help(reason, where):
    left = {found.reason for found in impossible(problem(where, "P")).values()}
    assert reason not in left


def test_what_can_be_done_is_not_called_impossible():
    assert impossible(problem(desa([pickup()]), "P")) == {}
    assert shortage(problem(desa([pickup()]), "P")) is None


def test_reasons_of_the_return_give_the_time_at_home():
    where = desa([pickup()])
    where = replace(where, back=where.back | {"ppk": replace(where.back["ppk"], window=(12 * HOUR, 14 * HOUR))})
    (found,) = impossible(problem(where, "P", "back")).values()
    assert found.reason == "window"
    ready = 14 * HOUR + 20 * 301 * 2
    assert found.earliest == ready + 540 + LEG
    assert found.figures["late_minutes"] == -(-(ready + 540 + LEG - 14 * HOUR) // 60)


# The proof by area.


def busy(seed: int) -> District:
    rng = random.Random(seed)  # noqa: S311 - a seed, not a secret
    many = rng.randint(3, 6)
    stations = [
        station("14.01.01.2001", n, 101.1 + rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1), "P")
        for n in range(1, many + 1)
    ]
    row = fleet("pikap", "P", "pickup", rng.randint(1, 2), rng.choice([2, 4, 6]))
    hours = (6, 6 + rng.choice([2, 2.5, 3, 4]))
    escorts = [guards("polri", "P", 1)] if rng.random() < 0.3 else []
    return desa([row], escorts, stations=stations, hours=hours, escort="run" if escorts else "none")


def can_be_done(where: District) -> bool:
    """Try every way to make runs of the tasks and every way to lay them on the teams' one working day."""
    work = problem(where, "P")
    row = work.spec.fleet[0]
    seconds = work.seconds[row.mode, row.speed_factor]
    hours = where.out["tps"].hours
    teams = min(row.teams, 1) if where.escorts else row.teams
    length, most = hours[1] - hours[0], row.boxes // 2
    tasks = range(len(work.tasks))

    def finish(left: frozenset[int], here: int, load: int, spent: int, team: int) -> bool:
        """Tell whether the rest can be done: the team stands at `here` with `load` more stations on board allowed."""
        if not left:
            return spent + seconds[here][0] <= length
        for task in left if load else ():
            there = work.tasks[task].child + 1
            after = spent + seconds[here][there] + work.child(task).service(work.tasks[task].boxes)
            if after + seconds[there][0] <= length and finish(left - {task}, there, load - 1, after, team):
                return True
        if here:
            home = spent + seconds[here][0]
            return finish(left, 0, most, home + work.spec.base.handling, team) or (
                team + 1 < teams and finish(left, 0, most, work.spec.base.handling, team + 1)
            )
        return False

    return finish(frozenset(tasks), 0, most, work.spec.base.handling, 0)


@pytest.mark.parametrize("seed", range(40))
def test_a_proof_of_shortage_is_never_wrong_and_what_is_possible_is_done(seed):
    where = busy(seed)
    work = problem(where, "P")
    alone = impossible(work)
    done = can_be_done(where)
    if shortage(work) is not None or alone:
        assert not done
    assert bool(solve_stage(Order(work, 150, 1)).undone) == (not done)


def test_the_seeds_hold_proven_possible_and_unproven_cases():
    kinds = {(shortage(problem(busy(seed), "P")) is not None, can_be_done(busy(seed))) for seed in range(40)}
    assert kinds == {(True, False), (False, True), (False, False)}


def test_a_shortage_counts_only_what_could_be_done_alone():
    near = [station("14.01.01.2001", n, 101.1 + n / 100, 0.0, "P") for n in range(1, 4)]
    beyond = [station("14.01.01.2001", n, 101.1 + n / 100, 0.0, "P", access=("boat",)) for n in range(4, 60)]
    work = problem(desa([pickup()], stations=[*near, *beyond], hours=(6, 9)), "P")
    assert len(impossible(work)) == len(beyond)
    assert shortage(work) is None


def test_a_shortage_of_escorts_is_named_before_one_of_vehicles():
    stations = [station("14.01.01.2001", n, 101.1 + n / 100, 0.0, "P") for n in range(1, 30)]
    row = fleet("pikap", "P", "pickup", 9, 2)
    few = problem(desa([row], [guards("polri", "P", 1)], stations=stations, hours=(6, 9), escort="run"), "P")
    none = problem(desa([replace(row, count=1)], stations=stations, hours=(6, 9)), "P")
    assert shortage(few).reason == "escort_short"
    assert shortage(none).reason == "fleet_short"
    assert shortage(few).needed > shortage(few).available == 3 * HOUR


def test_the_precheck_of_a_district_names_stage_subjects_and_remedy(english):
    assert precheck_district(kecil()) == []
    (proof, back) = precheck_district(without(kecil(), "fleet", 2))
    assert (proof.stage, back.stage) == ("out:DERMAGA-CONTOH", "back:DERMAGA-CONTOH")
    assert proof.reason == "no_vehicle"
    assert len(proof.subjects) == 4
    assert "DERMAGA-CONTOH" in proof.message
    assert "at least one vehicle" in proof.remedy
