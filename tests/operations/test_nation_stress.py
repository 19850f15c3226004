"""``stress`` on the folder of ``nation``, as its users call it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nation_support import rows, write_table

HAZARDS = """
season = "hujan"
[[layers]]
name = "Banjir"
kind = "flood"
file = "kejadian.csv"
years = 1
lasts = 1
given = 1.0
source = "rekaan (invented)"
as_of = "2024"
effect = { truck = "closed", pickup = "closed" }
[scenarios.kering]
note = "rekaan: tidak ada banjir"
happens = { Banjir = 0.0 }
[scenarios.jakarta]
note = "rekaan: di tempat lain"
regions = ["31"]
happens = { Banjir = 1.0 }
"""


def serentak(*words: str | Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SERENTAK_LANG": "en"}
    command = [sys.executable, "-m", "serentak.cli", *map(str, words)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == expect, run.stderr
    return run


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two districts planned; of 14.01 an event is on record for every day, of 34.71 nothing is."""
    folder = tmp_path_factory.mktemp("nation")
    body = [row for row in rows() if str(row[0]).startswith(("14", "34"))]
    table = write_table(folder / "negeri.csv", body)
    serentak("nation", table, "-o", folder / "out", "--effort", "draft", "--jobs", "1")
    (folder / "negeri.toml").write_text(HAZARDS, encoding="utf-8")
    (folder / "kejadian.csv").write_text("wilayah,kejadian\n14.01,10000\n34.71,\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def said(nation: Path) -> dict:
    run = serentak("stress", nation / "out", "--hazards", nation / "negeri.toml", "--futures", "300", "--json")
    assert "stations a second" in run.stderr
    return json.loads(run.stdout)


def test_every_situation_is_met_and_the_weakest_places_are_those_that_are_struck(said: dict) -> None:
    assert list(said["situations"]) == ["musim", "kering", "jakarta"]
    season = said["situations"]["musim"]
    assert {weak["district"] for weak in season["weakest"] if weak["why"] == "hazards"} == {"14.01"}
    assert season["weakest"][0]["on_time"][0] == 0
    assert season["out"]["late_mean"] > season["out"]["late_mean_calm"]
    values = [weak["on_time"][0] for weak in season["weakest"]]
    assert values == sorted(values)


def test_where_a_scenario_does_not_hold_the_season_goes_on_and_where_nothing_happens_it_is_calm(said: dict) -> None:
    found = said["situations"]
    assert found["jakarta"] == found["musim"]
    for direction in ("out", "back"):
        assert found["kering"][direction]["late_mean"] == pytest.approx(found["kering"][direction]["late_mean_calm"])


def test_a_district_without_a_record_is_named(said: dict, nation: Path) -> None:
    assert said["without_record"] == ["34.71"]
    report = (nation / "out" / "stress" / "nation.md").read_text("utf-8")
    assert "not the same as no events; nothing closes in them: 34.71" in report
    assert "rekaan (invented)" in report
    assert "lost to closed ways at: Banjir: Desa" in report


def test_the_tables_say_what_the_report_says(said: dict, nation: Path) -> None:
    with (nation / "out" / "stress" / "weakest.csv").open(encoding="utf-8") as file:
        table = [row for row in csv.DictReader(file) if row["situation"] == "musim"]
    weakest = said["situations"]["musim"]["weakest"]
    assert [(row["village"], row["direction"]) for row in table] == [
        (weak["village"], weak["direction"]) for weak in weakest
    ]
    assert [int(row["rank"]) for row in table] == list(range(1, len(weakest) + 1))
    with (nation / "out" / "stress" / "kecamatan.csv").open(encoding="utf-8") as file:
        codes = {row["kecamatan"] for row in csv.DictReader(file)}
    assert codes == {"14.01.01", "14.01.02", "14.01.03", "34.71.01", "34.71.02", "34.71.03", "34.71.04"}


def test_processes_do_not_matter_and_the_plans_stay_as_they_are(said: dict, nation: Path) -> None:
    assert said
    first = {path.name: path.read_bytes() for path in (nation / "out" / "stress").iterdir()}
    words = ("stress", nation / "out", "--hazards", nation / "negeri.toml", "--futures", "300")
    serentak(*words, "--jobs", "1")
    assert {path.name: path.read_bytes() for path in (nation / "out" / "stress").iterdir()} == first
    serentak("check", nation / "out" / "districts" / "14.01")


def test_without_hazards_only_delays_are_simulated(nation: Path) -> None:
    found = json.loads(serentak("stress", nation / "out", "--futures", "100", "--json").stdout)
    assert list(found["situations"]) == ["musim"]
    assert "only delays and breakdowns" in (nation / "out" / "stress" / "nation.md").read_text("utf-8")


def test_what_cannot_be_is_refused(nation: Path, tmp_path: Path) -> None:
    words = ("stress", nation / "out", "--hazards", nation / "negeri.toml")
    assert "kering" in serentak(*words, "--scenario", "lain", expect=2).stderr
    (tmp_path / "nation.json").write_text("{}", encoding="utf-8")
    assert "finished district" in serentak("stress", tmp_path, expect=2).stderr
    plan = nation / "out" / "districts" / "14.01"
    assert "nation" in serentak("stress", plan, "--hazards", nation / "negeri.toml", expect=2).stderr


def test_a_district_that_fails_stops_nobody_and_is_named(nation: Path, tmp_path: Path) -> None:
    import shutil

    out = tmp_path / "out"
    shutil.copytree(nation / "out", out)
    (out / "districts" / "34.71" / "plan.json").write_text("{", encoding="utf-8")
    run = serentak("stress", out, "--hazards", nation / "negeri.toml", "--futures", "100", expect=1)
    assert "34.71" in run.stderr
    assert "34.71" in (out / "stress" / "nation.md").read_text("utf-8")
