from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.territory.columns import MODES
from serentak.travel.ways import (
    TAGS,
    WHEELS,
    Judge,
    barred_modes,
    can_stop,
    judge,
    kind_of,
    read_duration,
    read_limit,
    read_measure,
    table,
)  # fmt: skip


def who(**tags: str) -> dict[str, tuple[float, float]]:
    """Give km/h ahead and back by mode, of those who may go at all."""
    tags = {name.replace("__", ":"): value for name, value in tags.items()}
    trait, _absurd = judge(kind_of(tags), tags)
    if trait is None:
        return {}
    both = zip(MODES, trait.ahead, trait.back, strict=True)
    return {mode: (ahead, back) for mode, ahead, back in both if ahead or back}


def test_no_lorry_on_a_footpath():
    for kind in ("footway", "path", "steps", "cycleway", "bridleway"):
        assert set(who(highway=kind)) == {"foot"}
        assert "truck" not in who(highway=kind, motor_vehicle="yes", hgv="yes")
    assert set(who(highway="path", motorcycle="yes")) == {"foot", "motorbike"}  # a gang
    assert "motorbike" not in who(highway="steps", motorcycle="yes")


def test_one_ways_bind_vehicles_and_not_feet():
    for word in ("yes", "1", "true"):
        ways = who(highway="residential", oneway=word)
        assert all(ahead and not back for mode, (ahead, back) in ways.items() if mode in WHEELS)
        assert ways["foot"] == (4, 4)
    for word in ("-1", "reverse"):
        assert all(
            back and not ahead for mode, (ahead, back) in who(highway="primary", oneway=word).items() if mode in WHEELS
        )
    assert all(ahead and back for ahead, back in who(highway="primary", oneway="no").values())
    assert set(who(highway="primary", oneway="reversible")) == {"foot"}
    assert all(ahead and back for ahead, back in who(highway="primary", oneway="alternating").values())
    assert all(ahead and back for ahead, back in who(highway="residential", **{"oneway:bicycle": "no"}).values())


def test_roundabouts_and_motorways_are_one_way_unless_they_say_no():
    assert who(highway="tertiary", junction="roundabout")["truck"] == (24, 0)
    assert who(highway="motorway")["truck"][1] == 0
    assert who(highway="motorway", oneway="no")["truck"][1] > 0
    assert set(who(highway="motorway")) == {"truck", "pickup", "4x4"}  # no motorbike on a toll road
    assert who(highway="primary", **{"oneway": "yes", "oneway:motorcycle": "no"})["motorbike"][1] > 0


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"access": "no"}, set()),
        ({"access": "private"}, set()),
        ({"access": "private", "foot": "yes"}, {"foot"}),
        ({"motor_vehicle": "no"}, {"foot"}),
        ({"motor_vehicle": "private", "motorcycle": "yes"}, {"foot", "motorbike"}),
        ({"access": "no", "motor_vehicle": "destination"}, {"truck", "pickup", "4x4", "motorbike"}),
        ({"motorcar": "no"}, {"foot", "motorbike"}),
        ({"hgv": "no"}, {"foot", "motorbike", "pickup", "4x4"}),
        ({"access": "customers"}, {"foot", "motorbike", "pickup", "4x4", "truck"}),
        ({"foot": "no"}, {"motorbike", "pickup", "4x4", "truck"}),
        ({"motor_vehicle": "agricultural;forestry"}, {"foot"}),
        ({"motor_vehicle": "forestry; private"}, {"foot"}),
        ({"motor_vehicle": "agricultural;destination"}, {"foot", "motorbike", "pickup", "4x4", "truck"}),
        ({"hgv": "unsuitable"}, {"foot", "motorbike", "pickup", "4x4"}),
        ({"foot": "use_sidepath"}, {"motorbike", "pickup", "4x4", "truck"}),
        ({"motorroad": "yes"}, {"motorbike", "pickup", "4x4", "truck"}),
        ({"maxweightrating": "7.5"}, {"foot", "motorbike", "pickup", "4x4"}),
        ({"surface": "asphalt;mud"}, {"foot", "motorbike", "4x4"}),
        ({"area": "yes"}, {"foot"}),
        ({"maxweight": "3.5"}, {"foot", "motorbike", "pickup", "4x4"}),
        ({"maxweight": "3500 kg"}, {"foot", "motorbike", "pickup", "4x4"}),
        ({"width": "1.5"}, {"foot", "motorbike"}),
        ({"maxheight": "2.5 m"}, {"foot", "motorbike", "pickup", "4x4"}),
        ({"maxheight": "8'6\""}, {"foot", "motorbike", "pickup", "4x4"}),
        ({"bridge": "yes", "bridge:structure": "simple-suspension"}, {"foot", "motorbike"}),
        ({"smoothness": "impassable"}, {"foot"}),
        ({"surface": "mud"}, {"foot", "motorbike", "4x4"}),
    ],
)  # fmt: skip
def test_tags_say_who_may_go(tags, modes):
    trait, _absurd = judge("residential", {"highway": "residential", **tags})
    assert (set() if trait is None else {m for m, kmh in zip(MODES, trait.ahead, strict=True) if kmh}) == modes


@pytest.mark.parametrize("kind", ["footway", "path", "cycleway", "pedestrian", "steps"])
@pytest.mark.parametrize("word", ["yes", "permissive", "destination", "customers"])
def test_access_alone_brings_no_vehicle_onto_a_way_for_feet(kind, word):
    assert set(who(highway=kind, access=word)) == {"foot"}


def test_who_walks_in_the_mountains():
    assert who(highway="path", sac_scale="hiking")["foot"] == (3.5, 3.5)
    assert who(highway="path", sac_scale="demanding_mountain_hiking", motorcycle="yes") == {"foot": (2, 2)}
    assert who(highway="path", sac_scale="alpine_hiking") == {}


def test_lorries_need_firm_ground_on_a_track():
    assert set(who(highway="track")) == {"pickup", "4x4", "motorbike", "foot"}
    assert "truck" in who(highway="track", tracktype="grade2")
    assert "truck" in who(highway="track", surface="asphalt")
    assert set(who(highway="track", tracktype="grade5")) == {"4x4", "motorbike", "foot"}


def test_surface_and_limit_only_slow_down():
    assert who(highway="primary", surface="asphalt") == who(highway="primary")
    assert who(highway="primary", surface="gravel")["truck"] == (20, 20)
    assert who(highway="residential", surface="gravel")["truck"] == (15, 15)
    assert who(highway="primary", maxspeed="20")["truck"] == (20, 20)
    assert who(highway="primary", maxspeed="90")["truck"] == (30, 30)
    assert who(highway="primary", maxspeed="3")["foot"] == (4, 4)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("walk", 7), ("none", 0), ("ID:urban", 50), ("DE:rural", 80),
        ("ID:motorway", 100), ("", 0), ("signals", 0), ("60;40", 40), ("50|30", 30), ("5 knots", 9.26), ("variable", 0),
    ],
)  # fmt: skip
def test_limits_of_speed(text, limit):
    assert read_limit(text) == (pytest.approx(limit), "")


@pytest.mark.parametrize("text", ["0", "-5", "999", "1", "0 mph", "9" * 400, "50;0"])
def test_limits_that_cannot_be_true_are_named_and_not_used(text):
    assert read_limit(text) == (0, text)
    trait, absurd = judge("primary", {"highway": "primary", "maxspeed": text})
    assert absurd == text
    assert trait is not None
    assert trait.ahead[0] == 30


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:45", 2700), ("1:30:00", 5400), ("45", 2700), ("", 0), ("PT1H", 0), ("soon", 0), ("²", 0), ("99999", 0)],
)
def test_durations(text, seconds):
    assert read_duration(text) == seconds


def test_measures():
    assert [read_measure(text) for text in ("2.5", "2,5 m", "3.5 t", "800 kg", "default", "")] == [
        2.5, 2.5, 3.5, 0.8, 0, 0,
    ]  # fmt: skip
    feet = [read_measure(text) for text in ("8'6\"", "8' 6\"", "8'", "8.5 ft", "8 ft 6 in", "260 cm")]
    assert feet == pytest.approx([2.5908, 2.5908, 2.4384, 2.5908, 2.5908, 2.6])
    assert [read_measure(text) for text in ("10 st", "20000 lbs")] == pytest.approx([9.0718474, 9.0718474])


def test_vehicles_ride_a_ferry_only_where_its_tags_say_so():
    assert set(who(route="ferry")) == {"foot", "boat"}
    assert set(who(route="ferry", motor_vehicle="yes")) == {*WHEELS, "foot", "boat"}
    assert set(who(route="ferry", motorcar="yes", hgv="no")) == {"pickup", "4x4", "foot", "boat"}
    assert set(who(route="ferry", motorcycle="yes", foot="no")) == {"motorbike", "boat"}
    assert set(who(route="ferry", access="yes")) == {"foot", "boat"}
    trait, _absurd = judge("ferry", {"route": "ferry", "duration": "01:10"})
    assert trait is not None
    assert (trait.seconds, trait.wait, trait.whole) == (4200, 1800, True)


def test_boats_go_on_rivers_and_slower_upstream():
    assert who(waterway="river") == {"boat": (18, 14)}
    assert who(waterway="canal") == {"boat": (12, 12)}
    assert who(waterway="stream") == {}
    assert who(waterway="stream", boat="yes") == {"boat": (8, 8)}
    assert who(waterway="river", boat="no") == {}
    assert who(waterway="river", motorboat="no") == {}
    assert who(waterway="river", intermittent="yes") == {}
    assert who(waterway="river", tunnel="culvert") == {}


def test_what_is_not_built_or_not_known_is_used_by_nobody():
    for tags in ({"highway": "construction"}, {"highway": "proposed"}, {"highway": "no"}, {"waterway": "dam"}, {}):
        assert who(**tags) == {}


def test_lanes_for_buses_alone_are_known_by_their_names():
    verdicts = Judge()
    assert verdicts.way(1, {"highway": "service"}, "Transjakarta Busway Koridor 1") == -1
    assert verdicts.way(2, {"highway": "service"}, "Jalan Sudirman") == 0
    assert verdicts.closed == {"Transjakarta Busway Koridor 1": 1}


def test_words_of_other_sources():
    assert kind_of({"highway": "Jalan Kolektor"}) == "secondary"
    assert kind_of({"man_made": "pier"}) == "pier"
    assert kind_of({"route": "ferry", "highway": "service"}) == "ferry"
    assert kind_of({"man_made": "bridge"}) == ""


def test_barriers():
    four_wheels = ("truck", "pickup", "4x4")
    assert barred_modes({"barrier": "bollard"}) == four_wheels
    assert barred_modes({"barrier": "bollard", "motor_vehicle": "yes"}) == ()
    assert barred_modes({"barrier": "gate"}) == ()
    assert set(barred_modes({"barrier": "gate", "access": "private"})) == set(MODES)
    assert barred_modes({"barrier": "height_restrictor", "maxheight": "2.5"}) == ("truck",)
    assert barred_modes({"waterway": "weir"}) == ("boat",)
    assert barred_modes({"highway": "crossing", "access": "no"}) == ()


def test_nobody_halts_on_a_motorway_or_at_sea():
    assert [can_stop(kind, "foot") for kind in ("motorway", "ferry", "primary", "bollard")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert [can_stop(kind, "boat") for kind in ("ferry", "river")] == [True, True]  # a jetty; a bank


def test_the_table_names_only_modes_and_kinds_that_exist():
    rows = table()
    for name, row in rows["kinds"].items():
        assert set(row) <= {"speed", "permitted", "firm", "against", "oneway", "stop", "wait", "whole"}, name
        for column in ("speed", "permitted", "firm", "against"):
            assert set(row.get(column, {})) <= set(MODES), name
            assert all(0 < kmh <= 100 for kmh in row.get(column, {}).values()), name
    assert all(set(row.get("stop", ())) <= set(MODES) for row in rows["kinds"].values())
    for section in ("surface", "tracktype", "smoothness", "sac_scale", "tunnel", "motorroad", "bridge"):
        assert all(set(caps) <= set(MODES) for caps in rows[section].values())
    assert set(rows["access"]) == set(MODES)
    assert {tag for tags in rows["access"].values() for tag in tags} <= set(TAGS)
    assert set(rows["synonyms"].values()) <= set(rows["kinds"])
    assert all(rows["snap"][mode] > 0 for mode in MODES)
    assert all(set(modes) <= set(MODES) for modes in rows["barriers"].values())
    lorry = [rows["kinds"][kind]["speed"]["truck"] for kind in (
        "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
    )]  # fmt: skip
    assert lorry == sorted(lorry, reverse=True)


WORDS = (
    "yes", "no", "-1", "0", "private", "ferry", "river", "pier", "mud", "grade5", "1.5", "9" * 99, "nan", "-3",
    "٣", ";", "a:b",
)  # fmt: skip


@given(st.sampled_from(sorted(table()["kinds"])), st.dictionaries(st.sampled_from(TAGS), st.sampled_from(WORDS)))
def test_whatever_the_tags_say_speeds_are_those_of_the_kind_or_less(highway, tags):
    tags = {"highway": highway, **tags}
    kind = kind_of(tags)
    trait, _absurd = judge(kind, tags)
    if trait is None:
        return
    row = table()["kinds"][kind]
    most = max(kmh for column in ("speed", "permitted", "firm") for kmh in row.get(column, {}).values())
    assert all(0 <= kmh <= most for kmh in (*trait.ahead, *trait.back))
    assert any(trait.ahead) or any(trait.back)
