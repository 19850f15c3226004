"""Whatever is handed over, only `InputError` comes out of the readers."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serentak.base.csvfile import read_csv
from serentak.base.errors import InputError, Problems
from serentak.operations.template import template
from serentak.territory.columns import STATIONS, TABLES
from serentak.territory.header import read_header, toml_entries
from serentak.territory.read import read_district

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NAMES = ("district.toml", "stations.csv", "places.csv", "fleet.csv", "escorts.csv", "pins.csv", "stock.csv")
NASTY = (
    "", " ", "14.01.06.2003", "1401062003", "14.1", "0", "-1", "1e9", "nan", "inf", "1.000", "9" * 400, "KPU",
    "PPK-6", "JETTY", "warehouse", "ppk", "pps", "transit", "truck", "truk#1", "14.01.06.2003-001",
    "H-5 07:00", "H-5..H-3",
    "06:00-20:00", "ya", "²", "٣", "\x00", "\n", '"', "'", "=1+1", "\ufeff", "\ud800", "G,B", "a" * 1000,
)  # fmt: skip

cells = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))


def attempt(path):
    problems = ()
    try:
        read_district(path)
    except InputError as error:
        problems = error.problems
    assert all(problem.file and problem.message and problem.remedy for problem in problems)


@FUZZ
@given(name=st.sampled_from(NAMES), content=st.binary(max_size=400))
def test_random_bytes(folder, files, name, content):
    attempt(folder(files | {name: content}))


@FUZZ
@given(name=st.sampled_from(NAMES), data=st.data())
def test_damaged_files(folder, files, name, data):
    content = bytearray(files[name].encode())
    for _turn in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    attempt(folder(files | {name: bytes(content)}))


@FUZZ
@given(name=st.sampled_from(sorted(TABLES)), data=st.data())
def test_random_tables(folder, files, name, data):
    headings = [column.name for column in TABLES[name]]
    rows = data.draw(st.lists(st.lists(cells, min_size=len(headings), max_size=len(headings)), max_size=5))
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    attempt(folder(files | {f"{name}.csv": text.getvalue().encode("utf-8", "surrogatepass")}))


@FUZZ
@given(name=st.sampled_from(sorted(TABLES)), data=st.data())
def test_one_cell_of_a_good_table_is_replaced(folder, files, name, data):
    if f"{name}.csv" not in files:
        return
    rows = list(csv.reader(io.StringIO(files[f"{name}.csv"])))
    row = data.draw(st.integers(0, len(rows) - 1))
    rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(cells)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    attempt(folder(files | {f"{name}.csv": text.getvalue().encode("utf-8", "surrogatepass")}))


toml_values = st.one_of(
    st.sampled_from([repr(value) for value in ("H-5 07:00", "06:00-20:00", "", "G")]),
    st.sampled_from(
        ["1", "-1", "1e400", "nan", "[]", "[[]]", "{a=1}", "2024-11-27", "07:00:00", "true", "9" * 40]
    ),
    st.text(max_size=8),
)
toml_keys = st.sampled_from(
    ["code", "zone", "out", "out.ppk", "out.ppk.window", "groups", "groups.a", "groups.a.kecamatan",
     "ready.from", "groups.a.out.tps", "rules_override", "rules_override.x.y", "stop.min",
     "a.b.c.d.e.f.g", '"out.ppk.window"', "x"]
)  # fmt: skip


@FUZZ
@given(lines=st.lists(st.one_of(st.tuples(toml_keys, toml_values), toml_keys), max_size=8))
def test_random_toml(folder, files, lines):
    text = "\n".join(f"[{line}]" if isinstance(line, str) else " = ".join(line) for line in lines)
    attempt(folder(files | {"district.toml": text.encode("utf-8", "surrogatepass")}))
    attempt(
        folder(files | {"district.toml": (files["district.toml"] + text).encode("utf-8", "surrogatepass")})
    )


@pytest.mark.parametrize("text", ["a=" + "[" * 5000, "a" + ".a" * 5000 + "=1", "seed=" + "9" * 5000])
def test_deep_and_long_toml(folder, files, text):
    attempt(folder(files | {"district.toml": text}))


@FUZZ
@given(data=st.data())
def test_damaged_workbooks(tmp_path, data):
    content = bytearray(WORKBOOK)
    for _turn in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "book.xlsx"
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])
    attempt(path)


WORKBOOK = template()


@FUZZ
@given(st.binary(max_size=600))
def test_csv_reader_notes_and_never_raises(content):
    problems = Problems()
    table = read_csv(content, "x.csv", STATIONS, problems)
    assert table.readable or problems.errors


@FUZZ
@given(st.text(max_size=300))
def test_toml_reader(text):
    problems = Problems()
    data = text.encode("utf-8", "surrogatepass")
    with contextlib.suppress(InputError):
        read_header(*toml_entries(data, "d.toml", problems), "d.toml", problems)
