"""``serentak why`` as an operator has it: a process of its own, and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tower.ops.conftest import database_of

SEED = """
import django; django.setup()
from serentak.tower.regions.tree import plant
from tests.tower.cast import make_cast
plant(); make_cast()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for command in (["-m", "serentak.tower", "migrate"], ["-c", SEED]):
        subprocess.run([sys.executable, *command], env=environment(folder), check=True, capture_output=True)
    return folder


def environment(home: Path) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    names = {"SERENTAK_HOME": str(home), "DJANGO_SETTINGS_MODULE": "serentak.tower.settings", "PYTHONPATH": root}
    return {**os.environ, **names, "DATABASE_URL": database_of(home)}


def why(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "SERENTAK_HOME"}
    if (home / "web").is_dir():
        clean["DATABASE_URL"] = database_of(home)
    command = [sys.executable, "-m", "serentak.cli", "why", *words, "--home", str(home), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=clean)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("budi", "boxes.read", "14.01.06.2003-007-B"), 0, "whose area 14.01 holds 14.01.06.2003-007"),
        (("budi", "boxes.read", "14.06"), 1, "only in 14.01"),
        (("budi", "funds.write", "14.01"), 1, "no rule lets them"),
        (("oka", "guards.write", "64.02.17"), 0, "64.02.17"),
        (("publik", "boxes.read", "ID"), 1, "need an account"),
        (("budi", "boxes.reed", "14.01"), 2, "there is no such action"),
        (("siapa", "boxes.read", "14.01"), 2, "there is no such account"),
        (("budi", "boxes.read", "14.1"), 2, "OBJECT"),
    ],
)
def test_why(home, words, code, said):
    answer = why(home, *words)
    assert answer.returncode == code, answer.stderr
    assert said in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr


def test_why_as_json(home):
    said = json.loads(why(home, "budi", "boxes.read", "14.01.06-R-B", "--json").stdout)
    assert said["allowed"] is True
    assert said["territory"] == "14.01.06"


def test_why_makes_no_site_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    answer = why(tmp_path / "nichts", "budi", "boxes.read", "14.01")
    assert answer.returncode == 2
    assert not (tmp_path / "nichts").exists()
