"""``serentak new --template``: one workbook with every table of a district, for a spreadsheet program.

Headings are in Bahasa Indonesia, each with a comment that says what the column holds; the example rows make a
tiny district that can be read back.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.territory.columns import TABLES
from serentak.territory.header import SHEET
from serentak.territory.settings import KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from serentak.base.cells import Column

LAST_ROW: Final = 5000
"""Rows that offer drop-down lists; the largest kabupaten has more stations, and rows below work without."""

_TEXT: Final = "@"

_SETTINGS: Final = {
    "code": "14.01",
    "name": "Kabupaten Kampar",
    "zone": "WIB",
    "election_day": "2024-11-27",
    "rules": "pilkada-2024",
    "elections": "G, B",
    "seed": 1,
    "travel.terrain": "lowland",
    "stop.min": 8,
    "stop.sec_per_box": 30,
    "out.ppk.window": "H-5 07:00, H-2 18:00",
    "out.tps.window": "H-1 06:00, H-1 23:59",
}
"""The example's own settings; the others show their default."""

_EXAMPLES: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = {
    "stations": (
        {
            "kecamatan": "Kampar", "desa": "Air Tiris", "village": "14.01.06.2003", "number": 1,
            "voters": 512, "lon": 101.1, "lat": 0.35, "kind": "reguler", "venue": "SDN 1", "movable": "ya",
        },
        {
            "kecamatan": "Kampar", "desa": "Air Tiris", "village": "14.01.06.2003", "number": 2,
            "voters": 498, "access": "pickup motorbike", "kind": "reguler",
        },
    ),
    "places": (
        {
            "id": "KPU-14.01", "village": "14.01.01.1011", "kind": "warehouse", "name": "Gudang KPU",
            "lon": 101.03, "lat": 0.33, "handling_min": 30, "sec_per_box": 20, "night": "tidak",
        },
        {
            "id": "PPK-14.01.06", "village": "14.01.06.2003", "kind": "ppk", "parent": "KPU-14.01",
            "name": "PPK Kampar", "lon": 101.1, "lat": 0.34, "handling_min": 20, "sec_per_box": 20,
            "night": "ya",
        },
    ),
    "fleet": (
        {
            "type": "truk", "base": "KPU-14.01", "mode": "truck", "count": 1, "team": 1, "boxes": 150,
            "kg": 4500, "litres": 30000, "speed_factor": 1, "cost_day": 1500000, "cost_km": 4000,
            "cost_hour": 40000,
        },
        {
            "type": "pikap", "base": "PPK-14.01.06", "mode": "pickup", "count": 1, "team": 1, "boxes": 20,
            "kg": 1000, "litres": 4000, "speed_factor": 1, "cost_day": 600000, "cost_km": 2500,
            "cost_hour": 30000,
        },
    ),
    "escorts": (
        {"agency": "polri", "base": "KPU-14.01", "teams": 1, "hours": "06:00-20:00", "cost_day": 600000},
    ),
    "pins": (
        {"station": "14.01.06.2003-001", "not_after": "H-1 12:00", "note": "contoh; hapus baris ini"},
    ),
    "stock": ({"item": "seal", "series": "REKAAN", "from": 1, "to": 12, "note": "nomor rekaan"},),
}  # fmt: skip
"""Example rows by table and column name; every value is made up."""


def write_template(path: Path) -> None:
    """Write the workbook.

    Parameters
    ----------
    path
        File to make, ending in ``.xlsx``.

    Raises
    ------
    InputError
        When the file is there already, has another ending, or cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputError.of(str(path), _("a template is an XLSX workbook"), _("give it a name that ends in .xlsx"))
    if path.exists():
        raise InputError.of(str(path), _("the file is there already"), _("name another; nothing is ever overwritten"))
    try:
        path.write_bytes(template())
    except OSError as error:
        raise InputError.of(
            str(path),
            _("the file cannot be written: {reason}").format(reason=error.strerror or type(error).__name__),
            _("choose a folder you may write to"),
        ) from None


def template() -> bytes:
    """Give the workbook as bytes."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        styles = {
            "heading": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1}),
            "required": book.add_format({"bold": True, "bg_color": "#FCE4D6", "border": 1}),
            "text": book.add_format({"num_format": _TEXT}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_notes(book.add_worksheet("petunjuk"), styles)
        _write_table(book.add_worksheet("district"), SHEET, _setting_rows(), styles)
        for name, rows in _EXAMPLES.items():
            _write_table(book.add_worksheet(name), TABLES[name], rows, styles)
    return buffer.getvalue()


def _setting_rows() -> list[dict[str, Any]]:
    rows = []
    for key in KEYS:
        default = ", ".join(key.default) if isinstance(key.default, list) else key.default
        value = _SETTINGS.get(key.name, default)
        if value is not None and not key.name.startswith("out.pps"):
            rows.append({"key": key.name, "value": value, "note": _(key.note)})
    return rows


def _write_notes(sheet: Any, styles: Mapping[str, Any]) -> None:  # the library has no types
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100, styles["wrap"])
    lines = [
        (_("How to fill this workbook"), ""),
        ("", _("One sheet a table. Orange headings must be filled, blue ones may stay empty.")),
        (
            "",
            _("Point at a heading to read what it holds. Delete the example rows; they are invented."),
        ),
        ("", _("Write codes as text: 14.10 typed as a number becomes 14.1 and is then refused.")),
        (
            "",
            _("Times count from voting day: H-1 23:59. Hours 12:00-36:00 end at noon the next day."),
        ),
        ("", _("Check it: serentak check FILE.xlsx")),
        (_("Sheet and column"), _("What it holds")),
    ]
    lines += [(f"district: {key.name}", _(key.note)) for key in KEYS]
    lines += [(f"{name}: {column.heading}", _(column.note)) for name in _EXAMPLES for column in TABLES[name]]
    for row, (left, right) in enumerate(lines):
        sheet.write_string(row, 0, left)
        sheet.write_string(row, 1, right)


def _write_table(
    sheet: Any, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], styles: Mapping[str, Any]
) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        values = [row.get(column.name) for row in rows]
        numeric = any(isinstance(value, int | float) for value in values) and column.name != "value"
        # Text keeps codes whole: a spreadsheet turns 14.10 typed into a plain cell into 14.1.
        sheet.set_column(place, place, max(12, len(column.heading) + 4), None if numeric else styles["text"])
        sheet.write_string(0, place, column.heading, styles["required" if column.required else "heading"])
        sheet.write_comment(0, place, f"{column.name}: {_(column.note)}", {"x_scale": 2})
        if column.choices:
            sheet.data_validation(
                1, place, LAST_ROW, place,
                {
                    "validate": "list",
                    "source": list(column.choices),
                    "error_type": "warning",
                    "error_message": _("usual values: {values}").format(values=", ".join(column.choices)),
                },
            )  # fmt: skip
        for row, value in enumerate(values, 1):
            if isinstance(value, int | float):
                sheet.write_number(row, place, value)
            elif value is not None:
                sheet.write_string(row, place, value, styles["text"])
