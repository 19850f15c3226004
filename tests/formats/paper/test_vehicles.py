from __future__ import annotations

import re

import pytest

from serentak.base.errors import InputError
from serentak.formats.paper.vehicles import VEHICLES, Crew, read_vehicles

TEAMS = {"truk#1": 1, "pikap#1": 1, "ojek#1": 2}


def read(text: str):
    return read_vehicles(text.encode(), "vehicles.csv", TEAMS)[0]


def refused(text: str) -> list[tuple[int | None, str | None, str | None]]:
    with pytest.raises(InputError) as error:
        read(text)
    assert all(problem.file == "vehicles.csv" and problem.remedy for problem in error.value.problems)
    return [(problem.row, problem.column, problem.value) for problem in error.value.problems]


def test_plates_and_drivers_are_read_by_vehicle():
    crews = read("vehicle,plate,driver,phone\ntruk#1,bm 1234 xy,Budi,0812 3456 7890\npikap#1,,,\n")
    assert crews == {"truk#1": (Crew("BM 1234 XY", "Budi", "0812 3456 7890"),), "pikap#1": (Crew(),)}


def test_headings_may_be_indonesian_and_the_delimiter_a_semicolon():
    crews = read("Kendaraan;Nomor Polisi;Pengemudi;Telepon\ntruk # 1;BM 1 A;Siti;+62 812-3456-7890\n")
    assert crews == {"truk#1": (Crew("BM 1 A", "Siti", "+62 812-3456-7890"),)}


def test_a_team_of_two_has_two_rows():
    crews = read("vehicle,driver\nojek#1,Adi\nojek#1,Beni\n")
    assert [crew.driver for crew in crews["ojek#1"]] == ["Adi", "Beni"]


def test_everything_wrong_is_named_at_once():
    wrong = refused(
        "vehicle,plate,driver,phone\n"
        "truk#1,BM 1 A,Budi,0812 3456 7890\n"
        "truk#1,BM 2 B,Citra,0812\n"
        "truck#1,BM 3 C,Dedi,112\n"
        "pikap#1,BM 1 A,Eka,\n"
        ",BM 4 D,Fitri,\n"
        "ojek#1,BM 5 E,Gani,81234567890\n"
        "ojek#1,BM 6 F,Hadi,telepon rumah\n"
    )
    assert wrong == [
        (6, "vehicle", ""),
        (7, "phone", "81234567890"),
        (8, "phone", "telepon rumah"),
        (3, "vehicle", "truk#1"),
        (4, "vehicle", "truck#1"),
        (5, "plate", "BM 1 A"),
    ]


def test_an_unknown_column_and_a_missing_one_are_named():
    assert refused("plat,sopir,warna\nBM 1 A,Budi,merah\n") == [(1, "warna", "warna"), (1, "vehicle", None)]


def test_a_workbook_is_refused_with_its_remedy():
    with pytest.raises(InputError, match="CSV"):
        read_vehicles(b"PK\x03\x04 and more", "vehicles.xlsx", TEAMS)


def test_every_column_is_documented(root):
    page = (root / "docs/paper.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE)
    assert documented == [(column.name, column.heading) for column in VEHICLES]
