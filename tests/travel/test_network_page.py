"""The page about networks says what the tables and the code say."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from serentak.territory.columns import MODES
from serentak.travel.network import ENDINGS
from serentak.travel.read_vector import KIND_COLUMNS, NAME_COLUMNS
from serentak.travel.survey_report import Survey
from serentak.travel.ways import TAGS, table


@pytest.fixture
def page(root):
    return (root / "docs" / "network.md").read_text(encoding="utf-8")


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """Give the rows of a table by their first cell."""
    table_text = page.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    found = re.findall(r"^\| `([^`]+)` \|(.*)\|$", table_text, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in found}


def speed(row, mode) -> str:
    for column, form in (("speed", "{:g}"), ("permitted", "({:g})"), ("firm", "[{:g}]")):
        if mode in row.get(column, {}):
            against = row.get("against", {}).get(mode)
            return form.format(row[column][mode]) + (f" / {against:g}" if against else "")
    return ""


def test_speeds(page):
    assert f"| kind | {' | '.join(MODES)} |" in page
    assert rows(page, "kind") == {
        name: [speed(row, mode) for mode in MODES] for name, row in table()["kinds"].items()
    }  # fmt: skip


@pytest.mark.parametrize("section", ["surface", "tracktype", "smoothness"])
def test_caps(page, section):
    assert rows(page, section) == {
        value: [f"{caps[mode]:g}" if mode in caps else "" for mode in MODES]
        for value, caps in table()[section].items()
        if caps
    }


def test_limits(page):
    assert {mode: int(cells[0]) for mode, cells in rows(page, "mode").items()} == {
        mode: table()["snap"][mode] for mode in MODES
    }
    for figure in (
        f"longer than {table()['cut']['metres']} m",
        f"shorter than {table()['snap']['large_metres'] // 1000} km",
        f"shorter than {table()['snap']['least_metres']} m",
        f"nearer than {table()['transfer']['error_metres']} m",
        f"{table()['kinds']['ferry']['wait']} minutes of waiting",
        f"below {table()['maxspeed']['least']} or above {table()['maxspeed']['most']} km/h",
    ):
        assert figure in page


def test_formats_tags_and_fields_are_all_named(page):
    named = set(re.findall(r"`([^`]+)`", page))
    assert set(ENDINGS) <= named
    assert {*KIND_COLUMNS, *NAME_COLUMNS} - {"waterway", "route"} <= named
    assert all(any(name == tag or name.startswith(f"{tag}=") for name in named) for tag in TAGS)
    assert list(rows(page, "field")) == [field.name for field in fields(Survey)]
    assert all(word in page for word in table()["known"]["names"])
