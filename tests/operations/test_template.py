from __future__ import annotations

import re
import zipfile

import pytest

from serentak.base.errors import InputError
from serentak.kit.rules import load_rules
from serentak.kit.validate import validate
from serentak.operations.template import write_template
from serentak.territory.columns import TABLES
from serentak.territory.read import read_district

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "kampar.xlsx"
    write_template(path)
    return path


def text_of(book):
    with zipfile.ZipFile(book) as archive:
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


def test_the_template_reads_back_as_a_district(book):
    district, problems = read_district(book)

    assert list(problems) == []
    assert (len(district.stations), len(district.places), len(district.fleet)) == (2, 2, 2)
    assert district.pins[0].target == "14.01.06.2003-001"
    assert [item.file for item in district.assumed] == ["kampar.xlsx[stations]"]
    assert list(validate(district, load_rules(district.rules))) == []


def test_every_heading_has_a_comment(book):
    comments = "".join(text for name, text in text_of(book).items() if "comments" in name)
    for name, columns in TABLES.items():
        for column in columns:
            assert name == "assumed" or f"{column.name}: " in comments


def test_choices_are_offered(book):
    sheets = "".join(text for name, text in text_of(book).items() if "worksheets/sheet" in name)
    assert len(re.findall(r"<dataValidation ", sheets)) == sum(
        bool(column.choices) for name, columns in TABLES.items() for column in columns if name != "assumed"
    )


def test_headings_are_indonesian(book):
    strings = text_of(book)["xl/sharedStrings.xml"]
    for heading in ("kode_desa", "pemilih", "bujur", "lintang", "pangkalan", "moda"):
        assert f">{heading}<" in strings


@pytest.mark.parametrize("name", ["there.xlsx", "name.csv", "no/folder.xlsx"])
def test_nothing_is_overwritten_and_nothing_is_made_elsewhere(tmp_path, name):
    (tmp_path / "there.xlsx").write_text("mine")
    with pytest.raises(InputError):
        write_template(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["there.xlsx"]
