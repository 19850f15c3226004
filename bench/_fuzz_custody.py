"""Targets of the fuzzer in the room of custody: the readers, the log's door, and the state behind it."""

from __future__ import annotations

import random
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import cbor2

from serentak.base.errors import InputError
from serentak.custody.admission import Admission
from serentak.custody.cbor import encode
from serentak.custody.entry import decode_entry, encode_entry
from serentak.custody.event import decode_event, encode_event
from serentak.custody.fields import FIELDS
from serentak.custody.kinds import HEADER, KINDS, ROLES, Kind
from serentak.custody.objects import expand, gather, load_hash
from serentak.custody.query import box, counts, place, station, without_custodian
from serentak.custody.report import findings
from serentak.custody.sign import Device
from serentak.custody.state import State

if TYPE_CHECKING:
    from collections.abc import Callable

AT = 1_732_640_400_000
UNITS = ("KPU-14.01", "PPK-14.01.06", "truk#1", "14.01.06.2003-001", "14.01.06.2003-002", "polri")
GROUPS = (
    ["14.01.06.2003-001", "BGK"], ["14.01.06.2003-001", "B"], ["14.01.06.2003-002", "BG", 2], ["14.01.06-R", "B"],
    ["14.02.01.2001-001", "Z"],
)  # fmt: skip


def _seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


class Maker:
    """Makes random events that are well formed, signed by keys of the log, and otherwise as wrong as can be."""

    def __init__(self, data: bytes) -> None:
        self.random = random.Random(data)  # noqa: S311 - cases, not secrets
        self.supervisor = Device(_seed("bawaslu"), b"", 420)
        self.organiser, self.genesis = Device.genesis(
            _seed("kpu"), [self.supervisor.public], AT, 420, name="x", day="2024-11-27", zone="WIB", district="14.01",
            elections="BG",
        )  # fmt: skip
        log = self.supervisor.log = self.organiser.log
        self.devices = [Device(_seed(unit), log, 420) for unit in UNITS]
        self.loads: list[list[Any]] = []
        self.events: list[bytes] = []

    def enrol(self) -> list[bytes]:
        """Give the enrolment of every unit."""
        roles = ("kpu", "ppk", "carrier", "kpps", "kpps", "police")
        return [
            self.organiser.entry(
                self.organiser.record(Kind.KEY_ENROLLED, AT, key=device.public, unit=unit, role=role), device
            )
            for unit, role, device in zip(UNITS, roles, self.devices, strict=True)
        ]

    def instant(self) -> int:
        return self.random.choice((0, AT, AT + self.random.randrange(-(10**10), 10**10), 1 << 47))

    def groups(self) -> list[list[Any]]:
        ids = expand(self.random.sample(GROUPS, self.random.randint(1, 3)))
        return gather(ids)

    def load(self) -> list[Any]:
        units = [self.random.choice(UNITS) for _unit in range(3)]
        row = [self.random.randint(1, 9), *units, self.instant(), self.instant(), self.random.randint(0, 1), "", ""]
        self.loads.append([*row, self.groups()])
        return self.loads[-1]

    def value(self, name: str) -> Any:
        """Give a value of a field, of its shape."""
        pick, many = self.random.choice, self.random.randint(1, 3)
        a_hash = pick([*(sha256(each).digest() for each in self.events[-5:]), b"h" * 32])
        device = pick(self.devices)
        makers: dict[str, Callable[[], Any]] = {
            "step": lambda: self.random.randint(1, 9), "objects": self.groups, "missing": self.groups,
            "extra": self.groups, "load": lambda: load_hash(pick(self.loads)) if self.loads else a_hash,
            "seals": lambda: [[self.random.randint(0, 2), "S", 1, 9] for _seal in range(many)],
            "remarks": lambda: [pick([[9], [self.random.randint(1, 9), self.random.randint(0, 2)]])],
            "counts": lambda: [[pick(["good", "received", "B"]), 1, self.random.randint(0, 2)]],
            "seen": lambda: [self.random.randint(0, 50), b"r" * 32], "position": lambda: [0, 0],
            "loads": lambda: [self.load() for _load in range(many)], "pieces": lambda: many,
            "shifts": lambda: [[pick(UNITS), pick(UNITS), self.instant(), self.instant()]],
            "posts": lambda: [[pick(UNITS), pick(UNITS), "ppk", self.random.randint(0, 1), pick([[], [[0, 0]]])]],
            "keys": lambda: [device.id, b"unknown!"], "last_seq": lambda: self.random.randint(0, 9),
            "key": lambda: device.public, "role": lambda: pick([*ROLES, "nobody"]), "election": lambda: pick("BGZ"),
            "plan": lambda: pick([b"a" * 32, b"b" * 32]), "supersedes": lambda: pick([b"a" * 32, b"b" * 32]),
            "subject": lambda: a_hash, "chosen": lambda: a_hash, "note": lambda: "x", "form": lambda: "F1",
            "since": self.instant, "until": self.instant,
            "photos": lambda: [[b"p" * 32, 1, "x"]], "private": lambda: [["x", b"c" * 32]],
        }  # fmt: skip
        return makers[name]() if name in makers else pick(UNITS)

    def entry(self) -> bytes:
        """Give an entry with a random event."""
        kind = self.random.choice([each for each in KINDS if each is not Kind.GENESIS])
        rule = KINDS[kind]
        device = self.random.choice([self.organiser, self.supervisor, *self.devices])
        names = [self.random.choice(each.split("/")) for each in rule.required]
        names += [each for each in (*rule.optional, "form", "seen") if self.random.random() < 0.3]
        names = [each for each in dict.fromkeys(names) if each not in HEADER]
        if kind is Kind.INCIDENT and "load" in names and "objects" in names:
            names.remove("load")
        if self.random.random() < 0.1:
            device.seq = self.random.choice((0, 5, 100_000))
        try:
            data = device.record(kind, self.instant(), **{name: self.value(name) for name in names})
        except InputError:
            return b""
        self.events.append(data)
        others = [each for each in (*self.devices, self.organiser) if self.random.random() < 0.4 and each is not device]
        return device.entry(data, *others)


def run_state(data: bytes) -> None:
    """Take random events into a state, in two orders, and ask it everything."""
    maker = Maker(data)
    entries = [*maker.enrol(), *(maker.entry() for _event in range(12))]
    maker.random.shuffle(entries)
    for marked in (False, True):
        state, door = State(), Admission([maker.genesis])
        state.take(0, maker.genesis)
        for index, entry in enumerate(entries, 1):
            state.take(index, entry, AT if marked else None)
            door(entry)
        for as_of in (None, AT // 1000 + 10**7):
            for each in findings(state, as_of):
                str(each)
                each.as_dict()
        for identifier in expand(GROUPS):
            box(state, identifier)
        counts(state), without_custodian(state), station(state, "14.01.06.2003-001"), place(state, UNITS[0])


def run_fields(data: bytes) -> None:
    """Change one field of a good event; what is read must write back."""
    maker = Maker(data)
    entry = next((each for each in (maker.entry() for _try in range(5)) if each), maker.genesis)
    values = cbor2.loads(decode_entry(entry).data)
    other: Any = maker.random.choice((0, -1, 1 << 64, 1.5, True, None, "", "x" * 300, b"", [], [[]], {}, [[0, 0, 0]]))
    values[maker.random.choice([*values, *(field.key for field in FIELDS), 99])] = other
    changed = encode(values)
    if encode_event(decode_event(changed)) != changed:
        raise AssertionError("an event does not write back to its bytes")


def read_event(data: bytes) -> None:
    """Read an event; it must write back."""
    if encode_event(decode_event(data)) != data:
        raise AssertionError("an event does not write back to its bytes")


def read_entry(data: bytes) -> None:
    """Read an entry; it must write back."""
    entry = decode_entry(data)
    if encode_entry(entry.data, entry.signatures) != data:
        raise AssertionError("an entry does not write back to its bytes")


def seeds() -> list[bytes]:
    """Give good entries."""
    maker = Maker(b"seeds")
    made = [maker.genesis, *maker.enrol(), *(maker.entry() for _event in range(60))]
    return [each for each in made if each]
