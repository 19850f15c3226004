"""National tables: what is read, and what is refused with its place and remedy."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nation_support import HEADING, rows, write_table
from serentak.base.errors import InputError
from serentak.operations.nation_table import Block, NationalTable, read_national_table
from serentak.territory.model import Station

GOOD: list[object] = ["14.01.01.2001", "Kec", "Desa", "101.1", "0.3", 3, 900]


def block(count: int, voters: int) -> Block:
    first = Station(
        "14.01.01.2001-001",
        "14.01.01.2001",
        1,
        "Kec",
        "Desa",
        voters,
        101.0,
        0.3,
        (),
        (),
        "reguler",
        "",
        None,
        "",
        "",
        2,
    )
    return Block(first, count)


@given(st.integers(1, 999), st.integers(0, 400_000))
def test_voters_are_shared_out_evenly_and_none_is_lost(count: int, more: int) -> None:
    made = list(block(count, count + more).stations())
    assert len({station.id for station in made}) == count
    assert sum(station.voters for station in made) == count + more
    assert max(station.voters for station in made) - min(station.voters for station in made) <= 1


def test_packed_and_plain_are_the_same(tmp_path: Path) -> None:
    plain = write_table(tmp_path / "t.csv", rows())
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_national_table(plain).districts == read_national_table(packed).districts


def test_rows_of_one_district_need_not_stand_together(tmp_path: Path) -> None:
    sorted_ = read_national_table(write_table(tmp_path / "a.csv", rows()))
    mixed = read_national_table(write_table(tmp_path / "b.csv", rows()[::3] + rows()[1::3] + rows()[2::3]))

    def stations(table: NationalTable, code: str) -> set[tuple[str, int]]:
        return {(station.id, station.voters) for own in table.districts[code] for station in own.stations()}

    assert list(mixed.districts) == ["14.01", "31.01", "34.71", "82.08"]
    assert all(stations(sorted_, code) == stations(mixed, code) for code in sorted_.districts)


def test_a_row_may_be_one_station(tmp_path: Path) -> None:
    heading = ("kode_desa", "nomor_tps", "dpt", "bujur", "lintang")
    body: list[list[object]] = [["14.01.01.2001", n, 300 + n, "101.1", "0.3"] for n in (1, 2, 3)]
    table = read_national_table(write_table(tmp_path / "t.csv", body, heading))
    assert [next(block.stations()).voters for block in table.districts["14.01"]] == [301, 302, 303]


def test_headings_of_ones_own_are_mapped(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", [GOOD], (*HEADING[:5], "banyak", "orang"))
    table = read_national_table(path, {"banyak": "stations", "orang": "voters"})
    assert table.districts["14.01"][0].count == 3


def test_villages_without_a_station_are_counted(tmp_path: Path) -> None:
    empty = ["14.01.01.2002", "Kec", "Desa", "101.1", "0.3", 0, 0]
    table = read_national_table(write_table(tmp_path / "t.csv", [GOOD, empty]))
    assert table.without_stations == 1
    assert len(table.districts["14.01"]) == 1


@pytest.mark.parametrize(
    ("bad", "column", "words"),
    [
        (["14.1.01.2001", "K", "D", "101", "0.3", 1, 300], "kode_kpu", "spreadsheet"),
        (["14.99.01.2001", "K", "D", "101", "0.3", 1, 300], "kode_kpu", "no region"),
        (["14.01.01.2001", "K", "D", "101", "0.3", 1, 300], "number", "stands in row 2 already"),
        (["14.01.01.2009", "K", "D", "11", "0.3", 1, 300], "lon", ""),
        (["14.01.01.2009", "K", "D", "101", "0.3", "", 300], "n_tps", "a village with its number of stations"),
        (["14.01.01.2009", "K", "D", "101", "0.3", "x", 300], "n_tps", ""),
        (["14.01.01.2009", "K", "D", "101", "0.3", 1000, 300], "n_tps", ""),
        (["14.01.01.2009", "K", "D", "101", "0.3", 5, 4], "n_voters", "fewer voters than stations"),
        (["14.01.01.2009", "K", "D", "101", "0.3", 1, 5001], "n_voters", "more than 5000"),
        (["14.01.01.2009", "K", "D", "101", "0.3", 1], None, "6 cells"),
    ],
)
def test_a_bad_row_is_named_with_its_place(
    tmp_path: Path, english: None, bad: list[object], column: str | None, words: str
) -> None:
    path = write_table(tmp_path / "t.csv", [GOOD, bad])
    with pytest.raises(InputError) as caught:
        read_national_table(path)
    problem = caught.value.problems[0]
    assert (problem.file, problem.row, problem.column) == ("t.csv", 3, column)
    assert words in problem.message + problem.remedy
    assert problem.remedy


def test_all_bad_rows_are_named_at_once(tmp_path: Path) -> None:
    bad = [[*GOOD[:5], "x", 10] for _n in range(30)]
    with pytest.raises(InputError) as caught:
        read_national_table(write_table(tmp_path / "t.csv", bad))
    assert len(caught.value.problems) == 30


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (gzip.compress(b"kode_kpu,n_tps,n_voters\n" * 5000, mtime=0)[:60], "cut short"),
        (b"kode_kpu,n_tps,n_voters\n", "no rows"),
        (b"kode_kpu,desa,n_tps,n_voters\n14.01.01.2001,\xe9,1,300\n", "UTF-8"),
        (b'kode_kpu,n_tps,n_voters\n"14.01.01.2001,1,300\n', "quotation"),
        (b"desa,n_tps,n_voters\nx,1,300\n", "village is missing"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, english: None, content: bytes, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_national_table(path)


def test_the_whole_country(data_file) -> None:
    table = read_national_table(data_file("data/national.csv.gz"))
    assert len(table.districts) == 514
    assert sum(block.count for own in table.districts.values() for block in own) == 435_296
