"""A plan as it went, from what a log of hand-overs saw of its goods.

What the log knows counts, and nothing else: goods are where the last act says. Goods of which it knows nothing are
where the plan has them, unless a run that was to bring them there did not go; where a vehicle drives between two
hand-overs nobody signs, so that is the plan's too. What is late is taken to come at the moment of the re-plan at the
earliest. A run that others drove than planned is still that run. Goods that are where no run has brought them are
listed as elsewhere, and no run carries them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec.structs import replace as change

from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.difference import withdrawn_runs
from serentak.plan.model import Direction, Elsewhere, Logged, Stage
from serentak.plan.progress import Phase, State, planned_state
from serentak.plan.replanned import DIRECTIONS, Before, layout, with_temporary
from serentak.plan.run_as_it_went import RunAsItWent, Status
from serentak.plan.sightings import AND, Sighting, Went
from serentak.plan.stages import StageSpec
from serentak.territory.model import District
from serentak.travel import Legs, Travel


def as_it_went(
    before: Before,
    sightings: Iterable[Sighting],
    district: District,
    kits: Kits,
    specs: Mapping[Direction, Sequence[StageSpec]],
    travel: Travel,
) -> Went:
    """Say how a plan went until the moment of a re-plan.

    Parameters
    ----------
    before
        The plan as issued, and the moment; nothing seen is in it yet.
    sightings
        What the log says up to that moment.
    specs
        Stages, temporary places among their children.
    travel
        The ways without closures, for what is late.
    """
    rows: dict[str, list[Sighting]] = {}
    for one in sightings:
        rows.setdefault(one.goods, []).append(one)
    own = planned_state(before.issued, district, kits, [*specs["out"], *specs["back"]], before.at, before.elsewhere)
    astray: dict[tuple[Direction, str], Elsewhere] = {}
    while True:
        follower = Follower(before, rows, own, district, kits, specs, travel, astray)
        went = follower.follow()
        found = follower.astray()
        if found.keys() <= astray.keys():
            return went
        astray |= found


def as_told(before: Before, district: District, kits: Kits, rules: Rules, travel: Travel) -> Before:
    """Put a plan as it went in the place of the plan as issued, where a log was asked.

    Parameters
    ----------
    district, kits, rules, travel
        What the plan was made of.
    """
    if before.sightings is None:
        return before
    district = with_temporary(district, before.stranded)
    specs = layout(district, kits, rules, travel, before.stranded)
    went = as_it_went(before, before.sightings, district, kits, specs, travel)
    return replace(before, issued=went.plan, went=went)


@dataclass(slots=True)
class Follower:
    """Follows the loads of a plan through its runs, as far as a log has seen them; used once."""

    before: Before
    rows: Mapping[str, Sequence[Sighting]]
    own: State
    district: District
    kits: Kits
    specs: Mapping[Direction, Sequence[StageSpec]]
    travel: Travel
    stray: Mapping[tuple[Direction, str], Elsewhere]
    routes: dict[str, list[str]] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)
    where: dict[tuple[Direction, str], set[str]] = field(default_factory=dict)
    replanned: set[str] = field(default_factory=set)
    progress: dict[str, tuple[Phase, int]] = field(default_factory=dict)
    vehicles: list[tuple[str, str]] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    late: int = 0

    def follow(self) -> Went:
        """Follow all runs."""
        self.routes = _routes(self.specs["out"])
        self.places = {one.id for one in self.district.places} | {one.id for one in self.district.stations}
        self._begin()
        by_id = {spec.id: spec for direction in DIRECTIONS for spec in self.specs[direction]}
        stages = tuple(self._stage(stage, by_id[stage.id]) for stage in self.before.issued.stages)
        known = [name for name in self.routes if name in self.rows]
        unknown = tuple(sorted(name for name in self.routes if name not in self.rows))
        elsewhere = tuple(sorted(self.stray.values(), key=lambda one: (one.direction == "back", one.goods)))
        logged = Logged(len(known), unknown, self.late, tuple(self.vehicles))
        issued, record = self.before.issued, self.before.issued.replan
        if record is not None:
            gone = {one.goods for one in elsewhere if one.direction == "out"}
            left = [change(one, goods=tuple(name for name in one.goods if name not in gone)) for one in record.stranded]
            record = change(record, stranded=tuple(left))
        went = change(issued, stages=stages, replan=record)
        return Went(went, self.progress, elsewhere, logged, tuple(self.early), withdrawn_runs(issued, went))

    # Where goods are

    def _begin(self) -> None:
        """Put goods where they are before the first run, and where lost runs and homecoming ones have them."""
        for name, route in self.routes.items():
            self.where["out", name] = {route[0]}
            self.where["back", name] = {route[-1]}
        record = self.before.issued.replan
        runs = {state.run.id: state.run for state in self.own.runs.values()}
        for left in self.before.stranded:
            self.replanned.update(left.goods)
            for name in left.goods:
                self.where["out", name] = {left.place, runs[left.run].vehicle if left.run in runs else left.place}
        for back in record.brought_back if record else ():
            self.replanned.update(back.goods)
            for name in back.goods if back.run in runs else ():
                self.where["out", name] |= {runs[back.run].vehicle}

    def _halves(self, name: str) -> tuple[Sequence[Sighting], Sequence[Sighting]]:
        """Divide what was seen of a load into the way out, its arrival included, and the way back."""
        rows, home = self.rows.get(name, ()), self.routes[name][-1]
        at = next((n for n, row in enumerate(rows) if row.holder == home), len(rows))
        return rows[: at + 1], rows[at + 1 :]

    def astray(self) -> dict[tuple[Direction, str], Elsewhere]:
        """Give the goods that are not where the runs as they went have them."""
        found: dict[tuple[Direction, str], Elsewhere] = {}
        directions: tuple[Direction, Direction] = ("out", "back")
        for name in self.routes:
            for direction, rows in zip(directions, self._halves(name), strict=True):
                if rows and (direction, name) not in self.stray and rows[-1].holder not in self.where[direction, name]:
                    last = rows[-1]
                    found[direction, name] = Elsewhere(name, last.holder, direction, last.at, last.entry)
        return found

    def outward(self, name: str, base: str, target: str) -> Status:
        """Give how far a load has come in the outbound stage of a base."""
        route, rows = self.routes[name], self._halves(name)[0]
        return self._status(rows, base, target, route[route.index(base) + 1 :])

    def homeward(self, name: str, base: str) -> Status:
        """Give how far a load has come in the return stage of a base."""
        route, rows = self.routes[name], self._halves(name)[1]
        at = route.index(base)
        return self._status(rows, route[at + 1], base, route[: at + 1])

    def _status(self, rows: Iterable[Sighting], start: str, end: str, beyond: Collection[str]) -> Status:
        status = Status("before")
        for row in rows:
            if row.holder in beyond or row.giver in beyond:
                vehicle = row.giver if row.holder == end else status.vehicle
                return Status("done", row.at, status.loaded, vehicle)
            if row.holder == start:
                status = Status("before")
            elif row.giver == start or status.kind == "aboard":
                loaded = row.at if row.giver == start else status.loaded
                kind = "away" if row.holder in self.places or AND in row.holder else "aboard"
                status = Status(kind, row.at, loaded, row.holder)
        return status

    # Runs

    def _stage(self, stage: Stage, spec: StageSpec) -> Stage:
        legs: dict[tuple[str, float], Legs] = {}
        runs = []
        for issued in stage.runs:
            state = self.own.runs[issued.id]
            run = RunAsItWent(self, state, spec, legs).write()
            if run.stops:
                runs.append(run)
        return stage if tuple(runs) == stage.runs else change(stage, runs=tuple(runs), bound=None)


def _routes(specs: Iterable[StageSpec]) -> dict[str, list[str]]:
    """Give the places that each load passes, from the warehouse to its station or holder."""
    routes: dict[str, list[str]] = {}
    for spec in specs:
        for child in spec.children:
            for unit in child.units if not child.temporary else ():
                for name in unit.stations or (unit.name,):
                    routes.setdefault(name, [spec.base.id]).append(child.id)
    return routes
