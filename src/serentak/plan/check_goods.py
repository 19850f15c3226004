"""Where every kit is at every tier: nothing appears, vanishes or travels twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from serentak.base.messages import _
from serentak.base.numbers import direction as direction_word
from serentak.kit.kits import Kits
from serentak.plan.model import Direction, Elsewhere, Stop, Stranded
from serentak.plan.stages import Child, StageSpec, is_recap, recap_unit
from serentak.plan.violations import Findings
from serentak.territory.model import District, FleetRow


class Goods:
    """The whereabouts of kits and recapitulation boxes in one direction.

    Parameters
    ----------
    before
        The outbound direction, when this is the return: what it delivered is what can come back.
    elsewhere
        Goods that are where no run brings them.
    """

    def __init__(
        self,
        district: District,
        kits: Kits,
        direction: Direction,
        before: Goods | None,
        findings: Findings,
        elsewhere: Iterable[Elsewhere] = (),
    ) -> None:
        self.district, self.kits, self.direction, self.findings = district, kits, direction, findings
        self.station = {station.id: station for station in district.stations}
        self.warehouse = next(place.id for place in district.places if place.kind == "warehouse")
        recap = {recap_unit(kecamatan): kecamatan for kecamatan in kits.recap}
        self.kecamatan = recap
        self.at: dict[str, str] = {}
        """Place or station where each kit (by station id) and each kecamatan's recapitulation boxes are."""
        self.free: dict[str, int] = {}
        """Second from which they may be loaded there."""
        self.ready: dict[str, int] = {}
        """Second at which the last goods brought to a place were handled."""
        if before is None:
            self.at = dict.fromkeys([*self.station, *recap], self.warehouse)
        else:
            self.at = {name: place for name, place in before.at.items() if self._delivered(name, place)}
        own = {one.goods: one.at for one in elsewhere if one.direction == direction}
        self.at.update((name, place) for name, place in own.items() if direction == "out" or name in self.at)
        self.carried: dict[tuple[str, str, str], set[str]] = {}

    def _delivered(self, name: str, place: str) -> bool:
        return place == name or (is_recap(name) and place == self._holder(name))

    def _holder(self, recap: str) -> str:
        """Give the place that keeps a kecamatan's recapitulation boxes; the warehouse where there is no ppk."""
        kecamatan = self.kecamatan[recap]
        found = (place.id for place in self.district.places if place.kind == "ppk" and place.kecamatan == kecamatan)
        return next(found, self.warehouse)

    def resolve(self, spec: StageSpec, child: Child, stop: Stop, taken_over: Collection[str] = ()) -> list[str]:
        """Give the kits and recapitulation boxes that a stop's units stand for.

        Parameters
        ----------
        taken_over
            What the run takes over on the road before this stop.
        """
        if child.is_station:
            for unit in stop.units:
                self.findings.say("unknown_unit", stop.at, _("nothing here is called {unit}").format(unit=unit))
            return [child.id]
        here = spec.base.id if self.direction == "out" and not child.temporary else child.id
        behind = {name for unit in child.units for name in unit.stations or (unit.name,)}
        names: list[str] = []
        for unit in stop.units:
            if unit in self.station or is_recap(unit):
                names.append(unit)
            else:
                village = [name for name in behind if name in self.station and self.station[name].village == unit]
                names.extend(sorted(name for name in village if self.at.get(name) == here or name in taken_over))
                if not village:
                    self.findings.say("unknown_unit", stop.at, _("nothing here is called {unit}").format(unit=unit))
        return names

    def boxes(self, names: Iterable[str]) -> int:
        """Count ballot boxes."""
        return sum(len(self._kit(name).boxes) for name in names if self._known(name))

    def weight(self, names: Iterable[str]) -> tuple[int, int]:
        """Give grams and millilitres."""
        kits = [self._kit(name) for name in names if self._known(name)]
        return sum(kit.grams for kit in kits), sum(kit.millilitres for kit in kits)

    def voters(self, name: str) -> int:
        """Give the voters whose kit it is."""
        return self.station[name].voters if name in self.station else 0

    def _known(self, name: str) -> bool:
        return name in self.station or name in self.kecamatan

    def _kit(self, name: str):  # type: ignore[no-untyped-def]
        return self.kits.stations[name] if name in self.station else self.kits.recap[self.kecamatan[name]]

    def release(self, names: Iterable[str], place: str) -> int | None:
        """Give the second from which goods may be loaded or collected at a place, or None if none was brought."""
        if self.direction == "back":
            return self.ready.get(place)
        return max((self.free[name] for name in names if name in self.free), default=None)

    def strand(self, run: str, stranded: Iterable[Stranded]) -> None:
        """Book that a run ended on the road: what it left there waits at a temporary place."""
        for left in stranded:
            if left.run == run:
                self.at.update(dict.fromkeys(left.goods, left.place))
                self.free.update(dict.fromkeys(left.goods, left.since))

    def move(self, run: str, spec: StageSpec, child: Child, names: Collection[str], free: int) -> None:
        """Book that a run brought goods to the child (outbound) or from it to the base (return)."""
        # Taken over from a temporary place on the way out, goods are the vehicle's own load from there on.
        outward = self.direction == "out" and not child.temporary
        source, target = (spec.base.id, child.id) if outward else (child.id, spec.base.id)
        for name in names:
            if not self._known(name):
                self.findings.say("unknown_unit", run, _("nothing is called {unit}").format(unit=name))
                continue
            there = self.at.get(name)
            if there != source:
                rule = "served_twice" if there == target else "not_there"
                message = _("{name} cannot be taken from {source}: it is at {there}")
                self.findings.say(rule, run, message.format(name=name, source=source, there=there or "-"))
                continue
            self.at[name] = target
            self.free[name] = free
            if name in self.station and not child.is_station:
                key = (spec.id, child.id, self.station[name].village)
                self.carried.setdefault(key, set()).add(run)
        if self.direction == "back":
            self.ready[target] = max(self.ready.get(target, free), free)

    def close_stage(self, spec: StageSpec) -> None:
        """Check that villages stayed whole unless one alone exceeds every run."""
        for (stage, child, village), runs in self.carried.items():
            if stage != spec.id or len(runs) < 2:
                continue
            names = [
                name
                for unit in next(c for c in spec.children if c.id == child).units
                for name in unit.stations
                if self.station[name].village == village
            ]
            if any(self._fits(row, names) for row in spec.fleet):
                message = _("village {village} is divided between runs, though one can carry it whole")
                self.findings.say("village_split", ", ".join(sorted(runs)), message.format(village=village))

    def _fits(self, row: FleetRow, names: Collection[str]) -> bool:
        grams, millilitres = self.weight(names)
        return (
            self.boxes(names) <= row.team * row.boxes
            and grams <= row.team * row.grams
            and millilitres <= row.team * row.millilitres
        )

    def compare_unserved(self, listed: Collection[str]) -> None:
        """Check that what did not arrive is listed, once, and nothing else."""
        for name in sorted({name for name in listed if list(listed).count(name) > 1}):
            self.findings.say("unserved", name, _("it is listed as unserved twice"))
        for name in sorted(set(listed)):
            if not self._known(name):
                self.findings.say("unserved", name, _("no station or kecamatan is called that"))
            elif self._arrived(name):
                self.findings.say("unserved", name, _("it is listed as unserved, but the plan serves it"))
        for name in [*self.station, *self.kecamatan]:
            if not self._arrived(name) and name not in listed:
                message = _("it is not served ({direction}), and not listed as unserved")
                self.findings.say("not_served", name, message.format(direction=direction_word(self.direction)))

    def _arrived(self, name: str) -> bool:
        if self.direction == "out":
            return self._delivered(name, self.at.get(name, ""))
        return self.at.get(name) == self.warehouse
