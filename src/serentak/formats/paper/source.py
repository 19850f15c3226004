"""What every document draws on: a plan, the district it was made for, and look-ups through both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from serentak.base.messages import language
from serentak.formats.paper.vehicles import Crews
from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.model import Plan, Run, Stage, encode
from serentak.territory.model import District, FleetRow, Place, Station
from serentak.travel import Travel


@dataclass(frozen=True)
class Source:
    """A plan with all that its documents need.

    Parameters
    ----------
    plan, district, kits, rules, travel
        The plan and what it was made of.
    crews
        Plates and drivers, by name of the vehicle team.
    """

    plan: Plan
    district: District
    kits: Kits
    rules: Rules
    travel: Travel
    crews: Crews = field(default_factory=dict)

    @cached_property
    def sha(self) -> str:
        """First twelve digits of the SHA-256 of ``plan.json``: which plan a page was printed from."""
        return hashlib.sha256(encode(self.plan)).hexdigest()[:12]

    @cached_property
    def stations(self) -> dict[str, Station]:
        """Stations by id."""
        return {station.id: station for station in self.district.stations}

    @cached_property
    def places(self) -> dict[str, Place]:
        """Places by id."""
        return {place.id: place for place in self.district.places}

    @cached_property
    def fleet(self) -> dict[str, FleetRow]:
        """Fleet rows by the name of each of their teams, ``truk#1``."""
        return {name: row for row in self.district.fleet for name in row.names()}

    def runs(self) -> Iterator[tuple[Stage, Run]]:
        """Give every run with its stage, in the order of the plan."""
        for stage in self.plan.stages:
            for run in stage.runs:
                yield stage, run

    def meta(self, title: str) -> dict[str, Any]:
        """Give what the frame of every document shows: title, language, date, and what the footer says."""
        day = self.district.election_day
        return {
            "title": title,
            "lang": language(),
            # Of the plan, never of the machine: the same plan gives the same bytes.
            "date": [day.year, day.month, day.day],
        }
