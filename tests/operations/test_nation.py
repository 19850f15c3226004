"""The national batch by the command line: whole, ended in the middle, failing in one place, on a cluster."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from conftest import skip_or_fail
from nation_support import PLACES, fingerprint, rows, write_table
from serentak.base.errors import InputError
from serentak.base.messages import set_language
from serentak.operations import fanout
from serentak.operations.nation import Progress, plan_nation


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "serentak.cli", "nation", "--effort", "draft", *map(str, words)]


def nation(*words: str | Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SERENTAK_LANG": lang}
    return subprocess.run(command(*words), capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("table") / "negeri.csv", rows())


@pytest.fixture(scope="module")
def whole(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing disturbed, by one process."""
    out = tmp_path_factory.mktemp("whole") / "out"
    made = nation(table, "-o", out, "--jobs", "1")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[-1].startswith("Not served: ")
    assert "stations a second" in made.stderr
    return out


def test_every_district_is_a_plan_folder_that_holds(whole: Path) -> None:
    folders = sorted((whole / "districts").iterdir())
    assert [folder.name for folder in folders] == sorted(PLACES)
    for folder in folders:
        assert {path.name for path in folder.iterdir()} == {
            "figures.json", "input", "plan.json", "report.md", "run.json", "stops.csv",
        }  # fmt: skip
        checked = subprocess.run(
            [sys.executable, "-m", "serentak.cli", "check", str(folder)], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout


def test_the_elections_of_a_district_are_those_of_the_region_table(whole: Path) -> None:
    with (whole / "nation.csv").open(encoding="utf-8", newline="") as file:
        found = {row["code"]: row for row in csv.DictReader(file)}
    assert {code: row["elections"] for code, row in found.items()} == {
        "14.01": "GB", "31.01": "G", "34.71": "W", "82.08": "GB",
    }  # fmt: skip
    for code, row in found.items():
        assert int(row["boxes"]) == int(row["stations"]) * len(row["elections"]), code
        assert row["status"] == "planned"


def test_the_report_adds_up_the_districts(whole: Path) -> None:
    with (whole / "nation.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    plans = [json.loads((whole / "districts" / row["code"] / "plan.json").read_text("utf-8")) for row in found]
    assert sum(int(row["rupiah"]) for row in found) == sum(plan["totals"]["rupiah"] for plan in plans)
    total = sum(plan["totals"]["rupiah"] for plan in plans)
    assert f"Rp{total:,}" in (whole / "nation.md").read_text("utf-8")
    page = (whole / "nation.html").read_text("utf-8")
    assert page.count("<circle") == len(PLACES)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("https://kumparan", "").replace(
        "https://www.metrotvnews", ""
    )


def test_processes_do_not_matter(table: Path, whole: Path, tmp_path: Path) -> None:
    assert nation(table, "-o", tmp_path / "out", "--jobs", "2").returncode == 0
    assert fingerprint(tmp_path / "out") == fingerprint(whole)


def test_killed_in_the_middle_the_same_call_comes_to_the_same_bytes(table: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = _begin(out, table)
    run.kill()
    run.communicate()
    assert not (out / "nation.md").exists()
    finished = {path.name: path.stat().st_ino for path in (out / "districts").glob("[0-9]*")}
    assert finished
    again = nation(table, "-o", out, "--jobs", "2")
    assert again.returncode == 0, again.stderr
    assert {name: (out / "districts" / name).stat().st_ino for name in finished} == finished  # not done again
    assert fingerprint(out) == fingerprint(whole)


def test_an_interrupt_keeps_what_is_finished_and_leaves_nothing_half_done(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = _begin(out, table)
    run.send_signal(signal.SIGINT)
    _said, error = run.communicate(timeout=60)
    assert run.returncode == 130, error
    assert "Interrupted" in error
    assert "Traceback" not in error
    assert all((folder / "figures.json").exists() for folder in (out / "districts").glob("[0-9]*"))


def _begin(out: Path, table: Path) -> subprocess.Popen[str]:
    """Start a run and come back when its first district is finished."""
    run = subprocess.Popen(
        command(table, "-o", out, "--jobs", "1"),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a background job would ignore it
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "SERENTAK_LANG": "en"},
    )  # fmt: skip
    assert run.stderr is not None
    assert "districts" in run.stderr.readline()
    return run


def test_other_settings_in_the_same_folder_are_refused(table: Path, whole: Path) -> None:
    before = fingerprint(whole)
    refused = nation(table, "-o", whole, "--only", "14")
    assert refused.returncode == 2
    assert "another only" in refused.stderr
    assert "another effort" in nation(table, "-o", whole, "--effort", "final").stderr
    assert fingerprint(whole) == before


def test_a_folder_with_something_else_in_it_is_refused(table: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    assert nation(table, "-o", tmp_path).returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_two_runs_may_not_share_a_folder(table: Path, whole: Path) -> None:
    with (whole / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = nation(table, "-o", whole)
    assert refused.returncode == 1
    assert "another run" in refused.stderr


def test_a_district_that_fails_stops_nobody_and_is_named(tmp_path: Path) -> None:
    body = [row if str(row[0])[:5] != "34.71" else [*row[:3], "", "", *row[5:]] for row in rows()]
    out = tmp_path / "out"
    made = nation(write_table(tmp_path / "t.csv", body), "-o", out, "--only", "31.01,34")
    assert made.returncode == 1
    assert "34.71" in made.stderr
    assert [path.name for path in (out / "districts").iterdir()] == ["31.01"]
    assert "no station of 34.71 has coordinates" in (out / "nation.md").read_text("utf-8")
    with (out / "nation.csv").open(encoding="utf-8", newline="") as file:
        assert {row["code"]: row["status"] for row in csv.DictReader(file)} == {"31.01": "planned", "34.71": "failed"}


@pytest.mark.parametrize("only", ["77", "14.99", "11", "x"])
def test_a_region_that_is_not_there_is_refused(table: Path, tmp_path: Path, only: str) -> None:
    refused = nation(table, "-o", tmp_path / "out", "--only", only)
    assert refused.returncode == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_nobody_answers_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _need_dask()
    monkeypatch.setattr(fanout, "ANSWER_SECONDS", 1)
    with pytest.raises(InputError, match=r"tcp://127\.0\.0\.1:9"):
        fanout.Dask("tcp://127.0.0.1:9")


def _need_dask() -> None:
    if find_spec("distributed") is None:
        skip_or_fail("distributed is not installed")


@pytest.mark.filterwarnings("ignore")
def test_a_worker_of_a_dask_cluster_is_killed_during_the_run(table: Path, whole: Path, tmp_path: Path) -> None:
    _need_dask()
    from distributed import LocalCluster

    set_language("en")
    killed: list[int] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:

        def kill_one(now: Progress) -> None:
            """Kill a worker as soon as the first district is done; the others are being planned."""
            if not killed:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.process.pid)
                os.kill(worker.process.pid, signal.SIGKILL)

        made = plan_nation(table, tmp_path / "out", "draft", dask=cluster.scheduler_address, progress=kill_one)
    assert killed
    assert not made.national.failures
    assert fingerprint(tmp_path / "out") == fingerprint(whole)
