"""A planned sample district, and its election played; made once a worker, never changed by a test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from serentak.operations.plan import make_plan
from serentak.operations.play import play
from serentak.operations.sample import write_sample

# pytest imports every test file on its own (importlib mode); what they share is found by these paths.
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]


@pytest.fixture(scope="session")
def plan_folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("kecil")
    write_sample("kecil", home / "kecil")
    make_plan(home / "kecil", home / "rencana", "draft")
    return home / "rencana"


@pytest.fixture(scope="session")
def played(plan_folder, tmp_path_factory):
    """Play an election in which nothing goes wrong."""
    log = tmp_path_factory.mktemp("play") / "log"
    play(plan_folder, str(log), 1)
    return str(log)


@pytest.fixture(scope="session")
def swapped(plan_folder, tmp_path_factory):
    """Play an election in which two boxes are swapped; give the log, and the two stations."""
    log = tmp_path_factory.mktemp("swapped") / "log"
    happened = play(plan_folder, str(log), 2, faults=["swapped"])["faults"]
    return str(log), happened["swapped"].split(", ")
