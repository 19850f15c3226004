"""Why the plan is as it is: why then, why this vehicle, why unserved, and what would change it.

Like the check, this knows nothing of solvers: it recomputes what holds a run in place from the district and the
travel times.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from serentak.base.clock import MINUTE, format_duration, format_moment
from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.base.numbers import rupiah
from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.cost import moving_cost
from serentak.plan.model import Plan, Run, Stage, Stop, Unserved
from serentak.plan.reasons import in_words, remedy
from serentak.plan.replanned import Before, layout
from serentak.plan.stages import Child, StageSpec
from serentak.territory.model import District, FleetRow
from serentak.travel import Legs, Point, Travel


@dataclass(frozen=True, slots=True)
class Explanation:
    """Answers about one station or run, a line an answer."""

    subject: str
    lines: tuple[str, ...]


class Explainer:
    """Answers questions about one plan.

    Parameters
    ----------
    plan, district, kits, rules, travel
        The plan and what it was made of.
    before
        What a re-plan started from.
    """

    def __init__(
        self,
        plan: Plan,
        district: District,
        kits: Kits,
        rules: Rules,
        travel: Travel,
        before: Before | None = None,
    ) -> None:
        self.before = before
        self.plan, self.district, self.kits, self.travel = plan, district, kits, travel
        self.specs: dict[str, StageSpec] = {}
        stranded = plan.replan.stranded if plan.replan else ()
        for own in layout(district, kits, rules, travel, stranded).values():
            self.specs |= {spec.id: spec for spec in own}
        self.runs = {run.id: (stage, run) for stage in plan.stages for run in stage.runs}
        self.parent = {place.id: place.parent for place in district.places}

    def explain(self, subject: str) -> Explanation:
        """Explain a station or a run.

        Raises
        ------
        InputError
            When the plan has neither a station nor a run of that name.
        """
        if subject in self.runs:
            return Explanation(subject, tuple(self._run(*self.runs[subject])))
        if any(station.id == subject for station in self.district.stations):
            return Explanation(subject, tuple(self._station(subject)))
        raise InputError.of(
            "plan.json",
            _("the plan has no station or run of that name"),
            _("name a station as 14.01.06.2003-007, or a run as it stands in stops.csv"),
            value=subject,
        )

    def _station(self, name: str) -> list[str]:
        station = next(station for station in self.district.stations if station.id == name)
        kit = self.kits.stations[name]
        lines = [
            _("{name}: {desa}, {kecamatan}; {voters} voters, {boxes} boxes; its goods come from {parent}.").format(
                name=name,
                desa=station.desa_name,
                kecamatan=station.kecamatan_name,
                voters=station.voters,
                boxes=len(kit.boxes),
                parent=station.parent,
            )
        ]
        for direction, title in (("out", _("Outbound")), ("back", _("Return"))):
            lost = self._unserved(name, direction)
            if lost is not None:
                lines.append(f"{title}: {_('not served')}: {in_words(lost.reason, lost.figures)}.")
                if lost.earliest is not None:
                    lines.append(_("Earliest possible: {moment}.").format(moment=format_moment(lost.earliest)))
                lines.append(_("What would change it: {remedy}").format(remedy=remedy(lost.reason, lost.figures)))
            for stage, run, stop in self._journey(name, direction):
                lines.append(self._leg_of(title, stage, run, stop))
                lines.append("  " + self._why_then(stage, run))
                lines.append("  " + self._why_vehicle(stage, run))
                lines.append("  " + self._slack(stage, run))
        return lines

    def _unserved(self, name: str, direction: str) -> Unserved | None:
        found = (lost for lost in self.plan.unserved if lost.station == name and lost.direction == direction)
        return next(found, None)

    def _journey(self, name: str, direction: str) -> list[tuple[Stage, Run, Stop]]:
        """Find the stops that move a station's kit, in the order of travel."""
        village = name[:13]
        found = []
        for stage in self.plan.stages:
            if stage.direction != direction:
                continue
            for run in stage.runs:
                for stop in run.stops:
                    whole = village in stop.units and self._below(name, stop.at)
                    if stop.at == name or name in stop.units or whole:
                        found.append((stage, run, stop))
        return found

    def _parent_of(self, name: str) -> str:
        """Give the id of the place a station's goods come from."""
        return next(station.parent for station in self.district.stations if station.id == name)

    def _below(self, name: str, place: str) -> bool:
        here = self._parent_of(name)
        while here:
            if here == place:
                return True
            here = self.parent[here]
        return False

    def _leg_of(self, title: str, stage: Stage, run: Run, stop: Stop) -> str:
        text = _("{title}: {run}, {vehicle} ({team}) leaves {base} {depart}, reaches {at} {arrive}, is back {back}.")
        return text.format(
            title=title,
            run=run.id,
            vehicle=run.vehicle,
            team=run.team,
            base=stage.base,
            at=stop.at,
            depart=format_moment(run.depart),
            arrive=format_moment(stop.arrive),
            back=format_moment(run.return_),
        )

    def _run(self, stage: Stage, run: Run) -> list[str]:
        row = self._row(stage, run)
        legs = self._legs(stage, row)
        metres, seconds = self._length(stage, run, legs)
        load = sum(stop.boxes for stop in run.stops)
        summary = _("{run}: {vehicle} ({team}), {stops} stops, {km} km, {hours} of driving, {cost} besides the day.")
        lines = [
            summary.format(
                run=run.id,
                vehicle=run.vehicle,
                team=run.team,
                stops=len(run.stops),
                km=round(metres / 1000, 1),
                hours=format_duration(seconds),
                cost=rupiah(moving_cost(row, metres, seconds)),
            ),
            _("It carries {load} of {most} boxes.").format(load=load, most=row.team * row.boxes),
        ]
        if run.escort is not None:
            lines.append(_("{escort} rides along all day.").format(escort=run.escort))
        lines += [self._why_then(stage, run), self._why_vehicle(stage, run), self._slack(stage, run)]
        lines += [
            f"  {stop.at}: {format_moment(stop.arrive)} - {format_moment(stop.depart)}, "
            + _("{boxes} boxes").format(boxes=stop.boxes)
            for stop in run.stops
        ]
        return lines

    def _row(self, stage: Stage, run: Run) -> FleetRow:
        return next(row for row in self.specs[stage.id].fleet if run.vehicle in row.names())

    def _legs(self, stage: Stage, row: FleetRow) -> Legs:
        spec = self.specs[stage.id]
        base = Point(spec.base.id, spec.base.lon, spec.base.lat)
        ways = self.travel if self.before is None else self.before.ways(self.travel, spec)
        return ways.legs([base, *(child.point for child in spec.children)], row.mode, row.speed_factor)

    def _child(self, stage: Stage, at: str) -> tuple[int, Child]:
        spec = self.specs[stage.id]
        return next((n, child) for n, child in enumerate(spec.children, 1) if child.id == at)

    def _passes(self, stage: Stage, run: Run, row: FleetRow) -> bool:
        """Tell whether a vehicle of that row finds a way from stop to stop and home."""
        seconds = self._legs(stage, row).seconds
        return all(seconds[pair] >= 0 for pair in self._pairs(stage, run))

    def _pairs(self, stage: Stage, run: Run) -> list[tuple[int, int]]:
        path = [0, *(self._child(stage, stop.at)[0] for stop in run.stops), 0]
        return list(itertools.pairwise(path))

    def _length(self, stage: Stage, run: Run, legs: Legs) -> tuple[int, int]:
        pairs = self._pairs(stage, run)
        return sum(int(legs.metres[pair]) for pair in pairs), sum(int(legs.seconds[pair]) for pair in pairs)

    def _why_then(self, stage: Stage, run: Run) -> str:
        """Say what keeps the run from leaving earlier: the latest of all that it must wait for."""
        spec, row = self.specs[stage.id], self._row(stage, run)
        handling = spec.base.handling
        legs = self._legs(stage, row)
        first, child = self._child(stage, run.stops[0].at)
        waits = {_("the window opens"): max(self._child(stage, stop.at)[1].earliest for stop in run.stops)}
        shift = spec.shift(run.day, row)
        if shift is not None:
            waits[_("the working day begins, and loading takes its time")] = shift[0] + handling
        before = [
            other.return_
            for other_stage in self.plan.stages
            for other in other_stage.runs
            if other.vehicle == run.vehicle and other.return_ <= run.depart and other.id != run.id
        ]
        if before:
            waits[_("its previous run comes back and is loaded again")] = max(before) + handling
        waits[_("its first stop is ready no sooner")] = max(child.opens, child.earliest) + int(-legs.seconds[0, first])
        if spec.direction == "out":
            waits[_("its goods arrive and are handled")] = self._arrival(stage) + handling
        why, moment = max(waits.items(), key=lambda wait: wait[1])
        if moment < run.depart:
            return _("Why then: it could leave at {moment} ({why}), and leaves {minutes} minutes later.").format(
                moment=format_moment(moment), why=why, minutes=(run.depart - moment) // MINUTE
            )
        return _("Why then: {why} ({moment}).").format(why=why, moment=format_moment(moment))

    def _arrival(self, stage: Stage) -> int:
        """Give the second at which the last goods for a base arrived there and were handled."""
        arrived = [
            stop.depart
            for other in self.plan.stages
            if other.direction == "out"
            for other_run in other.runs
            for stop in other_run.stops
            if stop.at == stage.base
        ]
        return max(arrived, default=-(10**9))

    def _why_vehicle(self, stage: Stage, run: Run) -> str:
        """Say which other vehicles of the base could have made the run, and what they would cost."""
        spec, own = self.specs[stage.id], self._row(stage, run)
        load = (
            max(stop.load_after for stop in run.stops) if spec.direction == "back" else sum(s.boxes for s in run.stops)
        )
        others = []
        for row in spec.fleet:
            if row.row == own.row:
                continue
            barred = [
                stop.at for stop in run.stops if (a := self._child(stage, stop.at)[1].access) and row.mode not in a
            ]
            if barred:
                others.append(_("{type} cannot reach {at}").format(type=row.type, at=barred[0]))
            elif row.team * row.boxes < load:
                others.append(_("{type} carries only {boxes} boxes").format(type=row.type, boxes=row.team * row.boxes))
            elif not self._passes(stage, run, row):
                others.append(_("{type} has no way to all of its stops").format(type=row.type))
            else:
                metres, seconds = self._length(stage, run, self._legs(stage, row))
                more = moving_cost(row, metres, seconds) - moving_cost(
                    own, *self._length(stage, run, self._legs(stage, own))
                )
                others.append(_("{type} would cost {more} more").format(type=row.type, more=rupiah(more)))
        if not others:
            return _("Why this vehicle: {type} is the only kind at {base}.").format(type=own.type, base=stage.base)
        return _("Why this vehicle: {others}.").format(others="; ".join(others))

    def _slack(self, stage: Stage, run: Run) -> str:
        """Say how late the run may become before something breaks, and what breaks first."""
        spec, row = self.specs[stage.id], self._row(stage, run)
        rooms: list[tuple[int, str]] = []
        for stop in run.stops:
            child = self._child(stage, stop.at)[1]
            rooms.append((child.closes - stop.arrive, _("the window of {at}").format(at=stop.at)))
            if child.home_by is not None:
                rooms.append((child.home_by - run.return_, _("the window of {at}").format(at=stage.base)))
        last = max(run.day, (run.return_ - spec.hours[0]) // 86_400)
        shift = spec.shift(last, row)
        if shift is not None:
            rooms.append((shift[1] - run.return_, _("the end of the working day")))
        room, what = min(rooms)
        return _("What would change it: {minutes} minutes of delay before {what}.").format(
            minutes=room // MINUTE, what=what
        )
