"""Manifests: what reaches and what leaves a place, when, by whom; a file a place, with sums that add up."""

from __future__ import annotations

from typing import Any

from serentak.base.messages import _
from serentak.formats.journeys import Movement, journeys, movements
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet
from serentak.formats.paper.words import clock, file_name, short_date
from serentak.territory.model import Place


def manifests(source: Source) -> list[Sheet]:
    """Lay out the manifest of every place that anything reaches or leaves; of a re-plan, where that changed."""
    found: dict[str, list[Movement]] = {}
    for move in movements(journeys(source.plan, source.district)):
        found.setdefault(move.place, []).append(move)
    return [
        Sheet(
            f"paper/manifest/{file_name(place.id)}.pdf",
            "manifest",
            {
                "meta": source.meta(f"{_('Manifest')} {source.name(place.id)}"),
                "words": _words(),
                "title": _("Manifest"),
                "place": source.name(place.id),
                "id": place.id,
                "parts": _parts(source, place, found[place.id]),
            },
        )
        for place in source.district.places
        if place.id in found and (source.reprint is None or place.id in source.reprint.places)
    ]


def _words() -> dict[str, str]:
    return {
        "time": _("Time"),
        "vehicle": _("Vehicle"),
        "crew": _("Driver, plate"),
        "escort": _("Escort"),
        "ends": _("From or to"),
        "run": _("Run"),
        "boxes": _("Boxes"),
        "bundles": _("Bundles"),
        "actual": _("Actual time, initials"),
        "sum": _("Sum"),
    }


def _parts(source: Source, place: Place, moves: list[Movement]) -> list[dict[str, Any]]:
    """Lay out both directions; what stays after the way out is there at the beginning of the return."""
    stays = source.kits.totals()["boxes"] if place.kind == "warehouse" else 0
    parts = []
    for direction in ("out", "back"):
        here = [move for move in moves if move.journey.stage.direction == direction]
        arrived = [_row(source, move) for move in here if move.kind == "in"]
        left = [_row(source, move) for move in here if move.kind == "out"]
        begin, boxes_in, boxes_out = stays, _sum(arrived, "boxes"), _sum(left, "boxes")
        stays = begin + boxes_in - boxes_out
        balance = _("At the beginning {begin} + arriving {arrive} - leaving {leave} = staying {stay} boxes.")
        tables = ((_("Arriving here"), arrived), (_("Leaving from here"), left))
        parts.append(
            {
                "heading": _("Outbound") if direction == "out" else _("Return"),
                "tables": [
                    {"heading": heading, "rows": rows, "boxes": _sum(rows, "boxes"), "bundles": _sum(rows, "bundles")}
                    for heading, rows in tables
                    if rows
                ],
                "balance": balance.format(begin=begin, arrive=boxes_in, leave=boxes_out, stay=stays),
                "staying": _staying(place, direction) if stays else _("Nothing stays."),
            }
        )
    return parts


def _sum(rows: list[dict[str, Any]], what: str) -> int:
    return sum(row[what] for row in rows)


def _row(source: Source, move: Movement) -> dict[str, Any]:
    run = move.journey.run
    loads = [
        source.loads[run.id, number]
        for number, stop in enumerate(run.stops, 1)
        # A movement without units is the whole load of a run that begins or ends here.
        if not move.units or (stop.at == move.place and stop.units == move.units)
    ]
    crew = ", ".join(f"{each.driver} {each.plate}".strip() for each in source.crew(run.vehicle))
    goods = [f"{group['name']} {group['boxes']}" for load in loads for group in source.by_village(load)]
    return {
        "day": short_date(source.district, move.moment),
        "time": clock(move.moment),
        "vehicle": run.vehicle + (f" ×{run.team}" if run.team > 1 else ""),
        "crew": crew.strip(", "),
        "escort": run.escort or "–",
        "ends": ", ".join(source.name(at) for at in move.others),
        "goods": ", ".join(goods) if move.units else "",
        "run": run.id,
        "boxes": sum(len(load.boxes) for load in loads),
        "bundles": sum(len(load.bundles) for load in loads),
    }


def _staying(place: Place, direction: str) -> str:
    if place.kind == "warehouse":
        return (
            _("What stays are boxes of stations that are not served.")
            if direction == "out"
            else _("All of these are kept in the warehouse.")
        )
    if direction == "out":
        return _("What stays are recapitulation boxes, and boxes of stations that are not served.")
    return _("What stays could not be fetched.")
