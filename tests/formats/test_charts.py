"""Charts: every line and word lies inside, in grey, and says the figures it was given."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as some

from serentak.formats.charts import WIDTH, Profile, cumulative, matrix, profiles

SVG = "{http://www.w3.org/2000/svg}"
MOMENT = some.integers(-6 * 86_400, 7 * 86_400)
pytestmark = pytest.mark.usefixtures("english")


def tree(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own


def texts(svg: str) -> list[str]:
    """Give the words of a chart; each is written once more as its own white edge."""
    return [each.text for each in tree(svg).iter(f"{SVG}text") if each.get("aria-hidden") is None]


def spots(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def assert_drawn_inside_in_grey(svg: str) -> None:
    root = tree(svg)
    height = float(root.get("viewBox").split()[3])
    for each in root.iter():
        for x, y in spots(each.get("d", "")):
            assert -0.1 <= x <= WIDTH + 0.1
            assert -0.1 <= y <= height + 0.1
        if each.tag == f"{SVG}text":
            assert -1 <= float(each.get("x")) <= WIDTH
            assert 0 <= float(each.get("y")) <= height
        for colour in (each.get("fill"), each.get("stroke")):
            if colour not in (None, "none"):
                red, green, blue = re.fullmatch("#(..)(..)(..)", colour).groups()
                assert red == green == blue


def lines(svg: str) -> list[list[tuple[float, float]]]:
    """Give the lines with many points: the curves."""
    found = [spots(each.get("d")) for each in tree(svg).iter(f"{SVG}path")]
    return [line for line in found if len(line) > 2]


@given(some.lists(some.tuples(MOMENT, some.integers(0, 86_400)), min_size=1, max_size=60))
def test_what_is_done_never_lies_below_what_is_due_where_all_is_in_time(pairs):
    done, due = [moment for moment, _spare in pairs], [moment + spare for moment, spare in pairs]
    svg = cumulative(done, due, axis="kits", done="planned", due="latest")
    assert_drawn_inside_in_grey(svg)
    assert {"kits", "planned", "latest", str(len(pairs))} <= set(texts(svg))
    due_line, done_line = lines(svg)
    assert due_line[-1] == done_line[-1]
    for (x, y), (later, lower) in pairwise(done_line):
        assert later >= x
        assert lower <= y

    def height_at(line, x):
        return min(y for here, y in line if here <= x)

    for x, _y in done_line:
        assert height_at(done_line, x) <= height_at(due_line, x)


@given(
    some.lists(
        some.lists(some.tuples(MOMENT, some.integers(0, 900)), min_size=1, max_size=20, unique_by=lambda step: step[0]),
        min_size=1,
        max_size=4,
    ),
    some.none() | some.integers(0, 2000),
)
def test_profiles_name_their_peak_and_what_there_is(rows, limit):
    words = None if limit is None else (limit, f"{limit} there")
    made = [Profile(f"row {n}", tuple(sorted(steps)), words) for n, steps in enumerate(rows)]
    svg = profiles(made)
    assert_drawn_inside_in_grey(svg)
    said = texts(svg)
    for row in made:
        assert row.title + ("" if words is None else f" ({limit} there)") in said
        assert any(word.startswith(f"{row.peak[1]},") for word in said)
        assert row.peak[1] == max(level for _moment, level in row.steps)


def test_the_figures_of_a_matrix_stand_in_their_cells_with_their_sums():
    rows = [("Hub <A> & B", {-18: 40, -17: 1200}), ("Hub C", {-17: 5, 3: 7}), ("Hub D", {})]
    svg = matrix(rows, total="sum")
    assert_drawn_inside_in_grey(svg)
    said = texts(svg)
    assert said[0] == "40"
    assert "Hub <A> & B" in said
    assert said.count("1,200") == 1
    assert {"1,240", "12", "0", "06", "07", "03", "H-1", "H", "sum"} <= set(said)
    assert "08" not in said, "an hour without any figure"


def test_the_same_figures_give_the_same_bytes():
    steps = tuple((n * 3601, n % 7) for n in range(50))
    assert profiles([Profile("x", steps)]) == profiles([Profile("x", steps)])
