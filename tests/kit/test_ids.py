from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from serentak.kit.ids import (
    ALPHABET,
    BoxId,
    box_id,
    bundle_id,
    check_character,
    parse_box_id,
    printed,
    recap_id,
)
from serentak.territory.codes import CodeError

PART = st.integers(1, 99).map(lambda n: f"{n:02d}")
KECAMATAN = st.tuples(PART, PART, PART).map(".".join)
VILLAGE = st.tuples(KECAMATAN, st.integers(1, 9999).map(lambda n: f"{n:04d}")).map(".".join)
LETTER = st.sampled_from("GBW")
ROUND = st.integers(1, 9)
BOX = st.builds(BoxId, st.just("box"), VILLAGE, st.integers(1, 999), LETTER, ROUND)
BUNDLE = st.builds(BoxId, st.just("bundle"), VILLAGE, st.integers(1, 999), st.just("K"), ROUND)
RECAP = st.builds(BoxId, st.just("recap"), KECAMATAN, st.just(0), LETTER, ROUND)
ANY = st.one_of(BOX, BUNDLE, RECAP)
TEXT = st.text(ALPHABET, min_size=1, max_size=25)


def test_the_ids_of_the_design():
    assert box_id("14.01.06.2003-007", "B") == "14.01.06.2003-007-B"
    assert bundle_id("14.01.06.2003-007") == "14.01.06.2003-007-K"
    assert recap_id("14.01.06", "B") == "14.01.06-R-B"
    assert box_id("14.01.06.2003-007", "B", 2) == "14.01.06.2003-007-B.2"


@given(ANY)
def test_every_id_survives_with_and_without_its_check_character(box):
    assert parse_box_id(str(box)) == box
    assert parse_box_id(printed(str(box))) == box
    assert parse_box_id(printed(str(box)).lower()) == box


def test_an_id_leads_to_its_station():
    assert parse_box_id("14.01.06.2003-007-B.2").station == "14.01.06.2003-007"
    assert parse_box_id("14.01.06-R-B").station == ""


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("A1-2425G-ABC1234002", "M"),  # Global Release Identifier, the example of its standard
        ("0000-0000-D07A-0090", "Q"),  # ISAN, the example of its user guide
        ("0000-0001-8947-0000", "8"),  # ISAN, the example of ISO 15706
    ],
)
def test_published_check_characters(text, check):
    assert check_character(text) == check


@given(TEXT, st.data())
def test_any_single_wrong_character_is_caught(text, data):
    whole = text + check_character(text)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from(ALPHABET.replace(whole[place], "")))
    wrong = whole[:place] + other + whole[place + 1 :]
    assert check_character(wrong[:-1]) != wrong[-1]


@given(TEXT, st.data())
def test_two_adjacent_characters_that_changed_places_are_caught_unless_they_are_neighbours(text, data):
    whole = text + check_character(text)
    place = data.draw(st.integers(0, len(whole) - 2))
    first, second = whole[place : place + 2]
    distance = abs(ALPHABET.index(first) - ALPHABET.index(second))
    assume(distance not in {0, 1, 35})
    wrong = whole[:place] + second + first + whole[place + 2 :]
    assert check_character(wrong[:-1]) != wrong[-1]


def test_neighbours_that_changed_places_slip_through_in_one_state_of_36():
    # One step of the standard from state p over value a: 2 (p + a) modulo 37, with p + a taken in 1..36.
    def step(state: int, value: int) -> int:
        return ((state + value) % 36 or 36) * 2 % 37

    missed = {
        (state, a, b)
        for state in range(1, 37)
        for a in range(36)
        for b in range(36)
        if a != b and step(step(state, a), b) == step(step(state, b), a)
    }
    assert {(b - a) % 36 for _, a, b in missed} == {1, 35}
    assert len(missed) == 72  # two orders of 36 pairs of neighbours, each in a single state


@given(ANY, st.data())
def test_a_mistyped_label_is_refused_or_seen_to_be_another_shape(box, data):
    label = printed(str(box))
    places = [index for index, character in enumerate(label) if character in ALPHABET]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from(ALPHABET.replace(label[place], "")))
    with pytest.raises(CodeError):
        parse_box_id(label[:place] + other + label[place + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "14.01.06.2003-007", "14.01.06.2003-007-", "14.01.06.2003-007-R", "14.01.06-R-K", "14.01.06-007-B",
     "14.1.06.2003-007-B", "14.01.06.2003-007-B.1", "14.01.06.2003-007-B.0", "14.01.06.2003-000-B",
     "14.01.06.2003-007-B-0", "14.01.06.2003-R-B"],
)  # fmt: skip
def test_what_is_no_id_is_refused_with_a_remedy(text):
    with pytest.raises(CodeError) as refusal:
        parse_box_id(text)
    assert refusal.value.remedy


def test_nothing_has_no_check_character():
    with pytest.raises(ValueError, match="nothing"):
        check_character("-.-")
