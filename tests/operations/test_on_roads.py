"""A district with a network planned from the command line: what roads reach is served, what they do not is listed."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from serentak.operations.plan import read_ground
from serentak.operations.sample import write_sample
from serentak.plan.model import encode
from serentak.routing.district import plan_district
from serentak.travel.dijkstra import Dijkstra
from serentak.travel.road import RoadTravel
from serentak.travel.searches import Searches

PPK, JETTY = (101.4, 0.2), (101.44, 0.17)
CUT_OFF = "14.01.08.2002-004"  # at the end of a footpath


def serentak(*words: str | Path, cache: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "serentak.cli", *map(str, words)]
    environment = {**os.environ, "SERENTAK_CACHE": str(cache), "SERENTAK_LANG": "en"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def edit(path: Path, change) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path):
    """Make the small sample with roads to every station of its hub but one, and a river to those behind its jetty."""
    folder = tmp_path / "kecil"
    write_sample("kecil", folder)
    lines = [("highway=primary", (101.2, 0.3), PPK), ("highway=secondary", PPK, JETTY)]
    river = [JETTY]
    with (folder / "stations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            where = (float(row["lon"]), float(row["lat"]))
            if row["access"]:
                river.append(where)
            elif f"{row['village']}-{int(row['number']):03}" == CUT_OFF:
                end = (where[0] + 0.02, where[1])
                lines += [("highway=residential", PPK, end), ("highway=path,motorcycle=yes", end, where)]
            else:
                lines.append(("highway=residential,name=Jalan Desa", PPK, where))
    features = [
        {
            "type": "Feature",
            "properties": dict(tag.split("=") for tag in tags.split(",")),
            "geometry": {"type": "LineString", "coordinates": bends},
        }
        for tags, *bends in [*lines, ("waterway=river", *river)]
    ]
    network = {"type": "FeatureCollection", "features": features}
    (folder / "network.geojson").write_text(json.dumps(network), encoding="utf-8")
    return folder


def test_one_plan_whatever_the_processes_and_the_cache(folder, tmp_path):
    plans = []
    for name, jobs, cache in (("cold", 1, "cache"), ("warm", 2, "cache")):
        made = serentak(
            "plan", folder, "-o", tmp_path / name, "--effort", "draft", "--jobs", jobs, cache=tmp_path / cache
        )
        assert made.returncode == 0, made.stderr
        plans.append((tmp_path / name / "plan.json").read_bytes())
    assert plans[0] == plans[1]
    plan = json.loads(plans[0])
    assert "pyroutingkit" in plan["engines"]
    lost = {(lost["station"], lost["direction"], lost["reason"]) for lost in plan["unserved"]}
    assert lost == {(CUT_OFF, "out", "no_way"), (CUT_OFF, "back", "not_delivered")}
    assert serentak("check", tmp_path / "warm", cache=tmp_path / "cache").returncode == 0
    assert "network of the district" in (tmp_path / "warm" / "report.md").read_text(encoding="utf-8")
    said = serentak("explain", tmp_path / "warm", CUT_OFF, cache=tmp_path / "cache")
    assert "there is no way to it from PPK-CONTOH and back by pickup" in said.stdout


def test_the_slow_engine_makes_the_same_plan(folder):
    ground = read_ground(folder)
    graph = ground.travel.graph
    slow = RoadTravel(graph, "lowland", searches=Searches(graph, Dijkstra(len(graph.lon), graph.tail, graph.head)))
    plans = [plan_district(ground.district, "draft", travel=travel) for travel in (ground.travel, slow)]
    assert set(plans[0].engines) - set(plans[1].engines) == {"pyroutingkit"}
    assert encode(replace(plans[0], engines={})) == encode(replace(plans[1], engines={}))


def test_a_station_that_no_car_reaches_is_served_through_a_road_end(folder, tmp_path):
    def road_end(rows):
        own = dict.fromkeys(rows[0], "") | {
            "id": "UJUNG", "village": "14.01.08.2002", "kind": "transit", "parent": "PPK-CONTOH", "name": "Ujung aspal",
            "lon": "101.355", "lat": "0.193", "handling_min": "20", "sec_per_box": "20", "night": "tidak",
        }  # fmt: skip
        return [*rows, own]

    def motorbikes(rows):
        own = rows[-1] | {"type": "ojek", "base": "UJUNG", "mode": "motorbike", "count": "2", "team": "2", "boxes": "1"}
        return [*rows, own]

    def behind(rows):
        return [
            row | {"parent": "UJUNG"} if (row["village"], row["number"]) == (CUT_OFF[:13], "4") else row for row in rows
        ]

    edit(folder / "places.csv", road_end)
    edit(folder / "fleet.csv", motorbikes)
    edit(folder / "stations.csv", behind)
    made = serentak("plan", folder, "-o", tmp_path / "plan", "--effort", "draft", cache=tmp_path / "cache")
    assert made.returncode == 0, made.stderr
    plan = json.loads((tmp_path / "plan" / "plan.json").read_bytes())
    assert plan["unserved"] == []
    chain = [run["type"] for stage in plan["stages"] for run in stage["runs"] for stop in run["stops"]
             if stage["direction"] == "out" and CUT_OFF in (stop["at"], *stop["units"])]  # fmt: skip
    assert "ojek" in chain
    assert serentak("check", tmp_path / "plan", cache=tmp_path / "cache").returncode == 0
