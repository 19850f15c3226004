from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys

import pytest

from serentak.base.clock import parse_moment
from serentak.plan.model import read_plan

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder with the plan of the small sample."""
    where = tmp_path_factory.mktemp("replan")
    assert serentak(where, "sample", "kecil", "daerah").returncode == 0
    assert serentak(where, "plan", "daerah", "-o", "rencana", "--effort", "draft", "--jobs", "1").returncode == 0
    return where


def serentak(where, *words):
    return subprocess.run(
        [sys.executable, "-m", "serentak.cli", *words],
        cwd=where, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "SERENTAK_LANG": "en"},
    )  # fmt: skip


def replan(where, source, out, *words):
    return serentak(where, "replan", source, "-o", out, *words)


def last_mile(where):
    plan = read_plan(where / "rencana")
    return next(stage for stage in plan.stages if stage.id == "out:PPK-CONTOH").runs


def area(where, name, lon, lat):
    ring = [[lon - 0.001, lat - 0.001], [lon + 0.001, lat - 0.001], [lon, lat + 0.001], [lon - 0.001, lat - 0.001]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (where / name).write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")


def test_a_closed_leg_a_flood_and_a_lost_run_then_again(folder):
    first = last_mile(folder)[0]
    stops = [stop.at for stop in first.stops]
    with (folder / "daerah/stations.csv").open(encoding="utf-8") as file:
        rows = {f"{row['village']}-{int(row['number']):03}": row for row in csv.DictReader(file)}
    wet = rows[stops[-1]]
    area(folder, "banjir.geojson", float(wet["lon"]), float(wet["lat"]))
    table = "lintasan;moda;kecepatan;sampai;catatan\n" + f"PPK-CONTOH>{stops[0]};pickup;50;H 00:00;licin\n"
    (folder / "penutupan.csv").write_text(table, encoding="utf-8")
    done = replan(
        folder, "rencana", "kedua", "--at", "H-1 05:30", "--closed", "banjir.geojson", "--closed", "penutupan.csv",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("Not served: 1 of 12 stations outbound")
    second = read_plan(folder / "kedua")
    assert second.supersedes == hashlib.sha256((folder / "rencana/plan.json").read_bytes()).hexdigest()
    assert (folder / "kedua/input/replan/issued.json").read_bytes() == (folder / "rencana/plan.json").read_bytes()
    assert [lost.station for lost in second.unserved if lost.direction == "out"] == [stops[-1]]
    report = (folder / "kedua/report.md").read_text(encoding="utf-8")
    assert report.index("## What has changed") < report.index("## In all")
    assert "postponed vote" in report
    with (folder / "kedua/difference.csv").open(encoding="utf-8") as file:
        changes = {(row["at"], row["direction"]): row["change"] for row in csv.DictReader(file)}
    assert changes[stops[-1], "out"] == "dropped"
    checked = serentak(folder, "check", "kedua")
    assert checked.returncode == 0, checked.stdout
    assert serentak(folder, "explain", "kedua", stops[-1]).returncode == 0
    printed = serentak(folder, "paper", "kedua", "--only", "tables")
    assert printed.returncode == 0, printed.stderr

    at = next(run for stage in second.stages for run in stage.runs if run.id == first.id).stops[0].depart
    moment = f"H-1 {at % 86400 // 3600:02}:{at % 3600 // 60 + 1:02}"
    done = replan(folder, "kedua", "ketiga", "--at", moment, "--lost", first.id, "--json")
    assert done.returncode == 0, done.stderr
    third, said = read_plan(folder / "ketiga"), json.loads(done.stdout)
    assert said["supersedes"] == hashlib.sha256((folder / "kedua/plan.json").read_bytes()).hexdigest()
    assert third.replan.lost == (first.id,)
    assert said["changed"] == list(third.replan.changed)
    assert json.loads((folder / "ketiga/difference.json").read_text(encoding="utf-8"))["changed"] == said["changed"]
    checked = serentak(folder, "check", "ketiga")
    assert checked.returncode == 0, checked.stdout
    for left in third.replan.stranded:
        assert left.place in (folder / "ketiga/report.md").read_text(encoding="utf-8")


def test_what_was_told_cannot_be_changed_afterwards(folder, tmp_path):
    done = replan(folder, "rencana", str(tmp_path / "baru"), "--at", "H-1 05:30", "--lost", "pikap#1")
    assert done.returncode == 0, done.stderr
    losses = tmp_path / "baru/input/replan/losses.csv"
    losses.write_text(losses.read_text("utf-8").replace("pikap#1", "truk#1"), encoding="utf-8")
    checked = serentak(tmp_path, "check", "baru")
    assert checked.returncode == 1
    assert "[input]" in checked.stdout


def test_the_same_words_give_the_same_plan(folder, tmp_path):
    for name in ("a", "b"):
        assert (
            replan(folder, "rencana", str(tmp_path / name), "--at", "H-1 06:10", "--lost", "perahu#1").returncode == 0
        )
    assert (tmp_path / "a/plan.json").read_bytes() == (tmp_path / "b/plan.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "tomorrow"], "write a time as H-1 23:59"),
        (["--at", "H-1 05:30", "--closed", "PPK-CONTO>PPK-CONTOH"], "did you mean PPK-CONTOH?"),
        (["--at", "H-1 05:30", "--closed", "4711"], "knows no road of this number"),
        (["--at", "H-1 05:30", "--closed", "nowhere.geojson"], "nor a file"),
        (["--at", "H-1 05:30", "--closed", "PPK-CONTOH>"], "two different ends"),
        (["--at", "H-1 05:30", "--lost", "pikap#99"], "no run or vehicle team of that name"),
        (["--at", "H-1 05:30", "--closed", "garis.geojson"], "this is no polygon"),
        (["--at", "H-1 05:30", "--closed", "rusak.geojson"], "cannot be read"),
        (["--at", "H-1 05:30", "--closed", "salah.csv"], "exactly one edge, leg or area"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(folder, tmp_path, words, said):
    line = {"type": "LineString", "coordinates": [[101, 0], [102, 0]]}
    (tmp_path / "garis.geojson").write_text(json.dumps(line), encoding="utf-8")
    (tmp_path / "rusak.geojson").write_text("{", encoding="utf-8")
    (tmp_path / "salah.csv").write_text("leg,edge\nPPK-CONTOH>GUDANG,7\n", encoding="utf-8")
    done = replan(tmp_path, str(folder / "rencana"), "baru", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "baru").exists()


def test_a_time_before_the_last_replan_is_refused(folder, tmp_path):
    assert replan(folder, "rencana", str(tmp_path / "baru"), "--at", "H-1 06:10").returncode == 0
    assert read_plan(tmp_path / "baru").replan.at == parse_moment("H-1 06:10")
    done = replan(tmp_path, "baru", "lagi", "--at", "H-1 06:00")
    assert done.returncode == 2
    assert "H-1 06:10" in done.stderr


def test_of_a_replan_only_what_changed_is_printed(folder):
    first = last_mile(folder)[0]
    done = replan(folder, "rencana", "cetak", "--at", "H-1 05:30", "--lost", first.id)
    assert done.returncode == 0, done.stderr
    plan = read_plan(folder / "cetak")
    changed = {run.vehicle: run.id for stage in plan.stages for run in stage.runs if run.id in plan.replan.changed}
    assert changed
    printed = serentak(folder, "paper", "cetak", "--only", "run-sheet", "--only", "manifest", "--json")
    assert printed.returncode == 0, printed.stderr
    names = {path.stem for path in (folder / "cetak/paper/run-sheet").iterdir()}
    assert names == {vehicle.replace("#", "-") for vehicle in changed}
    assert "DERMAGA-CONTOH" not in {path.stem for path in (folder / "cetak/paper/manifest").iterdir()}
    index = (folder / "cetak/paper/README.txt").read_text(encoding="utf-8")
    assert plan.supersedes[:12] in index
    for name in plan.replan.withdrawn:
        assert name in index
    whole = serentak(folder, "paper", "cetak", "--only", "run-sheet", "--all")
    assert whole.returncode == 0, whole.stderr
    every = {run.vehicle.replace("#", "-") for stage in plan.stages for run in stage.runs}
    assert {path.stem for path in (folder / "cetak/paper/run-sheet").iterdir()} == every


def test_a_replan_meets_futures_but_is_not_hardened(folder):
    assert replan(folder, "rencana", "lagi", "--at", "H-1 05:30", "--lost", last_mile(folder)[0].id).returncode == 0
    assert serentak(folder, "stress", "lagi", "--futures", "200").returncode == 0
    refused = serentak(folder, "harden", "lagi", "-o", "lagi-tangguh")
    assert refused.returncode == 2
    assert "a re-plan keeps" in refused.stderr
    assert not (folder / "lagi-tangguh").exists()
