"""The pages about the site say what it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from serentak.tower.api.api import api
from serentak.tower.api.problems import KINDS
from serentak.tower.config import SETTINGS
from serentak.tower.wsgi import application  # noqa: F401 - loads every address, and with them every table

from serentak.tower.site.tables import TABLES  # isort: skip

DOCS = Path(__file__).resolve().parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_of_every_table_is_documented_in_order(name):
    part = page("tables.md").split(f"\n## `{name}`\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE) == [column.name for column in TABLES[name].columns]


def test_every_table_that_is_documented_is_there():
    assert set(re.findall(r"^## `([^`]+)`$", page("tables.md"), re.MULTILINE)) == set(TABLES)


def test_every_operation_and_every_problem_is_documented():
    text = page("api.md")
    documented = set(re.findall(r"`((?:GET|POST) /[^`]+)`", text))
    schema = api.get_openapi_schema(path_prefix="")
    assert documented == {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}
    assert re.findall(r"^\| (\d+) \| `([^`]+)` \|", text, re.MULTILINE) == [
        (str(kind.status), kind.name) for kind in KINDS
    ]


def test_every_setting_is_documented():
    named = re.findall(r"`(SERENTAK_[A-Z]+|DATABASE_URL)`", page("tower.md"))
    assert {each.name for each in SETTINGS} <= set(named)
