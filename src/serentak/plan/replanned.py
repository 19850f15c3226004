"""What a re-plan stands on: the plan it replaces, the moment, what is closed and who is lost, and what follows.

The rules of the road live here, since whoever makes a re-plan and whoever checks it must mean the same by them:

- A closure counts for every stage in whose remaining window it holds at some time.
- A team under way keeps its next arrival unless that leg has become longer or is closed; then it is taken to turn back
  to where it last stopped, which takes as long as it had driven, and goes on from there.
- A lost team's goods wait where it last stopped, at a temporary place; a team that had not stopped yet is brought back
  to its base. A team whose way home is closed is cut off, which is the same.
- What a loaded team cannot deliver it brings back to its base.
- What has left comes home when it can: hours and windows do not bind its way home, only its stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.difference import withdrawn_runs
from serentak.plan.model import Direction, Elsewhere, Logged, Plan, Run, Stranded
from serentak.plan.progress import RunState, State, planned_state
from serentak.plan.sightings import Sighting, Went
from serentak.plan.stages import Child, StageSpec, Unit, build_stages, is_recap
from serentak.territory.model import District, FleetRow, Place, Station
from serentak.travel import Legs, Point, Travel
from serentak.travel.closures import Closure, under

TEMPORARY: Final = "TITIP-"
"""Begins the id of a temporary place; the rest is the run that was lost."""
DIRECTIONS: Final[tuple[Direction, ...]] = ("out", "back")


@dataclass(frozen=True, slots=True)
class Loss:
    """A vehicle or escort team that is out.

    Parameters
    ----------
    team
        ``pikap#3`` or ``polri#1``.
    at
        Moment from which it is out.
    day
        The working day for the rest of which it is out, or None for good.
    reason
        ``lost``: reported; ``cut_off``: its way home is closed.
    """

    team: str
    at: int
    day: int | None
    reason: Literal["lost", "cut_off"] = "lost"

    def bars(self, team: str, day: int, loading: int) -> bool:
        """Tell whether it keeps a team from a run on a working day whose loading begins at a moment."""
        return team == self.team and loading + 1 > self.at and self.day in {None, day}


@dataclass(frozen=True, slots=True)
class Before:
    """What a re-plan starts from.

    Parameters
    ----------
    issued
        The plan that it replaces; as it went, where a log was asked.
    sha256
        Hash of that plan's ``plan.json``.
    at
        Moment of the re-plan, seconds from 00:00 local time on H.
    closures
        All that is closed or slowed, also what earlier re-plans knew.
    losses
        All who are lost or cut off, likewise.
    sightings
        What a log of hand-overs says up to that moment; None where none was asked.
    went
        How the plan went by that, see `serentak.plan.as_it_went`.
    """

    issued: Plan
    sha256: str
    at: int
    closures: tuple[Closure, ...] = ()
    losses: tuple[Loss, ...] = ()
    sightings: tuple[Sighting, ...] | None = None
    went: Went | None = None

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Goods that are where no run has brought them: by the log or, where none was asked, by the one asked last."""
        if self.went is not None:
            return self.went.elsewhere
        return self.issued.replan.elsewhere if self.issued.replan else ()

    @property
    def stranded(self) -> tuple[Stranded, ...]:
        """What earlier re-plans left on the road."""
        return self.issued.replan.stranded if self.issued.replan else ()

    @property
    def logged(self) -> Logged | None:
        """How much a log knew; None where none was asked."""
        return self.went.logged if self.went is not None else None

    @property
    def loaded(self) -> tuple[str, ...]:
        """Runs that are known to have been loaded early."""
        if self.went is not None:
            return self.went.loaded
        return self.issued.replan.loaded if self.issued.replan else ()

    def withdrawn(self, plan: Plan) -> tuple[str, ...]:
        """Give the runs that were issued and are no more; also those whose goods have all gone other ways."""
        return (*withdrawn_runs(self.issued, plan), *(self.went.dropped if self.went is not None else ()))

    def ways(self, travel: Travel, spec: StageSpec) -> Travel:
        """Give the ways of a stage from the moment of the re-plan on."""
        start, end = spec.window
        return under(travel, [one for one in self.closures if one.holds(max(start, self.at), end)])


def with_temporary(district: District, stranded: Iterable[Stranded]) -> District:
    """Add the temporary places to a district."""
    where: dict[str, Station | Place] = {station.id: station for station in district.stations}
    where |= {place.id: place for place in district.places}
    added: list[Place] = []
    for left in stranded:
        if left.place in where:
            continue
        spot, base = where[left.at], district.place(left.stage.partition(":")[2])
        assert spot.lon is not None and spot.lat is not None  # noqa: S101, PT018 - the reader fills what is empty
        added.append(
            Place(
                id=left.place, village=spot.village, kind="transit", parent=base.id, name=left.at,
                lon=spot.lon, lat=spot.lat, handling=base.handling, seconds_per_box=0, hours=None, night=False,
                police_district=base.police_district, row=0,
            )
        )  # fmt: skip
        where[left.place] = added[-1]
    return replace(district, places=(*district.places, *added)) if added else district


def layout(
    district: District, kits: Kits, rules: Rules, travel: Travel, stranded: Sequence[Stranded]
) -> dict[Direction, list[StageSpec]]:
    """Lay a district out as stages in both directions, its temporary places among the children.

    Windows are those of the ways without closures, so that they stay as issued.
    """
    found = {}
    for direction in DIRECTIONS:
        specs = build_stages(district, kits, rules, travel, direction)
        found[direction] = [add_temporary(spec, district, kits, stranded) for spec in specs]
    return found


def add_temporary(spec: StageSpec, district: District, kits: Kits, stranded: Iterable[Stranded]) -> StageSpec:
    """Add the temporary places of a stage to its children."""
    children = list(spec.children)
    for left in stranded:
        if left.stage == spec.id:
            here = next((child for child in children if child.id == left.at), None)
            children.append(_temporary_child(spec, left, here, units_of(left.goods, district, kits)))
    return replace(spec, children=tuple(children)) if len(children) > len(spec.children) else spec


def units_of(names: Iterable[str], district: District, kits: Kits) -> tuple[Unit, ...]:
    """Give kits and recapitulation boxes as a unit each."""
    wanted = list(names)
    voters = {station.id: station.voters for station in district.stations}
    units = []
    for name in wanted:
        kit = kits.recap[name.removesuffix("-R")] if is_recap(name) else kits.stations[name]
        own = () if is_recap(name) else (name,)
        units.append(Unit(name, own, len(kit.boxes), kit.grams, kit.millilitres, voters.get(name, 0)))
    return tuple(units)


def _temporary_child(spec: StageSpec, left: Stranded, here: Child | None, units: tuple[Unit, ...]) -> Child:
    base = spec.base
    point = Point(left.place, base.lon, base.lat) if here is None else Point(left.place, here.point.lon, here.point.lat)
    due = [child.home_by for child in spec.children if child.home_by is not None]
    earliest, closes = spec.window
    return Child(
        id=left.place, point=point, is_station=False, units=units, earliest=earliest, opens=left.since, closes=closes,
        home_by=min(due) if due else None, hours=None, fixed=base.handling, per_box=0,
        access=here.access if here else (), escorted=False, night=False, temporary=True,
    )  # fmt: skip


def state_at(before: Before, district: District, kits: Kits, specs: Mapping[Direction, Sequence[StageSpec]]) -> State:
    """Give the state of the plan that is replaced, at the moment of the re-plan: as planned, or as a log tells."""
    progress = before.went.progress if before.went is not None else {}
    everyone = [*specs["out"], *specs["back"]]
    return planned_state(before.issued, district, kits, everyone, before.at, before.elsewhere, progress)


def resumed(state: RunState, at: int, target: str, leg: int) -> int:
    """Give the arrival of a pinned run at its next halt; see the module's docstring.

    Parameters
    ----------
    target
        Id of the halt.
    leg
        Seconds from where it last stopped to the target by the ways that are open; not negative.
    """
    if state.left >= at:
        return state.left + leg
    planned = state.run.stops[state.done].arrive if state.done < len(state.run.stops) else state.run.return_
    if target == state.toward() and leg <= planned - state.left:
        return planned
    return turned_back(state, at) + leg


def turned_back(state: RunState, at: int) -> int:
    """Give the moment at which a pinned run can be back where it last stopped."""
    return max(state.left, at + (at - state.left))


def ended(before: Before, state: State, specs: Iterable[StageSpec], travel: Travel) -> dict[str, Loss]:
    """Find the loaded runs that end on the road, by run: teams lost at this re-plan, and teams that are cut off."""
    rows = {spec.id: spec for spec in specs}
    found: dict[str, Loss] = {}
    for name, run in state.runs.items():
        if run.phase not in ("loaded", "under_way"):
            continue
        told = (one for one in before.losses if one.at == before.at and one.day in {None, run.run.day})
        lost = next((one for one in told if one.team == run.run.vehicle), None)
        if lost is not None:
            found[name] = lost
        elif run.done and _way_home(before, run, rows[run.stage.id], travel) < 0:
            found[name] = Loss(run.run.vehicle, before.at, None, "cut_off")
    return found


def _way_home(before: Before, state: RunState, spec: StageSpec, travel: Travel) -> int:
    row = fleet_row(spec, state.run)
    base = Point(spec.base.id, spec.base.lon, spec.base.lat)
    here = next(child.point for child in spec.children if child.id == state.here)
    return int(before.ways(travel, spec).legs([here, base], row.mode, row.speed_factor).seconds[0, 1])


def fleet_row(spec: StageSpec, run: Run) -> FleetRow:
    """Give the fleet row of a run's vehicle; KeyError where it does not stand there."""
    for row in spec.fleet:
        if run.vehicle in row.names():
            return row
    raise KeyError(run.vehicle)


def ended_run(state: RunState, at: int) -> Run:
    """Give what is left of a run that ends on the road: the stops it reached, and no way home."""
    run = state.run
    stops = run.stops[: state.done]
    return Run(run.id, run.type, run.vehicle, run.team, run.day, run.escort, run.depart, max(at, state.left), stops)


def left_behind(state: RunState, at: int) -> Stranded | None:
    """Give what a run that ends on the road leaves there; None where nothing is on board, or it never stopped."""
    if not state.done or state.phase == "back":
        return None
    delivered = {name for stop, names in _reached(state) if stop > 0 for name in names}
    on_board = _loaded(state) - delivered if state.stage.direction == "out" else delivered
    if not on_board:
        return None
    place = TEMPORARY + state.run.id.replace(":", "-")
    since = max(at, state.left)
    return Stranded(place, state.stage.id, state.run.id, state.here, since, tuple(sorted(on_board)))


def _reached(state: RunState) -> list[tuple[int, tuple[str, ...]]]:
    boxes = [stop.boxes for stop in state.run.stops]
    return list(zip(boxes, state.goods, strict=True))[: state.done]


def _loaded(state: RunState) -> set[str]:
    """Give what an outbound run has on board or has delivered: its own load, and what it took over on the road."""
    taken_over = {name for stop, names in zip(state.run.stops, state.goods, strict=True)
                  if stop.boxes < 0 for name in names}  # fmt: skip
    own = {name for names in state.goods for name in names} - taken_over
    return own | {name for stop, names in _reached(state) if stop < 0 for name in names} | set(state.returning)


def load_at_departure(state: RunState) -> int:
    """Give the boxes with which an issued run left, those included that it brings back."""
    first = state.run.stops[0]
    return first.load_after + first.boxes if state.stage.direction == "out" else 0


def brought_back(state: RunState, new: Run | None, spec: StageSpec, boxes: int, at: int) -> int:
    """Give the second from which goods that a loaded run could not deliver are free at its base again.

    Parameters
    ----------
    new
        The run as it now is; None where it has been called off.
    boxes
        Ballot boxes brought back.
    """
    home = turned_back(state, at) if new is None else new.return_
    return home + spec.base.handling + spec.base.seconds_per_box * boxes


def driven(run: Run, spec: StageSpec, now: Legs, free: Legs, at: int, *, ended: bool) -> tuple[int, int]:
    """Give metres and seconds that one vehicle of a run drives.

    Seconds are those of the plan: what is no halt is driving, turning back included. Metres of what was driven before
    the re-plan are those of the ways without closures.
    """
    index = {child.id: n for n, child in enumerate(spec.children, 1)}
    here, left, metres, seconds = 0, run.depart, 0, 0
    halts = [(index.get(stop.at, 0), stop.arrive, stop.depart) for stop in run.stops]
    for there, arrive, depart in [*halts, *([] if ended else [(0, run.return_, run.return_)])]:
        legs = free if arrive <= at else now
        metres, seconds = metres + max(0, int(legs.metres[here, there])), seconds + arrive - left
        here, left = there, depart
    return metres, seconds
