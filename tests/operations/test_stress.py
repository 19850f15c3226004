"""``stress`` and ``harden`` as their users call them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest
from tests.support import kecil

from serentak.operations.sample import write_sample
from serentak.plan.model import read_plan

STATION = next(station for station in kecil().stations if not station.access)
HAZARDS = """
season = "hujan"
[causes.lebat]
probability = { hujan = 0.5 }
source = "rekaan (invented)"
[[layers]]
name = "banjir"
kind = "flood"
file = "banjir.csv"
cause = "lebat"
given = 0.8
effect = { pickup = "closed" }
source = "rekaan (invented)"
as_of = "2024"
[scenarios.besar]
note = "semua tergenang"
causes = { lebat = 1.0 }
given = { banjir = 1.0 }
"""


def serentak(*words, expect=0):
    run = subprocess.run([sys.executable, "-m", "serentak.cli", *map(str, words)], capture_output=True, text=True)  # noqa: PLW1510
    assert run.returncode == expect, run.stderr
    return run


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stress")
    write_sample("kecil", folder / "kecil")
    (folder / "kecil" / "hazards.toml").write_text(HAZARDS, encoding="utf-8")
    (folder / "kecil" / "banjir.csv").write_text(f"site,at\nsungai,{STATION.village}\n", encoding="utf-8")
    serentak("plan", folder / "kecil", "-o", folder / "rencana", "--effort", "draft")
    return folder / "rencana"


def test_stress_says_how_surely_the_plan_holds_and_writes_it_down(plan):
    said = json.loads(serentak("stress", plan, "--futures", 3000, "--json").stdout)
    rows = {row["id"]: row for row in said["out"]["stations"]}
    assert rows[STATION.id]["on_time"][1] <= 0.6 <= rows[STATION.id]["on_time"][2] + 0.02
    assert rows[STATION.id]["sites"] == ["banjir: sungai"]
    assert said["out"]["stations"][0]["on_time"][0] == min(row["on_time"][0] for row in rows.values())
    with (plan / "stress" / "musim.csv").open(encoding="utf-8") as file:
        table = [row for row in csv.DictReader(file) if row["what"] == "station" and row["direction"] == "out"]
    assert {row["id"]: f"{rows[row['id']]['on_time'][0]:.5f}" for row in table} == {
        row["id"]: row["on_time"] for row in table
    }
    report = (plan / "stress" / "musim.md").read_text("utf-8")
    assert "rekaan (invented)" in report


def test_the_same_seed_writes_the_same_bytes(plan):
    serentak("stress", plan, "--futures", 500)
    first = {path.name: path.read_bytes() for path in (plan / "stress").iterdir()}
    serentak("stress", plan, "--futures", 500)
    assert {path.name: path.read_bytes() for path in (plan / "stress").iterdir()} == first


def test_a_scenario_is_taken_by_name_and_a_wrong_name_is_refused(plan):
    said = json.loads(serentak("stress", plan, "--futures", 200, "--scenario", "besar", "--json").stdout)
    assert said["out"]["all_on_time"]["on_time"][0] == 0
    assert "besar" in serentak("stress", plan, "--scenario", "kecil", expect=2).stderr


def test_a_hardened_plan_holds_says_its_measures_and_is_never_worse(plan, tmp_path):
    out = tmp_path / "tangguh"
    said = json.loads(serentak("harden", plan, "-o", out, "--target", 0.95, "--futures", 2000, "--json").stdout)
    serentak("check", out)
    assert {measure["kind"] for measure in said["measures"]} & {"reach", "earlier", "vehicles"}
    for direction in ("out", "back"):
        assert (
            said["after"][direction]["all_on_time"]["on_time"][0]
            >= said["before"][direction]["all_on_time"]["on_time"][0]
        )
        assert said["after"][direction]["missed_mean"] <= said["before"][direction]["missed_mean"]
    assert said["after"]["out"]["all_on_time"]["on_time"][0] > said["before"]["out"]["all_on_time"]["on_time"][0] + 0.1
    assert said["after"]["seed"] == read_plan(plan).seed + 1
    assert (out / "input" / "measures.csv").exists()
    own = {tuple(measure.values()) for measure in said["measures"]}
    assert {tuple(measure.values()) for each in said["worth"] for measure in each["measures"]} == own
    assert max(each["late"] for each in said["worth"]) > 0.1
    assert [each["kecamatan"] for each in said["worth"]] == sorted(each["kecamatan"] for each in said["worth"])
    assert "## Langkah agar rencana lebih pasti" in (out / "report.md").read_text("utf-8")
    assert "tanpa langkah ini rata-rata" in (out / "harden.md").read_text("utf-8")
    assert read_plan(out).supersedes is not None
    again = json.loads(serentak("stress", out, "--futures", 2000, "--json").stdout)
    assert again["out"]["missed_mean"] < said["before"]["out"]["missed_mean"]


def test_where_nothing_helps_the_plan_is_the_one_that_was_given(plan, tmp_path):
    out = tmp_path / "sama"
    said = json.loads(serentak("harden", plan, "-o", out, "--target", 0.5, "--futures", 200, "--json").stdout)
    assert said["measures"] == []
    assert read_plan(out).stages == read_plan(plan).stages


def test_a_folder_in_use_is_refused_and_nothing_is_written(plan, tmp_path):
    (tmp_path / "ada").write_text("x", encoding="utf-8")
    assert serentak("harden", plan, "-o", tmp_path, expect=2).stderr
