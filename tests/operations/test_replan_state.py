"""A re-plan from a custody log: played by one plan, replaced on the way, announced, played on, verified."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from serentak.base.clock import parse_moment
from serentak.base.errors import InputError, Refused
from serentak.custody.kinds import Kind
from serentak.custody.query import counts, station, without_custodian
from serentak.operations.announce import announce
from serentak.operations.check import check_plan_folder
from serentak.operations.plan import make_plan
from serentak.operations.play import play
from serentak.operations.play.faults import inject
from serentak.operations.replan import Told, make_replan
from serentak.operations.sample import write_sample
from serentak.plan.model import read_plan
from two_plans import at_once, judge, play_on, play_until, replan_from


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give the plan of the small sample with a second pickup, so that there is somebody to take over."""
    home = tmp_path_factory.mktemp("negeri")
    write_sample("kecil", home / "kecil")
    fleet = home / "kecil/fleet.csv"
    text = fleet.read_text(encoding="utf-8")
    fleet.write_text(text.replace("pikap,PPK-CONTOH,pickup,1", "pikap,PPK-CONTOH,pickup,2"), encoding="utf-8")
    make_plan(home / "kecil", home / "rencana", "draft")
    return home / "rencana"


def states(folder: Path) -> list[dict[str, str]]:
    with (folder / "input/replan/state.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("at", "lost", "late"),
    [
        ("H-5 08:20", [], False),
        ("H-1 07:25", [], False),
        ("H-1 07:25", [], True),
        ("H-1 08:20", [], True),
        ("H-1 07:25", ["out:PPK-CONTOH:1"], False),  # others take over what it has on board
        ("H-1 06:25", ["out:PPK-CONTOH:1"], False),  # it is brought back, and loaded again
        ("H-1 08:02", ["out:PPK-CONTOH:1"], True),
        ("H-1 08:05", ["pikap#1"], False),
    ],
)
def test_an_election_whose_plan_is_replaced_from_its_log_ends_clean(folder, tmp_path, at, lost, late):
    change = (lambda _script: None) if late else at_once
    played = play_until(folder, tmp_path / "log", parse_moment(at), change=change)
    made = replan_from(played, folder, tmp_path / "kedua", lost=lost)
    assert check_plan_folder(tmp_path / "kedua").violations == ()
    assert made.plan.replan.elsewhere == ()
    assert made.plan.totals.unserved_out == 0
    said = play_on(played, tmp_path / "kedua")
    assert said["supersedes"] == made.plan.supersedes
    found, state = judge(played.log)
    assert found == []
    assert without_custodian(state) == []
    assert counts(state)["returned"] == 12 * 3 + 2


def test_what_was_played_as_planned_changes_no_run(folder, tmp_path):
    played = play_until(folder, tmp_path / "log", parse_moment("H-1 07:45"), change=at_once)
    made = replan_from(played, folder, tmp_path / "kedua")
    issued = read_plan(folder)
    assert [stage.runs for stage in made.plan.stages] == [stage.runs for stage in issued.stages]
    record = made.plan.replan
    assert (record.changed, record.withdrawn, record.logged.late, record.logged.unknown) == ((), (), 0, ())
    assert json.loads((tmp_path / "kedua/input/replan/log.json").read_text())["entries"] > 50
    hands = [row["holder"] for row in states(tmp_path / "kedua") if row["goods"] == "14.01.08.2002-003"]
    assert hands == ["GUDANG", "truk#1", "PPK-CONTOH", "pikap#1", "14.01.08.2002-003"]


def test_a_promise_that_a_new_plan_cancels_is_silence_no_more(folder, tmp_path):
    """The boat is lost before it loads: what was promised by it is open until the new plan says what becomes of it."""
    played = play_until(folder, tmp_path / "log", parse_moment("H-1 07:05"), change=at_once)
    deadline = 1_732_640_400  # 2024-11-27 00:00 WIB
    found, _state = judge(played.log, deadline)
    waiting = {one for code, objects in found if code == "silence" for one in objects if "2003" in one or "2004" in one}
    assert len(waiting) == 12
    made = replan_from(played, folder, tmp_path / "kedua", lost=["perahu#1"])
    assert {one.station for one in made.plan.unserved if one.direction == "out"} == {
        f"14.01.08.{village}-00{number}" for village in (2003, 2004) for number in (1, 2)
    }
    said = play_on(played, tmp_path / "kedua")
    assert len(said["unplanned"]) == 8
    found, state = judge(played.log)
    assert found == []
    assert counts(state)["stored"] == 12
    assert {each.status for each in station(state, "14.01.08.2003-001")} == {"stored"}


def test_goods_that_the_log_shows_elsewhere_are_pinned_there_and_named(folder, tmp_path):
    def change(script):
        at_once(script)
        whom.update(inject(script, ["swapped"], 5))
        exchanged = [act for act in script.acts if act.kind == Kind.GIVEN and act.delay == 300]
        for act in exchanged:  # nobody has found it yet
            script.acts.remove(act)

    whom: dict[str, str] = {}
    played = play_until(folder, tmp_path / "log", parse_moment("H-1 12:00"), change=change)
    made = replan_from(played, folder, tmp_path / "kedua")
    pair = sorted(whom["swapped"].split(", "))
    both = " + ".join(pair)
    assert [(one.goods, one.at) for one in made.plan.replan.elsewhere] == [(one, both) for one in pair]
    lost = {one.station: (one.reason, one.figures) for one in made.plan.unserved if one.direction == "out"}
    assert lost == {one: ("elsewhere", {"place": both}) for one in pair}
    assert not {stop.at for stage in made.plan.stages for run in stage.runs for stop in run.stops} & set(pair)
    report = (tmp_path / "kedua/report.md").read_text(encoding="utf-8")
    assert f"{pair[0]} ({both})" in report
    # A re-plan of that re-plan does not forget it, log or no log.
    again = make_replan(tmp_path / "kedua", tmp_path / "ketiga", Told("H-1 13:00"))
    assert again.plan.replan.elsewhere == made.plan.replan.elsewhere
    assert check_plan_folder(tmp_path / "ketiga").violations == ()


def test_what_the_log_was_said_to_say_cannot_be_changed_afterwards(folder, tmp_path):
    played = play_until(folder, tmp_path / "log", parse_moment("H-1 07:45"), change=at_once)
    replan_from(played, folder, tmp_path / "kedua")
    state = tmp_path / "kedua/input/replan/state.csv"
    text = state.read_text(encoding="utf-8")
    state.write_text(text.replace("pikap#1,14.01.08.2002-003", "pikap#1,PPK-CONTOH"), encoding="utf-8")
    rules = {violation.rule for violation in check_plan_folder(tmp_path / "kedua").violations}
    assert "input" in rules
    assert {"log", "pinned"} & rules


def test_a_log_that_knows_nothing_leaves_the_plan_its_own_state_and_says_so(folder, tmp_path):
    played = play_until(folder, tmp_path / "log", parse_moment("H-9 12:00"), change=at_once)
    made = make_replan(folder, tmp_path / "kedua", Told("H-1 07:45", log=str(played.log)))
    plain = make_replan(folder, tmp_path / "tanpa", Told("H-1 07:45"))
    assert made.plan.stages == plain.plan.stages
    assert len(made.plan.replan.logged.unknown) == 13
    assert "13" in (tmp_path / "kedua/report.md").read_text(encoding="utf-8")


def test_a_log_of_another_election_or_plan_is_refused_and_nothing_is_written(folder, tmp_path, english):
    write_sample("kecil", tmp_path / "lain")
    toml = tmp_path / "lain/district.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("2024-11-27", "2024-12-04"), encoding="utf-8")
    make_plan(tmp_path / "lain", tmp_path / "rencana-lain", "draft")
    play(tmp_path / "rencana-lain", str(tmp_path / "log-lain"), 1)
    write_sample("kecil", tmp_path / "sama")
    make_plan(tmp_path / "sama", tmp_path / "rencana-sama", "draft")
    play(tmp_path / "rencana-sama", str(tmp_path / "log-sama"), 1)
    for log, said in (("log-lain", "another election"), ("log-sama", "is in force in this log"), ("tiada", "no such")):
        with pytest.raises(InputError, match=said):
            make_replan(folder, tmp_path / "kedua", Told("H-1 07:45", log=str(tmp_path / log)))
    assert not (tmp_path / "kedua").exists()


def test_the_plan_that_was_replaced_cannot_be_announced_again(folder, tmp_path):
    played = play_until(folder, tmp_path / "log", parse_moment("H-1 07:25"), change=at_once)
    replan_from(played, folder, tmp_path / "kedua", lost=["out:PPK-CONTOH:1"])
    key = played.log / "private/log.key"
    said = announce(tmp_path / "kedua", str(played.log), key)
    assert announce(tmp_path / "kedua", str(played.log), key)["already"]
    assert said["loads"] > 20
    other = make_replan(folder, tmp_path / "lain", Told("H-1 07:30"))
    assert other.plan.supersedes == said["supersedes"]
    with pytest.raises(Refused, match=said["plan"]):
        announce(tmp_path / "lain", str(played.log), key)
