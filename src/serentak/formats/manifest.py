"""``manifest.xlsx``: what moves where and when, as a workbook to be sorted, filtered and added up.

Numbers are numbers, times are times (local, without a zone of their own), codes are text. Headings speak the language
in use; sheets and columns keep their order in every language.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final, Literal

from serentak.base.clock import HOUR, format_day, to_local
from serentak.base.messages import N_, _
from serentak.base.numbers import direction
from serentak.formats.journeys import Journey, journeys, latest, movements
from serentak.formats.paper.packing import IN_EACH_BOX, IN_THE_BOXES, OUTSIDE
from serentak.formats.paper.source import Source
from serentak.formats.paper.words import assumptions, election_name, mode_name
from serentak.kit.ids import printed
from serentak.plan.reasons import in_words, remedy
from serentak.plan.stages import point_of

Kind = Literal["text", "number", "decimal", "time"]
Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its heading (a message id), what its cells are, and how wide it is in letters."""

    heading: str
    kind: Kind = "text"
    width: int = 14


HUBS: Final = (
    Column(N_("Place code"), width=16),
    Column(N_("Place"), width=28),
    Column(N_("Direction"), width=13),
    Column(N_("Movement"), width=12),
    Column(N_("Day"), width=6),
    Column(N_("Time"), "time", 17),
    Column(N_("Latest"), "time", 17),
    Column(N_("Boxes"), "number", 8),
    Column(N_("Bundles"), "number", 8),
    Column(N_("Weight, kg"), "decimal", 11),
    Column(N_("Vehicle"), width=12),
    Column(N_("Escort"), width=12),
    Column(N_("Run"), width=24),
    Column(N_("From or to"), width=40),
    Column(N_("Goods of"), width=60),
)
HOURS: Final = (
    Column(N_("Place code"), width=16),
    Column(N_("Place"), width=28),
    Column(N_("Direction"), width=13),
    Column(N_("Hour from"), "time", 17),
    Column(N_("Boxes arriving"), "number"),
    Column(N_("Boxes leaving"), "number"),
)
RUNS: Final = (
    Column(N_("Run"), width=24),
    Column(N_("Direction"), width=13),
    Column(N_("Day"), width=6),
    Column(N_("Vehicle"), width=12),
    Column(N_("Mode"), width=14),
    Column(N_("Vehicles together"), "number", 10),
    Column(N_("Place code"), width=16),
    Column(N_("From"), width=28),
    Column(N_("Escort"), width=12),
    Column(N_("Leaves"), "time", 17),
    Column(N_("Is back"), "time", 17),
    Column(N_("Stops"), "number", 11),
    Column(N_("Boxes"), "number", 8),
    Column(N_("Room, boxes"), "number", 11),
    Column(N_("Distance, km"), "decimal", 11),
    Column(N_("Driving, hours"), "decimal", 11),
)
KITS: Final = (
    Column(N_("Code"), width=19),
    Column(N_("Kecamatan"), width=22),
    Column(N_("Village"), width=22),
    Column(N_("Number"), "number", 8),
    Column(N_("Venue"), width=24),
    Column(N_("Voters"), "number", 8),
    Column(N_("Box"), width=24),
    Column(N_("For"), width=12),
    Column(N_("Ballots"), "number", 10),
    Column(N_("From"), width=28),
    Column(N_("Vehicle out"), width=12),
    Column(N_("Arrives"), "time", 17),
    Column(N_("Latest"), "time", 17),
    Column(N_("Vehicle back"), width=12),
    Column(N_("Is collected"), "time", 17),
    Column(N_("Status"), width=34),
)
ITEMS: Final = (
    Column(N_("Code"), width=19),
    Column(N_("Kecamatan"), width=22),
    Column(N_("Village"), width=22),
    Column(N_("Ballot boxes"), "number", 10),
    Column(N_("Bundles"), "number", 8),
    Column(N_("Ballots"), "number", 10),
    *(Column(words, "number", 11) for _name, words in (*IN_EACH_BOX, *IN_THE_BOXES, *OUTSIDE)),
    Column(N_("Posters of the candidates"), "number", 11),
    Column(N_("Weight, kg"), "decimal", 10),
    Column(N_("Volume, litres"), "decimal", 10),
)
UNSERVED: Final = (
    Column(N_("Code"), width=19),
    Column(N_("Direction"), width=13),
    Column(N_("Reason code"), width=18),
    Column(N_("Reason"), width=70),
    Column(N_("Earliest possible"), "time", 17),
    Column(N_("What would help"), width=70),
)
TOTALS: Final = (
    Column(N_("What"), width=44),
    Column(N_("This plan"), "number", 16),
    Column(N_("Nearest neighbour"), "number", 16),
)
ASSUMPTIONS: Final = (
    Column(N_("File"), width=18),
    Column(N_("Row"), "number", 8),
    Column(N_("Column"), width=16),
    Column(N_("Value"), width=24),
    Column(N_("Rule"), width=60),
)
SHEETS: Final = {
    N_("Hubs"): HUBS,
    N_("Hours"): HOURS,
    N_("Runs"): RUNS,
    N_("Kits"): KITS,
    N_("Items"): ITEMS,
    N_("Not served"): UNSERVED,
    N_("Totals"): TOTALS,
    N_("Assumptions"): ASSUMPTIONS,
}
"""Columns by sheet (a message id), in order; documented in ``docs/plan-folder.md``. A sheet of notes stands before."""


def manifest_xlsx(source: Source) -> bytes:
    """Write the workbook; rows go to disk as they are written, so that memory does not grow with the district."""
    import xlsxwriter  # noqa: PLC0415 - heavy; only those who make the workbook pay for it

    rows: dict[str, Iterable[Row]] = {
        "Hubs": _hubs(source),
        "Hours": _hours(source),
        "Runs": _runs(source),
        "Kits": _kits(source),
        "Items": _items(source),
        "Not served": _unserved(source),
        "Totals": _totals(source),
        "Assumptions": _assumptions(source),
    }
    buffer = io.BytesIO()
    # Of the plan, never of the machine: the same plan gives the same bytes.
    day = datetime.combine(source.district.election_day, time())
    with xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": source.meta(_("Manifest"))["title"], "created": day})
        styles = {
            "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2}),
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format({"num_format": "#,##0"}),
            "decimal": book.add_format({"num_format": "#,##0.0"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        _write_notes(book.add_worksheet(_("Notes")), source, styles)
        for name, columns in SHEETS.items():
            _write_sheet(book.add_worksheet(_(name)), columns, rows[name], styles)
    return buffer.getvalue()


def _write_notes(sheet: Any, source: Source, styles: dict[str, Any]) -> None:
    meta, district = source.meta(_("Manifest")), source.district
    lines = [
        (meta["title"], ""),
        (_("Status"), meta["status"]),
        (_("Voting day (H)"), district.election_day.isoformat()),
        (_("Times"), _("local, {zone}").format(zone=district.zone)),
        (_("Source"), meta["made"]),
        (_("Input"), source.plan.input_sha256[:12]),
        *((_("Note"), sentence) for sentence in assumptions(district)),
    ]
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for row, (left, right) in enumerate(lines):
        sheet.write_string(row, 0, left, styles["heading"])
        sheet.write_string(row, 1, right, styles["text"])


def _write_sheet(sheet: Any, columns: Sequence[Column], rows: Iterable[Row], styles: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    for n, column in enumerate(columns):
        sheet.set_column(n, n, column.width, styles[column.kind])
        sheet.write_string(0, n, _(column.heading), styles["heading"])
    last = 0
    for last, row in enumerate(rows, 1):
        for n, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write_cell(sheet, last, n, column.kind, value, styles[column.kind])
    sheet.autofilter(0, 0, last, len(columns) - 1)


def _write_cell(sheet: Any, row: int, n: int, kind: Kind, value: object, style: Any) -> None:
    if value is None or value == "":
        return
    if kind == "text":
        sheet.write_string(row, n, str(value), style)
    elif kind == "time":
        sheet.write_datetime(row, n, value, style)
    else:
        sheet.write_number(row, n, value, style)


def _time(source: Source, moment: int | None) -> datetime | None:
    """Give a moment as a spreadsheet knows it: local, without a zone."""
    if moment is None:
        return None
    return to_local(source.district.election_day, source.district.zone, moment).replace(tzinfo=None)


def _hubs(source: Source) -> Iterator[Row]:
    order = {place.id: n for n, place in enumerate(source.district.places)}
    for move in sorted(movements(journeys(source.plan, source.district)), key=lambda move: order[move.place]):
        stage, run = move.journey.stage, move.journey.run
        halts = [(stop, source.loads[run.id, n]) for n, stop in enumerate(run.stops, 1)]
        own = [(stop, load) for stop, load in halts if move.place in (stage.base, stop.at)]
        ends = [latest(source.children[stage.id, stop.at]) for stop, _load in own]
        comes = move.kind == "in"
        yield (
            move.place,
            source.name(move.place),
            direction(stage.direction),
            _("arrives") if comes else _("leaves"),
            format_day(run.day),
            _time(source, move.moment),
            _time(source, min(ends)) if comes else None,
            move.boxes,
            sum(len(load.bundles) for _stop, load in own),
            sum(load.grams for _stop, load in own) / 1000,
            run.vehicle,
            run.escort,
            run.id,
            ", ".join(source.name(end) for end in move.others),
            " ".join(move.units),
        )


def _hours(source: Source) -> Iterator[Row]:
    """Give the boxes that reach and leave each place in each hour in which any do."""
    counted: dict[tuple[str, int, str], dict[str, int]] = {}
    for move in movements(journeys(source.plan, source.district)):
        key = (move.place, move.moment // HOUR, move.journey.stage.direction)
        counted.setdefault(key, {"in": 0, "out": 0})[move.kind] += move.boxes
    order = {place.id: n for n, place in enumerate(source.district.places)}
    for (place, hour, way), sums in sorted(counted.items(), key=lambda item: (order[item[0][0]], item[0][1])):
        yield place, source.name(place), direction(way), _time(source, hour * HOUR), sums["in"], sums["out"]


def _runs(source: Source) -> Iterator[Row]:
    for journey in journeys(source.plan, source.district):
        stage, run, row = journey.stage, journey.run, journey.row
        metres, seconds = _length(source, journey)
        yield (
            run.id,
            direction(stage.direction),
            format_day(run.day),
            run.vehicle,
            mode_name(row.mode),
            run.team,
            stage.base,
            source.name(stage.base),
            run.escort,
            _time(source, run.depart),
            _time(source, run.return_),
            len(run.stops),
            journey.boxes,
            row.team * row.boxes,
            metres / 1000,
            seconds / HOUR,
        )


def _length(source: Source, journey: Journey) -> tuple[int, int]:
    """Give metres and driving seconds of one vehicle of a run."""
    halts = [journey.stage.base, *(stop.at for stop in journey.run.stops)]
    points = [point_of(source.stations[at] if at in source.stations else source.places[at]) for at in halts]
    legs = source.travel.legs(points, journey.row.mode, journey.row.speed_factor)
    steps = [(n, (n + 1) % len(points)) for n in range(len(points))]
    return sum(int(legs.metres[step]) for step in steps), sum(int(legs.seconds[step]) for step in steps)


def _kits(source: Source) -> Iterator[Row]:
    """Give a row a box: where it goes, by what, when, and when it is collected."""
    halts = {(stage.direction, stop.at): (stage, run, stop) for stage, run in source.runs() for stop in run.stops}
    lost: dict[str, list[str]] = {}
    for gap in source.plan.unserved:
        lost.setdefault(gap.station, []).append(direction(gap.direction))
    for station in source.district.stations:
        kit = source.kits.stations[station.id]
        out, back = halts.get(("out", station.id)), halts.get(("back", station.id))
        ways = lost.get(station.id)
        status = _("Not served: {ways}").format(ways=", ".join(ways)) if ways else _("planned")
        for letter, box in zip(kit.ballots, kit.boxes, strict=True):
            yield (
                station.id,
                station.kecamatan_name,
                station.desa_name,
                station.number,
                station.venue,
                station.voters,
                printed(box),
                election_name(source.rules, letter),
                kit.ballots[letter],
                source.name(station.parent),
                out and out[1].vehicle,
                _time(source, out[2].arrive if out else None),
                _time(source, latest(source.children[out[0].id, station.id]) if out else None),
                back and back[1].vehicle,
                _time(source, back[2].depart if back else None),
                status,
            )


def _items(source: Source) -> Iterator[Row]:
    """Give a row a station, and one a kecamatan for its recapitulation boxes: how many of everything."""
    rules = source.rules
    for station in source.district.stations:
        kit = source.kits.stations[station.id]
        boxes = len(kit.boxes)
        yield (
            station.id,
            station.kecamatan_name,
            station.desa_name,
            boxes,
            1,
            sum(kit.ballots.values()),
            *(boxes * rules[name] for name, _words in IN_EACH_BOX),
            *(rules[name] for name, _words in (*IN_THE_BOXES, *OUTSIDE)),
            boxes * rules["candidate_posters"],
            kit.grams / 1000,
            kit.millilitres / 1000,
        )
    nothing = [None] * (len(ITEMS) - 6)
    for code, recap in source.kits.recap.items():
        name, weight, volume = source.kecamatan[code], recap.grams / 1000, recap.millilitres / 1000
        yield f"{code}-R", name, _("Recapitulation"), len(recap.boxes), *nothing, weight, volume


def _unserved(source: Source) -> Iterator[Row]:
    for gap in source.plan.unserved:
        why, help_ = in_words(gap.reason, gap.figures), remedy(gap.reason, gap.figures)
        yield gap.station, direction(gap.direction), gap.reason, why, _time(source, gap.earliest), help_


def _totals(source: Source) -> Iterator[Row]:
    totals, base = source.plan.totals, source.plan.baseline
    words = {
        "rupiah": _("Cost, rupiah"),
        "metres": _("Distance, metres"),
        "seconds": _("Driving time, seconds"),
        "vehicle_days": _("Vehicle-days"),
        "escort_days": _("Escort-days"),
        "unserved_out": _("Stations not served, outbound"),
        "unserved_back": _("Stations not served, return"),
    }
    for name, what in words.items():
        yield what, getattr(totals, name), getattr(base, name, None)
    yield _("Runs"), sum(1 for _run in source.runs()), None
    yield _("Stations"), totals.stations, None
    yield _("Voters"), totals.voters, None
    pieces = source.kits.totals()
    named = {
        "station_boxes": _("Ballot boxes of stations"),
        "recap_boxes": _("Recapitulation boxes"),
        "bundles": _("Bundles"),
        "candidate_posters": _("Posters of the candidates"),
        **{f"ballots_{letter}": _("Ballots, {election}").format(election=election_name(source.rules, letter))
           for letter in source.rules.letters},
        **{name: _(what) for name, what in (*IN_EACH_BOX, *IN_THE_BOXES, *OUTSIDE)},
    }  # fmt: skip
    for name, what in named.items():
        if name in pieces:
            yield what, pieces[name], None


def _assumptions(source: Source) -> Iterator[Row]:
    for entry in source.district.assumed:
        yield entry.file, entry.row, entry.column, entry.value, entry.rule
