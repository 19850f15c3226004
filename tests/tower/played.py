"""Played elections for the tests of the site: the invented district Kecil, played with and without faults."""

from __future__ import annotations

import pytest

from serentak.operations.plan import make_plan, read_plan_ground
from serentak.operations.play import play
from serentak.operations.sample import write_sample

FAULTS = ("swapped", "overdue", "seal", "silence", "clock", "duplicate", "reordered")


@pytest.fixture(scope="session")
def kecil_plan(tmp_path_factory):
    """Give the plan folder of Kecil."""
    home = tmp_path_factory.mktemp("kecil-tower")
    write_sample("kecil", home / "kecil")
    make_plan(home / "kecil", home / "rencana", "draft")
    return home / "rencana"


@pytest.fixture(scope="session")
def kecil_ground(kecil_plan):
    """Give the district Kecil with its kits."""
    return read_plan_ground(kecil_plan)


@pytest.fixture(scope="session")
def calm_log(kecil_plan, tmp_path_factory):
    """Give the log of an election in which all goes well."""
    log = tmp_path_factory.mktemp("calm") / "log"
    play(kecil_plan, str(log), 1)
    return log


@pytest.fixture(scope="session")
def rough_log(kecil_plan, tmp_path_factory):
    """Give the log of an election with faults, and what happened to whom."""
    log = tmp_path_factory.mktemp("rough") / "log"
    return log, play(kecil_plan, str(log), 2, faults=FAULTS)["faults"]


@pytest.fixture
def kecil(tree, kecil_ground):
    """Give the district Kecil, brought into the tables."""
    from serentak.tower.boxes import follow
    from serentak.tower.regions.load import load_district

    follow.forget()
    load_district(kecil_ground.district, kecil_ground.kits)
    yield kecil_ground
    follow.forget()


@pytest.fixture
def calm(kecil, calm_log):
    """Give the followed log of an election in which all goes well."""
    return followed(calm_log)


@pytest.fixture
def rough(kecil, rough_log):
    """Give the followed log of an election with faults, and what happened to whom."""
    return followed(rough_log[0]), rough_log[1]


def followed(folder):
    """Register a log and follow it to its end."""
    from serentak.tower.boxes.follow import follow_once
    from serentak.tower.boxes.logs import register

    log = register(str(folder))
    follow_once(log)
    assert log.trouble == ""
    return log


def assert_equal_to_a_recount():
    """Say that the sums of every region are those of its stations."""
    from serentak.tower.regions.rollup import SUMS, recount, stored

    counted = recount()
    assert stored(counted) == {code: {name: sums[name] for name in SUMS} for code, sums in counted.items()}
