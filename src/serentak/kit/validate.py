"""Does a district fit its rule pack? Everything at odds, in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serentak.base.errors import Problems
from serentak.base.messages import _
from serentak.kit.rules import DISTRICT_FILE, Rules
from serentak.territory.regions import UnknownRegionError, region

if TYPE_CHECKING:
    from serentak.territory.model import District, Station

STATIONS_FILE = "stations.csv"


def validate(district: District, rules: Rules) -> Problems:
    """Compare a district with its rule pack.

    Parameters
    ----------
    district
        The district as read.
    rules
        Its rule pack, overrides laid over.

    Returns
    -------
    Problems
        Errors: an election that the pack has not. Warnings: a contest that the region table does not show
        for the district, more voters than allowed, a police class that the pack has not.
    """
    problems = Problems()
    _check_contests(district, rules, problems)
    for station in district.stations:
        _check_station(station, rules, problems)
    return problems


def _check_contests(district: District, rules: Rules, problems: Problems) -> None:
    for letter in district.elections:
        if letter not in rules.elections:
            problems.error(
                DISTRICT_FILE,
                None,
                "elections",
                letter,
                _("the rule pack has no such election"),
                _("choose one of: {names}").format(names=", ".join(rules.letters)),
            )
    try:
        contests = region(district.code).contests
    except UnknownRegionError as unknown:
        problems.warn(DISTRICT_FILE, None, "code", district.code, unknown.message, unknown.remedy)
        return
    for letter in district.elections:
        if letter in rules.elections and letter not in contests:
            problems.warn(
                DISTRICT_FILE,
                None,
                "elections",
                letter,
                _("the election of a {office} was not held here").format(office=rules.elections[letter].name),
                _("held here: {names}").format(names=", ".join(contests)),
            )


def _check_station(station: Station, rules: Rules, problems: Problems) -> None:
    for letter in station.elections:
        if letter not in rules.elections:
            problems.error(
                STATIONS_FILE,
                station.row,
                "elections",
                letter,
                _("the rule pack has no such election"),
                _("choose one of: {names}").format(names=", ".join(rules.letters)),
            )
    if station.voters > rules.max_voters:
        problems.warn(
            STATIONS_FILE,
            station.row,
            "voters",
            station.voters,
            _("more voters than the {limit} allowed at a station").format(limit=rules.max_voters),
            _("split the station, or correct the number"),
        )
    if station.police_class and station.police_class.lower() not in rules.police_classes:
        problems.warn(
            STATIONS_FILE,
            station.row,
            "police_class",
            station.police_class,
            _("unknown police class"),
            _("choose one of: {names}").format(names=", ".join(rules.police_classes)),
        )
