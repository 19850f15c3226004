"""Indonesia's 38 provinces and 514 kabupaten and kota: names, zone, contests held, whether goods go by water.

Names and codes are generated (``scripts/make_regions.py``); zone, contests and water are facts, each with a
source.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final, Literal

from serentak.base.messages import _
from serentak.territory.codes import CodeError, level, parse_kabupaten, parse_province

DATA: Final = Path(__file__).parent / "data"

Kind = Literal["provinsi", "kabupaten", "kota"]
_LETTERS: Final = {"kabupaten": "B", "kota": "W"}
_ADMINISTRATIVE: Final = "Administrasi "


class UnknownRegionError(CodeError):
    """A code or name that is not in the region table; the remedy names the nearest ones."""


@dataclass(frozen=True, slots=True)
class Region:
    """A province, kabupaten or kota.

    Parameters
    ----------
    code, name
        Kemendagri code, and name with its kind: ``Kabupaten Kampar``.
    kind
        ``provinsi``, ``kabupaten`` or ``kota``.
    province_code, province_name
        Its province; a province's own.
    zone
        ``WIB``, ``WITA`` or ``WIT``.
    contests
        Letters of the elections held at its stations on 27 November 2024; a province has its own only.
    water
        Whether boxes travel by water as a rule; False also where no source says so.
    zone_source, contests_source, water_source
        Where each fact is stated; water's is empty where no source says so.
    """

    code: str
    name: str
    kind: Kind
    province_code: str
    province_name: str
    zone: str
    contests: tuple[str, ...]
    water: bool
    zone_source: str
    contests_source: str
    water_source: str

    @property
    def short_name(self) -> str:
        """Name without its kind: ``Kampar``."""
        name = self.name.removeprefix("Kabupaten ").removeprefix("Kota ")
        return name.removeprefix(_ADMINISTRATIVE)


def regions() -> tuple[Region, ...]:
    """Give the 514 kabupaten and kota by code."""
    return tuple(region for region in _table().values() if region.kind != "provinsi")


def provinces() -> tuple[Region, ...]:
    """Give the 38 provinces by code."""
    return tuple(region for region in _table().values() if region.kind == "provinsi")


def region(code: str) -> Region:
    """Give a province, kabupaten or kota by code.

    Parameters
    ----------
    code
        Dotted or plain digits.

    Raises
    ------
    CodeError
        When the text is no code of a province, kabupaten or kota.
    UnknownRegionError
        When there is no such region; names those nearby.
    """
    text = code.strip()
    key = parse_province(text) if text.isdigit() and len(text) <= 2 else parse_kabupaten(text)
    found = _table().get(key)
    if found is None:
        raise UnknownRegionError(_("there is no region {code}").format(code=key), _neighbours(key))
    return found


def find_region(name: str) -> Region:
    """Give a kabupaten or kota by name, with or without its kind, capitals or not.

    Raises
    ------
    UnknownRegionError
        When no region, or more than one, has that name; names the nearest.
    """
    wanted = name.strip().casefold()
    exact = [region for region in regions() if region.name.casefold() == wanted]
    found = exact or [region for region in regions() if region.short_name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if not found:
        names = {region.short_name.casefold(): region for region in reversed(regions())}
        names |= {region.name.casefold(): region for region in regions()}
        found = [names[near] for near in get_close_matches(wanted, names, n=3)]
    message = _("no single region is called {name}").format(name=repr(name))
    raise UnknownRegionError(message, _did_you_mean(dict.fromkeys(found)))


def _neighbours(code: str) -> str:
    if level(code) == "province":
        return _("choose one of: {names}").format(names=", ".join(region.code for region in provinces()))
    same = {region.code: region for region in regions() if region.province_code == code[:2]}
    near = get_close_matches(code, same, n=3, cutoff=0)
    if near:
        return _did_you_mean(dict.fromkeys(same[key] for key in near))
    return _("there is no province {code}; choose one of: {names}").format(
        code=code[:2], names=", ".join(region.code for region in provinces())
    )


def _did_you_mean(found: dict[Region, None]) -> str:
    if not found:
        return _("write the code as Kemendagri prints it, as {example}").format(example="14.01")
    return _("did you mean {name}?").format(name=", ".join(f"{region.code} {region.name}" for region in found))


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _table() -> dict[str, Region]:
    zones = {row["province_code"]: row for row in _rows("zones.csv")}
    contests = {row["province_code"]: row for row in _rows("contests.csv")}
    water = {row["code"]: row["source"] for row in _rows("water.csv")}
    table: dict[str, Region] = {}
    for row in _rows("regions.csv"):
        held = contests[row["province_code"]]
        letters = ("G",) if held["governor"] == "yes" else ()
        if row["kind"] in _LETTERS and held["regions"] == "yes":
            letters = (*letters, _LETTERS[row["kind"]])
        table[row["code"]] = Region(
            code=row["code"],
            name=row["name"],
            kind=_kind(row["kind"]),
            province_code=row["province_code"],
            province_name=row["province_name"],
            zone=zones[row["province_code"]]["zone"],
            contests=letters,
            water=row["code"] in water,
            zone_source=zones[row["province_code"]]["source"],
            contests_source=held["source"],
            water_source=water.get(row["code"], ""),
        )
    return table


def _kind(text: str) -> Kind:
    match text:
        case "provinsi" | "kabupaten" | "kota":
            return text
    raise ValueError(f"regions.csv: {text!r} is no kind of region")
