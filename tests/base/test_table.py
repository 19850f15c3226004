from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from serentak.base.cells import Column, integer, text
from serentak.base.csvfile import read_csv
from serentak.base.errors import InputError, Problems
from serentak.base.table import normalise, read_lines
from serentak.base.workbook import Workbook, as_text

pytestmark = pytest.mark.usefixtures("english")

COLUMNS = (
    Column("village", "kode_desa", text, "code", required=True, last_resort=("kode_kpu",)),
    Column("voters", "pemilih", integer(1), "voters", required=True, synonyms=("dpt",)),
    Column("venue", "tempat", text, "venue", default=""),
)


def read(content, **how):
    problems = Problems()
    data = content if isinstance(content, bytes) else content.encode()
    return read_csv(data, "t.csv", COLUMNS, problems, **how), problems


def values(table):
    return [(row.number, row["village"], row["voters"], row["venue"]) for row in table.rows]


def test_reads_rows():
    table, problems = read("village,voters,venue\na,1,x\nb,2,\n")
    assert values(table) == [(2, "a", 1, "x"), (3, "b", 2, "")]
    assert not list(problems)


def test_optional_columns_may_be_absent():
    table, _problems = read("dpt;Kode Desa\n7;a\n")
    assert values(table) == [(2, "a", 7, "")]
    assert table.heading("voters") == "dpt"
    assert table.heading("venue") == "venue"


def test_kode_desa_wins_over_kode_kpu():
    table, problems = read("kode_kpu,kode_desa,dpt\nold,new,1\n")
    assert table.rows[0]["village"] == "new"
    assert table.ignored == ("kode_kpu",)
    assert not list(problems)

    table, _problems = read("kode_kpu,dpt\nold,1\n")
    assert table.rows[0]["village"] == "old"


def test_empty_rows_count_but_are_not_read():
    table, _problems = read("\n\nvillage,voters\n,\na,1\n\n\nb,2\n")
    assert [row.number for row in table.rows] == [5, 8]


def test_mapping_wins_over_own_headings():
    table, problems = read(
        "kode_desa,dpt,pemilih_final\na,1,2\n", mapping={"pemilih_final": "voters"}, unknown="ignore"
    )
    assert table.rows[0]["voters"] == 2
    assert table.ignored == ("dpt",)
    assert not list(problems)


@pytest.mark.parametrize(
    ("mapping", "remedy"),
    [({"pemilh": "voters"}, "did you mean pemilih?"), ({"pemilih": "voterz"}, "did you mean voters?")],
)
def test_mapping_to_nothing(mapping, remedy):
    _table, problems = read("kode_desa,pemilih\na,1\n", mapping=mapping)
    assert remedy in [problem.remedy for problem in problems.errors]


def test_trailing_delimiters_do_not_matter():
    table, problems = read("village,voters,,\na,1,,\nb,2,,\n")
    assert len(table.rows) == 2
    assert not list(problems)


def test_old_macintosh_line_ends():
    table, _problems = read("village,voters\ra,1\rb,2\r")
    assert len(table.rows) == 2


def test_every_fault_of_a_row_is_noted():
    _table, problems = read("village,voters\n,x\n,0\n")
    assert [(p.row, p.column) for p in problems.errors] == [
        (2, "village"), (2, "voters"), (3, "village"), (3, "voters"),
    ]  # fmt: skip


def test_a_file_without_heading():
    with pytest.raises(InputError):
        read_lines([(1, ["", ""])], "t.csv", COLUMNS, Problems())


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Kode Desa", "kode_desa"), (" No. TPS ", "no_tps"), ("\ufeffDPT", "dpt"), ("???", "")],
)
def test_normalise(heading, name):
    assert normalise(heading) == name


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (525.0, "525"), (0.330091, "0.330091"), (1e-05, "0.00001"), (True, "ya"), (False, "tidak"),
        ("a\n b", "a b"),
        (date(2024, 11, 27), "2024-11-27"), (datetime(2024, 11, 27), "2024-11-27"),  # noqa: DTZ001 - a spreadsheet knows no zone
        (time(6, 30), "06:30"),
        (timedelta(hours=36), "36:00"), (None, "None"), (float("inf"), "Infinity"),
    ],
)  # fmt: skip
def test_cells_of_a_workbook_as_text(cell, written):
    assert as_text(cell) == written


def test_sheets_have_true_row_numbers(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Stations")
        for row, cells in ((2, ["Kode Desa", "DPT"]), (5, ["a", 1]), (7, ["b", 0])):
            sheet.write_row(row, 1, cells)
    workbook = Workbook(path)
    problems = Problems()

    table = workbook.read(workbook.find("stations"), COLUMNS, problems)

    assert [row.number for row in table.rows] == [6, 8]
    assert [(p.file, p.row, p.column) for p in problems] == [("book.xlsx[Stations]", 8, "DPT")]


def test_a_stray_mark_in_the_last_cell_is_refused_before_it_takes_all_memory(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("stations")
        sheet.write(0, 0, "Kode Desa")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(InputError, match="1048576 rows and 16384 columns"):
        Workbook(path)


def test_no_workbook(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match="cannot be opened"):
        Workbook(path)
