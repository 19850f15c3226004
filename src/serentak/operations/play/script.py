"""What happens in a played election in which nothing goes wrong: every act, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from serentak.base.clock import DAY, HOUR, MINUTE
from serentak.custody.expected import BACK, OUT
from serentak.custody.kinds import Kind
from serentak.custody.objects import load_hash
from serentak.kit.ids import BUNDLE
from serentak.operations.announcement import Run
from serentak.operations.play.cast import CLOCK, ORGANISER, SUPERVISOR, police_of, roles_of
from serentak.operations.promises import recap_places
from serentak.plan.stages import point_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from serentak.operations.plan import Ground
    from serentak.operations.promises import Clock, Handover, Promises

RATES: Final = {"proxy": 0.02, "single": 0.01, "titip": 0.01}
"""Shares of stations without a telephone, with one telephone only, and with an open-air site (assumed)."""
_FEW: Final = 6
"""Objects that a hand-over names one by one; of more it names the load."""
_KEYS_AT_ONCE: Final = 2000
_MORNING_DROP: Final = 5 * HOUR + 30 * MINUTE
_TRUST_ENDS: Final = 6 * HOUR
_DAMAGED, _EXCESS = 17, 9
"""Ballots of each election that the played sorting finds damaged, and that are left over (invented)."""


@dataclass(slots=True, eq=False)
class Act:
    """One act: what is recorded, by whose device, who else signs, and when it comes to the log.

    Parameters
    ----------
    at
        When, seconds from 00:00 on H.
    kind
        Kind of the event.
    device
        Unit whose device records it, and the number of its telephone.
    fields
        Fields of the event beyond what the others give; an `Act` stands for the hash of its event.
    signers
        Telephones that sign beside the device.
    objects
        Ids of the boxes and bundles expected; `load` is then the load's hash where it is named so.
    seals
        Seals read or put on, by object.
    remarks
        Codes, each with the object it is about, or ``""`` for all.
    about
        Telephones that the event enrols, certifies or revokes.
    clock
        Seconds by which the device's clock is wrong.
    delay
        Seconds until the event comes to the log; None when it never does.
    brought
        Who brings it to the log, where it is not the device that recorded it.
    alone
        Whether the device first brings it with its own signature alone.
    jumps
        Whether it comes to the log without waiting for what the device recorded before.
    """

    at: int
    kind: Kind
    device: tuple[str, int]
    fields: dict[str, Any] = field(default_factory=dict)
    signers: tuple[tuple[str, int], ...] = ()
    objects: tuple[str, ...] = ()
    load: bytes | None = None
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    seals: dict[str, list[Run]] = field(default_factory=dict)
    remarks: list[tuple[int, str]] = field(default_factory=list)
    about: tuple[tuple[str, int], ...] = ()
    clock: int = 0
    delay: int | None = 0
    brought: tuple[str, int] | None = None
    alone: bool = False
    jumps: bool = False


@dataclass(slots=True)
class Script:
    """All acts of a played election, to be changed by faults and then recorded in the order of time.

    Parameters
    ----------
    acts
        In no order.
    out, back
        Hand-over to, and from, each station.
    opened, closed
        Opening and closing of the boxes of each station.
    plain
        Stations whose hand-over is signed by both on the spot; faults choose among them.
    promise
        The promise to each station, and to each place that receives goods.
    hub
        The PPK of each station.
    end
        When the play is over, seconds from H.
    """

    acts: list[Act]
    out: dict[str, Act]
    back: dict[str, Act]
    opened: dict[str, Act]
    closed: dict[str, Act]
    plain: list[str]
    promise: dict[str, Handover]
    hub: dict[str, str]
    end: int


def write_script(promises: Promises, ground: Ground, seals: Mapping[str, list[Run]], clock: Clock, seed: int) -> Script:
    """Write the script of an election in which everything is done as planned.

    Parameters
    ----------
    promises, seals, clock
        As they are announced.
    ground
        The district.
    seed
        Chooses the stations without telephones, and how long events take to reach the log.
    """
    return _Writer(promises, ground, seals, clock, Random(f"script {seed}")).write()  # noqa: S311 - a play


class _Writer:
    def __init__(
        self, promises: Promises, ground: Ground, seals: Mapping[str, list[Run]], clock: Clock, random: Random
    ) -> None:
        self.promises, self.ground, self.seals, self.clock, self.random = promises, ground, seals, clock, random
        self.district = ground.district
        self.roles = roles_of(self.district, promises.handovers)
        self.first = min((each.moment for each in promises.handovers), default=-5 * DAY) // DAY
        self.warehouse = next(place.id for place in self.district.places if place.kind == "warehouse")
        self.hub = _hubs(ground)
        points = [*map(point_of, self.district.stations), *map(point_of, self.district.places)]
        self.where = {each.id: [round(each.lon * 1e7), round(each.lat * 1e7)] for each in points}
        self.promise = {
            each.place: each for each in promises.handovers if each.direction == OUT and each.place == each.receiver
        }  # fmt: skip
        self.script = Script([], {}, {}, {}, {}, [], self.promise, self.hub, 0)
        self.closing = _closing_seals(seals)

    def write(self) -> Script:
        script = self.script
        chosen = self._chosen()
        script.plain = [each.id for each in self.district.stations if each.id in self.promise and each.id not in chosen]
        for acts in (
            self._keys(), self._ballots(), self._packing(), self._handovers(chosen), self._halts(), self._voting(),
            self._recap(), self._watches(),
        ):  # fmt: skip
            script.acts.extend(acts)
        script.end = max(act.at for act in script.acts) // DAY * DAY + 20 * HOUR
        for act in script.acts:
            act.delay = self.random.randrange(10, 900)
        return script

    def _chosen(self) -> dict[str, str]:
        """Choose the stations whose hand-over is no ordinary one."""
        served = sorted(each.id for each in self.district.stations if each.id in self.promise)
        self.random.shuffle(served)
        chosen: dict[str, str] = {}
        for name, rate in RATES.items():
            for _each in range(max(1, round(rate * len(self.district.stations)))):
                if len(served) > 1:
                    chosen[served.pop()] = name
        return chosen

    def _keys(self) -> Iterator[Act]:
        """Give the enrolment of all keys: KPU those of places, vehicles and police, each PPK those of its stations."""
        at = (self.first - 6) * DAY + 9 * HOUR
        stations = [unit for unit, role in self.roles.items() if role == "kpps"]
        for unit, role in [(CLOCK, "kpu"), *self.roles.items()]:
            if role != "kpps":
                yield self._enrol(at, unit, role, ORGANISER)
        for unit in stations:
            yield self._enrol(at + DAY, unit, "kpps", self.hub[unit])
        for start in range(0, len(stations), _KEYS_AT_ONCE):
            about = tuple((unit, 0) for unit in stations[start : start + _KEYS_AT_ONCE])
            yield Act(at + DAY + 8 * HOUR, Kind.KEY_CERTIFIED, (ORGANISER, 0), about=about)

    def _enrol(self, at: int, unit: str, role: str, by: str) -> Act:
        return Act(at, Kind.KEY_ENROLLED, (by, 0), {"unit": unit, "role": role}, ((unit, 0),), about=((unit, 0),))

    def _ballots(self) -> Iterator[Act]:
        """Give sorting and counting of ballots, and the destruction of what must not be left."""
        kits = self.ground.kits
        for letter in self.district.elections:
            stations = sum(kit.ballots.get(letter, 0) for kit in kits.stations.values())
            revote = sum(stock.ballots or 0 for stock in kits.revote if stock.election == letter)
            good = stations + revote + _EXCESS
            counts = {
                "received": good + _DAMAGED, "good": good, "damaged": _DAMAGED, "foreign": 0, "stations": stations,
                "revote": revote, "excess": _EXCESS,
            }  # fmt: skip
            yield self._tally((self.first - 4) * DAY + 17 * HOUR, Kind.COUNTED, letter, counts, ())
            burned = {"destroyed-damaged": _DAMAGED, "destroyed-excess": _EXCESS}
            witnesses = ((ORGANISER, 0), (SUPERVISOR, 0), (police_of(self.district), 0))
            yield self._tally(-8 * HOUR, Kind.DESTROYED, letter, burned, witnesses)

    def _tally(
        self, at: int, kind: Kind, letter: str, counts: Mapping[str, int], signers: tuple[tuple[str, int], ...]
    ) -> Act:
        rows = [[item, count, count] for item, count in counts.items()]
        fields = {"unit": self.warehouse, "place": self.warehouse, "election": letter, "counts": rows}
        return Act(at, kind, (self.warehouse, 0), fields, signers)

    def _packing(self) -> Iterator[Act]:
        """Give packing and sealing in the warehouse, in the two days before the first departure."""
        goods = [(kit.station, (*kit.boxes, kit.bundle), kit.ballots) for kit in self.ground.kits.stations.values()]
        goods += [(f"{kit.kecamatan}-R", kit.boxes, {}) for kit in self.ground.kits.recap.values()]
        for number, (_name, objects, ballots) in enumerate(goods):
            half, place = divmod(2 * number, len(goods))
            at = (self.first - 2 + half) * DAY + 8 * HOUR + place * 9 * HOUR // len(goods)
            fields = {"unit": self.warehouse, "place": self.warehouse}
            counts = [[letter, sheets, sheets] for letter, sheets in ballots.items()]
            more = {"counts": counts} if counts else {}
            yield Act(at, Kind.PACKED, (self.warehouse, 0), {**fields, **more, "step": 1}, objects=tuple(objects))
            boxes = tuple(each for each in objects if each in self.seals)
            if boxes:
                yield Act(
                    at + 5 * MINUTE, Kind.SEALED, (self.warehouse, 0), {**fields, "step": 2}, objects=boxes,
                    seals={each: self.seals[each] for each in boxes},
                )  # fmt: skip

    def _handovers(self, chosen: Mapping[str, str]) -> Iterator[Act]:
        played = {"proxy": self._proxy, "single": self._single, "titip": self._titip}
        for each in self.promises.handovers:
            station = each.place if each.place in self.promise and each.place in self.hub else ""
            act = self._handover(each, station)
            if station and each.direction == OUT:
                self.script.out[station] = act
                yield from played[chosen[station]](act, each) if station in chosen else ()
            elif station:
                self.script.back[station] = act
            yield act

    def _handover(self, each: Handover, station: str) -> Act:
        fields = {
            "giver": each.giver, "receiver": each.receiver, "place": each.place, "step": each.step,
            "vehicle": each.vehicle, "position": self.where[each.place],
        }  # fmt: skip
        act = Act(each.moment, Kind.GIVEN, (each.giver, 0), fields, ((each.receiver, 0),), each.objects)
        if station:
            read = self.seals if each.direction == OUT else self.closing
            act.seals = {box: read[box] for box in each.objects if box in read}
        elif len(each.objects) > _FEW:
            act.load = load_hash(each.row(self.clock))
        return act

    def _proxy(self, act: Act, each: Handover) -> Iterable[Act]:
        """Let the PPK type the hand-over from the paper form that giver and receiver signed."""
        act.device, act.signers = (self.hub[each.place], 0), ()
        act.fields["form"] = f"BAST-{each.place}"
        return ()

    def _single(self, act: Act, _each: Handover) -> Iterable[Act]:
        act.signers = ()
        return ()

    def _titip(self, act: Act, each: Handover) -> Iterable[Act]:
        """Let the station sign for goods that stay at the village office until the morning of H."""
        act.kind = Kind.ENTRUSTED
        act.fields |= {"place": each.place.rpartition("-")[0], "until": self.clock.instant(_TRUST_ENDS)}
        del act.fields["position"]
        drop = {"unit": each.receiver, "place": each.place, "step": each.step + 1}
        return [Act(_MORNING_DROP, Kind.STORED, (each.receiver, 0), drop, objects=each.objects)]

    def _halts(self) -> Iterator[Act]:
        for halt in self.promises.halts:
            for number, (kind, at) in enumerate(((Kind.STORED, halt.since), (Kind.TAKEN, halt.until))):
                fields = {"unit": halt.vehicle, "place": halt.place, "step": halt.step + number}
                yield Act(at + number, kind, (halt.vehicle, 0), fields, objects=halt.objects)

    def _voting(self) -> Iterator[Act]:
        """Give opening before the vote and closing after the count, at every station that was served."""
        ready = {station.id: station for station in self.district.stations}
        for station, promise in self.promise.items():
            if station not in ready:
                continue
            boxes = tuple(each for each in promise.objects if not each.endswith(f"-{BUNDLE}"))
            leaves = self.script.back[station].at if station in self.script.back else 30 * HOUR
            fields = {"unit": station, "place": station, "step": promise.step + 4}
            ballots = self.ground.kits.stations[station].ballots
            counts = [[letter, sheets, sheets] for letter, sheets in ballots.items()]
            self.script.opened[station] = Act(
                6 * HOUR + 50 * MINUTE, Kind.OPENED, (station, 0), {**fields, "counts": counts}, objects=boxes,
                seals={each: self.seals[each] for each in boxes if each in self.seals},
            )  # fmt: skip
            self.script.closed[station] = Act(
                leaves - 20 * MINUTE, Kind.CLOSED, (station, 0), {**fields, "step": promise.step + 5}, objects=boxes,
                seals={each: self.closing[each] for each in boxes if each in self.closing},
            )  # fmt: skip
        yield from self.script.opened.values()
        yield from self.script.closed.values()

    def _recap(self) -> Iterator[Act]:
        """Give the use of the recapitulation boxes at each PPK, between the two ways."""
        came = {(each.place, box): each.step for each in self._moved(OUT) for box in each.objects}
        leaves = {(each.place, box): each.moment for each in self._moved(BACK) for box in each.objects}
        for unit, place in recap_places(self.district).items():
            boxes = self.ground.kits.recap[unit.removesuffix("-R")].boxes
            steps = [came[place, box] for box in boxes if (place, box) in came]
            if len(steps) < len(boxes):
                continue
            until = min((leaves[place, box] for box in boxes if (place, box) in leaves), default=36 * HOUR)
            fields = {"unit": place, "place": place, "step": max(steps) + 1}
            seals = {each: self.seals[each] for each in boxes if each in self.seals}
            yield Act(until - 14 * HOUR, Kind.OPENED, (place, 0), fields, objects=boxes, seals=seals)
            again = {each: self.closing[each] for each in boxes if each in self.closing}
            more = {**fields, "step": max(steps) + 2}
            yield Act(until - 2 * HOUR, Kind.CLOSED, (place, 0), more, objects=boxes, seals=again)

    def _moved(self, direction: int) -> Iterator[Handover]:
        """Give the hand-overs to places (outbound), or from them (on the return)."""
        for each in self.promises.handovers:
            if each.direction == direction and each.place == (each.receiver if direction == OUT else each.giver):
                yield each

    def _watches(self) -> Iterator[Act]:
        for shift in self.promises.shifts:
            fields = {
                "unit": shift.unit, "place": shift.place, "since": self.clock.instant(shift.since),
                "until": self.clock.instant(shift.until),
            }  # fmt: skip
            yield Act(shift.until, Kind.WATCHED, (shift.unit, 0), fields)


def _hubs(ground: Ground) -> dict[str, str]:
    """Give the PPK of every station, and where there is none the place that its goods come from."""
    places = {place.id: place for place in ground.district.places}
    hubs = {}
    for station in ground.district.stations:
        here = places[station.parent]
        while here.kind != "ppk" and here.parent and places[here.parent].kind != "warehouse":
            here = places[here.parent]
        hubs[station.id] = here.id
    return hubs


def _closing_seals(seals: Mapping[str, list[Run]]) -> dict[str, list[Run]]:
    """Give the seals put on after use: invented numbers, as many as before, behind all that were announced."""
    last = max((run[2] for runs in seals.values() for run in runs), default=0)
    closing: dict[str, list[Run]] = {}
    for box, runs in seals.items():
        count = sum(high - low + 1 for _series, low, high in runs)
        closing[box] = [(runs[0][0], last + 1, last + count)]
        last += count
    return closing
