"""The reference page of the district folder says what the code reads."""

from __future__ import annotations

import re
import tomllib

import pytest

from serentak.territory.columns import TABLES
from serentak.territory.settings import KEYS


@pytest.fixture
def page(root):
    return (root / "docs" / "district-folder.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_documented(page, name):
    section = page.split(f"\n## `{name}.csv`\n")[1].split("\n## ")[0]
    for column in TABLES[name]:
        needed = "yes" if column.required else "no"
        also = ", ".join(f"`{word}`" for word in (*column.synonyms, *column.last_resort))
        assert f"| `{column.name}` | `{column.heading}` | {also} | {needed} | {column.note} |" in section


def test_no_column_is_documented_that_is_not_there(page):
    for name, columns in TABLES.items():
        section = page.split(f"\n## `{name}.csv`\n")[1].split("\n## ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [column.name for column in columns]


def test_every_key_is_documented(page):
    for key in KEYS:
        default = ", ".join(key.default) if isinstance(key.default, list) else key.default
        shown = "" if default is None else f"`{default}`"
        assert re.search(
            rf"^\| `{re.escape(key.name)}` \| [a-z ]+ \| {re.escape(shown)} \|", page, re.MULTILINE
        )


def test_the_example_can_be_read(read, files, page):
    example = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    text = example[1].replace("14.01.08", "14.01.06") + '[out.pps]\nwindow = ["H-2 07:00", "H-1 12:00"]\n'
    assert tomllib.loads(text)
    assert read(files | {"district.toml": text}).name == "Kabupaten Kampar"
