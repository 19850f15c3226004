"""What goes wrong in a play: each fault changes a script in which all goes well."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from serentak.base.clock import DAY, HOUR, MINUTE
from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.custody.kinds import Kind
from serentak.operations.play.cast import ORGANISER
from serentak.operations.play.script import Act, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FORK: Final = "fork"
"""The one fault of the log itself; see `serentak.operations.play.fork`."""
_BROKEN, _DIFFERS, _FEW, _WET, _WRONG = 1, 2, 3, 4, 6
_SLACK: Final = 3 * HOUR


def inject(script: Script, kinds: Sequence[str], seed: int) -> dict[str, str]:
    """Let things go wrong, and give for each kind what it happened to: stations, or a unit.

    Raises
    ------
    InputError
        When a kind is not known, or the district is too small for it.
    """
    faults = _Faults(script, Random(f"faults {seed}"))  # noqa: S311 - a play
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        message = _("there is no such fault")
        raise InputError.of(
            "--fault", message, _("choose one of: {names}").format(names=", ".join(KINDS)), value=unknown[0]
        )
    # In the order of the table, whatever the order asked for: the same set of faults gives the same play.
    return {kind: _INJECT[kind](faults) for kind in KINDS if kind in kinds}


class _Faults:
    def __init__(self, script: Script, random: Random) -> None:
        self.script, self.random = script, random
        self.left = sorted(set(script.plain) & script.out.keys() & script.back.keys())
        random.shuffle(self.left)

    def pick(self, fits: Callable[[str], bool] = lambda _station: True) -> str:
        """Choose a station to which nothing has happened yet."""
        for station in self.left:
            if fits(station):
                self.left.remove(station)
                return station
        message = _("the district has no station left for this many faults")
        raise InputError.of("--fault", message, _("Ask for fewer, or play a larger district."))

    def pick_pair(self) -> tuple[str, str]:
        """Choose two stations that one run serves one right after the other."""
        runs: dict[tuple[str, int], list[str]] = {}
        for station in self.left:
            act = self.script.out[station]
            runs.setdefault((act.fields["vehicle"], act.at // DAY), []).append(station)
        together = [sorted(each, key=lambda one: self.script.out[one].at) for each in runs.values() if len(each) > 1]
        if not together:
            self.pick(lambda _station: False)
        first, second = together[0][:2]
        return self.pick(lambda each: each == first), self.pick(lambda each: each == second)

    def acts_of(self, unit: str) -> list[Act]:
        """Give the acts that a unit's first telephone records, in time."""
        own = [act for act in self.script.acts if act.device == (unit, 0)]
        return sorted(own, key=lambda act: act.at)

    def swapped(self) -> str:
        """Exchange the first boxes of two stations; they find it before the vote, and exchange them back."""
        one, other = self.pick_pair()
        mine, theirs = self.script.promise[one].objects[0], self.script.promise[other].objects[0]
        for station, own, foreign in ((one, mine, theirs), (other, theirs, mine)):
            act = self.script.out[station]
            act.missing, act.extra = (own,), (foreign,)
            act.remarks = [(_WRONG, foreign)]
            act.seals.pop(own, None)
        at = max(self.script.out[one].at, self.script.out[other].at) + 40 * MINUTE
        # One is served before the other: their acts about the same box need steps in this order.
        step = max(self.script.promise[each].step for each in (one, other)) + 1
        self.script.out[other].fields["step"] = step
        for giver, receiver, box in ((one, other, theirs), (other, one, mine)):
            fields = {"giver": giver, "receiver": receiver, "place": receiver, "step": step + 1}
            self.script.acts.append(Act(at, Kind.GIVEN, (giver, 0), fields, ((receiver, 0),), (box,), delay=300))
        return f"{one}, {other}"

    def seal(self) -> str:
        """Let a station find another seal on a box than the one announced, and say so."""
        station = self.pick()
        act = self.script.out[station]
        box = act.objects[0]
        series, first, last = act.seals.get(box, [("LAIN", 1, 2)])[0]
        act.seals[box] = [(series, first + 900_000, last + 900_000)]
        act.remarks = [(_BROKEN, box), (_DIFFERS, box)]
        return station

    def short(self) -> str:
        """Let a station find about half of its ballots of one election."""
        station = self.pick()
        act = self.script.opened[station]
        letter, expected, _found = act.fields["counts"][0]
        act.fields["counts"] = [[letter, expected, expected // 2], *act.fields["counts"][1:]]
        box = next(each for each in act.objects if each.endswith(f"-{letter}"))
        act.remarks = [(_FEW, box)]
        return station

    def refused(self) -> str:
        """Let a station refuse wet boxes; they are brought again, dried, in time."""
        late = {station: self.script.promise[station].deadline - self.script.out[station].at for station in self.left}
        station = self.pick(lambda each: late[each] > _SLACK)
        given = self.script.out[station]
        fields = {name: given.fields[name] for name in ("giver", "receiver", "place", "step", "vehicle")}
        refused = Act(given.at, Kind.REFUSED, (station, 0), fields, (), given.objects, remarks=[(_WET, "")], delay=300)
        note = {"unit": given.device[0], "subject": refused, "note": "dikeringkan, diantar lagi hari ini juga"}
        answer = Act(given.at + 30 * MINUTE, Kind.ANSWERED, given.device, note, delay=300)
        given.at = given.at + 2 * HOUR
        given.fields["step"] += 1
        self.script.acts += [refused, answer]
        return station

    def lost_phone(self) -> str:
        """Let a station lose its telephone after the vote; what nobody else holds is typed again from paper."""
        station = self.pick()
        opened, closed, given = (each[station] for each in (self.script.opened, self.script.closed, self.script.back))
        again = []
        for act in (opened, closed):
            act.delay = None
            form = {**act.fields, "form": f"C.KEJADIAN-{station}"}
            again.append(Act(act.at, act.kind, (station, 1), form, (), act.objects, seals=act.seals))
        # The driver holds the hand-over too, with both signatures.
        given.brought = given.signers[0]
        hub = self.script.hub[station]
        found = given.at + 4 * HOUR
        about = ((station, 1),)
        enrol = {"unit": station, "role": "kpps"}
        self.script.acts += [
            Act(found, Kind.KEY_ENROLLED, (hub, 0), enrol, about, about=about, delay=60),
            Act(found + HOUR, Kind.KEY_REVOKED, (hub, 0), {"note": "telepon hilang"}, about=((station, 0),), delay=60),
            Act(found + 2 * HOUR, Kind.KEY_CERTIFIED, (ORGANISER, 0), about=about, delay=60),
        ]
        for act in again:
            # Typed later, about an act of before: the time is that of the form.
            act.delay = found + HOUR - act.at + 120
        self.script.acts += again
        return station

    def clock(self) -> str:
        """Let the clock of a vehicle's telephone be three days fast."""
        unit = self._carrier()
        for act in self.acts_of(unit):
            act.clock = 3 * DAY
        return unit

    def duplicate(self) -> str:
        """Let a hand-over reach the log twice: with one signature, then with both."""
        station = self.pick()
        self.script.out[station].alone = True
        return station

    def reordered(self) -> str:
        """Let a vehicle's telephone bring its acts of a day last first."""
        unit = self._carrier()
        acts = self.acts_of(unit)
        last = acts[-1].at
        for number, act in enumerate(reversed(acts)):
            act.jumps, act.delay = True, last - act.at + HOUR + 60 * number
        return unit

    def _carrier(self) -> str:
        """Choose a vehicle of the last mile with several acts and, where there is one, no other fault."""
        units: list[str] = sorted({act.fields["vehicle"] for act in self.script.out.values()})
        taken = {act.fields["vehicle"] for station, act in self.script.out.items() if station not in self.left}
        free = [unit for unit in units if unit not in taken and len(self.acts_of(unit)) > 2] or units
        free = [unit for unit in free if not any(act.clock or act.jumps for act in self.acts_of(unit))] or free
        return self.random.choice(free)

    def overdue(self) -> str:
        """Let a vehicle reach its last station only after the window's end."""
        last: dict[str, str] = {}
        for station, act in sorted(self.script.out.items(), key=lambda item: item[1].at):
            last[act.fields["vehicle"]] = station
        station = self.pick(lambda each: each in last.values())
        self.script.out[station].at = self.script.promise[station].deadline + 3 * HOUR
        return station

    def fork(self) -> str:
        """Name the station whose last hand-over the log will show otherwise, after the play."""
        return self.left[0] if self.left else next(each for each in self.script.plain if each in self.script.back)

    def silence(self) -> str:
        """Let nobody say anything about a station's goods after they were loaded to go there."""
        station = self.pick()
        gone = [each[station] for each in (self.script.out, self.script.back, self.script.opened, self.script.closed)]
        objects = self.script.promise[station].objects
        step = self.script.promise[station].step
        self.script.acts = [act for act in self.script.acts if act not in gone]
        del self.script.out[station], self.script.back[station]
        for act in self.script.acts:
            own = tuple(each for each in objects if each in act.objects)
            if own and act.fields.get("step", 0) > step:
                act.missing = (*act.missing, *own)
        return station


_INJECT: Final[dict[str, Callable[[_Faults], str]]] = {
    "swapped": _Faults.swapped,
    "overdue": _Faults.overdue,
    "refused": _Faults.refused,
    "seal": _Faults.seal,
    "short": _Faults.short,
    "lost-phone": _Faults.lost_phone,
    "silence": _Faults.silence,
    "duplicate": _Faults.duplicate,
    "clock": _Faults.clock,
    "reordered": _Faults.reordered,
    FORK: _Faults.fork,
}
"""In the order in which they choose their stations: the choosiest first."""
KINDS: Final = tuple(_INJECT)
