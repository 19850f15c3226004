from __future__ import annotations

from pathlib import Path

import pytest

from serentak.base.errors import InputError
from serentak.kit import kits
from serentak.kit.rules import FIXED, load_rules, pack_names


def test_the_pack_of_2024(rules):
    assert rules.letters == ("G", "B", "W")
    assert [rules.elections[letter].colour for letter in "GBW"] == ["dark red", "light blue", "light green"]
    assert rules.max_voters == 600
    assert rules["reserve_permille"] == 25
    assert rules["revote_ballots"] == 2000
    assert set(rules.escort_classes) <= set(rules.police_classes)


def test_every_figure_has_a_unit_a_source_and_a_status(rules):
    for figure in rules.figures.values():
        assert figure.unit
        assert figure.source.startswith("assumption") == (figure.status == "assumed")
        assert figure.status == "assumed" or "https://" in figure.source


def test_every_item_counted_has_its_figure(rules):
    assert set(kits.PER_STATION) | set(kits.PER_BOX) | set(FIXED) <= set(rules.figures)


def test_a_district_lays_its_own_figures_over_the_pack():
    rules = load_rules(
        "pilkada-2024",
        {"booths": 3, "seals": {"value": 60, "source": "decree 1"}, "escort_classes": ["khusus"]},
    )
    assert rules["booths"] == 3
    assert (rules.figures["booths"].status, rules.figures["booths"].source) == ("overridden", "district.toml")
    assert rules.figures["seals"].source == "decree 1"
    assert rules.escort_classes == ("khusus",)
    assert load_rules("pilkada-2024")["booths"] == 4


def test_an_unknown_pack_names_the_packs_there_are():
    with pytest.raises(InputError) as refusal:
        load_rules("pilkada-2030")
    (problem,) = refusal.value.problems
    assert (problem.file, problem.column, problem.value) == ("district.toml", "rules", "pilkada-2030")
    assert all(name in problem.remedy for name in pack_names())


@pytest.mark.parametrize("name", ["", "../rules", "pilkada-2024.toml", "/etc/passwd"])
def test_a_pack_is_named_not_found_by_path(name):
    with pytest.raises(InputError):
        load_rules(name)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("boots", 3, "did you mean booths?"),
        ("xyzzy", 3, "max_voters"),
        ("booths", "four", "booths per station"),
        ("booths", -1, "booths per station"),
        ("booths", 2.5, "booths per station"),
        ("booths", True, "booths per station"),
        ("booths", {"value": 3, "sauce": "x"}, "value, source"),
        ("booths", {"source": "x"}, "booths per station"),
        ("boxes", 2, "remove the line"),
        ("escort_classes", "khusus", "write a list"),
        ("escort_classes", ["unknown"], "write a list"),
    ],
)
def test_what_cannot_be_laid_over_is_refused_by_name(key, value, said):
    with pytest.raises(InputError) as refusal:
        load_rules("pilkada-2024", {key: value})
    (problem,) = refusal.value.problems
    assert problem.column.startswith(f"rules_override.{key}")
    assert said in problem.remedy


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as refusal:
        load_rules("pilkada-2024", {"xyzzy": 1, "booths": -1, "boxes": 2})
    assert len(refusal.value.problems) == 3


def test_the_documentation_lists_every_figure_and_election(rules):
    text = (Path(__file__).parents[2] / "docs/rules.md").read_text("utf-8")
    for figure in rules.figures.values():
        assert f"| `{figure.name}` | {figure.value} | {figure.unit} | {figure.status} |" in text
    for election in rules.elections.values():
        assert f"| {election.letter} | {election.name} | {election.level} | {election.colour} |" in text
