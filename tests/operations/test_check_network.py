"""The network of a district, from its folder to the plan and to who checks it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import maps
from serentak.base.errors import InputError
from serentak.operations import network_file
from serentak.operations.check import check_district, check_plan_folder
from serentak.operations.network_file import REFERENCE
from serentak.operations.plan import make_plan, read_ground
from serentak.operations.sample import write_sample
from serentak.territory.read import read_district
from serentak.travel.road import RoadTravel


@pytest.fixture
def folder(tmp_path) -> Path:
    """Make the small sample with a straight road from the warehouse to each of its places and stations."""
    folder = tmp_path / "kecil"
    write_sample("kecil", folder)
    district, _problems = read_district(folder)
    base = next(place for place in district.places if place.kind == "warehouse")
    ends = [(p.lon, p.lat) for p in district.places] + [(s.lon, s.lat) for s in district.stations]
    lines = [([(base.lon, base.lat), end], {"highway": "residential"}) for end in ends if end != (base.lon, base.lat)]
    maps.geojson(folder / "network.geojson", lines)
    return folder


def serentak(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "serentak.cli", *map(str, words), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_check_prints_the_report(folder):
    said = serentak("check", folder, "--json")
    assert said.returncode == 0, said.stderr
    network = json.loads(said.stdout)["network"]
    assert network["estimated"] == ["boat"]
    assert not network["unreached"]
    assert {mode["mode"]: mode["joined"] == mode["points"] for mode in network["modes"]}["truck"]


def test_without_a_network_nothing_is_said_of_one(tmp_path):
    write_sample("kecil", tmp_path / "kecil")
    assert check_district(tmp_path / "kecil").network is None


def test_a_bad_network_stops_the_work(folder):
    (folder / "network.geojson").write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    said = serentak("check", folder)
    assert said.returncode == 2
    assert "network.geojson: the file is damaged" in said.stderr


def test_a_plan_on_a_network_that_is_only_noted(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(network_file, "LARGEST_COPY", 10)
    made = make_plan(folder, tmp_path / "plan", "draft")
    assert (made.folder / "input" / REFERENCE).exists()
    assert not (made.folder / "input" / "network.geojson").exists()
    assert not check_plan_folder(made.folder).violations
    network = folder / "network.geojson"
    network.rename(tmp_path / "elsewhere.geojson")
    with pytest.raises(InputError):
        check_plan_folder(made.folder)
    (tmp_path / "elsewhere.geojson").rename(made.folder / "input" / "network.geojson")
    assert not check_plan_folder(made.folder).violations


def test_the_network_is_what_one_travels_on(folder):
    ground = read_ground(folder)
    assert isinstance(ground.travel, RoadTravel)
    assert ground.graph is not None
    assert ["lurus" in problem.message for problem in ground.warnings] == [True]  # drawn straight over kilometres
