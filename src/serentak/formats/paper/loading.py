"""Loading lists: what is loaded first, for the last stop; a file a vehicle that brings boxes out."""

from __future__ import annotations

from typing import Any

from serentak.base.messages import _
from serentak.base.numbers import number
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet
from serentak.formats.paper.words import (
    clock,
    file_name,
    kilograms,
    legend,
    short_date,
    signature_words,
)
from serentak.plan.model import Run, Stage


def loading_lists(source: Source) -> list[Sheet]:
    """Lay out the loading lists of all vehicles with an outbound run, a file each."""
    sheets = []
    for vehicle, runs in source.runs_by_vehicle().items():
        lists = [_list(source, stage, run) for stage, run in runs if stage.direction == "out"]
        if lists:
            data = {
                "meta": source.meta(f"{_('Loading list')} {vehicle}"),
                "words": _words(),
                "legend": legend(source.rules, source.district),
                "lists": lists,
            }
            sheets.append(Sheet(f"paper/loading/{file_name(vehicle)}.pdf", "loading", data))
    return sheets


def _words() -> dict[str, str]:
    return {
        **signature_words(),
        "title": _("Loading list"),
        "note": _("Load in this order: the last stop first, the first stop last, next to the door."),
        "order": _("Load order"),
        "stop": _("Stop"),
        "where": _("For"),
        "goods": _("Boxes and bundles, ticked when on board"),
        "count": _("Boxes"),
        "boxes": _("boxes"),
        "below": _("listed below"),
    }


def _list(source: Source, stage: Stage, run: Run) -> dict[str, Any]:
    row = source.fleet[run.vehicle]
    loads = {number: source.loads[run.id, number] for number in range(1, len(run.stops) + 1)}
    base = source.places[stage.base]
    boxes = sum(len(load.boxes) for load in loads.values())
    grams = sum(load.grams for load in loads.values())
    litres = sum(load.millilitres for load in loads.values()) // 1000
    crew = source.crew(run.vehicle)
    people = ", ".join(f"{each.driver} {each.plate} {each.phone}".strip() for each in crew)
    carries = _("{load} of {most}")
    return {
        "id": run.id,
        "base": source.name(base.id),
        "facts": [
            (_("Vehicle"), run.vehicle),
            (_("Boxes"), carries.format(load=boxes, most=row.team * row.boxes)),
            (_("Driver, plate"), people.strip(", ")),
            (_("Weight"), carries.format(load=kilograms(grams), most=kilograms(row.team * row.grams))),
            (_("Loading begins"), _moment(source, run.depart - base.handling)),
            (_("Volume"), carries.format(load=number(litres), most=f"{number(row.team * row.millilitres // 1000)} l")),
            (_("Departure"), _moment(source, run.depart)),
            (_("Bundles"), str(sum(len(load.bundles) for load in loads.values()))),
        ],
        "stops": [
            {
                "order": order,
                "stop": number,
                "name": source.name(run.stops[number - 1].at),
                "arrive": clock(run.stops[number - 1].arrive),
                "boxes": len(load.boxes),
                "bundles": len(load.bundles),
                "groups": source.by_village(load),
            }
            for order, (number, load) in enumerate(reversed(loads.items()), 1)
        ],
        "total": _("In all: {boxes} boxes, {bundles} bundles, {weight}.").format(
            boxes=boxes, bundles=sum(len(load.bundles) for load in loads.values()), weight=kilograms(grams)
        ),
        "signers": [_("Loaded by"), _("Counted by"), _("Driver"), _("Supervisor (Bawaslu)")],
    }


def _moment(source: Source, moment: int) -> str:
    return f"{short_date(source.district, moment)}, {clock(moment)} {source.district.zone}"
