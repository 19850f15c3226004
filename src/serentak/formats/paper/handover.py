"""Hand-over forms: who gave what to whom, in which state; a file a vehicle, in order of time.

========================  ====================================================================================
surat jalan (SJ)          outbound to a place: the load with its boxes, ticked by giver and receiver
tanda terima (TT)         outbound to a station: half a page, twice on a sheet, one copy for each side
berita acara (BA)         the return: of a station half a page, twice; of a place the load with its boxes
========================  ====================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from serentak.base.messages import _
from serentak.formats.paper.form_code import FormCode
from serentak.formats.paper.goods import Load
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet
from serentak.formats.paper.words import (
    breakable,
    colour_name,
    file_name,
    item,
    kilograms,
    legend,
    signature_words,
    when,
)
from serentak.kit.ids import BUNDLE, parse_box_id
from serentak.plan.model import Run, Stage

A_ROW: Final = 3
"""Boxes and bundles side by side in the list of a load: those of one station, with two elections."""

LONG_PARTIES: Final = 60
"""Characters of giver and receiver beyond which the head of a form may need smaller letters."""
LONG_FACT: Final = 70
"""Characters of a fact beyond which it may take two lines."""


def handovers(source: Source) -> list[Sheet]:
    """Lay out the hand-over forms of all vehicles, a file each."""
    sheets = []
    for vehicle, runs in source.runs_by_vehicle().items():
        forms = [_form(source, stage, run, number + 1) for stage, run in runs for number in range(len(run.stops))]
        data = {
            "meta": source.meta(f"{_('Hand-over forms')} {vehicle}"),
            "words": _words(),
            "legend": legend(source.rules, source.district),
            "forms": forms,
        }
        codes = tuple(form["code"] for form in forms)
        sheets.append(Sheet(f"paper/handover/{file_name(vehicle)}.pdf", "handover", data, codes))
    return sheets


def form_code(source: Source, stage: Stage, run: Run, number: int) -> FormCode:
    """Give the code of the form for a stop."""
    kind = "BA" if stage.direction == "back" else "TT" if run.stops[number - 1].at in source.stations else "SJ"
    return FormCode(kind, source.sha, run.id, number)


def _words() -> dict[str, str]:
    return {
        **signature_words(),
        "box": _("Code"),
        "code": _("code"),
        "what": _("For"),
        "given": _("given"),
        "taken": _("received"),
        "gave": _("gave"),
        "took": _("took"),
        "seal": _("seal"),
        "seals": _("Write under seal: I intact, D damaged, W wet."),
        "tps": _("TPS"),
        "total": _("In all"),
        "state": _("State of box and seal"),
        "intact": _("intact"),
        "damaged": _("damaged"),
        "wet": _("wet"),
        "exceptions": _("Differences, damage, remarks (write \"none\" if there are none):"),
        "deposited": _("Left for the night at __________________________ watched by __________________________"),
        "copy": _("copy for: {who}"),
        "cut": _("cut here"),
        "counted": _("Counted: ________ boxes, ________ bundles"),
        "seal_number": _("Seal number"),
    }  # fmt: skip


def _form(source: Source, stage: Stage, run: Run, number: int) -> dict[str, Any]:
    stop = run.stops[number - 1]
    outbound = stage.direction == "out"
    at_station = stop.at in source.stations
    code = form_code(source, stage, run, number)
    load = source.loads[run.id, number]
    here, there = source.party(stage.base), source.party(stop.at)
    giver, receiver = (here, there) if outbound else (there, here)
    facts = _facts(source, run, number)
    return {
        "id": code.id,
        "code": str(code),
        "half": at_station,
        "title": _title(code.kind),
        "from": giver,
        "to": receiver,
        "copies": [there, here],
        "long": len(giver + receiver) > LONG_PARTIES or any(len(fact) > LONG_FACT for _name, fact in facts),
        "facts": facts,
        "items": [_item(source, identifier) for identifier in (*load.boxes, *load.bundles)] if at_station else [],
        "groups": [] if at_station else _groups(source, load),
        "summary": _summary(source, load),
        "parties": _parties(at_station),
        "deposit": outbound and at_station,
    }


def _title(kind: str) -> str:
    return {"SJ": _("Consignment note"), "TT": _("Receipt"), "BA": _("Record of the return")}[kind]


def _facts(source: Source, run: Run, number: int) -> list[tuple[str, str]]:
    stop = run.stops[number - 1]
    crew = source.crew(run.vehicle)
    drivers = ", ".join(f"{each.driver} {each.plate}".strip() for each in crew if each.driver or each.plate)
    station = source.stations.get(stop.at)
    facts = [
        (_("Vehicle"), f"{run.vehicle} {drivers}".strip()),
        (_("Run, stop"), f"{run.id}, {number}"),
        (_("Planned"), when(source.district, stop.arrive)),
    ]
    if station is None:
        facts.append((_("Escort"), source.escort(run)))
    else:
        facts.append((_("Where"), f"{source.address(station)}, {station.id}"))
    if not all(each.driver and each.plate for each in crew):
        facts.append((_("Driver, plate"), ""))
    return facts


def _item(source: Source, identifier: str) -> dict[str, str]:
    letter = parse_box_id(identifier).letter
    made = item(identifier, source.rules)
    made["colour"] = "" if letter == BUNDLE else colour_name(source.rules, letter)
    return made


def _groups(source: Source, load: Load) -> list[dict[str, Any]]:
    """Give boxes and bundles by village, rows of at most `A_ROW` items; recapitulation boxes last."""
    groups: dict[str, dict[str, Any]] = {}
    for kit in load.kits:
        station = source.stations[kit.station]
        name = f"{breakable(station.desa_name)} ({station.village})"
        group = groups.setdefault(station.village, {"name": name, "rows": []})
        group["rows"] += _rows(source, f"{station.number:03d}", (*kit.boxes, kit.bundle))
    for recap in load.recap:
        name = _("Recapitulation {kecamatan}").format(kecamatan=source.kecamatan[recap.kecamatan])
        groups[f"{recap.kecamatan}-R"] = {"name": name, "rows": _rows(source, "PPK", recap.boxes)}
    return list(groups.values())


def _rows(source: Source, name: str, identifiers: Sequence[str]) -> list[dict[str, Any]]:
    """Give the rows of a station: its number, then up to `A_ROW` boxes or bundles."""
    items = [item(identifier, source.rules) for identifier in identifiers]
    return [{"name": name, "items": items[start : start + A_ROW]} for start in range(0, len(items), A_ROW)]


def _summary(source: Source, load: Load) -> str:
    letters = [parse_box_id(box).letter for box in load.boxes]
    by_election = ", ".join(
        f"{source.rules.elections[letter].name.capitalize()} {letters.count(letter)}"
        for letter in source.rules.letters
        if letter in letters
    )
    return _("{boxes} boxes ({by_election}) and {bundles} bundles outside the boxes, {weight}").format(
        boxes=len(load.boxes), by_election=by_election, bundles=len(load.bundles), weight=kilograms(load.grams)
    )


def _parties(at_station: bool) -> list[str]:
    parties = [_("Given by"), _("Received by")]
    if not at_station:
        parties.insert(1, _("Driver"))
        parties.append(_("Escort"))
    supervisor = _("Supervisor of the TPS (Bawaslu)") if at_station else _("Supervisor (Bawaslu)")
    return [*parties, supervisor]
