"""``vehicles.csv``: which plate and driver go as which vehicle of the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from serentak.base import cells
from serentak.base.cells import CellError, Column, nearest
from serentak.base.csvfile import read_csv
from serentak.base.errors import Problems
from serentak.base.messages import N_, _
from serentak.base.table import Row, Table

_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().\-]*")


@dataclass(frozen=True, slots=True)
class Crew:
    """One vehicle with its driver, as people know them.

    Parameters
    ----------
    plate, driver, phone
        As written; empty where not known, and then a line to be filled by hand is printed.
    """

    plate: str = ""
    driver: str = ""
    phone: str = ""


Crews = Mapping[str, tuple[Crew, ...]]
"""Crews by name of the vehicle team, ``truk#1``; a team of two vehicles has up to two."""


def _vehicle(value: str) -> str:
    """Read the name of a vehicle team, blanks around the number sign forgiven."""
    return re.sub(r"\s*#\s*", "#", cells.text(value))


def _plate(value: str) -> str:
    return cells.text(value).upper()


def _phone(value: str) -> str:
    """Read a telephone number, which begins with 0 or +; a spreadsheet may have dropped the 0."""
    value = cells.text(value)
    digits = re.sub(r"[^0-9]", "", value)
    if _PHONE.fullmatch(value) is None or not 3 <= len(digits) <= 15:
        raise CellError(_("this is not a telephone number"), _("write digits, as 0812 3456 7890 or +62 812 3456 7890"))
    if len(digits) > 5 and value[0] not in "0+" and not digits.startswith("62"):
        raise CellError(
            _("the number does not begin with 0 or +62; a spreadsheet may have dropped the 0"),
            _("format the cell as text and write 0{number}").format(number=value),
        )
    return value


VEHICLES: Final = (
    Column(
        "vehicle",
        "kendaraan",
        _vehicle,
        N_("name of the vehicle in the plan, truk#1; once for every vehicle of a team"),
        required=True,
        synonyms=("regu", "nama_kendaraan"),
    ),
    Column("plate", "nomor_polisi", _plate, N_("number plate"), default="", synonyms=("nopol", "plat", "no_polisi")),
    Column("driver", "pengemudi", cells.text, N_("name of the driver"), default="", synonyms=("sopir", "supir")),
    Column(
        "phone",
        "telepon",
        _phone,
        N_("telephone of the driver, 0812 3456 7890"),
        default="",
        synonyms=("no_telepon", "hp", "no_hp", "nomor_hp", "wa"),
    ),
    Column("note", "catatan", cells.text, N_("remarks, not used"), default="", synonyms=("keterangan", "remarks")),
)
"""Columns of the table; documented in ``docs/paper.md``."""


def read_vehicles(data: bytes, file: str, teams: Mapping[str, int]) -> tuple[dict[str, tuple[Crew, ...]], Problems]:
    """Read the table of plates and drivers.

    Parameters
    ----------
    data
        Content of the CSV file.
    file
        Its name as the user knows it.
    teams
        Vehicles that move together, by name of the team: all that the district has.

    Returns
    -------
    tuple
        Crews by name of the team, in the order of the file, and the warnings.

    Raises
    ------
    InputError
        When a row cannot be used, with everything that is wrong.
    """
    problems = Problems()
    table = read_csv(data, file, VEHICLES, problems)
    crews: dict[str, tuple[Crew, ...]] = {}
    plates: dict[str, int] = {}
    for row in table.rows:
        if _usable(table, row, teams, crews, plates, problems):
            crews[row["vehicle"]] = (
                *crews.get(row["vehicle"], ()),
                Crew(row["plate"], row["driver"], row["phone"]),
            )
    problems.raise_errors()
    return crews, problems


def _usable(
    table: Table,
    row: Row,
    teams: Mapping[str, int],
    crews: Crews,
    plates: dict[str, int],
    problems: Problems,
) -> bool:
    """Tell whether a row names a vehicle that exists and is not listed yet; say so where it does not."""
    name, plate = row.get("vehicle"), row.get("plate")
    if name is None:
        return False
    if name not in teams:
        near = nearest(name, list(teams))
        remedy = _("did you mean {value}?").format(value=near) if near else _("copy the name from stops.csv")
        problems.error(
            table.file, row.number, table.heading("vehicle"), name, _("the district has no such vehicle"), remedy
        )
        return False
    if len(crews.get(name, ())) >= teams[name]:
        problems.error(
            table.file,
            row.number,
            table.heading("vehicle"),
            name,
            _("this vehicle is listed more than once; the team has {team}").format(team=teams[name]),
            _("delete the row, or correct the name"),
        )
        return False
    if plate and plate in plates:
        problems.error(
            table.file,
            row.number,
            table.heading("plate"),
            plate,
            _("this plate stands in row {row} already").format(row=plates[plate]),
            _("correct one of the two"),
        )
        return False
    if plate:
        plates[plate] = row.number
    return not row.bad
