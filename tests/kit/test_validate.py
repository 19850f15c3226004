from __future__ import annotations

from serentak.kit.validate import validate


def said(problems):
    return [
        (problem.severity, problem.file, problem.row, problem.column, problem.value) for problem in problems
    ]


def test_a_district_that_fits_its_pack(make_station, make_district, rules):
    stations = [make_station(voters=600, police_class="Sangat rawan"), make_station(number=2, voters=1)]
    assert not list(validate(make_district(stations), rules))


def test_more_voters_than_allowed_is_a_warning(make_station, make_district, rules):
    problems = validate(make_district([make_station(voters=601, row=7)]), rules)
    assert said(problems) == [("warning", "stations.csv", 7, "voters", "601")]


def test_an_election_that_the_pack_has_not_is_an_error(make_station, make_district, rules):
    stations = [make_station(elections=("G", "X"), row=3)]
    problems = validate(make_district(stations, elections=("G", "X")), rules)
    assert said(problems) == [
        ("error", "district.toml", None, "elections", "X"),
        ("error", "stations.csv", 3, "elections", "X"),
    ]


def test_a_contest_that_was_not_held_here_is_a_warning(make_station, make_district, rules):
    for code, elections, value in (
        ("14.01", ("G", "W"), "W"),
        ("34.04", ("G", "B"), "G"),
        ("31.71", ("G", "W"), "W"),
    ):
        problems = validate(make_district([make_station()], code, elections), rules)
        assert said(problems) == [("warning", "district.toml", None, "elections", value)]


def test_an_unknown_district_is_a_warning(make_station, make_district, rules):
    problems = validate(make_district([make_station()], "14.99"), rules)
    assert said(problems) == [("warning", "district.toml", None, "code", "14.99")]


def test_an_unknown_police_class_is_a_warning(make_station, make_district, rules):
    problems = validate(make_district([make_station(police_class="gawat", row=9)]), rules)
    assert said(problems) == [("warning", "stations.csv", 9, "police_class", "gawat")]
