from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.base import cells
from serentak.base.cells import CellError

pytestmark = pytest.mark.usefixtures("english")


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (cells.integer(0), "007", 7),
        (cells.integer(0), "0", 0),
        (cells.decimal(-12, 7), "-0,5", -0.5),
        (cells.decimal(0), "101.032", 101.032),
        (cells.quantity(1000), "4500", 4_500_000),
        (cells.quantity(1000), "12.5", 12_500),
        (cells.choice("truck", "boat", truk="truck"), "TRUK", "truck"),
        (cells.choice("foot", jalan_kaki="foot"), "Jalan  Kaki", "foot"),
        (cells.several(cells.choice("truck", "boat")), "boat, truck", ("boat", "truck")),
        (cells.yes_no, "Ya", True),
        (cells.yes_no, "TIDAK", False),
        (cells.letters, "g, b", ("G", "B")),
        (cells.hours, "12:00-36:00", (43_200, 129_600)),
        (cells.days, "H-5..H-3", (-5, -4, -3)),
        (cells.moment, "H-1 23:59", -60),
        (cells.text, " two \n words ", "two words"),
    ],
)
def test_reads(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "remedy"),
    [
        (cells.integer(1), "0", "at least 1"),
        (cells.integer(1, 9), "10", "1 to 9"),
        (cells.integer(1), "1.500.000", "write 1500000"),
        (cells.integer(1), "525.0", "write 525"),
        (cells.integer(1), "525.000", "write 525000"),
        (cells.integer(1), "٣", "digits"),
        (cells.decimal(0), "1e9", "decimal point"),
        (cells.decimal(0), "nan", "decimal point"),
        (cells.quantity(1000), "4.500", "4500"),
        (cells.quantity(1000), "4,500", "4500"),
        (cells.yes_no, "t", "tidak"),
        (cells.letters, "GR", "gubernur"),
        (cells.identifier, "a b", "letters"),
        (cells.text, "a" * 501, "shorten"),
        (cells.text, "a\x07b", "again"),
        (cells.text, "#N/A", "formula"),
    ],
)
def test_refuses_with_a_remedy(parse, text, remedy):
    with pytest.raises(CellError) as caught:
        parse(text)
    assert remedy in caught.value.remedy


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_survive(number):
    assert cells.integer(-(10**15))(str(number)) == number


@given(st.text(max_size=30))
def test_parsers_raise_nothing_else(text):
    for parse in (
        cells.integer(0), cells.decimal(0), cells.quantity(1000), cells.choice("a"), cells.yes_no,
        cells.letters, cells.hours, cells.days, cells.moment, cells.text, cells.identifier,
        cells.several(cells.choice("a")),
    ):  # fmt: skip
        try:
            parse(text)
        except CellError as error:
            assert error.message  # noqa: PT017 - both outcomes are right
