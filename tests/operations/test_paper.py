"""`serentak paper` as a user has it: what is written, what is refused, what is left as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from serentak.base.errors import InputError, Refused
from serentak.operations import paper as use_case
from serentak.operations.paper import print_plan
from serentak.operations.plan import make_plan
from serentak.operations.sample import write_sample

VEHICLES = "kendaraan,nomor polisi,pengemudi,telepon\npikap#1,BM 1234 XY,Budi Santoso,0812 3456 7890\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("paper")
    write_sample("kecil", home / "district")
    make_plan(home / "district", home / "plan", "draft")
    return home / "plan"


@pytest.fixture
def plan(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "plan"))


def listing(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def serentak(*words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SERENTAK_LANG": "id", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "serentak.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_everything_is_printed_and_named_in_the_index(plan):
    done = serentak("paper", plan, "--json", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told["files"]) == [
        "run-sheet", "label", "handover", "loading", "manifest", "packing", "map", "tables", "report",
    ]  # fmt: skip
    index = (plan / "paper/README.txt").read_text(encoding="utf-8")
    for names in told["files"].values():
        assert names
        for name in names:
            assert (plan / name).stat().st_size > 0
            assert f"  {name}\n" in index
    assert "Untuk: pengemudi, pengawal, simpul asal, pengawas (Bawaslu)." in index
    assert {path.name for path in (plan / "paper").rglob("*.pdf")} == {
        "GUDANG.pdf", "PPK-CONTOH.pdf", "DERMAGA-CONTOH.pdf", "truk-1.pdf", "pikap-1.pdf", "perahu-1.pdf",
    }  # fmt: skip
    assert not [path for path in plan.iterdir() if path.name.startswith(".")]
    assert serentak("check", plan).returncode == 0


def test_one_kind_alone_leaves_the_rest_as_it_is_and_again_gives_the_same_bytes(plan):
    before = listing(plan)
    assert list(print_plan(plan, ["manifest"]).files) == ["manifest"]
    first = listing(plan)
    hubs = ("GUDANG", "PPK-CONTOH", "DERMAGA-CONTOH")
    assert set(first) - set(before) == {f"paper/manifest/{name}.pdf" for name in hubs} | {"paper/README.txt"}
    assert {name: first[name] for name in before} == before
    print_plan(plan, ["manifest"])
    assert listing(plan) == first


def test_drivers_are_printed_and_a_later_table_replaces_them(plan, tmp_path):
    table = tmp_path / "vehicles.csv"
    table.write_text(VEHICLES, encoding="utf-8")
    print_plan(plan, ["run-sheet"], table)
    sheet = plan / "paper/run-sheet/pikap-1.pdf"
    assert "Budi Santoso 0812 3456 7890" in words_of(sheet)
    table.write_text(VEHICLES.replace("Budi", "Siti"), encoding="utf-8")
    print_plan(plan, ["run-sheet"], table)
    assert "Siti Santoso" in words_of(sheet)


def words_of(path: Path) -> str:
    pdf = pypdfium2.PdfDocument(path.read_bytes())
    return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def test_a_wrong_table_of_vehicles_writes_nothing_and_names_every_row(plan, tmp_path):
    table = tmp_path / "vehicles.csv"
    table.write_text(VEHICLES + "pikap#1,BM 9 Z,Eka,\npickup#7,BM 8 Y,Adi,\n", encoding="utf-8")
    before = listing(plan)
    done = serentak("paper", plan, "--vehicles", table)
    assert done.returncode == 2
    assert "vehicles.csv, baris 3" in done.stderr
    assert "vehicles.csv, baris 4" in done.stderr
    assert listing(plan) == before
    with pytest.raises(InputError):
        print_plan(plan, vehicles=tmp_path / "none.csv")


def test_a_kind_that_fails_half_way_leaves_the_old_files(plan, monkeypatch):
    print_plan(plan, ["loading"])
    before = listing(plan)

    def fails(_source):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(use_case.SHEETS, "loading", fails)
    with pytest.raises(InputError, match="No space left"):
        print_plan(plan, ["loading"])
    assert listing(plan) == before
    assert not list(plan.glob(".paper-*"))


def test_nobody_drives_by_a_plan_that_does_not_hold(plan):
    path = plan / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"boxes": 26', '"boxes": 25', 1), encoding="utf-8")
    before = listing(plan)
    done = serentak("paper", plan)
    assert done.returncode == 1
    assert "serentak check" in done.stderr
    assert listing(plan) == before


def test_a_plan_whose_district_was_changed_is_refused(plan):
    with (plan / "input/stations.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(Refused, match="input"):
        print_plan(plan, ["label"])


def test_what_is_no_plan_is_said_to_be_none(tmp_path):
    assert serentak("paper", tmp_path).returncode == 2
