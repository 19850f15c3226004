from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from django.core.exceptions import BadRequest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from serentak.tower.site import tables
from serentak.tower.site.tables import Column, Table

SAMPLE = Table(
    "sample",
    (Column("id", "x"), Column("note", "x", "inner.note"), Column("n", "x", lambda row: row.n), Column("at", "x")),
)
del tables.TABLES["sample"]


def row(note="baik", n=1, at=None):
    return SimpleNamespace(id="14.01.01.1001-001", inner=SimpleNamespace(note=note), n=n, at=at)


def body(response) -> bytes:
    content = b"".join(response.streaming_content)
    # What `close` does, but for the signal that ends a request: there is none.
    for close in response._resource_closers:
        close()
    return content


def as_csv(rows):
    return list(csv.reader(io.StringIO(body(SAMPLE.answer(rows, "csv")).decode(), newline="")))


def as_sheet(rows):
    return CalamineWorkbook.from_object(io.BytesIO(body(SAMPLE.answer(rows, "xlsx")))).get_sheet_by_index(0).to_python()


def test_all_three_kinds_say_the_same_under_the_same_names():
    moment = datetime(2024, 11, 26, 23, 59, tzinfo=timezone(timedelta(hours=7)))
    rows = [row(at=moment), row("lecet, basah", None)]
    said = json.loads(body(SAMPLE.answer(rows, "json", as_of=moment)))
    assert said["table"] == "sample"
    assert said["as_of"] == "2024-11-26T16:59:00Z"
    assert said["rows"][0] == {"id": "14.01.01.1001-001", "note": "baik", "n": 1, "at": "2024-11-26T16:59:00Z"}
    names, first, second = as_csv(rows)
    assert names == said["columns"] == as_sheet(rows)[0]
    assert first == ["14.01.01.1001-001", "baik", "1", "2024-11-26T16:59:00Z"]
    assert second == ["14.01.01.1001-001", "lecet, basah", "", ""]
    assert as_sheet(rows)[2][1] == "lecet, basah"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
def test_no_text_becomes_a_formula(text):
    cell = as_csv([row(text)])[1][1]
    assert cell.removeprefix("'") == text.removeprefix("'")
    assert not cell.startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", ["=1+1", "+62812", "-3", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_stays_text(text):
    assert as_csv([row(text)])[1][1].startswith("'")
    if text.strip() == text:
        assert as_sheet([row(text)])[1][1] == text


def test_a_negative_number_is_a_number():
    assert as_csv([row(n=-3)])[1][2] == "-3"
    assert as_sheet([row(n=-3)])[1][2] == -3


def test_a_workbook_that_nobody_could_open_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    with pytest.raises(BadRequest, match="2"):
        SAMPLE.answer([row()] * 3, "xlsx")
    assert len(as_csv([row()] * 3)) == 4


@pytest.mark.django_db
def test_a_query_is_read_piece_by_piece(tree, django_assert_num_queries):
    from serentak.tower.regions.models import Region

    table = Table("places", (Column("code", "x"),))
    del tables.TABLES["places"]
    with django_assert_num_queries(1):
        said = json.loads(body(table.answer(Region.objects.filter(level=1), "json")))
    assert len(said["rows"]) == 38
    assert said["as_of"] is None
