"""Packing lists: what goes into the boxes of a station and beside them; a file a hub, a page a station."""

from __future__ import annotations

from typing import Any, Final

from serentak.base.messages import N_, _
from serentak.base.numbers import number
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet
from serentak.formats.paper.words import colour_name, election_name, file_name, kilograms, signature_words
from serentak.kit.ids import parse_box_id, printed
from serentak.kit.kits import StationKit
from serentak.territory.model import Station

IN_EACH_BOX: Final = (
    ("c_hasil", N_("Wall forms C.Hasil")),
    ("templates", N_("Braille templates")),
)
"""Figures counted a box, with what they are called."""
IN_THE_BOXES: Final = (
    ("ink", N_("Bottles of ink")),
    ("punch_sets", N_("Nail and pad sets")),
    ("ties", N_("Cable ties")),
    ("seals", N_("Sticker seals, those on the boxes included")),
    ("envelopes", N_("Plain envelopes")),
    ("cube_envelopes", N_("Cube envelopes")),
)
"""Figures counted a station, packed in its boxes."""
OUTSIDE: Final = (
    ("booths", N_("Booths")),
    ("voter_lists", N_("Copies of the voter list")),
    ("stationery_sets", N_("Sets of stationery")),
)
"""Figures counted a station, in the bundle outside the boxes; posters of the candidates, a box each, go there too."""


def packing_lists(source: Source) -> list[Sheet]:
    """Lay out the packing lists of all stations, a file for each place from which stations are served."""
    by_hub: dict[str, list[dict[str, Any]]] = {}
    for kit in source.kits.stations.values():
        station = source.stations[kit.station]
        by_hub.setdefault(station.parent, []).append(_page(source, station, kit))
    return [
        Sheet(
            f"paper/packing/{file_name(hub)}.pdf",
            "packing",
            {
                "meta": source.meta(f"{_('Packing lists')} {source.name(hub)}"),
                "words": _words(source),
                "hub": source.name(hub),
                "stations": pages,
            },
        )
        for hub, pages in by_hub.items()
    ]


def _words(source: Source) -> dict[str, str]:
    stock = "; ".join(f"{row.series} {number(row.start)}-{number(row.end)}" for row in source.district.stock)
    return {
        **signature_words(),
        "title": _("Packing list"),
        "item": _("Item"),
        "need": _("Needed"),
        "first": _("1st count"),
        "second": _("2nd count"),
        "remark": _("Remarks"),
        "assumed": _("* figure assumed, no public source; whether inside or outside the box is assumed for all items. "
                     "Rules: {rules}.").format(rules=source.rules.title),
        "checks": _("Before closing"),
        "photo": _("photograph of the labelled bag of ballots taken"),
        "two": _("counted twice, by two people"),
        "version": _("ballots are of the version in force"),
        "weighed": _("weighed: ________ kg"),
        "numbers": _("Numbers of the seals on the box"),
        "stock": _("Seals in stock: {stock}").format(stock=stock) if stock else "",
        "supervisor": _("Supervisor (Bawaslu)"),
        "counter1": _("Counted first by"),
        "counter2": _("Counted again by"),
    }  # fmt: skip


def _page(source: Source, station: Station, kit: StationKit) -> dict[str, Any]:
    boxes = [_box(source, station, kit, box) for box in kit.boxes]
    shared = [_line(source, name, words) for name, words in IN_THE_BOXES]
    outside = [_line(source, name, words) for name, words in OUTSIDE]
    outside.append(_line(source, "candidate_posters", N_("Posters of the candidates"), len(kit.boxes)))
    return {
        "name": source.name(station.id),
        "where": f"{source.address(station)}, {station.id}",
        "voters": number(station.voters),
        "voters_word": _("voters on the list"),
        "boxes": boxes,
        "groups": [
            *({key: box[key] for key in ("name", "code", "note", "rows")} for box in boxes),
            {
                "name": _("In the boxes, for the whole TPS"),
                "code": "",
                "note": _("write the letter of the box under remarks"),
                "rows": shared,
            },
            {
                "name": _("Outside the boxes, bundle"),
                "code": printed(kit.bundle),
                "note": _("about {weight}").format(weight=kilograms(_bundle_grams(source)))
                + _star(source, "booth_grams"),
                "rows": outside,
            },
        ],
    }


def _box(source: Source, station: Station, kit: StationKit, box: str) -> dict[str, Any]:
    letter = parse_box_id(box).letter
    sheets = kit.ballots[letter]
    filled = (kit.grams - _bundle_grams(source)) // len(kit.boxes)
    paper = -(-sheets * source.rules["ballot_milligrams"] // 1000)
    ballots = _("Ballots, {colour}: {voters} voters + {reserve} in reserve").format(
        colour=colour_name(source.rules, letter), voters=number(station.voters), reserve=sheets - station.voters
    )
    rows = [{"item": ballots, "need": number(sheets), "note": _("about {weight}").format(weight=kilograms(paper))}]
    rows += [_line(source, name, words) for name, words in IN_EACH_BOX]
    return {
        "code": printed(box),
        "name": _("In the box {election}").format(election=election_name(source.rules, letter).upper()),
        "note": _("filled about {weight}").format(weight=kilograms(filled)) + _star(source, "box_contents_grams"),
        "seals": source.rules["seals_per_box"],
        "rows": rows,
    }


def _line(source: Source, name: str, words: str, times: int = 1) -> dict[str, str]:
    figure = source.rules.figures[name]
    return {"item": _(words) + _star(source, name), "need": number(figure.value * times), "note": ""}


def _star(source: Source, name: str) -> str:
    """Mark a figure that nobody published."""
    return " *" if source.rules.figures[name].status == "assumed" else ""


def _bundle_grams(source: Source) -> int:
    rules = source.rules
    return rules["booths"] * rules["booth_grams"] + rules["bundle_other_grams"]
