"""``stops.csv`` read back by its headings: every column holds what the plan and the district say."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from serentak.base.clock import format_day, format_moment, to_utc
from serentak.formats.stops import COLUMNS, stops_csv


def test_every_column_holds_what_it_is_called(source):
    plan, district = source.plan, source.district
    rows = list(csv.DictReader(io.StringIO(stops_csv(plan, district)), strict=True))
    items = {item.id: item for item in (*district.places, *district.stations)}
    modes = {name: row.mode for row in district.fleet for name in row.names()}
    runs = [(stage, run) for stage in plan.stages for run in stage.runs]
    expected = [(stage, run, n, stop) for stage, run in runs for n, stop in enumerate(run.stops)]
    assert len(rows) == len(expected)
    for row, (stage, run, n, stop) in zip(rows, expected, strict=True):
        assert tuple(row) == COLUMNS
        assert None not in row.values()
        item = items[stop.at]
        assert (float(row["lon"]), float(row["lat"])) == (item.lon, item.lat)
        assert row["mode"] == modes[row["vehicle"]]
        assert row["day"] == format_day(run.day)
        assert row["leaves"] == format_moment(run.depart)
        assert row["returns"] == format_moment(run.return_)
        assert (row["stage"], row["run"], int(row["stop"])) == (stage.id, run.id, n + 1)
        assert row["arrive"] == format_moment(stop.arrive)
        assert row["depart"] == format_moment(stop.depart)
        assert datetime.fromisoformat(row["depart_local"]) == to_utc(district.election_day, district.zone, stop.depart)
        assert (int(row["boxes"]), int(row["load_after"])) == (stop.boxes, stop.load_after)
        assert tuple(row["units"].split()) == stop.units
        assert row["status"] == "planned"
        assert row["voters"] == str(getattr(item, "voters", ""))
