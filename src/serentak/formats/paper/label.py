"""Box labels for sticker sheets: a file a hub, eight labels of 99.1 x 67.7 mm on A4."""

from __future__ import annotations

from typing import Any, Final

from serentak.base.messages import _
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet
from serentak.formats.paper.words import breakable, colour_name, election_name, file_name, item
from serentak.kit.ids import BUNDLE, parse_box_id
from serentak.plan.stages import recap_holders

LONG_NAME: Final = 30
"""Characters of a name beyond which a label may need smaller letters."""


def labels(source: Source) -> list[Sheet]:
    """Lay out the labels of every box and bundle, a file for each place from which stations are served.

    All stations have labels, also those that the plan cannot serve: their boxes exist.
    """
    by_hub: dict[str, list[dict[str, Any]]] = {}
    warehouse = next(place.id for place in source.district.places if place.kind == "warehouse")
    holders = recap_holders(source.district)
    for recap in source.kits.recap.values():
        hub = holders.get(recap.kecamatan, warehouse)
        by_hub.setdefault(hub, []).extend(_recap_label(source, recap.kecamatan, box) for box in recap.boxes)
    for kit in source.kits.stations.values():
        hub = source.stations[kit.station].parent
        by_hub.setdefault(hub, []).extend(
            _station_label(source, kit.station, identifier) for identifier in (*kit.boxes, kit.bundle)
        )
    return [
        Sheet(
            f"paper/label/{file_name(hub)}.pdf",
            "label",
            {
                "meta": source.meta(f"{_('Labels')} {source.name(hub)}"),
                "words": {"labels": _("Labels {hub}: sticker sheets of 8, 99.1 x 67.7 mm, printed at 100 %").format(
                    hub=source.name(hub)
                )},
                "labels": made,
            },
            tuple(label["id"] for label in made),
        )
        for hub, made in by_hub.items()
    ]  # fmt: skip


def _station_label(source: Source, station_id: str, identifier: str) -> dict[str, Any]:
    station = source.stations[station_id]
    bundle = parse_box_id(identifier).letter == BUNDLE
    return {
        **_common(source, identifier),
        "long": len(station.desa_name) > LONG_NAME or len(station.kecamatan_name) > LONG_NAME,
        "number": f"TPS {station.number:03d}",
        "desa": breakable(station.desa_name),
        "kecamatan": _("Kec. {name}").format(name=source.kecamatan[station.kecamatan]),
        "what": _("OUTSIDE THE BOX") if bundle else _("BALLOT BOX"),
    }


def _recap_label(source: Source, kecamatan: str, identifier: str) -> dict[str, Any]:
    return {
        **_common(source, identifier),
        "long": len(source.kecamatan[kecamatan]) > LONG_NAME,
        "number": "PPK",
        "desa": "",
        "kecamatan": _("Kec. {name}").format(name=source.kecamatan[kecamatan]),
        "what": _("RECAPITULATION BOX"),
    }


def _common(source: Source, identifier: str) -> dict[str, Any]:
    letter = parse_box_id(identifier).letter
    made = item(identifier, source.rules)
    election = "" if letter == BUNDLE else election_name(source.rules, letter).upper()
    return {
        "id": made["id"],
        "election": election or _("BOOTHS, VOTER LIST, STATIONERY"),
        "colour": _("ballots {colour}").format(colour=colour_name(source.rules, letter)) if election else "",
        "district": source.district.name,
    }
