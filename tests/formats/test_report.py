"""The report: its figures are those of the plan, in Markdown and on paper."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pypdfium2
import pytest
from msgspec.structs import replace as change

from serentak.base.messages import set_language
from serentak.formats.paper.typeset import typeset
from serentak.formats.report import report_md, report_sheet, sections
from serentak.formats.report.gaps import MOST_LISTED
from serentak.formats.report.movement import days
from serentak.formats.report.page import Chart, Table
from serentak.plan.model import Unserved
from serentak.travel import Legs

pytestmark = pytest.mark.usefixtures("english")


class ByRoad:
    """A network that is as long as the straight line."""

    def __init__(self, straight) -> None:
        self.straight = straight

    def legs(self, points, mode, speed_factor=1.0) -> Legs:
        return self.straight.legs(points, mode, speed_factor)

    def way(self, start, end, mode):
        return self.straight.way(start, end, mode)


def section(source, title: str):
    return next(part for part in sections(source) if part.title == title)


def tables(part) -> list[Table]:
    return [block for block in part.blocks if isinstance(block, Table)]


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_totals_are_those_of_the_plan(source):
    rows = dict(tables(section(source, "In all"))[0].rows)
    totals = source.plan.totals
    assert number(rows["Stations"]) == totals.stations == len(source.stations)
    assert number(rows["Cost"]) == totals.rupiah
    assert number(rows["Runs"]) == len(list(source.runs()))


def test_arrivals_say_first_last_and_the_least_time_to_spare(source):
    part = section(source, "Arrivals against deadlines")
    out, back = (block.words for block in part.blocks if isinstance(block, Chart))
    spare = {}
    for stage, run in source.runs():
        for stop in run.stops:
            child = source.children[stage.id, stop.at]
            if stop.at in source.stations:
                left = child.closes - stop.arrive if stage.direction == "out" else child.home_by - run.return_
                spare[stage.direction, stop.at] = left
    for way, words in (("out", out), ("back", back)):
        least = min(left for (direction, _at), left in spare.items() if direction == way)
        hours, minutes = map(int, re.search(r"spare is (\d+):(\d\d) hours", words).groups())
        assert 0 <= least - (hours * 3600 + minutes * 60) < 60
        where = words.rpartition("at ")[2].rstrip(".")
        assert spare[way, where] == least
        assert f"{len(source.stations)} stations" in words


def test_what_is_on_the_road_comes_home(source):
    from serentak.formats.journeys import journeys
    from serentak.formats.report.movement import _levels, _loads, _out

    all_journeys = journeys(source.plan, source.district)
    for changes in (_loads, _out):
        levels = _levels(change for journey in all_journeys for change in changes(journey))
        assert levels[-1][1] == 0
        assert min(level for _moment, level in levels) == 0
    rows = {row[0]: row for row in tables(days(source))[0].rows}
    for kind in {run.type for _stage, run in source.runs()}:
        own = [run for _stage, run in source.runs() if run.type == kind]
        busiest = max(sum(run.team for run in own if run.depart <= at < run.return_) for at in (r.depart for r in own))
        assert number(rows[f"Vehicles on the road: {kind}"][1]) == busiest


def test_boxes_by_hour_add_up_for_every_hub_out_and_back(source):
    for way, title in (("out", "Last mile outbound, by hub"), ("back", "Return to the hubs")):
        by_hub, by_hour = tables(section(source, title))
        assert by_hour.instead
        assert not by_hub.instead
        sums = {row[0]: sum(number(cell) for cell in row[1:] if cell) for row in by_hour.rows}
        boxes = Counter()
        for stage, run in source.runs():
            if stage.direction == way and stage.bound is None:
                boxes[source.name(stage.base)] += sum(stop.boxes for stop in run.stops)
        assert sums == dict(boxes) == {row[0]: number(row[3]) for row in by_hub.rows}
        hourly = {row[0]: max(number(cell) for cell in row[1:] if cell) for row in by_hour.rows}
        assert {row[0]: number(row[8].partition("(")[0]) for row in by_hub.rows} == hourly


def test_the_bound_and_the_saving_are_told(source):
    text = report_md(source)
    for stage in source.plan.stages:
        if stage.bound is not None:
            assert f"{stage.bound.candidates:,} candidate runs" in text
            assert f"Rp{stage.bound.rupiah:,}" in text
    assert f"Rp{source.plan.baseline.rupiah:,}" in text


def test_every_unserved_station_is_listed_or_counted(source):
    names = [station.id for station in source.district.stations]
    gaps = [Unserved(name, way, "no_vehicle", None, {"base": "X"}) for name in names for way in ("out", "back")]
    text = report_md(replace(source, plan=change(source.plan, unserved=tuple(gaps))))
    assert text.count("no vehicle stands at X") == min(len(gaps), MOST_LISTED)
    if len(gaps) > MOST_LISTED:
        assert f"{len(gaps) - MOST_LISTED} more stand in plan.json" in text


def test_ways_by_a_network_are_not_called_straight(source):
    assert "no road network" in report_md(source)
    assert "no road network" not in report_md(replace(source, travel=ByRoad(source.travel)))


def test_tables_of_the_markdown_are_whole(source):
    for block in re.findall(r"(?:^\|.*\|\n)+", report_md(source, ["a warning | with a bar"]), re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1
    assert "- a warning | with a bar" in report_md(source, ["a warning | with a bar"])


@pytest.mark.parametrize("language", ["en", "id"])
def test_paper_says_the_same_with_charts_and_text_that_can_be_read(source, language):
    set_language(language)
    sheet = report_sheet(source)
    assert [part["title"] for part in sheet.data["sections"]] == [part.title for part in sections(source)]
    made = typeset(sheet)
    assert made == typeset(sheet)
    document = pypdfium2.PdfDocument(made)
    text = "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", " ")
    for part in sections(source):
        assert part.title in text
        for block in part.blocks:
            if isinstance(block, Chart):
                assert block.words.split(";")[0][:40] in text
    assert re.search(r"H-1 \d\d:\d\d", text)
    assert made.count(b"/Figure") >= 3
