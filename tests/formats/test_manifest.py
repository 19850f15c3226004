"""``manifest.xlsx`` read back by another library: its cells are what the plan says, and of the right kind."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from msgspec.structs import replace as change
from python_calamine import CalamineWorkbook

from serentak.base.clock import to_local
from serentak.formats.manifest import SHEETS, manifest_xlsx
from serentak.kit.ids import parse_box_id
from serentak.plan.model import Unserved
from serentak.plan.stages import recap_holders

pytestmark = pytest.mark.usefixtures("english")
KINDS = {"text": (str,), "number": (float, int), "decimal": (float, int), "time": (datetime,)}


def sheets(source) -> dict[str, list[dict]]:
    """Give the rows of every sheet by heading; empty cells are left out."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(manifest_xlsx(source)))
    assert book.sheet_names == ["Notes", *SHEETS]
    found = {}
    for name in SHEETS:
        head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        found[name] = [{key: cell for key, cell in zip(head, row, strict=True) if cell != ""} for row in rows]
        assert head == [column.heading for column in SHEETS[name]]
    return found


def moment(source, seconds: int) -> datetime:
    return to_local(source.district.election_day, source.district.zone, seconds).replace(tzinfo=None)


def test_every_cell_is_of_the_kind_of_its_column(source):
    gap = Unserved(source.district.stations[0].id, "out", "no_vehicle", -86_000, {"base": "X"})
    found = sheets(replace(source, plan=change(source.plan, unserved=(gap,))))
    for name, columns in SHEETS.items():
        kinds = {column.heading: KINDS[column.kind] for column in columns}
        for row in found[name]:
            for heading, cell in row.items():
                assert isinstance(cell, kinds[heading]), (name, heading, cell)
    assert found["Not served"][0]["Earliest possible"] == moment(source, -86_000)


def test_what_leaves_the_warehouse_arrives_and_what_returns_left(source):
    rows = sheets(source)["Hubs"]
    boxes = Counter()
    for row in rows:
        boxes[row["Place code"], row["Direction"], row["Movement"]] += row["Boxes"]
    warehouse = next(place.id for place in source.district.places if place.kind == "warehouse")
    everything = source.kits.totals()["boxes"]
    assert boxes[warehouse, "outbound", "leaves"] == boxes[warehouse, "return", "arrives"] == everything
    holders = recap_holders(source.district)
    recap = {holders[code]: len(kit.boxes) for code, kit in source.kits.recap.items()}
    for place in source.district.places:
        if place.id != warehouse:
            stays = boxes[place.id, "outbound", "arrives"] - boxes[place.id, "outbound", "leaves"]
            assert stays == recap.get(place.id, 0)
            assert boxes[place.id, "return", "leaves"] - boxes[place.id, "return", "arrives"] == stays


def test_hours_add_up_to_the_movements(source):
    found = sheets(source)
    for column, movement in (("Boxes arriving", "arrives"), ("Boxes leaving", "leaves")):
        by_hour, by_move = Counter(), Counter()
        for row in found["Hours"]:
            by_hour[row["Place code"], row["Hour from"]] += row[column]
        for row in found["Hubs"]:
            if row["Movement"] == movement:
                by_move[row["Place code"], row["Time"].replace(minute=0, second=0)] += row["Boxes"]
        assert +by_hour == +by_move


def test_runs_say_what_the_plan_says(source):
    rows = sheets(source)["Runs"]
    expected = list(source.runs())
    assert len(rows) == len(expected)
    for row, (stage, run) in zip(rows, expected, strict=True):
        assert (row["Run"], row["Place code"], row["Vehicle"]) == (run.id, stage.base, run.vehicle)
        assert (row["Leaves"], row["Is back"]) == (moment(source, run.depart), moment(source, run.return_))
        assert row["Boxes"] <= row["Room, boxes"]
        assert row["Stops"] == len(run.stops)
    team = {run.id: run.team for _stage, run in expected}
    metres = sum(row["Distance, km"] * 1000 * team[row["Run"]] for row in rows)
    assert round(metres) == source.plan.totals.metres
    assert round(sum(row["Driving, hours"] * 3600 * team[row["Run"]] for row in rows)) == source.plan.totals.seconds


def test_every_box_stands_once_with_its_ballots_and_its_times(source):
    found = sheets(source)
    rows = found["Kits"]
    boxes = [str(parse_box_id(row["Box"])) for row in rows]
    assert boxes == [box for kit in source.kits.stations.values() for box in kit.boxes]
    arrivals = {stop.at: stop.arrive for stage, run in source.runs() for stop in run.stops if stage.direction == "out"}
    for row in rows:
        assert row["Arrives"] == moment(source, arrivals[row["Code"]]) <= row["Latest"]
    totals = {row["What"]: row["This plan"] for row in found["Totals"]}
    assert sum(row["Ballots"] for row in rows) == sum(row.get("Ballots", 0) for row in found["Items"])
    assert len(rows) == totals["Ballot boxes of stations"]
    for item in ("Booths", "Bottles of ink", "Sticker seals, those on the boxes included", "Posters of the candidates"):
        assert sum(row.get(item, 0) for row in found["Items"]) == totals[item]
    assert sum(row["Ballot boxes"] for row in found["Items"]) == source.kits.totals()["boxes"]


def test_the_same_plan_gives_the_same_bytes(source):
    assert manifest_xlsx(source) == manifest_xlsx(source)
