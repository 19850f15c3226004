"""What every document draws on: a plan, the district it was made for, and look-ups through both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from serentak import __version__
from serentak.base.messages import _, language
from serentak.formats.paper.goods import Load, trace_goods
from serentak.formats.paper.vehicles import Crew, Crews
from serentak.formats.paper.words import assumptions, breakable, place_name, station_name
from serentak.kit.ids import printed
from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.model import Direction, Plan, Run, Stage, encode
from serentak.plan.stages import Child, build_stages
from serentak.risk.measures import Measure
from serentak.territory.model import District, FleetRow, Place, Station
from serentak.travel import Travel
from serentak.travel.hazards import Hazards


@dataclass(frozen=True, slots=True)
class Reprint:
    """What of a re-plan needs new paper.

    Parameters
    ----------
    runs
        Runs that are new or differ from what was issued.
    withdrawn
        Runs whose paper is void.
    places
        Places and stations that these reach or leave, in either plan.
    issued
        First twelve digits of the SHA-256 of the plan whose paper stays valid for all other runs.
    """

    runs: frozenset[str]
    withdrawn: tuple[str, ...]
    places: frozenset[str]
    issued: str


@dataclass(frozen=True)
class Source:
    """A plan with all that its documents need.

    Parameters
    ----------
    plan, district, kits, rules, travel
        The plan and what it was made of.
    crews
        Plates and drivers, by name of the vehicle team.
    news
        What a re-plan changed, in words; stands first in its report.
    hazards, closed
        What may close the ways, and the areas (GeoJSON) that a re-plan was told are closed; both are drawn on the map.
    measures
        What was changed in the district to make the plan surer.
    reprint
        What is printed of a re-plan, or None where everything is.
    """

    plan: Plan
    district: District
    kits: Kits
    rules: Rules
    travel: Travel
    crews: Crews = field(default_factory=dict)
    news: str = ""
    hazards: Hazards | None = None
    closed: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    reprint: Reprint | None = None

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
    def kecamatan(self) -> dict[str, str]:
        """Names of kecamatan by code."""
        return {station.kecamatan: breakable(station.kecamatan_name) for station in self.district.stations}

    @cached_property
    def fleet(self) -> dict[str, FleetRow]:
        """Fleet rows by the name of each of their teams, ``truk#1``."""
        return {name: row for row in self.district.fleet for name in row.names()}

    @cached_property
    def loads(self) -> dict[tuple[str, int], Load]:
        """What is handed over at each stop, by id of the run and number of the stop from 1."""
        return trace_goods(self.plan, self.district, self.kits)

    @cached_property
    def children(self) -> dict[tuple[str, str], Child]:
        """Windows and rules of each stop, by id of the stage and of the station or place."""
        directions: tuple[Direction, ...] = ("out", "back")
        return {
            (spec.id, child.id): child
            for direction in directions
            for spec in build_stages(self.district, self.kits, self.rules, self.travel, direction)
            for child in spec.children
        }

    @cached_property
    def borrowed(self) -> frozenset[str]:
        """Stations without coordinates of their own: those of a place were taken."""
        rows = {entry.row for entry in self.district.assumed if entry.row is not None and entry.column == "lon, lat"}
        return frozenset(station.id for station in self.district.stations if station.row in rows)

    def runs(self) -> Iterator[tuple[Stage, Run]]:
        """Give every run with its stage, in the order of the plan."""
        for stage in self.plan.stages:
            for run in stage.runs:
                yield stage, run

    def runs_by_vehicle(self) -> dict[str, list[tuple[Stage, Run]]]:
        """Give the runs of each vehicle team that need paper, in order of time."""
        found: dict[str, list[tuple[Stage, Run]]] = {}
        for stage, run in self.runs():
            if self.reprint is not None and run.id not in self.reprint.runs:
                continue
            found.setdefault(run.vehicle, []).append((stage, run))
        return {name: sorted(found[name], key=lambda pair: pair[1].depart) for name in self.fleet if name in found}

    def crew(self, vehicle: str) -> tuple[Crew, ...]:
        """Give the crews of a team, one a vehicle, unknown ones empty."""
        known = tuple(
            Crew(breakable(crew.plate), breakable(crew.driver), crew.phone) for crew in self.crews.get(vehicle, ())
        )
        return known + (Crew(),) * (self.fleet[vehicle].team - len(known))

    def escort(self, run: Run) -> str:
        """Name the escort team of a run and its police district, or say that there is none."""
        for row in self.district.escorts:
            if run.escort in row.names():
                return f"{run.escort} ({row.police_district})" if row.police_district else str(run.escort)
        return _("none planned")

    def name(self, at: str) -> str:
        """Give the name of a station or place as people say it."""
        station = self.stations.get(at)
        return station_name(station) if station is not None else place_name(self.places[at])

    def address(self, station: Station) -> str:
        """Say where a station is: venue and kecamatan."""
        kecamatan = _("Kec. {name}").format(name=self.kecamatan[station.kecamatan])
        return ", ".join(part for part in (breakable(station.venue), kecamatan) if part)

    def party(self, at: str) -> str:
        """Say who gives or receives goods at a station or place."""
        if at in self.stations:
            return _("KPPS {station}").format(station=station_name(self.stations[at]))
        return self.name(at)

    def police_district(self, at: str) -> str:
        """Give the police district a place lies in; a station lies in that of the place its goods come from."""
        place = self.places[self.stations[at].parent if at in self.stations else at]
        while not place.police_district and place.parent:
            place = self.places[place.parent]
        return place.police_district

    def by_village(self, load: Load) -> list[dict[str, Any]]:
        """Give the printed ids of a load's boxes and bundles by village, recapitulation boxes last."""
        groups: dict[str, dict[str, Any]] = {}
        for kit in load.kits:
            station = self.stations[kit.station]
            group = groups.setdefault(station.village, {"name": breakable(station.desa_name), "ids": [], "boxes": 0})
            group["ids"] += [printed(identifier) for identifier in (*kit.boxes, kit.bundle)]
            group["boxes"] += len(kit.boxes)
        for recap in load.recap:
            name = _("Recapitulation {kecamatan}").format(kecamatan=self.kecamatan[recap.kecamatan])
            ids = [printed(box) for box in recap.boxes]
            groups[f"{recap.kecamatan}-R"] = {"name": name, "ids": ids, "boxes": len(ids)}
        return list(groups.values())

    def meta(self, title: str) -> dict[str, Any]:
        """Give what the frame of every document shows: title, language, date, and what the footer says."""
        day = self.district.election_day
        made = _("{district} · plan {sha} · seed {seed} · made by serentak {version}").format(
            district=self.district.name, sha=self.sha, seed=self.plan.seed, version=__version__
        )
        return {
            "title": f"{title} · {self.district.name}",
            "lang": language(),
            # Of the plan, never of the machine: the same plan gives the same bytes.
            "date": [day.year, day.month, day.day],
            "made": made,
            "status": " ".join([_("Figures: planned."), *assumptions(self.district)]),
            "page": _("page {n} of {total}"),
            "file": _("sheet {n} of {total} in the file"),
        }
