"""``nation.html``: the national report as one page with a map, complete in itself: nothing is fetched from elsewhere.

The map is drawn from the districts' own points: a dot for every hub makes the shape of the country, a disc for every
district says how many stations it has and whether all are served.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from serentak.base.messages import _, language
from serentak.base.numbers import number, rupiah
from serentak.formats.nation import (
    National,
    add_up,
    assumptions,
    in_all,
    missed_table,
    province_table,
    status,
)
from serentak.plan.figures import Figures
from serentak.territory.regions import region

WEST, EAST, SOUTH, NORTH = 94.5, 141.5, -11.3, 6.2
"""Degrees that the map shows."""
WIDTH = 1400
SCALE = WIDTH / (EAST - WEST)
HEIGHT = round((NORTH - SOUTH) * SCALE)
SERVED, PARTLY, HUB = "#1b7f79", "#d1495b", "#b8c4cc"
"""Colours that the colour-blind can tell apart; what is not served is also ringed."""

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1440px;padding:1rem;color:#1c2328}
svg{width:100%;height:auto;background:#f4f7f9;border:1px solid #d6dde2}
table{border-collapse:collapse;margin:1rem 0;font-size:.87rem}
th,td{padding:.25rem .55rem;border-bottom:1px solid #d6dde2;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
thead th{position:sticky;top:0;background:#fff}
.wide{overflow-x:auto}
.key{display:inline-block;width:.8rem;height:.8rem;border-radius:50%;margin:0 .3rem 0 1rem}
@media print{.wide{overflow:visible}}
"""


def nation_html(national: National) -> str:
    """Write the page in the language in use."""
    title = _("National distribution plan")
    sums = add_up(national.figures)
    failed = [
        (f"{region(failure.code).name} ({failure.code})", number(failure.stations), failure.words)
        for failure in national.failures
    ]
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(status(national))}</p>",
        nation_svg(national.figures),
        _legend(),
        _table(("", _("figure")), in_all(national, sums)),
        f"<h2>{escape(_('By province'))}</h2>",
        _table(*province_table(national)),
        f"<h2>{escape(_('Not served'))}</h2>",
        _table(*missed_table(national)),
    ]
    if failed:
        parts += [f"<h2>{escape(_('Districts that failed'))}</h2>", _table(("", _("stations"), _("why")), failed)]
    parts += [
        f"<h2>{escape(_('By district'))}</h2>",
        _districts(national),
        f"<h2>{escape(_('Assumed'))}</h2><ul>",
        *(f"<li>{escape(line)}</li>" for line in assumptions(national)),
        "</ul>",
    ]
    return (
        f'<!doctype html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def nation_svg(figures: Sequence[Figures]) -> str:
    """Draw the map."""
    hubs = [f"M{_x(lon):.1f} {_y(lat):.1f}h0" for own in figures for lon, lat in own.hubs]
    discs = [_disc(own) for own in sorted(figures, key=lambda own: (-own.totals.stations, own.code))]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(_('Districts by stations and service'))}</title>"
        f'<path d="{"".join(hubs)}" stroke="{HUB}" stroke-width="2.4" stroke-linecap="round" fill="none"/>'
        + "".join(discs)
        + "</svg>"
    )


def _disc(own: Figures) -> str:
    totals = own.totals
    lost = totals.unserved_out + totals.unserved_back
    words = _("{name} ({code}): {stations} stations, not served {out} / {back}, {cost}").format(
        name=own.name, code=own.code, stations=number(totals.stations), out=totals.unserved_out,
        back=totals.unserved_back, cost=rupiah(totals.rupiah),
    )  # fmt: skip
    lon = math.fsum(hub[0] for hub in own.hubs) / len(own.hubs)
    lat = math.fsum(hub[1] for hub in own.hubs) / len(own.hubs)
    radius = max(1.5, math.sqrt(totals.stations) * 0.16)
    colour, ring = (PARTLY, ' stroke="#5c0f1c" stroke-width="2"') if lost else (SERVED, ' stroke="#fff"')
    return (
        f'<circle cx="{_x(lon):.1f}" cy="{_y(lat):.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity=".72"{ring}>'
        f"<title>{escape(words)}</title></circle>"
    )


def _x(lon: float) -> float:
    return (lon - WEST) * SCALE


def _y(lat: float) -> float:
    return (NORTH - lat) * SCALE


def _legend() -> str:
    keys = ((SERVED, _("every station served")), (PARTLY, _("some not served")), (HUB, _("hub of a kecamatan")))
    spans = (f'<span class="key" style="background:{colour}"></span>{escape(words)}' for colour, words in keys)
    return f"<p>{''.join(spans)}. {escape(_('The area of a disc is its number of stations.'))}</p>"


def _districts(national: National) -> str:
    head = (
        _("District"), _("Province"), _("stations"), _("boxes"), _("not served out / back"), _("vehicle-days"),
        _("escort-days"), "km", _("cost"), _("cost a box"),
    )  # fmt: skip
    rows = [
        (
            f"{own.name} ({own.code})",
            region(own.code).province_name,
            number(own.totals.stations),
            number(own.boxes + own.recap_boxes),
            f"{own.totals.unserved_out} / {own.totals.unserved_back}",
            number(own.totals.vehicle_days),
            number(own.totals.escort_days),
            number(round(own.totals.metres / 1000)),
            rupiah(own.totals.rupiah),
            rupiah(round(own.totals.rupiah / max(own.boxes, 1))),
        )
        for own in national.figures
    ]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>\n" for row in rows)
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>\n{body}</tbody></table></div>'


def _cell(text: str) -> str:
    figure = bool(text) and all(character in "0123456789.,%-/ Rp" for character in text)
    return f'<td class="n">{escape(text)}</td>' if figure else f"<td>{escape(text)}</td>"
