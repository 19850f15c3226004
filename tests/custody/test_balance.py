"""Ballots and boxes add up, or the difference is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scene import AFTER, DAY, HOUR, KPU, STATIONS, H, Scene

from serentak.custody.balance import balances
from serentak.custody.entry import decode_entry
from serentak.custody.event import event_hash
from serentak.custody.kinds import Kind
from serentak.custody.report import findings


def named(scene, code="balance"):
    return [each.message for each in findings(scene.state(), AFTER) if each.code == code]


def test_a_clean_election_balances():
    scene = Scene().run()
    for each in balances(scene.state()):
        assert [equation.difference for equation in each.equations] == [0, 0, 0, 0]
        assert (each.out, each.back) == (len(STATIONS), len(STATIONS))
        assert each.packed == 820


@pytest.mark.parametrize(
    ("item", "extra", "equation"),
    [
        ("received", 5, "received = good + damaged + foreign"),
        ("foreign", -3, "received = good + damaged + foreign"),
        ("revote", 7, "good + usable = stations + revote + excess"),
        ("destroyed-excess", -4, "damaged - usable + excess = destroyed"),
    ],
)
def test_each_difference_is_named_with_its_size(item, extra, equation):
    scene = Scene().run()
    number = abs(extra)
    sign = 1 if extra > 0 else -1
    scene.act(KPU, Kind.COUNTED, H - 9 * DAY, unit=KPU, place=KPU, election="B", counts=[[item, number, number]])
    if sign > 0:
        assert any(equation in each and "election B" in each for each in named(scene))
    message = next(each for each in named(scene) if equation in each)
    side = -1 if item in ("foreign", "revote", "destroyed-excess") else 1
    assert message == f"election B: {equation} does not hold, the difference is {side * number}"


def test_what_was_packed_is_compared_with_what_stations_should_have():
    scene = Scene()
    scene.pack = lambda: Scene.pack(scene, ballots=409)
    assert named(scene.run()) == [
        f"election {letter}: stations = packed does not hold, the difference is 2" for letter in "BG"
    ]  # fmt: skip


def test_a_count_that_is_corrected_counts_no_more():
    scene = Scene().run()
    scene.act(KPU, Kind.COUNTED, H - 9 * DAY, unit=KPU, place=KPU, election="B", counts=[["received", 5, 5]])
    wrong = event_hash(decode_entry(scene.entries[-1]).data)
    assert named(scene)
    scene.act(KPU, Kind.CORRECTED, H - 8 * DAY, unit=KPU, subject=wrong, note="twice")
    assert named(scene) == []


def test_damaged_ballots_inspected_again_may_be_used():
    scene = Scene()
    scene.count = lambda: scene.act(
        KPU, Kind.COUNTED, H - 9 * DAY, unit=KPU, place=KPU, election="B",
        counts=[[item, number, number] for item, number in {
            "received": 1000, "good": 700, "damaged": 300, "stations": 820, "usable": 140, "excess": 20}.items()],
    )  # fmt: skip
    scene.destroy = lambda: None
    found = next(each for each in balances(scene.run().state()) if each.election == "B")
    assert [equation.difference for equation in found.equations] == [0, 0, 0]


def test_ballots_destroyed_without_witnesses_or_too_late_are_named():
    scene = Scene()
    scene.destroy = lambda: Scene.destroy(scene, witnesses=False)
    assert (
        named(scene.run(), "unwitnessed-destruction")
        == ["ballots were destroyed without the signatures of supervisor, police"] * 2
    )
    scene = Scene()
    scene.destroy = lambda: Scene.destroy(scene, at=H + HOUR)
    assert len(named(scene.run(), "late-destruction")) == 2


def test_a_box_that_does_not_come_back_shows_in_the_balance():
    scene = Scene()
    back = scene.come_back
    scene.come_back = lambda: None
    scene.run()
    assert [(each.out, each.back) for each in balances(scene.state())] == [(2, 0), (2, 0)]
    back()
    assert [(each.out, each.back) for each in balances(scene.state())] == [(2, 2), (2, 2)]


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["received", "good", "damaged", "foreign", "usable", "stations", "revote", "excess"]),
        st.integers(0, 10**9),
    )
)
def test_every_equation_holds_or_its_difference_is_named(figures):
    scene = Scene()
    scene.enrol()
    counts = [[item, number, number] for item, number in figures.items()]
    if counts:
        scene.act(KPU, Kind.COUNTED, H, unit=KPU, place=KPU, election="B", counts=counts)
    balance = next(each for each in balances(scene.state()) if each.election == "B")
    sums = (
        dict.fromkeys(["received", "good", "damaged", "foreign", "usable", "stations", "revote", "excess"], 0) | figures
    )
    expected = []
    if {"received", "good"} <= figures.keys():
        expected.append(sums["received"] - sums["good"] - sums["damaged"] - sums["foreign"])
    if {"good", "stations"} <= figures.keys():
        expected.append(sums["good"] + sums["usable"] - sums["stations"] - sums["revote"] - sums["excess"])
    assert [each.difference for each in balance.equations] == expected
    assert len(named(scene)) == len([each for each in expected if each])
